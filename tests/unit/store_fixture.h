/* SPDX-License-Identifier: ISC */
/*
 * store_fixture.h: a fresh database in a folder of its own, with the writer's
 * connection in a transaction, for the tests of the store.
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include "store/actor.h"
#include "store/object.h"
#include "store/queue.h"

enum { FIXTURE_FOLDER_SIZE = 64 };

struct fixture {
	char folder[FIXTURE_FOLDER_SIZE];
	struct db *db;
	struct arena *arena;
};

/* A folder with a prepared database; and without. */
void fixture_folder(char ret[FIXTURE_FOLDER_SIZE]);
void fixture_empty_folder(char ret[FIXTURE_FOLDER_SIZE]);
void fixture_remove_folder(const char *folder);

/* For cmocka_unit_test_setup_teardown(): *state is a struct fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* https://node.example/o/<name> of ours, https://<host>/<name> of others. */
int64_t fixture_local(
    struct fixture *f, enum actor_kind kind, const char *name);
int64_t fixture_remote(struct fixture *f, const char *host, const char *name,
    const char *shared_inbox);
int64_t fixture_host(struct fixture *f, const char *name);
int64_t fixture_note(
    struct fixture *f, int64_t actor_id, const char *uri, int64_t published);
int64_t fixture_activity(struct fixture *f, int64_t actor_id, const char *uri,
    const char *object_uri);

#endif
