/* SPDX-License-Identifier: ISC */
#include "config/settings_table.h"

#include <string.h>

enum { RESTART, RELOAD };

#define SETTINGS_MEMBER(section, name) \
	offsetof(struct settings, section##_##name)

const struct settings_row settings_rows[] = {
#define SETTING_STRING(s, n, value, bytes, reload, words) \
	{ .section = #s, \
		.name = #n, \
		.type = SETTINGS_STRING, \
		.offset = SETTINGS_MEMBER(s, n), \
		.default_string = value, \
		.max = bytes, \
		.reloadable = (reload) == RELOAD, \
		.text = words },
#define SETTING_LIST(s, n, items, reload, words) \
	{ .section = #s, \
		.name = #n, \
		.type = SETTINGS_LIST, \
		.offset = SETTINGS_MEMBER(s, n), \
		.max = items, \
		.reloadable = (reload) == RELOAD, \
		.text = words },
#define SETTING_INT(s, n, value, least, most, measure, reload, words) \
	{ .section = #s, \
		.name = #n, \
		.type = SETTINGS_INT, \
		.offset = SETTINGS_MEMBER(s, n), \
		.default_int = value, \
		.min = least, \
		.max = most, \
		.unit = measure, \
		.reloadable = (reload) == RELOAD, \
		.text = words },
#define SETTING_BOOL(s, n, value, reload, words) \
	{ .section = #s, \
		.name = #n, \
		.type = SETTINGS_BOOL, \
		.offset = SETTINGS_MEMBER(s, n), \
		.default_int = value, \
		.reloadable = (reload) == RELOAD, \
		.text = words },
#include "config/tbl/settings.h"
#undef SETTING_STRING
#undef SETTING_LIST
#undef SETTING_INT
#undef SETTING_BOOL
};

const size_t settings_row_count = N_ELEMENTS(settings_rows);

const struct settings_row *
settings_row_find(const char *section, const char *name)
{
	for (size_t i = 0; i < settings_row_count; i++) {
		if (strcmp(settings_rows[i].section, section) == 0 &&
		    strcmp(settings_rows[i].name, name) == 0)
			return &settings_rows[i];
	}
	return NULL;
}

bool
settings_section_known(const char *section)
{
	for (size_t i = 0; i < settings_row_count; i++) {
		if (strcmp(settings_rows[i].section, section) == 0)
			return true;
	}
	return false;
}

const char *
settings_section_names(void)
{
	return "node, listen, outbound, delivery, federation, relay, "
	       "network, replication";
}

static const void *
settings_value_at(const struct settings_row *row, enum settings_type type,
    const struct settings *settings)
{
	ASSERT(row->type == type);
	return (const char *)settings + row->offset;
}

const char *
settings_string(const struct settings_row *row, const struct settings *settings)
{
	const char *const *value =
	    settings_value_at(row, SETTINGS_STRING, settings);

	return *value;
}

const struct settings_list *
settings_list(const struct settings_row *row, const struct settings *settings)
{
	return settings_value_at(row, SETTINGS_LIST, settings);
}

int64_t
settings_int(const struct settings_row *row, const struct settings *settings)
{
	const bool *truth;
	const int64_t *value;

	if (row->type == SETTINGS_BOOL) {
		truth = settings_value_at(row, SETTINGS_BOOL, settings);
		return *truth ? 1 : 0;
	}
	value = settings_value_at(row, SETTINGS_INT, settings);
	return *value;
}

static void *
settings_member(const struct settings_row *row, enum settings_type type,
    struct settings *settings)
{
	ASSERT(row->type == type);
	return (char *)settings + row->offset;
}

const char **
settings_string_at(const struct settings_row *row, struct settings *settings)
{
	return settings_member(row, SETTINGS_STRING, settings);
}

struct settings_list *
settings_list_at(const struct settings_row *row, struct settings *settings)
{
	return settings_member(row, SETTINGS_LIST, settings);
}

int64_t *
settings_int_at(const struct settings_row *row, struct settings *settings)
{
	return settings_member(row, SETTINGS_INT, settings);
}

bool *
settings_bool_at(const struct settings_row *row, struct settings *settings)
{
	return settings_member(row, SETTINGS_BOOL, settings);
}
