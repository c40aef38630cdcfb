/* SPDX-License-Identifier: ISC */
#include <errno.h>

#include "store/follow.h"
#include "store/internal.h"

#define FOLLOW_SELECT \
	"SELECT f.id, f.uri, f.follower_id, f.followee_id, r.uri, e.uri," \
	" f.state, f.created_at, f.decided_at, f.of_public FROM follow AS f" \
	" JOIN actor AS r ON r.id = f.follower_id" \
	" JOIN actor AS e ON e.id = f.followee_id"

static void
follow_read(struct statement *row, struct arena *arena, void *item)
{
	struct follow *follow = item;

	follow->id = db_take_int(row);
	follow->uri = db_take_text(row, arena);
	follow->follower_id = db_take_int(row);
	follow->followee_id = db_take_int(row);
	follow->follower_uri = db_take_text(row, arena);
	follow->followee_uri = db_take_text(row, arena);
	follow->state = (enum follow_state)db_take_int(row);
	follow->created_at = db_take_int(row);
	follow->decided_at = db_take_int(row);
	follow->of_public = db_take_bool(row);
}

static int
follow_first(struct db *db, struct arena *arena, const char *sql,
    const struct value *values, size_t count, struct follow *ret)
{
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, values, count, &row);

	if (r == 0)
		follow_read(row, arena, ret);
	return r;
}

int
follow_get(struct db *db, struct arena *arena, int64_t follower_id,
    int64_t followee_id, struct follow *ret)
{
	static const char sql[] =
	    FOLLOW_SELECT " WHERE f.follower_id = ?1 AND f.followee_id = ?2";

	return follow_first(db, arena, sql,
	    VALUES(db_int(follower_id), db_int(followee_id)), ret);
}

int
follow_by_uri(
    struct db *db, struct arena *arena, const char *uri, struct follow *ret)
{
	static const char sql[] =
	    FOLLOW_SELECT " WHERE f.uri_hash = ?1 AND f.uri = ?2";

	return follow_first(
	    db, arena, sql, VALUES(db_hash(uri), db_text(uri)), ret);
}

int
follow_put(struct db *db, const char *uri, int64_t follower_id,
    int64_t followee_id, int64_t now)
{
	static const char sql[] =
	    "INSERT INTO follow (uri, uri_hash, follower_id, followee_id,"
	    " state, created_at, follower_host) VALUES (?1, ?2, ?3, ?4, 0, ?5,"
	    " (SELECT host_id FROM actor WHERE id = ?3))"
	    " ON CONFLICT (follower_id, followee_id) DO UPDATE SET"
	    " uri = excluded.uri, uri_hash = excluded.uri_hash,"
	    " decided_at = CASE state WHEN 1 THEN decided_at END,"
	    " state = CASE state WHEN 1 THEN 1 ELSE 0 END";

	return db_run(db, sql,
	    VALUES(db_text(uri), db_hash(uri), db_int(follower_id),
		db_int(followee_id), db_int(now)));
}

int
follow_set_public(
    struct db *db, int64_t follower_id, int64_t followee_id, bool of_public)
{
	static const char sql[] =
	    "UPDATE follow SET of_public = ?3"
	    " WHERE follower_id = ?1 AND followee_id = ?2";

	return db_run_one(db, sql,
	    VALUES(
		db_int(follower_id), db_int(followee_id), db_int(of_public)));
}

int
follow_decide(struct db *db, int64_t id, enum follow_state state, int64_t now)
{
	static const char sql[] =
	    "UPDATE follow SET state = ?2, decided_at = ?3 WHERE id = ?1";

	return db_run_one(
	    db, sql, VALUES(db_int(id), db_int(state), db_int(now)));
}

int
follow_remove(struct db *db, int64_t follower_id, int64_t followee_id)
{
	static const char sql[] =
	    "DELETE FROM follow WHERE follower_id = ?1 AND followee_id = ?2";

	return db_run_one(
	    db, sql, VALUES(db_int(follower_id), db_int(followee_id)));
}

static int
follow_rows(struct db *db, const char *sql, const struct value *values,
    size_t count, struct db_list *list)
{
	list->item_size = sizeof(struct follow);
	list->read = follow_read;
	return db_list(db, sql, values, count, list);
}

int
follow_followers(struct db *db, struct arena *arena, int64_t followee_id,
    enum follow_state state, int64_t before, size_t limit, struct follow **ret,
    size_t *ret_count)
{
	static const char sql[] = FOLLOW_SELECT
	    " WHERE f.followee_id = ?1 AND f.state = ?2 AND f.id < ?3"
	    " ORDER BY f.id DESC LIMIT ?4";
	struct db_list list = { .arena = arena };
	int r = follow_rows(db, sql,
	    VALUES(db_int(followee_id), db_int(state), db_before(before),
		db_size(limit)),
	    &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
follow_following(struct db *db, struct arena *arena, int64_t follower_id,
    enum follow_state state, int64_t before, size_t limit, struct follow **ret,
    size_t *ret_count)
{
	static const char sql[] = FOLLOW_SELECT
	    " WHERE f.follower_id = ?1 AND f.state = ?2 AND f.id < ?3"
	    " ORDER BY f.id DESC LIMIT ?4";
	struct db_list list = { .arena = arena };
	int r = follow_rows(db, sql,
	    VALUES(db_int(follower_id), db_int(state), db_before(before),
		db_size(limit)),
	    &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
follow_count_followers(struct db *db, int64_t followee_id, int64_t *ret)
{
	static const char sql[] = "SELECT count(*) FROM follow"
				  " WHERE followee_id = ?1 AND state = 1";

	return db_number(db, sql, VALUES(db_int(followee_id)), ret);
}

int
follow_count_following(struct db *db, int64_t follower_id, int64_t *ret)
{
	static const char sql[] = "SELECT count(*) FROM follow"
				  " WHERE follower_id = ?1 AND state = 1";

	return db_number(db, sql, VALUES(db_int(follower_id)), ret);
}

int
follow_from_host(struct db *db, struct arena *arena, int64_t followee_id,
    int64_t host_id, struct follow **ret, size_t *ret_count)
{
	static const char sql[] =
	    FOLLOW_SELECT " WHERE f.followee_id = ?1 AND f.follower_host = ?2"
			  " ORDER BY f.state, f.id";
	struct db_list list = { .arena = arena };
	int r = follow_rows(
	    db, sql, VALUES(db_int(followee_id), db_int(host_id)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

static void
follow_read_inbox(struct statement *row, struct arena *arena, void *item)
{
	struct follow_inbox *inbox = item;

	inbox->inbox = db_take_text(row, arena);
	inbox->host_id = db_take_int(row);
	inbox->shared = db_take_bool(row);
}

int
follow_inboxes(struct db *db, struct arena *arena, int64_t followee_id,
    struct follow_inbox **ret, size_t *ret_count)
{
	static const char sql[] =
	    "SELECT coalesce(a.shared_inbox, a.inbox) AS box, min(a.host_id),"
	    " max(a.shared_inbox IS NOT NULL)"
	    " FROM follow AS f JOIN actor AS a ON a.id = f.follower_id"
	    " WHERE f.followee_id = ?1 AND f.state = 1 AND a.kind = 0"
	    " AND box IS NOT NULL GROUP BY box";
	struct db_list list = { .arena = arena,
		.item_size = sizeof(struct follow_inbox),
		.read = follow_read_inbox };
	int r = db_list(db, sql, VALUES(db_int(followee_id)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

static void
follow_read_uri(struct statement *row, struct arena *arena, void *item)
{
	const char **uri = item;

	*uri = db_take_text(row, arena);
}

int
follow_on_host(struct db *db, struct arena *arena, int64_t followee_id,
    int64_t host_id, const char ***ret_uris, size_t *ret_count)
{
	static const char sql[] =
	    "SELECT a.uri FROM follow AS f JOIN actor AS a"
	    " ON a.id = f.follower_id WHERE f.followee_id = ?1"
	    " AND f.follower_host = ?2 AND f.state = 1"
	    " AND a.deleted_at IS NULL ORDER BY f.id";
	struct db_list list = { .arena = arena,
		.item_size = sizeof(const char *),
		.read = follow_read_uri };
	int r = db_list(
	    db, sql, VALUES(db_int(followee_id), db_int(host_id)), &list);

	if (r == 0) {
		*ret_uris = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
follow_local_of(struct db *db, struct arena *arena, int64_t followee_id,
    struct follow **ret, size_t *ret_count)
{
	static const char sql[] = FOLLOW_SELECT
	    " WHERE f.followee_id = ?1 AND f.follower_host IS NULL"
	    " AND f.state = 1 ORDER BY f.id";
	struct db_list list = { .arena = arena };
	int r = follow_rows(db, sql, VALUES(db_int(followee_id)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
follow_erase(struct db *db, int64_t actor_id, int64_t *left)
{
	static const char following[] =
	    "DELETE FROM follow WHERE id IN (SELECT id FROM follow"
	    " WHERE follower_id = ?1 LIMIT ?2)";
	static const char followers[] =
	    "DELETE FROM follow WHERE id IN (SELECT id FROM follow"
	    " WHERE followee_id = ?1 LIMIT ?2)";
	int r = chore_erase(db, following, actor_id, left);

	return r < 0 ? r : chore_erase(db, followers, actor_id, left);
}
