/* SPDX-License-Identifier: ISC */
/*
 * Files that say where communes are, and what they lay over the gazetteer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/gazetteer_read.h"

struct scene {
	struct arena *arena;
	struct gazetteer_reading reading;
	char error[GAZETTEER_READ_ERROR];
};

static struct scene scene;

static int
setup(void **state)
{
	(void)state;
	scene = (struct scene){ .arena = arena_new() };
	scene.reading.arena = scene.arena;
	scene.reading.far = 30;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	gazetteer_lay_over(NULL, 0);
	arena_free(&scene.arena);
	return 0;
}

static int
read_text(const char *text)
{
	return gazetteer_read(&scene.reading, text, strlen(text), scene.error);
}

static const struct gazetteer_point *
point_of(const char *insee)
{
	for (size_t i = 0; i < gazetteer_count(gazetteer_builtin()); i++) {
		const struct gazetteer_point *point = &scene.reading.points[i];

		if (point->insee != NULL && strcmp(point->insee, insee) == 0)
			return point;
	}
	return NULL;
}

static void
check_point(const char *insee, double latitude, double longitude)
{
	const struct gazetteer_point *point = point_of(insee);

	assert_non_null(point);
	assert_true(fabs(point->latitude - latitude) < 1e-6);
	assert_true(fabs(point->longitude - longitude) < 1e-6);
}

static void
columns_are_found_by_their_usual_names(void **state)
{
	static const char *const files[] = {
		"insee\tnom\tlatitude\tlongitude\n91200\tDourdan "
		"\"x\"\t48.53\t2."
		"01\n",
		"\xef\xbb\xbf"
		"CODE_INSEE;LAT;LNG\r\n91200;48,53;2,01\r\n",
		"#Code_commune_INSEE;Nom;coordonnees_gps\n"
		"91200;DOURDAN;48.53,2.01\n",
		"nom,code_commune,longitude_mairie,latitude_mairie\n"
		"\"Dourdan, en Essonne\",91200,2.01,48.53",
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(files); i++) {
		if (read_text(files[i]) != 0)
			fail_msg("%zu: %s", i, scene.error);
		check_point("91200", 48.53, 2.01);
	}
}

static void
lost_zero_of_a_code_is_put_back(void **state)
{
	(void)state;
	assert_int_equal(read_text("code,lat,lon\n1001,46.15,4.92\n"), 0);
	check_point("01001", 46.15, 4.92);
}

static void
what_is_of_no_use_is_counted_and_the_rest_taken(void **state)
{
	(void)state;
	assert_int_equal(read_text("code,lat,lon\n"
				   "91200,48.53,2.01\n"
				   "91200,48.54,2.02\n"     /* again */
				   "99999,48.53,2.01\n"     /* no commune */
				   "78517,653000,6862000\n" /* Lambert 93 */
				   "78513,nan,2.01\n"
				   "78472,,\n"
				   ",48.53,2.01\n"
				   "75056,43.3,5.4\n"), /* in Marseille */
	    0);
	assert_int_equal(scene.reading.rows, 8);
	assert_int_equal(scene.reading.taken, 1);
	assert_int_equal(scene.reading.repeated, 1);
	assert_int_equal(scene.reading.unknown, 1);
	assert_int_equal(scene.reading.unreadable, 4);
	assert_int_equal(scene.reading.odd, 1);
	check_point("91200", 48.53, 2.01);
	assert_null(point_of("75056"));
	assert_string_equal(scene.reading.farthest[0].place.insee, "75056");
	assert_in_range(scene.reading.farthest[0].kilometres, 600, 700);
	assert_string_equal(scene.reading.first_unreadable,
	    "row 5: the position is not in degrees (WGS 84)");
}

static void
file_that_is_none_is_refused_with_a_reason(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "", "no column has the codes of communes: insee, code_insee, "
		      "code, codgeo..." },
		{ "nom,lat,lon\nX,1,2\n",
		    "no column has the codes of communes: insee, code_insee, "
		    "code, codgeo..." },
		{ "code,nom\n91200,Dourdan\n",
		    "no columns are named latitude and longitude" },
		{ "code,lat,lon\n", "there is no row in the file" },
		{ "code,lat,lon\n91200,\"48.5\"x,2\n",
		    "after row 1: a quote is where none may be" },
		{ "code,lat,lon\n\xff\n", "the file is not UTF-8 text" },
		{ "{\"type\":\"Feature\"}",
		    "it has no features: a FeatureCollection is wanted" },
		{ "{\"features\":[{\"type\":\"Feature\"}",
		    "it is no whole GeoJSON: it ends early, or a mark is "
		    "missing" },
		{ "{\"features\":[]}", "there is no row in the file" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		assert_int_equal(read_text(cases[i].text), -EINVAL);
		assert_string_equal(scene.error, cases[i].error);
	}
}

static void
points_and_outlines_of_geojson_are_read(void **state)
{
	(void)state;
	assert_int_equal(
	    read_text(
		"{\"type\":\"FeatureCollection\",\"crs\":{\"a\":[1,\"}\"]},"
		"\"features\":["
		"{\"type\":\"Feature\",\"properties\":{\"code\":\"91200\"},"
		"\"geometry\":{\"type\":\"Point\",\"coordinates\":[2.01,48.53,"
		"99]}},"
		/* a square with its middle in itself */
		"{\"properties\":{\"INSEE_COM\":\"78517\"},\"geometry\":"
		"{\"type\":\"Polygon\",\"coordinates\":[[[1.8,48.6],[1.9,48.6],"
		"[1.9,48.7],[1.8,48.7],[1.8,48.6]]]}},"
		/* two parts: the larger counts */
		"{\"properties\":{\"code_insee\":[\"78472\"]},\"geometry\":"
		"{\"type\":\"MultiPolygon\",\"coordinates\":[[[[1.0,48.0],"
		"[1.01,48.0],[1.01,48.01],[1.0,48.0]]],"
		"[[[1.8,48.6],[1.8,48.8],[1.9,48.8],[1.9,48.6],[1.8,48.6]]]]}},"
		"{\"properties\":{\"code\":\"78513\"},\"geometry\":null},"
		"{\"properties\":{\"nom\":\"x\"},\"geometry\":{\"type\":"
		"\"Point\",\"coordinates\":[1,2]}}"
		"],\"end\":true}"),
	    0);
	check_point("91200", 48.53, 2.01);
	check_point("78517", 48.65, 1.85);
	check_point("78472", 48.7, 1.85);
	assert_int_equal(scene.reading.unreadable, 2);
	assert_string_equal(scene.reading.first_unreadable,
	    "feature 4: its geometry is no point or outline in degrees");
}

/* A horseshoe, open to the north: its centre lies in the gap. */
static void
point_of_an_outline_lies_inside_it(void **state)
{
	const struct gazetteer_point *point;

	(void)state;
	assert_int_equal(
	    read_text("{\"features\":[{\"properties\":{\"code\":\"91200\"},"
		      "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
		      "[[[1.9,48.5],[2.1,48.5],[2.1,48.7],[2.09,48.7],"
		      "[2.09,48.51],[1.93,48.51],[1.93,48.7],[1.9,48.7],"
		      "[1.9,48.5]]]}}]}"),
	    0);
	point = point_of("91200");
	assert_non_null(point);
	assert_true(point->longitude > 1.9 && point->longitude < 1.93);
	assert_true(point->latitude > 48.5 && point->latitude < 48.7);
}

static void
deep_and_broken_json_is_refused(void **state)
{
	char deep[4096];

	(void)state;
	memset(deep, '[', sizeof(deep));
	memcpy(deep, "{\"a\":", 5);
	deep[sizeof(deep) - 1] = '\0';
	assert_int_equal(read_text(deep), -EINVAL);
	assert_int_equal(read_text("{\"features\":[{\"a\":1}},]}"), -EINVAL);
	assert_int_equal(read_text("{\"features\" [1]}"), -EINVAL);
	assert_int_equal(read_text("{\"features\":[\"\\"), -EINVAL);
}

static void
what_is_laid_over_is_found_everywhere_and_can_go_again(void **state)
{
	const struct gazetteer *france = gazetteer_builtin();
	const struct gazetteer_point points[] = { { "99999", 1, 1 },
		{ "91200", 10.0, -30.0 }, { "91200", 12.0, -31.5 } };
	struct gazetteer_place before, place;
	double latitude, longitude;

	(void)state;
	assert_int_equal(gazetteer_by_insee(france, "91200", &before), 0);
	gazetteer_lay_over(points, N_ELEMENTS(points));
	assert_int_equal(gazetteer_by_insee(france, "91200", &place), 0);
	assert_true(fabs(place.latitude - 12.0) < 1e-9);
	assert_true(fabs(place.longitude + 31.5) < 1e-9);
	assert_false(place.approximate);
	assert_int_equal(gazetteer_nearest(france, 12.1, -31.4, 1, &place), 1);
	assert_string_equal(place.insee, "91200");
	assert_true(place.kilometres < 20);
	assert_int_equal(gazetteer_by_name(france, "Dourdan", 1, &place), 1);
	assert_true(fabs(place.latitude - 12.0) < 1e-9);
	/* Others stay, and the program knows what it had itself. */
	assert_int_equal(gazetteer_nearest(france, before.latitude,
			     before.longitude, 1, &place),
	    1);
	assert_string_not_equal(place.insee, "91200");
	assert_int_equal(gazetteer_bare("91200", &latitude, &longitude), 0);
	assert_true(fabs(latitude - before.latitude) < 1e-9);
	assert_true(fabs(longitude - before.longitude) < 1e-9);
	assert_int_equal(
	    gazetteer_bare("99999", &latitude, &longitude), -ENOENT);
	gazetteer_lay_over(NULL, 0);
	assert_int_equal(gazetteer_by_insee(france, "91200", &place), 0);
	assert_true(fabs(place.latitude - before.latitude) < 1e-9);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(columns_are_found_by_their_usual_names),
		TEST(lost_zero_of_a_code_is_put_back),
		TEST(what_is_of_no_use_is_counted_and_the_rest_taken),
		TEST(file_that_is_none_is_refused_with_a_reason),
		TEST(points_and_outlines_of_geojson_are_read),
		TEST(point_of_an_outline_lies_inside_it),
		TEST(deep_and_broken_json_is_refused),
		TEST(what_is_laid_over_is_found_everywhere_and_can_go_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
