/* SPDX-License-Identifier: ISC */
/*
 * catalogue.h: catalogue logs: where each stands, and its entries.  Entries
 * are opaque text here; federation/catalogue.h makes ours, and
 * federation/catalogue_copy.h keeps copies of those of others.
 *
 * Memory: rows are copied into the caller's arena.  Errors: see store.h.
 * Thread: the handle's; functions that write, only in a writer job.
 */
#ifndef STORE_CATALOGUE_H
#define STORE_CATALOGUE_H

#include "config/base/crypto.h"
#include "store/actor.h"

enum {
	CATALOGUE_OWN = 1, /* the row of this node's own log */
	CATALOGUE_STATE_SIZE = 2048,
};

struct catalogue_origin {
	int64_t id;
	const char *domain;
	int64_t epoch, seq, count;
	const uint8_t *state; /* CATALOGUE_STATE_SIZE bytes */
	const char *head;     /* NULL before the first */
	int64_t head_at;
	/* Rises over all logs with each change of one: set by the store. */
	int64_t changed;
	/* Of copies only: who handed it over, when, and why it is frozen at
	 * the last verified state, with the head that speaks against it. */
	const char *source;
	int64_t read_at;
	const char *problem, *evidence;
	int64_t bytes; /* of its documents */
	/* How many entries were taken since a time. */
	int64_t window_at, window_count;
};

/* -ENOENT: there is no such log yet. */
int catalogue_origin_get(struct db *db, struct arena *arena, int64_t id,
    struct catalogue_origin *ret) MUST_CHECK;
int catalogue_origin_by_domain(struct db *db, struct arena *arena,
    const char *domain, struct catalogue_origin *ret) MUST_CHECK;
/* Those that changed after a number, in that order. */
int catalogue_origin_list(struct db *db, struct arena *arena,
    int64_t after_changed, size_t limit, struct catalogue_origin **ret,
    size_t *ret_count) MUST_CHECK;
/* Replaces the row of this id, or adds it; a copy's id may be 0 and is given
 * then.  It counts as changed. */
int catalogue_origin_set(struct db *db, struct catalogue_origin *origin)
    MUST_CHECK;
/* Erases the entries of a copy, or the copy as a whole; what was findable of
 * it was removed before (search_remove_origin()). */
int catalogue_origin_clear(struct db *db, int64_t id) MUST_CHECK;
/* The entries of any log, ours too: when it is begun anew. */
int catalogue_forget_entries(struct db *db, int64_t id) MUST_CHECK;
int catalogue_origin_remove(struct db *db, int64_t id) MUST_CHECK;

/*
 * Where a log of another stood, by the key (SPKI) that signed it, for when it
 * is erased here and comes back one day.
 */
struct catalogue_kept {
	const uint8_t *key;
	size_t key_len;
	int64_t epoch, seq;
};
int catalogue_keep(struct db *db, const char *domain,
    const struct catalogue_kept *kept) MUST_CHECK;
int catalogue_kept_get(struct db *db, struct arena *arena, const char *domain,
    struct catalogue_kept *ret) MUST_CHECK;

/* UPDATE entries are live, the others Tombstones. */
enum catalogue_kind {
	CATALOGUE_UPDATE = 0,
	CATALOGUE_REMOVE = 1,
	CATALOGUE_DELETE = 2,
};

struct catalogue_entry {
	int64_t id; /* 0: none */
	int64_t origin_id, seq;
	const char *object_uri;
	enum catalogue_kind kind;
	const char *document;
	uint8_t hash[SHA256_SIZE]; /* of the document */
	int64_t at;
};

/*
 * Adds an entry in place of the one that its origin has of the same object,
 * which *ret_old gets (id 0: there was none).  -EEXIST: the number is taken.
 */
int catalogue_put(struct db *db, struct arena *arena,
    const struct catalogue_entry *entry, struct catalogue_entry *ret_old)
    MUST_CHECK;
int catalogue_by_object(struct db *db, struct arena *arena, int64_t origin_id,
    const char *object_uri, struct catalogue_entry *ret) MUST_CHECK;
int catalogue_by_seq(struct db *db, struct arena *arena, int64_t origin_id,
    int64_t seq, struct catalogue_entry *ret) MUST_CHECK;

struct catalogue_limits {
	size_t count, bytes; /* of documents; one entry is always given */
};
struct catalogue_page {
	struct catalogue_entry *entries;
	size_t count;
	bool more; /* there are entries after the last of these */
};
/* Entries with a number above `after`, in order, Tombstones too. */
int catalogue_page(struct db *db, struct arena *arena,
    const struct catalogue_origin *origin, int64_t after,
    const struct catalogue_limits *limits, struct catalogue_page *ret)
    MUST_CHECK;

/* The live entry of an object in any log, if the search finds it.  -ENOENT. */
struct catalogue_shown {
	const char *document, *domain; /* domain: of the log */
};
int catalogue_shown(struct db *db, struct arena *arena, const char *object_uri,
    struct catalogue_shown *ret) MUST_CHECK;
/* Whether any log has an entry of it, live or not, found or not. */
int catalogue_speaks_of(struct db *db, const char *object_uri, bool *ret)
    MUST_CHECK;

/* Forgets Tombstones of a log from before a time, oldest first. */
int catalogue_prune(struct db *db, int64_t origin_id, int64_t before,
    size_t limit, size_t *ret_count) MUST_CHECK;

/* Actors of ours of a kind with id above `after`, in order of id, deleted
 * ones too: what a log is compared with. */
int catalogue_subjects(struct db *db, enum actor_kind kind, int64_t after,
    size_t limit, int64_t *ret_ids, size_t *ret_count) MUST_CHECK;

#endif
