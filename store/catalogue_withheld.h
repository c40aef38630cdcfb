/* SPDX-License-Identifier: ISC */
/*
 * catalogue_withheld.h: single things of others' catalogues that this node's
 * administrator withholds: not found here, not handed on.
 *
 * Memory: rows are copied into the caller's arena.  Errors: see store.h.
 * Thread: the handle's; functions that write, only in a writer job.
 */
#ifndef STORE_CATALOGUE_WITHHELD_H
#define STORE_CATALOGUE_WITHHELD_H

#include "store/catalogue.h"

struct catalogue_withheld {
	const char *object_uri;
	int64_t at;
};

/* Said again, nothing changes. */
int catalogue_withhold(struct db *db, const char *object_uri, int64_t now)
    MUST_CHECK;
/* -ENOENT: it is not withheld. */
int catalogue_restore(struct db *db, const char *object_uri) MUST_CHECK;
int catalogue_is_withheld(struct db *db, const char *object_uri, bool *ret)
    MUST_CHECK;
/* By address, from `after` (exclusive, "" for the first). */
int catalogue_withheld_list(struct db *db, struct arena *arena,
    const char *after, size_t limit, struct catalogue_withheld **ret,
    size_t *ret_count) MUST_CHECK;

/* The entry of a thing in the copies, whosever; -ENOENT. */
int catalogue_find(struct db *db, struct arena *arena, const char *object_uri,
    struct catalogue_entry *ret) MUST_CHECK;
/* Whether a copy lacks the text of entries: see catalogue_copy.h. */
int catalogue_has_stubs(struct db *db, int64_t origin_id, bool *ret) MUST_CHECK;

#endif
