/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <string.h>

#include "config/base/buf.h"
#include "config/base/text.h"
#include "config/settings_table.h"

enum {
	COMPARE_BYTES = 1 << 20, /* of a value; a list has 2048 items at most */
	COMPARE_SHOWN = 80,      /* characters of it that are shown */
};

static bool
settings_same_list(const struct settings_list *a, const struct settings_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	}
	return true;
}

static bool
settings_same(const struct settings_row *row, const struct settings *a,
    const struct settings *b)
{
	switch (row->type) {
	case SETTINGS_STRING:
		return strcmp(settings_string(row, a),
			   settings_string(row, b)) == 0;
	case SETTINGS_LIST:
		return settings_same_list(
		    settings_list(row, a), settings_list(row, b));
	case SETTINGS_INT:
	case SETTINGS_BOOL:
		break;
	}
	return settings_int(row, a) == settings_int(row, b);
}

static const char *
settings_shown(const struct settings_row *row, const struct settings *settings,
    struct buf *buf)
{
	const struct settings_list *list;
	size_t len;

	buf_clear(buf);
	switch (row->type) {
	case SETTINGS_STRING:
		buf_puts(buf, settings_string(row, settings));
		break;
	case SETTINGS_LIST:
		list = settings_list(row, settings);
		for (size_t i = 0; i < list->count; i++)
			buf_printf(
			    buf, "%s%s", i > 0 ? " " : "", list->items[i]);
		break;
	case SETTINGS_INT:
		buf_printf(buf, "%" PRId64, settings_int(row, settings));
		break;
	case SETTINGS_BOOL:
		buf_puts(buf, settings_int(row, settings) != 0 ? "yes" : "no");
		break;
	}
	len = text_utf8_prefix(buf_str(buf), COMPARE_SHOWN);
	if (len < buf->len) {
		buf->data[len] = '\0';
		buf->len = len;
		buf_puts(buf, "...");
	}
	return buf->len > 0 ? buf_str(buf) : "nothing";
}

bool
settings_compare(const struct settings *running, const struct settings *loaded,
    void (*changed)(void *arg, const struct settings_change *change), void *arg)
{
	CLEANUP(buf_done) struct buf before;
	CLEANUP(buf_done) struct buf after;
	bool all_reloadable = true;

	buf_init(&before, COMPARE_BYTES);
	buf_init(&after, COMPARE_BYTES);
	for (size_t i = 0; i < settings_row_count; i++) {
		const struct settings_row *row = &settings_rows[i];

		if (settings_same(row, running, loaded))
			continue;
		changed(
		    arg, &(struct settings_change){
			     .section = row->section,
			     .name = row->name,
			     .running = settings_shown(row, running, &before),
			     .loaded = settings_shown(row, loaded, &after),
			     .reloadable = row->reloadable,
			 });
		all_reloadable = all_reloadable && row->reloadable;
	}
	return all_reloadable;
}
