/* SPDX-License-Identifier: ISC */
/*
 * What activities of others do to the store: each kind, sent twice, in the
 * wrong order, by the wrong actor.  Quotes are written ' in the texts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "config/base/clock.h"
#include "store/outbox.h"
#include "tests/unit/federation_fixture.h"

static enum verdict receive(struct node_fixture *f, const struct actor *sender,
    const char *fmt, ...) PRINTF_LIKE(3, 4);

static enum verdict
receive(
    struct node_fixture *f, const struct actor *sender, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = arena_vprintf(f->publish.arena, fmt, ap);
	va_end(ap);
	for (char *at = text; *at != '\0'; at++) {
		if (*at == '\'')
			*at = '"';
	}
	return node_fixture_receive(f, sender, text);
}

#define RECEIVES(verdict, ...) \
	assert_string_equal( \
	    verdict_word(receive(__VA_ARGS__)), verdict_word(verdict))

static bool
follows(struct node_fixture *f, const struct actor *follower,
    const struct actor *followee, enum follow_state state)
{
	struct follow follow;
	int r = follow_get(f->publish.db, f->publish.arena, follower->id,
	    followee->id, &follow);

	assert_true(r == 0 || r == -ENOENT);
	return r == 0 && follow.state == state;
}

static bool
knows_follow(struct node_fixture *f, const struct actor *follower,
    const struct actor *followee)
{
	struct follow follow;

	return follow_get(f->publish.db, f->publish.arena, follower->id,
		   followee->id, &follow) == 0;
}

static int
find_object(struct node_fixture *f, const char *uri, struct object *ret)
{
	return object_by_uri(f->publish.db, f->publish.arena, uri, ret);
}

static size_t
tasks(struct node_fixture *f, enum task_kind kind, const char *uri)
{
	struct task *rows;
	size_t count, found = 0;

	assert_int_equal(task_due(f->publish.db, f->publish.arena, INT64_MAX,
			     100, &rows, &count),
	    0);
	for (size_t i = 0; i < count; i++)
		found += rows[i].kind == kind && strcmp(rows[i].uri, uri) == 0;
	return found;
}

static int64_t
reactions(struct node_fixture *f, const char *uri, enum reaction_kind kind)
{
	struct object object;
	int64_t count = 0;

	assert_int_equal(find_object(f, uri, &object), 0);
	assert_int_equal(
	    reaction_count(f->publish.db, object.id, kind, &count), 0);
	return count;
}

/* A public Note of alice on a.example, by its number. */
#define NOTE(number, text, more) \
	"{'id':'https://a.example/n/" number "','type':'Note'," \
	"'attributedTo':'https://a.example/users/alice'," \
	"'to':'as:Public','published':'2021-01-02T03:04:05Z'," \
	"'content':'" text "'" more "}"
#define CREATE(id, object) \
	"{'id':'https://a.example/a/" id "','type':'Create'," \
	"'actor':'https://a.example/users/alice','to':'as:Public'," \
	"'object':" object "}"
#define ALICE_DOES(id, type, object) \
	"{'id':'https://a.example/a/" id "','type':'" type "'," \
	"'actor':'https://a.example/users/alice','object':" object "}"

/* Paul, of ours, follows alice elsewhere. */
struct people {
	struct actor alice, mallory, paul;
};

static struct people
people(struct node_fixture *f)
{
	struct people ret = {
		.alice = node_fixture_remote(f, "a.example", "alice"),
		.mallory = node_fixture_remote(f, "m.example", "mallory"),
		.paul = node_fixture_profile(f, "paul"),
	};

	node_fixture_follow(f, &ret.paul, &ret.alice);
	return ret;
}

/* --- Follow --- */

static void
follow_is_accepted_and_answered(void **state)
{
	struct node_fixture *f = *state;
	struct actor bob = node_fixture_remote(f, "b.example", "bob");
	struct actor project = node_fixture_project(f, "jardin");
	CLEANUP(json_release) json_t *accept = NULL;
	const char *text = arena_printf(f->publish.arena,
	    "{'id':'https://b.example/f/1','type':'Follow','actor':'%s',"
	    "'object':'%s'}",
	    bob.uri, project.uri);

	RECEIVES(VERDICT_ACCEPTED, f, &bob, "%s", text);
	assert_true(follows(f, &bob, &project, FOLLOW_ACCEPTED));
	assert_int_equal(node_fixture_waiting(f, "Accept", bob.inbox), 1);
	accept = node_fixture_sent(f, "Accept");
	assert_string_equal(json_text(accept, "actor"), project.uri);
	assert_string_equal(json_id(accept, "object"), "https://b.example/f/1");
	/* A lost answer brings it again. */
	RECEIVES(VERDICT_DUPLICATE, f, &bob, "%s", text);
	assert_int_equal(node_fixture_waiting(f, "Accept", NULL), 1);
}

static void
follow_with_a_new_id_is_answered_anew(void **state)
{
	struct node_fixture *f = *state;
	struct actor bob = node_fixture_remote(f, "b.example", "bob");
	struct actor project = node_fixture_project(f, "jardin");
	CLEANUP(json_release) json_t *accept = NULL;

	for (int i = 1; i <= 2; i++)
		RECEIVES(VERDICT_ACCEPTED, f, &bob,
		    "{'id':'https://b.example/f/%d','type':'Follow',"
		    "'actor':'%s','object':'%s'}",
		    i, bob.uri, project.uri);
	assert_true(follows(f, &bob, &project, FOLLOW_ACCEPTED));
	assert_int_equal(node_fixture_waiting(f, "Accept", NULL), 2);
	accept = node_fixture_sent(f, "Accept");
	assert_string_equal(json_id(accept, "object"), "https://b.example/f/2");
}

static void
careful_followee_lets_wait(void **state)
{
	struct node_fixture *f = *state;
	struct actor bob = node_fixture_remote(f, "b.example", "bob");
	struct actor paul = node_fixture_profile(f, "paul");
	struct follow follow;

	paul.manually_approves = true;
	assert_int_equal(publish_actor_update(&f->publish, &paul, NULL), 0);
	RECEIVES(VERDICT_ACCEPTED, f, &bob,
	    "{'id':'https://b.example/f/1','type':'Follow','actor':'%s',"
	    "'object':'%s'}",
	    bob.uri, paul.uri);
	assert_true(follows(f, &bob, &paul, FOLLOW_PENDING));
	assert_int_equal(node_fixture_waiting(f, "Accept", NULL), 0);
	assert_int_equal(follow_get(f->publish.db, f->publish.arena, bob.id,
			     paul.id, &follow),
	    0);
	assert_int_equal(
	    publish_follow_decide(&f->publish, &follow, FOLLOW_ACCEPTED), 0);
	/* Asked again, it stands. */
	RECEIVES(VERDICT_ACCEPTED, f, &bob,
	    "{'id':'https://b.example/f/2','type':'Follow','actor':'%s',"
	    "'object':'%s'}",
	    bob.uri, paul.uri);
	assert_true(follows(f, &bob, &paul, FOLLOW_ACCEPTED));
	assert_int_equal(node_fixture_waiting(f, "Accept", NULL), 2);
}

static void
follow_that_cannot_be_is_refused(void **state)
{
	struct node_fixture *f = *state;
	struct actor bob = node_fixture_remote(f, "b.example", "bob");
	struct actor gone = node_fixture_project(f, "parti");
	const struct place nowhere = { 0 };
	struct actor instance;

	RECEIVES(VERDICT_FORBIDDEN, f, &bob,
	    "{'id':'https://b.example/f/1','type':'Follow','actor':'%s',"
	    "'object':'https://node.example/o/nobody'}",
	    bob.uri);
	assert_int_equal(publish_actor_delete(&f->publish, gone.id), 0);
	RECEIVES(VERDICT_FORBIDDEN, f, &bob,
	    "{'id':'https://b.example/f/2','type':'Follow','actor':'%s',"
	    "'object':'%s'}",
	    bob.uri, gone.uri);
	RECEIVES(VERDICT_MALFORMED, f, &bob,
	    "{'type':'Follow','actor':'%s','object':'%s'}", bob.uri,
	    node_fixture_profile(f, "paul").uri);
	assert_non_null(f->reason);
	/* The instance is nobody to follow: it says so. */
	assert_int_equal(
	    publish_node_actors(&f->publish, "Territoire", &nowhere), 0);
	assert_int_equal(actor_of_kind(f->publish.db, f->publish.arena,
			     ACTOR_INSTANCE, &instance),
	    0);
	RECEIVES(VERDICT_ACCEPTED, f, &bob,
	    "{'id':'https://b.example/f/3','type':'Follow','actor':'%s',"
	    "'object':'%s'}",
	    bob.uri, instance.uri);
	assert_false(knows_follow(f, &bob, &instance));
	assert_int_equal(node_fixture_waiting(f, "Reject", bob.inbox), 1);
}

static void
undo_takes_a_follow_back(void **state)
{
	struct node_fixture *f = *state;
	struct actor bob = node_fixture_remote(f, "b.example", "bob");
	struct actor eve = node_fixture_remote(f, "b.example", "eve");
	struct actor paul = node_fixture_profile(f, "paul");

	node_fixture_follow(f, &bob, &paul);
	/* Not by another of the same host, neither whole nor by its id. */
	RECEIVES(VERDICT_FORBIDDEN, f, &eve,
	    "{'id':'https://b.example/u/1','type':'Undo','actor':'%s',"
	    "'object':{'id':'%s/follows/paul','type':'Follow','actor':'%s',"
	    "'object':'%s'}}",
	    eve.uri, bob.uri, bob.uri, paul.uri);
	RECEIVES(VERDICT_ACCEPTED, f, &eve,
	    "{'id':'https://b.example/u/2','type':'Undo','actor':'%s',"
	    "'object':'%s/follows/paul'}",
	    eve.uri, bob.uri);
	assert_true(follows(f, &bob, &paul, FOLLOW_ACCEPTED));
	RECEIVES(VERDICT_ACCEPTED, f, &bob,
	    "{'id':'https://b.example/u/3','type':'Undo','actor':'%s',"
	    "'object':'%s/follows/paul'}",
	    bob.uri, bob.uri);
	assert_false(knows_follow(f, &bob, &paul));
	/* Embedded, under an id that we never saw, or none. */
	for (int i = 0; i < 2; i++) {
		node_fixture_follow(f, &bob, &paul);
		RECEIVES(VERDICT_ACCEPTED, f, &bob,
		    "{'id':'https://b.example/u/e%d','type':'Undo',"
		    "'actor':'%s','object':{%s'type':'Follow','actor':'%s',"
		    "'object':'%s'}}",
		    i, bob.uri, i == 0 ? "'id':'https://b.example/x'," : "",
		    bob.uri, paul.uri);
		assert_false(knows_follow(f, &bob, &paul));
	}
}

static void
undo_that_comes_first_wins(void **state)
{
	struct node_fixture *f = *state;
	struct actor bob = node_fixture_remote(f, "b.example", "bob");
	struct actor paul = node_fixture_profile(f, "paul");

	RECEIVES(VERDICT_ACCEPTED, f, &bob,
	    "{'id':'https://b.example/u/1','type':'Undo','actor':'%s',"
	    "'object':{'id':'https://b.example/f/1','type':'Follow',"
	    "'actor':'%s','object':'%s'}}",
	    bob.uri, bob.uri, paul.uri);
	RECEIVES(VERDICT_DUPLICATE, f, &bob,
	    "{'id':'https://b.example/f/1','type':'Follow','actor':'%s',"
	    "'object':'%s'}",
	    bob.uri, paul.uri);
	assert_false(knows_follow(f, &bob, &paul));
}

/* --- Accept, Reject --- */

/* Paul asks bob; the id of the Follow. */
static const char *
ask(struct node_fixture *f, const struct actor *paul, const struct actor *bob)
{
	struct follow follow;
	enum follow_state state;

	assert_int_equal(
	    publish_follow(&f->publish, paul->id, bob->id, &state), 0);
	assert_int_equal(follow_get(f->publish.db, f->publish.arena, paul->id,
			     bob->id, &follow),
	    0);
	return follow.uri;
}

static void
accept_opens_what_was_asked(void **state)
{
	struct node_fixture *f = *state;
	struct actor bob = node_fixture_remote(f, "b.example", "bob");
	struct actor paul = node_fixture_profile(f, "paul");
	const char *uri = ask(f, &paul, &bob);

	for (int i = 1; i <= 2; i++) {
		RECEIVES(VERDICT_ACCEPTED, f, &bob,
		    "{'id':'https://b.example/a/%d','type':'Accept',"
		    "'actor':'%s','object':'%s'}",
		    i, bob.uri, uri);
		assert_true(follows(f, &paul, &bob, FOLLOW_ACCEPTED));
	}
	RECEIVES(VERDICT_ACCEPTED, f, &bob,
	    "{'id':'https://b.example/r/1','type':'Reject','actor':'%s',"
	    "'object':'%s'}",
	    bob.uri, uri);
	assert_false(knows_follow(f, &paul, &bob));
}

static void
accept_may_name_the_follow_in_other_ways(void **state)
{
	struct node_fixture *f = *state;
	struct actor bob = node_fixture_remote(f, "b.example", "bob");
	struct actor paul = node_fixture_profile(f, "paul");
	const char *first = ask(f, &paul, &bob), *const forms[] = {
		/* by the id of an earlier Follow, since asked anew */
		first,
		/* embedded, with no id or one made up */
		"",
		"https://b.example/made-up",
	};

	for (size_t i = 0; i < N_ELEMENTS(forms); i++) {
		assert_string_not_equal(ask(f, &paul, &bob), first);
		if (i == 0)
			RECEIVES(VERDICT_ACCEPTED, f, &bob,
			    "{'type':'Accept','actor':'%s','object':'%s'}",
			    bob.uri, forms[i]);
		else
			RECEIVES(VERDICT_ACCEPTED, f, &bob,
			    "{'type':'Accept','actor':'%s','object':{%s%s%s"
			    "'type':'Follow','actor':'%s','object':'%s'}}",
			    bob.uri, forms[i][0] != '\0' ? "'id':'" : "",
			    forms[i], forms[i][0] != '\0' ? "'," : "", paul.uri,
			    bob.uri);
		assert_true(follows(f, &paul, &bob, FOLLOW_ACCEPTED));
		assert_int_equal(
		    publish_unfollow(&f->publish, paul.id, bob.id), 0);
	}
}

static void
accept_that_nobody_asked_for_is_refused(void **state)
{
	struct node_fixture *f = *state;
	struct actor bob = node_fixture_remote(f, "b.example", "bob");
	struct actor mallory = node_fixture_remote(f, "m.example", "mallory");
	struct actor paul = node_fixture_profile(f, "paul");
	const char *uri = ask(f, &paul, &bob);

	/* Of a Follow of another, and of one that never was. */
	RECEIVES(VERDICT_FORBIDDEN, f, &mallory,
	    "{'type':'Accept','actor':'%s','object':'%s'}", mallory.uri, uri);
	RECEIVES(VERDICT_FORBIDDEN, f, &mallory,
	    "{'type':'Accept','actor':'%s','object':{'id':'%s',"
	    "'type':'Follow','actor':'%s','object':'%s'}}",
	    mallory.uri, uri, paul.uri, mallory.uri);
	RECEIVES(VERDICT_FORBIDDEN, f, &mallory,
	    "{'type':'Reject','actor':'%s','object':'%s'}", mallory.uri, uri);
	assert_false(knows_follow(f, &paul, &mallory));
	assert_true(follows(f, &paul, &bob, FOLLOW_PENDING));
	/* After we took it back. */
	assert_int_equal(publish_unfollow(&f->publish, paul.id, bob.id), 0);
	RECEIVES(VERDICT_FORBIDDEN, f, &bob,
	    "{'type':'Accept','actor':'%s','object':'%s'}", bob.uri, uri);
	assert_false(knows_follow(f, &paul, &bob));
}

/* --- Create --- */

static void
post_of_a_followed_is_kept_and_shown_once(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	struct object note;

	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    CREATE("1", NOTE("1", "Bonjour", "")));
	RECEIVES(VERDICT_DUPLICATE, f, &p.alice, "%s",
	    CREATE("1", NOTE("1", "Bonjour", "")));
	/* The same object told of again by another activity. */
	RECEIVES(VERDICT_DUPLICATE, f, &p.alice, "%s",
	    CREATE("2", NOTE("1", "Autre chose", "")));
	assert_int_equal(find_object(f, "https://a.example/n/1", &note), 0);
	assert_int_equal(note.actor_id, p.alice.id);
	assert_false(note.local);
	assert_string_equal(note.content, "Bonjour");
	assert_int_equal(node_fixture_shown(f, &p.paul), 1);
}

static void
post_of_a_stranger_is_ignored(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	struct object note;

	RECEIVES(VERDICT_IGNORED, f, &p.mallory,
	    "{'id':'https://m.example/a/1','type':'Create','actor':'%s',"
	    "'to':'as:Public','object':{'id':'https://m.example/n/1',"
	    "'type':'Note','attributedTo':'%s','to':'as:Public',"
	    "'content':'x'}}",
	    p.mallory.uri, p.mallory.uri);
	assert_int_equal(
	    find_object(f, "https://m.example/n/1", &note), -ENOENT);
	/* Nor is a follow that waits for an answer one. */
	(void)ask(f, &p.paul, &p.mallory);
	RECEIVES(VERDICT_IGNORED, f, &p.mallory,
	    "{'id':'https://m.example/a/2','type':'Create','actor':'%s',"
	    "'object':'https://m.example/n/2'}",
	    p.mallory.uri);
	assert_int_equal(tasks(f, TASK_OBJECT, "https://m.example/n/2"), 0);
}

static void
direct_message_reaches_its_recipient_alone(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	struct actor lise = node_fixture_profile(f, "lise");
	struct object note, *listed;
	size_t count;

	RECEIVES(VERDICT_ACCEPTED, f, &p.alice,
	    "{'id':'https://a.example/a/1','type':'Create','actor':'%s',"
	    "'to':['%s'],'object':{'id':'https://a.example/n/1',"
	    "'type':'Note','attributedTo':'%s','to':['%s'],"
	    "'content':'entre nous'}}",
	    p.alice.uri, lise.uri, p.alice.uri, lise.uri);
	assert_int_equal(find_object(f, "https://a.example/n/1", &note), 0);
	assert_int_equal(note.visibility, VISIBILITY_DIRECT);
	assert_int_equal(node_fixture_shown(f, &lise), 1);
	assert_int_equal(node_fixture_shown(f, &p.paul), 0);
	assert_int_equal(object_list(f->publish.db, f->publish.arena,
			     p.alice.id, 0, 10, &listed, &count),
	    0);
	assert_int_equal(count, 0);
}

static void
answer_to_what_is_kept_here_is_kept(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	const struct note_form form = { .text = "Question" };
	struct object note, answer;

	assert_int_equal(
	    publish_note_create(&f->publish, p.paul.id, &form, &note), 0);
	RECEIVES(VERDICT_ACCEPTED, f, &p.mallory,
	    "{'id':'https://m.example/a/1','type':'Create','actor':'%s',"
	    "'object':{'id':'https://m.example/n/1','type':'Note',"
	    "'attributedTo':'%s','to':'as:Public','content':'x',"
	    "'inReplyTo':'%s'}}",
	    p.mallory.uri, p.mallory.uri, note.uri);
	assert_int_equal(find_object(f, "https://m.example/n/1", &answer), 0);
	assert_string_equal(answer.in_reply_to, note.uri);
	assert_int_equal(node_fixture_shown(f, &p.paul), 0);
}

static void
date_to_come_counts_as_now(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	struct object note;

	RECEIVES(VERDICT_ACCEPTED, f, &p.alice,
	    "{'id':'https://a.example/a/1','type':'Create','actor':'%s',"
	    "'object':{'id':'https://a.example/n/1','type':'Note',"
	    "'attributedTo':'%s','to':'as:Public','content':'x',"
	    "'published':'2199-01-01T00:00:00Z'}}",
	    p.alice.uri, p.alice.uri);
	assert_int_equal(find_object(f, "https://a.example/n/1", &note), 0);
	assert_true(note.published <= f->publish.now);
}

static void
bare_id_and_new_project_are_read_where_they_live(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);

	for (int i = 0; i < 2; i++)
		RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
		    i == 0 ? CREATE("1", "'https://a.example/n/1'")
			   : CREATE("2",
				 "{'id':'https://a.example/p/1','type':'Group',"
				 "'preferredUsername':'p','inbox':"
				 "'https://a.example/p/1/inbox',"
				 "'attributedTo':'https://a.example/users/"
				 "alice'}"));
	assert_int_equal(tasks(f, TASK_OBJECT, "https://a.example/n/1"), 1);
	assert_int_equal(tasks(f, TASK_ACTOR, "https://a.example/p/1"), 1);
}

/* --- Update --- */

static void
newest_update_wins_in_any_order(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	struct object note;

	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    CREATE("1", NOTE("1", "un", "")));
	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    ALICE_DOES("3", "Update",
		NOTE("1", "trois", ",'updated':'2021-03-03T00:00:00Z'")));
	RECEIVES(VERDICT_DUPLICATE, f, &p.alice, "%s",
	    ALICE_DOES("2", "Update",
		NOTE("1", "deux", ",'updated':'2021-02-02T00:00:00Z'")));
	assert_int_equal(find_object(f, "https://a.example/n/1", &note), 0);
	assert_string_equal(note.content, "trois");
	/* One that does not say when is of now. */
	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    ALICE_DOES("4", "Update", NOTE("1", "quatre", "")));
	assert_int_equal(find_object(f, "https://a.example/n/1", &note), 0);
	assert_string_equal(note.content, "quatre");
	assert_int_equal(note.updated, f->publish.now);
	assert_int_equal(node_fixture_shown(f, &p.paul), 1);
}

static void
update_that_overtakes_its_create_is_kept(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	struct object note;

	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    ALICE_DOES("2", "Update",
		NOTE("1", "deux", ",'updated':'2021-02-02T00:00:00Z'")));
	RECEIVES(VERDICT_DUPLICATE, f, &p.alice, "%s",
	    CREATE("1", NOTE("1", "un", "")));
	assert_int_equal(find_object(f, "https://a.example/n/1", &note), 0);
	assert_string_equal(note.content, "deux");
	assert_int_equal(node_fixture_shown(f, &p.paul), 1);
}

static void
update_widens_nothing(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	struct object note;

	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    CREATE("1", "{'id':'https://a.example/n/1','type':'Note',"
			"'attributedTo':'https://a.example/users/alice',"
			"'to':'https://a.example/users/alice/followers',"
			"'published':'2021-01-01T00:00:00Z',"
			"'content':'secret'}"));
	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    ALICE_DOES("2", "Update",
		NOTE("1", "secret", ",'updated':'2021-02-02T00:00:00Z'")));
	assert_int_equal(find_object(f, "https://a.example/n/1", &note), 0);
	assert_int_equal(note.visibility, VISIBILITY_FOLLOWERS);
}

static void
another_changes_and_deletes_nothing(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	struct actor eve = node_fixture_remote(f, "a.example", "eve");
	struct object note;

	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    CREATE("1", NOTE("1", "un", "")));
	RECEIVES(VERDICT_FORBIDDEN, f, &eve,
	    "{'id':'https://a.example/a/2','type':'Update','actor':'%s',"
	    "'object':{'id':'https://a.example/n/1','type':'Note',"
	    "'attributedTo':'%s','to':'as:Public','content':'volé'}}",
	    eve.uri, eve.uri);
	RECEIVES(VERDICT_FORBIDDEN, f, &eve,
	    "{'id':'https://a.example/a/3','type':'Update','actor':'%s',"
	    "'object':'https://a.example/n/1'}",
	    eve.uri);
	RECEIVES(VERDICT_FORBIDDEN, f, &eve,
	    "{'id':'https://a.example/a/4','type':'Delete','actor':'%s',"
	    "'object':'https://a.example/n/1'}",
	    eve.uri);
	RECEIVES(VERDICT_FORBIDDEN, f, &eve,
	    "{'id':'https://a.example/a/5','type':'Delete','actor':'%s',"
	    "'object':'%s'}",
	    eve.uri, p.alice.uri);
	RECEIVES(VERDICT_WRONG_ORIGIN, f, &p.mallory,
	    "{'id':'https://m.example/a/6','type':'Delete','actor':'%s',"
	    "'object':'https://a.example/n/1'}",
	    p.mallory.uri);
	assert_int_equal(find_object(f, "https://a.example/n/1", &note), 0);
	assert_string_equal(note.content, "un");
	assert_int_equal(note.deleted_at, 0);
	assert_int_equal(node_fixture_shown(f, &p.paul), 1);
}

static void
update_of_the_unknown_by_a_stranger_is_ignored(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);

	RECEIVES(VERDICT_IGNORED, f, &p.mallory,
	    "{'id':'https://m.example/a/1','type':'Update','actor':'%s',"
	    "'object':'https://m.example/n/1'}",
	    p.mallory.uri);
	RECEIVES(VERDICT_IGNORED, f, &p.mallory,
	    "{'id':'https://m.example/a/2','type':'Update','actor':'%s',"
	    "'object':{'id':'https://m.example/p/1','type':'Group',"
	    "'preferredUsername':'p','inbox':'https://m.example/p/1/inbox',"
	    "'attributedTo':'%s'}}",
	    p.mallory.uri, p.mallory.uri);
	assert_int_equal(tasks(f, TASK_OBJECT, "https://m.example/n/1"), 0);
	assert_int_equal(tasks(f, TASK_ACTOR, "https://m.example/p/1"), 0);
}

static enum verdict
rename_alice(struct node_fixture *f, const struct actor *alice,
    const char *name, const char *updated)
{
	return receive(f, alice,
	    "{'type':'Update','actor':'%s','object':{'id':'%s',"
	    "'type':'Person','preferredUsername':'alice','name':'%s',"
	    "'inbox':'%s','published':'2020-01-01T00:00:00Z'%s}}",
	    alice->uri, alice->uri, name, alice->inbox, updated);
}

static void
sender_changes_its_own_profile(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	struct actor alice;

	assert_int_equal(rename_alice(f, &p.alice, "Deux",
			     ",'updated':'2021-02-02T00:00:00Z'"),
	    VERDICT_ACCEPTED);
	assert_int_equal(rename_alice(f, &p.alice, "Un",
			     ",'updated':'2021-01-01T00:00:00Z'"),
	    VERDICT_DUPLICATE);
	assert_int_equal(
	    actor_get(f->publish.db, f->publish.arena, p.alice.id, &alice), 0);
	assert_string_equal(alice.name, "Deux");
	assert_int_equal(
	    rename_alice(f, &p.alice, "Trois", ""), VERDICT_ACCEPTED);
	assert_int_equal(
	    actor_get(f->publish.db, f->publish.arena, p.alice.id, &alice), 0);
	assert_string_equal(alice.name, "Trois");
	assert_true(alice.fetched_at > 0);
	assert_non_null(alice.document);
	/* Its id alone: read again. */
	RECEIVES(VERDICT_ACCEPTED, f, &p.alice,
	    "{'type':'Update','actor':'%s','object':'%s'}", p.alice.uri,
	    p.alice.uri);
	assert_int_equal(tasks(f, TASK_ACTOR, p.alice.uri), 1);
}

/* --- Delete --- */

static void
deleted_post_does_not_come_back(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	struct object note;

	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    CREATE("1", NOTE("1", "un", "")));
	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    ALICE_DOES("2", "Delete",
		"{'id':'https://a.example/n/1','type':'Tombstone'}"));
	RECEIVES(VERDICT_DUPLICATE, f, &p.alice, "%s",
	    ALICE_DOES("3", "Delete", "'https://a.example/n/1'"));
	RECEIVES(VERDICT_DUPLICATE, f, &p.alice, "%s",
	    CREATE("4", NOTE("1", "un", "")));
	RECEIVES(VERDICT_DUPLICATE, f, &p.alice, "%s",
	    ALICE_DOES("5", "Update",
		NOTE("1", "deux", ",'updated':'2021-02-02T00:00:00Z'")));
	RECEIVES(VERDICT_IGNORED, f, &p.alice, "%s",
	    ALICE_DOES("6", "Announce", "'https://a.example/n/1'"));
	assert_int_equal(find_object(f, "https://a.example/n/1", &note), 0);
	assert_true(note.deleted_at != 0);
	assert_null(note.content);
	assert_int_equal(node_fixture_shown(f, &p.paul), 0);
}

static void
delete_that_comes_first_wins(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);

	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    ALICE_DOES("1", "Delete", "'https://a.example/n/1'"));
	RECEIVES(VERDICT_DUPLICATE, f, &p.alice, "%s",
	    CREATE("2", NOTE("1", "un", "")));
	assert_int_equal(node_fixture_shown(f, &p.paul), 0);
}

static void
actor_that_leaves_takes_all_along(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	struct actor alice;

	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    CREATE("1", NOTE("1", "un", "")));
	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    ALICE_DOES("2", "Delete", "'https://a.example/users/alice'"));
	assert_int_equal(
	    actor_get(f->publish.db, f->publish.arena, p.alice.id, &alice), 0);
	assert_true(alice.deleted_at != 0);
	assert_int_equal(node_fixture_shown(f, &p.paul), 0);
	assert_false(knows_follow(f, &p.paul, &p.alice));
	/* A lost answer brings it again; anything else is too late. */
	RECEIVES(VERDICT_DUPLICATE, f, &p.alice, "%s",
	    ALICE_DOES("2", "Delete", "'https://a.example/users/alice'"));
	RECEIVES(VERDICT_FORBIDDEN, f, &p.alice, "%s",
	    CREATE("3", NOTE("3", "revenue", "")));
}

/* --- Announce, Like, Block --- */

static void
announce_shows_and_undo_hides(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	struct actor project = node_fixture_project(f, "jardin");
	const struct note_form form = { .text = "Semis" };
	struct object note;

	assert_int_equal(
	    publish_note_create(&f->publish, project.id, &form, &note), 0);
	for (int i = 0; i < 2; i++) {
		RECEIVES(VERDICT_ACCEPTED, f, &p.alice,
		    "{'id':'https://a.example/b/%d','type':'Announce',"
		    "'actor':'%s','object':'%s'}",
		    i, p.alice.uri, note.uri);
		assert_int_equal(node_fixture_shown(f, &p.paul), 1);
		assert_int_equal(reactions(f, note.uri, REACTION_ANNOUNCE), 1);
		/* Once by its id alone, once embedded. */
		RECEIVES(VERDICT_ACCEPTED, f, &p.alice,
		    "{'type':'Undo','actor':'%s','object':%s"
		    "'https://a.example/b/%d'%s%s%s}",
		    p.alice.uri, i == 0 ? "" : "{'id':", i,
		    i == 0 ? "" : ",'type':'Announce','actor':",
		    i == 0 ? "" : "'https://a.example/users/alice','object':",
		    i == 0 ? ""
			   : arena_printf(f->publish.arena, "'%s'}", note.uri));
		assert_int_equal(node_fixture_shown(f, &p.paul), 0);
		assert_int_equal(reactions(f, note.uri, REACTION_ANNOUNCE), 0);
	}
}

static void
announce_twice_counts_once(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	const struct note_form form = { .text = "Semis" };
	struct object note;

	assert_int_equal(
	    publish_note_create(&f->publish, p.paul.id, &form, &note), 0);
	for (int i = 0; i < 2; i++)
		RECEIVES(i == 0 ? VERDICT_ACCEPTED : VERDICT_DUPLICATE, f,
		    &p.mallory,
		    "{'id':'https://m.example/b/%d','type':'Announce',"
		    "'actor':'%s','object':'%s'}",
		    i, p.mallory.uri, note.uri);
	assert_int_equal(reactions(f, note.uri, REACTION_ANNOUNCE), 1);
}

static void
announced_unknown_is_read_for_followers_of_the_announcer(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);

	RECEIVES(VERDICT_IGNORED, f, &p.mallory,
	    "{'id':'https://m.example/b/1','type':'Announce','actor':'%s',"
	    "'object':'https://c.example/n/1'}",
	    p.mallory.uri);
	assert_int_equal(tasks(f, TASK_OBJECT, "https://c.example/n/1"), 0);
	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    ALICE_DOES("1", "Announce", "'https://c.example/n/1'"));
	assert_int_equal(tasks(f, TASK_OBJECT, "https://c.example/n/1"), 1);
	/* A group passes on what its members do. */
	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    ALICE_DOES("2", "Announce",
		"{'id':'https://c.example/a/2','type':'Create','actor':"
		"'https://c.example/u','object':{'id':"
		"'https://c.example/n/2','type':'Note'}}"));
	assert_int_equal(tasks(f, TASK_OBJECT, "https://c.example/n/2"), 1);
	RECEIVES(VERDICT_IGNORED, f, &p.alice, "%s",
	    ALICE_DOES("3", "Announce",
		"{'id':'https://c.example/a/3','type':'Like','actor':"
		"'https://c.example/u','object':'https://c.example/n/3'}"));
	assert_int_equal(tasks(f, TASK_OBJECT, "https://c.example/n/3"), 0);
	/* Taken back before they were read: by id, and embedded without. */
	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    ALICE_DOES("5", "Undo", "'https://a.example/a/2'"));
	assert_int_equal(tasks(f, TASK_OBJECT, "https://c.example/n/2"), 0);
	assert_int_equal(tasks(f, TASK_OBJECT, "https://c.example/n/1"), 1);
	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    ALICE_DOES("6", "Undo",
		"{'type':'Announce','actor':"
		"'https://a.example/users/alice','object':"
		"'https://c.example/n/1'}"));
	assert_int_equal(tasks(f, TASK_OBJECT, "https://c.example/n/1"), 0);
	/* What is not here of ours will not be had elsewhere. */
	RECEIVES(VERDICT_IGNORED, f, &p.alice, "%s",
	    ALICE_DOES("4", "Announce", "'https://node.example/o/no'"));
	RECEIVES(VERDICT_IGNORED, f, &p.alice,
	    "{'type':'Announce','actor':'%s',"
	    "'object':'https://c.example/n/4'}",
	    p.alice.uri);
}

static void
what_is_not_public_is_not_announced(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	const struct note_form form = {
		.text = "Entre nous",
		.visibility = VISIBILITY_FOLLOWERS,
	};
	struct object note;

	assert_int_equal(
	    publish_note_create(&f->publish, p.paul.id, &form, &note), 0);
	RECEIVES(VERDICT_IGNORED, f, &p.alice,
	    "{'id':'https://a.example/b/1','type':'Announce','actor':'%s',"
	    "'object':'%s'}",
	    p.alice.uri, note.uri);
	assert_int_equal(node_fixture_shown(f, &p.paul), 0);
}

static void
like_counts_once_and_is_taken_back(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	const struct note_form form = { .text = "Semis" };
	struct object note;

	assert_int_equal(
	    publish_note_create(&f->publish, p.paul.id, &form, &note), 0);
	for (int i = 0; i < 2; i++)
		RECEIVES(i == 0 ? VERDICT_ACCEPTED : VERDICT_DUPLICATE, f,
		    &p.mallory,
		    "{'id':'https://m.example/l/%d','type':'Like',"
		    "'actor':'%s','object':'%s'}",
		    i, p.mallory.uri, note.uri);
	assert_int_equal(reactions(f, note.uri, REACTION_LIKE), 1);
	RECEIVES(VERDICT_ACCEPTED, f, &p.mallory,
	    "{'type':'Undo','actor':'%s','object':{'type':'Like',"
	    "'id':'https://m.example/l/0','actor':'%s','object':'%s'}}",
	    p.mallory.uri, p.mallory.uri, note.uri);
	assert_int_equal(reactions(f, note.uri, REACTION_LIKE), 0);
	RECEIVES(VERDICT_IGNORED, f, &p.mallory,
	    "{'id':'https://m.example/l/9','type':'Like','actor':'%s',"
	    "'object':'https://c.example/n/1'}",
	    p.mallory.uri);
}

static void
block_ends_follows_until_undone(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	enum follow_state asked;

	node_fixture_follow(f, &p.alice, &p.paul);
	RECEIVES(VERDICT_ACCEPTED, f, &p.alice,
	    "{'id':'https://a.example/k/1','type':'Block','actor':'%s',"
	    "'object':'%s'}",
	    p.alice.uri, p.paul.uri);
	assert_false(knows_follow(f, &p.alice, &p.paul));
	assert_false(knows_follow(f, &p.paul, &p.alice));
	assert_int_equal(
	    publish_follow(&f->publish, p.paul.id, p.alice.id, &asked),
	    -EINVAL);
	RECEIVES(VERDICT_ACCEPTED, f, &p.alice,
	    "{'type':'Undo','actor':'%s','object':{'type':'Block',"
	    "'id':'https://a.example/k/1','actor':'%s','object':'%s'}}",
	    p.alice.uri, p.alice.uri, p.paul.uri);
	assert_int_equal(
	    publish_follow(&f->publish, p.paul.id, p.alice.id, &asked), 0);
	RECEIVES(VERDICT_IGNORED, f, &p.alice, "%s",
	    ALICE_DOES("1", "Block", "'https://node.example/o/nobody'"));
}

static void
what_means_nothing_here_is_ignored(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);

	RECEIVES(VERDICT_IGNORED, f, &p.alice, "%s",
	    ALICE_DOES("1", "Arrive", "'https://example.com/'"));
	RECEIVES(VERDICT_IGNORED, f, &p.alice, "%s",
	    ALICE_DOES("2", "Flag", "['https://node.example/o/x']"));
	RECEIVES(VERDICT_IGNORED, f, &p.alice,
	    "{'type':'Move','actor':'%s','object':'%s',"
	    "'target':'https://b.example/alice'}",
	    p.alice.uri, p.alice.uri);
}

/* Another actor cannot use up an id that it knows beforehand. */
static void
seen_ids_are_the_actors_own(void **state)
{
	struct node_fixture *f = *state;
	struct people p = people(f);
	struct actor eve = node_fixture_remote(f, "a.example", "eve");

	RECEIVES(VERDICT_ACCEPTED, f, &eve,
	    "{'id':'https://a.example/a/9','type':'Undo','actor':'%s',"
	    "'object':'https://a.example/a/1'}",
	    eve.uri);
	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    CREATE("1", NOTE("1", "un", "")));
	RECEIVES(VERDICT_ACCEPTED, f, &p.alice, "%s",
	    CREATE("9", NOTE("9", "neuf", "")));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown( \
	    name, node_fixture_setup, node_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(follow_is_accepted_and_answered),
		TEST(follow_with_a_new_id_is_answered_anew),
		TEST(careful_followee_lets_wait),
		TEST(follow_that_cannot_be_is_refused),
		TEST(undo_takes_a_follow_back),
		TEST(undo_that_comes_first_wins),
		TEST(accept_opens_what_was_asked),
		TEST(accept_may_name_the_follow_in_other_ways),
		TEST(accept_that_nobody_asked_for_is_refused),
		TEST(post_of_a_followed_is_kept_and_shown_once),
		TEST(post_of_a_stranger_is_ignored),
		TEST(direct_message_reaches_its_recipient_alone),
		TEST(answer_to_what_is_kept_here_is_kept),
		TEST(date_to_come_counts_as_now),
		TEST(bare_id_and_new_project_are_read_where_they_live),
		TEST(newest_update_wins_in_any_order),
		TEST(update_that_overtakes_its_create_is_kept),
		TEST(update_widens_nothing),
		TEST(another_changes_and_deletes_nothing),
		TEST(update_of_the_unknown_by_a_stranger_is_ignored),
		TEST(sender_changes_its_own_profile),
		TEST(deleted_post_does_not_come_back),
		TEST(delete_that_comes_first_wins),
		TEST(actor_that_leaves_takes_all_along),
		TEST(announce_shows_and_undo_hides),
		TEST(announce_twice_counts_once),
		TEST(announced_unknown_is_read_for_followers_of_the_announcer),
		TEST(what_is_not_public_is_not_announced),
		TEST(like_counts_once_and_is_taken_back),
		TEST(block_ends_follows_until_undone),
		TEST(what_means_nothing_here_is_ignored),
		TEST(seen_ids_are_the_actors_own),
	};

	return cmocka_run_group_tests(
	    tests, node_fixture_group_setup, node_fixture_group_teardown);
}
