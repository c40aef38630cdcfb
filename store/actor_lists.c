/* SPDX-License-Identifier: ISC */
/* The lists of an actor: terms, links, members. */
#include "store/actor.h"
#include "store/internal.h"
#include "store/writer.h"

struct term {
	enum term_kind kind;
	const char *value;
};

static void
actor_lists_read_term(struct statement *row, struct arena *arena, void *item)
{
	struct term *term = item;

	term->kind = (enum term_kind)db_take_int(row);
	term->value = db_take_text(row, arena);
}

static void
actor_lists_read_link(struct statement *row, struct arena *arena, void *item)
{
	struct actor_link *link = item;

	link->label = db_take_text(row, arena);
	link->href = db_take_text(row, arena);
}

static void
actor_lists_read_member(struct statement *row, struct arena *arena, void *item)
{
	struct project_member *member = item;

	member->supporter = db_take_bool(row);
	member->uri = db_take_text(row, arena);
	member->name = db_take_text(row, arena);
	member->role = db_take_text(row, arena);
}

/* The terms of one kind out of all. */
static const char **
actor_lists_pick(struct arena *arena, const struct db_list *terms,
    enum term_kind kind, size_t *ret_count)
{
	const struct term *term = terms->items;
	const char **values =
	    arena_alloc(arena, (terms->count + 1) * sizeof(*values));
	size_t n = 0;

	for (size_t i = 0; i < terms->count; i++) {
		if (term[i].kind == kind)
			values[n++] = term[i].value;
	}
	*ret_count = n;
	return values;
}

static int
actor_lists_terms(
    struct db *db, struct arena *arena, int64_t id, struct actor_lists *lists)
{
	static const char sql[] = "SELECT kind, value FROM actor_term"
				  " WHERE actor_id = ?1"
				  " ORDER BY kind, position";
	struct db_list terms = { .arena = arena,
		.item_size = sizeof(struct term),
		.read = actor_lists_read_term };
	int r = db_list(db, sql, VALUES(db_int(id)), &terms);

	if (r < 0)
		return r;
	lists->skills =
	    actor_lists_pick(arena, &terms, TERM_SKILL, &lists->skill_count);
	lists->themes =
	    actor_lists_pick(arena, &terms, TERM_THEME, &lists->theme_count);
	lists->languages = actor_lists_pick(
	    arena, &terms, TERM_LANGUAGE, &lists->language_count);
	return 0;
}

int
actor_lists(
    struct db *db, struct arena *arena, int64_t id, struct actor_lists *ret)
{
	static const char links_sql[] =
	    "SELECT label, href FROM actor_link"
	    " WHERE actor_id = ?1 ORDER BY position";
	static const char members_sql[] =
	    "SELECT supporter, uri, name, role FROM project_member"
	    " WHERE project_id = ?1 ORDER BY position";
	struct actor_lists lists = { 0 };
	struct db_list links = { .arena = arena,
		.item_size = sizeof(struct actor_link),
		.read = actor_lists_read_link };
	struct db_list members = { .arena = arena,
		.item_size = sizeof(struct project_member),
		.read = actor_lists_read_member };
	int r = actor_lists_terms(db, arena, id, &lists);

	if (r == 0)
		r = db_list(db, links_sql, VALUES(db_int(id)), &links);
	if (r == 0)
		r = db_list(db, members_sql, VALUES(db_int(id)), &members);
	if (r < 0)
		return r;
	lists.links = links.items;
	lists.link_count = links.count;
	lists.members = members.items;
	lists.member_count = members.count;
	*ret = lists;
	return 0;
}

static int
actor_lists_add_terms(struct db *db, int64_t id, enum term_kind kind,
    const char *const *values, size_t count)
{
	static const char sql[] =
	    "INSERT INTO actor_term (actor_id, kind, position, value)"
	    " VALUES (?1, ?2, ?3, ?4)";
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = db_run(db, sql,
		    VALUES(db_int(id), db_int(kind), db_size(i),
			db_text(values[i])));
	return r;
}

static int
actor_lists_add_links(
    struct db *db, int64_t id, const struct actor_link *links, size_t count)
{
	static const char sql[] =
	    "INSERT INTO actor_link (actor_id, position, label, href)"
	    " VALUES (?1, ?2, ?3, ?4)";
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = db_run(db, sql,
		    VALUES(db_int(id), db_size(i), db_text(links[i].label),
			db_text(links[i].href)));
	return r;
}

static int
actor_lists_add_members(struct db *db, int64_t id,
    const struct project_member *members, size_t count)
{
	static const char sql[] =
	    "INSERT INTO project_member (project_id, position, supporter, uri,"
	    " name, role) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = db_run(db, sql,
		    VALUES(db_int(id), db_size(i), db_int(members[i].supporter),
			db_text(members[i].uri), db_text(members[i].name),
			db_text(members[i].role)));
	return r;
}

int
actor_lists_erase(struct db *db, int64_t actor_id)
{
	static const char terms[] =
	    "DELETE FROM actor_term WHERE actor_id = ?1";
	static const char links[] =
	    "DELETE FROM actor_link WHERE actor_id = ?1";
	static const char members[] =
	    "DELETE FROM project_member WHERE project_id = ?1";
	int r = db_run(db, terms, VALUES(db_int(actor_id)));

	if (r == 0)
		r = db_run(db, links, VALUES(db_int(actor_id)));
	if (r == 0)
		r = db_run(db, members, VALUES(db_int(actor_id)));
	return r;
}

int
actor_set_lists(struct db *db, int64_t id, const struct actor_lists *lists)
{
	int r = actor_lists_erase(db, id);

	if (r == 0)
		r = actor_lists_add_terms(
		    db, id, TERM_SKILL, lists->skills, lists->skill_count);
	if (r == 0)
		r = actor_lists_add_terms(
		    db, id, TERM_THEME, lists->themes, lists->theme_count);
	if (r == 0)
		r = actor_lists_add_terms(db, id, TERM_LANGUAGE,
		    lists->languages, lists->language_count);
	if (r == 0)
		r = actor_lists_add_links(
		    db, id, lists->links, lists->link_count);
	if (r == 0)
		r = actor_lists_add_members(
		    db, id, lists->members, lists->member_count);
	if (r == 0)
		writer_changed(db, CHANGE_ACTOR);
	return r;
}
