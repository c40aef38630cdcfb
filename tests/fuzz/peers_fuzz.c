/* SPDX-License-Identifier: ISC */
/*
 * Lists of peers: signed here, so that what comes behind the proof is read
 * too; what is accepted has domains that are normal and Ed25519 keys.
 */
#include <string.h>

#include "federation/peers_list.h"
#include "federation/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct catalogue_read_origin origin;

static void
set_up(void)
{
	static struct arena *arena;
	struct key *key;

	if (arena != NULL)
		return;
	arena = arena_new();
	ASSERT(key_generate(KEY_ED25519, &key) == 0);
	catalogue_read_origin(
	    arena, "parvis.example", key, 1780000800, &origin);
}

static void
check_accepted(struct arena *arena, const struct peers_list *list)
{
	ASSERT(list->count <= PEERS_LIST_MAX);
	for (size_t i = 0; i < list->count; i++) {
		const struct vouch *vouch = &list->vouches[i];
		struct key *key = NULL;
		const char *normal;

		ASSERT(url_normalize_host(arena, vouch->domain, &normal) == 0);
		ASSERT(strcmp(normal, vouch->domain) == 0);
		ASSERT(key_from_spki(vouch->key, vouch->key_len, &key) == 0);
		ASSERT(key_kind(key) == KEY_ED25519);
		key_free(&key);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[CATALOGUE_READ_ERROR_SIZE] = "", reason[JSON_ERROR_SIZE];
	struct arena *arena;
	struct peers_list list;
	json_t *json;

	set_up();
	if (json_read((const char *)data, size, &json, reason) != 0)
		return 0;
	arena = arena_new();
	if (json_is_object(json))
		(void)!proof_make(json, origin.method, origin.key, origin.now);
	if (peers_list_read(arena, json, &origin, &list, error) ==
	    CATALOGUE_READ_NONE)
		check_accepted(arena, &list);
	else
		ASSERT(strlen(error) > 0);
	arena_free(&arena);
	json_decref(json);
	return 0;
}
