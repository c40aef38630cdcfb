/* SPDX-License-Identifier: ISC */
/*
 * map.h: the map of France that pages draw: where a position stands on it,
 * and the country under it as a pattern of dots, one for each square of some
 * fifteen kilometres that has a commune, reckoned from the gazetteer.  Nothing
 * comes from elsewhere.
 *
 * Equirectangular, true at 46.5 degrees north; overseas departments stand
 * below in frames of their own, each with its own scale.
 * Thread: any.
 */
#ifndef DAEMON_MAP_H
#define DAEMON_MAP_H

#include "config/base/buf.h"

enum {
	MAP_WIDTH = 600,
	MAP_HEIGHT = 690,
	MAP_GRID = 7, /* between two dots */
	MAP_COLUMNS = MAP_WIDTH / MAP_GRID + 1,
	MAP_ROWS = MAP_HEIGHT / MAP_GRID + 1,
};

struct map_point {
	double x, y; /* within MAP_WIDTH and MAP_HEIGHT, from the upper left */
};

/* False: that position is not on the map. */
bool map_place(double latitude, double longitude, struct map_point *ret);

/* The country as an SVG document, made once and kept until the end. */
const struct buf *map_country(void);

/* Whether the country has a dot there; false outside of the grid. */
bool map_is_land(int column, int row);

/* The frames of overseas departments, for their names. */
struct map_frame {
	const char *name;
	double north, south, west, east; /* degrees */
	double x, y, width, height;
};
extern const struct map_frame map_frames[];
extern const size_t map_frame_count;

#endif
