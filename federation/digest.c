/* SPDX-License-Identifier: ISC */
#include "federation/digest.h"

#include <string.h>

#include "config/base/crypto.h"
#include "config/base/text.h"
#include "federation/sfv.h"

enum algorithm { ALGORITHM_SHA256, ALGORITHM_SHA512, ALGORITHM_OTHER };

static enum algorithm
algorithm_of(const char *name)
{
	if (text_equal_nocase(name, "sha-256"))
		return ALGORITHM_SHA256;
	if (text_equal_nocase(name, "sha-512"))
		return ALGORITHM_SHA512;
	return ALGORITHM_OTHER;
}

static bool
matches(enum algorithm algorithm, const uint8_t *digest, size_t digest_len,
    const void *body, size_t len)
{
	uint8_t hash[SHA512_SIZE];
	size_t size = algorithm == ALGORITHM_SHA256 ? SHA256_SIZE : SHA512_SIZE;

	if (digest_len != size)
		return false;
	if (algorithm == ALGORITHM_SHA256)
		crypto_sha256(body, len, hash);
	else
		crypto_sha512(body, len, hash);
	return memcmp(hash, digest, size) == 0;
}

static char *
base64_sha256(struct arena *arena, const void *body, size_t len)
{
	uint8_t hash[SHA256_SIZE];

	crypto_sha256(body, len, hash);
	return text_base64(arena, hash, sizeof(hash));
}

char *
digest_make(struct arena *arena, const void *body, size_t len)
{
	return arena_printf(
	    arena, "SHA-256=%s", base64_sha256(arena, body, len));
}

char *
digest_make_content(struct arena *arena, const void *body, size_t len)
{
	return arena_printf(
	    arena, "sha-256=:%s:", base64_sha256(arena, body, len));
}

/* One "algorithm=value" of a Digest header. */
static enum digest_verdict
check_one(struct arena *arena, const char *text, size_t text_len,
    const void *body, size_t len)
{
	char *pair = text_trim(arena, arena_strndup(arena, text, text_len));
	char *value = strchr(pair, '=');
	enum algorithm algorithm;
	uint8_t *digest;
	size_t digest_len;

	if (value == NULL || value == pair)
		return DIGEST_MALFORMED;
	*value++ = '\0';
	algorithm = algorithm_of(pair);
	if (algorithm == ALGORITHM_OTHER)
		return DIGEST_NONE; /* its encoding is its own affair */
	if (text_base64_decode(
		arena, value, strlen(value), &digest, &digest_len) != 0)
		return DIGEST_MALFORMED;
	return matches(algorithm, digest, digest_len, body, len)
		   ? DIGEST_OK
		   : DIGEST_DIFFERS;
}

enum digest_verdict
digest_check(
    struct arena *arena, const char *value, const void *body, size_t len)
{
	enum digest_verdict all = DIGEST_NONE, one;

	if (strlen(value) > DIGEST_MAX_BYTES)
		return DIGEST_MALFORMED;
	for (;;) {
		size_t n = strcspn(value, ",");

		one = check_one(arena, value, n, body, len);
		if (one == DIGEST_MALFORMED || one == DIGEST_DIFFERS)
			return one;
		if (one == DIGEST_OK)
			all = DIGEST_OK;
		if (value[n] == '\0')
			return all;
		value += n + 1;
	}
}

enum digest_verdict
digest_check_content(
    struct arena *arena, const char *value, const void *body, size_t len)
{
	enum digest_verdict verdict = DIGEST_NONE;
	struct sfv_member *member;
	size_t value_len = strlen(value);

	if (value_len > DIGEST_MAX_BYTES ||
	    sfv_dictionary_parse(arena, value, value_len, &member) != 0)
		return DIGEST_MALFORMED;
	for (; member != NULL; member = member->next) {
		enum algorithm algorithm = algorithm_of(member->key);

		if (member->inner || member->value.type != SFV_BYTES)
			return DIGEST_MALFORMED;
		if (algorithm == ALGORITHM_OTHER)
			continue;
		if (!matches(algorithm, member->value.bytes, member->value.len,
			body, len))
			return DIGEST_DIFFERS;
		verdict = DIGEST_OK;
	}
	return verdict;
}
