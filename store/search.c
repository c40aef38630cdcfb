/* SPDX-License-Identifier: ISC */
/* What is findable: rows of the index come and go. */
#include "store/search.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/crypto.h"
#include "config/base/text.h"
#include "store/search_curve.h"
#include "store/search_internal.h"

enum {
	NAME_WORDS_MAX = 40,
	KEYWORD_WORDS_MAX = 6, /* of one theme or skill */
	SLOTS = 2048,          /* a power of two, over twice the terms */
	TERMS_BYTES_MAX = 64 * 1024,
	CELL_TRIES = 4,
};

/* The end of the year 9999: times are those of others. */
static const int64_t time_max = 253402300799;

const unsigned search_levels[SEARCH_LEVELS] = { 14, 12, 10, 8, 6 };

static const char *const kind_words[] = { "project", "profile", "need",
	"offer" };
static_assert(N_ELEMENTS(kind_words) == SEARCH_KIND_COUNT, "one word each");

const char *
search_kind_word(enum search_kind kind)
{
	ASSERT(kind < SEARCH_KIND_COUNT);
	return kind_words[kind];
}

int
search_kind_parse(const char *word, enum search_kind *ret)
{
	for (size_t i = 0; i < SEARCH_KIND_COUNT; i++) {
		if (strcmp(word, kind_words[i]) == 0) {
			*ret = (enum search_kind)i;
			return 0;
		}
	}
	return -EINVAL;
}

/* --- Terms --- */

void
search_term_number(
    char ret[SEARCH_TERM_SIZE], enum search_field field, int64_t number)
{
	(void)snprintf(
	    ret, SEARCH_TERM_SIZE, "~%c%" PRIx64, (int)field, (uint64_t)number);
}

void
search_term_text(struct arena *arena, char ret[SEARCH_TERM_SIZE],
    enum search_field field, const char *text)
{
	const char *folded = tokenizer_fold(arena, text);

	ret[0] = '\0';
	if (*folded != '\0')
		search_term_number(ret, field, crypto_hash64(folded));
}

void
search_term_square(char ret[SEARCH_TERM_SIZE], unsigned level, uint64_t square)
{
	(void)snprintf(ret, SEARCH_TERM_SIZE, "~%c%c%" PRIx64,
	    (int)FIELD_SQUARE, (int)('a' + level), square);
}

int64_t
search_week(int64_t time)
{
	return time / SEARCH_WEEK_SECONDS;
}

/* The terms of one entry, each once. */
struct terms {
	struct arena *arena;
	struct buf text; /* as the index is given them */
	const char *slots[SLOTS];
	size_t words; /* without names and filters */
};

/* True when it was not there. */
static bool
terms_add(struct terms *terms, const char *prefix, const char *term)
{
	const char *whole;
	uint64_t hash = 0xcbf29ce484222325u;
	size_t i;

	if (*term == '\0')
		return false;
	/* A copy: it is kept, and the term may be the caller's buffer. */
	whole = *prefix == '\0'
		    ? arena_strdup(terms->arena, term)
		    : arena_printf(terms->arena, "%s%s", prefix, term);
	for (const char *p = whole; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
	for (i = hash % SLOTS; terms->slots[i] != NULL; i = (i + 1) % SLOTS) {
		if (strcmp(terms->slots[i], whole) == 0)
			return false;
	}
	terms->slots[i] = whole;
	if (terms->text.len > 0)
		buf_puts(&terms->text, " ");
	buf_puts(&terms->text, whole);
	return true;
}

/* Words that are counted and completed, "shown" in a row of their own. */
struct words {
	struct buf text; /* with spaces between */
	struct token *tokens;
	size_t count, size;
};

static void
words_add(struct words *words, const struct token *token)
{
	for (size_t i = 0; i < words->count; i++) {
		if (strcmp(words->tokens[i].word, token->word) == 0)
			return;
	}
	if (words->count == words->size)
		return;
	words->tokens[words->count++] = *token;
	if (words->text.len > 0)
		buf_puts(&words->text, " ");
	buf_puts(&words->text, token->word);
}

struct indexing {
	const struct search_document *document;
	struct tokenizer *tokenizer;
	struct terms terms;
	struct words words;
};

static void
add_text(struct indexing *self, const char *text, const char *prefix,
    size_t max, bool counted)
{
	struct arena *arena = self->terms.arena;
	struct token *tokens = arena_alloc(arena, max * sizeof(*tokens));
	size_t count = text == NULL
			   ? 0
			   : tokenizer_words(self->tokenizer, arena, text,
				 strnlen(text, SEARCH_BODY_MAX), tokens, max);

	for (size_t i = 0; i < count; i++) {
		if (self->terms.words < SEARCH_TERMS_MAX &&
		    terms_add(&self->terms, "", tokens[i].stem))
			self->terms.words++;
		if (*prefix != '\0')
			(void)terms_add(&self->terms, prefix, tokens[i].stem);
		if (counted)
			words_add(&self->words, &tokens[i]);
	}
}

static void
add_keywords(struct indexing *self, const char *const *keywords, size_t count,
    bool themes)
{
	char term[SEARCH_TERM_SIZE];

	for (size_t i = 0; i < MIN(count, SEARCH_KEYWORDS_MAX); i++) {
		add_text(self, keywords[i], "", KEYWORD_WORDS_MAX, true);
		if (!themes)
			continue;
		search_term_text(
		    self->terms.arena, term, FIELD_THEME, keywords[i]);
		(void)terms_add(&self->terms, "", term);
	}
}

static void
add_field(struct indexing *self, enum search_field field, const char *text)
{
	char term[SEARCH_TERM_SIZE];

	if (text == NULL)
		return;
	search_term_text(self->terms.arena, term, field, text);
	(void)terms_add(&self->terms, "", term);
}

static void
add_number(struct indexing *self, enum search_field field, int64_t number)
{
	char term[SEARCH_TERM_SIZE];

	search_term_number(term, field, number);
	(void)terms_add(&self->terms, "", term);
}

static void
add_squares(struct indexing *self, int64_t id)
{
	char term[SEARCH_TERM_SIZE];

	if (!curve_located(id))
		return;
	for (size_t i = 0; i < SEARCH_LEVELS; i++) {
		search_term_square(
		    term, search_levels[i], curve_square(id, search_levels[i]));
		(void)terms_add(&self->terms, "", term);
	}
}

/* A text of some sentences ranks before a bare name, and before a long one. */
static unsigned
class_of(size_t words)
{
	static const struct {
		size_t below;
		unsigned class;
	} classes[] = { { 3, 7 }, { 5, 3 }, { 8, 2 }, { 12, 1 }, { 41, 0 },
		{ 71, 1 }, { 111, 2 }, { 161, 3 }, { 221, 4 }, { 301, 5 },
		{ SIZE_MAX, 6 } };
	size_t i = 0;

	while (words >= classes[i].below)
		i++;
	return classes[i].class;
}

static void
add_all(struct indexing *self)
{
	const struct search_document *document = self->document;

	add_text(self, document->name, "_", NAME_WORDS_MAX, true);
	add_keywords(self, document->themes, document->theme_count, true);
	add_keywords(self, document->skills, document->skill_count, false);
	add_text(self, document->place, "", KEYWORD_WORDS_MAX, false);
	add_text(self, document->text, "", 2 * SEARCH_TERMS_MAX, false);
	add_number(self, FIELD_KIND, (int64_t)document->kind);
	add_number(self, FIELD_ORIGIN, document->origin_id);
	add_number(self, FIELD_WEEK, search_week(document->updated));
	add_field(self, FIELD_DEPARTEMENT, document->departement);
	add_field(self, FIELD_STAGE, document->stage);
	add_field(self, FIELD_NEED, document->need);
}

/* --- Rows --- */

/* The next free number of a cell, or of a cell beside. */
static int
free_id(struct db *db, int64_t first, int64_t *ret)
{
	static const char sql[] =
	    "SELECT max(id) FROM search_entry WHERE id BETWEEN ?1 AND ?2";

	for (int i = 0; i < CELL_TRIES; i++) {
		int64_t last = curve_last(first), highest = 0;
		int r = db_number(
		    db, sql, VALUES(db_int(first), db_int(last)), &highest);

		if (r < 0 && r != -ENOENT)
			return r;
		if (r == -ENOENT || highest < last) {
			*ret = r == -ENOENT ? first : highest + 1;
			return 0;
		}
		first = last + 1;
	}
	return -EEXIST;
}

static int
count_entry(struct db *db, enum search_kind kind, int64_t origin_id, int64_t by)
{
	static const char sql[] =
	    "INSERT INTO search_count (kind, origin_id, count)"
	    " VALUES (?1, ?2, ?3) ON CONFLICT (kind, origin_id)"
	    " DO UPDATE SET count = count + excluded.count";

	return db_run(db, sql,
	    VALUES(db_int((int64_t)kind), db_int(origin_id), db_int(by)));
}

/* Its digits in binary; what is asked in order of it, changes rarely. */
static int64_t
magnitude(int64_t count)
{
	int64_t digits = 0;

	for (; count > 0; count >>= 1)
		digits++;
	return digits;
}

/* The index is in order of the magnitude, which rarely changes. */
static int
set_word_count(struct db *db, const char *word, int64_t old, int64_t count)
{
	static const char same[] =
	    "UPDATE search_word SET count = ?2 WHERE word = ?1";
	static const char other[] =
	    "UPDATE search_word SET count = ?2, magnitude = ?3"
	    " WHERE word = ?1";

	if (magnitude(old) == magnitude(count))
		return db_run(db, same, VALUES(db_text(word), db_int(count)));
	return db_run(db, other,
	    VALUES(db_text(word), db_int(count), db_int(magnitude(count))));
}

static int
word_count(struct db *db, const char *word, int64_t *ret)
{
	static const char sql[] =
	    "SELECT count FROM search_word WHERE word = ?1";

	return db_number(db, sql, VALUES(db_text(word)), ret);
}

static int
count_word(struct db *db, struct arena *arena, const struct token *token)
{
	static const char first[] =
	    "INSERT INTO search_word (word, first, stem, shown, count,"
	    " magnitude) VALUES (?1, ?2, ?3, ?4, 1, 1)";
	const char *beginning;
	int64_t count = 0;
	int r = word_count(db, token->word, &count);

	if (r == 0)
		return set_word_count(db, token->word, count, count + 1);
	if (r != -ENOENT)
		return r;
	beginning =
	    arena_strndup(arena, token->word, text_utf8_prefix(token->word, 2));
	return db_run(db, first,
	    VALUES(db_text(token->word), db_text(beginning),
		db_text(token->stem), db_text(token->shown)));
}

static int
discount_word(struct db *db, const char *word)
{
	static const char gone[] = "DELETE FROM search_word WHERE word = ?1";
	int64_t count = 0;
	int r = word_count(db, word, &count);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (count <= 1)
		return db_run(db, gone, VALUES(db_text(word)));
	return set_word_count(db, word, count, count - 1);
}

static int
insert(struct db *db, const struct indexing *self, int64_t id)
{
	static const char index[] =
	    "INSERT INTO search_index (rowid, terms) VALUES (?1, ?2)";
	static const char sql[] =
	    "INSERT INTO search_entry (id, entry_id, object_hash, origin_id,"
	    " kind, name, excerpt, place, located, latitude, longitude, stage,"
	    " url, updated, terms, words) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
	    " ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
	const struct search_document *d = self->document;
	struct value terms = db_text(buf_str(&self->terms.text));
	int r = db_run(db, sql,
	    VALUES(db_int(id), db_int(d->entry_id), db_hash(d->object_uri),
		db_int(d->origin_id), db_int((int64_t)d->kind),
		db_text(d->name), db_text(d->excerpt), db_text(d->place),
		db_int(curve_located(id)),
		db_real(d->located ? d->latitude : 0),
		db_real(d->located ? d->longitude : 0), db_text(d->stage),
		db_text(d->url), db_int(d->updated), terms,
		db_text(buf_str(&self->words.text))));

	return r == 0 ? db_run(db, index, VALUES(db_int(id), terms)) : r;
}

static int
put(struct db *db, struct indexing *self)
{
	const struct search_document *document = self->document;
	unsigned class;
	int64_t id = 0;
	int r;

	add_all(self);
	class = class_of(self->terms.words);
	r = free_id(db,
	    document->located
		? curve_first(class, document->latitude, document->longitude)
		: curve_first_nowhere(class),
	    &id);
	if (r < 0)
		return r;
	add_squares(self, id);
	r = insert(db, self, id);
	for (size_t i = 0; r == 0 && i < self->words.count; i++)
		r = count_word(db, self->terms.arena, &self->words.tokens[i]);
	return r < 0 ? r
		     : count_entry(db, document->kind, document->origin_id, 1);
}

static bool
is_sound(const struct search_document *document)
{
	return !document->located ||
	       (document->latitude >= -90 && document->latitude <= 90 &&
		   document->longitude >= -180 && document->longitude <= 180);
}

int
search_put(struct db *db, const struct search_document *document)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct search_document bounded = *document;
	struct indexing *self = arena_alloc(arena, sizeof(*self));
	int r = search_remove(db, document->entry_id);

	if (r < 0)
		return r;
	if (!is_sound(document))
		bounded.located = false;
	bounded.updated = MIN(MAX(document->updated, 0), time_max);
	self->document = &bounded;
	self->tokenizer = tokenizer_new();
	self->terms.arena = arena;
	buf_init(&self->terms.text, TERMS_BYTES_MAX);
	buf_init(&self->words.text, TERMS_BYTES_MAX);
	self->words.size = NAME_WORDS_MAX + SEARCH_KEYWORDS_MAX;
	self->words.tokens =
	    arena_alloc(arena, self->words.size * sizeof(*self->words.tokens));
	r = put(db, self);
	tokenizer_free(&self->tokenizer);
	buf_done(&self->terms.text);
	buf_done(&self->words.text);
	return r;
}

/* --- Going --- */

struct findable {
	int64_t id, origin_id;
	enum search_kind kind;
	const char *terms, *words;
};

static int
find(struct db *db, struct arena *arena, int64_t entry_id, struct findable *ret)
{
	static const char sql[] =
	    "SELECT id, origin_id, kind, terms, words FROM search_entry"
	    " WHERE entry_id = ?1";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, VALUES(db_int(entry_id)), &row);

	if (r < 0)
		return r;
	ret->id = db_take_int(row);
	ret->origin_id = db_take_int(row);
	ret->kind = (enum search_kind)db_take_int(row);
	ret->terms = db_take_text(row, arena);
	ret->words = db_take_text(row, arena);
	return 0;
}

static int
discount_words(struct db *db, struct arena *arena, const char *words)
{
	int r = 0;

	for (const char *p = words; r == 0 && *p != '\0';) {
		size_t len = strcspn(p, " ");

		r = discount_word(db, arena_strndup(arena, p, len));
		p += len + (p[len] == ' ');
	}
	return r;
}

int
search_remove(struct db *db, int64_t entry_id)
{
	static const char index[] =
	    "INSERT INTO search_index (search_index, rowid, terms)"
	    " VALUES ('delete', ?1, ?2)";
	static const char sql[] = "DELETE FROM search_entry WHERE id = ?1";
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct findable row;
	int r = find(db, arena, entry_id, &row);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = db_run(db, index, VALUES(db_int(row.id), db_text(row.terms)));
	if (r == 0)
		r = db_run(db, sql, VALUES(db_int(row.id)));
	if (r == 0)
		r = discount_words(db, arena, row.words);
	if (r == 0)
		r = count_entry(db, row.kind, row.origin_id, -1);
	return r;
}

int
search_remove_origin(struct db *db, struct arena *arena, int64_t origin_id,
    size_t limit, size_t *ret_count)
{
	static const char sql[] =
	    "SELECT entry_id FROM search_entry WHERE origin_id = ?1 LIMIT ?2";
	int64_t *ids = arena_alloc(arena, limit * sizeof(*ids));
	CLEANUP(db_done) struct statement *row = NULL;
	size_t count = 0;
	int r =
	    db_query(db, sql, VALUES(db_int(origin_id), db_size(limit)), &row);

	while (r >= 0 && (r = db_next(row)) > 0)
		ids[count++] = db_take_int(row);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = search_remove(db, ids[i]);
	if (r == 0)
		*ret_count = count;
	return r;
}

int
search_missing(struct db *db, int64_t origin_id, int64_t after, size_t limit,
    int64_t *ret_seqs, size_t *ret_count, int64_t *ret_after)
{
	static const char sql[] =
	    "SELECT e.seq, e.kind = 0 AND s.id IS NULL"
	    " FROM catalogue_entry AS e LEFT JOIN search_entry AS s"
	    " ON s.entry_id = e.id AND s.object_hash = e.object_hash"
	    " WHERE e.origin_id = ?1 AND e.seq > ?2 ORDER BY e.seq LIMIT ?3";
	CLEANUP(db_done) struct statement *row = NULL;
	size_t seen = 0, count = 0;
	int r = db_query(db, sql,
	    VALUES(db_int(origin_id), db_int(after), db_size(limit)), &row);

	for (; r >= 0 && (r = db_next(row)) > 0; seen++) {
		after = db_take_int(row);
		if (db_take_bool(row))
			ret_seqs[count++] = after;
	}
	if (r < 0)
		return r;
	*ret_count = count;
	*ret_after = seen == limit ? after : 0;
	return 0;
}

/* --- Upkeep --- */

enum {
	MERGE_PAGES = 500, /* written in one step: some tens of milliseconds */
	SEGMENTS_MANY = 6,
};

static int
segments(struct db *db, int64_t *ret)
{
	static const char sql[] =
	    "SELECT count(DISTINCT segid) FROM search_index_idx";

	return db_number(db, sql, NO_VALUES, ret);
}

/* FTS5 merges what lies in parts of like size, or, below 0, begins to merge
 * all into one. */
static int
merge(struct db *db, int64_t pages, bool *ret_more)
{
	static const char sql[] =
	    "INSERT INTO search_index (search_index, rank)"
	    " VALUES ('merge', ?1)";
	int64_t before = db_total_changed(db);
	int r = db_run(db, sql, VALUES(db_int(pages)));

	/* As FTS5 documents it: the statement is one change by itself. */
	*ret_more = db_total_changed(db) - before >= 2;
	return r;
}

/* Said once: a node that is idle writes nothing. */
static int
merge_by_two(struct db *db)
{
	static const char ask[] =
	    "SELECT v FROM search_index_config WHERE k = 'usermerge'";
	static const char say[] =
	    "INSERT INTO search_index (search_index, rank)"
	    " VALUES ('usermerge', 2)";
	int64_t value = 0;
	int r = db_number(db, ask, NO_VALUES, &value);

	if (r == 0 && value == 2)
		return 0;
	return r == 0 || r == -ENOENT ? db_run(db, say, NO_VALUES) : r;
}

int
search_tidy(struct db *db, bool whole, bool *ret_more)
{
	int64_t count = 0;
	int r = merge_by_two(db);

	if (r == 0)
		r = merge(db, MERGE_PAGES, ret_more);
	if (r < 0 || *ret_more || !whole)
		return r;
	r = segments(db, &count);
	if (r == 0 && count >= SEGMENTS_MANY)
		r = merge(db, -MERGE_PAGES, ret_more);
	return r;
}
