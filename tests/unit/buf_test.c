/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/base/arena.h"
#include "config/base/buf.h"

static void
buf_holds_what_was_appended(void **state)
{
	CLEANUP(buf_done) struct buf buf;

	(void)state;
	buf_init(&buf, 1000);
	assert_string_equal(buf_str(&buf), "");
	buf_puts(&buf, "one");
	buf_putc(&buf, ' ');
	buf_printf(&buf, "%d-%s", 2, "three");
	buf_add(&buf, "\0x", 2);
	assert_int_equal(buf.len, 13);
	assert_memory_equal(buf_str(&buf), "one 2-three\0x", 14);
	assert_false(buf_failed(&buf));
	buf_clear(&buf);
	assert_int_equal(buf.len, 0);
	assert_string_equal(buf_str(&buf), "");
}

static void
buf_takes_up_to_its_ceiling_and_fails_past_it(void **state)
{
	static const struct {
		size_t ceiling, first, second;
		bool fails;
	} rows[] = {
		{ 0, 0, 0, false },
		{ 0, 0, 1, true },
		{ 10, 10, 0, false },
		{ 10, 9, 1, false },
		{ 10, 10, 1, true },
		{ 10, 11, 0, true },
		{ 5000, 300, 4700, false },
		{ 5000, 300, 4701, true },
	};
	static char data[6000];

	(void)state;
	memset(data, 'a', sizeof(data));
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		CLEANUP(buf_done) struct buf buf;

		buf_init(&buf, rows[i].ceiling);
		buf_add(&buf, data, rows[i].first);
		buf_add(&buf, data, rows[i].second);
		assert_int_equal(buf_failed(&buf), rows[i].fails);
		assert_int_equal(buf.len,
		    rows[i].fails ? 0 : rows[i].first + rows[i].second);
		assert_int_equal(strlen(buf_str(&buf)), buf.len);
	}
}

static void
buf_that_failed_stays_empty_until_cleared(void **state)
{
	CLEANUP(buf_done) struct buf buf;

	(void)state;
	buf_init(&buf, 4);
	buf_printf(&buf, "%s", "12345");
	assert_true(buf_failed(&buf));
	buf_puts(&buf, "1");
	buf_printf(&buf, "%d", 2);
	buf_put_html(&buf, "x");
	assert_string_equal(buf_str(&buf), "");
	assert_null(buf_take(&buf));
	assert_true(buf_failed(&buf));
	buf_clear(&buf);
	buf_puts(&buf, "1234");
	assert_false(buf_failed(&buf));
	assert_string_equal(buf_str(&buf), "1234");
}

static void
buf_take_hands_over_and_empties(void **state)
{
	CLEANUP(buf_done) struct buf buf;
	CLEANUP(free_ptr) char *first = NULL, *second = NULL;

	(void)state;
	buf_init(&buf, 100);
	buf_puts(&buf, "mine");
	first = buf_take(&buf);
	assert_string_equal(first, "mine");
	assert_int_equal(buf.len, 0);
	second = buf_take(&buf);
	assert_string_equal(second, "");
	buf_puts(&buf, "again");
	assert_string_equal(buf_str(&buf), "again");
	assert_string_equal(first, "mine");
}

static void
buf_put_html_escapes_the_five(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "<a href=\"x\">'&</a>",
		    "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&lt;/a&gt;" },
		{ "&amp;", "&amp;amp;" },
		{ "caf\xc3\xa9", "caf\xc3\xa9" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		CLEANUP(buf_done) struct buf buf;

		buf_init(&buf, 200);
		buf_put_html(&buf, rows[i].in);
		assert_string_equal(buf_str(&buf), rows[i].out);
	}
}

static void
arena_gives_zeroed_aligned_memory_of_any_size(void **state)
{
	static const size_t sizes[] = { 0, 1, 7, 16, 4095, 4096, 4097, 100000,
		300000, 1 };
	CLEANUP(arena_free) struct arena *arena = arena_new();

	(void)state;
	for (int round = 0; round < 3; round++) {
		size_t sum = 0;

		for (size_t i = 0; i < N_ELEMENTS(sizes); i++) {
			uint8_t *p = arena_alloc(arena, sizes[i]);

			assert_int_equal(
			    (uintptr_t)p % _Alignof(max_align_t), 0);
			for (size_t j = 0; j < sizes[i]; j++)
				assert_int_equal(p[j], 0);
			memset(p, 0xff, sizes[i]);
			sum += sizes[i];
		}
		assert_true(arena_used(arena) >= sum);
		arena_reset(arena);
		assert_int_equal(arena_used(arena), 0);
	}
}

static void
arena_pieces_do_not_overlap(void **state)
{
	enum { PIECES = 500 };
	CLEANUP(arena_free) struct arena *arena = arena_new();
	uint8_t *pieces[PIECES];

	(void)state;
	for (size_t i = 0; i < PIECES; i++) {
		pieces[i] = arena_alloc(arena, i * 7);
		memset(pieces[i], (int)(i & 0xff), i * 7);
	}
	for (size_t i = 0; i < PIECES; i++) {
		for (size_t j = 0; j < i * 7; j++)
			assert_int_equal(pieces[i][j], i & 0xff);
	}
}

static void
arena_copies_strings_and_memory(void **state)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();

	(void)state;
	assert_null(arena_strdup(arena, NULL));
	assert_null(arena_strndup(arena, NULL, 3));
	assert_string_equal(arena_strdup(arena, "text"), "text");
	assert_string_equal(arena_strndup(arena, "text", 2), "te");
	assert_string_equal(arena_strndup(arena, "text", 20), "text");
	assert_memory_equal(arena_memdup(arena, "a\0b", 3), "a\0b", 3);
	assert_string_equal(arena_printf(arena, "%05d%s", 42, "!"), "00042!");
}

static char arena_calls[8];

static void
arena_note_call(void *arg)
{
	const char *name = arg;

	size_t len = strlen(arena_calls);

	assert_true(len + 1 < sizeof(arena_calls));
	arena_calls[len] = *name;
	arena_calls[len + 1] = '\0';
}

static void
arena_cleanups_run_once_last_first(void **state)
{
	static char names[][2] = { "a", "b", "c" };
	struct arena *arena = arena_new();

	(void)state;
	arena_calls[0] = '\0';
	arena_on_free(arena, arena_note_call, names[0]);
	arena_on_free(arena, arena_note_call, names[1]);
	assert_string_equal(arena_calls, "");
	arena_reset(arena);
	assert_string_equal(arena_calls, "ba");
	arena_on_free(arena, arena_note_call, names[2]);
	arena_free(&arena);
	assert_string_equal(arena_calls, "bac");
	assert_null(arena);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buf_holds_what_was_appended),
		cmocka_unit_test(buf_takes_up_to_its_ceiling_and_fails_past_it),
		cmocka_unit_test(buf_that_failed_stays_empty_until_cleared),
		cmocka_unit_test(buf_take_hands_over_and_empties),
		cmocka_unit_test(buf_put_html_escapes_the_five),
		cmocka_unit_test(arena_gives_zeroed_aligned_memory_of_any_size),
		cmocka_unit_test(arena_pieces_do_not_overlap),
		cmocka_unit_test(arena_copies_strings_and_memory),
		cmocka_unit_test(arena_cleanups_run_once_last_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
