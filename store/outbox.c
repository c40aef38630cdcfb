/* SPDX-License-Identifier: ISC */
#include "store/internal.h"
#include "store/outbox.h"

#define OUTBOX_SELECT \
	"SELECT id, uri, type, object_uri, document, actor_id," \
	" visibility, listed, published FROM activity"

/* A retracted activity is cut down once nothing waits to send it. */
#define OUTBOX_CUT \
	"UPDATE activity SET document = '' WHERE retracted = 1" \
	" AND NOT EXISTS (SELECT 1 FROM delivery" \
	" WHERE activity_id = activity.id)"

static void
outbox_read(struct statement *row, struct arena *arena, void *item)
{
	struct activity_row *activity = item;

	activity->id = db_take_int(row);
	activity->uri = db_take_text(row, arena);
	activity->type = db_take_text(row, arena);
	activity->object_uri = db_take_text(row, arena);
	activity->document = db_take_text(row, arena);
	activity->actor_id = db_take_int(row);
	activity->visibility = (enum visibility)db_take_int(row);
	activity->listed = db_take_bool(row);
	activity->published = db_take_int(row);
}

int
outbox_add(struct db *db, const struct activity_row *activity, int64_t *ret_id)
{
	static const char sql[] =
	    "INSERT INTO activity (uri, uri_hash, actor_id, type, object_uri,"
	    " object_hash, visibility, listed, document, published)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
	int r = db_run(db, sql,
	    VALUES(db_text(activity->uri), db_hash(activity->uri),
		db_int(activity->actor_id), db_text(activity->type),
		db_text(activity->object_uri), db_hash(activity->object_uri),
		db_int(activity->visibility), db_int(activity->listed),
		db_text(activity->document), db_int(activity->published)));

	if (r == 0)
		*ret_id = db_last_id(db);
	return r;
}

static int
outbox_first(struct db *db, struct arena *arena, const char *sql,
    const struct value *values, size_t count, struct activity_row *ret)
{
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, values, count, &row);

	if (r == 0)
		outbox_read(row, arena, ret);
	return r;
}

int
outbox_get(
    struct db *db, struct arena *arena, int64_t id, struct activity_row *ret)
{
	static const char sql[] = OUTBOX_SELECT " WHERE id = ?1";

	return outbox_first(db, arena, sql, VALUES(db_int(id)), ret);
}

int
outbox_by_uri(struct db *db, struct arena *arena, const char *uri,
    struct activity_row *ret)
{
	static const char sql[] =
	    OUTBOX_SELECT " WHERE uri_hash = ?1 AND uri = ?2";

	return outbox_first(
	    db, arena, sql, VALUES(db_hash(uri), db_text(uri)), ret);
}

int
outbox_list(struct db *db, struct arena *arena, int64_t actor_id,
    int64_t before, size_t limit, struct activity_row **ret, size_t *ret_count)
{
	static const char sql[] =
	    OUTBOX_SELECT " WHERE actor_id = ?1 AND listed = 1 AND id < ?2"
			  " ORDER BY id DESC LIMIT ?3";
	struct db_list list = { .arena = arena,
		.item_size = sizeof(struct activity_row),
		.read = outbox_read };
	int r = db_list(db, sql,
	    VALUES(db_int(actor_id), db_before(before), db_size(limit)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
outbox_count(struct db *db, int64_t actor_id, int64_t *ret)
{
	static const char sql[] = "SELECT count(*) FROM activity"
				  " WHERE actor_id = ?1 AND listed = 1";

	return db_number(db, sql, VALUES(db_int(actor_id)), ret);
}

int
outbox_retract_object(struct db *db, const char *object_uri)
{
	static const char retract[] =
	    "UPDATE activity SET listed = 0, retracted = 1"
	    " WHERE object_hash = ?1 AND object_uri = ?2"
	    " AND type IN ('Create', 'Update', 'Announce')";
	static const char cut[] =
	    OUTBOX_CUT " AND object_hash = ?1 AND object_uri = ?2";
	struct value hash = db_hash(object_uri), uri = db_text(object_uri);
	int r = db_run(db, retract, VALUES(hash, uri));

	return r < 0 ? r : db_run(db, cut, VALUES(hash, uri));
}

int
outbox_announced(
    struct db *db, int64_t actor_id, const char *object_uri, bool *ret)
{
	static const char sql[] =
	    "SELECT EXISTS (SELECT 1 FROM activity WHERE object_hash = ?1"
	    " AND object_uri = ?2 AND actor_id = ?3 AND type = 'Announce')";
	int64_t found = 0;
	int r = db_number(db, sql,
	    VALUES(db_hash(object_uri), db_text(object_uri), db_int(actor_id)),
	    &found);

	*ret = found != 0;
	return r;
}

int
outbox_announced_by(
    struct db *db, int64_t actor_id, int64_t author_id, bool *ret)
{
	static const char sql[] =
	    "SELECT EXISTS (SELECT 1 FROM object AS o JOIN activity AS a"
	    " ON a.object_hash = o.uri_hash AND a.object_uri = o.uri"
	    " WHERE o.actor_id = ?1 AND o.visibility = 0"
	    " AND +a.actor_id = ?2 AND a.type = 'Announce')";
	int64_t found = 0;
	int r = db_number(
	    db, sql, VALUES(db_int(author_id), db_int(actor_id)), &found);

	*ret = found != 0;
	return r;
}

int
outbox_erase(struct db *db, int64_t actor_id, int64_t *left)
{
	static const char sql[] =
	    "UPDATE activity SET listed = 0, retracted = 1,"
	    " document = CASE WHEN EXISTS (SELECT 1 FROM delivery"
	    " WHERE activity_id = activity.id) THEN document ELSE '' END"
	    " WHERE id IN (SELECT id FROM activity"
	    " WHERE actor_id = ?1 AND retracted = 0 LIMIT ?2)";

	return chore_erase(db, sql, actor_id, left);
}

/* They came in order of time: the oldest are the first. */
int
outbox_forget(struct db *db, int64_t before, size_t limit, size_t *ret_count)
{
	static const char sql[] =
	    "DELETE FROM activity WHERE id IN (SELECT old.id FROM"
	    " (SELECT id, published FROM activity WHERE listed = 0"
	    " AND retracted = 0 AND type <> 'Follow' ORDER BY id LIMIT ?2)"
	    " AS old WHERE old.published < ?1 AND NOT EXISTS (SELECT 1"
	    " FROM delivery AS d WHERE d.activity_id = old.id))";
	int r = db_run(db, sql, VALUES(db_int(before), db_size(limit)));

	if (r == 0)
		*ret_count = (size_t)db_changed(db);
	return r;
}

int
outbox_cut(struct db *db, int64_t activity_id)
{
	static const char sql[] = OUTBOX_CUT " AND id = ?1";

	return db_run(db, sql, VALUES(db_int(activity_id)));
}
