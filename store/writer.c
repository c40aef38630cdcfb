/* SPDX-License-Identifier: ISC */
/*
 *   writer_submit()      mailbox           waiting            one transaction
 *   any thread  ------>  inbox  -drain->   jobs in order  -->  SAVEPOINT, work
 *                                                              ... COMMIT
 *   done() on the owner of reply  <------  answers posted  <-----+
 *
 * While one batch is being committed the next gathers: the slower the disk,
 * the more jobs share one fsync.
 */
#include <errno.h>
#include <stdlib.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "config/base/thread.h"
#include "store/chore.h"
#include "store/writer.h"

enum {
	BATCH_JOBS = 512, /* in one transaction */
	BATCH_MS = 50,    /* and no job is begun later than this */
};

STAILQ_HEAD(messages, message);

struct writer {
	void (*watch)(void *arg, unsigned changes); /* constant */
	void *watch_arg;                            /* constant */
	pthread_t thread;                           /* constant */
	struct mailbox *inbox;                      /* locks itself */

	/* Of those who wait in writer_run(): guards job->finished. */
	pthread_mutex_t lock;
	pthread_cond_t finished;

	/* The writer thread's. */
	struct db *db;
	struct messages waiting, batch;
	struct message stop;
	bool stopping;
};

static struct writer_job *
writer_job_of(struct message *message)
{
	return CONTAINER_OF(message, struct writer_job, message);
}

static struct message *
writer_pop(struct messages *list)
{
	struct message *message = STAILQ_FIRST(list);

	STAILQ_REMOVE_HEAD(list, link);
	return message;
}

/* On the thread that owns reply. */
static void
writer_answer(struct message *message)
{
	struct writer_job *job = writer_job_of(message);

	job->done(job);
}

/* The job is not ours any more when this returns. */
static void
writer_give_back(struct writer *writer, struct writer_job *job)
{
	if (!job->waited) {
		job->message.run = writer_answer;
		mailbox_post(job->reply, &job->message);
		return;
	}
	(void)pthread_mutex_lock(&writer->lock);
	job->finished = true;
	(void)pthread_cond_broadcast(&writer->finished);
	(void)pthread_mutex_unlock(&writer->lock);
}

static int
writer_work(struct writer *writer, struct writer_job *job)
{
	unsigned noted = db_noted(writer->db);
	int r = job->work(job, writer->db);
	int failure = db_take_failure(writer->db);

	if (r == 0)
		r = failure;
	if (r < 0)
		db_set_noted(writer->db, noted);
	return r;
}

/*
 * Runs one job so that it can be undone alone.  The result is 0, or an error
 * of the transaction as a whole.
 */
static int
writer_step(struct writer *writer, struct writer_job *job)
{
	int r = db_savepoint(writer->db);

	if (r < 0)
		return r;
	job->result = writer_work(writer, job);
	if (!db_in_transaction(writer->db))
		return job->result < 0 ? job->result : -EIO;
	if (job->result < 0)
		return db_undo(writer->db);
	return db_release(writer->db);
}

/* A transaction for one job: its error undoes all there is. */
static int
writer_step_alone(struct writer *writer, struct writer_job *job)
{
	job->result = writer_work(writer, job);
	return job->result;
}

static int
writer_steps(struct writer *writer)
{
	int64_t end = clock_monotonic_ms() + BATCH_MS;
	bool alone = STAILQ_NEXT(STAILQ_FIRST(&writer->waiting), link) == NULL;
	int r = 0;

	for (int n = 0; n < BATCH_JOBS; n++) {
		struct message *message = writer_pop(&writer->waiting);

		STAILQ_INSERT_TAIL(&writer->batch, message, link);
		r = alone ? writer_step_alone(writer, writer_job_of(message))
			  : writer_step(writer, writer_job_of(message));
		if (r < 0 || STAILQ_EMPTY(&writer->waiting) ||
		    clock_monotonic_ms() >= end)
			break;
	}
	return r;
}

/* Stop rather than lie: what is on disk cannot be known any more. */
static void
writer_stop_if_disk_failed(struct writer *writer)
{
	if (!db_disk_failed(writer->db))
		return;
	log_error("database commit failed on the disk: the process stops; "
		  "what was acknowledged before is in the database");
	abort();
}

static int
writer_commit(struct writer *writer)
{
	int r = db_commit(writer->db);

	if (r < 0)
		writer_stop_if_disk_failed(writer);
	return r < 0 && r != -ENOSPC ? -EIO : r;
}

static void
writer_answer_all(struct writer *writer, int r)
{
	struct writer_job *job;

	while (!STAILQ_EMPTY(&writer->batch)) {
		job = writer_job_of(writer_pop(&writer->batch));
		if (r < 0)
			job->result = r;
		writer_give_back(writer, job);
	}
}

/* One batch; at least one job waits. */
static void
writer_turn(struct writer *writer)
{
	unsigned changes;
	int r = db_begin(writer->db);

	db_set_noted(writer->db, 0);
	if (r == 0)
		r = writer_steps(writer);
	else
		STAILQ_CONCAT(&writer->batch, &writer->waiting);
	if (r == 0)
		r = writer_commit(writer);
	db_rollback(writer->db);
	(void)db_take_failure(writer->db);
	changes = r == 0 ? db_noted(writer->db) : 0;
	writer_answer_all(writer, r);
	if (changes != 0 && writer->watch != NULL)
		writer->watch(writer->watch_arg, changes);
	db_tidy(writer->db);
}

/* One step of what is done bit by bit, between two batches. */
static void
writer_chore(struct writer *writer)
{
	bool more = false;
	int r = db_begin(writer->db);

	if (r == 0)
		r = chore_step(writer->db, &more);
	if (r == 0)
		r = writer_commit(writer);
	db_rollback(writer->db);
	(void)db_take_failure(writer->db);
	if (r < 0)
		log_warning("database chore error=%d: it goes on with the "
			    "next one or at the next start",
		    r);
	db_set_chores(writer->db, r == 0 && more);
	db_tidy(writer->db);
}

static void
writer_on_job(struct message *message)
{
	struct writer_job *job = writer_job_of(message);

	STAILQ_INSERT_TAIL(&job->writer->waiting, message, link);
}

static void
writer_on_stop(struct message *message)
{
	struct writer *writer = CONTAINER_OF(message, struct writer, stop);

	writer->stopping = true;
}

static void *
writer_main(void *arg)
{
	struct writer *writer = arg;

	for (;;) {
		(void)mailbox_drain(writer->inbox);
		if (!STAILQ_EMPTY(&writer->waiting))
			writer_turn(writer);
		else if (writer->stopping)
			break;
		else if (!db_chores(writer->db))
			mailbox_wait(writer->inbox, -1);
		if (db_chores(writer->db))
			writer_chore(writer);
	}
	db_checkpoint(writer->db);
	return NULL;
}

int
writer_start(const char *folder, void (*watch)(void *arg, unsigned changes),
    void *arg, struct writer **ret)
{
	struct db *db = NULL;
	struct writer *writer;
	int r = store_open_writer(folder, &db);

	if (r < 0)
		return r;
	writer = xcalloc(1, sizeof(*writer));
	writer->db = db;
	writer->watch = watch;
	writer->watch_arg = arg;
	writer->inbox = mailbox_new();
	STAILQ_INIT(&writer->waiting);
	STAILQ_INIT(&writer->batch);
	(void)pthread_mutex_init(&writer->lock, NULL);
	(void)pthread_cond_init(&writer->finished, NULL);
	writer->thread = thread_start("store-writer", writer_main, writer);
	*ret = writer;
	return 0;
}

void
writer_stop(struct writer **writer)
{
	struct writer *gone = *writer;

	if (gone == NULL)
		return;
	*writer = NULL;
	gone->stop.run = writer_on_stop;
	mailbox_post(gone->inbox, &gone->stop);
	thread_join(gone->thread);
	mailbox_free(&gone->inbox);
	store_close(&gone->db);
	(void)pthread_cond_destroy(&gone->finished);
	(void)pthread_mutex_destroy(&gone->lock);
	free(gone);
}

static void
writer_post(struct writer *writer, struct writer_job *job, bool waited)
{
	job->writer = writer;
	job->waited = waited;
	job->finished = false;
	job->result = 0;
	job->message.run = writer_on_job;
	mailbox_post(writer->inbox, &job->message);
}

void
writer_submit(struct writer *writer, struct writer_job *job)
{
	ASSERT(job->reply != NULL && job->done != NULL);
	writer_post(writer, job, false);
}

int
writer_run(struct writer *writer, struct writer_job *job)
{
	writer_post(writer, job, true);
	(void)pthread_mutex_lock(&writer->lock);
	while (!job->finished)
		(void)pthread_cond_wait(&writer->finished, &writer->lock);
	(void)pthread_mutex_unlock(&writer->lock);
	return job->result;
}

void
writer_changed(struct db *db, unsigned changes)
{
	db_note(db, changes);
}
