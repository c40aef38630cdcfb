/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "config/base/text.h"
#include "daemon/page_text.h"
#include "federation/sanitize.h"

#define NB   "\u00a0"
#define THIN "\u202f"

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
french_spaces_do_not_break(void **state)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{ "Vraiment ?", "Vraiment" THIN "?" },
		{ "Oui ! Non ; si", "Oui" THIN "! Non" THIN "; si" },
		{ "Ici : là", "Ici" NB ": là" },
		{ "« mot »", "«" NB "mot" NB "»" },
		{ "3 000 €", "3" THIN "000" NB "€" },
		{ "1 250 000 habitants", "1" THIN "250" THIN "000 habitants" },
		{ "50 %", "50" NB "%" },
		{ "le 3 1000 fois", "le 3 1000 fois" },
		{ "en 2026 12 personnes", "en 2026 12 personnes" },
		{ "sans espace: rien!", "sans espace: rien!" },
		{ "rien", "rien" },
		{ "", "" },
		{ " ", " " },
		{ "fin ", "fin " },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		assert_string_equal(
		    page_text_line(*state, cases[i].text), cases[i].shown);
	assert_null(page_text_line(*state, NULL));
}

static void
an_excerpt_is_cut_at_a_word(void **state)
{
	assert_null(page_text_excerpt(*state, NULL, 10));
	assert_string_equal(page_text_excerpt(*state, "court", 5), "court");
	assert_string_equal(
	    page_text_excerpt(*state, "un deux trois", 10), "un deux…");
	assert_string_equal(
	    page_text_excerpt(*state, "un deux trois", 7), "un deux…");
	assert_string_equal(
	    page_text_excerpt(*state, "éééééééééééé", 4), "éééé…");
	assert_string_equal(
	    page_text_excerpt(*state, "a bbbbbbbbbbbbbbbb", 8), "a bbbbbb…");
}

static void
headings_of_a_text_stay_below_those_of_the_page(void **state)
{
	static const struct {
		const char *html;
		int first;
		const char *shown;
	} cases[] = {
		{ "<h2>a</h2><h3>b</h3>", 2, "<h2>a</h2><h3>b</h3>" },
		{ "<h2>a</h2><h3>b</h3>", 4, "<h4>a</h4><h5>b</h5>" },
		{ "<h4>a</h4><h4>b</h4>", 3, "<h3>a</h3><h4>b</h4>" },
		{ "<h2>a</h2><h4>b</h4>", 2, "<h2>a</h2><h3>b</h3>" },
		{ "<h2>a</h2><h3>b</h3><h4>c</h4>", 5,
		    "<h5>a</h5><h6>b</h6><h6>c</h6>" },
		{ "<h4>a</h4><h2>b</h2>", 2, "<h2>a</h2><h2>b</h2>" },
		{ "<h2><strong>a</strong></h2>", 3,
		    "<h3><strong>a</strong></h3>" },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		assert_string_equal(
		    page_text_html(*state, cases[i].html, cases[i].first),
		    cases[i].shown);
	assert_null(page_text_html(*state, NULL, 2));
}

static void
code_and_attributes_keep_their_spaces(void **state)
{
	static const struct {
		const char *html, *shown;
	} cases[] = {
		{ "<p>a ?</p>", "<p>a" THIN "?</p>" },
		{ "<pre>a ?</pre> b !", "<pre>a ?</pre> b" THIN "!" },
		{ "<code>x ? y : z</code>", "<code>x ? y : z</code>" },
		{ "<pre><code>a ?</code> b ?</pre><p>c ?</p>",
		    "<pre><code>a ?</code> b ?</pre><p>c" THIN "?</p>" },
		{ "<a href=\"https://a.example/?q=a;b\" rel=\"nofollow :x\">"
		  "l</a>",
		    "<a href=\"https://a.example/?q=a;b\" rel=\"nofollow :x\">"
		    "l</a>" },
		{ "a<br>b :", "a<br>b" NB ":" },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		assert_string_equal(
		    page_text_html(*state, cases[i].html, 2), cases[i].shown);
}

static void
what_the_sanitizer_makes_keeps_its_tags(void **state)
{
	const char *safe = sanitize_html(*state,
	    "<h1>Un</h1><p onclick=x>Deux <a href='https://a.example/?a&gt;b'>"
	    "trois</a><script>x</script> < 4</p><ul><li>cinq</ul>",
	    SANITIZE_HTML_MAX);

	assert_string_equal(page_text_html(*state, safe, 2), safe);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(french_spaces_do_not_break),
		cmocka_unit_test(an_excerpt_is_cut_at_a_word),
		cmocka_unit_test(
		    headings_of_a_text_stay_below_those_of_the_page),
		cmocka_unit_test(code_and_attributes_keep_their_spaces),
		cmocka_unit_test(what_the_sanitizer_makes_keeps_its_tags),
	};

	return cmocka_run_group_tests(tests, with_arena, without_arena);
}
