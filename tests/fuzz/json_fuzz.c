/* SPDX-License-Identifier: ISC */
/*
 * Documents as text.  What is read is an object within the bounds, without
 * what only JSON-LD would understand, and reads the same after it was
 * written; the getters take any member; a refusal is one line of UTF-8.
 */
#include <string.h>

#include "config/base/text.h"
#include "federation/json.h"

enum { IDS_MAX = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The number of values; the depth is asserted on the way. */
static size_t
count_values(json_t *json, size_t depth)
{
	size_t count = 1, i;
	const char *key;
	json_t *value;

	if (!json_is_object(json) && !json_is_array(json))
		return count;
	ASSERT(depth < JSON_DEPTH_MAX);
	json_array_foreach(json, i, value) count +=
	    count_values(value, depth + 1);
	if (json_is_object(json)) {
		json_object_foreach(json, key, value)
		{
			ASSERT(text_utf8_valid(key, strlen(key)));
			count += count_values(value, depth + 1);
		}
	}
	return count;
}

/* Strings within the document, whatever the member is. */
static void
check_member(const json_t *document, const char *key)
{
	const char *ids[IDS_MAX], *id = json_id(document, key);
	size_t count = json_ids(document, key, ids, IDS_MAX);
	const char *text = json_text(document, key);

	ASSERT(count <= IDS_MAX);
	for (size_t i = 0; i < count; i++)
		ASSERT(ids[i] != NULL);
	ASSERT(id == NULL || count > 0);
	ASSERT(id == NULL || strcmp(id, ids[0]) == 0);
	ASSERT(
	    text == NULL || strcmp(json_first_text(document, key), text) == 0);
	ASSERT(json_ids(document, key, ids, 0) == 0);
	ASSERT(json_embedded(document, key) == NULL ||
	       json_is_object(json_embedded(document, key)));
	(void)json_time(document, key);
	(void)json_flag(document, key, true);
}

static void
check_document(json_t *document)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	CLEANUP(json_release) json_t *again = NULL;
	char error[JSON_ERROR_SIZE];
	const char *type = json_first_text(document, "type"), *text, *key;
	json_t *value;

	ASSERT(json_is_object(document));
	ASSERT(count_values(document, 0) <= JSON_NODES_MAX);
	ASSERT(json_object_get(document, "@graph") == NULL);
	ASSERT(json_object_get(document, "@included") == NULL);
	ASSERT(json_object_get(document, "@reverse") == NULL);
	ASSERT(type == NULL || json_is_type(document, type));
	json_object_foreach(document, key, value) check_member(document, key);
	text = json_write(arena, document);
	ASSERT(json_read(text, strlen(text), &again, error) == 0);
	ASSERT(json_equal(document, again));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(json_release) json_t *document = NULL;
	char error[JSON_ERROR_SIZE] = "";

	if (json_read((const char *)data, size, &document, error) == 0) {
		check_document(document);
		return 0;
	}
	ASSERT(document == NULL && error[0] != '\0');
	ASSERT(text_utf8_valid(error, strlen(error)));
	for (const char *p = error; *p != '\0'; p++)
		ASSERT((unsigned char)*p >= ' ' && *p != 0x7f);
	return 0;
}
