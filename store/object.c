/* SPDX-License-Identifier: ISC */
#include <errno.h>

#include "store/internal.h"
#include "store/object.h"

static void
object_read(struct statement *row, struct arena *arena, void *item)
{
	object_take(row, arena, item);
}

/* What is being erased is not shown meanwhile. */
static void
object_hush(struct object *object)
{
	object->in_reply_to = object->context = NULL;
	object->name = object->summary = object->content = NULL;
	object->source = object->url = object->language = NULL;
	object->document = NULL;
}

void
object_take(struct statement *row, struct arena *arena, struct object *object)
{
	object->id = db_take_int(row);
	object->local = db_take_bool(row);
	object->uri = db_take_text(row, arena);
	object->type = db_take_text(row, arena);
	object->actor_id = db_take_int(row);
	object->actor_uri = db_take_text(row, arena);
	object->visibility = (enum visibility)db_take_int(row);
	object->in_reply_to = db_take_text(row, arena);
	object->context = db_take_text(row, arena);
	object->name = db_take_text(row, arena);
	object->summary = db_take_text(row, arena);
	object->content = db_take_text(row, arena);
	object->source = db_take_text(row, arena);
	object->url = db_take_text(row, arena);
	object->language = db_take_text(row, arena);
	object->document = db_take_text(row, arena);
	object->published = db_take_int(row);
	object->updated = db_take_int(row);
	object->received_at = db_take_int(row);
	object->deleted_at = db_take_int(row);
	if (object->deleted_at != 0)
		object_hush(object);
}

static int
object_first(struct db *db, struct arena *arena, const char *sql,
    const struct value *values, size_t count, struct object *ret)
{
	CLEANUP(db_done) struct statement *row = NULL;
	struct object object = { 0 };
	int r = db_first(db, sql, values, count, &row);

	if (r < 0)
		return r;
	object_take(row, arena, &object);
	*ret = object;
	return 0;
}

int
object_get(struct db *db, struct arena *arena, int64_t id, struct object *ret)
{
	static const char sql[] =
	    "SELECT " OBJECT_COLUMNS OBJECT_FROM " WHERE o.id = ?1";

	return object_first(db, arena, sql, VALUES(db_int(id)), ret);
}

int
object_by_uri(
    struct db *db, struct arena *arena, const char *uri, struct object *ret)
{
	static const char sql[] = "SELECT " OBJECT_COLUMNS OBJECT_FROM
				  " WHERE o.uri_hash = ?1 AND o.uri = ?2";

	return object_first(
	    db, arena, sql, VALUES(db_hash(uri), db_text(uri)), ret);
}

static int
object_rows(struct db *db, const char *sql, const struct value *values,
    size_t count, struct db_list *list)
{
	list->item_size = sizeof(struct object);
	list->read = object_read;
	return db_list(db, sql, values, count, list);
}

/* The first page and those after it: OR would lose the index. */
static int
object_page(struct db *db, int64_t actor_id, int64_t before, size_t limit,
    struct db_list *list)
{
	static const char first[] =
	    "SELECT " OBJECT_COLUMNS OBJECT_FROM " WHERE o.actor_id = ?1"
	    " AND o.visibility = 0"
	    " AND o.deleted_at IS NULL"
	    " ORDER BY o.published DESC, o.id DESC"
	    " LIMIT ?2";
	static const char next[] =
	    "SELECT " OBJECT_COLUMNS OBJECT_FROM
	    " WHERE o.actor_id = ?1 AND o.visibility = 0"
	    " AND o.deleted_at IS NULL AND (o.published, o.id) <"
	    " (SELECT published, id FROM object WHERE id = ?3)"
	    " ORDER BY o.published DESC, o.id DESC LIMIT ?2";

	if (before > 0)
		return object_rows(db, next,
		    VALUES(db_int(actor_id), db_size(limit), db_int(before)),
		    list);
	return object_rows(
	    db, first, VALUES(db_int(actor_id), db_size(limit)), list);
}

int
object_list(struct db *db, struct arena *arena, int64_t actor_id,
    int64_t before, size_t limit, struct object **ret, size_t *ret_count)
{
	struct db_list list = { .arena = arena };
	int r = object_page(db, actor_id, before, limit, &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
object_recent(struct db *db, struct arena *arena, size_t limit,
    struct object **ret, size_t *ret_count)
{
	static const char sql[] = "SELECT " OBJECT_COLUMNS OBJECT_FROM
				  " WHERE o.local = 1 AND o.visibility = 0"
				  " AND o.deleted_at IS NULL"
				  " AND a.deleted_at IS NULL"
				  " ORDER BY o.published DESC, o.id DESC"
				  " LIMIT ?1";
	struct db_list list = { .arena = arena };
	int r = object_rows(db, sql, VALUES(db_size(limit)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
object_count(struct db *db, int64_t actor_id, int64_t *ret)
{
	static const char sql[] = "SELECT count(*) FROM object"
				  " WHERE actor_id = ?1 AND visibility = 0"
				  " AND deleted_at IS NULL";

	return db_number(db, sql, VALUES(db_int(actor_id)), ret);
}

/* 0: living, -ESTALE: a Tombstone, -ENOENT */
static int
object_find(struct db *db, const char *uri)
{
	static const char sql[] = "SELECT deleted_at IS NOT NULL FROM object"
				  " WHERE uri_hash = ?1 AND uri = ?2";
	int64_t deleted = 0;
	int r =
	    db_number(db, sql, VALUES(db_hash(uri), db_text(uri)), &deleted);

	return r == 0 && deleted ? -ESTALE : r;
}

int
object_create(struct db *db, const struct object *object, int64_t *ret_id)
{
	static const char sql[] =
	    "INSERT INTO object (uri, uri_hash, local, type, actor_id,"
	    " visibility, in_reply_to, context, name, summary, content, source,"
	    " url, language, document, published, updated, received_at)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	    " ?14, ?15, ?16, ?17, ?18)";
	int r = object_find(db, object->uri);

	if (r != -ENOENT)
		return r == 0 ? -EEXIST : r;
	r = db_run(db, sql,
	    VALUES(db_text(object->uri), db_hash(object->uri),
		db_int(object->local), db_text(object->type),
		db_id(object->actor_id), db_int(object->visibility),
		db_text(object->in_reply_to), db_text(object->context),
		db_text(object->name), db_text(object->summary),
		db_text(object->content), db_text(object->source),
		db_text(object->url), db_text(object->language),
		db_text(object->document), db_int(object->published),
		db_int(object->updated), db_int(object->received_at)));
	if (r == 0)
		*ret_id = db_last_id(db);
	return r;
}

int
object_update(struct db *db, const struct object *object)
{
	static const char sql[] =
	    "UPDATE object SET type = ?2, in_reply_to = ?3, context = ?4,"
	    " name = ?5, summary = ?6, content = ?7, source = ?8, url = ?9,"
	    " language = ?10, document = ?11, updated = ?12"
	    " WHERE id = ?1 AND deleted_at IS NULL";

	return db_run_one(db, sql,
	    VALUES(db_int(object->id), db_text(object->type),
		db_text(object->in_reply_to), db_text(object->context),
		db_text(object->name), db_text(object->summary),
		db_text(object->content), db_text(object->source),
		db_text(object->url), db_text(object->language),
		db_text(object->document), db_int(object->updated)));
}

#define OBJECT_BURY \
	"UPDATE object SET in_reply_to = NULL, context = NULL, name = NULL," \
	" summary = NULL, content = NULL, source = NULL, url = NULL," \
	" language = NULL, document = NULL, deleted_at = ?2"

static int
object_mark(struct db *db, int64_t id, int64_t now)
{
	static const char sql[] =
	    OBJECT_BURY " WHERE id = ?1 AND deleted_at IS NULL";

	return db_run_one(db, sql, VALUES(db_int(id), db_int(now)));
}

int
object_strip(struct db *db, int64_t id, int64_t *left)
{
	int r = timeline_erase_object(db, id, left);

	return r < 0 ? r : reaction_erase_object(db, id, left);
}

int
object_delete(struct db *db, int64_t id, int64_t now)
{
	const struct chore rest = { .kind = CHORE_OBJECT, .object_id = id };
	int64_t left = CHORE_ROWS;
	int r = object_mark(db, id, now);

	if (r == 0)
		r = object_strip(db, id, &left);
	if (r == 0 && left <= 0)
		r = chore_add(db, &rest);
	return r;
}

/* One by one: what hangs on one may be much. */
int
object_erase(struct db *db, int64_t actor_id, int64_t now, int64_t *left)
{
	static const char sql[] = "SELECT id FROM object WHERE actor_id = ?1"
				  " AND visibility IN (0, 1, 2, 3)"
				  " AND deleted_at IS NULL LIMIT 1";
	int64_t id = 0;
	int r = 0;

	while (r == 0 && *left > 0) {
		r = db_number(db, sql, VALUES(db_int(actor_id)), &id);
		if (r == 0)
			r = object_strip(db, id, left);
		if (r == 0 && *left > 0) {
			r = object_mark(db, id, now);
			--*left;
		}
	}
	return r == -ENOENT ? 0 : r;
}

int
object_bury(struct db *db, const char *uri, int64_t actor_id, int64_t now)
{
	static const char sql[] =
	    "INSERT INTO object (uri, uri_hash, local, type, actor_id,"
	    " visibility, published, updated, received_at, deleted_at)"
	    " VALUES (?1, ?2, 0, 'Tombstone', ?3, ?4, ?5, ?5, ?5, ?5)";
	int r = object_find(db, uri);

	if (r == -ESTALE)
		return 0;
	if (r != -ENOENT)
		return r == 0 ? -EEXIST : r;
	return db_run(db, sql,
	    VALUES(db_text(uri), db_hash(uri), db_id(actor_id),
		db_int(VISIBILITY_DIRECT), db_int(now)));
}

/* As if deleted by their authors: what hangs on one may be much, and one that
 * is announced again meanwhile is not read again at once. */
int
object_forget_old(
    struct db *db, int64_t before, int64_t now, size_t limit, size_t *ret_count)
{
	static const char sql[] =
	    "SELECT id FROM object WHERE local = 0 AND deleted_at IS NULL"
	    " AND received_at < ?1 ORDER BY received_at LIMIT 1";
	int r = 0;

	for (*ret_count = 0; *ret_count < limit; ++*ret_count) {
		int64_t id = 0;

		r = db_number(db, sql, VALUES(db_int(before)), &id);
		if (r == 0)
			r = object_delete(db, id, now);
		if (r < 0)
			break;
	}
	return r == -ENOENT ? 0 : r;
}

int
object_forget_buried(
    struct db *db, int64_t before, size_t limit, size_t *ret_count)
{
	static const char sql[] =
	    "DELETE FROM object WHERE id IN (SELECT id FROM object"
	    " WHERE local = 0 AND deleted_at IS NOT NULL AND deleted_at < ?1"
	    " ORDER BY deleted_at LIMIT ?2)";
	int r = db_run(db, sql, VALUES(db_int(before), db_size(limit)));

	if (r == 0)
		*ret_count = (size_t)db_changed(db);
	return r;
}
