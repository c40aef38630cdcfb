/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "config/settings_table.h"

static bool
settings_same_list(const struct settings_list *a, const struct settings_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	}
	return true;
}

static bool
settings_same(const struct settings_row *row, const struct settings *a,
    const struct settings *b)
{
	switch (row->type) {
	case SETTINGS_STRING:
		return strcmp(settings_string(row, a),
			   settings_string(row, b)) == 0;
	case SETTINGS_LIST:
		return settings_same_list(
		    settings_list(row, a), settings_list(row, b));
	case SETTINGS_INT:
	case SETTINGS_BOOL:
		break;
	}
	return settings_int(row, a) == settings_int(row, b);
}

bool
settings_compare(const struct settings *running, const struct settings *loaded,
    void (*changed)(
	void *arg, const char *section, const char *name, bool reloadable),
    void *arg)
{
	bool all_reloadable = true;

	for (size_t i = 0; i < settings_row_count; i++) {
		const struct settings_row *row = &settings_rows[i];

		if (settings_same(row, running, loaded))
			continue;
		changed(arg, row->section, row->name, row->reloadable);
		all_reloadable = all_reloadable && row->reloadable;
	}
	return all_reloadable;
}
