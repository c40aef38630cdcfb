/* SPDX-License-Identifier: ISC */
/*
 * sanitize.h: text of others made safe, and text of ours made HTML.
 *
 * The allow-list: p br a(href http/https, rel set by us) ul ol li em i strong
 * b blockquote code pre h2-h4 (written as such), span dropped but its text
 * kept; script, style, iframe and the like go with their content.  Parsed by
 * gumbo, written anew: what comes out is well formed whatever came in.
 * Memory: the arena.  Bounded: input over max bytes is cut at a whole
 * character, nesting over 32 is flattened.  Thread: any.
 */
#ifndef FEDERATION_SANITIZE_H
#define FEDERATION_SANITIZE_H

#include "config/base/arena.h"

enum { SANITIZE_HTML_MAX = 65536, SANITIZE_LINE_MAX = 500 };

/* NULL gives NULL. */
const char *sanitize_html(struct arena *arena, const char *html, size_t max);
/* One line of plain text: no markup, no controls, white space folded, at most
 * max code points. */
const char *sanitize_line(struct arena *arena, const char *text, size_t max);
/* HTML to plain text (for feeds, previews), at most max code points. */
const char *sanitize_plain(struct arena *arena, const char *html, size_t max);
/* Markdown (CommonMark subset, no raw HTML; links recognised) to safe HTML. */
const char *sanitize_markdown(struct arena *arena, const char *markdown);

#endif
