/* SPDX-License-Identifier: ISC */
/*
 * What is too much for one transaction goes on in steps, and looks done from
 * the first; the figures, which are counted along, agree with the tables.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "store/chore.h"
#include "store/follow.h"
#include "store/host.h"
#include "store/outbox.h"
#include "store/queue.h"
#include "store/writer.h"
#include "tests/unit/store_fixture.h"

enum { MANY = CHORE_ROWS + 500 };

static int64_t
number(struct fixture *f, const char *sql)
{
	int64_t n = -1;

	assert_int_equal(db_number(f->db, sql, NO_VALUES, &n), 0);
	return n;
}

static void
accept_follow(struct fixture *f, int64_t follower, int64_t followee)
{
	const char *uri =
	    arena_printf(f->arena, "https://node.example/a/f%lld-%lld",
		(long long)follower, (long long)followee);
	struct follow follow;

	assert_int_equal(follow_put(f->db, uri, follower, followee, 5), 0);
	assert_int_equal(
	    follow_get(f->db, f->arena, follower, followee, &follow), 0);
	assert_int_equal(
	    follow_decide(f->db, follow.id, FOLLOW_ACCEPTED, 6), 0);
}

/* Many profiles of ours, who follow. */
static void
gather(struct fixture *f, int64_t followee, int count)
{
	for (int i = 0; i < count; i++)
		accept_follow(f,
		    fixture_local(
			f, ACTOR_PROFILE, arena_printf(f->arena, "p%d", i)),
		    followee);
}

static size_t
finish(struct fixture *f)
{
	size_t steps = 0;
	bool more = true;

	while (more) {
		assert_int_equal(chore_step(f->db, &more), 0);
		steps += more;
	}
	return steps;
}

/* The row of counters beside what the tables hold. */
static void
check_figures(struct fixture *f)
{
	static const char *const counts[] = {
		"SELECT (SELECT profiles FROM figure) - count(*) FROM actor"
		" WHERE kind = 3 AND deleted_at IS NULL",
		"SELECT (SELECT projects FROM figure) - count(*) FROM actor"
		" WHERE kind = 4 AND deleted_at IS NULL",
		"SELECT (SELECT remote_actors FROM figure) - count(*)"
		" FROM actor WHERE kind = 0 AND deleted_at IS NULL",
		"SELECT (SELECT local_objects FROM figure) - count(*)"
		" FROM object WHERE local = 1 AND deleted_at IS NULL",
		"SELECT (SELECT remote_objects FROM figure) - count(*)"
		" FROM object WHERE local = 0 AND deleted_at IS NULL",
		"SELECT (SELECT followers FROM figure) - count(*) FROM follow"
		" AS f JOIN actor AS a ON a.id = f.followee_id"
		" WHERE f.state = 1 AND a.kind <> 0",
		"SELECT (SELECT following FROM figure) - count(*) FROM follow"
		" AS f JOIN actor AS a ON a.id = f.follower_id"
		" WHERE f.state = 1 AND a.kind <> 0",
	};

	for (size_t i = 0; i < N_ELEMENTS(counts); i++) {
		if (number(f, counts[i]) != 0)
			fail_msg("%s: %lld", counts[i],
			    (long long)number(f, counts[i]));
	}
}

static void
large_fan_out_reaches_everyone_in_steps(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t note = fixture_note(f, lise, "https://node.example/o/n", 1);

	gather(f, lise, MANY);
	assert_int_equal(timeline_fan_out(f->db, lise, note, 1, false), 0);
	assert_int_equal(
	    number(f, "SELECT count(*) FROM timeline"), CHORE_ROWS);
	assert_true(db_chores(f->db));
	assert_int_equal(finish(f), 1);
	assert_int_equal(number(f, "SELECT count(*) FROM timeline"), MANY);
	assert_int_equal(number(f, "SELECT count(*) FROM chore"), 0);
	check_figures(f);
}

static void
fan_out_ends_when_its_object_goes(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t note = fixture_note(f, lise, "https://node.example/o/n", 1);

	gather(f, lise, MANY);
	assert_int_equal(timeline_fan_out(f->db, lise, note, 1, false), 0);
	assert_int_equal(object_delete(f->db, note, 5), 0);
	(void)finish(f);
	assert_int_equal(number(f, "SELECT count(*) FROM timeline"), 0);
}

static void
announcement_taken_back_goes_no_further(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t jo = fixture_local(f, ACTOR_PROFILE, "jo");
	int64_t note = fixture_note(f, jo, "https://node.example/o/n", 1);

	gather(f, lise, MANY);
	assert_int_equal(reaction_add(f->db, REACTION_ANNOUNCE, "https://x/1",
			     note, lise, 5),
	    0);
	assert_int_equal(timeline_fan_out(f->db, lise, note, 1, true), 0);
	assert_int_equal(reaction_undo(f->db, "https://x/1", lise), 0);
	(void)finish(f);
	assert_int_equal(number(f, "SELECT count(*) FROM timeline"), 0);
	assert_int_equal(number(f, "SELECT count(*) FROM reaction"), 0);

	/* And one that had reached all of them. */
	assert_int_equal(timeline_fan_out(f->db, lise, note, 1, true), 0);
	(void)finish(f);
	assert_int_equal(number(f, "SELECT count(*) FROM timeline"), MANY);
	assert_int_equal(timeline_retract(f->db, note, lise), 0);
	assert_int_equal(
	    number(f, "SELECT count(*) FROM timeline"), MANY - CHORE_ROWS);
	(void)finish(f);
	assert_int_equal(number(f, "SELECT count(*) FROM timeline"), 0);
}

static void
write_much(struct fixture *f, int64_t author, int64_t reader)
{
	for (int i = 0; i < MANY; i++) {
		const char *uri =
		    arena_printf(f->arena, "https://node.example/o/n%d", i);
		int64_t note = fixture_note(f, author, uri, i + 1);

		if (i < 10 || i > MANY - 10)
			assert_int_equal(
			    timeline_add(f->db, reader, note, i + 1), 0);
		(void)fixture_activity(f, author,
		    arena_printf(f->arena, "https://node.example/a/%d", i),
		    uri);
	}
}

/* All of it reads as gone at once, whatever is still in the tables. */
static void
assert_silent(struct fixture *f, int64_t reader)
{
	char uri[64];
	struct object *objects, object;
	struct timeline_entry *entries;
	size_t count;

	assert_int_equal(
	    object_recent(f->db, f->arena, 9, &objects, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(
	    timeline_list(f->db, f->arena, reader, 0, 9, &entries, &count), 0);
	assert_int_equal(count, 0);
	for (int i = 0; i < MANY; i += MANY - 1) {
		(void)snprintf(
		    uri, sizeof(uri), "https://node.example/o/n%d", i);
		assert_int_equal(
		    object_by_uri(f->db, f->arena, uri, &object), 0);
		assert_int_not_equal(object.deleted_at, 0);
		assert_null(object.content);
		assert_null(object.source);
	}
}

static void
large_actor_is_gone_at_once_and_erased_in_steps(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t jo = fixture_local(f, ACTOR_PROFILE, "jo");

	gather(f, lise, 300);
	write_much(f, lise, jo);
	assert_int_equal(actor_delete(f->db, lise, 77), 0);
	assert_true(
	    number(f, "SELECT count(*) FROM object WHERE deleted_at IS NULL") >
	    0);
	assert_silent(f, jo);
	assert_true(finish(f) > 1);
	assert_silent(f, jo);
	assert_int_equal(
	    number(f, "SELECT count(*) FROM object WHERE content IS NOT NULL"),
	    0);
	assert_int_equal(number(f, "SELECT count(*) FROM object"), MANY);
	assert_int_equal(
	    number(f, "SELECT count(*) FROM activity WHERE document <> ''"), 0);
	assert_int_equal(number(f, "SELECT count(*) FROM timeline"), 0);
	assert_int_equal(number(f, "SELECT count(*) FROM follow"), 0);
	check_figures(f);
}

static void
object_with_many_reactions_is_stripped_in_steps(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t note = fixture_note(f, lise, "https://node.example/o/n", 1);

	for (int i = 0; i < MANY; i++) {
		const char *name = arena_printf(f->arena, "r%d", i);

		assert_int_equal(
		    reaction_add(f->db, REACTION_LIKE, name, note,
			fixture_remote(f, "a.example", name, NULL), 5),
		    0);
	}
	assert_int_equal(object_delete(f->db, note, 5), 0);
	assert_int_equal(
	    number(f, "SELECT count(*) FROM reaction"), MANY - CHORE_ROWS);
	(void)finish(f);
	assert_int_equal(number(f, "SELECT count(*) FROM reaction"), 0);
	check_figures(f);
}

static void
figures_follow_what_comes_and_goes(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t bob = fixture_remote(f, "a.example", "bob", NULL);
	int64_t eve = fixture_remote(f, "a.example", "eve", NULL);
	struct store_figures figures;
	struct follow follow;

	accept_follow(f, bob, lise);
	accept_follow(f, eve, lise);
	accept_follow(f, lise, bob);
	check_figures(f);
	assert_int_equal(store_figures(f->db, &figures), 0);
	assert_int_equal(figures.followers, 2);
	assert_int_equal(figures.following, 1);
	assert_int_equal(follow_get(f->db, f->arena, eve, lise, &follow), 0);
	assert_int_equal(
	    follow_decide(f->db, follow.id, FOLLOW_REJECTED, 7), 0);
	check_figures(f);
	accept_follow(f, eve, lise);
	assert_int_equal(follow_remove(f->db, lise, bob), 0);
	check_figures(f);
	assert_int_equal(actor_delete(f->db, bob, 9), 0);
	check_figures(f);
	assert_int_equal(store_figures(f->db, &figures), 0);
	assert_int_equal(figures.followers, 1);
	assert_int_equal(figures.following, 0);
	assert_int_equal(figures.remote_actors, 1);
}

static void
what_passes_is_forgotten_once_it_was_sent(void **state)
{
	struct fixture *f = *state;
	const struct queue_limits limits = { 9, 1000 };
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	struct activity_row row = { .uri = "a1",
		.type = "Accept",
		.document = "{}",
		.actor_id = lise };
	struct delivery delivery = { .host_id = fixture_host(f, "a.example"),
		.actor_id = lise,
		.inbox = "i",
		.bytes = 1 };
	size_t count = 0;

	(void)fixture_activity(f, lise, "listed", "o");
	assert_int_equal(outbox_add(f->db, &row, &delivery.activity_id), 0);
	assert_int_equal(queue_add(f->db, &delivery, &limits), 0);
	row.uri = "a2";
	assert_int_equal(outbox_add(f->db, &row, &delivery.activity_id), 0);
	row.uri = "a3";
	row.type = "Follow";
	assert_int_equal(outbox_add(f->db, &row, &delivery.activity_id), 0);
	row.uri = "a4";
	row.type = "Undo";
	row.published = 500;
	assert_int_equal(outbox_add(f->db, &row, &delivery.activity_id), 0);
	assert_int_equal(outbox_forget(f->db, 300, 9, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(
	    number(f, "SELECT count(*) FROM activity WHERE uri = 'a2'"), 0);
	assert_int_equal(number(f, "SELECT count(*) FROM activity"), 4);
}

static void
next_page_is_found_though_the_last_entry_went(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise"), notes[5];
	struct timeline_entry *entries;
	size_t count;

	for (int i = 0; i < 5; i++) {
		notes[i] = fixture_note(
		    f, lise, arena_printf(f->arena, "n%d", i), i + 1);
		assert_int_equal(timeline_add(f->db, lise, notes[i], i + 1), 0);
	}
	assert_int_equal(
	    timeline_list(f->db, f->arena, lise, 0, 2, &entries, &count), 0);
	assert_int_equal(entries[1].object.id, notes[3]);
	assert_int_equal(object_delete(f->db, notes[3], 9), 0);
	assert_int_equal(timeline_list(f->db, f->arena, lise, entries[1].id, 9,
			     &entries, &count),
	    0);
	assert_in_range(count, 2, 3);
	assert_int_equal(entries[count - 1].object.id, notes[0]);
}

/* The writer by itself, also after a start. */

struct step {
	struct writer_job job;
	struct fixture *f;
	int64_t id;
};

static int
work_delete(struct writer_job *job, struct db *db)
{
	struct step *step = CONTAINER_OF(job, struct step, job);

	return actor_delete(db, step->id, 77);
}

static int
work_count(struct writer_job *job, struct db *db)
{
	struct step *step = CONTAINER_OF(job, struct step, job);

	return db_number(
	    db, "SELECT count(*) FROM chore", NO_VALUES, &step->id);
}

static void
wait_for_no_chore(struct writer *writer)
{
	struct step step = { .job = { .work = work_count }, .id = -1 };

	/* Each answer comes after another step. */
	for (int i = 0; step.id != 0; i++) {
		assert_true(i < 100);
		assert_int_equal(writer_run(writer, &step.job), 0);
	}
}

static void
writer_goes_on_by_itself_and_after_a_start(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t jo = fixture_local(f, ACTOR_PROFILE, "jo");
	const struct chore left_over = { .kind = CHORE_ACTOR, .actor_id = jo };
	struct step step = { .job = { .work = work_delete }, .f = f };
	struct writer *writer;

	write_much(f, lise, jo);
	assert_int_equal(chore_add(f->db, &left_over), 0);
	assert_int_equal(db_commit(f->db), 0);
	assert_int_equal(writer_start(f->folder, NULL, NULL, &writer), 0);
	wait_for_no_chore(writer);
	step.id = lise;
	assert_int_equal(writer_run(writer, &step.job), 0);
	wait_for_no_chore(writer);
	writer_stop(&writer);
	assert_int_equal(db_begin(f->db), 0);
	assert_int_equal(
	    number(f, "SELECT count(*) FROM object WHERE deleted_at IS NULL"),
	    0);
}

/* The log */

static int
work_write(struct writer_job *job, struct db *db)
{
	static const char sql[] = "INSERT INTO meta (key, value)"
				  " VALUES ('log', randomblob(2000000))"
				  " ON CONFLICT (key) DO UPDATE SET"
				  " value = excluded.value";

	(void)job;
	return db_run(db, sql, NO_VALUES);
}

static off_t
log_size(struct fixture *f)
{
	char path[FIXTURE_FOLDER_SIZE + 16];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/parvis.db-wal", f->folder);
	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

/* Two readers who take turns so that one always is in the log. */
struct relay {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	const char *folder;
	bool inside[2], over;
};

struct runner {
	struct relay *relay;
	int number;
};

/* Long enough for several commits to pass by. */
static void
relay_linger(struct relay *relay)
{
	struct timespec until;
	int r = 0;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 40 * 1000 * 1000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (r == 0 && !relay->over)
		r = pthread_cond_timedwait(&relay->moved, &relay->lock, &until);
}

static void
relay_go_in(struct runner *runner, struct db *db)
{
	struct relay *relay = runner->relay;
	int64_t n;

	assert_int_equal(store_begin_read(db), 0);
	assert_int_equal(
	    db_number(db, "SELECT count(*) FROM meta", NO_VALUES, &n), 0);
	(void)pthread_mutex_lock(&relay->lock);
	relay->inside[runner->number] = true;
	(void)pthread_cond_broadcast(&relay->moved);
	relay_linger(relay);
	while (!relay->inside[1 - runner->number] && !relay->over)
		(void)pthread_cond_wait(&relay->moved, &relay->lock);
	relay->inside[runner->number] = false;
	(void)pthread_mutex_unlock(&relay->lock);
	store_end_read(db);
}

static bool
relay_is_over(struct relay *relay)
{
	bool over;

	(void)pthread_mutex_lock(&relay->lock);
	over = relay->over;
	(void)pthread_mutex_unlock(&relay->lock);
	return over;
}

static void *
relay_main(void *arg)
{
	struct runner *runner = arg;
	CLEANUP(store_close) struct db *db = NULL;

	assert_int_equal(store_open_reader(runner->relay->folder, &db), 0);
	while (!relay_is_over(runner->relay))
		relay_go_in(runner, db);
	return NULL;
}

static void
relay_end(struct relay *relay)
{
	(void)pthread_mutex_lock(&relay->lock);
	relay->over = true;
	(void)pthread_cond_broadcast(&relay->moved);
	(void)pthread_mutex_unlock(&relay->lock);
}

static void
log_stays_bounded_while_there_always_is_a_reader(void **state)
{
	struct fixture *f = *state;
	struct relay relay = { .lock = PTHREAD_MUTEX_INITIALIZER,
		.moved = PTHREAD_COND_INITIALIZER,
		.folder = f->folder };
	struct runner runners[2] = { { &relay, 0 }, { &relay, 1 } };
	struct step step = { .job = { .work = work_write } };
	struct writer *writer;
	pthread_t threads[2];

	assert_int_equal(db_commit(f->db), 0);
	assert_int_equal(writer_start(f->folder, NULL, NULL, &writer), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, relay_main, &runners[i]),
		    0);
	/* 240 MB through a log of 64. */
	for (int i = 0; i < 120; i++)
		assert_int_equal(writer_run(writer, &step.job), 0);
	relay_end(&relay);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_true(log_size(f) < (off_t)120 * 1024 * 1024);
	writer_stop(&writer);
	assert_int_equal(log_size(f), 0);
	assert_int_equal(db_begin(f->db), 0);
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(large_fan_out_reaches_everyone_in_steps),
		TEST(fan_out_ends_when_its_object_goes),
		TEST(announcement_taken_back_goes_no_further),
		TEST(large_actor_is_gone_at_once_and_erased_in_steps),
		TEST(object_with_many_reactions_is_stripped_in_steps),
		TEST(figures_follow_what_comes_and_goes),
		TEST(what_passes_is_forgotten_once_it_was_sent),
		TEST(next_page_is_found_though_the_last_entry_went),
		TEST(writer_goes_on_by_itself_and_after_a_start),
		TEST(log_stays_bounded_while_there_always_is_a_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
