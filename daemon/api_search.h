/* SPDX-License-Identifier: ISC */
/*
 * api_search.h: what the page and the programs' forms of a search share.
 *
 * Thread: a web thread.  Memory: the arena's.
 */
#ifndef DAEMON_API_SEARCH_H
#define DAEMON_API_SEARCH_H

#include "daemon/search_form.h"
#include "daemon/web.h"

/* A page of results and what there is in all, from one view of the database.
 * -EINVAL: the cursor is none of this search. */
int api_search_find(struct db *db, struct arena *arena,
    const struct search_form *form, struct search_page *ret,
    struct search_counts *ret_counts) MUST_CHECK;

/* The page; of page_search.c. */
void page_search(struct http_request *request, const struct search_form *form);

#endif
