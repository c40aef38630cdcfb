/* SPDX-License-Identifier: ISC */
/*
 * rotation.h: keys of nodes, ours and others', that gave way to another, with
 * the statement of the old key that says so.  Statements are opaque text here
 * (federation/rotation.h).
 *
 * Memory, errors, threads: see store.h.
 */
#ifndef STORE_ROTATION_H
#define STORE_ROTATION_H

#include "store/store.h"

enum { ROTATIONS_MAX = 16 }; /* kept of one node: the newest */

struct rotation {
	const char *domain;
	const uint8_t *old_key, *new_key; /* SPKI, Ed25519 */
	size_t old_len, new_len;
	const char *document;
	int64_t at;
};

/*
 * Also makes what other nodes vouched for under the old key count for the new
 * one.  A second statement of the same old key changes nothing: the first
 * stands.
 */
int rotation_add(struct db *db, const struct rotation *rotation) MUST_CHECK;
/* Those of a domain, the oldest first. */
int rotation_list(struct db *db, struct arena *arena, const char *domain,
    struct rotation **ret, size_t *ret_count) MUST_CHECK;
/* Vouches of one peer for keys that were rotated count for the new ones. */
int rotation_update_vouches(struct db *db, int64_t voucher_id) MUST_CHECK;

#endif
