/* SPDX-License-Identifier: ISC */
/*
 * router.h: from method and path to a handler, by a table.
 *
 * Patterns are matched segment by segment against the decoded path:
 *	"/o/:id/inbox"	":id" stands for one whole segment, never empty
 *	"/@:username"	text before the ':' must stand there
 *	"/static/+path"	"+path" stands for all that is left, not empty
 * The first row whose pattern and method match wins, so that rows with fixed
 * text stand before rows with a ':' in their place.
 *
 * Memory: what router_match() returns points into the table and into the
 *         given arena.
 * Thread: any; these are pure functions.
 */
#ifndef DAEMON_ROUTER_H
#define DAEMON_ROUTER_H

#include "daemon/http.h"

struct route {
	unsigned methods; /* HTTP_GET | HTTP_POST; GET brings HEAD with it */
	const char *pattern;
	void (*handler)(struct http_request *request);
	size_t body_limit; /* bytes; 0: a body is refused */
	/*
	 * Media types that a body may have, NULL at the end, compared without
	 * parameters and case; NULL: any.
	 */
	const char *const *types;
	/*
	 * The handler limits the rate itself (an inbox does by host, once the
	 * signature is known): the bucket of the client's address is left
	 * alone.
	 */
	bool own_rate;
};

enum { ROUTER_PARAMS_MAX = 4 };

struct router_param {
	const char *name, *value;
};

struct router_match {
	const struct route *route; /* NULL unless the status is 0 */
	struct router_param params[ROUTER_PARAMS_MAX];
	size_t param_count;
	const char *allow; /* value of Allow, with 405 and for OPTIONS */
};

/* Aborts on a pattern that no path can match or with too many params. */
void router_check(const struct route *routes, size_t count);

/*
 * 0 and the route; else the status to answer: 404, 405 (see allow), or 204
 * for OPTIONS on a path that has routes but none for OPTIONS itself.
 */
int router_match(const struct route *routes, size_t count,
    enum http_method method, const char *path, struct arena *arena,
    struct router_match *ret);

/*
 * Whether the route takes such a body: 0, 413 (longer than its limit) or 415
 * (content_type is not one of its types, or missing).
 */
int router_check_body(
    const struct route *route, const char *content_type, size_t len);

#endif
