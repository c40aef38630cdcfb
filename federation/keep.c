/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>

#include "config/base/clock.h"
#include "federation/keep.h"
#include "store/host.h"
#include "store/queue.h"

enum { SOFTWARE_SECONDS = 7 * 24 * 3600 };

struct keeping {
	struct writer_job job;
	struct courier_core *core;
	const struct received_actor *actor;
	const struct object *object;
	enum verdict verdict; /* when the job returns 0 */
	keep_done_fn *done;
	void *arg;
};

/* Once in a while, a host that we have to do with is asked what it runs. */
static int
ask_software(struct db *db, const struct actor *actor, int64_t now)
{
	const struct task task = {
		.kind = TASK_NODEINFO,
		.uri = actor->uri,
		.next_at = now,
		.created_at = now,
	};
	bool due = false;
	int r = host_ask_software(
	    db, actor->host, now, now - SOFTWARE_SECONDS, &due);

	return r < 0 || !due ? r : task_add(db, &task);
}

static int
actor_work(struct writer_job *job, struct db *db)
{
	struct keeping *keeping = CONTAINER_OF(job, struct keeping, job);
	const struct received_actor *received = keeping->actor;
	struct actor actor = received->actor;
	struct actor_key keys[ACTIVITY_KEYS_MAX];
	int64_t now = clock_now(), id;
	int r;

	actor.kind = ACTOR_REMOTE;
	actor.fetched_at = now;
	if (actor.created_at == 0)
		actor.created_at = now;
	if (actor.updated_at == 0)
		actor.updated_at = now;
	r = actor_put_remote(db, &actor, &id);
	if (r == -ESTALE) {
		keeping->verdict = VERDICT_GONE;
		return 0;
	}
	if (r != 0)
		return r;
	for (size_t i = 0; i < received->key_count; i++) {
		keys[i] = received->keys[i];
		keys[i].created_at = now;
	}
	r = actor_set_keys(db, id, keys, received->key_count);
	return r < 0 ? r : ask_software(db, &actor, now);
}

/* Only its own author's document, and never an older one, replaces it. */
static int
replace_object(struct db *db, struct arena *arena, struct object *object,
    enum verdict *ret)
{
	struct object known;
	int r = object_by_uri(db, arena, object->uri, &known);

	if (r != 0)
		return r;
	if (known.deleted_at != 0) {
		*ret = VERDICT_GONE;
		return 0;
	}
	if (known.local || known.actor_id != object->actor_id) {
		*ret = VERDICT_FORBIDDEN;
		return 0;
	}
	object->id = known.id;
	return object->updated < known.updated ? 0 : object_update(db, object);
}

int
keep_put_object(struct db *db, struct arena *arena, struct object *object,
    enum verdict *ret)
{
	int r;

	object->local = false;
	*ret = VERDICT_ACCEPTED;
	r = object_create(db, object, &object->id);
	if (r == -EEXIST)
		return replace_object(db, arena, object, ret);
	if (r == -ESTALE) {
		*ret = VERDICT_GONE;
		return 0;
	}
	return r;
}

static int
object_work(struct writer_job *job, struct db *db)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct keeping *keeping = CONTAINER_OF(job, struct keeping, job);
	struct object object = *keeping->object;
	struct actor author;
	int r = actor_by_uri(db, arena, object.actor_uri, &author);

	if (r == -ENOENT || (r == 0 && author.deleted_at != 0)) {
		keeping->verdict = r == 0 ? VERDICT_GONE : VERDICT_UNKNOWN;
		return 0;
	}
	if (r != 0)
		return r;
	object.actor_id = author.id;
	object.received_at = clock_now();
	return keep_put_object(db, arena, &object, &keeping->verdict);
}

static void
on_kept(struct writer_job *job)
{
	struct keeping *keeping = CONTAINER_OF(job, struct keeping, job);

	courier_core_returned(keeping->core);
	keeping->done(
	    keeping->arg, job->result == 0 ? keeping->verdict : VERDICT_FAILED);
	free(keeping);
}

static struct keeping *
keeping_new(struct courier_core *core, keep_done_fn *done, void *arg)
{
	struct keeping *keeping = xcalloc(1, sizeof(*keeping));

	keeping->core = core;
	keeping->verdict = VERDICT_ACCEPTED;
	keeping->done = done;
	keeping->arg = arg;
	keeping->job.done = on_kept;
	return keeping;
}

void
keep_actor(struct courier_core *core, const struct received_actor *actor,
    keep_done_fn *done, void *arg)
{
	struct keeping *keeping = keeping_new(core, done, arg);

	keeping->actor = actor;
	keeping->job.work = actor_work;
	courier_core_submit(core, &keeping->job);
}

void
keep_object(struct courier_core *core, const struct object *object,
    keep_done_fn *done, void *arg)
{
	struct keeping *keeping = keeping_new(core, done, arg);

	keeping->object = object;
	keeping->job.work = object_work;
	courier_core_submit(core, &keeping->job);
}
