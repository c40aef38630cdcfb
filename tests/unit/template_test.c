/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "config/base/base.h"
#include "daemon/template.h"

static const struct {
	const char *what, *text, *data, *expected;
} cases[] = {
	{ "text stays", "<p>é</p>", "{}", "<p>é</p>" },
	{ "values are escaped", "{{a}}", "{\"a\":\"<b>&\\\"'\"}",
	    "&lt;b&gt;&amp;&quot;&#39;" },
	{ "safe HTML is not", "{{&a}}", "{\"a\":\"<b>x</b>\"}", "<b>x</b>" },
	{ "a missing value is empty", "[{{a}}]", "{}", "[]" },
	{ "numbers are written", "{{n}}", "{\"n\":42}", "42" },
	{ "a list repeats", "{{#l}}({{.}}){{/l}}", "{\"l\":[\"a\",\"b\"]}",
	    "(a)(b)" },
	{ "objects open their names", "{{#o}}{{x}}{{/o}}",
	    "{\"o\":{\"x\":\"y\"}}", "y" },
	{ "an item is not given what the page around it has",
	    "{{#l}}[{{t}}{{u}}{{#t}}!{{/t}}]{{/l}}{{t}}",
	    "{\"t\":\"T\",\"l\":[{\"u\":\"U\"}]}", "[U]T" },
	{ "a text that opens a section leaves the names around it",
	    "{{#a}}{{a}}{{b}}{{/a}}", "{\"a\":\"A\",\"b\":\"B\"}", "AB" },
	{ "and so does a list of texts", "{{#l}}{{.}}{{b}}{{/l}}",
	    "{\"l\":[\"1\",\"2\"],\"b\":\"B\"}", "1B2B" },
	{ "an empty text is nothing", "{{#a}}x{{/a}}{{^a}}y{{/a}}",
	    "{\"a\":\"\"}", "y" },
	{ "an empty list is nothing", "{{^l}}none{{/l}}", "{\"l\":[]}",
	    "none" },
	{ "false is nothing", "{{#a}}x{{/a}}", "{\"a\":false}", "" },
	{ "remarks are dropped", "a{{! secret }}b", "{}", "ab" },
	{ "sections nest", "{{#a}}{{#b}}x{{/b}}{{/a}}",
	    "{\"a\":true,\"b\":true}", "x" },
};

static void
templates_render_as_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		json_t *data = json_loads(cases[i].data, 0, NULL);
		struct buf out;

		buf_init(&out, 4096);
		assert_int_equal(
		    template_render_text(cases[i].text, data, &out), 0);
		if (strcmp(buf_str(&out), cases[i].expected) != 0)
			fail_msg("%s: '%s' instead of '%s'", cases[i].what,
			    buf_str(&out), cases[i].expected);
		buf_done(&out);
		json_decref(data);
	}
}

static void
malformed_templates_are_refused(void **state)
{
	static const char *const wrong[] = { "{{a", "{{#a}}", "{{/a}}",
		"{{#a}}{{/b}}", "{{#a}}{{#b}}{{/a}}{{/b}}", "{{}}" };
	json_t *data = json_object();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(wrong); i++) {
		struct buf out;

		buf_init(&out, 4096);
		if (template_render_text(wrong[i], data, &out) == 0)
			fail_msg("'%s' was taken", wrong[i]);
		buf_done(&out);
	}
	json_decref(data);
}

static void
a_page_past_its_ceiling_fails_and_does_not_grow(void **state)
{
	json_t *data = json_pack("{s:[s,s,s]}", "l", "aaaa", "bbbb", "cccc");
	struct buf out;

	(void)state;
	buf_init(&out, 8);
	assert_int_equal(
	    template_render_text("{{#l}}{{.}}{{/l}}", data, &out), 0);
	assert_true(buf_failed(&out));
	buf_done(&out);
	json_decref(data);
}

static void
every_template_of_the_program_parses(void **state)
{
	(void)state;
	template_load();
	assert_non_null(asset_find("parvis.css"));
	assert_null(asset_find("../main.c"));
	template_unload();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(templates_render_as_written),
		cmocka_unit_test(malformed_templates_are_refused),
		cmocka_unit_test(
		    a_page_past_its_ceiling_fails_and_does_not_grow),
		cmocka_unit_test(every_template_of_the_program_parses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
