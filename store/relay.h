/* SPDX-License-Identifier: ISC */
/*
 * relay.h: which servers may subscribe to the relay, as the administrator
 * decided.  Who subscribes is in follow.h, like all who follow.
 * Memory, errors, threads: see store.h.
 */
#ifndef STORE_RELAY_H
#define STORE_RELAY_H

#include "store/store.h"

enum relay_rule {
	RELAY_RULE_NONE = 0, /* nothing was decided */
	RELAY_RULE_ACCEPT = 1,
	RELAY_RULE_REJECT = 2,
};

struct relay_ruling {
	const char *domain;
	enum relay_rule rule;
	int64_t at;
};

int relay_rule_get(struct db *db, const char *domain, enum relay_rule *ret)
    MUST_CHECK;
/* RELAY_RULE_NONE forgets; -ENOENT when there was nothing to forget. */
int relay_rule_set(struct db *db, const char *domain, enum relay_rule rule,
    int64_t now) MUST_CHECK;
/* By domain, from `after` (exclusive, "" for the first). */
int relay_rule_list(struct db *db, struct arena *arena, const char *after,
    size_t limit, struct relay_ruling **ret, size_t *ret_count) MUST_CHECK;

#endif
