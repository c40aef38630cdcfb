/* SPDX-License-Identifier: ISC */
/*
 * catalogue_recover.h: what a node gets back of itself.  Its database is older
 * than what was published from it (a restore, a snapshot, a copied file), and
 * others hold the newer entries of its own log, under its own signature.
 *
 * What an entry says of one of ours counts when it was signed after all that
 * this database knows of it: a change is taken over, a Remove ends its being
 * found, a Delete deletes it.  A project that is unknown here comes back with
 * its id when its holder is here; what has nobody here waits
 * (store/catalogue_lost.h) until the administrator takes it back or lets it
 * go.  What an entry does not carry (links, team, contact, the Markdown of the
 * text) stays as the database has it, or empty.
 *
 * Nothing is sent: followers have heard of it already.
 *
 * Thread: the writer, inside a job.  Memory: the publish's arena.
 * Errors: those of the store.
 */
#ifndef FEDERATION_CATALOGUE_RECOVER_H
#define FEDERATION_CATALOGUE_RECOVER_H

#include "federation/catalogue_copy.h"
#include "federation/publish.h"
#include "store/catalogue_lost.h"

struct catalogue_recovered {
	size_t changed, created, removed, deleted, waiting;
};

/* A whole copy of our own log that was verified. */
int catalogue_recover(struct publish *publish,
    const struct catalogue_copy *copy, struct catalogue_recovered *ret)
    MUST_CHECK;

/*
 * One that waits becomes a profile or project of ours again, under its id,
 * with new keys; with a profile come the projects that wait for it.
 * holder_id: of a project; 0 for the one it had.
 * -EINVAL with a sentence: a project whose holder is not here, or a name that
 * is in use; -EEXIST likewise.
 */
int catalogue_reclaim(struct publish *publish,
    const struct catalogue_lost *lost, int64_t holder_id, struct actor *ret)
    MUST_CHECK;

#endif
