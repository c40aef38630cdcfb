/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>

#include "daemon/form.h"

#define BASE "https://a.example"

static void
a_form_comes_from_our_own_pages(void **state)
{
	static const struct {
		const char *site, *origin;
		bool own;
	} table[] = {
		{ "same-origin", BASE, true }, { "same-origin", "null", true },
		{ "same-origin", NULL, true }, { "cross-site", BASE, false },
		{ "same-site", BASE, false }, { "none", BASE, false },
		{ "", BASE, false }, { NULL, BASE, true },
		{ NULL, BASE ":8443", false },
		{ NULL, "http://a.example", false },
		{ NULL, "https://b.example", false }, { NULL, "null", false },
		{ NULL, "", false }, { NULL, NULL, true }, /* no browser */
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(table); i++) {
		if (form_is_own(table[i].site, table[i].origin, BASE) !=
		    table[i].own)
			fail_msg("row %zu", i);
	}
}

static void
fields_are_decoded(void **state)
{
	struct arena *arena = arena_new();
	struct target form;

	(void)state;
	assert_int_equal(0,
	    target_parse_form(arena,
		"uri=https%3A%2F%2Fa.example%2Fo%2F1&account=%40c%40m+x&b&a=1&"
		"a=2",
		&form));
	assert_string_equal(
	    "https://a.example/o/1", target_query(&form, "uri"));
	assert_string_equal("@c@m x", target_query(&form, "account"));
	assert_string_equal("", target_query(&form, "b"));
	assert_string_equal("1", target_query(&form, "a"));
	assert_null(target_query(&form, "c"));
	arena_free(&arena);
}

static void
what_is_no_form_is_refused(void **state)
{
	static const char *const bad[] = { "a=%", "a=%g1", "a=%00", "%ff=1",
		"a=%c3%28" };
	struct arena *arena = arena_new();
	struct target form;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
		if (target_parse_form(arena, bad[i], &form) != -EINVAL)
			fail_msg("%s was taken", bad[i]);
	}
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_form_comes_from_our_own_pages),
		cmocka_unit_test(fields_are_decoded),
		cmocka_unit_test(what_is_no_form_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
