/* SPDX-License-Identifier: ISC */
/*
 * proof.c: what is signed is SHA-256(JCS(proof without proofValue)) followed
 * by SHA-256(JCS(object without proof)), 64 bytes.
 *
 * Stricter than the W3C text on one point: it lets the document's @context be
 * longer than the proof's, and so lets anybody add terms to a signed object;
 * FEP-8b32 asks for the same @context, and so do we.
 */
#include "federation/proof.h"

#include <errno.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "federation/jcs.h"

enum { HASHED_SIZE = 2 * SHA256_SIZE, SIGNATURE_SIZE = 64 };

static const char proof_type[] = "DataIntegrityProof";
static const char proof_suite[] = "eddsa-jcs-2022";
static const char proof_purpose[] = "assertionMethod";

static const struct {
	const char *name, *sentence;
} verdicts[] = {
#define V(name, text, sentence) { text, sentence },
	PROOF_VERDICTS(V)
#undef V
};

static void
release_json(json_t **json)
{
	json_decref(*json);
}

const char *
proof_verdict_name(enum proof_verdict verdict)
{
	return verdicts[verdict].name;
}

const char *
proof_verdict_sentence(enum proof_verdict verdict)
{
	return verdicts[verdict].sentence;
}

static int
hash_canonical(const json_t *value, uint8_t ret[SHA256_SIZE])
{
	struct buf buf;
	int r;

	buf_init(&buf, PROOF_MAX_BYTES);
	r = jcs_format(&buf, value);
	if (r == 0)
		crypto_sha256(buf_str(&buf), buf.len, ret);
	buf_done(&buf);
	return r;
}

/* The object as it is hashed: shallow copy without what is not covered. */
static int
hash_object(const json_t *object, uint8_t ret[SHA256_SIZE])
{
	CLEANUP(release_json)
	json_t *bare = json_copy((json_t *)(uintptr_t)object);

	if (bare == NULL)
		return -ENOMEM;
	(void)json_object_del(bare, "proof");
	(void)json_object_del(bare, "signature");
	return hash_canonical(bare, ret);
}

static int
hash_proof(const json_t *proof, uint8_t ret[SHA256_SIZE])
{
	CLEANUP(release_json)
	json_t *bare = json_copy((json_t *)(uintptr_t)proof);

	if (bare == NULL)
		return -ENOMEM;
	(void)json_object_del(bare, "proofValue");
	return hash_canonical(bare, ret);
}

static bool
is_text(const json_t *proof, const char *name, const char *expected)
{
	const char *text = json_string_value(json_object_get(proof, name));

	return text != NULL && strcmp(text, expected) == 0;
}

static bool
is_time_or_absent(const json_t *proof, const char *name, int64_t *ret)
{
	const json_t *member = json_object_get(proof, name);
	const char *text = json_string_value(member);

	if (member == NULL)
		return true;
	return text != NULL && clock_rfc3339_parse(text, ret) == 0;
}

/* Whether one proof is of the kind we verify, and fits its object. */
static enum proof_verdict
judge_form(const json_t *object, const json_t *proof)
{
	const json_t *context = json_object_get(proof, "@context");
	const json_t *method = json_object_get(proof, "verificationMethod");
	size_t method_len = json_string_length(method);
	int64_t time = 0;

	if (!json_is_object(proof))
		return PROOF_MALFORMED;
	if (!is_text(proof, "type", proof_type) ||
	    !is_text(proof, "cryptosuite", proof_suite) ||
	    !is_text(proof, "proofPurpose", proof_purpose) ||
	    json_object_get(proof, "previousProof") != NULL)
		return PROOF_UNSUPPORTED;
	if (method_len == 0 || method_len > PROOF_MAX_METHOD ||
	    !json_is_string(json_object_get(proof, "proofValue")) ||
	    !is_time_or_absent(proof, "created", &time) ||
	    !is_time_or_absent(proof, "expires", &time))
		return PROOF_MALFORMED;
	if (context != NULL &&
	    !json_equal(context, json_object_get(object, "@context")))
		return PROOF_CONTEXT;
	return PROOF_OK;
}

/* The proofs of an object: one object or an array; 0 when none or too many. */
static size_t
proofs_count(const json_t *proofs)
{
	size_t n = json_is_array(proofs) ? json_array_size(proofs) : 1;

	return n <= PROOF_MAX_PROOFS ? n : 0;
}

static const json_t *
proofs_get(const json_t *proofs, size_t i)
{
	return json_is_array(proofs) ? json_array_get(proofs, i) : proofs;
}

bool
proof_present(const json_t *object)
{
	return json_object_get(object, "proof") != NULL;
}

enum proof_verdict
proof_method(const json_t *object, const char **ret)
{
	const json_t *proofs = json_object_get(object, "proof");
	const char *method = NULL;

	if (proofs == NULL)
		return PROOF_MISSING;
	if (proofs_count(proofs) == 0)
		return PROOF_MALFORMED;
	for (size_t i = 0; i < proofs_count(proofs); i++) {
		const json_t *proof = proofs_get(proofs, i);
		enum proof_verdict verdict = judge_form(object, proof);
		const char *name = json_string_value(
		    json_object_get(proof, "verificationMethod"));

		if (verdict != PROOF_OK)
			return verdict;
		if (method != NULL && strcmp(method, name) != 0)
			return PROOF_UNSUPPORTED;
		method = name;
	}
	*ret = method;
	return PROOF_OK;
}

static enum proof_verdict
check_value(const json_t *proof, const struct key *key,
    const uint8_t hashed[HASHED_SIZE])
{
	const char *text =
	    json_string_value(json_object_get(proof, "proofValue"));
	struct arena *arena = arena_new();
	enum proof_verdict verdict = PROOF_MISMATCH;
	uint8_t *signature;
	size_t len;

	if (text[0] != 'z' || /* multibase: base58btc */
	    text_base58_decode(arena, text + 1, &signature, &len) != 0 ||
	    len != SIGNATURE_SIZE)
		verdict = PROOF_MALFORMED;
	else if (key_verify(key, hashed, HASHED_SIZE, signature, len) == 0)
		verdict = PROOF_OK;
	arena_free(&arena);
	return verdict;
}

static enum proof_verdict
check_one(const json_t *proof, const uint8_t object_hash[SHA256_SIZE],
    const struct key *key, int64_t now)
{
	uint8_t hashed[HASHED_SIZE];
	int64_t expires = now;

	if (!is_time_or_absent(proof, "expires", &expires))
		return PROOF_MALFORMED;
	if (expires < now)
		return PROOF_EXPIRED;
	if (hash_proof(proof, hashed) != 0)
		return PROOF_MALFORMED;
	memcpy(hashed + SHA256_SIZE, object_hash, SHA256_SIZE);
	return check_value(proof, key, hashed);
}

enum proof_verdict
proof_check(const json_t *object, const struct key *key, int64_t now)
{
	const json_t *proofs = json_object_get(object, "proof");
	uint8_t object_hash[SHA256_SIZE];
	const char *method;
	enum proof_verdict verdict = proof_method(object, &method);

	if (verdict == PROOF_OK && key_kind(key) != KEY_ED25519)
		verdict = PROOF_KEY;
	if (verdict == PROOF_OK && hash_object(object, object_hash) != 0)
		verdict = PROOF_MALFORMED;
	if (verdict != PROOF_OK)
		return verdict;
	for (size_t i = 0; i < proofs_count(proofs); i++) {
		verdict =
		    check_one(proofs_get(proofs, i), object_hash, key, now);
		if (verdict != PROOF_OK)
			return verdict;
	}
	return PROOF_OK;
}

/* The proof without its value. */
static json_t *
proof_config(const json_t *object, const char *key_id, int64_t now)
{
	json_t *context = json_object_get(object, "@context");
	char created[CLOCK_RFC3339_SIZE];
	json_t *proof;

	clock_rfc3339(now, created);
	proof = json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", proof_type,
	    "cryptosuite", proof_suite, "verificationMethod", key_id,
	    "proofPurpose", proof_purpose, "created", created);
	if (proof != NULL && context != NULL)
		(void)json_object_set(proof, "@context", context);
	return proof;
}

static int
sign_value(
    json_t *proof, const struct key *key, const uint8_t hashed[HASHED_SIZE])
{
	struct arena *arena = arena_new();
	uint8_t *signature;
	size_t len;
	int r = key_sign(key, hashed, HASHED_SIZE, arena, &signature, &len);

	if (r == 0)
		(void)json_object_set_new(proof, "proofValue",
		    json_sprintf("z%s", text_base58(arena, signature, len)));
	arena_free(&arena);
	return r;
}

int
proof_make(
    json_t *object, const char *key_id, const struct key *key, int64_t now)
{
	CLEANUP(release_json) json_t *proof = NULL;
	uint8_t hashed[HASHED_SIZE];

	if (!json_is_object(object))
		return -EINVAL;
	if (key_kind(key) != KEY_ED25519)
		return -ENOTSUP;
	proof = proof_config(object, key_id, now);
	if (proof == NULL || hash_proof(proof, hashed) != 0 ||
	    hash_object(object, hashed + SHA256_SIZE) != 0)
		return -EINVAL;
	if (sign_value(proof, key, hashed) != 0)
		return -EIO;
	return json_object_set(object, "proof", proof) == 0 ? 0 : -EIO;
}
