/* SPDX-License-Identifier: ISC */
/*
 * What a node takes back from its own log as others hold it, and what it
 * leaves as it is.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "federation/catalogue.h"
#include "federation/catalogue_object.h"
#include "federation/catalogue_recover.h"
#include "federation/json.h"
#include "tests/unit/federation_fixture.h"

enum { NOW = 1780000000 };

static void
say(struct node_fixture *f, int r)
{
	if (r != 0)
		fail_msg("%d: %s", r, f->publish.error);
}

static int
setup(void **state)
{
	const struct place place = { .name = "Dourdan" };
	struct actor instance;
	struct node_fixture *f;
	int r = node_fixture_setup(state);

	f = *state;
	f->publish.now = NOW;
	say(f, publish_node_actors(&f->publish, "Le pays", &place));
	say(f, actor_of_kind(
		   f->publish.db, f->publish.arena, ACTOR_INSTANCE, &instance));
	say(f,
	    publish_actor_keys(&f->publish, instance.id, f->rsa, f->ed25519));
	return r;
}

static struct actor
full_project(struct node_fixture *f)
{
	const char *themes[] = { "permaculture", "compost" };
	struct actor_lists lists = { .themes = themes, .theme_count = 2 };
	struct actor ret = node_fixture_project(f, "jardin");

	ret.discoverable = true;
	ret.stage = "running";
	ret.status = "On cherche des bras";
	ret.source = "Un **jardin** de curé.\n\nEt ses poules.";
	ret.place =
	    (struct place){ "91200", "Dourdan", "91410", true, 48.53, 2.01 };
	say(f, publish_actor_update(&f->publish, &ret, &lists));
	say(f, actor_get(f->publish.db, f->publish.arena, ret.id, &ret));
	return ret;
}

/* Our own log as another node would hand it over now. */
static struct catalogue_copy *
copy_of_log(struct node_fixture *f)
{
	const struct catalogue_limits limits = { 100, 1 << 20 };
	struct catalogue_copy *copy = catalogue_copy_new("node.example", 0);
	struct catalogue_origin own;
	struct catalogue_page page;

	assert_int_equal(catalogue_origin_get(f->publish.db, f->publish.arena,
			     CATALOGUE_OWN, &own),
	    0);
	assert_int_equal(catalogue_page(f->publish.db, f->publish.arena, &own,
			     0, &limits, &page),
	    0);
	copy->entries = xcalloc(page.count + 1, sizeof(*copy->entries));
	memcpy(
	    copy->entries, page.entries, page.count * sizeof(*copy->entries));
	copy->count = page.count;
	copy->head.epoch = own.epoch;
	copy->head.seq = own.seq;
	return copy;
}

/* The log is where it was at its beginning. */
static void
roll_back_log(struct node_fixture *f)
{
	struct catalogue_origin own;

	assert_int_equal(catalogue_origin_get(f->publish.db, f->publish.arena,
			     CATALOGUE_OWN, &own),
	    0);
	own.seq = 0;
	own.count = 0;
	assert_int_equal(
	    catalogue_forget_entries(f->publish.db, CATALOGUE_OWN), 0);
	assert_int_equal(catalogue_origin_set(f->publish.db, &own), 0);
}

static struct catalogue_recovered
recover(struct node_fixture *f, struct catalogue_copy *copy)
{
	struct catalogue_recovered ret;

	say(f, catalogue_recover(&f->publish, copy, &ret));
	catalogue_copy_free(&copy);
	return ret;
}

static void
hash_of(struct node_fixture *f, int64_t id, uint8_t ret[SHA256_SIZE])
{
	CLEANUP(json_release) json_t *object = NULL;
	struct actor actor;

	assert_int_equal(
	    actor_get(f->publish.db, f->publish.arena, id, &actor), 0);
	assert_int_equal(catalogue_object_make(
			     f->publish.db, f->publish.arena, &actor, &object),
	    0);
	assert_int_equal(catalogue_object_hash(object, ret), 0);
}

static void
all_that_an_entry_says_comes_back(void **state)
{
	struct node_fixture *f = *state;
	struct actor jardin = full_project(f), bare = jardin;
	struct catalogue_copy *copy = copy_of_log(f);
	uint8_t before[SHA256_SIZE], after[SHA256_SIZE];
	const struct actor_lists none = { 0 };
	struct catalogue_recovered figures;

	hash_of(f, jardin.id, before);
	roll_back_log(f);
	bare.name = "?";
	bare.summary = bare.source = bare.status = NULL;
	bare.stage = "idea";
	bare.place = (struct place){ 0 };
	bare.discoverable = false;
	bare.updated_at = NOW - 100;
	assert_int_equal(actor_update(f->publish.db, &bare), 0);
	assert_int_equal(actor_set_lists(f->publish.db, jardin.id, &none), 0);
	hash_of(f, jardin.id, after);
	assert_memory_not_equal(before, after, sizeof(before));

	figures = recover(f, copy);
	assert_int_equal(figures.changed, 1);
	hash_of(f, jardin.id, after);
	assert_memory_equal(before, after, sizeof(before));
}

static void
what_changed_here_since_stays(void **state)
{
	struct node_fixture *f = *state;
	struct actor jardin = full_project(f), now;
	struct catalogue_copy *copy = copy_of_log(f);
	struct catalogue_recovered figures;

	roll_back_log(f);
	node_hold_catalogue(&f->node, true);
	f->publish.now += 60;
	jardin.name = "Plus grand";
	say(f, publish_actor_update(&f->publish, &jardin, NULL));
	figures = recover(f, copy);
	node_hold_catalogue(&f->node, false);
	assert_int_equal(figures.changed, 0);
	assert_int_equal(
	    actor_get(f->publish.db, f->publish.arena, jardin.id, &now), 0);
	assert_string_equal(now.name, "Plus grand");
}

static void
deletion_comes_back_and_nothing_deleted_does(void **state)
{
	struct node_fixture *f = *state;
	struct actor jardin = full_project(f), now;
	struct catalogue_copy *alive = copy_of_log(f), *gone = copy_of_log(f);
	struct catalogue_recovered figures;

	for (size_t i = 0; i < gone->count; i++)
		gone->entries[i].kind = CATALOGUE_DELETE;
	roll_back_log(f);
	figures = recover(f, gone);
	assert_int_equal(figures.deleted, 1);
	assert_int_equal(
	    actor_get(f->publish.db, f->publish.arena, jardin.id, &now), 0);
	assert_true(now.deleted_at != 0);
	figures = recover(f, alive);
	assert_int_equal(figures.changed + figures.created, 0);
}

static void
while_it_is_held_nothing_is_signed_and_then_all(void **state)
{
	struct node_fixture *f = *state;
	struct catalogue_walk walk = { 0 };
	struct catalogue_origin own;
	bool more = true;

	node_hold_catalogue(&f->node, true);
	(void)full_project(f);
	say(f, catalogue_renew_head(&f->publish));
	assert_int_equal(catalogue_origin_get(f->publish.db, f->publish.arena,
			     CATALOGUE_OWN, &own),
	    0);
	assert_int_equal(own.seq, 0);
	node_hold_catalogue(&f->node, false);
	while (more)
		say(f, catalogue_catch_up(&f->publish, &walk, &more));
	assert_int_equal(catalogue_origin_get(f->publish.db, f->publish.arena,
			     CATALOGUE_OWN, &own),
	    0);
	assert_int_equal(own.count, 1);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, node_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_that_an_entry_says_comes_back),
		TEST(what_changed_here_since_stays),
		TEST(deletion_comes_back_and_nothing_deleted_does),
		TEST(while_it_is_held_nothing_is_signed_and_then_all),
	};

	return cmocka_run_group_tests(
	    tests, node_fixture_group_setup, node_fixture_group_teardown);
}
