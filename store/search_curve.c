/* SPDX-License-Identifier: ISC */
#include <math.h>

#include "store/search_curve.h"

static const uint64_t nowhere = 1ull << (CURVE_CLASS_SHIFT - 1);

/*
 * One step down the Hilbert curve: the quarter in which a point lies turns
 * and mirrors what is inside it.
 */
static void
turn(uint32_t size, uint32_t *x, uint32_t *y, uint32_t right, uint32_t up)
{
	uint32_t old;

	if (up != 0)
		return;
	if (right != 0) {
		*x = size - 1 - *x;
		*y = size - 1 - *y;
	}
	old = *x;
	*x = *y;
	*y = old;
}

/*
 * From the top: each level has two bits, so that the cell of a level is the
 * beginning of the cells in it.
 */
static uint64_t
to_curve(uint32_t x, uint32_t y, unsigned order)
{
	uint64_t d = 0;

	for (unsigned level = order; level-- > 0;) {
		uint32_t size = 1u << level;
		uint32_t right = (x & size) != 0, up = (y & size) != 0;

		d = d << 2 | ((3 * right) ^ up);
		x &= size - 1;
		y &= size - 1;
		turn(size, &x, &y, right, up);
	}
	return d;
}

static void
from_curve(uint64_t d, unsigned order, uint32_t *ret_x, uint32_t *ret_y)
{
	uint32_t x = 0, y = 0;

	for (unsigned level = 0; level < order; level++, d >>= 2) {
		uint32_t size = 1u << level;
		uint32_t right = (uint32_t)(d >> 1) & 1;
		uint32_t up = (uint32_t)(d ^ right) & 1;

		turn(size, &x, &y, right, up);
		x += size * right;
		y += size * up;
	}
	*ret_x = x;
	*ret_y = y;
}

static uint32_t
grid(double part, unsigned level)
{
	double cells = (double)(1u << level), n = floor(part * cells);

	return n < 0 ? 0 : n >= cells ? (1u << level) - 1 : (uint32_t)n;
}

void
curve_grid(double latitude, double longitude, unsigned level, uint32_t *ret_x,
    uint32_t *ret_y)
{
	*ret_x = grid((longitude + 180) / 360, level);
	*ret_y = grid((latitude + 90) / 180, level);
}

int64_t
curve_first(unsigned class, double latitude, double longitude)
{
	uint32_t x, y;

	curve_grid(latitude, longitude, CURVE_ORDER, &x, &y);
	return (int64_t)((uint64_t) class << CURVE_CLASS_SHIFT |
			 to_curve(x, y, CURVE_ORDER) << CURVE_SERIAL_BITS);
}

int64_t
curve_first_nowhere(unsigned class)
{
	return (int64_t)((uint64_t) class << CURVE_CLASS_SHIFT | nowhere);
}

int64_t
curve_last(int64_t first)
{
	if (!curve_located(first))
		return first | (int64_t)(nowhere - 1);
	return first | ((1 << CURVE_SERIAL_BITS) - 1);
}

unsigned
curve_class(int64_t id)
{
	return (unsigned)(id >> CURVE_CLASS_SHIFT) & (CURVE_CLASSES - 1);
}

bool
curve_located(int64_t id)
{
	return ((uint64_t)id & nowhere) == 0;
}

static uint64_t
cell_of(int64_t id)
{
	return (uint64_t)id >> CURVE_SERIAL_BITS &
	       ((1ull << CURVE_CELL_BITS) - 1);
}

void
curve_point(int64_t id, double *ret_latitude, double *ret_longitude)
{
	const double cells = 1u << CURVE_ORDER;
	uint32_t x, y;

	from_curve(cell_of(id), CURVE_ORDER, &x, &y);
	*ret_longitude = (x + 0.5) / cells * 360 - 180;
	*ret_latitude = (y + 0.5) / cells * 180 - 90;
}

uint64_t
curve_square(int64_t id, unsigned level)
{
	return cell_of(id) >> (2 * (CURVE_ORDER - level));
}

uint64_t
curve_square_at(uint32_t x, uint32_t y, unsigned level)
{
	unsigned down = CURVE_ORDER - level;

	return to_curve(x << down, y << down, CURVE_ORDER) >> (2 * down);
}

double
curve_distance(double latitude, double longitude, double other_latitude,
    double other_longitude)
{
	static const double radian = 0.017453292519943295, radius = 6371.0088;
	double a = sin((other_latitude - latitude) * radian / 2);
	double b = sin((other_longitude - longitude) * radian / 2);
	double h = a * a + cos(latitude * radian) *
			       cos(other_latitude * radian) * b * b;

	return 2 * radius * asin(sqrt(h > 1 ? 1 : h));
}
