/* SPDX-License-Identifier: ISC */
/*
 * gazetteer_read.h: where communes are, from a file that an administrator
 * downloaded: CSV with a code and two columns of degrees (or one of both), or
 * a GeoJSON FeatureCollection of points or outlines (RFC 7946).
 *
 * A file is read whole or refused; a row or feature that is of no use is
 * counted and the rest goes on.  Of an outline, its largest part counts: its
 * centre, or where that lies outside, the middle of its widest stretch at the
 * same latitude.  The first point of a commune counts.
 * Pure; memory: the arena.  Thread: any.
 */
#ifndef DAEMON_GAZETTEER_READ_H
#define DAEMON_GAZETTEER_READ_H

#include "config/base/arena.h"
#include "config/gazetteer.h"

enum {
	GAZETTEER_READ_ERROR = 200,
	GAZETTEER_READ_SHOWN = 20, /* of what is odd */
	GAZETTEER_FEATURE_BYTES = 8 * 1024 * 1024,
};

/* One that lies farther from where the commune is now than was allowed. */
struct gazetteer_odd {
	struct gazetteer_place place; /* as it is now */
	double latitude, longitude, kilometres;
};

struct gazetteer_reading {
	struct arena *arena;
	double far; /* kilometres from the present point; set by the caller */

	/* One for each commune of today, in the order of codes; insee NULL
	 * where the file has none, or an odd one. */
	struct gazetteer_point *points;
	bool *seen;
	size_t rows, taken, moved; /* moved: by more than a kilometre */
	size_t repeated, unknown, unreadable, odd;
	struct gazetteer_odd farthest[GAZETTEER_READ_SHOWN];
	size_t farthest_count;
	const char *first_unreadable; /* a sentence; NULL: all were read */
};

/* Either, by how the text begins.  -EINVAL and a sentence. */
int gazetteer_read(struct gazetteer_reading *reading, const char *text,
    size_t len, char error[GAZETTEER_READ_ERROR]) MUST_CHECK;

/* Of the two readers: one row with a code and a point; degrees are checked
 * here, where says which it is. */
void gazetteer_read_row(struct gazetteer_reading *reading, const char *code,
    double latitude, double longitude, const char *where);
void gazetteer_read_useless(
    struct gazetteer_reading *reading, const char *where, const char *why);
int gazetteer_read_csv(struct gazetteer_reading *reading, const char *text,
    size_t len, char error[GAZETTEER_READ_ERROR]) MUST_CHECK;
int gazetteer_read_geojson(struct gazetteer_reading *reading, const char *text,
    size_t len, char error[GAZETTEER_READ_ERROR]) MUST_CHECK;

#endif
