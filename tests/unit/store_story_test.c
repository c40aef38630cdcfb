/* SPDX-License-Identifier: ISC */
/* What is known of the posts of others, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "store/follow.h"
#include "store/story.h"
#include "tests/unit/store_fixture.h"

static int64_t
remote(struct fixture *f, const char *name)
{
	const char *uri = arena_printf(f->arena, "https://a.example/%s", name);
	const struct actor actor = {
		.uri = uri,
		.type = "Person",
		.username = name,
		.host = "a.example",
		.inbox = arena_printf(f->arena, "%s/inbox", uri),
		.created_at = 1,
		.updated_at = 1,
		.fetched_at = 1,
	};
	int64_t id = 0;

	assert_int_equal(actor_put_remote(f->db, &actor, &id), 0);
	return id;
}

static int64_t
post(struct fixture *f, int64_t author, const char *uri, struct object more)
{
	int64_t id = 0;

	more.uri = uri;
	more.type = "Note";
	more.actor_id = author;
	more.content = "x";
	if (more.received_at == 0)
		more.received_at = 100;
	assert_int_equal(object_create(f->db, &more, &id), 0);
	return id;
}

static bool
is_known(struct fixture *f, const char *uri)
{
	struct object object;
	int r = object_by_uri(f->db, f->arena, uri, &object);

	assert_true(r == 0 || r == -ENOENT);
	return r == 0;
}

/* A whole walk, `rows` at a time: how many went. */
static size_t
walk(struct fixture *f, int64_t before, size_t rows)
{
	size_t sum = 0, count = 0;
	int64_t after = 0;

	do {
		assert_int_equal(
		    story_forget(f->db, before, rows, &after, &count), 0);
		sum += count;
	} while (after != 0);
	return sum;
}

static void
posts_that_nobody_follows_go_after_a_while(void **state)
{
	struct fixture *f = *state;
	int64_t lea = fixture_local(f, ACTOR_PROFILE, "lea");
	int64_t visited = remote(f, "visited"),
		followed = remote(f, "followed");
	int64_t shown, liked;

	assert_int_equal(follow_put(f->db, "f", lea, followed, 1), 0);
	(void)post(f, visited, "old", (struct object){ 0 });
	(void)post(f, visited, "new", (struct object){ .received_at = 900 });
	(void)post(f, visited, "reply", (struct object){ .in_reply_to = "u" });
	(void)post(f, visited, "private",
	    (struct object){ .visibility = VISIBILITY_DIRECT });
	(void)post(f, followed, "of-followed", (struct object){ 0 });
	(void)post(f, lea, "ours", (struct object){ .local = true });
	shown = post(f, visited, "shown", (struct object){ 0 });
	assert_int_equal(timeline_add(f->db, lea, shown, 1), 0);
	liked = post(f, visited, "liked", (struct object){ 0 });
	assert_int_equal(
	    reaction_add(f->db, REACTION_LIKE, "r", liked, lea, 1), 0);
	(void)post(f, visited, "newest", (struct object){ 0 });
	assert_int_equal(1, walk(f, 500, 2));
	assert_false(is_known(f, "old"));
	assert_true(is_known(f, "new") && is_known(f, "reply") &&
		    is_known(f, "private") && is_known(f, "of-followed") &&
		    is_known(f, "ours") && is_known(f, "shown") &&
		    is_known(f, "liked"));
	/* Or its id would come again. */
	assert_true(is_known(f, "newest"));
	/* It may be read again. */
	(void)post(f, visited, "old", (struct object){ 0 });
	assert_int_equal(1, walk(f, 500, 100));
	assert_true(is_known(f, "old"));
	assert_false(is_known(f, "newest"));
}

static void
a_story_lags_while_a_post_of_somebody_followed_is_unknown(void **state)
{
	struct fixture *f = *state;
	int64_t lea = fixture_local(f, ACTOR_PROFILE, "lea");
	int64_t author = remote(f, "author"), row = 0, id, follow;
	const char *uri = "https://a.example/author";
	struct follow put;

	assert_int_equal(-ENOENT, story_lags(f->db, uri, "p", &row));
	assert_int_equal(follow_put(f->db, "f", lea, author, 1), 0);
	assert_int_equal(-ENOENT, story_lags(f->db, uri, "p", &row));
	assert_int_equal(follow_by_uri(f->db, f->arena, "f", &put), 0);
	follow = put.id;
	assert_int_equal(follow_decide(f->db, follow, FOLLOW_ACCEPTED, 1), 0);
	assert_int_equal(0, story_lags(f->db, uri, "p", &row));
	assert_int_equal(author, row);
	id = post(f, author, "p", (struct object){ 0 });
	assert_int_equal(-ENOENT, story_lags(f->db, uri, "p", &row));
	assert_int_equal(object_delete(f->db, id, 1), 0);
	assert_int_equal(-ENOENT, story_lags(f->db, uri, "p", &row));
}

static void
answers_are_the_living_public_ones_in_order(void **state)
{
	struct fixture *f = *state;
	int64_t lea = fixture_local(f, ACTOR_PROFILE, "lea");
	int64_t author = remote(f, "author"), gone;
	struct object *replies;
	size_t count;

	(void)post(f, author, "second",
	    (struct object){ .in_reply_to = "p", .published = 20 });
	(void)post(f, lea, "first",
	    (struct object){
		.local = true, .in_reply_to = "p", .published = 10 });
	(void)post(f, author, "whispered",
	    (struct object){
		.in_reply_to = "p", .visibility = VISIBILITY_DIRECT });
	(void)post(
	    f, author, "elsewhere", (struct object){ .in_reply_to = "q" });
	gone = post(f, author, "gone",
	    (struct object){ .in_reply_to = "p", .published = 30 });
	assert_int_equal(object_delete(f->db, gone, 1), 0);
	assert_int_equal(
	    story_replies(f->db, f->arena, "p", 9, &replies, &count), 0);
	assert_int_equal(2, count);
	assert_string_equal("first", replies[0].uri);
	assert_string_equal("second", replies[1].uri);
	assert_int_equal(
	    story_replies(f->db, f->arena, "p", 1, &replies, &count), 0);
	assert_int_equal(1, count);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(posts_that_nobody_follows_go_after_a_while),
		TEST(a_story_lags_while_a_post_of_somebody_followed_is_unknown),
		TEST(answers_are_the_living_public_ones_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
