/* SPDX-License-Identifier: ISC */
/*
 * form.h: forms that visitors send (application/x-www-form-urlencoded) and
 * that have this node ask something of another server.
 *
 * Such a form is taken from our own pages only, whoever is made to send it
 * from elsewhere, and so many times a minute from one address
 * (listen.lookups_per_minute).
 * Memory: the request's arena.  Thread: a web thread; form_is_own() any.
 */
#ifndef DAEMON_FORM_H
#define DAEMON_FORM_H

#include "daemon/target.h"
#include "daemon/web.h"

/*
 * Whether a browser says that a page of ours sent the form: Sec-Fetch-Site,
 * else Origin; each may be NULL.  What sends neither is no browser, and nobody
 * can have it act for somebody else.  Pure.
 */
bool form_is_own(const char *fetch_site, const char *origin, const char *base);

enum { FORM_BYTES_MAX = 16 * 1024 };
/* For routes: the media types that such a form has. */
extern const char *const form_types[];

/* False after answering 400, 403 or 429. */
bool form_take(struct http_request *request, struct target *ret);
/*
 * Whether what is wrong is told to a person, on a page; programs get the
 * English sentence (http_answer_error()).
 */
bool form_wants_page(struct http_request *request);
/* A field without the space around it; NULL when missing or empty. */
const char *form_field(
    struct http_request *request, const struct target *form, const char *name);

#endif
