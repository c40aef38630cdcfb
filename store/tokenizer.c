/* SPDX-License-Identifier: ISC */
#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/text.h"
#include "store/tokenizer.h"

enum {
	SHOWN_MAX = 80,
	CODE_APOSTROPHE = 0x27,
	FOLD_MAX = 200, /* bytes of a text that is folded as a whole */
};

struct tokenizer {
	struct sb_stemmer *stemmer;
};

/* A word while it is read. */
struct word {
	char folded[TOKENIZER_WORD_MAX + 1], shown[SHOWN_MAX + 1];
	size_t len, shown_len;
};

static const char *const stop_words[] = { "a", "ai", "ainsi", "au", "aussi",
	"aux", "avec", "c", "car", "ce", "ces", "cet", "cette", "comme", "d",
	"dans", "de", "des", "donc", "dont", "du", "elle", "elles", "en", "es",
	"est", "et", "etre", "eux", "il", "ils", "j", "je", "l", "la", "le",
	"les", "leur", "leurs", "lui", "m", "ma", "mais", "me", "meme", "mes",
	"moi", "mon", "n", "ne", "ni", "nos", "notre", "nous", "on", "ont",
	"ou", "par", "pas", "pour", "qu", "que", "qui", "s", "sa", "se", "ses",
	"si", "son", "sont", "sous", "sur", "t", "ta", "te", "tes", "toi",
	"ton", "tu", "un", "une", "vos", "votre", "vous", "y" };
static const char *const elided[] = { "c", "d", "j", "jusqu", "l", "lorsqu",
	"m", "n", "presqu", "puisqu", "qu", "quelqu", "quoiqu", "s", "t" };

static int
compare_word(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

static bool
is_among(const char *word, const char *const *words, size_t count)
{
	return bsearch(word, words, count, sizeof(*words), compare_word) !=
	       NULL;
}

/* --- Characters --- */

/* U+00C0 to U+00FF. */
static const char *const latin1[64] = { "a", "a", "a", "a", "a", "a", "ae", "c",
	"e", "e", "e", "e", "i", "i", "i", "i", "d", "n", "o", "o", "o", "o",
	"o", NULL, "o", "u", "u", "u", "u", "y", "th", "ss", "a", "a", "a", "a",
	"a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i", "d", "n",
	"o", "o", "o", "o", "o", NULL, "o", "u", "u", "u", "u", "y", "th",
	"y" };
/* U+0100 to U+017F; the ligatures stand in fold_special(). */
static const char extended[129] =
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiijjjjkkkllllllllllnnnnnnn"
    "nnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static const char *const ligatures[7] = { "ff", "fi", "fl", "ffi", "ffl", "st",
	"st" };

/* The code point at s, 0 where there is none; *ret_len is its bytes. */
static uint32_t
decode(const char *s, size_t len, size_t *ret_len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	uint32_t code;

	*ret_len = 1;
	if (n == 1)
		return p[0];
	if (n > len || !text_utf8_valid(s, n))
		return 0;
	code = p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++)
		code = code << 6 | (p[i] & 0x3fu);
	*ret_len = n;
	return code;
}

static bool
is_apostrophe(uint32_t code)
{
	return code == CODE_APOSTROPHE || code == 0x2019 || code == 0x2018 ||
	       code == 0x2bc || code == 0xb4 || code == 0x60 || code == 0xff07;
}

/* Stands in a word and is no letter: accents on their own, invisible ones. */
static bool
is_nothing(uint32_t code)
{
	return code == 0xad || (code >= 0x300 && code <= 0x36f) ||
	       (code >= 0x200b && code <= 0x200f) || code == 0x2060 ||
	       (code >= 0xfe00 && code <= 0xfe0f) || code == 0xfeff;
}

static bool
is_separator(uint32_t code)
{
	return code < 0xaa || (code > 0xaa && code < 0xc0 && code != 0xba) ||
	       (code >= 0x2000 && code <= 0x2bff) ||
	       (code >= 0x2e00 && code <= 0x303f) ||
	       (code >= 0xd800 && code <= 0xf8ff) ||
	       (code >= 0xfe10 && code <= 0xfe6f) ||
	       (code >= 0xff00 && code <= 0xff0f) || code >= 0x1f000;
}

/* Capitals of other scripts, as far as they are a step away. */
static uint32_t
lower(uint32_t code)
{
	if ((code >= 0x391 && code <= 0x3a9) ||
	    (code >= 0x410 && code <= 0x42f) ||
	    (code >= 0xc0 && code <= 0xde && code != 0xd7))
		return code + 0x20;
	if (code >= 0x400 && code <= 0x40f)
		return code + 0x50;
	if (code == 0x152)
		return 0x153;
	return code;
}

static size_t
encode(uint32_t code, char ret[5])
{
	if (code < 0x80) {
		ret[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		ret[0] = (char)(0xc0 | code >> 6);
		ret[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		ret[0] = (char)(0xe0 | code >> 12);
		ret[1] = (char)(0x80 | (code >> 6 & 0x3f));
		ret[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	ret[0] = (char)(0xf0 | code >> 18);
	ret[1] = (char)(0x80 | (code >> 12 & 0x3f));
	ret[2] = (char)(0x80 | (code >> 6 & 0x3f));
	ret[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

static const char *
fold_special(uint32_t code)
{
	if (code == 0x132 || code == 0x133)
		return "ij";
	if (code == 0x152 || code == 0x153)
		return "oe";
	if (code >= 0xfb00 && code <= 0xfb06)
		return ligatures[code - 0xfb00];
	if (code == 0x1e9e)
		return "ss";
	if (code >= 0xc0 && code <= 0xff)
		return latin1[code - 0xc0];
	return NULL;
}

/* Spelling of a letter or digit, one holds it; NULL: it parts words. */
static const char *
fold(uint32_t code, char one[5])
{
	const char *special = fold_special(code);

	memset(one, 0, 5);
	if (special != NULL)
		return special;
	if ((code >= 'a' && code <= 'z') || (code >= '0' && code <= '9'))
		one[0] = (char)code;
	else if (code >= 'A' && code <= 'Z')
		one[0] = (char)(code + 0x20);
	else if (code >= 0x100 && code <= 0x17f)
		one[0] = extended[code - 0x100];
	else if (is_separator(code) || code == 0xd7 || code == 0xf7)
		return NULL;
	else
		(void)encode(lower(code), one);
	return one;
}

/* --- Words --- */

struct tokenizer *
tokenizer_new(void)
{
	struct tokenizer *tokenizer = xcalloc(1, sizeof(*tokenizer));

	tokenizer->stemmer = sb_stemmer_new("french", "UTF_8");
	ASSERT(tokenizer->stemmer != NULL);
	return tokenizer;
}

void
tokenizer_free(struct tokenizer **tokenizer)
{
	if (*tokenizer == NULL)
		return;
	sb_stemmer_delete((*tokenizer)->stemmer);
	free(*tokenizer);
	*tokenizer = NULL;
}

/* A character of a word; beyond its bounds it is cut. */
static void
word_add(struct word *word, const char *folded, uint32_t code)
{
	char shown[5] = "";
	size_t len = strlen(folded), shown_len;

	if (code >= 'A' && code <= 'Z')
		code += 0x20;
	shown_len = encode(lower(code), shown);
	if (word->len + len > TOKENIZER_WORD_MAX)
		return;
	memcpy(word->folded + word->len, folded, len);
	word->len += len;
	if (word->shown_len + shown_len > SHOWN_MAX)
		return;
	memcpy(word->shown + word->shown_len, shown, shown_len);
	word->shown_len += shown_len;
}

/* An accent on its own belongs to what is shown. */
static void
word_mark(struct word *word, uint32_t code)
{
	if (code >= 0x300 && code <= 0x36f && word->len > 0 &&
	    word->shown_len + 2 <= SHOWN_MAX)
		word->shown_len += encode(code, word->shown + word->shown_len);
}

/*
 * Plurals that the stemmer leaves alone: it takes an s off after some letters
 * only (vélos, photos, amis), and the x of none of these.
 */
static size_t
singular(const char *word, size_t len)
{
	static const char *const plurals[] = { "feux", "jeux", "lieux",
		"milieux", "voeux" };

	if (len >= 4 && word[len - 1] == 's' &&
	    strchr("aiou", word[len - 2]) != NULL)
		return len - 1;
	return is_among(word, plurals, N_ELEMENTS(plurals)) ? len - 1 : len;
}

static bool
word_take(struct tokenizer *tokenizer, struct arena *arena, struct word *word,
    bool elision, struct token *ret)
{
	const unsigned char *stem;
	size_t len = word->len, shown_len = word->shown_len;

	word->folded[len] = '\0';
	word->len = word->shown_len = 0;
	if (len == 0 ||
	    (elision && is_among(word->folded, elided, N_ELEMENTS(elided))) ||
	    is_among(word->folded, stop_words, N_ELEMENTS(stop_words)))
		return false;
	ret->word = arena_strndup(arena, word->folded, len);
	ret->shown = arena_strndup(arena, word->shown, shown_len);
	stem = sb_stemmer_stem(tokenizer->stemmer,
	    (const unsigned char *)word->folded,
	    (int)singular(word->folded, len));
	len = stem == NULL ? 0 : (size_t)sb_stemmer_length(tokenizer->stemmer);
	ret->stem = len == 0 ? ret->word
			     : arena_strndup(arena, (const char *)stem, len);
	/* It marks letters with capitals on its way. */
	text_lower((char *)(uintptr_t)ret->stem);
	return true;
}

size_t
tokenizer_words(struct tokenizer *tokenizer, struct arena *arena,
    const char *text, size_t len, struct token *ret, size_t max)
{
	struct word word = { .len = 0 };
	size_t count = 0, taken;

	for (size_t i = 0; i < len && count < max; i += taken) {
		uint32_t code = decode(text + i, len - i, &taken);
		char one[5];
		const char *folded;

		if (is_nothing(code)) {
			word_mark(&word, code);
			continue;
		}
		folded = fold(code, one);
		if (folded != NULL)
			word_add(&word, folded, code);
		else if (word_take(tokenizer, arena, &word, is_apostrophe(code),
			     &ret[count]))
			count++;
	}
	if (count < max &&
	    word_take(tokenizer, arena, &word, false, &ret[count]))
		count++;
	return count;
}

const char *
tokenizer_fold(struct arena *arena, const char *text)
{
	size_t len = text == NULL ? 0 : strnlen(text, FOLD_MAX), taken;
	char *ret = arena_alloc(arena, 2 * FOLD_MAX + 8), one[5];
	size_t n = 0;

	for (size_t i = 0; i < len && n < FOLD_MAX; i += taken) {
		uint32_t code = decode(text + i, len - i, &taken);
		const char *folded = is_nothing(code) ? NULL : fold(code, one);
		size_t size = folded == NULL ? 0 : strlen(folded);

		memcpy(ret + n, folded == NULL ? "" : folded, size);
		n += size;
	}
	return ret;
}
