/* SPDX-License-Identifier: ISC */
/*
 * OpenSSL 3 through EVP only.  What OpenSSL refuses leaves entries in its
 * error queue of the thread, where TLS would later find them: each failure
 * clears the queue (crypto_refused).  Failures that only lack of memory or a
 * broken library can cause stop the process.
 */
#include "config/base/crypto.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/text.h"

enum {
	KEY_MAX_DER = 16 * 1024, /* a pair of RSA-8192 takes 4.7 KB */
	KEY_MAX_PEM = 24 * 1024,
	RSA_MIN_BITS = 2048,
	RSA_MAX_BITS = 8192, /* verifying costs about 0.5 ms at this size */
	RSA_MAX_EXPONENT_BITS = 64,
	RSA_NEW_BITS = 2048,
	MULTIKEY_SIZE = 2 + ED25519_SIZE,
	MULTIKEY_MAX_CHARS = 64, /* 48 for Ed25519; longer is another kind */
	PSS_SALT_SHA512 = 64,    /* RFC 9421, section 3.3.1 */
};

static const uint8_t multicodec_ed25519[2] = { 0xed, 0x01 };

struct key {
	atomic_uint refs;
	enum key_kind kind;
	bool has_secret;
	EVP_PKEY *pkey;
};

static int
crypto_refused(int error)
{
	ERR_clear_error();
	return error;
}

void
crypto_sha256(const void *data, size_t len, uint8_t ret[SHA256_SIZE])
{
	ASSERT(EVP_Digest(data, len, ret, NULL, EVP_sha256(), NULL) == 1);
}

void
crypto_sha512(const void *data, size_t len, uint8_t ret[SHA512_SIZE])
{
	ASSERT(EVP_Digest(data, len, ret, NULL, EVP_sha512(), NULL) == 1);
}

void
crypto_shake256(const void *data, size_t len, void *ret, size_t ret_len)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	ASSERT(context != NULL);
	ASSERT(EVP_DigestInit_ex(context, EVP_shake256(), NULL) == 1);
	ASSERT(EVP_DigestUpdate(context, data, len) == 1);
	ASSERT(EVP_DigestFinalXOF(context, ret, ret_len) == 1);
	EVP_MD_CTX_free(context);
}

/* Big endian, so that the value is the same on every machine. */
int64_t
crypto_hash64(const char *s)
{
	uint8_t hash[SHA256_SIZE];
	uint64_t value = 0;
	int64_t ret;

	crypto_sha256(s, strlen(s), hash);
	for (size_t i = 0; i < sizeof(value); i++)
		value = value << 8 | hash[i];
	memcpy(&ret, &value, sizeof(ret));
	return ret;
}

void
crypto_random(void *ret, size_t len)
{
	ASSERT(RAND_bytes_ex(NULL, ret, len, 0) == 1);
}

/* Draws again what would favour small values. */
uint32_t
crypto_random_below(uint32_t n)
{
	uint32_t value, excess;

	ASSERT(n > 0);
	excess = (UINT32_MAX % n + 1) % n;
	do
		crypto_random(&value, sizeof(value));
	while (value > UINT32_MAX - excess);
	return value % n;
}

void
crypto_opaque(char ret[CRYPTO_OPAQUE_SIZE])
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t bytes[16];
	unsigned bits = 0, n_bits = 0;
	size_t n = 0;

	crypto_random(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bits = (bits << 8 | bytes[i]) & 0xffff;
		for (n_bits += 8; n_bits >= 5; n_bits -= 5)
			ret[n++] = alphabet[bits >> (n_bits - 5) & 31];
	}
	ret[n++] = alphabet[bits << (5 - n_bits) & 31];
	ASSERT(n == CRYPTO_OPAQUE_SIZE - 1);
	ret[n] = '\0';
}

bool
crypto_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

/*
 * A modulus from 2048 to 8192 bits and a public exponent of usual size:
 * OpenSSL bounds the exponent of large keys only, and one as long as the
 * modulus would make each verification cost as much as a signature.
 */
static bool
key_rsa_usable(const EVP_PKEY *pkey)
{
	int bits = EVP_PKEY_get_bits(pkey);
	BIGNUM *e = NULL;
	bool usable;

	if (bits < RSA_MIN_BITS || bits > RSA_MAX_BITS)
		return false;
	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) != 1)
		return false;
	usable = BN_is_odd(e) && !BN_is_one(e) &&
		 BN_num_bits(e) <= RSA_MAX_EXPONENT_BITS;
	BN_free(e);
	return usable;
}

static int
key_kind_of(const EVP_PKEY *pkey, enum key_kind *ret)
{
	switch (EVP_PKEY_get_base_id(pkey)) {
	case EVP_PKEY_RSA:
		if (!key_rsa_usable(pkey))
			return crypto_refused(-ENOTSUP);
		*ret = KEY_RSA;
		return 0;
	case EVP_PKEY_ED25519:
		*ret = KEY_ED25519;
		return 0;
	default:
		return -ENOTSUP;
	}
}

/* Takes pkey, also when it fails; NULL stands for input that is no key. */
static int
key_wrap(EVP_PKEY *pkey, bool has_secret, struct key **ret)
{
	enum key_kind kind;
	struct key *key;
	int error;

	if (pkey == NULL)
		return crypto_refused(-EINVAL);
	error = key_kind_of(pkey, &kind);
	if (error < 0) {
		EVP_PKEY_free(pkey);
		return error;
	}
	key = xcalloc(1, sizeof(*key));
	atomic_init(&key->refs, 1);
	key->kind = kind;
	key->has_secret = has_secret;
	key->pkey = pkey;
	*ret = key;
	return 0;
}

int
key_generate(enum key_kind kind, struct key **ret)
{
	EVP_PKEY *pkey =
	    kind == KEY_RSA
		? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RSA_NEW_BITS)
		: EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

	if (pkey == NULL)
		return crypto_refused(-EIO);
	return key_wrap(pkey, true, ret);
}

int
key_from_secret(const void *der, size_t len, struct key **ret)
{
	const unsigned char *p = der;
	PKCS8_PRIV_KEY_INFO *info;
	EVP_PKEY *pkey = NULL;

	if (len > KEY_MAX_DER)
		return -EINVAL;
	info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)len);
	if (info != NULL && p == (const unsigned char *)der + len)
		pkey = EVP_PKCS82PKEY(info);
	PKCS8_PRIV_KEY_INFO_free(info);
	return key_wrap(pkey, true, ret);
}

/* The arena's copy of a secret is wiped when the arena is. */
struct key_secret_copy {
	uint8_t *data;
	size_t len;
};

static void
key_wipe(void *arg)
{
	struct key_secret_copy *copy = arg;

	OPENSSL_cleanse(copy->data, copy->len);
}

int
key_secret(
    const struct key *key, struct arena *arena, uint8_t **ret, size_t *ret_len)
{
	PKCS8_PRIV_KEY_INFO *info;
	struct key_secret_copy *copy;
	unsigned char *der = NULL;
	int len;

	if (!key->has_secret)
		return -EINVAL;
	info = EVP_PKEY2PKCS8(key->pkey);
	len = info == NULL ? -1 : i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	PKCS8_PRIV_KEY_INFO_free(info);
	if (len < 0)
		return crypto_refused(-EIO);
	copy = arena_alloc(arena, sizeof(*copy));
	copy->len = (size_t)len;
	copy->data = arena_memdup(arena, der, copy->len);
	arena_on_free(arena, key_wipe, copy);
	OPENSSL_clear_free(der, copy->len);
	*ret = copy->data;
	*ret_len = copy->len;
	return 0;
}

int
key_from_spki(const void *der, size_t len, struct key **ret)
{
	const unsigned char *p = der;
	EVP_PKEY *pkey;

	if (len > KEY_MAX_DER)
		return -EINVAL;
	pkey = d2i_PUBKEY(NULL, &p, (long)len);
	if (pkey != NULL && p != (const unsigned char *)der + len) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	return key_wrap(pkey, false, ret);
}

int
key_spki(
    const struct key *key, struct arena *arena, uint8_t **ret, size_t *ret_len)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key->pkey, &der);

	if (len < 0)
		return crypto_refused(-EIO);
	*ret = arena_memdup(arena, der, (size_t)len);
	*ret_len = (size_t)len;
	OPENSSL_free(der);
	return 0;
}

/* RFC 8017, appendix A.1.1: some servers publish this form. */
static int
key_from_pkcs1(const unsigned char *der, long len, struct key **ret)
{
	const unsigned char *p = der;
	EVP_PKEY *pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, len);

	if (pkey != NULL && p != der + len) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	return key_wrap(pkey, false, ret);
}

int
key_from_pem(const char *pem, struct key **ret)
{
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	size_t pem_len = strlen(pem);
	int error = -EINVAL;
	long len = 0;
	BIO *bio;

	if (pem_len > KEY_MAX_PEM)
		return -EINVAL;
	bio = BIO_new_mem_buf(pem, (int)pem_len);
	ASSERT(bio != NULL);
	if (PEM_read_bio(bio, &name, &header, &der, &len) != 1)
		error = crypto_refused(-EINVAL);
	else if (strcmp(name, PEM_STRING_PUBLIC) == 0)
		error = key_from_spki(der, (size_t)len, ret);
	else if (strcmp(name, PEM_STRING_RSA_PUBLIC) == 0)
		error = key_from_pkcs1(der, len, ret);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(der);
	BIO_free(bio);
	return error;
}

int
key_pem(const struct key *key, struct arena *arena, char **ret)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data = NULL;
	long len = 0;

	ASSERT(bio != NULL);
	if (PEM_write_bio_PUBKEY(bio, key->pkey) == 1)
		len = BIO_get_mem_data(bio, &data);
	if (len > 0)
		*ret = arena_strndup(arena, data, (size_t)len);
	BIO_free(bio);
	return len > 0 ? 0 : crypto_refused(-EIO);
}

static int
key_from_multikey(const uint8_t *bytes, size_t len, struct key **ret)
{
	if (len < sizeof(multicodec_ed25519))
		return -EINVAL;
	if (memcmp(bytes, multicodec_ed25519, sizeof(multicodec_ed25519)) != 0)
		return -ENOTSUP;
	if (len != MULTIKEY_SIZE)
		return -EINVAL;
	return key_wrap(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
			    bytes + sizeof(multicodec_ed25519), ED25519_SIZE),
	    false, ret);
}

int
key_from_multibase(const char *s, struct key **ret)
{
	CLEANUP(arena_free) struct arena *arena = NULL;
	uint8_t *bytes;
	size_t len;

	if (s[0] != 'z')
		return -EINVAL;
	if (strnlen(s, MULTIKEY_MAX_CHARS + 1) > MULTIKEY_MAX_CHARS)
		return -ENOTSUP;
	arena = arena_new();
	if (text_base58_decode(arena, s + 1, &bytes, &len) < 0)
		return -EINVAL;
	return key_from_multikey(bytes, len, ret);
}

int
key_multibase(const struct key *key, struct arena *arena, char **ret)
{
	uint8_t bytes[MULTIKEY_SIZE];
	size_t len = ED25519_SIZE;

	if (key->kind != KEY_ED25519)
		return -ENOTSUP;
	memcpy(bytes, multicodec_ed25519, sizeof(multicodec_ed25519));
	if (EVP_PKEY_get_raw_public_key(
		key->pkey, bytes + sizeof(multicodec_ed25519), &len) != 1)
		return crypto_refused(-EIO);
	*ret = arena_printf(
	    arena, "z%s", text_base58(arena, bytes, sizeof(bytes)));
	return 0;
}

enum key_kind
key_kind(const struct key *key)
{
	return key->kind;
}

bool
key_has_secret(const struct key *key)
{
	return key->has_secret;
}

struct key *
key_ref(struct key *key)
{
	atomic_fetch_add_explicit(&key->refs, 1, memory_order_relaxed);
	return key;
}

void
key_free(struct key **key)
{
	struct key *k = *key;

	*key = NULL;
	if (k == NULL ||
	    atomic_fetch_sub_explicit(&k->refs, 1, memory_order_acq_rel) != 1)
		return;
	EVP_PKEY_free(k->pkey);
	free(k);
}

int
key_sign(const struct key *key, const void *data, size_t len,
    struct arena *arena, uint8_t **ret, size_t *ret_len)
{
	const EVP_MD *md = key->kind == KEY_RSA ? EVP_sha256() : NULL;
	EVP_MD_CTX *ctx;
	uint8_t *sig = NULL;
	size_t sig_len = 0;
	bool done;

	if (!key->has_secret)
		return -EINVAL;
	ctx = EVP_MD_CTX_new();
	ASSERT(ctx != NULL);
	done = EVP_DigestSignInit(ctx, NULL, md, NULL, key->pkey) == 1 &&
	       EVP_DigestSign(ctx, NULL, &sig_len, data, len) == 1;
	if (done) {
		sig = arena_alloc(arena, sig_len);
		done = EVP_DigestSign(ctx, sig, &sig_len, data, len) == 1;
	}
	EVP_MD_CTX_free(ctx);
	if (!done)
		return crypto_refused(-EIO);
	*ret = sig;
	*ret_len = sig_len;
	return 0;
}

int
key_verify(const struct key *key, const void *data, size_t len,
    const uint8_t *sig, size_t sig_len)
{
	return key_verify_scheme(key, SCHEME_DEFAULT, data, len, sig, sig_len);
}

/* Ready to verify with the key's scheme; a context of the call's own. */
static bool
key_verify_init(const struct key *key, enum key_scheme scheme, EVP_MD_CTX *ctx)
{
	const EVP_MD *md = NULL;
	EVP_PKEY_CTX *pkey_ctx;

	if (key->kind == KEY_RSA)
		md = scheme == SCHEME_DEFAULT ? EVP_sha256() : EVP_sha512();
	if (EVP_DigestVerifyInit(ctx, &pkey_ctx, md, NULL, key->pkey) != 1)
		return false;
	if (scheme != SCHEME_RSA_PSS_SHA512)
		return true;
	return EVP_PKEY_CTX_set_rsa_padding(pkey_ctx, RSA_PKCS1_PSS_PADDING) ==
		   1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(pkey_ctx, PSS_SALT_SHA512) == 1;
}

int
key_verify_scheme(const struct key *key, enum key_scheme scheme,
    const void *data, size_t len, const uint8_t *sig, size_t sig_len)
{
	EVP_MD_CTX *ctx;
	int error = -EIO;

	if (scheme != SCHEME_DEFAULT && key->kind != KEY_RSA)
		return -EINVAL;
	ctx = EVP_MD_CTX_new();
	ASSERT(ctx != NULL);
	/* Less than 1 is also a signature of the wrong size or range. */
	if (key_verify_init(key, scheme, ctx))
		error = EVP_DigestVerify(ctx, sig, sig_len, data, len) == 1
			    ? 0
			    : -EBADMSG;
	EVP_MD_CTX_free(ctx);
	return error == 0 ? 0 : crypto_refused(error);
}
