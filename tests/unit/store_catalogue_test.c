/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "store/catalogue.h"
#include "tests/unit/store_fixture.h"

static const uint8_t zeros[CATALOGUE_STATE_SIZE];

static int
setup(void **state)
{
	struct catalogue_origin own = {
		.id = CATALOGUE_OWN,
		.domain = "node.example",
		.epoch = 1000,
		.state = zeros,
	};
	int r = fixture_setup(state);
	struct fixture *f = *state;

	return r == 0 ? catalogue_origin_set(f->db, &own) : r;
}

/* Puts an entry of ten bytes; the id of the row that it replaced. */
static int64_t
put(struct fixture *f, int64_t seq, const char *uri, enum catalogue_kind kind)
{
	struct catalogue_entry old, entry = {
		.origin_id = CATALOGUE_OWN,
		.seq = seq,
		.object_uri = uri,
		.kind = kind,
		.document = "0123456789",
		.at = 1000 + seq,
	};

	memset(entry.hash, (int)seq, sizeof(entry.hash));
	assert_int_equal(catalogue_put(f->db, f->arena, &entry, &old), 0);
	return old.id;
}

static struct catalogue_page
page(struct fixture *f, int64_t after, size_t count, size_t bytes)
{
	const struct catalogue_limits limits = { count, bytes };
	struct catalogue_origin own;
	struct catalogue_page ret;

	assert_int_equal(
	    catalogue_origin_get(f->db, f->arena, CATALOGUE_OWN, &own), 0);
	assert_int_equal(
	    catalogue_page(f->db, f->arena, &own, after, &limits, &ret), 0);
	return ret;
}

static void
where_a_log_stands_is_kept(void **state)
{
	struct fixture *f = *state;
	uint8_t bytes[CATALOGUE_STATE_SIZE];
	struct catalogue_origin origin = { .id = 2,
		.domain = "a.example",
		.epoch = 1,
		.seq = 2,
		.count = 3,
		.state = bytes };
	struct catalogue_origin read;

	memset(bytes, 0x5a, sizeof(bytes));
	assert_int_equal(
	    catalogue_origin_get(f->db, f->arena, 2, &read), -ENOENT);
	assert_int_equal(catalogue_origin_set(f->db, &origin), 0);
	assert_int_equal(catalogue_origin_get(f->db, f->arena, 2, &read), 0);
	assert_null(read.head);
	origin.head = "{}";
	origin.head_at = 77;
	origin.seq = 9;
	assert_int_equal(catalogue_origin_set(f->db, &origin), 0);
	assert_int_equal(catalogue_origin_get(f->db, f->arena, 2, &read), 0);
	assert_string_equal(read.domain, "a.example");
	assert_int_equal(read.epoch, 1);
	assert_int_equal(read.seq, 9);
	assert_int_equal(read.count, 3);
	assert_memory_equal(read.state, bytes, sizeof(bytes));
	assert_string_equal(read.head, "{}");
	assert_int_equal(read.head_at, 77);
}

static void
newer_entry_replaces_the_older(void **state)
{
	struct fixture *f = *state;
	struct catalogue_entry entry;

	assert_int_equal(put(f, 1, "one", CATALOGUE_UPDATE), 0);
	assert_int_equal(put(f, 2, "two", CATALOGUE_UPDATE), 0);
	assert_true(put(f, 3, "one", CATALOGUE_DELETE) != 0);
	assert_int_equal(
	    catalogue_by_object(f->db, f->arena, CATALOGUE_OWN, "one", &entry),
	    0);
	assert_int_equal(entry.seq, 3);
	assert_int_equal(entry.kind, CATALOGUE_DELETE);
	assert_int_equal(entry.hash[31], 3);
	assert_int_equal(entry.at, 1003);
	assert_int_equal(
	    catalogue_by_seq(f->db, f->arena, CATALOGUE_OWN, 1, &entry),
	    -ENOENT);
	assert_int_equal(
	    catalogue_by_seq(f->db, f->arena, CATALOGUE_OWN, 2, &entry), 0);
	assert_string_equal(entry.object_uri, "two");
	assert_int_equal(
	    catalogue_by_object(f->db, f->arena, 2, "one", &entry), -ENOENT);
	assert_int_equal(page(f, 0, 9, 1000).count, 2);
}

static void
number_is_given_once(void **state)
{
	struct fixture *f = *state;
	struct catalogue_entry old, entry = { .origin_id = CATALOGUE_OWN,
		.seq = 1,
		.object_uri = "two",
		.document = "{}" };

	put(f, 1, "one", CATALOGUE_UPDATE);
	assert_true(catalogue_put(f->db, f->arena, &entry, &old) < 0);
}

static void
pages_are_in_order_and_bounded(void **state)
{
	struct fixture *f = *state;
	struct catalogue_page got;
	char uri[16];

	for (int i = 1; i <= 7; i++) {
		(void)snprintf(uri, sizeof(uri), "u%d", i);
		put(f, 10 * i, uri,
		    i % 2 != 0 ? CATALOGUE_UPDATE : CATALOGUE_REMOVE);
	}
	got = page(f, 0, 3, 1000);
	assert_int_equal(got.count, 3);
	assert_true(got.more);
	assert_int_equal(got.entries[2].seq, 30);
	got = page(f, 30, 4, 1000);
	assert_int_equal(got.count, 4);
	assert_false(got.more);
	assert_int_equal(got.entries[0].seq, 40);
	got = page(f, 5, 9, 25); /* two documents of ten bytes */
	assert_int_equal(got.count, 2);
	assert_true(got.more);
	got = page(f, 5, 9, 3); /* one is always given */
	assert_int_equal(got.count, 1);
	assert_true(got.more);
	got = page(f, 70, 9, 1000);
	assert_int_equal(got.count, 0);
	assert_false(got.more);
}

static void
old_tombstones_are_forgotten_and_live_entries_are_not(void **state)
{
	struct fixture *f = *state;
	size_t count = 0;

	put(f, 1, "live", CATALOGUE_UPDATE);
	put(f, 2, "left", CATALOGUE_REMOVE);
	put(f, 3, "gone", CATALOGUE_DELETE);
	put(f, 4, "new", CATALOGUE_DELETE);
	assert_int_equal(
	    catalogue_prune(f->db, CATALOGUE_OWN, 1004, 1, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(
	    catalogue_prune(f->db, CATALOGUE_OWN, 1004, 9, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(page(f, 0, 9, 1000).count, 2);
	assert_int_equal(page(f, 0, 9, 1000).entries[0].seq, 1);
	assert_int_equal(page(f, 0, 9, 1000).entries[1].seq, 4);
}

static void
subjects_are_ours_the_deleted_too(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t jardin = fixture_local(f, ACTOR_PROJECT, "jardin");
	int64_t paul = fixture_local(f, ACTOR_PROFILE, "paul");
	int64_t ids[4];
	size_t count = 0;

	(void)fixture_remote(f, "a.example", "bob", NULL);
	assert_int_equal(actor_delete(f->db, paul, 5), 0);
	assert_int_equal(
	    catalogue_subjects(f->db, ACTOR_PROFILE, 0, 4, ids, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(ids[0], lise);
	assert_int_equal(ids[1], paul);
	assert_int_equal(
	    catalogue_subjects(f->db, ACTOR_PROFILE, lise, 4, ids, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(
	    catalogue_subjects(f->db, ACTOR_PROJECT, 0, 4, ids, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(ids[0], jardin);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(where_a_log_stands_is_kept),
		TEST(newer_entry_replaces_the_older),
		TEST(number_is_given_once),
		TEST(pages_are_in_order_and_bounded),
		TEST(old_tombstones_are_forgotten_and_live_entries_are_not),
		TEST(subjects_are_ours_the_deleted_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
