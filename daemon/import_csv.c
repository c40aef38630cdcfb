/* SPDX-License-Identifier: ISC */
/*
 * The CSV format: one kind of rows a file, told by the columns of its first
 * line: "holder" makes projects, "text" updates, else profiles.  Commas,
 * semicolons or tabs stand between the columns; lists are written with
 * semicolons inside one (quoted) field.
 *
 * libcsv is fed a line at a time, so that a row knows the line it began on.
 */
#include <csv.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "daemon/actor_form.h"
#include "daemon/import.h"

enum {
	CSV_COLUMNS_MAX = 64,
	CSV_LIST_MAX = 200,
	SEPARATOR_LINE = 4, /* bytes of "sep=" */
	NAME_SHOWN = 60,    /* characters of a column's name in an error */
};

struct column;
typedef void read_fn(struct import *import, struct import_row *row,
    const struct column *column, const char *value);

struct column {
	const char *name;
	read_fn *read;
	size_t offset; /* in struct import_row, for the simple ones */
};

struct reader {
	struct import *import;
	enum import_kind kind;
	const struct column *columns[CSV_COLUMNS_MAX];
	size_t column_count;
	bool has_header, useless; /* no row can be right */
	bool fresh;               /* the next line begins a row */
	size_t line, row_line;
	const char *fields[CSV_COLUMNS_MAX];
	size_t field_count;
};

static void
wrong(struct import *import, struct import_row *row,
    const struct column *column, const char *wanted)
{
	import_error(import, row, row->where, "column %s: %s is wanted",
	    column->name, wanted);
}

static void
read_text(struct import *import, struct import_row *row,
    const struct column *column, const char *value)
{
	const char **ret =
	    (const char **)(void *)((char *)row + column->offset);

	(void)import;
	*ret = value;
}

static void
read_flag(struct import *import, struct import_row *row,
    const struct column *column, const char *value)
{
	static const char *const yes[] = { "yes", "true", "1", "oui", "vrai" };
	static const char *const no[] = { "no", "false", "0", "non", "faux" };
	enum import_choice *ret =
	    (enum import_choice *)(void *)((char *)row + column->offset);

	for (size_t i = 0; i < N_ELEMENTS(yes); i++) {
		if (text_equal_nocase(value, yes[i])) {
			*ret = CHOICE_YES;
			return;
		}
		if (text_equal_nocase(value, no[i])) {
			*ret = CHOICE_NO;
			return;
		}
	}
	wrong(import, row, column, "yes or no");
}

static void
read_time(struct import *import, struct import_row *row,
    const struct column *column, const char *value)
{
	if (clock_rfc3339_parse(value, &row->note.published) < 0)
		wrong(import, row, column, "a time as 2026-03-14T17:00:00Z");
}

static void
read_degrees(struct import *import, struct import_row *row,
    const struct column *column, const char *value)
{
	double *ret = (double *)(void *)((char *)row + column->offset);
	char *number = arena_strdup(import->arena, value);
	char *comma = strchr(number, ',');

	/* French spreadsheets write 48,5276. */
	if (comma != NULL)
		*comma = '.';
	if (text_double(number, ret) < 0)
		wrong(import, row, column,
		    "a number of degrees, as 48.5276 or 48,5276");
	row->coordinates++;
}

/* The parts of a list, trimmed, without the empty ones. */
static const char **
split(struct import *import, const char *value, size_t *ret_count)
{
	const char **parts =
	    arena_alloc(import->arena, CSV_LIST_MAX * sizeof(*parts));
	size_t count = 0;

	while (*value != '\0' && count < CSV_LIST_MAX) {
		size_t len = strcspn(value, ";");
		const char *part = text_trim(
		    import->arena, arena_strndup(import->arena, value, len));

		if (part[0] != '\0')
			parts[count++] = part;
		value += len + (value[len] == ';' ? 1 : 0);
	}
	*ret_count = count;
	return parts;
}

static void
read_skills(struct import *import, struct import_row *row,
    const struct column *column, const char *value)
{
	(void)column;
	row->lists.skills = split(import, value, &row->lists.skill_count);
}

static void
read_themes(struct import *import, struct import_row *row,
    const struct column *column, const char *value)
{
	(void)column;
	row->lists.themes = split(import, value, &row->lists.theme_count);
}

static void
read_languages(struct import *import, struct import_row *row,
    const struct column *column, const char *value)
{
	(void)column;
	row->lists.languages = split(import, value, &row->lists.language_count);
}

static void
read_links(struct import *import, struct import_row *row,
    const struct column *column, const char *value)
{
	size_t count;
	const char **parts = split(import, value, &count);
	struct actor_link *links =
	    arena_alloc(import->arena, (count + 1) * sizeof(*links));

	(void)column;
	for (size_t i = 0; i < count; i++)
		actor_form_link(import->arena, parts[i], &links[i]);
	row->lists.links = links;
	row->lists.link_count = count;
}

/* "role=@username; role=https://...; Just a Name" */
static void
read_members(struct import *import, struct import_row *row,
    const struct column *column, const char *value)
{
	size_t count;
	const char **parts = split(import, value, &count);
	struct import_member *members = arena_alloc(
	    import->arena, (row->member_count + count + 1) * sizeof(*members));

	for (size_t i = 0; i < row->member_count; i++)
		members[i] = row->members[i];
	for (size_t i = 0; i < count; i++) {
		struct import_member *member = &members[row->member_count + i];

		actor_form_split_member(
		    import->arena, parts[i], &member->role, &member->who);
		member->by_name =
		    member->who[0] != '@' && strstr(member->who, "://") == NULL;
		member->supporter = strcmp(column->name, "supporters") == 0;
		if (member->who[0] == '\0')
			wrong(import, row, column, "role=who");
	}
	row->members = members;
	row->member_count += count;
	if (strcmp(column->name, "supporters") == 0)
		row->supporters_said = true;
	else
		row->team_said = true;
}

#define ROW(member) offsetof(struct import_row, member)

static const struct column actor_columns[] = {
	{ "username", read_text, ROW(actor.username) },
	{ "name", read_text, ROW(actor.name) },
	{ "summary", read_text, ROW(actor.source) },
	{ "contact", read_text, ROW(actor.contact) },
	{ "insee", read_text, ROW(actor.place.insee) },
	{ "commune", read_text, ROW(actor.place.name) },
	{ "postal_code", read_text, ROW(actor.place.postcode) },
	{ "latitude", read_degrees, ROW(actor.place.latitude) },
	{ "longitude", read_degrees, ROW(actor.place.longitude) },
	{ "links", read_links, 0 },
	{ "discoverable", read_flag, ROW(discoverable) },
	{ "indexable", read_flag, ROW(indexable) },
	{ "manually_approves_followers", read_flag, ROW(manually_approves) },
	{ NULL, NULL, 0 },
};

static const struct column profile_columns[] = {
	{ "kind", read_text, ROW(actor.profile_kind) },
	{ "skills", read_skills, 0 },
	{ "languages", read_languages, 0 },
	{ "consent", read_flag, ROW(consent) },
	{ NULL, NULL, 0 },
};

static const struct column project_columns[] = {
	{ "holder", read_text, ROW(holder) },
	{ "stage", read_text, ROW(actor.stage) },
	{ "status_text", read_text, ROW(actor.status) },
	{ "themes", read_themes, 0 },
	{ "team", read_members, 0 },
	{ "supporters", read_members, 0 },
	{ NULL, NULL, 0 },
};

static const struct column update_columns[] = {
	{ "project", read_text, ROW(project) },
	{ "title", read_text, ROW(note.title) },
	{ "text", read_text, ROW(note.text) },
	{ "language", read_text, ROW(note.language) },
	{ "published", read_time, 0 },
	{ NULL, NULL, 0 },
};

static const struct column *
find_column(const struct column *columns, const char *name)
{
	for (; columns->name != NULL; columns++) {
		if (text_equal_nocase(columns->name, name))
			return columns;
	}
	return NULL;
}

static const struct column *
column_of_kind(enum import_kind kind, const char *name)
{
	const struct column *column;

	if (kind == IMPORT_UPDATE)
		return find_column(update_columns, name);
	column = find_column(actor_columns, name);
	if (column != NULL)
		return column;
	return find_column(
	    kind == IMPORT_PROJECT ? project_columns : profile_columns, name);
}

static bool
header_has(const struct reader *reader, const char *name)
{
	for (size_t i = 0; i < reader->field_count; i++) {
		if (text_equal_nocase(
			text_trim(reader->import->arena, reader->fields[i]),
			name))
			return true;
	}
	return false;
}

static bool
is_empty_row(const struct reader *reader)
{
	for (size_t i = 0; i < reader->field_count; i++) {
		if (text_trim(reader->import->arena, reader->fields[i])[0] !=
		    '\0')
			return false;
	}
	return true;
}

/* Spreadsheets write the cells beside the table too, as long as one of them
 * was ever touched: columns without a name at the end are none. */
static void
drop_last_columns(struct reader *reader)
{
	while (reader->field_count > 1 &&
	       text_trim(reader->import->arena,
		   reader->fields[reader->field_count - 1])[0] == '\0')
		reader->field_count--;
}

/* Without these no row can be right: that is told once. */
static bool
has_needed(struct reader *reader, const char *where)
{
	const char *needed =
	    reader->kind == IMPORT_UPDATE ? "project" : "username";

	if (header_has(reader, needed))
		return true;
	import_error(reader->import, NULL, where,
	    "the column %s is missing: the first line must name the columns",
	    needed);
	return false;
}

static void
take_header(struct reader *reader)
{
	struct import *import = reader->import;
	const char *where =
	    arena_printf(import->arena, "line %zu", reader->row_line);

	reader->has_header = true;
	drop_last_columns(reader);
	reader->kind =
	    header_has(reader, "holder")
		? IMPORT_PROJECT
		: (header_has(reader, "text") ? IMPORT_UPDATE : IMPORT_PROFILE);
	for (size_t i = 0; i < reader->field_count; i++) {
		const char *name = text_trim(import->arena, reader->fields[i]);

		reader->columns[i] = column_of_kind(reader->kind, name);
		for (size_t k = 0; k < i; k++) {
			if (reader->columns[i] != NULL &&
			    reader->columns[k] == reader->columns[i])
				import_error(import, NULL, where,
				    "the column %s is there twice", name);
		}
		if (reader->columns[i] == NULL)
			import_error(import, NULL, where,
			    "there is no column named '%.*s' for %s; "
			    "parvisctl(8) lists them",
			    (int)text_utf8_prefix(name, NAME_SHOWN), name,
			    reader->kind == IMPORT_PROJECT  ? "projects"
			    : reader->kind == IMPORT_UPDATE ? "updates"
							    : "profiles");
	}
	reader->column_count = reader->field_count;
	reader->useless = !has_needed(reader, where);
}

static void
take_row(struct reader *reader)
{
	struct import *import = reader->import;
	const char *where =
	    arena_printf(import->arena, "line %zu", reader->row_line);
	struct import_row *row;

	if (reader->useless || is_empty_row(reader))
		return;
	row = import_add_row(import, reader->kind, where);
	if (row == NULL)
		return;
	while (reader->field_count > reader->column_count &&
	       reader->fields[reader->field_count - 1][0] == '\0')
		reader->field_count--;
	if (reader->field_count != reader->column_count) {
		import_error(import, row, where,
		    "%zu fields, where the first line has %zu",
		    reader->field_count, reader->column_count);
		return;
	}
	for (size_t i = 0; i < reader->field_count; i++) {
		const struct column *column = reader->columns[i];
		const char *value = text_trim(import->arena, reader->fields[i]);

		/* An empty field is one that says nothing. */
		if (column != NULL && value[0] != '\0')
			column->read(import, row, column, value);
	}
}

static void
on_field(void *data, size_t len, void *arg)
{
	struct reader *reader = arg;

	if (reader->field_count < CSV_COLUMNS_MAX)
		reader->fields[reader->field_count] = arena_strndup(
		    reader->import->arena, len > 0 ? data : "", len);
	reader->field_count++;
}

static void
on_row(int last, void *arg)
{
	struct reader *reader = arg;

	(void)last;
	reader->fresh = true;
	if (reader->field_count > CSV_COLUMNS_MAX) {
		import_error(reader->import, NULL,
		    arena_printf(
			reader->import->arena, "line %zu", reader->row_line),
		    "more than %d fields", CSV_COLUMNS_MAX);
		reader->field_count = 0;
		return;
	}
	if (reader->has_header)
		take_row(reader);
	else
		take_header(reader);
	reader->field_count = 0;
}

static bool
is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (strchr(" \t\r\n", text[i]) == NULL)
			return false;
	}
	return true;
}

/* Spreadsheets write and read a first line "sep=;". */
static bool
is_separator_line(const char *line, size_t len)
{
	return len > SEPARATOR_LINE &&
	       memcmp(line, "sep=", SEPARATOR_LINE) == 0 &&
	       strchr(",;\t", line[SEPARATOR_LINE]) != NULL &&
	       is_blank(line + SEPARATOR_LINE + 1, len - SEPARATOR_LINE - 1);
}

/* What stands between the columns of the first line. */
static unsigned char
delimiter_of(const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len);
	size_t commas = 0, semicolons = 0, tabs = 0;

	if (end != NULL && is_separator_line(text, (size_t)(end - text)))
		return (unsigned char)text[SEPARATOR_LINE];

	for (size_t i = 0; i < len && text[i] != '\n'; i++) {
		commas += text[i] == ',' ? 1 : 0;
		semicolons += text[i] == ';' ? 1 : 0;
		tabs += text[i] == '\t' ? 1 : 0;
	}
	if (commas >= semicolons && commas >= tabs)
		return ',';
	return semicolons >= tabs ? ';' : '\t';
}

/* One line with its end; false when reading cannot go on. */
static bool
feed(struct reader *reader, struct csv_parser *parser, const char *line,
    size_t len)
{
	reader->line++;
	if (!text_utf8_valid(line, len)) {
		import_error(reader->import, NULL,
		    arena_printf(
			reader->import->arena, "line %zu", reader->line),
		    "%s", import_not_utf8);
		return false;
	}
	if (reader->fresh && is_blank(line, len))
		return true;
	if (reader->line == 1 && is_separator_line(line, len))
		return true;
	if (reader->fresh)
		reader->row_line = reader->line;
	reader->fresh = false;
	if (csv_parse(parser, line, len, on_field, on_row, reader) == len)
		return true;
	import_error(reader->import, NULL,
	    arena_printf(reader->import->arena, "line %zu", reader->line),
	    csv_error(parser) == CSV_EPARSE
		? "a quote stands where none may: quote the whole field, and "
		  "write a quote in it twice"
		: "a field is too long");
	return false;
}

static bool
feed_all(struct reader *reader, struct csv_parser *parser, const char *text,
    size_t len)
{
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t n = end != NULL ? (size_t)(end - text) + 1 : len;

		if (!feed(reader, parser, text, n))
			return false;
		text += n;
		len -= n;
	}
	if (csv_fini(parser, on_field, on_row, reader) == 0)
		return true;
	import_error(reader->import, NULL,
	    arena_printf(reader->import->arena, "line %zu", reader->row_line),
	    "a quoted field has no end");
	return false;
}

void
import_read_csv(struct import *import, const char *text, size_t len)
{
	struct reader *reader;
	struct csv_parser parser;
	bool whole;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	reader = arena_alloc(import->arena, sizeof(*reader));
	reader->import = import;
	reader->fresh = true;
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		base_assert_failed("csv_init", __FILE__, __LINE__);
	csv_set_delim(&parser, delimiter_of(text, len));
	whole = feed_all(reader, &parser, text, len);
	csv_free(&parser);
	if (whole || import->count > 0)
		import_finish(import);
}
