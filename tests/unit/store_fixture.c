/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/db.h"
#include "store/host.h"
#include "store/outbox.h"
#include "tests/unit/store_fixture.h"

void
fixture_empty_folder(char ret[FIXTURE_FOLDER_SIZE])
{
	(void)snprintf(ret, FIXTURE_FOLDER_SIZE, "/tmp/parvis-test-XXXXXX");
	assert_non_null(mkdtemp(ret));
}

void
fixture_folder(char ret[FIXTURE_FOLDER_SIZE])
{
	char error[STORE_ERROR_SIZE] = "";

	fixture_empty_folder(ret);
	if (store_prepare(ret, error) != 0)
		fail_msg("%s", error);
}

void
fixture_remove_folder(const char *folder)
{
	static const char *const names[] = { "parvis.db", "parvis.db-wal",
		"parvis.db-shm" };
	char path[FIXTURE_FOLDER_SIZE + 32];

	for (size_t i = 0; i < N_ELEMENTS(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	assert_int_equal(rmdir(folder), 0);
}

int
fixture_setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	fixture_folder(f->folder);
	assert_int_equal(store_open_writer(f->folder, &f->db), 0);
	assert_int_equal(db_begin(f->db), 0);
	f->arena = arena_new();
	*state = f;
	return 0;
}

int
fixture_teardown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_commit(f->db), 0);
	store_close(&f->db);
	arena_free(&f->arena);
	fixture_remove_folder(f->folder);
	free(f);
	return 0;
}

int64_t
fixture_local(struct fixture *f, enum actor_kind kind, const char *name)
{
	struct actor actor = {
		.kind = kind,
		.uri =
		    arena_printf(f->arena, "https://node.example/o/%s", name),
		.type = kind == ACTOR_PROJECT ? "Group" : "Person",
		.username = name,
		.name = name,
		.created_at = 100,
		.updated_at = 100,
	};
	int64_t id = 0;

	assert_int_equal(actor_create(f->db, &actor, &id), 0);
	return id;
}

int64_t
fixture_remote(struct fixture *f, const char *host, const char *name,
    const char *shared_inbox)
{
	const char *uri = arena_printf(f->arena, "https://%s/%s", host, name);
	struct actor actor = {
		.uri = uri,
		.type = "Person",
		.username = name,
		.host = host,
		.inbox = arena_printf(f->arena, "%s/inbox", uri),
		.shared_inbox = shared_inbox,
		.created_at = 100,
		.updated_at = 100,
		.fetched_at = 100,
	};
	int64_t id = 0;

	assert_int_equal(actor_put_remote(f->db, &actor, &id), 0);
	return id;
}

int64_t
fixture_host(struct fixture *f, const char *name)
{
	int64_t id = 0;

	assert_int_equal(host_need(f->db, name, 100, &id), 0);
	return id;
}

int64_t
fixture_note(
    struct fixture *f, int64_t actor_id, const char *uri, int64_t published)
{
	struct object object = {
		.local = true,
		.uri = uri,
		.type = "Note",
		.actor_id = actor_id,
		.visibility = VISIBILITY_PUBLIC,
		.content = "<p>texte</p>",
		.source = "texte",
		.published = published,
		.updated = published,
		.received_at = published,
	};
	int64_t id = 0;

	assert_int_equal(object_create(f->db, &object, &id), 0);
	return id;
}

int64_t
fixture_activity(struct fixture *f, int64_t actor_id, const char *uri,
    const char *object_uri)
{
	struct activity_row activity = {
		.uri = uri,
		.type = "Create",
		.object_uri = object_uri,
		.document = "{\"type\":\"Create\"}",
		.actor_id = actor_id,
		.listed = true,
		.published = 100,
	};
	int64_t id = 0;

	assert_int_equal(outbox_add(f->db, &activity, &id), 0);
	return id;
}
