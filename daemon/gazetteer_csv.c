/* SPDX-License-Identifier: ISC */
/*
 * CSV with a first line that names its columns: the usual names of the files
 * that INSEE, La Poste, IGN and data.gouv.fr give.
 */
#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/base/text.h"
#include "daemon/gazetteer_read.h"

enum {
	COLUMNS_MAX = 512,
	FIELD_BYTES = 200, /* of one that is read; longer ones are others' */
	NONE = COLUMNS_MAX,
};

struct reader {
	struct gazetteer_reading *reading;
	size_t code, latitude, longitude, both; /* columns, or NONE */
	size_t column, line;
	bool has_header, too_wide;
	char fields[4][FIELD_BYTES];
};

/* A name as it is compared: its letters and digits, in lower case. */
static void
fold(const char *name, size_t len, char ret[FIELD_BYTES])
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 1 < FIELD_BYTES; i++) {
		char c = name[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			ret[n++] = c;
	}
	ret[n] = '\0';
}

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (strcmp(name, *names) == 0)
			return true;
	}
	return false;
}

/* The first column of a kind counts. */
static void
name_column(struct reader *reader, const char *text, size_t len)
{
	static const char *const codes[] = { "insee", "codeinsee", "code",
		"codgeo", "inseecom", "codecommune", "codecommuneinsee",
		"inseecommune", "com", "codecom", NULL };
	static const char *const latitudes[] = { "latitude", "lat",
		"latitudecentre", "latitudemairie", "latitudewgs84", NULL };
	static const char *const longitudes[] = { "longitude", "lon", "lng",
		"long", "longitudecentre", "longitudemairie", "longitudewgs84",
		NULL };
	static const char *const boths[] = { "coordonneesgps", "geopoint2d",
		"geopoint", "geolocalisation", "latlon", NULL };
	const struct {
		size_t *column;
		const char *const *names;
	} kinds[] = { { &reader->code, codes },
		{ &reader->latitude, latitudes },
		{ &reader->longitude, longitudes }, { &reader->both, boths } };
	char name[FIELD_BYTES];

	fold(text, len, name);
	for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
		if (*kinds[i].column == NONE && is_one_of(name, kinds[i].names))
			*kinds[i].column = reader->column;
	}
}

static void
keep(char ret[FIELD_BYTES], const char *text, size_t len)
{
	size_t n = len < FIELD_BYTES ? len : 0;

	if (n > 0)
		(void)memcpy(ret, text, n);
	ret[n] = '\0';
}

static void
on_field(void *field, size_t len, void *arg)
{
	struct reader *reader = arg;
	const size_t wanted[] = { reader->code, reader->latitude,
		reader->longitude, reader->both };
	const char *text = field != NULL ? field : "";

	if (field == NULL)
		len = 0;
	if (reader->column == COLUMNS_MAX) {
		reader->too_wide = true;
		return;
	}
	if (!reader->has_header)
		name_column(reader, text, len);
	else {
		for (size_t i = 0; i < N_ELEMENTS(wanted); i++) {
			if (wanted[i] == reader->column)
				keep(reader->fields[i], text, len);
		}
	}
	reader->column++;
}

/* French spreadsheets write 48,5276. */
static bool
degrees(char *text, double *ret)
{
	char *comma = strchr(text, ',');

	if (comma != NULL)
		*comma = '.';
	return text_double(text, ret) == 0;
}

/* "48.5276, 2.01" */
static bool
both_degrees(char *text, double *ret_latitude, double *ret_longitude)
{
	char *comma = strchr(text, ',');

	if (comma == NULL)
		return false;
	*comma++ = '\0';
	comma += strspn(comma, " ");
	return text_double(text, ret_latitude) == 0 &&
	       text_double(comma, ret_longitude) == 0;
}

static void
on_row(int end, void *arg)
{
	struct reader *reader = arg;
	size_t columns = reader->column;
	double latitude, longitude;
	char where[40];

	(void)end;
	reader->line++;
	reader->column = 0;
	if (!reader->has_header) {
		reader->has_header = true;
		return;
	}
	if (columns > 1) {
		(void)snprintf(where, sizeof(where), "row %zu", reader->line);
		if (reader->fields[0][0] == '\0')
			gazetteer_read_useless(
			    reader->reading, where, "it has no code");
		else if (reader->both != NONE
			     ? both_degrees(
				   reader->fields[3], &latitude, &longitude)
			     : degrees(reader->fields[1], &latitude) &&
				   degrees(reader->fields[2], &longitude))
			gazetteer_read_row(reader->reading, reader->fields[0],
			    latitude, longitude, where);
		else
			gazetteer_read_useless(reader->reading, where,
			    "latitude and longitude cannot be read");
	}
	for (size_t i = 0; i < N_ELEMENTS(reader->fields); i++)
		reader->fields[i][0] = '\0';
}

/* Of those that may stand between columns, which the first line has most. */
static unsigned char
delimiter_of(const char *text, size_t len)
{
	static const char marks[] = { ',', ';', '\t' };
	size_t counts[N_ELEMENTS(marks)] = { 0 }, best = 0;

	for (size_t i = 0; i < len && text[i] != '\n'; i++) {
		for (size_t m = 0; m < N_ELEMENTS(marks); m++)
			counts[m] += text[i] == marks[m] ? 1 : 0;
	}
	for (size_t m = 1; m < N_ELEMENTS(marks); m++) {
		if (counts[m] > counts[best])
			best = m;
	}
	return (unsigned char)marks[best];
}

static const char *
check_columns(const struct reader *reader)
{
	if (reader->too_wide)
		return "there are more than 512 columns";
	if (reader->code == NONE)
		return "no column has the codes of communes: insee, "
		       "code_insee, code, codgeo...";
	if (reader->both == NONE &&
	    (reader->latitude == NONE || reader->longitude == NONE))
		return "no columns are named latitude and longitude";
	return NULL;
}

static int
refuse(char error[GAZETTEER_READ_ERROR], const char *sentence)
{
	(void)snprintf(error, GAZETTEER_READ_ERROR, "%s", sentence);
	return -EINVAL;
}

int
gazetteer_read_csv(struct gazetteer_reading *reading, const char *text,
    size_t len, char error[GAZETTEER_READ_ERROR])
{
	struct reader *reader = arena_alloc(reading->arena, sizeof(*reader));
	const char *end = memchr(text, '\n', len);
	size_t head = end != NULL ? (size_t)(end - text) + 1 : len;
	struct csv_parser parser;
	const char *wrong = NULL;

	*reader = (struct reader){
		.reading = reading,
		.code = NONE,
		.latitude = NONE,
		.longitude = NONE,
		.both = NONE,
	};
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		base_assert_failed("csv_init", __FILE__, __LINE__);
	csv_set_delim(&parser, delimiter_of(text, len));
	/* Between tabs a quote is a letter as any; NUL is none of the text. */
	if (csv_get_delim(&parser) == '\t')
		csv_set_quote(&parser, '\0');
	/* The names first: without them the rest is not worth reading. */
	if (csv_parse(&parser, text, head, on_field, on_row, reader) != head ||
	    (end == NULL && csv_fini(&parser, on_field, on_row, reader) != 0))
		wrong = "the first line is no line of CSV";
	else
		wrong = check_columns(reader);
	if (wrong == NULL && end != NULL &&
	    (csv_parse(&parser, text + head, len - head, on_field, on_row,
		 reader) != len - head ||
		csv_fini(&parser, on_field, on_row, reader) != 0))
		wrong = arena_printf(reading->arena,
		    "after row %zu: a quote is where none may be",
		    reader->line);
	csv_free(&parser);
	return wrong == NULL ? 0 : refuse(error, wrong);
}
