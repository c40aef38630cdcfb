/* SPDX-License-Identifier: ISC */
/*
 * The tree that gumbo made of the input is walked once, and what the
 * allow-list knows is written anew.  Nothing of the input's own markup is
 * copied: an attribute that we do not write cannot come through.
 */
#include "federation/sanitize.h"

#include <gumbo.h>
#include <string.h>

#include "config/base/buf.h"
#include "config/base/text.h"
#include "federation/url.h"

enum {
	SANITIZE_DEPTH_MAX = 32,       /* tags written within each other */
	SANITIZE_WALK_MAX = 200,       /* nodes within each other, at all */
	SANITIZE_OUT_MAX = 512 * 1024, /* entities make text longer */
};

enum fate {
	FATE_KEEP,   /* written, with what it holds */
	FATE_UNWRAP, /* only what it holds */
	FATE_BREAK,  /* what it holds, on lines of its own */
	FATE_DROP,   /* nothing of it */
};

static const struct rule {
	GumboTag tag;
	enum fate fate;
} rules[] = {
	{ GUMBO_TAG_P, FATE_KEEP },
	{ GUMBO_TAG_BR, FATE_KEEP },
	{ GUMBO_TAG_A, FATE_KEEP },
	{ GUMBO_TAG_STRONG, FATE_KEEP },
	{ GUMBO_TAG_B, FATE_KEEP },
	{ GUMBO_TAG_EM, FATE_KEEP },
	{ GUMBO_TAG_I, FATE_KEEP },
	{ GUMBO_TAG_UL, FATE_KEEP },
	{ GUMBO_TAG_OL, FATE_KEEP },
	{ GUMBO_TAG_LI, FATE_KEEP },
	{ GUMBO_TAG_BLOCKQUOTE, FATE_KEEP },
	{ GUMBO_TAG_CODE, FATE_KEEP },
	{ GUMBO_TAG_PRE, FATE_KEEP },
	{ GUMBO_TAG_H2, FATE_KEEP },
	{ GUMBO_TAG_H3, FATE_KEEP },
	{ GUMBO_TAG_H4, FATE_KEEP },
	{ GUMBO_TAG_H1, FATE_BREAK },
	{ GUMBO_TAG_H5, FATE_BREAK },
	{ GUMBO_TAG_H6, FATE_BREAK },
	{ GUMBO_TAG_DIV, FATE_BREAK },
	{ GUMBO_TAG_SECTION, FATE_BREAK },
	{ GUMBO_TAG_ARTICLE, FATE_BREAK },
	{ GUMBO_TAG_TR, FATE_BREAK },
	{ GUMBO_TAG_SCRIPT, FATE_DROP },
	{ GUMBO_TAG_STYLE, FATE_DROP },
	{ GUMBO_TAG_TEMPLATE, FATE_DROP },
	{ GUMBO_TAG_IFRAME, FATE_DROP },
	{ GUMBO_TAG_FRAME, FATE_DROP },
	{ GUMBO_TAG_FRAMESET, FATE_DROP },
	{ GUMBO_TAG_NOFRAMES, FATE_DROP },
	{ GUMBO_TAG_NOSCRIPT, FATE_DROP },
	{ GUMBO_TAG_NOEMBED, FATE_DROP },
	{ GUMBO_TAG_OBJECT, FATE_DROP },
	{ GUMBO_TAG_EMBED, FATE_DROP },
	{ GUMBO_TAG_APPLET, FATE_DROP },
	{ GUMBO_TAG_SVG, FATE_DROP },
	{ GUMBO_TAG_MATH, FATE_DROP },
	{ GUMBO_TAG_HEAD, FATE_DROP },
	{ GUMBO_TAG_TITLE, FATE_DROP },
	{ GUMBO_TAG_TEXTAREA, FATE_DROP },
	{ GUMBO_TAG_SELECT, FATE_DROP },
	{ GUMBO_TAG_XMP, FATE_DROP },
	{ GUMBO_TAG_PLAINTEXT, FATE_DROP },
	{ GUMBO_TAG_AUDIO, FATE_DROP },
	{ GUMBO_TAG_VIDEO, FATE_DROP },
	{ GUMBO_TAG_CANVAS, FATE_DROP },
};

static enum fate
fate_of(const GumboElement *element)
{
	/* Tags of SVG and MathML have rules of their own in browsers. */
	if (element->tag_namespace != GUMBO_NAMESPACE_HTML)
		return FATE_DROP;
	for (size_t i = 0; i < N_ELEMENTS(rules); i++) {
		if (rules[i].tag == element->tag)
			return rules[i].fate;
	}
	return FATE_UNWRAP;
}

/* --- HTML to safe HTML --- */

struct walk {
	struct arena *arena;
	struct buf *out;
	size_t depth, written;
	bool in_link, plain;
};

static void walk_children(struct walk *walk, const GumboVector *children);

/* "https://..." or NULL: an address that is no web page is not linked. */
static const char *
href_of(struct walk *walk, const GumboElement *element)
{
	const GumboAttribute *href =
	    gumbo_get_attribute(&element->attributes, "href");
	struct url url;

	if (href == NULL || walk->in_link ||
	    url_parse(walk->arena, href->value, &url) < 0)
		return NULL;
	return url.text;
}

static void
write_link(struct walk *walk, const GumboElement *element)
{
	const char *href = href_of(walk, element);

	if (href == NULL) {
		walk_children(walk, &element->children);
		return;
	}
	buf_puts(walk->out, "<a href=\"");
	buf_put_html(walk->out, href);
	buf_puts(walk->out, "\" rel=\"nofollow noopener ugc\">");
	walk->in_link = true;
	walk_children(walk, &element->children);
	walk->in_link = false;
	buf_puts(walk->out, "</a>");
}

static void
write_element(struct walk *walk, const GumboElement *element)
{
	const char *name = gumbo_normalized_tagname(element->tag);

	if (element->tag == GUMBO_TAG_BR) {
		buf_puts(walk->out, "<br>");
		return;
	}
	if (walk->written >= SANITIZE_DEPTH_MAX) {
		walk_children(walk, &element->children);
		return;
	}
	walk->written++;
	if (element->tag == GUMBO_TAG_A) {
		write_link(walk, element);
	} else {
		buf_printf(walk->out, "<%s>", name);
		walk_children(walk, &element->children);
		buf_printf(walk->out, "</%s>", name);
	}
	walk->written--;
}

/* In plain text, blocks are parted by a space. */
static void
walk_plain(struct walk *walk, const GumboElement *element, enum fate fate)
{
	bool parts = fate == FATE_BREAK || element->tag == GUMBO_TAG_P ||
	    element->tag == GUMBO_TAG_BR || element->tag == GUMBO_TAG_LI ||
	    element->tag == GUMBO_TAG_BLOCKQUOTE;

	walk_children(walk, &element->children);
	if (parts)
		buf_putc(walk->out, ' ');
}

static void
walk_element(struct walk *walk, const GumboElement *element)
{
	enum fate fate = fate_of(element);

	if (fate == FATE_DROP)
		return;
	if (walk->plain)
		walk_plain(walk, element, fate);
	else if (fate == FATE_KEEP)
		write_element(walk, element);
	else
		walk_children(walk, &element->children);
	if (fate == FATE_BREAK && !walk->plain)
		buf_puts(walk->out, "<br>");
}

static void
walk_node(struct walk *walk, const GumboNode *node)
{
	switch (node->type) {
	case GUMBO_NODE_ELEMENT:
		if (walk->depth >= SANITIZE_WALK_MAX)
			return;
		walk->depth++;
		walk_element(walk, &node->v.element);
		walk->depth--;
		return;
	case GUMBO_NODE_TEXT:
	case GUMBO_NODE_WHITESPACE:
		if (walk->plain)
			buf_puts(walk->out, node->v.text.text);
		else
			buf_put_html(walk->out, node->v.text.text);
		return;
	case GUMBO_NODE_DOCUMENT:
	case GUMBO_NODE_CDATA:
	case GUMBO_NODE_COMMENT:
	case GUMBO_NODE_TEMPLATE:
		return;
	}
}

static void
walk_children(struct walk *walk, const GumboVector *children)
{
	for (unsigned i = 0; i < children->length; i++)
		walk_node(walk, children->data[i]);
}

/* The input cut at a whole character, only if it is UTF-8. */
static const char *
bounded(struct arena *arena, const char *html, size_t max, size_t *ret_len)
{
	size_t len = strnlen(html, max);

	while (len > 0 && ((unsigned char)html[len] & 0xc0) == 0x80)
		len--;
	if (!text_utf8_valid(html, len))
		return NULL;
	*ret_len = len;
	return arena_strndup(arena, html, len);
}

static const char *
walk_html(struct arena *arena, const char *html, size_t max, bool plain)
{
	GumboOptions options = kGumboDefaultOptions;
	struct buf out;
	struct walk walk = { .arena = arena, .out = &out, .plain = plain };
	GumboOutput *tree;
	const char *text, *result;
	size_t len;

	if (html == NULL)
		return NULL;
	text = bounded(arena, html, max, &len);
	if (text == NULL)
		return "";
	options.max_errors = 0;
	tree = gumbo_parse_with_options(&options, text, len);
	buf_init(&out, SANITIZE_OUT_MAX);
	walk_node(&walk, tree->root);
	gumbo_destroy_output(&options, tree);
	result = arena_strdup(arena, buf_str(&out));
	buf_done(&out);
	return result;
}

const char *
sanitize_html(struct arena *arena, const char *html, size_t max)
{
	const char *safe = walk_html(arena, html, max, false);

	return safe == NULL ? NULL : text_trim(arena, safe);
}

/* --- plain text --- */

static bool
is_blank(unsigned char c)
{
	return c <= ' ' || c == 0x7f;
}

const char *
sanitize_line(struct arena *arena, const char *text, size_t max)
{
	char *line, *to;
	bool blank = true; /* leading space goes */

	if (text == NULL)
		return NULL;
	if (!text_utf8_valid(text, strlen(text)))
		return "";
	line = to = arena_strdup(arena, text);
	for (; *text != '\0'; text++) {
		if (!is_blank((unsigned char)*text)) {
			*to++ = *text;
			blank = false;
		} else if (!blank) {
			*to++ = ' ';
			blank = true;
		}
	}
	while (to > line && to[-1] == ' ')
		to--;
	*to = '\0';
	line[text_utf8_prefix(line, max)] = '\0';
	return line;
}

const char *
sanitize_plain(struct arena *arena, const char *html, size_t max)
{
	const char *text = walk_html(arena, html, SANITIZE_HTML_MAX, true);

	return text == NULL ? NULL : sanitize_line(arena, text, max);
}
