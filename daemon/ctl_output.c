/* SPDX-License-Identifier: ISC */
#include "daemon/ctl_output.h"

#include <string.h>

#include "daemon/ctl_network.h"
#include "daemon/ctl_status.h"
#include "daemon/ctl_table.h"

enum {
	CELL_BYTES = 8192,
	FIELD_WIDTH = 120, /* bytes of a value that stands beside its key */
	TEXT_BYTES = 1 << 20,
};

/* A text without control characters; line breaks stay or become spaces. */
static void
put_clean(struct buf *buf, const char *text, bool lines)
{
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0';
	     p++) {
		if (*p == '\n' && lines)
			buf_putc(buf, '\n');
		else if (*p == '\n' || *p == '\t')
			buf_putc(buf, ' ');
		else if (*p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
			p++; /* C1 controls */
		else if (*p >= 0x20 && *p != 0x7f)
			buf_putc(buf, (char)*p);
	}
}

/* {"name", "role", "actor"} and the like, on one line. */
static void
put_object(struct buf *buf, const json_t *object)
{
	const char *key;
	json_t *value;
	bool first = true;

	/* jansson's iterator takes no const; nothing is changed. */
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		if (json_is_null(value))
			continue;
		if (!first)
			buf_puts(buf, ", ");
		if (json_is_string(value))
			put_clean(buf, json_string_value(value), false);
		else {
			buf_printf(buf, "%s ", key);
			ctl_output_put(buf, value);
		}
		first = false;
	}
}

void
ctl_output_put(struct buf *buf, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		put_clean(buf, json_string_value(value), false);
		break;
	case JSON_INTEGER:
		buf_printf(
		    buf, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		buf_printf(buf, "%.8g", json_real_value(value));
		break;
	case JSON_TRUE:
		buf_puts(buf, "yes");
		break;
	case JSON_FALSE:
		buf_puts(buf, "no");
		break;
	case JSON_NULL:
		break;
	case JSON_OBJECT:
		put_object(buf, value);
		break;
	case JSON_ARRAY:
		for (size_t i = 0; i < json_array_size(value); i++) {
			if (i > 0)
				buf_puts(buf,
				    json_is_object(json_array_get(value, i))
					? "; "
					: ", ");
			ctl_output_put(buf, json_array_get(value, i));
		}
		break;
	}
}

void
ctl_output_heading(struct buf *buf, const char *key)
{
	for (; *key != '\0'; key++)
		buf_putc(buf, *key == '_' || *key == '.' ? ' ' : *key);
}

static void
spaces(FILE *out, size_t count)
{
	(void)fprintf(out, "%*s", (int)count, "");
}

/* --- fields --- */

/* A text of several lines stands under its heading. */
static void
write_lines(FILE *out, const char *text)
{
	struct buf buf;
	const char *p;

	buf_init(&buf, TEXT_BYTES);
	put_clean(&buf, text, true);
	p = buf_str(&buf);
	while (*p != '\0') {
		size_t len = strcspn(p, "\n");

		(void)fprintf(out, "    %.*s\n", (int)len, p);
		p += len + (p[len] == '\n' ? 1 : 0);
	}
	buf_done(&buf);
}

static void
write_field(FILE *out, const char *key, const json_t *value, size_t width)
{
	const char *text = json_string_value(value);
	struct buf buf;

	buf_init(&buf, TEXT_BYTES);
	ctl_output_heading(&buf, key);
	(void)fprintf(out, "%s:", buf_str(&buf));
	if (text != NULL &&
	    (strchr(text, '\n') != NULL || strlen(text) > FIELD_WIDTH)) {
		(void)fputc('\n', out);
		write_lines(out, text);
	} else {
		spaces(out, width - buf.len + 1);
		buf_clear(&buf);
		ctl_output_put(&buf, value);
		(void)fprintf(out, "%s\n", buf_str(&buf));
	}
	buf_done(&buf);
}

/* Nothing is said of what is not there. */
static bool
is_empty(const json_t *value)
{
	const char *text = json_string_value(value);

	return json_is_null(value) || (text != NULL && text[0] == '\0') ||
	       (json_is_array(value) && json_array_size(value) == 0);
}

static void
write_fields(FILE *out, const json_t *result)
{
	json_t *object = (json_t *)(uintptr_t)result, *value;
	const char *key;
	size_t width = 0;

	json_object_foreach(object, key, value)
	{
		if (!is_empty(value))
			width = MAX(width, strlen(key));
	}
	json_object_foreach(object, key, value)
	{
		if (!is_empty(value))
			write_field(out, key, value, width);
	}
}

void
ctl_output_next(FILE *out, const json_t *result)
{
	const json_t *next = json_object_get(result, "next");
	struct buf buf;

	if (next == NULL || json_is_null(next))
		return;
	buf_init(&buf, CELL_BYTES);
	ctl_output_put(&buf, next);
	(void)fprintf(out, "There is more: --after %s\n", buf_str(&buf));
	buf_done(&buf);
}

const char *
ctl_output_clean(struct arena *arena, const char *text)
{
	CLEANUP(buf_done) struct buf buf;

	buf_init(&buf, TEXT_BYTES);
	put_clean(&buf, text, false);
	return arena_strdup(arena, buf_str(&buf));
}

/* --- posts --- */

static void
put_text_of(
    struct buf *buf, const json_t *item, const char *key, const char *prefix)
{
	const char *text = json_string_value(json_object_get(item, key));

	if (text == NULL || text[0] == '\0')
		return;
	buf_puts(buf, prefix);
	put_clean(buf, text, false);
}

static void
write_post(FILE *out, const json_t *item)
{
	const char *text = json_string_value(json_object_get(item, "text"));
	bool named = json_object_get(item, "address") != NULL;
	struct buf buf;

	buf_init(&buf, TEXT_BYTES);
	put_text_of(&buf, item, "published", "");
	put_text_of(&buf, item, named ? "address" : "author", "  ");
	put_text_of(&buf, item, "announced_by", "  announced by ");
	buf_printf(&buf, "  [%" JSON_INTEGER_FORMAT "]\n",
	    json_integer_value(json_object_get(item, "number")));
	put_text_of(&buf, item, "title", "    ");
	(void)fputs(buf_str(&buf), out);
	if (json_is_string(json_object_get(item, "title")))
		(void)fputc('\n', out);
	buf_done(&buf);
	if (text != NULL)
		write_lines(out, text);
	text = json_string_value(json_object_get(item, "id"));
	if (text != NULL)
		write_lines(out, text);
	(void)fputc('\n', out);
}

static void
write_posts(FILE *out, const json_t *result)
{
	const json_t *items = json_object_get(result, "items");

	if (json_array_size(items) == 0)
		(void)fputs("There are none.\n", out);
	for (size_t i = 0; i < json_array_size(items); i++)
		write_post(out, json_array_get(items, i));
	ctl_output_next(out, result);
}

/* --- the rest --- */

void
ctl_output_details(FILE *out, const char *prefix, const json_t *details)
{
	for (size_t i = 0; i < json_array_size(details); i++) {
		const json_t *item = json_array_get(details, i);
		struct buf buf;

		buf_init(&buf, CELL_BYTES);
		put_text_of(&buf, item, "where", prefix);
		put_text_of(&buf, item, "error", ": ");
		if (buf.len > 0)
			(void)fprintf(out, "%s\n", buf_str(&buf));
		buf_done(&buf);
	}
}

static void
write_message(FILE *out, const json_t *result)
{
	const char *text =
	    json_string_value(json_object_get(result, "message"));
	struct buf buf;

	if (text == NULL)
		return;
	buf_init(&buf, TEXT_BYTES);
	put_clean(&buf, text, true);
	(void)fprintf(out, "%s\n", buf_str(&buf));
	buf_done(&buf);
}

static void
write_document(FILE *out, const json_t *result)
{
	const json_t *document = json_object_get(result, "document");

	if (json_is_object(document) || json_is_array(document))
		ctl_output_json(out, document);
	else if (json_is_string(document))
		write_lines(out, json_string_value(document));
}

void
ctl_output_json(FILE *out, const json_t *result)
{
	/* 48.5277, not 48.527700000000003. */
	(void)json_dumpf(result, out,
	    JSON_INDENT(2) | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	(void)fputc('\n', out);
}

void
ctl_output_result(
    FILE *out, const struct command *command, const json_t *result)
{
	switch (command->output) {
	case OUTPUT_MESSAGE:
		write_message(out, result);
		break;
	case OUTPUT_FIELDS:
		write_fields(out, result);
		break;
	case OUTPUT_STATUS:
		ctl_status_write(out, result);
		break;
	case OUTPUT_TABLE:
		ctl_table_write(out, command->columns, result);
		break;
	case OUTPUT_NETWORK:
		ctl_network_write(out, command->columns, result);
		break;
	case OUTPUT_POSTS:
		write_posts(out, result);
		break;
	case OUTPUT_REPORT:
		write_message(out, result);
		ctl_output_details(
		    out, "note: ", json_object_get(result, "notices"));
		ctl_output_details(
		    out, "not imported: ", json_object_get(result, "errors"));
		break;
	case OUTPUT_DOCUMENT:
		write_document(out, result);
		break;
	}
}
