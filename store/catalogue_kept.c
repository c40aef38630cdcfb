/* SPDX-License-Identifier: ISC */
/* What stays of a copy that was erased: the number where it stood. */
#include "store/catalogue.h"
#include "store/db.h"

int
catalogue_keep(
    struct db *db, const char *domain, const struct catalogue_kept *kept)
{
	static const char sql[] =
	    "INSERT INTO catalogue_kept (domain, key, epoch, seq)"
	    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (domain) DO UPDATE SET"
	    " key = excluded.key, epoch = excluded.epoch, seq = excluded.seq";

	return db_run(db, sql,
	    VALUES(db_text(domain), db_blob(kept->key, kept->key_len),
		db_int(kept->epoch), db_int(kept->seq)));
}

int
catalogue_kept_get(struct db *db, struct arena *arena, const char *domain,
    struct catalogue_kept *ret)
{
	static const char sql[] =
	    "SELECT key, epoch, seq FROM catalogue_kept WHERE domain = ?1";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, VALUES(db_text(domain)), &row);

	if (r < 0)
		return r;
	ret->key = db_take_blob(row, arena, &ret->key_len);
	ret->epoch = db_take_int(row);
	ret->seq = db_take_int(row);
	return 0;
}
