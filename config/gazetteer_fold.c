/* SPDX-License-Identifier: ISC */
/*
 * How names and codes are compared.
 */
#include <string.h>

#include "config/base/text.h"
#include "config/gazetteer_format.h"

static const struct {
	const char *word, *meant;
} words[] = {
	{ "st", "saint" },
	{ "ste", "sainte" },
	/* "Near": official spellings differ from commune to commune. */
	{ "lez", "les" },
};

uint32_t
gazetteer_code(const char *text)
{
	uint32_t code = 0;
	size_t i;

	for (i = 0; i < 5; i++) {
		char c = text[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'A' && c <= 'Z' ? c - 'A' + 10
			    : c >= 'a' && c <= 'z' ? c - 'a' + 10
						   : -1;

		if (digit < 0)
			return 0;
		code = code * 36 + (uint32_t)digit;
	}
	return text[i] == '\0' ? code : 0;
}

static const char *
meaning(const char *word, size_t len)
{
	for (size_t i = 0; i < N_ELEMENTS(words); i++) {
		if (strlen(words[i].word) == len &&
		    memcmp(words[i].word, word, len) == 0)
			return words[i].meant;
	}
	return NULL;
}

const char *
gazetteer_fold(struct arena *arena, const char *name, bool open)
{
	const char *slug = text_slug(arena, name, GAZETTEER_NAME_MAX);
	/* A word and its hyphen grow threefold at most. */
	char *ret = arena_alloc(arena, 3 * GAZETTEER_NAME_MAX + 1);
	size_t len = 0;

	while (*slug != '\0') {
		size_t n = strcspn(slug, "-");
		bool last = slug[n] == '\0';
		const char *meant = last && open ? NULL : meaning(slug, n);
		size_t size = meant != NULL ? strlen(meant) : n;

		(void)memcpy(ret + len, meant != NULL ? meant : slug, size);
		len += size;
		slug += n;
		if (!last) {
			ret[len++] = '-';
			slug++;
		}
	}
	return ret;
}
