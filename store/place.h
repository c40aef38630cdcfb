/* SPDX-License-Identifier: ISC */
/*
 * place.h: points of communes that lie over those of the gazetteer: from a
 * file, and by hand.
 * Memory, errors, threads: see store.h.
 */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

#include "store/store.h"

struct place_point {
	const char *insee;
	bool by_hand;
	double latitude, longitude;
	int64_t at;
};

/* All, by code; of two for one commune, that by hand comes last. */
int place_point_list(struct db *db, struct arena *arena,
    struct place_point **ret, size_t *ret_count) MUST_CHECK;
int place_point_put(struct db *db, const struct place_point *point) MUST_CHECK;
/* The correction of one commune.  -ENOENT. */
int place_point_remove(struct db *db, const char *insee) MUST_CHECK;
/* All that came from a file, and with hand the corrections too. */
int place_point_clear(struct db *db, bool hand) MUST_CHECK;

#endif
