/* SPDX-License-Identifier: ISC */
/* What the table of settings says, for people: sample, manual, effective. */
#include <inttypes.h>
#include <string.h>

#include "config/settings_table.h"

enum { TEXT_WIDTH = 72 };

/* Sections in the order of the table; true for the first row of each. */
static bool
settings_starts_section(size_t i)
{
	return i == 0 || strcmp(settings_rows[i].section,
			     settings_rows[i - 1].section) != 0;
}

/*
 * Words of text in lines of at most TEXT_WIDTH, each after prefix.  With
 * by_sentence, a sentence starts a line: mdoc wants it so.
 */
static void
settings_write_wrapped(
    FILE *out, const char *prefix, const char *text, bool by_sentence)
{
	size_t column = 0;

	for (;;) {
		size_t len;

		text += strspn(text, " ");
		len = strcspn(text, " ");
		if (len == 0)
			break;
		if (column > 0 && column + 1 + len > TEXT_WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		column += (size_t)fprintf(
		    out, "%s%.*s", column == 0 ? prefix : " ", (int)len, text);
		text += len;
		if (by_sentence && text[-1] == '.') {
			fputc('\n', out);
			column = 0;
		}
	}
	if (column > 0)
		fputc('\n', out);
}

/* "4096, from 16 to 1000000 connections": default and bounds. */
static void
settings_write_bounds(FILE *out, const struct settings_row *row)
{
	switch (row->type) {
	case SETTINGS_STRING:
		if (row->default_string == NULL)
			fputs("Must be given", out);
		else if (row->default_string[0] == '\0')
			fputs("Not set by default", out);
		else
			fprintf(out, "Default: %s", row->default_string);
		break;
	case SETTINGS_LIST:
		fprintf(out, "A list of at most %" PRId64, row->max);
		break;
	case SETTINGS_INT:
		fprintf(out,
		    "Default: %" PRId64 "; from %" PRId64 " to %" PRId64 " %s",
		    row->default_int, row->min, row->max, row->unit);
		break;
	case SETTINGS_BOOL:
		fprintf(out, "Default: %s; yes or no",
		    row->default_int != 0 ? "yes" : "no");
		break;
	}
	fprintf(out, "; %s.\n",
	    row->reloadable ? "a reload applies it" : "needs a restart");
}

/* A control character could end the line and start another setting. */
static void
settings_write_value(FILE *out, const char *name, const char *value)
{
	fprintf(out, "%s = ", name);
	for (; *value != '\0'; value++) {
		bool control = (unsigned char)*value < 0x20 && *value != '\t';

		fputc(control ? '?' : *value, out);
	}
	fputc('\n', out);
}

static void
settings_write_default(FILE *out, const struct settings_row *row)
{
	fprintf(out, "#%s =", row->name);
	switch (row->type) {
	case SETTINGS_STRING:
		if (row->default_string != NULL &&
		    row->default_string[0] != '\0')
			fprintf(out, " %s", row->default_string);
		break;
	case SETTINGS_INT:
		fprintf(out, " %" PRId64, row->default_int);
		break;
	case SETTINGS_BOOL:
		fputs(row->default_int != 0 ? " yes" : " no", out);
		break;
	case SETTINGS_LIST:
		break;
	}
	fputc('\n', out);
}

void
settings_write_sample(
    FILE *out, const struct settings_value *values, size_t count)
{
	fputs("# parvis.conf(5): settings of this node.  A line that starts "
	      "with # is a comment;\n"
	      "# settings in comments show their defaults.\n",
	    out);
	for (size_t i = 0; i < settings_row_count; i++) {
		const struct settings_row *row = &settings_rows[i];
		bool written = false;

		if (settings_starts_section(i))
			fprintf(out, "\n[%s]\n", row->section);
		fputc('\n', out);
		settings_write_wrapped(out, "# ", row->text, false);
		fputs("# ", out);
		settings_write_bounds(out, row);
		for (size_t j = 0; j < count; j++) {
			if (strcmp(values[j].section, row->section) != 0 ||
			    strcmp(values[j].name, row->name) != 0)
				continue;
			settings_write_value(out, row->name, values[j].value);
			written = true;
		}
		if (!written)
			settings_write_default(out, row);
	}
}

static const char *
settings_placeholder(const struct settings_row *row)
{
	switch (row->type) {
	case SETTINGS_INT:
		return row->unit;
	case SETTINGS_LIST:
		return "word ...";
	case SETTINGS_BOOL:
		return "yes | no";
	case SETTINGS_STRING:
		break;
	}
	return "text";
}

void
settings_write_manual(FILE *out)
{
	for (size_t i = 0; i < settings_row_count; i++) {
		const struct settings_row *row = &settings_rows[i];

		if (settings_starts_section(i)) {
			if (i > 0)
				fputs(".El\n", out);
			fprintf(out, ".Ss Section %s\n.Bl -tag -width Ds\n",
			    row->section);
		}
		fprintf(out, ".It Ic %s No = Ar %s\n", row->name,
		    settings_placeholder(row));
		settings_write_wrapped(out, "", row->text, true);
		settings_write_bounds(out, row);
	}
	fputs(".El\n", out);
}

static void
settings_write_list(FILE *out, const struct settings_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		fprintf(out, " %s", list->items[i]);
}

void
settings_write_effective(FILE *out, const struct settings *settings)
{
	for (size_t i = 0; i < settings_row_count; i++) {
		const struct settings_row *row = &settings_rows[i];

		fprintf(out, "%s.%s =", row->section, row->name);
		switch (row->type) {
		case SETTINGS_STRING:
			fprintf(out, " %s", settings_string(row, settings));
			break;
		case SETTINGS_LIST:
			settings_write_list(out, settings_list(row, settings));
			break;
		case SETTINGS_INT:
			fprintf(out, " %" PRId64, settings_int(row, settings));
			break;
		case SETTINGS_BOOL:
			fputs(settings_int(row, settings) != 0 ? " yes" : " no",
			    out);
			break;
		}
		fputc('\n', out);
	}
}
