/* SPDX-License-Identifier: ISC */
/*
 * search_curve.h: where an entry lies in the search index.  Private to the
 * store.
 *
 * The id of a row says how its text ranks and where it is, so that neither
 * has to be looked up for what matches:
 *
 *	class (3 bits) | no place (1) | cell (34) | number in the cell (20)
 *
 * The class comes first: rows come best first from any list of the index.  A
 * cell is a place on a Hilbert curve over the map of the world, 200 by 150
 * metres in France: within a class, rows that are near each other on the map
 * are so in the lists.
 *
 * Pure functions.  Thread: any.
 */
#ifndef STORE_SEARCH_CURVE_H
#define STORE_SEARCH_CURVE_H

#include "config/base/base.h"

enum {
	CURVE_ORDER = 17, /* bits of a coordinate */
	CURVE_SERIAL_BITS = 20,
	CURVE_CELL_BITS = 2 * CURVE_ORDER,
	CURVE_CLASS_SHIFT = CURVE_CELL_BITS + CURVE_SERIAL_BITS + 1,
	CURVE_CLASSES = 8,
};

/* The first id of a class in a cell, or without a place. */
int64_t curve_first(unsigned class, double latitude, double longitude);
int64_t curve_first_nowhere(unsigned class);
/* The last that belongs to the same. */
int64_t curve_last(int64_t first);

unsigned curve_class(int64_t id);
bool curve_located(int64_t id);
/* The middle of its cell. */
void curve_point(int64_t id, double *ret_latitude, double *ret_longitude);

/* A cell of the level that holds an id, 0 < level <= CURVE_ORDER: the world
 * is 2^level cells wide and high. */
uint64_t curve_square(int64_t id, unsigned level);
/* The same of a column and a row of that level. */
uint64_t curve_square_at(uint32_t x, uint32_t y, unsigned level);
/* Column and row of a position at a level. */
void curve_grid(double latitude, double longitude, unsigned level,
    uint32_t *ret_x, uint32_t *ret_y);

/* Kilometres between two positions; quick, and right to a few metres where
 * they are near, as any is. */
double curve_distance(double latitude, double longitude, double other_latitude,
    double other_longitude);

#endif
