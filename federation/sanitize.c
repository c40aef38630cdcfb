/* SPDX-License-Identifier: ISC */
/*
 * The tree of the input is walked once, and what the allow-list knows is
 * written anew.  Nothing of the input's own markup is copied: an attribute
 * that is not written here cannot come through.  What is written nests as
 * browsers nest it, so that they read the tree that was meant.
 */
#include "federation/sanitize.h"

#include <string.h>

#include "config/base/buf.h"
#include "config/base/text.h"
#include "federation/sanitize_text.h"
#include "federation/sanitize_tree.h"
#include "federation/url.h"

enum { SANITIZE_DEPTH_MAX = 32, SANITIZE_GROWTH = 16 };

enum fate {
	FATE_INLINE, /* written, with what it holds */
	FATE_BLOCK,  /* the same, and ends a paragraph */
	FATE_UNWRAP, /* only what it holds */
	FATE_BREAK,  /* what it holds, on lines of its own */
	FATE_DROP,   /* nothing of it */
};

static const struct rule {
	GumboTag tag;
	enum fate fate;
	const char *name; /* as written */
} rules[] = {
	{ GUMBO_TAG_P, FATE_BLOCK, "p" },
	{ GUMBO_TAG_A, FATE_INLINE, "a" },
	{ GUMBO_TAG_STRONG, FATE_INLINE, "strong" },
	{ GUMBO_TAG_B, FATE_INLINE, "b" },
	{ GUMBO_TAG_EM, FATE_INLINE, "em" },
	{ GUMBO_TAG_I, FATE_INLINE, "i" },
	{ GUMBO_TAG_CODE, FATE_INLINE, "code" },
	{ GUMBO_TAG_UL, FATE_BLOCK, "ul" },
	{ GUMBO_TAG_OL, FATE_BLOCK, "ol" },
	{ GUMBO_TAG_LI, FATE_BLOCK, "li" },
	{ GUMBO_TAG_BLOCKQUOTE, FATE_BLOCK, "blockquote" },
	{ GUMBO_TAG_PRE, FATE_BLOCK, "pre" },
	{ GUMBO_TAG_H1, FATE_BLOCK, "h2" },
	{ GUMBO_TAG_H2, FATE_BLOCK, "h2" },
	{ GUMBO_TAG_H3, FATE_BLOCK, "h3" },
	{ GUMBO_TAG_H4, FATE_BLOCK, "h4" },
	{ GUMBO_TAG_H5, FATE_BLOCK, "h4" },
	{ GUMBO_TAG_H6, FATE_BLOCK, "h4" },
	{ GUMBO_TAG_DIV, FATE_BREAK, NULL },
	{ GUMBO_TAG_SECTION, FATE_BREAK, NULL },
	{ GUMBO_TAG_ARTICLE, FATE_BREAK, NULL },
	{ GUMBO_TAG_ASIDE, FATE_BREAK, NULL },
	{ GUMBO_TAG_HEADER, FATE_BREAK, NULL },
	{ GUMBO_TAG_FOOTER, FATE_BREAK, NULL },
	{ GUMBO_TAG_MAIN, FATE_BREAK, NULL },
	{ GUMBO_TAG_NAV, FATE_BREAK, NULL },
	{ GUMBO_TAG_ADDRESS, FATE_BREAK, NULL },
	{ GUMBO_TAG_CENTER, FATE_BREAK, NULL },
	{ GUMBO_TAG_DETAILS, FATE_BREAK, NULL },
	{ GUMBO_TAG_SUMMARY, FATE_BREAK, NULL },
	{ GUMBO_TAG_FIGURE, FATE_BREAK, NULL },
	{ GUMBO_TAG_FIGCAPTION, FATE_BREAK, NULL },
	{ GUMBO_TAG_DL, FATE_BREAK, NULL },
	{ GUMBO_TAG_DT, FATE_BREAK, NULL },
	{ GUMBO_TAG_DD, FATE_BREAK, NULL },
	{ GUMBO_TAG_TABLE, FATE_BREAK, NULL },
	{ GUMBO_TAG_CAPTION, FATE_BREAK, NULL },
	{ GUMBO_TAG_TR, FATE_BREAK, NULL },
	{ GUMBO_TAG_HR, FATE_BREAK, NULL },
	{ GUMBO_TAG_SCRIPT, FATE_DROP, NULL },
	{ GUMBO_TAG_STYLE, FATE_DROP, NULL },
	{ GUMBO_TAG_TEMPLATE, FATE_DROP, NULL },
	{ GUMBO_TAG_IFRAME, FATE_DROP, NULL },
	{ GUMBO_TAG_FRAME, FATE_DROP, NULL },
	{ GUMBO_TAG_FRAMESET, FATE_DROP, NULL },
	{ GUMBO_TAG_NOFRAMES, FATE_DROP, NULL },
	{ GUMBO_TAG_NOSCRIPT, FATE_DROP, NULL },
	{ GUMBO_TAG_NOEMBED, FATE_DROP, NULL },
	{ GUMBO_TAG_OBJECT, FATE_DROP, NULL },
	{ GUMBO_TAG_EMBED, FATE_DROP, NULL },
	{ GUMBO_TAG_APPLET, FATE_DROP, NULL },
	{ GUMBO_TAG_SVG, FATE_DROP, NULL },
	{ GUMBO_TAG_MATH, FATE_DROP, NULL },
	{ GUMBO_TAG_HEAD, FATE_DROP, NULL },
	{ GUMBO_TAG_TITLE, FATE_DROP, NULL },
	{ GUMBO_TAG_TEXTAREA, FATE_DROP, NULL },
	{ GUMBO_TAG_SELECT, FATE_DROP, NULL },
	{ GUMBO_TAG_XMP, FATE_DROP, NULL },
	{ GUMBO_TAG_PLAINTEXT, FATE_DROP, NULL },
	{ GUMBO_TAG_AUDIO, FATE_DROP, NULL },
	{ GUMBO_TAG_VIDEO, FATE_DROP, NULL },
	{ GUMBO_TAG_CANVAS, FATE_DROP, NULL },
};

static const struct rule unwrapped = { GUMBO_TAG_UNKNOWN, FATE_UNWRAP, NULL };
static const struct rule dropped = { GUMBO_TAG_UNKNOWN, FATE_DROP, NULL };

struct writer {
	struct arena *arena;
	struct buf *out;
	bool plain;      /* text only, blocks parted by spaces */
	bool text_since; /* text was written since the last block's edge */
	bool want_break; /* the next text begins a line */
	bool pre_begins; /* just after "<pre>" */
	struct {
		const GumboNode *node;
		const struct rule *rule;
	} open[SANITIZE_DEPTH_MAX];
	size_t count;
};

static const struct rule *
rule_of(const GumboNode *node)
{
	const GumboElement *element = &node->v.element;

	/* Tags of SVG and MathML have rules of their own in browsers. */
	if (element->tag_namespace != GUMBO_NAMESPACE_HTML)
		return &dropped;
	for (size_t i = 0; i < N_ELEMENTS(rules); i++) {
		if (rules[i].tag == element->tag)
			return &rules[i];
	}
	return &unwrapped;
}

static bool
is_heading(const struct rule *rule)
{
	return rule->name != NULL && rule->name[0] == 'h';
}

static void
block_edge(struct writer *writer)
{
	writer->text_since = false;
	writer->want_break = false;
}

static void
close_last(struct writer *writer)
{
	const struct rule *rule = writer->open[--writer->count].rule;

	buf_printf(writer->out, "</%s>", rule->name);
	if (rule->fate == FATE_BLOCK)
		block_edge(writer);
}

/* A block ends the paragraph, a heading the heading, that it stands in. */
static void
close_for(struct writer *writer, const struct rule *rule)
{
	for (size_t i = 0; i < writer->count; i++) {
		const struct rule *open = writer->open[i].rule;

		if (open->tag != GUMBO_TAG_P &&
		    !(is_heading(rule) && is_heading(open)))
			continue;
		while (writer->count > i)
			close_last(writer);
		return;
	}
}

static void
begin_line(struct writer *writer)
{
	if (writer->want_break && writer->text_since)
		buf_puts(writer->out, "<br>");
	writer->want_break = false;
	writer->pre_begins = false;
}

/* "https://..." or NULL: what is no web address is not linked. */
static const char *
href_of(struct writer *writer, const GumboNode *node)
{
	const GumboAttribute *href =
	    gumbo_get_attribute(&node->v.element.attributes, "href");
	struct url url;

	if (href == NULL || url_parse(writer->arena, href->value, &url) < 0)
		return NULL;
	return url.text;
}

static bool
is_open(const struct writer *writer, GumboTag tag)
{
	for (size_t i = 0; i < writer->count; i++) {
		if (writer->open[i].rule->tag == tag)
			return true;
	}
	return false;
}

/* Whether the element may stand where the writer is. */
static bool
fits(const struct writer *writer, const struct rule *rule)
{
	GumboTag parent;

	if (writer->count == SANITIZE_DEPTH_MAX)
		return false;
	if (rule->tag == GUMBO_TAG_A)
		return !is_open(writer, GUMBO_TAG_A);
	if (rule->tag != GUMBO_TAG_LI)
		return true;
	if (writer->count == 0)
		return false;
	parent = writer->open[writer->count - 1].rule->tag;
	return parent == GUMBO_TAG_UL || parent == GUMBO_TAG_OL;
}

static void
open_element(
    struct writer *writer, const GumboNode *node, const struct rule *rule)
{
	const char *href = NULL;

	if (rule->tag == GUMBO_TAG_A) {
		href = href_of(writer, node);
		if (href == NULL)
			return;
	}
	if (rule->fate == FATE_BLOCK) {
		close_for(writer, rule);
		block_edge(writer);
	} else {
		begin_line(writer);
	}
	if (href != NULL) {
		buf_puts(writer->out, "<a href=\"");
		buf_put_html(writer->out, href);
		buf_puts(writer->out, "\" rel=\"nofollow noopener ugc\">");
	} else {
		buf_printf(writer->out, "<%s>", rule->name);
	}
	writer->pre_begins = rule->tag == GUMBO_TAG_PRE;
	writer->open[writer->count].node = node;
	writer->open[writer->count].rule = rule;
	writer->count++;
}

static void
write_break(struct writer *writer)
{
	if (writer->plain) {
		buf_putc(writer->out, ' ');
		return;
	}
	begin_line(writer);
	buf_puts(writer->out, "<br>");
	writer->text_since = false;
}

static void
write_text(struct writer *writer, const char *text)
{
	char *clean = arena_strdup(writer->arena, text);
	bool blank;

	sanitize_text_clean(clean);
	blank = clean[strspn(clean, " \n\t")] == '\0';
	if (writer->plain) {
		buf_puts(writer->out, clean);
		return;
	}
	if (blank && writer->want_break)
		return;
	/* The parser takes one line break after <pre> away. */
	if (writer->pre_begins && clean[0] == '\n')
		buf_putc(writer->out, '\n');
	if (clean[0] != '\0')
		writer->pre_begins = false;
	if (!blank) {
		begin_line(writer);
		writer->text_since = true;
	}
	buf_put_html(writer->out, clean);
}

/* True when what it holds is to be walked. */
static bool
enter_element(struct writer *writer, const GumboNode *node)
{
	const struct rule *rule = rule_of(node);

	if (rule->fate == FATE_DROP)
		return false;
	if (node->v.element.tag == GUMBO_TAG_BR) {
		write_break(writer);
		return false;
	}
	if (writer->plain) {
		if (rule->fate == FATE_BLOCK || rule->fate == FATE_BREAK)
			buf_putc(writer->out, ' ');
		return true;
	}
	if (rule->name != NULL && fits(writer, rule))
		open_element(writer, node, rule);
	else if (rule->fate == FATE_BREAK || rule->fate == FATE_BLOCK)
		writer->want_break = true;
	return true;
}

static bool
enter(struct writer *writer, const GumboNode *node)
{
	switch (node->type) {
	case GUMBO_NODE_ELEMENT:
		return enter_element(writer, node);
	case GUMBO_NODE_TEXT:
	case GUMBO_NODE_WHITESPACE:
		write_text(writer, node->v.text.text);
		return false;
	case GUMBO_NODE_DOCUMENT:
	case GUMBO_NODE_CDATA:
	case GUMBO_NODE_COMMENT:
	case GUMBO_NODE_TEMPLATE:
		break;
	}
	return false;
}

static void
leave(struct writer *writer, const GumboNode *node)
{
	enum fate fate = rule_of(node)->fate;

	if (writer->count > 0 && writer->open[writer->count - 1].node == node)
		close_last(writer);
	else if (fate != FATE_BREAK && fate != FATE_BLOCK)
		return;
	else if (writer->plain)
		buf_putc(writer->out, ' ');
	else
		writer->want_break = true;
}

/* Without recursion: the input decides how deep the tree is. */
static void
walk(struct writer *writer, const GumboNode *root)
{
	const GumboNode *node = root;
	bool down = true;

	for (;;) {
		const GumboVector *children = &node->v.element.children;

		if (down && (node == root || enter(writer, node)) &&
		    children->length > 0) {
			node = children->data[0];
			continue;
		}
		if (node == root)
			return;
		if (node->type == GUMBO_NODE_ELEMENT)
			leave(writer, node);
		children = &node->parent->v.element.children;
		down = node->index_within_parent + 1 < children->length;
		node = down ? children->data[node->index_within_parent + 1]
			    : node->parent;
	}
}

/* What is beyond the bounds of the parser is shown without its tags. */
static void
write_flat(struct writer *writer, const char *html, size_t len)
{
	write_text(
	    writer, sanitize_text_fold(writer->arena,
			arena_strndup(writer->arena, html, len), len, true));
}

/* Bytes of the input that are read: whole characters within max. */
static size_t
bounded(const char *html, size_t max)
{
	size_t len = strnlen(html, max);

	while (
	    len > 0 && len == max && ((unsigned char)html[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static const char *
rewrite(struct arena *arena, const char *html, size_t max, bool plain)
{
	CLEANUP(arena_free) struct arena *work = arena_new();
	CLEANUP(buf_done) struct buf out;
	struct writer writer = { .arena = work, .out = &out, .plain = plain };
	size_t len = bounded(html, max);
	const GumboNode *tree;

	buf_init(&out, len * SANITIZE_GROWTH + 1024);
	if (!text_utf8_valid(html, len))
		return "";
	tree = sanitize_tree_parse(work, html, len);
	if (tree != NULL)
		walk(&writer, tree);
	if (tree == NULL || buf_failed(&out)) {
		buf_clear(&out);
		write_flat(&writer, html, len);
	}
	return text_trim(arena, buf_str(&out));
}

const char *
sanitize_html(struct arena *arena, const char *html, size_t max)
{
	return html == NULL ? NULL : rewrite(arena, html, max, false);
}

const char *
sanitize_plain(struct arena *arena, const char *html, size_t max)
{
	if (html == NULL)
		return NULL;
	return sanitize_text_fold(
	    arena, rewrite(arena, html, SANITIZE_HTML_MAX, true), max, false);
}
