/* SPDX-License-Identifier: ISC */
/*
 * internal.h: what the files of the store ask of each other.  All of it runs
 * on the writer's connection, inside a job.
 */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include "store/chore.h"
#include "store/object.h"

/* The row of a name; any connection. */
int host_find(struct db *db, const char *name, int64_t *ret_id) MUST_CHECK;
/* Works out anew when the host next has something due (host.due_at): after
 * any change of next_at or head of its deliveries. */
int host_settle(struct db *db, int64_t id) MUST_CHECK;
/* The same, and nothing keeps it from being sent to. */
int host_end_pause(struct db *db, int64_t id) MUST_CHECK;
/* The same, after deliveries came (> 0) or went (< 0). */
int host_account(struct db *db, int64_t id, int64_t items, int64_t bytes)
    MUST_CHECK;
int host_count_dropped(struct db *db, int64_t id, int64_t now) MUST_CHECK;

/* The secret and public keys of an actor go. */
int actor_key_erase(struct db *db, int64_t actor_id) MUST_CHECK;
int actor_lists_erase(struct db *db, int64_t actor_id) MUST_CHECK;

/*
 * The columns of an object o by an author a, as object_take() reads them.  The
 * objects of a deleted author count as deleted before each is erased.
 */
#define OBJECT_COLUMNS \
	"o.id, o.local, o.uri, o.type, o.actor_id, a.uri, o.visibility," \
	" o.in_reply_to, o.context, o.name, o.summary, o.content," \
	" o.source, o.url, o.language, o.document, o.published, o.updated," \
	" o.received_at, coalesce(o.deleted_at, a.deleted_at)"
#define OBJECT_FROM \
	" FROM object AS o LEFT JOIN actor AS a ON a.id = o.actor_id"
void object_take(
    struct statement *row, struct arena *arena, struct object *object);

/*
 * Erasing, at most *left rows, which are counted off (chore_erase()): at 0
 * there may be more.
 */
int follow_erase(struct db *db, int64_t actor_id, int64_t *left) MUST_CHECK;
int block_erase(struct db *db, int64_t actor_id, int64_t *left) MUST_CHECK;
/* Reactions and entries of its own; those to its objects go with these. */
int reaction_erase(struct db *db, int64_t actor_id, int64_t *left) MUST_CHECK;
int timeline_erase(struct db *db, int64_t actor_id, int64_t *left) MUST_CHECK;
int reaction_erase_object(struct db *db, int64_t object_id, int64_t *left)
    MUST_CHECK;
int timeline_erase_object(struct db *db, int64_t object_id, int64_t *left)
    MUST_CHECK;
/* What an announcer put on home pages. */
int timeline_retract_some(
    struct db *db, int64_t object_id, int64_t via_id, int64_t *left) MUST_CHECK;
/* What hangs on an object. */
int object_strip(struct db *db, int64_t id, int64_t *left) MUST_CHECK;
/* Its objects become Tombstones. */
int object_erase(struct db *db, int64_t actor_id, int64_t now, int64_t *left)
    MUST_CHECK;
/* All its activities leave the collection and are cut down once sent. */
int outbox_erase(struct db *db, int64_t actor_id, int64_t *left) MUST_CHECK;
/* All that an actor left, in the order in which it matters. */
int actor_erase(struct db *db, int64_t id, int64_t now, int64_t *left)
    MUST_CHECK;
/* Puts an object on the next home pages; chore->reached moves on. */
int timeline_spread(struct db *db, struct chore *chore, int64_t *left)
    MUST_CHECK;
/* Cuts a retracted activity down when nothing waits to send it. */
int outbox_cut(struct db *db, int64_t activity_id) MUST_CHECK;
/* The delivery to a host that waits longest. */
int queue_oldest(struct db *db, int64_t host_id, int64_t *ret) MUST_CHECK;
/* True while something signed by an actor waits. */
int queue_signs(struct db *db, int64_t actor_id, bool *ret) MUST_CHECK;

/* A delivery goes, with what hangs on it; dropped_at > 0: it counts as
 * dropped.  -ENOENT. */
int queue_take(struct db *db, int64_t id, int64_t dropped_at) MUST_CHECK;

#endif
