/* SPDX-License-Identifier: ISC */
/*
 * catalogue_check.h: whether the pages of a catalogue log, read from 0 to the
 * last, are all of it and the newest of it: their entries are folded by object
 * (a newer one replaces the older), and count and digest compared with the
 * head of the last page, which its origin signed.
 *
 * The log may move while it is read: what changed appears again behind, and
 * each page's head is at least as new as the one before.
 *
 * Memory: a bounded table, made by new and freed by free.
 * Thread: one at a time.
 */
#ifndef FEDERATION_CATALOGUE_CHECK_H
#define FEDERATION_CATALOGUE_CHECK_H

#include "federation/catalogue_read.h"

enum { CATALOGUE_CHECK_OBJECTS = 250000 };

struct catalogue_check;

struct catalogue_check *catalogue_check_new(void);
void catalogue_check_free(struct catalogue_check **check); /* NULL is fine */

/* The next page, as catalogue_read_page() accepted it. */
enum catalogue_read_fault catalogue_check_page(struct catalogue_check *check,
    const struct catalogue_read_page *page,
    char error[CATALOGUE_READ_ERROR_SIZE]) MUST_CHECK;
/* After the last page. */
enum catalogue_read_fault catalogue_check_end(
    const struct catalogue_check *check, char error[CATALOGUE_READ_ERROR_SIZE])
    MUST_CHECK;

struct catalogue_check_figures {
	int64_t pages, entries;          /* as they came */
	int64_t live, deleted;           /* objects: listed, no longer listed */
	int64_t last_seq;                /* of the last entry, 0 for none */
	struct catalogue_read_head head; /* of the last page */
};
void catalogue_check_figures(
    const struct catalogue_check *check, struct catalogue_check_figures *ret);

#endif
