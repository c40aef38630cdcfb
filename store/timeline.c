/* SPDX-License-Identifier: ISC */
#include <errno.h>

#include "store/internal.h"
#include "store/object.h"

/*
 * The follows that one step comes to: up to the id of the last, or all that
 * are left.
 */
static int
timeline_upto(struct db *db, const struct chore *chore, int64_t rows,
    int64_t *ret, bool *ret_all)
{
	static const char sql[] =
	    "SELECT id FROM follow WHERE followee_id = ?1"
	    " AND follower_host IS NULL AND state = 1 AND id > ?2"
	    " ORDER BY id LIMIT 1 OFFSET ?3";
	int r = db_number(db, sql,
	    VALUES(db_int(chore->actor_id), db_int(chore->reached),
		db_int(rows - 1)),
	    ret);

	*ret_all = r == -ENOENT;
	if (r == -ENOENT)
		*ret = INT64_MAX;
	return r == -ENOENT ? 0 : r;
}

/*
 * An object stands once on a page.  What came by an announcement first and
 * then from its author is the author's: it stays when the announcement goes.
 * Who blocks an author does not see it by way of others either.  The relay
 * follows back those who follow it, but reads nothing.
 */
static int
timeline_insert(struct db *db, const struct chore *chore, int64_t upto)
{
	static const char sql[] =
	    "INSERT INTO timeline (owner_id, object_id, via_id, at)"
	    " SELECT f.follower_id, o.id, ?3, ?4 FROM object AS o"
	    " JOIN follow AS f WHERE o.id = ?2 AND o.deleted_at IS NULL"
	    " AND f.followee_id = ?1 AND f.follower_host IS NULL"
	    " AND f.state = 1 AND f.id > ?5 AND f.id <= ?6"
	    " AND f.follower_id NOT IN (SELECT id FROM actor"
	    " WHERE kind = 5 AND kind <> 0)"
	    " AND NOT EXISTS (SELECT 1 FROM block AS b"
	    " WHERE b.actor_id = f.follower_id AND b.target_id = o.actor_id)"
	    " ON CONFLICT (object_id, owner_id) DO UPDATE SET via_id = NULL"
	    " WHERE via_id IS NOT NULL AND excluded.via_id IS NULL";

	return db_run(db, sql,
	    VALUES(db_int(chore->actor_id), db_int(chore->object_id),
		chore->announced ? db_int(chore->actor_id) : db_null(),
		db_int(chore->at), db_int(chore->reached), db_int(upto)));
}

int
timeline_spread(struct db *db, struct chore *chore, int64_t *left)
{
	int64_t upto = 0;
	bool all = false;
	int r = timeline_upto(db, chore, *left, &upto, &all);

	if (r == 0)
		r = timeline_insert(db, chore, upto);
	if (r < 0)
		return r;
	chore->reached = upto;
	if (!all)
		*left = 0;
	return 0;
}

int
timeline_fan_out(struct db *db, int64_t followee_id, int64_t object_id,
    int64_t at, bool announced)
{
	struct chore chore = {
		.kind = CHORE_FAN_OUT,
		.actor_id = followee_id,
		.object_id = object_id,
		.announced = announced,
		.at = at,
	};
	int64_t left = CHORE_ROWS;
	int r = timeline_spread(db, &chore, &left);

	if (r == 0 && left <= 0)
		r = chore_add(db, &chore);
	return r;
}

/* The + keeps to the index of the object: one who announces may have done so a
 * hundred thousand times. */
int
timeline_retract_some(
    struct db *db, int64_t object_id, int64_t via_id, int64_t *left)
{
	static const char sql[] =
	    "DELETE FROM timeline WHERE id IN (SELECT id FROM timeline"
	    " WHERE object_id = ?1 AND +via_id = ?2 LIMIT ?3)";
	int r = db_run(
	    db, sql, VALUES(db_int(object_id), db_int(via_id), db_int(*left)));

	if (r == 0)
		*left -= db_changed(db);
	return r;
}

int
timeline_retract(struct db *db, int64_t object_id, int64_t via_id)
{
	const struct chore rest = { .kind = CHORE_RETRACT,
		.actor_id = via_id,
		.object_id = object_id };
	int64_t left = CHORE_ROWS;
	int r = chore_end_fan_out(db, via_id, object_id);

	if (r == 0)
		r = timeline_retract_some(db, object_id, via_id, &left);
	return r < 0 || left > 0 ? r : chore_add(db, &rest);
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
	" WHERE t.owner_id = ?1 AND o.deleted_at IS NULL" \
	" AND a.deleted_at IS NULL"
#define TIMELINE_ORDER " ORDER BY t.at DESC, t.id DESC LIMIT ?2"

/*
 * The first page and those after it: OR would lose the index.  When the last
 * entry of the page before has gone since, its neighbour in order of arrival
 * stands for it.
 */
int
timeline_list(struct db *db, struct arena *arena, int64_t owner_id,
    int64_t before, size_t limit, struct timeline_entry **ret,
    size_t *ret_count)
{
	static const char first[] = TIMELINE_FROM TIMELINE_ORDER;
	static const char next[] = TIMELINE_FROM
	    " AND (t.at, t.id) < (SELECT at, ?3 FROM timeline WHERE id <= ?3"
	    " ORDER BY id DESC LIMIT 1)" TIMELINE_ORDER;
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
timeline_erase_object(struct db *db, int64_t object_id, int64_t *left)
{
	static const char sql[] =
	    "DELETE FROM timeline WHERE id IN (SELECT id FROM timeline"
	    " WHERE object_id = ?1 LIMIT ?2)";

	return chore_erase(db, sql, object_id, left);
}

int
timeline_erase(struct db *db, int64_t actor_id, int64_t *left)
{
	static const char own[] =
	    "DELETE FROM timeline WHERE id IN (SELECT id FROM timeline"
	    " WHERE owner_id = ?1 LIMIT ?2)";
	static const char via[] =
	    "DELETE FROM timeline WHERE id IN (SELECT id FROM timeline"
	    " WHERE via_id = ?1 LIMIT ?2)";
	int r = chore_erase(db, own, actor_id, left);

	return r < 0 ? r : chore_erase(db, via, actor_id, left);
}
