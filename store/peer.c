/* SPDX-License-Identifier: ISC */
#include "store/peer.h"

#include <errno.h>

#include "store/db.h"
#include "store/writer.h"

#define PEER_SELECT \
	"SELECT id, domain, key, rule, state, why, neighbour, tried_at," \
	" ok_at, failures, wait_until, last_error, created_at, introducer," \
	" list_seq, list_at, asked_at FROM peer"

static void
peer_read(struct statement *row, struct arena *arena, void *item)
{
	struct peer *peer = item;

	peer->id = db_take_int(row);
	peer->domain = db_take_text(row, arena);
	peer->key = db_take_blob(row, arena, &peer->key_len);
	peer->rule = (enum peer_rule)db_take_int(row);
	peer->state = (enum peer_state)db_take_int(row);
	peer->why = db_take_text(row, arena);
	peer->neighbour = db_take_bool(row);
	peer->tried_at = db_take_int(row);
	peer->ok_at = db_take_int(row);
	peer->failures = db_take_int(row);
	peer->wait_until = db_take_int(row);
	peer->last_error = db_take_text(row, arena);
	peer->created_at = db_take_int(row);
	peer->introducer = db_take_bool(row);
	peer->list_seq = db_take_int(row);
	peer->list_at = db_take_int(row);
	peer->asked_at = db_take_int(row);
}

int
peer_by_domain(
    struct db *db, struct arena *arena, const char *domain, struct peer *ret)
{
	static const char sql[] = PEER_SELECT " WHERE domain = ?1";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, VALUES(db_text(domain)), &row);

	if (r == 0)
		peer_read(row, arena, ret);
	return r;
}

static int
peer_rows(struct db *db, struct arena *arena, const char *sql,
    const struct value *values, size_t value_count, struct peer **ret,
    size_t *ret_count)
{
	struct db_list list = { .arena = arena,
		.item_size = sizeof(struct peer),
		.read = peer_read };
	int r = db_list(db, sql, values, value_count, &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
peer_list(struct db *db, struct arena *arena, const char *after, size_t limit,
    struct peer **ret, size_t *ret_count)
{
	static const char sql[] =
	    PEER_SELECT " WHERE domain > ?1 ORDER BY domain LIMIT ?2";

	return peer_rows(db, arena, sql, VALUES(db_text(after), db_size(limit)),
	    ret, ret_count);
}

int
peer_list_in(struct db *db, struct arena *arena, enum peer_state state,
    const char *after, size_t limit, struct peer **ret, size_t *ret_count)
{
	static const char sql[] = PEER_SELECT
	    " WHERE state = ?3 AND domain > ?1 ORDER BY domain LIMIT ?2";

	return peer_rows(db, arena, sql,
	    VALUES(db_text(after), db_size(limit), db_int(state)), ret,
	    ret_count);
}

bool
peer_is_admitted(struct db *db, const char *domain)
{
	static const char sql[] = "SELECT state FROM peer WHERE domain = ?1";
	int64_t state = PEER_WAITING;

	return db_number(db, sql, VALUES(db_text(domain)), &state) == 0 &&
	       state == PEER_ADMITTED;
}

int
peer_pick(struct db *db, struct arena *arena, int64_t now, bool neighbours,
    size_t limit, struct peer **ret, size_t *ret_count)
{
	static const char sql[] =
	    PEER_SELECT " WHERE state = 1 AND wait_until <= ?1"
			" ORDER BY neighbour * ?3 DESC, random() LIMIT ?2";

	return peer_rows(db, arena, sql,
	    VALUES(db_int(now), db_size(limit), db_int(neighbours)), ret,
	    ret_count);
}

int
peer_list_unread(struct db *db, struct arena *arena, size_t limit,
    struct peer **ret, size_t *ret_count)
{
	static const char sql[] =
	    PEER_SELECT " WHERE state = 1 AND NOT EXISTS (SELECT 1"
			" FROM catalogue_origin AS o"
			" WHERE o.domain = peer.domain) LIMIT ?1";

	return peer_rows(
	    db, arena, sql, VALUES(db_size(limit)), ret, ret_count);
}

int
peer_need(struct db *db, const char *domain, int64_t now, int64_t *ret_id)
{
	static const char find[] = "SELECT id FROM peer WHERE domain = ?1";
	static const char add[] =
	    "INSERT INTO peer (domain, created_at) SELECT ?1, ?2"
	    " WHERE (SELECT count(*) FROM peer) < ?3";
	int r = db_number(db, find, VALUES(db_text(domain)), ret_id);

	if (r != -ENOENT)
		return r;
	r = db_run(
	    db, add, VALUES(db_text(domain), db_int(now), db_int(PEERS_MAX)));
	if (r == 0 && db_changed(db) == 0)
		return -ENOSPC;
	if (r == 0)
		*ret_id = db_last_id(db);
	return r;
}

/* Strangers that wait and that no peer lists. */
static int
count_asking(struct db *db, int64_t *ret)
{
	static const char sql[] =
	    "SELECT count(*) FROM peer WHERE state = 0 AND rule = 0"
	    " AND asked_at <> 0 AND NOT EXISTS (SELECT 1 FROM vouch"
	    " WHERE vouch.domain = peer.domain)";

	return db_number(db, sql, NO_VALUES, ret);
}

int
peer_asked(struct db *db, const char *domain, int64_t now)
{
	static const char find[] = "SELECT id FROM peer WHERE domain = ?1";
	static const char mark[] =
	    "UPDATE peer SET asked_at = ?2 WHERE id = ?1";
	int64_t id, asking;
	int r = db_number(db, find, VALUES(db_text(domain)), &id);

	if (r == -ENOENT) {
		r = count_asking(db, &asking);
		if (r == 0 && asking >= PEERS_ASKING)
			r = -ENOSPC;
		if (r == 0)
			r = peer_need(db, domain, now, &id);
	}
	return r < 0 ? r : db_run(db, mark, VALUES(db_int(id), db_int(now)));
}

int
peer_save(struct db *db, const struct peer *peer)
{
	static const char sql[] =
	    "UPDATE peer SET key = ?2, rule = ?3, state = ?4, why = ?5,"
	    " neighbour = ?6, introducer = ?7 WHERE id = ?1";
	int r = db_run_one(db, sql,
	    VALUES(db_int(peer->id),
		peer->key != NULL ? db_blob(peer->key, peer->key_len)
				  : db_null(),
		db_int(peer->rule), db_int(peer->state),
		db_text(peer->why != NULL ? peer->why : ""),
		db_int(peer->neighbour), db_int(peer->introducer)));

	if (r == 0)
		writer_changed(db, CHANGE_PEER);
	return r;
}

int
peer_remove(struct db *db, int64_t id)
{
	static const char vouches[] = "DELETE FROM vouch WHERE voucher_id = ?1";
	static const char sql[] = "DELETE FROM peer WHERE id = ?1";
	int r = db_run(db, vouches, VALUES(db_int(id)));

	return r == 0 ? db_run_one(db, sql, VALUES(db_int(id))) : r;
}

int
peer_tried(struct db *db, int64_t id, int64_t now, int64_t wait_until,
    const char *error)
{
	static const char sql[] =
	    "UPDATE peer SET tried_at = ?2, wait_until = ?3, last_error = ?4,"
	    " ok_at = CASE WHEN ?4 IS NULL THEN ?2 ELSE ok_at END,"
	    " failures = CASE WHEN ?4 IS NULL THEN 0 ELSE failures + 1 END"
	    " WHERE id = ?1";

	return db_run(db, sql,
	    VALUES(
		db_int(id), db_int(now), db_int(wait_until), db_text(error)));
}

int
peer_list_due(struct db *db, struct arena *arena, int64_t now,
    int64_t read_before, struct peer *ret)
{
	static const char sql[] =
	    PEER_SELECT " WHERE state = 1 AND rule = 1 AND wait_until <= ?1"
			" AND list_at < ?2 ORDER BY list_at LIMIT 1";
	CLEANUP(db_done) struct statement *row = NULL;
	int r =
	    db_first(db, sql, VALUES(db_int(now), db_int(read_before)), &row);

	if (r == 0)
		peer_read(row, arena, ret);
	return r;
}

int
peer_figures(struct db *db, struct peer_figures *ret)
{
	static const char sql[] =
	    "SELECT coalesce(sum(p.state = 1), 0),"
	    " coalesce(sum(p.state = 0), 0),"
	    " coalesce(sum(p.state = 1 AND p.failures > 0), 0),"
	    " coalesce(sum(p.state = 0 AND p.rule = 0 AND p.asked_at <> 0), 0),"
	    " coalesce(sum(p.failures > 0 AND p.last_error LIKE 'ahead: %'), "
	    "0),"
	    " count(o.id), coalesce(sum(o.count), 0) FROM peer AS p"
	    " LEFT JOIN catalogue_origin AS o"
	    " ON o.domain = p.domain AND p.state = 1";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, NO_VALUES, &row);

	if (r == 0) {
		ret->admitted = db_take_int(row);
		ret->waiting = db_take_int(row);
		ret->silent = db_take_int(row);
		ret->asking = db_take_int(row);
		ret->ahead = db_take_int(row);
		ret->read = db_take_int(row);
		ret->entries = db_take_int(row);
	}
	return r;
}
