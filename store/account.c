/* SPDX-License-Identifier: ISC */
#include "store/account.h"

#include <errno.h>

#include "store/db.h"

#define ACCOUNT_SELECT \
	"SELECT c.id, c.profile_id, a.username, c.email, c.password," \
	" c.suspended, c.created_at, c.signed_in_at FROM account AS c" \
	" JOIN actor AS a ON a.id = c.profile_id AND a.deleted_at IS NULL"

static struct value
hash_value(const uint8_t hash[SHA256_SIZE])
{
	return db_blob(hash, SHA256_SIZE);
}

static void
account_read(struct statement *row, struct arena *arena, void *item)
{
	struct account *account = item;

	account->id = db_take_int(row);
	account->profile_id = db_take_int(row);
	account->username = db_take_text(row, arena);
	account->email = db_take_text(row, arena);
	account->password = db_take_text(row, arena);
	account->suspended = db_take_bool(row);
	account->created_at = db_take_int(row);
	account->signed_in_at = db_take_int(row);
}

static int
first(struct db *db, struct arena *arena, const char *sql,
    const struct value *values, size_t count, struct account *ret)
{
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, values, count, &row);

	if (r == 0)
		account_read(row, arena, ret);
	return r;
}

int
account_create(struct db *db, int64_t profile_id, const char *email,
    int64_t now, int64_t *ret_id)
{
	static const char sql[] =
	    "INSERT INTO account (profile_id, email, created_at)"
	    " VALUES (?1, ?2, ?3)";
	int r = db_run(
	    db, sql, VALUES(db_int(profile_id), db_text(email), db_int(now)));

	if (r == 0)
		*ret_id = db_last_id(db);
	return r;
}

int
account_get(struct db *db, struct arena *arena, int64_t id, struct account *ret)
{
	static const char sql[] = ACCOUNT_SELECT " WHERE c.id = ?1";

	return first(db, arena, sql, VALUES(db_int(id)), ret);
}

int
account_by_name(
    struct db *db, struct arena *arena, const char *name, struct account *ret)
{
	static const char by_name[] =
	    ACCOUNT_SELECT " WHERE a.username = ?1 COLLATE NOCASE"
			   " AND a.kind <> 0";
	static const char by_email[] = ACCOUNT_SELECT " WHERE c.email = ?1";
	int r = first(db, arena, by_name, VALUES(db_text(name)), ret);

	return r == -ENOENT
		   ? first(db, arena, by_email, VALUES(db_text(name)), ret)
		   : r;
}

int
account_list(struct db *db, struct arena *arena, const char *after,
    size_t limit, struct account **ret, size_t *ret_count)
{
	static const char sql[] =
	    ACCOUNT_SELECT " WHERE a.username > ?1 ORDER BY a.username"
			   " LIMIT ?2";
	struct db_list list = { .arena = arena,
		.item_size = sizeof(struct account),
		.read = account_read };
	int r = db_list(db, sql, VALUES(db_text(after), db_size(limit)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
session_remove_all(struct db *db, int64_t account_id)
{
	static const char sql[] = "DELETE FROM session WHERE account_id = ?1";

	return db_run(db, sql, VALUES(db_int(account_id)));
}

static int
remove_link(struct db *db, int64_t account_id)
{
	static const char sql[] =
	    "DELETE FROM account_link WHERE account_id = ?1";

	return db_run(db, sql, VALUES(db_int(account_id)));
}

int
account_set_password(struct db *db, int64_t id, const char *password)
{
	static const char sql[] =
	    "UPDATE account SET password = ?2 WHERE id = ?1";
	int r = db_run_one(db, sql, VALUES(db_int(id), db_text(password)));

	if (r == 0)
		r = session_remove_all(db, id);
	return r == 0 ? remove_link(db, id) : r;
}

int
account_set_suspended(struct db *db, int64_t id, bool suspended)
{
	static const char sql[] =
	    "UPDATE account SET suspended = ?2 WHERE id = ?1";
	int r = db_run_one(db, sql, VALUES(db_int(id), db_int(suspended)));

	return r == 0 && suspended ? session_remove_all(db, id) : r;
}

int
account_remove(struct db *db, int64_t id)
{
	static const char sql[] = "DELETE FROM account WHERE id = ?1";
	int r = session_remove_all(db, id);

	if (r == 0)
		r = remove_link(db, id);
	return r == 0 ? db_run_one(db, sql, VALUES(db_int(id))) : r;
}

int
account_forget_orphans(struct db *db, int64_t now)
{
	static const char idle[] = "DELETE FROM session WHERE used_at < ?1";
	static const char over[] =
	    "DELETE FROM account_link WHERE expires_at < ?1";
	static const char find[] =
	    "SELECT c.id FROM account AS c JOIN actor AS a"
	    " ON a.id = c.profile_id WHERE a.deleted_at IS NOT NULL LIMIT 1";
	int64_t id;
	int r = db_run(db, idle, VALUES(db_int(now - SESSION_IDLE_SECONDS)));

	if (r == 0)
		r = db_run(db, over, VALUES(db_int(now)));
	while (r == 0 && (r = db_number(db, find, NO_VALUES, &id)) == 0)
		r = account_remove(db, id);
	return r == -ENOENT ? 0 : r;
}

int
account_link_set(struct db *db, int64_t account_id,
    const uint8_t hash[SHA256_SIZE], int64_t expires_at)
{
	static const char sql[] =
	    "INSERT INTO account_link (account_id, hash, expires_at)"
	    " VALUES (?1, ?2, ?3) ON CONFLICT (account_id) DO UPDATE SET"
	    " hash = excluded.hash, expires_at = excluded.expires_at";

	return db_run(db, sql,
	    VALUES(db_int(account_id), hash_value(hash), db_int(expires_at)));
}

int
account_by_link(struct db *db, struct arena *arena,
    const uint8_t hash[SHA256_SIZE], int64_t now, struct account *ret)
{
	static const char sql[] =
	    ACCOUNT_SELECT " JOIN account_link AS l ON l.account_id = c.id"
			   " WHERE l.hash = ?1 AND l.expires_at >= ?2"
			   " AND c.suspended = 0";

	return first(
	    db, arena, sql, VALUES(hash_value(hash), db_int(now)), ret);
}

int
session_add(struct db *db, const uint8_t hash[SHA256_SIZE], int64_t account_id,
    int64_t now)
{
	static const char sql[] =
	    "INSERT INTO session (hash, account_id, created_at, used_at)"
	    " VALUES (?1, ?2, ?3, ?3)";
	static const char mark[] =
	    "UPDATE account SET signed_in_at = ?2 WHERE id = ?1";
	int r = db_run_one(db, mark, VALUES(db_int(account_id), db_int(now)));

	return r < 0 ? r
		     : db_run(db, sql,
			   VALUES(hash_value(hash), db_int(account_id),
			       db_int(now)));
}

int
session_find(struct db *db, struct arena *arena,
    const uint8_t hash[SHA256_SIZE], int64_t now, struct account *ret,
    int64_t *ret_used_at)
{
	static const char used[] =
	    "SELECT used_at FROM session WHERE hash = ?1 AND used_at >= ?2";
	static const char sql[] =
	    ACCOUNT_SELECT " JOIN session AS s ON s.account_id = c.id"
			   " WHERE s.hash = ?1 AND c.suspended = 0";
	int r = db_number(db, used,
	    VALUES(hash_value(hash), db_int(now - SESSION_IDLE_SECONDS)),
	    ret_used_at);

	return r < 0 ? r : first(db, arena, sql, VALUES(hash_value(hash)), ret);
}

int
session_used(struct db *db, const uint8_t hash[SHA256_SIZE], int64_t now)
{
	static const char sql[] =
	    "UPDATE session SET used_at = ?2 WHERE hash = ?1";

	return db_run(db, sql, VALUES(hash_value(hash), db_int(now)));
}

int
session_remove(struct db *db, const uint8_t hash[SHA256_SIZE])
{
	static const char sql[] = "DELETE FROM session WHERE hash = ?1";

	return db_run(db, sql, VALUES(hash_value(hash)));
}
