/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>

#include <cmocka.h>

#include "store/store.h"
#include "store/follow.h"
#include "store/queue.h"
#include "tests/unit/store_fixture.h"

static int64_t
stranger(struct fixture *f, const char *name, int64_t fetched_at)
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
		.fetched_at = fetched_at,
	};
	const struct actor_key key = {
		.uri = arena_printf(f->arena, "%s#key", uri),
		.kind = KEY_RSA,
		.spki = (const uint8_t *)"x",
		.spki_len = 1,
		.created_at = 1,
	};
	int64_t id = 0;

	assert_int_equal(actor_put_remote(f->db, &actor, &id), 0);
	assert_int_equal(actor_set_keys(f->db, id, &key, 1), 0);
	return id;
}

static bool
is_known(struct fixture *f, int64_t id)
{
	struct actor actor;
	int r = actor_get(f->db, f->arena, id, &actor);

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
		    actor_forget_strangers(f->db, before, rows, &after, &count),
		    0);
		sum += count;
	} while (after != 0);
	return sum;
}

static void
strangers_go_with_their_keys_when_nothing_refers_to_them(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t old = stranger(f, "old", 100),
		fresh = stranger(f, "fresh", 900);
	int64_t newest = stranger(f, "newest", 100), again;
	struct actor_key key;

	assert_int_equal(walk(f, 500, 2), 1);
	assert_false(is_known(f, old));
	assert_int_equal(actor_key_by_uri(f->db, f->arena,
			     "https://a.example/old#key", &key),
	    -ENOENT);
	assert_true(is_known(f, fresh));
	assert_true(is_known(f, lise));
	/* Or its id would come again. */
	assert_true(is_known(f, newest));
	again = stranger(f, "old", 1000);
	assert_true(again > newest);
	assert_int_equal(walk(f, 500, 100), 1);
	assert_false(is_known(f, newest));
	assert_int_equal(walk(f, 500, 100), 0);
}

static void
who_has_to_do_with_us_stays(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t kept[8], id = 0;
	size_t n = 0;
	struct task task = { .kind = TASK_ACTOR,
		.uri = "https://a.example/task",
		.next_at = 1,
		.created_at = 1 };

	kept[n] = stranger(f, "follower", 100);
	assert_int_equal(follow_put(f->db, "u1", kept[n++], lise, 1), 0);
	kept[n] = stranger(f, "followed", 100);
	assert_int_equal(follow_put(f->db, "u2", lise, kept[n++], 1), 0);
	kept[n] = stranger(f, "author", 100);
	id = fixture_note(f, kept[n++], "https://a.example/n", 10);
	kept[n] = stranger(f, "likes", 100);
	assert_int_equal(
	    reaction_add(f->db, REACTION_LIKE, "u3", id, kept[n++], 1), 0);
	kept[n] = stranger(f, "blocks", 100);
	assert_int_equal(block_add(f->db, kept[n++], lise, "u4", 1), 0);
	task.actor_id = kept[n++] = stranger(f, "task", 100);
	assert_int_equal(task_add(f->db, &task), 0);
	(void)stranger(f, "newest", 100);
	assert_int_equal(walk(f, 500, 3), 0);
	for (size_t i = 0; i < n; i++)
		assert_true(is_known(f, kept[i]));
}

static void
figures_follow(void **state)
{
	struct fixture *f = *state;
	struct store_figures before, after;

	assert_int_equal(store_figures(f->db, &before), 0);
	(void)stranger(f, "old", 100);
	(void)stranger(f, "newest", 900);
	assert_int_equal(walk(f, 500, 100), 1);
	assert_int_equal(store_figures(f->db, &after), 0);
	assert_int_equal(after.remote_actors, before.remote_actors + 1);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(strangers_go_with_their_keys_when_nothing_refers_to_them),
		TEST(who_has_to_do_with_us_stays),
		TEST(figures_follow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
