/* SPDX-License-Identifier: ISC */
/*
 * parvis:latest: what an entry of ours says of the latest public post, and
 * what follows here from that of another's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>

#include "federation/catalogue.h"
#include "federation/document.h"
#include "federation/latest.h"
#include "store/queue.h"
#include "store/story.h"
#include "tests/unit/federation_fixture.h"

enum { NOW = 1780000000 };

static void
say(struct node_fixture *f, int r)
{
	if (r != 0)
		fail_msg("%d: %s", r, f->publish.error);
}

/* A node with a log. */
static int
setup(void **state)
{
	const struct place place = { .name = "Dourdan" };
	struct node_fixture *f;
	struct actor instance;
	int r = node_fixture_setup(state);

	f = *state;
	f->publish.now = NOW;
	say(f, publish_node_actors(&f->publish, "Le pays", &place));
	say(f, actor_of_kind(
		   f->publish.db, f->publish.arena, ACTOR_INSTANCE, &instance));
	say(f,
	    publish_actor_keys(&f->publish, instance.id, f->rsa, f->ed25519));
	return r;
}

/* --- Ours --- */

static struct actor
project(struct node_fixture *f)
{
	struct actor ret = node_fixture_project(f, "jardin");

	ret.discoverable = true;
	say(f, publish_actor_update(&f->publish, &ret, NULL));
	return ret;
}

static struct object
publish(struct node_fixture *f, const struct actor *author,
    enum visibility visibility)
{
	const struct note_form form = { .text = "Du nouveau.",
		.visibility = visibility };
	struct object ret;

	say(f, publish_note_create(&f->publish, author->id, &form, &ret));
	return ret;
}

/* NULL: its entry has none. */
static const char *
said(struct node_fixture *f, const struct actor *actor, int64_t *ret_seq)
{
	struct catalogue_entry entry;
	struct latest latest;
	json_t *document;
	int r;

	say(f, catalogue_by_object(f->publish.db, f->publish.arena,
		   CATALOGUE_OWN, actor->uri, &entry));
	document = json_loads(entry.document, 0, NULL);
	r = latest_read(
	    f->publish.arena, json_object_get(document, "object"), &latest);
	json_decref(document);
	*ret_seq = entry.seq;
	return r == 0 ? latest.id : NULL;
}

static void
walk(struct node_fixture *f)
{
	struct catalogue_walk at = { 0 };
	bool more;

	do
		say(f, catalogue_catch_up(&f->publish, &at, &more));
	while (more);
}

static void
an_entry_tells_of_the_latest_public_post(void **state)
{
	struct node_fixture *f = *state;
	struct actor jardin = project(f);
	struct object one, two;
	int64_t before, seq;

	assert_null(said(f, &jardin, &before));
	f->publish.now += CATALOGUE_LATEST_SECONDS;
	one = publish(f, &jardin, VISIBILITY_PUBLIC);
	assert_string_equal(one.uri, said(f, &jardin, &seq));
	assert_int_equal(before + 1, seq);
	f->publish.now += CATALOGUE_LATEST_SECONDS;
	(void)publish(f, &jardin, VISIBILITY_FOLLOWERS);
	(void)publish(f, &jardin, VISIBILITY_UNLISTED);
	walk(f);
	assert_string_equal(one.uri, said(f, &jardin, &seq));
	assert_int_equal(before + 1, seq);
	two = publish(f, &jardin, VISIBILITY_PUBLIC);
	assert_string_equal(two.uri, said(f, &jardin, &seq));
	f->publish.now += CATALOGUE_LATEST_SECONDS;
	say(f, publish_note_delete(&f->publish, two.id));
	assert_string_equal(one.uri, said(f, &jardin, &seq));
	f->publish.now += CATALOGUE_LATEST_SECONDS;
	say(f, publish_note_delete(&f->publish, one.id));
	assert_null(said(f, &jardin, &seq));
}

static void
many_posts_renew_an_entry_once_and_the_walk_makes_it_exact(void **state)
{
	struct node_fixture *f = *state;
	struct actor jardin = project(f);
	struct object last = { 0 };
	int64_t before, seq;

	f->publish.now += CATALOGUE_LATEST_SECONDS;
	(void)publish(f, &jardin, VISIBILITY_PUBLIC);
	(void)said(f, &jardin, &before);
	for (int i = 0; i < 20; i++) {
		f->publish.now++;
		last = publish(f, &jardin, VISIBILITY_PUBLIC);
	}
	(void)said(f, &jardin, &seq);
	assert_int_equal(before, seq);
	walk(f);
	assert_string_equal(last.uri, said(f, &jardin, &seq));
	assert_int_equal(before + 1, seq);
	walk(f);
	(void)said(f, &jardin, &seq);
	assert_int_equal(before + 1, seq);
}

/* --- Others' --- */

#define HOST "https://b.example"

static void
what_cannot_be_used_says_nothing(void **state)
{
	struct node_fixture *f = *state;
	static const char *const bad[] = {
		"{}",
		"{\"id\":\"" HOST "/o/1\"}",
		"{\"id\":\"" HOST "/o/1\",\"parvis:latest\":\"" HOST "/n/1\"}",
		"{\"id\":\"" HOST "/o/1\",\"parvis:latest\":{\"id\":\"" HOST
		"/n/1\"}}",
		"{\"id\":\"" HOST "/o/1\",\"parvis:latest\":{\"published\":"
		"\"2026-01-01T00:00:00Z\"}}",
		"{\"id\":\"" HOST "/o/1\",\"parvis:latest\":{\"id\":"
		"\"https://c.example/n/1\",\"published\":"
		"\"2026-01-01T00:00:00Z\"}}",
		"{\"id\":\"" HOST "/o/1\",\"parvis:latest\":{\"id\":\"urn:x\","
		"\"published\":\"2026-01-01T00:00:00Z\"}}",
		"{\"id\":\"" HOST "/o/1\",\"parvis:latest\":{\"id\":\"" HOST
		"/n/1\",\"published\":\"hier\"}}",
		"{\"parvis:latest\":{\"id\":\"" HOST
		"/n/1\",\"published\":\"2026-01-01T00:00:00Z\"}}",
	};
	struct latest latest;

	for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
		json_t *object = json_loads(bad[i], 0, NULL);

		assert_non_null(object);
		if (latest_read(f->publish.arena, object, &latest) != -ENOENT)
			fail_msg("taken: %s", bad[i]);
		json_decref(object);
	}
}

/* When a task to read the story is due after this entry; 0: there is none. */
static int64_t
expected(struct node_fixture *f, const struct actor *actor, const char *post,
    int64_t published)
{
	json_t *object = json_pack(
	    "{s:s, s:{s:s}}", "id", actor->uri, "parvis:latest", "id", post);
	struct task *tasks;
	size_t count;

	document_set_time(
	    json_object_get(object, "parvis:latest"), "published", published);
	say(f, latest_expect(
		   f->publish.db, f->publish.arena, object, f->publish.now));
	json_decref(object);
	say(f, task_due(f->publish.db, f->publish.arena, INT64_MAX, 9, &tasks,
		   &count));
	if (count == 0)
		return 0;
	assert_int_equal(1, count);
	assert_int_equal(TASK_STORY, tasks[0].kind);
	assert_string_equal(actor->uri, tasks[0].uri);
	assert_int_equal(actor->id, tasks[0].actor_id);
	return tasks[0].next_at;
}

static void
a_post_that_did_not_arrive_is_read_where_somebody_follows(void **state)
{
	struct node_fixture *f = *state;
	struct actor lea = node_fixture_profile(f, "lea");
	struct actor moulin = node_fixture_remote(f, "b.example", "moulin");
	int64_t old = NOW - 86400, at;

	/* Nobody here follows it. */
	assert_int_equal(0, expected(f, &moulin, HOST "/n/1", old));
	node_fixture_follow(f, &lea, &moulin);
	at = expected(f, &moulin, HOST "/n/1", old);
	assert_in_range(at, NOW, NOW + 10);
	/* Once, however many entries tell of it. */
	assert_int_equal(at, expected(f, &moulin, HOST "/n/2", old));
}

static void
what_was_just_published_has_time_to_arrive(void **state)
{
	struct node_fixture *f = *state;
	struct actor lea = node_fixture_profile(f, "lea");
	struct actor moulin = node_fixture_remote(f, "b.example", "moulin");

	node_fixture_follow(f, &lea, &moulin);
	assert_in_range(
	    expected(f, &moulin, HOST "/n/1", NOW - 5), NOW + 60, NOW + 70);
}

static void
what_is_known_is_not_read_not_even_when_deleted(void **state)
{
	struct node_fixture *f = *state;
	struct actor lea = node_fixture_profile(f, "lea");
	struct actor moulin = node_fixture_remote(f, "b.example", "moulin");
	struct object post = { .uri = HOST "/n/1",
		.type = "Note",
		.actor_id = moulin.id,
		.content = "x",
		.published = NOW,
		.updated = NOW,
		.received_at = NOW };

	node_fixture_follow(f, &lea, &moulin);
	say(f, object_create(f->publish.db, &post, &post.id));
	assert_int_equal(0, expected(f, &moulin, post.uri, NOW));
	say(f, object_delete(f->publish.db, post.id, NOW));
	assert_int_equal(0, expected(f, &moulin, post.uri, NOW));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, node_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_entry_tells_of_the_latest_public_post),
		TEST(
		    many_posts_renew_an_entry_once_and_the_walk_makes_it_exact),
		TEST(what_cannot_be_used_says_nothing),
		TEST(a_post_that_did_not_arrive_is_read_where_somebody_follows),
		TEST(what_was_just_published_has_time_to_arrive),
		TEST(what_is_known_is_not_read_not_even_when_deleted),
	};

	return cmocka_run_group_tests(
	    tests, node_fixture_group_setup, node_fixture_group_teardown);
}
