/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>

#include "config/base/log.h"
#include "store/migrate.h"

int
migrate_version(struct db *db, int *ret)
{
	static const char sql[] = "PRAGMA user_version";
	int64_t version = 0;
	int r = db_number(db, sql, NO_VALUES, &version);

	if (r == 0)
		*ret = (int)version;
	return r;
}

/* A migration may have rebuilt a table: nothing may point into the void. */
static int
migrate_check(struct db *db, const char *name, char error[STORE_ERROR_SIZE])
{
	static const char sql[] =
	    "SELECT count(*) FROM pragma_foreign_key_check";
	int64_t broken = 0;
	int r = db_number(db, sql, NO_VALUES, &broken);

	if (r == 0 && broken > 0) {
		(void)snprintf(error, STORE_ERROR_SIZE,
		    "migration %s leaves %lld broken references", name,
		    (long long)broken);
		return -EIO;
	}
	return r;
}

static int
migrate_apply(struct db *db, const struct migration *migration,
    char error[STORE_ERROR_SIZE])
{
	const void *sql = migration->sql;
	char set_version[64];
	int r = db_script(db, sql, error);

	(void)snprintf(set_version, sizeof(set_version),
	    "PRAGMA user_version = %d", migration->version);
	if (r == 0)
		r = db_script(db, set_version, error);
	if (r == 0)
		r = migrate_check(db, migration->name, error);
	if (r == 0)
		r = db_commit(db);
	return r;
}

/*
 * References are not enforced meanwhile, as SQLite advises: the pragma does
 * nothing inside a transaction, so it stands around it.
 */
static int
migrate_step(struct db *db, const struct migration *migration,
    char error[STORE_ERROR_SIZE])
{
	char reason[STORE_ERROR_SIZE] = "the database failed";
	int r = db_script(db, "PRAGMA foreign_keys = OFF", reason);

	if (r == 0)
		r = db_begin(db);
	if (r == 0)
		r = migrate_apply(db, migration, reason);
	db_rollback(db);
	if (r == 0)
		r = db_script(db, "PRAGMA foreign_keys = ON", reason);
	if (r < 0) {
		(void)snprintf(error, STORE_ERROR_SIZE,
		    "migration %s failed and was undone: %.300s",
		    migration->name, reason);
		return r;
	}
	log_info("database schema=%d migration=%s", migration->version,
	    migration->name);
	return 0;
}

int
migrate_run(struct db *db, const struct migration *list, int count,
    char error[STORE_ERROR_SIZE])
{
	int version = 0, r = migrate_version(db, &version);

	if (r < 0) {
		(void)snprintf(error, STORE_ERROR_SIZE,
		    "the version of the schema cannot be read");
		return r;
	}
	if (version > count) {
		(void)snprintf(error, STORE_ERROR_SIZE,
		    "the database has schema %d, this program knows schema %d "
		    "and older: it was used by a newer Parvis; run that one, "
		    "or restore a copy made before",
		    version, count);
		return -EPROTO;
	}
	for (int i = version; r == 0 && i < count; i++)
		r = migrate_step(db, &list[i], error);
	return r;
}
