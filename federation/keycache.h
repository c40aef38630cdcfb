/* SPDX-License-Identifier: ISC */
/*
 * keycache.h: public keys of remote actors, ready to verify with, so that a
 * known sender costs one look-up and no parsing.
 *
 * Bounded: the least recently used goes.  An entry is believed for
 * KEYCACHE_SECONDS; a signature that does not match has the caller read the
 * store and then the network again, so that a stale entry costs a retry, not
 * a refusal.  Thread: one cache per thread.  Memory: keys are references.
 */
#ifndef FEDERATION_KEYCACHE_H
#define FEDERATION_KEYCACHE_H

#include "config/base/crypto.h"
#include "store/store.h"

enum { KEYCACHE_ENTRIES = 4096, KEYCACHE_SECONDS = 600 };

struct keycache;

struct keycache_entry {
	struct key *key;       /* borrowed from the cache */
	int64_t actor_id;      /* row of the owner */
	const char *actor_uri; /* borrowed from the cache */
	int64_t fetched_at;    /* when the owner was last read */
	bool local;
};

struct keycache *keycache_new(void);
void keycache_free(struct keycache **cache);

/*
 * From memory, or else from the store.  What *ret borrows stands until the
 * next call.  -ENOENT: not known here; -EINVAL: the stored key is of no use;
 * -ESTALE: its owner was deleted.
 */
int keycache_find(struct keycache *cache, struct db *db, const char *key_id,
    int64_t now, struct keycache_entry *ret) MUST_CHECK;
/* Has the next keycache_find() read the store. */
void keycache_drop(struct keycache *cache, const char *key_id);

#endif
