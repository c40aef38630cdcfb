/* SPDX-License-Identifier: ISC */
#include <errno.h>

#include "store/follow.h"
#include "store/internal.h"

static int
block_end_follow(struct db *db, int64_t follower_id, int64_t followee_id)
{
	int r = follow_remove(db, follower_id, followee_id);

	return r == -ENOENT ? 0 : r;
}

int
block_add(struct db *db, int64_t actor_id, int64_t target_id, const char *uri,
    int64_t now)
{
	static const char sql[] =
	    "INSERT INTO block (actor_id, target_id, uri, at)"
	    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (actor_id, target_id)"
	    " DO UPDATE SET uri = excluded.uri";
	int r = db_run(db, sql,
	    VALUES(db_int(actor_id), db_int(target_id), db_text(uri),
		db_int(now)));

	if (r == 0)
		r = block_end_follow(db, actor_id, target_id);
	if (r == 0)
		r = block_end_follow(db, target_id, actor_id);
	return r;
}

int
block_remove(struct db *db, int64_t actor_id, int64_t target_id)
{
	static const char sql[] =
	    "DELETE FROM block WHERE actor_id = ?1 AND target_id = ?2";

	return db_run_one(db, sql, VALUES(db_int(actor_id), db_int(target_id)));
}

bool
block_stands(struct db *db, int64_t actor_id, int64_t target_id)
{
	static const char sql[] =
	    "SELECT 1 FROM block WHERE actor_id = ?1 AND target_id = ?2";
	int64_t stands;

	return db_number(db, sql, VALUES(db_int(actor_id), db_int(target_id)),
		   &stands) != -ENOENT;
}

int
block_erase(struct db *db, int64_t actor_id, int64_t *left)
{
	static const char by_it[] =
	    "DELETE FROM block WHERE actor_id = ?1 AND target_id IN"
	    " (SELECT target_id FROM block WHERE actor_id = ?1 LIMIT ?2)";
	static const char of_it[] =
	    "DELETE FROM block WHERE target_id = ?1 AND actor_id IN"
	    " (SELECT actor_id FROM block WHERE target_id = ?1 LIMIT ?2)";
	int r = chore_erase(db, by_it, actor_id, left);

	return r < 0 ? r : chore_erase(db, of_it, actor_id, left);
}
