/* SPDX-License-Identifier: ISC */
#include "federation/replica_own.h"

#include <stdlib.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "federation/catalogue.h"
#include "federation/catalogue_copy.h"
#include "federation/instance_key.h"

struct rebuild {
	struct writer_job job;
	struct courier_core *core;
	const struct node_snapshot *snapshot;
	struct arena *arena;
	struct catalogue_read_head seen;
	bool done;
};

static int
work(struct writer_job *job, struct db *db)
{
	struct rebuild *rebuild = CONTAINER_OF(job, struct rebuild, job);
	struct publish publish = {
		.node = rebuild->core->node,
		.settings = rebuild->snapshot->settings,
		.db = db,
		.arena = rebuild->arena,
		.now = clock_now(),
	};

	return catalogue_rebuild(&publish, &rebuild->seen, &rebuild->done);
}

static void
on_rebuilt(struct writer_job *job)
{
	struct rebuild *rebuild = CONTAINER_OF(job, struct rebuild, job);
	struct courier_core *core = rebuild->core;

	if (job->result == 0 && rebuild->done)
		log_warning("catalogue rolled back: others had epoch=%lld "
			    "seq=%lld of it; begun anew",
		    (long long)rebuild->seen.epoch,
		    (long long)rebuild->seen.seq);
	courier_core_returned(core);
	node_release(&rebuild->snapshot);
	arena_free(&rebuild->arena);
	free(rebuild);
	core->wake(core);
}

static void
submit(struct courier_core *core, const struct catalogue_read_head *seen)
{
	struct rebuild *rebuild = xcalloc(1, sizeof(*rebuild));

	rebuild->core = core;
	rebuild->snapshot = node_snapshot(core->node);
	rebuild->arena = arena_new();
	rebuild->seen = *seen;
	rebuild->job.work = work;
	rebuild->job.done = on_rebuilt;
	courier_core_submit(core, &rebuild->job);
}

/* Whether we signed it, and it is not what we hold or older. */
static bool
says_more(struct courier_core *core, struct arena *arena, const json_t *head,
    struct catalogue_read_head *ret)
{
	struct instance_key key = { 0 };
	struct catalogue_read_origin own;
	char error[CATALOGUE_READ_ERROR_SIZE];
	struct replica_held held;
	bool ours;

	if (catalogue_copy_look(core->db, arena, core->node->domain, &held) !=
		0 ||
	    instance_key_load(core->db, arena, &key) != 0)
		return false;
	catalogue_read_origin(
	    arena, core->node->domain, key.key, clock_now(), &own);
	ours =
	    catalogue_read_head(head, &own, ret, error) == CATALOGUE_READ_NONE;
	key_free(&key.key);
	if (!ours)
		return false;
	switch (replica_judge(&held, ret)) {
	case REPLICA_SAME:
	case REPLICA_OLD:
	case REPLICA_FROZEN:
	case REPLICA_RENEWED:
		return false;
	case REPLICA_NEWER:
	case REPLICA_REBUILT:
	case REPLICA_FORKED:
		break;
	}
	return true;
}

void
replica_own_seen(struct courier_core *core, const json_t *head)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct catalogue_read_head seen;

	if (says_more(core, arena, head, &seen))
		submit(core, &seen);
}
