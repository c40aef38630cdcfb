/* SPDX-License-Identifier: ISC */
#include "daemon/ctl_table.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "daemon/ctl_output.h"

enum {
	TABLE_CELL_BYTES = 8192,
	TABLE_CELL_WIDTH = 60, /* characters of a text that may be cut */
	TABLE_CUT_WIDTH = 10,  /* what is left of one at least */
	TABLE_LAST_WIDTH = 22, /* and of the last, which may be a sentence */
	TABLE_COLUMNS_MAX = 12,
	TABLE_KEY_SIZE = 64,
	TABLE_GAP = 2,
	TABLE_WIDTH = 80,
};

struct column {
	char key[TABLE_KEY_SIZE], heading[TABLE_KEY_SIZE];
	bool cut, moment;
	size_t width;
};

struct table {
	struct column columns[TABLE_COLUMNS_MAX];
	size_t count;
};

/* "place.name" of an item. */
static const json_t *
value_at(const json_t *item, const char *path)
{
	const char *dot = strchr(path, '.');
	char first[TABLE_KEY_SIZE];

	if (dot == NULL)
		return json_object_get(item, path);
	(void)snprintf(first, sizeof(first), "%.*s", (int)(dot - path), path);
	return value_at(json_object_get(item, first), dot + 1);
}

/* "~key=heading" */
static void
read_column(const char *text, size_t len, struct column *ret)
{
	const char *equal = memchr(text, '=', len);
	size_t key;

	*ret = (struct column){ .cut = *text == '~', .moment = *text == '@' };
	if (ret->cut || ret->moment) {
		text++;
		len--;
	}
	key = equal != NULL ? (size_t)(equal - text) : len;
	(void)snprintf(ret->key, sizeof(ret->key), "%.*s", (int)key, text);
	(void)snprintf(ret->heading, sizeof(ret->heading), "%.*s",
	    (int)(equal != NULL ? len - key - 1 : len),
	    equal != NULL ? equal + 1 : text);
}

static void
read_columns(const char *text, struct table *ret)
{
	ret->count = 0;
	while (*text != '\0' && ret->count < TABLE_COLUMNS_MAX) {
		size_t len = strcspn(text, ",");

		read_column(text, len, &ret->columns[ret->count++]);
		text += len + (text[len] == ',' ? 1 : 0);
	}
}

/* "in 5 min", "3 h ago", "now" */
static void
put_moment(struct buf *buf, const json_t *value)
{
	const char *text = json_string_value(value);
	char distance[CLOCK_DURATION_SIZE];
	int64_t at, left;

	if (text == NULL || clock_rfc3339_parse(text, &at) < 0)
		return;
	left = at - clock_now();
	clock_duration(left < 0 ? -left : left, distance);
	if (left == 0)
		buf_puts(buf, "now");
	else
		buf_printf(buf, left > 0 ? "in %s" : "%s ago", distance);
}

static void
cut(struct buf *buf, size_t width)
{
	static const char mark[] = "\xe2\x80\xa6"; /* an ellipsis */

	if (text_utf8_length(buf_str(buf)) <= width)
		return;
	buf->len = text_utf8_prefix(buf->data, width - 1);
	buf_puts(buf, mark);
}

/* A cell's text; how many characters it has. */
static size_t
put_cell(struct buf *buf, const json_t *item, const struct column *column)
{
	const json_t *value = value_at(item, column->key);

	buf_clear(buf);
	if (value != NULL && column->moment)
		put_moment(buf, value);
	else if (value != NULL)
		ctl_output_put(buf, value);
	if (column->cut)
		cut(buf, TABLE_CELL_WIDTH);
	return text_utf8_length(buf_str(buf));
}

static size_t
terminal_width(FILE *out)
{
	struct winsize size = { 0 };
	int fd = fileno(out);

	if (fd < 0 || ioctl(fd, TIOCGWINSZ, &size) < 0)
		return TABLE_WIDTH;
	return MAX((size_t)size.ws_col, (size_t)TABLE_WIDTH);
}

/* Takes from the widest text that may be cut until the table fits. */
static void
fit(struct table *table, size_t width)
{
	for (;;) {
		size_t all = (table->count - 1) * TABLE_GAP;
		struct column *widest = NULL;

		for (size_t i = 0; i < table->count; i++) {
			struct column *column = &table->columns[i];
			size_t least = i + 1 < table->count ? TABLE_CUT_WIDTH
							    : TABLE_LAST_WIDTH;

			all += column->width;
			if (column->cut && column->width > least &&
			    (widest == NULL || column->width > widest->width))
				widest = column;
		}
		if (all <= width || widest == NULL)
			return;
		widest->width--;
	}
}

static void
measure(struct table *table, const json_t *items, struct buf *buf)
{
	for (size_t c = 0; c < table->count; c++) {
		struct column *column = &table->columns[c];

		column->width = strlen(column->heading);
		for (size_t i = 0; i < json_array_size(items); i++)
			column->width = MAX(column->width,
			    put_cell(buf, json_array_get(items, i), column));
	}
}

/* A row of cells, or the headings for NULL; no spaces at its end. */
static void
write_row(
    FILE *out, const struct table *table, const json_t *item, struct buf *buf)
{
	size_t gap = 0;

	for (size_t i = 0; i < table->count; i++) {
		const struct column *column = &table->columns[i];
		size_t width;

		if (item != NULL) {
			(void)put_cell(buf, item, column);
		} else {
			buf_clear(buf);
			ctl_output_heading(buf, column->heading);
		}
		if (column->cut)
			cut(buf, column->width);
		width = text_utf8_length(buf_str(buf));
		if (width > 0)
			(void)fprintf(out, "%*s%s", (int)gap, "", buf_str(buf));
		gap = (width > 0 ? 0 : gap) + column->width - width + TABLE_GAP;
	}
	(void)fputc('\n', out);
}

void
ctl_table_write(FILE *out, const char *columns, const json_t *result)
{
	const json_t *items = json_object_get(result, "items");
	CLEANUP(buf_done) struct buf buf;
	struct table table;

	buf_init(&buf, TABLE_CELL_BYTES);
	if (json_array_size(items) == 0) {
		(void)fputs("There are none.\n", out);
		return;
	}
	read_columns(columns, &table);
	measure(&table, items, &buf);
	fit(&table, terminal_width(out));
	write_row(out, &table, NULL, &buf);
	for (size_t i = 0; i < json_array_size(items); i++)
		write_row(out, &table, json_array_get(items, i), &buf);
	ctl_output_next(out, result);
}
