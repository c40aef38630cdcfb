/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "store/migrate.h"
#include "tests/unit/store_fixture.h"

static int
folder_setup(void **state)
{
	static char folder[FIXTURE_FOLDER_SIZE];

	fixture_empty_folder(folder);
	*state = folder;
	return 0;
}

static int
folder_teardown(void **state)
{
	fixture_remove_folder(*state);
	return 0;
}

static int64_t
number(struct db *db, const char *sql)
{
	int64_t n = -1;

	assert_int_equal(db_number(db, sql, NO_VALUES, &n), 0);
	return n;
}

static void
prepare(const char *folder)
{
	char error[STORE_ERROR_SIZE] = "";

	if (store_prepare(folder, error) != 0)
		fail_msg("%s", error);
}

static void
fresh_folder_gets_the_newest_schema(void **state)
{
	CLEANUP(store_close) struct db *db = NULL;

	assert_false(store_exists(*state));
	prepare(*state);
	assert_true(store_exists(*state));
	assert_int_equal(store_open_writer(*state, &db), 0);
	assert_int_equal(
	    number(db, "PRAGMA user_version"), store_schema_version());
	assert_true(store_schema_version() >= 1);
	assert_int_equal(number(db, "PRAGMA page_size"), 8192);
	assert_int_equal(number(db, "PRAGMA foreign_keys"), 1);
	assert_int_equal(number(db, "PRAGMA synchronous"), 2);
	assert_int_equal(number(db, "PRAGMA trusted_schema"), 0);
	assert_int_equal(number(db, "SELECT count(*) FROM pragma_journal_mode"
				    " WHERE journal_mode = 'wal'"),
	    1);
	assert_int_equal(
	    number(db, "SELECT count(*) FROM pragma_integrity_check"
		       " WHERE integrity_check = 'ok'"),
	    1);
}

static void
files_are_for_the_owner_alone(void **state)
{
	static const char *const names[] = { "parvis.db", "parvis.db-wal",
		"parvis.db-shm" };
	CLEANUP(store_close) struct db *db = NULL;
	mode_t old = umask(0);
	char path[FIXTURE_FOLDER_SIZE + 32];
	struct stat st;

	prepare(*state);
	assert_int_equal(store_open_writer(*state, &db), 0);
	(void)umask(old);
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(meta_set(db, "a", "b"), 0);
	assert_int_equal(db_commit(db), 0);
	for (size_t i = 0; i < N_ELEMENTS(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s",
		    (const char *)*state, names[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
}

static void
reopening_keeps_what_is_there(void **state)
{
	CLEANUP(store_close) struct db *db = NULL;
	CLEANUP(arena_free) struct arena *arena = arena_new();
	const char *value = NULL;

	prepare(*state);
	assert_int_equal(store_open_writer(*state, &db), 0);
	assert_int_equal(meta_set(db, "territory.name", "Écouen"), 0);
	assert_int_equal(meta_set(db, "territory.name", "Dourdan"), 0);
	store_close(&db);
	prepare(*state);
	assert_int_equal(store_open_reader(*state, &db), 0);
	assert_int_equal(meta_get(db, arena, "territory.name", &value), 0);
	assert_string_equal(value, "Dourdan");
	assert_int_equal(meta_get(db, arena, "absent", &value), 0);
	assert_null(value);
}

static void
newer_schema_is_refused_by_name(void **state)
{
	CLEANUP(store_close) struct db *db = NULL;
	char error[STORE_ERROR_SIZE] = "", known[32];

	prepare(*state);
	assert_int_equal(store_open_writer(*state, &db), 0);
	assert_int_equal(db_script(db, "PRAGMA user_version = 4711", error), 0);
	store_close(&db);
	assert_int_equal(store_prepare(*state, error), -EPROTO);
	(void)snprintf(
	    known, sizeof(known), "knows schema %d", store_schema_version());
	assert_non_null(strstr(error, "schema 4711"));
	assert_non_null(strstr(error, known));
	assert_non_null(strstr(error, "newer Parvis"));
	assert_int_equal(store_open_reader(*state, &db), -EPROTO);
	assert_int_equal(store_open_writer(*state, &db), -EPROTO);
	assert_null(db);
}

static const struct migration steps[] = {
	{ 1, "0001_one.sql", (const unsigned char *)"CREATE TABLE one (a);" },
	{ 2, "0002_two.sql",
	    (const unsigned char *)"CREATE TABLE two (a); NONSENSE;" },
};

static void
failing_migration_leaves_those_before_it(void **state)
{
	CLEANUP(store_close) struct db *db = NULL;
	char error[STORE_ERROR_SIZE] = "", path[FIXTURE_FOLDER_SIZE + 32];
	FILE *file;

	(void)snprintf(
	    path, sizeof(path), "%s/parvis.db", (const char *)*state);
	file = fopen(path, "w");
	assert_non_null(file);
	(void)fclose(file);
	assert_int_equal(db_open(path, DB_WRITE, &db), 0);
	assert_true(migrate_run(db, steps, 2, error) < 0);
	assert_non_null(strstr(error, "0002_two.sql"));
	assert_non_null(strstr(error, "NONSENSE"));
	assert_int_equal(number(db, "PRAGMA user_version"), 1);
	assert_int_equal(number(db, "SELECT count(*) FROM sqlite_schema"), 1);
	assert_false(db_in_transaction(db));
}

static const struct migration dangling[] = {
	{ 1, "0001_one.sql",
	    (const unsigned char *)"CREATE TABLE one (id INTEGER PRIMARY KEY);"
				   "CREATE TABLE two (a REFERENCES one (id));"
				   "INSERT INTO two VALUES (7);" },
};

static void
migration_that_breaks_references_is_undone(void **state)
{
	CLEANUP(store_close) struct db *db = NULL;
	char error[STORE_ERROR_SIZE] = "", path[FIXTURE_FOLDER_SIZE + 32];
	FILE *file;

	(void)snprintf(
	    path, sizeof(path), "%s/parvis.db", (const char *)*state);
	file = fopen(path, "w");
	assert_non_null(file);
	(void)fclose(file);
	assert_int_equal(db_open(path, DB_WRITE, &db), 0);
	assert_true(migrate_run(db, dangling, 1, error) < 0);
	assert_non_null(strstr(error, "references"));
	assert_int_equal(number(db, "PRAGMA user_version"), 0);
	assert_int_equal(number(db, "SELECT count(*) FROM sqlite_schema"), 0);
}

static void
readers_cannot_write(void **state)
{
	CLEANUP(store_close) struct db *db = NULL;

	prepare(*state);
	assert_int_equal(store_open_reader(*state, &db), 0);
	assert_int_equal(meta_set(db, "a", "b"), -EROFS);
	assert_int_equal(store_begin_read(db), 0);
	assert_int_equal(meta_set(db, "a", "b"), -EROFS);
	store_end_read(db);
}

static void
read_transaction_is_one_view(void **state)
{
	CLEANUP(store_close) struct db *writer = NULL, *reader = NULL;
	CLEANUP(arena_free) struct arena *arena = arena_new();
	const char *value = NULL;

	prepare(*state);
	assert_int_equal(store_open_writer(*state, &writer), 0);
	assert_int_equal(store_open_reader(*state, &reader), 0);
	assert_int_equal(meta_set(writer, "k", "before"), 0);
	assert_int_equal(store_begin_read(reader), 0);
	assert_int_equal(meta_get(reader, arena, "k", &value), 0);
	assert_string_equal(value, "before");
	assert_int_equal(meta_set(writer, "k", "after"), 0);
	assert_int_equal(meta_get(reader, arena, "k", &value), 0);
	assert_string_equal(value, "before");
	store_end_read(reader);
	assert_int_equal(meta_get(reader, arena, "k", &value), 0);
	assert_string_equal(value, "after");
}

static void
missing_database_is_said(void **state)
{
	struct db *db = NULL;

	assert_int_equal(store_open_reader(*state, &db), -ENOENT);
	assert_int_equal(store_open_writer(*state, &db), -ENOENT);
	assert_false(store_exists(*state));
}

static void
file_that_is_no_database_is_refused(void **state)
{
	char error[STORE_ERROR_SIZE] = "", path[FIXTURE_FOLDER_SIZE + 32];
	FILE *file;

	(void)snprintf(
	    path, sizeof(path), "%s/parvis.db", (const char *)*state);
	file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < 500; i++)
		assert_true(fputs("This is a letter. ", file) >= 0);
	(void)fclose(file);
	assert_int_equal(store_prepare(*state, error), -EIO);
	assert_non_null(strstr(error, path));
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, folder_setup, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fresh_folder_gets_the_newest_schema),
		TEST(files_are_for_the_owner_alone),
		TEST(reopening_keeps_what_is_there),
		TEST(newer_schema_is_refused_by_name),
		TEST(failing_migration_leaves_those_before_it),
		TEST(migration_that_breaks_references_is_undone),
		TEST(readers_cannot_write),
		TEST(read_transaction_is_one_view),
		TEST(missing_database_is_said),
		TEST(file_that_is_no_database_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
