/* SPDX-License-Identifier: ISC */
/*
 * writer.h: the thread that owns the only read-write connection.
 *
 * Any thread submits jobs.  The writer runs all that wait (bounded) in one
 * transaction, each job in a savepoint of its own, commits once, and only
 * then posts the answers: what done() reports as 0 is on disk.  A job that
 * returns an error is rolled back alone; the others stand.  A job that returns
 * 0 although the database failed it on the way is rolled back too (-EIO).
 * When the commit itself fails, every job of the batch answers -EIO, or
 * -ENOSPC when the disk is full; and so they do when SQLite had to undo the
 * whole transaction for an error of one of them.
 * Between two batches it goes on with what was too much for one job: the rest
 * of large erasures and fan-outs, step by step.
 * When the disk lies (fsync fails, I/O error on commit), the process stops
 * rather than go on with a database whose state it cannot know.
 */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "config/base/mailbox.h"
#include "store/store.h"

struct writer;

/* What a batch changed, for those who watch (bits). */
enum writer_change {
	CHANGE_DELIVERY = 1,   /* deliveries were queued */
	CHANGE_TASK = 2,       /* something is to be fetched */
	CHANGE_ACTOR = 4,      /* an actor or its keys changed or came */
	CHANGE_KEY_WANTED = 8, /* a local actor without keys was made */
	CHANGE_CATALOGUE = 16, /* a catalogue log moved, ours or a copy */
	CHANGE_PEER = 32,      /* a peer came, or its admission changed */
};

struct writer_job {
	struct message message; /* the writer's while the job waits */
	/*
	 * Writer thread, inside the transaction.  Returns 0 to keep what it
	 * did, or -Exxx to have it undone.  May be the only code that calls
	 * store functions that write.
	 */
	int (*work)(struct writer_job *job, struct db *db);
	/*
	 * Thread that owns reply, after the commit; job->result is final.  The
	 * job is the receiver's again and may be freed.
	 */
	void (*done)(struct writer_job *job);
	struct mailbox *reply;
	int result;
	/* The writer's own. */
	struct writer *writer;
	bool waited, finished;
};

/*
 * Starts the thread on a folder that store_prepare() was called for.
 * watch(arg, changes) runs on the writer thread after each commit that changed
 * something of enum writer_change; it must only post messages.  May be NULL.
 */
int writer_start(const char *folder, void (*watch)(void *arg, unsigned changes),
    void *arg, struct writer **ret) MUST_CHECK;
/* Finishes all that was submitted, then ends the thread; leaves NULL. */
void writer_stop(struct writer **writer);

/* Any thread.  The job must live until done() was called. */
void writer_submit(struct writer *writer, struct writer_job *job);
/*
 * Submits and waits: for start-up, tests and tools, never on a thread that
 * serves.  Returns the job's result; done and reply are not used.
 */
int writer_run(struct writer *writer, struct writer_job *job);

/* Inside work(): tells watch() of this after the commit. */
void writer_changed(struct db *db, unsigned changes);

#endif
