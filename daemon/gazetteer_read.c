/* SPDX-License-Identifier: ISC */
#include "daemon/gazetteer_read.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "config/base/text.h"

void
gazetteer_read_useless(
    struct gazetteer_reading *reading, const char *where, const char *why)
{
	reading->rows++;
	reading->unreadable++;
	if (reading->first_unreadable == NULL)
		reading->first_unreadable =
		    arena_printf(reading->arena, "%s: %s", where, why);
}

/* The place of a code among the communes, in the order of codes. */
static size_t
index_of(const struct gazetteer *gazetteer, const char *insee)
{
	size_t low = 0, high = gazetteer_count(gazetteer);
	struct gazetteer_place place;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		gazetteer_get(gazetteer, middle, &place);
		if (strcmp(place.insee, insee) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
note_odd(struct gazetteer_reading *reading, const struct gazetteer_odd *odd)
{
	struct gazetteer_odd *rows = reading->farthest;
	size_t at = reading->farthest_count;

	reading->odd++;
	if (at == GAZETTEER_READ_SHOWN) {
		if (odd->kilometres <= rows[at - 1].kilometres)
			return;
		at--;
	} else
		reading->farthest_count++;
	for (; at > 0 && rows[at - 1].kilometres < odd->kilometres; at--)
		rows[at] = rows[at - 1];
	rows[at] = *odd;
}

static void
take(struct gazetteer_reading *reading, const struct gazetteer_place *place,
    double latitude, double longitude)
{
	size_t i = index_of(gazetteer_builtin(), place->insee);
	const struct gazetteer_odd odd = {
		.place = *place,
		.latitude = latitude,
		.longitude = longitude,
		.kilometres = gazetteer_distance(
		    place->latitude, place->longitude, latitude, longitude),
	};

	if (reading->seen[i]) {
		reading->repeated++;
		return;
	}
	reading->seen[i] = true;
	if (odd.kilometres > reading->far) {
		note_odd(reading, &odd);
		return;
	}
	reading->taken++;
	reading->moved += odd.kilometres > 1 ? 1 : 0;
	reading->points[i] = (struct gazetteer_point){
		.insee = arena_strdup(reading->arena, place->insee),
		.latitude = latitude,
		.longitude = longitude,
	};
}

void
gazetteer_read_row(struct gazetteer_reading *reading, const char *code,
    double latitude, double longitude, const char *where)
{
	struct gazetteer_place place;

	/* Spreadsheets drop a zero that a code begins with. */
	if (strlen(code) == 4 && strspn(code, "0123456789") == 4)
		code = arena_printf(reading->arena, "0%s", code);
	if (!isfinite(latitude) || !isfinite(longitude) ||
	    fabs(latitude) > 90 || fabs(longitude) > 180) {
		gazetteer_read_useless(
		    reading, where, "the position is not in degrees (WGS 84)");
		return;
	}
	reading->rows++;
	/* What was merged into another is not where that one is. */
	if (gazetteer_by_insee(gazetteer_builtin(), code, &place) < 0 ||
	    place.former_insee[0] != '\0')
		reading->unknown++;
	else
		take(reading, &place, latitude, longitude);
}

int
gazetteer_read(struct gazetteer_reading *reading, const char *text, size_t len,
    char error[GAZETTEER_READ_ERROR])
{
	size_t count = gazetteer_count(gazetteer_builtin());
	size_t start = 0;
	int r;

	*reading = (struct gazetteer_reading){
		.arena = reading->arena,
		.far = reading->far,
	};
	reading->points =
	    arena_alloc(reading->arena, count * sizeof(*reading->points));
	reading->seen =
	    arena_alloc(reading->arena, count * sizeof(*reading->seen));
	for (size_t i = 0; i < count; i++) {
		reading->points[i] = (struct gazetteer_point){ 0 };
		reading->seen[i] = false;
	}
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		start = 3;
	text += start;
	len -= start;
	if (!text_utf8_valid(text, len) || memchr(text, '\0', len) != NULL) {
		(void)snprintf(
		    error, GAZETTEER_READ_ERROR, "the file is not UTF-8 text");
		return -EINVAL;
	}
	start = strspn(text, " \t\r\n");
	r = text[start] == '{'
		? gazetteer_read_geojson(reading, text, len, error)
		: gazetteer_read_csv(reading, text, len, error);
	if (r == 0 && reading->rows == 0) {
		(void)snprintf(
		    error, GAZETTEER_READ_ERROR, "there is no row in the file");
		return -EINVAL;
	}
	return r;
}
