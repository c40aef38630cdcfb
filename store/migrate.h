/* SPDX-License-Identifier: ISC */
/*
 * migrate.h: brings the schema of a database to that of this program, by the
 * numbered files of store/schema.  Private to the store.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db.h"

struct migration {
	int version; /* 1, 2, ... without a gap */
	const char *name;
	const unsigned char *sql; /* ends with NUL */
};

/* Made from store/schema at build time. */
extern const struct migration migrate_files[];
extern const int migrate_file_count;

/*
 * Applies what is missing, each migration in a transaction of its own: one
 * that fails leaves what came before it.  -EPROTO: made by a newer program.
 */
int migrate_run(struct db *db, const struct migration *list, int count,
    char error[STORE_ERROR_SIZE]) MUST_CHECK;
/* PRAGMA user_version, 0 for an empty file. */
int migrate_version(struct db *db, int *ret) MUST_CHECK;

#endif
