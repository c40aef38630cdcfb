/* SPDX-License-Identifier: ISC */
#include "store/internal.h"
#include "store/object.h"

int
reaction_add(struct db *db, enum reaction_kind kind, const char *uri,
    int64_t object_id, int64_t actor_id, int64_t now)
{
	static const char sql[] = "INSERT INTO reaction (kind, uri, uri_hash, "
				  "object_id, actor_id, at)"
				  " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

	return db_run(db, sql,
	    VALUES(db_int(kind), db_text(uri), db_hash(uri), db_int(object_id),
		db_int(actor_id), db_int(now)));
}

/* The + keeps to the index of the address: one actor may have reacted a
 * hundred thousand times. */
static int
reaction_find(struct db *db, const char *uri, int64_t actor_id, int64_t *ret_id,
    int64_t *ret_announced_id)
{
	static const char sql[] =
	    "SELECT id, kind, object_id FROM reaction WHERE uri_hash = ?1"
	    " AND uri = ?2 AND +actor_id = ?3 LIMIT 1";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql,
	    VALUES(db_hash(uri), db_text(uri), db_int(actor_id)), &row);

	if (r < 0)
		return r;
	*ret_id = db_take_int(row);
	*ret_announced_id =
	    db_take_int(row) == REACTION_ANNOUNCE ? db_take_int(row) : 0;
	return 0;
}

int
reaction_undo(struct db *db, const char *uri, int64_t actor_id)
{
	static const char sql[] = "DELETE FROM reaction WHERE id = ?1";
	int64_t id = 0, announced_id = 0;
	int r = reaction_find(db, uri, actor_id, &id, &announced_id);

	if (r == 0)
		r = db_run(db, sql, VALUES(db_int(id)));
	if (r == 0 && announced_id != 0)
		r = timeline_retract(db, announced_id, actor_id);
	return r;
}

int
reaction_count(
    struct db *db, int64_t object_id, enum reaction_kind kind, int64_t *ret)
{
	static const char sql[] = "SELECT count(*) FROM reaction"
				  " WHERE object_id = ?1 AND kind = ?2";

	return db_number(db, sql, VALUES(db_int(object_id), db_int(kind)), ret);
}

int
reaction_erase_object(struct db *db, int64_t object_id, int64_t *left)
{
	static const char sql[] =
	    "DELETE FROM reaction WHERE id IN (SELECT id FROM reaction"
	    " WHERE object_id = ?1 LIMIT ?2)";

	return chore_erase(db, sql, object_id, left);
}

int
reaction_erase(struct db *db, int64_t actor_id, int64_t *left)
{
	static const char sql[] =
	    "DELETE FROM reaction WHERE id IN (SELECT id FROM reaction"
	    " WHERE actor_id = ?1 LIMIT ?2)";

	return chore_erase(db, sql, actor_id, left);
}
