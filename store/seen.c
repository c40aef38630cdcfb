/* SPDX-License-Identifier: ISC */
#include "store/db.h"
#include "store/outbox.h"

bool
seen_has(struct db *db, const char *uri, const char *actor_uri)
{
	static const char sql[] =
	    "SELECT 1 FROM seen WHERE uri_hash = ?1 AND actor_hash = ?2";
	int64_t seen;

	return db_number(db, sql, VALUES(db_hash(uri), db_hash(actor_uri)),
		   &seen) == 0;
}

int
seen_add(struct db *db, const char *uri, const char *actor_uri, int64_t now)
{
	static const char sql[] =
	    "INSERT INTO seen (uri_hash, actor_hash, at) VALUES (?1, ?2, ?3)";

	return db_run(
	    db, sql, VALUES(db_hash(uri), db_hash(actor_uri), db_int(now)));
}

/* They came in order of time: the oldest are the first. */
int
seen_forget(struct db *db, int64_t before, size_t limit, size_t *ret_count)
{
	static const char sql[] =
	    "DELETE FROM seen WHERE id IN (SELECT id FROM"
	    " (SELECT id, at FROM seen ORDER BY id LIMIT ?2) WHERE at < ?1)";
	int r = db_run(db, sql, VALUES(db_int(before), db_size(limit)));

	if (r == 0)
		*ret_count = (size_t)db_changed(db);
	return r;
}
