/* SPDX-License-Identifier: ISC */
#include <sqlite3.h>

#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "config/base/log.h"
#include "store/db.h"

enum {
	DB_SLOTS = 512, /* a power of two, twice the statements there are */
	DB_BUSY_MS = 5000,
	LOG_PAGES = 1000,      /* the log is moved from here on: 8 MiB */
	LOG_PAGES_LATE = 4000, /* by the commit itself, if nobody tidies */
	LOG_PAGES_LONG = 8000, /* readers are waited for */
	LOG_BUSY_MS = 200,     /* that long */
};

struct statement {
	struct db *db;
	const char *sql; /* the key: its address */
	sqlite3_stmt *handle;
	int column; /* the next to be taken */
	bool busy;
};

struct db {
	sqlite3 *handle;
	enum db_mode mode;
	unsigned noted;
	int failure;
	bool chores;
	int log_pages; /* of the last commit */
	struct statement *slots[DB_SLOTS];
	size_t slot_count;
};

/* Errors */

static int
db_constraint(int code)
{
	switch (code) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return -EEXIST;
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return -ENOENT;
	default:
		return -EIO;
	}
}

/* What an error of the library means to us; the log line is here. */
static int
db_fail(struct db *db, const char *sql)
{
	int code = sqlite3_extended_errcode(db->handle), r = -EIO;

	switch (code & 0xff) {
	case SQLITE_CONSTRAINT:
		r = db_constraint(code);
		if (r != -EIO)
			return r;
		break;
	case SQLITE_READONLY:
		if (db->mode == DB_READ)
			return -EROFS;
		break;
	case SQLITE_FULL:
		r = -ENOSPC;
		break;
	default:
		break;
	}
	log_error("database error=%d reason=\"%s\" statement=\"%.160s\"", code,
	    sqlite3_errmsg(db->handle), sql);
	db->failure = r;
	return r;
}

int
db_take_failure(struct db *db)
{
	int failure = db->failure;

	db->failure = 0;
	return failure;
}

bool
db_disk_failed(const struct db *db)
{
	int code = sqlite3_errcode(db->handle) & 0xff;

	return code == SQLITE_IOERR || code == SQLITE_CORRUPT ||
	       code == SQLITE_NOTADB;
}

/* Opening */

/*
 * Deleted text is overwritten: who deletes something wants it gone.  A part
 * of the file is mapped: reads of a small node then copy nothing.
 */
static const char setup_all[] = "PRAGMA foreign_keys = ON;"
				"PRAGMA trusted_schema = OFF;"
				"PRAGMA temp_store = MEMORY;"
				"PRAGMA mmap_size = 134217728;";
static const char setup_writer[] = "PRAGMA page_size = 8192;"
				   "PRAGMA journal_mode = WAL;"
				   "PRAGMA synchronous = FULL;"
				   "PRAGMA journal_size_limit = 67108864;"
				   "PRAGMA secure_delete = ON;"
				   "PRAGMA cache_size = -16000;";
static const char setup_reader[] = "PRAGMA query_only = ON;"
				   "PRAGMA cache_size = -4000;";

static int
db_setup(struct db *db)
{
	const char *mine = db->mode == DB_WRITE ? setup_writer : setup_reader;

	if (sqlite3_exec(db->handle, mine, NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(db, mine);
	if (sqlite3_exec(db->handle, setup_all, NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(db, setup_all);
	return 0;
}

/* Some file systems cannot; SQLite then goes on quietly without. */
static int
db_check_wal(struct db *db)
{
	static const char sql[] = "PRAGMA journal_mode";
	CLEANUP(db_done) struct statement *statement = NULL;
	int r = db_first(db, sql, NO_VALUES, &statement);
	const unsigned char *mode;

	if (r < 0)
		return r;
	mode = sqlite3_column_text(statement->handle, 0);
	if (mode != NULL && strcmp((const char *)mode, "wal") == 0)
		return 0;
	log_error("database journal mode is not WAL: the file system of the "
		  "data folder lacks shared memory or locks");
	return -EIO;
}

/* After each commit; its result is the commit's, which stands. */
static int
db_on_log(void *arg, sqlite3 *handle, const char *name, int pages)
{
	struct db *db = arg;

	db->log_pages = pages;
	if (pages >= LOG_PAGES_LATE)
		(void)sqlite3_wal_checkpoint_v2(
		    handle, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	return SQLITE_OK;
}

int
db_open(const char *path, enum db_mode mode, struct db **ret)
{
	int flags =
	    SQLITE_OPEN_NOMUTEX |
	    (mode == DB_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
	struct db *db = xcalloc(1, sizeof(*db));
	int r;

	db->mode = mode;
	if (sqlite3_open_v2(path, &db->handle, flags, NULL) != SQLITE_OK) {
		r = db_fail(db, path);
		db_close(&db);
		return r;
	}
	(void)sqlite3_extended_result_codes(db->handle, 1);
	(void)sqlite3_busy_timeout(db->handle, DB_BUSY_MS);
	(void)sqlite3_wal_hook(db->handle, db_on_log, db);
	db->chores = true;
	r = db_setup(db);
	if (r == 0 && mode == DB_WRITE)
		r = db_check_wal(db);
	if (r < 0) {
		db_close(&db);
		return r;
	}
	*ret = db;
	return 0;
}

void
db_close(struct db **db)
{
	struct db *gone = *db;

	if (gone == NULL)
		return;
	*db = NULL;
	for (size_t i = 0; i < DB_SLOTS; i++) {
		if (gone->slots[i] == NULL)
			continue;
		(void)sqlite3_finalize(gone->slots[i]->handle);
		free(gone->slots[i]);
	}
	(void)sqlite3_close(gone->handle);
	free(gone);
}

bool
db_writes(const struct db *db)
{
	return db->mode == DB_WRITE;
}

/* Statements */

static int
db_bind(sqlite3_stmt *handle, int at, const struct value *value)
{
	switch (value->kind) {
	case VALUE_NULL:
		return sqlite3_bind_null(handle, at);
	case VALUE_INT:
		return sqlite3_bind_int64(handle, at, value->integer);
	case VALUE_REAL:
		return sqlite3_bind_double(handle, at, value->real);
	case VALUE_TEXT:
		return sqlite3_bind_text64(handle, at, value->data, value->len,
		    SQLITE_STATIC, SQLITE_UTF8);
	case VALUE_BLOB:
		return sqlite3_bind_blob64(
		    handle, at, value->data, value->len, SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

static size_t
db_slot(const struct db *db, const char *sql)
{
	uint64_t mixed = (uint64_t)(uintptr_t)sql * 0x9e3779b97f4a7c15u;
	size_t i = (size_t)(mixed >> 40) % DB_SLOTS;

	while (db->slots[i] != NULL && db->slots[i]->sql != sql)
		i = (i + 1) % DB_SLOTS;
	return i;
}

static int
db_prepare(struct db *db, const char *sql, struct statement **ret)
{
	size_t i = db_slot(db, sql);
	struct statement *statement = db->slots[i];
	sqlite3_stmt *handle = NULL;

	if (statement != NULL) {
		*ret = statement;
		return 0;
	}
	if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
		&handle, NULL) != SQLITE_OK)
		return db_fail(db, sql);
	db->slot_count++;
	ASSERT(db->slot_count < DB_SLOTS);
	statement = xcalloc(1, sizeof(*statement));
	statement->db = db;
	statement->sql = sql;
	statement->handle = handle;
	db->slots[i] = statement;
	*ret = statement;
	return 0;
}

int
db_query(struct db *db, const char *sql, const struct value *values,
    size_t count, struct statement **ret)
{
	struct statement *statement = NULL;
	int r = db_prepare(db, sql, &statement);

	if (r < 0)
		return r;
	ASSERT(statement != NULL && !statement->busy);
	ASSERT(
	    (size_t)sqlite3_bind_parameter_count(statement->handle) == count);
	for (size_t i = 0; i < count; i++) {
		if (db_bind(statement->handle, (int)i + 1, &values[i]) !=
		    SQLITE_OK)
			return db_fail(db, sql);
	}
	statement->busy = true;
	*ret = statement;
	return 0;
}

int
db_next(struct statement *statement)
{
	int code = sqlite3_step(statement->handle);

	statement->column = 0;
	if (code == SQLITE_ROW)
		return 1;
	if (code == SQLITE_DONE)
		return 0;
	return db_fail(statement->db, statement->sql);
}

void
db_done(struct statement **statement)
{
	if (*statement == NULL)
		return;
	(void)sqlite3_reset((*statement)->handle);
	(void)sqlite3_clear_bindings((*statement)->handle);
	(*statement)->busy = false;
	*statement = NULL;
}

int
db_first(struct db *db, const char *sql, const struct value *values,
    size_t count, struct statement **ret)
{
	CLEANUP(db_done) struct statement *statement = NULL;
	int r = db_query(db, sql, values, count, &statement);

	if (r == 0)
		r = db_next(statement);
	if (r <= 0)
		return r == 0 ? -ENOENT : r;
	*ret = statement;
	statement = NULL;
	return 0;
}

int
db_number(struct db *db, const char *sql, const struct value *values,
    size_t count, int64_t *ret)
{
	CLEANUP(db_done) struct statement *statement = NULL;
	int r = db_first(db, sql, values, count, &statement);

	if (r < 0)
		return r;
	if (db_next_is_null(statement))
		return -ENOENT;
	*ret = db_take_int(statement);
	return 0;
}

int
db_run(struct db *db, const char *sql, const struct value *values, size_t count)
{
	CLEANUP(db_done) struct statement *statement = NULL;
	int r = db_query(db, sql, values, count, &statement);

	if (r == 0)
		r = db_next(statement);
	return MIN(r, 0);
}

int
db_run_one(
    struct db *db, const char *sql, const struct value *values, size_t count)
{
	int r = db_run(db, sql, values, count);

	if (r == 0 && db_changed(db) == 0)
		return -ENOENT;
	return r;
}

int64_t
db_changed(const struct db *db)
{
	return sqlite3_changes64(db->handle);
}

int64_t
db_total_changed(const struct db *db)
{
	return sqlite3_total_changes64(db->handle);
}

int64_t
db_last_id(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

void
db_each_statement(
    const struct db *db, void (*fn)(void *arg, const char *sql), void *arg)
{
	for (size_t i = 0; i < DB_SLOTS; i++) {
		if (db->slots[i] != NULL)
			fn(arg, db->slots[i]->sql);
	}
}

/* Rows */

bool
db_next_is_null(const struct statement *statement)
{
	return sqlite3_column_type(statement->handle, statement->column) ==
	       SQLITE_NULL;
}

int64_t
db_take_int(struct statement *statement)
{
	return sqlite3_column_int64(statement->handle, statement->column++);
}

bool
db_take_bool(struct statement *statement)
{
	return db_take_int(statement) != 0;
}

double
db_take_real(struct statement *statement)
{
	return sqlite3_column_double(statement->handle, statement->column++);
}

const char *
db_take_text(struct statement *statement, struct arena *arena)
{
	int column = statement->column++;
	const void *text = sqlite3_column_text(statement->handle, column);
	int len = sqlite3_column_bytes(statement->handle, column);

	return text == NULL ? NULL : arena_strndup(arena, text, (size_t)len);
}

const uint8_t *
db_take_blob(struct statement *statement, struct arena *arena, size_t *ret_len)
{
	int column = statement->column++;
	const void *data = sqlite3_column_blob(statement->handle, column);
	int len = sqlite3_column_bytes(statement->handle, column);

	*ret_len = data == NULL ? 0 : (size_t)len;
	return data == NULL ? NULL : arena_memdup(arena, data, (size_t)len);
}

/* Doubles in the arena: half of it is given up, and goes with the arena. */
static void *
db_list_add(struct db_list *list)
{
	size_t size = list->size == 0 ? 8 : 2 * list->size;
	char *items;

	if (list->count == list->size) {
		items = arena_alloc(list->arena, size * list->item_size);
		if (list->count > 0)
			memcpy(
			    items, list->items, list->count * list->item_size);
		list->items = items;
		list->size = size;
	}
	return (char *)list->items + list->item_size * list->count++;
}

int
db_list(struct db *db, const char *sql, const struct value *values,
    size_t count, struct db_list *list)
{
	CLEANUP(db_done) struct statement *statement = NULL;
	int r = db_query(db, sql, values, count, &statement);

	while (r >= 0 && (r = db_next(statement)) > 0)
		list->read(statement, list->arena, db_list_add(list));
	return r;
}

/* Transactions */

int
db_script(struct db *db, const char *sql, char error[STORE_ERROR_SIZE])
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	(void)snprintf(
	    error, STORE_ERROR_SIZE, "%s", sqlite3_errmsg(db->handle));
	return db_fail(db, sql);
}

int
db_begin(struct db *db)
{
	return db_run(db, "BEGIN IMMEDIATE", NO_VALUES);
}

int
db_begin_read(struct db *db)
{
	return db_run(db, "BEGIN", NO_VALUES);
}

int
db_commit(struct db *db)
{
	return db_run(db, "COMMIT", NO_VALUES);
}

void
db_rollback(struct db *db)
{
	static const char sql[] = "ROLLBACK";

	if (db_in_transaction(db) && db_run(db, sql, NO_VALUES) < 0)
		log_error("database rollback failed");
}

int
db_savepoint(struct db *db)
{
	return db_run(db, "SAVEPOINT job", NO_VALUES);
}

int
db_release(struct db *db)
{
	return db_run(db, "RELEASE job", NO_VALUES);
}

int
db_undo(struct db *db)
{
	static const char sql[] = "ROLLBACK TO job";
	int r = db_run(db, sql, NO_VALUES);

	return r < 0 ? r : db_release(db);
}

bool
db_in_transaction(const struct db *db)
{
	return sqlite3_get_autocommit(db->handle) == 0;
}

void
db_note(struct db *db, unsigned changes)
{
	db->noted |= changes;
}

unsigned
db_noted(const struct db *db)
{
	return db->noted;
}

void
db_set_noted(struct db *db, unsigned changes)
{
	db->noted = changes;
}

void
db_set_chores(struct db *db, bool wait)
{
	db->chores = wait;
}

bool
db_chores(const struct db *db)
{
	return db->chores;
}

static void
db_move_log(struct db *db, int mode)
{
	if (sqlite3_wal_checkpoint_v2(db->handle, NULL, mode, NULL, NULL) !=
	    SQLITE_OK)
		log_debug("database checkpoint put off reason=\"%s\"",
		    sqlite3_errmsg(db->handle));
}

void
db_tidy(struct db *db)
{
	int pages = db->log_pages;

	if (pages < LOG_PAGES)
		return;
	db->log_pages = 0;
	(void)sqlite3_busy_timeout(db->handle, LOG_BUSY_MS);
	db_move_log(db, pages >= LOG_PAGES_LONG ? SQLITE_CHECKPOINT_RESTART
						: SQLITE_CHECKPOINT_PASSIVE);
	(void)sqlite3_busy_timeout(db->handle, DB_BUSY_MS);
}

void
db_checkpoint(struct db *db)
{
	db_move_log(db, SQLITE_CHECKPOINT_TRUNCATE);
}
