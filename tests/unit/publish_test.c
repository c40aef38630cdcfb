/* SPDX-License-Identifier: ISC */
/*
 * What ours do: rows, activities, and to whom they are sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "store/outbox.h"
#include "tests/unit/federation_fixture.h"

#define INBOX_A "https://a.example/inbox"
#define INBOX_B "https://b.example/inbox"

static void
publishes(struct node_fixture *f, int r)
{
	if (r != 0)
		fail_msg("error %d: %s", r, f->publish.error);
}

/* Three followers on two hosts. */
static void
add_followers(struct node_fixture *f, const struct actor *of)
{
	const struct actor followers[] = {
		node_fixture_remote(f, "a.example", "ana"),
		node_fixture_remote(f, "a.example", "aude"),
		node_fixture_remote(f, "b.example", "bob"),
	};

	for (size_t i = 0; i < N_ELEMENTS(followers); i++)
		node_fixture_follow(f, &followers[i], of);
}

static size_t
listed(struct node_fixture *f, const struct actor *of)
{
	struct activity_row *rows;
	size_t count;

	assert_int_equal(outbox_list(f->publish.db, f->publish.arena, of->id, 0,
			     100, &rows, &count),
	    0);
	return count;
}

static bool
names(const json_t *document, const char *key, const char *id)
{
	const char *ids[16];
	size_t count = json_ids(document, key, ids, N_ELEMENTS(ids));

	for (size_t i = 0; i < count; i++) {
		if (strcmp(ids[i], id) == 0)
			return true;
	}
	return false;
}

#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"

/* --- Notes --- */

static void
note_goes_once_to_each_shared_inbox(void **state)
{
	struct node_fixture *f = *state;
	struct actor project = node_fixture_project(f, "jardin");
	const struct note_form form = {
		.title = "Semis",
		.text = "Les **radis** lèvent.",
	};
	CLEANUP(json_release) json_t *create = NULL;
	const json_t *object;
	struct object note, stored;

	add_followers(f, &project);
	publishes(
	    f, publish_note_create(&f->publish, project.id, &form, &note));
	assert_int_equal(node_fixture_waiting(f, "Create", INBOX_A), 1);
	assert_int_equal(node_fixture_waiting(f, "Create", INBOX_B), 1);
	assert_int_equal(
	    object_by_uri(f->publish.db, f->publish.arena, note.uri, &stored),
	    0);
	assert_true(stored.local);
	assert_int_equal(stored.actor_id, project.id);
	assert_string_equal(stored.source, form.text);
	assert_non_null(strstr(stored.content, "<strong>radis</strong>"));
	assert_int_equal(stored.published, f->publish.now);
	create = node_fixture_sent(f, "Create");
	assert_string_equal(json_text(create, "actor"), project.uri);
	assert_true(names(create, "to", PUBLIC));
	assert_true(names(create, "cc", project.followers));
	object = json_embedded(create, "object");
	assert_string_equal(json_text(object, "id"), note.uri);
	assert_string_equal(json_text(object, "attributedTo"), project.uri);
	assert_true(names(object, "to", PUBLIC));
	assert_int_equal(listed(f, &project), 1);
}

static void
note_reaches_local_followers_at_once(void **state)
{
	struct node_fixture *f = *state;
	struct actor project = node_fixture_project(f, "jardin");
	struct actor paul = node_fixture_profile(f, "paul");
	struct actor lise = node_fixture_profile(f, "lise");
	const struct note_form form = { .text = "Bonjour" };
	enum follow_state follow;
	struct object note;

	publishes(f, publish_follow(&f->publish, paul.id, project.id, &follow));
	assert_int_equal(follow, FOLLOW_ACCEPTED);
	publishes(
	    f, publish_note_create(&f->publish, project.id, &form, &note));
	assert_int_equal(node_fixture_shown(f, &paul), 1);
	assert_int_equal(node_fixture_shown(f, &lise), 0);
	assert_int_equal(node_fixture_waiting(f, "Follow", NULL), 0);
	assert_int_equal(node_fixture_waiting(f, "Create", NULL), 0);
}

static void
note_for_followers_is_in_no_public_list(void **state)
{
	struct node_fixture *f = *state;
	struct actor project = node_fixture_project(f, "jardin");
	const struct note_form form = {
		.text = "Entre nous",
		.visibility = VISIBILITY_FOLLOWERS,
	};
	CLEANUP(json_release) json_t *create = NULL;
	struct object note, *notes;
	size_t count;

	add_followers(f, &project);
	publishes(
	    f, publish_note_create(&f->publish, project.id, &form, &note));
	assert_int_equal(node_fixture_waiting(f, "Create", NULL), 2);
	create = node_fixture_sent(f, "Create");
	assert_false(names(create, "to", PUBLIC));
	assert_false(names(create, "cc", PUBLIC));
	assert_true(names(create, "to", project.followers));
	assert_int_equal(listed(f, &project), 0);
	assert_int_equal(object_list(f->publish.db, f->publish.arena,
			     project.id, 0, 10, &notes, &count),
	    0);
	assert_int_equal(count, 0);
	assert_int_equal(
	    object_recent(f->publish.db, f->publish.arena, 10, &notes, &count),
	    0);
	assert_int_equal(count, 0);
}

static void
changed_note_is_newer_each_time(void **state)
{
	struct node_fixture *f = *state;
	struct actor project = node_fixture_project(f, "jardin");
	struct note_form form = { .text = "un", .title = "T" };
	CLEANUP(json_release) json_t *update = NULL;
	struct object note, first, second;

	add_followers(f, &project);
	publishes(
	    f, publish_note_create(&f->publish, project.id, &form, &note));
	form.text = "deux";
	publishes(f, publish_note_update(&f->publish, note.id, &form));
	assert_int_equal(
	    object_get(f->publish.db, f->publish.arena, note.id, &first), 0);
	form.title = NULL;
	publishes(f, publish_note_update(&f->publish, note.id, &form));
	assert_int_equal(
	    object_get(f->publish.db, f->publish.arena, note.id, &second), 0);
	assert_true(note.updated < first.updated);
	assert_true(first.updated < second.updated);
	assert_string_equal(first.name, "T");
	assert_null(second.name);
	assert_non_null(strstr(second.content, "deux"));
	assert_int_equal(node_fixture_waiting(f, "Update", INBOX_A), 2);
	update = node_fixture_sent(f, "Update");
	assert_non_null(json_text(json_embedded(update, "object"), "updated"));
	assert_int_equal(listed(f, &project), 1);
}

static void
deleted_note_leaves_a_tombstone(void **state)
{
	struct node_fixture *f = *state;
	struct actor project = node_fixture_project(f, "jardin");
	const struct note_form form = { .text = "un" };
	CLEANUP(json_release) json_t *sent = NULL;
	const json_t *tombstone;
	struct object note, stored;

	add_followers(f, &project);
	publishes(
	    f, publish_note_create(&f->publish, project.id, &form, &note));
	publishes(f, publish_note_delete(&f->publish, note.id));
	assert_int_equal(
	    object_get(f->publish.db, f->publish.arena, note.id, &stored), 0);
	assert_true(stored.deleted_at != 0);
	assert_null(stored.content);
	assert_int_equal(node_fixture_waiting(f, "Delete", INBOX_A), 1);
	assert_int_equal(node_fixture_waiting(f, "Delete", INBOX_B), 1);
	sent = node_fixture_sent(f, "Delete");
	tombstone = json_embedded(sent, "object");
	assert_string_equal(json_text(tombstone, "id"), note.uri);
	assert_string_equal(json_text(tombstone, "type"), "Tombstone");
	assert_null(json_text(tombstone, "content"));
	assert_int_equal(listed(f, &project), 0);
	assert_int_equal(publish_note_delete(&f->publish, note.id), -ENOENT);
	assert_int_equal(
	    publish_note_update(&f->publish, note.id, &form), -ENOENT);
}

static void
what_a_note_may_not_be_is_said(void **state)
{
	struct node_fixture *f = *state;
	struct actor paul = node_fixture_profile(f, "paul");
	struct actor bob = node_fixture_remote(f, "b.example", "bob");
	char *long_text = arena_alloc(f->publish.arena, 40002);
	char *long_title = arena_alloc(f->publish.arena, 202);
	const struct {
		struct note_form form;
		const char *sentence;
	} cases[] = {
		{ { .text = NULL }, "text" },
		{ { .text = "" }, "text" },
		{ { .text = " \n" }, "text" },
		{ { .text = "\xc3(" }, "UTF-8" },
		{ { .text = "x", .title = "\xff" }, "UTF-8" },
		{ { .text = long_text }, "40000" },
		{ { .text = "x", .title = long_title }, "200" },
		{ { .text = "x", .visibility = VISIBILITY_DIRECT }, "direct" },
		{ { .text = "x", .published = f->publish.now + 3600 },
		    "future" },
		{ { .text = "x", .published = -1 }, "1970" },
		{ { .text = "x", .language = "français" }, "language" },
		{ { .text = "x", .in_reply_to = "javascript:1" }, "answered" },
	};
	struct object note;

	memset(long_text, 'x', 40001);
	memset(long_title, 'x', 201);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		f->publish.error[0] = '\0';
		assert_int_equal(publish_note_create(&f->publish, paul.id,
				     &cases[i].form, &note),
		    -EINVAL);
		if (strstr(f->publish.error, cases[i].sentence) == NULL)
			fail_msg("\"%s\" does not speak of %s",
			    f->publish.error, cases[i].sentence);
	}
	long_text[40000] = '\0';
	long_title[200] = '\0';
	publishes(f,
	    publish_note_create(&f->publish, paul.id,
		&(struct note_form){ .text = long_text, .title = long_title },
		&note));
	assert_int_equal(publish_note_create(&f->publish, bob.id,
			     &(struct note_form){ .text = "x" }, &note),
	    -EINVAL);
	assert_int_equal(publish_note_create(&f->publish, 4711,
			     &(struct note_form){ .text = "x" }, &note),
	    -ENOENT);
}

/* --- Profiles and projects --- */

static void
new_project_is_told_of_once_it_has_keys(void **state)
{
	struct node_fixture *f = *state;
	struct actor holder = node_fixture_profile(f, "lise");
	const struct actor form = {
		.kind = ACTOR_PROJECT,
		.username = "jardin",
		.name = "Le jardin",
		.source = "Un *jardin*.",
		.owner_id = holder.id,
	};
	const char *themes[] = { "potager", "  compost  " };
	const struct actor_lists lists = { .themes = themes, .theme_count = 2 };
	CLEANUP(json_release) json_t *create = NULL;
	struct actor project, stored;
	struct actor_lists kept;

	add_followers(f, &holder);
	publishes(
	    f, publish_actor_create(&f->publish, &form, &lists, &project));
	assert_int_equal(
	    actor_get(f->publish.db, f->publish.arena, project.id, &stored), 0);
	assert_string_equal(stored.type, "Group");
	assert_string_equal(stored.stage, "idea");
	assert_non_null(strstr(stored.summary, "<em>jardin</em>"));
	assert_int_equal(
	    actor_lists(f->publish.db, f->publish.arena, project.id, &kept), 0);
	assert_int_equal(kept.theme_count, 2);
	assert_string_equal(kept.themes[1], "compost");
	assert_int_equal(node_fixture_waiting(f, "Create", NULL), 0);
	/* A change before is part of what is told then. */
	stored.name = "Le grand jardin";
	publishes(f, publish_actor_update(&f->publish, &stored, NULL));
	assert_int_equal(node_fixture_waiting(f, "Update", NULL), 0);
	for (int i = 0; i < 2; i++)
		publishes(f, publish_actor_keys(
				 &f->publish, project.id, f->rsa, f->ed25519));
	assert_int_equal(node_fixture_waiting(f, "Create", INBOX_A), 1);
	assert_int_equal(node_fixture_waiting(f, "Create", INBOX_B), 1);
	create = node_fixture_sent(f, "Create");
	assert_string_equal(json_text(create, "actor"), holder.uri);
	assert_string_equal(json_text(json_embedded(create, "object"), "name"),
	    "Le grand jardin");
	assert_string_equal(json_id(create, "object"), project.uri);
}

static void
changed_project_reaches_its_and_its_holders_followers(void **state)
{
	struct node_fixture *f = *state;
	struct actor project = node_fixture_project(f, "jardin");
	struct actor cora = node_fixture_remote(f, "c.example", "cora");
	CLEANUP(json_release) json_t *update = NULL;
	struct actor holder, stored;

	assert_int_equal(actor_get(f->publish.db, f->publish.arena,
			     project.owner_id, &holder),
	    0);
	add_followers(f, &project);
	node_fixture_follow(f, &cora, &holder);
	project.name = "Autre nom";
	/* What is not for forms to change does not. */
	project.uri = "https://node.example/o/forged";
	project.username = "forged";
	project.inbox = NULL;
	publishes(f, publish_actor_update(&f->publish, &project, NULL));
	assert_int_equal(
	    actor_get(f->publish.db, f->publish.arena, project.id, &stored), 0);
	assert_string_equal(stored.name, "Autre nom");
	assert_string_equal(stored.username, "jardin");
	assert_non_null(stored.inbox);
	assert_int_equal(node_fixture_waiting(f, "Update", INBOX_A), 1);
	assert_int_equal(node_fixture_waiting(f, "Update", INBOX_B), 1);
	assert_int_equal(
	    node_fixture_waiting(f, "Update", "https://c.example/inbox"), 1);
	update = node_fixture_sent(f, "Update");
	assert_string_equal(json_text(update, "actor"), stored.uri);
	assert_string_equal(json_id(update, "object"), stored.uri);
}

static void
deleted_project_is_gone_for_good(void **state)
{
	struct node_fixture *f = *state;
	struct actor project = node_fixture_project(f, "jardin");
	struct actor dora = node_fixture_remote(f, "d.example", "dora");
	CLEANUP(json_release) json_t *sent = NULL;
	struct actor form = {
		.kind = ACTOR_PROJECT,
		.username = "jardin",
		.name = "Encore",
		.owner_id = project.owner_id,
	};
	struct actor holder, stored;

	assert_int_equal(actor_get(f->publish.db, f->publish.arena,
			     project.owner_id, &holder),
	    0);
	add_followers(f, &project);
	node_fixture_follow(f, &project, &dora);
	assert_int_equal(listed(f, &holder), 1);
	publishes(f, publish_actor_delete(&f->publish, project.id));
	assert_int_equal(
	    actor_get(f->publish.db, f->publish.arena, project.id, &stored), 0);
	assert_true(stored.deleted_at != 0);
	assert_null(stored.summary);
	assert_int_equal(node_fixture_waiting(f, "Delete", INBOX_A), 1);
	assert_int_equal(node_fixture_waiting(f, "Delete", INBOX_B), 1);
	assert_int_equal(
	    node_fixture_waiting(f, "Delete", "https://d.example/inbox"), 1);
	sent = node_fixture_sent(f, "Delete");
	assert_string_equal(json_id(sent, "object"), project.uri);
	assert_string_equal(json_text(sent, "actor"), project.uri);
	/* Its holder's outbox tells of it no more. */
	assert_int_equal(listed(f, &holder), 0);
	assert_int_equal(
	    publish_actor_delete(&f->publish, project.id), -ENOENT);
	assert_int_equal(
	    publish_actor_create(&f->publish, &form, NULL, &stored), -EEXIST);
	form.username = "Jardin";
	assert_int_equal(
	    publish_actor_create(&f->publish, &form, NULL, &stored), -EINVAL);
}

static void
holder_of_projects_stays(void **state)
{
	struct node_fixture *f = *state;
	struct actor project = node_fixture_project(f, "jardin");
	struct actor lise = node_fixture_profile(f, "lise");
	int64_t holder = project.owner_id;

	assert_int_equal(publish_actor_delete(&f->publish, holder), -EBUSY);
	assert_non_null(strstr(f->publish.error, "jardin"));
	project.owner_id = lise.id;
	publishes(f, publish_actor_update(&f->publish, &project, NULL));
	publishes(f, publish_actor_delete(&f->publish, holder));
	assert_int_equal(publish_actor_delete(&f->publish, lise.id), -EBUSY);
}

static void
what_an_actor_may_not_be_is_said(void **state)
{
	struct node_fixture *f = *state;
	struct actor paul = node_fixture_profile(f, "paul");
	struct actor bob = node_fixture_remote(f, "b.example", "bob");
	char *long_name = arena_alloc(f->publish.arena, 122);
	const struct {
		struct actor form;
		const char *sentence;
	} cases[] = {
		{ { .kind = ACTOR_PROFILE, .name = "X" }, "username" },
		{ { .kind = ACTOR_PROFILE, .username = "a", .name = "X" },
		    "username" },
		{ { .kind = ACTOR_PROFILE, .username = "aB", .name = "X" },
		    "username" },
		{ { .kind = ACTOR_PROFILE, .username = "é-a", .name = "X" },
		    "username" },
		{ { .kind = ACTOR_PROFILE, .username = "-ab", .name = "X" },
		    "username" },
		{ { .kind = ACTOR_PROFILE, .username = "ab.", .name = "X" },
		    "username" },
		{ { .kind = ACTOR_PROFILE, .username = "a/b", .name = "X" },
		    "username" },
		{ { .kind = ACTOR_PROFILE, .username = "relay", .name = "X" },
		    "relay" },
		{ { .kind = ACTOR_PROFILE,
		      .username = "node.example",
		      .name = "X" },
		    "domain" },
		{ { .kind = ACTOR_PROFILE, .username = "ok" }, "name" },
		{ { .kind = ACTOR_PROFILE, .username = "ok", .name = " " },
		    "name" },
		{ { .kind = ACTOR_PROFILE,
		      .username = "ok",
		      .name = long_name },
		    "120" },
		{ { .kind = ACTOR_PROFILE, .username = "ok", .name = "\xff" },
		    "UTF-8" },
		{ { .kind = ACTOR_PROFILE,
		      .username = "ok",
		      .name = "X",
		      .profile_kind = "robot" },
		    "robot" },
		{ { .kind = ACTOR_PROFILE,
		      .username = "ok",
		      .name = "X",
		      .place = { .located = true, .latitude = 91 } },
		    "latitude" },
		{ { .kind = ACTOR_PROJECT, .username = "ok", .name = "X" },
		    "holder" },
		{ { .kind = ACTOR_PROJECT,
		      .username = "ok",
		      .name = "X",
		      .owner_id = bob.id },
		    "holder" },
		{ { .kind = ACTOR_PROJECT,
		      .username = "ok",
		      .name = "X",
		      .owner_id = paul.id,
		      .stage = "finished" },
		    "finished" },
	};
	struct actor made;

	memset(long_name, 'x', 121);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		f->publish.error[0] = '\0';
		assert_int_equal(publish_actor_create(
				     &f->publish, &cases[i].form, NULL, &made),
		    -EINVAL);
		if (strstr(f->publish.error, cases[i].sentence) == NULL)
			fail_msg("\"%s\" does not speak of %s",
			    f->publish.error, cases[i].sentence);
	}
	assert_int_equal(
	    publish_actor_create(&f->publish,
		&(struct actor){
		    .kind = ACTOR_PROFILE, .username = "paul", .name = "X" },
		NULL, &made),
	    -EEXIST);
	assert_non_null(strstr(f->publish.error, "paul"));
	assert_int_equal(
	    publish_actor_update(&f->publish, &bob, NULL), -ENOENT);
}

static void
lists_are_checked(void **state)
{
	struct node_fixture *f = *state;
	const struct actor form = {
		.kind = ACTOR_PROFILE, .username = "lise", .name = "Lise"
	};
	const char *empty[] = { " " }, *many[51];
	const struct actor_link bad[] = { { "x", "javascript:alert(1)" } };
	const struct actor_link good[] = { { NULL, "HTTPS://Example.ORG/a" } };
	const struct project_member nobody[] = { { .uri = NULL } };
	const struct {
		struct actor_lists lists;
		const char *sentence;
	} cases[] = {
		{ { .skills = empty, .skill_count = 1 }, "skills" },
		{ { .themes = many, .theme_count = 51 }, "themes" },
		{ { .links = bad, .link_count = 1 }, "javascript" },
		{ { .members = nobody, .member_count = 1 }, "team" },
	};
	struct actor_lists kept, fine = { .links = good, .link_count = 1 };
	struct actor made;

	for (size_t i = 0; i < N_ELEMENTS(many); i++)
		many[i] = "x";
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		assert_int_equal(publish_actor_create(&f->publish, &form,
				     &cases[i].lists, &made),
		    -EINVAL);
		if (strstr(f->publish.error, cases[i].sentence) == NULL)
			fail_msg("\"%s\" does not speak of %s",
			    f->publish.error, cases[i].sentence);
	}
	publishes(f, publish_actor_create(&f->publish, &form, &fine, &made));
	assert_int_equal(
	    actor_lists(f->publish.db, f->publish.arena, made.id, &kept), 0);
	assert_string_equal(kept.links[0].href, "https://example.org/a");
	assert_string_equal(kept.links[0].label, "example.org");
}

static void
node_has_its_two_actors_once(void **state)
{
	struct node_fixture *f = *state;
	const struct place place = { .name = "Dourdan" };
	struct actor instance, territory;

	assert_int_equal(publish_node_actors(&f->publish, "", &place), -EINVAL);
	publishes(f, publish_node_actors(&f->publish, "Le pays", &place));
	assert_int_equal(actor_of_kind(f->publish.db, f->publish.arena,
			     ACTOR_INSTANCE, &instance),
	    0);
	assert_int_equal(actor_of_kind(f->publish.db, f->publish.arena,
			     ACTOR_TERRITORY, &territory),
	    0);
	assert_string_equal(instance.uri, "https://node.example/actor");
	assert_string_equal(instance.type, "Application");
	assert_string_equal(instance.username, "node.example");
	assert_string_equal(territory.type, "Group");
	assert_int_equal(territory.owner_id, instance.id);
	assert_int_equal(
	    publish_node_actors(&f->publish, "Le pays", &place), -EEXIST);
	assert_int_equal(
	    publish_actor_delete(&f->publish, territory.id), -EINVAL);
}

/* --- Follows --- */

static void
follow_of_another_node_is_asked_for(void **state)
{
	struct node_fixture *f = *state;
	struct actor paul = node_fixture_profile(f, "paul");
	struct actor bob = node_fixture_remote(f, "b.example", "bob");
	CLEANUP(json_release) json_t *follow = NULL;
	CLEANUP(json_release) json_t *undo = NULL;
	struct follow row;
	enum follow_state answer;

	publishes(f, publish_follow(&f->publish, paul.id, bob.id, &answer));
	assert_int_equal(answer, FOLLOW_PENDING);
	/* To its own inbox, not to everyone's. */
	assert_int_equal(node_fixture_waiting(f, "Follow", bob.inbox), 1);
	assert_int_equal(node_fixture_waiting(f, "Follow", NULL), 1);
	follow = node_fixture_sent(f, "Follow");
	assert_string_equal(json_text(follow, "actor"), paul.uri);
	assert_string_equal(json_id(follow, "object"), bob.uri);
	assert_false(names(follow, "to", PUBLIC));
	assert_int_equal(
	    follow_get(f->publish.db, f->publish.arena, paul.id, bob.id, &row),
	    0);
	assert_string_equal(row.uri, json_text(follow, "id"));
	publishes(f, publish_unfollow(&f->publish, paul.id, bob.id));
	undo = node_fixture_sent(f, "Undo");
	assert_string_equal(json_id(undo, "object"), row.uri);
	assert_int_equal(node_fixture_waiting(f, "Undo", bob.inbox), 1);
	assert_int_equal(
	    publish_unfollow(&f->publish, paul.id, bob.id), -ENOENT);
	assert_int_equal(listed(f, &paul), 0);
}

static void
follow_that_stands_is_not_asked_again(void **state)
{
	struct node_fixture *f = *state;
	struct actor paul = node_fixture_profile(f, "paul");
	struct actor bob = node_fixture_remote(f, "b.example", "bob");
	enum follow_state answer;

	node_fixture_follow(f, &paul, &bob);
	publishes(f, publish_follow(&f->publish, paul.id, bob.id, &answer));
	assert_int_equal(answer, FOLLOW_ACCEPTED);
	assert_int_equal(node_fixture_waiting(f, "Follow", NULL), 0);
}

static void
follow_inside_the_node_waits_where_it_must(void **state)
{
	struct node_fixture *f = *state;
	struct actor paul = node_fixture_profile(f, "paul");
	struct actor lise = node_fixture_profile(f, "lise");
	enum follow_state answer;
	struct follow row;

	lise.manually_approves = true;
	publishes(f, publish_actor_update(&f->publish, &lise, NULL));
	publishes(f, publish_follow(&f->publish, paul.id, lise.id, &answer));
	assert_int_equal(answer, FOLLOW_PENDING);
	assert_int_equal(
	    follow_get(f->publish.db, f->publish.arena, paul.id, lise.id, &row),
	    0);
	publishes(f, publish_follow_decide(&f->publish, &row, FOLLOW_ACCEPTED));
	publishes(f, publish_follow(&f->publish, paul.id, lise.id, &answer));
	assert_int_equal(answer, FOLLOW_ACCEPTED);
	publishes(f, publish_follow_decide(&f->publish, &row, FOLLOW_REJECTED));
	assert_int_equal(
	    publish_unfollow(&f->publish, paul.id, lise.id), -ENOENT);
	assert_int_equal(node_fixture_waiting(f, "Accept", NULL), 0);
}

static void
follow_that_cannot_be_is_refused(void **state)
{
	struct node_fixture *f = *state;
	struct actor paul = node_fixture_profile(f, "paul");
	struct actor lise = node_fixture_profile(f, "lise");
	struct actor bob = node_fixture_remote(f, "b.example", "bob");
	const struct place nowhere = { 0 };
	struct actor instance;
	enum follow_state answer;

	publishes(f, publish_node_actors(&f->publish, "Pays", &nowhere));
	assert_int_equal(actor_of_kind(f->publish.db, f->publish.arena,
			     ACTOR_INSTANCE, &instance),
	    0);
	publishes(f, publish_actor_delete(&f->publish, lise.id));
	assert_int_equal(
	    publish_follow(&f->publish, paul.id, paul.id, &answer), -EINVAL);
	assert_int_equal(
	    publish_follow(&f->publish, bob.id, paul.id, &answer), -EINVAL);
	assert_int_equal(
	    publish_follow(&f->publish, paul.id, lise.id, &answer), -EINVAL);
	assert_int_equal(
	    publish_follow(&f->publish, paul.id, instance.id, &answer),
	    -EINVAL);
	assert_int_equal(
	    publish_follow(&f->publish, paul.id, 4711, &answer), -ENOENT);
	assert_int_equal(block_add(f->publish.db, bob.id, paul.id, "", 1), 0);
	assert_int_equal(
	    publish_follow(&f->publish, paul.id, bob.id, &answer), -EINVAL);
	assert_non_null(strstr(f->publish.error, "does not wish"));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown( \
	    name, node_fixture_setup, node_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(note_goes_once_to_each_shared_inbox),
		TEST(note_reaches_local_followers_at_once),
		TEST(note_for_followers_is_in_no_public_list),
		TEST(changed_note_is_newer_each_time),
		TEST(deleted_note_leaves_a_tombstone),
		TEST(what_a_note_may_not_be_is_said),
		TEST(new_project_is_told_of_once_it_has_keys),
		TEST(changed_project_reaches_its_and_its_holders_followers),
		TEST(deleted_project_is_gone_for_good),
		TEST(holder_of_projects_stays),
		TEST(what_an_actor_may_not_be_is_said),
		TEST(lists_are_checked),
		TEST(node_has_its_two_actors_once),
		TEST(follow_of_another_node_is_asked_for),
		TEST(follow_that_stands_is_not_asked_again),
		TEST(follow_inside_the_node_waits_where_it_must),
		TEST(follow_that_cannot_be_is_refused),
	};

	return cmocka_run_group_tests(
	    tests, node_fixture_group_setup, node_fixture_group_teardown);
}
