/* SPDX-License-Identifier: ISC */
#include "store/place.h"

#include "store/db.h"

static void
place_read(struct statement *row, struct arena *arena, void *item)
{
	struct place_point *point = item;

	point->insee = db_take_text(row, arena);
	point->by_hand = db_take_bool(row);
	point->latitude = db_take_real(row);
	point->longitude = db_take_real(row);
	point->at = db_take_int(row);
}

int
place_point_list(struct db *db, struct arena *arena, struct place_point **ret,
    size_t *ret_count)
{
	static const char sql[] =
	    "SELECT insee, by_hand, latitude, longitude, at FROM place_point"
	    " ORDER BY insee, by_hand";
	struct db_list list = { .arena = arena,
		.item_size = sizeof(struct place_point),
		.read = place_read };
	int r = db_list(db, sql, NULL, 0, &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
place_point_put(struct db *db, const struct place_point *point)
{
	static const char sql[] =
	    "INSERT INTO place_point (insee, by_hand, latitude, longitude, at)"
	    " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (insee, by_hand)"
	    " DO UPDATE SET latitude = excluded.latitude,"
	    " longitude = excluded.longitude, at = excluded.at";

	return db_run(db, sql,
	    VALUES(db_text(point->insee), db_int(point->by_hand),
		db_real(point->latitude), db_real(point->longitude),
		db_int(point->at)));
}

int
place_point_remove(struct db *db, const char *insee)
{
	static const char sql[] =
	    "DELETE FROM place_point WHERE insee = ?1 AND by_hand = 1";

	return db_run_one(db, sql, VALUES(db_text(insee)));
}

int
place_point_clear(struct db *db, bool hand)
{
	static const char sql[] = "DELETE FROM place_point WHERE by_hand <= ?1";

	return db_run(db, sql, VALUES(db_int(hand)));
}
