/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "config/base/base.h"
#include "store/search_curve.h"

static const double places[][2] = { { 48.8566, 2.3522 }, { 47.2184, -1.5536 },
	{ -20.8789, 55.4481 }, { 0, 0 }, { 90, 180 }, { -90, -180 },
	{ 14.6161, -61.0588 }, { 89.9999, -179.9999 } };

static void
an_id_says_where_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(places); i++) {
		double latitude, longitude;
		int64_t id = curve_first(3, places[i][0], places[i][1]);

		curve_point(id + 17, &latitude, &longitude);
		assert_true(fabs(latitude - places[i][0]) < 0.0014);
		assert_true(fabs(longitude - places[i][1]) < 0.0028);
		assert_int_equal(curve_class(id), 3);
		assert_true(curve_located(id));
		assert_true(id > 0);
	}
}

static void
cells_do_not_overlap(void **state)
{
	int64_t here = curve_first(0, 48.8566, 2.3522);
	int64_t there = curve_first(0, 48.8566, 2.36);

	(void)state;
	assert_true(here != there);
	assert_true(curve_last(here) < there || curve_last(there) < here);
	assert_true(curve_last(here) - here == (1 << CURVE_SERIAL_BITS) - 1);
	assert_false(curve_located(curve_first_nowhere(7)));
	assert_int_equal(curve_class(curve_first_nowhere(7)), 7);
	assert_true(
	    curve_last(curve_first_nowhere(2)) < curve_first(3, -90, -180));
}

static void
squares_of_a_level_hold_what_is_in_them(void **state)
{
	(void)state;
	for (unsigned level = 1; level <= CURVE_ORDER; level++) {
		for (size_t i = 0; i < N_ELEMENTS(places); i++) {
			uint32_t x, y;
			int64_t id = curve_first(5, places[i][0], places[i][1]);

			curve_grid(places[i][0], places[i][1], level, &x, &y);
			assert_int_equal(curve_square(id, level),
			    curve_square_at(x, y, level));
		}
	}
}

/* The step from one cell of the curve to the next is a step on the map. */
static void
neighbours_on_the_curve_are_neighbours_on_the_map(void **state)
{
	const int64_t step = 1 << CURVE_SERIAL_BITS;
	int64_t id = curve_first(0, 46, 2);

	(void)state;
	for (int i = 0; i < 5000; i++, id += step) {
		double a[2], b[2];

		curve_point(id, &a[0], &a[1]);
		curve_point(id + step, &b[0], &b[1]);
		assert_true(fabs(fabs(a[0] - b[0]) * 131072 / 180 +
				 fabs(a[1] - b[1]) * 131072 / 360 - 1) < 1e-6);
	}
}

static void
distances_are_those_of_the_map(void **state)
{
	(void)state;
	assert_true(fabs(curve_distance(48.8566, 2.3522, 47.2184, -1.5536) -
			 342.9) < 1);
	assert_true(curve_distance(1, 1, 1, 1) < 1e-9);
	assert_true(
	    fabs(curve_distance(0, 0, 0, 180) - 3.14159265 * 6371.0088) < 0.1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_says_where_it_is),
		cmocka_unit_test(cells_do_not_overlap),
		cmocka_unit_test(squares_of_a_level_hold_what_is_in_them),
		cmocka_unit_test(
		    neighbours_on_the_curve_are_neighbours_on_the_map),
		cmocka_unit_test(distances_are_those_of_the_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
