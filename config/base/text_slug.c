/* SPDX-License-Identifier: ISC */
/*
 * text_slug(): names for addresses.  Letters of Latin-1 and the French
 * ligatures are spelled in ASCII, combining accents (decomposed text) are
 * dropped, all else separates words.
 */
#include <string.h>

#include "config/base/text.h"

/* U+00C0 to U+00FF; capitals already lowered, NULL separates. */
static const char *const slug_latin1[64] = { "a", "a", "a", "a", "a", "a", "ae",
	"c", "e", "e", "e", "e", "i", "i", "i", "i", "d", "n", "o", "o", "o",
	"o", "o", NULL, "o", "u", "u", "u", "u", "y", "th", "ss", "a", "a", "a",
	"a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i", "d",
	"n", "o", "o", "o", "o", "o", NULL, "o", "u", "u", "u", "u", "y", "th",
	"y" };

/* Two bytes of UTF-8 as a code point; 0 when they are not that. */
static unsigned
slug_two_bytes(const char *s)
{
	unsigned char first = (unsigned char)s[0], second = (unsigned char)s[1];

	if (first < 0xc2 || first > 0xdf || (second & 0xc0) != 0x80)
		return 0;
	return (first & 0x1fu) << 6 | (second & 0x3fu);
}

/*
 * Spelling of the character at s: "" drops it, NULL separates words.  one
 * holds a letter of its own.  *ret_len is how many bytes it takes.
 */
static const char *
slug_spell(const char *s, char one[2], size_t *ret_len)
{
	unsigned code = slug_two_bytes(s);

	*ret_len = code == 0 ? 1 : 2;
	if (code >= 0xc0 && code <= 0xff)
		return slug_latin1[code - 0xc0];
	if (code == 0x152 || code == 0x153)
		return "oe";
	if (code == 0x178)
		return "y";
	if (code >= 0x300 && code <= 0x36f)
		return "";
	one[0] = *s;
	text_lower(one);
	return (one[0] >= 'a' && one[0] <= 'z') ||
		       (one[0] >= '0' && one[0] <= '9')
		   ? one
		   : NULL;
}

char *
text_slug(struct arena *arena, const char *s, size_t max)
{
	char *ret = arena_alloc(arena, max + 1);
	char one[2] = "";
	bool separated = false;
	size_t len = 0, taken;

	for (; *s != '\0'; s += taken) {
		const char *spelled = slug_spell(s, one, &taken);
		size_t dash = separated && len > 0 ? 1 : 0;

		if (spelled == NULL) {
			separated = true;
			continue;
		}
		if (*spelled == '\0')
			continue;
		if (strlen(spelled) + dash > max - len)
			break;
		if (dash == 1)
			ret[len++] = '-';
		memcpy(ret + len, spelled, strlen(spelled));
		len += strlen(spelled);
		separated = false;
	}
	return ret;
}
