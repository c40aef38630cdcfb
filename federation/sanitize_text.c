/* SPDX-License-Identifier: ISC */
/* Lines of plain text: names, titles, previews. */
#include "federation/sanitize_text.h"

#include <string.h>

#include "config/base/text.h"
#include "federation/sanitize.h"

enum { LINE_SLACK = 8 }; /* markup and blanks that may go, per character */

/* The next code point of valid UTF-8 and its bytes. */
static uint32_t
next_point(const char *s, size_t *ret_len)
{
	const unsigned char *p = (const unsigned char *)s;

	if (p[0] < 0x80) {
		*ret_len = 1;
		return p[0];
	}
	if (p[0] < 0xe0) {
		*ret_len = 2;
		return (p[0] & 31U) << 6 | (p[1] & 63U);
	}
	if (p[0] < 0xf0) {
		*ret_len = 3;
		return (p[0] & 15U) << 12 | (p[1] & 63U) << 6 | (p[2] & 63U);
	}
	*ret_len = 4;
	return (p[0] & 7U) << 18 | (p[1] & 63U) << 12 | (p[2] & 63U) << 6 |
	       (p[3] & 63U);
}

static bool
is_space(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 ||
	       c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
	       c == 0x2029 || c == 0x3000;
}

/*
 * Controls, and the invisible characters that turn a line around or hide in
 * it; the joiners that scripts and emoji need stay.
 */
static bool
is_invisible(uint32_t c)
{
	return c < ' ' || (c >= 0x7f && c <= 0x9f) || c == 0x00ad ||
	       c == 0x061c || c == 0x200b || c == 0x200e || c == 0x200f ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb);
}

/* Noncharacters, and controls that no text has. */
static bool
is_no_character(uint32_t c)
{
	return (c < ' ' && c != '\n' && c != '\t') ||
	       (c >= 0x7f && c <= 0x9f) || (c & 0xfffe) == 0xfffe ||
	       (c >= 0xfdd0 && c <= 0xfdef);
}

/* Bytes of the valid character at s, 0 when there is none. */
static size_t
character_length(const char *s)
{
	size_t left = strnlen(s, 4);

	for (size_t len = 1; len <= left; len++) {
		if (text_utf8_valid(s, len))
			return len;
	}
	return 0;
}

void
sanitize_text_clean(char *text)
{
	const char *from = text;
	char *to = text;

	while (*from != '\0') {
		size_t len = character_length(from);

		if (len == 0) {
			from++;
			continue;
		}
		if (!is_no_character(next_point(from, &len))) {
			memmove(to, from, len);
			to += len;
		}
		from += len;
	}
	*to = '\0';
}

/* "<b", "</", "<!": what begins a tag; "<3" does not. */
static bool
begins_tag(const char *s)
{
	return s[0] == '<' &&
	       ((s[1] >= 'a' && s[1] <= 'z') || (s[1] >= 'A' && s[1] <= 'Z') ||
		   s[1] == '/' || s[1] == '!' || s[1] == '?');
}

/*
 * At each '>' what was written since the last beginning of a tag goes, so
 * that taking one tag out cannot make another of what was around it.
 */
static void
strip_markup(char *text)
{
	size_t out = 0;

	for (size_t i = 0; text[i] != '\0'; i++) {
		size_t begin = out;

		if (text[i] != '>') {
			text[out++] = text[i];
			continue;
		}
		text[out] = '\0';
		while (begin > 0 && !begins_tag(text + begin - 1))
			begin--;
		if (begin > 0)
			out = begin - 1;
		else
			text[out++] = '>';
	}
	text[out] = '\0';
}

static void
fold(char *text)
{
	const char *from = text;
	char *to = text;
	bool blank = true; /* leading space goes */

	while (*from != '\0') {
		size_t len;
		uint32_t c = next_point(from, &len);

		if (is_space(c)) {
			if (!blank)
				*to++ = ' ';
			blank = true;
		} else if (!is_invisible(c)) {
			memmove(to, from, len);
			to += len;
			blank = false;
		}
		from += len;
	}
	*to = '\0';
}

static void
cut(char *text, size_t max)
{
	size_t len = text_utf8_prefix(text, max);

	while (len > 0 && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
}

const char *
sanitize_text_fold(
    struct arena *arena, const char *text, size_t max, bool markup)
{
	char *line;

	if (text == NULL)
		return NULL;
	if (!text_utf8_valid(text, strlen(text)))
		return "";
	line = arena_strndup(
	    arena, text, text_utf8_prefix(text, (max + 16) * LINE_SLACK));
	if (markup)
		strip_markup(line);
	fold(line);
	cut(line, max);
	return line;
}

const char *
sanitize_line(struct arena *arena, const char *text, size_t max)
{
	return sanitize_text_fold(arena, text, max, true);
}
