/* SPDX-License-Identifier: ISC */
/*
 * Looking up in the packed tables: binary search for what is sorted, and a
 * small list of the best for what is a range of it.
 */
#include "config/gazetteer.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "config/base/text.h"
#include "config/gazetteer_format.h"
#include "config/gazetteer_overlay.h"

#define EARTH_KILOMETRES 6371.0
/* A little less than any degree of latitude is long. */
#define DEGREE_KILOMETRES 111.0

/* The best so far, best first. */
struct best {
	struct {
		uint32_t commune;
		const char *former;
		double rank; /* more is better */
	} rows[GAZETTEER_FOUND_MAX];
	size_t count, max;
};

static const void *
bytes_at(const struct gazetteer *gazetteer, uint32_t at)
{
	return (const char *)gazetteer + at;
}

static const struct packed_commune *
commune_at(const struct gazetteer *gazetteer, uint32_t i)
{
	const struct packed_commune *rows =
	    bytes_at(gazetteer, gazetteer->communes.at);

	return &rows[i];
}

int
gazetteer_open(const void *bytes, size_t len, const struct gazetteer **ret)
{
	const struct gazetteer *gazetteer = bytes;

	if (len < sizeof(*gazetteer) || gazetteer->magic != GAZETTEER_MAGIC ||
	    gazetteer->bytes != len)
		return -EINVAL;
	*ret = gazetteer;
	return 0;
}

size_t
gazetteer_count(const struct gazetteer *gazetteer)
{
	return gazetteer->communes.count;
}

/* --- one commune --- */

static void
write_code(uint32_t code, char ret[6])
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	ret[5] = '\0';
	for (size_t i = 5; i-- > 0; code /= 36)
		ret[i] = digits[code % 36];
}

static const struct packed_division *
division_at(const struct gazetteer *gazetteer, uint32_t i)
{
	const struct packed_division *rows =
	    bytes_at(gazetteer, gazetteer->divisions.at);

	return i == GAZETTEER_NONE ? NULL : &rows[i];
}

static void
set_division(const struct gazetteer *gazetteer,
    const struct packed_division *division, const char **ret_code,
    const char **ret_name)
{
	if (division == NULL)
		return;
	if (ret_code != NULL)
		*ret_code = bytes_at(gazetteer, division->code);
	*ret_name = bytes_at(gazetteer, division->name);
}

/* Where a commune is, as far as the one who holds what lies over it knows. */
static struct gazetteer_position
position_in(const struct gazetteer *gazetteer,
    const struct gazetteer_overlay *overlay, uint32_t i)
{
	const struct packed_commune *row = commune_at(gazetteer, i);

	return overlay != NULL ? overlay->positions[i]
			       : (struct gazetteer_position){ row->latitude,
					 row->longitude, row->approximate };
}

static struct gazetteer_position
position_at(const struct gazetteer *gazetteer, uint32_t i)
{
	const struct gazetteer_overlay *overlay =
	    gazetteer_overlay_hold(gazetteer);
	struct gazetteer_position at = position_in(gazetteer, overlay, i);

	gazetteer_overlay_release();
	return at;
}

static void
fill(const struct gazetteer *gazetteer, uint32_t i, const char *former,
    struct gazetteer_place *ret)
{
	const struct packed_commune *row = commune_at(gazetteer, i);
	const struct packed_division *departement =
	    division_at(gazetteer, row->departement);

	const struct gazetteer_position at = position_at(gazetteer, i);

	*ret = (struct gazetteer_place){
		.name = bytes_at(gazetteer, row->name),
		.former_name = former,
		.postcodes = bytes_at(gazetteer, row->postcodes),
		.population = row->population,
		/* Divided, 205000 is 2.05 and not 2.0500000000000003. */
		.latitude = at.latitude / GAZETTEER_UNITS,
		.longitude = at.longitude / GAZETTEER_UNITS,
		.approximate = at.approximate != 0,
	};
	write_code(row->code, ret->insee);
	set_division(
	    gazetteer, departement, &ret->departement, &ret->departement_name);
	if (departement != NULL)
		set_division(gazetteer,
		    division_at(gazetteer, departement->parent), NULL,
		    &ret->region_name);
	set_division(gazetteer, division_at(gazetteer, row->epci), &ret->epci,
	    &ret->epci_name);
}

void
gazetteer_get(
    const struct gazetteer *gazetteer, size_t i, struct gazetteer_place *ret)
{
	ASSERT(i < gazetteer->communes.count);
	fill(gazetteer, (uint32_t)i, NULL, ret);
}

bool
gazetteer_has_postcode(
    const struct gazetteer_place *place, const char *postcode)
{
	const char *p = place->postcodes;
	size_t len = strlen(postcode);

	while (*p != '\0') {
		size_t n = strcspn(p, " ");

		if (n == len && memcmp(p, postcode, n) == 0)
			return true;
		p += n;
		p += strspn(p, " ");
	}
	return false;
}

/* --- the best of many --- */

static void
best_init(struct best *best, size_t max)
{
	best->count = 0;
	best->max = MIN(max, (size_t)GAZETTEER_FOUND_MAX);
}

/* Takes a commune in where it belongs; one that is there keeps its better
 * place. */
static void
best_add(struct best *best, uint32_t commune, const char *former, double rank)
{
	size_t at, end = best->count;

	if (best->max == 0 ||
	    (end == best->max && rank <= best->rows[end - 1].rank))
		return;
	for (size_t i = 0; i < best->count; i++) {
		if (best->rows[i].commune != commune)
			continue;
		if (best->rows[i].rank >= rank)
			return;
		end = i;
	}
	/* What ends here falls out: the same one, or the last of too many. */
	if (end == best->count && end < best->max)
		best->count++;
	else if (end == best->count)
		end--;
	for (at = end; at > 0 && best->rows[at - 1].rank < rank; at--)
		best->rows[at] = best->rows[at - 1];
	best->rows[at].commune = commune;
	best->rows[at].former = former;
	best->rows[at].rank = rank;
}

static size_t
best_fill(const struct gazetteer *gazetteer, const struct best *best,
    struct gazetteer_place *ret)
{
	for (size_t i = 0; i < best->count; i++)
		fill(gazetteer, best->rows[i].commune, best->rows[i].former,
		    &ret[i]);
	return best->count;
}

/* --- codes --- */

/* The first row whose code is not below: every table begins its rows with a
 * code. */
static uint32_t
lower_bound(const struct gazetteer *gazetteer,
    const struct gazetteer_table *table, size_t row_size, uint32_t code)
{
	const char *rows = bytes_at(gazetteer, table->at);
	uint32_t low = 0, high = table->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2, there;

		(void)memcpy(&there, rows + middle * row_size, sizeof(there));
		if (there < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int
gazetteer_by_insee(const struct gazetteer *gazetteer, const char *insee,
    struct gazetteer_place *ret)
{
	const struct packed_former *formers =
	    bytes_at(gazetteer, gazetteer->formers.at);
	uint32_t code = gazetteer_code(insee), i;

	if (code == 0)
		return -ENOENT;
	i = lower_bound(gazetteer, &gazetteer->communes,
	    sizeof(struct packed_commune), code);
	if (i < gazetteer->communes.count &&
	    commune_at(gazetteer, i)->code == code) {
		fill(gazetteer, i, NULL, ret);
		return 0;
	}
	i = lower_bound(gazetteer, &gazetteer->formers, sizeof(*formers), code);
	if (i == gazetteer->formers.count || formers[i].code != code)
		return -ENOENT;
	fill(gazetteer, formers[i].commune, NULL, ret);
	write_code(code, ret->former_insee);
	return 0;
}

/* The codes that begin with a text of at most five characters. */
static bool
code_range(const char *prefix, uint32_t *ret_first, uint32_t *ret_last)
{
	char first[6] = "00000", last[6] = "zzzzz";
	size_t len = strlen(prefix);

	if (len == 0 || len > 5)
		return false;
	(void)memcpy(first, prefix, len);
	(void)memcpy(last, prefix, len);
	*ret_first = gazetteer_code(first);
	*ret_last = gazetteer_code(last);
	return *ret_first != 0 && *ret_last != 0;
}

static double
people(const struct gazetteer *gazetteer, uint32_t i)
{
	return commune_at(gazetteer, i)->population;
}

static void
add_postcodes(const struct gazetteer *gazetteer, uint32_t first, uint32_t last,
    struct best *best)
{
	const struct packed_postcode *rows =
	    bytes_at(gazetteer, gazetteer->postcodes.at);
	uint32_t i =
	    lower_bound(gazetteer, &gazetteer->postcodes, sizeof(*rows), first);

	for (; i < gazetteer->postcodes.count && rows[i].code <= last; i++)
		best_add(best, rows[i].commune, NULL,
		    people(gazetteer, rows[i].commune));
}

static void
add_codes(
    const struct gazetteer *gazetteer, const char *prefix, struct best *best)
{
	uint32_t first, last, i;

	if (!code_range(prefix, &first, &last))
		return;
	add_postcodes(gazetteer, first, last, best);
	i = lower_bound(gazetteer, &gazetteer->communes,
	    sizeof(struct packed_commune), first);
	for (; i < gazetteer->communes.count &&
	       commune_at(gazetteer, i)->code <= last;
	     i++)
		best_add(best, i, NULL, people(gazetteer, i));
}

size_t
gazetteer_by_postcode(const struct gazetteer *gazetteer, const char *postcode,
    size_t max, struct gazetteer_place *ret)
{
	uint32_t code = gazetteer_code(postcode);
	struct best best;

	best_init(&best, max);
	if (code != 0)
		add_postcodes(gazetteer, code, code, &best);
	return best_fill(gazetteer, &best, ret);
}

/* --- names --- */

static const char *
former_of(const struct gazetteer *gazetteer, const struct packed_name *name)
{
	return name->kind == NAME_FORMER ? bytes_at(gazetteer, name->shown)
					 : NULL;
}

/* The first name that is not before a folded text. */
static uint32_t
first_name(const struct gazetteer *gazetteer, const struct packed_name *names,
    const char *folded)
{
	uint32_t low = 0, high = gazetteer->names.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (strcmp(bytes_at(gazetteer, names[middle].folded), folded) <
		    0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t
gazetteer_by_name(const struct gazetteer *gazetteer, const char *name,
    size_t max, struct gazetteer_place *ret)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	const struct packed_name *names =
	    bytes_at(gazetteer, gazetteer->names.at);
	const char *folded = gazetteer_fold(arena, name, false);
	uint32_t first = first_name(gazetteer, names, folded);
	struct best best;

	best_init(&best, max);
	for (uint32_t i = first; i < gazetteer->names.count; i++) {
		if (strcmp(bytes_at(gazetteer, names[i].folded), folded) != 0 ||
		    names[i].kind != names[first].kind)
			break;
		best_add(&best, names[i].commune,
		    former_of(gazetteer, &names[i]),
		    people(gazetteer, names[i].commune));
	}
	return best_fill(gazetteer, &best, ret);
}

/* A commune that has, or whose postal codes begin with, that. */
static bool
has_code_prefix(
    const struct gazetteer *gazetteer, uint32_t commune, const char *prefix)
{
	const struct packed_commune *row = commune_at(gazetteer, commune);
	const char *p = bytes_at(gazetteer, row->postcodes);
	size_t len = strlen(prefix);
	char code[6];

	write_code(row->code, code);
	if (strncmp(code, prefix, len) == 0)
		return true;
	for (; p != NULL && *p != '\0'; p = strchr(p, ' ')) {
		p += strspn(p, " ");
		if (strncmp(p, prefix, len) == 0)
			return true;
	}
	return false;
}

/*
 * Names that begin with a folded text, of communes with that beginning of a
 * code.  The whole name counts more than its beginning, and the name of today
 * more than a former one; then people count.
 */
static void
add_names(const struct gazetteer *gazetteer, const char *folded,
    const char *code, struct best *best)
{
	const struct packed_name *names =
	    bytes_at(gazetteer, gazetteer->names.at);
	size_t len = strlen(folded);
	uint32_t i = first_name(gazetteer, names, folded);

	for (; i < gazetteer->names.count; i++) {
		const char *name = bytes_at(gazetteer, names[i].folded);
		double rank = people(gazetteer, names[i].commune);

		if (strncmp(name, folded, len) != 0)
			break;
		if (code[0] != '\0' &&
		    !has_code_prefix(gazetteer, names[i].commune, code))
			continue;
		if (names[i].kind != NAME_FORMER)
			rank += 1e10;
		if (names[i].kind == NAME_OFFICIAL && name[len] == '\0')
			rank += 1e10;
		best_add(best, names[i].commune,
		    former_of(gazetteer, &names[i]), rank);
	}
}

size_t
gazetteer_complete(const struct gazetteer *gazetteer, const char *text,
    size_t max, struct gazetteer_place *ret)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	const char *open = gazetteer_fold(arena, text, true);
	const char *whole = gazetteer_fold(arena, text, false);
	const char *dash = strrchr(whole, '-');
	struct best best;

	best_init(&best, max);
	if (open[0] == '\0')
		return 0;
	if (open[0] >= '0' && open[0] <= '9') {
		add_codes(gazetteer, open, &best);
		return best_fill(gazetteer, &best, ret);
	}
	if (dash != NULL && dash[1] >= '0' && dash[1] <= '9')
		add_names(gazetteer,
		    arena_strndup(arena, whole, (size_t)(dash - whole)),
		    dash + 1, &best);
	if (best.count == 0)
		add_names(gazetteer, open, "", &best);
	/* "st" may be Saint-Denis or Strasbourg. */
	if (strcmp(open, whole) != 0)
		add_names(gazetteer, whole, "", &best);
	return best_fill(gazetteer, &best, ret);
}

/* Letters to add, drop or replace to come from one name to the other; more
 * than max is any number above it. */
static unsigned
edits(const char *a, const char *b, unsigned max)
{
	unsigned row[3 * GAZETTEER_NAME_MAX + 2];
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_len > b_len + max || b_len > a_len + max ||
	    b_len >= N_ELEMENTS(row))
		return max + 1;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned corner = row[0], least;

		row[0] = least = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned same = corner + (a[i - 1] != b[j - 1] ? 1 : 0);
			unsigned one = MIN(row[j], row[j - 1]) + 1;

			corner = row[j];
			row[j] = MIN(same, one);
			least = MIN(least, row[j]);
		}
		if (least > max)
			return least;
	}
	return row[b_len];
}

size_t
gazetteer_similar(const struct gazetteer *gazetteer, const char *name,
    size_t max, struct gazetteer_place *ret)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	const struct packed_name *names =
	    bytes_at(gazetteer, gazetteer->names.at);
	const char *folded = gazetteer_fold(arena, name, false);
	size_t len = strlen(folded);
	unsigned most = len < 4 ? 1 : len < 10 ? 2 : 3;
	struct best best;

	best_init(&best, max);
	for (uint32_t i = 0; len > 0 && i < gazetteer->names.count; i++) {
		unsigned n =
		    edits(folded, bytes_at(gazetteer, names[i].folded), most);

		if (n <= most)
			best_add(&best, names[i].commune,
			    former_of(gazetteer, &names[i]),
			    people(gazetteer, names[i].commune) - 1e10 * n);
	}
	return best_fill(gazetteer, &best, ret);
}

/* --- positions --- */

static double
radians(double degrees)
{
	return degrees * 3.14159265358979323846 / 180.0;
}

double
gazetteer_distance(double latitude, double longitude, double other_latitude,
    double other_longitude)
{
	double up = sin(radians(other_latitude - latitude) / 2);
	double across = sin(radians(other_longitude - longitude) / 2);
	double half = up * up + cos(radians(latitude)) *
				    cos(radians(other_latitude)) * across *
				    across;

	return 2 * EARTH_KILOMETRES * asin(sqrt(MIN(half, 1.0)));
}

/* A walk away from a position, to the south and to the north. */
struct walk {
	const struct gazetteer *gazetteer;
	const struct gazetteer_overlay *overlay; /* held */
	double latitude, longitude;
	struct best best;
};

/*
 * One step away from a latitude: takes the commune there, unless its latitude
 * alone is farther than the last of the best; then, this way is done.
 */
static bool
step(struct walk *walk, uint32_t commune)
{
	struct best *best = &walk->best;
	const struct gazetteer_position at =
	    position_in(walk->gazetteer, walk->overlay, commune);
	double there = at.latitude * GAZETTEER_SCALE;
	double least = fabs(there - walk->latitude) * DEGREE_KILOMETRES;

	if (best->count == best->max &&
	    (best->max == 0 || least > -best->rows[best->count - 1].rank))
		return false;
	best_add(best, commune, NULL,
	    -gazetteer_distance(walk->latitude, walk->longitude, there,
		at.longitude * GAZETTEER_SCALE));
	return true;
}

static void
walk(struct walk *walk)
{
	const struct gazetteer *gazetteer = walk->gazetteer;
	const uint32_t *sorted =
	    walk->overlay != NULL
		? walk->overlay->latitudes
		: bytes_at(gazetteer, gazetteer->latitudes.at);
	uint32_t count = gazetteer->latitudes.count, low = 0, high = count;
	bool south = true, north = true;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (position_in(gazetteer, walk->overlay, sorted[middle])
			    .latitude *
			GAZETTEER_SCALE <
		    walk->latitude)
			low = middle + 1;
		else
			high = middle;
	}
	while (south || north) {
		south = south && low > 0 && step(walk, sorted[--low]);
		north = north && high < count && step(walk, sorted[high++]);
	}
}

size_t
gazetteer_nearest(const struct gazetteer *gazetteer, double latitude,
    double longitude, size_t max, struct gazetteer_place *ret)
{
	struct walk self = {
		.gazetteer = gazetteer,
		.overlay = gazetteer_overlay_hold(gazetteer),
		.latitude = latitude,
		.longitude = longitude,
	};
	struct best *best = &self.best;

	best_init(best, max);
	walk(&self);
	gazetteer_overlay_release();
	for (size_t i = 0; i < best->count; i++) {
		fill(gazetteer, best->rows[i].commune, NULL, &ret[i]);
		ret[i].kilometres = -best->rows[i].rank;
	}
	return best->count;
}
