/* SPDX-License-Identifier: ISC */
/*
 * object.h: Notes and other objects with an author, ours and others';
 * reactions to them; the home timelines.
 * Memory, errors, threads: see store.h.
 */
#ifndef STORE_OBJECT_H
#define STORE_OBJECT_H

#include "store/store.h"

enum visibility {
	VISIBILITY_PUBLIC = 0,    /* to as:Public */
	VISIBILITY_UNLISTED = 1,  /* cc as:Public */
	VISIBILITY_FOLLOWERS = 2, /* to the followers collection */
	VISIBILITY_DIRECT = 3,    /* to those named */
};

struct object {
	int64_t id;
	bool local;
	const char *uri, *type;
	int64_t actor_id;      /* 0: a Tombstone of an unknown object */
	const char *actor_uri; /* filled by reads */
	enum visibility visibility;
	const char *in_reply_to, *context;
	const char *name, *summary, *content, *source, *url, *language;
	const char *document;
	int64_t published, updated, received_at, deleted_at;
};

/* Tombstones are found too: look at deleted_at. */
int object_get(struct db *db, struct arena *arena, int64_t id,
    struct object *ret) MUST_CHECK;
int object_by_uri(struct db *db, struct arena *arena, const char *uri,
    struct object *ret) MUST_CHECK;
/* Living public objects of an author, newest (published) first; with before
 * > 0 those that come after the object of that id: the last of a page. */
int object_list(struct db *db, struct arena *arena, int64_t actor_id,
    int64_t before, size_t limit, struct object **ret, size_t *ret_count)
    MUST_CHECK;
/* Living public objects of all our actors, newest first. */
int object_recent(struct db *db, struct arena *arena, size_t limit,
    struct object **ret, size_t *ret_count) MUST_CHECK;
int object_count(struct db *db, int64_t actor_id, int64_t *ret) MUST_CHECK;

/* -EEXIST: known already; -ESTALE: deleted before, stays so. */
int object_create(struct db *db, const struct object *object, int64_t *ret_id)
    MUST_CHECK;
/* Type, content columns, updated and document; never author or visibility.
 * -ENOENT: unknown or deleted. */
int object_update(struct db *db, const struct object *object) MUST_CHECK;
/* Makes it a Tombstone; its reactions and timeline rows go. */
int object_delete(struct db *db, int64_t id, int64_t now) MUST_CHECK;
/* Remembers that an unknown object was deleted by its own origin; -EEXIST: it
 * is known and lives. */
int object_bury(struct db *db, const char *uri, int64_t actor_id, int64_t now)
    MUST_CHECK;
/*
 * Makes Tombstones of others' objects that arrived before `before`, the oldest
 * first, at most limit; *ret_count says of how many.
 */
int object_forget_old(struct db *db, int64_t before, int64_t now, size_t limit,
    size_t *ret_count) MUST_CHECK;
/*
 * Forgets Tombstones of others' objects older than `before`, at most limit;
 * *ret_count says how many went.
 */
int object_forget_buried(
    struct db *db, int64_t before, size_t limit, size_t *ret_count) MUST_CHECK;

enum reaction_kind { REACTION_LIKE = 0, REACTION_ANNOUNCE = 1 };

/* -EEXIST when this actor did so already. */
int reaction_add(struct db *db, enum reaction_kind kind, const char *uri,
    int64_t object_id, int64_t actor_id, int64_t now) MUST_CHECK;
/* Takes back by the id of the Like or Announce, only the actor's own; what
 * the Announce put on home pages goes with it. */
int reaction_undo(struct db *db, const char *uri, int64_t actor_id) MUST_CHECK;
int reaction_count(struct db *db, int64_t object_id, enum reaction_kind kind,
    int64_t *ret) MUST_CHECK;

/* Puts an object on the home page of every local follower of an actor (not of
 * those who block its author).  An object stands once on a page. */
int timeline_fan_out(struct db *db, int64_t followee_id, int64_t object_id,
    int64_t at, bool announced) MUST_CHECK;
/* Takes away what came by this announcer. */
int timeline_retract(struct db *db, int64_t object_id, int64_t via_id)
    MUST_CHECK;
/* Puts one object on one home page (a mention, an answer). */
int timeline_add(struct db *db, int64_t owner_id, int64_t object_id, int64_t at)
    MUST_CHECK;

struct timeline_entry {
	int64_t id;
	int64_t at;
	const char *via_uri; /* who announced it, or NULL */
	struct object object;
};
/* Newest first; `before` is the id of the last entry of the page before,
 * 0 for the first page. */
int timeline_list(struct db *db, struct arena *arena, int64_t owner_id,
    int64_t before, size_t limit, struct timeline_entry **ret,
    size_t *ret_count) MUST_CHECK;

#endif
