/* SPDX-License-Identifier: ISC */
#include "daemon/page_text.h"

#include <string.h>

#include "config/base/buf.h"
#include "config/base/text.h"

#define NO_BREAK      "\u00a0"
#define THIN_NO_BREAK "\u202f"

enum { HEADING_DEEPEST = 6, SPACE_BYTES_MAX = 3 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Three digits, no more, after a digit: "3 000", not "le 3 1000". */
static bool
is_thousands(const char *space, size_t before, const char *end)
{
	const char *s = space + 1;

	return before > 0 && is_digit(space[-1]) && end - s >= 3 &&
	       is_digit(s[0]) && is_digit(s[1]) && is_digit(s[2]) &&
	       (end - s == 3 || !is_digit(s[3]));
}

static bool
begins(const char *s, const char *end, const char *what)
{
	size_t len = strlen(what);

	return (size_t)(end - s) >= len && memcmp(s, what, len) == 0;
}

/* What stands for the space at `space`, with `before` bytes before it. */
static const char *
space_for(const char *space, size_t before, const char *end)
{
	const char *s = space + 1;

	if (s < end && strchr(";!?", *s) != NULL)
		return THIN_NO_BREAK;
	if (begins(s, end, ":") || begins(s, end, "%") || begins(s, end, "»") ||
	    begins(s, end, "€") ||
	    (before >= 2 && begins(space - 2, space, "«")))
		return NO_BREAK;
	return is_thousands(space, before, end) ? THIN_NO_BREAK : " ";
}

static void
put_text(struct buf *out, const char *text, const char *end)
{
	for (const char *s = text; s < end; s++) {
		if (*s == ' ')
			buf_puts(out, space_for(s, (size_t)(s - text), end));
		else
			buf_putc(out, *s);
	}
}

/* The result, or the text as it came when it could not be made. */
static const char *
finish(struct arena *arena, struct buf *out, const char *text)
{
	return buf_failed(out) ? text : arena_strdup(arena, buf_str(out));
}

const char *
page_text_line(struct arena *arena, const char *text)
{
	CLEANUP(buf_done) struct buf out = { 0 };

	if (text == NULL || strchr(text, ' ') == NULL)
		return text;
	buf_init(&out, SPACE_BYTES_MAX * strlen(text));
	put_text(&out, text, text + strlen(text));
	return finish(arena, &out, text);
}

const char *
page_text_excerpt(struct arena *arena, const char *text, size_t max)
{
	size_t len;

	if (text == NULL || text_utf8_length(text) <= max)
		return page_text_line(arena, text);
	len = text_utf8_prefix(text, max);
	for (size_t cut = len; cut > len / 2; cut--) {
		if (text[cut] == ' ') {
			len = cut;
			break;
		}
	}
	return page_text_line(
	    arena, arena_printf(arena, "%.*s…", (int)len, text));
}

struct flow {
	struct buf *out;
	int first, last; /* level of the first and of the last heading */
	int verbatim;    /* code and pre that are open */
};

/* "h2" to "h4", as sanitize.h writes them; 0 for other tags. */
static int
heading_level(const char *name, const char *end)
{
	return end - name == 2 && name[0] == 'h' && name[1] >= '2' &&
		       name[1] <= '6'
		   ? name[1] - '0'
		   : 0;
}

/* name: just after "<" or "</"; end: at ">". */
static void
put_tag(struct flow *flow, const char *name, const char *end, bool closing)
{
	const char *slash = closing ? "/" : "";
	int level = heading_level(name, end);

	if (begins(name, end, "code") || begins(name, end, "pre"))
		flow->verbatim += closing ? -1 : 1;
	if (level == 0) {
		buf_printf(
		    flow->out, "<%s%.*s>", slash, (int)(end - name), name);
		return;
	}
	if (!closing)
		flow->last = MIN(MIN(flow->first + level - 2, flow->last + 1),
		    HEADING_DEEPEST);
	buf_printf(flow->out, "<%sh%d>", slash, flow->last);
}

static const char *
next_tag(const char *s)
{
	const char *tag = strchr(s, '<');

	return tag == NULL ? s + strlen(s) : tag;
}

static void
put_html(struct flow *flow, const char *s)
{
	while (*s != '\0') {
		const char *end = next_tag(s);

		if (flow->verbatim > 0)
			buf_add(flow->out, s, (size_t)(end - s));
		else
			put_text(flow->out, s, end);
		if (*end == '\0' || strchr(end, '>') == NULL)
			return;
		s = strchr(end, '>') + 1;
		if (end[1] == '/')
			put_tag(flow, end + 2, s - 1, true);
		else
			put_tag(flow, end + 1, s - 1, false);
	}
}

const char *
page_text_html(struct arena *arena, const char *html, int first)
{
	CLEANUP(buf_done) struct buf out = { 0 };
	struct flow flow = { .out = &out, .first = first, .last = first - 1 };

	if (html == NULL)
		return NULL;
	buf_init(&out, SPACE_BYTES_MAX * strlen(html) + 1);
	put_html(&flow, html);
	return finish(arena, &out, html);
}
