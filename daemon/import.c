/* SPDX-License-Identifier: ISC */
/*
 * Rows, errors, the checks that both formats share, and the writing.
 */
#include "daemon/import.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/base/text.h"
#include "daemon/actor_form.h"
#include "daemon/command.h"
#include "daemon/place_form.h"

enum { IMPORT_NOTES_PAGE = 200 };

const char import_not_utf8[] =
    "it is not UTF-8: save the file again in that encoding (in a spreadsheet "
    "as \"CSV UTF-8\"), or convert it: iconv -f WINDOWS-1252 -t UTF-8 OLD > "
    "NEW";

struct import *
import_new(void)
{
	struct import *import = xcalloc(1, sizeof(*import));

	import->arena = arena_new();
	return import;
}

void
import_free(struct import **import)
{
	struct import *self = *import;

	if (self == NULL)
		return;
	*import = NULL;
	free_ptr(&self->rows);
	arena_free(&self->arena);
	free_ptr(&self);
}

struct import_row *
import_add_row(struct import *import, enum import_kind kind, const char *where)
{
	struct import_row *row;

	if (import->count == IMPORT_ROWS_MAX) {
		import_error(
		    import, NULL, where, "more than %d rows", IMPORT_ROWS_MAX);
		return NULL;
	}
	if (import->count == import->room) {
		import->room = import->room == 0 ? 64 : 2 * import->room;
		import->rows = xrealloc(
		    import->rows, import->room * sizeof(*import->rows));
	}
	row = &import->rows[import->count++];
	*row = (struct import_row){ .kind = kind, .where = where };
	row->actor.kind =
	    kind == IMPORT_PROJECT ? ACTOR_PROJECT : ACTOR_PROFILE;
	return row;
}

void
import_error(struct import *import, struct import_row *row, const char *where,
    const char *fmt, ...)
{
	va_list ap;

	if (row != NULL)
		row->bad = true;
	if (import->error_count++ >= IMPORT_ERRORS_MAX)
		return;
	va_start(ap, fmt);
	import->errors[import->error_count - 1] = (struct import_error){
		arena_strdup(import->arena, where),
		arena_vprintf(import->arena, fmt, ap),
	};
	va_end(ap);
}

void
import_notice(struct import *import, const char *where, const char *fmt, ...)
{
	va_list ap;

	if (import->notice_count++ >= IMPORT_ERRORS_MAX)
		return;
	va_start(ap, fmt);
	import->notices[import->notice_count - 1] = (struct import_error){
		arena_strdup(import->arena, where),
		arena_vprintf(import->arena, fmt, ap),
	};
	va_end(ap);
}

/* Nobody is made findable by a file that does not say that they agreed. */
static void
apply_consent(struct import *import, struct import_row *row)
{
	bool wanted =
	    row->discoverable == CHOICE_YES || row->indexable == CHOICE_YES;

	if (row->kind != IMPORT_PROFILE || row->consent == CHOICE_YES ||
	    !wanted)
		return;
	import_notice(import, row->where,
	    "%s: not made discoverable or indexable, since no consent is "
	    "written there",
	    row->actor.username != NULL ? row->actor.username : "a profile");
	if (row->discoverable == CHOICE_YES)
		row->discoverable = CHOICE_UNSAID;
	if (row->indexable == CHOICE_YES)
		row->indexable = CHOICE_UNSAID;
}

static void
require(struct import *import, struct import_row *row, const char *value,
    const char *name)
{
	if (text_empty(value))
		import_error(import, row, row->where, "%s is missing", name);
}

/* A place that the gazetteer does not know is no reason to refuse a row. */
static void
complete_place(struct import *import, struct import_row *row)
{
	const char *error = NULL;

	if (place_form_complete(import->arena, gazetteer_builtin(), "insee",
		&row->actor.place, &error) < 0)
		import_notice(import, row->where,
		    "%s: place: %s; kept as it is written",
		    row->actor.username != NULL ? row->actor.username
						: "without a name",
		    error);
}

static void
check_row(struct import *import, struct import_row *row)
{
	struct place *place = &row->actor.place;

	if (row->kind == IMPORT_UPDATE) {
		require(import, row, row->project, "project");
		require(import, row, row->note.text, "text");
		return;
	}
	require(import, row, row->actor.username, "username");
	require(import, row, row->actor.name, "name");
	if (row->kind == IMPORT_PROJECT)
		require(import, row, row->holder, "holder");
	if (row->coordinates == 1)
		import_error(import, row, row->where,
		    "latitude and longitude go together");
	place->located = row->coordinates == 2;
	if (place->located &&
	    (place->latitude < -90 || place->latitude > 90 ||
		place->longitude < -180 || place->longitude > 180))
		import_error(import, row, row->where,
		    "latitude is from -90 to 90, longitude from -180 to 180");
	complete_place(import, row);
	apply_consent(import, row);
}

struct name_place {
	const char *name;
	size_t index;
};

static int
compare_names(const void *a, const void *b)
{
	const struct name_place *x = a, *y = b;
	int r = strcasecmp(x->name, y->name);

	if (r != 0)
		return r;
	return x->index < y->index ? -1 : 1;
}

static void
check_doubles(struct import *import)
{
	struct name_place *names = xcalloc(import->count + 1, sizeof(*names));
	size_t count = 0;

	for (size_t i = 0; i < import->count; i++) {
		if (import->rows[i].actor.username != NULL)
			names[count++] =
			    (struct name_place){ import->rows[i].actor.username,
				    i };
	}
	qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 1; i < count; i++) {
		struct import_row *row = &import->rows[names[i].index];

		if (strcasecmp(names[i - 1].name, names[i].name) == 0)
			import_error(import, row, row->where,
			    "username %s stands in the file already, at %s",
			    names[i].name,
			    import->rows[names[i - 1].index].where);
	}
	free_ptr(&names);
}

void
import_finish(struct import *import)
{
	for (size_t i = 0; i < import->count; i++)
		check_row(import, &import->rows[i]);
	check_doubles(import);
	if (import->needs > 0)
		import_notice(import, "needs",
		    "%zu %s kept in the file for the exchange of needs and "
		    "offers; not imported",
		    import->needs, import->needs == 1 ? "need" : "needs");
	if (import->count == 0 && import->error_count == 0)
		import_error(
		    import, NULL, "file", "there is nothing to import in it");
}

/* --- writing --- */

static int refuse(struct publish *publish, int error, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

static int
refuse(struct publish *publish, int error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(publish->error, sizeof(publish->error), fmt, ap);
	va_end(ap);
	return error;
}

/* A username of ours, with or without @, an id, or a name. */
static int
put_member(struct publish *publish, const struct import_member *from,
    struct project_member *ret)
{
	const char *who = from->who;
	int r;

	if (from->by_name) {
		*ret = (struct project_member){ from->supporter, NULL, who,
			from->role };
		return 0;
	}
	if (who[0] != '@' && strstr(who, "://") == NULL)
		who = arena_printf(publish->arena, "@%s", who);
	r = actor_form_member(
	    publish->db, publish->arena, publish->node, who, from->role, ret);
	if (r == -ENOENT)
		return refuse(publish, -EINVAL,
		    "%s: there is no profile or project named %s",
		    from->supporter ? "supporters" : "team", who);
	if (r == 0)
		ret->supporter = from->supporter;
	return r;
}

static int
put_members(struct publish *publish, const struct import_row *row,
    struct actor_lists *lists)
{
	struct project_member *members = arena_alloc(
	    publish->arena, (row->member_count + 1) * sizeof(*members));

	for (size_t i = 0; i < row->member_count; i++) {
		int r = put_member(publish, &row->members[i], &members[i]);

		if (r < 0)
			return r;
	}
	lists->members = members;
	lists->member_count = row->member_count;
	return 0;
}

static int
find_holder(struct publish *publish, const char *name, int64_t *ret_owner_id)
{
	struct actor holder;
	int r = command_find_local(
	    publish->db, publish->arena, publish->node, name, &holder);

	if (r == 0 && holder.kind != ACTOR_PROFILE)
		r = -ENOENT;
	if (r == -ENOENT)
		return refuse(publish, -EINVAL,
		    "holder: there is no profile named %s", name);
	if (r == 0)
		*ret_owner_id = holder.id;
	return r;
}

static bool
chosen(enum import_choice choice, bool otherwise)
{
	return choice == CHOICE_UNSAID ? otherwise : choice == CHOICE_YES;
}

/* What the file says, if it does; an empty text clears. */
static const char *
said(const char *text, const char *otherwise)
{
	if (text == NULL)
		return otherwise;
	return text[0] != '\0' ? text : NULL;
}

/* Another commune has another point and other codes. */
static void
change_place(struct place *place, const struct place *from)
{
	if (from->name != NULL || from->insee != NULL) {
		*place = *from;
		return;
	}
	place->postcode = said(from->postcode, place->postcode);
	if (from->located) {
		place->located = true;
		place->latitude = from->latitude;
		place->longitude = from->longitude;
	}
}

/* The members that the row does not speak of go behind those that it names. */
static void
keep_members(struct publish *publish, const struct import_row *row,
    const struct actor_lists *old, struct actor_lists *lists)
{
	struct project_member *members = arena_alloc(publish->arena,
	    (lists->member_count + old->member_count + 1) * sizeof(*members));
	size_t count = 0;

	for (size_t i = 0; i < lists->member_count; i++)
		members[count++] = lists->members[i];
	for (size_t i = 0; i < old->member_count; i++) {
		if (!(old->members[i].supporter ? row->supporters_said
						: row->team_said))
			members[count++] = old->members[i];
	}
	lists->members = members;
	lists->member_count = count;
}

static int
keep_lists(struct publish *publish, const struct import_row *row,
    int64_t actor_id, struct actor_lists *lists)
{
	struct actor_lists old = { 0 };
	int r = actor_lists(publish->db, publish->arena, actor_id, &old);

	if (r < 0)
		return r;
	if (lists->skills == NULL) {
		lists->skills = old.skills;
		lists->skill_count = old.skill_count;
	}
	if (lists->themes == NULL) {
		lists->themes = old.themes;
		lists->theme_count = old.theme_count;
	}
	if (lists->languages == NULL) {
		lists->languages = old.languages;
		lists->language_count = old.language_count;
	}
	if (lists->links == NULL) {
		lists->links = old.links;
		lists->link_count = old.link_count;
	}
	keep_members(publish, row, &old, lists);
	return 0;
}

/* What the file does not speak of stays. */
static int
change_actor(struct publish *publish, const struct import_row *row,
    const struct actor *old, const struct actor *actor,
    struct actor_lists *lists)
{
	struct actor new = *old;
	int r;

	if (old->kind != actor->kind)
		return refuse(publish, -EINVAL,
		    "%s exists and is not of that kind", old->username);
	r = keep_lists(publish, row, old->id, lists);
	if (r < 0)
		return r;
	new.name = actor->name;
	new.source = said(actor->source, old->source);
	new.owner_id = actor->owner_id;
	new.profile_kind = said(actor->profile_kind, old->profile_kind);
	new.stage = said(actor->stage, old->stage);
	new.status = said(actor->status, old->status);
	new.contact = said(actor->contact, old->contact);
	change_place(&new.place, &actor->place);
	new.discoverable = actor->discoverable;
	new.indexable = actor->indexable;
	new.manually_approves = actor->manually_approves;
	return publish_actor_update(publish, &new, lists);
}

static int
put_actor(struct publish *publish, const struct import_row *row,
    struct import_put *put)
{
	struct actor actor = row->actor, old = { 0 };
	struct actor_lists lists = row->lists;
	int r = 0;

	if (row->kind == IMPORT_PROJECT)
		r = find_holder(publish, row->holder, &actor.owner_id);
	if (r == 0)
		r = put_members(publish, row, &lists);
	if (r < 0)
		return r;
	r = actor_by_username(
	    publish->db, publish->arena, actor.username, &old);
	/* A project is there to be found; a person decides. */
	if (r == -ENOENT)
		old.discoverable = old.indexable = row->kind == IMPORT_PROJECT;
	actor.discoverable = chosen(row->discoverable, old.discoverable);
	actor.indexable = chosen(row->indexable, old.indexable);
	actor.manually_approves =
	    chosen(row->manually_approves, old.manually_approves);
	if (r == 0 && put->update && old.deleted_at == 0) {
		put->changed = true;
		return change_actor(publish, row, &old, &actor, &lists);
	}
	if (r == 0)
		return refuse(publish, -EEXIST,
		    old.deleted_at != 0
			? "username: %s was in use, and names are never given "
			  "again"
			: "username: %s exists already (--update changes it)",
		    actor.username);
	if (r != -ENOENT)
		return r;
	put->created = true;
	return publish_actor_create(publish, &actor, &lists, &old);
}

/* The same words by the same author: an import that is done again. */
static int
is_published(struct publish *publish, int64_t actor_id,
    const struct note_form *form, bool *ret)
{
	struct object *notes;
	int64_t before = 0;
	size_t count;
	int r;

	do {
		r = object_list(publish->db, publish->arena, actor_id, before,
		    IMPORT_NOTES_PAGE, &notes, &count);
		for (size_t i = 0; r == 0 && i < count; i++) {
			before = notes[i].id;
			if (notes[i].source != NULL &&
			    strcmp(notes[i].source, form->text) == 0 &&
			    (form->published == 0 ||
				form->published == notes[i].published)) {
				*ret = true;
				return 0;
			}
		}
	} while (r == 0 && count == IMPORT_NOTES_PAGE);
	*ret = false;
	return r;
}

static int
put_note(struct publish *publish, const struct import_row *row,
    struct import_put *put)
{
	struct actor author;
	struct object note;
	bool known = false;
	int r = command_find_local(
	    publish->db, publish->arena, publish->node, row->project, &author);

	if (r == -ENOENT)
		return refuse(publish, -EINVAL, "there is no project named %s",
		    row->project);
	if (r == 0)
		r = is_published(publish, author.id, &row->note, &known);
	if (r < 0 || known)
		return r;
	put->created = true;
	return publish_note_create(publish, author.id, &row->note, &note);
}

int
import_put_row(struct publish *publish, const struct import_row *row,
    struct import_put *put)
{
	put->created = false;
	put->changed = false;
	return row->kind == IMPORT_UPDATE ? put_note(publish, row, put)
					  : put_actor(publish, row, put);
}
