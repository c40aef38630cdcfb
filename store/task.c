/* SPDX-License-Identifier: ISC */
#include "store/db.h"
#include "store/queue.h"
#include "store/writer.h"

int
task_add(struct db *db, const struct task *task)
{
	static const char sql[] =
	    "INSERT INTO task (kind, uri, uri_hash, actor_id, argument,"
	    " next_at, created_at) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7"
	    " WHERE NOT EXISTS (SELECT 1 FROM task WHERE uri_hash = ?3"
	    " AND uri = ?2 AND kind = ?1 AND actor_id IS ?4)";
	int r = db_run(db, sql,
	    VALUES(db_int(task->kind), db_text(task->uri), db_hash(task->uri),
		db_id(task->actor_id), db_text(task->argument),
		db_int(task->next_at), db_int(task->created_at)));

	if (r == 0 && db_changed(db) > 0)
		writer_changed(db, CHANGE_TASK);
	return r;
}

static void
task_read(struct statement *row, struct arena *arena, void *item)
{
	struct task *task = item;

	task->id = db_take_int(row);
	task->kind = (enum task_kind)db_take_int(row);
	task->uri = db_take_text(row, arena);
	task->actor_id = db_take_int(row);
	task->argument = db_take_text(row, arena);
	task->attempts = db_take_int(row);
	task->next_at = db_take_int(row);
	task->created_at = db_take_int(row);
}

int
task_due(struct db *db, struct arena *arena, int64_t now, size_t limit,
    struct task **ret, size_t *ret_count)
{
	static const char sql[] =
	    "SELECT id, kind, uri, actor_id, argument, attempts, next_at,"
	    " created_at FROM task WHERE next_at <= ?1"
	    " ORDER BY next_at, id LIMIT ?2";
	struct db_list list = { .arena = arena,
		.item_size = sizeof(struct task),
		.read = task_read };
	int r = db_list(db, sql, VALUES(db_int(now), db_size(limit)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
task_next_at(struct db *db, int64_t *ret)
{
	static const char sql[] = "SELECT min(next_at) FROM task";

	return db_number(db, sql, NO_VALUES, ret);
}

int
task_retry(struct db *db, int64_t id, int64_t next_at, const char *error)
{
	static const char sql[] =
	    "UPDATE task SET attempts = attempts + 1, next_at = ?2,"
	    " last_error = ?3 WHERE id = ?1";

	return db_run_one(
	    db, sql, VALUES(db_int(id), db_int(next_at), db_text(error)));
}

int
task_remove(struct db *db, int64_t id)
{
	static const char sql[] = "DELETE FROM task WHERE id = ?1";

	return db_run_one(db, sql, VALUES(db_int(id)));
}
