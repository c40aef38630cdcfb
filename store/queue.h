/* SPDX-License-Identifier: ISC */
/*
 * queue.h: what waits to be sent (deliveries) and to be read (tasks).
 *
 * A delivery row exists from the commit of the change that it tells of until
 * the other server has it, or it was given up.  What is in flight is known to
 * the courier alone: after a crash it is simply sent again.
 * Memory, errors, threads: see store.h.
 */
#ifndef STORE_QUEUE_H
#define STORE_QUEUE_H

#include "store/store.h"

struct delivery {
	int64_t id, host_id, activity_id, actor_id;
	const char *host, *inbox;
	const char *activity_uri, *activity_type;
	int64_t order_key; /* those of one key and host go in order of id */
	bool synchronize;
	int64_t bytes, attempts, next_at, created_at;
	int64_t last_status; /* HTTP, 0 when there was no answer */
	const char *last_error;
};

struct queue_limits {
	int64_t host_items, host_bytes;
};

/*
 * Queues one delivery.  When the host's bounds are passed, its oldest
 * deliveries go, counted in host.dropped_items.
 */
int queue_add(struct db *db, const struct delivery *delivery,
    const struct queue_limits *limits) MUST_CHECK;
/* Whether a row that was read is still there: it may have been dropped, and
 * another may have its id by now. */
int queue_has(struct db *db, const struct delivery *delivery, bool *ret)
    MUST_CHECK;
/* Delivered or given up. */
int queue_remove(struct db *db, int64_t id) MUST_CHECK;
/* Not delivered: tried again at next_at. */
int queue_retry(struct db *db, int64_t id, int64_t next_at, int64_t status,
    const char *error) MUST_CHECK;

/* Hosts that have something due, at most limit, in order of id, with id above
 * `after`; for the courier's rounds.  What is in flight counts as due. */
int queue_hosts_due(struct db *db, struct arena *arena, int64_t now,
    int64_t after, size_t limit, int64_t **ret_ids, size_t *ret_count)
    MUST_CHECK;
/*
 * Deliveries of a host in order of id from `after`, at most limit, due or
 * not: the caller keeps the order of each key.
 */
int queue_of_host(struct db *db, struct arena *arena, int64_t host_id,
    int64_t after, size_t limit, struct delivery **ret, size_t *ret_count)
    MUST_CHECK;
/* The earliest time at which anything is due (the first of a key and host,
 * its host's pause over); -ENOENT when nothing waits. */
int queue_next_at(struct db *db, int64_t *ret) MUST_CHECK;
/* Queue as the administrator sees it: host NULL for all; id above after. */
int queue_list(struct db *db, struct arena *arena, const char *host,
    int64_t after, size_t limit, struct delivery **ret, size_t *ret_count)
    MUST_CHECK;
/* By hand: everything due now and the pause ended (host NULL: all hosts).
 * -ENOENT: no such host. */
int queue_retry_host(struct db *db, const char *host, int64_t now,
    int64_t *ret_count) MUST_CHECK;
/* By hand: one delivery (id > 0), or all of a host.  -ENOENT: none. */
int queue_drop(struct db *db, int64_t id, const char *host, int64_t *ret_count)
    MUST_CHECK;
/* What is older than `before` is given up, counted as dropped. */
int queue_expire(struct db *db, int64_t before, size_t limit, size_t *ret_count)
    MUST_CHECK;
/* Deliveries to one inbox: its owner is gone. */
int queue_remove_inbox(struct db *db, const char *inbox, size_t *ret_count)
    MUST_CHECK;

enum task_kind {
	TASK_OBJECT = 0,    /* read an object that was announced */
	TASK_ACTOR = 1,     /* read an actor again */
	TASK_FOLLOWERS = 2, /* compare followers (FEP-8fcf) */
	TASK_FOLLOW = 3,    /* find an actor and follow it */
	TASK_NODEINFO = 4,  /* learn a host's software */
	TASK_STORY = 5,     /* read what an actor published */
};

struct task {
	int64_t id;
	enum task_kind kind;
	const char *uri;
	int64_t actor_id;
	const char *argument;
	int64_t attempts, next_at, created_at;
};

enum { TASKS_OF_ACTOR_MAX = 500 };

/* One task per kind, uri and actor: a second is dropped silently, and so is,
 * but for TASK_FOLLOW, what goes beyond TASKS_OF_ACTOR_MAX. */
int task_add(struct db *db, const struct task *task) MUST_CHECK;
int task_due(struct db *db, struct arena *arena, int64_t now, size_t limit,
    struct task **ret, size_t *ret_count) MUST_CHECK;
int task_next_at(struct db *db, int64_t *ret) MUST_CHECK;
/* As read from a row: -ENOENT when it was taken away since, even if another
 * has its id by now. */
int task_retry(struct db *db, const struct task *task, int64_t next_at,
    const char *error) MUST_CHECK;
int task_remove(struct db *db, const struct task *task) MUST_CHECK;
/* What an Announce gave rise to, known by its id (the argument) or, when that
 * is NULL, by what it announced. */
int task_remove_announced(struct db *db, int64_t actor_id, const char *announce,
    const char *object_uri) MUST_CHECK;

#endif
