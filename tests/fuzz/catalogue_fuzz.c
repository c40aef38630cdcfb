/* SPDX-License-Identifier: ISC */
/*
 * Pages of a catalogue: what is accepted keeps the bounds, has rising numbers
 * and folds; what is refused says why.  The key and the time are those of the
 * worked example, so that mutations begin at a page that holds.
 */
#include <string.h>

#include "federation/catalogue_check.h"
#include "federation/catalogue_copy.h"

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
check_accepted(const struct catalogue_read_page *page)
{
	struct catalogue_check *check = catalogue_check_new();
	struct catalogue_check_figures figures;
	char error[CATALOGUE_READ_ERROR_SIZE];

	ASSERT(page->count <= CATALOGUE_READ_PAGE_ENTRIES);
	for (size_t i = 0; i < page->count; i++) {
		ASSERT(page->entries[i].len <= CATALOGUE_READ_ENTRY_BYTES);
		ASSERT(page->entries[i].seq > 0);
		ASSERT(
		    i == 0 || page->entries[i].seq > page->entries[i - 1].seq);
	}
	if (catalogue_check_page(check, page, error) == CATALOGUE_READ_NONE) {
		catalogue_check_figures(check, &figures);
		ASSERT(figures.entries == (int64_t)page->count);
		ASSERT(figures.live + figures.deleted <= figures.entries);
	}
	catalogue_check_free(&check);
}

/* As the first page of a copy, with what it lists as withheld. */
static void
try_copy(const json_t *json)
{
	struct catalogue_copy *copy = catalogue_copy_new("parvis.example", 0);
	char error[CATALOGUE_READ_ERROR_SIZE] = "";
	const char *next = NULL;

	if (catalogue_copy_page(copy, json, &origin, &next, error) ==
	    CATALOGUE_READ_NONE) {
		ASSERT(copy->stubs <= copy->count);
		ASSERT(copy->count <= 2 * CATALOGUE_READ_PAGE_ENTRIES);
		for (size_t i = 0; i < copy->count; i++)
			ASSERT(copy->entries[i].seq > 0 &&
			       copy->entries[i].document != NULL);
	} else
		ASSERT(strlen(error) > 0);
	catalogue_copy_free(&copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct catalogue_read_page page;
	char error[CATALOGUE_READ_ERROR_SIZE] = "";
	char reason[JSON_ERROR_SIZE];
	json_t *json;

	set_up();
	if (json_read((const char *)data, size, &json, reason) != 0)
		return 0;
	if (catalogue_read_page(json, &origin, &page, error) ==
	    CATALOGUE_READ_NONE)
		check_accepted(&page);
	else
		ASSERT(strlen(error) > 0);
	try_copy(json);
	json_decref(json);
	return 0;
}
