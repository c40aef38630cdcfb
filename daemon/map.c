/* SPDX-License-Identifier: ISC */
#include "daemon/map.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "config/gazetteer.h"

enum {
	COUNTRY_BYTES_MAX = 256 * 1024,
	GRID = MAP_GRID,
	COLUMNS = MAP_COLUMNS,
	ROWS = MAP_ROWS,
};

#define DEGREES (3.14159265358979323846 / 180)

/* The first is metropolitan France. */
const struct map_frame map_frames[] = {
	{ "", 51.3, 41.2, -5.4, 9.8, 5, 0, 590, 570 },
	{ "Guadeloupe", 16.6, 15.8, -61.9, -60.9, 5, 600, 110, 80 },
	{ "Martinique", 14.95, 14.3, -61.35, -60.7, 123, 600, 110, 80 },
	{ "Guyane", 6.1, 2, -54.8, -51.4, 241, 600, 110, 80 },
	{ "La Réunion", -20.8, -21.5, 55.1, 55.95, 359, 600, 110, 80 },
	{ "Mayotte", -12.55, -13.1, 44.9, 45.4, 477, 600, 110, 80 },
};
const size_t map_frame_count = N_ELEMENTS(map_frames);

static bool
is_in(const struct map_frame *frame, double latitude, double longitude)
{
	return latitude <= frame->north && latitude >= frame->south &&
	       longitude >= frame->west && longitude <= frame->east;
}

/* Both directions have one scale; what is left of the frame is shared. */
static struct map_point
place_in(const struct map_frame *frame, double latitude, double longitude)
{
	double narrow = cos((frame->north + frame->south) / 2 * DEGREES);
	double width = (frame->east - frame->west) * narrow;
	double height = frame->north - frame->south;
	double scale = MIN(frame->width / width, frame->height / height);
	double left = frame->x + (frame->width - width * scale) / 2;
	double top = frame->y + (frame->height - height * scale) / 2;

	return (struct map_point){
		left + (longitude - frame->west) * narrow * scale,
		top + (frame->north - latitude) * scale,
	};
}

bool
map_place(double latitude, double longitude, struct map_point *ret)
{
	for (size_t i = 0; i < map_frame_count; i++) {
		if (is_in(&map_frames[i], latitude, longitude)) {
			*ret = place_in(&map_frames[i], latitude, longitude);
			return true;
		}
	}
	return false;
}

/* --- The country --- */

static pthread_once_t country_once = PTHREAD_ONCE_INIT;
static struct buf country;
static bool land[ROWS][COLUMNS];

static void
mark_communes(bool marked[ROWS][COLUMNS])
{
	const struct gazetteer *gazetteer = gazetteer_builtin();
	struct gazetteer_place place;
	struct map_point point;

	for (size_t i = 0; i < gazetteer_count(gazetteer); i++) {
		gazetteer_get(gazetteer, i, &place);
		if (map_place(place.latitude, place.longitude, &point))
			marked[(int)point.y / GRID][(int)point.x / GRID] = true;
	}
}

static bool
is_marked(bool marked[ROWS][COLUMNS], int row, int column)
{
	return row >= 0 && row < ROWS && column >= 0 && column < COLUMNS &&
	       marked[row][column];
}

/* Where communes are large there are squares between them without one. */
static void
fill_holes(bool marked[ROWS][COLUMNS])
{
	bool(*filled)[COLUMNS] = xcalloc(ROWS, sizeof(*filled));

	for (int row = 0; row < ROWS; row++) {
		for (int column = 0; column < COLUMNS; column++) {
			int around = is_marked(marked, row - 1, column) +
				     is_marked(marked, row + 1, column) +
				     is_marked(marked, row, column - 1) +
				     is_marked(marked, row, column + 1);

			filled[row][column] =
			    marked[row][column] || around >= 3;
		}
	}
	memcpy(marked, filled, ROWS * sizeof(*filled));
	free(filled);
}

/* Dots are lines of no length with round ends. */
static void
make_country(void)
{
	mark_communes(land);
	fill_holes(land);
	fill_holes(land); /* pairs of them too */
	buf_init(&country, COUNTRY_BYTES_MAX);
	buf_printf(&country,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\""
	    " viewBox=\"0 0 %d %d\"><path fill=\"none\" stroke=\"#a38d72\""
	    " stroke-opacity=\".5\" stroke-width=\"5\""
	    " stroke-linecap=\"round\" d=\"",
	    MAP_WIDTH, MAP_HEIGHT);
	for (int row = 0; row < ROWS; row++) {
		for (int column = 0; column < COLUMNS; column++) {
			if (land[row][column])
				buf_printf(&country, "M%d %dh0",
				    column * GRID + GRID / 2,
				    row * GRID + GRID / 2);
		}
	}
	buf_puts(&country, "\"/></svg>\n");
}

bool
map_is_land(int column, int row)
{
	(void)pthread_once(&country_once, make_country);
	return column >= 0 && column < COLUMNS && row >= 0 && row < ROWS &&
	       land[row][column];
}

const struct buf *
map_country(void)
{
	(void)pthread_once(&country_once, make_country);
	return &country;
}
