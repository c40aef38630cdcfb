/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/negotiate.h"

#define AS "https://www.w3.org/ns/activitystreams"
#define BROWSER \
	"text/html,application/xhtml+xml,application/xml;q=0.9," \
	"image/avif,image/webp,*/*;q=0.8"

enum {
	A = NEGOTIATE_ACTIVITY,
	L = NEGOTIATE_LD,
	J = NEGOTIATE_JSON,
	H = NEGOTIATE_HTML,
	ALL = A | L | J | H,
};

static void
accept_chooses_a_form(void **state)
{
	static const struct {
		const char *accept;
		unsigned offered, expected;
	} rows[] = {
		{ NULL, ALL, A },
		{ "", ALL, A },
		{ "  ", ALL, A },
		{ "*/*", ALL, A },
		{ "*", ALL, A },
		{ "*/*", H, H },
		{ "application/*", ALL, A },
		{ "text/*", ALL, H },
		{ "application/activity+json", ALL, A },
		{ "APPLICATION/Activity+JSON", ALL, A },
		{ "application/activity+json; charset=utf-8", ALL, A },
		{ "application/ld+json; profile=\"" AS "\"", ALL, L },
		{ "application/ld+json;profile=" AS, ALL, L },
		{ "application/ld+json; profile=\"urn:x " AS "\"", ALL, L },
		{ "application/ld+json", ALL, L },
		{ "application/ld+json; profile=\"urn:other\"", ALL, 0 },
		{ "application/json", ALL, J },
		{ "application/json", A | L | H, 0 },
		{ "text/html", ALL, H },
		{ BROWSER, ALL, H },
		{ BROWSER, A | L, A },
		{ "image/png", ALL, 0 },
		/* what Mastodon and its kin send */
		{ "application/activity+json, application/ld+json; "
		  "profile=\"" AS "\"",
		    ALL, A },
		{ "application/ld+json; profile=\"" AS
		  "\", application/activity+json",
		    ALL, L },
		{ "application/activity+json, application/ld+json", ALL, A },
		/* q */
		{ "application/activity+json;q=0.5, text/html;q=0.9", ALL, H },
		{ "application/activity+json;q=0.9, text/html;q=0.5", ALL, A },
		{ "application/activity+json;q=0, */*", A, 0 },
		{ "application/activity+json;q=0, */*", ALL, L },
		{ "text/html;q=0.000", ALL, 0 },
		{ "text/html;q=1.000", ALL, H },
		{ "text/html;q=1.001", ALL, 0 },
		{ "text/html;q=-1", ALL, 0 },
		{ "text/html;q=a", ALL, 0 },
		{ "text/html;q=", ALL, 0 },
		{ "text/html ; q = 0.7", ALL, H },
		/* equal q: what is named closely, then what is named first */
		{ "*/*, text/html", ALL, H },
		{ "text/html, application/json", ALL, H },
		{ "application/json, text/html", ALL, J },
		/* malformed ranges are passed over */
		{ "/, text/html", ALL, H },
		{ "text/, text/html", ALL, H },
		{ ",,,", ALL, 0 },
		{ ";q=1", ALL, 0 },
		{ "application/ld+json; profile=\"" AS, ALL, 0 },
		{ "\"text/html, application/json", ALL, 0 },
		{ "text/html;x=\"a,b;c\\\"d\";q=0.1, application/json;q=0.2",
		    ALL, J },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		enum negotiate_form got =
		    negotiate_accept(rows[i].accept, rows[i].offered);

		if ((unsigned)got != rows[i].expected)
			fail_msg("Accept: %s: expected %u, got %u",
			    rows[i].accept, rows[i].expected, (unsigned)got);
	}
}

static void
only_the_first_ranges_count(void **state)
{
	static const char range[] = "image/png,";
	char accept[40 * sizeof(range) + 32] = "";
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 40; i++) {
		for (size_t k = 0; k + 1 < sizeof(range); k++)
			accept[len++] = range[k];
	}
	for (const char *s = "text/html"; *s != '\0'; s++)
		accept[len++] = *s;
	assert_int_equal(negotiate_accept(accept, ALL), NEGOTIATE_NONE);
	assert_int_equal(
	    negotiate_accept(accept + 39 * (sizeof(range) - 1), ALL), H);
}

static void
document_and_page_differ_for_who_does_not_say(void **state)
{
	(void)state;
	assert_int_equal(negotiate_document(NULL), A);
	assert_int_equal(negotiate_document("*/*"), A);
	assert_int_equal(negotiate_document("application/json"), A);
	assert_int_equal(negotiate_document(BROWSER), H);
	assert_int_equal(negotiate_document("image/png"), NEGOTIATE_NONE);
	assert_int_equal(negotiate_page(NULL), H);
	assert_int_equal(negotiate_page("*/*"), H);
	assert_int_equal(negotiate_page("application/json"), A);
	assert_int_equal(negotiate_page("application/activity+json"), A);
	assert_int_equal(
	    negotiate_page("application/ld+json; profile=\"" AS "\""), L);
	assert_int_equal(
	    negotiate_page("application/activity+json, */*;q=0.1"), A);
	assert_int_equal(negotiate_page(BROWSER), H);
	assert_int_equal(negotiate_page("image/png"), NEGOTIATE_NONE);
}

static void
encodings_obey_q(void **state)
{
	static const struct {
		const char *header;
		bool expected;
	} rows[] = {
		{ NULL, false },
		{ "", false },
		{ "gzip", true },
		{ "GZIP", true },
		{ "br, gzip;q=0.5", true },
		{ "gzip;q=0", false },
		{ "gzip; q=0.0", false },
		{ "*", true },
		{ "*;q=0", false },
		{ "gzip;q=0, *", false },
		{ "*;q=0, gzip", true },
		{ "x-gzip", false },
		{ "deflate, br", false },
		{ "identity", false },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		if (negotiate_encoding(rows[i].header, "gzip") !=
		    rows[i].expected)
			fail_msg("Accept-Encoding: %s", rows[i].header);
	}
}

static void
type_is_compared_without_parameters(void **state)
{
	(void)state;
	assert_true(negotiate_type_is("text/html", "text/html"));
	assert_true(
	    negotiate_type_is("Text/HTML ; charset=utf-8", "text/html"));
	assert_false(negotiate_type_is("text/htmlx", "text/html"));
	assert_false(negotiate_type_is("text", "text/html"));
	assert_false(negotiate_type_is("", "text/html"));
	assert_false(negotiate_type_is(NULL, "text/html"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accept_chooses_a_form),
		cmocka_unit_test(only_the_first_ranges_count),
		cmocka_unit_test(document_and_page_differ_for_who_does_not_say),
		cmocka_unit_test(encodings_obey_q),
		cmocka_unit_test(type_is_compared_without_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
