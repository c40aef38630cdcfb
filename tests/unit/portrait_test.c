/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>

#include "federation/portrait.h"

#define ID "https://a.example/o/1"

static int
read_text(struct arena *arena, const char *text, struct portrait *ret)
{
	json_error_t error;
	json_t *document = json_loads(text, 0, &error);
	int r;

	if (document == NULL)
		fail_msg("%s", error.text);
	r = portrait_read(arena, document, ret);
	json_decref(document);
	return r;
}

static void
an_entry_is_read_with_our_prefix(void **state)
{
	struct arena *arena = arena_new();
	struct portrait p;

	(void)state;
	assert_int_equal(
	    0, read_text(arena,
		   "{\"id\":\"" ID "\",\"type\":\"Group\",\"name\":\"Jardin\","
		   "\"preferredUsername\":\"jardin\",\"summary\":\"<p>x</p>\","
		   "\"url\":\"https://a.example/@jardin\","
		   "\"attributedTo\":\"https://a.example/o/2\","
		   "\"parvis:stage\":\"idea\",\"parvis:status\":\"On sème\","
		   "\"parvis:themes\":[\"nature\",7,\"\",\"eau\"],"
		   "\"location\":{\"type\":\"Place\",\"name\":\"Dourdan\"},"
		   "\"updated\":\"2026-01-01T00:00:00Z\"}",
		   &p));
	assert_int_equal(PORTRAIT_PROJECT, p.kind);
	assert_string_equal(ID, p.uri);
	assert_string_equal("a.example", p.domain);
	assert_string_equal("jardin", p.username);
	assert_string_equal("Jardin", p.name);
	assert_string_equal("<p>x</p>", p.summary);
	assert_string_equal("idea", p.stage);
	assert_string_equal("On sème", p.status);
	assert_int_equal(2, p.theme_count);
	assert_string_equal("eau", p.themes[1]);
	assert_string_equal("Dourdan", p.place);
	assert_string_equal("https://a.example/@jardin", p.url);
	assert_string_equal("https://a.example/o/2", p.holder);
	assert_int_equal(1767225600, p.updated);
	arena_free(&arena);
}

static void
an_actor_is_read_without_it(void **state)
{
	struct arena *arena = arena_new();
	struct portrait p;

	(void)state;
	assert_int_equal(
	    0, read_text(arena,
		   "{\"id\":\"" ID "\",\"type\":\"Person\","
		   "\"preferredUsername\":\"lea\",\"skills\":[\"soudure\"],"
		   "\"parvis:profileKind\":\"person\",\"location\":{"
		   "\"address\":{\"addressLocality\":\"Dourdan\","
		   "\"postalCode\":\"91410\"}}}",
		   &p));
	assert_int_equal(PORTRAIT_PROFILE, p.kind);
	assert_string_equal("lea", p.name);
	assert_string_equal("soudure", p.skills[0]);
	assert_string_equal("Dourdan (91410)", p.place);
	arena_free(&arena);
}

static void
a_need_is_no_offer(void **state)
{
	struct arena *arena = arena_new();
	struct portrait p;

	(void)state;
	assert_int_equal(
	    0, read_text(arena,
		   "{\"id\":\"" ID "\",\"type\":\"Proposal\",\"purpose\":"
		   "\"request\",\"content\":\"<p>80 m²</p>\"}",
		   &p));
	assert_int_equal(PORTRAIT_NEED, p.kind);
	assert_string_equal("<p>80 m²</p>", p.summary);
	assert_string_equal(ID, p.name);
	assert_null(p.username);
	assert_int_equal(
	    0, read_text(arena,
		   "{\"id\":\"" ID "\",\"type\":\"Proposal\",\"purpose\":"
		   "\"offer\"}",
		   &p));
	assert_int_equal(PORTRAIT_OFFER, p.kind);
	arena_free(&arena);
}

static void
nothing_unsafe_or_foreign_comes_through(void **state)
{
	struct arena *arena = arena_new();
	struct portrait p;

	(void)state;
	assert_int_equal(
	    0, read_text(arena,
		   "{\"id\":\"" ID "\",\"type\":\"Group\","
		   "\"name\":\"<img src=x>a\\u202eb\","
		   "\"summary\":\"<p onclick=x>a<script>b</script></p>\","
		   "\"url\":\"https://b.example/\",\"attributedTo\":"
		   "\"javascript:x\",\"parvis:status\":{\"a\":1},"
		   "\"parvis:themes\":\"x\",\"location\":[[]]}",
		   &p));
	assert_null(strchr(p.name, '<'));
	assert_null(strstr(p.name, "\xe2\x80\xae"));
	assert_string_equal("<p>a</p>", p.summary);
	assert_null(p.url);
	assert_null(p.holder);
	assert_null(p.status);
	assert_null(p.place);
	assert_int_equal(0, p.theme_count);
	arena_free(&arena);
}

static void
what_is_nobody_is_refused(void **state)
{
	static const char *const bad[] = { "{}", "{\"id\":\"" ID "\"}",
		"{\"id\":\"" ID "\",\"type\":\"Note\"}",
		"{\"id\":\"urn:x\",\"type\":\"Group\"}",
		"{\"id\":\"" ID "#a\",\"type\":\"Group\"}",
		"{\"type\":\"Group\"}" };
	struct arena *arena = arena_new();
	struct portrait p;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
		if (read_text(arena, bad[i], &p) != -EINVAL)
			fail_msg("%s was taken", bad[i]);
	}
	assert_int_equal(-EINVAL, portrait_read(arena, NULL, &p));
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_read_with_our_prefix),
		cmocka_unit_test(an_actor_is_read_without_it),
		cmocka_unit_test(a_need_is_no_offer),
		cmocka_unit_test(nothing_unsafe_or_foreign_comes_through),
		cmocka_unit_test(what_is_nobody_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
