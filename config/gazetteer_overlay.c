/* SPDX-License-Identifier: ISC */
#include "config/gazetteer_overlay.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "config/gazetteer_format.h"

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static struct gazetteer_overlay *current; /* NULL: nothing lies over it */

const struct gazetteer_overlay *
gazetteer_overlay_hold(const struct gazetteer *gazetteer)
{
	ASSERT(pthread_rwlock_rdlock(&lock) == 0);
	return current != NULL && current->base == gazetteer ? current : NULL;
}

void
gazetteer_overlay_release(void)
{
	ASSERT(pthread_rwlock_unlock(&lock) == 0);
}

static const struct packed_commune *
communes_of(const struct gazetteer *base)
{
	const void *rows = (const char *)base + base->communes.at;

	return rows;
}

/* The row of a code, or the number of rows. */
static uint32_t
row_of(const struct gazetteer *base, uint32_t code)
{
	const struct packed_commune *rows = communes_of(base);
	uint32_t low = 0, high = base->communes.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (rows[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < base->communes.count && rows[low].code == code
		   ? low
		   : base->communes.count;
}

struct order {
	int32_t latitude;
	uint32_t commune;
};

static int
by_latitude(const void *a, const void *b)
{
	const struct order *left = a, *right = b;

	if (left->latitude != right->latitude)
		return left->latitude < right->latitude ? -1 : 1;
	return left->commune < right->commune ? -1 : 1;
}

static void
sort_latitudes(struct gazetteer_overlay *overlay)
{
	uint32_t count = overlay->base->communes.count;
	struct order *order = xcalloc(count, sizeof(*order));

	for (uint32_t i = 0; i < count; i++)
		order[i] = (struct order){ overlay->positions[i].latitude, i };
	qsort(order, count, sizeof(*order), by_latitude);
	for (uint32_t i = 0; i < count; i++)
		overlay->latitudes[i] = order[i].commune;
	free(order);
}

static struct gazetteer_overlay *
overlay_new(const struct gazetteer *base)
{
	const struct packed_commune *rows = communes_of(base);
	struct gazetteer_overlay *overlay = xcalloc(1, sizeof(*overlay));
	uint32_t count = base->communes.count;

	overlay->base = base;
	overlay->positions = xcalloc(count, sizeof(*overlay->positions));
	overlay->latitudes = xcalloc(count, sizeof(*overlay->latitudes));
	for (uint32_t i = 0; i < count; i++)
		overlay->positions[i] =
		    (struct gazetteer_position){ rows[i].latitude,
			    rows[i].longitude, rows[i].approximate };
	return overlay;
}

static void
overlay_free(struct gazetteer_overlay *overlay)
{
	if (overlay == NULL)
		return;
	free(overlay->positions);
	free(overlay->latitudes);
	free(overlay);
}

void
gazetteer_lay_over(const struct gazetteer_point *points, size_t count)
{
	const struct gazetteer *base = gazetteer_builtin();
	struct gazetteer_overlay *fresh = NULL, *old;

	if (count > 0)
		fresh = overlay_new(base);
	for (size_t i = 0; i < count; i++) {
		uint32_t code = gazetteer_code(points[i].insee);
		uint32_t row =
		    code == 0 ? base->communes.count : row_of(base, code);

		if (row == base->communes.count)
			continue;
		fresh->positions[row] = (struct gazetteer_position){
			.latitude = (int32_t)lround(
			    points[i].latitude / GAZETTEER_SCALE),
			.longitude = (int32_t)lround(
			    points[i].longitude / GAZETTEER_SCALE),
		};
	}
	if (fresh != NULL)
		sort_latitudes(fresh);
	ASSERT(pthread_rwlock_wrlock(&lock) == 0);
	old = current;
	current = fresh;
	ASSERT(pthread_rwlock_unlock(&lock) == 0);
	overlay_free(old);
}

int
gazetteer_bare(const char *insee, double *ret_latitude, double *ret_longitude)
{
	const struct gazetteer *base = gazetteer_builtin();
	uint32_t code = gazetteer_code(insee);
	uint32_t row = code == 0 ? base->communes.count : row_of(base, code);
	const struct packed_commune *commune;

	if (row == base->communes.count)
		return -ENOENT;
	commune = &communes_of(base)[row];
	*ret_latitude = commune->latitude / GAZETTEER_UNITS;
	*ret_longitude = commune->longitude / GAZETTEER_UNITS;
	return 0;
}
