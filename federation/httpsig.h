/* SPDX-License-Identifier: ISC */
/*
 * httpsig.h: signed requests, draft-cavage-http-signatures-12 and RFC 9421.
 *
 * Verification has two phases, since the key may have to be fetched between:
 *
 *	httpsig_parse()   what the request claims: key id, form, algorithm;
 *	                  refuses what covers too little, whatever the key
 *	httpsig_screen()  time window and body digest, still without the key:
 *	                  a request that fails is not worth a fetch
 *	httpsig_check()   httpsig_screen() again, then the signature itself
 *
 * What is demanded (others: see FEDERATION.md): the time is signed (date or
 * created) and within the window; the method and target are signed; a GET in
 * draft-cavage form signs its host; any request but GET and HEAD has a body
 * digest (Digest or Content-Digest), signed and right.
 * A request with Signature-Input is read as RFC 9421, else as draft-cavage.
 *
 * Memory: results live in the arena; they point into it, not into the request,
 *         which must nevertheless be the same one at each call.
 * Thread: any; pure functions.
 */
#ifndef FEDERATION_HTTPSIG_H
#define FEDERATION_HTTPSIG_H

#include "config/base/arena.h"
#include "config/base/crypto.h"

enum {
	HTTPSIG_MAX_KEY_ID = 2048,    /* bytes */
	HTTPSIG_MAX_FIELD = 8 * 1024, /* bytes of Signature, Signature-Input */
	HTTPSIG_MAX_COMPONENTS = 32,  /* covered by one signature */
	HTTPSIG_MAX_SIGNATURES = 4,   /* of one request (RFC 9421) */
	HTTPSIG_MAX_HEADERS = 4,      /* that signing adds */
};

struct httpsig_header {
	const char *name, *value;
};

/* One request, as received or as it will be sent; all borrowed. */
struct httpsig_request {
	const char *method;    /* "POST" */
	const char *scheme;    /* "https"; that of our own URLs */
	const char *authority; /* as in Host: "chevreuse.example:8441" */
	const char *target;    /* path and query, begins with "/" */
	/* Names in any case; repeated ones count as joined with ", ". */
	const struct httpsig_header *headers;
	size_t n_headers;
	const void *body; /* NULL when empty */
	size_t body_len;
};

/* name, name in logs, HTTP status, sentence for answers and administrators */
#define HTTPSIG_VERDICTS(V) \
	V(OK, "ok", 200, "the signature is valid") \
	V(MISSING, "missing", 401, "the request is not signed") \
	V(MALFORMED, "malformed", 400, "the signature headers cannot be read") \
	V(KEY_ID, "key-id", 400, "the key id is not a plain http(s) URL") \
	V(ALGORITHM, "algorithm", 401, \
	    "the algorithm is unknown or not that of the key") \
	V(COMPONENT_MISSING, "component-missing", 401, \
	    "the signature does not cover enough of the request") \
	V(COMPONENT_ABSENT, "component-absent", 401, \
	    "the signature covers a part that the request does not have") \
	V(COMPONENT_UNSUPPORTED, "component-unsupported", 401, \
	    "the signature covers a kind of part that is not supported") \
	V(STALE, "stale", 401, "the date is outside the allowed window") \
	V(EXPIRED, "expired", 401, "the signature has expired") \
	V(DIGEST_MISSING, "digest-missing", 401, \
	    "the body has no SHA-256 or SHA-512 digest") \
	V(DIGEST_MALFORMED, "digest-malformed", 400, \
	    "the digest header cannot be read") \
	V(DIGEST_MISMATCH, "digest-mismatch", 401, \
	    "the digest is not that of the body") \
	V(MISMATCH, "mismatch", 401, "the signature does not match")

enum httpsig_verdict {
#define V(name, text, status, sentence) HTTPSIG_##name,
	HTTPSIG_VERDICTS(V)
#undef V
};

const char *httpsig_verdict_name(enum httpsig_verdict verdict); /* "stale" */
int httpsig_verdict_status(enum httpsig_verdict verdict);
const char *httpsig_verdict_sentence(enum httpsig_verdict verdict);

enum httpsig_form { HTTPSIG_CAVAGE, HTTPSIG_RFC9421 };
const char *httpsig_form_name(enum httpsig_form form); /* "draft-cavage" */

enum httpsig_algorithm {
	HTTPSIG_BY_KEY, /* not said, or hs2019: the default of the key's kind */
	HTTPSIG_RSA_SHA256,
	HTTPSIG_RSA_SHA512,
	HTTPSIG_RSA_PSS_SHA512,
	HTTPSIG_ED25519,
};

/* What a signature covers, as far as the policy asks; a set of bits. */
enum httpsig_cover {
	HTTPSIG_COVERS_DATE = 1 << 0,
	HTTPSIG_COVERS_CREATED = 1 << 1,
	HTTPSIG_COVERS_METHOD = 1 << 2,
	HTTPSIG_COVERS_PATH = 1 << 3,
	HTTPSIG_COVERS_QUERY = 1 << 4,
	HTTPSIG_COVERS_HOST = 1 << 5,
	HTTPSIG_COVERS_DIGEST = 1 << 6,
	HTTPSIG_COVERS_CONTENT_DIGEST = 1 << 7,
};

struct sfv_member;

/* One signature of a request. */
struct httpsig {
	enum httpsig_form form;
	enum httpsig_algorithm algorithm;
	const char *key_id;
	int64_t created, expires; /* seconds since 1970; -1 when not given */
	unsigned covers;          /* enum httpsig_cover */
	/*
	 * Another signature of the same request that covers enough (RFC 9421
	 * only), or NULL: to try when this one's key is unknown or differs.
	 */
	struct httpsig *next;

	/* For the verifier. */
	const uint8_t *signature;
	size_t signature_len;
	const char *const *components;   /* draft-cavage, NULL-terminated */
	const char *created_text;        /* draft-cavage, as written */
	const char *expires_text;        /* draft-cavage, as written */
	const struct sfv_member *params; /* RFC 9421 */
};

struct httpsig_policy {
	int64_t now;            /* seconds since 1970 */
	int64_t window_seconds; /* allowed on either side of now */
};

/*
 * HTTPSIG_OK and *ret, or MISSING, MALFORMED, KEY_ID, ALGORITHM,
 * COMPONENT_MISSING, COMPONENT_ABSENT, COMPONENT_UNSUPPORTED, DIGEST_MISSING.
 */
enum httpsig_verdict httpsig_parse(struct arena *arena,
    const struct httpsig_request *request, struct httpsig **ret) MUST_CHECK;
/* HTTPSIG_OK, STALE, EXPIRED, MALFORMED (the date), DIGEST_*. */
enum httpsig_verdict httpsig_screen(struct arena *arena,
    const struct httpsig *sig, const struct httpsig_request *request,
    const struct httpsig_policy *policy) MUST_CHECK;
/* HTTPSIG_OK, all those of httpsig_screen(), ALGORITHM, MISMATCH. */
enum httpsig_verdict httpsig_check(struct arena *arena,
    const struct httpsig *sig, const struct httpsig_request *request,
    const struct httpsig_policy *policy, const struct key *key) MUST_CHECK;

/* Who signs, how and when. */
struct httpsig_signer {
	enum httpsig_form form;
	const char *key_id;    /* "https://.../o/x#main-key" */
	const struct key *key; /* with its secret part */
	int64_t now;           /* seconds since 1970 */
};

/* The headers to add to the request; they live in the arena. */
struct httpsig_headers {
	struct httpsig_header items[HTTPSIG_MAX_HEADERS];
	size_t n;
};

/*
 * Date, the body digest (unless GET or HEAD), Signature and, for RFC 9421,
 * Signature-Input.  The request's own headers are not signed and must hold
 * none of these; the request must be sent with Host equal to authority.
 * To be made again at each try: the date has a window.
 * 0, -EINVAL (no secret, or a key id that cannot be written), -EIO.
 */
int httpsig_sign(struct arena *arena, const struct httpsig_signer *signer,
    const struct httpsig_request *request, struct httpsig_headers *ret)
    MUST_CHECK;

#endif
