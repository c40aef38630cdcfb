/* SPDX-License-Identifier: ISC */
/*
 * story_fetch.h: the story of an actor elsewhere, read from its outbox: the
 * latest STORY_NOTES_MAX of what it published for all, in a bounded number of
 * pages and bytes, put into the store and on the home pages of those here who
 * follow it.
 *
 * What the store has of the actor and the outbox does not list is asked for:
 * its Delete may have been lost.  Then the threads of the latest posts, where
 * their author's server offers them as collections (FEP-f228): what answers
 * there is read from its own origin.
 *
 * Thread: the courier's.
 */
#ifndef FEDERATION_STORY_FETCH_H
#define FEDERATION_STORY_FETCH_H

#include "federation/courier_core.h"
#include "federation/verdict.h"

/*
 * ACCEPTED when the outbox was read to its end (or to the bounds) and is in
 * the store; else what it met: what was read until then is stored all the
 * same.
 */
typedef void story_fetch_done_fn(
    void *arg, enum verdict verdict, const char *reason);

/*
 * wanted: the id of a post that is to be known afterwards even if the outbox
 * does not give it, or NULL.  done() is called once, perhaps before this
 * returns.
 */
void story_fetch(struct courier_core *core, const char *actor_uri,
    const char *wanted, story_fetch_done_fn *done, void *arg);

#endif
