/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/base/clock.h"

/* A value that no row expects: shows that a failure leaves it alone. */
static const int64_t untouched = 123456789012345;

static void
rfc3339_is_written(void **state)
{
	static const struct {
		int64_t t;
		const char *text;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ -1, "1969-12-31T23:59:59Z" },
		{ 1780340400, "2026-06-01T19:00:00Z" },
		{ 951782400, "2000-02-29T00:00:00Z" },
		{ 4102444799, "2099-12-31T23:59:59Z" },
		{ 253402300799, "9999-12-31T23:59:59Z" },
		{ INT64_MAX, "9999-12-31T23:59:59Z" },
		{ INT64_MIN, "0000-01-01T00:00:00Z" },
	};
	char text[CLOCK_RFC3339_SIZE];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		clock_rfc3339(rows[i].t, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void
rfc3339_is_read_with_offsets_and_fractions(void **state)
{
	static const struct {
		const char *text;
		int64_t t;
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-06-01T19:00:00Z", 1780340400 },
		{ "2026-06-01t19:00:00z", 1780340400 },
		{ "2026-06-01 19:00:00Z", 1780340400 },
		{ "2026-06-01T21:00:00+02:00", 1780340400 },
		{ "2026-06-01T14:30:00-04:30", 1780340400 },
		{ "2026-06-01T19:00:00-00:00", 1780340400 },
		{ "2026-06-01T19:00:00.123Z", 1780340400 },
		{ "2026-06-01T19:00:00.000000000000000001+00:00", 1780340400 },
		{ "2026-06-01T19:00Z", 1780340400 },
		{ "2026-06-01T21:00+02:00", 1780340400 },
		{ "2000-02-29T00:00:00Z", 951782400 },
		{ "2016-12-31T23:59:60Z", 1483228799 },
		{ "0001-01-01T00:00:00Z", -62135596800 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		int64_t t = untouched;

		assert_int_equal(clock_rfc3339_parse(rows[i].text, &t), 0);
		assert_int_equal(t, rows[i].t);
	}
}

static void
rfc3339_refuses_the_rest(void **state)
{
	static const char *const rows[] = {
		"",
		"2026",
		"2026-06-01",
		"2026-06-01T19:00:00",
		"2026-06-01T19Z",
		"2026-6-1T19:00:00Z",
		"2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z",
		"2026-02-29T00:00:00Z",
		"1900-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z",
		"2026-06-00T00:00:00Z",
		"2026-06-01T24:00:00Z",
		"2026-06-01T19:60:00Z",
		"2026-06-01T19:00:61Z",
		"2026-06-01T19:00:00.Z",
		"2026-06-01T19:00:00,5Z",
		"2026-06-01T19:00:00Zz",
		"2026-06-01T19:00:00Z ",
		" 2026-06-01T19:00:00Z",
		"2026-06-01T19:00:00+24:00",
		"2026-06-01T19:00:00+02:60",
		"2026-06-01T19:00:00+0200",
		"2026-06-01T19:00:00+02",
		"2026-06-01T19:00:00+02:00x",
		"+026-06-01T19:00:00Z",
		"20260-06-01T19:00:00Z",
		"2026-06-01X19:00:00Z",
		"2026-06-01T-1:00:00Z",
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		int64_t t = untouched;

		assert_int_equal(clock_rfc3339_parse(rows[i], &t), -EINVAL);
		assert_int_equal(t, untouched);
	}
}

static void
http_dates_are_written_and_read(void **state)
{
	static const struct {
		int64_t t;
		const char *text;
	} rows[] = {
		{ 784111777, "Sun, 06 Nov 1994 08:49:37 GMT" },
		{ 0, "Thu, 01 Jan 1970 00:00:00 GMT" },
		{ 1618884475, "Tue, 20 Apr 2021 02:07:55 GMT" },
		{ 1709164800, "Thu, 29 Feb 2024 00:00:00 GMT" },
	};
	char text[CLOCK_HTTP_SIZE];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		int64_t t = untouched;

		clock_http(rows[i].t, text);
		assert_string_equal(text, rows[i].text);
		assert_int_equal(clock_http_parse(text, &t), 0);
		assert_int_equal(t, rows[i].t);
	}
}

static void
http_dates_of_other_forms_are_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"Sunday, 06-Nov-94 08:49:37 GMT",
		"Sun Nov  6 08:49:37 1994",
		"Sun, 6 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 08:49:37 UTC",
		"Sun, 06 Nov 1994 08:49:37 gmt",
		"Sun, 06 nov 1994 08:49:37 GMT",
		"Sun, 06 Foo 1994 08:49:37 GMT",
		"Sun, 31 Feb 1994 08:49:37 GMT",
		"Sun, 00 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 24:49:37 GMT",
		"Sun, 06 Nov 1994 08:60:37 GMT",
		"Sun, 06 Nov 1994 08:49:61 GMT",
		"Sun, 06 Nov 1994 08:49:37 GMT ",
		"Sun, 06 Nov 1994 08:49:37  GM",
		"S1n, 06 Nov 1994 08:49:37 GMT",
		"Sun, -6 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov +994 08:49:37 GMT",
		"Sun, 06 Nov 1994 08-49-37 GMT",
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		int64_t t = untouched;

		assert_int_equal(clock_http_parse(rows[i], &t), -EINVAL);
		assert_int_equal(t, untouched);
	}
}

static void
durations_use_the_largest_unit_that_fits(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = {
		{ 0, "0 s" },
		{ 12, "12 s" },
		{ 59, "59 s" },
		{ 60, "1 min" },
		{ 300, "5 min" },
		{ 3599, "59 min" },
		{ 10800, "3 h" },
		{ 86399, "23 h" },
		{ 345600, "4 d" },
		{ -300, "-5 min" },
		{ INT64_MAX, "106751991167300 d" },
		{ INT64_MIN, "-106751991167300 d" },
	};
	char text[CLOCK_DURATION_SIZE];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		clock_duration(rows[i].seconds, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void
offset_shifts_real_time_only(void **state)
{
	int64_t now, monotonic;

	(void)state;
	now = clock_now();
	monotonic = clock_monotonic_ms();
	clock_set_offset(86400);
	assert_in_range(clock_now() - now, 86400, 86400 + 60);
	assert_in_range(clock_now_ms() / 1000 - now, 86400, 86400 + 60);
	assert_in_range(clock_monotonic_ms() - monotonic, 0, 60000);
	clock_set_offset(0);
	assert_in_range(clock_now() - now, 0, 60);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc3339_is_written),
		cmocka_unit_test(rfc3339_is_read_with_offsets_and_fractions),
		cmocka_unit_test(rfc3339_refuses_the_rest),
		cmocka_unit_test(http_dates_are_written_and_read),
		cmocka_unit_test(http_dates_of_other_forms_are_refused),
		cmocka_unit_test(durations_use_the_largest_unit_that_fits),
		cmocka_unit_test(offset_shifts_real_time_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
