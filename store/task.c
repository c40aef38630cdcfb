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
	    " AND uri = ?2 AND kind = ?1 AND actor_id IS ?4)"
	    " AND (?1 = 3 OR (SELECT count(*) FROM task"
	    " WHERE actor_id IS ?4) < ?8)";
	int r = db_run(db, sql,
	    VALUES(db_int(task->kind), db_text(task->uri), db_hash(task->uri),
		db_id(task->actor_id), db_text(task->argument),
		db_int(task->next_at), db_int(task->created_at),
		db_int(TASKS_OF_ACTOR_MAX)));

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

#define TASK_IS \
	" WHERE id = ?1 AND kind = ?2 AND uri = ?3 AND argument IS ?4" \
	" AND created_at = ?5"
#define TASK_VALUES(task) \
	db_int((task)->id), db_int((task)->kind), db_text((task)->uri), \
	    db_text((task)->argument), db_int((task)->created_at)

int
task_retry(
    struct db *db, const struct task *task, int64_t next_at, const char *error)
{
	static const char sql[] =
	    "UPDATE task SET attempts = attempts + 1, next_at = ?6,"
	    " last_error = ?7" TASK_IS;

	return db_run_one(db, sql,
	    VALUES(TASK_VALUES(task), db_int(next_at), db_text(error)));
}

int
task_remove(struct db *db, const struct task *task)
{
	static const char sql[] = "DELETE FROM task" TASK_IS;

	return db_run_one(db, sql, VALUES(TASK_VALUES(task)));
}

int
task_remove_announced(struct db *db, int64_t actor_id, const char *announce,
    const char *object_uri)
{
	static const char sql[] =
	    "DELETE FROM task WHERE actor_id = ?1 AND kind = 0"
	    " AND (argument = ?2 OR (?2 IS NULL AND argument IS NOT NULL"
	    " AND uri = ?3))";

	return db_run(db, sql,
	    VALUES(db_int(actor_id), db_text(announce), db_text(object_uri)));
}
