/* SPDX-License-Identifier: ISC */
/*
 * Strangers: whoever signs a request to us, or is asked for once, becomes a
 * row with its keys, and nothing keeps somebody from inventing a million.
 *
 * Ids must not come again while a cache believes them: the newest row stays.
 */
#include <errno.h>

#include "store/actor.h"
#include "store/internal.h"

/* The rows that one step looks at: up to this id. */
static int
step_end(struct db *db, int64_t after, size_t rows, int64_t *ret, bool *ret_all)
{
	static const char sql[] = "SELECT id FROM actor WHERE id > ?1"
				  " ORDER BY id LIMIT 1 OFFSET ?2";
	int r =
	    db_number(db, sql, VALUES(db_int(after), db_size(rows - 1)), ret);

	*ret_all = r == -ENOENT;
	if (r == -ENOENT)
		*ret = INT64_MAX;
	return r == -ENOENT ? 0 : r;
}

static void
id_read(struct statement *row, struct arena *arena, void *item)
{
	int64_t *id = item;

	(void)arena;
	*id = db_take_int(row);
}

static int
strangers(struct db *db, int64_t after, int64_t upto, int64_t before,
    struct db_list *list)
{
	static const char sql[] =
	    "SELECT a.id FROM actor AS a WHERE a.id > ?1 AND a.id <= ?2"
	    " AND a.kind = 0 AND a.deleted_at IS NULL AND a.fetched_at < ?3"
	    " AND a.id <> (SELECT max(id) FROM actor)"
	    " AND NOT EXISTS (SELECT 1 FROM follow WHERE follower_id = a.id)"
	    " AND NOT EXISTS (SELECT 1 FROM follow WHERE followee_id = a.id)"
	    " AND NOT EXISTS (SELECT 1 FROM object WHERE actor_id = a.id)"
	    " AND NOT EXISTS (SELECT 1 FROM reaction WHERE actor_id = a.id"
	    " LIMIT 1)"
	    " AND NOT EXISTS (SELECT 1 FROM timeline WHERE via_id = a.id)"
	    " AND NOT EXISTS (SELECT 1 FROM block WHERE actor_id = a.id)"
	    " AND NOT EXISTS (SELECT 1 FROM block WHERE target_id = a.id)"
	    " AND NOT EXISTS (SELECT 1 FROM task WHERE actor_id = a.id)"
	    " AND NOT EXISTS (SELECT 1 FROM chore WHERE actor_id = a.id)"
	    " AND NOT EXISTS (SELECT 1 FROM actor AS p WHERE p.owner_id ="
	    " a.id)";

	list->item_size = sizeof(int64_t);
	list->read = id_read;
	return db_list(
	    db, sql, VALUES(db_int(after), db_int(upto), db_int(before)), list);
}

static int
forget(struct db *db, int64_t id)
{
	/* First what counts those who live, and then the row. */
	static const char bury[] =
	    "UPDATE actor SET deleted_at = 0 WHERE id = ?1";
	static const char erase[] = "DELETE FROM actor WHERE id = ?1";
	int r = actor_lists_erase(db, id);

	if (r == 0)
		r = actor_key_erase(db, id);
	if (r == 0)
		r = db_run(db, bury, VALUES(db_int(id)));
	return r < 0 ? r : db_run(db, erase, VALUES(db_int(id)));
}

int
actor_forget_strangers(struct db *db, int64_t before, size_t rows,
    int64_t *after, size_t *ret_count)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct db_list list = { .arena = arena };
	const int64_t *ids;
	int64_t upto;
	bool all;
	int r = step_end(db, *after, rows, &upto, &all);

	if (r == 0)
		r = strangers(db, *after, upto, before, &list);
	ids = list.items;
	for (size_t i = 0; r == 0 && i < list.count; i++)
		r = forget(db, ids[i]);
	if (r < 0)
		return r;
	*ret_count = list.count;
	*after = all ? 0 : upto;
	return 0;
}
