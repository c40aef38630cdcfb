/* SPDX-License-Identifier: ISC */
/*
 * settings_table.h: tbl/settings.h as data, for the files that make up
 * settings.h.  Private to config/.
 *
 * Thread: any; constant.
 */
#ifndef CONFIG_SETTINGS_TABLE_H
#define CONFIG_SETTINGS_TABLE_H

#include "config/settings.h"

enum settings_type {
	SETTINGS_STRING,
	SETTINGS_LIST,
	SETTINGS_INT,
	SETTINGS_BOOL,
};

struct settings_row {
	const char *section, *name;
	enum settings_type type;
	size_t offset;              /* of its member in struct settings */
	const char *default_string; /* NULL: must be given */
	int64_t default_int;        /* of numbers and booleans */
	int64_t min, max;           /* strings: bytes, lists: items */
	const char *unit;           /* of numbers */
	bool reloadable;
	const char *text;
};

extern const struct settings_row settings_rows[];
extern const size_t settings_row_count;

/* NULL when there is none. */
const struct settings_row *settings_row_find(
    const char *section, const char *name);
bool settings_section_known(const char *section);
/* The names of the sections as people list them: "node, listen". */
const char *settings_section_names(void);

/*
 * A setting's value; the type must be the row's, settings_int() also reads
 * booleans.
 */
const char *settings_string(
    const struct settings_row *row, const struct settings *settings);
const struct settings_list *settings_list(
    const struct settings_row *row, const struct settings *settings);
int64_t settings_int(
    const struct settings_row *row, const struct settings *settings);

/* The same while they are being read: where it is. */
const char **settings_string_at(
    const struct settings_row *row, struct settings *settings);
struct settings_list *settings_list_at(
    const struct settings_row *row, struct settings *settings);
int64_t *settings_int_at(
    const struct settings_row *row, struct settings *settings);
bool *settings_bool_at(
    const struct settings_row *row, struct settings *settings);

#endif
