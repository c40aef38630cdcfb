/* SPDX-License-Identifier: ISC */
/*
 * relay.h: the node's relay (FEP-ae0c), an Application at https://DOMAIN/relay
 * to which other servers subscribe: it announces to them the ids of the public
 * updates that the territory passes on, and passes on nothing of theirs.
 *
 * Who follows it by its own id is followed back, as LitePub's servers expect;
 * who follows everybody (as:Public), as Mastodon does, is not.
 * Thread: the writer, inside a job, unless said otherwise.  Errors: see
 * store.h.
 */
#ifndef FEDERATION_RELAY_H
#define FEDERATION_RELAY_H

#include "federation/publish.h"

/*
 * At start: makes the relay's actor where a database of before has none.
 * Waits for the writer, whose thread must run.
 */
int relay_prepare(const struct node *node) MUST_CHECK;
/* Whether a request's target is the relay's own inbox.  Any thread. */
bool relay_is_inbox(const char *target);

/* Its row id; 0 when there is none. */
int relay_id(struct publish *publish, int64_t *ret) MUST_CHECK;
/* To its subscribers: the id of a new update. */
int relay_announce(struct publish *publish, const struct object *note)
    MUST_CHECK;
/* A Follow of the relay was answered: it follows back, or no more. */
int relay_decided(struct publish *publish, const struct actor *relay,
    const struct follow *follow, enum follow_state state) MUST_CHECK;
/* Ends what it follows of this actor; nothing when followee is another. */
int relay_unfollow(
    struct publish *publish, int64_t followee_id, int64_t other_id) MUST_CHECK;

#endif
