/* SPDX-License-Identifier: ISC */
#include "federation/replica_note.h"

#include <errno.h>
#include <stdlib.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "federation/catalogue_copy.h"
#include "store/peer.h"

enum { LIAR_SECONDS = 3600 };

/* --- Notes about peers --- */

struct note {
	struct writer_job job;
	struct courier_core *core;
	int64_t peer_id, now, wait_until;
	char *error;
};

static int
work_note(struct writer_job *job, struct db *db)
{
	struct note *note = CONTAINER_OF(job, struct note, job);

	return peer_tried(
	    db, note->peer_id, note->now, note->wait_until, note->error);
}

static void
on_noted(struct writer_job *job)
{
	struct note *note = CONTAINER_OF(job, struct note, job);
	struct courier_core *core = note->core;

	free(note->error);
	free(note);
	courier_core_returned(core);
	core->wake(core);
}

void
replica_note_peer(struct courier_core *core, int64_t peer_id, int64_t failures,
    const char *error, bool liar)
{
	struct note *note;

	if (peer_id == 0)
		return;
	note = xcalloc(1, sizeof(*note));
	note->core = core;
	note->peer_id = peer_id;
	note->now = clock_now();
	if (error != NULL) {
		note->error = xstrdup(error);
		note->wait_until =
		    note->now + (liar ? LIAR_SECONDS
				      : replica_backoff(failures + 1,
					    crypto_random_below(1u << 30)));
	}
	note->job.work = work_note;
	note->job.done = on_noted;
	courier_core_submit(core, &note->job);
}

/* --- Forks --- */

struct fork_note {
	struct writer_job job;
	struct courier_core *core;
	char *domain, *evidence;
};

static int
work_fork(struct writer_job *job, struct db *db)
{
	struct fork_note *note = CONTAINER_OF(job, struct fork_note, job);
	CLEANUP(arena_free) struct arena *arena = arena_new();
	int r = catalogue_copy_freeze(
	    db, arena, note->domain, REPLICA_NOTE_FORKED, note->evidence);

	return r == -ENOENT ? 0 : r;
}

static void
on_fork_noted(struct writer_job *job)
{
	struct fork_note *note = CONTAINER_OF(job, struct fork_note, job);
	struct courier_core *core = note->core;

	free(note->domain);
	free(note->evidence);
	free(note);
	courier_core_returned(core);
	core->wake(core);
}

void
replica_note_fork(
    struct courier_core *core, const char *domain, const char *evidence)
{
	struct fork_note *note = xcalloc(1, sizeof(*note));

	log_warning(
	    "catalogue origin=%s frozen: %s", domain, REPLICA_NOTE_FORKED);
	note->core = core;
	note->domain = xstrdup(domain);
	note->evidence = xstrdup(evidence);
	note->job.work = work_fork;
	note->job.done = on_fork_noted;
	courier_core_submit(core, &note->job);
}
