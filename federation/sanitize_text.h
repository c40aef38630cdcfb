/* SPDX-License-Identifier: ISC */
/*
 * sanitize_text.h: the common part of sanitize_line() and sanitize_plain().
 * Thread: any.
 */
#ifndef FEDERATION_SANITIZE_TEXT_H
#define FEDERATION_SANITIZE_TEXT_H

#include "config/base/arena.h"

/*
 * One line of at most max code points; markup says whether what looks like a
 * tag is taken out.  NULL gives NULL, what is not UTF-8 "".
 */
const char *sanitize_text_fold(
    struct arena *arena, const char *text, size_t max, bool markup);

/*
 * In place: without what is no character of a text: controls but '\n' and
 * '\t', noncharacters, and bytes that are not UTF-8 (the HTML parser makes all
 * of these of numeric references).
 */
void sanitize_text_clean(char *text);

#endif
