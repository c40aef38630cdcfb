/* SPDX-License-Identifier: ISC */
/*
 * httpsig_forms.h: what httpsig.c and its two forms share; others use
 * httpsig.h.  Nothing here applies the policy: what these functions accept may
 * cover nothing at all.
 *
 * Memory: results live in the arena.
 * Thread: any; pure functions.
 */
#ifndef FEDERATION_HTTPSIG_FORMS_H
#define FEDERATION_HTTPSIG_FORMS_H

#include "config/base/buf.h"
#include "federation/httpsig.h"

enum {
	HTTPSIG_MAX_BASE = 128 * 1024, /* bytes of text that is signed */
	HTTPSIG_MAX_SIGNATURE = 1024,  /* bytes: RSA of 8192 bits */
};

/* All values of a header, joined with ", "; NULL when there is none. */
const char *httpsig_header_value(struct arena *arena,
    const struct httpsig_request *request, const char *name);
/* ": value" behind a component's name; false if it is not a single line. */
bool httpsig_base_line(struct buf *buf, const char *value) MUST_CHECK;
/* OK, ALGORITHM, MISMATCH. */
enum httpsig_verdict httpsig_verify(const struct httpsig *sig, const char *base,
    const struct key *key) MUST_CHECK;
/* The signature of a text in base64.  0, -EINVAL, -EIO. */
int httpsig_make(struct arena *arena, const struct key *key, const char *base,
    char **ret) MUST_CHECK;

/* OK, MISSING, MALFORMED, KEY_ID, ALGORITHM, COMPONENT_UNSUPPORTED. */
enum httpsig_verdict httpsig_cavage_parse(struct arena *arena,
    const struct httpsig_request *request, struct httpsig **ret) MUST_CHECK;
/* The signing string.  OK, COMPONENT_ABSENT, MALFORMED (long, line breaks). */
enum httpsig_verdict httpsig_cavage_base(struct arena *arena,
    const struct httpsig *sig, const struct httpsig_request *request,
    bool with_query, char **ret) MUST_CHECK;
/* Adds Signature to the headers of ret, which are covered. */
int httpsig_cavage_sign(struct arena *arena,
    const struct httpsig_signer *signer, const struct httpsig_request *request,
    struct httpsig_headers *ret) MUST_CHECK;

/*
 * The signatures that can be read and are of a known algorithm, as a list; if
 * there is none, the verdict on the first.
 */
enum httpsig_verdict httpsig_rfc9421_parse(struct arena *arena,
    const struct httpsig_request *request, struct httpsig **ret) MUST_CHECK;
/* The signature base.  OK, COMPONENT_ABSENT, MALFORMED (long, line breaks). */
enum httpsig_verdict httpsig_rfc9421_base(struct arena *arena,
    const struct httpsig *sig, const struct httpsig_request *request,
    char **ret) MUST_CHECK;
/* Adds Signature-Input and Signature to the headers of ret. */
int httpsig_rfc9421_sign(struct arena *arena,
    const struct httpsig_signer *signer, const struct httpsig_request *request,
    struct httpsig_headers *ret) MUST_CHECK;

#endif
