/* SPDX-License-Identifier: ISC */
/*
 * crypto.h: hashes, random bytes, keys and signatures; with daemon/tls.c and
 * federation/courier.c (contexts only) the sole user of OpenSSL.
 *
 * Memory: keys are made here and freed with key_free().
 * Thread: any; a key may be used by several threads at once (key_ref).
 * Errors: -EINVAL malformed input, -ENOTSUP a kind of key we do not use,
 *         -EBADMSG a signature that does not match, -EIO the library failed.
 */
#ifndef CONFIG_BASE_CRYPTO_H
#define CONFIG_BASE_CRYPTO_H

#include "config/base/arena.h"

enum { SHA256_SIZE = 32, SHA512_SIZE = 64, ED25519_SIZE = 32 };

void crypto_sha256(const void *data, size_t len, uint8_t ret[SHA256_SIZE]);
void crypto_sha512(const void *data, size_t len, uint8_t ret[SHA512_SIZE]);
/* FIPS 202: as many bytes as one asks for. */
void crypto_shake256(const void *data, size_t len, void *ret, size_t ret_len);
/* The first 8 bytes of SHA-256 as an integer: the store's hash of an id. */
int64_t crypto_hash64(const char *s);
void crypto_random(void *ret, size_t len);
uint32_t crypto_random_below(uint32_t n); /* uniform in [0, n) */
/* An unguessable name of 128 random bits: 26 lower case base32 characters. */
enum { CRYPTO_OPAQUE_SIZE = 27 };
void crypto_opaque(char ret[CRYPTO_OPAQUE_SIZE]);
/* Compares in constant time. */
bool crypto_equal(const void *a, const void *b, size_t len);

enum key_kind { KEY_RSA, KEY_ED25519 };

struct key; /* a key pair or a public key; reference counted */

/* New pair: RSA of 2048 bits (tens to hundreds of ms), or Ed25519 (fast). */
int key_generate(enum key_kind kind, struct key **ret) MUST_CHECK;
/* PKCS#8 DER of a pair, as the store keeps it. */
int key_from_secret(const void *der, size_t len, struct key **ret) MUST_CHECK;
int key_secret(const struct key *key, struct arena *arena, uint8_t **ret,
    size_t *ret_len) MUST_CHECK;
/* SPKI DER of the public part. */
int key_from_spki(const void *der, size_t len, struct key **ret) MUST_CHECK;
int key_spki(const struct key *key, struct arena *arena, uint8_t **ret,
    size_t *ret_len) MUST_CHECK;
/*
 * Public key from PEM: "PUBLIC KEY" (SPKI) or "RSA PUBLIC KEY" (PKCS#1).
 * RSA from 2048 to 8192 bits, else -ENOTSUP.
 */
int key_from_pem(const char *pem, struct key **ret) MUST_CHECK;
/* "-----BEGIN PUBLIC KEY-----..." (SPKI) */
int key_pem(const struct key *key, struct arena *arena, char **ret) MUST_CHECK;
/* Multikey, Ed25519 only: "z6Mk..." (FEP-521a, base58btc of 0xed01 + key). */
int key_from_multibase(const char *s, struct key **ret) MUST_CHECK;
int key_multibase(const struct key *key, struct arena *arena, char **ret)
    MUST_CHECK;

enum key_kind key_kind(const struct key *key);
bool key_has_secret(const struct key *key);
struct key *key_ref(struct key *key);
void key_free(struct key **key); /* drops one reference; NULL is fine */

/* RSASSA-PKCS1-v1_5 with SHA-256, or Ed25519, by the kind of the key. */
int key_sign(const struct key *key, const void *data, size_t len,
    struct arena *arena, uint8_t **ret, size_t *ret_len) MUST_CHECK;
/* 0 when the signature matches, -EBADMSG when it does not. */
int key_verify(const struct key *key, const void *data, size_t len,
    const uint8_t *sig, size_t sig_len) MUST_CHECK;
/*
 * What RFC 9421 knows besides the default: RSASSA-PKCS1-v1_5 and RSASSA-PSS
 * with SHA-512; peers that use them are verified too.  RSA keys only, else
 * -EINVAL.
 */
enum key_scheme { SCHEME_DEFAULT, SCHEME_RSA_SHA512, SCHEME_RSA_PSS_SHA512 };
int key_verify_scheme(const struct key *key, enum key_scheme scheme,
    const void *data, size_t len, const uint8_t *sig, size_t sig_len)
    MUST_CHECK;

#endif
