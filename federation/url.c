/* SPDX-License-Identifier: ISC */
#include "federation/url.h"

#include <errno.h>
#include <string.h>

#include "config/base/buf.h"
#include "config/base/text.h"
#include "federation/url_host.h"

enum { PORT_HTTP = 80, PORT_HTTPS = 443 };

static const char scheme_http[] = "http://";
static const char scheme_https[] = "https://";

/* The bytes that may not stand in any part: what programs read differently. */
static bool
is_forbidden(unsigned char c)
{
	return c <= ' ' || c == 0x7f || c == '\\';
}

static bool
is_acceptable(const char *s)
{
	size_t len = strnlen(s, URL_MAX + 1);

	if (len == 0 || len > URL_MAX || !text_utf8_valid(s, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (is_forbidden((unsigned char)s[i]))
			return false;
	}
	return true;
}

static bool
has_prefix_nocase(const char *s, const char *prefix, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != prefix[i])
			return false;
	}
	return true;
}

/* ASCII, and nothing that ends an attribute or a header line. */
static void
put_encoded(struct buf *buf, const char *s, size_t len)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x80 && strchr("\"<>^`{|}", c) == NULL) {
			buf_putc(buf, (char)c);
			continue;
		}
		buf_putc(buf, '%');
		buf_putc(buf, hex[c >> 4]);
		buf_putc(buf, hex[c & 15]);
	}
}

/* RFC 3986 section 5.2.4: no "." and ".." segments; len bytes at path. */
static size_t
remove_dot_segments(char *path, size_t len)
{
	size_t out = 0;

	for (size_t i = 0; i < len;) {
		size_t end = i + 1, n;

		while (end < len && path[end] != '/')
			end++;
		n = end - i; /* '/' and the segment */
		if (n == 3 && path[i + 1] == '.' && path[i + 2] == '.') {
			while (out > 0 && path[--out] != '/')
				;
			if (end == len)
				path[out++] = '/';
		} else if (n == 2 && path[i + 1] == '.') {
			if (end == len)
				path[out++] = '/';
		} else {
			memmove(path + out, path + i, n);
			out += n;
		}
		i = end;
	}
	if (out == 0)
		path[out++] = '/';
	path[out] = '\0';
	return out;
}

static const char *
encode(struct arena *arena, const char *s, size_t len)
{
	CLEANUP(buf_done) struct buf buf;

	buf_init(&buf, 3 * (size_t)URL_MAX);
	put_encoded(&buf, s, len);
	return arena_strndup(arena, buf_str(&buf), buf.len);
}

static const char *
encode_path(struct arena *arena, const char *s, size_t len)
{
	CLEANUP(buf_done) struct buf buf;
	char *path;

	buf_init(&buf, 3 * (size_t)URL_MAX);
	if (len == 0)
		return "/";
	put_encoded(&buf, s, len);
	path = arena_strndup(arena, buf_str(&buf), buf.len);
	(void)remove_dot_segments(path, strlen(path));
	return path;
}

/* What follows the authority: path, query and fragment. */
static void
split_rest(struct arena *arena, const char *rest, struct url *url)
{
	size_t path = strcspn(rest, "?#");
	const char *query = rest[path] == '?' ? rest + path + 1 : NULL;
	const char *fragment = strchr(rest, '#');

	url->path = encode_path(arena, rest, path);
	url->query =
	    query == NULL ? NULL : encode(arena, query, strcspn(query, "#"));
	url->fragment = fragment == NULL || fragment[1] == '\0'
			    ? NULL
			    : encode(arena, fragment + 1, strlen(fragment + 1));
}

static void
join(struct arena *arena, struct url *url)
{
	uint16_t usual = url->https ? PORT_HTTPS : PORT_HTTP;

	url->authority =
	    url->port == usual
		? url->host
		: arena_printf(arena, "%s:%u", url->host, (unsigned)url->port);
	url->origin = arena_printf(arena, "%s%s",
	    url->https ? scheme_https : scheme_http, url->authority);
	url->text = arena_printf(arena, "%s%s%s%s%s%s", url->origin, url->path,
	    url->query != NULL ? "?" : "", url->query != NULL ? url->query : "",
	    url->fragment != NULL ? "#" : "",
	    url->fragment != NULL ? url->fragment : "");
}

int
url_parse(struct arena *arena, const char *s, struct url *ret)
{
	struct url url = { 0 };
	size_t skip;
	int r;

	if (s == NULL || !is_acceptable(s))
		return -EINVAL;
	if (has_prefix_nocase(s, scheme_https, sizeof(scheme_https) - 1))
		url.https = true;
	else if (!has_prefix_nocase(s, scheme_http, sizeof(scheme_http) - 1))
		return -EINVAL;
	s += url.https ? sizeof(scheme_https) - 1 : sizeof(scheme_http) - 1;
	skip = strcspn(s, "/?#");
	url.port = url.https ? PORT_HTTPS : PORT_HTTP;
	r = url_host_parse(arena, s, skip, &url.host, &url.literal, &url.port);
	if (r < 0)
		return r;
	split_rest(arena, s + skip, &url);
	join(arena, &url);
	if (strlen(url.text) > URL_MAX)
		return -EINVAL;
	*ret = url;
	return 0;
}

/* "scheme:" at the start, whatever the scheme. */
static bool
has_scheme(const char *s)
{
	size_t n =
	    strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		      "0123456789+-.");

	return n > 0 && s[n] == ':' &&
	       ((s[0] >= 'a' && s[0] <= 'z') || (s[0] >= 'A' && s[0] <= 'Z'));
}

int
url_resolve(struct arena *arena, const struct url *base, const char *ref,
    struct url *ret)
{
	const char *query = base->query != NULL ? base->query : "";
	const char *mark = base->query != NULL ? "?" : "";
	size_t folder;

	if (ref == NULL || strnlen(ref, URL_MAX + 1) > URL_MAX)
		return -EINVAL;
	if (has_scheme(ref))
		return url_parse(arena, ref, ret);
	if (ref[0] == '/' && ref[1] == '/')
		return url_parse(arena,
		    arena_printf(
			arena, "%s%s", base->https ? "https:" : "http:", ref),
		    ret);
	if (ref[0] == '/')
		return url_parse(
		    arena, arena_printf(arena, "%s%s", base->origin, ref), ret);
	if (ref[0] == '\0' || ref[0] == '#')
		return url_parse(arena,
		    arena_printf(arena, "%s%s%s%s%s", base->origin, base->path,
			mark, query, ref),
		    ret);
	if (ref[0] == '?')
		return url_parse(arena,
		    arena_printf(
			arena, "%s%s%s", base->origin, base->path, ref),
		    ret);
	folder = (size_t)(strrchr(base->path, '/') - base->path) + 1;
	return url_parse(arena,
	    arena_printf(
		arena, "%s%.*s%s", base->origin, (int)folder, base->path, ref),
	    ret);
}

bool
url_same_origin(const char *a, const char *b)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct url url_a, url_b;

	return url_parse(arena, a, &url_a) == 0 &&
	       url_parse(arena, b, &url_b) == 0 &&
	       strcmp(url_a.origin, url_b.origin) == 0;
}

const char *
url_without_fragment(struct arena *arena, const char *s)
{
	const char *mark = s == NULL ? NULL : strchr(s, '#');

	return mark == NULL ? s : arena_strndup(arena, s, (size_t)(mark - s));
}

int
url_normalize_host(struct arena *arena, const char *s, const char **ret)
{
	const char *host;
	uint16_t port = PORT_HTTPS;
	bool literal;
	int r;

	if (s == NULL || !is_acceptable(s))
		return -EINVAL;
	r = url_host_parse(arena, s, strlen(s), &host, &literal, &port);
	if (r < 0)
		return r;
	*ret = port == PORT_HTTPS
		   ? host
		   : arena_printf(arena, "%s:%u", host, (unsigned)port);
	return 0;
}

static bool
is_name(const char *s, size_t len)
{
	static const char allowed[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789._~:-";

	return len > 0 && len <= URL_NAME_MAX && strspn(s, allowed) >= len;
}

int
url_parse_acct(struct arena *arena, const char *s, const char **ret_name,
    const char **ret_host)
{
	const char *at, *host;
	int r;

	if (s == NULL || strnlen(s, URL_MAX + 1) > URL_MAX)
		return -EINVAL;
	if (has_prefix_nocase(s, "acct:", 5))
		s += 5;
	if (*s == '@')
		s++;
	at = strrchr(s, '@');
	if (at == NULL || !is_name(s, (size_t)(at - s)))
		return -EINVAL;
	r = url_normalize_host(arena, at + 1, &host);
	if (r < 0)
		return r;
	*ret_name = arena_strndup(arena, s, (size_t)(at - s));
	*ret_host = host;
	return 0;
}
