/* SPDX-License-Identifier: ISC */
/*
 * lthash.h: a digest of a set that can be kept up to date entry by entry.
 *
 * LtHash (Bellare and Micciancio 1997; Lewi, Kim, Maykov and Weis 2019,
 * "Securing Update Propagation with Homomorphic Hashing"): each element is
 * expanded to 1,024 lanes of 16 bits, and the set is the sum of its elements,
 * lane by lane, modulo 2^16.  Whoever can choose elements cannot steer the sum
 * to a given value, as one can with XOR or a plain sum of hashes.
 *
 * An element is SHAKE256("parvis-catalogue" 00, object id as UTF-8, 00, seq as
 * 8 bytes big endian, SHA-256 of the entry's canonical bytes with its proof),
 * read as 1,024 little endian numbers of 16 bits.
 * Pure functions; thread: any.
 */
#ifndef FEDERATION_LTHASH_H
#define FEDERATION_LTHASH_H

#include "config/base/crypto.h"

enum { LTHASH_LANES = 1024, LTHASH_BYTES = 2 * LTHASH_LANES };

struct lthash {
	uint16_t lanes[LTHASH_LANES];
};

void lthash_init(struct lthash *hash); /* the empty set: all zeros */
void lthash_add(struct lthash *hash, const char *object_id, int64_t seq,
    const uint8_t entry[SHA256_SIZE]);
void lthash_remove(struct lthash *hash, const char *object_id, int64_t seq,
    const uint8_t entry[SHA256_SIZE]);
/* SHA-256 of the lanes as little endian bytes: what a head carries. */
void lthash_digest(const struct lthash *hash, uint8_t ret[SHA256_SIZE]);
/* The lanes as LTHASH_BYTES little endian bytes, as the store keeps them. */
void lthash_encode(const struct lthash *hash, uint8_t ret[LTHASH_BYTES]);
void lthash_decode(struct lthash *hash, const uint8_t bytes[LTHASH_BYTES]);

#endif
