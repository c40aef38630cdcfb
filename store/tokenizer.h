/* SPDX-License-Identifier: ISC */
/*
 * tokenizer.h: French text as the terms of the search index.
 *
 * A word is letters and digits; all else parts words, and so does what is not
 * UTF-8.  Elided words before ' or ’ go (l', d', qu', jusqu'...).  Letters
 * lose case and accents, ligatures are spelled; then the Snowball stemmer for
 * French takes the ending off, and what it leaves of a plural goes too.  As
 * accents go first, who types none finds the same.  Words that say nothing (le,
 * de, pour...) are left out.
 *
 * The work is done here and not inside FTS5, which then only parts terms at
 * spaces: the index also holds terms that stand in no text (a word of the
 * name, a filter, a place), a row that goes must be named with the very terms
 * it came with, and any sqlite3 can open the file.
 *
 * Memory: the arena.  Thread: any; one tokenizer on one at a time.
 */
#ifndef STORE_TOKENIZER_H
#define STORE_TOKENIZER_H

#include "config/base/arena.h"

enum { TOKENIZER_WORD_MAX = 40 }; /* bytes of a word, which is cut there */

struct tokenizer;
struct tokenizer *tokenizer_new(void);
void tokenizer_free(struct tokenizer **tokenizer); /* leaves NULL */

struct token {
	const char *word;  /* folded */
	const char *stem;  /* [a-z0-9] and letters beyond ASCII, not empty */
	const char *shown; /* lower case, with its accents */
};

/*
 * The words of a text in order, at most max; what comes after is not read.
 * Returns how many.
 */
size_t tokenizer_words(struct tokenizer *tokenizer, struct arena *arena,
    const char *text, size_t len, struct token *ret, size_t max);
/* One word per text, letters and digits only: for names of themes and the
 * like, which are compared as a whole.  "" when nothing remains. */
const char *tokenizer_fold(struct arena *arena, const char *text);

#endif
