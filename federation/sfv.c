/* SPDX-License-Identifier: ISC */
/*
 * sfv.c: one cursor over the text, one function per production of RFC 8941
 * section 4.2.  Every take_*() leaves the cursor behind what it read; on
 * failure the cursor is of no use any more and the parse ends.
 */
#include "federation/sfv.h"

#include <errno.h>
#include <string.h>

#include "config/base/text.h"

struct cursor {
	struct arena *arena;
	const char *at, *end;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_alpha(char c)
{
	return is_lower(c) || (c >= 'A' && c <= 'Z');
}

static bool
is_key_char(char c)
{
	return is_lower(c) || is_digit(c) || (c != '\0' && strchr("_-.*", c));
}

/* tchar of RFC 9110, and ":" and "/" (RFC 8941 section 3.3.4) */
static bool
is_token_char(char c)
{
	return is_alpha(c) || is_digit(c) ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~:/", c) != NULL);
}

/* The next character, NUL at the end: NUL is in no production. */
static char
peek(const struct cursor *in)
{
	return in->at < in->end ? *in->at : '\0';
}

static bool
take_char(struct cursor *in, char c)
{
	if (in->at == in->end || *in->at != c)
		return false;
	in->at++;
	return true;
}

static void
skip_spaces(struct cursor *in)
{
	while (peek(in) == ' ')
		in->at++;
}

static void
skip_white(struct cursor *in)
{
	while (peek(in) == ' ' || peek(in) == '\t')
		in->at++;
}

/*
 * Appends at most max digits to *number; how many there were, 0 when they are
 * more.
 */
static size_t
take_digits(struct cursor *in, size_t max, int64_t *number)
{
	size_t n = 0;

	for (; is_digit(peek(in)); n++) {
		if (n == max)
			return 0;
		*number = *number * 10 + (peek(in) - '0');
		in->at++;
	}
	return n;
}

/* 15 digits, or 12 with 1 to 3 behind a point (section 4.2.4): no overflow. */
static int
take_number(struct cursor *in, struct sfv_value *ret)
{
	bool negative = take_char(in, '-');
	int64_t number = 0;
	size_t whole = take_digits(in, 15, &number), fraction;

	if (whole == 0)
		return -EINVAL;
	ret->type = SFV_INTEGER;
	if (take_char(in, '.')) {
		fraction = whole > 12 ? 0 : take_digits(in, 3, &number);
		if (fraction == 0)
			return -EINVAL;
		for (; fraction < 3; fraction++)
			number *= 10;
		ret->type = SFV_DECIMAL;
	}
	ret->number = negative ? -number : number;
	return 0;
}

/* Bytes up to the closing quote, escapes counted whole; 0, -EINVAL. */
static int
string_length(const struct cursor *in, size_t *ret)
{
	for (const char *at = in->at; at < in->end; at++) {
		if (*at == '"') {
			*ret = (size_t)(at - in->at);
			return 0;
		}
		if (*at < 0x20 || *at > 0x7e)
			return -EINVAL;
		if (*at == '\\' &&
		    (++at == in->end || (*at != '"' && *at != '\\')))
			return -EINVAL;
	}
	return -EINVAL;
}

static int
take_string(struct cursor *in, struct sfv_value *ret)
{
	size_t len = 0, raw;
	char *text;

	in->at++; /* the quote */
	if (string_length(in, &raw) != 0)
		return -EINVAL;
	text = arena_alloc(in->arena, raw + 1);
	for (const char *end = in->at + raw; in->at < end; in->at++) {
		if (*in->at == '\\')
			in->at++;
		text[len++] = *in->at;
	}
	in->at++; /* the other quote */
	ret->type = SFV_STRING;
	ret->text = text;
	ret->len = len;
	return 0;
}

static int
take_token(struct cursor *in, struct sfv_value *ret)
{
	const char *start = in->at;

	while (is_token_char(peek(in)))
		in->at++;
	ret->type = SFV_TOKEN;
	ret->len = (size_t)(in->at - start);
	ret->text = arena_strndup(in->arena, start, ret->len);
	return 0;
}

static int
take_bytes(struct cursor *in, struct sfv_value *ret)
{
	const char *start = ++in->at; /* behind the colon */
	const char *stop = memchr(start, ':', (size_t)(in->end - start));
	uint8_t *bytes;
	size_t len;

	if (stop == NULL || text_base64_decode(in->arena, start,
				(size_t)(stop - start), &bytes, &len) != 0)
		return -EINVAL;
	in->at = stop + 1;
	ret->type = SFV_BYTES;
	ret->bytes = bytes;
	ret->len = len;
	return 0;
}

static int
take_boolean(struct cursor *in, struct sfv_value *ret)
{
	in->at++; /* the question mark */
	ret->type = SFV_BOOLEAN;
	ret->number = peek(in) == '1';
	return take_char(in, '1') || take_char(in, '0') ? 0 : -EINVAL;
}

static int
take_value(struct cursor *in, struct sfv_value *ret)
{
	char c = peek(in);

	if (c == '-' || is_digit(c))
		return take_number(in, ret);
	if (c == '"')
		return take_string(in, ret);
	if (c == ':')
		return take_bytes(in, ret);
	if (c == '?')
		return take_boolean(in, ret);
	if (c == '*' || is_alpha(c))
		return take_token(in, ret);
	return -EINVAL;
}

static int
take_key(struct cursor *in, const char **ret)
{
	const char *start = in->at;

	if (!is_lower(peek(in)) && peek(in) != '*')
		return -EINVAL;
	while (is_key_char(peek(in)))
		in->at++;
	*ret = arena_strndup(in->arena, start, (size_t)(in->at - start));
	return 0;
}

static void
value_true(struct sfv_value *value)
{
	*value = (struct sfv_value){ .type = SFV_BOOLEAN, .number = 1 };
}

/* The parameter to fill: that of the same key, or a new one at the end. */
static struct sfv_param *
param_place(struct cursor *in, struct sfv_param **list, const char *key)
{
	size_t n = 0;

	for (; *list != NULL; list = &(*list)->next, n++)
		if (strcmp((*list)->key, key) == 0)
			return *list;
	if (n == SFV_MAX_PARAMS)
		return NULL;
	*list = arena_alloc(in->arena, sizeof(**list));
	(*list)->key = key;
	return *list;
}

static int
take_params(struct cursor *in, struct sfv_param **ret)
{
	while (take_char(in, ';')) {
		struct sfv_param *param;
		const char *key;
		int r;

		skip_spaces(in);
		if ((r = take_key(in, &key)) != 0)
			return r;
		if ((param = param_place(in, ret, key)) == NULL)
			return -E2BIG;
		value_true(&param->value);
		if (take_char(in, '=') &&
		    (r = take_value(in, &param->value)) != 0)
			return r;
	}
	return 0;
}

static int
take_item(struct cursor *in, struct sfv_item *ret)
{
	int r = take_value(in, &ret->value);

	return r != 0 ? r : take_params(in, &ret->params);
}

static int
take_inner_list(struct cursor *in, struct sfv_member *ret)
{
	struct sfv_item **tail = &ret->items;
	int r;

	in->at++; /* the parenthesis */
	ret->inner = true;
	for (size_t n = 0; n <= SFV_MAX_ITEMS; n++) {
		skip_spaces(in);
		if (take_char(in, ')'))
			return take_params(in, &ret->params);
		*tail = arena_alloc(in->arena, sizeof(**tail));
		if ((r = take_item(in, *tail)) != 0)
			return r;
		if (peek(in) != ' ' && peek(in) != ')')
			return -EINVAL;
		tail = &(*tail)->next;
	}
	return -E2BIG;
}

/* An item or inner list with its parameters. */
static int
take_member_value(struct cursor *in, struct sfv_member *ret)
{
	int r;

	ret->inner = false;
	ret->items = NULL;
	ret->params = NULL;
	if (peek(in) == '(')
		return take_inner_list(in, ret);
	r = take_value(in, &ret->value);
	return r != 0 ? r : take_params(in, &ret->params);
}

static struct sfv_member *
member_place(struct cursor *in, struct sfv_member **list, const char *key)
{
	size_t n = 0;

	for (; *list != NULL; list = &(*list)->next, n++)
		if (key != NULL && strcmp((*list)->key, key) == 0)
			return *list;
	if (n == SFV_MAX_MEMBERS)
		return NULL;
	*list = arena_alloc(in->arena, sizeof(**list));
	(*list)->key = key;
	return *list;
}

static int
take_member(struct cursor *in, bool keyed, struct sfv_member **list)
{
	struct sfv_member *member;
	const char *key = NULL;
	int r;

	if (keyed && (r = take_key(in, &key)) != 0)
		return r;
	if ((member = member_place(in, list, key)) == NULL)
		return -E2BIG;
	if (!keyed || take_char(in, '='))
		return take_member_value(in, member);
	member->inner = false;
	member->items = NULL;
	member->params = NULL;
	value_true(&member->value);
	return take_params(in, &member->params);
}

/* A list (section 4.2.1) or dictionary (4.2.2): they differ by the keys. */
static int
take_members(struct cursor *in, bool keyed, struct sfv_member **ret)
{
	int r;

	while (in->at < in->end) {
		if ((r = take_member(in, keyed, ret)) != 0)
			return r;
		skip_white(in);
		if (in->at == in->end)
			return 0;
		if (!take_char(in, ','))
			return -EINVAL;
		skip_white(in);
		if (in->at == in->end)
			return -EINVAL; /* a trailing comma */
	}
	return 0;
}

static int
parse_members(struct arena *arena, const char *text, size_t len, bool keyed,
    struct sfv_member **ret)
{
	struct cursor in = { arena, text, text + len };
	struct sfv_member *members = NULL;
	int r;

	if (len > SFV_MAX_BYTES)
		return -E2BIG;
	skip_spaces(&in);
	while (in.end > in.at && in.end[-1] == ' ')
		in.end--;
	if ((r = take_members(&in, keyed, &members)) != 0)
		return r;
	*ret = members;
	return 0;
}

int
sfv_dictionary_parse(
    struct arena *arena, const char *text, size_t len, struct sfv_member **ret)
{
	return parse_members(arena, text, len, true, ret);
}

int
sfv_list_parse(
    struct arena *arena, const char *text, size_t len, struct sfv_member **ret)
{
	return parse_members(arena, text, len, false, ret);
}

int
sfv_item_parse(
    struct arena *arena, const char *text, size_t len, struct sfv_item **ret)
{
	struct cursor in = { arena, text, text + len };
	struct sfv_item *item = arena_alloc(arena, sizeof(*item));
	int r;

	if (len > SFV_MAX_BYTES)
		return -E2BIG;
	skip_spaces(&in);
	if ((r = take_item(&in, item)) != 0)
		return r;
	skip_spaces(&in);
	if (in.at != in.end)
		return -EINVAL;
	*ret = item;
	return 0;
}

const struct sfv_member *
sfv_member_find(const struct sfv_member *members, const char *key)
{
	for (; members != NULL; members = members->next)
		if (members->key != NULL && strcmp(members->key, key) == 0)
			return members;
	return NULL;
}

const struct sfv_value *
sfv_param_find(const struct sfv_param *params, const char *key)
{
	for (; params != NULL; params = params->next)
		if (strcmp(params->key, key) == 0)
			return &params->value;
	return NULL;
}

bool
sfv_string_format(struct buf *buf, const char *text)
{
	for (const char *s = text; *s != '\0'; s++)
		if (*s < 0x20 || *s > 0x7e)
			return false;
	buf_putc(buf, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_putc(buf, '\\');
		buf_putc(buf, *text);
	}
	buf_putc(buf, '"');
	return true;
}

/* At least one digit behind the point, no needless zero (section 4.1.5). */
static void
format_decimal(struct buf *buf, int64_t thousandths)
{
	int64_t n = thousandths < 0 ? -thousandths : thousandths;
	int fraction = (int)(n % 1000), width = 3;

	while (width > 1 && fraction % 10 == 0) {
		fraction /= 10;
		width--;
	}
	buf_printf(buf, "%s%lld.%0*d", thousandths < 0 ? "-" : "",
	    (long long)(n / 1000), width, fraction);
}

static void
format_bytes(struct buf *buf, const uint8_t *bytes, size_t len)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";

	buf_putc(buf, ':');
	for (size_t i = 0; i < len; i += 3) {
		size_t n = MIN((size_t)3, len - i);
		uint32_t group = (uint32_t)bytes[i] << 16;

		group |= n > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
		group |= n > 2 ? bytes[i + 2] : 0;
		buf_putc(buf, alphabet[group >> 18]);
		buf_putc(buf, alphabet[(group >> 12) & 63]);
		buf_putc(buf, n > 1 ? alphabet[(group >> 6) & 63] : '=');
		buf_putc(buf, n > 2 ? alphabet[group & 63] : '=');
	}
	buf_putc(buf, ':');
}

static void
format_value(struct buf *buf, const struct sfv_value *value)
{
	switch (value->type) {
	case SFV_INTEGER:
		buf_printf(buf, "%lld", (long long)value->number);
		break;
	case SFV_DECIMAL:
		format_decimal(buf, value->number);
		break;
	case SFV_STRING:
		(void)sfv_string_format(buf, value->text);
		break;
	case SFV_TOKEN:
		buf_puts(buf, value->text);
		break;
	case SFV_BYTES:
		format_bytes(buf, value->bytes, value->len);
		break;
	case SFV_BOOLEAN:
		buf_puts(buf, value->number != 0 ? "?1" : "?0");
		break;
	}
}

static bool
is_true(const struct sfv_value *value)
{
	return value->type == SFV_BOOLEAN && value->number != 0;
}

static void
format_params(struct buf *buf, const struct sfv_param *param)
{
	for (; param != NULL; param = param->next) {
		buf_putc(buf, ';');
		buf_puts(buf, param->key);
		if (!is_true(&param->value)) {
			buf_putc(buf, '=');
			format_value(buf, &param->value);
		}
	}
}

void
sfv_item_format(struct buf *buf, const struct sfv_item *item)
{
	format_value(buf, &item->value);
	format_params(buf, item->params);
}

void
sfv_member_format(struct buf *buf, const struct sfv_member *member)
{
	if (!member->inner) {
		format_value(buf, &member->value);
	} else {
		buf_putc(buf, '(');
		for (const struct sfv_item *item = member->items; item != NULL;
		     item = item->next) {
			sfv_item_format(buf, item);
			if (item->next != NULL)
				buf_putc(buf, ' ');
		}
		buf_putc(buf, ')');
	}
	format_params(buf, member->params);
}

void
sfv_list_format(struct buf *buf, const struct sfv_member *members)
{
	for (; members != NULL; members = members->next) {
		sfv_member_format(buf, members);
		if (members->next != NULL)
			buf_puts(buf, ", ");
	}
}

void
sfv_dictionary_format(struct buf *buf, const struct sfv_member *members)
{
	for (; members != NULL; members = members->next) {
		buf_puts(buf, members->key);
		if (members->inner || !is_true(&members->value)) {
			buf_putc(buf, '=');
			sfv_member_format(buf, members);
		} else {
			format_params(buf, members->params);
		}
		if (members->next != NULL)
			buf_puts(buf, ", ");
	}
}
