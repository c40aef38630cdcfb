/* SPDX-License-Identifier: ISC */
/* The encodings of text.h: hex, base64, base58, percent, HTML. */
#include <errno.h>
#include <string.h>

#include "config/base/text.h"

/* Enough for a key with its prefix; the conversion is quadratic. */
enum {
	BASE58_MAX_BYTES = 128,
	BASE58_MAX_CHARS = BASE58_MAX_BYTES * 138 / 100 + 1,
};

static const char hex_lower[] = "0123456789abcdef";
static const char hex_upper[] = "0123456789ABCDEF";
static const char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base58_alphabet[] =
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/* The place of c in an alphabet, -1 when it is not there. */
static int
text_digit(const char *alphabet, char c)
{
	const char *p = c == '\0' ? NULL : strchr(alphabet, c);

	return p == NULL ? -1 : (int)(p - alphabet);
}

void
text_hex(const uint8_t *data, size_t len, char *ret)
{
	for (size_t i = 0; i < len; i++) {
		*ret++ = hex_lower[data[i] >> 4];
		*ret++ = hex_lower[data[i] & 15];
	}
	*ret = '\0';
}

char *
text_base64(struct arena *arena, const void *data, size_t len)
{
	const uint8_t *in = data;
	char *ret = arena_alloc(arena, (len + 2) / 3 * 4 + 1);
	char *out = ret;

	for (; len > 0; out += 4) {
		size_t n = MIN(len, (size_t)3);
		unsigned bits = (unsigned)in[0] << 16;

		if (n > 1)
			bits |= (unsigned)in[1] << 8;
		if (n > 2)
			bits |= in[2];
		out[0] = base64_alphabet[bits >> 18];
		out[1] = base64_alphabet[bits >> 12 & 63];
		out[2] = n > 1 ? base64_alphabet[bits >> 6 & 63] : '=';
		out[3] = n > 2 ? base64_alphabet[bits & 63] : '=';
		in += n;
		len -= n;
	}
	return ret;
}

/* 0 to 63, or 64 for what is not of the alphabet; padding is not. */
static unsigned
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0') + 52;
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* Four characters of which the first n count; -EINVAL. */
static int
base64_decode_group(const char *s, size_t n, uint8_t *out)
{
	unsigned bits = 0;

	for (size_t i = 0; i < 4; i++) {
		unsigned value = i < n ? base64_value(s[i]) : 0;

		if (value > 63)
			return -EINVAL;
		bits = bits << 6 | value;
	}
	/* One text for one value: the bits that fill up are zero. */
	if ((n == 2 && (bits & 0xffff) != 0) || (n == 3 && (bits & 0xff) != 0))
		return -EINVAL;
	out[0] = (uint8_t)(bits >> 16);
	if (n > 2)
		out[1] = (uint8_t)(bits >> 8);
	if (n > 3)
		out[2] = (uint8_t)bits;
	return 0;
}

int
text_base64_decode(struct arena *arena, const char *s, size_t len,
    uint8_t **ret, size_t *ret_len)
{
	size_t padding = 0, out_len = 0;
	uint8_t *out;

	if (len % 4 != 0)
		return -EINVAL;
	while (padding < 2 && padding < len && s[len - 1 - padding] == '=')
		padding++;
	out = arena_alloc(arena, len / 4 * 3 + 1);
	for (size_t i = 0; i < len; i += 4) {
		size_t n = i + 4 == len ? 4 - padding : 4;

		if (base64_decode_group(s + i, n, out + out_len) < 0)
			return -EINVAL;
		out_len += n - 1;
	}
	*ret = out;
	*ret_len = out_len;
	return 0;
}

char *
text_base58(struct arena *arena, const uint8_t *data, size_t len)
{
	uint8_t digits[BASE58_MAX_CHARS] = { 0 }; /* least significant first */
	size_t n = 0, zeros = 0;
	char *ret;

	ASSERT(len <= BASE58_MAX_BYTES);
	while (zeros < len && data[zeros] == 0)
		zeros++;
	for (size_t i = zeros; i < len; i++) {
		unsigned carry = data[i];

		for (size_t j = 0; j < n || carry > 0; j++) {
			ASSERT(j < sizeof(digits));
			carry += (unsigned)digits[j] * 256;
			digits[j] = (uint8_t)(carry % 58);
			carry /= 58;
			n = MAX(n, j + 1);
		}
	}
	ret = arena_alloc(arena, zeros + n + 1);
	memset(ret, base58_alphabet[0], zeros);
	for (size_t i = 0; i < n; i++)
		ret[zeros + i] = base58_alphabet[digits[n - 1 - i]];
	return ret;
}

int
text_base58_decode(
    struct arena *arena, const char *s, uint8_t **ret, size_t *ret_len)
{
	uint8_t bytes[BASE58_MAX_BYTES] = { 0 }; /* least significant first */
	size_t n = 0, zeros = strspn(s, "1");
	uint8_t *out;

	if (strlen(s) > BASE58_MAX_CHARS || zeros > sizeof(bytes))
		return -EINVAL;
	for (s += zeros; *s != '\0'; s++) {
		int digit = text_digit(base58_alphabet, *s);
		unsigned carry = (unsigned)digit;

		if (digit < 0)
			return -EINVAL;
		for (size_t j = 0; j < n || carry > 0; j++) {
			if (j >= sizeof(bytes) - zeros)
				return -EINVAL;
			carry += (unsigned)bytes[j] * 58;
			bytes[j] = (uint8_t)carry;
			carry >>= 8;
			n = MAX(n, j + 1);
		}
	}
	out = arena_alloc(arena, zeros + n);
	for (size_t i = 0; i < n; i++)
		out[zeros + i] = bytes[n - 1 - i];
	*ret = out;
	*ret_len = zeros + n;
	return 0;
}

static bool
text_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

char *
text_percent_encode(struct arena *arena, const char *s)
{
	char *ret = arena_alloc(arena, strlen(s) * 3 + 1);
	char *out = ret;

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (text_unreserved(*s)) {
			*out++ = *s;
			continue;
		}
		*out++ = '%';
		*out++ = hex_upper[c >> 4];
		*out++ = hex_upper[c & 15];
	}
	return ret;
}

static int
text_hex_digit(char c)
{
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return text_digit(hex_lower, c);
}

int
text_percent_decode(struct arena *arena, const char *s, size_t len, char **ret)
{
	char *copy = arena_alloc(arena, len + 1);
	char *out = copy;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '%') {
			int high = len - i > 2 ? text_hex_digit(s[i + 1]) : -1;
			int low = len - i > 2 ? text_hex_digit(s[i + 2]) : -1;

			if (high < 0 || low < 0)
				return -EINVAL;
			c = (char)(high * 16 + low);
			i += 2;
		}
		if (c == '\0')
			return -EINVAL;
		*out++ = c;
	}
	*ret = copy;
	return 0;
}

static const char *
text_html_entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

char *
text_html_escape(struct arena *arena, const char *s)
{
	size_t len = 1;
	char *ret, *out;

	for (const char *p = s; *p != '\0'; p++) {
		const char *entity = text_html_entity(*p);

		len += entity == NULL ? 1 : strlen(entity);
	}
	ret = out = arena_alloc(arena, len);
	for (; *s != '\0'; s++) {
		const char *entity = text_html_entity(*s);

		if (entity == NULL) {
			*out++ = *s;
			continue;
		}
		memcpy(out, entity, strlen(entity));
		out += strlen(entity);
	}
	return ret;
}
