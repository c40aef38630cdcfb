/* SPDX-License-Identifier: ISC */
#include "store/catalogue_lost.h"

#include "store/db.h"

#define LOST_SELECT "SELECT object_uri, document, at FROM catalogue_lost"

static void
lost_read(struct statement *row, struct arena *arena, void *item)
{
	struct catalogue_lost *lost = item;

	lost->object_uri = db_take_text(row, arena);
	lost->document = db_take_text(row, arena);
	lost->at = db_take_int(row);
}

int
catalogue_lost_put(struct db *db, const struct catalogue_lost *lost)
{
	static const char sql[] =
	    "INSERT INTO catalogue_lost (object_uri, document, at)"
	    " VALUES (?1, ?2, ?3) ON CONFLICT (object_uri) DO UPDATE SET"
	    " document = excluded.document, at = excluded.at"
	    " WHERE excluded.at > at";

	return db_run(db, sql,
	    VALUES(db_text(lost->object_uri), db_text(lost->document),
		db_int(lost->at)));
}

int
catalogue_lost_get(struct db *db, struct arena *arena, const char *object_uri,
    struct catalogue_lost *ret)
{
	static const char sql[] = LOST_SELECT " WHERE object_uri = ?1";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, VALUES(db_text(object_uri)), &row);

	if (r == 0)
		lost_read(row, arena, ret);
	return r;
}

int
catalogue_lost_list(struct db *db, struct arena *arena, const char *after,
    size_t limit, struct catalogue_lost **ret, size_t *ret_count)
{
	static const char sql[] =
	    LOST_SELECT " WHERE object_uri > ?1 ORDER BY object_uri LIMIT ?2";
	struct db_list list = { .arena = arena,
		.item_size = sizeof(struct catalogue_lost),
		.read = lost_read };
	int r = db_list(db, sql, VALUES(db_text(after), db_size(limit)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
catalogue_lost_remove(struct db *db, const char *object_uri)
{
	static const char sql[] =
	    "DELETE FROM catalogue_lost WHERE object_uri = ?1";

	return db_run(db, sql, VALUES(db_text(object_uri)));
}

int64_t
catalogue_lost_count(struct db *db)
{
	static const char sql[] = "SELECT count(*) FROM catalogue_lost";
	int64_t count = 0;

	return db_number(db, sql, NO_VALUES, &count) == 0 ? count : 0;
}
