/* SPDX-License-Identifier: ISC */
/*
 * session.h: who is signed in, by a cookie of the browser: __Host-parvis, 32
 * random bytes, not for scripts, not sent with forms of other sites
 * (RFC 6265bis).  The store has its SHA-256 alone.
 *
 * Pages that depend on it are marked private.  Forms are taken from our own
 * pages only (form.h), which is what guards them.
 * Thread: a web thread.
 */
#ifndef DAEMON_SESSION_H
#define DAEMON_SESSION_H

#include "daemon/web.h"
#include "store/account.h"

enum { SESSION_TOKEN_SIZE = 65 }; /* hexadecimal digits and NUL */

/* False: nobody.  Strings in the request's arena. */
bool session_of(struct http_request *request, struct account *ret);
/* The same; who is not signed in is sent to sign in and comes back; false
 * after that. */
bool session_need(struct http_request *request, struct account *ret);

/* For cookies and links: a secret and what is kept of it. */
void session_secret(char token[SESSION_TOKEN_SIZE], uint8_t hash[SHA256_SIZE]);
/* False: it has not the form of one.  token may be NULL. */
bool session_hash(const char *token, uint8_t hash[SHA256_SIZE]);
/* What the browser sent; false: nothing of the kind. */
bool session_cookie(struct http_request *request, uint8_t hash[SHA256_SIZE]);

/* Before the answer: the browser keeps it, or forgets it (token NULL). */
void session_set_cookie(struct http_request *request, const char *token);
/* A path of this node to go on to, "/home" when it is none. */
const char *session_next(const char *next);

#endif
