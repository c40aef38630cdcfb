/* SPDX-License-Identifier: ISC */
/*
 * The deliveries as the courier sees them.  Of those of one host and key only
 * the first, the head, can be sent: its next_at is the time that counts, and
 * the least of them is kept with the host (host.due_at).
 */
#include <errno.h>

#include "store/internal.h"
#include "store/queue.h"
#include "store/writer.h"

int
queue_oldest(struct db *db, int64_t host_id, int64_t *ret)
{
	static const char sql[] = "SELECT id FROM delivery"
				  " WHERE host_id = ?1 ORDER BY id LIMIT 1";

	return db_number(db, sql, VALUES(db_int(host_id)), ret);
}

/* Until the host is within its bounds; what was just added stays. */
static int
queue_trim(struct db *db, int64_t host_id, const struct queue_limits *limits,
    int64_t now)
{
	static const char over[] =
	    "SELECT 1 FROM host WHERE id = ?1 AND waiting_items > 1"
	    " AND (waiting_items > ?2 OR waiting_bytes > ?3)";
	int64_t id = 0;
	int r;

	for (;;) {
		r = db_number(db, over,
		    VALUES(db_int(host_id), db_int(limits->host_items),
			db_int(limits->host_bytes)),
		    &id);
		if (r < 0)
			return r == -ENOENT ? 0 : r;
		r = queue_oldest(db, host_id, &id);
		if (r == 0)
			r = queue_take(db, id, now);
		if (r < 0)
			return r;
	}
}

int
queue_add(struct db *db, const struct delivery *delivery,
    const struct queue_limits *limits)
{
	static const char sql[] =
	    "INSERT INTO delivery (host_id, activity_id, actor_id, inbox,"
	    " inbox_hash, order_key, head, synchronize, bytes, next_at,"
	    " created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6,"
	    " NOT EXISTS (SELECT 1 FROM delivery"
	    " WHERE host_id = ?1 AND order_key = ?6), ?7, ?8, ?9, ?10)";
	int r = db_run(db, sql,
	    VALUES(db_int(delivery->host_id), db_int(delivery->activity_id),
		db_int(delivery->actor_id), db_text(delivery->inbox),
		db_hash(delivery->inbox), db_int(delivery->order_key),
		db_int(delivery->synchronize), db_int(delivery->bytes),
		db_int(delivery->next_at), db_int(delivery->created_at)));

	if (r == 0)
		r = host_account(db, delivery->host_id, 1, delivery->bytes);
	if (r == 0)
		r = queue_trim(
		    db, delivery->host_id, limits, delivery->created_at);
	if (r == 0)
		writer_changed(db, CHANGE_DELIVERY);
	return r;
}

struct queue_gone {
	int64_t id, host_id, activity_id, actor_id, order_key, bytes;
	bool head, retracted, actor_deleted;
};

static int
queue_find(struct db *db, int64_t id, struct queue_gone *ret)
{
	static const char sql[] =
	    "SELECT d.host_id, d.activity_id, d.actor_id, d.order_key, d.bytes,"
	    " d.head, v.retracted, a.deleted_at IS NOT NULL"
	    " FROM delivery AS d JOIN activity AS v ON v.id = d.activity_id"
	    " JOIN actor AS a ON a.id = d.actor_id WHERE d.id = ?1";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, VALUES(db_int(id)), &row);

	if (r < 0)
		return r;
	ret->id = id;
	ret->host_id = db_take_int(row);
	ret->activity_id = db_take_int(row);
	ret->actor_id = db_take_int(row);
	ret->order_key = db_take_int(row);
	ret->bytes = db_take_int(row);
	ret->head = db_take_bool(row);
	ret->retracted = db_take_bool(row);
	ret->actor_deleted = db_take_bool(row);
	return 0;
}

/* The next of a key moves up. */
static int
queue_promote(struct db *db, const struct queue_gone *gone)
{
	static const char sql[] =
	    "UPDATE delivery SET head = 1 WHERE id = (SELECT id FROM delivery"
	    " WHERE host_id = ?1 AND order_key = ?2 ORDER BY id LIMIT 1)";

	return db_run(
	    db, sql, VALUES(db_int(gone->host_id), db_int(gone->order_key)));
}

int
queue_signs(struct db *db, int64_t actor_id, bool *ret)
{
	static const char sql[] =
	    "SELECT 1 FROM delivery WHERE actor_id = ?1 LIMIT 1";
	int64_t one;
	int r = db_number(db, sql, VALUES(db_int(actor_id)), &one);

	if (r == 0 || r == -ENOENT)
		*ret = r == 0;
	return r == -ENOENT ? 0 : r;
}

/* What was kept only to be sent. */
static int
queue_clean_up(struct db *db, const struct queue_gone *gone)
{
	bool signs = true;
	int r = 0;

	if (gone->retracted)
		r = outbox_cut(db, gone->activity_id);
	if (r == 0 && gone->actor_deleted)
		r = queue_signs(db, gone->actor_id, &signs);
	if (r == 0 && !signs)
		r = actor_key_erase(db, gone->actor_id);
	return r;
}

int
queue_take(struct db *db, int64_t id, int64_t dropped_at)
{
	static const char sql[] = "DELETE FROM delivery WHERE id = ?1";
	struct queue_gone gone = { 0 };
	int r = queue_find(db, id, &gone);

	if (r == 0)
		r = db_run(db, sql, VALUES(db_int(id)));
	if (r == 0 && gone.head)
		r = queue_promote(db, &gone);
	if (r == 0)
		r = host_account(db, gone.host_id, -1, -gone.bytes);
	if (r == 0 && dropped_at > 0)
		r = host_count_dropped(db, gone.host_id, dropped_at);
	if (r == 0)
		r = queue_clean_up(db, &gone);
	return r;
}

int
queue_has(struct db *db, const struct delivery *delivery, bool *ret)
{
	static const char sql[] = "SELECT 1 FROM delivery WHERE id = ?1"
				  " AND host_id = ?2 AND activity_id = ?3";
	int64_t one;
	int r = db_number(db, sql,
	    VALUES(db_int(delivery->id), db_int(delivery->host_id),
		db_int(delivery->activity_id)),
	    &one);

	if (r == 0 || r == -ENOENT)
		*ret = r == 0;
	return r == -ENOENT ? 0 : r;
}

int
queue_remove(struct db *db, int64_t id)
{
	return queue_take(db, id, 0);
}

int
queue_retry(struct db *db, int64_t id, int64_t next_at, int64_t status,
    const char *error)
{
	static const char sql[] =
	    "UPDATE delivery SET attempts = attempts + 1, next_at = ?2,"
	    " last_status = ?3, last_error = ?4 WHERE id = ?1";
	static const char host[] = "SELECT host_id FROM delivery WHERE id = ?1";
	int64_t host_id = 0;
	int r = db_run_one(db, sql,
	    VALUES(db_int(id), db_int(next_at), db_id(status), db_text(error)));

	if (r == 0)
		r = db_number(db, host, VALUES(db_int(id)), &host_id);
	if (r == 0)
		r = host_settle(db, host_id);
	return r;
}

static void
queue_read_id(struct statement *row, struct arena *arena, void *item)
{
	int64_t *id = item;

	(void)arena;
	*id = db_take_int(row);
}

/*
 * By id, in rounds: the index holds only hosts for which something waits, so
 * a page costs what it returns, and those that are not due yet.
 */
int
queue_hosts_due(struct db *db, struct arena *arena, int64_t now, int64_t after,
    size_t limit, int64_t **ret_ids, size_t *ret_count)
{
	static const char sql[] =
	    "SELECT id FROM host INDEXED BY host_waiting"
	    " WHERE due_at IS NOT NULL AND due_at <= ?1 AND id > ?2"
	    " ORDER BY id LIMIT ?3";
	struct db_list list = { .arena = arena,
		.item_size = sizeof(int64_t),
		.read = queue_read_id };
	int r = db_list(
	    db, sql, VALUES(db_int(now), db_int(after), db_size(limit)), &list);

	if (r == 0) {
		*ret_ids = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
queue_next_at(struct db *db, int64_t *ret)
{
	static const char sql[] =
	    "SELECT min(due_at) FROM host WHERE due_at IS NOT NULL";

	return db_number(db, sql, NO_VALUES, ret);
}
