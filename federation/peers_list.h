/* SPDX-License-Identifier: ISC */
/*
 * peers_list.h: the list of nodes that a node admits, with their keys, signed
 * by its instance actor: GET /peers (parvis-catalogue(7)).  It is what other
 * nodes' admission by vouches is made of.
 *
 * A list is made when it is asked for; its number is the time, and it is good
 * for a week.
 * Thread: any, with the handle's.  Errors: those of the store.
 */
#ifndef FEDERATION_PEERS_LIST_H
#define FEDERATION_PEERS_LIST_H

#include "federation/catalogue_read.h"
#include "store/peer.h"

enum {
	PEERS_LIST_MAX = 2000,
	PEERS_LIST_SECONDS = 7 * 86400,
	PEERS_LIST_ROTATIONS = 4, /* statements of one node: the newest */
};

/* -EAGAIN: the instance has no keys yet. */
int peers_list_make(struct db *db, struct arena *arena, const char *base,
    const char *domain, int64_t now, json_t **ret) MUST_CHECK;

struct peers_list {
	int64_t seq;
	struct vouch *vouches; /* in the arena */
	/* Beside each, what it says of how the key came to be another (see
	 * rotation.h): the document's, unchecked, NULL for nothing. */
	const json_t **rotations;
	size_t count;
};

/*
 * What another node signed, checked as a catalogue's head is.  An item that is
 * no domain with an Ed25519 key is refused with the whole list: its author
 * does not know what it signs.
 */
enum catalogue_read_fault peers_list_read(struct arena *arena,
    const json_t *document, const struct catalogue_read_origin *origin,
    struct peers_list *ret, char error[CATALOGUE_READ_ERROR_SIZE]) MUST_CHECK;

#endif
