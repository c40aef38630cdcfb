/* SPDX-License-Identifier: ISC */
#include <errno.h>

#include "store/db.h"

int
meta_get(struct db *db, struct arena *arena, const char *key, const char **ret)
{
	static const char sql[] = "SELECT value FROM meta WHERE key = ?1";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, VALUES(db_text(key)), &row);

	if (r == 0)
		*ret = db_take_text(row, arena);
	else if (r == -ENOENT)
		*ret = NULL;
	return r == -ENOENT ? 0 : r;
}

int
meta_set(struct db *db, const char *key, const char *value)
{
	static const char sql[] =
	    "INSERT INTO meta (key, value) VALUES (?1, ?2)"
	    " ON CONFLICT (key) DO UPDATE SET value = excluded.value";

	return db_run(db, sql, VALUES(db_text(key), db_text(value)));
}
