/* SPDX-License-Identifier: ISC */
/*
 * parvis_search_bench [--in FOLDER|--dump FOLDER] [ENTRIES...]: what searching
 * costs in a country of so many entries (130,000 and 1,000,000): how long the
 * index takes to build and how large it is, milliseconds of one search of each
 * class at the median and the 99th percentile, one thread, warm, and how many
 * of the exact top ten a page shows.
 *
 * A folder under /tmp is used and goes again; --in uses one that stays, with
 * the database that it may hold of a run before.  --dump measures nothing and
 * writes entries and queries as text for search_postgres.sh.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/db.h"
#include "store/search_curve.h"
#include "store/search_internal.h"
#include "tests/bench/bench.h"
#include "tests/bench/country.h"

enum {
	SEED = 20261,
	BATCH = 1000, /* entries in one transaction */
	ROUNDS = 300, /* searches of a class */
	EXACT = 40,   /* of them compared with the exact top ten */
	TOP = 10,
	PAGE = 20,
	WITHIN_KM = 30,
	STATE = 2048,
};

struct class {
	const char *name;
	/* Fills query i; its texts in the arena. */
	void (*make)(const struct country *country, struct arena *arena,
	    uint64_t i, struct search_query *query);
	bool exact; /* compared */
};

static void
must(int r, const char *what)
{
	if (r < 0)
		bench_die("%s: error %d", what, r);
}

static double
cpu_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* --- Queries --- */

/* Words that about a half and a third of the texts have. */
static const char *const half[] = { "projet", "lieu", "besoin", "territoire" };
static const char *const third[] = { "association", "atelier", "habitants",
	"chantier", "permaculture" };

static const char *
one_word(
    const struct country *country, struct arena *arena, uint64_t i, size_t skip)
{
	struct search_document document;
	struct tokenizer *tokenizer = tokenizer_new();
	struct token tokens[64];
	size_t count;

	country_entry(country, arena, i * 7919 % 100000, &document);
	count = tokenizer_words(
	    tokenizer, arena, document.text, strlen(document.text), tokens, 64);
	tokenizer_free(&tokenizer);
	return tokens[skip % count].word;
}

static void
make_rare(const struct country *country, struct arena *arena, uint64_t i,
    struct search_query *query)
{
	struct search_document document;

	country_entry(country, arena, i * 7919 % 100000, &document);
	/* The last word is an invented name. */
	query->text = strrchr(document.text, ' ') + 1;
}

static void
make_two(const struct country *country, struct arena *arena, uint64_t i,
    struct search_query *query)
{
	query->text = arena_printf(arena, "%s %s",
	    one_word(country, arena, i, 7), one_word(country, arena, i, 13));
}

static void
make_three(const struct country *country, struct arena *arena, uint64_t i,
    struct search_query *query)
{
	query->text = arena_printf(arena, "%s %s %s",
	    one_word(country, arena, i, 3), one_word(country, arena, i, 9),
	    one_word(country, arena, i, 16));
}

/* Words of different entries: often no entry has all of them. */
static void
make_mixed(const struct country *country, struct arena *arena, uint64_t i,
    struct search_query *query)
{
	query->text = arena_printf(arena, "%s %s %s",
	    one_word(country, arena, i, 3), one_word(country, arena, i + 1, 9),
	    one_word(country, arena, i + 2, 12));
}

static void
make_third(const struct country *country, struct arena *arena, uint64_t i,
    struct search_query *query)
{
	(void)country;
	(void)arena;
	query->text = third[i % N_ELEMENTS(third)];
}

static void
make_half(const struct country *country, struct arena *arena, uint64_t i,
    struct search_query *query)
{
	(void)country;
	(void)arena;
	query->text = half[i % N_ELEMENTS(half)];
}

static void
make_common(const struct country *country, struct arena *arena, uint64_t i,
    struct search_query *query)
{
	(void)country;
	query->text = arena_printf(arena, "%s %s", half[i % N_ELEMENTS(half)],
	    third[i / 4 % N_ELEMENTS(third)]);
}

static void
at_commune(
    const struct country *country, uint64_t i, struct search_query *query)
{
	struct gazetteer_place place;

	country_commune(country, i, &place);
	query->located = true;
	query->latitude = place.latitude;
	query->longitude = place.longitude;
}

static void
make_near_rare(const struct country *country, struct arena *arena, uint64_t i,
    struct search_query *query)
{
	make_rare(country, arena, i, query);
	at_commune(country, i, query);
}

static void
make_near_two(const struct country *country, struct arena *arena, uint64_t i,
    struct search_query *query)
{
	make_two(country, arena, i, query);
	at_commune(country, i, query);
}

static void
make_near_half(const struct country *country, struct arena *arena, uint64_t i,
    struct search_query *query)
{
	make_half(country, arena, i, query);
	at_commune(country, i, query);
}

static void
make_within_rare(const struct country *country, struct arena *arena, uint64_t i,
    struct search_query *query)
{
	make_near_rare(country, arena, i, query);
	query->within_km = WITHIN_KM;
}

static void
make_within_two(const struct country *country, struct arena *arena, uint64_t i,
    struct search_query *query)
{
	make_near_two(country, arena, i, query);
	query->within_km = WITHIN_KM;
}

static void
make_within_third(const struct country *country, struct arena *arena,
    uint64_t i, struct search_query *query)
{
	make_third(country, arena, i, query);
	at_commune(country, i, query);
	query->within_km = WITHIN_KM;
}

static void
make_within_half(const struct country *country, struct arena *arena, uint64_t i,
    struct search_query *query)
{
	make_near_half(country, arena, i, query);
	query->within_km = WITHIN_KM;
}

static void
make_nearest(const struct country *country, struct arena *arena, uint64_t i,
    struct search_query *query)
{
	(void)arena;
	at_commune(country, i, query);
}

static void
make_nearest_need(const struct country *country, struct arena *arena,
    uint64_t i, struct search_query *query)
{
	(void)arena;
	at_commune(country, i, query);
	query->kinds = 1u << SEARCH_NEED;
	query->need = "equipment";
}

static void
make_filtered(const struct country *country, struct arena *arena, uint64_t i,
    struct search_query *query)
{
	struct gazetteer_place place;

	make_half(country, arena, i, query);
	country_commune(country, i, &place);
	query->kinds = 1u << SEARCH_PROJECT;
	query->departement = arena_strdup(arena, place.departement);
}

static void
make_newest(const struct country *country, struct arena *arena, uint64_t i,
    struct search_query *query)
{
	make_third(country, arena, i, query);
	query->sort = SEARCH_NEWEST;
	query->kinds = 1u << (i % SEARCH_KIND_COUNT);
}

static const struct class classes[] = {
	{ "a rare word", make_rare, true },
	{ "two words", make_two, true },
	{ "three words", make_three, true },
	{ "three words of three texts", make_mixed, true },
	{ "a word of a third", make_third, true },
	{ "a word of a half", make_half, true },
	{ "words of a half and a third", make_common, true },
	{ "a rare word, near", make_near_rare, true },
	{ "two words, near", make_near_two, true },
	{ "a word of a half, near", make_near_half, true },
	{ "a rare word, 30 km", make_within_rare, true },
	{ "two words, 30 km", make_within_two, true },
	{ "a word of a third, 30 km", make_within_third, true },
	{ "a word of a half, 30 km", make_within_half, true },
	{ "nearest", make_nearest, true },
	{ "nearest need of a kind", make_nearest_need, false },
	{ "a word of a half, filtered", make_filtered, false },
	{ "a word of a third, newest", make_newest, false },
};

static struct search_query
query_of(const struct class *class, const struct country *country,
    struct arena *arena, uint64_t i)
{
	struct search_query query = { .limit = PAGE };

	class->make(country, arena, i, &query);
	return query;
}

/* --- Building --- */

static void
add_origins(struct db *db)
{
	static const char sql[] =
	    "INSERT INTO catalogue_origin (id, domain, epoch, seq, count,"
	    " state, head_at) VALUES (?1, ?2, 1, 0, 0, ?3, 0)";
	static const uint8_t state[STATE];
	char domain[64];

	must(db_begin(db), "begin");
	for (int64_t i = 1; i <= COUNTRY_TERRITORIES; i++) {
		(void)snprintf(
		    domain, sizeof(domain), "t%lld.example", (long long)i);
		must(db_run(db, sql,
			 VALUES(db_int(i), db_text(domain),
			     db_blob(state, sizeof(state)))),
		    "origin");
	}
	must(db_commit(db), "commit");
}

static void
add_entry(struct db *db, const struct search_document *document)
{
	static const char sql[] =
	    "INSERT INTO catalogue_entry (id, origin_id, seq, object_uri,"
	    " object_hash, kind, document, hash, at)"
	    " VALUES (?1, ?2, ?1, ?3, ?4, 0, '', x'', 0)";

	must(db_run(db, sql,
		 VALUES(db_int(document->entry_id), db_int(document->origin_id),
		     db_text(document->object_uri),
		     db_hash(document->object_uri))),
	    "entry");
}

/* As housekeeping does; seconds that it took. */
static double
tidy(struct db *db)
{
	double start = cpu_ms();
	bool more = true;

	while (more) {
		must(db_begin(db), "begin");
		must(search_tidy(db, true, &more), "tidy");
		must(db_commit(db), "commit");
		db_tidy(db);
	}
	return (cpu_ms() - start) / 1e3;
}

/* Seconds that the index alone took. */
static double
build(struct db *db, const struct country *country, uint64_t count)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	double spent = 0;

	add_origins(db);
	for (uint64_t i = 0; i < count;) {
		uint64_t end = MIN(i + BATCH, count);
		struct search_document documents[BATCH];
		double start;

		arena_reset(arena);
		must(db_begin(db), "begin");
		for (uint64_t j = i; j < end; j++) {
			country_entry(country, arena, j, &documents[j - i]);
			add_entry(db, &documents[j - i]);
		}
		start = cpu_ms();
		for (uint64_t j = i; j < end; j++)
			must(search_put(db, &documents[j - i]), "put");
		must(db_commit(db), "commit");
		spent += (cpu_ms() - start) / 1e3;
		db_tidy(db);
		i = end;
	}
	return spent;
}

static double
megabytes(struct db *db, const char *what)
{
	static const char all[] =
	    "SELECT page_count * page_size FROM pragma_page_count,"
	    " pragma_page_size";
	static const char index[] =
	    "SELECT sum(length(block)) FROM search_index_data";
	int64_t bytes = 0;

	must(db_number(db, *what == 'i' ? index : all, NO_VALUES, &bytes),
	    "size");
	return (double)bytes / 1e6;
}

/* --- Exactly, by looking at everything --- */

struct exact {
	int64_t *ids;
	uint8_t *mask, *named;
	size_t count;
};

static void
mark(struct db *db, struct exact *exact, const char *prefix, const char *word,
    uint8_t *marks, unsigned bit)
{
	static const char sql[] =
	    "SELECT rowid FROM search_index WHERE search_index MATCH ?1"
	    " ORDER BY rowid";
	CLEANUP(db_done) struct statement *row = NULL;
	char match[256];
	size_t at = 0;
	int r;

	(void)snprintf(match, sizeof(match), "\"%s%s\"", prefix, word);
	r = db_query(db, sql, VALUES(db_text(match)), &row);
	while (r >= 0 && (r = db_next(row)) > 0) {
		int64_t id = db_take_int(row);

		while (exact->ids[at] < id)
			at++;
		marks[at] |= (uint8_t)(1u << bit);
	}
	must(r, "exact");
}

static int
descending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

static int64_t
exact_rank(const struct search_plan *plan, const struct exact *exact, size_t i)
{
	const struct search_query *query = plan->query;
	double latitude, longitude, km = 0;

	if (query->located) {
		curve_point(exact->ids[i], &latitude, &longitude);
		km = curve_distance(
		    query->latitude, query->longitude, latitude, longitude);
		if (query->within_km > 0 && km > query->within_km)
			return INT64_MIN;
	}
	if (plan->word_count == 0)
		return -(int64_t)(km * 100);
	if (exact->mask[i] == 0)
		return INT64_MIN;
	return search_rank(plan, exact->mask[i], exact->named[i],
	    curve_class(exact->ids[i]),
	    query->located ? 30.0 / (30.0 + km) : 1);
}

/* The rank of the tenth and how many there are up to there. */
static size_t
exact_top(struct db *db, const struct search_plan *plan, struct exact *exact,
    int64_t *ret_rank)
{
	int64_t *ranks = xcalloc(exact->count, sizeof(*ranks));
	size_t found = 0;

	memset(exact->mask, 0, exact->count);
	memset(exact->named, 0, exact->count);
	for (unsigned i = 0; i < plan->word_count; i++) {
		mark(db, exact, "", plan->words[i], exact->mask, i);
		mark(db, exact, "_", plan->words[i], exact->named, i);
	}
	for (size_t i = 0; i < exact->count; i++) {
		ranks[found] = exact_rank(plan, exact, i);
		if (ranks[found] != INT64_MIN)
			found++;
	}
	qsort(ranks, found, sizeof(*ranks), descending);
	found = MIN(found, TOP);
	*ret_rank = found == 0 ? 0 : ranks[found - 1];
	free(ranks);
	return found;
}

/* Of the page's first ten, those that are among the exact ten, ties too. */
static double
kept(struct db *db, struct arena *arena, const struct search_query *query,
    struct exact *exact)
{
	static const char sql[] =
	    "SELECT id FROM search_entry WHERE entry_id = ?1";
	struct search_plan plan;
	struct search_page page;
	int64_t rank = 0, id = 0;
	size_t top, right = 0;

	must(search_plan_make(db, arena, query, &plan), "plan");
	top = exact_top(db, &plan, exact, &rank);
	must(search_run(db, arena, query, &page), "search");
	for (size_t i = 0; i < MIN(page.count, TOP); i++) {
		size_t low = 0, high = exact->count;

		must(db_number(
			 db, sql, VALUES(db_int(page.hits[i].entry_id)), &id),
		    "id");
		while (low < high) {
			size_t middle = (low + high) / 2;

			if (exact->ids[middle] < id)
				low = middle + 1;
			else
				high = middle;
		}
		right += exact_rank(&plan, exact, low) >= rank;
	}
	return top == 0 ? 1 : (double)MIN(right, top) / (double)top;
}

static void
load_exact(struct db *db, struct exact *exact, size_t count)
{
	exact->ids = xcalloc(count + 1, sizeof(*exact->ids));
	exact->mask = xcalloc(count + 1, 1);
	exact->named = xcalloc(count + 1, 1);
	must(search_ids(db, "", 0, count, exact->ids, &exact->count), "ids");
	exact->ids[exact->count] = INT64_MAX;
}

/* --- Measuring --- */

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x > y ? 1 : x < y ? -1 : 0;
}

static void
print_row(const char *name, double *ms, size_t count, double share)
{
	char exact[16] = "";

	qsort(ms, count, sizeof(*ms), ascending);
	if (share >= 0)
		(void)snprintf(exact, sizeof(exact), "%.2f", share);
	(void)printf("%-30s %8.2f %8.2f %8.2f %8s\n", name, ms[count / 2],
	    ms[count * 99 / 100], ms[count - 1], exact);
	(void)fflush(stdout);
}

static void
run_class(struct db *db, const struct country *country,
    const struct class *class, struct exact *exact)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	double ms[ROUNDS], share = 0;
	struct search_page page;

	/* Twice: the first time warms up. */
	for (size_t i = 0; i < 2 * ROUNDS; i++) {
		struct search_query query;
		double start;

		arena_reset(arena);
		query = query_of(class, country, arena, i % ROUNDS);
		start = cpu_ms();
		must(search_run(db, arena, &query, &page), class->name);
		ms[i % ROUNDS] = cpu_ms() - start;
	}
	for (size_t i = 0; class->exact && i < EXACT; i++) {
		struct search_query query;

		arena_reset(arena);
		query = query_of(class, country, arena, i);
		share += kept(db, arena, &query, exact) / EXACT;
	}
	print_row(class->name, ms, ROUNDS, class->exact ? share : -1);
}

static void
run_completion(struct db *db, const struct country *country, size_t letters)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	double ms[ROUNDS];
	char name[64];

	for (size_t i = 0; i < 2 * ROUNDS; i++) {
		struct search_document document;
		struct search_completion *items;
		const char *typed;
		size_t count;
		double start;

		arena_reset(arena);
		country_entry(country, arena, i % ROUNDS, &document);
		typed = arena_strndup(arena, document.name, letters);
		start = cpu_ms();
		must(search_complete(db, arena, typed, 10, &items, &count),
		    "complete");
		ms[i % ROUNDS] = cpu_ms() - start;
	}
	(void)snprintf(name, sizeof(name), "completion, %zu letters", letters);
	print_row(name, ms, ROUNDS, -1);
}

static void
run_counts(struct db *db, const struct country *country)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	double ms[ROUNDS];
	struct search_counts counts;

	for (size_t i = 0; i < 2 * ROUNDS; i++) {
		struct search_query query = { .limit = PAGE };
		double start;

		arena_reset(arena);
		make_half(country, arena, i, &query);
		start = cpu_ms();
		must(search_counts(db, arena, &query, &counts), "counts");
		ms[i % ROUNDS] = cpu_ms() - start;
	}
	print_row("counts, a word of a half", ms, ROUNDS, -1);
}

static void
run_all(const char *folder, const struct country *country, uint64_t count)
{
	struct db *db = NULL;
	struct exact exact;

	must(store_open_reader(folder, &db), "open");
	load_exact(db, &exact, count);
	(void)printf("%-30s %8s %8s %8s %8s\n", "milliseconds of CPU", "p50",
	    "p99", "max", "exact");
	for (size_t i = 0; i < N_ELEMENTS(classes); i++)
		run_class(db, country, &classes[i], &exact);
	for (size_t letters = 2; letters <= 5; letters++)
		run_completion(db, country, letters);
	run_counts(db, country);
	free(exact.ids);
	free(exact.mask);
	free(exact.named);
	store_close(&db);
}

/* --- For the other side --- */

static void
dump_entries(const char *folder, const struct country *country, uint64_t count)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	FILE *out = fopen(arena_printf(arena, "%s/entries.tsv", folder), "we");

	if (out == NULL)
		bench_die("%s: cannot be written", folder);
	for (uint64_t i = 0; i < count; i++) {
		struct search_document document;

		if (i % BATCH == 0)
			arena_reset(arena);
		country_entry(country, arena, i, &document);
		(void)fprintf(out, "%lld\t%s\t%s\t%.5f\t%.5f\n",
		    (long long)document.entry_id, document.name, document.text,
		    document.longitude, document.latitude);
	}
	(void)fclose(out);
}

static void
dump_queries(const char *folder, const struct country *country)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	FILE *out = fopen(arena_printf(arena, "%s/queries.tsv", folder), "we");

	if (out == NULL)
		bench_die("%s: cannot be written", folder);
	for (size_t c = 0; c < N_ELEMENTS(classes); c++) {
		for (uint64_t i = 0; classes[c].exact && i < ROUNDS; i++) {
			struct search_query query =
			    query_of(&classes[c], country, arena, i);

			(void)fprintf(out, "%s\t%s\t%.5f\t%.5f\t%.0f\n",
			    classes[c].name,
			    query.text == NULL ? "" : query.text,
			    query.longitude, query.latitude,
			    query.located ? MAX(query.within_km, 0.0) : -1.0);
		}
	}
	(void)fclose(out);
}

static void
remove_folder(const char *folder)
{
	static const char *const names[] = { "parvis.db", "parvis.db-wal",
		"parvis.db-shm" };
	char path[300];

	for (size_t i = 0; i < N_ELEMENTS(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(folder);
}

static void
make(const char *folder, const struct country *country, uint64_t count)
{
	char error[STORE_ERROR_SIZE] = "";
	struct db *db = NULL;
	double spent, tidied;

	must(store_prepare(folder, error), error);
	must(store_open_writer(folder, &db), "open");
	spent = build(db, country, count);
	tidied = tidy(db);
	db_checkpoint(db);
	(void)printf("\n%llu entries: indexed in %.1f s of CPU (%.0f us each), "
		     "merged in %.1f s, index %.0f MB, database %.0f MB\n",
	    (unsigned long long)count, spent, spent * 1e6 / (double)count,
	    tidied, megabytes(db, "index"), megabytes(db, "all"));
	store_close(&db);
}

static void
measure(const char *kept_folder, uint64_t count)
{
	char fresh[] = "/tmp/parvis-search-XXXXXX";
	const char *folder = kept_folder == NULL ? mkdtemp(fresh) : kept_folder;
	struct country *country = country_new(SEED);
	char error[STORE_ERROR_SIZE] = "";

	if (folder == NULL)
		bench_die("no folder under /tmp");
	if (store_exists(folder))
		must(store_prepare(folder, error), error);
	else
		make(folder, country, count);
	run_all(folder, country, count);
	country_free(&country);
	if (kept_folder == NULL)
		remove_folder(folder);
}

static void
dump(const char *folder, uint64_t count)
{
	struct country *country = country_new(SEED);

	dump_entries(folder, country, count);
	dump_queries(folder, country);
	country_free(&country);
}

int
main(int argc, char *argv[])
{
	static const char *const sizes[] = { "130000", "1000000" };
	const char *const *given = sizes;
	const char *word = argc > 2 ? argv[1] : "", *folder = NULL;
	size_t count = N_ELEMENTS(sizes);
	bool dumped = strcmp(word, "--dump") == 0;
	int first = 1;

	if (dumped || strcmp(word, "--in") == 0) {
		folder = argv[2];
		first = 3;
	}
	if (argc > first) {
		given = (const char *const *)&argv[first];
		count = (size_t)(argc - first);
	}
	for (size_t i = 0; i < count; i++) {
		uint64_t entries = strtoull(given[i], NULL, 10);

		if (dumped)
			dump(folder, entries);
		else
			measure(folder, entries);
	}
	return 0;
}
