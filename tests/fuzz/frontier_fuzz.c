/* SPDX-License-Identifier: ISC */
/*
 * Frontiers as peers answer them: what is accepted can go into an address,
 * and each of its heads is one or is refused with a sentence.
 */
#include <string.h>

#include "federation/catalogue_page.h"
#include "federation/catalogue_read.h"
#include "federation/replica_frontier.h"

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
	ASSERT(
	    key_from_multibase(
		"z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd", &key) == 0);
	catalogue_read_origin(
	    arena, "parvis.example", key, 1780000800, &origin);
}

static void
check_heads(const struct replica_frontier_page *page)
{
	char error[CATALOGUE_READ_ERROR_SIZE];
	struct catalogue_read_head head;

	for (size_t i = 0; i < page->count; i++) {
		error[0] = '\0';
		if (catalogue_read_head(json_array_get(page->heads, i), &origin,
			&head, error) == CATALOGUE_READ_NONE)
			ASSERT(head.epoch > 0 && head.count >= 0);
		else
			ASSERT(strlen(error) > 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char reason[JSON_ERROR_SIZE];
	struct replica_frontier_page page;
	json_t *json;

	set_up();
	if (json_read((const char *)data, size, &json, reason) != 0)
		return 0;
	if (replica_frontier_read(json, &page)) {
		ASSERT(strlen(page.boot) < CATALOGUE_BOOT_SIZE);
		ASSERT(page.count <= CATALOGUE_FRONTIER_HEADS);
		ASSERT(strpbrk(page.boot, "&#? /") == NULL);
		check_heads(&page);
	}
	json_decref(json);
	return 0;
}
