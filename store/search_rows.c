/* SPDX-License-Identifier: ISC */
/* All that has the words of a mask, within a cover, with what ranks it. */
#include <string.h>

#include "store/search_curve.h"
#include "store/search_internal.h"

const char *
search_pattern_match(struct search_run *run,
    const struct search_pattern *pattern, const struct search_cover *cover)
{
	struct buf match;
	const char *ret;

	buf_init(&match, SEARCH_MATCH_MAX);
	search_match_words(&match, &run->plan, pattern);
	search_match_rest(&match, &run->plan, cover);
	ret = arena_strdup(run->arena, buf_str(&match));
	buf_done(&match);
	return ret;
}

int
search_rows_read(struct search_run *run, const struct search_pattern *pattern,
    const struct search_cover *cover, size_t max, struct search_rows *rows)
{
	int r;

	rows->max = MIN(max, SEARCH_ROWS_MAX);
	r = search_ids(run->db, search_pattern_match(run, pattern, cover), 0,
	    rows->max, rows->ids, &rows->count);
	memset(rows->named, (int)pattern->named, rows->count);
	return r;
}

/* Marks those that have a word in the name. */
static int
mark_named(struct search_run *run, unsigned mask, unsigned word,
    const struct search_cover *cover, struct search_rows *rows)
{
	const struct search_pattern pattern = { .mask = mask,
		.named = 1u << word };
	struct buf match;
	size_t count = 0, at = 0;
	int r;

	buf_init(&match, SEARCH_MATCH_MAX);
	search_match_words(&match, &run->plan, &pattern);
	search_match_rest(&match, &run->plan, cover);
	r = search_ids(
	    run->db, buf_str(&match), 0, rows->max, rows->some, &count);
	buf_done(&match);
	for (size_t i = 0; i < count; i++) {
		while (at < rows->count && rows->ids[at] < rows->some[i])
			at++;
		if (at < rows->count && rows->ids[at] == rows->some[i])
			rows->named[at] |= (uint8_t)(1u << word);
	}
	return r;
}

int
search_rows_mark(struct search_run *run, unsigned mask,
    const struct search_cover *cover, struct search_rows *rows)
{
	unsigned named = search_named(&run->plan, mask);
	int r = 0;

	if (run->order == ORDER_NEAREST || rows->count == 0)
		return 0;
	for (unsigned i = 0; r == 0 && i < run->plan.word_count; i++) {
		if ((named & 1u << i) != 0)
			r = mark_named(run, mask, i, cover, rows);
	}
	return r;
}

bool
search_outside(const struct search_query *query, int64_t id)
{
	double latitude, longitude;

	if (!(query->within_km > 0))
		return false;
	if (!curve_located(id))
		return true;
	curve_point(id, &latitude, &longitude);
	return curve_distance(query->latitude, query->longitude, latitude,
		   longitude) > query->within_km;
}
