/* SPDX-License-Identifier: ISC */
/* How much a query finds, and completing what is being typed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/text.h"
#include "store/search_curve.h"
#include "store/search_internal.h"

enum {
	ORIGINS_MAX = 2048, /* told apart of one count */
	COMPLETE_ROWS = 4000,
	COMPLETE_MAX = 50,
	COMPLETE_LETTERS = 2, /* that there is an index for */
};

/* --- Counts --- */

struct tally {
	int64_t origins[ORIGINS_MAX], counts[ORIGINS_MAX];
	size_t count;
};

static void
tally_add(struct tally *tally, int64_t origin_id, int64_t by)
{
	size_t slot = (size_t)(uint64_t)origin_id % ORIGINS_MAX;

	for (size_t i = 0; i < ORIGINS_MAX; i++) {
		if (tally->origins[slot] == 0)
			tally->count++;
		if (tally->origins[slot] == 0 ||
		    tally->origins[slot] == origin_id) {
			tally->origins[slot] = origin_id;
			tally->counts[slot] += by;
			return;
		}
		slot = (slot + 1) % ORIGINS_MAX;
	}
}

static int
by_count(const void *a, const void *b)
{
	const struct search_territory_count *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->domain, y->domain);
}

static int
name_territories(struct db *db, struct arena *arena, const struct tally *tally,
    struct search_counts *counts)
{
	static const char sql[] =
	    "SELECT domain FROM catalogue_origin WHERE id = ?1";
	int r = 0;

	counts->territories = arena_alloc(
	    arena, (tally->count + 1) * sizeof(*counts->territories));
	for (size_t i = 0; r == 0 && i < ORIGINS_MAX; i++) {
		CLEANUP(db_done) struct statement *row = NULL;

		if (tally->counts[i] <= 0)
			continue;
		r = db_first(db, sql, VALUES(db_int(tally->origins[i])), &row);
		if (r == 0)
			counts->territories[counts->territory_count++] =
			    (struct search_territory_count){
				    .domain = db_take_text(row, arena),
				    .count = tally->counts[i],
			    };
		if (r == -ENOENT)
			r = 0;
	}
	qsort(counts->territories, counts->territory_count,
	    sizeof(*counts->territories), by_count);
	return r;
}

static void
count_one(struct search_counts *counts, struct tally *tally, int64_t kind,
    int64_t origin_id, int64_t by)
{
	if (kind < 0 || kind >= SEARCH_KIND_COUNT)
		return;
	counts->kinds[kind] += by;
	counts->total += by;
	tally_add(tally, origin_id, by);
}

static int
count_all(struct db *db, struct search_counts *counts, struct tally *tally)
{
	static const char sql[] =
	    "SELECT kind, origin_id, count FROM search_count ORDER BY kind";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_query(db, sql, NO_VALUES, &row);

	while (r >= 0 && (r = db_next(row)) > 0) {
		int64_t kind = db_take_int(row), origin = db_take_int(row);

		count_one(counts, tally, kind, origin, db_take_int(row));
	}
	return r;
}

static int
count_matching(struct db *db, struct arena *arena,
    const struct search_plan *plan, const char *match,
    struct search_counts *counts, struct tally *tally)
{
	static const char sql[] =
	    "SELECT kind, origin_id FROM search_entry WHERE id = ?1";
	int64_t *ids =
	    arena_alloc(arena, (SEARCH_COUNT_MAX + 1) * sizeof(*ids));
	size_t found = 0;
	int r = search_ids(db, match, 0, SEARCH_COUNT_MAX + 1, ids, &found);

	counts->more = found > SEARCH_COUNT_MAX;
	found = MIN(found, SEARCH_COUNT_MAX);
	for (size_t i = 0; r == 0 && i < found; i++) {
		CLEANUP(db_done) struct statement *row = NULL;
		int64_t kind;

		if (search_outside(plan->query, ids[i]))
			continue;
		r = db_first(db, sql, VALUES(db_int(ids[i])), &row);
		if (r == 0) {
			kind = db_take_int(row);
			count_one(counts, tally, kind, db_take_int(row), 1);
		}
		if (r == -ENOENT)
			r = 0;
	}
	return r;
}

int
search_counts(struct db *db, struct arena *arena,
    const struct search_query *query, struct search_counts *ret)
{
	struct search_counts counts = { 0 };
	struct search_cover cover = { 0 };
	struct search_plan plan;
	struct tally *tally = arena_alloc(arena, sizeof(*tally));
	struct search_pattern pattern = { 0 };
	struct buf match;
	int r = search_plan_make(db, arena, query, &plan);

	if (r < 0)
		return r;
	buf_init(&match, SEARCH_MATCH_MAX);
	pattern.mask = (1u << plan.word_count) - 1;
	search_match_words(&match, &plan, &pattern);
	if (query->within_km > 0)
		search_cover_circle(arena, query, query->within_km, &cover);
	search_match_rest(&match, &plan, &cover);
	if (plan.hopeless)
		r = 0;
	else if (match.len == 0 && !(query->within_km > 0))
		r = count_all(db, &counts, tally);
	else
		r = count_matching(
		    db, arena, &plan, buf_str(&match), &counts, tally);
	buf_done(&match);
	if (r == 0)
		r = name_territories(db, arena, tally, &counts);
	if (r == 0)
		*ret = counts;
	return r;
}

/* --- Completion --- */

struct completions {
	struct arena *arena;
	const char *before; /* what stands before the word */
	struct search_completion *items;
	size_t count, max;
};

static void
complete_with(struct completions *all, const char *shown, int64_t count)
{
	size_t i;

	if (all->count == all->max && all->items[all->count - 1].count >= count)
		return;
	if (all->count < all->max)
		all->count++;
	for (i = all->count - 1; i > 0 && all->items[i - 1].count < count; i--)
		all->items[i] = all->items[i - 1];
	all->items[i] = (struct search_completion){
		.text = arena_printf(all->arena, "%s%s", all->before, shown),
		.count = count,
	};
}

/* Short beginnings have too many words to look at all. */
static int
complete_word(struct db *db, const char *word, struct completions *all)
{
	static const char by_first[] =
	    "SELECT shown, count FROM search_word WHERE first = ?1"
	    " ORDER BY magnitude DESC LIMIT ?2";
	static const char by_word[] =
	    "SELECT shown, count FROM search_word WHERE word >= ?1"
	    " AND word < ?2 ORDER BY word LIMIT ?3";
	CLEANUP(db_done) struct statement *row = NULL;
	const char *end = arena_printf(all->arena, "%s\U0010ffff", word);
	int r;

	if (text_utf8_length(word) == COMPLETE_LETTERS)
		r = db_query(db, by_first,
		    VALUES(db_text(word), db_int(COMPLETE_MAX)), &row);
	else
		r = db_query(db, by_word,
		    VALUES(db_text(word), db_text(end), db_int(COMPLETE_ROWS)),
		    &row);
	while (r >= 0 && (r = db_next(row)) > 0) {
		const char *shown = db_take_text(row, all->arena);

		complete_with(all, shown, db_take_int(row));
	}
	return r;
}

/* --- Where an origin is --- */

int
search_origin_place(struct db *db, int64_t origin_id, double *ret_latitude,
    double *ret_longitude)
{
	/* A few, since a page asks it of hundreds of origins. */
	static const char sql[] =
	    "SELECT count(*), avg(latitude), avg(longitude) FROM"
	    " (SELECT latitude, longitude FROM search_entry"
	    " WHERE origin_id = ?1 AND located = 1 LIMIT 20)";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, VALUES(db_int(origin_id)), &row);

	if (r < 0)
		return r;
	if (db_take_int(row) == 0)
		return -ENOENT;
	*ret_latitude = db_take_real(row);
	*ret_longitude = db_take_real(row);
	return 0;
}

/* --- Completing, as it is asked --- */

/* Where the last word begins: after what is no part of one. */
static size_t
last_word(const char *text, size_t len)
{
	size_t at = len;

	while (at > 0 && strchr(" \t\n'\"-(),;:./", text[at - 1]) == NULL)
		at--;
	if (at >= 3 && memcmp(text + at - 3, "\u2019", 3) == 0)
		return at;
	for (size_t i = len; i >= at + 3; i--) {
		if (memcmp(text + i - 3, "\u2019", 3) == 0)
			return i;
	}
	return at;
}

int
search_complete(struct db *db, struct arena *arena, const char *text,
    size_t limit, struct search_completion **ret, size_t *ret_count)
{
	size_t len = strnlen(text, SEARCH_TEXT_MAX + 1), at;
	struct completions all = { .arena = arena,
		.max = MIN(limit, COMPLETE_MAX) };
	const char *word;
	int r = 0;

	*ret = NULL;
	*ret_count = 0;
	if (len > SEARCH_TEXT_MAX || all.max == 0 ||
	    !text_utf8_valid(text, len))
		return 0;
	at = last_word(text, len);
	word = tokenizer_fold(arena, text + at);
	if (text_utf8_length(word) < COMPLETE_LETTERS)
		return 0;
	all.before = arena_strndup(arena, text, at);
	all.items = arena_alloc(arena, all.max * sizeof(*all.items));
	r = complete_word(db, word, &all);
	if (r == 0) {
		*ret = all.items;
		*ret_count = all.count;
	}
	return r;
}
