/* SPDX-License-Identifier: ISC */
/*
 * catalogue_stub.h: what a page lists as withheld (parvis-catalogue(7)): id,
 * number and hash of live entries whose text its node does not hand on.  They
 * are unsigned, and proved all the same by the digest of the log's head.
 *
 * Thread: any.  Memory: the arena.
 */
#ifndef FEDERATION_CATALOGUE_STUB_H
#define FEDERATION_CATALOGUE_STUB_H

#include "federation/catalogue_read.h"
#include "store/catalogue.h"

/*
 * *ret has *ret_count entries of kind UPDATE, with "" for a document; none
 * when the page lists nothing.  At most CATALOGUE_READ_PAGE_ENTRIES.
 */
enum catalogue_read_fault catalogue_stub_read(struct arena *arena,
    const json_t *page, const struct catalogue_read_origin *origin,
    struct catalogue_entry **ret, size_t *ret_count,
    char error[CATALOGUE_READ_ERROR_SIZE]) MUST_CHECK;

#endif
