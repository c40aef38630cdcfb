/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "store/follow.h"
#include "tests/unit/store_fixture.h"

static struct follow
get(struct fixture *f, int64_t follower, int64_t followee)
{
	struct follow follow = { 0 };

	assert_int_equal(
	    follow_get(f->db, f->arena, follower, followee, &follow), 0);
	return follow;
}

static void
accept(struct fixture *f, const char *uri, int64_t follower, int64_t followee)
{
	assert_int_equal(follow_put(f->db, uri, follower, followee, 1), 0);
	assert_int_equal(follow_decide(f->db, get(f, follower, followee).id,
			     FOLLOW_ACCEPTED, 2),
	    0);
}

static void
asking_again_replaces_the_uri_and_keeps_an_acceptance(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t bob = fixture_remote(f, "a.example", "bob", NULL);
	struct follow follow;

	assert_int_equal(follow_put(f->db, "u1", bob, lise, 10), 0);
	follow = get(f, bob, lise);
	assert_int_equal(follow.state, FOLLOW_PENDING);
	assert_string_equal(follow.follower_uri, "https://a.example/bob");
	assert_string_equal(follow.followee_uri, "https://node.example/o/lise");
	assert_int_equal(follow.created_at, 10);
	assert_int_equal(
	    follow_decide(f->db, follow.id, FOLLOW_REJECTED, 11), 0);
	assert_int_equal(follow_put(f->db, "u2", bob, lise, 12), 0);
	follow = get(f, bob, lise);
	assert_int_equal(follow.state, FOLLOW_PENDING);
	assert_int_equal(follow.decided_at, 0);
	assert_int_equal(
	    follow_decide(f->db, follow.id, FOLLOW_ACCEPTED, 13), 0);
	assert_int_equal(follow_put(f->db, "u3", bob, lise, 14), 0);
	follow = get(f, bob, lise);
	assert_int_equal(follow.state, FOLLOW_ACCEPTED);
	assert_int_equal(follow.decided_at, 13);
	assert_int_equal(
	    follow_by_uri(f->db, f->arena, "u1", &follow), -ENOENT);
	assert_int_equal(follow_by_uri(f->db, f->arena, "u3", &follow), 0);
	assert_int_equal(follow_remove(f->db, bob, lise), 0);
	assert_int_equal(follow_remove(f->db, bob, lise), -ENOENT);
	assert_int_equal(
	    follow_decide(f->db, follow.id, FOLLOW_ACCEPTED, 15), -ENOENT);
}

static void
unknown_actors_cannot_follow(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");

	assert_int_equal(follow_put(f->db, "u1", 4711, lise, 10), -ENOENT);
}

static void
collections_go_by_state_in_pages(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise"), n = 0;
	struct follow *rows;
	size_t count;

	for (int i = 0; i < 5; i++) {
		const char *name = arena_printf(f->arena, "b%d", i);
		int64_t id = fixture_remote(f, "a.example", name, NULL);

		if (i < 4)
			accept(f, name, id, lise);
		else
			assert_int_equal(
			    follow_put(f->db, name, id, lise, 1), 0);
	}
	assert_int_equal(follow_followers(f->db, f->arena, lise,
			     FOLLOW_ACCEPTED, 0, 3, &rows, &count),
	    0);
	assert_int_equal(count, 3);
	assert_string_equal(rows[0].follower_uri, "https://a.example/b3");
	assert_int_equal(follow_followers(f->db, f->arena, lise,
			     FOLLOW_ACCEPTED, rows[2].id, 3, &rows, &count),
	    0);
	assert_int_equal(count, 1);
	assert_string_equal(rows[0].follower_uri, "https://a.example/b0");
	assert_int_equal(follow_followers(f->db, f->arena, lise, FOLLOW_PENDING,
			     0, 3, &rows, &count),
	    0);
	assert_int_equal(count, 1);
	assert_int_equal(follow_count_followers(f->db, lise, &n), 0);
	assert_int_equal(n, 4);
	assert_int_equal(follow_following(f->db, f->arena, rows[0].follower_id,
			     FOLLOW_PENDING, 0, 3, &rows, &count),
	    0);
	assert_int_equal(count, 1);
	assert_int_equal(follow_count_following(f->db, lise, &n), 0);
	assert_int_equal(n, 0);
}

static bool
has_inbox(const struct follow_inbox *rows, size_t count, const char *inbox,
    bool shared)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].inbox, inbox) == 0)
			return rows[i].shared == shared && rows[i].host_id > 0;
	}
	return false;
}

static void
each_shared_inbox_is_named_once(void **state)
{
	struct fixture *f = *state;
	const char *shared = "https://a.example/inbox";
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	struct follow_inbox *rows;
	const char **uris;
	size_t count;

	accept(f, "1", fixture_remote(f, "a.example", "x", shared), lise);
	accept(f, "2", fixture_remote(f, "a.example", "y", shared), lise);
	accept(f, "3", fixture_remote(f, "b.example", "z", NULL), lise);
	accept(f, "4", fixture_local(f, ACTOR_PROFILE, "paul"), lise);
	assert_int_equal(
	    follow_put(
		f->db, "5", fixture_remote(f, "c.example", "w", NULL), lise, 1),
	    0);
	assert_int_equal(
	    follow_inboxes(f->db, f->arena, lise, &rows, &count), 0);
	assert_int_equal(count, 2);
	assert_true(has_inbox(rows, count, shared, true));
	assert_true(has_inbox(rows, count, "https://b.example/z/inbox", false));
	assert_int_equal(follow_on_host(f->db, f->arena, lise,
			     fixture_host(f, "a.example"), &uris, &count),
	    0);
	assert_int_equal(count, 2);
	assert_string_equal(uris[0], "https://a.example/x");
	assert_string_equal(uris[1], "https://a.example/y");
}

static void
local_followers_of_a_remote_actor(void **state)
{
	struct fixture *f = *state;
	int64_t bob = fixture_remote(f, "a.example", "bob", NULL);
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	struct follow *rows;
	size_t count;

	accept(f, "1", lise, bob);
	accept(f, "2", fixture_remote(f, "b.example", "z", NULL), bob);
	assert_int_equal(follow_put(f->db, "3",
			     fixture_local(f, ACTOR_PROFILE, "p"), bob, 1),
	    0);
	assert_int_equal(
	    follow_local_of(f->db, f->arena, bob, &rows, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].follower_id, lise);
	assert_string_equal(
	    rows[0].follower_uri, "https://node.example/o/lise");
}

static void
block_ends_follows_both_ways(void **state)
{
	struct fixture *f = *state;
	int64_t bob = fixture_remote(f, "a.example", "bob", NULL);
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	struct follow follow;

	accept(f, "1", lise, bob);
	accept(f, "2", bob, lise);
	assert_false(block_stands(f->db, lise, bob));
	assert_int_equal(block_add(f->db, lise, bob, "b1", 5), 0);
	assert_int_equal(block_add(f->db, lise, bob, "b2", 6), 0);
	assert_true(block_stands(f->db, lise, bob));
	assert_false(block_stands(f->db, bob, lise));
	assert_int_equal(
	    follow_get(f->db, f->arena, lise, bob, &follow), -ENOENT);
	assert_int_equal(
	    follow_get(f->db, f->arena, bob, lise, &follow), -ENOENT);
	assert_int_equal(block_remove(f->db, lise, bob), 0);
	assert_int_equal(block_remove(f->db, lise, bob), -ENOENT);
	assert_false(block_stands(f->db, lise, bob));
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(asking_again_replaces_the_uri_and_keeps_an_acceptance),
		TEST(unknown_actors_cannot_follow),
		TEST(collections_go_by_state_in_pages),
		TEST(each_shared_inbox_is_named_once),
		TEST(local_followers_of_a_remote_actor),
		TEST(block_ends_follows_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
