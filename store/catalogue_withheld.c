/* SPDX-License-Identifier: ISC */
#include "store/catalogue_withheld.h"

#include <errno.h>

#include "store/db.h"
#include "store/writer.h"

int
catalogue_withhold(struct db *db, const char *object_uri, int64_t now)
{
	static const char sql[] =
	    "INSERT INTO catalogue_withheld (object_uri, at) VALUES (?1, ?2)"
	    " ON CONFLICT DO NOTHING";
	int r = db_run(db, sql, VALUES(db_text(object_uri), db_int(now)));

	if (r == 0)
		writer_changed(db, CHANGE_CATALOGUE);
	return r;
}

int
catalogue_restore(struct db *db, const char *object_uri)
{
	static const char sql[] =
	    "DELETE FROM catalogue_withheld WHERE object_uri = ?1";
	int r = db_run_one(db, sql, VALUES(db_text(object_uri)));

	if (r == 0)
		writer_changed(db, CHANGE_CATALOGUE);
	return r;
}

static int
exists(int r, bool *ret)
{
	if (r < 0 && r != -ENOENT)
		return r;
	*ret = r == 0;
	return 0;
}

int
catalogue_is_withheld(struct db *db, const char *object_uri, bool *ret)
{
	static const char sql[] =
	    "SELECT 1 FROM catalogue_withheld WHERE object_uri = ?1";
	int64_t one;

	return exists(
	    db_number(db, sql, VALUES(db_text(object_uri)), &one), ret);
}

static void
withheld_read(struct statement *row, struct arena *arena, void *item)
{
	struct catalogue_withheld *withheld = item;

	withheld->object_uri = db_take_text(row, arena);
	withheld->at = db_take_int(row);
}

int
catalogue_withheld_list(struct db *db, struct arena *arena, const char *after,
    size_t limit, struct catalogue_withheld **ret, size_t *ret_count)
{
	static const char sql[] =
	    "SELECT object_uri, at FROM catalogue_withheld"
	    " WHERE object_uri > ?1 ORDER BY object_uri LIMIT ?2";
	struct db_list list = { .arena = arena,
		.item_size = sizeof(struct catalogue_withheld),
		.read = withheld_read };
	int r = db_list(db, sql, VALUES(db_text(after), db_size(limit)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
catalogue_find(struct db *db, struct arena *arena, const char *object_uri,
    struct catalogue_entry *ret)
{
	static const char sql[] =
	    "SELECT origin_id FROM catalogue_entry WHERE object_hash = ?1"
	    " AND object_uri = ?2";
	int64_t origin_id;
	int r = db_number(db, sql,
	    VALUES(db_hash(object_uri), db_text(object_uri)), &origin_id);

	return r < 0
		   ? r
		   : catalogue_by_object(db, arena, origin_id, object_uri, ret);
}

int
catalogue_has_stubs(struct db *db, int64_t origin_id, bool *ret)
{
	static const char sql[] = "SELECT 1 FROM catalogue_entry"
				  " WHERE origin_id = ?1 AND document = ''"
				  " LIMIT 1";
	int64_t one;

	return exists(db_number(db, sql, VALUES(db_int(origin_id)), &one), ret);
}
