/* SPDX-License-Identifier: ISC */
/*
 * followers_sync.h: followers collection synchronisation (FEP-8fcf): what both
 * sides of a follow believe, compared by one digest per delivery.
 *
 * Memory: the arena.  Thread: any; pure functions.
 */
#ifndef FEDERATION_FOLLOWERS_SYNC_H
#define FEDERATION_FOLLOWERS_SYNC_H

#include "config/base/arena.h"

enum { FOLLOWERS_SYNC_DIGEST_SIZE = 65 }; /* 64 hex digits and NUL */

/* XOR of the SHA-256 of each id, lower case hex; all zeros for none. */
void followers_sync_digest(const char *const *uris, size_t count,
    char ret[FOLLOWERS_SYNC_DIGEST_SIZE]);
/* Those of uris whose origin is `origin`; *ret has room for count. */
void followers_sync_partial(struct arena *arena, const char *const *uris,
    size_t count, const char *origin, const char ***ret, size_t *ret_count);

/* The value of Collection-Synchronization for a delivery by actor_uri. */
char *followers_sync_header(struct arena *arena, const char *actor_uri,
    const char *followers, const char *digest);

struct followers_sync {
	const char *url;    /* where the sender's list for us can be read */
	const char *digest; /* 64 lower case hex digits */
};
/*
 * A received header of an actor whose followers collection is `followers`.
 * -EINVAL: to be ignored (another's collection, another origin, no digest...).
 */
int followers_sync_parse(struct arena *arena, const char *header,
    const char *followers, struct followers_sync *ret) MUST_CHECK;

#endif
