/* SPDX-License-Identifier: ISC */
#include <errno.h>

#include "store/actor.h"
#include "store/internal.h"
#include "store/writer.h"

#define ACTOR_KEY_SELECT \
	"SELECT id, actor_id, uri, kind, spki, secret, created_at" \
	" FROM actor_key"

static void
actor_key_read(struct statement *row, struct arena *arena, void *item)
{
	struct actor_key *key = item;

	key->id = db_take_int(row);
	key->actor_id = db_take_int(row);
	key->uri = db_take_text(row, arena);
	key->kind = (enum key_kind)db_take_int(row);
	key->spki = db_take_blob(row, arena, &key->spki_len);
	key->secret = db_take_blob(row, arena, &key->secret_len);
	key->created_at = db_take_int(row);
}

int
actor_keys(struct db *db, struct arena *arena, int64_t actor_id,
    struct actor_key **ret, size_t *ret_count)
{
	static const char sql[] =
	    ACTOR_KEY_SELECT " WHERE actor_id = ?1 ORDER BY id";
	struct db_list list = { .arena = arena,
		.item_size = sizeof(struct actor_key),
		.read = actor_key_read };
	int r = db_list(db, sql, VALUES(db_int(actor_id)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
actor_key_by_uri(
    struct db *db, struct arena *arena, const char *uri, struct actor_key *ret)
{
	static const char sql[] =
	    ACTOR_KEY_SELECT " WHERE uri_hash = ?1 AND uri = ?2";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, VALUES(db_hash(uri), db_text(uri)), &row);

	if (r == 0)
		actor_key_read(row, arena, ret);
	return r;
}

/* -EEXIST: a key of this id is another actor's. */
static int
actor_key_add(struct db *db, int64_t actor_id, const struct actor_key *key)
{
	static const char find[] = "SELECT 1 FROM actor_key"
				   " WHERE uri_hash = ?1 AND uri = ?2";
	static const char sql[] =
	    "INSERT INTO actor_key (actor_id, uri, uri_hash, kind, spki, "
	    "secret,"
	    " created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
	struct value hash = db_hash(key->uri), uri = db_text(key->uri);
	int64_t known;
	int r = db_number(db, find, VALUES(hash, uri), &known);

	if (r != -ENOENT)
		return r == 0 ? -EEXIST : r;
	return db_run(db, sql,
	    VALUES(db_int(actor_id), uri, hash, db_int((int64_t)key->kind),
		db_blob(key->spki, key->spki_len),
		db_blob(key->secret, key->secret_len),
		db_int(key->created_at)));
}

static int
actor_key_mark(struct db *db, int64_t actor_id, bool has)
{
	static const char sql[] =
	    "UPDATE actor SET has_keys = ?2 WHERE id = ?1";

	return db_run_one(db, sql, VALUES(db_int(actor_id), db_int(has)));
}

int
actor_key_erase(struct db *db, int64_t actor_id)
{
	static const char sql[] = "DELETE FROM actor_key WHERE actor_id = ?1";
	int r = db_run(db, sql, VALUES(db_int(actor_id)));

	return r < 0 ? r : actor_key_mark(db, actor_id, false);
}

int
actor_set_keys(
    struct db *db, int64_t actor_id, const struct actor_key *keys, size_t count)
{
	int r = actor_key_erase(db, actor_id);

	for (size_t i = 0; r == 0 && i < count; i++)
		r = actor_key_add(db, actor_id, &keys[i]);
	if (r == 0)
		r = actor_key_mark(db, actor_id, count > 0);
	if (r == 0)
		writer_changed(db, CHANGE_ACTOR);
	return r;
}

int
actor_without_keys(
    struct db *db, int64_t *ret_ids, size_t limit, size_t *ret_count)
{
	static const char sql[] =
	    "SELECT id FROM actor WHERE kind <> 0 AND has_keys = 0"
	    " AND deleted_at IS NULL ORDER BY id LIMIT ?1";
	CLEANUP(db_done) struct statement *row = NULL;
	size_t n = 0;
	int r = db_query(db, sql, VALUES(db_size(limit)), &row);

	while (r >= 0 && (r = db_next(row)) > 0)
		ret_ids[n++] = db_take_int(row);
	if (r == 0)
		*ret_count = n;
	return r;
}
