/* SPDX-License-Identifier: ISC */
/*
 * chore.h: what is too much for one transaction: the rest of a large erasure
 * or of a large fan-out goes on in steps, each a short transaction of the
 * writer.  What was begun is finished, if need be after the next start.
 * Private to the store; all of it on the writer's connection, in a
 * transaction.
 */
#ifndef STORE_CHORE_H
#define STORE_CHORE_H

#include "store/db.h"

enum chore_kind {
	CHORE_FAN_OUT = 0, /* an object to the followers that are left */
	CHORE_RETRACT = 1, /* what an announcement put on home pages */
	CHORE_OBJECT = 2,  /* what hangs on a deleted object */
	CHORE_ACTOR = 3,   /* what a deleted actor left */
};

enum { CHORE_ROWS = 1000 }; /* in one step: 10 ms, ten times that when cold */

struct chore {
	int64_t id;
	enum chore_kind kind;
	int64_t actor_id, object_id; /* 0: none */
	bool announced;
	int64_t at;
	int64_t reached; /* fan-out: the last follow that is done */
};

/* Leaves it to the writer. */
int chore_add(struct db *db, const struct chore *chore) MUST_CHECK;
/* An announcement was taken back: it goes no further. */
int chore_end_fan_out(struct db *db, int64_t actor_id, int64_t object_id)
    MUST_CHECK;
/* One step of the first in line; *ret_more: something is left. */
int chore_step(struct db *db, bool *ret_more) MUST_CHECK;

/*
 * DELETE or UPDATE with ?1 an id and ?2 a LIMIT: changes at most *left rows
 * and counts them off.  At 0 there may be more.
 */
int chore_erase(struct db *db, const char *sql, int64_t id, int64_t *left)
    MUST_CHECK;

#endif
