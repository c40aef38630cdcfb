/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/base/clock.h"
#include "federation/authority.h"
#include "store/db.h"
#include "store/outbox.h"
#include "tests/unit/federation_fixture.h"

static struct key *group_rsa, *group_ed25519;

int
node_fixture_group_setup(void **state)
{
	(void)state;
	assert_int_equal(key_generate(KEY_RSA, &group_rsa), 0);
	assert_int_equal(key_generate(KEY_ED25519, &group_ed25519), 0);
	return 0;
}

int
node_fixture_group_teardown(void **state)
{
	(void)state;
	key_free(&group_rsa);
	key_free(&group_ed25519);
	return 0;
}

static struct settings *
make_settings(void)
{
	static const char text[] = "[node]\ndomain = node.example\n"
				   "[listen]\nhttp = 127.0.0.1:80\n";
	char error[SETTINGS_ERROR_SIZE] = "";
	struct settings *settings = NULL;

	if (settings_parse(text, sizeof(text) - 1, "test", &settings, error) !=
	    0)
		fail_msg("%s", error);
	return settings;
}

int
node_fixture_setup(void **state)
{
	struct node_fixture *f = xcalloc(1, sizeof(*f));
	void *store = NULL;

	assert_int_equal(fixture_setup(&store), 0);
	f->store = store;
	node_init(&f->node, make_settings());
	f->snapshot = node_snapshot(&f->node);
	f->publish = (struct publish){
		.node = &f->node,
		.settings = f->snapshot->settings,
		.db = f->store->db,
		.arena = f->store->arena,
		.now = clock_now(),
	};
	f->rsa = group_rsa;
	f->ed25519 = group_ed25519;
	*state = f;
	return 0;
}

int
node_fixture_teardown(void **state)
{
	struct node_fixture *f = *state;
	void *store = f->store;

	node_release(&f->snapshot);
	node_done(&f->node);
	free(f);
	return fixture_teardown(&store);
}

static struct actor
create(struct node_fixture *f, const struct actor *form)
{
	struct actor actor;

	if (publish_actor_create(&f->publish, form, NULL, &actor) != 0)
		fail_msg("%s", f->publish.error);
	assert_int_equal(
	    publish_actor_keys(&f->publish, actor.id, f->rsa, f->ed25519), 0);
	return actor;
}

struct actor
node_fixture_profile(struct node_fixture *f, const char *name)
{
	const struct actor form = {
		.kind = ACTOR_PROFILE,
		.username = name,
		.name = name,
	};

	return create(f, &form);
}

struct actor
node_fixture_project(struct node_fixture *f, const char *name)
{
	const char *holder = arena_printf(f->publish.arena, "%s-holder", name);
	const struct actor form = {
		.kind = ACTOR_PROJECT,
		.username = name,
		.name = name,
		.owner_id = node_fixture_profile(f, holder).id,
	};

	return create(f, &form);
}

struct actor
node_fixture_remote(struct node_fixture *f, const char *host, const char *name)
{
	struct arena *arena = f->publish.arena;
	const char *uri =
	    arena_printf(arena, "https://%s/users/%s", host, name);
	const struct actor form = {
		.uri = uri,
		.type = "Person",
		.username = name,
		.name = name,
		.host = host,
		.inbox = arena_printf(arena, "%s/inbox", uri),
		.shared_inbox = arena_printf(arena, "https://%s/inbox", host),
		.followers = arena_printf(arena, "%s/followers", uri),
		.created_at = 100,
		.updated_at = 100,
		.fetched_at = f->publish.now,
	};
	struct actor actor;
	int64_t id;

	assert_int_equal(actor_put_remote(f->publish.db, &form, &id), 0);
	assert_int_equal(actor_get(f->publish.db, arena, id, &actor), 0);
	return actor;
}

void
node_fixture_follow(struct node_fixture *f, const struct actor *follower,
    const struct actor *followee)
{
	struct follow follow;

	assert_int_equal(follow_put(f->publish.db,
			     arena_printf(f->publish.arena, "%s/follows/%s",
				 follower->uri, followee->username),
			     follower->id, followee->id, f->publish.now),
	    0);
	assert_int_equal(follow_get(f->publish.db, f->publish.arena,
			     follower->id, followee->id, &follow),
	    0);
	assert_int_equal(follow_decide(f->publish.db, follow.id,
			     FOLLOW_ACCEPTED, f->publish.now),
	    0);
}

size_t
node_fixture_waiting(
    struct node_fixture *f, const char *type, const char *inbox)
{
	struct delivery *deliveries;
	size_t count, found = 0;

	assert_int_equal(queue_list(f->publish.db, f->publish.arena, NULL, 0,
			     1000, &deliveries, &count),
	    0);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(deliveries[i].activity_type, type) == 0 &&
		    (inbox == NULL || strcmp(deliveries[i].inbox, inbox) == 0))
			found++;
	}
	return found;
}

json_t *
node_fixture_sent(struct node_fixture *f, const char *type)
{
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(f->publish.db,
	    "SELECT document FROM activity WHERE type = ?1"
	    " ORDER BY id DESC LIMIT 1",
	    VALUES(db_text(type)), &row);
	json_t *document;

	if (r == -ENOENT)
		return NULL;
	assert_int_equal(r, 0);
	document = json_loads(db_take_text(row, f->publish.arena), 0, NULL);
	assert_non_null(document);
	return document;
}

size_t
node_fixture_shown(struct node_fixture *f, const struct actor *owner)
{
	struct timeline_entry *entries;
	size_t count;

	assert_int_equal(timeline_list(f->publish.db, f->publish.arena,
			     owner->id, 0, 1000, &entries, &count),
	    0);
	return count;
}

/* As inbox.c does before the writer. */
static void
read_embedded(struct arena *arena, struct apply *apply)
{
	const struct activity *activity = apply->activity;
	char error[JSON_ERROR_SIZE];
	struct received_actor *actor;
	struct object *object;

	if (activity->object == NULL || (activity->type != ACTIVITY_CREATE &&
					    activity->type != ACTIVITY_UPDATE))
		return;
	if (activity_actor_type(activity->object) != NULL) {
		actor = arena_alloc(arena, sizeof(*actor));
		if (activity_read_actor(
			arena, activity->object, actor, error) == 0)
			apply->actor = actor;
		return;
	}
	object = arena_alloc(arena, sizeof(*object));
	if (activity_read_object(arena, activity->object, object, error) == 0)
		apply->object = object;
}

static void
release_document(void *document)
{
	json_decref(document);
}

enum verdict
node_fixture_receive(
    struct node_fixture *f, const struct actor *sender, const char *json)
{
	struct arena *arena = f->publish.arena;
	struct activity *activity = arena_alloc(arena, sizeof(*activity));
	char error[JSON_ERROR_SIZE] = "";
	struct actor *now = arena_alloc(arena, sizeof(*now));
	struct apply apply = {
		.publish = &f->publish,
		.activity = activity,
		.sender = now,
		.to_relay = f->to_relay,
	};
	enum verdict verdict;
	json_t *document;

	if (json_read(json, strlen(json), &document, error) != 0)
		fail_msg("%s: %s", error, json);
	arena_on_free(arena, release_document, document);
	if (activity_read(arena, document, activity, error) != 0)
		fail_msg("%s: %s", error, json);
	f->reason = "";
	verdict = authority_check(activity, f->node.base, &f->reason);
	if (verdict != VERDICT_ACCEPTED)
		return verdict;
	assert_string_equal(activity->actor, sender->uri);
	assert_int_equal(actor_get(f->publish.db, arena, sender->id, now), 0);
	read_embedded(arena, &apply);
	if (apply_activity(&apply, &verdict) != 0)
		fail_msg("apply_activity: %s", json);
	f->reason = apply.reason;
	return verdict;
}
