/* SPDX-License-Identifier: ISC */
/*
 * catalogue_lost.h: entries of our own log that others still hold while this
 * database, older than they are, knows nothing of their objects.  They wait
 * for the administrator, who takes each back or lets it go.
 *
 * Memory: rows are copied into the caller's arena.  Errors: see store.h.
 * Thread: the handle's; functions that write, only in a writer job.
 */
#ifndef STORE_CATALOGUE_LOST_H
#define STORE_CATALOGUE_LOST_H

#include "store/store.h"

struct catalogue_lost {
	const char *object_uri;
	const char *document; /* the entry, as it was signed */
	int64_t at;           /* when */
};

/* A newer one replaces the older of the same object. */
int catalogue_lost_put(struct db *db, const struct catalogue_lost *lost)
    MUST_CHECK;
/* -ENOENT: nothing of this object waits. */
int catalogue_lost_get(struct db *db, struct arena *arena,
    const char *object_uri, struct catalogue_lost *ret) MUST_CHECK;
/* By address, from `after` (exclusive, "" for the first). */
int catalogue_lost_list(struct db *db, struct arena *arena, const char *after,
    size_t limit, struct catalogue_lost **ret, size_t *ret_count) MUST_CHECK;
int catalogue_lost_remove(struct db *db, const char *object_uri) MUST_CHECK;
/* How many wait; 0 also when the database fails. */
int64_t catalogue_lost_count(struct db *db);

#endif
