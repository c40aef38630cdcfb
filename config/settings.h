/* SPDX-License-Identifier: ISC */
/*
 * settings.h: what the administrator wrote in parvis.conf(5).
 *
 * Every setting is a row of config/tbl/settings.h: section, name, type,
 * default, bounds, unit, whether a reload applies it, and its text; the
 * parser, `parvisd -n`, the sample file and the manual come from that table.
 *
 * Memory: strings belong to the settings and live until settings_free().
 * Thread: immutable once loaded; a reload makes a new structure.
 */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include <stdio.h>

#include "config/base/base.h"

/* A list of words: values of a setting that may be given several times. */
struct settings_list {
	const char **items;
	size_t count;
};

struct settings {
#define SETTING_STRING(section, name, ...) const char *section##_##name;
#define SETTING_LIST(section, name, ...)   struct settings_list section##_##name;
#define SETTING_INT(section, name, ...)    int64_t section##_##name;
#define SETTING_BOOL(section, name, ...)   bool section##_##name;
#include "config/tbl/settings.h"
#undef SETTING_STRING
#undef SETTING_LIST
#undef SETTING_INT
#undef SETTING_BOOL
	const char *file; /* where it was read from */
};

enum { SETTINGS_ERROR_SIZE = 512 };

/*
 * Reads and checks a file.  On -EINVAL, error says "FILE:LINE: what is wrong
 * and what is allowed"; on -ENOENT, -EACCES, -EIO it says which file.
 */
int settings_load(const char *file, struct settings **ret,
    char error[SETTINGS_ERROR_SIZE]) MUST_CHECK;
/*
 * One text out of a file that may be wrong elsewhere, unchecked, cut to the
 * size, or its default: for who only wants to know where to ask.  -ENOENT:
 * the file cannot be read.
 */
int settings_peek(const char *file, const char *section, const char *name,
    char *ret, size_t size) MUST_CHECK;
/* settings_load() from memory, for tests and the fuzzer; name stands for the
 * file. */
int settings_parse(const char *text, size_t len, const char *name,
    struct settings **ret, char error[SETTINGS_ERROR_SIZE]) MUST_CHECK;
void settings_free(struct settings **settings); /* NULL is fine */

/* A setting that differs; the values as they are written, cut when long. */
struct settings_change {
	const char *section, *name;
	const char *running, *loaded;
	bool reloadable;
};
/*
 * Compares what runs with what was just loaded.  Calls changed() for each
 * setting that differs, with whether a reload applies it; true when all that
 * changed can be applied.
 */
bool settings_compare(const struct settings *running,
    const struct settings *loaded,
    void (*changed)(void *arg, const struct settings_change *change),
    void *arg);
/*
 * A reload: what needs a restart goes on as it runs, so those settings of
 * loaded take the running values.  Strings are copied.
 */
void settings_keep_running(
    struct settings *loaded, const struct settings *running);

/* "https://" and the domain, no slash at the end; the base of every id. */
const char *settings_base_url(const struct settings *settings);

/* Values for a sample; unnamed settings are written as comments. */
struct settings_value {
	const char *section, *name, *value;
};
/* A commented parvis.conf with the given values set. */
void settings_write_sample(
    FILE *out, const struct settings_value *values, size_t count);
/* mdoc(7) list of every setting, for the generated part of parvis.conf(5). */
void settings_write_manual(FILE *out);
/* "section.name = value" of every setting, defaults included; no secrets. */
void settings_write_effective(FILE *out, const struct settings *settings);

#endif
