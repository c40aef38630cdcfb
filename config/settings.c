/* SPDX-License-Identifier: ISC */
/*
 * inih cuts the text into sections, keys and values; the reader that hands it
 * the lines is ours.  It knows the line's number, which inih's handler is not
 * told, and refuses what inih would take in silence: a line longer than its
 * buffer (which it would cut in two), control characters, an unknown section
 * without keys.  It also drops the spaces in front of a line, which inih
 * would take for the rest of the value above.
 *
 * The first error ends the reading; it is the one that is told.
 */
#include "config/settings.h"

#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/arena.h"
#include "config/base/buf.h"
#include "config/base/text.h"
#include "config/settings_check.h"
#include "config/settings_table.h"

enum {
	SETTINGS_FILE_MAX_BYTES = 1024 * 1024,
	SETTINGS_LINE_END = 2, /* line feed and NUL, in inih's buffer */
	SETTINGS_QUOTE = 60,   /* characters of a value shown in an error */
	SETTINGS_MAX_ROWS = 128,
};

struct settings_loaded {
	struct settings settings;
	struct arena *arena;
	const char *base_url;
};

struct settings_parser {
	const char *name;
	const char *next, *end;
	unsigned line;
	unsigned given[SETTINGS_MAX_ROWS]; /* line of the row, 0: not given */
	struct settings_loaded *loaded;
	char *error;
	bool failed;
};

/* Keeps the first error only. */
static void settings_refuse(struct settings_parser *parser, unsigned line,
    const char *fmt, ...) PRINTF_LIKE(3, 4);

static void
settings_refuse(
    struct settings_parser *parser, unsigned line, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (parser->failed)
		return;
	parser->failed = true;
	n = snprintf(parser->error, SETTINGS_ERROR_SIZE,
	    "%.256s:%u: ", parser->name, line);
	if (n < 0 || n >= SETTINGS_ERROR_SIZE)
		return;
	va_start(ap, fmt);
	vsnprintf(
	    parser->error + n, (size_t)(SETTINGS_ERROR_SIZE - n), fmt, ap);
	va_end(ap);
}

/* A value as an error quotes it. */
static const char *
settings_quoted(struct settings_parser *parser, const char *value)
{
	size_t len = text_utf8_prefix(value, SETTINGS_QUOTE);

	return arena_printf(parser->loaded->arena, "\"%.*s%s\"", (int)len,
	    value, value[len] == '\0' ? "" : "...");
}

static void
settings_refuse_value(struct settings_parser *parser,
    const struct settings_row *row, const char *value, const char *must_be)
{
	settings_refuse(parser, parser->line, "[%s] %s = %s: must be %s",
	    row->section, row->name, settings_quoted(parser, value), must_be);
}

static void
settings_set_string(struct settings_parser *parser,
    const struct settings_row *row, const char *value)
{
	char *copy = arena_strdup(parser->loaded->arena, value);
	const char *must_be;

	if (strlen(value) > (size_t)row->max) {
		must_be = arena_printf(parser->loaded->arena,
		    "at most %lld bytes", (long long)row->max);
		settings_refuse_value(parser, row, value, must_be);
		return;
	}
	must_be = settings_check_value(row, copy);
	if (must_be != NULL)
		settings_refuse_value(parser, row, value, must_be);
	else
		*settings_string_at(row, &parser->loaded->settings) = copy;
}

/* The array doubles whenever its count is a power of two. */
static void
settings_append(
    struct arena *arena, struct settings_list *list, const char *item)
{
	if ((list->count & (list->count - 1)) == 0) {
		const char **items = arena_alloc(
		    arena, MAX(list->count * 2, (size_t)1) * sizeof(*items));

		if (list->count > 0)
			memcpy(
			    items, list->items, list->count * sizeof(*items));
		list->items = items;
	}
	list->items[list->count++] = item;
}

static bool
settings_list_has(const struct settings_list *list, const char *item)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i], item) == 0)
			return true;
	}
	return false;
}

static void
settings_add_item(
    struct settings_parser *parser, const struct settings_row *row, char *item)
{
	struct settings_list *list =
	    settings_list_at(row, &parser->loaded->settings);
	const char *must_be = settings_check_value(row, item);

	if (must_be != NULL)
		settings_refuse_value(parser, row, item, must_be);
	else if (settings_list_has(list, item))
		settings_refuse(parser, parser->line,
		    "[%s] %s = %s: is given twice", row->section, row->name,
		    settings_quoted(parser, item));
	else if (list->count >= (size_t)row->max)
		settings_refuse(parser, parser->line,
		    "[%s] %s = %s: at most %lld are allowed", row->section,
		    row->name, settings_quoted(parser, item),
		    (long long)row->max);
	else
		settings_append(parser->loaded->arena, list, item);
}

static void
settings_set_list(struct settings_parser *parser,
    const struct settings_row *row, const char *value)
{
	static const char separators[] = ", \t";

	for (;;) {
		size_t len;

		value += strspn(value, separators);
		len = strcspn(value, separators);
		if (len == 0 || parser->failed)
			return;
		settings_add_item(parser, row,
		    arena_strndup(parser->loaded->arena, value, len));
		value += len;
	}
}

static void
settings_set_int(struct settings_parser *parser, const struct settings_row *row,
    const char *value)
{
	int64_t *member = settings_int_at(row, &parser->loaded->settings);

	if (text_int64(value, row->min, row->max, member) < 0)
		settings_refuse_value(parser, row, value,
		    arena_printf(parser->loaded->arena,
			"a number of %s from %lld to %lld", row->unit,
			(long long)row->min, (long long)row->max));
}

static void
settings_set_bool(struct settings_parser *parser,
    const struct settings_row *row, const char *value)
{
	bool *member = settings_bool_at(row, &parser->loaded->settings);

	if (text_equal_nocase(value, "yes") || text_equal_nocase(value, "true"))
		*member = true;
	else if (text_equal_nocase(value, "no") ||
		 text_equal_nocase(value, "false"))
		*member = false;
	else
		settings_refuse_value(parser, row, value, "yes or no");
}

static void
settings_set(struct settings_parser *parser, const struct settings_row *row,
    const char *value)
{
	switch (row->type) {
	case SETTINGS_STRING:
		settings_set_string(parser, row, value);
		break;
	case SETTINGS_LIST:
		settings_set_list(parser, row, value);
		break;
	case SETTINGS_INT:
		settings_set_int(parser, row, value);
		break;
	case SETTINGS_BOOL:
		settings_set_bool(parser, row, value);
		break;
	}
}

static unsigned *
settings_given(struct settings_parser *parser, const struct settings_row *row)
{
	return &parser->given[row - settings_rows];
}

/* inih's handler: a key and its value.  0 on error. */
static int
settings_on_key(
    void *arg, const char *section, const char *name, const char *value)
{
	struct settings_parser *parser = arg;
	const struct settings_row *row = settings_row_find(section, name);

	if (*section == '\0')
		settings_refuse(parser, parser->line,
		    "%s stands before any section; sections are %s",
		    settings_quoted(parser, name), settings_section_names());
	else if (row == NULL)
		settings_refuse(parser, parser->line,
		    "[%s] has no setting %s; see parvis.conf(5)", section,
		    settings_quoted(parser, name));
	else if (*settings_given(parser, row) > 0 && row->type != SETTINGS_LIST)
		settings_refuse(parser, parser->line,
		    "[%s] %s = %s: was given on line %u already; only lists "
		    "may be given several times",
		    section, name, settings_quoted(parser, value),
		    *settings_given(parser, row));
	if (parser->failed || row == NULL)
		return 0;
	if (*settings_given(parser, row) == 0)
		*settings_given(parser, row) = parser->line;
	settings_set(parser, row, value);
	return parser->failed ? 0 : 1;
}

static void
settings_check_section(struct settings_parser *parser, const char *line)
{
	size_t len = strcspn(line, "]");
	const char *rest = line + len;
	char *section;

	if (*rest == '\0') {
		settings_refuse(parser, parser->line,
		    "%s: a section must end with ]",
		    settings_quoted(parser, line));
		return;
	}
	rest += 1 + strspn(rest + 1, " \t");
	section = arena_strndup(parser->loaded->arena, line + 1, len - 1);
	if (!settings_section_known(section))
		settings_refuse(parser, parser->line,
		    "unknown section %s; sections are %s",
		    settings_quoted(parser, section), settings_section_names());
	else if (*rest != '\0' && *rest != ';' && *rest != '#')
		settings_refuse(parser, parser->line,
		    "%s: nothing may follow a section",
		    settings_quoted(parser, rest));
}

static void
settings_check_line(
    struct settings_parser *parser, const char *line, size_t len, size_t max)
{
	if (len > max)
		settings_refuse(parser, parser->line,
		    "the line has %zu bytes, at most %zu are allowed; lists "
		    "may be given in several lines",
		    len, max);
	else if (!text_utf8_valid(line, len))
		settings_refuse(
		    parser, parser->line, "the line must be UTF-8 text");
}

static void
settings_check_text(struct settings_parser *parser, const char *line)
{
	for (const char *p = line; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if ((c < 0x20 && c != '\t') || c == 0x7f) {
			settings_refuse(parser, parser->line,
			    "the line has a control character (%u)", c);
			return;
		}
	}
	if (*line == '[')
		settings_check_section(parser, line);
	else if (*line != '\0' && strchr(";#", *line) == NULL &&
		 strpbrk(line, "=:") == NULL)
		settings_refuse(parser, parser->line,
		    "%s: must be a section in brackets, key = value, or a "
		    "comment after #",
		    settings_quoted(parser, line));
}

/* inih's reader, like fgets(): one line into str; NULL at the end. */
static char *
settings_read_line(char *str, int size, void *arg)
{
	struct settings_parser *parser = arg;
	const char *line = parser->next, *line_feed;
	size_t len;

	if (parser->failed || line == parser->end)
		return NULL;
	len = (size_t)(parser->end - line);
	line_feed = memchr(line, '\n', len);
	if (line_feed != NULL)
		len = (size_t)(line_feed - line);
	parser->next = line_feed == NULL ? parser->end : line_feed + 1;
	parser->line++;
	for (; len > 0 && (*line == ' ' || *line == '\t'); len--)
		line++;
	if (len > 0 && line[len - 1] == '\r')
		len--;
	settings_check_line(
	    parser, line, len, (size_t)size - SETTINGS_LINE_END);
	if (parser->failed)
		return NULL;
	memcpy(str, line, len);
	str[len] = '\0';
	settings_check_text(parser, str);
	str[len] = '\n';
	str[len + 1] = '\0';
	return parser->failed ? NULL : str;
}

static void
settings_set_defaults(struct settings *settings)
{
	for (size_t i = 0; i < settings_row_count; i++) {
		const struct settings_row *row = &settings_rows[i];

		switch (row->type) {
		case SETTINGS_STRING:
			*settings_string_at(row, settings) =
			    row->default_string;
			break;
		case SETTINGS_INT:
			*settings_int_at(row, settings) = row->default_int;
			break;
		case SETTINGS_BOOL:
			*settings_bool_at(row, settings) =
			    row->default_int != 0;
			break;
		case SETTINGS_LIST:
			break;
		}
	}
}

/* What only the whole file can tell; a missing key is told at its end. */
static void
settings_finish(struct settings_parser *parser)
{
	struct settings *settings = &parser->loaded->settings;
	const struct settings_row *row = NULL;
	const char *wrong;
	unsigned line;

	for (size_t i = 0; i < settings_row_count; i++) {
		row = &settings_rows[i];
		if (row->type == SETTINGS_STRING &&
		    *settings_string_at(row, settings) == NULL) {
			settings_refuse(parser, parser->line,
			    "[%s] %s is missing and must be given",
			    row->section, row->name);
			return;
		}
	}
	wrong = settings_check_whole(settings, &row);
	if (wrong == NULL)
		return;
	line = *settings_given(parser, row);
	settings_refuse(parser, line > 0 ? line : parser->line, "[%s] %s: %s",
	    row->section, row->name, wrong);
}

static struct settings_loaded *
settings_loaded_new(const char *name)
{
	struct settings_loaded *loaded = xcalloc(1, sizeof(*loaded));

	loaded->arena = arena_new();
	loaded->settings.file = arena_strdup(loaded->arena, name);
	settings_set_defaults(&loaded->settings);
	return loaded;
}

int
settings_parse(const char *text, size_t len, const char *name,
    struct settings **ret, char error[SETTINGS_ERROR_SIZE])
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	struct settings_parser parser = { .name = name, .error = error };
	struct settings *settings;
	int bad_line;

	ASSERT(settings_row_count <= SETTINGS_MAX_ROWS);
	parser.loaded = settings_loaded_new(name);
	settings = &parser.loaded->settings;
	if (len >= 3 && memcmp(text, byte_order_mark, 3) == 0) {
		text += 3;
		len -= 3;
	}
	parser.next = text;
	parser.end = text + len;
	if (len > SETTINGS_FILE_MAX_BYTES)
		settings_refuse(&parser, 1,
		    "the file has %zu bytes, at most %d are allowed", len,
		    SETTINGS_FILE_MAX_BYTES);
	bad_line = ini_parse_stream(
	    settings_read_line, &parser, settings_on_key, &parser);
	if (bad_line != 0)
		settings_refuse(&parser, (unsigned)MAX(bad_line, 1),
		    "must be a section in brackets, key = value, or a "
		    "comment after #");
	if (!parser.failed)
		settings_finish(&parser);
	if (parser.failed) {
		settings_free(&settings);
		return -EINVAL;
	}
	parser.loaded->base_url = arena_printf(
	    parser.loaded->arena, "https://%s", settings->node_domain);
	*ret = settings;
	return 0;
}

static int
settings_unreadable(
    const char *file, int error, char message[SETTINGS_ERROR_SIZE])
{
	const char *what = "cannot be read";

	if (error == ENOENT)
		what = "no such file";
	else if (error == EACCES)
		what = "permission denied";
	snprintf(message, SETTINGS_ERROR_SIZE, "%.400s: %s", file, what);
	return error == ENOENT || error == EACCES ? -error : -EIO;
}

/* One byte more than allowed tells a file that is too large. */
static bool
settings_read_file(FILE *in, struct buf *buf)
{
	char chunk[4096];
	size_t n;

	while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0 &&
	       buf->len <= SETTINGS_FILE_MAX_BYTES)
		buf_add(buf, chunk, n);
	return ferror(in) == 0;
}

int
settings_load(
    const char *file, struct settings **ret, char error[SETTINGS_ERROR_SIZE])
{
	CLEANUP(buf_done) struct buf buf;
	FILE *in = fopen(file, "re");
	bool whole;

	buf_init(&buf, SETTINGS_FILE_MAX_BYTES + 4096);
	if (in == NULL)
		return settings_unreadable(file, errno, error);
	whole = settings_read_file(in, &buf);
	fclose(in);
	if (!whole)
		return settings_unreadable(file, EIO, error);
	return settings_parse(buf_str(&buf), buf.len, file, ret, error);
}

static struct settings_loaded *
settings_loaded_of(struct settings *settings)
{
	return CONTAINER_OF(settings, struct settings_loaded, settings);
}

void
settings_free(struct settings **settings)
{
	struct settings_loaded *loaded;

	if (*settings == NULL)
		return;
	loaded = settings_loaded_of(*settings);
	arena_free(&loaded->arena);
	free(loaded);
	*settings = NULL;
}

static void
settings_copy(const struct settings_row *row, struct settings_loaded *to,
    const struct settings *from)
{
	const struct settings_list *list;
	struct settings_list *copy;

	switch (row->type) {
	case SETTINGS_STRING:
		*settings_string_at(row, &to->settings) =
		    arena_strdup(to->arena, settings_string(row, from));
		break;
	case SETTINGS_LIST:
		list = settings_list(row, from);
		copy = settings_list_at(row, &to->settings);
		*copy = (struct settings_list){ 0 };
		for (size_t i = 0; i < list->count; i++)
			settings_append(to->arena, copy,
			    arena_strdup(to->arena, list->items[i]));
		break;
	case SETTINGS_INT:
		*settings_int_at(row, &to->settings) = settings_int(row, from);
		break;
	case SETTINGS_BOOL:
		*settings_bool_at(row, &to->settings) =
		    settings_int(row, from) != 0;
		break;
	}
}

void
settings_keep_running(struct settings *loaded, const struct settings *running)
{
	struct settings_loaded *to = settings_loaded_of(loaded);

	for (size_t i = 0; i < settings_row_count; i++) {
		if (!settings_rows[i].reloadable)
			settings_copy(&settings_rows[i], to, running);
	}
	to->base_url = arena_strdup(to->arena, settings_base_url(running));
}

const char *
settings_base_url(const struct settings *settings)
{
	const struct settings_loaded *loaded = (const void *)settings;

	static_assert(offsetof(struct settings_loaded, settings) == 0,
	    "a pointer to the settings is one to what holds them");
	return loaded->base_url;
}
