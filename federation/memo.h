/* SPDX-License-Identifier: ISC */
/*
 * memo.h: what is remembered for a while by name, in a table of a fixed size:
 * failed fetches, recent refreshes, forms of signature.
 *
 * A full table forgets what ends soonest among the few places that a name may
 * take: strangers who make us remember much make us forget, not grow.
 * Thread: one at a time.  Times are seconds of clock_now().
 */
#ifndef FEDERATION_MEMO_H
#define FEDERATION_MEMO_H

#include "config/base/base.h"

struct memo;

enum { MEMO_TEXT_SIZE = 112 };

/* entries: rounded up to a power of two, at least 8. */
struct memo *memo_new(size_t entries);
void memo_free(struct memo **memo); /* NULL is fine */
/* text may be NULL; what is longer than fits is cut. */
void memo_put(struct memo *memo, const char *name, int64_t until, int value,
    const char *text);
/* False when unknown or past; ret_text ("" if none) stands until memo_put. */
bool memo_get(const struct memo *memo, const char *name, int64_t now,
    int *ret_value, const char **ret_text);

#endif
