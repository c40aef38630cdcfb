/* SPDX-License-Identifier: ISC */
#include "config/base/text.h"

#include <assert.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char text_spaces[] = " \t\r\n\f\v";

static char
text_lower_char(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
text_equal_nocase(const char *a, const char *b)
{
	while (*a != '\0' && text_lower_char(*a) == text_lower_char(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

bool
text_starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
text_ends_with(const char *s, const char *suffix)
{
	size_t len = strlen(s), suffix_len = strlen(suffix);

	return len >= suffix_len && strcmp(s + len - suffix_len, suffix) == 0;
}

void
text_lower(char *s)
{
	for (; *s != '\0'; s++)
		*s = text_lower_char(*s);
}

bool
text_empty(const char *s)
{
	return s == NULL || *s == '\0';
}

/*
 * Bytes of the character at s (RFC 3629, section 4), 0 when it is not one.
 * The second byte's range excludes overlong forms (E0, F0), surrogates (ED)
 * and what lies beyond U+10FFFF (F4).
 */
static size_t
text_utf8_char(const unsigned char *s, size_t len)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t need;

	if (s[0] < 0x80)
		return s[0] == 0 ? 0 : 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	need = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (len < need || s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < need; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	return need;
}

bool
text_utf8_valid(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;

	while (len > 0) {
		size_t n = text_utf8_char(p, len);

		if (n == 0)
			return false;
		p += n;
		len -= n;
	}
	return true;
}

static bool
text_utf8_continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

size_t
text_utf8_length(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += text_utf8_continues(*s) ? 0 : 1;
	return n;
}

size_t
text_utf8_prefix(const char *s, size_t max)
{
	size_t i = 0, n = 0;

	while (s[i] != '\0') {
		if (!text_utf8_continues(s[i]) && n++ == max)
			break;
		i++;
	}
	return i;
}

char *
text_trim(struct arena *arena, const char *s)
{
	size_t len;

	s += strspn(s, text_spaces);
	len = strlen(s);
	while (len > 0 && strchr(text_spaces, s[len - 1]) != NULL)
		len--;
	return arena_strndup(arena, s, len);
}

int
text_int64(const char *s, int64_t min, int64_t max, int64_t *ret)
{
	const char *digits = *s == '-' ? s + 1 : s;
	long long value;

	static_assert(
	    sizeof(long long) == sizeof(int64_t), "strtoll is 64 bits");
	if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
		return -EINVAL;
	errno = 0;
	value = strtoll(s, NULL, 10);
	if (errno == ERANGE || value < min || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

static locale_t text_c_locale;

static void
text_make_locale(void)
{
	text_c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	ASSERT(text_c_locale != (locale_t)0);
}

int
text_double(const char *s, double *ret)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static const char digits[] = "0123456789";
	const char *p = *s == '-' ? s + 1 : s;
	size_t whole = strspn(p, digits);
	double value;

	p += whole;
	if (whole == 0)
		return -EINVAL;
	if (*p == '.') {
		size_t fraction = strspn(++p, digits);

		p += fraction;
		if (fraction == 0)
			return -EINVAL;
	}
	if (*p != '\0')
		return -EINVAL;
	(void)pthread_once(&once, text_make_locale);
	value = strtod_l(s, NULL, text_c_locale);
	if (!isfinite(value))
		return -EINVAL;
	*ret = value;
	return 0;
}
