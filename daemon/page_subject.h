/* SPDX-License-Identifier: ISC */
/*
 * page_subject.h: whom a page about following is about: somebody here or
 * elsewhere, as far as they may be shown.
 *
 * Memory: the request's arena.  Thread: a web thread.
 */
#ifndef DAEMON_PAGE_SUBJECT_H
#define DAEMON_PAGE_SUBJECT_H

#include "daemon/page.h"

struct subject {
	const char *uri, *name, *username, *domain;
	const char *kind, *excerpt; /* NULL: nothing is said of it */
	const char *page;           /* address here, or NULL */
};

/*
 * By its id, or, of ours, by its page or its name.  known: somebody whose id
 * was given by a visitor who wants to follow them is named even when they do
 * not wish to be found.  -ENOENT, -EINVAL (no web address), or of the store.
 */
int page_subject(struct http_request *request, const char *uri, bool known,
    struct subject *ret) MUST_CHECK;
/* name, domain, kind, page and handle for the templates. */
void page_set_subject(
    struct http_request *request, json_t *data, const struct subject *subject);

#endif
