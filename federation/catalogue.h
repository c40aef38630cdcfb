/* SPDX-License-Identifier: ISC */
/*
 * catalogue.h: this node's own catalogue log: what of ours wishes to be found.
 *
 * Each entry is an activity of the instance actor with an integrity proof
 * (FEP-8b32) and wraps the present state of one profile or project: Update
 * while it is alive, discoverable and has keys; Remove when it changed its
 * mind; Delete when it is gone.  A newer entry replaces the older; numbers
 * rise and have gaps.  The head says, signed, where the log stands; it is made
 * in the same transaction as what moved the log.
 *
 * Until the instance actor has keys there is no log, and while it is held
 * (node_hold_catalogue()) nothing is added to it: these functions then do
 * nothing, and catalogue_catch_up() brings what they left out.
 *
 * Thread: the writer, inside a job.  Memory: the publish's arena.
 * Errors: those of the store.
 */
#ifndef FEDERATION_CATALOGUE_H
#define FEDERATION_CATALOGUE_H

#include "federation/publish.h"
#include "store/catalogue.h"

enum {
	CATALOGUE_ENTRY_BYTES = 16 * 1024, /* canonical, with its proof */
	CATALOGUE_PAGE_ENTRIES = 100,
	CATALOGUE_PAGE_BYTES = 1 << 20,
	CATALOGUE_STEP = 100, /* actors that one catch-up looks at */
	/* A head is good for a week. */
	CATALOGUE_HEAD_SECONDS = 6 * 86400,
	CATALOGUE_LATEST_SECONDS = 600,
	CATALOGUE_BURIED_SECONDS = 366 * 86400,
};

/* Brings the entry of one profile or project of ours in line with what it is
 * now; of what never was in the log, nothing is said. */
int catalogue_note_actor(struct publish *publish, const struct actor *actor)
    MUST_CHECK;
/*
 * The same after an actor of ours published or took back a public post
 * (parvis:latest).  An entry is renewed for that once in
 * CATALOGUE_LATEST_SECONDS: what comes sooner is left to catalogue_catch_up(),
 * so that who writes much has no more told of it than who writes now and then.
 */
int catalogue_note_latest(struct publish *publish, const struct actor *actor)
    MUST_CHECK;
/* Signs a head when there is none or the last is CATALOGUE_HEAD_SECONDS old;
 * the number stays. */
int catalogue_renew_head(struct publish *publish) MUST_CHECK;

/*
 * The log is begun anew, under an epoch above one that others have seen under
 * our key: this database is older than what was published from it (a copy, a
 * snapshot, a restore), and going on from here would contradict it.  All that
 * is to be found now is signed again, in this one job; others replace their
 * copies.  Does nothing when our own log is not behind `seen`.
 */
struct catalogue_read_head;
int catalogue_rebuild(struct publish *publish,
    const struct catalogue_read_head *seen, bool *ret_done) MUST_CHECK;

/* The same whatever others have: the key that signs is another one. */
int catalogue_begin_anew(struct publish *publish) MUST_CHECK;

/* How far a walk through all our actors is; zeros at its beginning. */
struct catalogue_walk {
	bool projects; /* the profiles are done */
	int64_t after; /* id of the last actor */
};
/*
 * One step of such a walk: up to CATALOGUE_STEP actors are noted, so that the
 * log has what a database of before, or a node without keys, did not tell.
 * At the end *ret_more is false and the walk at its beginning.
 */
int catalogue_catch_up(struct publish *publish, struct catalogue_walk *walk,
    bool *ret_more) MUST_CHECK;

#endif
