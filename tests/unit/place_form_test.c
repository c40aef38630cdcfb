/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/place_form.h"

static int
make_arena(void **state)
{
	*state = arena_new();
	return 0;
}

static int
drop_arena(void **state)
{
	struct arena *arena = *state;

	arena_free(&arena);
	return 0;
}

static int
complete(struct arena *arena, struct place *place, const char **error)
{
	*error = NULL;
	return place_form_complete(
	    arena, gazetteer_builtin(), "--insee", place, error);
}

static void
assert_text(const char *value, const char *expected)
{
	if (expected == NULL)
		assert_null(value);
	else
		assert_string_equal(value, expected);
}

static void
what_is_given_is_completed(void **state)
{
	static const struct {
		const char *insee, *name, *postcode; /* given */
		const char *to_insee, *to_name, *to_postcode;
	} rows[] = {
		{ "91200", NULL, NULL, "91200", "Dourdan", "91410" },
		{ NULL, "dourdan", NULL, "91200", "Dourdan", "91410" },
		{ NULL, "Saint Denis", "93200", "93066", "Saint-Denis",
		    "93200" },
		{ NULL, "ST DENIS", "97400", "97411", "Saint-Denis", "97400" },
		/* For the post of large customers. */
		{ NULL, "Saint-Denis", "93205", "93066", "Saint-Denis",
		    "93205" },
		/* Several postal codes: none is guessed. */
		{ "44109", NULL, NULL, "44109", "Nantes", NULL },
		{ "44109", "nantes", "44300", "44109", "Nantes", "44300" },
		/* Merged, by code and by name. */
		{ "01120", NULL, NULL, "01262", "Montluel", "01120" },
		{ "01120", "Cordieux", NULL, "01262", "Montluel", "01120" },
		{ NULL, "Cordieux", NULL, "01262", "Montluel", "01120" },
		/* Without its zero. */
		{ "1262", NULL, "1120", "01262", "Montluel", "01120" },
		{ "", "Dourdan", "", "91200", "Dourdan", "91410" },
		{ NULL, NULL, "93240", "93072", "Stains", "93240" },
		/* A postal code of several communes. */
		{ NULL, NULL, "91410", NULL, NULL, "91410" },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct place place = { .insee = rows[i].insee,
			.name = rows[i].name,
			.postcode = rows[i].postcode };
		const char *error;

		assert_int_equal(complete(*state, &place, &error), 0);
		assert_text(place.insee, rows[i].to_insee);
		assert_text(place.name, rows[i].to_name);
		assert_text(place.postcode, rows[i].to_postcode);
		assert_int_equal(place.located, rows[i].to_insee != NULL);
	}
}

static void
what_is_wrong_is_told_with_what_would_do(void **state)
{
	static const struct {
		const char *insee, *name, *postcode;
		const char *words[4];
	} rows[] = {
		{ NULL, "Saint-Denis", NULL,
		    { "communes named Saint-Denis: give --insee",
			"93066 (93200..., Seine-Saint-Denis)",
			"97411 (97400..., La Réunion)",
			"11339 (11310, Aude)" } },
		{ NULL, "Dordan", NULL,
		    { "no commune named Dordan", "Dourdan 91200 (91410" } },
		{ NULL, "Atlantis-under-Water", NULL,
		    { "no commune named Atlantis", "position" } },
		{ "99999", NULL, NULL, { "INSEE code 99999" } },
		{ "91200", "Étampes", NULL,
		    { "91200 is that of Dourdan, not of Étampes" } },
		{ "91200", "Dourdan", "75001",
		    { "Dourdan has no postal code 75001; it has 91410" } },
		{ NULL, "Dourdan", "75001", { "it has 91410" } },
		{ NULL, "Saint-Denis", "59000", { "give --insee" } },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct place place = { .insee = rows[i].insee,
			.name = rows[i].name,
			.postcode = rows[i].postcode };
		const char *error;

		assert_int_equal(complete(*state, &place, &error), -EINVAL);
		for (size_t j = 0; j < 4 && rows[i].words[j] != NULL; j++) {
			if (strstr(error, rows[i].words[j]) == NULL)
				fail_msg(
				    "'%s' lacks '%s'", error, rows[i].words[j]);
		}
		assert_ptr_equal(place.name, rows[i].name);
		assert_ptr_equal(place.insee, rows[i].insee);
		assert_false(place.located);
	}
}

static void
a_point_of_its_own_stays(void **state)
{
	struct place dourdan = { .name = "Dourdan",
		.located = true,
		.latitude = 48.5,
		.longitude = 2 };
	struct place abroad = { .name = "Genève",
		.located = true,
		.latitude = 46.2,
		.longitude = 6.1 };
	struct place homonym = { .name = "Saint-Denis",
		.located = true,
		.latitude = 48.93,
		.longitude = 2.36 };
	struct place wrong = {
		.name = "Dourdan", .postcode = "75001", .located = true
	};
	const char *error;

	assert_int_equal(complete(*state, &dourdan, &error), 0);
	assert_string_equal(dourdan.insee, "91200");
	assert_true(dourdan.latitude == 48.5 && dourdan.longitude == 2.0);
	assert_int_equal(complete(*state, &abroad, &error), 0);
	assert_null(abroad.insee);
	assert_string_equal(abroad.name, "Genève");
	/* Of homonyms, it tells which. */
	assert_int_equal(complete(*state, &homonym, &error), 0);
	assert_string_equal(homonym.insee, "93066");
	assert_true(homonym.latitude == 48.93);
	assert_int_equal(complete(*state, &wrong, &error), -EINVAL);
}

static void
nothing_given_stays_nothing(void **state)
{
	struct place place = {
		.located = true, .latitude = 48, .longitude = 2
	};
	const char *error;

	assert_int_equal(complete(*state, &place, &error), 0);
	assert_null(place.insee);
	assert_null(place.name);
	assert_null(place.postcode);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_given_is_completed),
		cmocka_unit_test(what_is_wrong_is_told_with_what_would_do),
		cmocka_unit_test(a_point_of_its_own_stays),
		cmocka_unit_test(nothing_given_stays_nothing),
	};

	return cmocka_run_group_tests_name(
	    "place_form", tests, make_arena, drop_arena);
}
