/* SPDX-License-Identifier: ISC */
/*
 * jcs.h: canonical JSON (RFC 8785), the text over which proofs are made.
 *
 * Members are sorted by the UTF-16 code units of their names, numbers written
 * as ECMAScript writes a double (also integers: those beyond 2^53 lose their
 * last digits, as in every implementation), strings with the fewest escapes.
 * What is not I-JSON must be refused when the text is read, because a value in
 * memory no longer shows it: load with JSON_REJECT_DUPLICATES.
 * Thread: any; pure functions.
 */
#ifndef FEDERATION_JCS_H
#define FEDERATION_JCS_H

#include <jansson.h>

#include "config/base/buf.h"

enum {
	JCS_MAX_DEPTH = 128,  /* nested arrays and objects */
	JCS_NUMBER_SIZE = 32, /* longest number and its NUL fit */
};

/*
 * Appends the canonical text of value.  0, -EINVAL (text that is not UTF-8, a
 * number that is not finite), -ELOOP (too deep), -EMSGSIZE (past the buffer's
 * ceiling).
 */
int jcs_format(struct buf *buf, const json_t *value) MUST_CHECK;
/* One number.  0, -EINVAL (not finite). */
int jcs_number(double number, char ret[JCS_NUMBER_SIZE]) MUST_CHECK;

#endif
