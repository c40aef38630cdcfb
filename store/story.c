/* SPDX-License-Identifier: ISC */
#include "store/story.h"

#include <errno.h>

#include "store/internal.h"

int
story_read_at(struct db *db, int64_t actor_id, int64_t *ret)
{
	static const char sql[] = "SELECT story_at FROM actor WHERE id = ?1";

	return db_number(db, sql, VALUES(db_int(actor_id)), ret);
}

int
story_set_read(struct db *db, int64_t actor_id, int64_t now)
{
	static const char sql[] =
	    "UPDATE actor SET story_at = ?2 WHERE id = ?1";

	return db_run(db, sql, VALUES(db_int(actor_id), db_int(now)));
}

int
story_lags(struct db *db, const char *actor_uri, const char *post_uri,
    int64_t *ret_actor)
{
	static const char sql[] =
	    "SELECT a.id FROM actor AS a WHERE a.uri_hash = ?1 AND a.uri = ?2"
	    " AND a.kind = 0 AND a.deleted_at IS NULL"
	    " AND EXISTS (SELECT 1 FROM follow AS f"
	    " WHERE f.followee_id = a.id AND f.state = 1)"
	    " AND NOT EXISTS (SELECT 1 FROM object AS o"
	    " WHERE o.uri_hash = ?3 AND o.uri = ?4)";

	return db_number(db, sql,
	    VALUES(db_hash(actor_uri), db_text(actor_uri), db_hash(post_uri),
		db_text(post_uri)),
	    ret_actor);
}

/* The rows that one step looks at: up to this id. */
static int
step_end(struct db *db, int64_t after, size_t rows, int64_t *ret, bool *ret_all)
{
	static const char sql[] = "SELECT id FROM object WHERE id > ?1"
				  " ORDER BY id LIMIT 1 OFFSET ?2";
	int r =
	    db_number(db, sql, VALUES(db_int(after), db_size(rows - 1)), ret);

	*ret_all = r == -ENOENT;
	if (r == -ENOENT)
		*ret = INT64_MAX;
	return r == -ENOENT ? 0 : r;
}

int
story_forget(struct db *db, int64_t before, size_t rows, int64_t *after,
    size_t *ret_count)
{
	/* Ids must not come again: the newest row stays. */
	static const char sql[] =
	    "DELETE FROM object WHERE id > ?1 AND id <= ?2 AND local = 0"
	    " AND visibility = 0 AND deleted_at IS NULL"
	    " AND in_reply_to IS NULL AND received_at < ?3"
	    " AND id <> (SELECT max(id) FROM object)"
	    " AND NOT EXISTS (SELECT 1 FROM follow"
	    " WHERE followee_id = object.actor_id)"
	    " AND NOT EXISTS (SELECT 1 FROM timeline"
	    " WHERE object_id = object.id)"
	    " AND NOT EXISTS (SELECT 1 FROM reaction"
	    " WHERE object_id = object.id)";
	int64_t upto = 0;
	bool all = false;
	int r = step_end(db, *after, rows, &upto, &all);

	if (r == 0)
		r = db_run(db, sql,
		    VALUES(db_int(*after), db_int(upto), db_int(before)));
	if (r < 0)
		return r;
	*ret_count = (size_t)db_changed(db);
	*after = all ? 0 : upto;
	return 0;
}

static void
reply_read(struct statement *row, struct arena *arena, void *item)
{
	object_take(row, arena, item);
}

int
story_replies(struct db *db, struct arena *arena, const char *uri, size_t limit,
    struct object **ret, size_t *ret_count)
{
	static const char sql[] =
	    "SELECT " OBJECT_COLUMNS OBJECT_FROM " WHERE o.in_reply_to = ?1"
	    " AND o.visibility = 0 AND o.deleted_at IS NULL"
	    " AND a.deleted_at IS NULL"
	    " ORDER BY o.published LIMIT ?2";
	struct db_list list = { .arena = arena,
		.item_size = sizeof(struct object),
		.read = reply_read };
	int r = db_list(db, sql, VALUES(db_text(uri), db_size(limit)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}
