/* SPDX-License-Identifier: ISC */
/*
 * story.h: what is known here of what an actor elsewhere published.
 * Memory, errors, threads: see store.h.
 */
#ifndef STORE_STORY_H
#define STORE_STORY_H

#include "store/object.h"

/* When its outbox was last read to its end; 0: never. */
int story_read_at(struct db *db, int64_t actor_id, int64_t *ret) MUST_CHECK;
int story_set_read(struct db *db, int64_t actor_id, int64_t now) MUST_CHECK;
/*
 * Whether somebody here follows this actor, elsewhere and alive, while one of
 * its posts is not known, not even as deleted: *ret_actor is the actor's row.
 * -ENOENT: it is not so.
 */
int story_lags(struct db *db, const char *actor_uri, const char *post_uri,
    int64_t *ret_actor) MUST_CHECK;
/*
 * Forgets posts of others that were read because a page was opened: by whom
 * nobody here follows, on no home page, liked or announced by nobody,
 * answering nothing, and from before `before`.  Looks at the next `rows` rows
 * after *after, which moves on, to 0 at the end.  They may be read again.
 */
int story_forget(struct db *db, int64_t before, size_t rows, int64_t *after,
    size_t *ret_count) MUST_CHECK;
/* Living public answers to an object, ours and others', oldest first. */
int story_replies(struct db *db, struct arena *arena, const char *uri,
    size_t limit, struct object **ret, size_t *ret_count) MUST_CHECK;

#endif
