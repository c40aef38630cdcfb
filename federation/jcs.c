/* SPDX-License-Identifier: ISC */
/*
 * jcs.c: canonical JSON.
 *
 * Numbers are the one hard part.  ECMAScript writes the shortest decimal that
 * reads back as the same double, and of those the nearest to it.  Tried in
 * order of length, the nearest decimal of each length is that number, but for
 * two cases:
 *
 * - At a power of two the doubles below lie twice as close as those above.
 *   The nearest decimal may then lie below and read back as a neighbour while
 *   the next one above reads back right, so that one is tried as well:
 *   2^-44 is 5.684341886080802e-14, not ...801e-14 nor ...8015e-14.
 * - Subnormal numbers hold fewer digits than 15, so the search starts at one.
 *   All others that have a decimal of up to 15 digits get it from %.14e, for
 *   15 digits survive a double (DBL_DIG).
 */
#include "federation/jcs.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/text.h"

enum { DIGITS_MAX = 17 };

/* digits without a point times 10^(exponent - 1): "12", 3 is 120 */
struct decimal {
	char digits[DIGITS_MAX + 1];
	int n, exponent;
};

static double
decimal_value(const struct decimal *decimal)
{
	char text[DIGITS_MAX + 8];

	/* No point: whatever the locale's, strtod() reads this. */
	(void)snprintf(text, sizeof(text), "%se%d", decimal->digits,
	    decimal->exponent - decimal->n);
	return strtod(text, NULL);
}

/* "+05", "-324": what printf() writes behind the e */
static int
exponent_read(const char *s)
{
	int sign = *s++ == '-' ? -1 : 1, exponent = 0;

	for (; *s != '\0'; s++)
		exponent = exponent * 10 + (*s - '0');
	return sign * exponent;
}

/* The nearest decimal of n digits to a positive number. */
static void
decimal_nearest(double number, int n, struct decimal *ret)
{
	char text[DIGITS_MAX + 16];
	const char *s = text;

	(void)snprintf(text, sizeof(text), "%.*e", n - 1, number);
	ret->n = 0;
	for (; *s != 'e'; s++)
		if (*s >= '0' && *s <= '9')
			ret->digits[ret->n++] = *s;
	ret->digits[ret->n] = '\0';
	ret->exponent = exponent_read(s + 1) + 1;
}

/* The next decimal above, of the same number of digits. */
static void
decimal_next(struct decimal *decimal)
{
	int i = decimal->n - 1;

	while (i >= 0 && decimal->digits[i] == '9')
		decimal->digits[i--] = '0';
	if (i >= 0) {
		decimal->digits[i]++;
		return;
	}
	decimal->digits[0] = '1'; /* 99 became 00: it is 10, one place up */
	decimal->exponent++;
}

static bool
is_power_of_two(double number)
{
	int exponent;

	return frexp(number, &exponent) == 0.5;
}

static bool
decimal_try(double number, int n, struct decimal *ret)
{
	decimal_nearest(number, n, ret);
	if (decimal_value(ret) == number)
		return true;
	if (!is_power_of_two(number))
		return false;
	decimal_next(ret);
	return decimal_value(ret) == number;
}

static void
decimal_shortest(double number, struct decimal *ret)
{
	int n = number < DBL_MIN ? 1 : DBL_DIG;

	while (!decimal_try(number, n, ret))
		n++;
	while (ret->n > 1 && ret->digits[ret->n - 1] == '0')
		ret->digits[--ret->n] = '\0';
}

/* The layout of ECMAScript's Number::toString: k digits, point behind n. */
static void
decimal_layout(
    const struct decimal *decimal, const char *sign, char ret[JCS_NUMBER_SIZE])
{
	const char *d = decimal->digits;
	int k = decimal->n, n = decimal->exponent, r;

	if (k <= n && n <= 21)
		r = snprintf(ret, JCS_NUMBER_SIZE, "%s%s%.*s", sign, d, n - k,
		    "00000000000000000000");
	else if (0 < n && n <= 21)
		r = snprintf(
		    ret, JCS_NUMBER_SIZE, "%s%.*s.%s", sign, n, d, d + n);
	else if (-6 < n && n <= 0)
		r = snprintf(
		    ret, JCS_NUMBER_SIZE, "%s0.%.*s%s", sign, -n, "000000", d);
	else
		r = snprintf(ret, JCS_NUMBER_SIZE, "%s%c%s%se%+d", sign, d[0],
		    k > 1 ? "." : "", d + 1, n - 1);
	ASSERT(r > 0 && r < JCS_NUMBER_SIZE);
}

int
jcs_number(double number, char ret[JCS_NUMBER_SIZE])
{
	struct decimal decimal;

	if (!isfinite(number))
		return -EINVAL;
	if (number == 0) { /* minus zero too */
		memcpy(ret, "0", sizeof("0"));
		return 0;
	}
	decimal_shortest(fabs(number), &decimal);
	decimal_layout(&decimal, number < 0 ? "-" : "", ret);
	return 0;
}

static void
format_escape(struct buf *buf, unsigned char c)
{
	static const char from[] = "\b\t\n\f\r\"\\";
	static const char to[] = "btnfr\"\\";
	const char *at = c == 0 ? NULL : strchr(from, c);

	if (at != NULL)
		buf_printf(buf, "\\%c", to[at - from]);
	else
		buf_printf(buf, "\\u%04x", c);
}

/* All but the shortest strings are runs of characters written as they are. */
static void
format_text(struct buf *buf, const char *text, size_t len)
{
	size_t start = 0;

	buf_putc(buf, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(buf, text + start, i - start);
		format_escape(buf, c);
		start = i + 1;
	}
	buf_add(buf, text + start, len - start);
	buf_putc(buf, '"');
}

/* text_utf8_valid() refuses NUL, which JSON can hold: check around it. */
static bool
text_valid(const char *text, size_t len)
{
	for (;;) {
		const char *nul = memchr(text, '\0', len);
		size_t n = nul == NULL ? len : (size_t)(nul - text);

		if (!text_utf8_valid(text, n))
			return false;
		if (nul == NULL)
			return true;
		text += n + 1;
		len -= n + 1;
	}
}

static int
format_string(struct buf *buf, const char *text, size_t len)
{
	if (!text_valid(text, len))
		return -EINVAL;
	format_text(buf, text, len);
	return 0;
}

struct member {
	const char *name;
	size_t len;
	const json_t *value;
};

/*
 * UTF-8 bytes compare as code points do, and so as UTF-16 units do, but for
 * one case: code points above U+FFFF (lead bytes F0 to F4) become surrogates,
 * which stand before U+E000 to U+FFFF (lead bytes EE and EF).
 */
static int
utf16_rank(unsigned char c)
{
	return c >= 0xee && c <= 0xef ? c + 0x10 : c;
}

static int
compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	size_t n = MIN(x->len, y->len), i = 0;

	while (i < n && x->name[i] == y->name[i])
		i++;
	if (i < n)
		return utf16_rank((unsigned char)x->name[i]) -
		       utf16_rank((unsigned char)y->name[i]);
	return (x->len > y->len) - (x->len < y->len);
}

static int format(struct buf *buf, const json_t *value, int depth);

static struct member *
members_sorted(const json_t *object, size_t n)
{
	struct member *members = xcalloc(n + 1, sizeof(*members));
	/* Iteration does not change the object, jansson just does not say. */
	json_t *from = (json_t *)(uintptr_t)object;
	void *at = json_object_iter(from);

	for (size_t i = 0; i < n; i++) {
		members[i].name = json_object_iter_key(at);
		members[i].len = json_object_iter_key_len(at);
		members[i].value = json_object_iter_value(at);
		at = json_object_iter_next(from, at);
	}
	qsort(members, n, sizeof(*members), compare_members);
	return members;
}

static int
format_object(struct buf *buf, const json_t *object, int depth)
{
	size_t n = json_object_size(object);
	CLEANUP(free_ptr) struct member *members = members_sorted(object, n);
	int r;

	buf_putc(buf, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(buf, ',');
		r = format_string(buf, members[i].name, members[i].len);
		if (r != 0)
			return r;
		buf_putc(buf, ':');
		if ((r = format(buf, members[i].value, depth + 1)) != 0)
			return r;
	}
	buf_putc(buf, '}');
	return 0;
}

static int
format_array(struct buf *buf, const json_t *array, int depth)
{
	size_t n = json_array_size(array);
	int r;

	buf_putc(buf, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(buf, ',');
		r = format(buf, json_array_get(array, i), depth + 1);
		if (r != 0)
			return r;
	}
	buf_putc(buf, ']');
	return 0;
}

static int
format_number(struct buf *buf, double number)
{
	char text[JCS_NUMBER_SIZE];
	int r = jcs_number(number, text);

	if (r == 0)
		buf_puts(buf, text);
	return r;
}

static int
format(struct buf *buf, const json_t *value, int depth)
{
	if (depth > JCS_MAX_DEPTH)
		return -ELOOP;
	if (buf_failed(buf))
		return -EMSGSIZE; /* do not walk the rest in vain */
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return format_object(buf, value, depth);
	case JSON_ARRAY:
		return format_array(buf, value, depth);
	case JSON_STRING:
		return format_string(
		    buf, json_string_value(value), json_string_length(value));
	case JSON_INTEGER:
		return format_number(buf, (double)json_integer_value(value));
	case JSON_REAL:
		return format_number(buf, json_real_value(value));
	case JSON_TRUE:
		buf_puts(buf, "true");
		return 0;
	case JSON_FALSE:
		buf_puts(buf, "false");
		return 0;
	case JSON_NULL:
		buf_puts(buf, "null");
		return 0;
	}
	return -EINVAL;
}

int
jcs_format(struct buf *buf, const json_t *value)
{
	int r = format(buf, value, 0);

	if (r != 0)
		return r;
	return buf_failed(buf) ? -EMSGSIZE : 0;
}
