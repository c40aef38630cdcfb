/* SPDX-License-Identifier: ISC */
/*
 * Every statement that requests and deliveries run finds its rows by an
 * index: a table that grows must not make a request slower.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/catalogue.h"
#include "store/chore.h"
#include "store/follow.h"
#include "store/host.h"
#include "store/outbox.h"
#include "store/search.h"
#include "store/story.h"
#include "tests/unit/store_fixture.h"

/* Runs the functions that requests and deliveries are made of. */
static void
read_all(struct fixture *f, int64_t actor)
{
	struct db *db = f->db;
	struct arena *arena = f->arena;
	struct actor *actors, one;
	struct actor_key *keys, key;
	struct object *objects, object;
	struct follow *follows, follow;
	struct follow_inbox *inboxes;
	struct activity_row *rows, row;
	struct timeline_entry *entries;
	struct delivery *deliveries;
	struct task *tasks;
	struct host host, *hosts;
	struct catalogue_shown shown;
	bool known;
	const char **uris;
	int64_t *ids, n, two[2];
	size_t count;

	(void)!actor_by_uri(db, arena, "u", &one);
	(void)!actor_by_username(db, arena, "u", &one);
	(void)!actor_of_kind(db, arena, ACTOR_INSTANCE, &one);
	(void)!actor_list(db, arena, ACTOR_PROFILE, 1, 9, &actors, &count);
	(void)!actor_list_owned(db, arena, 1, &actors, &count);
	(void)!actor_keys(db, arena, 1, &keys, &count);
	(void)!actor_key_by_uri(db, arena, "u", &key);
	(void)!actor_without_keys(db, two, 2, &count);
	(void)!host_by_name(db, arena, "h", &host);
	(void)!object_by_uri(db, arena, "u", &object);
	(void)!story_replies(db, arena, "u", 9, &objects, &count);
	(void)!story_read_at(db, 1, &n);
	(void)!story_lags(db, "u", "v", &n);
	(void)!catalogue_shown(db, arena, "u", &shown);
	(void)!catalogue_speaks_of(db, "u", &known);
	(void)!object_list(db, arena, 1, 0, 9, &objects, &count);
	(void)!object_list(db, arena, 1, 5, 9, &objects, &count);
	(void)!object_recent(db, arena, 9, &objects, &count);
	(void)!object_count(db, 1, &n);
	(void)!reaction_count(db, 1, REACTION_LIKE, &n);
	(void)!timeline_list(db, arena, 1, 5, 9, &entries, &count);
	(void)!follow_get(db, arena, 1, 2, &follow);
	(void)!follow_by_uri(db, arena, "u", &follow);
	(void)!follow_followers(
	    db, arena, 1, FOLLOW_ACCEPTED, 5, 9, &follows, &count);
	(void)!follow_following(
	    db, arena, 1, FOLLOW_ACCEPTED, 5, 9, &follows, &count);
	(void)!follow_count_followers(db, 1, &n);
	(void)!follow_count_following(db, 1, &n);
	(void)!follow_inboxes(db, arena, 1, &inboxes, &count);
	(void)!follow_on_host(db, arena, 1, 1, &uris, &count);
	(void)!follow_local_of(db, arena, 1, &follows, &count);
	(void)block_stands(db, 1, 2);
	(void)!follow_from_host(db, arena, 1, 1, &follows, &count);
	(void)!outbox_announced(db, 1, "u", &known);
	(void)!outbox_announced_by(db, 1, 1, &known);
	(void)!outbox_by_uri(db, arena, "u", &row);
	(void)!outbox_list(db, arena, 1, 5, 9, &rows, &count);
	(void)!outbox_count(db, 1, &n);
	(void)seen_has(db, "u", "a");
	(void)!object_get(db, arena, 1, &object);
	(void)!outbox_get(db, arena, 1, &row);
	(void)!host_get(db, arena, 1, &host);
	(void)!host_list(db, arena, "a", 9, &hosts, &count);
	(void)!queue_list(db, arena, NULL, 1, 9, &deliveries, &count);
	(void)!timeline_list(db, arena, 1, 0, 9, &entries, &count);
	(void)!queue_hosts_due(db, arena, 1, 2, 9, &ids, &count);
	(void)!queue_of_host(db, arena, 1, 2, 9, &deliveries, &count);
	(void)!queue_next_at(db, &n);
	(void)!task_due(db, arena, 1, 9, &tasks, &count);
	(void)!task_next_at(db, &n);
	(void)!actor_get(db, arena, actor, &one);
}

/* Every order, from a cursor on too. */
static void
search_all(struct fixture *f)
{
	static const char *const cursors[] = { NULL, "b1.1", "a1.1", "n1.1",
		"t1.1" };
	struct search_query query = {
		.limit = 9, .located = true, .latitude = 48, .longitude = 2
	};
	struct search_completion *words;
	struct search_counts counts;
	struct search_page page;
	size_t count;

	for (unsigned i = 0; i < 2 * 3 * N_ELEMENTS(cursors); i++) {
		query.text = i % 2 == 0 ? NULL : "bois";
		query.sort = (enum search_sort)(i / 2 % 3);
		query.after = cursors[i / 6];
		(void)!search_run(f->db, f->arena, &query, &page);
		(void)!search_counts(f->db, f->arena, &query, &counts);
	}
	query = (struct search_query){ .limit = 9, .territory = "t" };
	(void)!search_run(f->db, f->arena, &query, &page);
	query.territory = NULL;
	(void)!search_counts(f->db, f->arena, &query, &counts);
	(void)!search_complete(f->db, f->arena, "bo", 9, &words, &count);
	(void)!search_complete(f->db, f->arena, "boi", 9, &words, &count);
}

static void
search_put_and_remove(struct fixture *f)
{
	static const uint8_t state[CATALOGUE_STATE_SIZE];
	struct catalogue_origin origin = {
		.id = 1, .domain = "t", .epoch = 1, .state = state
	};
	struct search_document document = {
		.entry_id = 1, .origin_id = 1, .object_uri = "u", .name = "Bois"
	};
	int64_t seqs[9], after;
	size_t count;
	bool more;

	assert_int_equal(search_tidy(f->db, true, &more), 0);
	assert_int_equal(catalogue_origin_set(f->db, &origin), 0);
	for (int i = 0; i < 4; i++) {
		document.entry_id = i + 1;
		assert_int_equal(search_put(f->db, &document), 0);
	}
	search_all(f);
	assert_int_equal(
	    search_missing(f->db, 1, 0, 9, seqs, &count, &after), 0);
	assert_int_equal(
	    search_remove_origin(f->db, f->arena, 1, 9, &count), 0);
	assert_int_equal(count, 4);
}

static void
write_all(struct fixture *f, int64_t lise, int64_t bob)
{
	const struct queue_limits limits = { 1, 1000 };
	struct delivery delivery = { .host_id = fixture_host(f, "a.example"),
		.activity_id = fixture_activity(f, lise, "a", "o"),
		.actor_id = lise,
		.inbox = "i",
		.bytes = 1 };
	struct task task = { .kind = TASK_OBJECT, .uri = "t" };
	const struct chore rest = { .kind = CHORE_ACTOR, .actor_id = lise };
	bool more = true;
	int64_t note = fixture_note(f, bob, "https://a.example/n", 1), n;
	size_t count;

	assert_int_equal(follow_put(f->db, "f", lise, bob, 1), 0);
	assert_int_equal(timeline_fan_out(f->db, bob, note, 1, false), 0);
	assert_int_equal(timeline_retract(f->db, note, bob), 0);
	assert_int_equal(
	    reaction_add(f->db, REACTION_LIKE, "l", note, lise, 1), 0);
	assert_int_equal(reaction_undo(f->db, "l", lise), 0);
	assert_int_equal(seen_add(f->db, "u", "a", 1), 0);
	assert_int_equal(task_add(f->db, &task), 0);
	assert_int_equal(queue_add(f->db, &delivery, &limits), 0);
	assert_int_equal(queue_add(f->db, &delivery, &limits), 0);
	assert_int_equal(host_answered(f->db, delivery.host_id, 2), 0);
	assert_int_equal(
	    host_failed(f->db, delivery.host_id, 2, 3, true, "x"), 0);
	assert_int_equal(queue_remove_inbox(f->db, "i", &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(queue_add(f->db, &delivery, &limits), 0);
	assert_int_equal(queue_retry_host(f->db, "a.example", 5, &n), 0);
	assert_int_equal(object_delete(f->db, note, 5), 0);
	assert_int_equal(outbox_retract_object(f->db, "o"), 0);
	assert_int_equal(actor_forget_strangers(f->db, 0, 9, &n, &count), 0);
	assert_int_equal(object_forget_old(f->db, 0, 9, 9, &count), 0);
	assert_int_equal(object_forget_buried(f->db, 9, 9, &count), 0);
	assert_int_equal(seen_forget(f->db, 0, 9, &count), 0);
	assert_int_equal(outbox_forget(f->db, 0, 9, &count), 0);
	assert_int_equal(queue_expire(f->db, 0, 9, &count), 0);
	assert_int_equal(actor_delete(f->db, bob, 9), 0);
	assert_int_equal(actor_delete(f->db, lise, 9), 0);
	assert_int_equal(queue_drop(f->db, 0, "a.example", &n), 0);
	assert_int_equal(chore_add(f->db, &rest), 0);
	while (more)
		assert_int_equal(chore_step(f->db, &more), 0);
}

struct texts {
	const char *sql[256];
	size_t count;
};

static void
collect(void *arg, const char *sql)
{
	struct texts *texts = arg;

	assert_true(texts->count < N_ELEMENTS(texts->sql));
	texts->sql[texts->count++] = sql;
}

/* Not a search; or an index that holds what is looked for, in order. */
static bool
harmless(const char *step)
{
	return strstr(step, "CONSTANT ROW") != NULL ||
	       strstr(step, "INDEX actor_keyless") != NULL ||
	       strstr(step, "INDEX activity_passing") != NULL ||
	       strstr(step, "INDEX chore_order") != NULL ||
	       strcmp(step, "SCAN seen") == 0 || /* the oldest, by id */
	       strcmp(step, "SCAN delivery") == 0 ||
	       strcmp(step, "SCAN old") == 0 ||
	       strncmp(step, "SCAN search_index VIRTUAL", 25) == 0 ||
	       /* Some times a day. */
	       strcmp(step, "SCAN search_index_idx") == 0 ||
	       strcmp(step, "SCAN search_count") == 0 ||   /* some thousands */
	       strncmp(step, "SCAN (subquery", 14) == 0 || /* with LIMIT */
	       strstr(step, "INDEX object_recent") != NULL;
}

/* What one very active actor did must not be read to find one thing of it. */
static bool
roundabout(const char *step, const char *sql)
{
	static const char *const wide[] = { "INDEX timeline_via ",
		"INDEX reaction_actor ", "INDEX activity_kept " };

	/* Bounded; or the check of a reference. */
	if (strstr(sql, "LIMIT") != NULL || strncmp(sql, "INSERT", 6) == 0)
		return false;
	for (size_t i = 0; i < N_ELEMENTS(wide); i++) {
		if (strstr(step, wide[i]) != NULL)
			return true;
	}
	return false;
}

/* A step that reads a whole table, or sorts what an index has in order. */
static bool
slow(const char *step)
{
	if (harmless(step))
		return false;
	return strncmp(step, "SCAN", 4) == 0 ||
	       strstr(step, "TEMP B-TREE FOR ORDER BY") != NULL ||
	       strstr(step, "TEMP B-TREE FOR LAST") != NULL ||
	       strstr(step, "AUTOMATIC") != NULL;
}

static size_t
check(struct fixture *f, const char *sql)
{
	CLEANUP(db_done) struct statement *plan = NULL;
	const char *text = arena_printf(f->arena, "EXPLAIN QUERY PLAN %s", sql);
	struct value values[64] = { 0 };
	const char *found;
	size_t count = 0, steps = 0;

	for (const char *s = sql; (s = strchr(s, '?')) != NULL; s++) {
		size_t number = (size_t)strtoul(s + 1, NULL, 10);

		count = MAX(count, number);
	}
	assert_int_equal(db_query(f->db, text, values, count, &plan), 0);
	while (db_next(plan) > 0) {
		(void)db_take_int(plan);
		(void)db_take_int(plan);
		(void)db_take_int(plan);
		found = db_take_text(plan, f->arena);
		if (slow(found) || roundabout(found, sql))
			fail_msg("%s\n%s", found, sql);
		steps++;
	}
	return steps;
}

static void
statements_find_their_rows_by_index(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t bob = fixture_remote(f, "a.example", "bob", NULL);
	struct texts texts = { 0 };
	size_t steps = 0;

	read_all(f, lise);
	write_all(f, lise, bob);
	search_put_and_remove(f);
	db_each_statement(f->db, collect, &texts);
	assert_true(texts.count > 60);
	for (size_t i = 0; i < texts.count; i++)
		steps += check(f, texts.sql[i]);
	assert_true(steps > 60);
}

static void
check_sees_a_statement_that_reads_a_whole_table(void **state)
{
	(void)state;
	assert_true(slow("SCAN actor"));
	assert_true(slow("USE TEMP B-TREE FOR ORDER BY"));
	assert_false(slow("SEARCH actor USING INDEX actor_uri (uri_hash=?)"));
	assert_true(
	    roundabout("SEARCH timeline USING INDEX timeline_via (via_id=?)",
		"DELETE FROM timeline WHERE object_id = ?1 AND via_id = ?2"));
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(statements_find_their_rows_by_index),
		cmocka_unit_test(
		    check_sees_a_statement_that_reads_a_whole_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
