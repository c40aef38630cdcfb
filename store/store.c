/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/log.h"
#include "store/migrate.h"

static char *
store_path(const char *folder)
{
	return xasprintf("%s/parvis.db", folder);
}

bool
store_exists(const char *folder)
{
	CLEANUP(free_ptr) char *path = store_path(folder);

	return access(path, F_OK) == 0;
}

int
store_schema_version(void)
{
	return migrate_file_count;
}

int
store_schema_found(const char *folder, int *ret)
{
	CLEANUP(free_ptr) char *path = store_path(folder);
	CLEANUP(store_close) struct db *db = NULL;
	int r;

	if (access(path, R_OK) < 0)
		return -errno;
	r = db_open(path, DB_READ, &db);
	return r == 0 ? migrate_version(db, ret) : r;
}

/* The name of a new file is on disk too when this returns. */
static int
store_sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 || fsync(fd) < 0 ? -errno : 0;

	if (fd >= 0)
		(void)close(fd);
	return r;
}

/*
 * Made before SQLite opens it: only so its mode does not hang on the umask.
 * The log and the shared memory take the mode of the database.
 */
static int
store_create_file(const char *folder, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	(void)close(fd);
	return store_sync_folder(folder);
}

int
store_prepare(const char *folder, char error[STORE_ERROR_SIZE])
{
	CLEANUP(free_ptr) char *path = store_path(folder);
	CLEANUP(store_close) struct db *db = NULL;
	char reason[STORE_ERROR_SIZE] = "";
	int r = store_create_file(folder, path);

	if (r < 0) {
		(void)snprintf(error, STORE_ERROR_SIZE, "%s: %s", path,
		    strerrordesc_np(-r));
		return r;
	}
	r = db_open(path, DB_WRITE, &db);
	if (r < 0) {
		(void)snprintf(error, STORE_ERROR_SIZE,
		    "%s: cannot be opened as a database (see the log)", path);
		return r;
	}
	r = migrate_run(db, migrate_files, migrate_file_count, reason);
	if (r < 0)
		(void)snprintf(
		    error, STORE_ERROR_SIZE, "%.120s: %.380s", path, reason);
	return r;
}

static int
store_open(const char *folder, enum db_mode mode, struct db **ret)
{
	CLEANUP(free_ptr) char *path = store_path(folder);
	CLEANUP(store_close) struct db *db = NULL;
	int version = 0, r = store_exists(folder) ? 0 : -ENOENT;

	if (r == 0)
		r = db_open(path, mode, &db);
	if (r == 0)
		r = migrate_version(db, &version);
	if (r < 0)
		return r;
	if (version != migrate_file_count) {
		log_error("database schema=%d expected=%d", version,
		    migrate_file_count);
		return -EPROTO;
	}
	*ret = db;
	db = NULL;
	return 0;
}

int
store_open_reader(const char *folder, struct db **ret)
{
	return store_open(folder, DB_READ, ret);
}

int
store_open_writer(const char *folder, struct db **ret)
{
	return store_open(folder, DB_WRITE, ret);
}

void
store_close(struct db **db)
{
	db_close(db);
}

int
store_begin_read(struct db *db)
{
	return db_writes(db) ? 0 : db_begin_read(db);
}

void
store_end_read(struct db *db)
{
	if (!db_writes(db))
		db_rollback(db);
}
