/* SPDX-License-Identifier: ISC */
/*
 * digest.h: the headers that bind a body to a signature, Digest (RFC 3230,
 * as draft-cavage signatures use it) and Content-Digest (RFC 9530).
 *
 * Memory: made values live in the arena; the arena of a check holds scratch.
 * Thread: any; pure functions.
 */
#ifndef FEDERATION_DIGEST_H
#define FEDERATION_DIGEST_H

#include "config/base/arena.h"

enum { DIGEST_MAX_BYTES = 4096 }; /* of a header value */

enum digest_verdict {
	DIGEST_OK,        /* every digest of a known algorithm matches */
	DIGEST_NONE,      /* no digest of an algorithm we use */
	DIGEST_MALFORMED, /* not the syntax of the field, or too long */
	DIGEST_DIFFERS,   /* a digest is that of another body */
};

/* "SHA-256=<base64>" */
char *digest_make(struct arena *arena, const void *body, size_t len);
/* "sha-256=:<base64>:" */
char *digest_make_content(struct arena *arena, const void *body, size_t len);

/*
 * A Digest value: comma separated, algorithm names in any case, SHA-256 and
 * SHA-512 are checked and others (md5, unixsum...) ignored.
 */
enum digest_verdict digest_check(struct arena *arena, const char *value,
    const void *body, size_t len) MUST_CHECK;
/*
 * A Content-Digest or Repr-Digest value: sha-256 and sha-512 are checked, the
 * deprecated and unknown algorithms ignored.
 */
enum digest_verdict digest_check_content(struct arena *arena, const char *value,
    const void *body, size_t len) MUST_CHECK;

#endif
