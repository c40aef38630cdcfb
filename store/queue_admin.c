/* SPDX-License-Identifier: ISC */
/* Reading the queue, and working on much of it at once. */
#include <errno.h>

#include "config/base/clock.h"
#include "store/internal.h"
#include "store/queue.h"
#include "store/writer.h"

#define QUEUE_SELECT \
	"SELECT d.id, d.host_id, d.activity_id, d.actor_id, h.name," \
	" d.inbox, v.uri, v.type, d.order_key, d.synchronize, d.bytes," \
	" d.attempts, d.next_at, d.created_at, d.last_status," \
	" d.last_error FROM delivery AS d" \
	" JOIN host AS h ON h.id = d.host_id" \
	" JOIN activity AS v ON v.id = d.activity_id"

static void
queue_read(struct statement *row, struct arena *arena, void *item)
{
	struct delivery *delivery = item;

	delivery->id = db_take_int(row);
	delivery->host_id = db_take_int(row);
	delivery->activity_id = db_take_int(row);
	delivery->actor_id = db_take_int(row);
	delivery->host = db_take_text(row, arena);
	delivery->inbox = db_take_text(row, arena);
	delivery->activity_uri = db_take_text(row, arena);
	delivery->activity_type = db_take_text(row, arena);
	delivery->order_key = db_take_int(row);
	delivery->synchronize = db_take_bool(row);
	delivery->bytes = db_take_int(row);
	delivery->attempts = db_take_int(row);
	delivery->next_at = db_take_int(row);
	delivery->created_at = db_take_int(row);
	delivery->last_status = db_take_int(row);
	delivery->last_error = db_take_text(row, arena);
}

static int
queue_rows(struct db *db, const char *sql, const struct value *values,
    size_t count, struct db_list *list)
{
	list->item_size = sizeof(struct delivery);
	list->read = queue_read;
	return db_list(db, sql, values, count, list);
}

int
queue_of_host(struct db *db, struct arena *arena, int64_t host_id,
    int64_t after, size_t limit, struct delivery **ret, size_t *ret_count)
{
	static const char sql[] =
	    QUEUE_SELECT " WHERE d.host_id = ?1 AND d.id > ?2"
			 " ORDER BY d.id LIMIT ?3";
	struct db_list list = { .arena = arena };
	int r = queue_rows(db, sql,
	    VALUES(db_int(host_id), db_int(after), db_size(limit)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
queue_list(struct db *db, struct arena *arena, const char *host, int64_t after,
    size_t limit, struct delivery **ret, size_t *ret_count)
{
	static const char sql[] =
	    QUEUE_SELECT " WHERE d.id > ?1 ORDER BY d.id LIMIT ?2";
	struct db_list list = { .arena = arena };
	int64_t host_id = 0;
	int r;

	if (host != NULL) {
		r = host_find(db, host, &host_id);
		if (r < 0)
			return r;
		return queue_of_host(
		    db, arena, host_id, after, limit, ret, ret_count);
	}
	r = queue_rows(db, sql, VALUES(db_int(after), db_size(limit)), &list);
	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

static int
queue_hurry(struct db *db, int64_t host_id, int64_t now, int64_t *count)
{
	static const char sql[] =
	    "UPDATE delivery SET next_at = ?2 WHERE host_id = ?1"
	    " AND +next_at > ?2";
	static const char waiting[] =
	    "SELECT waiting_items FROM host WHERE id = ?1";
	int64_t items = 0;
	int r = db_run(db, sql, VALUES(db_int(host_id), db_int(now)));

	if (r == 0)
		r = db_number(db, waiting, VALUES(db_int(host_id)), &items);
	*count += items;
	return r < 0 ? r : host_end_pause(db, host_id);
}

static int
queue_hurry_all(struct db *db, int64_t now, int64_t *count)
{
	static const char sql[] = "SELECT id FROM host WHERE id > ?1"
				  " AND waiting_items > 0 ORDER BY id LIMIT 1";
	int64_t host_id = 0;
	int r;

	while (
	    (r = db_number(db, sql, VALUES(db_int(host_id)), &host_id)) == 0) {
		r = queue_hurry(db, host_id, now, count);
		if (r < 0)
			return r;
	}
	return r == -ENOENT ? 0 : r;
}

int
queue_retry_host(
    struct db *db, const char *host, int64_t now, int64_t *ret_count)
{
	int64_t host_id = 0, count = 0;
	int r;

	if (host == NULL) {
		r = queue_hurry_all(db, now, &count);
	} else {
		r = host_find(db, host, &host_id);
		if (r == 0)
			r = queue_hurry(db, host_id, now, &count);
	}
	if (r < 0)
		return r;
	writer_changed(db, CHANGE_DELIVERY);
	*ret_count = count;
	return 0;
}

/* Takes what a statement finds, one by one, until it finds nothing. */
struct queue_sweep {
	const char *sql; /* gives the id of one delivery */
	const struct value *values;
	size_t value_count;
	size_t limit;
	int64_t dropped_at; /* 0: does not count as dropped */
};

static int
queue_sweep(struct db *db, const struct queue_sweep *sweep, size_t *ret_count)
{
	size_t count = 0;
	int64_t id = 0;
	int r = 0;

	while (r == 0 && count < sweep->limit) {
		r = db_number(
		    db, sweep->sql, sweep->values, sweep->value_count, &id);
		if (r == -ENOENT)
			break;
		if (r == 0)
			r = queue_take(db, id, sweep->dropped_at);
		if (r == 0)
			count++;
	}
	if (r < 0 && r != -ENOENT)
		return r;
	*ret_count = count;
	return 0;
}

static int
queue_drop_host(struct db *db, const char *host, int64_t *ret_count)
{
	int64_t host_id = 0, id = 0, count = 0;
	int r = host_find(db, host, &host_id);

	if (r < 0)
		return r;
	while ((r = queue_oldest(db, host_id, &id)) == 0) {
		r = queue_take(db, id, 0);
		if (r < 0)
			return r;
		count++;
	}
	if (r == -ENOENT && count > 0) {
		*ret_count = count;
		return 0;
	}
	return r;
}

int
queue_drop(struct db *db, int64_t id, const char *host, int64_t *ret_count)
{
	int r;

	if (id <= 0)
		return host == NULL ? -ENOENT
				    : queue_drop_host(db, host, ret_count);
	r = queue_take(db, id, 0);
	if (r == 0)
		*ret_count = 1;
	return r;
}

/* They came in order of time: the oldest is the first. */
int
queue_expire(struct db *db, int64_t before, size_t limit, size_t *ret_count)
{
	static const char sql[] =
	    "SELECT id FROM (SELECT id, created_at FROM delivery"
	    " ORDER BY id LIMIT 1) WHERE created_at < ?1";
	struct value value = db_int(before);
	struct queue_sweep sweep = { sql, &value, 1, limit, clock_now() };

	return queue_sweep(db, &sweep, ret_count);
}

int
queue_remove_inbox(struct db *db, const char *inbox, size_t *ret_count)
{
	static const char sql[] = "SELECT id FROM delivery"
				  " WHERE inbox_hash = ?1 AND inbox = ?2"
				  " LIMIT 1";
	struct value values[] = { db_hash(inbox), db_text(inbox) };
	struct queue_sweep sweep = { sql, values, 2, SIZE_MAX, 0 };

	return queue_sweep(db, &sweep, ret_count);
}
