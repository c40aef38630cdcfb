/* SPDX-License-Identifier: ISC */
/*
 * search_internal.h: what the files of the search share: the terms that are
 * no words, and a query as the index is asked.  Private to the store.
 */
#ifndef STORE_SEARCH_INTERNAL_H
#define STORE_SEARCH_INTERNAL_H

#include "config/base/buf.h"
#include "store/db.h"
#include "store/search.h"
#include "store/tokenizer.h"

/*
 * Terms of the index: the stem of a word; the same with '_' before it when it
 * stands in the name; and what begins with '~', which no stem does.
 */
enum search_field {
	FIELD_KIND = 'k',
	FIELD_ORIGIN = 'o',
	FIELD_DEPARTEMENT = 'd',
	FIELD_THEME = 't',
	FIELD_STAGE = 's',
	FIELD_NEED = 'n',
	FIELD_WEEK = 'w',
	FIELD_SQUARE = 'g', /* of the map, see search_levels */
};

enum {
	SEARCH_LEVELS = 5,
	SEARCH_WEEK_SECONDS = 8 * 86400,
	SEARCH_TERM_SIZE = 64,
	SEARCH_MATCH_MAX = 16 * 1024, /* bytes of what the index is asked */
};
/* From the finest to the coarsest, levels of curve_square(). */
extern const unsigned search_levels[SEARCH_LEVELS];

void search_term_number(
    char ret[SEARCH_TERM_SIZE], enum search_field field, int64_t number);
/* "" when nothing remains of the text. */
void search_term_text(struct arena *arena, char ret[SEARCH_TERM_SIZE],
    enum search_field field, const char *text);
void search_term_square(
    char ret[SEARCH_TERM_SIZE], unsigned level, uint64_t square);
int64_t search_week(int64_t time); /* of eight days */

/* A query taken apart. */
struct search_plan {
	const struct search_query *query;
	const char *words[SEARCH_WORDS_MAX]; /* stems, rarest first */
	int64_t weights[SEARCH_WORDS_MAX];   /* 1 and more, of the rare more */
	size_t word_count;
	bool hopeless;       /* nothing can be found */
	const char *filters; /* " AND ..." or "" */
};
int search_plan_make(struct db *db, struct arena *arena,
    const struct search_query *query, struct search_plan *ret) MUST_CHECK;

/* "AND" between what there already is and what follows. */
void search_match_and(struct buf *match);
void search_match_term(struct buf *match, const char *prefix, const char *term);
/* Rows have the words of a mask and no others; those of named stand in the
 * name, and, when it is exact, no others of search_named(). */
struct search_pattern {
	unsigned mask, named;
	bool exact;
};
void search_match_words(struct buf *match, const struct search_plan *plan,
    const struct search_pattern *pattern);
/* The words of a mask that are looked for in the name, rarest first, at most
 * SEARCH_NAMED_MAX. */
enum { SEARCH_NAMED_MAX = 3 };
unsigned search_named(const struct search_plan *plan, unsigned mask);

/* A circle as squares of the map: ("..." OR "..."). */
struct search_cover {
	const char *match;
	double reach_km; /* all that is nearer is in it */
};
/* Around the query's position, all within km. */
void search_cover_circle(struct arena *arena, const struct search_query *query,
    double km, struct search_cover *ret);
/* What a match of words is further restricted by. */
void search_match_rest(struct buf *match, const struct search_plan *plan,
    const struct search_cover *cover);
/* The i-th ring outward; false after the last. */
bool search_cover_ring(struct arena *arena, const struct search_query *query,
    size_t i, struct search_cover *ret);

/* --- What a search has found so far --- */

/* In order of rank, highest first, then of id. */
struct search_candidate {
	int64_t rank, id;
	bool partial;
};

enum search_order {
	ORDER_BEST = 'b',    /* by text */
	ORDER_BLEND = 'a',   /* by text and distance */
	ORDER_NEAREST = 'n', /* by distance */
	ORDER_NEWEST = 't',
};

struct search_run {
	struct db *db;
	struct arena *arena;
	const struct search_query *query;
	struct search_plan plan;
	enum search_order order;
	bool resumed; /* only what comes after this: */
	struct search_candidate after;
	struct search_candidate best[SEARCH_LIMIT_MAX + 1];
	size_t count, want;
};

/* Keeps it if it is among the first that are wanted. */
void search_keep(
    struct search_run *run, int64_t rank, int64_t id, bool partial);
/* All that are wanted were found, and nothing up to this rank is better. */
bool search_settled(const struct search_run *run, int64_t rank);
/*
 * Ids that match, from one on, in order, at most max; an empty match is
 * everything.
 */
int search_ids(struct db *db, const char *match, int64_t from, size_t max,
    int64_t *ret, size_t *ret_count) MUST_CHECK;

/* Rows in order of ids, and the words of each that stand in its name. */
enum { SEARCH_ROWS_MAX = 40000 };
struct search_rows {
	int64_t ids[SEARCH_ROWS_MAX], some[SEARCH_ROWS_MAX];
	uint8_t named[SEARCH_ROWS_MAX];
	size_t count, max;
};
/* What the index is asked; a cover without a match is everywhere. */
const char *search_pattern_match(struct search_run *run,
    const struct search_pattern *pattern, const struct search_cover *cover);
/* All of a pattern, at most max. */
int search_rows_read(struct search_run *run,
    const struct search_pattern *pattern, const struct search_cover *cover,
    size_t max, struct search_rows *rows) MUST_CHECK;
/* Then, of a pattern that is not exact: which words stand in the name. */
int search_rows_mark(struct search_run *run, unsigned mask,
    const struct search_cover *cover, struct search_rows *rows) MUST_CHECK;

/* Farther away than a query allows. */
bool search_outside(const struct search_query *query, int64_t id);

/* The orders; each fills run->best. */
int search_best(struct search_run *run) MUST_CHECK;
int search_near(struct search_run *run) MUST_CHECK; /* BLEND and NEAREST */
int search_newest(struct search_run *run) MUST_CHECK;

/* Masks of words, most words first, then what they weigh.  Returns how many,
 * at most SEARCH_MASKS_MAX. */
enum { SEARCH_MASKS_MAX = 16 };
size_t search_masks(
    const struct search_plan *plan, unsigned ret[SEARCH_MASKS_MAX]);
/*
 * Rank of the words of a mask, of which those of another stand in the name,
 * in an entry of a class; it decides by how many words there are first.
 */
int64_t search_rank(const struct search_plan *plan, unsigned mask,
    unsigned named, unsigned class, double nearness);

#endif
