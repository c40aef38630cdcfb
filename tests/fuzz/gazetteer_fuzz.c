/* SPDX-License-Identifier: ISC */
/*
 * A file of places, CSV or GeoJSON: whatever it holds, what is taken is a
 * point in degrees for a commune of today, and every row is counted once.
 */
#include <math.h>

#include "daemon/gazetteer_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	/* A NUL follows, as in what a command is given. */
	const char *text = arena_memdup(arena, "", 1);
	char error[GAZETTEER_READ_ERROR] = "";
	struct gazetteer_reading reading = { .arena = arena, .far = 1e9 };
	size_t taken = 0;

	if (size > 0)
		text = arena_strndup(arena, (const char *)data, size);
	if (gazetteer_read(&reading, text, size, error) != 0) {
		ASSERT(error[0] != '\0');
		arena_free(&arena);
		return 0;
	}
	for (size_t i = 0; i < gazetteer_count(gazetteer_builtin()); i++) {
		const struct gazetteer_point *point = &reading.points[i];

		if (point->insee == NULL)
			continue;
		taken++;
		ASSERT(fabs(point->latitude) <= 90);
		ASSERT(fabs(point->longitude) <= 180);
	}
	ASSERT(taken == reading.taken);
	ASSERT(reading.rows == reading.taken + reading.repeated +
				   reading.unknown + reading.unreadable +
				   reading.odd);
	arena_free(&arena);
	return 0;
}
