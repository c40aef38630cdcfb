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
	RING_ROWS = 40000, /* read of a ring at most */
	FINE = 100,        /* ranks per kilometre */
	HALFWAY_KM = 30,   /* where nearness is a half */
	NOWHERE_KM = 500,  /* as if what has no place were so far */
};

/* What a ring was read into. */
struct ring {
	int64_t ids[RING_ROWS], some[RING_ROWS];
	uint8_t named[RING_ROWS];
	size_t count;
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
bound_at(const struct search_run *run, unsigned mask, double km)
{
	if (run->order == ORDER_NEAREST)
		return km > 1e6 ? INT64_MIN : -(int64_t)(km * FINE);
	return search_rank(&run->plan, mask, search_named(&run->plan, mask), 0,
	    isinf(km) ? 0 : nearness(km));
}

static const char *
write_match(struct search_run *run, unsigned mask, const char *named,
    const struct search_cover *cover)
{
	struct buf match;
	const char *ret;

	buf_init(&match, SEARCH_MATCH_MAX);
	search_match_words(&match, &run->plan, mask);
	if (named != NULL) {
		search_match_and(&match);
		search_match_term(&match, "_", named);
	}
	search_match_rest(&match, &run->plan, cover);
	ret = arena_strdup(run->arena, buf_str(&match));
	buf_done(&match);
	return ret;
}

/* Marks those of a ring that have a word in the name. */
static int
mark_named(struct search_run *run, unsigned mask, size_t word,
    const struct search_cover *cover, struct ring *ring)
{
	size_t count = 0, at = 0;
	int r = search_ids(run->db,
	    write_match(run, mask, run->plan.words[word], cover), 0, RING_ROWS,
	    ring->some, &count);

	for (size_t i = 0; i < count; i++) {
		while (at < ring->count && ring->ids[at] < ring->some[i])
			at++;
		if (at < ring->count && ring->ids[at] == ring->some[i])
			ring->named[at] |= (uint8_t)(1u << word);
	}
	return r;
}

static int
read_ring(struct search_run *run, unsigned mask,
    const struct search_cover *cover, struct ring *ring)
{
	unsigned named = search_named(&run->plan, mask);
	int r = search_ids(run->db, write_match(run, mask, NULL, cover), 0,
	    RING_ROWS, ring->ids, &ring->count);

	for (size_t i = 0; i < ring->count; i++)
		ring->named[i] = 0;
	if (run->order == ORDER_NEAREST || ring->count == 0)
		return r;
	for (size_t i = 0; r == 0 && i < run->plan.word_count; i++) {
		if ((named & 1u << i) != 0)
			r = mark_named(run, mask, i, cover, ring);
	}
	return r;
}

static void
judge(struct search_run *run, unsigned mask, const struct ring *ring)
{
	const struct search_query *query = run->query;
	unsigned all = (1u << run->plan.word_count) - 1;
	bool bounded = query->within_km > 0;

	for (size_t i = 0; i < ring->count; i++) {
		int64_t id = ring->ids[i], rank;
		double km = distance_of(run, id);

		if ((bounded && km > query->within_km) ||
		    (!curve_located(id) &&
			(bounded || run->order == ORDER_NEAREST)))
			continue;
		rank = run->order == ORDER_NEAREST
			   ? -(int64_t)(km * FINE)
			   : search_rank(&run->plan, mask, ring->named[i],
				 curve_class(id), nearness(km));
		search_keep(run, rank, id, mask != all);
	}
}

static int
search_rings(struct search_run *run, unsigned mask, struct ring *ring)
{
	struct search_cover cover;
	double reached = 0;
	int r = 0;

	for (size_t i = 0;
	     r == 0 && !search_settled(run, bound_at(run, mask, reached)) &&
	     search_cover_ring(run->arena, run->query, i, &cover);
	     i++) {
		/* What comes after the cursor is farther than that. */
		if (run->resumed && run->order == ORDER_NEAREST &&
		    cover.reach_km < (double)-run->after.rank / FINE &&
		    cover.reach_km != run->query->within_km)
			continue;
		r = read_ring(run, mask, &cover, ring);
		if (r == 0)
			judge(run, mask, ring);
		reached = cover.reach_km;
	}
	return r;
}

int
search_near(struct search_run *run)
{
	unsigned masks[SEARCH_MASKS_MAX];
	size_t count = search_masks(&run->plan, masks);
	struct ring *ring = xcalloc(1, sizeof(*ring));
	int r = 0;

	if (count == 0) {
		masks[0] = 0;
		count = 1;
	}
	/* By distance alone, only what has all words counts. */
	if (run->order == ORDER_NEAREST)
		count = 1;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = search_rings(run, masks[i], ring);
	free(ring);
	return r;
}
