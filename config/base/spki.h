/* SPDX-License-Identifier: ISC */
/*
 * spki.h: public keys as the store keeps them (SubjectPublicKeyInfo, DER),
 * written as documents want them, without taking them apart: they were checked
 * when they were stored.  Pure functions; results live in the arena.
 */
#ifndef CONFIG_BASE_SPKI_H
#define CONFIG_BASE_SPKI_H

#include "config/base/arena.h"

/* "-----BEGIN PUBLIC KEY-----..." (RFC 7468); what key_pem() gives. */
char *spki_pem(struct arena *arena, const uint8_t *spki, size_t len);
/*
 * Multikey of an Ed25519 key (RFC 8410, FEP-521a), what key_multibase()
 * gives; -EINVAL: it is no such key.
 */
int spki_multibase(struct arena *arena, const uint8_t *spki, size_t len,
    char **ret) MUST_CHECK;

#endif
