/* SPDX-License-Identifier: ISC */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/map.h"

static struct map_point
place(double latitude, double longitude)
{
	struct map_point ret;

	assert_true(map_place(latitude, longitude, &ret));
	assert_true(ret.x >= 0 && ret.x <= MAP_WIDTH);
	assert_true(ret.y >= 0 && ret.y <= MAP_HEIGHT);
	return ret;
}

static void
towns_stand_as_on_any_map(void **state)
{
	struct map_point brest = place(48.39, -4.49);
	struct map_point lille = place(50.63, 3.06);
	struct map_point strasbourg = place(48.58, 7.75);
	struct map_point nice = place(43.70, 7.27);
	struct map_point bayonne = place(43.49, -1.47);

	(void)state;
	assert_true(brest.x < bayonne.x && bayonne.x < lille.x);
	assert_true(lille.x < nice.x && nice.x < strasbourg.x);
	assert_true(lille.y < brest.y && brest.y < nice.y);
	assert_true(fabs(brest.y - strasbourg.y) < 20);
}

/* Brest to Strasbourg is 900 km, Lille to Bayonne 870. */
static void
both_directions_have_one_scale(void **state)
{
	struct map_point brest = place(48.39, -4.49);
	struct map_point strasbourg = place(48.58, 7.75);
	struct map_point lille = place(50.63, 3.06);
	struct map_point bayonne = place(43.49, -1.47);
	double across = hypot(strasbourg.x - brest.x, strasbourg.y - brest.y);
	double down = hypot(bayonne.x - lille.x, bayonne.y - lille.y);

	(void)state;
	assert_true(fabs(across / 900 / (down / 870) - 1) < .06);
}

static void
overseas_departments_have_frames_of_their_own(void **state)
{
	static const struct {
		const char *name;
		double latitude, longitude;
	} towns[] = {
		{ "Guadeloupe", 16.24, -61.53 },
		{ "Martinique", 14.61, -61.07 },
		{ "Guyane", 4.94, -52.33 },
		{ "La Réunion", -20.88, 55.45 },
		{ "Mayotte", -12.78, 45.23 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(towns); i++) {
		const struct map_frame *frame = &map_frames[i + 1];
		struct map_point at =
		    place(towns[i].latitude, towns[i].longitude);

		assert_string_equal(frame->name, towns[i].name);
		assert_true(
		    at.x >= frame->x && at.x <= frame->x + frame->width);
		assert_true(
		    at.y >= frame->y && at.y <= frame->y + frame->height);
	}
}

static void
what_is_elsewhere_is_not_on_the_map(void **state)
{
	struct map_point ret;

	(void)state;
	assert_false(map_place(40.42, -3.70, &ret));    /* Madrid */
	assert_false(map_place(-17.53, -149.57, &ret)); /* Papeete */
	assert_false(map_place(NAN, 2, &ret));
	assert_false(map_place(48, INFINITY, &ret));
}

static void
the_country_is_a_small_picture(void **state)
{
	const struct buf *country = map_country();

	(void)state;
	assert_true(country->len > 10000 && country->len < 60000);
	assert_non_null(strstr(buf_str(country), "<svg "));
	assert_ptr_equal(map_country(), country);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(towns_stand_as_on_any_map),
		cmocka_unit_test(both_directions_have_one_scale),
		cmocka_unit_test(overseas_departments_have_frames_of_their_own),
		cmocka_unit_test(what_is_elsewhere_is_not_on_the_map),
		cmocka_unit_test(the_country_is_a_small_picture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
