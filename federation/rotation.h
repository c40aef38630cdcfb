/* SPDX-License-Identifier: ISC */
/*
 * rotation.h: how the key of a node's instance gives way to another: a
 * statement (parvis-catalogue(7)) that names both and is signed by the old
 * one.  Who pinned the old key follows the statements to the new one; a key
 * that changed without them freezes the log until it is admitted anew.
 *
 * Errors: those of the store.
 */
#ifndef FEDERATION_ROTATION_H
#define FEDERATION_ROTATION_H

#include "federation/catalogue_read.h"
#include "federation/publish.h"
#include "store/peer.h"
#include "store/rotation.h"

/*
 * Writer job.  Our own instance gets another Ed25519 key: a statement by the
 * old one is written down, and the log is begun anew under a higher epoch,
 * signed by the new one.  -EAGAIN: there is no key yet.
 */
int rotation_rotate(struct publish *publish) MUST_CHECK;

/* {"orderedItems": statements}; -ENOENT: there is none. */
int rotation_write(struct db *db, struct arena *arena, const char *base,
    const char *domain, json_t **ret) MUST_CHECK;

struct rotation_chain {
	struct rotation steps[ROTATIONS_MAX]; /* in the arena */
	size_t count;
};

/*
 * The statements that lead on from a key, in the order in which they are to
 * be followed, however they came; others are left out, and so is what does not
 * verify.  Pure.
 * True when there is one at least.  Thread: any.
 */
bool rotation_read(struct arena *arena, const json_t *document,
    const char *domain, const struct key *from, int64_t now,
    struct rotation_chain *ret);

/* Whether a head is genuine by one of the old keys.  Any thread. */
bool rotation_signed_before(const struct rotation *rotations, size_t count,
    const struct catalogue_read_origin *origin, const json_t *head);

/*
 * Writer job: a peer's pinned key is replaced by the one at the end of the
 * chain.  -ESTALE: its key is not where the chain begins.
 */
int rotation_apply(struct db *db, struct arena *arena, const char *domain,
    const struct rotation_chain *chain) MUST_CHECK;

#endif
