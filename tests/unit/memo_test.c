/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "federation/memo.h"

static void
what_is_put_is_remembered_until_its_time(void **state)
{
	struct memo *memo = memo_new(64);
	const char *text;
	int value;

	(void)state;
	memo_put(memo, "https://a.example/", 100, 7, "refused");
	assert_true(memo_get(memo, "https://a.example/", 99, &value, &text));
	assert_int_equal(value, 7);
	assert_string_equal(text, "refused");
	assert_false(memo_get(memo, "https://a.example/", 100, &value, &text));
	assert_false(memo_get(memo, "https://b.example/", 1, &value, &text));
	memo_free(&memo);
	assert_null(memo);
}

static void
a_second_word_replaces_the_first(void **state)
{
	struct memo *memo = memo_new(64);
	char longer[2 * MEMO_TEXT_SIZE];
	const char *text;
	int value;

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	memo_put(memo, "a", 100, 1, "first");
	memo_put(memo, "a", 50, 2, longer);
	assert_true(memo_get(memo, "a", 1, &value, &text));
	assert_int_equal(value, 2);
	assert_int_equal(strlen(text), MEMO_TEXT_SIZE - 1);
	assert_false(memo_get(memo, "a", 60, &value, &text));
	memo_free(&memo);
}

static void
a_full_table_forgets_what_ends_soonest(void **state)
{
	struct memo *memo = memo_new(8); /* one set */
	const char *text;
	char name[16];
	int value;

	(void)state;
	for (int i = 0; i < 8; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		memo_put(memo, name, 100 + i, i, NULL);
	}
	memo_put(memo, "one more", 200, 8, NULL);
	assert_false(memo_get(memo, "n0", 1, &value, &text));
	for (int i = 1; i < 8; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		assert_true(memo_get(memo, name, 1, &value, &text));
		assert_int_equal(value, i);
	}
	assert_true(memo_get(memo, "one more", 1, &value, &text));
	memo_free(&memo);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_remembered_until_its_time),
		cmocka_unit_test(a_second_word_replaces_the_first),
		cmocka_unit_test(a_full_table_forgets_what_ends_soonest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
