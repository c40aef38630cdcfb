/* SPDX-License-Identifier: ISC */
/*
 * keep.h: documents of others that were read and checked go into the store.
 *
 * Memory: what is kept is borrowed until done().
 * Thread: the courier's, or as said.
 */
#ifndef FEDERATION_KEEP_H
#define FEDERATION_KEEP_H

#include "federation/activity.h"
#include "federation/courier_core.h"
#include "federation/verdict.h"

/* ACCEPTED once it is on disk; GONE (it was deleted before); FORBIDDEN (the
 * object is another's); UNKNOWN (the author is not stored); FAILED. */
typedef void keep_done_fn(void *arg, enum verdict verdict);

void keep_actor(struct courier_core *core, const struct received_actor *actor,
    keep_done_fn *done, void *arg);
/* Its author is in the store already. */
void keep_object(struct courier_core *core, const struct object *object,
    keep_done_fn *done, void *arg);

/*
 * The same within a writer job, with actor_id and received_at set: adds the
 * object, or replaces an older one by the same author; id is set when *ret is
 * ACCEPTED.
 */
int keep_put_object(struct db *db, struct arena *arena, struct object *object,
    enum verdict *ret) MUST_CHECK;

#endif
