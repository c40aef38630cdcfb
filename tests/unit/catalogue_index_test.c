/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "federation/catalogue.h"
#include "federation/catalogue_index.h"
#include "store/search.h"
#include "tests/unit/federation_fixture.h"

/* A node whose instance has keys. */
static int
setup(void **state)
{
	const struct place place = { .name = "Dourdan" };
	struct node_fixture *f;
	struct actor instance;
	int r = node_fixture_setup(state);

	f = *state;
	assert_int_equal(
	    publish_node_actors(&f->publish, "Le pays", &place), 0);
	assert_int_equal(actor_of_kind(f->publish.db, f->publish.arena,
			     ACTOR_INSTANCE, &instance),
	    0);
	assert_int_equal(
	    publish_actor_keys(&f->publish, instance.id, f->rsa, f->ed25519),
	    0);
	return r;
}

static size_t
find(struct node_fixture *f, const char *text, struct search_page *page)
{
	const struct search_query query = { .text = text, .limit = 10 };

	assert_int_equal(
	    search_run(f->store->db, f->store->arena, &query, page), 0);
	return page->count;
}

static void
index_object(struct node_fixture *f, const char *uri, const char *json)
{
	static int64_t seq = 1000;
	struct catalogue_entry old, entry = { .origin_id = CATALOGUE_OWN,
		.seq = ++seq,
		.object_uri = uri,
		.document = json };
	char error[JSON_ERROR_SIZE] = "";
	json_t *object = NULL;

	if (json_read(json, strlen(json), &object, error) != 0)
		fail_msg("%s", error);
	assert_int_equal(
	    catalogue_put(f->store->db, f->store->arena, &entry, &old), 0);
	assert_int_equal(catalogue_index_replace(f->store->db, f->store->arena,
			     &old, &entry, object),
	    0);
	json_decref(object);
}

static void
what_the_log_says_is_findable(void **state)
{
	struct node_fixture *f = *state;
	struct actor project = node_fixture_project(f, "moulin");
	struct search_page page;

	project.name = "Moulin des Prés";
	project.discoverable = true;
	assert_int_equal(catalogue_note_actor(&f->publish, &project), 0);
	assert_int_equal(find(f, "moulins", &page), 1);
	assert_string_equal(page.hits[0].name, "Moulin des Prés");
	assert_string_equal(page.hits[0].domain, "node.example");
	assert_int_equal(page.hits[0].kind, SEARCH_PROJECT);
	project.name = "Fournil";
	assert_int_equal(catalogue_note_actor(&f->publish, &project), 0);
	assert_int_equal(find(f, "moulins", &page), 0);
	assert_int_equal(find(f, "fournil", &page), 1);
	project.discoverable = false;
	assert_int_equal(catalogue_note_actor(&f->publish, &project), 0);
	assert_int_equal(find(f, "fournil", &page), 0);
}

static void
a_log_of_before_is_made_findable(void **state)
{
	struct node_fixture *f = *state;
	struct actor project = node_fixture_project(f, "moulin");
	struct catalogue_entry entry;
	struct search_page page;
	int64_t after = 0;
	bool more = true;

	project.name = "Moulin";
	project.discoverable = true;
	assert_int_equal(catalogue_note_actor(&f->publish, &project), 0);
	assert_int_equal(catalogue_by_object(f->store->db, f->store->arena,
			     CATALOGUE_OWN, project.uri, &entry),
	    0);
	assert_int_equal(catalogue_index_remove(f->store->db, entry.id), 0);
	assert_int_equal(find(f, "moulin", &page), 0);
	assert_int_equal(catalogue_index_catch_up(f->store->db, f->store->arena,
			     CATALOGUE_OWN, &after, &more),
	    0);
	assert_false(more);
	assert_int_equal(find(f, "moulin", &page), 1);
}

static void
needs_and_offers_are_findable(void **state)
{
	struct node_fixture *f = *state;
	struct actor project = node_fixture_project(f, "moulin");
	struct search_page page;
	struct search_query query = {
		.need = "equipment", .kinds = 1u << SEARCH_NEED, .limit = 5
	};

	project.discoverable = true;
	assert_int_equal(catalogue_note_actor(&f->publish, &project), 0);
	index_object(f, "https://node.example/n/1",
	    "{\"type\":\"Proposal\",\"purpose\":\"request\","
	    "\"name\":\"Un pétrin\",\"content\":\"<p>de 40 litres</p>\","
	    "\"parvis:needKind\":\"equipment\",\"location\":{\"type\":\"Place\""
	    ",\"parvis:insee\":\"44109\"}}");
	index_object(f, "https://node.example/n/2",
	    "{\"type\":\"Proposal\",\"purpose\":\"offer\","
	    "\"name\":\"Du blé\"}");
	assert_int_equal(
	    search_run(f->store->db, f->store->arena, &query, &page), 0);
	assert_int_equal(page.count, 1);
	assert_string_equal(page.hits[0].name, "Un pétrin");
	assert_string_equal(page.hits[0].excerpt, "de 40 litres");
	assert_string_equal(page.hits[0].place, "Nantes");
	assert_true(page.hits[0].located);
	query = (struct search_query){ .departement = "44", .limit = 5 };
	assert_int_equal(
	    search_run(f->store->db, f->store->arena, &query, &page), 0);
	assert_int_equal(page.count, 1);
	assert_int_equal(find(f, "ble", &page), 1);
	assert_int_equal(page.hits[0].kind, SEARCH_OFFER);
}

static void
malformed_parts_are_as_if_they_were_not_there(void **state)
{
	struct node_fixture *f = *state;
	struct actor project = node_fixture_project(f, "moulin");
	struct search_page page;

	project.discoverable = true;
	assert_int_equal(catalogue_note_actor(&f->publish, &project), 0);
	index_object(f, "https://node.example/x",
	    "{\"type\":\"Group\",\"name\":\"<b>Scierie</b>\",\"summary\":7,"
	    "\"parvis:themes\":[1,{},\"bois\"],\"parvis:skills\":\"x\","
	    "\"url\":\"javascript:alert(1)\",\"updated\":\"soon\","
	    "\"location\":{\"latitude\":\"north\",\"longitude\":1e9,"
	    "\"parvis:insee\":\"zzzzzzzzzz\"}}");
	assert_int_equal(find(f, "scierie", &page), 1);
	assert_string_equal(page.hits[0].name, "Scierie");
	assert_null(page.hits[0].url);
	assert_false(page.hits[0].located);
	assert_int_equal(find(f, "bois", &page), 1);
	index_object(f, "https://node.example/x", "{\"type\":\"Video\"}");
	assert_int_equal(find(f, "scierie", &page), 0);
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, setup, node_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_the_log_says_is_findable),
		TEST(a_log_of_before_is_made_findable),
		TEST(needs_and_offers_are_findable),
		TEST(malformed_parts_are_as_if_they_were_not_there),
	};

	return cmocka_run_group_tests(
	    tests, node_fixture_group_setup, node_fixture_group_teardown);
}
