/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/base/crypto.h"
#include "store/db.h"
#include "store/outbox.h"
#include "store/writer.h"
#include "tests/unit/store_fixture.h"

enum { JOBS = 400, BLOB_BYTES = 4 * 1024 * 1024 };

/* Holds the writer inside its first job until told to go on. */
struct gate {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	bool inside, open;
};

struct bench {
	char folder[FIXTURE_FOLDER_SIZE];
	struct writer *writer;
	struct mailbox *mailbox;
	struct gate gate;
	/* The writer thread's until it has ended. */
	unsigned changes[JOBS];
	size_t commits;
	int order[JOBS + 1];
	size_t order_count;
	/* The test's. */
	int answered[JOBS + 1];
	size_t answered_count;
};

struct step {
	struct writer_job job;
	struct bench *bench;
	int number, result;
	unsigned changes;
	bool seen_by_reader;
};

static void
on_change(void *arg, unsigned changes)
{
	struct bench *bench = arg;

	bench->changes[bench->commits++] = changes;
}

static int
setup(void **state)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	fixture_folder(bench->folder);
	bench->mailbox = mailbox_new();
	(void)pthread_mutex_init(&bench->gate.lock, NULL);
	(void)pthread_cond_init(&bench->gate.moved, NULL);
	assert_int_equal(
	    writer_start(bench->folder, on_change, bench, &bench->writer), 0);
	*state = bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;

	writer_stop(&bench->writer);
	assert_null(bench->writer);
	mailbox_free(&bench->mailbox);
	(void)pthread_cond_destroy(&bench->gate.moved);
	(void)pthread_mutex_destroy(&bench->gate.lock);
	fixture_remove_folder(bench->folder);
	free(bench);
	return 0;
}

static int
gate_work(struct writer_job *job, struct db *db)
{
	struct gate *gate = &CONTAINER_OF(job, struct step, job)->bench->gate;

	(void)db;
	(void)pthread_mutex_lock(&gate->lock);
	gate->inside = true;
	(void)pthread_cond_broadcast(&gate->moved);
	while (!gate->open)
		(void)pthread_cond_wait(&gate->moved, &gate->lock);
	(void)pthread_mutex_unlock(&gate->lock);
	return 0;
}

static void
gate_wait(struct gate *gate)
{
	(void)pthread_mutex_lock(&gate->lock);
	while (!gate->inside)
		(void)pthread_cond_wait(&gate->moved, &gate->lock);
	(void)pthread_mutex_unlock(&gate->lock);
}

static void
gate_open(struct gate *gate)
{
	(void)pthread_mutex_lock(&gate->lock);
	gate->open = true;
	(void)pthread_cond_broadcast(&gate->moved);
	(void)pthread_mutex_unlock(&gate->lock);
}

static const char *
key_of(int number, char buf[16])
{
	(void)snprintf(buf, 16, "key%d", number);
	return buf;
}

/* Writes a row, then answers what the test wants. */
static int
step_work(struct writer_job *job, struct db *db)
{
	struct step *step = CONTAINER_OF(job, struct step, job);
	struct bench *bench = step->bench;
	char key[16];
	int r = meta_set(db, key_of(step->number, key), "here");

	bench->order[bench->order_count++] = step->number;
	writer_changed(db, step->changes);
	return r < 0 ? r : step->result;
}

static bool
row_is_there(struct bench *bench, int number)
{
	CLEANUP(store_close) struct db *db = NULL;
	CLEANUP(arena_free) struct arena *arena = arena_new();
	const char *value = NULL;
	char key[16];

	assert_int_equal(store_open_reader(bench->folder, &db), 0);
	assert_int_equal(meta_get(db, arena, key_of(number, key), &value), 0);
	return value != NULL;
}

static void
on_done(struct writer_job *job)
{
	struct step *step = CONTAINER_OF(job, struct step, job);
	struct bench *bench = step->bench;

	bench->answered[bench->answered_count++] = step->number;
	if (step->number < 8)
		step->seen_by_reader = row_is_there(bench, step->number);
}

static void
submit(struct bench *bench, struct step *step, int number,
    int (*work)(struct writer_job *, struct db *))
{
	step->bench = bench;
	step->number = number;
	step->job.work = work;
	step->job.done = on_done;
	step->job.reply = bench->mailbox;
	writer_submit(bench->writer, &step->job);
}

static void
wait_for(struct bench *bench, size_t count)
{
	while (bench->answered_count < count) {
		mailbox_wait(bench->mailbox, -1);
		(void)mailbox_drain(bench->mailbox);
	}
}

static void
waiting_jobs_share_one_commit_in_order(void **state)
{
	struct bench *bench = *state;
	struct step gate = { 0 };
	struct step *steps = xcalloc(JOBS, sizeof(*steps));

	submit(bench, &gate, JOBS, gate_work);
	gate_wait(&bench->gate);
	for (int i = 0; i < JOBS; i++) {
		steps[i].changes = CHANGE_ACTOR;
		submit(bench, &steps[i], i, step_work);
	}
	gate_open(&bench->gate);
	wait_for(bench, JOBS + 1);
	writer_stop(&bench->writer);
	/* The bound in time may cut the batch on a slow machine. */
	assert_in_range(bench->commits, 1, JOBS / 4);
	for (int i = 0; i < JOBS; i++) {
		assert_int_equal(steps[i].job.result, 0);
		assert_int_equal(bench->order[i], i);
		assert_int_equal(bench->answered[i + 1], i);
	}
	for (int i = 0; i < 8; i++)
		assert_true(steps[i].seen_by_reader);
	assert_true(row_is_there(bench, JOBS - 1));
	free(steps);
}

static void
failing_job_is_undone_alone(void **state)
{
	struct bench *bench = *state;
	struct step gate = { 0 }, steps[5] = { 0 };

	steps[1].result = -EINVAL;
	steps[1].changes = CHANGE_DELIVERY;
	steps[2].changes = CHANGE_TASK;
	steps[4].result = -ENOENT;
	submit(bench, &gate, 99, gate_work);
	gate_wait(&bench->gate);
	for (int i = 0; i < 5; i++)
		submit(bench, &steps[i], i, step_work);
	gate_open(&bench->gate);
	wait_for(bench, 6);
	writer_stop(&bench->writer);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(steps[i].job.result, steps[i].result);
		assert_int_equal(steps[i].seen_by_reader, steps[i].result == 0);
		assert_int_equal(row_is_there(bench, i), steps[i].result == 0);
	}
	assert_int_equal(bench->commits, 1);
	assert_int_equal(bench->changes[0], CHANGE_TASK);
}

static void
failing_job_without_company_is_undone(void **state)
{
	struct bench *bench = *state;
	struct step step = { .bench = bench,
		.number = 3,
		.result = -EINVAL,
		.changes = CHANGE_ACTOR,
		.job = { .work = step_work } };

	assert_int_equal(writer_run(bench->writer, &step.job), -EINVAL);
	assert_false(row_is_there(bench, 3));
	step.result = 0;
	assert_int_equal(writer_run(bench->writer, &step.job), 0);
	assert_true(row_is_there(bench, 3));
	writer_stop(&bench->writer);
	assert_int_equal(bench->commits, 1);
	assert_int_equal(bench->changes[0], CHANGE_ACTOR);
}

/* Overlooks that the database failed. */
static int
careless_work(struct writer_job *job, struct db *db)
{
	int r = step_work(job, db);

	if (db_run(db, "SELECT nothing FROM nowhere", NO_VALUES) == 0)
		return -EINVAL;
	return r;
}

static void
overlooked_failure_undoes_the_job(void **state)
{
	struct bench *bench = *state;
	struct step step = {
		.bench = bench, .number = 2, .job = { .work = careless_work }
	};

	assert_int_equal(writer_run(bench->writer, &step.job), -EIO);
	assert_false(row_is_there(bench, 2));
	step.job.work = step_work;
	assert_int_equal(writer_run(bench->writer, &step.job), 0);
	assert_true(row_is_there(bench, 2));
}

static int
task_work(struct writer_job *job, struct db *db)
{
	struct task task = { .kind = TASK_ACTOR, .uri = "https://a.example/1" };

	(void)job;
	return task_add(db, &task);
}

static int
actor_work(struct writer_job *job, struct db *db)
{
	struct actor actor = { .kind = ACTOR_PROFILE,
		.uri = "https://n/o/1",
		.type = "Person",
		.username = "lise" };
	int64_t id;

	(void)job;
	return actor_create(db, &actor, &id);
}

static int
quiet_work(struct writer_job *job, struct db *db)
{
	(void)job;
	return seen_add(db, "https://a.example/2", "https://a.example/1", 5);
}

static void
watch_hears_what_the_store_changed(void **state)
{
	struct bench *bench = *state;
	struct writer_job task = { .work = task_work };
	struct writer_job actor = { .work = actor_work };
	struct writer_job quiet = { .work = quiet_work };

	assert_int_equal(writer_run(bench->writer, &task), 0);
	assert_int_equal(writer_run(bench->writer, &quiet), 0);
	assert_int_equal(writer_run(bench->writer, &actor), 0);
	assert_int_equal(writer_run(bench->writer, &task), 0);
	writer_stop(&bench->writer);
	assert_int_equal(bench->commits, 2); /* the second task was known */
	assert_int_equal(bench->changes[0], CHANGE_TASK);
	assert_int_equal(bench->changes[1], CHANGE_ACTOR | CHANGE_KEY_WANTED);
}

static void
stop_finishes_what_was_submitted(void **state)
{
	struct bench *bench = *state;
	struct step steps[50] = { 0 };

	for (int i = 0; i < 50; i++)
		submit(bench, &steps[i], i, step_work);
	writer_stop(&bench->writer);
	assert_int_equal(bench->answered_count, 0);
	wait_for(bench, 50);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(steps[i].job.result, 0);
		assert_true(row_is_there(bench, i));
	}
}

static int
narrow_work(struct writer_job *job, struct db *db)
{
	char error[STORE_ERROR_SIZE];

	(void)job;
	return db_script(db, "PRAGMA max_page_count = 100", error);
}

static int
blob_work(struct writer_job *job, struct db *db)
{
	CLEANUP(free_ptr) char *text = xmalloc(BLOB_BYTES + 1);

	(void)job;
	memset(text, 'x', BLOB_BYTES);
	text[BLOB_BYTES] = '\0';
	return meta_set(db, "blob", text);
}

static void
full_disk_fails_jobs_and_loses_nothing(void **state)
{
	struct bench *bench = *state;
	struct step narrow = {
		.bench = bench, .number = 50, .job = { .work = narrow_work }
	};
	struct step before = {
		.bench = bench, .number = 51, .job = { .work = step_work }
	};
	struct step gate = { 0 }, steps[4] = { 0 };

	assert_int_equal(writer_run(bench->writer, &narrow.job), 0);
	assert_int_equal(writer_run(bench->writer, &before.job), 0);
	submit(bench, &gate, 99, gate_work);
	gate_wait(&bench->gate);
	for (int i = 0; i < 4; i++)
		submit(bench, &steps[i], i, i == 1 ? blob_work : step_work);
	gate_open(&bench->gate);
	wait_for(bench, 5);
	assert_int_equal(steps[1].job.result, -ENOSPC);
	assert_true(row_is_there(bench, 51));
	for (int i = 0; i < 4; i++) {
		if (i == 1)
			continue;
		/* Either undone with the whole transaction, and told so. */
		assert_int_equal(
		    row_is_there(bench, i), steps[i].job.result == 0);
		assert_true(
		    steps[i].job.result == 0 || steps[i].job.result == -ENOSPC);
	}
	before.number = 52;
	assert_int_equal(writer_run(bench->writer, &before.job), 0);
	assert_true(row_is_there(bench, 52));
}

/* In a child: the file cannot grow, which the commit finds out. */
static void
commit_on_a_failing_disk(const char *folder)
{
	struct rlimit limit = { 256 * 1024, 256 * 1024 };
	struct rlimit no_core = { 0, 0 };
	struct writer *writer = NULL;
	struct writer_job job = { .work = blob_work };

	(void)setrlimit(RLIMIT_CORE, &no_core);
	(void)signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		_exit(2);
	if (writer_start(folder, NULL, NULL, &writer) < 0)
		_exit(3);
	(void)writer_run(writer, &job);
	_exit(4);
}

static void
failing_disk_stops_the_process(void **state)
{
	char folder[FIXTURE_FOLDER_SIZE];
	CLEANUP(store_close) struct db *db = NULL;
	CLEANUP(arena_free) struct arena *arena = arena_new();
	const char *value = NULL;
	int status = 0;
	pid_t pid;

	(void)state;
	fixture_folder(folder);
	assert_int_equal(store_open_writer(folder, &db), 0);
	assert_int_equal(meta_set(db, "kept", "yes"), 0);
	store_close(&db);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		commit_on_a_failing_disk(folder);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_int_equal(store_open_reader(folder, &db), 0);
	assert_int_equal(meta_get(db, arena, "kept", &value), 0);
	assert_string_equal(value, "yes");
	assert_int_equal(meta_get(db, arena, "blob", &value), 0);
	assert_null(value);
	store_close(&db);
	fixture_remove_folder(folder);
}

/* What the child that will be killed works with. */
struct victim {
	struct writer_job job;
	int number, fd;
};

static int
victim_work(struct writer_job *job, struct db *db)
{
	struct victim *victim = CONTAINER_OF(job, struct victim, job);
	char key[16];

	return meta_set(db, key_of(victim->number, key), "acknowledged");
}

static void
victim_done(struct writer_job *job)
{
	struct victim *victim = CONTAINER_OF(job, struct victim, job);

	if (job->result == 0 &&
	    write(victim->fd, &victim->number, sizeof(int)) != sizeof(int))
		_exit(5);
}

/* In a child: acknowledges without end, several jobs under way at a time. */
static void
acknowledge_for_ever(const char *folder, int fd)
{
	struct victim victims[8] = { 0 };
	struct mailbox *mailbox = mailbox_new();
	struct writer *writer = NULL;
	int number = 0;

	if (writer_start(folder, NULL, NULL, &writer) < 0)
		_exit(3);
	for (;;) {
		for (size_t i = 0; i < N_ELEMENTS(victims); i++) {
			victims[i].number = number++;
			victims[i].fd = fd;
			victims[i].job.work = victim_work;
			victims[i].job.done = victim_done;
			victims[i].job.reply = mailbox;
			writer_submit(writer, &victims[i].job);
		}
		for (size_t n = 0; n < N_ELEMENTS(victims);) {
			mailbox_wait(mailbox, -1);
			n += mailbox_drain(mailbox);
		}
	}
}

/* All that was acknowledged, in order: the jobs are answered as they came. */
static int
kill_after(const char *folder, size_t acknowledgements)
{
	int fds[2], number, last = -1, status = 0;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(fds[0]);
		acknowledge_for_ever(folder, fds[1]);
	}
	(void)close(fds[1]);
	while (read(fds[0], &number, sizeof(number)) == sizeof(number)) {
		assert_int_equal(number, last + 1);
		last = number;
		if (acknowledgements > 0 && --acknowledgements == 0)
			assert_int_equal(kill(pid, SIGKILL), 0);
	}
	(void)close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return last;
}

static void
killed_process_lost_nothing_it_acknowledged(void **state)
{
	(void)state;
	for (int round = 0; round < 5; round++) {
		struct bench bench = { 0 };
		int last;

		fixture_folder(bench.folder);
		last = kill_after(bench.folder, 1 + crypto_random_below(200));
		assert_true(last >= 0);
		for (int i = 0; i <= last; i++)
			assert_true(row_is_there(&bench, i));
		fixture_remove_folder(bench.folder);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	/* Those that fork come first: no thread was started yet. */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failing_disk_stops_the_process),
		cmocka_unit_test(killed_process_lost_nothing_it_acknowledged),
		TEST(waiting_jobs_share_one_commit_in_order),
		TEST(failing_job_is_undone_alone),
		TEST(failing_job_without_company_is_undone),
		TEST(overlooked_failure_undoes_the_job),
		TEST(watch_hears_what_the_store_changed),
		TEST(stop_finishes_what_was_submitted),
		TEST(full_disk_fails_jobs_and_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
