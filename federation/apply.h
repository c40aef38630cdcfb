/* SPDX-License-Identifier: ISC */
/*
 * apply.h: what a verified activity does to the store.
 *
 * Each effect is idempotent: an activity that comes again (a lost answer)
 * changes nothing.  A later activity that comes first (Undo before its
 * Follow, Delete before its Create) is remembered by the id of what it is
 * about.
 * Thread: the writer, inside a job.  Memory: the publish's arena.
 */
#ifndef FEDERATION_APPLY_H
#define FEDERATION_APPLY_H

#include "federation/activity.h"
#include "federation/httpsig.h"
#include "federation/publish.h"
#include "federation/verdict.h"

/* An activity on its way to the store. */
struct apply {
	struct publish *publish;
	const struct activity *activity;
	const struct actor *sender; /* as the store has it */
	/* An embedded object or actor, read beforehand; NULL if none. */
	const struct object *object;
	const struct received_actor *actor;
	bool to_relay; /* it was sent to the relay's own inbox */
	/* A sentence for the sender when the verdict is a refusal. */
	const char *reason;
};

/*
 * 0 and *ret: ACCEPTED (the store changed), DUPLICATE, IGNORED, or a refusal;
 * an error of the store undoes all.
 */
int apply_activity(struct apply *apply, enum verdict *ret) MUST_CHECK;

/*
 * The Collection-Synchronization header of a verified delivery (FEP-8fcf);
 * what cannot be read is ignored.
 */
int apply_followers_sync(struct publish *publish, const struct actor *sender,
    const struct httpsig_request *request) MUST_CHECK;

/* The effects, one file each; called by apply_activity() alone. */
int apply_follow(struct apply *apply, enum verdict *ret) MUST_CHECK;
int apply_answer(struct apply *apply, enum verdict *ret) MUST_CHECK;
int apply_follow_relay(struct apply *apply, const struct actor *relay,
    enum verdict *ret) MUST_CHECK;
int apply_undo(struct apply *apply, enum verdict *ret) MUST_CHECK;
int apply_block(struct apply *apply, enum verdict *ret) MUST_CHECK;
int apply_create(struct apply *apply, enum verdict *ret) MUST_CHECK;
int apply_update(struct apply *apply, enum verdict *ret) MUST_CHECK;
int apply_delete(struct apply *apply, enum verdict *ret) MUST_CHECK;
int apply_announce(struct apply *apply, enum verdict *ret) MUST_CHECK;
int apply_join(struct apply *apply, enum verdict *ret) MUST_CHECK;
int apply_like(struct apply *apply, enum verdict *ret) MUST_CHECK;

/* A refusal with its sentence. */
int apply_refuse(struct apply *apply, enum verdict verdict, const char *reason,
    enum verdict *ret);
/* Whether somebody of ours follows this actor to read what it publishes. */
int apply_is_followed(struct apply *apply, int64_t actor_id, bool *ret)
    MUST_CHECK;

#endif
