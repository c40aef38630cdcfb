/* SPDX-License-Identifier: ISC */
/*
 * announce.h: the territory passes on what its members publish, so that
 * whoever follows the one Group hears of the whole territory.
 *
 * Two Announces per update: of the object's id, for Mastodon and its kin, and
 * of the whole activity, for readers of groups (FEP-1b12).  The relay
 * (relay.h) announces the id to its subscribers at the same time.  Only public
 * updates, that answer nothing, of actors who chose to be found.
 * Thread: the writer, inside a job.  Errors: see store.h.
 */
#ifndef FEDERATION_ANNOUNCE_H
#define FEDERATION_ANNOUNCE_H

#include "federation/publish.h"

/*
 * The territory that passes on this author's new Note: its row id, or 0 when
 * it does not.
 */
int announce_by(struct publish *publish, const struct actor *author,
    const struct object *note, int64_t *ret_territory_id) MUST_CHECK;
/* A Create that was just sent under this id. */
int announce_create(struct publish *publish, int64_t territory_id,
    const struct object *note, const char *activity_uri) MUST_CHECK;
/*
 * The territory, when it passed this Note on before, or anything of an author:
 * those who heard of it hear of its changes and its end, whatever its author
 * chose since.  0 otherwise.
 */
int announce_told(struct publish *publish, const struct object *note,
    int64_t *ret_territory_id) MUST_CHECK;
int announce_told_of(struct publish *publish, const struct actor *author,
    int64_t *ret_territory_id) MUST_CHECK;
/* An Update or Delete of what has this id: its activity, for readers of
 * groups. */
int announce_change(struct publish *publish, int64_t territory_id,
    const char *uri, const char *author_uri, const char *activity_uri)
    MUST_CHECK;

#endif
