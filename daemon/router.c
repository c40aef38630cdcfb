/* SPDX-License-Identifier: ISC */
#include "daemon/router.h"

#include <string.h>

#include "daemon/negotiate.h"

static const struct {
	enum http_method method;
	const char *name;
} method_names[] = {
	{ HTTP_GET, "GET" },
	{ HTTP_HEAD, "HEAD" },
	{ HTTP_POST, "POST" },
	{ HTTP_PUT, "PUT" },
	{ HTTP_DELETE, "DELETE" },
	{ HTTP_OPTIONS, "OPTIONS" },
	{ HTTP_PATCH, "PATCH" },
};

static size_t
segment_length(const char *s)
{
	return strcspn(s, "/");
}

static void
add_param(struct router_match *match, struct arena *arena, const char *pattern,
    size_t name_len, const char *value, size_t value_len)
{
	struct router_param *param = &match->params[match->param_count++];

	param->name = arena_strndup(arena, pattern, name_len);
	param->value = arena_strndup(arena, value, value_len);
}

/* One segment of a pattern against one of the path. */
static bool
match_segment(
    const char *pattern, size_t pattern_len, const char *segment, size_t len)
{
	const char *colon = memchr(pattern, ':', pattern_len);
	size_t prefix;

	if (colon == NULL)
		return pattern_len == len && memcmp(pattern, segment, len) == 0;
	prefix = (size_t)(colon - pattern);
	return len > prefix && memcmp(pattern, segment, prefix) == 0;
}

static bool
match_pattern(const char *pattern, const char *path)
{
	while (*pattern == '/' && *path == '/') {
		size_t pattern_len = segment_length(++pattern);
		size_t len = segment_length(++path);

		if (*pattern == '+')
			return *path != '\0';
		if (!match_segment(pattern, pattern_len, path, len))
			return false;
		pattern += pattern_len;
		path += len;
	}
	return *pattern == '\0' && *path == '\0';
}

/* The same walk over a pattern that is known to match. */
static void
take_params(const char *pattern, const char *path, struct arena *arena,
    struct router_match *match)
{
	while (*pattern == '/') {
		size_t pattern_len = segment_length(++pattern);
		size_t len = segment_length(++path);
		const char *colon = memchr(pattern, ':', pattern_len);

		if (*pattern == '+') {
			add_param(match, arena, pattern + 1, pattern_len - 1,
			    path, strlen(path));
			return;
		}
		if (colon != NULL) {
			size_t prefix = (size_t)(colon - pattern);

			add_param(match, arena, colon + 1,
			    pattern_len - prefix - 1, path + prefix,
			    len - prefix);
		}
		pattern += pattern_len;
		path += len;
	}
}

static unsigned
methods_of(const struct route *route)
{
	return route->methods |
	       ((route->methods & HTTP_GET) != 0 ? (unsigned)HTTP_HEAD : 0);
}

static const char *
allow_of(unsigned methods, struct arena *arena)
{
	const char *allow = "";

	for (size_t i = 0; i < N_ELEMENTS(method_names); i++) {
		if ((methods & method_names[i].method) == 0)
			continue;
		allow = arena_printf(arena, "%s%s%s", allow,
		    *allow == '\0' ? "" : ", ", method_names[i].name);
	}
	return allow;
}

void
router_check(const struct route *routes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *s = routes[i].pattern;
		size_t params = 0;

		ASSERT(s[0] == '/');
		ASSERT(routes[i].handler != NULL);
		ASSERT(routes[i].methods != 0);
		for (; *s == '/'; s += segment_length(s)) {
			const char *colon;

			s++;
			colon = memchr(s, ':', segment_length(s));
			ASSERT(colon == NULL ||
			       (colon[1] != '\0' && colon[1] != '/'));
			ASSERT(*s != '+' || strchr(s, '/') == NULL);
			params += colon != NULL || *s == '+';
		}
		ASSERT(params <= ROUTER_PARAMS_MAX);
	}
}

int
router_match(const struct route *routes, size_t count, enum http_method method,
    const char *path, struct arena *arena, struct router_match *ret)
{
	struct router_match match = { 0 };
	unsigned allowed = 0;

	for (size_t i = 0; i < count; i++) {
		if (!match_pattern(routes[i].pattern, path))
			continue;
		if ((methods_of(&routes[i]) & method) != 0) {
			match.route = &routes[i];
			take_params(routes[i].pattern, path, arena, &match);
			*ret = match;
			return 0;
		}
		allowed |= methods_of(&routes[i]);
	}
	if (allowed == 0)
		return 404;
	match.allow = allow_of(allowed | HTTP_OPTIONS, arena);
	*ret = match;
	return method == HTTP_OPTIONS ? 204 : 405;
}

int
router_check_body(
    const struct route *route, const char *content_type, size_t len)
{
	if (len > route->body_limit)
		return 413;
	if (route->types == NULL || len == 0)
		return 0;
	for (const char *const *type = route->types; *type != NULL; type++) {
		if (negotiate_type_is(content_type, *type))
			return 0;
	}
	return 415;
}
