/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "store/catalogue.h"
#include "store/db.h"
#include "store/search.h"
#include "tests/unit/store_fixture.h"

static const double dourdan[] = { 48.5286, 2.0128 },
		    paris[] = { 48.8566, 2.3522 },
		    nantes[] = { 47.2184, -1.5536 };

static int64_t
add_origin(struct fixture *f, int64_t id, const char *domain)
{
	static const uint8_t state[CATALOGUE_STATE_SIZE];
	struct catalogue_origin origin = {
		.id = id, .domain = domain, .epoch = 1, .state = state
	};

	assert_int_equal(catalogue_origin_set(f->db, &origin), 0);
	return id;
}

static int
setup(void **state)
{
	int r = fixture_setup(state);

	(void)add_origin(*state, 1, "node.example");
	(void)add_origin(*state, 2, "lyon.example");
	return r;
}

static int64_t
log_entry(struct fixture *f, int64_t origin_id, const char *uri,
    enum catalogue_kind kind)
{
	static int64_t seq;
	struct catalogue_entry old, entry = { .origin_id = origin_id,
		.seq = ++seq,
		.object_uri = uri,
		.kind = kind,
		.document = "{}" };

	assert_int_equal(catalogue_put(f->db, f->arena, &entry, &old), 0);
	assert_int_equal(
	    catalogue_by_object(f->db, f->arena, origin_id, uri, &entry), 0);
	return entry.id;
}

/* Adds the entry of a document and makes it findable. */
static int64_t
put(struct fixture *f, struct search_document document)
{
	if (document.origin_id == 0)
		document.origin_id = 1;
	if (document.object_uri == NULL)
		document.object_uri = arena_printf(
		    f->arena, "https://node.example/o/%s", document.name);
	document.entry_id = log_entry(
	    f, document.origin_id, document.object_uri, CATALOGUE_UPDATE);
	assert_int_equal(search_put(f->db, &document), 0);
	return document.entry_id;
}

static int64_t
put_text(struct fixture *f, const char *name, const char *text)
{
	return put(f, (struct search_document){ .name = name, .text = text });
}

static int64_t
put_at(
    struct fixture *f, const char *name, const char *text, const double at[2])
{
	return put(f, (struct search_document){ .name = name,
			  .text = text,
			  .located = true,
			  .latitude = at[0],
			  .longitude = at[1] });
}

/* The names that a query finds, with ", " between. */
static const char *
names(struct fixture *f, struct search_query query)
{
	struct search_page page;
	const char *ret = "";

	if (query.limit == 0)
		query.limit = 20;
	assert_int_equal(search_run(f->db, f->arena, &query, &page), 0);
	for (size_t i = 0; i < page.count; i++)
		ret = arena_printf(f->arena, "%s%s%s", ret, i == 0 ? "" : ", ",
		    page.hits[i].name);
	return ret;
}

static const char *
found(struct fixture *f, const char *text)
{
	return names(f, (struct search_query){ .text = text });
}

static void
words_are_found_whatever_their_form(void **state)
{
	struct fixture *f = *state;

	(void)put_text(f, "Épicerie solidaire", "Des produits d'ici.");
	(void)put_text(f, "Les ateliers", "On y répare des vélos.");
	assert_string_equal(
	    found(f, "epiceries solidaires"), "Épicerie solidaire");
	assert_string_equal(found(f, "l'atelier"), "Les ateliers");
	assert_string_equal(found(f, "VÉLO"), "Les ateliers");
	assert_string_equal(found(f, "boulangerie"), "");
}

static void
what_has_all_words_comes_first(void **state)
{
	struct fixture *f = *state;
	struct search_page page;
	const struct search_query query = { .text = "jardin permaculture",
		.limit = 20 };

	(void)put_text(f, "Jardin", "Des fleurs");
	(void)put_text(f, "Permaculture", "Un cours");
	(void)put_text(f, "Les Hauts", "Un jardin en permaculture");
	assert_int_equal(search_run(f->db, f->arena, &query, &page), 0);
	assert_int_equal(page.count, 3);
	assert_string_equal(page.hits[0].name, "Les Hauts");
	assert_false(page.hits[0].partial);
	assert_true(page.hits[1].partial);
	assert_true(page.hits[2].partial);
}

static void
what_has_the_word_in_its_name_comes_before(void **state)
{
	struct fixture *f = *state;

	(void)put_text(f, "Un lieu", "pain frais chaque matin au village");
	(void)put_text(f, "Le pain", "frais chaque matin au village");
	assert_string_equal(found(f, "pain"), "Le pain, Un lieu");
}

static void
filters_restrict_what_is_found(void **state)
{
	struct fixture *f = *state;
	const char *themes[] = { "Économie sociale", "Jardin" };

	(void)put(f, (struct search_document){ .name = "A",
			 .text = "bois",
			 .kind = SEARCH_PROJECT,
			 .stage = "starting",
			 .departement = "91",
			 .themes = themes,
			 .theme_count = 2 });
	(void)put(f, (struct search_document){ .name = "B",
			 .text = "bois",
			 .kind = SEARCH_NEED,
			 .need = "equipment",
			 .departement = "2A",
			 .origin_id = 2,
			 .object_uri = "https://lyon.example/o/b" });
	assert_string_equal(names(f, (struct search_query){ .text = "bois",
					 .stage = "starting" }),
	    "A");
	assert_string_equal(
	    names(f, (struct search_query){ .theme = "economie SOCIALE" }),
	    "A");
	assert_string_equal(
	    names(f, (struct search_query){ .departement = "2a" }), "B");
	assert_string_equal(
	    names(f, (struct search_query){ .territory = "lyon.example" }),
	    "B");
	assert_string_equal(
	    names(f, (struct search_query){ .territory = "none.example" }), "");
	assert_string_equal(
	    names(f, (struct search_query){ .need = "equipment" }), "B");
	assert_string_equal(
	    names(f, (struct search_query){ .kinds = 1u << SEARCH_NEED |
						     1u << SEARCH_OFFER }),
	    "B");
	assert_string_equal(
	    names(f, (struct search_query){ .stage = "\" OR \"" }), "");
}

static void
near_comes_before_far(void **state)
{
	struct fixture *f = *state;
	struct search_query query = {
		.located = true, .latitude = dourdan[0], .longitude = dourdan[1]
	};

	(void)put_at(f, "Nantes", "un jardin", nantes);
	(void)put_at(f, "Paris", "un jardin", paris);
	(void)put_at(f, "Dourdan", "un jardin", dourdan);
	(void)put_text(f, "Nulle part", "un jardin");
	assert_string_equal(names(f, query), "Dourdan, Paris, Nantes");
	query.text = "jardins";
	assert_string_equal(
	    names(f, query), "Dourdan, Paris, Nantes, Nulle part");
	query.within_km = 60;
	assert_string_equal(names(f, query), "Dourdan, Paris");
	query.sort = SEARCH_NEWEST;
	assert_string_equal(names(f, query), "Dourdan, Paris");
	query.within_km = 0;
	query.sort = SEARCH_NEAREST;
	assert_string_equal(names(f, query), "Dourdan, Paris, Nantes");
}

static void
a_distance_is_told_and_kept_to(void **state)
{
	struct fixture *f = *state;
	struct search_page page;
	struct search_query query = { .located = true,
		.latitude = dourdan[0],
		.longitude = dourdan[1],
		.limit = 10 };

	(void)put_at(f, "Paris", "x", paris);
	assert_int_equal(search_run(f->db, f->arena, &query, &page), 0);
	assert_true(page.hits[0].distance_km > 43);
	assert_true(page.hits[0].distance_km < 45);
	query.within_km = 43;
	assert_string_equal(names(f, query), "");
	query.within_km = 45;
	assert_string_equal(names(f, query), "Paris");
	query.within_km = 20000;
	assert_string_equal(names(f, query), "Paris");
}

static void
a_name_nearby_outweighs_one_far_away(void **state)
{
	struct fixture *f = *state;

	(void)put_at(f, "Forge de Nantes", "du fer", nantes);
	(void)put_at(f, "Un lieu", "une forge", dourdan);
	assert_string_equal(names(f, (struct search_query){ .text = "forge",
					 .located = true,
					 .latitude = dourdan[0],
					 .longitude = dourdan[1] }),
	    "Un lieu, Forge de Nantes");
}

static void
the_newest_come_first(void **state)
{
	struct fixture *f = *state;

	(void)put(
	    f, (struct search_document){ .name = "old", .updated = 1000 });
	(void)put(f, (struct search_document){ .name = "new", .updated = 9e8 });
	(void)put(
	    f, (struct search_document){ .name = "mid", .updated = 5000 });
	assert_string_equal(
	    names(f, (struct search_query){ .limit = 20 }), "new, mid, old");
	assert_string_equal(
	    names(f, (struct search_query){ .kinds = 1u << SEARCH_PROJECT }),
	    "new, mid, old");
}

/* Every filter of every entry, whatever its other terms are. */
static void
no_filter_is_lost_among_many_terms(void **state)
{
	struct fixture *f = *state;
	struct search_counts counts;

	for (int i = 0; i < 400; i++) {
		const char *stage = arena_printf(f->arena, "s%d", i);
		const char *need = arena_printf(f->arena, "n%d", i);
		const char *theme = arena_printf(f->arena, "t%d", i);
		const struct search_query query = { .limit = 1,
			.kinds = 1u << SEARCH_OFFER,
			.stage = stage,
			.need = need,
			.theme = theme,
			.territory = "node.example",
			.located = true,
			.latitude = dourdan[0],
			.longitude = dourdan[1],
			.within_km = 9 };

		(void)put(f, (struct search_document){
				 .name = arena_printf(f->arena, "Projet%d", i),
				 .kind = SEARCH_OFFER,
				 .stage = stage,
				 .need = need,
				 .themes = &theme,
				 .theme_count = 1,
				 .located = true,
				 .latitude = dourdan[0],
				 .longitude = dourdan[1],
				 .updated = i * 800000 });
		assert_int_equal(
		    search_counts(f->db, f->arena, &query, &counts), 0);
		assert_int_equal(counts.total, 1);
	}
}

/* More than are looked up one by one, some of them at the same time. */
static void
the_newest_of_many_come_first(void **state)
{
	struct fixture *f = *state;
	struct search_page page;
	struct search_query query = {
		.kinds = 1u << SEARCH_PROJECT, .limit = 9, .sort = SEARCH_NEWEST
	};
	int64_t last = INT64_MAX;
	size_t total = 0;

	for (int i = 0; i < 700; i++)
		(void)put(
		    f, (struct search_document){
			   .name = arena_printf(f->arena, "n%d", i),
			   .kind = i % 7 == 0 ? SEARCH_OFFER : SEARCH_PROJECT,
			   .updated = 1700000000 + i * 997 % 700 / 2 * 9000 });
	do {
		assert_int_equal(search_run(f->db, f->arena, &query, &page), 0);
		for (size_t i = 0; i < page.count; i++) {
			assert_true(page.hits[i].updated <= last);
			last = page.hits[i].updated;
		}
		total += page.count;
		query.after = page.next;
	} while (query.after != NULL);
	assert_int_equal(total, 600);
}

/* Reads all pages: each entry once. */
static void
read_pages(struct fixture *f, struct search_query query, size_t expected)
{
	char seen[200] = { 0 };
	struct search_page page;
	size_t total = 0, pages = 0;

	query.limit = 7;
	do {
		assert_int_equal(search_run(f->db, f->arena, &query, &page), 0);
		for (size_t i = 0; i < page.count; i++) {
			const char *number = strchr(page.hits[i].name, '#');
			size_t n = 0;

			assert_non_null(number);
			while (*++number != '\0')
				n = 10 * n + (size_t)(*number - '0');
			assert_int_equal(seen[n], 0);
			seen[n] = 1;
			total++;
		}
		query.after = page.next;
		pages++;
		if (query.after != NULL)
			assert_int_equal(page.count, query.limit);
	} while (query.after != NULL);
	assert_int_equal(total, expected);
	assert_int_equal(pages, (expected + 6) / 7);
}

static void
pages_repeat_and_skip_nothing(void **state)
{
	struct fixture *f = *state;
	struct search_query query = { .text = "moulin farine" };

	for (int i = 0; i < 100; i++) {
		const double at[] = { 48.5 + 0.02 * (i % 13), 2 + 0.01 * i };

		(void)put(
		    f, (struct search_document){
			   .name = arena_printf(f->arena, "%s #%d",
			       i % 3 == 0 ? "Moulin" : "Lieu", i),
			   .text = i % 2 == 0 ? "moulin et farine" : "moulin",
			   .located = i % 10 != 0,
			   .latitude = at[0],
			   .longitude = at[1],
			   .updated = 1000000 * (i / 2) });
	}
	read_pages(f, query, 100);
	query.located = true;
	query.latitude = 48.6;
	query.longitude = 2.5;
	read_pages(f, query, 100);
	query.text = "moulin";
	query.sort = SEARCH_NEAREST;
	read_pages(f, query, 90);
	query.text = NULL;
	read_pages(f, query, 90);
	query.sort = SEARCH_NEWEST;
	read_pages(f, query, 100);
	query.text = "moulin farine";
	read_pages(f, query, 50);
}

static void
a_page_goes_on_where_the_last_ended(void **state)
{
	struct fixture *f = *state;
	struct search_page page;
	struct search_query query = { .text = "bois", .limit = 2 };
	int64_t first = 0;

	for (int i = 0; i < 4; i++) {
		int64_t id =
		    put_text(f, arena_printf(f->arena, "n%d", i), "du bois");

		if (i == 0)
			first = id;
	}
	assert_int_equal(search_run(f->db, f->arena, &query, &page), 0);
	assert_non_null(page.next);
	assert_int_equal(search_remove(f->db, first), 0);
	(void)put_text(f, "Bois", "du bois");
	query.after = page.next;
	assert_string_equal(names(f, query), "n2, n3");
}

static void
a_cursor_of_another_order_is_refused(void **state)
{
	struct fixture *f = *state;
	static const char *const bad[] = { "x", "b", "b1", "b1.", "b1.g",
		"t1.1", "b1.1.1", "bfffffffffffffffff.1", "b1.ffffffffffffffff",
		"b.1" };
	struct search_page page;
	struct search_query query = { .text = "bois", .limit = 2 };

	for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
		query.after = bad[i];
		assert_int_equal(
		    search_run(f->db, f->arena, &query, &page), -EINVAL);
	}
	query.after = "";
	assert_int_equal(search_run(f->db, f->arena, &query, &page), 0);
}

static void
what_needs_a_position_is_refused_without(void **state)
{
	struct fixture *f = *state;
	struct search_page page;
	struct search_query query = { .limit = 2, .sort = SEARCH_NEAREST };

	assert_int_equal(search_run(f->db, f->arena, &query, &page), -EINVAL);
	query = (struct search_query){ .limit = 2, .within_km = 3 };
	assert_int_equal(search_run(f->db, f->arena, &query, &page), -EINVAL);
	query = (struct search_query){
		.limit = 2, .located = true, .latitude = 91
	};
	assert_int_equal(search_run(f->db, f->arena, &query, &page), -EINVAL);
	query = (struct search_query){ .limit = 0 };
	assert_int_equal(search_run(f->db, f->arena, &query, &page), -EINVAL);
}

static void
what_is_removed_is_not_found(void **state)
{
	struct fixture *f = *state;
	int64_t id = put_text(f, "Fournil", "du pain");
	struct search_completion *words;
	struct search_counts counts;
	const struct search_query all = { .limit = 1 };
	size_t count;

	assert_int_equal(search_remove(f->db, id), 0);
	assert_string_equal(found(f, "pain"), "");
	assert_string_equal(names(f, (struct search_query){ .limit = 9 }), "");
	assert_int_equal(
	    search_complete(f->db, f->arena, "four", 5, &words, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(search_counts(f->db, f->arena, &all, &counts), 0);
	assert_int_equal(counts.total, 0);
	assert_int_equal(search_remove(f->db, id), 0);
}

static void
what_is_put_again_replaces_what_was_there(void **state)
{
	struct fixture *f = *state;
	struct search_document document = { .origin_id = 1,
		.object_uri = "u",
		.name = "Avant",
		.text = "cheval" };

	document.entry_id = log_entry(f, 1, "u", CATALOGUE_UPDATE);
	assert_int_equal(search_put(f->db, &document), 0);
	document.name = "Ensuite";
	document.text = "vache";
	assert_int_equal(search_put(f->db, &document), 0);
	assert_string_equal(found(f, "cheval"), "");
	assert_string_equal(found(f, "vache"), "Ensuite");
}

static void
a_tombstone_is_not_shown_even_before_it_is_removed(void **state)
{
	struct fixture *f = *state;

	(void)put(
	    f, (struct search_document){
		   .name = "Fournil", .text = "du pain", .object_uri = "u" });
	(void)log_entry(f, 1, "u", CATALOGUE_DELETE);
	assert_string_equal(found(f, "pain"), "");
}

static void
an_origin_goes_in_steps(void **state)
{
	struct fixture *f = *state;
	size_t count = 0;

	for (int i = 0; i < 5; i++)
		(void)put_text(f, arena_printf(f->arena, "n%d", i), "bois");
	assert_int_equal(
	    search_remove_origin(f->db, f->arena, 1, 3, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(
	    search_remove_origin(f->db, f->arena, 1, 3, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(found(f, "bois"), "");
}

static void
entries_that_are_not_findable_are_told(void **state)
{
	struct fixture *f = *state;
	int64_t seqs[10], after = 0;
	size_t count = 0;

	(void)put_text(f, "a", "bois");
	(void)log_entry(f, 1, "b", CATALOGUE_UPDATE);
	(void)log_entry(f, 1, "c", CATALOGUE_DELETE);
	assert_int_equal(
	    search_missing(f->db, 1, 0, 10, seqs, &count, &after), 0);
	assert_int_equal(count, 1);
	assert_int_equal(after, 0);
	assert_int_equal(
	    search_missing(f->db, 1, 0, 2, seqs, &count, &after), 0);
	assert_int_equal(after, seqs[0]);
	assert_int_equal(
	    search_missing(f->db, 2, 0, 10, seqs, &count, &after), 0);
	assert_int_equal(count, 0);
}

static void
what_is_found_is_counted(void **state)
{
	struct fixture *f = *state;
	struct search_counts counts;
	struct search_query query = { .limit = 1 };

	for (int i = 0; i < 6; i++)
		(void)put(
		    f, (struct search_document){
			   .name = arena_printf(f->arena, "n%d", i),
			   .text = i < 4 ? "bois" : "fer",
			   .kind = i % 2 == 0 ? SEARCH_PROJECT : SEARCH_OFFER,
			   .origin_id = i == 0 ? 2 : 1 });
	assert_int_equal(search_counts(f->db, f->arena, &query, &counts), 0);
	assert_int_equal(counts.total, 6);
	assert_int_equal(counts.kinds[SEARCH_OFFER], 3);
	assert_int_equal(counts.territory_count, 2);
	assert_string_equal(counts.territories[0].domain, "node.example");
	assert_int_equal(counts.territories[0].count, 5);
	query.text = "bois";
	assert_int_equal(search_counts(f->db, f->arena, &query, &counts), 0);
	assert_int_equal(counts.total, 4);
	assert_int_equal(counts.kinds[SEARCH_PROJECT], 2);
	assert_int_equal(counts.territories[1].count, 1);
	assert_false(counts.more);
	query.text = "le la";
	assert_int_equal(search_counts(f->db, f->arena, &query, &counts), 0);
	assert_int_equal(counts.total, 0);
}

static const char *
completed(struct fixture *f, const char *text)
{
	struct search_completion *items;
	const char *ret = "";
	size_t count;

	assert_int_equal(
	    search_complete(f->db, f->arena, text, 3, &items, &count), 0);
	for (size_t i = 0; i < count; i++)
		ret = arena_printf(
		    f->arena, "%s%s%s", ret, i == 0 ? "" : "|", items[i].text);
	return ret;
}

static void
what_is_typed_is_completed(void **state)
{
	struct fixture *f = *state;

	(void)put_text(f, "Épicerie", "");
	(void)put_text(f, "L'épicerie d'Évry", "");
	(void)put_text(f, "Épinette", "");
	(void)put_text(f, "Un atelier", "");
	assert_string_equal(completed(f, "ep"), "épicerie|épinette");
	assert_string_equal(completed(f, "ÉPI"), "épicerie|épinette");
	assert_string_equal(completed(f, "une epic"), "une épicerie");
	assert_string_equal(completed(f, "l'ate"), "l'atelier");
	assert_string_equal(completed(f, "l\u2019ate"), "l\u2019atelier");
	assert_string_equal(completed(f, "e"), "");
	assert_string_equal(completed(f, ""), "");
	assert_string_equal(completed(f, "epicerie "), "");
	assert_string_equal(completed(f, "%_*\""), "");
	assert_string_equal(completed(f, "\xff\xff"), "");
}

static void
hostile_queries_find_what_their_words_say(void **state)
{
	struct fixture *f = *state;
	static const char *const hostile[] = { "\"", "\"\"\"",
		"bois\" OR \"fer", "bois AND", "NOT bois", "NEAR(bois fer, 2)",
		"terms : bois", "^bois", "bois*", "{terms} : bois", "-bois",
		"+ bois", "bois)", "(bois", "~k0 bois", "_bois", "bois\xff",
		"\xc3", "' ; DROP TABLE search_entry; --" };
	char *long_text = arena_alloc(f->arena, 100001);
	struct search_page page;
	struct search_query query = { .limit = 5 };

	(void)put_text(f, "A", "du bois");
	for (size_t i = 0; i < N_ELEMENTS(hostile); i++) {
		query.text = hostile[i];
		assert_int_equal(search_run(f->db, f->arena, &query, &page), 0);
		if (strstr(hostile[i], "bois") != NULL)
			assert_int_equal(page.count, 1);
		else
			assert_int_equal(page.count, 0);
	}
	for (int i = 0; i < 10000; i++)
		memcpy(long_text + 10 * i,
		    arena_printf(f->arena, "mot%06d ", i), 10);
	query.text = long_text;
	assert_int_equal(search_run(f->db, f->arena, &query, &page), 0);
	memset(long_text, 'b', 100000);
	assert_int_equal(search_run(f->db, f->arena, &query, &page), 0);
	assert_int_equal(page.count, 0);
}

static void
hostile_documents_are_indexed_within_bounds(void **state)
{
	struct fixture *f = *state;
	char *text = arena_alloc(f->arena, 1000001);
	const char *keywords[1000];

	for (size_t i = 0; i < 100000; i++)
		memcpy(
		    text + 10 * i, arena_printf(f->arena, "mot%06zu ", i), 10);
	for (size_t i = 0; i < N_ELEMENTS(keywords); i++)
		keywords[i] = arena_printf(f->arena, "thème%zu ~k0 \" x", i);
	(void)put(f, (struct search_document){ .name = text,
			 .object_uri = "u",
			 .text = text,
			 .themes = keywords,
			 .theme_count = N_ELEMENTS(keywords),
			 .skills = keywords,
			 .skill_count = N_ELEMENTS(keywords),
			 .place = text,
			 .stage = "\" OR ~k1",
			 .located = true,
			 .latitude = 1e300,
			 .longitude = -1e300,
			 .updated = INT64_MIN });
	assert_string_not_equal(found(f, "mot000001"), "");
	assert_string_equal(found(f, "mot099999"), "");
	assert_int_equal(
	    strlen(names(
		f, (struct search_query){ .kinds = 1u << SEARCH_PROFILE })),
	    0);
}

static void
tidying_ends_and_loses_nothing(void **state)
{
	struct fixture *f = *state;
	bool more = true;
	int steps = 0;

	for (int i = 0; i < 50; i++) {
		(void)put_text(f, arena_printf(f->arena, "n%d", i), "bois");
		assert_int_equal(db_commit(f->db), 0);
		assert_int_equal(db_begin(f->db), 0);
	}
	for (; more && steps < 100; steps++)
		assert_int_equal(search_tidy(f->db, true, &more), 0);
	assert_false(more);
	/* Then there is nothing to do, and nothing is written. */
	assert_int_equal(db_commit(f->db), 0);
	assert_int_equal(db_begin(f->db), 0);
	assert_int_equal(search_tidy(f->db, false, &more), 0);
	assert_false(more);
	assert_string_equal(
	    names(f, (struct search_query){ .text = "bois n7", .limit = 1 }),
	    "n7");
	for (int i = 0; i < 50; i++)
		assert_string_not_equal(
		    found(f, arena_printf(f->arena, "n%d", i)), "");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(words_are_found_whatever_their_form),
		TEST(what_has_all_words_comes_first),
		TEST(what_has_the_word_in_its_name_comes_before),
		TEST(filters_restrict_what_is_found),
		TEST(near_comes_before_far),
		TEST(a_distance_is_told_and_kept_to),
		TEST(a_name_nearby_outweighs_one_far_away),
		TEST(the_newest_come_first),
		TEST(no_filter_is_lost_among_many_terms),
		TEST(the_newest_of_many_come_first),
		TEST(pages_repeat_and_skip_nothing),
		TEST(a_page_goes_on_where_the_last_ended),
		TEST(a_cursor_of_another_order_is_refused),
		TEST(what_needs_a_position_is_refused_without),
		TEST(what_is_removed_is_not_found),
		TEST(what_is_put_again_replaces_what_was_there),
		TEST(a_tombstone_is_not_shown_even_before_it_is_removed),
		TEST(an_origin_goes_in_steps),
		TEST(entries_that_are_not_findable_are_told),
		TEST(what_is_found_is_counted),
		TEST(what_is_typed_is_completed),
		TEST(tidying_ends_and_loses_nothing),
		TEST(hostile_queries_find_what_their_words_say),
		TEST(hostile_documents_are_indexed_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
