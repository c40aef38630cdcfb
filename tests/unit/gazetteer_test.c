/* SPDX-License-Identifier: ISC */
/*
 * The gazetteer of the program: against what is known of France, and, where
 * the exact reference is at hand (PARVIS_SHARED, or ../shared), against that
 * row by row.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/gazetteer.h"

enum { MAX = GAZETTEER_FOUND_MAX };

static const struct gazetteer *france;
static struct gazetteer_place found[MAX];

static int
open_builtin(void **state)
{
	(void)state;
	france = gazetteer_builtin();
	return 0;
}

static void
a_commune_is_found_by_its_code(void **state)
{
	struct gazetteer_place place;

	(void)state;
	assert_int_equal(gazetteer_by_insee(france, "91200", &place), 0);
	assert_string_equal(place.insee, "91200");
	assert_string_equal(place.name, "Dourdan");
	assert_string_equal(place.former_insee, "");
	assert_null(place.former_name);
	assert_string_equal(place.postcodes, "91410");
	assert_string_equal(place.departement, "91");
	assert_string_equal(place.departement_name, "Essonne");
	assert_string_equal(place.region_name, "Île-de-France");
	assert_non_null(strstr(place.epci_name, "Dourdan"));
	assert_in_range(place.population, 9000, 13000);
	assert_false(place.approximate);
	assert_true(gazetteer_distance(
			place.latitude, place.longitude, 48.53, 2.01) < 2.0);
	assert_int_equal(gazetteer_by_insee(france, "2a004", &place), 0);
	assert_string_equal(place.insee, "2A004");
	assert_string_equal(place.name, "Ajaccio");
	/* A région and a département may share a code. */
	assert_string_equal(place.region_name, "Corse");
	assert_int_equal(gazetteer_by_insee(france, "28085", &place), 0);
	assert_string_equal(place.departement_name, "Eure-et-Loir");
	assert_string_equal(place.region_name, "Centre-Val de Loire");
	assert_int_equal(gazetteer_by_insee(france, "97411", &place), 0);
	assert_string_equal(place.departement, "974");
	assert_true(place.latitude < -20 && place.longitude > 55);
}

static void
what_is_no_code_is_not_found(void **state)
{
	static const char *const codes[] = { "", "9120", "912000", "00000",
		"99999", "9120 ", "91\xc3\xa9", "zzzzz", "DOURD" };
	struct gazetteer_place place = { .name = "untouched" };

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		assert_int_equal(
		    gazetteer_by_insee(france, codes[i], &place), -ENOENT);
	assert_string_equal(place.name, "untouched");
	assert_int_equal(gazetteer_by_postcode(france, "", MAX, found), 0);
	assert_int_equal(gazetteer_by_name(france, "", MAX, found), 0);
	assert_int_equal(gazetteer_complete(france, " -'", MAX, found), 0);
	assert_int_equal(gazetteer_complete(france, "914107", MAX, found), 0);
	assert_int_equal(gazetteer_by_name(france, "Dordan", MAX, found), 0);
}

static void
a_code_of_a_merged_commune_leads_to_the_one_of_today(void **state)
{
	static const struct {
		const char *former, *today, *name;
	} rows[] = {
		{ "01340", "01015", "Arboys en Bugey" },
		{ "01018", "01033", "Valserhône" },
		{ "01120", "01262", "Montluel" }, /* associée */
		{ "75111", "75056", "Paris" },
		{ "69381", "69123", "Lyon" },
	};
	struct gazetteer_place place;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    gazetteer_by_insee(france, rows[i].former, &place), 0);
		assert_string_equal(place.insee, rows[i].today);
		assert_string_equal(place.name, rows[i].name);
		assert_string_equal(place.former_insee, rows[i].former);
	}
	assert_int_equal(gazetteer_by_name(france, "Cordieux", MAX, found), 1);
	assert_string_equal(found[0].insee, "01262");
	assert_string_equal(found[0].former_name, "Cordieux");
}

static void
homonyms_are_all_given_the_largest_first(void **state)
{
	size_t n = gazetteer_by_name(france, "Saint-Denis", MAX, found);

	(void)state;
	assert_true(n >= 3);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(found[i].name, "Saint-Denis");
		assert_true(
		    i == 0 || found[i - 1].population >= found[i].population);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(found[i].insee, found[j].insee);
	}
	/* Of what there is, no more than is wanted. */
	assert_int_equal(gazetteer_by_name(france, "Saint-Denis", 2, found), 2);
	assert_int_equal(gazetteer_by_name(france, "Saint-Denis", 0, found), 0);
}

static void
names_are_compared_by_letters(void **state)
{
	static const struct {
		const char *asked, *insee;
	} rows[] = {
		{ "dourdan", "91200" },
		{ " DOURDAN ", "91200" },
		{ "saint etienne", "42218" },
		{ "St-Étienne", "42218" },
		{ "Saint-E\xcc\x81tienne", "42218" }, /* decomposed */
		{ "ste genevieve des bois", "91549" },
		{ "La Queue-lez-Yvelines", "78513" },
		{ "la queue les yvelines", "78513" },
		{ "Le Havre", "76351" },
		{ "Havre", "76351" },
		{ "L\xe2\x80\x99Ha\xc3\xbf-les-Roses", "94038" },
		{ "lhay les roses", NULL },
		{ "Schoelcher", "97229" },
		{ "Sch\xc5\x93lcher", "97229" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = gazetteer_by_name(france, rows[i].asked, MAX, found);

		if (rows[i].insee == NULL) {
			assert_int_equal(n, 0);
			continue;
		}
		assert_true(n >= 1);
		assert_string_equal(found[0].insee, rows[i].insee);
	}
}

static void
a_postal_code_gives_its_communes(void **state)
{
	size_t n = gazetteer_by_postcode(france, "91410", MAX, found);

	(void)state;
	assert_true(n >= 5);
	assert_string_equal(found[0].name, "Dourdan");
	for (size_t i = 0; i < n; i++)
		assert_true(gazetteer_has_postcode(&found[i], "91410"));
	assert_int_equal(gazetteer_by_name(france, "Nantes", 1, found), 1);
	assert_true(gazetteer_has_postcode(&found[0], "44000"));
	assert_true(gazetteer_has_postcode(&found[0], "44300"));
	assert_false(gazetteer_has_postcode(&found[0], "4400"));
	assert_false(gazetteer_has_postcode(&found[0], "44000 44100"));
	assert_false(gazetteer_has_postcode(&found[0], ""));
}

static void
what_is_typed_is_completed(void **state)
{
	static const struct {
		const char *typed, *first;
	} rows[] = {
		{ "pari", "75056" }, { "dour", "91200" },
		{ "saint ét", "42218" }, { "SAINT-E", "42218" },
		{ "st eti", "42218" }, { "st", "67482" }, { "havr", "76351" },
		{ "saint denis 93", "93066" },
		{ "Saint-Denis (97400)", "97411" }, { "paris 11e", "75056" },
		{ "91410", "91200" }, { "9141", "91200" }, { "2a00", "2A004" },
		{ "cordieu", "01262" },
		{ "eu", "76255" }, /* the whole name before its beginnings */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(
		    gazetteer_complete(france, rows[i].typed, 5, found) > 0);
		assert_string_equal(found[0].insee, rows[i].first);
	}
}

static void
completions_come_by_population_each_once(void **state)
{
	static const char *const typed[] = { "s", "saint", "ma", "d", "33",
		"l" };
	bool saint = false, strasbourg = false;

	(void)state;
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
		size_t n = gazetteer_complete(france, typed[i], MAX, found);

		assert_int_equal(n > 10, true);
		for (size_t j = 1; j < n; j++) {
			assert_true(
			    found[j - 1].population >= found[j].population ||
			    j == 1);
			for (size_t k = 0; k < j; k++)
				assert_string_not_equal(
				    found[j].insee, found[k].insee);
		}
	}
	/* An abbreviation that may also be the beginning of a word. */
	assert_int_equal(gazetteer_complete(france, "st", 20, found), 20);
	for (size_t i = 0; i < 20; i++) {
		saint = saint || strncmp(found[i].name, "Saint-", 6) == 0;
		strasbourg =
		    strasbourg || strcmp(found[i].name, "Strasbourg") == 0;
	}
	assert_true(saint && strasbourg);
}

static void
a_slip_of_the_pen_is_understood(void **state)
{
	(void)state;
	assert_true(gazetteer_similar(france, "Dordan", 3, found) > 0);
	assert_string_equal(found[0].name, "Dourdan");
	assert_true(gazetteer_similar(france, "Rambouiller", 3, found) > 0);
	assert_string_equal(found[0].name, "Rambouillet");
	assert_int_equal(
	    gazetteer_similar(france, "Nowhere in particular", 3, found), 0);
	assert_int_equal(gazetteer_similar(france, "", 3, found), 0);
}

static void
compare_with_all(double latitude, double longitude)
{
	size_t n = gazetteer_nearest(france, latitude, longitude, 10, found);
	size_t nearer = 0;

	assert_int_equal(n, 10);
	for (size_t i = 1; i < n; i++)
		assert_true(found[i - 1].kilometres <= found[i].kilometres);
	for (size_t i = 0; i < gazetteer_count(france); i++) {
		struct gazetteer_place place;

		gazetteer_get(france, i, &place);
		if (gazetteer_distance(latitude, longitude, place.latitude,
			place.longitude) < found[9].kilometres - 1e-9)
			nearer++;
	}
	assert_true(nearer <= 9);
}

static void
the_nearest_are_those_that_all_would_give(void **state)
{
	(void)state;
	assert_int_equal(
	    gazetteer_nearest(france, 48.8534, 2.3488, 1, found), 1);
	assert_string_equal(found[0].name, "Paris");
	assert_true(found[0].kilometres < 0.1);
	compare_with_all(48.53, 2.0);
	compare_with_all(44.0, -4.0);
	compare_with_all(-17.5, -149.5);
	compare_with_all(-20.0, 179.9); /* between Wallis and Nouméa */
	compare_with_all(90, 0);
	compare_with_all(-90, 180);
}

static void
only_its_own_bytes_are_a_gazetteer(void **state)
{
	uint32_t bytes[64] = { 0x50475a00, sizeof(bytes) };
	const struct gazetteer *gazetteer = NULL;

	(void)state;
	assert_int_equal(
	    gazetteer_open(bytes, sizeof(bytes), &gazetteer), -EINVAL);
	assert_int_equal(gazetteer_open(france, 4, &gazetteer), -EINVAL);
	assert_int_equal(gazetteer_open(france, 4096, &gazetteer), -EINVAL);
	assert_null(gazetteer);
}

/* --- against the reference --- */

struct errors {
	double kilometres[40000];
	size_t count;
};
static struct errors exact, approximate;

static FILE *
open_reference(void)
{
	const char *folder = getenv("PARVIS_SHARED");
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/data/communes.tsv",
	    folder != NULL ? folder : TEST_SOURCE_DIR "/../../shared");
	return fopen(path, "re");
}

static void
compare_row(char *line)
{
	struct gazetteer_place place;
	struct errors *errors;
	char *field[11] = { line };
	size_t n = 1;

	for (char *p = strchr(line, '\t'); p != NULL && n < 11;
	     p = strchr(p, '\t')) {
		*p++ = '\0';
		field[n++] = p;
	}
	assert_int_equal(n, 11);
	assert_int_equal(gazetteer_by_insee(france, field[0], &place), 0);
	assert_string_equal(place.former_insee, "");
	assert_string_equal(place.name, field[1]);
	for (char *p = field[2]; (p = strchr(p, ',')) != NULL;)
		*p = ' ';
	assert_string_equal(place.postcodes, field[2]);
	assert_string_equal(place.departement, field[3]);
	assert_string_equal(place.epci != NULL ? place.epci : "", field[5]);
	assert_int_equal(place.population, strtoul(field[7], NULL, 10));
	errors = place.approximate ? &approximate : &exact;
	errors->kilometres[errors->count++] = gazetteer_distance(place.latitude,
	    place.longitude, strtod(field[8], NULL), strtod(field[9], NULL));
}

static int
compare_numbers(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
quantile(struct errors *errors, double part)
{
	qsort(
	    errors->kilometres, errors->count, sizeof(double), compare_numbers);
	return errors->kilometres[(size_t)(part * (double)(errors->count - 1))];
}

static void
it_is_as_the_reference_has_it(void **state)
{
	FILE *in = open_reference();
	char line[2048];
	size_t count = 0;

	(void)state;
	if (in == NULL)
		skip();
	assert_non_null(fgets(line, sizeof(line), in));
	while (fgets(line, sizeof(line), in) != NULL) {
		compare_row(line);
		count++;
	}
	(void)fclose(in);
	assert_int_equal(count, 34969);
	assert_int_equal(gazetteer_count(france), count);
	print_message("points of GeoNames: %zu, off by %.2f km (median), %.2f "
		      "(95 %%)\nreckoned: %zu, off by %.2f km, %.2f\n",
	    exact.count, quantile(&exact, .5), quantile(&exact, .95),
	    approximate.count, quantile(&approximate, .5),
	    quantile(&approximate, .95));
	assert_true(exact.count > 14000);
	assert_true(quantile(&exact, .5) < 1.5);
	assert_true(quantile(&exact, .95) < 5);
	assert_true(quantile(&approximate, .5) < 8);
	assert_true(quantile(&approximate, .95) < 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_commune_is_found_by_its_code),
		cmocka_unit_test(what_is_no_code_is_not_found),
		cmocka_unit_test(
		    a_code_of_a_merged_commune_leads_to_the_one_of_today),
		cmocka_unit_test(homonyms_are_all_given_the_largest_first),
		cmocka_unit_test(names_are_compared_by_letters),
		cmocka_unit_test(a_postal_code_gives_its_communes),
		cmocka_unit_test(what_is_typed_is_completed),
		cmocka_unit_test(completions_come_by_population_each_once),
		cmocka_unit_test(a_slip_of_the_pen_is_understood),
		cmocka_unit_test(the_nearest_are_those_that_all_would_give),
		cmocka_unit_test(only_its_own_bytes_are_a_gazetteer),
		cmocka_unit_test(it_is_as_the_reference_has_it),
	};

	return cmocka_run_group_tests_name(
	    "gazetteer", tests, open_builtin, NULL);
}
