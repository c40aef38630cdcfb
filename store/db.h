/* SPDX-License-Identifier: ISC */
/*
 * db.h: one connection: statements, their values and their rows.  Private to
 * the store; db.c is the only user of SQLite.
 *
 * A statement is prepared once per connection and found again by the address
 * of its text, which therefore lives as long as the connection: a literal.
 *
 * Memory: values are borrowed until db_done(); rows are copied into arenas.
 * Thread: the handle's.
 * Errors: those of store.h, and -ENOSPC when the disk is full.  A row that
 *         refers to one that is not there answers -ENOENT.  What is not the
 *         caller's doing is logged here, once.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "store/store.h"

struct statement;

enum db_mode { DB_READ, DB_WRITE };

/* The file must exist. */
int db_open(const char *path, enum db_mode mode, struct db **ret) MUST_CHECK;
void db_close(struct db **db); /* NULL is fine; leaves NULL */

enum value_kind { VALUE_NULL, VALUE_INT, VALUE_REAL, VALUE_TEXT, VALUE_BLOB };

/* What is bound to ?1, ?2, ... */
struct value {
	enum value_kind kind;
	int64_t integer;
	double real;
	const void *data;
	size_t len;
};

struct value db_int(int64_t n);
struct value db_id(int64_t id); /* 0 is NULL: ids and times that are not */
struct value db_size(size_t n);
struct value db_before(int64_t n); /* 0: no upper end */
struct value db_real(double d);
struct value db_null(void);
struct value db_text(const char *s); /* NULL is NULL */
struct value db_blob(const void *data, size_t len);
struct value db_hash(const char *s); /* of an address; NULL is NULL */

/* The two arguments "values, count" of the functions below. */
#define VALUES(...) \
	(const struct value[]){ __VA_ARGS__ }, \
	    sizeof((const struct value[]){ __VA_ARGS__ }) / \
		sizeof(struct value)
#define NO_VALUES NULL, 0

/* Runs a statement for what it does. */
int db_run(struct db *db, const char *sql, const struct value *values,
    size_t count) MUST_CHECK;
/* Rows that the last db_run() changed, and the id of the last it added. */
int64_t db_changed(const struct db *db);
/* All since the connection was opened, those inside the index of texts too. */
int64_t db_total_changed(const struct db *db);
int64_t db_last_id(const struct db *db);
/* -ENOENT when the last db_run() changed nothing. */
int db_run_one(struct db *db, const char *sql, const struct value *values,
    size_t count) MUST_CHECK;

/* Binds; rows come by db_next().  Release with CLEANUP(db_done). */
int db_query(struct db *db, const char *sql, const struct value *values,
    size_t count, struct statement **ret) MUST_CHECK;
/* 1: a row, 0: no more, or an error. */
int db_next(struct statement *statement) MUST_CHECK;
/* The first row: 0, -ENOENT, or an error. */
int db_first(struct db *db, const char *sql, const struct value *values,
    size_t count, struct statement **ret) MUST_CHECK;
/* The first column of the first row; -ENOENT without a row or when NULL. */
int db_number(struct db *db, const char *sql, const struct value *values,
    size_t count, int64_t *ret) MUST_CHECK;
void db_done(struct statement **statement);

/* The next column of the row, from the left; NULL is 0, NULL, false. */
bool db_next_is_null(const struct statement *statement);
int64_t db_take_int(struct statement *statement);
bool db_take_bool(struct statement *statement);
double db_take_real(struct statement *statement);
const char *db_take_text(struct statement *statement, struct arena *arena);
const uint8_t *db_take_blob(
    struct statement *statement, struct arena *arena, size_t *ret_len);

/* Rows as an array in an arena. */
struct db_list {
	struct arena *arena;
	size_t item_size;
	/* Fills one zeroed item from one row. */
	void (*read)(
	    struct statement *statement, struct arena *arena, void *item);
	void *items; /* NULL while empty */
	size_t count, size;
};
int db_list(struct db *db, const char *sql, const struct value *values,
    size_t count, struct db_list *list) MUST_CHECK;

/* Several statements without values or rows (schema). */
int db_script(struct db *db, const char *sql, char error[STORE_ERROR_SIZE])
    MUST_CHECK;

int db_begin(struct db *db) MUST_CHECK; /* BEGIN IMMEDIATE */
int db_begin_read(struct db *db) MUST_CHECK;
/* When it fails, ask db_disk_failed() first, then roll back. */
int db_commit(struct db *db) MUST_CHECK;
void db_rollback(struct db *db);
int db_savepoint(struct db *db) MUST_CHECK; /* they do not nest */
int db_release(struct db *db) MUST_CHECK;
int db_undo(struct db *db) MUST_CHECK; /* back to the savepoint, ends it */
/* False after an error that undid the whole transaction by itself. */
bool db_in_transaction(const struct db *db);
bool db_writes(const struct db *db);

/*
 * An error that was not the caller's doing since the last call, 0 when there
 * was none: a job that overlooked it must not be kept.
 */
int db_take_failure(struct db *db);
/* The last error says that the state of the file cannot be known. */
bool db_disk_failed(const struct db *db);

/* Bits of enum writer_change that pile up. */
void db_note(struct db *db, unsigned changes);
unsigned db_noted(const struct db *db);
void db_set_noted(struct db *db, unsigned changes);

/* Something may wait in the table of chores; true at first. */
void db_set_chores(struct db *db, bool wait);
bool db_chores(const struct db *db);

/*
 * Moves a log that has grown into the database, which readers do not keep it
 * from; one that went on growing because there always was a reader is begun
 * anew, for which they are waited for shortly.  Between transactions; who
 * never calls it has it done by some commits.
 */
void db_tidy(struct db *db);
/* Moves the log into the database and empties it. */
void db_checkpoint(struct db *db);

/* The texts of all statements in use so far. */
void db_each_statement(
    const struct db *db, void (*fn)(void *arg, const char *sql), void *arg);

#endif
