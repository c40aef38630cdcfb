/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/base/log.h"

/* What is written to standard error between begin and end. */
struct capture {
	int saved, pipe[2];
	char text[8192];
};

static void
capture_begin(struct capture *capture)
{
	assert_int_equal(pipe(capture->pipe), 0);
	capture->saved = dup(STDERR_FILENO);
	assert_true(capture->saved >= 0);
	assert_true(dup2(capture->pipe[1], STDERR_FILENO) >= 0);
}

static void
capture_end(struct capture *capture)
{
	ssize_t n;

	assert_true(dup2(capture->saved, STDERR_FILENO) >= 0);
	close(capture->saved);
	close(capture->pipe[1]);
	n = read(capture->pipe[0], capture->text, sizeof(capture->text) - 1);
	assert_true(n >= 0);
	capture->text[n] = '\0';
	close(capture->pipe[0]);
}

static void
lines_say_time_level_and_text(void **state)
{
	struct capture capture;

	(void)state;
	capture_begin(&capture);
	log_error("host=%s status=%d no answer", "a.example", 503);
	capture_end(&capture);
	assert_int_equal(strlen(capture.text),
	    strlen("2026-06-01T19:00:00Z error "
		   "host=a.example status=503 no answer\n"));
	assert_string_equal(capture.text + strlen("2026-06-01T19:00:00Z"),
	    " error host=a.example status=503 no answer\n");
}

static void
level_decides_what_is_written(void **state)
{
	static const struct {
		enum log_level level;
		size_t lines;
	} rows[] = {
		{ LOG_ERROR, 1 },
		{ LOG_WARNING, 2 },
		{ LOG_INFO, 3 },
		{ LOG_DEBUG, 4 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct capture capture;
		size_t lines = 0;

		log_set_level(rows[i].level);
		assert_int_equal(log_level(), rows[i].level);
		capture_begin(&capture);
		log_error("e");
		log_warning("w");
		log_info("i");
		log_debug("d");
		capture_end(&capture);
		for (const char *p = capture.text; *p != '\0'; p++)
			lines += *p == '\n' ? 1 : 0;
		assert_int_equal(lines, rows[i].lines);
	}
	log_set_level(LOG_INFO);
}

static void
control_characters_cannot_forge_a_line(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "a\n<2>b", "text=a?<2>b\n" },
		{ "a\r\x1b[31mb\x7f", "text=a??[31mb?\n" },
		{ "a\xc2\x9b"
		  "31mb",
		    "text=a??31mb\n" },
		{ "caf\xc3\xa9 \xc2\xa0.", "text=caf\xc3\xa9 \xc2\xa0.\n" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct capture capture;

		capture_begin(&capture);
		log_info("text=%s", rows[i].in);
		capture_end(&capture);
		assert_non_null(strstr(capture.text, " info "));
		assert_string_equal(strstr(capture.text, "text="), rows[i].out);
	}
}

static void
long_lines_are_cut_and_say_so(void **state)
{
	struct capture capture;
	char text[5000];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	capture_begin(&capture);
	errno = ENOENT;
	log_info("%s", text);
	assert_int_equal(errno, ENOENT);
	capture_end(&capture);
	assert_in_range(strlen(capture.text), 2000, 2100);
	assert_string_equal(capture.text + strlen(capture.text) - 6, "aa...\n");
}

/* For parvisctl status: how much went wrong, and what last. */
static void
errors_are_counted_and_the_last_is_kept(void **state)
{
	struct log_tally before, after;
	struct capture capture;
	char text[700];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memcpy(text + LOG_LAST_SIZE - 2, "\xc3\xa9", 2);
	log_tally(&before);
	capture_begin(&capture);
	log_error("disk %d", 7);
	log_warning("odd");
	log_info("fine");
	log_tally(&after);
	assert_int_equal(after.errors, before.errors + 1);
	assert_int_equal(after.warnings, before.warnings + 1);
	assert_true(after.last_at > 0);
	assert_string_equal(after.last, "disk 7");
	log_error("%s", text);
	log_tally(&after);
	assert_int_equal(strlen(after.last), LOG_LAST_SIZE - 2);
	log_error("caf\xe9");
	log_tally(&after);
	assert_string_equal(after.last, "caf?");
	capture_end(&capture);
}

static void
levels_are_read_by_name(void **state)
{
	static const struct {
		const char *name;
		int error;
		enum log_level level;
	} rows[] = {
		{ "error", 0, LOG_ERROR },
		{ "warning", 0, LOG_WARNING },
		{ "info", 0, LOG_INFO },
		{ "debug", 0, LOG_DEBUG },
		{ "Debug", -EINVAL, LOG_WARNING },
		{ "", -EINVAL, LOG_WARNING },
		{ "infos", -EINVAL, LOG_WARNING },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		enum log_level level = LOG_WARNING;

		assert_int_equal(
		    log_level_parse(rows[i].name, &level), rows[i].error);
		assert_int_equal(level, rows[i].level);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_say_time_level_and_text),
		cmocka_unit_test(level_decides_what_is_written),
		cmocka_unit_test(control_characters_cannot_forge_a_line),
		cmocka_unit_test(long_lines_are_cut_and_say_so),
		cmocka_unit_test(errors_are_counted_and_the_last_is_kept),
		cmocka_unit_test(levels_are_read_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
