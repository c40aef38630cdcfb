/* SPDX-License-Identifier: ISC */
/*
 * instance_key.h: what the node itself signs with: the Ed25519 pair of its
 * instance actor.
 *
 * Thread: the handle's.  Memory: the strings in the arena; the key is the
 * caller's.
 */
#ifndef FEDERATION_INSTANCE_KEY_H
#define FEDERATION_INSTANCE_KEY_H

#include "store/actor.h"

struct instance_key {
	const char *actor_uri, *key_uri;
	struct key *key;
};

/* -EAGAIN: the instance has no keys yet. */
int instance_key_load(
    struct db *db, struct arena *arena, struct instance_key *ret) MUST_CHECK;

#endif
