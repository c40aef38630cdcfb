/* SPDX-License-Identifier: ISC */
#include "store/relay.h"

#include <errno.h>

#include "store/db.h"

int
relay_rule_get(struct db *db, const char *domain, enum relay_rule *ret)
{
	static const char sql[] =
	    "SELECT rule FROM relay_rule WHERE domain = ?1";
	int64_t rule = RELAY_RULE_NONE;
	int r = db_number(db, sql, VALUES(db_text(domain)), &rule);

	*ret = (enum relay_rule)rule;
	return r == -ENOENT ? 0 : r;
}

int
relay_rule_set(
    struct db *db, const char *domain, enum relay_rule rule, int64_t now)
{
	static const char put[] =
	    "INSERT INTO relay_rule (domain, rule, at) VALUES (?1, ?2, ?3)"
	    " ON CONFLICT (domain) DO UPDATE SET rule = excluded.rule,"
	    " at = excluded.at";
	static const char forget[] = "DELETE FROM relay_rule WHERE domain = ?1";

	if (rule == RELAY_RULE_NONE)
		return db_run_one(db, forget, VALUES(db_text(domain)));
	return db_run(
	    db, put, VALUES(db_text(domain), db_int(rule), db_int(now)));
}

static void
relay_read(struct statement *row, struct arena *arena, void *item)
{
	struct relay_ruling *ruling = item;

	ruling->domain = db_take_text(row, arena);
	ruling->rule = (enum relay_rule)db_take_int(row);
	ruling->at = db_take_int(row);
}

int
relay_rule_list(struct db *db, struct arena *arena, const char *after,
    size_t limit, struct relay_ruling **ret, size_t *ret_count)
{
	static const char sql[] =
	    "SELECT domain, rule, at FROM relay_rule WHERE domain > ?1"
	    " ORDER BY domain LIMIT ?2";
	struct db_list list = { .arena = arena,
		.item_size = sizeof(struct relay_ruling),
		.read = relay_read };
	int r = db_list(db, sql, VALUES(db_text(after), db_size(limit)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}
