/* SPDX-License-Identifier: ISC */
/*
 * outbox.h: activities: ours as they were sent, and the ids of others' that
 * were done.
 * Memory, errors, threads: see store.h.
 */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "store/object.h"

struct activity_row {
	int64_t id;
	const char *uri, *type, *object_uri, *document;
	int64_t actor_id;
	enum visibility visibility;
	bool listed; /* stands in the outbox collection */
	int64_t published;
};

int outbox_add(struct db *db, const struct activity_row *activity,
    int64_t *ret_id) MUST_CHECK;
int outbox_get(struct db *db, struct arena *arena, int64_t id,
    struct activity_row *ret) MUST_CHECK;
int outbox_by_uri(struct db *db, struct arena *arena, const char *uri,
    struct activity_row *ret) MUST_CHECK;
/* Listed ones of an actor, newest first, id below `before` if before > 0. */
int outbox_list(struct db *db, struct arena *arena, int64_t actor_id,
    int64_t before, size_t limit, struct activity_row **ret, size_t *ret_count)
    MUST_CHECK;
int outbox_count(struct db *db, int64_t actor_id, int64_t *ret) MUST_CHECK;
/* A deleted object's Creates, Updates and Announces leave the collection, and
 * their documents become "" once nothing waits to send them. */
int outbox_retract_object(struct db *db, const char *object_uri) MUST_CHECK;
/* Whether an actor of ours announced an object, by its id. */
int outbox_announced(struct db *db, int64_t actor_id, const char *object_uri,
    bool *ret) MUST_CHECK;
/* Whether it announced anything that an author wrote. */
int outbox_announced_by(
    struct db *db, int64_t actor_id, int64_t author_id, bool *ret) MUST_CHECK;
/*
 * Forgets what stands in no collection and was sent, older than `before`, at
 * most limit; not the Follows, which an answer may name years later.
 */
int outbox_forget(
    struct db *db, int64_t before, size_t limit, size_t *ret_count) MUST_CHECK;

/* True when this actor's activity was done before. */
bool seen_has(struct db *db, const char *uri, const char *actor_uri);
int seen_add(struct db *db, const char *uri, const char *actor_uri, int64_t now)
    MUST_CHECK;
/* Forgets ids older than `before`, at most limit. */
int seen_forget(struct db *db, int64_t before, size_t limit, size_t *ret_count)
    MUST_CHECK;

#endif
