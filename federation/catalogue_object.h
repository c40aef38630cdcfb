/* SPDX-License-Identifier: ISC */
/*
 * catalogue_object.h: what the catalogue says of one actor of ours: its public
 * document without keys, short enough for an entry.  Our own terms are written
 * with their prefix, so that the @context of entries stays small.
 *
 * Memory: a new json_t reference for the caller.  Thread: any; reads only.
 */
#ifndef FEDERATION_CATALOGUE_OBJECT_H
#define FEDERATION_CATALOGUE_OBJECT_H

#include "federation/document.h"

/*
 * What an entry is besides its object: ids of a domain of any length, and the
 * proof.  A bound, so that where a text is cut hangs on the object alone.
 */
enum {
	CATALOGUE_OBJECT_ENVELOPE = 3 * 1024,
	CATALOGUE_OBJECT_MAX = 16 * 1024 - CATALOGUE_OBJECT_ENVELOPE,
};

/*
 * When it is too long, its summary is cut at a word, then dropped, then its
 * lists of words and its status.  Errors of the store; -EMSGSIZE: it would
 * not fit even so.
 */
int catalogue_object_make(struct db *db, struct arena *arena,
    const struct actor *actor, json_t **ret) MUST_CHECK;
/*
 * SHA-256 of the canonical object without the time of its last change: two
 * that say the same have the same.  -EINVAL: it has no canonical form.
 */
int catalogue_object_hash(const json_t *object, uint8_t ret[SHA256_SIZE])
    MUST_CHECK;

#endif
