/* SPDX-License-Identifier: ISC */
/*
 * url.h: addresses of the web and of the fediverse, checked and normalised.
 *
 * A parsed address has one spelling: lower case ASCII host (IDNA 2008, UTS 46
 * by libidn2), no trailing dot, no default port, no user information, no
 * control, space or backslash characters, no "." and ".." segments, what is
 * not ASCII as percent escapes, at most URL_MAX bytes.  Parsing the text of a
 * parsed address gives that text again.  Two addresses belong together when
 * their origins (scheme, host, port) are equal (RFC 6454, FEP-fe34).
 * Pure functions; results live in the arena.  Thread: any.
 */
#ifndef FEDERATION_URL_H
#define FEDERATION_URL_H

#include "config/base/arena.h"

enum { URL_MAX = 2048, URL_NAME_MAX = 128 };

struct url {
	bool https;
	const char *host; /* normalised; IPv6 literals keep their brackets */
	bool literal;     /* the host is an IP address, in any notation */
	uint16_t port;    /* 443 or 80 when none was given */
	const char *authority; /* host, ":port" unless it is the default */
	const char *origin;    /* "https://" authority */
	const char *path;      /* starts with '/'; escapes as written */
	const char *query;     /* without '?', NULL when absent */
	const char *fragment;  /* without '#', NULL when absent or empty */
	const char *text;      /* the whole, normalised, with the fragment */
};

/* http or https; -EINVAL otherwise. */
int url_parse(struct arena *arena, const char *s, struct url *ret) MUST_CHECK;
/* A redirect's or link's target against a base (RFC 3986 section 5). */
int url_resolve(struct arena *arena, const struct url *base, const char *ref,
    struct url *ret) MUST_CHECK;
/* Both parse and have one origin. */
bool url_same_origin(const char *a, const char *b);
/* The text without its fragment; s itself when it has none. */
const char *url_without_fragment(struct arena *arena, const char *s);
/*
 * "Exämple.ORG.:443" -> "xn--exmple-cua.org"; a port that is not 443 stays, as
 * in "park.localhost:8441".  -EINVAL for what is no host.
 */
int url_normalize_host(struct arena *arena, const char *s, const char **ret)
    MUST_CHECK;

/*
 * "@marie@park.example", "marie@park.example", "acct:marie@park.example".
 * The host comes back normalised (see url_normalize_host), the name as
 * written: at most URL_NAME_MAX letters, digits and "._~:-".  -EINVAL.
 */
int url_parse_acct(struct arena *arena, const char *s, const char **ret_name,
    const char **ret_host) MUST_CHECK;

#endif
