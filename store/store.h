/* SPDX-License-Identifier: ISC */
/*
 * store.h: the database of a node: opening, schema, and handles.
 *
 * The store is the only user of SQL.  Its functions take a `struct db`, one
 * connection of one thread: the writer's is the only one that may change
 * anything, all others are read-only (an attempt answers -EROFS).
 *
 * Memory: rows are copied into the caller's arena.
 * Errors: 0, -ENOENT (no such row, or one that the new row refers to is not
 *         there), -EEXIST, -EROFS, -EIO and -ENOSPC (the database failed; the
 *         reason is logged here, once), and what a function adds.
 *
 * A commit is on disk when it returns: WAL, synchronous=FULL.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "config/base/arena.h"

struct db;

enum { STORE_ERROR_SIZE = 512 };

/*
 * Creates or migrates the database in a folder (file parvis.db, mode 0600).
 * -EPROTO: made by a newer Parvis; error says so with both versions.
 * Main thread, before the other threads start.
 */
int store_prepare(const char *folder, char error[STORE_ERROR_SIZE]) MUST_CHECK;
/* True when the folder holds a database. */
bool store_exists(const char *folder);
/* The schema this program writes. */
int store_schema_version(void);
/* The schema of the database in a folder, which is only looked at.  -ENOENT:
 * there is none; -EACCES: it is not for this user. */
int store_schema_found(const char *folder, int *ret) MUST_CHECK;

/* One connection.  The writer's is opened by writer.h.  -ENOENT: there is no
 * database; -EPROTO: its schema is not this program's. */
int store_open_reader(const char *folder, struct db **ret) MUST_CHECK;
int store_open_writer(const char *folder, struct db **ret) MUST_CHECK;
void store_close(struct db **db); /* NULL is fine */

/*
 * A consistent view over several reads, on a read-only connection; on the
 * writer's, every job has one already.
 */
int store_begin_read(struct db *db) MUST_CHECK;
void store_end_read(struct db *db);

/* Small facts: "base_url", "territory.name"...  NULL value when absent. */
int meta_get(struct db *db, struct arena *arena, const char *key,
    const char **ret) MUST_CHECK;
int meta_set(struct db *db, const char *key, const char *value) MUST_CHECK;

/* Counts and sizes for parvisctl status. */
struct store_figures {
	int64_t profiles, projects, remote_actors, local_objects,
	    remote_objects, followers, following, waiting_deliveries,
	    waiting_tasks, database_bytes;
};
int store_figures(struct db *db, struct store_figures *ret) MUST_CHECK;

#endif
