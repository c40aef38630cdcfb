/* SPDX-License-Identifier: ISC */
#include "store/rotation.h"

#include "store/db.h"

static int
forget_oldest(struct db *db, const char *domain)
{
	static const char sql[] =
	    "DELETE FROM peer_rotation WHERE domain = ?1 AND at <"
	    " (SELECT min(at) FROM (SELECT at FROM peer_rotation"
	    " WHERE domain = ?1 ORDER BY at DESC LIMIT ?2))";

	return db_run(db, sql, VALUES(db_text(domain), db_int(ROTATIONS_MAX)));
}

int
rotation_add(struct db *db, const struct rotation *rotation)
{
	static const char sql[] =
	    "INSERT INTO peer_rotation (domain, old_key, new_key, document, at)"
	    " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
	static const char vouches[] =
	    "UPDATE vouch SET key = ?3 WHERE domain = ?1 AND key = ?2";
	int r = db_run(db, sql,
	    VALUES(db_text(rotation->domain),
		db_blob(rotation->old_key, rotation->old_len),
		db_blob(rotation->new_key, rotation->new_len),
		db_text(rotation->document), db_int(rotation->at)));

	if (r < 0 || db_changed(db) == 0)
		return r;
	r = db_run(db, vouches,
	    VALUES(db_text(rotation->domain),
		db_blob(rotation->old_key, rotation->old_len),
		db_blob(rotation->new_key, rotation->new_len)));
	return r < 0 ? r : forget_oldest(db, rotation->domain);
}

static void
rotation_read_row(struct statement *row, struct arena *arena, void *item)
{
	struct rotation *rotation = item;

	rotation->domain = db_take_text(row, arena);
	rotation->old_key = db_take_blob(row, arena, &rotation->old_len);
	rotation->new_key = db_take_blob(row, arena, &rotation->new_len);
	rotation->document = db_take_text(row, arena);
	rotation->at = db_take_int(row);
}

int
rotation_list(struct db *db, struct arena *arena, const char *domain,
    struct rotation **ret, size_t *ret_count)
{
	static const char sql[] =
	    "SELECT domain, old_key, new_key, document, at FROM peer_rotation"
	    " WHERE domain = ?1 ORDER BY at";
	struct db_list list = { .arena = arena,
		.item_size = sizeof(struct rotation),
		.read = rotation_read_row };
	int r = db_list(db, sql, VALUES(db_text(domain)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
rotation_update_vouches(struct db *db, int64_t voucher_id)
{
	static const char sql[] =
	    "UPDATE vouch SET key = (SELECT new_key FROM peer_rotation AS r"
	    " WHERE r.domain = vouch.domain AND r.old_key = vouch.key)"
	    " WHERE voucher_id = ?1 AND EXISTS (SELECT 1 FROM peer_rotation"
	    " AS r WHERE r.domain = vouch.domain AND r.old_key = vouch.key)";
	int r = 0;

	/* A key may have been rotated more than once. */
	for (int i = 0; r == 0 && i < ROTATIONS_MAX; i++) {
		r = db_run(db, sql, VALUES(db_int(voucher_id)));
		if (r == 0 && db_changed(db) == 0)
			break;
	}
	return r;
}
