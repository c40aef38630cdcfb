/* SPDX-License-Identifier: ISC */
/*
 * search.h: finding what the catalogues hold: by words, by place, by what it
 * is, and completing what is being typed.  What is indexed of an entry is
 * made by federation/catalogue_index.h.
 *
 * Words are compared as tokenizer.h says.  An entry that has all words comes
 * before one that lacks some, and one that has them in its name before one
 * that does not; short texts before long ones; with a place, near before far.
 * All this stands in the ids of rows and in the terms of the index, and the
 * lists of the index are read best first: a search reads some hundreds of
 * rows, whatever the words (search_run.c).
 *
 * Memory: results are in the caller's arena.  Errors: see store.h, and those
 * of each function.  Thread: the handle's; search_put() and search_remove()
 * only in a writer job; all else on any connection, bounded, for a web thread.
 */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "store/store.h"

enum search_kind {
	SEARCH_PROJECT,
	SEARCH_PROFILE,
	SEARCH_NEED,
	SEARCH_OFFER,
	SEARCH_KIND_COUNT
};

/* "project", "profile", "need", "offer". */
const char *search_kind_word(enum search_kind kind);
int search_kind_parse(const char *word, enum search_kind *ret) MUST_CHECK;

enum {
	SEARCH_TEXT_MAX = 1024, /* bytes read of what is searched */
	SEARCH_WORDS_MAX = 8,   /* words of it that count */
	SEARCH_LIMIT_MAX = 100,
	SEARCH_CURSOR_SIZE = 64,
	SEARCH_KEYWORDS_MAX = 64,
	SEARCH_BODY_MAX = 16 * 1024, /* bytes indexed of a text */
	SEARCH_TERMS_MAX = 400,      /* words indexed of an entry */
	SEARCH_COUNT_MAX = 1000,     /* counted one by one at most */
};

/* --- What is findable --- */

/* What does not apply is NULL. */
struct search_document {
	int64_t entry_id, origin_id;
	const char *object_uri;
	enum search_kind kind;
	const char *name;
	const char *text;    /* plain */
	const char *excerpt; /* plain, shown */
	const char *const *themes, *const *skills;
	size_t theme_count, skill_count;
	const char *stage, *need;
	const char *place;       /* the commune's name, a word of the text */
	const char *departement; /* "91", "2A", "974" */
	bool located;
	double latitude, longitude;
	const char *url;
	int64_t updated;
};

/* Makes an entry findable, in place of what was there of the same entry_id. */
int search_put(struct db *db, const struct search_document *document)
    MUST_CHECK;
/* 0 also when it was not findable. */
int search_remove(struct db *db, int64_t entry_id) MUST_CHECK;
/* At most limit entries of an origin; *ret_count is how many there were. */
int search_remove_origin(struct db *db, struct arena *arena, int64_t origin_id,
    size_t limit, size_t *ret_count) MUST_CHECK;
/*
 * Live entries of a log with a number above `after` that are not findable;
 * looks at no more than `limit` entries.  *ret_after is the number of the last
 * that it looked at, 0 when there were no more.
 */
int search_missing(struct db *db, int64_t origin_id, int64_t after,
    size_t limit, int64_t *ret_seqs, size_t *ret_count, int64_t *ret_after)
    MUST_CHECK;

/*
 * One step of keeping the index quick, some tens of milliseconds; *ret_more:
 * call again.  Whole: when it lies in many parts it is written anew as one,
 * after much was added (some seconds in steps for a million entries).
 */
int search_tidy(struct db *db, bool whole, bool *ret_more) MUST_CHECK;

/* --- Searching --- */

enum search_sort {
	SEARCH_BEST, /* text and distance; without words nearest; else newest */
	SEARCH_NEAREST, /* needs a position */
	SEARCH_NEWEST,
};

/* What is NULL, 0 or false does not restrict. */
struct search_query {
	const char *text; /* any bytes; without a word in it nothing is found */
	unsigned kinds;   /* 1 << enum search_kind, or'ed */
	const char *theme, *stage;
	const char *need;      /* the kind of a need or an offer */
	const char *territory; /* domain of an origin */
	const char *departement;
	bool located;
	double latitude, longitude;
	double within_km; /* needs a position */
	enum search_sort sort;
	const char *after; /* search_page.next of the page before */
	size_t limit;      /* 1 to SEARCH_LIMIT_MAX */
};

struct search_hit {
	int64_t entry_id;
	const char *object_uri, *domain;
	enum search_kind kind;
	const char *name, *excerpt, *place, *stage, *url;
	bool located;
	double latitude, longitude;
	double distance_km; /* from the query's position, < 0 without */
	int64_t updated;
	bool partial; /* it lacks some of the words */
};

struct search_page {
	struct search_hit *hits;
	size_t count;
	const char *next; /* NULL: there is no more */
};

/*
 * Pages are stable: what is added or goes between two of them neither repeats
 * nor skips the rest.  -EINVAL: a cursor that is none of this query's order,
 * or an order or distance that needs a position.
 */
int search_run(struct db *db, struct arena *arena,
    const struct search_query *query, struct search_page *ret) MUST_CHECK;

struct search_territory_count {
	const char *domain;
	int64_t count;
};
struct search_counts {
	int64_t total, kinds[SEARCH_KIND_COUNT];
	struct search_territory_count *territories; /* most first */
	size_t territory_count;
	bool more; /* only SEARCH_COUNT_MAX were counted */
};
/* Of all that a query finds with all its words, whatever its cursor, order
 * and limit; exact without words and filters. */
int search_counts(struct db *db, struct arena *arena,
    const struct search_query *query, struct search_counts *ret) MUST_CHECK;

/*
 * About where the entries of an origin are: the mean of a few of them.
 * -ENOENT: none of them says where it is.
 */
int search_origin_place(struct db *db, int64_t origin_id, double *ret_latitude,
    double *ret_longitude) MUST_CHECK;

struct search_completion {
	const char *text; /* what was typed, its last word completed */
	int64_t count;    /* entries with that word */
};
/*
 * What a text that is being typed may become, commonest first; its last word
 * has two letters or more, else there is nothing.
 */
int search_complete(struct db *db, struct arena *arena, const char *text,
    size_t limit, struct search_completion **ret, size_t *ret_count) MUST_CHECK;

#endif
