/* SPDX-License-Identifier: ISC */
#include "store/internal.h"
#include "store/object.h"

/*
 * An object stands once on a page.  What came by an announcement first and
 * then from its author is the author's: it stays when the announcement goes.
 */
static int
timeline_claim(struct db *db, int64_t followee_id, int64_t object_id)
{
	static const char sql[] =
	    "UPDATE timeline SET via_id = NULL WHERE object_id = ?2"
	    " AND via_id IS NOT NULL AND EXISTS (SELECT 1 FROM follow"
	    " WHERE follower_id = timeline.owner_id AND followee_id = ?1"
	    " AND state = 1)";

	return db_run(db, sql, VALUES(db_int(followee_id), db_int(object_id)));
}

/* Who blocks an author does not see it by way of others either. */
int
timeline_fan_out(struct db *db, int64_t followee_id, int64_t object_id,
    int64_t at, bool announced)
{
	static const char sql[] =
	    "INSERT OR IGNORE INTO timeline (owner_id, object_id, via_id, at)"
	    " SELECT f.follower_id, ?2, ?3, ?4 FROM follow AS f"
	    " JOIN actor AS a ON a.id = f.follower_id"
	    " WHERE f.followee_id = ?1 AND f.state = 1 AND a.kind <> 0"
	    " AND NOT EXISTS (SELECT 1 FROM block AS b"
	    " WHERE b.actor_id = f.follower_id AND b.target_id ="
	    " (SELECT actor_id FROM object WHERE id = ?2))";
	int r = announced ? 0 : timeline_claim(db, followee_id, object_id);

	if (r < 0)
		return r;
	return db_run(db, sql,
	    VALUES(db_int(followee_id), db_int(object_id),
		announced ? db_int(followee_id) : db_null(), db_int(at)));
}

int
timeline_retract(struct db *db, int64_t object_id, int64_t via_id)
{
	static const char sql[] =
	    "DELETE FROM timeline WHERE object_id = ?1 AND via_id = ?2";

	return db_run(db, sql, VALUES(db_int(object_id), db_int(via_id)));
}

int
timeline_add(struct db *db, int64_t owner_id, int64_t object_id, int64_t at)
{
	static const char sql[] =
	    "INSERT INTO timeline (owner_id, object_id, at)"
	    " VALUES (?1, ?2, ?3) ON CONFLICT (object_id, owner_id)"
	    " DO UPDATE SET via_id = NULL";

	return db_run(
	    db, sql, VALUES(db_int(owner_id), db_int(object_id), db_int(at)));
}

static void
timeline_read(struct statement *row, struct arena *arena, void *item)
{
	struct timeline_entry *entry = item;

	entry->id = db_take_int(row);
	entry->at = db_take_int(row);
	entry->via_uri = db_take_text(row, arena);
	object_take(row, arena, &entry->object);
}

#define TIMELINE_FROM \
	"SELECT t.id, t.at, v.uri, " OBJECT_COLUMNS \
	" FROM timeline AS t JOIN object AS o ON o.id = t.object_id" \
	" LEFT JOIN actor AS a ON a.id = o.actor_id" \
	" LEFT JOIN actor AS v ON v.id = t.via_id" \
	" WHERE t.owner_id = ?1"
#define TIMELINE_ORDER " ORDER BY t.at DESC, t.id DESC LIMIT ?2"

/* The first page and those after it: OR would lose the index. */
int
timeline_list(struct db *db, struct arena *arena, int64_t owner_id,
    int64_t before, size_t limit, struct timeline_entry **ret,
    size_t *ret_count)
{
	static const char first[] = TIMELINE_FROM TIMELINE_ORDER;
	static const char next[] =
	    TIMELINE_FROM " AND (t.at, t.id) < (SELECT at, id FROM timeline "
			  "WHERE id = ?3)" TIMELINE_ORDER;
	struct db_list list = { .arena = arena,
		.item_size = sizeof(struct timeline_entry),
		.read = timeline_read };
	int r =
	    before > 0
		? db_list(db, next,
		      VALUES(db_int(owner_id), db_size(limit), db_int(before)),
		      &list)
		: db_list(db, first, VALUES(db_int(owner_id), db_size(limit)),
		      &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
timeline_erase_object(struct db *db, int64_t object_id)
{
	static const char sql[] = "DELETE FROM timeline WHERE object_id = ?1";

	return db_run(db, sql, VALUES(db_int(object_id)));
}

int
timeline_erase(struct db *db, int64_t actor_id)
{
	static const char own[] = "DELETE FROM timeline WHERE owner_id = ?1";
	static const char via[] = "DELETE FROM timeline WHERE via_id = ?1";
	static const char by_it[] =
	    "DELETE FROM timeline WHERE object_id IN"
	    " (SELECT id FROM object WHERE actor_id = ?1)";
	int r = db_run(db, own, VALUES(db_int(actor_id)));

	if (r == 0)
		r = db_run(db, via, VALUES(db_int(actor_id)));
	if (r == 0)
		r = db_run(db, by_it, VALUES(db_int(actor_id)));
	return r;
}
