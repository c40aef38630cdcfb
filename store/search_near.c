/* SPDX-License-Identifier: ISC */
/*
 * Searching around a position: ring by ring outward, until what lies beyond
 * cannot come before what was found.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "store/search_curve.h"
#include "store/search_internal.h"

enum {
	FEW = 1500,       /* rows that are judged without going in rings */
	FINE = 100,       /* ranks per kilometre */
	HALFWAY_KM = 30,  /* where nearness is a half */
	NOWHERE_KM = 500, /* as if what has no place were so far */
};

static double
nearness(double km)
{
	return HALFWAY_KM / (HALFWAY_KM + km);
}

static double
distance_of(const struct search_run *run, int64_t id)
{
	double latitude, longitude;

	if (!curve_located(id))
		return NOWHERE_KM;
	curve_point(id, &latitude, &longitude);
	return curve_distance(
	    run->query->latitude, run->query->longitude, latitude, longitude);
}

/* Of something at a distance, at most. */
static int64_t
bound_at(const struct search_run *run, unsigned mask, unsigned named, double km)
{
	if (run->order == ORDER_NEAREST)
		return isinf(km) ? INT64_MIN : -(int64_t)(km * FINE);
	return search_rank(
	    &run->plan, mask, named, 0, isinf(km) ? 0 : nearness(km));
}

static void
judge(struct search_run *run, unsigned mask, const struct search_rows *rows)
{
	const struct search_query *query = run->query;
	unsigned all = (1u << run->plan.word_count) - 1;
	bool bounded = query->within_km > 0;

	for (size_t i = 0; i < rows->count; i++) {
		int64_t id = rows->ids[i], rank;
		double km = distance_of(run, id);

		if ((bounded && km > query->within_km) ||
		    (!curve_located(id) &&
			(bounded || run->order == ORDER_NEAREST)))
			continue;
		rank = run->order == ORDER_NEAREST
			   ? -(int64_t)(km * FINE)
			   : search_rank(&run->plan, mask, rows->named[i],
				 curve_class(id), nearness(km));
		search_keep(run, rank, id, mask != all);
	}
}

/* Few are judged as they are, without going in rings. */
static int
judge_few(struct search_run *run, const struct search_pattern *pattern,
    struct search_rows *rows, bool *ret_done)
{
	static const struct search_cover everywhere;
	int r = search_rows_read(run, pattern, &everywhere, FEW, rows);

	*ret_done = r == 0 && rows->count < FEW;
	if (*ret_done && !pattern->exact)
		r = search_rows_mark(run, pattern->mask, &everywhere, rows);
	if (*ret_done && r == 0)
		judge(run, pattern->mask, rows);
	return r;
}

/*
 * Outward until nothing beyond can come before what was found.  What has no
 * word in its name is worth less, and is done with sooner, than what has.
 */
static int
search_rings(struct search_run *run, const struct search_pattern *pattern,
    struct search_rows *rows)
{
	struct search_cover cover = { 0 };
	double reached = 0;
	int r = 0;

	for (size_t i = 0; r == 0 &&
			   !search_settled(run, bound_at(run, pattern->mask,
						    pattern->named, reached)) &&
			   search_cover_ring(run->arena, run->query, i, &cover);
	     i++) {
		/* What comes after the cursor is farther than that. */
		if (run->resumed && run->order == ORDER_NEAREST &&
		    cover.reach_km < (double)-run->after.rank / FINE &&
		    cover.reach_km != run->query->within_km)
			continue;
		r = search_rows_read(
		    run, pattern, &cover, SEARCH_ROWS_MAX, rows);
		if (r == 0)
			judge(run, pattern->mask, rows);
		reached = cover.reach_km;
	}
	return r;
}

static int
search_patterns(struct search_run *run, unsigned mask, struct search_rows *rows)
{
	unsigned looked = search_named(&run->plan, mask), named = looked;
	int r;

	for (;;) {
		const struct search_pattern pattern = { mask, named, true };
		bool done = false;

		r = judge_few(run, &pattern, rows, &done);
		if (r == 0 && !done)
			r = search_rings(run, &pattern, rows);
		if (r < 0 || named == 0)
			return r;
		named = (named - 1) & looked;
	}
}

static int
search_mask(struct search_run *run, unsigned mask, struct search_rows *rows)
{
	const struct search_pattern pattern = { .mask = mask };
	bool done = false;
	int r;

	if (search_settled(
		run, bound_at(run, mask, search_named(&run->plan, mask), 0)))
		return 0;
	if (mask == 0)
		return search_rings(run, &pattern, rows);
	r = judge_few(run, &pattern, rows, &done);
	if (r < 0 || done)
		return r;
	if (run->order == ORDER_NEAREST)
		return search_rings(run, &pattern, rows);
	return search_patterns(run, mask, rows);
}

int
search_near(struct search_run *run)
{
	unsigned masks[SEARCH_MASKS_MAX];
	size_t count = search_masks(&run->plan, masks);
	struct search_rows *rows = xmalloc(sizeof(*rows));
	int r = 0;

	if (count == 0) {
		masks[0] = 0;
		count = 1;
	}
	/* By distance alone, only what has all words counts. */
	if (run->order == ORDER_NEAREST)
		count = 1;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = search_mask(run, masks[i], rows);
	free(rows);
	return r;
}
