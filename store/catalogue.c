/* SPDX-License-Identifier: ISC */
#include "store/catalogue.h"

#include <errno.h>
#include <string.h>

#include "config/base/log.h"
#include "store/db.h"
#include "store/writer.h"

#define CATALOGUE_SELECT \
	"SELECT id, origin_id, seq, object_uri, kind, document, hash, at" \
	" FROM catalogue_entry"

#define ORIGIN_SELECT \
	"SELECT id, domain, epoch, seq, count, state, head, head_at," \
	" changed, source, read_at, problem, evidence, bytes, window_at," \
	" window_count FROM catalogue_origin"

static void
origin_read(struct statement *row, struct arena *arena, void *item)
{
	struct catalogue_origin *origin = item;
	size_t len = 0;

	origin->id = db_take_int(row);
	origin->domain = db_take_text(row, arena);
	origin->epoch = db_take_int(row);
	origin->seq = db_take_int(row);
	origin->count = db_take_int(row);
	origin->state = db_take_blob(row, arena, &len);
	origin->head = db_take_text(row, arena);
	origin->head_at = db_take_int(row);
	origin->changed = db_take_int(row);
	origin->source = db_take_text(row, arena);
	origin->read_at = db_take_int(row);
	origin->problem = db_take_text(row, arena);
	origin->evidence = db_take_text(row, arena);
	origin->bytes = db_take_int(row);
	origin->window_at = db_take_int(row);
	origin->window_count = db_take_int(row);
	if (len != CATALOGUE_STATE_SIZE) {
		log_error("catalogue origin=%lld state of %zu bytes",
		    (long long)origin->id, len);
		origin->state = NULL;
	}
}

static int
origin_first(struct db *db, struct arena *arena, const char *sql,
    struct value value, struct catalogue_origin *ret)
{
	CLEANUP(db_done) struct statement *row = NULL;
	struct catalogue_origin origin;
	int r = db_first(db, sql, VALUES(value), &row);

	if (r < 0)
		return r;
	origin_read(row, arena, &origin);
	if (origin.state == NULL)
		return -EIO;
	*ret = origin;
	return 0;
}

int
catalogue_origin_get(struct db *db, struct arena *arena, int64_t id,
    struct catalogue_origin *ret)
{
	static const char sql[] = ORIGIN_SELECT " WHERE id = ?1";

	return origin_first(db, arena, sql, db_int(id), ret);
}

int
catalogue_origin_by_domain(struct db *db, struct arena *arena,
    const char *domain, struct catalogue_origin *ret)
{
	static const char sql[] = ORIGIN_SELECT " WHERE domain = ?1";

	return origin_first(db, arena, sql, db_text(domain), ret);
}

int
catalogue_origin_list(struct db *db, struct arena *arena, int64_t after_changed,
    size_t limit, struct catalogue_origin **ret, size_t *ret_count)
{
	static const char sql[] =
	    ORIGIN_SELECT " WHERE changed > ?1 ORDER BY changed LIMIT ?2";
	struct db_list list = { .arena = arena,
		.item_size = sizeof(struct catalogue_origin),
		.read = origin_read };
	int r = db_list(
	    db, sql, VALUES(db_int(after_changed), db_size(limit)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
catalogue_origin_set(struct db *db, struct catalogue_origin *origin)
{
	static const char sql[] =
	    "INSERT INTO catalogue_origin (id, domain, epoch, seq, count,"
	    " state, head, head_at, source, read_at, problem, evidence,"
	    " bytes, window_at, window_count, changed)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	    " ?14, ?15, (SELECT coalesce(max(changed), 0) + 1"
	    " FROM catalogue_origin))"
	    " ON CONFLICT (id) DO UPDATE SET domain = excluded.domain,"
	    " epoch = excluded.epoch, seq = excluded.seq,"
	    " count = excluded.count, state = excluded.state,"
	    " head = excluded.head, head_at = excluded.head_at,"
	    " source = excluded.source, read_at = excluded.read_at,"
	    " problem = excluded.problem, evidence = excluded.evidence,"
	    " bytes = excluded.bytes, window_at = excluded.window_at,"
	    " window_count = excluded.window_count,"
	    " changed = excluded.changed";
	int64_t id = origin->id;
	int r = 0;

	/* Row 1 is ours, whoever comes first. */
	if (id == 0)
		r = db_number(db,
		    "SELECT max(1, coalesce(max(id), 1)) + 1"
		    " FROM catalogue_origin",
		    NO_VALUES, &id);
	if (r == 0)
		r = db_run(db, sql,
		    VALUES(db_int(id), db_text(origin->domain),
			db_int(origin->epoch), db_int(origin->seq),
			db_int(origin->count),
			db_blob(origin->state, CATALOGUE_STATE_SIZE),
			db_text(origin->head), db_int(origin->head_at),
			db_text(origin->source), db_int(origin->read_at),
			db_text(origin->problem), db_text(origin->evidence),
			db_int(origin->bytes), db_int(origin->window_at),
			db_int(origin->window_count)));
	if (r == 0) {
		origin->id = id;
		writer_changed(db, CHANGE_CATALOGUE);
	}
	return r;
}

int
catalogue_forget_entries(struct db *db, int64_t id)
{
	static const char sql[] =
	    "DELETE FROM catalogue_entry WHERE origin_id = ?1";

	return db_run(db, sql, VALUES(db_int(id)));
}

int
catalogue_origin_clear(struct db *db, int64_t id)
{
	ASSERT(id != CATALOGUE_OWN);
	return catalogue_forget_entries(db, id);
}

int
catalogue_origin_remove(struct db *db, int64_t id)
{
	static const char counts[] =
	    "DELETE FROM search_count WHERE kind IN (0, 1, 2, 3)"
	    " AND origin_id = ?1";
	static const char sql[] = "DELETE FROM catalogue_origin WHERE id = ?1";
	int r = catalogue_origin_clear(db, id);

	if (r == 0)
		r = db_run(db, counts, VALUES(db_int(id)));
	return r == 0 ? db_run(db, sql, VALUES(db_int(id))) : r;
}

static void
catalogue_read(
    struct statement *row, struct arena *arena, struct catalogue_entry *entry)
{
	const uint8_t *hash;
	size_t len = 0;

	entry->id = db_take_int(row);
	entry->origin_id = db_take_int(row);
	entry->seq = db_take_int(row);
	entry->object_uri = db_take_text(row, arena);
	entry->kind = (enum catalogue_kind)db_take_int(row);
	entry->document = db_take_text(row, arena);
	hash = db_take_blob(row, arena, &len);
	memset(entry->hash, 0, sizeof(entry->hash));
	if (hash != NULL)
		memcpy(entry->hash, hash, MIN(len, sizeof(entry->hash)));
	entry->at = db_take_int(row);
}

static int
catalogue_first(struct db *db, struct arena *arena, const char *sql,
    const struct value *values, size_t count, struct catalogue_entry *ret)
{
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, values, count, &row);

	if (r == 0)
		catalogue_read(row, arena, ret);
	return r;
}

int
catalogue_by_object(struct db *db, struct arena *arena, int64_t origin_id,
    const char *object_uri, struct catalogue_entry *ret)
{
	static const char sql[] = CATALOGUE_SELECT
	    " WHERE object_hash = ?1 AND object_uri = ?2 AND origin_id = ?3";

	return catalogue_first(db, arena, sql,
	    VALUES(db_hash(object_uri), db_text(object_uri), db_int(origin_id)),
	    ret);
}

int
catalogue_by_seq(struct db *db, struct arena *arena, int64_t origin_id,
    int64_t seq, struct catalogue_entry *ret)
{
	static const char sql[] =
	    CATALOGUE_SELECT " WHERE origin_id = ?1 AND seq = ?2";

	return catalogue_first(
	    db, arena, sql, VALUES(db_int(origin_id), db_int(seq)), ret);
}

int
catalogue_put(struct db *db, struct arena *arena,
    const struct catalogue_entry *entry, struct catalogue_entry *ret_old)
{
	static const char forget[] =
	    "DELETE FROM catalogue_entry WHERE id = ?1";
	static const char sql[] =
	    "INSERT INTO catalogue_entry (origin_id, seq, object_uri,"
	    " object_hash, kind, document, hash, at)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
	struct catalogue_entry old = { 0 };
	int r = catalogue_by_object(
	    db, arena, entry->origin_id, entry->object_uri, &old);

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0)
		r = db_run(db, forget, VALUES(db_int(old.id)));
	else
		r = 0;
	if (r == 0)
		r = db_run(db, sql,
		    VALUES(db_int(entry->origin_id), db_int(entry->seq),
			db_text(entry->object_uri), db_hash(entry->object_uri),
			db_int(entry->kind), db_text(entry->document),
			db_blob(entry->hash, sizeof(entry->hash)),
			db_int(entry->at)));
	if (r == 0)
		*ret_old = old;
	return r;
}

int
catalogue_page(struct db *db, struct arena *arena,
    const struct catalogue_origin *origin, int64_t after,
    const struct catalogue_limits *limits, struct catalogue_page *ret)
{
	static const char sql[] =
	    CATALOGUE_SELECT " WHERE origin_id = ?1 AND seq > ?2"
			     " ORDER BY seq LIMIT ?3";
	CLEANUP(db_done) struct statement *row = NULL;
	struct catalogue_page page = { 0 };
	size_t bytes = 0;
	int r = db_query(db, sql,
	    VALUES(
		db_int(origin->id), db_int(after), db_size(limits->count + 1)),
	    &row);

	page.entries =
	    arena_alloc(arena, (limits->count + 1) * sizeof(*page.entries));
	while (r >= 0 && (r = db_next(row)) > 0) {
		struct catalogue_entry *entry = &page.entries[page.count];

		catalogue_read(row, arena, entry);
		bytes += strlen(entry->document);
		if (page.count == limits->count ||
		    (page.count > 0 && bytes > limits->bytes)) {
			page.more = true;
			break;
		}
		page.count++;
	}
	if (r < 0)
		return r;
	*ret = page;
	return 0;
}

int
catalogue_prune(struct db *db, int64_t origin_id, int64_t before, size_t limit,
    size_t *ret_count)
{
	static const char sql[] =
	    "DELETE FROM catalogue_entry WHERE id IN (SELECT id"
	    " FROM catalogue_entry WHERE origin_id = ?1 AND kind <> 0"
	    " AND at < ?2 ORDER BY at LIMIT ?3)";
	int r = db_run(
	    db, sql, VALUES(db_int(origin_id), db_int(before), db_size(limit)));

	if (r == 0)
		*ret_count = (size_t)db_changed(db);
	return r;
}

int
catalogue_subjects(struct db *db, enum actor_kind kind, int64_t after,
    size_t limit, int64_t *ret_ids, size_t *ret_count)
{
	static const char sql[] =
	    "SELECT id FROM actor WHERE kind = ?1 AND kind <> 0 AND id > ?2"
	    " ORDER BY id LIMIT ?3";
	CLEANUP(db_done) struct statement *row = NULL;
	size_t n = 0;
	int r = db_query(
	    db, sql, VALUES(db_int(kind), db_int(after), db_size(limit)), &row);

	while (r >= 0 && (r = db_next(row)) > 0)
		ret_ids[n++] = db_take_int(row);
	if (r == 0)
		*ret_count = n;
	return r;
}
