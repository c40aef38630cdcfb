/* SPDX-License-Identifier: ISC */
/*
 * http.h: one HTTP request and its answer, as handlers see them.
 *
 * A handler gets a request that arrived whole (head and body within their
 * limits).  Before it returns it either answers, once, or parks the request
 * and answers later on the same thread:
 *
 *	message->id = http_park(request);          (then post a message)
 *	...
 *	request = http_resume(worker, message->id); (in the message's run())
 *	if (request != NULL)                        (the client is still there)
 *		http_answer(request, ...);
 *
 * A handler that does neither has its client told 500.
 *
 * Memory: all that these functions return (body and headers included) lives
 *         in the request's arena.  The request itself is gone when it was
 *         answered, and at any moment between http_park() and http_resume();
 *         its arena goes with it unless http_take_arena() took it along.
 * Thread: the worker's own, always.
 */
#ifndef DAEMON_HTTP_H
#define DAEMON_HTTP_H

#include "config/base/arena.h"

struct http_request;
struct worker;

/* Bits, so that a route can name several. */
enum http_method {
	HTTP_GET = 1 << 0,
	HTTP_HEAD = 1 << 1,
	HTTP_POST = 1 << 2,
	HTTP_PUT = 1 << 3,
	HTTP_DELETE = 1 << 4,
	HTTP_OPTIONS = 1 << 5,
	HTTP_PATCH = 1 << 6,
	HTTP_TRACE = 1 << 7,
	HTTP_CONNECT = 1 << 8,
};

/* --- What was asked --- */

/* A handler for GET also gets HEAD; it answers as for GET. */
enum http_method http_method(const struct http_request *request);
/* "GET", as it stands in the request line: for signatures and logs. */
const char *http_method_name(const struct http_request *request);
/*
 * The path, percent-decoded: begins with '/', valid UTF-8, no control
 * characters, no "." or ".." segment, no encoded '/'.
 */
const char *http_path(const struct http_request *request);
/* Path and query exactly as sent (@request-target): for signatures. */
const char *http_target(const struct http_request *request);
/* "https" or "http", as the client sees it (X-Forwarded-Proto if trusted). */
const char *http_scheme(const struct http_request *request);
/*
 * Host and port exactly as the client sent them (X-Forwarded-Host if
 * trusted), "" for HTTP/1.0 without Host: for signatures.
 */
const char *http_authority(const struct http_request *request);
/* What stands for ":name" in the route's pattern; "" when it has none. */
const char *http_param(const struct http_request *request, const char *name);
/* First query parameter of that name, decoded; NULL when there is none. */
const char *http_query(const struct http_request *request, const char *name);
/* All of them; lives as long as the request. */
const struct target *http_parameters(const struct http_request *request);
/*
 * A header field, any case; fields of the same name joined with ", " (RFC
 * 9110 5.3), as signatures want them.  NULL when there is none.
 */
const char *http_header(struct http_request *request, const char *name);
/* The body, followed by a NUL that does not count; "" when there is none. */
const char *http_body(const struct http_request *request, size_t *ret_len);
/*
 * Address of the client: numeric, no port, IPv6 without brackets; behind a
 * trusted proxy the last address of X-Forwarded-For that is not itself a
 * trusted proxy; "unix" on a Unix socket without a trusted header.
 */
const char *http_client(const struct http_request *request);
/* Short id of the request for logs, unique in this process: "2-1f". */
const char *http_id(const struct http_request *request);

struct worker *http_worker(const struct http_request *request);
struct arena *http_arena(struct http_request *request);
/*
 * Takes the arena away from the request: for work that must outlive the
 * client.  The caller frees it; what http_*() returned so far stays valid
 * until then.  The request goes on with an arena of its own; its body, its
 * query and its params are empty from then on.
 */
struct arena *http_take_arena(struct http_request *request);
/* The handler's own slot. */
void http_set_user(struct http_request *request, void *user);
void *http_user(const struct http_request *request);

/* --- Answering later --- */

/* The id by which http_resume() finds the request; never 0, never reused. */
uint64_t http_park(struct http_request *request);
/*
 * The request parked under that id, to be answered or parked again before
 * the caller returns; NULL when the client left or the worker gave up.
 */
struct http_request *http_resume(struct worker *worker, uint64_t id);
/* What waits longer than this is answered 503; its id finds nothing then. */
enum { HTTP_PARK_SECONDS = 120 };

/* --- The answer --- */

/* Before the answer: one more header.  Line breaks in it are our own bug. */
void http_add_header(
    struct http_request *request, const char *name, const char *value);
/* A request header that the answer depends on ("Accept"), for Vary. */
void http_vary(struct http_request *request, const char *name);
/*
 * The answer holds a secret or what only this client may see: never
 * compressed, no ETag, Cache-Control: no-store.
 */
void http_mark_private(struct http_request *request);

/* Content-Security-Policy.  By default PAGE for text/html, else DOCUMENT. */
enum http_policy {
	HTTP_POLICY_DEFAULT,
	HTTP_POLICY_DOCUMENT, /* data: nothing loads, nothing frames it */
	HTTP_POLICY_PAGE,     /* our own styles, scripts and forms; images */
	/* A page with a form that leads to another server: a browser holds
	 * the redirect that answers it against the policy too. */
	HTTP_POLICY_LEADS_AWAY,
	HTTP_POLICY_UPLOAD, /* what somebody uploaded: sandboxed too */
};
void http_set_policy(struct http_request *request, enum http_policy policy);

/*
 * Answers; the body is copied.  content_type NULL: no body (202, 204).
 * A 200 to GET or HEAD gets an ETag and becomes 304 when If-None-Match has
 * it, and says Cache-Control: no-cache unless a Cache-Control was added.
 */
void http_answer(struct http_request *request, int status,
    const char *content_type, const void *body, size_t len);
/*
 * Says what went wrong: application/problem+json (RFC 9457) with the
 * sentence as its detail, or a small French page to who asks for HTML.
 */
void http_answer_error(
    struct http_request *request, int status, const char *sentence);
/* 429 or 503 with Retry-After. */
void http_answer_later(struct http_request *request, int status,
    int64_t retry_seconds, const char *sentence);
/* status: 301, 302, 303, 307 or 308. */
void http_answer_redirect(
    struct http_request *request, int status, const char *location);

#endif
