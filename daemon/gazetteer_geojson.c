/* SPDX-License-Identifier: ISC */
/*
 * A GeoJSON FeatureCollection, one feature at a time: the text around the
 * features is only walked over, each feature is parsed by itself, so a file of
 * outlines costs the memory of its largest one.
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "config/base/buf.h"
#include "daemon/gazetteer_read.h"
#include "federation/json.h"

enum {
	DEPTH_MAX = 64,
	CODE_BYTES = 16,
	CROSSINGS_MAX = 1000, /* of one latitude with an outline */
};

/* --- walking over text --- */

struct walk {
	const char *at, *end;
};

static void
skip_space(struct walk *walk)
{
	while (walk->at < walk->end && strchr(" \t\r\n", *walk->at) != NULL)
		walk->at++;
}

static bool
skip_mark(struct walk *walk, char mark)
{
	skip_space(walk);
	if (walk->at == walk->end || *walk->at != mark)
		return false;
	walk->at++;
	return true;
}

static bool
skip_string(struct walk *walk)
{
	if (!skip_mark(walk, '"'))
		return false;
	for (; walk->at < walk->end; walk->at++) {
		if (*walk->at == '"') {
			walk->at++;
			return true;
		}
		if (*walk->at == '\\' && ++walk->at == walk->end)
			return false;
	}
	return false;
}

/* One value: what it says is for jansson to check. */
static bool
skip_value(struct walk *walk)
{
	size_t depth = 0;

	do {
		skip_space(walk);
		if (walk->at == walk->end)
			return false;
		if (*walk->at == '"') {
			if (!skip_string(walk))
				return false;
			continue;
		}
		if (strchr("[{", *walk->at) != NULL)
			depth++;
		else if (strchr("]}", *walk->at) != NULL) {
			if (depth-- == 0)
				return false;
		} else if (strchr(",:", *walk->at) == NULL) {
			/* a number or a word */
			while (walk->at + 1 < walk->end &&
			       strchr(" \t\r\n,:]}[{\"", walk->at[1]) == NULL)
				walk->at++;
		} else if (depth == 0)
			return false;
		walk->at++;
		if (depth > DEPTH_MAX)
			return false;
	} while (depth > 0);
	return true;
}

/* --- outlines --- */

struct point {
	double x, y; /* longitude, latitude */
};

/* A position: two numbers, perhaps more after them. */
static bool
point_of(const json_t *position, struct point *ret)
{
	const json_t *x = json_array_get(position, 0);
	const json_t *y = json_array_get(position, 1);

	if (!json_is_number(x) || !json_is_number(y))
		return false;
	*ret = (struct point){ json_number_value(x), json_number_value(y) };
	return isfinite(ret->x) && isfinite(ret->y) && fabs(ret->x) <= 180 &&
	       fabs(ret->y) <= 90;
}

/* Twice the area of a ring, with its sign, and its centre; false when it is
 * no ring of degrees. */
static bool
measure(const json_t *ring, double *ret_area, struct point *ret_centre)
{
	size_t count = json_array_size(ring);
	struct point first, a, b, sum = { 0, 0 }, mean = { 0, 0 };
	double area = 0;

	if (count < 4 || !point_of(json_array_get(ring, 0), &first))
		return false;
	a = first;
	for (size_t i = 1; i < count; i++) {
		double cross;

		if (!point_of(json_array_get(ring, i), &b))
			return false;
		/* From the first corner, so that small ones keep digits. */
		cross = (a.x - first.x) * (b.y - first.y) -
			(b.x - first.x) * (a.y - first.y);
		area += cross;
		sum.x += cross * (a.x + b.x - 2 * first.x);
		sum.y += cross * (a.y + b.y - 2 * first.y);
		mean.x += b.x / (double)(count - 1);
		mean.y += b.y / (double)(count - 1);
		a = b;
	}
	*ret_area = fabs(area);
	*ret_centre = fabs(area) < 1e-12
			  ? mean
			  : (struct point){ first.x + sum.x / (3 * area),
				    first.y + sum.y / (3 * area) };
	return isfinite(ret_centre->x) && isfinite(ret_centre->y);
}

/* Where the rings of a polygon cross a latitude, from the west. */
static size_t
crossings(const json_t *polygon, double y, double ret[CROSSINGS_MAX])
{
	const json_t *ring;
	size_t i, count = 0;

	json_array_foreach(polygon, i, ring)
	{
		struct point a, b;

		for (size_t p = 1; p < json_array_size(ring); p++) {
			double x;
			size_t at;

			if (!point_of(json_array_get(ring, p - 1), &a) ||
			    !point_of(json_array_get(ring, p), &b) ||
			    (a.y > y) == (b.y > y) || count == CROSSINGS_MAX)
				continue;
			x = a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x);
			for (at = count++; at > 0 && ret[at - 1] > x; at--)
				ret[at] = ret[at - 1];
			ret[at] = x;
		}
	}
	return count;
}

/* The centre where it lies inside, else the middle of the widest stretch at
 * its latitude. */
static struct point
point_inside(const json_t *polygon, struct point centre)
{
	double xs[CROSSINGS_MAX], widest = -1;
	size_t count = crossings(polygon, centre.y, xs);
	struct point best = centre;

	for (size_t i = 0; i + 1 < count; i += 2) {
		if (xs[i] <= centre.x && centre.x <= xs[i + 1])
			return centre;
		if (xs[i + 1] - xs[i] <= widest)
			continue;
		widest = xs[i + 1] - xs[i];
		best.x = (xs[i] + xs[i + 1]) / 2;
	}
	return best;
}

/* Takes the larger of two polygons. */
static void
consider(const json_t *polygon, double *largest, struct point *ret)
{
	struct point centre;
	double area;

	if (!measure(json_array_get(polygon, 0), &area, &centre) ||
	    area <= *largest)
		return;
	*largest = area;
	*ret = point_inside(polygon, centre);
}

static bool
point_of_geometry(const json_t *geometry, struct point *ret)
{
	const char *type = json_text(geometry, "type");
	const json_t *at = json_object_get(geometry, "coordinates"), *polygon;
	double largest = -1;
	size_t i;

	if (type == NULL)
		return false;
	if (strcmp(type, "Point") == 0)
		return point_of(at, ret);
	if (strcmp(type, "Polygon") == 0)
		consider(at, &largest, ret);
	else if (strcmp(type, "MultiPolygon") == 0) {
		json_array_foreach(at, i, polygon)
		{
			consider(polygon, &largest, ret);
		}
	}
	return largest >= 0;
}

/* --- features --- */

static const char *
code_of(struct arena *arena, const json_t *feature)
{
	static const char *const names[] = { "insee", "code_insee", "INSEE_COM",
		"insee_com", "codgeo", "CODGEO", "code_commune", "com_code",
		"com", "code", "codeInsee" };
	const json_t *properties = json_object_get(feature, "properties");

	for (size_t i = 0; i < N_ELEMENTS(names); i++) {
		const json_t *code = json_object_get(properties, names[i]);

		/* Some tools give a list of one. */
		if (json_is_array(code))
			code = json_array_get(code, 0);
		if (json_is_integer(code))
			return arena_printf(arena, "%05lld",
			    (long long)json_integer_value(code));
		if (json_is_string(code) &&
		    json_string_length(code) < CODE_BYTES)
			return arena_strdup(arena, json_string_value(code));
	}
	return NULL;
}

static void
read_feature(struct gazetteer_reading *reading, const char *text, size_t len)
{
	CLEANUP(json_release) json_t *feature = NULL;
	char where[40];
	const char *code;
	struct point point = { 0, 0 };

	(void)snprintf(where, sizeof(where), "feature %zu", reading->rows + 1);
	if (len > GAZETTEER_FEATURE_BYTES) {
		gazetteer_read_useless(
		    reading, where, "it is larger than 8 MiB");
		return;
	}
	feature = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	code = code_of(reading->arena, feature);
	if (feature == NULL)
		gazetteer_read_useless(reading, where, "it is no JSON");
	else if (code == NULL)
		gazetteer_read_useless(
		    reading, where, "no property has the code of a commune");
	else if (!point_of_geometry(
		     json_object_get(feature, "geometry"), &point))
		gazetteer_read_useless(reading, where,
		    "its geometry is no point or outline in degrees");
	else
		gazetteer_read_row(reading, code, point.y, point.x, where);
}

static bool
read_features(struct gazetteer_reading *reading, struct walk *walk)
{
	if (!skip_mark(walk, '['))
		return false;
	if (skip_mark(walk, ']'))
		return true;
	do {
		const char *start;

		skip_space(walk);
		start = walk->at;
		if (!skip_value(walk))
			return false;
		read_feature(reading, start, (size_t)(walk->at - start));
	} while (skip_mark(walk, ','));
	return skip_mark(walk, ']');
}

int
gazetteer_read_geojson(struct gazetteer_reading *reading, const char *text,
    size_t len, char error[GAZETTEER_READ_ERROR])
{
	static const char wanted[] = "\"features\"";
	struct walk walk = { text, text + len };
	bool found = false, good = skip_mark(&walk, '{');

	while (good) {
		const char *key;

		skip_space(&walk);
		key = walk.at;
		good = skip_string(&walk);
		if (good && !found && walk.at - key == sizeof(wanted) - 1 &&
		    memcmp(key, wanted, sizeof(wanted) - 1) == 0) {
			found = true;
			good = skip_mark(&walk, ':') &&
			       read_features(reading, &walk);
		} else
			good =
			    good && skip_mark(&walk, ':') && skip_value(&walk);
		if (good && !skip_mark(&walk, ','))
			break;
	}
	good = good && skip_mark(&walk, '}');
	skip_space(&walk);
	if (good && walk.at == walk.end && found)
		return 0;
	(void)snprintf(error, GAZETTEER_READ_ERROR, "%s",
	    good && walk.at == walk.end
		? "it has no features: a FeatureCollection is wanted"
		: "it is no whole GeoJSON: it ends early, or a mark is "
		  "missing");
	return -EINVAL;
}
