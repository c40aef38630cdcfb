/* SPDX-License-Identifier: ISC */
/* Single objects of all the catalogues, as far as the search shows them. */
#include <errno.h>

#include "store/catalogue.h"
#include "store/db.h"

int
catalogue_shown(struct db *db, struct arena *arena, const char *object_uri,
    struct catalogue_shown *ret)
{
	static const char sql[] =
	    "SELECT e.document, o.domain FROM catalogue_entry AS e"
	    " JOIN search_entry AS s ON s.entry_id = e.id"
	    " JOIN catalogue_origin AS o ON o.id = e.origin_id"
	    " WHERE e.object_hash = ?1 AND e.object_uri = ?2 AND e.kind = 0";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(
	    db, sql, VALUES(db_hash(object_uri), db_text(object_uri)), &row);

	if (r < 0)
		return r;
	ret->document = db_take_text(row, arena);
	ret->domain = db_take_text(row, arena);
	return 0;
}

int
catalogue_speaks_of(struct db *db, const char *object_uri, bool *ret)
{
	static const char sql[] = "SELECT 1 FROM catalogue_entry"
				  " WHERE object_hash = ?1 AND object_uri = ?2";
	int64_t one = 0;
	int r = db_number(
	    db, sql, VALUES(db_hash(object_uri), db_text(object_uri)), &one);

	if (r < 0 && r != -ENOENT)
		return r;
	*ret = r == 0;
	return 0;
}
