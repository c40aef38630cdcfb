/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/base/text.h"

static int
make_arena(void **state)
{
	*state = arena_new();
	return 0;
}

static int
drop_arena(void **state)
{
	struct arena *arena = *state;

	arena_free(&arena);
	return 0;
}

static void
comparisons_are_ascii(void **state)
{
	char text[] = "ABCxyz-\xc3\x89";

	(void)state;
	assert_true(text_equal_nocase("Content-Type", "content-TYPE"));
	assert_true(text_equal_nocase("", ""));
	assert_false(text_equal_nocase("a", "ab"));
	assert_false(text_equal_nocase("ab", "a"));
	assert_false(text_equal_nocase("[", "{"));
	assert_false(text_equal_nocase("\xc3\x89", "\xc3\xa9"));
	assert_true(text_starts_with("https://x", "https://"));
	assert_false(text_starts_with("http", "https://"));
	assert_true(text_starts_with("x", ""));
	assert_true(text_ends_with("a.b.localhost", ".localhost"));
	assert_false(text_ends_with("localhost", ".localhost"));
	text_lower(text);
	assert_string_equal(text, "abcxyz-\xc3\x89");
	assert_true(text_empty(NULL));
	assert_true(text_empty(""));
	assert_false(text_empty(" "));
}

static void
utf8_is_told_from_what_is_not(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t len;
		bool valid;
	} rows[] = {
		{ "empty", "", 0, true },
		{ "ASCII", "abc\t\x7f", 5, true },
		{ "two bytes", "\xc2\x80\xdf\xbf", 4, true },
		{ "three bytes", "\xe0\xa0\x80\xef\xbf\xbf", 6, true },
		{ "around surrogates", "\xed\x9f\xbf\xee\x80\x80", 6, true },
		{ "four bytes", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 8, true },
		{ "NUL", "a\0b", 3, false },
		{ "lone continuation", "\x80", 1, false },
		{ "overlong slash", "\xc0\xaf", 2, false },
		{ "overlong of two", "\xc1\xbf", 2, false },
		{ "overlong of three", "\xe0\x9f\xbf", 3, false },
		{ "overlong of four", "\xf0\x8f\xbf\xbf", 4, false },
		{ "high surrogate", "\xed\xa0\x80", 3, false },
		{ "low surrogate", "\xed\xbf\xbf", 3, false },
		{ "beyond U+10FFFF", "\xf4\x90\x80\x80", 4, false },
		{ "five bytes", "\xf8\x88\x80\x80\x80", 5, false },
		{ "FE", "\xfe", 1, false },
		{ "cut after one of two", "\xc3", 1, false },
		{ "cut after two of three", "\xe2\x82", 2, false },
		{ "cut after three of four", "\xf0\x9f\x98", 3, false },
		{ "bad third byte", "\xe2\x82\x41", 3, false },
		{ "bad fourth byte", "\xf0\x9f\x98\xc0", 4, false },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		/* On the heap: reading past the end is seen. */
		CLEANUP(free_ptr) char *copy = xmalloc(rows[i].len);

		memcpy(copy, rows[i].bytes, rows[i].len);
		if (text_utf8_valid(copy, rows[i].len) != rows[i].valid)
			fail_msg("%s", rows[i].name);
	}
}

static void
utf8_is_counted_and_cut_in_characters(void **state)
{
	static const struct {
		const char *text;
		size_t length, max, prefix;
	} rows[] = {
		{ "", 0, 0, 0 },
		{ "", 0, 5, 0 },
		{ "abc", 3, 0, 0 },
		{ "abc", 3, 2, 2 },
		{ "abc", 3, 3, 3 },
		{ "abc", 3, 9, 3 },
		{ "\xc3\xa9t\xc3\xa9", 3, 1, 2 },
		{ "\xc3\xa9t\xc3\xa9", 3, 2, 3 },
		{ "\xe2\x82\xac\xf0\x9f\x98\x80x", 3, 2, 7 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		assert_int_equal(
		    text_utf8_length(rows[i].text), rows[i].length);
		assert_int_equal(text_utf8_prefix(rows[i].text, rows[i].max),
		    rows[i].prefix);
	}
}

static void
trim_drops_outer_white_space(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ " \t\r\n", "" },
		{ "a b", "a b" },
		{ "\n a b\t ", "a b" },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		assert_string_equal(text_trim(*state, rows[i][0]), rows[i][1]);
}

static void
integers_fill_the_string_and_the_bounds(void **state)
{
	static const struct {
		const char *text;
		int64_t min, max;
		int error;
		int64_t value;
	} rows[] = {
		{ "0", 0, 10, 0, 0 },
		{ "10", 0, 10, 0, 10 },
		{ "007", 0, 10, 0, 7 },
		{ "-5", -5, 10, 0, -5 },
		{ "-0", 0, 0, 0, 0 },
		{ "9223372036854775807", 0, INT64_MAX, 0, INT64_MAX },
		{ "-9223372036854775808", INT64_MIN, 0, 0, INT64_MIN },
		{ "9223372036854775808", INT64_MIN, INT64_MAX, -ERANGE, 0 },
		{ "-9223372036854775809", INT64_MIN, INT64_MAX, -ERANGE, 0 },
		{ "11", 0, 10, -ERANGE, 0 },
		{ "-6", -5, 10, -ERANGE, 0 },
		{ "", 0, 10, -EINVAL, 0 },
		{ "-", 0, 10, -EINVAL, 0 },
		{ "+1", 0, 10, -EINVAL, 0 },
		{ " 1", 0, 10, -EINVAL, 0 },
		{ "1 ", 0, 10, -EINVAL, 0 },
		{ "1.0", 0, 10, -EINVAL, 0 },
		{ "0x1", 0, 10, -EINVAL, 0 },
		{ "1e1", 0, 10, -EINVAL, 0 },
		{ "--1", -5, 10, -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		int64_t value = 77;

		if (text_int64(rows[i].text, rows[i].min, rows[i].max,
			&value) != rows[i].error)
			fail_msg("\"%s\"", rows[i].text);
		assert_int_equal(
		    value, rows[i].error == 0 ? rows[i].value : 77);
	}
}

static void
doubles_have_a_point_in_any_locale(void **state)
{
	static const struct {
		const char *text;
		bool fine;
		double value;
	} rows[] = {
		{ "0", true, 0 },
		{ "48.708", true, 48.708 },
		{ "-1.5", true, -1.5 },
		{ "007.250", true, 7.25 },
		{ "", false, 0 },
		{ "-", false, 0 },
		{ ".5", false, 0 },
		{ "5.", false, 0 },
		{ "1,5", false, 0 },
		{ "1.5.2", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1e3", false, 0 },
		{ "nan", false, 0 },
		{ "inf", false, 0 },
		{ "0x1p3", false, 0 },
	};

	(void)state;
	(void)setlocale(LC_ALL, "fr_FR.UTF-8");
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		double value = 77;

		if (text_double(rows[i].text, &value) !=
		    (rows[i].fine ? 0 : -EINVAL))
			fail_msg("\"%s\"", rows[i].text);
		assert_true(value >= (rows[i].fine ? rows[i].value : 77));
		assert_true(value <= (rows[i].fine ? rows[i].value : 77));
	}
	(void)setlocale(LC_ALL, "C");
}

static void
double_that_overflows_is_refused(void **state)
{
	char digits[401];
	double value = 77;

	(void)state;
	memset(digits, '9', sizeof(digits) - 1);
	digits[sizeof(digits) - 1] = '\0';
	assert_int_equal(text_double(digits, &value), -EINVAL);
}

static void
hex_is_lower_case(void **state)
{
	char text[9];

	(void)state;
	text_hex((const uint8_t *)"\x00\x9f\xa0\xff", 4, text);
	assert_string_equal(text, "009fa0ff");
	text_hex(NULL, 0, text);
	assert_string_equal(text, "");
}

/* RFC 4648, section 10. */
static void
base64_goes_both_ways(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *text;
	} rows[] = {
		{ "", 0, "" },
		{ "f", 1, "Zg==" },
		{ "fo", 2, "Zm8=" },
		{ "foo", 3, "Zm9v" },
		{ "foob", 4, "Zm9vYg==" },
		{ "fooba", 5, "Zm9vYmE=" },
		{ "foobar", 6, "Zm9vYmFy" },
		{ "\xff\xfe\xfd\0", 4, "//79AA==" },
		{ "\xfb\xef\xbe", 3, "++++" },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		uint8_t *bytes = NULL;
		size_t len = 0;

		assert_string_equal(
		    text_base64(*state, rows[i].bytes, rows[i].len),
		    rows[i].text);
		assert_int_equal(text_base64_decode(*state, rows[i].text,
				     strlen(rows[i].text), &bytes, &len),
		    0);
		assert_int_equal(len, rows[i].len);
		assert_memory_equal(bytes, rows[i].bytes, len);
	}
}

static void
base64_that_is_not_whole_is_refused(void **state)
{
	static const char *const rows[] = { "Z", "Zg", "Zg=", "Zg===", "=",
		"==", "====", "Z===", "Zg==Zg==", "Zm9v\n", "Zm9 ", "Zm-_",
		"Zh==", "Zm9=", "Z=g=", "\xc3\xa9\xc3\xa9" };

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		uint8_t *bytes = NULL;
		size_t len = 77;

		if (text_base64_decode(*state, rows[i], strlen(rows[i]), &bytes,
			&len) != -EINVAL)
			fail_msg("\"%s\"", rows[i]);
		assert_null(bytes);
		assert_int_equal(len, 77);
	}
}

static size_t
bytes_of_hex(const char *hex, uint8_t *ret)
{
	size_t len = strlen(hex) / 2;

	for (size_t i = 0; i < len; i++) {
		char two[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		ret[i] = (uint8_t)strtoul(two, NULL, 16);
	}
	return len;
}

/* Pairs of tests/vectors/multikey-fep521a.json. */
static void
base58_goes_both_ways(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "00", "1" },
		{ "0000", "11" },
		{ "61", "2g" },
		{ "626262", "a3gV" },
		{ "73696d706c792061206c6f6e6720737472696e67",
		    "2cFupjhnEsSn59qHXstmK2ffpLv2" },
		{ "00eb15231dfceb60925886b67d065299925915aeb172c06647",
		    "1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L" },
		{ "516b6fcd0f", "ABnLTmg" },
		{ "00000000000000000000", "1111111111" },
		{ "000111d38e5fc9071ffcd20b4a763cc9ae4f252bb4e48fd66a835e252ada"
		  "93ff480d6dd43dc62a641155a5",
		    "123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
		    "abcdefghijkmnopqrstuvwxyz" },
		{ "0000287fb4cd", "11233QC4" },
		{ "0000796573206d616e692021", "117paNL19xttacUY" },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		uint8_t bytes[64], *decoded = NULL;
		size_t len = bytes_of_hex(rows[i][0], bytes), decoded_len = 77;

		assert_string_equal(
		    text_base58(*state, bytes, len), rows[i][1]);
		assert_int_equal(text_base58_decode(*state, rows[i][1],
				     &decoded, &decoded_len),
		    0);
		assert_int_equal(decoded_len, len);
		assert_memory_equal(decoded, bytes, len);
	}
}

static void
base58_refuses_other_letters_and_length(void **state)
{
	static const char *const rows[] = { "0", "O", "I", "l", "2g ", " 2g",
		"2g+", "\xc3\xa9" };
	uint8_t data[128], *bytes = NULL;
	char ones[300];
	size_t len = 77;

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		assert_int_equal(
		    text_base58_decode(*state, rows[i], &bytes, &len), -EINVAL);
	memset(data, 0xff, sizeof(data));
	assert_int_equal(
	    text_base58_decode(
		*state, text_base58(*state, data, sizeof(data)), &bytes, &len),
	    0);
	assert_int_equal(len, sizeof(data));
	memset(ones, '1', sizeof(ones) - 1);
	ones[sizeof(ones) - 1] = '\0';
	assert_int_equal(
	    text_base58_decode(*state, ones, &bytes, &len), -EINVAL);
	ones[129] = '\0';
	assert_int_equal(
	    text_base58_decode(*state, ones, &bytes, &len), -EINVAL);
	ones[128] = '\0';
	assert_int_equal(text_base58_decode(*state, ones, &bytes, &len), 0);
	ones[127] = 'z';
	assert_int_equal(text_base58_decode(*state, ones, &bytes, &len), 0);
	memset(ones, 'z', 180);
	ones[177] = '\0';
	assert_int_equal(
	    text_base58_decode(*state, ones, &bytes, &len), -EINVAL);
	assert_int_equal(len, 128);
}

static void
percent_goes_both_ways(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "aZ09-._~", "aZ09-._~" },
		{ "a b/c?d", "a%20b%2Fc%3Fd" },
		{ "+%", "%2B%25" },
		{ "\xc3\xa9", "%C3%A9" },
		{ "@user@host:1", "%40user%40host%3A1" },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char *text = NULL;

		assert_string_equal(
		    text_percent_encode(*state, rows[i][0]), rows[i][1]);
		assert_int_equal(text_percent_decode(*state, rows[i][1],
				     strlen(rows[i][1]), &text),
		    0);
		assert_string_equal(text, rows[i][0]);
	}
}

static void
percent_decodes_both_cases_and_leaves_plus(void **state)
{
	char *text = NULL;

	assert_int_equal(text_percent_decode(*state, "a+%2f%2Fz", 8, &text), 0);
	assert_string_equal(text, "a+//");
}

static void
percent_refuses_bad_escapes_and_nul(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} rows[] = { { "%", 1 }, { "%2", 2 }, { "a%2", 3 }, { "%2g", 3 },
		{ "%g2", 3 }, { "%%20", 4 }, { "%00", 3 }, { "a\0b", 3 },
		{ "%20", 2 }, { "%2\0", 3 } };

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char *text = NULL;

		if (text_percent_decode(
			*state, rows[i].text, rows[i].len, &text) != -EINVAL)
			fail_msg("\"%s\"", rows[i].text);
		assert_null(text);
	}
}

static void
html_escapes_the_five(void **state)
{
	assert_string_equal(text_html_escape(*state, ""), "");
	assert_string_equal(text_html_escape(*state, "<b a='\"'>&\xc3\xa9"),
	    "&lt;b a=&#39;&quot;&#39;&gt;&amp;\xc3\xa9");
}

static void
slug_spells_french_in_ascii(void **state)
{
	static const struct {
		const char *text;
		size_t max;
		const char *slug;
	} rows[] = {
		{ "Écocentre de Dourdan", 64, "ecocentre-de-dourdan" },
		{ "Saint-Rémy-lès-Chevreuse", 64, "saint-remy-les-chevreuse" },
		{ "éèêëàâäîïôöùûüçñœæ", 64, "eeeeaaaiioouuucnoeae" },
		{ "ÉÈÊËÀÂÄÎÏÔÖÙÛÜÇÑŒÆŸÿ", 64, "eeeeaaaiioouuucnoeaeyy" },
		{ "e\xcc\x81t\xc3\xa9", 64, "ete" },
		{ "L\xe2\x80\x99\xc3\x8ele & l'\xc5\x93uvre", 64,
		    "l-ile-l-oeuvre" },
		{ "  --a__b//c!!  ", 64, "a-b-c" },
		{ "Les Ulis 2030", 64, "les-ulis-2030" },
		{ "", 64, "" },
		{ "\xe6\x97\xa5\xe6\x9c\xac", 64, "" },
		{ "!!!", 64, "" },
		{ "\xff\xc3", 64, "" },
		{ "a\xc3", 64, "a" },
		{ "abc def", 0, "" },
		{ "abc def", 3, "abc" },
		{ "abc def", 4, "abc" },
		{ "abc def", 5, "abc-d" },
		{ "abœ", 3, "ab" },
		{ "Straße", 64, "strasse" },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		assert_string_equal(
		    text_slug(*state, rows[i].text, rows[i].max), rows[i].slug);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comparisons_are_ascii),
		cmocka_unit_test(utf8_is_told_from_what_is_not),
		cmocka_unit_test(utf8_is_counted_and_cut_in_characters),
		cmocka_unit_test(trim_drops_outer_white_space),
		cmocka_unit_test(integers_fill_the_string_and_the_bounds),
		cmocka_unit_test(doubles_have_a_point_in_any_locale),
		cmocka_unit_test(double_that_overflows_is_refused),
		cmocka_unit_test(hex_is_lower_case),
		cmocka_unit_test(base64_goes_both_ways),
		cmocka_unit_test(base64_that_is_not_whole_is_refused),
		cmocka_unit_test(base58_goes_both_ways),
		cmocka_unit_test(base58_refuses_other_letters_and_length),
		cmocka_unit_test(percent_goes_both_ways),
		cmocka_unit_test(percent_decodes_both_cases_and_leaves_plus),
		cmocka_unit_test(percent_refuses_bad_escapes_and_nul),
		cmocka_unit_test(html_escapes_the_five),
		cmocka_unit_test(slug_spells_french_in_ascii),
	};

	return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
