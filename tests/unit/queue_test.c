/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>

#include <cmocka.h>

#include "store/host.h"
#include "store/queue.h"
#include "tests/unit/store_fixture.h"

struct line {
	struct fixture *f;
	int64_t actor, activity, host;
};

static struct line
line_new(struct fixture *f, const char *host)
{
	int64_t actor = fixture_local(f, ACTOR_PROFILE, host);

	return (struct line){ f, actor, fixture_activity(f, actor, host, "o"),
		fixture_host(f, host) };
}

/* The id of the new delivery, the last one of its host. */
static int64_t
add(const struct line *line, int64_t key, int64_t next_at, int64_t bytes,
    int64_t max_items)
{
	const struct queue_limits limits = { max_items, 1000 };
	struct delivery delivery = { .host_id = line->host,
		.activity_id = line->activity,
		.actor_id = line->actor,
		.inbox = key < 0 ? "https://a.example/gone"
				 : "https://a.example/inbox",
		.order_key = key,
		.bytes = bytes,
		.next_at = next_at,
		.created_at = 1000 + next_at };
	struct delivery *rows;
	size_t count;

	assert_int_equal(queue_add(line->f->db, &delivery, &limits), 0);
	assert_int_equal(queue_of_host(line->f->db, line->f->arena, line->host,
			     0, 99, &rows, &count),
	    0);
	assert_true(count > 0);
	return rows[count - 1].id;
}

static struct host
host_of(const struct line *line)
{
	struct host host = { 0 };

	assert_int_equal(
	    host_get(line->f->db, line->f->arena, line->host, &host), 0);
	return host;
}

/* -1: nothing waits. */
static int64_t
next_at(struct fixture *f)
{
	int64_t at = -1;
	int r = queue_next_at(f->db, &at);

	assert_true(r == 0 || r == -ENOENT);
	return at;
}

static size_t
due(struct fixture *f, int64_t now, int64_t after, int64_t *first)
{
	int64_t *ids = NULL;
	size_t count = 0;

	assert_int_equal(
	    queue_hosts_due(f->db, f->arena, now, after, 9, &ids, &count), 0);
	if (count > 0)
		*first = ids[0];
	return count;
}

static void
host_counts_what_waits(void **state)
{
	struct line line = line_new(*state, "a.example");
	int64_t a = add(&line, 1, 10, 100, 9);
	int64_t b = add(&line, 2, 20, 50, 9);
	struct delivery *rows;
	size_t count;

	assert_int_equal(host_of(&line).waiting_items, 2);
	assert_int_equal(host_of(&line).waiting_bytes, 150);
	assert_int_equal(queue_of_host(line.f->db, line.f->arena, line.host, a,
			     9, &rows, &count),
	    0);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].id, b);
	assert_string_equal(rows[0].host, "a.example");
	assert_string_equal(rows[0].activity_type, "Create");
	assert_string_equal(rows[0].activity_uri, "a.example");
	assert_int_equal(rows[0].bytes, 50);
	assert_int_equal(queue_remove(line.f->db, a), 0);
	assert_int_equal(queue_remove(line.f->db, a), -ENOENT);
	assert_int_equal(host_of(&line).waiting_items, 1);
	assert_int_equal(host_of(&line).waiting_bytes, 50);
	assert_int_equal(queue_remove(line.f->db, b), 0);
	assert_int_equal(host_of(&line).waiting_items, 0);
	assert_int_equal(host_of(&line).waiting_bytes, 0);
	assert_int_equal(next_at(line.f), -1);
}

static void
oldest_go_beyond_the_bounds(void **state)
{
	struct line line = line_new(*state, "a.example");
	int64_t a = add(&line, 1, 10, 10, 3);
	struct delivery *rows;
	size_t count;

	(void)add(&line, 1, 20, 10, 3);
	(void)add(&line, 1, 30, 10, 3);
	(void)add(&line, 1, 40, 10, 3);
	assert_int_equal(host_of(&line).waiting_items, 3);
	assert_int_equal(host_of(&line).dropped_items, 1);
	assert_int_equal(host_of(&line).dropped_at, 1040);
	assert_int_equal(queue_remove(line.f->db, a), -ENOENT);
	/* Its bytes push out all others, but not itself. */
	a = add(&line, 1, 50, 5000, 3);
	assert_int_equal(queue_of_host(line.f->db, line.f->arena, line.host, 0,
			     9, &rows, &count),
	    0);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].id, a);
	assert_int_equal(host_of(&line).waiting_bytes, 5000);
	assert_int_equal(host_of(&line).dropped_items, 4);
	assert_int_equal(next_at(line.f), 50);
}

static void
only_the_first_of_a_key_makes_a_host_due(void **state)
{
	struct line line = line_new(*state, "a.example");
	int64_t first = add(&line, 7, 100, 10, 9), host = 0;
	int64_t second = add(&line, 7, 10, 10, 9);
	int64_t third = add(&line, 8, 50, 10, 9);

	/* The second is due, and waits for the first. */
	assert_int_equal(next_at(line.f), 50);
	assert_int_equal(due(line.f, 49, 0, &host), 0);
	assert_int_equal(due(line.f, 50, 0, &host), 1);
	assert_int_equal(host, line.host);
	assert_int_equal(queue_retry(line.f->db, third, 500, 503, "busy"), 0);
	assert_int_equal(next_at(line.f), 100);
	assert_int_equal(queue_remove(line.f->db, first), 0);
	assert_int_equal(next_at(line.f), 10);
	assert_int_equal(queue_remove(line.f->db, second), 0);
	assert_int_equal(next_at(line.f), 500);
}

static void
retry_counts_and_keeps_the_reason(void **state)
{
	struct line line = line_new(*state, "a.example");
	int64_t id = add(&line, 1, 10, 10, 9);
	struct delivery *rows;
	size_t count;

	assert_int_equal(queue_retry(line.f->db, id, 70, 503, "busy"), 0);
	assert_int_equal(queue_retry(line.f->db, id, 90, 0, "timed out"), 0);
	assert_int_equal(queue_retry(line.f->db, id + 1, 90, 0, "x"), -ENOENT);
	assert_int_equal(queue_list(line.f->db, line.f->arena, "a.example", 0,
			     9, &rows, &count),
	    0);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].attempts, 2);
	assert_int_equal(rows[0].next_at, 90);
	assert_int_equal(rows[0].last_status, 0);
	assert_string_equal(rows[0].last_error, "timed out");
}

static void
pause_of_a_host_holds_its_deliveries(void **state)
{
	struct line line = line_new(*state, "a.example");
	int64_t host = 0;

	(void)add(&line, 1, 10, 10, 9);
	assert_int_equal(
	    host_failed(line.f->db, line.host, 20, 600, true, "down"), 0);
	assert_int_equal(next_at(line.f), 600);
	assert_int_equal(due(line.f, 599, 0, &host), 0);
	assert_int_equal(due(line.f, 600, 0, &host), 1);
	(void)add(&line, 2, 15, 10, 9);
	assert_int_equal(next_at(line.f), 600);
	assert_int_equal(host_answered(line.f->db, line.host, 601), 0);
	assert_int_equal(next_at(line.f), 10);
}

static void
hosts_come_in_rounds_by_id(void **state)
{
	struct line a = line_new(*state, "a.example");
	struct line b = line_new(*state, "b.example");
	struct line c = line_new(*state, "c.example");
	int64_t host = 0;

	(void)add(&a, 1, 30, 10, 9);
	(void)add(&b, 1, 20, 10, 9);
	(void)add(&c, 1, 10, 10, 9);
	assert_int_equal(next_at(a.f), 10);
	assert_int_equal(due(a.f, 30, 0, &host), 3);
	assert_int_equal(host, a.host);
	assert_int_equal(due(a.f, 30, a.host, &host), 2);
	assert_int_equal(host, b.host);
	assert_int_equal(due(a.f, 30, c.host, &host), 0);
	assert_int_equal(due(a.f, 15, 0, &host), 1);
	assert_int_equal(host, c.host);
}

static void
retry_by_hand_ends_the_pause(void **state)
{
	struct line a = line_new(*state, "a.example");
	struct line b = line_new(*state, "b.example");
	int64_t count = 0;

	(void)add(&a, 1, 5000, 10, 9);
	(void)add(&a, 1, 6000, 10, 9);
	(void)add(&b, 1, 7000, 10, 9);
	assert_int_equal(
	    host_failed(a.f->db, a.host, 20, 9000, true, "down"), 0);
	assert_int_equal(
	    queue_retry_host(a.f->db, "a.example", 100, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(next_at(a.f), 100);
	assert_int_equal(host_of(&a).next_at, 0);
	assert_int_equal(queue_retry_host(a.f->db, NULL, 90, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(next_at(a.f), 90);
	assert_int_equal(
	    queue_retry_host(a.f->db, "z.example", 90, &count), -ENOENT);
}

static void
dropping_by_hand_takes_one_or_a_host(void **state)
{
	struct line a = line_new(*state, "a.example");
	struct line b = line_new(*state, "b.example");
	int64_t id = add(&a, 1, 10, 10, 9), count = 0;
	struct delivery *rows;
	size_t left;

	(void)add(&a, 1, 20, 10, 9);
	(void)add(&a, 1, 30, 10, 9);
	(void)add(&b, 1, 40, 10, 9);
	assert_int_equal(queue_drop(a.f->db, id, NULL, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(queue_drop(a.f->db, id, NULL, &count), -ENOENT);
	assert_int_equal(queue_drop(a.f->db, 0, "a.example", &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(queue_drop(a.f->db, 0, "a.example", &count), -ENOENT);
	assert_int_equal(queue_drop(a.f->db, 0, "z.example", &count), -ENOENT);
	assert_int_equal(queue_drop(a.f->db, 0, NULL, &count), -ENOENT);
	assert_int_equal(host_of(&a).waiting_items, 0);
	assert_int_equal(
	    queue_list(a.f->db, a.f->arena, NULL, 0, 9, &rows, &left), 0);
	assert_int_equal(left, 1);
	assert_string_equal(rows[0].host, "b.example");
}

static void
old_deliveries_expire_and_count_as_dropped(void **state)
{
	struct line line = line_new(*state, "a.example");
	size_t count = 0;

	for (int64_t at = 10; at <= 50; at += 10)
		(void)add(&line, at, at, 10, 9);
	assert_int_equal(queue_expire(line.f->db, 1010, 9, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(queue_expire(line.f->db, 1040, 2, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(queue_expire(line.f->db, 1040, 9, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(host_of(&line).waiting_items, 2);
	assert_int_equal(host_of(&line).dropped_items, 3);
	assert_int_equal(next_at(line.f), 40);
}

static void
deliveries_to_one_inbox_go(void **state)
{
	struct line line = line_new(*state, "a.example");
	size_t count = 9;

	(void)add(&line, -1, 10, 10, 9);
	(void)add(&line, 5, 20, 10, 9);
	(void)add(&line, -2, 30, 10, 9);
	assert_int_equal(
	    queue_remove_inbox(line.f->db, "https://a.example/gone", &count),
	    0);
	assert_int_equal(count, 2);
	assert_int_equal(host_of(&line).waiting_items, 1);
	assert_int_equal(host_of(&line).dropped_items, 0);
	assert_int_equal(
	    queue_remove_inbox(line.f->db, "https://a.example/gone", &count),
	    0);
	assert_int_equal(count, 0);
}

static void
tasks_are_kept_once_and_come_when_due(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise"), at = 0;
	struct task task = { .kind = TASK_FOLLOW,
		.uri = "acct:bob@a.example",
		.actor_id = lise,
		.argument = "x",
		.next_at = 50,
		.created_at = 40 };
	struct task *rows;
	size_t count;

	assert_int_equal(task_next_at(f->db, &at), -ENOENT);
	assert_int_equal(task_add(f->db, &task), 0);
	assert_int_equal(task_add(f->db, &task), 0);
	task.actor_id = 0;
	task.next_at = 30;
	assert_int_equal(task_add(f->db, &task), 0);
	assert_int_equal(task_add(f->db, &task), 0);
	assert_int_equal(task_next_at(f->db, &at), 0);
	assert_int_equal(at, 30);
	assert_int_equal(task_due(f->db, f->arena, 29, 9, &rows, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(task_due(f->db, f->arena, 99, 9, &rows, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].actor_id, 0);
	assert_int_equal(rows[1].actor_id, lise);
	assert_int_equal(rows[1].kind, TASK_FOLLOW);
	assert_string_equal(rows[1].argument, "x");
	assert_int_equal(task_retry(f->db, &rows[0], 200, "no answer"), 0);
	assert_int_equal(task_next_at(f->db, &at), 0);
	assert_int_equal(at, 50);
	assert_int_equal(task_remove(f->db, &rows[1]), 0);
	assert_int_equal(task_remove(f->db, &rows[1]), -ENOENT);
	assert_int_equal(task_due(f->db, f->arena, 200, 9, &rows, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].attempts, 1);
}

static void
a_new_task_is_not_taken_for_one_that_had_its_id(void **state)
{
	struct fixture *f = *state;
	struct task task = { .kind = TASK_OBJECT,
		.uri = "https://a.example/n",
		.actor_id = fixture_local(f, ACTOR_PROFILE, "lise"),
		.argument = "https://a.example/announce",
		.created_at = 40 };
	struct task old = task, *rows;
	size_t count;

	assert_int_equal(task_add(f->db, &task), 0);
	assert_int_equal(task_due(f->db, f->arena, 99, 9, &rows, &count), 0);
	old.id = rows[0].id;
	assert_int_equal(
	    task_remove_announced(f->db, task.actor_id, "another", NULL), 0);
	assert_int_equal(task_remove_announced(
			     f->db, task.actor_id + 1, task.argument, NULL),
	    0);
	assert_int_equal(task_due(f->db, f->arena, 99, 9, &rows, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(
	    task_remove_announced(f->db, task.actor_id, NULL, task.uri), 0);
	task.uri = "https://a.example/other";
	assert_int_equal(task_add(f->db, &task), 0);
	assert_int_equal(task_due(f->db, f->arena, 99, 9, &rows, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].id, old.id);
	assert_int_equal(task_retry(f->db, &old, 50, "late"), -ENOENT);
	assert_int_equal(task_remove(f->db, &old), -ENOENT);
	assert_int_equal(
	    task_remove_announced(f->db, task.actor_id, task.argument, NULL),
	    0);
	assert_int_equal(task_next_at(f->db, &(int64_t){ 0 }), -ENOENT);
}

static void
one_actor_fills_only_so_much_of_the_tasks(void **state)
{
	struct fixture *f = *state;
	struct task task = { .kind = TASK_OBJECT,
		.actor_id = fixture_local(f, ACTOR_PROFILE, "lise") };
	struct task *rows;
	size_t count;

	for (int i = 0; i < TASKS_OF_ACTOR_MAX + 5; i++) {
		task.uri = arena_printf(f->arena, "https://a.example/%d", i);
		assert_int_equal(task_add(f->db, &task), 0);
	}
	task.kind = TASK_FOLLOW; /* asked for by one of ours */
	assert_int_equal(task_add(f->db, &task), 0);
	task.actor_id = 0;
	assert_int_equal(task_add(f->db, &task), 0);
	assert_int_equal(task_due(f->db, f->arena, 99, 2 * TASKS_OF_ACTOR_MAX,
			     &rows, &count),
	    0);
	assert_int_equal(count, TASKS_OF_ACTOR_MAX + 2);
}

static void
a_host_that_is_down_and_heard_of_is_tried_at_once(void **state)
{
	struct line line = line_new(*state, "a.example");
	struct db *db = line.f->db;

	(void)add(&line, 1, 10, 1, 9);
	/* It is up: nothing changes. */
	assert_int_equal(host_heard(db, line.host, 5, 5), 0);
	assert_int_equal(next_at(line.f), 10);
	assert_int_equal(
	    host_failed(db, line.host, 100, 9000, true, "no answer"), 0);
	assert_int_equal(next_at(line.f), 9000);
	/* It failed a moment ago. */
	assert_int_equal(host_heard(db, line.host, 120, 60), 0);
	assert_int_equal(next_at(line.f), 9000);
	assert_int_equal(host_heard(db, line.host, 200, 140), 0);
	assert_in_range(next_at(line.f), 0, 200);
	assert_int_equal(host_of(&line).down_since, 100);
	/* One that asked for a pause has it. */
	assert_int_equal(host_answered(db, line.host, 210), 0);
	assert_int_equal(
	    host_failed(db, line.host, 220, 9000, false, "429"), 0);
	assert_int_equal(host_heard(db, line.host, 400, 340), 0);
	assert_int_equal(next_at(line.f), 9000);
}

static void
what_a_host_signs_with_counts_until_more_is_known(void **state)
{
	struct line line = line_new(*state, "a.example");
	struct db *db = line.f->db;

	assert_int_equal(host_signs(db, line.host, HOST_SIGNATURE_RFC9421), 0);
	assert_int_equal(host_of(&line).signature, HOST_SIGNATURE_RFC9421);
	assert_int_equal(
	    host_set_signature(db, line.host, HOST_SIGNATURE_CAVAGE), 0);
	assert_int_equal(host_signs(db, line.host, HOST_SIGNATURE_RFC9421), 0);
	assert_int_equal(host_of(&line).signature, HOST_SIGNATURE_CAVAGE);
}

static void
software_is_asked_for_once_in_a_while(void **state)
{
	struct line line = line_new(*state, "a.example");
	struct db *db = line.f->db;
	bool due = false;

	assert_int_equal(
	    host_ask_software(db, "a.example", 1000, 400, &due), 0);
	assert_true(due);
	assert_int_equal(
	    host_ask_software(db, "a.example", 1010, 410, &due), 0);
	assert_false(due);
	assert_int_equal(
	    host_ask_software(db, "a.example", 1700, 1100, &due), 0);
	assert_true(due);
	assert_int_equal(host_ask_software(db, "b.example", 9, 9, &due), 0);
	assert_false(due);
}

static void
ids_of_deliveries_are_never_given_again(void **state)
{
	struct line line = line_new(*state, "a.example");
	int64_t gone = add(&line, 1, 10, 10, 9);

	/* In flight while it is dropped by hand: what comes next is another. */
	assert_int_equal(queue_remove(line.f->db, gone), 0);
	assert_true(add(&line, 1, 10, 10, 9) > gone);
	assert_int_equal(queue_remove(line.f->db, gone), -ENOENT);
}

static void
figures_count_what_lives(void **state)
{
	struct line line = line_new(*state, "a.example");
	struct fixture *f = line.f;
	int64_t bob = fixture_remote(f, "a.example", "bob", NULL);
	struct object theirs = { .uri = "t", .type = "Note", .actor_id = bob };
	struct store_figures figures;
	int64_t id;

	(void)fixture_local(f, ACTOR_PROJECT, "jardin");
	(void)fixture_note(f, line.actor, "n1", 1);
	assert_int_equal(
	    object_delete(f->db, fixture_note(f, line.actor, "n2", 1), 5), 0);
	assert_int_equal(object_create(f->db, &theirs, &id), 0);
	assert_int_equal(object_bury(f->db, "gone", bob, 3), 0);
	(void)add(&line, 1, 10, 10, 9);
	assert_int_equal(store_figures(f->db, &figures), 0);
	assert_int_equal(figures.profiles, 1);
	assert_int_equal(figures.projects, 1);
	assert_int_equal(figures.remote_actors, 1);
	assert_int_equal(figures.local_objects, 1);
	assert_int_equal(figures.remote_objects, 1);
	assert_int_equal(figures.followers, 0);
	assert_int_equal(figures.waiting_deliveries, 1);
	assert_int_equal(figures.waiting_tasks, 0);
	assert_true(figures.database_bytes > 8192);
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(host_counts_what_waits),
		TEST(oldest_go_beyond_the_bounds),
		TEST(only_the_first_of_a_key_makes_a_host_due),
		TEST(retry_counts_and_keeps_the_reason),
		TEST(pause_of_a_host_holds_its_deliveries),
		TEST(hosts_come_in_rounds_by_id),
		TEST(retry_by_hand_ends_the_pause),
		TEST(dropping_by_hand_takes_one_or_a_host),
		TEST(old_deliveries_expire_and_count_as_dropped),
		TEST(deliveries_to_one_inbox_go),
		TEST(tasks_are_kept_once_and_come_when_due),
		TEST(a_new_task_is_not_taken_for_one_that_had_its_id),
		TEST(one_actor_fills_only_so_much_of_the_tasks),
		TEST(a_host_that_is_down_and_heard_of_is_tried_at_once),
		TEST(what_a_host_signs_with_counts_until_more_is_known),
		TEST(software_is_asked_for_once_in_a_while),
		TEST(ids_of_deliveries_are_never_given_again),
		TEST(figures_count_what_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
