/* SPDX-License-Identifier: ISC */
/*
 * From lines to tables: all lines are read, then each index is sorted, then
 * header, tables and text are written one after another.
 */
#include "config/gazetteer_pack.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/text.h"
#include "config/gazetteer_format.h"

enum {
	FIELDS_MAX = 10,
	COMMUNES_MAX = 50000,
	DIVISIONS_MAX = 5000,
	FORMERS_MAX = 10000,
	NAMES_MAX = 3 * COMMUNES_MAX,
	POSTCODES_MAX = 2 * COMMUNES_MAX,
};

/* A name before it is sorted; its text is in the arena. */
struct name {
	const char *folded;
	struct packed_name row;
	uint32_t population;
};

struct postcode {
	struct packed_postcode row;
	uint32_t population;
};

struct latitude {
	int32_t latitude;
	uint32_t commune;
};

struct packer {
	struct arena *arena;
	struct buf text;
	struct packed_commune communes[COMMUNES_MAX];
	struct packed_division divisions[DIVISIONS_MAX];
	const char *division_codes[DIVISIONS_MAX];
	char division_kinds[DIVISIONS_MAX]; /* R, D, E: they share codes */
	struct packed_former formers[FORMERS_MAX];
	struct name names[NAMES_MAX];
	struct postcode postcodes[POSTCODES_MAX];
	size_t commune_count, division_count, former_count, name_count,
	    postcode_count;
	char *fields[FIELDS_MAX];
	size_t field_count;
};

/* Where a text will be; "" is at 0. */
static uint32_t
put_text(struct packer *packer, const char *text)
{
	uint32_t at = (uint32_t)packer->text.len;

	if (text[0] == '\0')
		return 0;
	buf_add(&packer->text, text, strlen(text) + 1);
	return at;
}

static void
split(struct packer *packer, char *line)
{
	packer->field_count = 0;
	while (line != NULL && packer->field_count < FIELDS_MAX) {
		char *tab = strchr(line, '\t');

		packer->fields[packer->field_count++] = line;
		if (tab != NULL)
			*tab++ = '\0';
		line = tab;
	}
}

/* --- lines --- */

static uint32_t
find_division(
    const struct packer *packer, char kind, const char *code, size_t len)
{
	for (size_t i = 0; i < packer->division_count; i++) {
		if (packer->division_kinds[i] == kind &&
		    strlen(packer->division_codes[i]) == len &&
		    memcmp(packer->division_codes[i], code, len) == 0)
			return (uint32_t)i;
	}
	return GAZETTEER_NONE;
}

static const char *
take_division(struct packer *packer)
{
	size_t i = packer->division_count;
	const char *region = packer->field_count > 3 ? packer->fields[3] : "";

	if (packer->field_count < 3 || i == DIVISIONS_MAX)
		return "a code and a name are wanted";
	packer->divisions[i] = (struct packed_division){
		.code = put_text(packer, packer->fields[1]),
		.name = put_text(packer, packer->fields[2]),
		.parent = find_division(packer, 'R', region, strlen(region)),
	};
	packer->division_codes[i] = packer->fields[1];
	packer->division_kinds[i] = packer->fields[0][0];
	packer->division_count++;
	return NULL;
}

static const char *
add_name(struct packer *packer, const char *shown, uint32_t at,
    uint32_t commune, enum name_kind kind)
{
	struct name *name = &packer->names[packer->name_count];

	if (packer->name_count == NAMES_MAX)
		return "too many names";
	packer->name_count++;
	name->folded = gazetteer_fold(packer->arena, shown, false);
	name->population = packer->communes[commune].population;
	name->row = (struct packed_name){
		.shown = at, .commune = commune, .kind = (uint32_t)kind
	};
	return name->folded[0] == '\0' ? "a name is wanted" : NULL;
}

/* "Le Havre" is looked for as Havre too. */
static const char *
add_without_article(
    struct packer *packer, const char *shown, uint32_t at, uint32_t commune)
{
	static const char *const articles[] = { "le-", "la-", "les-", "l-" };
	const char *folded = gazetteer_fold(packer->arena, shown, false);

	for (size_t i = 0; i < N_ELEMENTS(articles); i++) {
		if (text_starts_with(folded, articles[i]))
			return add_name(packer, folded + strlen(articles[i]),
			    at, commune, NAME_WITHOUT_ARTICLE);
	}
	return NULL;
}

static const char *
add_postcodes(struct packer *packer, const char *text, uint32_t commune)
{
	while (*text != '\0') {
		size_t len = strcspn(text, " ");
		struct postcode *postcode =
		    &packer->postcodes[packer->postcode_count];
		uint32_t code =
		    gazetteer_code(arena_strndup(packer->arena, text, len));

		if (code == 0 || packer->postcode_count == POSTCODES_MAX)
			return "five digits are wanted as a postal code";
		postcode->row = (struct packed_postcode){ code, commune };
		postcode->population = packer->communes[commune].population;
		packer->postcode_count++;
		text += len;
		text += strspn(text, " ");
	}
	return NULL;
}

static bool
read_degrees(const char *text, double limit, int32_t *ret)
{
	double value;

	if (text_double(text, &value) < 0 || !(fabs(value) <= limit))
		return false;
	*ret = (int32_t)lround(value / GAZETTEER_SCALE);
	return true;
}

/* The département is in the first two or three characters of the code. */
static uint32_t
departement_of(const struct packer *packer, const char *code)
{
	bool overseas = code[0] == '9' && (code[1] == '7' || code[1] == '8');

	return find_division(packer, 'D', code, overseas ? 3 : 2);
}

/* C code name postcodes epci population latitude longitude from */
static const char *
take_commune(struct packer *packer)
{
	char **field = packer->fields;
	uint32_t i = (uint32_t)packer->commune_count;
	struct packed_commune *row = &packer->communes[i];
	const char *wrong;
	int64_t population = 0;

	if (packer->field_count != 9 || i == COMMUNES_MAX)
		return "nine fields are wanted";
	row->code = gazetteer_code(field[1]);
	if (row->code == 0 || (i > 0 && row[-1].code >= row->code))
		return "codes of five characters in their order are wanted";
	if (field[5][0] != '\0' &&
	    text_int64(field[5], 0, INT32_MAX, &population) < 0)
		return "a population is wanted";
	if (!read_degrees(field[6], 90, &row->latitude) ||
	    !read_degrees(field[7], 180, &row->longitude))
		return "degrees are wanted";
	row->population = (uint32_t)population;
	row->name = put_text(packer, field[2]);
	row->postcodes = put_text(packer, field[3]);
	row->departement = (uint16_t)departement_of(packer, field[1]);
	row->epci =
	    (uint16_t)find_division(packer, 'E', field[4], strlen(field[4]));
	row->approximate = strcmp(field[8], "g") != 0;
	packer->commune_count++;
	wrong = add_name(packer, field[2], row->name, i, NAME_OFFICIAL);
	if (wrong == NULL)
		wrong = add_without_article(packer, field[2], row->name, i);
	return wrong != NULL ? wrong : add_postcodes(packer, field[3], i);
}

static int
compare_communes(const void *a, const void *b)
{
	const struct packed_commune *x = a, *y = b;

	return (x->code > y->code) - (x->code < y->code);
}

/* F code code-of-today name */
static const char *
take_former(struct packer *packer)
{
	char **field = packer->fields;
	struct packed_former *row = &packer->formers[packer->former_count];
	struct packed_commune key = { 0 };
	const struct packed_commune *today;

	if (packer->field_count != 4 || packer->former_count == FORMERS_MAX)
		return "four fields are wanted";
	key.code = gazetteer_code(field[2]);
	today = bsearch(&key, packer->communes, packer->commune_count,
	    sizeof(key), compare_communes);
	row->code = gazetteer_code(field[1]);
	if (today == NULL || row->code == 0 ||
	    (packer->former_count > 0 && row[-1].code > row->code))
		return "a former code, in order, and one of today are wanted";
	row->commune = (uint32_t)(today - packer->communes);
	packer->former_count++;
	return field[3][0] == '\0'
		   ? NULL
		   : add_name(packer, field[3], put_text(packer, field[3]),
			 row->commune, NAME_FORMER);
}

static const char *
take_line(struct packer *packer, char *line)
{
	split(packer, line);
	if (line[0] != '\0' && line[1] == '\0') {
		if (strchr("RDE", line[0]) != NULL)
			return take_division(packer);
		if (line[0] == 'C')
			return take_commune(packer);
		if (line[0] == 'F')
			return take_former(packer);
	}
	return "a line begins with R, D, E, C or F";
}

/* --- indexes --- */

static int
more_people(uint32_t a, uint32_t b)
{
	return (a < b) - (a > b);
}

static int
compare_names(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int r = strcmp(x->folded, y->folded);

	if (r == 0)
		r = (x->row.kind > y->row.kind) - (x->row.kind < y->row.kind);
	if (r == 0)
		r = more_people(x->population, y->population);
	if (r == 0)
		r = x->row.commune < y->row.commune ? -1 : 1;
	return r;
}

static int
compare_postcodes(const void *a, const void *b)
{
	const struct postcode *x = a, *y = b;
	int r = (x->row.code > y->row.code) - (x->row.code < y->row.code);

	if (r == 0)
		r = more_people(x->population, y->population);
	if (r == 0)
		r = x->row.commune < y->row.commune ? -1 : 1;
	return r;
}

static int
compare_latitudes(const void *a, const void *b)
{
	const struct latitude *x = a, *y = b;

	if (x->latitude != y->latitude)
		return x->latitude < y->latitude ? -1 : 1;
	return x->commune < y->commune ? -1 : 1;
}

/* Appends rows; where they begin and how many. */
static struct gazetteer_table
put_table(struct buf *ret, const void *rows, size_t count, size_t size)
{
	struct gazetteer_table table = { (uint32_t)ret->len, (uint32_t)count };

	buf_add(ret, rows, count * size);
	return table;
}

static struct gazetteer_table
put_names(struct packer *packer, struct buf *ret)
{
	struct packed_name *rows =
	    arena_alloc(packer->arena, packer->name_count * sizeof(*rows));
	const char *before = "";
	uint32_t at = 0;

	qsort(packer->names, packer->name_count, sizeof(*packer->names),
	    compare_names);
	for (size_t i = 0; i < packer->name_count; i++) {
		const struct name *name = &packer->names[i];

		if (strcmp(before, name->folded) != 0)
			at = put_text(packer, name->folded);
		before = name->folded;
		rows[i] = name->row;
		rows[i].folded = at;
	}
	return put_table(ret, rows, packer->name_count, sizeof(*rows));
}

static struct gazetteer_table
put_postcodes(struct packer *packer, struct buf *ret)
{
	struct packed_postcode *rows =
	    arena_alloc(packer->arena, packer->postcode_count * sizeof(*rows));

	qsort(packer->postcodes, packer->postcode_count,
	    sizeof(*packer->postcodes), compare_postcodes);
	for (size_t i = 0; i < packer->postcode_count; i++)
		rows[i] = packer->postcodes[i].row;
	return put_table(ret, rows, packer->postcode_count, sizeof(*rows));
}

static struct gazetteer_table
put_latitudes(struct packer *packer, struct buf *ret)
{
	size_t count = packer->commune_count;
	struct latitude *sorted =
	    arena_alloc(packer->arena, count * sizeof(*sorted));
	uint32_t *rows = arena_alloc(packer->arena, count * sizeof(*rows));

	for (size_t i = 0; i < count; i++)
		sorted[i] = (struct latitude){ packer->communes[i].latitude,
			(uint32_t)i };
	qsort(sorted, count, sizeof(*sorted), compare_latitudes);
	for (size_t i = 0; i < count; i++)
		rows[i] = sorted[i].commune;
	return put_table(ret, rows, count, sizeof(*rows));
}

/* Text offsets so far count from the start of the text. */
static void
shift(uint32_t *at, uint32_t by)
{
	*at += by;
}

static void
shift_texts(char *bytes, const struct gazetteer *head, uint32_t by)
{
	struct packed_commune *communes = (void *)(bytes + head->communes.at);
	struct packed_name *names = (void *)(bytes + head->names.at);
	struct packed_division *divisions =
	    (void *)(bytes + head->divisions.at);

	for (size_t i = 0; i < head->communes.count; i++) {
		shift(&communes[i].name, by);
		shift(&communes[i].postcodes, by);
	}
	for (size_t i = 0; i < head->names.count; i++) {
		shift(&names[i].folded, by);
		shift(&names[i].shown, by);
	}
	for (size_t i = 0; i < head->divisions.count; i++) {
		shift(&divisions[i].code, by);
		shift(&divisions[i].name, by);
	}
}

static int
put_all(struct packer *packer, struct buf *ret)
{
	struct gazetteer head = { .magic = GAZETTEER_MAGIC };
	uint32_t text_at;

	buf_add(ret, &head, sizeof(head));
	head.communes = put_table(ret, packer->communes, packer->commune_count,
	    sizeof(*packer->communes));
	head.formers = put_table(ret, packer->formers, packer->former_count,
	    sizeof(*packer->formers));
	head.names = put_names(packer, ret);
	head.postcodes = put_postcodes(packer, ret);
	head.latitudes = put_latitudes(packer, ret);
	head.divisions = put_table(ret, packer->divisions,
	    packer->division_count, sizeof(*packer->divisions));
	text_at = (uint32_t)ret->len;
	buf_add(ret, packer->text.data, packer->text.len);
	if (buf_failed(ret) || buf_failed(&packer->text))
		return -EFBIG;
	head.bytes = (uint32_t)ret->len;
	(void)memcpy(ret->data, &head, sizeof(head));
	shift_texts(ret->data, &head, text_at);
	return 0;
}

static const char *
take_text(struct packer *packer, char *text, size_t *ret_line)
{
	*ret_line = 0;
	while (text != NULL && *text != '\0') {
		char *end = strchr(text, '\n');
		const char *wrong = NULL;

		(*ret_line)++;
		if (end != NULL)
			*end++ = '\0';
		if (text[0] != '#')
			wrong = take_line(packer, text);
		if (wrong != NULL)
			return wrong;
		text = end;
	}
	return packer->commune_count == 0 ? "no commune is in it" : NULL;
}

int
gazetteer_pack(char *text, struct buf *ret, char error[GAZETTEER_PACK_ERROR])
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct packer *packer = xcalloc(1, sizeof(*packer));
	const char *wrong;
	size_t line;
	int r = -EINVAL;

	packer->arena = arena;
	buf_init(&packer->text, GAZETTEER_PACK_BYTES);
	buf_putc(&packer->text, '\0');
	wrong = take_text(packer, text, &line);
	if (wrong == NULL) {
		r = put_all(packer, ret);
		wrong = "it is too large";
	}
	if (r < 0)
		(void)snprintf(
		    error, GAZETTEER_PACK_ERROR, "line %zu: %s", line, wrong);
	buf_done(&packer->text);
	free_ptr(&packer);
	return r;
}
