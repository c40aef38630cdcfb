/* SPDX-License-Identifier: ISC */
/*
 * Structured fields: what was parsed, written and parsed again is the same.
 * The first byte says which of the three kinds of field it is.
 */
#include <string.h>

#include "federation/sfv.h"

enum { OUTPUT_MAX = 8 * SFV_MAX_BYTES };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Parses and appends the canonical text; false when refused. */
static bool
rewrite(struct arena *arena, int kind, const char *text, size_t len,
    struct buf *out)
{
	struct sfv_member *members;
	struct sfv_item *item;

	if (kind == 0) {
		if (sfv_item_parse(arena, text, len, &item) != 0)
			return false;
		sfv_item_format(out, item);
	} else if (kind == 1) {
		if (sfv_list_parse(arena, text, len, &members) != 0)
			return false;
		sfv_list_format(out, members);
	} else {
		if (sfv_dictionary_parse(arena, text, len, &members) != 0)
			return false;
		sfv_dictionary_format(out, members);
	}
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct buf first, second;

	buf_init(&first, OUTPUT_MAX);
	buf_init(&second, OUTPUT_MAX);
	if (size > 0 && rewrite(arena, data[0] % 3, (const char *)data + 1,
			    size - 1, &first)) {
		ASSERT(!buf_failed(&first));
		/* The canonical text may pass the limit: spaces are added. */
		if (first.len <= SFV_MAX_BYTES) {
			ASSERT(rewrite(arena, data[0] % 3, buf_str(&first),
			    first.len, &second));
			ASSERT(strcmp(buf_str(&first), buf_str(&second)) == 0);
		}
	}
	buf_done(&first);
	buf_done(&second);
	arena_free(&arena);
	return 0;
}
