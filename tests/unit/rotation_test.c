/* SPDX-License-Identifier: ISC */
/*
 * Keys that give way to others: which statements are followed; and the worked
 * examples of parvis-catalogue(7) that belong to the exchange.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "federation/catalogue_copy.h"
#include "federation/jcs.h"
#include "federation/peers_list.h"
#include "federation/rotation.h"
#include "tests/unit/federation_fixture.h"
#include "tests/unit/vector.h"

enum { KEYS = 4 };

static struct {
	struct arena *arena;
	json_t *example;
	struct key *first, *second; /* public, of the example */
	struct key *keys[KEYS];
	int64_t now;
} fx;

static int
set_up(void **state)
{
	(void)state;
	fx.arena = arena_new();
	fx.example = vector_load("catalogue-example.json");
	fx.now = json_integer_value(json_object_get(fx.example, "now"));
	assert_int_equal(
	    key_from_multibase(
		vector_text(fx.example, "public_key_multibase"), &fx.first),
	    0);
	assert_int_equal(key_from_multibase(
			     vector_text(json_object_get(fx.example, "second"),
				 "public_key_multibase"),
			     &fx.second),
	    0);
	for (size_t i = 0; i < KEYS; i++)
		assert_int_equal(key_generate(KEY_ED25519, &fx.keys[i]), 0);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < KEYS; i++)
		key_free(&fx.keys[i]);
	key_free(&fx.first);
	key_free(&fx.second);
	json_decref(fx.example);
	arena_free(&fx.arena);
	return 0;
}

static struct catalogue_read_origin
example_origin(void)
{
	struct catalogue_read_origin ret;

	catalogue_read_origin(
	    fx.arena, "parvis.example", fx.first, fx.now, &ret);
	return ret;
}

/* --- The worked examples --- */

static void
the_rotation_of_the_example_is_followed(void **state)
{
	CLEANUP(json_release)
	json_t *list = json_pack(
	    "{s:[O]}", "orderedItems", json_object_get(fx.example, "rotation"));
	struct rotation_chain chain;
	uint8_t *spki;
	size_t len;

	(void)state;
	assert_true(rotation_read(
	    fx.arena, list, "parvis.example", fx.first, fx.now, &chain));
	assert_int_equal(chain.count, 1);
	assert_int_equal(key_spki(fx.second, fx.arena, &spki, &len), 0);
	assert_int_equal(chain.steps[0].new_len, len);
	assert_memory_equal(chain.steps[0].new_key, spki, len);
	assert_int_equal(strlen(chain.steps[0].document), 850);
}

static void
the_list_of_peers_of_the_example_is_genuine(void **state)
{
	struct catalogue_read_origin origin = example_origin();
	char error[CATALOGUE_READ_ERROR_SIZE];
	struct peers_list list;

	(void)state;
	assert_int_equal(
	    peers_list_read(fx.arena, json_object_get(fx.example, "peers"),
		&origin, &list, error),
	    CATALOGUE_READ_NONE);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.vouches[0].domain, "voisin.example");
	assert_true(list.vouches[0].direct);
}

static void
the_push_of_the_example_goes_on_from_four(void **state)
{
	struct catalogue_read_origin origin = example_origin();
	const json_t *push = json_object_get(fx.example, "push");
	struct catalogue_copy *copy = catalogue_copy_new("parvis.example", 4);
	char error[CATALOGUE_READ_ERROR_SIZE];
	const char *next = NULL;

	(void)state;
	assert_int_equal(
	    json_integer_value(json_object_get(push, "parvis:after")), 4);
	assert_int_equal(catalogue_copy_page(copy, push, &origin, &next, error),
	    CATALOGUE_READ_NONE);
	assert_null(next);
	assert_int_equal(copy->count, 1);
	assert_int_equal(copy->entries[0].seq, 6);
	catalogue_copy_free(&copy);
}

static void
the_frontier_of_the_example_has_its_head(void **state)
{
	struct catalogue_read_origin origin = example_origin();
	const json_t *frontier = json_object_get(fx.example, "frontier");
	const json_t *heads = json_object_get(frontier, "orderedItems");
	char error[CATALOGUE_READ_ERROR_SIZE];
	struct catalogue_read_head head;

	(void)state;
	assert_int_equal(json_array_size(heads), 1);
	assert_int_equal(catalogue_read_head(
			     json_array_get(heads, 0), &origin, &head, error),
	    CATALOGUE_READ_NONE);
	assert_int_equal(head.count, 1);
}

/* --- Chains --- */

/* One that says that keys[from] gave way to keys[to], signed by keys[by]. */
static json_t *
statement(size_t from, size_t to, size_t by, const char *domain)
{
	char *old_text, *new_text;
	json_t *ret;

	assert_int_equal(key_multibase(fx.keys[from], fx.arena, &old_text), 0);
	assert_int_equal(key_multibase(fx.keys[to], fx.arena, &new_text), 0);
	ret = json_pack("{s:[s, {s:s}], s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
	    "@context", "https://www.w3.org/ns/activitystreams", "parvis",
	    "urn:parvis:", "type", "parvis:Rotation", "actor",
	    arena_printf(fx.arena, "https://%s/actor", domain), "parvis:kind",
	    "rotation", "parvis:origin", domain, "parvis:oldKey", old_text,
	    "parvis:newKey", new_text, "published", "2026-05-28T20:40:00Z");
	assert_int_equal(
	    proof_make(ret,
		arena_printf(fx.arena, "https://%s/actor#ed25519-key", domain),
		fx.keys[by], fx.now),
	    0);
	return ret;
}

static size_t
followed(json_t *items)
{
	CLEANUP(json_release)
	json_t *list = json_pack("{s:o}", "orderedItems", items);
	struct rotation_chain chain;

	(void)rotation_read(
	    fx.arena, list, "a.example", fx.keys[0], fx.now, &chain);
	return chain.count;
}

static void
statements_are_followed_in_any_order(void **state)
{
	(void)state;
	assert_int_equal(
	    followed(json_pack("[o, o, o]", statement(2, 3, 2, "a.example"),
		statement(0, 1, 0, "a.example"),
		statement(1, 2, 1, "a.example"))),
	    3);
	assert_int_equal(
	    followed(json_pack("[o, o]", statement(0, 1, 0, "a.example"),
		statement(2, 3, 2, "a.example"))),
	    1);
}

static void
what_the_old_key_did_not_sign_leads_nowhere(void **state)
{
	(void)state;
	assert_int_equal(
	    followed(json_pack("[o]", statement(0, 1, 1, "a.example"))), 0);
	assert_int_equal(
	    followed(json_pack("[o]", statement(0, 1, 0, "b.example"))), 0);
	assert_int_equal(
	    followed(json_pack("[o]", statement(1, 2, 1, "a.example"))), 0);
	assert_int_equal(followed(json_pack("[s, n, {}, []]", "x")), 0);
	/* A forged one does not hide the genuine. */
	assert_int_equal(
	    followed(json_pack("[o, o]", statement(0, 2, 2, "a.example"),
		statement(0, 1, 0, "a.example"))),
	    1);
}

static void
statement_of_tomorrow_is_not_followed(void **state)
{
	CLEANUP(json_release)
	json_t *list = json_pack(
	    "{s:[o]}", "orderedItems", statement(0, 1, 0, "a.example"));
	struct rotation_chain chain;

	(void)state;
	assert_false(rotation_read(
	    fx.arena, list, "a.example", fx.keys[0], fx.now - 86400, &chain));
}

static void
circle_comes_to_an_end(void **state)
{
	(void)state;
	assert_int_equal(
	    followed(json_pack("[o, o]", statement(0, 1, 0, "a.example"),
		statement(1, 0, 1, "a.example"))),
	    ROTATIONS_MAX);
}

/* --- Applying --- */

static void
voices_for_the_old_key_count_for_the_new(void **state)
{
	struct node_fixture *f = *state;
	CLEANUP(json_release)
	json_t *list = json_pack(
	    "{s:[o]}", "orderedItems", statement(0, 1, 0, "a.example"));
	struct rotation_chain chain;
	struct peer peer = { 0 }, voucher = { 0 };
	struct vouch_sum sum = { 0 };
	struct vouch vouch = { .domain = "a.example", .direct = true };
	struct db *db = f->publish.db;
	int64_t id, voucher_id;

	assert_true(rotation_read(
	    fx.arena, list, "a.example", fx.keys[0], fx.now, &chain));
	assert_int_equal(peer_need(db, "a.example", 1, &id), 0);
	assert_int_equal(peer_need(db, "v.example", 1, &voucher_id), 0);
	assert_int_equal(
	    peer_by_domain(db, fx.arena, "v.example", &voucher), 0);
	voucher.rule = PEER_RULE_ADMIT;
	voucher.state = PEER_ADMITTED;
	assert_int_equal(peer_save(db, &voucher), 0);
	assert_int_equal(peer_by_domain(db, fx.arena, "a.example", &peer), 0);
	/* Nothing is pinned: nothing to follow from. */
	assert_int_equal(
	    rotation_apply(db, fx.arena, "a.example", &chain), -ESTALE);
	peer.key = chain.steps[0].old_key;
	peer.key_len = chain.steps[0].old_len;
	assert_int_equal(peer_save(db, &peer), 0);
	assert_int_equal(rotation_apply(db, fx.arena, "a.example", &chain), 0);
	assert_int_equal(peer_by_domain(db, fx.arena, "a.example", &peer), 0);
	assert_memory_equal(
	    peer.key, chain.steps[0].new_key, chain.steps[0].new_len);

	vouch.key = chain.steps[0].old_key;
	vouch.key_len = chain.steps[0].old_len;
	assert_int_equal(vouch_replace(db, voucher_id, 1, 1, &vouch, 1), 0);
	assert_int_equal(
	    vouch_sum(db, "a.example", peer.key, peer.key_len, &sum), 0);
	assert_int_equal(sum.direct, 1);
}

#define WITH_STORE(name) \
	cmocka_unit_test_setup_teardown( \
	    name, node_fixture_setup, node_fixture_teardown)

static int
group_up(void **state)
{
	return set_up(state) + node_fixture_group_setup(state);
}

static int
group_down(void **state)
{
	return tear_down(state) + node_fixture_group_teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rotation_of_the_example_is_followed),
		cmocka_unit_test(the_list_of_peers_of_the_example_is_genuine),
		cmocka_unit_test(the_push_of_the_example_goes_on_from_four),
		cmocka_unit_test(the_frontier_of_the_example_has_its_head),
		cmocka_unit_test(statements_are_followed_in_any_order),
		cmocka_unit_test(what_the_old_key_did_not_sign_leads_nowhere),
		cmocka_unit_test(statement_of_tomorrow_is_not_followed),
		cmocka_unit_test(circle_comes_to_an_end),
		WITH_STORE(voices_for_the_old_key_count_for_the_new),
	};

	return cmocka_run_group_tests(tests, group_up, group_down);
}
