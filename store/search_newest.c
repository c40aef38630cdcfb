/* SPDX-License-Identifier: ISC */
/*
 * Searching for what is new.  What few entries match is sorted; of what many
 * match, the weeks are read backwards.
 */
#include <errno.h>
#include <stdlib.h>

#include "store/search_curve.h"
#include "store/search_internal.h"

enum {
	FEW = 300,       /* are looked up one by one */
	WEEKS_MAX = 400, /* read back */
};

static int
keep_few(struct search_run *run, const int64_t *ids, size_t count)
{
	static const char sql[] =
	    "SELECT updated FROM search_entry WHERE id = ?1";
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		int64_t updated = 0;

		if (search_outside(run->query, ids[i]))
			continue;
		r = db_number(run->db, sql, VALUES(db_int(ids[i])), &updated);
		if (r == 0)
			search_keep(run, updated, ids[i], false);
		if (r == -ENOENT)
			r = 0;
	}
	return r;
}

static int
compare_ids(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y ? 1 : 0;
}

/* Of many, the newest are met soon when the time is walked back. */
static int
keep_many(struct search_run *run, const int64_t *ids, size_t count,
    int64_t from, int64_t until)
{
	static const char sql[] =
	    "SELECT id, updated FROM search_entry WHERE updated >= ?1"
	    " AND updated < ?2 ORDER BY updated DESC, id";
	CLEANUP(db_done) struct statement *row = NULL;
	int r =
	    db_query(run->db, sql, VALUES(db_int(from), db_int(until)), &row);

	while (r >= 0 && (r = db_next(row)) > 0) {
		int64_t id = db_take_int(row), updated = db_take_int(row);

		if (search_settled(run, updated + 1))
			return 0;
		if (bsearch(&id, ids, count, sizeof(*ids), compare_ids) !=
			NULL &&
		    !search_outside(run->query, id))
			search_keep(run, updated, id, false);
	}
	return r;
}

/* Everything, in order. */
static int
walk(struct search_run *run)
{
	static const char sql[] =
	    "SELECT id, updated FROM search_entry WHERE updated <= ?1"
	    " ORDER BY updated DESC, id LIMIT ?2";
	static const char same[] =
	    "SELECT id, updated FROM search_entry WHERE updated = ?1"
	    " AND id > ?3 ORDER BY id LIMIT ?2";
	CLEANUP(db_done) struct statement *row = NULL;
	int64_t from = run->resumed ? run->after.rank : INT64_MAX;
	int r = 0;

	if (run->resumed)
		r = db_query(run->db, same,
		    VALUES(db_int(from), db_size(run->want),
			db_int(run->after.id)),
		    &row);
	while (row != NULL && r >= 0 && (r = db_next(row)) > 0) {
		int64_t id = db_take_int(row);

		search_keep(run, db_take_int(row), id, false);
	}
	db_done(&row);
	if (r == 0)
		r = db_query(run->db, sql,
		    VALUES(db_int(run->resumed ? from - 1 : from),
			db_size(run->want)),
		    &row);
	while (r >= 0 && (r = db_next(row)) > 0) {
		int64_t id = db_take_int(row);

		search_keep(run, db_take_int(row), id, false);
	}
	return r;
}

static int
latest_before(struct search_run *run, int64_t before, int64_t *ret)
{
	static const char sql[] =
	    "SELECT max(updated) FROM search_entry WHERE updated < ?1";

	return db_number(run->db, sql, VALUES(db_int(before)), ret);
}

/* What matches of the week before a time; *before becomes its beginning. */
static int
read_week(struct search_run *run, const struct buf *match, int64_t latest,
    int64_t *ids, int64_t *before)
{
	int64_t from = search_week(latest) * SEARCH_WEEK_SECONDS;
	char term[SEARCH_TERM_SIZE];
	size_t count = 0;
	int r;

	search_term_number(term, FIELD_WEEK, search_week(latest));
	r = search_ids(run->db,
	    arena_printf(run->arena, "%s AND \"%s\"", buf_str(match), term), 0,
	    SEARCH_ROWS_MAX, ids, &count);
	if (r == 0)
		r = count <= FEW
			? keep_few(run, ids, count)
			: keep_many(run, ids, count, from,
			      MIN(*before, from + SEARCH_WEEK_SECONDS));
	*before = from;
	return r;
}

static int
read_weeks(struct search_run *run, const struct buf *match, int64_t *ids)
{
	int64_t before = run->resumed ? run->after.rank + 1 : INT64_MAX;
	int64_t latest = 0;
	int r = 0;

	for (int i = 0; r == 0 && i < WEEKS_MAX; i++) {
		r = latest_before(run, before, &latest);
		if (r < 0 || search_settled(run, latest + 1))
			break;
		r = read_week(run, match, latest, ids, &before);
	}
	return r == -ENOENT ? 0 : r;
}

static int
search_matching(struct search_run *run, const struct buf *match)
{
	int64_t *ids = xmalloc(SEARCH_ROWS_MAX * sizeof(*ids));
	size_t count = 0;
	int r = search_ids(run->db, buf_str(match), 0, FEW, ids, &count);

	if (r == 0)
		r = count < FEW ? keep_few(run, ids, count)
				: read_weeks(run, match, ids);
	free(ids);
	return r;
}

int
search_newest(struct search_run *run)
{
	struct search_plan *plan = &run->plan;
	struct search_cover cover = { 0 };
	struct search_pattern pattern = { 0 };
	struct buf match;
	int r;

	buf_init(&match, SEARCH_MATCH_MAX);
	pattern.mask = (1u << plan->word_count) - 1;
	search_match_words(&match, plan, &pattern);
	if (run->query->within_km > 0)
		search_cover_circle(
		    run->arena, run->query, run->query->within_km, &cover);
	search_match_rest(&match, plan, &cover);
	r = match.len == 0 ? walk(run) : search_matching(run, &match);
	buf_done(&match);
	return r;
}
