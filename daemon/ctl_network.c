/* SPDX-License-Identifier: ISC */
/*
 * A character of the map is a cell of two by four dots, in the patterns of
 * Braille (U+2800 and on), or the number of nodes that stand there.
 */
#include "daemon/ctl_network.h"

#include <inttypes.h>
#include <string.h>

#include "daemon/ctl_output.h"
#include "daemon/ctl_table.h"
#include "daemon/map.h"

enum {
	CELL_COLUMNS = 2,
	CELL_ROWS = 4,
	COLUMNS = (MAP_COLUMNS + CELL_COLUMNS - 1) / CELL_COLUMNS,
	ROWS = (MAP_ROWS + CELL_ROWS - 1) / CELL_ROWS,
};

static void
count_nodes(const json_t *items, unsigned nodes[ROWS][COLUMNS])
{
	const json_t *item;
	size_t i;

	json_array_foreach(items, i, item)
	{
		const json_t *latitude = json_object_get(item, "latitude");
		const json_t *longitude = json_object_get(item, "longitude");
		struct map_point point;

		if (!json_is_number(latitude) || !json_is_number(longitude) ||
		    !map_place(json_number_value(latitude),
			json_number_value(longitude), &point))
			continue;
		nodes[(int)point.y / MAP_GRID / CELL_ROWS]
		     [(int)point.x / MAP_GRID / CELL_COLUMNS]++;
	}
}

/* The bits of a pattern, column by column. */
static unsigned
pattern(int column, int row)
{
	static const unsigned char bits[CELL_ROWS][CELL_COLUMNS] = {
		{ 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 }
	};
	unsigned ret = 0;

	for (int y = 0; y < CELL_ROWS; y++) {
		for (int x = 0; x < CELL_COLUMNS; x++) {
			if (map_is_land(
				column * CELL_COLUMNS + x, row * CELL_ROWS + y))
				ret |= bits[y][x];
		}
	}
	return ret;
}

static void
put_cell(FILE *out, unsigned nodes, unsigned dots)
{
	if (nodes > 9)
		(void)fputc('+', out);
	else if (nodes > 0)
		(void)fputc('0' + (int)nodes, out);
	else if (dots == 0)
		(void)fputc(' ', out);
	else
		(void)fprintf(out, "\xe2%c%c", (int)(0xa0 | dots >> 6),
		    (int)(0x80 | (dots & 0x3f)));
}

static void
write_map(FILE *out, const json_t *items)
{
	unsigned nodes[ROWS][COLUMNS] = { 0 };

	count_nodes(items, nodes);
	for (int row = 0; row < ROWS; row++) {
		(void)fputs("  ", out);
		for (int column = 0; column < COLUMNS; column++)
			put_cell(out, nodes[row][column], pattern(column, row));
		(void)fputc('\n', out);
	}
}

static int64_t
number(const json_t *result, const char *key)
{
	return json_integer_value(json_object_get(result, key));
}

void
ctl_network_write(FILE *out, const char *columns, const json_t *result)
{
	write_map(out, json_object_get(result, "items"));
	(void)fprintf(out,
	    "\n%" PRId64 " admitted, %" PRId64 " of them silent; %" PRId64
	    " waiting\n\n",
	    number(result, "admitted"), number(result, "silent"),
	    number(result, "waiting"));
	ctl_table_write(out, columns, result);
}
