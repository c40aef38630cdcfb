/* SPDX-License-Identifier: ISC */
/*
 * etag.h: entity tags (RFC 9110 8.8.3).  Pure functions.  Thread: any.
 */
#ifndef DAEMON_ETAG_H
#define DAEMON_ETAG_H

#include "config/base/base.h"

enum { ETAG_SIZE = 40 };

/* A strong tag, quotes included, from the SHA-256 of the body. */
void etag_of(const void *body, size_t len, char ret[ETAG_SIZE]);
/* The tag of the same body when it is sent compressed: other bytes. */
void etag_compressed(const char *etag, char ret[ETAG_SIZE]);
/* Whether If-None-Match names the tag (weak comparison) or is "*". */
bool etag_listed(const char *if_none_match, const char *etag);

#endif
