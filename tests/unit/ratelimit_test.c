/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/ratelimit.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };

static int
take_many(struct ratelimit *limit, const char *key, int64_t now_ms, int tries)
{
	int taken = 0;

	for (int i = 0; i < tries; i++)
		taken += ratelimit_take(limit, key, now_ms) == 0;
	return taken;
}

static void
a_minutes_worth_may_come_at_once(void **state)
{
	struct ratelimit *limit = ratelimit_new(64, 60);

	(void)state;
	assert_int_equal(take_many(limit, "a", 0, 100), 60);
	assert_int_equal(ratelimit_take(limit, "a", 0), 1);
	ratelimit_free(&limit);
	assert_null(limit);
}

static void
tokens_come_back_steadily(void **state)
{
	struct ratelimit *limit = ratelimit_new(64, 60);

	(void)state;
	take_many(limit, "a", 0, 60);
	assert_int_equal(take_many(limit, "a", 999, 10), 0);
	assert_int_equal(take_many(limit, "a", SECOND, 10), 1);
	assert_int_equal(take_many(limit, "a", 31 * SECOND, 100), 30);
	assert_int_equal(take_many(limit, "a", 1000 * MINUTE, 100), 60);
	ratelimit_free(&limit);
}

static void
refused_tries_cost_nothing_and_say_when_to_return(void **state)
{
	struct ratelimit *limit = ratelimit_new(64, 4);
	int64_t wait;

	(void)state;
	assert_int_equal(take_many(limit, "a", 0, 1000), 4);
	wait = ratelimit_take(limit, "a", 0);
	assert_int_equal(wait, 15);
	assert_int_equal(ratelimit_take(limit, "a", 14 * SECOND), 1);
	assert_int_equal(ratelimit_take(limit, "a", wait * SECOND), 0);
	ratelimit_free(&limit);
}

static void
keys_do_not_share_a_bucket(void **state)
{
	struct ratelimit *limit = ratelimit_new(64, 10);

	(void)state;
	assert_int_equal(take_many(limit, "a", 0, 20), 10);
	assert_int_equal(take_many(limit, "b", 0, 20), 10);
	assert_int_equal(take_many(limit, "", 0, 20), 10);
	ratelimit_free(&limit);
}

static void
looking_takes_nothing(void **state)
{
	CLEANUP(ratelimit_free)
	struct ratelimit *limit = ratelimit_new(16, 10);

	(void)state;
	for (int i = 0; i < 50; i++)
		assert_int_equal(ratelimit_look(limit, "a", 0), 0);
	assert_int_equal(take_many(limit, "a", 0, 20), 10);
	assert_true(ratelimit_look(limit, "a", 0) > 0);
	assert_int_equal(ratelimit_look(limit, "a", 6 * SECOND), 0);
}

static void
a_new_rate_takes_effect(void **state)
{
	struct ratelimit *limit = ratelimit_new(64, 10);

	(void)state;
	ratelimit_set(limit, 20);
	assert_int_equal(take_many(limit, "a", 0, 50), 20);
	ratelimit_set(limit, 0); /* nonsense is taken for the least rate */
	assert_int_equal(take_many(limit, "b", 0, 50), 1);
	ratelimit_free(&limit);
}

static void
a_flood_of_keys_does_not_free_a_spent_one(void **state)
{
	struct ratelimit *limit = ratelimit_new(256, 10);
	char key[32];

	(void)state;
	take_many(limit, "spent", 0, 10);
	/* Each newcomer took one token: it is fuller, and goes first. */
	for (int i = 0; i < 20000; i++) {
		snprintf(key, sizeof(key), "flood-%d", i);
		assert_int_equal(ratelimit_take(limit, key, 0), 0);
	}
	assert_int_not_equal(ratelimit_take(limit, "spent", 0), 0);
	ratelimit_free(&limit);
}

static void
addresses_are_cut_to_what_one_party_has(void **state)
{
	static const struct {
		const char *address, *key;
	} rows[] = {
		{ "192.0.2.7", "192.0.2.7" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::" },
		{ "2001:db8:1:2::1", "2001:db8:1:2::" },
		{ "::ffff:192.0.2.7", "192.0.2.7" },
		{ "unix", "unix" },
		{ "::1", "::" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char key[RATELIMIT_KEY_SIZE];

		ratelimit_key(rows[i].address, key);
		assert_string_equal(key, rows[i].key);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_minutes_worth_may_come_at_once),
		cmocka_unit_test(tokens_come_back_steadily),
		cmocka_unit_test(
		    refused_tries_cost_nothing_and_say_when_to_return),
		cmocka_unit_test(keys_do_not_share_a_bucket),
		cmocka_unit_test(looking_takes_nothing),
		cmocka_unit_test(a_new_rate_takes_effect),
		cmocka_unit_test(a_flood_of_keys_does_not_free_a_spent_one),
		cmocka_unit_test(addresses_are_cut_to_what_one_party_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
