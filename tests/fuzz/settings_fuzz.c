/* SPDX-License-Identifier: ISC */
/*
 * parvis.conf(5).  What is refused has a message of one line that names the
 * file; what is accepted keeps the rules between settings, and comes back the
 * same when it is written as a sample and read again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/arena.h"
#include "config/base/text.h"
#include "config/settings.h"
#include "config/settings_table.h"

enum {
	VALUES_MAX = 4096,
	VALUE_MAX_BYTES = 160, /* with its name and " = " within one line */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_error(const char *error)
{
	size_t len = strlen(error);

	ASSERT(len < SETTINGS_ERROR_SIZE);
	ASSERT(text_starts_with(error, "fuzz.conf:"));
	for (size_t i = 0; i < len; i++)
		ASSERT((unsigned char)error[i] >= 0x20 || error[i] == '\t');
	ASSERT(len == SETTINGS_ERROR_SIZE - 1 || text_utf8_valid(error, len));
}

static void
check_rules(const struct settings *settings)
{
	ASSERT(text_starts_with(settings_base_url(settings), "https://"));
	ASSERT(settings->listen_https.count + settings->listen_http.count > 0);
	ASSERT(settings->listen_https.count == 0 ||
	       (!text_empty(settings->listen_certificate) &&
		   !text_empty(settings->listen_key)));
	for (const char *p = settings->node_domain; *p != '\0'; p++)
		ASSERT((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') ||
		       strchr("-.:", *p) != NULL);
	for (size_t i = 0; i < settings_row_count; i++) {
		const struct settings_row *row = &settings_rows[i];

		if (row->type == SETTINGS_INT)
			ASSERT(settings_int(row, settings) >= row->min &&
			       settings_int(row, settings) <= row->max);
		else if (row->type == SETTINGS_LIST)
			ASSERT(settings_list(row, settings)->count <=
			       (size_t)row->max);
	}
}

/* The values of one row; false when one is too long for a line. */
static bool
add_values(const struct settings_row *row, const struct settings *settings,
    struct arena *arena, struct settings_value *values, size_t *count)
{
	const struct settings_list *list;
	struct settings_list one = { 0 };
	const char *item;

	if (row->type == SETTINGS_LIST) {
		list = settings_list(row, settings);
	} else {
		if (row->type == SETTINGS_STRING)
			item = settings_string(row, settings);
		else if (row->type == SETTINGS_INT)
			item = arena_printf(arena, "%lld",
			    (long long)settings_int(row, settings));
		else
			item = settings_int(row, settings) != 0 ? "yes" : "no";
		one = (struct settings_list){ &item, 1 };
		list = &one;
	}
	for (size_t i = 0; i < list->count; i++) {
		ASSERT(*count < VALUES_MAX);
		if (strlen(list->items[i]) > VALUE_MAX_BYTES)
			return false;
		values[(*count)++] = (struct settings_value){ row->section,
			row->name, list->items[i] };
	}
	return true;
}

static void
refuse_change(void *arg, const struct settings_change *change)
{
	(void)arg;
	fprintf(stderr, "[%s] %s changed from %s to %s\n", change->section,
	    change->name, change->running, change->loaded);
	abort();
}

static void
check_comes_back(const struct settings *settings)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	CLEANUP(settings_free) struct settings *again = NULL;
	CLEANUP(free_ptr) char *text = NULL;
	struct settings_value *values =
	    arena_alloc(arena, VALUES_MAX * sizeof(*values));
	char error[SETTINGS_ERROR_SIZE];
	size_t count = 0, len = 0;
	FILE *out;

	for (size_t i = 0; i < settings_row_count; i++) {
		if (!add_values(
			&settings_rows[i], settings, arena, values, &count))
			return;
	}
	out = open_memstream(&text, &len);
	ASSERT(out != NULL);
	settings_write_sample(out, values, count);
	ASSERT(fclose(out) == 0);
	ASSERT(settings_parse(text, len, "again.conf", &again, error) == 0);
	ASSERT(settings_compare(settings, again, refuse_change, NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(settings_free) struct settings *settings = NULL;
	char error[SETTINGS_ERROR_SIZE] = "";

	if (settings_parse(
		(const char *)data, size, "fuzz.conf", &settings, error) != 0) {
		ASSERT(settings == NULL);
		check_error(error);
		return 0;
	}
	check_rules(settings);
	check_comes_back(settings);
	return 0;
}
