/* SPDX-License-Identifier: ISC */
/*
 * catalogue_page.h: pages of a catalogue log as they are handed out, ours and
 * the copies of others' alike: entries and heads byte by byte as they were
 * signed, and around them what this node writes (parvis-catalogue(7)).
 *
 * Thread: any, with the handle's.  Errors: those of the store; -EIO when the
 * buffer's ceiling was met.
 */
#ifndef FEDERATION_CATALOGUE_PAGE_H
#define FEDERATION_CATALOGUE_PAGE_H

#include "config/base/buf.h"
#include "store/catalogue.h"

enum {
	CATALOGUE_FRONTIER_HEADS = 400,
	CATALOGUE_BOOT_SIZE = 33, /* 32 hexadecimal digits and NUL */
};

/* The page after a number.  base: of this node. */
int catalogue_page_write(struct buf *buf, struct db *db, struct arena *arena,
    const char *base, const struct catalogue_origin *origin, int64_t after)
    MUST_CHECK;
/* The same as a push: it says who sends it. */
int catalogue_page_write_push(struct buf *buf, struct db *db,
    struct arena *arena, const char *base,
    const struct catalogue_origin *origin, int64_t after) MUST_CHECK;

/*
 * The heads that changed after a cursor, of the logs that are shown: ours and
 * those of admitted peers.
 */
int catalogue_page_write_frontier(struct buf *buf, struct db *db,
    struct arena *arena, const char *base, const char *boot, int64_t after)
    MUST_CHECK;

/*
 * A number that nobody can guess, another one at each start of the process:
 * cursors of one start mean nothing to the next.
 */
const char *catalogue_page_boot(void);

#endif
