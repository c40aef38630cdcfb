/* SPDX-License-Identifier: ISC */
/*
 * gzip.h: compressed bodies.
 *
 * Thread: one at a time.
 */
#ifndef DAEMON_GZIP_H
#define DAEMON_GZIP_H

#include "config/base/arena.h"

struct gzip; /* keeps the compressor's 256 KiB between two bodies */

struct gzip *gzip_new(void);
void gzip_free(struct gzip **gzip); /* NULL is fine */

/* Whether a body of this type and length is worth the work. */
bool gzip_worthwhile(const char *content_type, size_t len);
/*
 * -ENOSPC: it would not get at least a tenth smaller.  The result lives in
 * the arena.
 */
int gzip_compress(struct gzip *gzip, struct arena *arena, const void *data,
    size_t len, void **ret, size_t *ret_len) MUST_CHECK;

#endif
