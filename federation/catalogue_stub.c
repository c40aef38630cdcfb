/* SPDX-License-Identifier: ISC */
#include "federation/catalogue_stub.h"

#include <string.h>

#include "config/base/text.h"
#include "federation/url.h"

/* As a head's digest is written: lower case. */
static bool
read_hash(const char *text, uint8_t ret[SHA256_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	if (text == NULL || strlen(text) != 2 * SHA256_SIZE ||
	    strspn(text, digits) != 2 * SHA256_SIZE)
		return false;
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		ptrdiff_t high = strchr(digits, text[2 * i]) - digits;
		ptrdiff_t low = strchr(digits, text[2 * i + 1]) - digits;

		ret[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool
read_stub(struct arena *arena, const json_t *item,
    const struct catalogue_read_origin *origin, struct catalogue_entry *ret)
{
	const char *id = json_text(item, "id");
	const json_t *seq = json_object_get(item, "parvis:seq");

	if (id == NULL || !url_same_origin(id, origin->base) ||
	    !json_is_integer(seq) || json_integer_value(seq) < 1 ||
	    !read_hash(json_text(item, "parvis:hash"), ret->hash))
		return false;
	ret->seq = json_integer_value(seq);
	ret->object_uri = arena_strdup(arena, id);
	ret->kind = CATALOGUE_UPDATE;
	ret->document = "";
	return true;
}

enum catalogue_read_fault
catalogue_stub_read(struct arena *arena, const json_t *page,
    const struct catalogue_read_origin *origin, struct catalogue_entry **ret,
    size_t *ret_count, char error[CATALOGUE_READ_ERROR_SIZE])
{
	const json_t *items = json_object_get(page, "parvis:withheld");
	size_t count = json_array_size(items);

	*ret_count = 0;
	if (items == NULL)
		return CATALOGUE_READ_NONE;
	if (!json_is_array(items) || count > CATALOGUE_READ_PAGE_ENTRIES)
		return catalogue_read_refuse(error, CATALOGUE_READ_TOO_LARGE,
		    "parvis:withheld is no list of at most 100");
	*ret = arena_alloc(arena, (count + 1) * sizeof(**ret));
	for (size_t i = 0; i < count; i++) {
		struct catalogue_entry *stub = &(*ret)[i];

		*stub = (struct catalogue_entry){ 0 };
		if (!read_stub(arena, json_array_get(items, i), origin, stub))
			return catalogue_read_refuse(error,
			    CATALOGUE_READ_MALFORMED,
			    "parvis:withheld has one without id, number and "
			    "hash of its origin");
	}
	*ret_count = count;
	return CATALOGUE_READ_NONE;
}
