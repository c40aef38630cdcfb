/* SPDX-License-Identifier: ISC */
#include <errno.h>

#include "store/chore.h"
#include "store/internal.h"

int
chore_add(struct db *db, const struct chore *chore)
{
	static const char sql[] =
	    "INSERT INTO chore (kind, actor_id, object_id, announced, at,"
	    " reached) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
	int r = db_run(db, sql,
	    VALUES(db_int((int64_t)chore->kind), db_id(chore->actor_id),
		db_id(chore->object_id), db_int(chore->announced),
		db_int(chore->at), db_int(chore->reached)));

	if (r == 0)
		db_set_chores(db, true);
	return r;
}

int
chore_end_fan_out(struct db *db, int64_t actor_id, int64_t object_id)
{
	static const char sql[] =
	    "DELETE FROM chore WHERE object_id = ?2 AND kind = ?3"
	    " AND actor_id = ?1 AND announced = 1";

	return db_run(db, sql,
	    VALUES(db_int(actor_id), db_int(object_id), db_int(CHORE_FAN_OUT)));
}

/* The shortest first: a large erasure does not keep what is new waiting. */
static int
chore_first(struct db *db, struct chore *ret)
{
	static const char sql[] =
	    "SELECT id, kind, actor_id, object_id, announced, at, reached"
	    " FROM chore ORDER BY kind, id LIMIT 1";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, NO_VALUES, &row);

	if (r < 0)
		return r;
	ret->id = db_take_int(row);
	ret->kind = (enum chore_kind)db_take_int(row);
	ret->actor_id = db_take_int(row);
	ret->object_id = db_take_int(row);
	ret->announced = db_take_bool(row);
	ret->at = db_take_int(row);
	ret->reached = db_take_int(row);
	return 0;
}

static int
chore_do(struct db *db, struct chore *chore, int64_t *left)
{
	switch (chore->kind) {
	case CHORE_FAN_OUT:
		return timeline_spread(db, chore, left);
	case CHORE_RETRACT:
		return timeline_retract_some(
		    db, chore->object_id, chore->actor_id, left);
	case CHORE_OBJECT:
		return object_strip(db, chore->object_id, left);
	case CHORE_ACTOR:
		return actor_erase(db, chore->actor_id, chore->at, left);
	}
	return -EINVAL;
}

static int
chore_note_reached(struct db *db, const struct chore *chore)
{
	static const char sql[] = "UPDATE chore SET reached = ?2 WHERE id = ?1";

	return db_run(
	    db, sql, VALUES(db_int(chore->id), db_int(chore->reached)));
}

static int
chore_remove(struct db *db, int64_t id)
{
	static const char sql[] = "DELETE FROM chore WHERE id = ?1";

	return db_run(db, sql, VALUES(db_int(id)));
}

int
chore_step(struct db *db, bool *ret_more)
{
	struct chore chore = { 0 };
	int64_t left = CHORE_ROWS;
	int r = chore_first(db, &chore);

	if (r == -ENOENT) {
		*ret_more = false;
		return 0;
	}
	if (r == 0)
		r = chore_do(db, &chore, &left);
	if (r == 0 && left > 0)
		r = chore_remove(db, chore.id);
	else if (r == 0)
		r = chore_note_reached(db, &chore);
	if (r == 0)
		*ret_more = true; /* the next step sees */
	return r;
}

int
chore_erase(struct db *db, const char *sql, int64_t id, int64_t *left)
{
	int r;

	if (*left <= 0)
		return 0;
	r = db_run(db, sql, VALUES(db_int(id), db_int(*left)));
	if (r == 0)
		*left -= db_changed(db);
	return r;
}
