/* SPDX-License-Identifier: ISC */
/*
 * target.h: the target of a request line, taken apart (RFC 9112 3.2.1: the
 * origin form, a path and perhaps a query).  Pure functions.
 *
 * Memory: what is found lives in the given arena.
 * Thread: any.
 */
#ifndef DAEMON_TARGET_H
#define DAEMON_TARGET_H

#include "config/base/arena.h"

enum { TARGET_QUERY_MAX = 32 }; /* parameters; what follows is ignored */

struct target_parameter {
	const char *name, *value;
};

struct target {
	const char *path; /* decoded, see http_path() */
	struct target_parameter query[TARGET_QUERY_MAX];
	size_t query_count;
};

/*
 * -EINVAL: not the origin form, a bad escape, a NUL or another control
 * character, an encoded '/', a "." or ".." segment, no valid UTF-8.
 */
int target_parse(struct arena *arena, const char *target, struct target *ret)
    MUST_CHECK;
/* Fields of a form (x-www-form-urlencoded) as a query; no path.  -EINVAL. */
int target_parse_form(struct arena *arena, const char *body, struct target *ret)
    MUST_CHECK;
/* First value of that name; NULL when there is none. */
const char *target_query(const struct target *target, const char *name);

#endif
