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

static const char first_schema_rows[] =
    "INSERT INTO host (id, name, created_at) VALUES (5, 'a.example', 1);"
    "INSERT INTO actor (id, uri, uri_hash, kind, type, username, host_id,"
    " created_at, updated_at, deleted_at) VALUES"
    " (1, 'u1', 11, 3, 'Person', 'lise', NULL, 1, 1, NULL),"
    " (2, 'u2', 12, 4, 'Group', 'four', NULL, 1, 1, NULL),"
    " (3, 'u3', 13, 0, 'Person', 'bob', 5, 1, 1, NULL),"
    " (4, 'u4', 14, 3, 'Person', 'gone', NULL, 1, 1, 9);"
    "INSERT INTO follow (uri, uri_hash, follower_id, followee_id, state,"
    " created_at) VALUES ('f1', 1, 3, 1, 1, 1), ('f2', 2, 1, 3, 1, 1),"
    " ('f3', 3, 3, 2, 0, 1);"
    "INSERT INTO object (uri, uri_hash, local, type, actor_id, visibility,"
    " published, updated, received_at) VALUES"
    " ('o1', 1, 1, 'Note', 1, 0, 1, 1, 1),"
    " ('o2', 2, 0, 'Note', 3, 0, 1, 1, 1);"
    "INSERT INTO activity (id, uri, uri_hash, actor_id, type, visibility,"
    " listed, published, document) VALUES (6, 'a', 1, 1, 'Create', 0, 1, 1,"
    " '{}');"
    "INSERT INTO delivery (id, host_id, activity_id, actor_id, inbox,"
    " inbox_hash, order_key, head, bytes, attempts, next_at, created_at,"
    " last_status, last_error)"
    " VALUES (40, 5, 6, 1, 'i', 21, 22, 1, 23, 24, 25, 26, 27, 'why');";

static void
second_schema_keeps_what_waits_and_counts_what_is_there(void **state)
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
	assert_int_equal(migrate_run(db, migrate_files, 1, error), 0);
	assert_int_equal(db_script(db, first_schema_rows, error), 0);
	assert_int_equal(
	    migrate_run(db, migrate_files, migrate_file_count, error), 0);
	assert_int_equal(
	    number(db, "SELECT count(*) FROM delivery WHERE id = 40"
		       " AND host_id = 5 AND activity_id = 6 AND actor_id = 1"
		       " AND inbox = 'i' AND inbox_hash = 21"
		       " AND order_key = 22 AND head = 1 AND bytes = 23"
		       " AND attempts = 24 AND next_at = 25"
		       " AND created_at = 26 AND last_status = 27"
		       " AND last_error = 'why'"),
	    1);
	assert_int_equal(
	    number(db, "SELECT count(*) FROM figure WHERE profiles = 1"
		       " AND projects = 1 AND remote_actors = 1"
		       " AND local_objects = 1 AND remote_objects = 1"
		       " AND followers = 1 AND following = 1"),
	    1);
	assert_int_equal(
	    number(db, "SELECT sum(follower_host) FROM follow"), 10);
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
		TEST(second_schema_keeps_what_waits_and_counts_what_is_there),
		TEST(readers_cannot_write),
		TEST(read_transaction_is_one_view),
		TEST(missing_database_is_said),
		TEST(file_that_is_no_database_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
