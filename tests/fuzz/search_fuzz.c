/* SPDX-License-Identifier: ISC */
/*
 * What is searched, and what is indexed: words are text without what parts
 * them, whatever the bytes; no text, filter or cursor makes the index answer
 * with an error of its own; what was put is found by its words, and is gone
 * when it was removed.
 *
 * The input: a byte that says which field, then that field.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/log.h"
#include "config/base/text.h"
#include "store/catalogue.h"
#include "store/db.h"
#include "store/search.h"
#include "store/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS = 64 };

static char folder[] = "/tmp/parvis-fuzz-XXXXXX";
static struct db *db;

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
forget(void)
{
	static const char *const names[] = { "parvis.db", "parvis.db-wal",
		"parvis.db-shm" };
	char path[64];

	store_close(&db);
	for (size_t i = 0; i < N_ELEMENTS(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(folder);
}

static void
prepare(void)
{
	static const uint8_t state[CATALOGUE_STATE_SIZE];
	struct catalogue_origin origin = {
		.id = 1, .domain = "a.example", .epoch = 1, .state = state
	};
	char error[STORE_ERROR_SIZE];

	log_set_level(LOG_ERROR);
	must(mkdtemp(folder) != NULL);
	(void)atexit(forget);
	must(store_prepare(folder, error) == 0);
	must(store_open_writer(folder, &db) == 0);
	must(db_begin(db) == 0);
	must(catalogue_origin_set(db, &origin) == 0);
}

static void
check_words(struct arena *arena, const char *text, size_t len)
{
	struct tokenizer *tokenizer = tokenizer_new();
	struct token tokens[WORDS];
	size_t count =
	    tokenizer_words(tokenizer, arena, text, len, tokens, WORDS);

	must(count <= WORDS);
	for (size_t i = 0; i < count; i++) {
		size_t size = strlen(tokens[i].word);

		must(size > 0 && size <= TOKENIZER_WORD_MAX);
		must(*tokens[i].stem != '\0');
		must(text_utf8_valid(tokens[i].word, size));
		must(text_utf8_valid(tokens[i].shown, strlen(tokens[i].shown)));
		must(strpbrk(tokens[i].word, " \"'_~*()^:-+\t\n") == NULL);
		must(strpbrk(tokens[i].stem, " \"'_~*()^:-+\t\n") == NULL);
	}
	tokenizer_free(&tokenizer);
}

static void
check_query(struct arena *arena, unsigned field, const char *text)
{
	struct search_query query = { .limit = 5,
		.located = field % 2 == 1,
		.latitude = 48,
		.longitude = 2,
		.sort = (enum search_sort)(field / 2 % 3) };
	struct search_completion *items;
	struct search_counts counts;
	struct search_page page;
	size_t count;
	int r;

	switch (field / 6 % 7) {
	case 0:
		query.after = text;
		break;
	case 1:
		query.theme = text;
		break;
	case 2:
		query.territory = text;
		break;
	case 3:
		query.departement = text;
		break;
	default:
		query.text = text;
		break;
	}
	r = search_run(db, arena, &query, &page);
	must(r == 0 || r == -EINVAL);
	r = search_counts(db, arena, &query, &counts);
	must(r == 0 || r == -EINVAL);
	must(search_complete(db, arena, text, 5, &items, &count) == 0);
}

static void
check_document(struct arena *arena, const char *text)
{
	const char *themes[] = { text };
	const struct search_document document = { .entry_id = 1,
		.origin_id = 1,
		.object_uri = "u",
		.name = text,
		.text = text,
		.themes = themes,
		.theme_count = 1,
		.stage = text,
		.place = text };
	const struct search_query query = { .text = text, .limit = 1 };
	struct search_counts counts;

	must(search_put(db, &document) == 0);
	must(search_counts(db, arena, &query, &counts) == 0);
	must(counts.total <= 1);
	must(search_remove(db, 1) == 0);
	must(search_counts(db, arena, &query, &counts) == 0);
	must(counts.total == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena;
	const char *text;

	if (size == 0)
		return 0;
	if (db == NULL)
		prepare();
	arena = arena_new();
	text = arena_strndup(arena, (const char *)data + 1, size - 1);
	check_words(arena, (const char *)data + 1, size - 1);
	check_query(arena, data[0], text);
	check_document(arena, text);
	arena_free(&arena);
	return 0;
}
