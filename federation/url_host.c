/* SPDX-License-Identifier: ISC */
#include "federation/url_host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <idn2.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/text.h"

enum { HOST_MAX = 253, LABEL_MAX = 63, IPV4_PARTS_MAX = 4 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

/* UTS 46 and IDNA 2008; *ret is lower case ASCII. */
static int
to_ascii(struct arena *arena, const char *s, const char **ret)
{
	uint8_t *ascii = NULL;
	char *copy;

	for (const char *p = s;; p++) {
		if (*p == '\0') {
			copy = arena_strdup(arena, s);
			text_lower(copy);
			*ret = copy;
			return 0;
		}
		if ((unsigned char)*p >= 0x80)
			break;
	}
	if (idn2_lookup_u8((const uint8_t *)s, &ascii,
		IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return -EINVAL;
	copy = arena_strdup(arena, (const char *)ascii);
	idn2_free(ascii);
	text_lower(copy);
	*ret = copy;
	return 0;
}

static bool
is_label(const char *s, size_t len)
{
	if (len == 0 || len > LABEL_MAX || s[0] == '-' || s[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] != '-' && !is_digit(s[i]) &&
		    !(s[i] >= 'a' && s[i] <= 'z'))
			return false;
	}
	return true;
}

static bool
is_name(const char *host)
{
	if (strlen(host) > HOST_MAX)
		return false;
	for (;;) {
		size_t len = strcspn(host, ".");

		if (!is_label(host, len))
			return false;
		if (host[len] == '\0')
			return true;
		host += len + 1;
	}
}

/* Whether the last label is a number: then the host can only be an address. */
static bool
ends_in_number(const char *host)
{
	const char *last = strrchr(host, '.');
	size_t len;

	last = last == NULL ? host : last + 1;
	len = strlen(last);
	if (len >= 2 && last[0] == '0' && last[1] == 'x') {
		for (size_t i = 2; i < len; i++) {
			if (!is_hex(last[i]))
				return false;
		}
		return true;
	}
	return len > 0 && strspn(last, "0123456789") == len;
}

/* Decimal, 0octal or 0xhex, as the C library's inet_aton() reads it. */
static int
parse_part(const char *s, size_t len, uint64_t *ret)
{
	unsigned base = 10;
	uint64_t value = 0;

	if (len == 0 || len > 40)
		return -EINVAL;
	if (len >= 2 && s[0] == '0' && s[1] == 'x') {
		base = 16;
		s += 2;
		len -= 2;
	} else if (len >= 2 && s[0] == '0') {
		base = 8;
	}
	for (size_t i = 0; i < len; i++) {
		unsigned digit;

		if (!is_hex(s[i]))
			return -EINVAL;
		digit = is_digit(s[i]) ? (unsigned)(s[i] - '0')
				       : (unsigned)(s[i] - 'a') + 10;
		if (digit >= base)
			return -EINVAL;
		value = value * base + digit;
		if (value > UINT32_MAX)
			return -EINVAL;
	}
	*ret = value;
	return 0;
}

/* One to four parts; the last one fills what remains. */
static int
parse_ipv4(struct arena *arena, const char *host, const char **ret)
{
	uint64_t parts[IPV4_PARTS_MAX], address;
	size_t count = 0;

	for (;;) {
		size_t len = strcspn(host, ".");

		if (count == IPV4_PARTS_MAX ||
		    parse_part(host, len, &parts[count]) < 0)
			return -EINVAL;
		count++;
		if (host[len] == '\0')
			break;
		host += len + 1;
	}
	address = parts[count - 1];
	if (address >= UINT64_C(1) << (8 * (5 - count)))
		return -EINVAL;
	for (size_t i = 0; i + 1 < count; i++) {
		if (parts[i] > 255)
			return -EINVAL;
		address |= parts[i] << (8 * (3 - i));
	}
	*ret = arena_printf(arena, "%u.%u.%u.%u", (unsigned)(address >> 24),
	    (unsigned)(address >> 16 & 255), (unsigned)(address >> 8 & 255),
	    (unsigned)(address & 255));
	return 0;
}

/* "[...]"; zones and embedded notations come back in the one notation. */
static int
parse_ipv6(struct arena *arena, const char *s, size_t len, const char **ret)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (len < 4 || len - 2 >= sizeof(text) || s[len - 1] != ']')
		return -EINVAL;
	memcpy(text, s + 1, len - 2);
	text[len - 2] = '\0';
	if (inet_pton(AF_INET6, text, &address) != 1 ||
	    inet_ntop(AF_INET6, &address, text, sizeof(text)) == NULL)
		return -EINVAL;
	*ret = arena_printf(arena, "[%s]", text);
	return 0;
}

static int
parse_name(struct arena *arena, const char *s, size_t len,
    const char **ret_host, bool *ret_literal)
{
	const char *host;
	char *copy;
	int r = to_ascii(arena, arena_strndup(arena, s, len), &host);

	if (r < 0)
		return r;
	/* The root's dot, also when the mapping made it. */
	copy = arena_strdup(arena, host);
	len = strlen(copy);
	if (len > 1 && copy[len - 1] == '.')
		copy[len - 1] = '\0';
	if (!is_name(copy))
		return -EINVAL;
	*ret_literal = ends_in_number(copy);
	if (*ret_literal)
		return parse_ipv4(arena, copy, ret_host);
	*ret_host = copy;
	return 0;
}

/* "" or ":" or ":port" */
static int
parse_port(const char *s, size_t len, uint16_t *ret)
{
	unsigned port = 0;

	if (len == 0 || (len == 1 && s[0] == ':'))
		return 0;
	if (s[0] != ':' || len > 6)
		return -EINVAL;
	for (size_t i = 1; i < len; i++) {
		if (!is_digit(s[i]))
			return -EINVAL;
		port = port * 10 + (unsigned)(s[i] - '0');
	}
	if (port == 0 || port > UINT16_MAX)
		return -EINVAL;
	*ret = (uint16_t)port;
	return 0;
}

int
url_host_parse(struct arena *arena, const char *s, size_t len,
    const char **ret_host, bool *ret_literal, uint16_t *ret_port)
{
	const char *mark, *host = NULL;
	uint16_t port = *ret_port;
	size_t end;
	bool literal = true;
	int r;

	if (len == 0)
		return -EINVAL;
	if (s[0] == '[') {
		mark = memchr(s, ']', len);
		if (mark == NULL)
			return -EINVAL;
		end = (size_t)(mark - s) + 1;
		r = parse_ipv6(arena, s, end, &host);
	} else {
		mark = memchr(s, ':', len);
		end = mark == NULL ? len : (size_t)(mark - s);
		r = parse_name(arena, s, end, &host, &literal);
	}
	if (r == 0)
		r = parse_port(s + end, len - end, &port);
	if (r < 0)
		return r;
	*ret_host = host;
	*ret_literal = literal;
	*ret_port = port;
	return 0;
}
