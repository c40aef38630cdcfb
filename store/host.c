/* SPDX-License-Identifier: ISC */
#include <errno.h>

#include "store/host.h"
#include "store/internal.h"
#include "store/writer.h"

#define HOST_SELECT \
	"SELECT id, name, signature, software, down_since, failures," \
	" next_at, last_ok_at, last_failure_at, last_error," \
	" waiting_items, waiting_bytes, dropped_items, dropped_at" \
	" FROM host"

/*
 * When something can be sent: the first of a key and host stands for those
 * behind it, and nothing goes before the host's pause has ended.
 */
#define HOST_DUE(pause) \
	"due_at = (SELECT max(" pause ", d.next_at) FROM delivery AS d" \
	" WHERE d.host_id = host.id AND d.head = 1" \
	" ORDER BY d.next_at LIMIT 1)"

static void
host_read(struct statement *row, struct arena *arena, void *item)
{
	struct host *host = item;

	host->id = db_take_int(row);
	host->name = db_take_text(row, arena);
	host->signature = (enum host_signature)db_take_int(row);
	host->software = db_take_text(row, arena);
	host->down_since = db_take_int(row);
	host->failures = db_take_int(row);
	host->next_at = db_take_int(row);
	host->last_ok_at = db_take_int(row);
	host->last_failure_at = db_take_int(row);
	host->last_error = db_take_text(row, arena);
	host->waiting_items = db_take_int(row);
	host->waiting_bytes = db_take_int(row);
	host->dropped_items = db_take_int(row);
	host->dropped_at = db_take_int(row);
}

static int
host_first(struct db *db, struct arena *arena, const char *sql,
    struct value value, struct host *ret)
{
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, VALUES(value), &row);

	if (r == 0)
		host_read(row, arena, ret);
	return r;
}

int
host_get(struct db *db, struct arena *arena, int64_t id, struct host *ret)
{
	static const char sql[] = HOST_SELECT " WHERE id = ?1";

	return host_first(db, arena, sql, db_int(id), ret);
}

int
host_by_name(
    struct db *db, struct arena *arena, const char *name, struct host *ret)
{
	static const char sql[] = HOST_SELECT " WHERE name = ?1";

	return host_first(db, arena, sql, db_text(name), ret);
}

int
host_list(struct db *db, struct arena *arena, const char *after, size_t limit,
    struct host **ret, size_t *ret_count)
{
	static const char sql[] =
	    HOST_SELECT " WHERE name > ?1 ORDER BY name LIMIT ?2";
	struct db_list list = { .arena = arena,
		.item_size = sizeof(struct host),
		.read = host_read };
	int r = db_list(db, sql, VALUES(db_text(after), db_size(limit)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
host_figures(struct db *db, struct host_figures *ret)
{
	static const char sql[] =
	    "SELECT count(*), count(down_since),"
	    " coalesce(sum(dropped_items), 0), coalesce(max(dropped_at), 0)"
	    " FROM host";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, NO_VALUES, &row);

	if (r == 0) {
		ret->all = db_take_int(row);
		ret->down = db_take_int(row);
		ret->dropped = db_take_int(row);
		ret->dropped_at = db_take_int(row);
	}
	return r;
}

int
host_list_down(struct db *db, struct arena *arena, size_t limit,
    struct host **ret, size_t *ret_count)
{
	static const char sql[] =
	    HOST_SELECT " WHERE down_since IS NOT NULL"
			" ORDER BY down_since, name LIMIT ?1";
	struct db_list list = { .arena = arena,
		.item_size = sizeof(struct host),
		.read = host_read };
	int r = db_list(db, sql, VALUES(db_size(limit)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
host_find(struct db *db, const char *name, int64_t *ret_id)
{
	static const char sql[] = "SELECT id FROM host WHERE name = ?1";

	return db_number(db, sql, VALUES(db_text(name)), ret_id);
}

int
host_need(struct db *db, const char *name, int64_t now, int64_t *ret_id)
{
	static const char add[] =
	    "INSERT INTO host (name, created_at) VALUES (?1, ?2)";
	int r = host_find(db, name, ret_id);

	if (r != -ENOENT)
		return r;
	r = db_run(db, add, VALUES(db_text(name), db_int(now)));
	if (r == 0)
		*ret_id = db_last_id(db);
	return r;
}

int
host_set_signature(struct db *db, int64_t id, enum host_signature signature)
{
	static const char sql[] =
	    "UPDATE host SET signature = ?2 WHERE id = ?1";

	return db_run_one(db, sql, VALUES(db_int(id), db_int(signature)));
}

int
host_set_software(struct db *db, int64_t id, const char *software)
{
	static const char sql[] = "UPDATE host SET software = ?2 WHERE id = ?1";

	return db_run_one(db, sql, VALUES(db_int(id), db_text(software)));
}

int
host_answered(struct db *db, int64_t id, int64_t now)
{
	static const char sql[] =
	    "UPDATE host SET failures = 0, down_since = NULL, last_error = "
	    "NULL,"
	    " next_at = 0, last_ok_at = ?2, " HOST_DUE("0") " WHERE id = ?1";

	return db_run_one(db, sql, VALUES(db_int(id), db_int(now)));
}

int
host_failed(struct db *db, int64_t id, int64_t now, int64_t next_at, bool down,
    const char *error)
{
	static const char sql[] =
	    "UPDATE host SET failures = failures + 1, last_failure_at = ?2,"
	    " last_error = ?4, next_at = ?3, " HOST_DUE(
		"?3") ","
		      " down_since = CASE WHEN ?5 THEN coalesce(down_since, ?2)"
		      " ELSE down_since END WHERE id = ?1";

	return db_run_one(db, sql,
	    VALUES(db_int(id), db_int(now), db_int(next_at), db_text(error),
		db_int(down)));
}

int
host_heard(struct db *db, int64_t id, int64_t now, int64_t failed_before)
{
	static const char sql[] =
	    "UPDATE host SET next_at = 0 WHERE id = ?1"
	    " AND down_since IS NOT NULL AND last_failure_at <= ?2"
	    " AND due_at > ?3";
	static const char heads[] =
	    "UPDATE delivery SET next_at = ?2"
	    " WHERE host_id = ?1 AND head = 1 AND next_at > ?2";
	int r = db_run(
	    db, sql, VALUES(db_int(id), db_int(failed_before), db_int(now)));

	if (r < 0 || db_changed(db) == 0)
		return r;
	r = db_run(db, heads, VALUES(db_int(id), db_int(now)));
	if (r == 0)
		r = host_settle(db, id);
	if (r == 0)
		writer_changed(db, CHANGE_DELIVERY);
	return r;
}

int
host_signs(struct db *db, int64_t id, enum host_signature signature)
{
	static const char sql[] =
	    "UPDATE host SET signature = ?2 WHERE id = ?1 AND signature = 0";

	return db_run(db, sql, VALUES(db_int(id), db_int(signature)));
}

int
host_ask_software(struct db *db, const char *name, int64_t now,
    int64_t asked_before, bool *ret)
{
	static const char sql[] = "UPDATE host SET software_at = ?2"
				  " WHERE name = ?1 AND software_at <= ?3";
	int r = db_run(
	    db, sql, VALUES(db_text(name), db_int(now), db_int(asked_before)));

	if (r == 0)
		*ret = db_changed(db) > 0;
	return r;
}

int
host_end_pause(struct db *db, int64_t id)
{
	static const char sql[] =
	    "UPDATE host SET next_at = 0, " HOST_DUE("0") " WHERE id = ?1";

	return db_run_one(db, sql, VALUES(db_int(id)));
}

int
host_settle(struct db *db, int64_t id)
{
	static const char sql[] =
	    "UPDATE host SET " HOST_DUE("host.next_at") " WHERE id = ?1";

	return db_run_one(db, sql, VALUES(db_int(id)));
}

int
host_account(struct db *db, int64_t id, int64_t items, int64_t bytes)
{
	static const char sql[] =
	    "UPDATE host SET waiting_items = waiting_items + ?2,"
	    " waiting_bytes = waiting_bytes + ?3, " HOST_DUE(
		"host.next_at") " WHERE id = ?1";

	return db_run_one(
	    db, sql, VALUES(db_int(id), db_int(items), db_int(bytes)));
}

int
host_count_dropped(struct db *db, int64_t id, int64_t now)
{
	static const char sql[] =
	    "UPDATE host SET dropped_items = dropped_items + 1,"
	    " dropped_at = ?2 WHERE id = ?1";

	return db_run_one(db, sql, VALUES(db_int(id), db_int(now)));
}
