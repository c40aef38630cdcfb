/* SPDX-License-Identifier: ISC */
/*
 * proof.h: integrity proofs of objects (FEP-8b32), DataIntegrityProof with
 * the cryptosuite eddsa-jcs-2022 of W3C, made with an Ed25519 key.
 *
 * The caller finds the key: it must belong to the owner of the object, be
 * listed in that actor's assertionMethod, and have proof_method() as its id.
 * The member "signature" (obsolete linked data signatures) is never covered.
 * Thread: any; pure functions.
 */
#ifndef FEDERATION_PROOF_H
#define FEDERATION_PROOF_H

#include <jansson.h>

#include "config/base/crypto.h"

enum {
	PROOF_MAX_PROOFS = 4,      /* on one object */
	PROOF_MAX_METHOD = 2048,   /* bytes of verificationMethod */
	PROOF_MAX_BYTES = 1 << 20, /* of an object's canonical text */
};

/* name, name in logs, sentence for administrators */
#define PROOF_VERDICTS(V) \
	V(OK, "ok", "the proof is valid") \
	V(MISSING, "missing", "the object has no proof") \
	V(MALFORMED, "malformed", "the proof cannot be read") \
	V(UNSUPPORTED, "unsupported", \
	    "the proof is of a kind that is not supported") \
	V(CONTEXT, "context", "the proof is for another @context") \
	V(EXPIRED, "expired", "the proof has expired") \
	V(KEY, "key", "the key is not an Ed25519 key") \
	V(MISMATCH, "mismatch", "the proof does not match the object")

enum proof_verdict {
#define V(name, text, sentence) PROOF_##name,
	PROOF_VERDICTS(V)
#undef V
};

const char *proof_verdict_name(enum proof_verdict verdict); /* "mismatch" */
const char *proof_verdict_sentence(enum proof_verdict verdict);

bool proof_present(const json_t *object);
/*
 * The id of the key to check with, borrowed from the object.  Several proofs
 * are accepted if they name the same key.  OK, MISSING, MALFORMED,
 * UNSUPPORTED, CONTEXT.
 */
enum proof_verdict proof_method(const json_t *object, const char **ret)
    MUST_CHECK;
/* Every proof of the object must hold. */
enum proof_verdict proof_check(
    const json_t *object, const struct key *key, int64_t now) MUST_CHECK;

/*
 * Adds a proof made now to the object, in place of those it has.  key_id is
 * that of an Ed25519 pair.  0, -ENOTSUP (another kind of key), -EINVAL (not
 * an object, or one without canonical form), -EIO.
 */
int proof_make(json_t *object, const char *key_id, const struct key *key,
    int64_t now) MUST_CHECK;

#endif
