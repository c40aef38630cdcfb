/* SPDX-License-Identifier: ISC */
/*
 * page_lookup.h: the page for an address elsewhere of which nothing is held
 * here: 404, with a button to ask its server.
 *
 * Thread: a web thread.
 */
#ifndef DAEMON_PAGE_LOOKUP_H
#define DAEMON_PAGE_LOOKUP_H

#include "daemon/web.h"

/* Where the visitor goes once it was found. */
enum page_lookup_next {
	PAGE_LOOKUP_SHOW,
	PAGE_LOOKUP_FOLLOW,
	PAGE_LOOKUP_NONE, /* it is known, and not shown: there is no button */
};

/* error: why a look-up failed, a sentence, or NULL. */
void page_lookup_offer(struct http_request *request, const char *uri,
    enum page_lookup_next next, const char *error);

#endif
