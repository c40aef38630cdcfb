/* SPDX-License-Identifier: ISC */
/*
 * Searching.  The lists of the index are in order of ids, whose classes come
 * best first: of each combination of words that stand in the text and in the
 * name, the first rows are the best, and a few combinations hold the first
 * page, exactly, whatever the words (search_best()).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/search_curve.h"
#include "store/search_internal.h"

/* --- Candidates --- */

static bool
comes_before(int64_t rank, int64_t id, const struct search_candidate *candidate)
{
	return rank > candidate->rank ||
	       (rank == candidate->rank && id < candidate->id);
}

static bool
is_kept(const struct search_run *run, int64_t id)
{
	for (size_t i = 0; i < run->count; i++) {
		if (run->best[i].id == id)
			return true;
	}
	return false;
}

void
search_keep(struct search_run *run, int64_t rank, int64_t id, bool partial)
{
	struct search_candidate *best = run->best;
	size_t i;

	if (run->resumed &&
	    (comes_before(rank, id, &run->after) || id == run->after.id))
		return;
	if (run->count == run->want) {
		if (!comes_before(rank, id, &best[run->count - 1]) ||
		    is_kept(run, id))
			return;
	} else if (is_kept(run, id))
		return;
	else
		run->count++;
	for (i = run->count - 1; i > 0 && comes_before(rank, id, &best[i - 1]);
	     i--)
		best[i] = best[i - 1];
	best[i] = (struct search_candidate){ rank, id, partial };
}

bool
search_settled(const struct search_run *run, int64_t rank)
{
	return run->count == run->want &&
	       run->best[run->count - 1].rank >= rank;
}

static int
read_ids(struct statement *row, int64_t *ret, size_t *ret_count)
{
	size_t count = 0;
	int r;

	while ((r = db_next(row)) > 0)
		ret[count++] = db_take_int(row);
	*ret_count = count;
	return r;
}

int
search_ids(struct db *db, const char *match, int64_t from, size_t max,
    int64_t *ret, size_t *ret_count)
{
	static const char all[] =
	    "SELECT id FROM search_entry WHERE id >= ?1 ORDER BY id LIMIT ?2";
	static const char some[] =
	    "SELECT rowid FROM search_index WHERE search_index MATCH ?3"
	    " AND rowid >= ?1 ORDER BY rowid LIMIT ?2";
	CLEANUP(db_done) struct statement *row = NULL;
	int r;

	*ret_count = 0;
	if (*match == '\0')
		r = db_query(db, all, VALUES(db_int(from), db_size(max)), &row);
	else
		r = db_query(db, some,
		    VALUES(db_int(from), db_size(max), db_text(match)), &row);
	return r == 0 ? read_ids(row, ret, ret_count) : r;
}

/* --- Ranks --- */

enum {
	FEW = 200,
	NAMED_FACTOR = 3, /* a word of the name counts as three */
	RANK_PER_WORD = 1 << 24,
	RANK_SCALE = 16,
};

/* Of a class; what is in the name of a text of some sentences ranks highest. */
static const int64_t norms[CURVE_CLASSES] = { 128, 118, 108, 98, 90, 82, 74,
	64 };

int64_t
search_rank(const struct search_plan *plan, unsigned mask, unsigned named,
    unsigned class, double nearness)
{
	int64_t score = 0, words = 0;

	for (size_t i = 0; i < plan->word_count; i++) {
		if ((mask & 1u << i) == 0)
			continue;
		words++;
		score += plan->weights[i] *
			 ((named & 1u << i) != 0 ? NAMED_FACTOR : 1);
	}
	score *= norms[class] * RANK_SCALE;
	return words * RANK_PER_WORD + (int64_t)((double)score * nearness);
}

unsigned
search_named(const struct search_plan *plan, unsigned mask)
{
	unsigned named = 0, count = 0;

	for (size_t i = 0; i < plan->word_count; i++) {
		if ((mask & 1u << i) != 0 && count++ < SEARCH_NAMED_MAX)
			named |= 1u << i;
	}
	return named;
}

/* By what is not in them: nothing, one word; two, three where there are few
 * words.  The first words weigh most, so what lacks the last comes first. */
size_t
search_masks(const struct search_plan *plan, unsigned ret[SEARCH_MASKS_MAX])
{
	unsigned all = (1u << plan->word_count) - 1;
	size_t count = 0;

	for (int lacking = 0; lacking < 4; lacking++) {
		if (plan->word_count > 4 && lacking > 1)
			break;
		for (unsigned mask = all; mask > 0; mask--) {
			unsigned flipped = 0;

			for (size_t i = 0; i < plan->word_count; i++)
				flipped |= (mask >> i & 1u)
					   << (plan->word_count - 1 - i);
			if (__builtin_popcount(all & ~flipped) == lacking &&
			    count < SEARCH_MASKS_MAX)
				ret[count++] = flipped;
		}
	}
	return count;
}

/* --- By text --- */

static const struct search_cover everywhere;

/* Where a list is taken up: before it all comes before the cursor. */
static int64_t
first_id(const struct search_run *run, unsigned mask, unsigned named)
{
	for (unsigned class = 0; run->resumed && class < CURVE_CLASSES;
	     class ++) {
		int64_t rank = search_rank(&run->plan, mask, named, class, 1);
		int64_t first = (int64_t) class << CURVE_CLASS_SHIFT;

		if (rank < run->after.rank)
			return first;
		if (rank == run->after.rank)
			return MAX(first, run->after.id + 1);
	}
	return run->resumed ? INT64_MAX : 0;
}

static int
read_pattern(struct search_run *run, unsigned mask, unsigned named)
{
	const struct search_plan *plan = &run->plan;
	int64_t ids[SEARCH_LIMIT_MAX + 1];
	int64_t from = first_id(run, mask, named);
	unsigned all = (1u << plan->word_count) - 1;
	const struct search_pattern pattern = { mask, named, true };
	size_t count = 0;
	int r;

	if (from == INT64_MAX ||
	    search_settled(
		run, search_rank(plan, mask, named, curve_class(from), 1)))
		return 0;
	r = search_ids(run->db,
	    search_pattern_match(run, &pattern, &everywhere), from, run->want,
	    ids, &count);
	for (size_t i = 0; i < count; i++)
		search_keep(run,
		    search_rank(plan, mask, named, curve_class(ids[i]), 1),
		    ids[i], mask != all);
	return r;
}

/* Every subset of the words in the name, from the whole down to none. */
static int
read_patterns(struct search_run *run, unsigned mask)
{
	unsigned looked = search_named(&run->plan, mask), named = looked;
	int r;

	for (;;) {
		r = read_pattern(run, mask, named);
		if (r < 0 || named == 0)
			return r;
		named = (named - 1) & looked;
	}
}

/* What few entries have is quicker read as a whole. */
static int
read_mask(struct search_run *run, unsigned mask, struct search_rows *rows)
{
	const struct search_pattern pattern = { .mask = mask };
	unsigned all = (1u << run->plan.word_count) - 1;
	unsigned looked = search_named(&run->plan, mask);
	int r;

	if (search_settled(run, search_rank(&run->plan, mask, looked, 0, 1)))
		return 0;
	r = search_rows_read(run, &pattern, &everywhere, FEW, rows);
	if (r < 0)
		return r;
	if (rows->count == FEW)
		return read_patterns(run, mask);
	r = search_rows_mark(run, mask, &everywhere, rows);
	for (size_t i = 0; i < rows->count; i++)
		search_keep(run,
		    search_rank(&run->plan, mask, rows->named[i],
			curve_class(rows->ids[i]), 1),
		    rows->ids[i], mask != all);
	return r;
}

int
search_best(struct search_run *run)
{
	struct search_rows *rows = xmalloc(sizeof(*rows));
	unsigned masks[SEARCH_MASKS_MAX];
	size_t count = search_masks(&run->plan, masks);
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = read_mask(run, masks[i], rows);
	free(rows);
	return r;
}

/* --- A page --- */

static int
take_hex(const char **p, char end, int64_t *ret)
{
	uint64_t n = 0;
	size_t len = 0;

	for (; **p != '\0' && **p != end; (*p)++, len++) {
		const char *digits = "0123456789abcdef";
		const char *digit = strchr(digits, **p);

		if (digit == NULL || len == 16)
			return -EINVAL;
		n = n << 4 | (uint64_t)(digit - digits);
	}
	if (len == 0 || **p != end)
		return -EINVAL;
	*ret = (int64_t)n;
	return 0;
}

static int
read_cursor(struct search_run *run)
{
	const char *p = run->query->after;

	if (p == NULL || *p == '\0')
		return 0;
	if (*p++ != (char)run->order || take_hex(&p, '.', &run->after.rank) < 0)
		return -EINVAL;
	p++;
	run->resumed = true;
	return take_hex(&p, '\0', &run->after.id) < 0 || run->after.id < 0
		   ? -EINVAL
		   : 0;
}

static enum search_order
order_of(const struct search_query *query, const struct search_plan *plan)
{
	if (query->sort == SEARCH_NEWEST)
		return ORDER_NEWEST;
	if (query->sort == SEARCH_NEAREST)
		return ORDER_NEAREST;
	if (plan->word_count > 0)
		return query->located ? ORDER_BLEND : ORDER_BEST;
	return query->located ? ORDER_NEAREST : ORDER_NEWEST;
}

static void
take_hit(struct statement *row, struct search_run *run,
    const struct search_candidate *candidate, struct search_hit *hit)
{
	struct arena *arena = run->arena;

	hit->entry_id = db_take_int(row);
	hit->object_uri = db_take_text(row, arena);
	hit->domain = db_take_text(row, arena);
	hit->kind = (enum search_kind)db_take_int(row);
	hit->name = db_take_text(row, arena);
	hit->excerpt = db_take_text(row, arena);
	hit->place = db_take_text(row, arena);
	hit->stage = db_take_text(row, arena);
	hit->url = db_take_text(row, arena);
	hit->located = db_take_bool(row);
	hit->latitude = db_take_real(row);
	hit->longitude = db_take_real(row);
	hit->updated = db_take_int(row);
	hit->partial = candidate->partial;
	hit->distance_km =
	    run->query->located && hit->located
		? curve_distance(run->query->latitude, run->query->longitude,
		      hit->latitude, hit->longitude)
		: -1;
}

/* What is no longer live is not shown, whatever the index says. */
static int
load(struct search_run *run, const struct search_candidate *candidate,
    struct search_page *page)
{
	static const char sql[] =
	    "SELECT s.entry_id, e.object_uri, o.domain, s.kind, s.name,"
	    " s.excerpt, s.place, s.stage, s.url, s.located, s.latitude,"
	    " s.longitude, s.updated FROM search_entry AS s"
	    " JOIN catalogue_entry AS e ON e.id = s.entry_id"
	    " JOIN catalogue_origin AS o ON o.id = s.origin_id"
	    " WHERE s.id = ?1 AND e.kind = 0"
	    " AND e.object_hash = s.object_hash";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(run->db, sql, VALUES(db_int(candidate->id)), &row);

	if (r == 0)
		take_hit(row, run, candidate, &page->hits[page->count++]);
	return r == -ENOENT ? 0 : r;
}

static int
fill(struct search_run *run, struct search_page *page)
{
	size_t count = MIN(run->count, run->query->limit);
	const struct search_candidate *last;
	int r = 0;

	page->hits = arena_alloc(run->arena, (count + 1) * sizeof(*page->hits));
	for (size_t i = 0; r == 0 && i < count; i++)
		r = load(run, &run->best[i], page);
	if (run->count <= run->query->limit || count == 0)
		return r;
	last = &run->best[count - 1];
	page->next = arena_printf(run->arena, "%c%" PRIx64 ".%" PRIx64,
	    (int)run->order, (uint64_t)last->rank, (uint64_t)last->id);
	return r;
}

static int
find(struct search_run *run)
{
	switch (run->order) {
	case ORDER_BEST:
		return search_best(run);
	case ORDER_BLEND:
	case ORDER_NEAREST:
		return search_near(run);
	case ORDER_NEWEST:
		break;
	}
	return search_newest(run);
}

int
search_run(struct db *db, struct arena *arena, const struct search_query *query,
    struct search_page *ret)
{
	struct search_run run = {
		.db = db,
		.arena = arena,
		.query = query,
		.want = query->limit + 1,
	};
	struct search_page page = { 0 };
	bool begun;
	int r = search_plan_make(db, arena, query, &run.plan);

	if (r < 0)
		return r;
	run.order = order_of(query, &run.plan);
	r = read_cursor(&run);
	if (r < 0)
		return r;
	begun = !run.plan.hopeless && !db_in_transaction(db);
	if (begun)
		r = store_begin_read(db);
	if (r == 0 && !run.plan.hopeless) {
		r = find(&run);
		if (r == 0)
			r = fill(&run, &page);
	}
	if (begun)
		store_end_read(db);
	if (r == 0)
		*ret = page;
	return r;
}
