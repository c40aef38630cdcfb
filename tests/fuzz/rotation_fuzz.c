/* SPDX-License-Identifier: ISC */
/*
 * Statements of keys that give way to another.  Each is signed here, so that
 * what comes behind the proof is read too; whatever is followed leads from the
 * key that it began with, link by link.
 */
#include <string.h>

#include "federation/rotation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct key *key;
static uint8_t *spki;
static size_t spki_len;

static void
set_up(void)
{
	static struct arena *arena;

	if (arena != NULL)
		return;
	arena = arena_new();
	ASSERT(key_generate(KEY_ED25519, &key) == 0);
	ASSERT(key_spki(key, arena, &spki, &spki_len) == 0);
}

/* As if the old key had said it. */
static void
sign_items(struct arena *arena, json_t *document)
{
	json_t *items = json_object_get(document, "orderedItems"), *item;
	char *text;
	size_t i;

	ASSERT(key_multibase(key, arena, &text) == 0);
	json_array_foreach(items, i, item)
	{
		if (i == ROTATIONS_MAX || !json_is_object(item))
			break;
		if (json_is_null(json_object_get(item, "parvis:oldKey")))
			(void)json_object_set_new(
			    item, "parvis:oldKey", json_string(text));
		(void)!proof_make(item,
		    "https://parvis.example/actor#ed25519-key", key,
		    1780000800);
	}
}

static void
check_chain(const struct rotation_chain *chain)
{
	const uint8_t *at = spki;
	size_t len = spki_len;

	ASSERT(chain->count <= ROTATIONS_MAX);
	for (size_t i = 0; i < chain->count; i++) {
		const struct rotation *step = &chain->steps[i];

		ASSERT(step->old_len == len &&
		       memcmp(step->old_key, at, len) == 0);
		ASSERT(step->document != NULL && step->at > 0);
		at = step->new_key;
		len = step->new_len;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char reason[JSON_ERROR_SIZE];
	struct rotation_chain chain;
	struct arena *arena;
	json_t *json;

	set_up();
	if (json_read((const char *)data, size, &json, reason) != 0)
		return 0;
	arena = arena_new();
	sign_items(arena, json);
	(void)!rotation_read(
	    arena, json, "parvis.example", key, 1780000800, &chain);
	check_chain(&chain);
	arena_free(&arena);
	json_decref(json);
	return 0;
}
