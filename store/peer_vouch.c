/* SPDX-License-Identifier: ISC */
#include <errno.h>

#include "store/db.h"
#include "store/peer.h"
#include "store/rotation.h"

/* Whose word counts: those whom the administrator admitted. */
#define VOUCHERS \
	" FROM vouch AS v JOIN peer AS p ON p.id = v.voucher_id" \
	" WHERE v.domain = ?1 AND p.rule = 1 AND p.state = 1"

int
vouch_asked(struct db *db, int64_t voucher_id, int64_t now)
{
	static const char sql[] = "UPDATE peer SET list_at = ?2 WHERE id = ?1";

	return db_run(db, sql, VALUES(db_int(voucher_id), db_int(now)));
}

int
vouch_replace(struct db *db, int64_t voucher_id, int64_t seq, int64_t now,
    const struct vouch *vouches, size_t count)
{
	static const char forget[] = "DELETE FROM vouch WHERE voucher_id = ?1";
	static const char add[] =
	    "INSERT INTO vouch (voucher_id, domain, key, direct)"
	    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
	static const char mark[] =
	    "UPDATE peer SET list_seq = ?2, list_at = ?3 WHERE id = ?1";
	int r = db_run_one(
	    db, mark, VALUES(db_int(voucher_id), db_int(seq), db_int(now)));

	if (r == 0)
		r = db_run(db, forget, VALUES(db_int(voucher_id)));
	for (size_t i = 0; r == 0 && i < count; i++)
		r = db_run(db, add,
		    VALUES(db_int(voucher_id), db_text(vouches[i].domain),
			db_blob(vouches[i].key, vouches[i].key_len),
			db_int(vouches[i].direct)));
	return r < 0 ? r : rotation_update_vouches(db, voucher_id);
}

int
vouch_sum(struct db *db, const char *domain, const uint8_t *key, size_t key_len,
    struct vouch_sum *ret)
{
	static const char sql[] =
	    "SELECT coalesce(sum(v.direct), 0),"
	    " coalesce(max(p.introducer), 0), count(*)" VOUCHERS
	    " AND v.key = ?2";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(
	    db, sql, VALUES(db_text(domain), db_blob(key, key_len)), &row);

	if (r == 0) {
		ret->direct = db_take_int(row);
		ret->introduced = db_take_bool(row);
		ret->known = db_take_int(row) > 0;
	}
	return r;
}

int
vouch_key(struct db *db, struct arena *arena, const char *domain,
    const uint8_t **ret, size_t *ret_len)
{
	static const char sql[] =
	    "SELECT v.key" VOUCHERS " GROUP BY v.key"
	    " ORDER BY max(p.introducer) DESC, sum(v.direct) DESC, count(*)"
	    " DESC, v.key LIMIT 1";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, VALUES(db_text(domain)), &row);

	if (r == 0)
		*ret = db_take_blob(row, arena, ret_len);
	return r;
}

static void
read_name(struct statement *row, struct arena *arena, void *item)
{
	const char **name = item;

	*name = db_take_text(row, arena);
}

int
vouch_list(struct db *db, struct arena *arena, const char *domain, size_t limit,
    const char ***ret, size_t *ret_count)
{
	static const char sql[] =
	    "SELECT p.domain" VOUCHERS " ORDER BY p.domain LIMIT ?2";
	struct db_list list = { .arena = arena,
		.item_size = sizeof(const char *),
		.read = read_name };
	int r =
	    db_list(db, sql, VALUES(db_text(domain), db_size(limit)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
vouch_by(
    struct db *db, int64_t voucher_id, const char *domain, bool *ret_direct)
{
	static const char sql[] =
	    "SELECT direct FROM vouch WHERE voucher_id = ?1 AND domain = ?2";
	int64_t direct = 0;
	int r = db_number(
	    db, sql, VALUES(db_int(voucher_id), db_text(domain)), &direct);

	*ret_direct = direct != 0;
	return r;
}
