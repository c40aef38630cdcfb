/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "store/outbox.h"
#include "tests/unit/store_fixture.h"

static void
activity_is_read_back_whole(void **state)
{
	struct fixture *f = *state;
	struct activity_row in = { .uri = "https://n/a/1",
		.type = "Create",
		.object_uri = "https://n/o/1",
		.document = "{\"é\":1}",
		.actor_id = fixture_local(f, ACTOR_PROFILE, "lise"),
		.visibility = VISIBILITY_FOLLOWERS,
		.listed = true,
		.published = 44 };
	struct activity_row out;
	int64_t id = 0;

	assert_int_equal(outbox_add(f->db, &in, &id), 0);
	assert_int_equal(outbox_by_uri(f->db, f->arena, in.uri, &out), 0);
	assert_int_equal(out.id, id);
	assert_string_equal(out.uri, in.uri);
	assert_string_equal(out.type, in.type);
	assert_string_equal(out.object_uri, in.object_uri);
	assert_string_equal(out.document, in.document);
	assert_int_equal(out.actor_id, in.actor_id);
	assert_int_equal(out.visibility, VISIBILITY_FOLLOWERS);
	assert_true(out.listed);
	assert_int_equal(out.published, 44);
	assert_int_equal(
	    outbox_by_uri(f->db, f->arena, "https://n/a/2", &out), -ENOENT);
}

static void
collection_holds_what_is_listed_newest_first(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise"), id, n = 0;
	struct activity_row hidden = {
		.uri = "h", .type = "Accept", .document = "{}", .actor_id = lise
	};
	struct activity_row *rows;
	size_t count;

	for (int i = 0; i < 3; i++)
		(void)fixture_activity(
		    f, lise, arena_printf(f->arena, "a%d", i), "o");
	assert_int_equal(outbox_add(f->db, &hidden, &id), 0);
	assert_int_equal(
	    outbox_list(f->db, f->arena, lise, 0, 2, &rows, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(rows[0].uri, "a2");
	assert_int_equal(
	    outbox_list(f->db, f->arena, lise, rows[1].id, 2, &rows, &count),
	    0);
	assert_int_equal(count, 1);
	assert_string_equal(rows[0].uri, "a0");
	assert_int_equal(outbox_count(f->db, lise, &n), 0);
	assert_int_equal(n, 3);
}

static void
retracted_object_leaves_the_collection(void **state)
{
	struct fixture *f = *state;
	const struct queue_limits limits = { 9, 1000000 };
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise"), n = 0;
	int64_t waiting = fixture_activity(f, lise, "a1", "o1");
	int64_t sent = fixture_activity(f, lise, "a2", "o1");
	int64_t other = fixture_activity(f, lise, "a3", "o2");
	struct delivery delivery = { .host_id = fixture_host(f, "a.example"),
		.activity_id = waiting,
		.actor_id = lise,
		.inbox = "https://a.example/inbox",
		.bytes = 5 };
	struct activity_row out;
	struct delivery *rows;
	size_t count;

	assert_int_equal(queue_add(f->db, &delivery, &limits), 0);
	assert_int_equal(outbox_retract_object(f->db, "o1"), 0);
	assert_int_equal(outbox_count(f->db, lise, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(outbox_get(f->db, f->arena, sent, &out), 0);
	assert_string_equal(out.document, "");
	assert_int_equal(outbox_get(f->db, f->arena, other, &out), 0);
	assert_true(out.listed && strlen(out.document) > 0);
	/* What waits is sent as it was, then cut down. */
	assert_int_equal(outbox_get(f->db, f->arena, waiting, &out), 0);
	assert_true(!out.listed && strlen(out.document) > 0);
	assert_int_equal(
	    queue_list(f->db, f->arena, NULL, 0, 9, &rows, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(queue_remove(f->db, rows[0].id), 0);
	assert_int_equal(outbox_get(f->db, f->arena, waiting, &out), 0);
	assert_string_equal(out.document, "");
}

static void
ids_are_seen_per_actor_and_forgotten_by_age(void **state)
{
	struct fixture *f = *state;
	size_t count = 9;

	assert_false(seen_has(f->db, "x", "bob"));
	assert_int_equal(seen_add(f->db, "x", "bob", 100), 0);
	assert_int_equal(seen_add(f->db, "y", "bob", 200), 0);
	assert_int_equal(seen_add(f->db, "z", "bob", 300), 0);
	assert_true(seen_has(f->db, "x", "bob"));
	assert_false(seen_has(f->db, "x", "eve"));
	assert_int_equal(seen_forget(f->db, 250, 1, &count), 0);
	assert_int_equal(count, 1);
	assert_false(seen_has(f->db, "x", "bob"));
	assert_int_equal(seen_forget(f->db, 250, 9, &count), 0);
	assert_int_equal(count, 1);
	assert_true(seen_has(f->db, "z", "bob"));
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(activity_is_read_back_whole),
		TEST(collection_holds_what_is_listed_newest_first),
		TEST(retracted_object_leaves_the_collection),
		TEST(ids_are_seen_per_actor_and_forgotten_by_age),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
