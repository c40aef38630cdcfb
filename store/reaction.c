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

int
reaction_undo(struct db *db, const char *uri, int64_t actor_id)
{
	static const char sql[] =
	    "DELETE FROM reaction WHERE uri_hash = ?1 AND uri = ?2"
	    " AND actor_id = ?3";
	static const char shown[] =
	    "DELETE FROM timeline WHERE via_id = ?3 AND object_id IN"
	    " (SELECT object_id FROM reaction WHERE uri_hash = ?1"
	    " AND uri = ?2 AND actor_id = ?3 AND kind = 1)";
	struct value hash = db_hash(uri), text = db_text(uri);
	int r = db_run(db, shown, VALUES(hash, text, db_int(actor_id)));

	return r < 0
		   ? r
		   : db_run_one(db, sql, VALUES(hash, text, db_int(actor_id)));
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
reaction_erase_object(struct db *db, int64_t object_id)
{
	static const char sql[] = "DELETE FROM reaction WHERE object_id = ?1";

	return db_run(db, sql, VALUES(db_int(object_id)));
}

int
reaction_erase(struct db *db, int64_t actor_id)
{
	static const char by_it[] = "DELETE FROM reaction WHERE actor_id = ?1";
	static const char to_it[] =
	    "DELETE FROM reaction WHERE object_id IN"
	    " (SELECT id FROM object WHERE actor_id = ?1)";
	int r = db_run(db, by_it, VALUES(db_int(actor_id)));

	return r < 0 ? r : db_run(db, to_it, VALUES(db_int(actor_id)));
}
