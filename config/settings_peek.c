/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "config/settings_table.h"

struct settings_peek {
	const char *section, *name;
	char *ret;
	size_t size;
	bool found;
};

static int
settings_on_peek(
    void *arg, const char *section, const char *name, const char *value)
{
	struct settings_peek *peek = arg;

	if (!peek->found && strcmp(section, peek->section) == 0 &&
	    strcmp(name, peek->name) == 0) {
		peek->found = true;
		(void)snprintf(peek->ret, peek->size, "%s", value);
	}
	return 1;
}

int
settings_peek(const char *file, const char *section, const char *name,
    char *ret, size_t size)
{
	struct settings_peek peek = { section, name, ret, size, false };

	const struct settings_row *row = settings_row_find(section, name);

	ASSERT(row != NULL && row->default_string != NULL);
	/* A line that is wrong is passed over. */
	if (ini_parse(file, settings_on_peek, &peek) < 0)
		return -ENOENT;
	if (!peek.found)
		(void)snprintf(ret, size, "%s", row->default_string);
	return 0;
}
