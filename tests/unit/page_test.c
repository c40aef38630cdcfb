/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/page.h"

static int
with_arena(void **state)
{
	*state = arena_new();
	return 0;
}

static int
without_arena(void **state)
{
	struct arena *arena = *state;

	arena_free(&arena);
	return 0;
}

static void
a_date_is_written_as_in_french(void **state)
{
	static const struct {
		int64_t t;
		const char *french;
	} cases[] = {
		{ 1772323200, "1er mars 2026" },
		{ 1772323199, "28 février 2026" },
		{ 1709164800, "29 février 2024" },
		{ 1786060800, "7 août 2026" },
		{ 1798761599, "31 décembre 2026" },
		{ 1798761600, "1er janvier 2027" },
		{ 0, "1er janvier 1970" },
		{ -1, "31 décembre 1969" },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		assert_string_equal(
		    page_date(*state, cases[i].t), cases[i].french);
}

static void
a_date_past_the_calendar_is_empty(void **state)
{
	assert_string_equal(page_date(*state, INT64_MAX), "");
}

static void
a_count_agrees_with_its_noun(void **state)
{
	static const struct {
		int64_t n;
		const char *french;
	} cases[] = {
		{ 0, "0\u00a0abonné" },
		{ 1, "1\u00a0abonné" },
		{ 2, "2\u00a0abonnés" },
		{ 999, "999\u00a0abonnés" },
		{ 1000, "1\u202f000\u00a0abonnés" },
		{ 12034, "12\u202f034\u00a0abonnés" },
		{ 1000005, "1\u202f000\u202f005\u00a0abonnés" },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		assert_string_equal(
		    page_count(*state, cases[i].n, "abonné", "abonnés"),
		    cases[i].french);
}

static void
every_stage_has_a_word(void **state)
{
	static const char *const stages[] = { "idea", "starting", "running",
		"looking", "done", "paused" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(stages); i++)
		assert_non_null(page_stage(stages[i]));
	assert_string_equal(page_stage("looking"), "Cherche des appuis");
	assert_null(page_stage("unheard-of"));
	assert_null(page_stage(NULL));
}

static void
a_profile_is_named_by_its_kind(void **state)
{
	struct actor actor = { .kind = ACTOR_PROFILE };

	(void)state;
	assert_null(page_kind(&actor));
	actor.profile_kind = "public_body";
	assert_string_equal(
	    page_kind(&actor), "Collectivité ou service public");
	actor.kind = ACTOR_PROJECT;
	assert_string_equal(page_kind(&actor), "Projet");
}

static void
a_place_may_lack_its_postcode(void **state)
{
	struct place place = { .postcode = "91410" };

	assert_null(page_place(*state, &place));
	place.name = "Dourdan";
	assert_string_equal(page_place(*state, &place), "Dourdan (91410)");
	place.postcode = NULL;
	assert_string_equal(page_place(*state, &place), "Dourdan");
}

static void
only_web_addresses_become_links(void **state)
{
	static const char *const others[] = { "javascript:alert(1)",
		" https://example.org/", "//example.org/", "data:text/html,x",
		"", "Jean" };

	(void)state;
	assert_true(page_is_web("https://example.org/"));
	assert_true(page_is_web("http://example.org/"));
	assert_false(page_is_web(NULL));
	for (size_t i = 0; i < N_ELEMENTS(others); i++) {
		if (page_is_web(others[i]))
			fail_msg("'%s' was taken", others[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_date_is_written_as_in_french),
		cmocka_unit_test(a_date_past_the_calendar_is_empty),
		cmocka_unit_test(a_count_agrees_with_its_noun),
		cmocka_unit_test(every_stage_has_a_word),
		cmocka_unit_test(a_profile_is_named_by_its_kind),
		cmocka_unit_test(a_place_may_lack_its_postcode),
		cmocka_unit_test(only_web_addresses_become_links),
	};

	return cmocka_run_group_tests(tests, with_arena, without_arena);
}
