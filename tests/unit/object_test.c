/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>

#include <cmocka.h>

#include "store/follow.h"
#include "tests/unit/store_fixture.h"

static void
created_object_is_read_back_whole(void **state)
{
	struct fixture *f = *state;
	struct object in = {
		.uri = "https://a.example/n/1",
		.type = "Article",
		.actor_id = fixture_remote(f, "a.example", "bob", NULL),
		.visibility = VISIBILITY_UNLISTED,
		.in_reply_to = "https://b.example/n/2",
		.context = "https://b.example/c/2",
		.name = "Titre",
		.summary = "Avertissement",
		.content = "<p>é</p>",
		.source = "é",
		.url = "https://a.example/@bob/1",
		.language = "fr",
		.document = "{\"a\":1}",
		.published = 10,
		.updated = 11,
		.received_at = 12,
	};
	struct object out;
	int64_t id = 0;

	assert_int_equal(object_create(f->db, &in, &id), 0);
	assert_int_equal(object_by_uri(f->db, f->arena, in.uri, &out), 0);
	assert_int_equal(out.id, id);
	assert_false(out.local);
	assert_string_equal(out.type, in.type);
	assert_int_equal(out.actor_id, in.actor_id);
	assert_string_equal(out.actor_uri, "https://a.example/bob");
	assert_int_equal(out.visibility, VISIBILITY_UNLISTED);
	assert_string_equal(out.in_reply_to, in.in_reply_to);
	assert_string_equal(out.context, in.context);
	assert_string_equal(out.name, in.name);
	assert_string_equal(out.summary, in.summary);
	assert_string_equal(out.content, in.content);
	assert_string_equal(out.source, in.source);
	assert_string_equal(out.url, in.url);
	assert_string_equal(out.language, in.language);
	assert_string_equal(out.document, in.document);
	assert_int_equal(out.published, 10);
	assert_int_equal(out.updated, 11);
	assert_int_equal(out.received_at, 12);
	assert_int_equal(object_create(f->db, &in, &id), -EEXIST);
	assert_int_equal(
	    object_by_uri(f->db, f->arena, "https://a.example/", &out),
	    -ENOENT);
}

static void
update_keeps_author_and_visibility(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t id = fixture_note(f, lise, "https://n/o/1", 100);
	struct object change = { .id = id,
		.type = "Note",
		.content = "neuf",
		.actor_id = 4711,
		.visibility = VISIBILITY_DIRECT,
		.updated = 200 };
	struct object out;

	assert_int_equal(object_update(f->db, &change), 0);
	assert_int_equal(object_get(f->db, f->arena, id, &out), 0);
	assert_string_equal(out.content, "neuf");
	assert_int_equal(out.updated, 200);
	assert_int_equal(out.actor_id, lise);
	assert_int_equal(out.visibility, VISIBILITY_PUBLIC);
	assert_int_equal(out.published, 100);
	change.id = 4711;
	assert_int_equal(object_update(f->db, &change), -ENOENT);
}

static void
deleted_object_is_a_tombstone_for_good(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t id = fixture_note(f, lise, "https://n/o/1", 100), again;
	struct object out, same = { .uri = "https://n/o/1", .type = "Note" };
	struct timeline_entry *entries;
	int64_t n = 9;
	size_t count;

	assert_int_equal(
	    reaction_add(f->db, REACTION_LIKE, "l", id, lise, 1), 0);
	assert_int_equal(timeline_add(f->db, lise, id, 1), 0);
	assert_int_equal(object_delete(f->db, id, 300), 0);
	assert_int_equal(object_get(f->db, f->arena, id, &out), 0);
	assert_int_equal(out.deleted_at, 300);
	assert_string_equal(out.uri, "https://n/o/1");
	assert_int_equal(out.published, 100);
	assert_null(out.content);
	assert_null(out.source);
	assert_int_equal(object_create(f->db, &same, &again), -ESTALE);
	assert_int_equal(object_update(f->db, &out), -ENOENT);
	assert_int_equal(object_delete(f->db, id, 400), -ENOENT);
	assert_int_equal(reaction_count(f->db, id, REACTION_LIKE, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(
	    timeline_list(f->db, f->arena, lise, 0, 9, &entries, &count), 0);
	assert_int_equal(count, 0);
}

/* A post of b, received then, on lise's home page. */
static int64_t
remote_note(struct fixture *f, int64_t author, int64_t lise, const char *uri,
    int64_t received_at)
{
	const struct object note = { .uri = uri,
		.type = "Note",
		.actor_id = author,
		.content = "<p>x</p>",
		.published = 1,
		.updated = 1,
		.received_at = received_at };
	int64_t id = 0;

	assert_int_equal(object_create(f->db, &note, &id), 0);
	assert_int_equal(timeline_add(f->db, lise, id, 1), 0);
	return id;
}

static void
old_posts_of_others_go_from_home_pages_and_then_for_good(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t bob = fixture_remote(f, "a.example", "bob", NULL);
	int64_t mine = fixture_note(f, lise, "https://n/o/1", 10);
	int64_t second = remote_note(f, bob, lise, "https://a.example/2", 200);
	int64_t first = remote_note(f, bob, lise, "https://a.example/1", 100);
	int64_t third = remote_note(f, bob, lise, "https://a.example/3", 300);
	struct timeline_entry *entries;
	struct object out;
	size_t count = 9;

	assert_int_equal(timeline_add(f->db, lise, mine, 10), 0);
	assert_int_equal(object_forget_old(f->db, 100, 1000, 9, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(object_forget_old(f->db, 300, 1000, 1, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(object_get(f->db, f->arena, first, &out), 0);
	assert_int_equal(out.deleted_at, 1000);
	assert_int_equal(object_get(f->db, f->arena, second, &out), 0);
	assert_int_equal(out.deleted_at, 0);
	assert_int_equal(object_forget_old(f->db, 300, 1000, 9, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(
	    timeline_list(f->db, f->arena, lise, 0, 9, &entries, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(entries[0].object.id, mine);
	assert_int_equal(entries[1].object.id, third);
	assert_int_equal(object_forget_buried(f->db, 2000, 9, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(object_get(f->db, f->arena, first, &out), -ENOENT);
}

static void
buried_object_cannot_be_created_until_forgotten(void **state)
{
	struct fixture *f = *state;
	int64_t bob = fixture_remote(f, "a.example", "bob", NULL), id;
	int64_t mine = fixture_note(
	    f, fixture_local(f, ACTOR_PROFILE, "lise"), "https://n/o/1", 100);
	struct object late = {
		.uri = "https://a.example/n/1", .type = "Note", .actor_id = bob
	};
	size_t count = 9;
	struct object out;

	assert_int_equal(object_bury(f->db, late.uri, bob, 100), 0);
	assert_int_equal(object_bury(f->db, late.uri, bob, 200), 0);
	assert_int_equal(object_bury(f->db, "https://b.example/n", 0, 150), 0);
	assert_int_equal(object_bury(f->db, "https://n/o/1", 0, 100), -EEXIST);
	assert_int_equal(object_create(f->db, &late, &id), -ESTALE);
	assert_int_equal(object_delete(f->db, mine, 100), 0);
	assert_int_equal(object_forget_buried(f->db, 100, 9, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(object_forget_buried(f->db, 1000, 1, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(object_create(f->db, &late, &id), 0);
	assert_int_equal(object_forget_buried(f->db, 1000, 9, &count), 0);
	assert_int_equal(count, 1);
	/* Ours are remembered for ever. */
	assert_int_equal(object_get(f->db, f->arena, mine, &out), 0);
}

static void
author_list_goes_by_date_in_pages(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t a = fixture_note(f, lise, "a", 300);
	int64_t b = fixture_note(f, lise, "b", 100); /* written before a */
	int64_t c = fixture_note(f, lise, "c", 300);
	int64_t d = fixture_note(f, lise, "d", 200);
	struct object direct = { .local = true,
		.uri = "e",
		.type = "Note",
		.actor_id = lise,
		.visibility = VISIBILITY_DIRECT,
		.published = 400 };
	struct object *rows;
	size_t count;
	int64_t id, n = 0;

	assert_int_equal(object_create(f->db, &direct, &id), 0);
	assert_int_equal(
	    object_list(f->db, f->arena, lise, 0, 2, &rows, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].id, c);
	assert_int_equal(rows[1].id, a);
	assert_int_equal(
	    object_list(f->db, f->arena, lise, a, 5, &rows, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].id, d);
	assert_int_equal(rows[1].id, b);
	assert_int_equal(
	    object_list(f->db, f->arena, lise, b, 5, &rows, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(object_count(f->db, lise, &n), 0);
	assert_int_equal(n, 4);
	assert_int_equal(object_recent(f->db, f->arena, 3, &rows, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(rows[0].id, c);
	assert_int_equal(rows[2].id, d);
}

static void
reactions_count_once_and_are_undone_by_their_actor(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t bob = fixture_remote(f, "a.example", "bob", NULL);
	int64_t note = fixture_note(f, lise, "n", 100), n = 0;

	assert_int_equal(
	    reaction_add(f->db, REACTION_LIKE, "l1", note, bob, 1), 0);
	assert_int_equal(
	    reaction_add(f->db, REACTION_LIKE, "l2", note, bob, 2), -EEXIST);
	assert_int_equal(
	    reaction_add(f->db, REACTION_ANNOUNCE, "b1", note, bob, 2), 0);
	assert_int_equal(
	    reaction_add(f->db, REACTION_LIKE, "l3", 4711, bob, 2), -ENOENT);
	assert_int_equal(reaction_count(f->db, note, REACTION_LIKE, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(reaction_undo(f->db, "l1", lise), -ENOENT);
	assert_int_equal(reaction_undo(f->db, "l1", bob), 0);
	assert_int_equal(reaction_count(f->db, note, REACTION_LIKE, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(reaction_count(f->db, note, REACTION_ANNOUNCE, &n), 0);
	assert_int_equal(n, 1);
}

static void
follow_accepted(
    struct fixture *f, const char *uri, int64_t follower, int64_t followee)
{
	struct follow follow;

	assert_int_equal(follow_put(f->db, uri, follower, followee, 1), 0);
	assert_int_equal(
	    follow_get(f->db, f->arena, follower, followee, &follow), 0);
	assert_int_equal(
	    follow_decide(f->db, follow.id, FOLLOW_ACCEPTED, 2), 0);
}

static size_t
timeline_size(struct fixture *f, int64_t owner)
{
	struct timeline_entry *entries;
	size_t count = 0;

	assert_int_equal(
	    timeline_list(f->db, f->arena, owner, 0, 99, &entries, &count), 0);
	return count;
}

static void
fan_out_reaches_accepted_local_followers_once(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t paul = fixture_local(f, ACTOR_PROFILE, "paul");
	int64_t zoe = fixture_local(f, ACTOR_PROFILE, "zoe");
	int64_t bob = fixture_remote(f, "a.example", "bob", NULL);
	int64_t eve = fixture_remote(f, "b.example", "eve", NULL);
	int64_t note = fixture_note(f, bob, "https://a.example/n", 100);
	struct timeline_entry *entries;
	size_t count;

	follow_accepted(f, "f1", lise, bob);
	follow_accepted(f, "f2", eve, bob);
	follow_accepted(f, "f3", zoe, eve);
	follow_accepted(f, "f5", lise, eve);
	assert_int_equal(follow_put(f->db, "f4", paul, bob, 1), 0);
	assert_int_equal(block_add(f->db, zoe, bob, "b", 1), 0);
	/* Eve announces first, then the author's own comes. */
	assert_int_equal(timeline_fan_out(f->db, eve, note, 101, true), 0);
	assert_int_equal(timeline_size(f, zoe), 0); /* she blocks bob */
	assert_int_equal(
	    timeline_list(f->db, f->arena, lise, 0, 9, &entries, &count), 0);
	assert_int_equal(count, 1);
	assert_string_equal(entries[0].via_uri, "https://b.example/eve");
	assert_string_equal(
	    entries[0].object.actor_uri, "https://a.example/bob");
	assert_int_equal(timeline_fan_out(f->db, bob, note, 102, false), 0);
	assert_int_equal(
	    timeline_list(f->db, f->arena, lise, 0, 9, &entries, &count), 0);
	assert_int_equal(count, 1);
	assert_null(entries[0].via_uri);
	assert_int_equal(timeline_size(f, paul), 0);
	assert_int_equal(timeline_retract(f->db, note, eve), 0);
	assert_int_equal(timeline_size(f, lise), 1);
}

static void
retracted_announcement_leaves_the_page(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t bob = fixture_remote(f, "a.example", "bob", NULL);
	int64_t eve = fixture_remote(f, "b.example", "eve", NULL);
	int64_t note = fixture_note(f, bob, "https://a.example/n", 100);

	follow_accepted(f, "f1", lise, eve);
	assert_int_equal(timeline_fan_out(f->db, eve, note, 101, true), 0);
	assert_int_equal(timeline_size(f, lise), 1);
	assert_int_equal(timeline_retract(f->db, note, bob), 0);
	assert_int_equal(timeline_size(f, lise), 1);
	assert_int_equal(timeline_retract(f->db, note, eve), 0);
	assert_int_equal(timeline_size(f, lise), 0);
}

static void
timeline_goes_newest_first_in_pages(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	struct timeline_entry *entries;
	size_t count;

	for (int i = 1; i <= 5; i++) {
		int64_t note = fixture_note(
		    f, lise, arena_printf(f->arena, "https://n/o/%d", i), i);

		assert_int_equal(timeline_add(f->db, lise, note, 10 * i), 0);
		assert_int_equal(timeline_add(f->db, lise, note, 10 * i), 0);
	}
	assert_int_equal(
	    timeline_list(f->db, f->arena, lise, 0, 2, &entries, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(entries[0].at, 50);
	assert_int_equal(entries[1].at, 40);
	assert_int_equal(timeline_list(f->db, f->arena, lise, entries[1].id, 9,
			     &entries, &count),
	    0);
	assert_int_equal(count, 3);
	assert_int_equal(entries[0].at, 30);
	assert_string_equal(entries[2].object.uri, "https://n/o/1");
}

static void
timeline_pages_part_entries_of_one_second(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	struct timeline_entry *entries;
	int64_t before = 0;
	size_t count, seen = 0;

	for (int i = 1; i <= 5; i++) {
		int64_t note = fixture_note(
		    f, lise, arena_printf(f->arena, "https://n/o/%d", i), i);

		assert_int_equal(timeline_add(f->db, lise, note, 10), 0);
	}
	do {
		assert_int_equal(timeline_list(f->db, f->arena, lise, before, 2,
				     &entries, &count),
		    0);
		seen += count;
		if (count > 0)
			before = entries[count - 1].id;
	} while (count == 2);
	assert_int_equal(seen, 5);
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(created_object_is_read_back_whole),
		TEST(update_keeps_author_and_visibility),
		TEST(deleted_object_is_a_tombstone_for_good),
		TEST(old_posts_of_others_go_from_home_pages_and_then_for_good),
		TEST(buried_object_cannot_be_created_until_forgotten),
		TEST(author_list_goes_by_date_in_pages),
		TEST(reactions_count_once_and_are_undone_by_their_actor),
		TEST(fan_out_reaches_accepted_local_followers_once),
		TEST(retracted_announcement_leaves_the_page),
		TEST(timeline_goes_newest_first_in_pages),
		TEST(timeline_pages_part_entries_of_one_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
