/* SPDX-License-Identifier: ISC */
/*
 * actor.h: actors, ours (instance, territory, relay, profiles, projects) and
 * others', with their keys.
 *
 * Memory: rows are copied into the caller's arena.  Errors: see store.h.
 * Thread: the handle's; functions that write, only in a writer job.
 */
#ifndef STORE_ACTOR_H
#define STORE_ACTOR_H

#include "config/base/crypto.h"
#include "store/store.h"

enum actor_kind {
	ACTOR_REMOTE = 0,
	ACTOR_INSTANCE = 1,
	ACTOR_TERRITORY = 2,
	ACTOR_PROFILE = 3,
	ACTOR_PROJECT = 4,
	ACTOR_RELAY = 5,
};

enum term_kind { TERM_SKILL = 0, TERM_THEME = 1, TERM_LANGUAGE = 2 };

/* A commune, or a point. Unknown parts are NULL; located says if there is a
 * point. */
struct place {
	const char *insee, *name, *postcode;
	bool located;
	double latitude, longitude; /* WGS 84, degrees */
};

struct actor {
	int64_t id;
	enum actor_kind kind;
	const char *uri, *type, *username;
	const char *host; /* NULL for ours */
	int64_t host_id;  /* 0 for ours */
	const char *name, *summary, *source, *url, *icon_url;
	const char *inbox, *shared_inbox, *outbox, *followers;
	const char *document;
	int64_t owner_id; /* 0: none */
	bool manually_approves, discoverable, indexable;
	const char *profile_kind, *stage, *status, *contact;
	struct place place;
	int64_t created_at, updated_at, fetched_at, deleted_at; /* 0: not */
};

struct actor_link {
	const char *label, *href;
};

struct project_member {
	bool supporter;
	const char *uri; /* NULL when only a name is known */
	const char *name, *role;
};

/* The lists of an actor; replaced as a whole. */
struct actor_lists {
	const char **skills, **themes, **languages;
	size_t skill_count, theme_count, language_count;
	const struct actor_link *links;
	size_t link_count;
	const struct project_member *members;
	size_t member_count;
};

/* Deleted ones are found too: look at deleted_at.  -ENOENT when unknown. */
int actor_get(struct db *db, struct arena *arena, int64_t id, struct actor *ret)
    MUST_CHECK;
int actor_by_uri(struct db *db, struct arena *arena, const char *uri,
    struct actor *ret) MUST_CHECK;
/* One of ours by preferredUsername, whatever the case. */
int actor_by_username(struct db *db, struct arena *arena, const char *username,
    struct actor *ret) MUST_CHECK;
/* The first (only) one of a kind: ACTOR_INSTANCE, ACTOR_TERRITORY,
 * ACTOR_RELAY. */
int actor_of_kind(struct db *db, struct arena *arena, enum actor_kind kind,
    struct actor *ret) MUST_CHECK;
int actor_lists(struct db *db, struct arena *arena, int64_t id,
    struct actor_lists *ret) MUST_CHECK;

/* Living ones of ours of a kind with id above `after`, in order of id. */
int actor_list(struct db *db, struct arena *arena, enum actor_kind kind,
    int64_t after, size_t limit, struct actor **ret, size_t *ret_count)
    MUST_CHECK;
/* Living projects that a profile holds. */
int actor_list_owned(struct db *db, struct arena *arena, int64_t owner_id,
    struct actor **ret, size_t *ret_count) MUST_CHECK;

/* Adds one of ours; *ret_id is its row.  -EEXIST: the name was ever used, or
 * the uri. */
int actor_create(struct db *db, const struct actor *actor, int64_t *ret_id)
    MUST_CHECK;
/* Writes all changeable columns of one of ours (not uri, kind, username). */
int actor_update(struct db *db, const struct actor *actor) MUST_CHECK;
int actor_set_lists(struct db *db, int64_t id, const struct actor_lists *lists)
    MUST_CHECK;
/*
 * Adds or refreshes a remote actor by uri; host (normalised name) gets a row
 * if it has none.  A deleted actor stays deleted: -ESTALE; -EEXIST: the uri is
 * one of ours.
 */
int actor_put_remote(struct db *db, const struct actor *actor, int64_t *ret_id)
    MUST_CHECK;
/*
 * Makes it a Tombstone: keeps row, uri, username and dates, erases all else,
 * its lists, follows both ways, reactions, blocks, timeline rows, and its
 * objects become Tombstones.  Where there is much of it, the rest goes on in
 * steps after the commit; until then its objects read as deleted.  Unsent
 * deliveries signed by it stay, and with them its keys and activities until
 * the last was sent or given up.
 */
int actor_delete(struct db *db, int64_t id, int64_t now) MUST_CHECK;
/*
 * Forgets remote actors that nothing here refers to and that were last read
 * before `before`: looks at the next `rows` actors after *after, which moves
 * on, to 0 at the end.  Their ids are not given again.
 */
int actor_forget_strangers(struct db *db, int64_t before, size_t rows,
    int64_t *after, size_t *ret_count) MUST_CHECK;

struct actor_key {
	int64_t id, actor_id;
	const char *uri;
	enum key_kind kind;
	const uint8_t *spki, *secret; /* secret: ours only, else NULL */
	size_t spki_len, secret_len;
	int64_t created_at;
};

int actor_keys(struct db *db, struct arena *arena, int64_t actor_id,
    struct actor_key **ret, size_t *ret_count) MUST_CHECK;
int actor_key_by_uri(struct db *db, struct arena *arena, const char *uri,
    struct actor_key *ret) MUST_CHECK;
/* Replaces all keys of an actor.  -EEXIST: another actor has a key of such an
 * id. */
int actor_set_keys(struct db *db, int64_t actor_id,
    const struct actor_key *keys, size_t count) MUST_CHECK;
/* Living actors of ours that have no keys yet, at most limit. */
int actor_without_keys(struct db *db, int64_t *ret_ids, size_t limit,
    size_t *ret_count) MUST_CHECK;

#endif
