/* SPDX-License-Identifier: ISC */
/* A query taken apart, and what the index is asked of it. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "store/search_curve.h"
#include "store/search_internal.h"

enum {
	WORDS_READ = 64, /* of what was typed, to find those that count */
	COVER_SIDE = 3,  /* squares of a circle, wide and high, at most */
	/* A word counts as many times as its entries can be halved. */
	WEIGHT_MAX = 21,
};

/* --- Words and what they weigh --- */

static int
total(struct db *db, int64_t *ret)
{
	static const char sql[] =
	    "SELECT coalesce(sum(count), 0) FROM search_count";

	return db_number(db, sql, NO_VALUES, ret);
}

static int
weigh(struct db *db, const char *stem, int64_t all, int64_t *ret)
{
	static const char sql[] =
	    "SELECT coalesce(sum(count), 0) FROM search_word WHERE stem = ?1";
	int64_t some = 0, weight = 1;
	int r = db_number(db, sql, VALUES(db_text(stem)), &some);

	for (; all > some && weight < WEIGHT_MAX; all >>= 1)
		weight++;
	*ret = weight;
	return r;
}

static bool
has_word(const struct search_plan *plan, const char *stem)
{
	for (size_t i = 0; i < plan->word_count; i++) {
		if (strcmp(plan->words[i], stem) == 0)
			return true;
	}
	return false;
}

/* What weighs most comes first. */
static void
place_word(struct search_plan *plan, const char *stem, int64_t weight)
{
	size_t i = plan->word_count++;

	for (; i > 0 && plan->weights[i - 1] < weight; i--) {
		plan->words[i] = plan->words[i - 1];
		plan->weights[i] = plan->weights[i - 1];
	}
	plan->words[i] = stem;
	plan->weights[i] = weight;
}

static int
plan_words(struct db *db, struct arena *arena, struct search_plan *plan)
{
	const char *text = plan->query->text;
	struct tokenizer *tokenizer = tokenizer_new();
	struct token tokens[WORDS_READ];
	size_t count = tokenizer_words(tokenizer, arena, text,
	    strnlen(text, SEARCH_TEXT_MAX), tokens, WORDS_READ);
	int64_t all = 0, weight;
	int r = total(db, &all);

	tokenizer_free(&tokenizer);
	for (size_t i = 0; r == 0 && i < count; i++) {
		if (plan->word_count == SEARCH_WORDS_MAX)
			break;
		if (has_word(plan, tokens[i].stem))
			continue;
		r = weigh(db, tokens[i].stem, all, &weight);
		if (r == 0)
			place_word(plan, tokens[i].stem, weight);
	}
	if (count == 0)
		plan->hopeless = true;
	return r;
}

/* --- Filters --- */

void
search_match_and(struct buf *match)
{
	if (match->len > 0)
		buf_puts(match, " AND ");
}

/* Terms hold no quotes. */
void
search_match_term(struct buf *match, const char *prefix, const char *term)
{
	buf_printf(match, "\"%s%s\"", prefix, term);
}

/* One more of a list "NOT (... OR ...)". */
static void
match_not(struct buf *match, bool *begun, const char *prefix, const char *term)
{
	buf_puts(match, *begun ? " OR " : " NOT (");
	search_match_term(match, prefix, term);
	*begun = true;
}

/*
 * What is in the name is in the text: to ask for both would have the index
 * read the longer list for nothing.
 */
void
search_match_words(struct buf *match, const struct search_plan *plan,
    const struct search_pattern *pattern)
{
	unsigned mask = pattern->mask, named = pattern->named & mask;
	unsigned looked = pattern->exact ? search_named(plan, mask) : 0;
	bool begun = false;

	for (size_t i = 0; i < plan->word_count; i++) {
		if ((mask & 1u << i) == 0)
			continue;
		search_match_and(match);
		search_match_term(
		    match, (named & 1u << i) != 0 ? "_" : "", plan->words[i]);
	}
	for (size_t i = 0; mask != 0 && i < plan->word_count; i++) {
		if ((mask & 1u << i) == 0)
			match_not(match, &begun, "", plan->words[i]);
		else if ((looked & ~named & 1u << i) != 0)
			match_not(match, &begun, "_", plan->words[i]);
	}
	if (begun)
		buf_puts(match, ")");
}

static void
filter_kinds(struct buf *filters, unsigned kinds)
{
	char term[SEARCH_TERM_SIZE];
	bool first = true;

	kinds &= (1u << SEARCH_KIND_COUNT) - 1;
	if (kinds == 0 || kinds == (1u << SEARCH_KIND_COUNT) - 1)
		return;
	buf_puts(filters, " AND (");
	for (int64_t kind = 0; kind < SEARCH_KIND_COUNT; kind++) {
		if ((kinds & 1u << kind) == 0)
			continue;
		search_term_number(term, FIELD_KIND, kind);
		if (!first)
			buf_puts(filters, " OR ");
		search_match_term(filters, "", term);
		first = false;
	}
	buf_puts(filters, ")");
}

static void
filter_text(struct arena *arena, struct search_plan *plan, struct buf *filters,
    enum search_field field, const char *text)
{
	char term[SEARCH_TERM_SIZE];

	if (text == NULL || *text == '\0')
		return;
	search_term_text(arena, term, field, text);
	if (*term == '\0') {
		plan->hopeless = true;
		return;
	}
	buf_puts(filters, " AND ");
	search_match_term(filters, "", term);
}

static int
filter_territory(struct db *db, struct search_plan *plan, struct buf *filters)
{
	static const char sql[] =
	    "SELECT id FROM catalogue_origin WHERE domain = ?1";
	const char *domain = plan->query->territory;
	char term[SEARCH_TERM_SIZE];
	int64_t id = 0;
	int r;

	if (domain == NULL || *domain == '\0')
		return 0;
	r = db_number(db, sql, VALUES(db_text(domain)), &id);
	if (r < 0) {
		plan->hopeless = true;
		return r == -ENOENT ? 0 : r;
	}
	buf_puts(filters, " AND ");
	search_term_number(term, FIELD_ORIGIN, id);
	search_match_term(filters, "", term);
	return 0;
}

static int
check(const struct search_query *query)
{
	if (query->limit == 0 || query->limit > SEARCH_LIMIT_MAX)
		return -EINVAL;
	if (!query->located)
		return query->within_km > 0 || query->sort == SEARCH_NEAREST
			   ? -EINVAL
			   : 0;
	return query->latitude >= -90 && query->latitude <= 90 &&
		       query->longitude >= -180 && query->longitude <= 180 &&
		       query->within_km >= 0
		   ? 0
		   : -EINVAL;
}

int
search_plan_make(struct db *db, struct arena *arena,
    const struct search_query *query, struct search_plan *ret)
{
	struct search_plan plan = { .query = query };
	struct buf filters;
	int r = check(query);

	if (r == 0 && query->text != NULL && *query->text != '\0')
		r = plan_words(db, arena, &plan);
	if (r < 0)
		return r;
	buf_init(&filters, SEARCH_MATCH_MAX);
	filter_kinds(&filters, query->kinds);
	filter_text(arena, &plan, &filters, FIELD_THEME, query->theme);
	filter_text(arena, &plan, &filters, FIELD_STAGE, query->stage);
	filter_text(arena, &plan, &filters, FIELD_NEED, query->need);
	filter_text(
	    arena, &plan, &filters, FIELD_DEPARTEMENT, query->departement);
	r = filter_territory(db, &plan, &filters);
	plan.filters = arena_strdup(arena, buf_str(&filters));
	buf_done(&filters);
	if (r == 0)
		*ret = plan;
	return r;
}

/* --- Circles --- */

struct span {
	uint32_t x0, x1, y0, y1;
};

/* Degrees that a distance is, more than enough. */
static void
degrees(double latitude, double km, double *ret_latitude, double *ret_longitude)
{
	double narrow = cos(MIN(fabs(latitude) + km / 111, 89.9) * 0.0174533);

	*ret_latitude = km / 111;
	*ret_longitude = MIN(km / (111 * narrow), 180.0);
}

/* Over the edge of the map it does not go: nobody lives there. */
static struct span
span_at(const struct search_query *query, double km, unsigned level)
{
	double high, wide;
	struct span span;

	degrees(query->latitude, km, &high, &wide);
	curve_grid(query->latitude - high, query->longitude - wide, level,
	    &span.x0, &span.y0);
	curve_grid(query->latitude + high, query->longitude + wide, level,
	    &span.x1, &span.y1);
	return span;
}

static void
write_span(struct arena *arena, const struct span *span, unsigned level,
    struct search_cover *ret)
{
	char term[SEARCH_TERM_SIZE];
	struct buf match;

	buf_init(&match, SEARCH_MATCH_MAX);
	for (uint32_t y = span->y0; y <= span->y1; y++) {
		for (uint32_t x = span->x0; x <= span->x1; x++) {
			search_term_square(
			    term, level, curve_square_at(x, y, level));
			buf_puts(&match, match.len == 0 ? "(" : " OR ");
			search_match_term(&match, "", term);
		}
	}
	buf_puts(&match, ")");
	ret->match = arena_strdup(arena, buf_str(&match));
	buf_done(&match);
}

void
search_cover_circle(struct arena *arena, const struct search_query *query,
    double km, struct search_cover *ret)
{
	*ret = (struct search_cover){ .reach_km = km };
	for (size_t i = 0; i < SEARCH_LEVELS; i++) {
		struct span span = span_at(query, km, search_levels[i]);

		if (span.x1 - span.x0 >= COVER_SIDE ||
		    span.y1 - span.y0 >= COVER_SIDE)
			continue;
		write_span(arena, &span, search_levels[i], ret);
		return;
	}
}

void
search_match_rest(struct buf *match, const struct search_plan *plan,
    const struct search_cover *cover)
{
	static const size_t and_len = sizeof(" AND ") - 1;

	if (cover->match != NULL) {
		search_match_and(match);
		buf_puts(match, cover->match);
	}
	if (match->len > 0)
		buf_puts(match, plan->filters);
	else if (*plan->filters != '\0')
		buf_puts(match, plan->filters + and_len);
}

bool
search_cover_ring(struct arena *arena, const struct search_query *query,
    size_t i, struct search_cover *ret)
{
	static const double reach[] = { 1, 4, 12, 35, 110, 330 };
	bool last = i == N_ELEMENTS(reach);

	if (i > N_ELEMENTS(reach))
		return false;
	if (i > 0 && query->within_km > 0 && reach[i - 1] >= query->within_km)
		return false;
	if (query->within_km > 0 && (last || reach[i] >= query->within_km))
		search_cover_circle(arena, query, query->within_km, ret);
	else if (last)
		*ret = (struct search_cover){ .reach_km = INFINITY };
	else
		search_cover_circle(arena, query, reach[i], ret);
	return true;
}
