/* SPDX-License-Identifier: ISC */
/*
 * sanitize.h: text of others made safe, and text of ours made HTML.
 *
 * The allow-list: p br a(href http/https, rel set by us) ul ol li em i strong
 * b blockquote code pre h2-h4 (h1 becomes h2, h5 and h6 become h4); of other
 * elements the text is kept, parted by br where they were blocks; script,
 * style, iframe, svg and the like go with their content.  Parsed by gumbo,
 * written anew: what comes out is well formed UTF-8 whatever came in, and is
 * not changed by a second time.
 * Memory: the arena.  Bounded: input over max bytes is cut at a whole
 * character, nesting over 32 is flattened, input of over 4096 tags or that
 * would need over 16 MiB to parse is given as plain text; input that is not
 * UTF-8 gives "".  Thread: any.
 */
#ifndef FEDERATION_SANITIZE_H
#define FEDERATION_SANITIZE_H

#include "config/base/arena.h"

enum { SANITIZE_HTML_MAX = 65536, SANITIZE_LINE_MAX = 500 };

/* NULL gives NULL. */
const char *sanitize_html(struct arena *arena, const char *html, size_t max);
/*
 * One line of plain text, at most max code points: white space folded; without
 * what looks like a tag ("<3" stays), controls, and invisible characters that
 * turn text around.  Still to be escaped where it is shown.
 */
const char *sanitize_line(struct arena *arena, const char *text, size_t max);
/* HTML to one line of plain text (feeds, previews), at most max code points;
 * still to be escaped where it is shown. */
const char *sanitize_plain(struct arena *arena, const char *html, size_t max);
/* CommonMark without raw HTML and pictures, web addresses made links, to safe
 * HTML; at most SANITIZE_HTML_MAX bytes are read. */
const char *sanitize_markdown(struct arena *arena, const char *markdown);

#endif
