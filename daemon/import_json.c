/* SPDX-License-Identifier: ISC */
/*
 * The JSON format.  Every key is named in a table of its kind: what is not
 * there is an error, so that a misspelt key does not go unnoticed.
 */
#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "daemon/import.h"
#include "federation/json.h"

enum { IMPORT_LIST_MAX = 200 }; /* publish.h has the real, lower bounds */

/* Where reading is, and what it fills. */
struct reader {
	struct import *import;
	struct import_row *row;
	const char *path; /* "profiles[2]" */
};

struct field {
	const char *key;
	void (*read)(struct reader *reader, const struct field *field,
	    const json_t *value);
	size_t offset; /* in struct import_row, for the simple ones */
};

static const char *
path_of(const struct reader *reader, const char *key)
{
	return arena_printf(reader->import->arena, "%s.%s", reader->path, key);
}

static void
wrong(struct reader *reader, const char *key, const char *wanted)
{
	import_error(reader->import, reader->row, path_of(reader, key),
	    "%s is wanted", wanted);
}

static void *
member_at(struct reader *reader, const struct field *field)
{
	return (char *)reader->row + field->offset;
}

static void
read_text(struct reader *reader, const struct field *field, const json_t *value)
{
	const char **ret = member_at(reader, field);

	if (json_is_string(value))
		*ret = arena_strdup(
		    reader->import->arena, json_string_value(value));
	else
		wrong(reader, field->key, "a text");
}

static void
read_flag(struct reader *reader, const struct field *field, const json_t *value)
{
	enum import_choice *ret = member_at(reader, field);

	if (json_is_boolean(value))
		*ret = json_is_true(value) ? CHOICE_YES : CHOICE_NO;
	else
		wrong(reader, field->key, "true or false");
}

static void
read_time(struct reader *reader, const struct field *field, const json_t *value)
{
	const char *text = json_string_value(value);
	int64_t *ret = member_at(reader, field);

	if (text == NULL || clock_rfc3339_parse(text, ret) < 0)
		wrong(reader, field->key, "a time as 2026-03-14T17:00:00Z");
}

/* Fills a list of texts; its count is the size_t at the same list's name. */
static const char **
texts_of(struct reader *reader, const char *key, const json_t *value,
    size_t *ret_count)
{
	size_t count = json_array_size(value);
	const char **texts;

	*ret_count = 0;
	if (!json_is_array(value) || count > IMPORT_LIST_MAX) {
		wrong(reader, key, "a list of texts");
		return NULL;
	}
	texts =
	    arena_alloc(reader->import->arena, (count + 1) * sizeof(*texts));
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(value, i));

		if (text == NULL) {
			wrong(reader, key, "a list of texts");
			return NULL;
		}
		texts[i] = arena_strdup(reader->import->arena, text);
	}
	*ret_count = count;
	return texts;
}

static void
read_skills(
    struct reader *reader, const struct field *field, const json_t *value)
{
	struct actor_lists *lists = &reader->row->lists;

	lists->skills =
	    texts_of(reader, field->key, value, &lists->skill_count);
}

static void
read_themes(
    struct reader *reader, const struct field *field, const json_t *value)
{
	struct actor_lists *lists = &reader->row->lists;

	lists->themes =
	    texts_of(reader, field->key, value, &lists->theme_count);
}

static void
read_languages(
    struct reader *reader, const struct field *field, const json_t *value)
{
	struct actor_lists *lists = &reader->row->lists;

	lists->languages =
	    texts_of(reader, field->key, value, &lists->language_count);
}

static void
read_fields(
    struct reader *reader, const struct field *fields, const json_t *object)
{
	const char *key;
	json_t *value;

	/* jansson's iterator takes no const; nothing is changed. */
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		const struct field *field = fields;

		while (field->key != NULL && strcmp(field->key, key) != 0)
			field++;
		if (field->key == NULL)
			import_error(reader->import, reader->row,
			    path_of(reader, key), "there is no such key");
		else if (!json_is_null(value))
			field->read(reader, field, value);
	}
}

/* An object inside a row, whose keys are told by their whole path. */
static void
read_inner(struct reader *reader, const char *path, const struct field *fields,
    const json_t *object)
{
	struct reader inner = { reader->import, reader->row, path };

	if (json_is_object(object))
		read_fields(&inner, fields, object);
	else
		import_error(
		    reader->import, reader->row, path, "an object is wanted");
}

static void
read_degrees(
    struct reader *reader, const struct field *field, const json_t *value)
{
	double *ret = member_at(reader, field);

	if (!json_is_number(value)) {
		wrong(reader, field->key, "a number of degrees");
		return;
	}
	*ret = json_number_value(value);
	reader->row->coordinates++;
}

#define ROW(member) offsetof(struct import_row, member)

static const struct field place_fields[] = {
	{ "insee", read_text, ROW(actor.place.insee) },
	{ "name", read_text, ROW(actor.place.name) },
	{ "postal_code", read_text, ROW(actor.place.postcode) },
	{ "latitude", read_degrees, ROW(actor.place.latitude) },
	{ "longitude", read_degrees, ROW(actor.place.longitude) },
	{ NULL, NULL, 0 },
};

static void
read_place(
    struct reader *reader, const struct field *field, const json_t *value)
{
	read_inner(reader, path_of(reader, field->key), place_fields, value);
}

/* The texts of two keys of an object; others are errors. */
static bool
read_pair(struct reader *reader, const char *path, const json_t *object,
    const char *const keys[3], const char *ret[3])
{
	const char *key;
	json_t *value;

	if (!json_is_object(object)) {
		import_error(
		    reader->import, reader->row, path, "an object is wanted");
		return false;
	}
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		size_t i = 0;

		while (i < 3 && (keys[i] == NULL || strcmp(keys[i], key) != 0))
			i++;
		if (json_is_null(value) && i < 3)
			continue;
		if (i == 3 || !json_is_string(value)) {
			import_error(reader->import, reader->row,
			    arena_printf(
				reader->import->arena, "%s.%s", path, key),
			    i == 3 ? "there is no such key"
				   : "a text is wanted");
			return false;
		}
		ret[i] = arena_strdup(
		    reader->import->arena, json_string_value(value));
	}
	return true;
}

static const char *
path_of_item(struct reader *reader, const char *key, size_t i)
{
	return arena_printf(
	    reader->import->arena, "%s.%s[%zu]", reader->path, key, i);
}

static void
read_links(
    struct reader *reader, const struct field *field, const json_t *value)
{
	static const char *const keys[3] = { "label", "href", NULL };
	size_t count = json_array_size(value);
	struct actor_link *links;

	if (!json_is_array(value) || count > IMPORT_LIST_MAX) {
		wrong(reader, field->key, "a list of links");
		return;
	}
	links =
	    arena_alloc(reader->import->arena, (count + 1) * sizeof(*links));
	for (size_t i = 0; i < count; i++) {
		const char *path = path_of_item(reader, field->key, i);
		const char *texts[3] = { NULL };

		if (!read_pair(
			reader, path, json_array_get(value, i), keys, texts))
			return;
		if (texts[1] == NULL) {
			import_error(reader->import, reader->row, path,
			    "href is missing");
			return;
		}
		links[i] =
		    (struct actor_link){ texts[0] != NULL ? texts[0] : texts[1],
			    texts[1] };
	}
	reader->row->lists.links = links;
	reader->row->lists.link_count = count;
}

static void
add_members(struct reader *reader, const char *key, const json_t *value,
    bool supporters)
{
	static const char *const keys[3] = { "actor", "name", "role" };
	struct import_row *row = reader->row;
	size_t count = json_array_size(value);
	struct import_member *members;

	if (!json_is_array(value) || count > IMPORT_LIST_MAX) {
		wrong(reader, key, "a list of members");
		return;
	}
	members = arena_alloc(reader->import->arena,
	    (row->member_count + count + 1) * sizeof(*members));
	for (size_t i = 0; i < row->member_count; i++)
		members[i] = row->members[i];
	for (size_t i = 0; i < count; i++) {
		const char *path = path_of_item(reader, key, i);
		const char *texts[3] = { NULL };

		if (!read_pair(
			reader, path, json_array_get(value, i), keys, texts))
			return;
		if (text_empty(texts[0]) == text_empty(texts[1])) {
			import_error(reader->import, row, path,
			    "either actor or name is wanted");
			return;
		}
		members[row->member_count + i] =
		    (struct import_member){ texts[0] != NULL ? texts[0]
							     : texts[1],
			    texts[2], texts[0] == NULL, supporters };
	}
	row->members = members;
	row->member_count += count;
	if (supporters)
		row->supporters_said = true;
	else
		row->team_said = true;
}

static void
read_team(struct reader *reader, const struct field *field, const json_t *value)
{
	add_members(reader, field->key, value, false);
}

static void
read_supporters(
    struct reader *reader, const struct field *field, const json_t *value)
{
	add_members(reader, field->key, value, true);
}

static void
read_needs(
    struct reader *reader, const struct field *field, const json_t *value)
{
	if (json_is_array(value))
		reader->import->needs += json_array_size(value);
	else
		wrong(reader, field->key, "a list");
}

static const struct field profile_fields[] = {
	{ "username", read_text, ROW(actor.username) },
	{ "name", read_text, ROW(actor.name) },
	{ "kind", read_text, ROW(actor.profile_kind) },
	{ "summary", read_text, ROW(actor.source) },
	{ "skills", read_skills, 0 },
	{ "languages", read_languages, 0 },
	{ "contact", read_text, ROW(actor.contact) },
	{ "place", read_place, 0 },
	{ "links", read_links, 0 },
	{ "consent", read_flag, ROW(consent) },
	{ "discoverable", read_flag, ROW(discoverable) },
	{ "indexable", read_flag, ROW(indexable) },
	{ "manually_approves_followers", read_flag, ROW(manually_approves) },
	{ NULL, NULL, 0 },
};

static const struct field project_fields[] = {
	{ "username", read_text, ROW(actor.username) },
	{ "name", read_text, ROW(actor.name) },
	{ "holder", read_text, ROW(holder) },
	{ "summary", read_text, ROW(actor.source) },
	{ "stage", read_text, ROW(actor.stage) },
	{ "status_text", read_text, ROW(actor.status) },
	{ "themes", read_themes, 0 },
	{ "team", read_team, 0 },
	{ "supporters", read_supporters, 0 },
	{ "contact", read_text, ROW(actor.contact) },
	{ "place", read_place, 0 },
	{ "links", read_links, 0 },
	{ "needs", read_needs, 0 },
	{ "discoverable", read_flag, ROW(discoverable) },
	{ "indexable", read_flag, ROW(indexable) },
	{ "manually_approves_followers", read_flag, ROW(manually_approves) },
	{ NULL, NULL, 0 },
};

static const struct field update_fields[] = {
	{ "project", read_text, ROW(project) },
	{ "title", read_text, ROW(note.title) },
	{ "text", read_text, ROW(note.text) },
	{ "language", read_text, ROW(note.language) },
	{ "published", read_time, ROW(note.published) },
	{ NULL, NULL, 0 },
};

static void
read_rows(struct import *import, const json_t *document, const char *key,
    enum import_kind kind, const struct field *fields)
{
	const json_t *list = json_object_get(document, key);

	if (list != NULL && !json_is_array(list)) {
		import_error(import, NULL, key, "a list is wanted");
		return;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *path =
		    arena_printf(import->arena, "%s[%zu]", key, i);
		struct reader reader = { import, NULL, path };
		const json_t *object = json_array_get(list, i);

		reader.row = import_add_row(import, kind, path);
		if (reader.row == NULL)
			return;
		if (json_is_object(object))
			read_fields(&reader, fields, object);
		else
			import_error(
			    import, reader.row, path, "an object is wanted");
	}
}

static void
refuse_other_keys(struct import *import, const json_t *document)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)document, key, value)
	{
		if (strcmp(key, "profiles") != 0 &&
		    strcmp(key, "projects") != 0 && strcmp(key, "updates") != 0)
			import_error(import, NULL, key,
			    "there is no such list; profiles, projects and "
			    "updates are read");
	}
}

/* False, with an error, for the first line that is not UTF-8. */
static bool
check_encoding(struct import *import, const char *text, size_t len)
{
	for (size_t line = 1; len > 0; line++) {
		const char *end = memchr(text, '\n', len);
		size_t n = end != NULL ? (size_t)(end - text) + 1 : len;

		if (!text_utf8_valid(text, n)) {
			import_error(import, NULL,
			    arena_printf(import->arena, "line %zu", line), "%s",
			    import_not_utf8);
			return false;
		}
		text += n;
		len -= n;
	}
	return true;
}

void
import_read_json(struct import *import, const char *text, size_t len)
{
	CLEANUP(json_release) json_t *document = NULL;
	json_error_t error;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (!check_encoding(import, text, len))
		return;
	document = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(document)) {
		import_error(import, NULL,
		    document == NULL
			? arena_printf(import->arena, "line %d", error.line)
			: "file",
		    "%s",
		    document == NULL
			? error.text
			: "an object with profiles, projects and updates is "
			  "wanted");
		return;
	}
	refuse_other_keys(import, document);
	read_rows(import, document, "profiles", IMPORT_PROFILE, profile_fields);
	read_rows(import, document, "projects", IMPORT_PROJECT, project_fields);
	read_rows(import, document, "updates", IMPORT_UPDATE, update_fields);
	import_finish(import);
}
