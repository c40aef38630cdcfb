/* SPDX-License-Identifier: ISC */
/*
 * page_text.h: what people wrote, made ready to be shown on a French page.
 *
 * Spaces become no-break ones where French wants it: before ; ! ? (thin,
 * U+202F) and : % € » (U+00A0), after «, between thousands.  Only a space
 * that was written is changed; none is added.
 * Memory: the arena, or the text itself when nothing changes; NULL gives NULL.
 * Thread: any.
 */
#ifndef DAEMON_PAGE_TEXT_H
#define DAEMON_PAGE_TEXT_H

#include "config/base/arena.h"

/* Plain text: names, titles, where a project stands. */
const char *page_text_line(struct arena *arena, const char *text);
/* At most max code points of plain text, cut at a word, with an ellipsis. */
const char *page_text_excerpt(
    struct arena *arena, const char *text, size_t max);
/*
 * HTML that sanitize.h made: text as above except in code, and headings from
 * level first (2 to 6) down without a gap, so that those of a text stay below
 * those of the page it stands on (RGAA 9.1).
 */
const char *page_text_html(struct arena *arena, const char *html, int first);

#endif
