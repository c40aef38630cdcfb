/* SPDX-License-Identifier: ISC */
/*
 * host.h: other servers: which signature they take, and how they are.
 * Memory, errors, threads: see store.h.
 */
#ifndef STORE_HOST_H
#define STORE_HOST_H

#include "store/store.h"

enum host_signature {
	HOST_SIGNATURE_UNKNOWN = 0,
	HOST_SIGNATURE_CAVAGE = 1,
	HOST_SIGNATURE_RFC9421 = 2,
};

struct host {
	int64_t id;
	const char *name; /* normalised, ":port" unless 443 */
	enum host_signature signature;
	const char *software; /* NodeInfo's name and version, or NULL */
	int64_t down_since;   /* 0 while it answers */
	int64_t failures;     /* in a row */
	int64_t next_at;      /* nothing is sent before */
	int64_t last_ok_at, last_failure_at;
	const char *last_error;
	int64_t waiting_items, waiting_bytes, dropped_items, dropped_at;
};

int host_get(struct db *db, struct arena *arena, int64_t id, struct host *ret)
    MUST_CHECK;
int host_by_name(struct db *db, struct arena *arena, const char *name,
    struct host *ret) MUST_CHECK;
/* By name, from `after` (exclusive, "" for the first). */
int host_list(struct db *db, struct arena *arena, const char *after,
    size_t limit, struct host **ret, size_t *ret_count) MUST_CHECK;

struct host_figures {
	int64_t all, down;
	int64_t dropped;    /* deliveries given up, in all */
	int64_t dropped_at; /* the last of them, 0: none */
};
/* Over all hosts, for parvisctl status. */
int host_figures(struct db *db, struct host_figures *ret) MUST_CHECK;
/* Those that do not answer, the longest so first. */
int host_list_down(struct db *db, struct arena *arena, size_t limit,
    struct host **ret, size_t *ret_count) MUST_CHECK;

/* The row of a name, made if needed. */
int host_need(struct db *db, const char *name, int64_t now, int64_t *ret_id)
    MUST_CHECK;
int host_set_signature(struct db *db, int64_t id, enum host_signature signature)
    MUST_CHECK;
/* What it signs with itself: taken when nothing was learnt about it yet. */
int host_signs(struct db *db, int64_t id, enum host_signature signature)
    MUST_CHECK;
/* Whether to ask for its software: it was not since asked_before.  True once:
 * now is noted. */
int host_ask_software(struct db *db, const char *name, int64_t now,
    int64_t asked_before, bool *ret) MUST_CHECK;
int host_set_software(struct db *db, int64_t id, const char *software)
    MUST_CHECK;
/* It answered: failures end, a pause ends. */
int host_answered(struct db *db, int64_t id, int64_t now) MUST_CHECK;
/*
 * It sent us something: if it is down, what waits for it may be tried now,
 * unless it failed after failed_before.  Costs next to nothing otherwise.
 */
int host_heard(struct db *db, int64_t id, int64_t now, int64_t failed_before)
    MUST_CHECK;
/*
 * It did not: one failure more, nothing is sent before next_at; down says
 * that the host as a whole is out of reach and gets probes only.
 */
int host_failed(struct db *db, int64_t id, int64_t now, int64_t next_at,
    bool down, const char *error) MUST_CHECK;

#endif
