/* SPDX-License-Identifier: ISC */
#include "daemon/gazetteer_layer.h"

#include "config/gazetteer.h"
#include "store/place.h"

int
gazetteer_layer_load(struct db *db)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct place_point *rows;
	struct gazetteer_point *points;
	size_t count;
	int r = place_point_list(db, arena, &rows, &count);

	if (r < 0)
		return r;
	points = arena_alloc(arena, (count + 1) * sizeof(*points));
	for (size_t i = 0; i < count; i++)
		points[i] = (struct gazetteer_point){ rows[i].insee,
			rows[i].latitude, rows[i].longitude };
	gazetteer_lay_over(points, count);
	return 0;
}
