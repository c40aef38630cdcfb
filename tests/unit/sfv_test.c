/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "federation/sfv.h"

enum kind { DICTIONARY, LIST, ITEM };

struct row {
	enum kind kind;
	const char *text;
	const char *canonical; /* NULL: refused */
};

/* Parses and writes again; NULL when refused. */
static const char *
round_trip(struct arena *arena, enum kind kind, const char *text, size_t len)
{
	struct sfv_member *members;
	struct sfv_item *item;
	const char *out;
	struct buf buf;
	int r;

	if (kind == ITEM)
		r = sfv_item_parse(arena, text, len, &item);
	else if (kind == LIST)
		r = sfv_list_parse(arena, text, len, &members);
	else
		r = sfv_dictionary_parse(arena, text, len, &members);
	if (r != 0)
		return NULL;
	buf_init(&buf, SFV_MAX_BYTES * 4);
	if (kind == ITEM)
		sfv_item_format(&buf, item);
	else if (kind == LIST)
		sfv_list_format(&buf, members);
	else
		sfv_dictionary_format(&buf, members);
	out = arena_strdup(arena, buf_str(&buf));
	buf_done(&buf);
	return out;
}

static void
check_rows(const struct row *rows, size_t n)
{
	struct arena *arena = arena_new();
	int bad = 0;

	for (size_t i = 0; i < n; i++) {
		const char *got = round_trip(
		    arena, rows[i].kind, rows[i].text, strlen(rows[i].text));

		if ((got == NULL) != (rows[i].canonical == NULL) ||
		    (got != NULL && strcmp(got, rows[i].canonical) != 0)) {
			print_error("%s: expected %s, got %s\n", rows[i].text,
			    rows[i].canonical ? rows[i].canonical : "refusal",
			    got ? got : "refusal");
			bad++;
		}
	}
	arena_free(&arena);
	assert_int_equal(bad, 0);
}

static void
items_of_every_type_round_trip(void **state)
{
	static const struct row rows[] = {
		{ ITEM, "42", "42" },
		{ ITEM, "-0", "0" },
		{ ITEM, "  7  ", "7" },
		{ ITEM, "-999999999999999", "-999999999999999" },
		{ ITEM, "999999999999999", "999999999999999" },
		{ ITEM, "007", "7" },
		{ ITEM, "4.5", "4.5" },
		{ ITEM, "-4.50", "-4.5" },
		{ ITEM, "-0.25", "-0.25" },
		{ ITEM, "1.000", "1.0" },
		{ ITEM, "0.001", "0.001" },
		{ ITEM, "123456789012.125", "123456789012.125" },
		{ ITEM, "\"a\\\"b\\\\c\"", "\"a\\\"b\\\\c\"" },
		{ ITEM, "\"\"", "\"\"" },
		{ ITEM, "foo123/456:x", "foo123/456:x" },
		{ ITEM, "*a", "*a" },
		{ ITEM, ":cHJldGVuZA==:", ":cHJldGVuZA==:" },
		{ ITEM, ":cHJldGVuZGU=:", ":cHJldGVuZGU=:" },
		{ ITEM, ":cHJldGVu:", ":cHJldGVu:" },
		{ ITEM, "::", "::" },
		{ ITEM, "?0", "?0" },
		{ ITEM, "?1", "?1" },
		{ ITEM, "a;b;c=1;d=?0", "a;b;c=1;d=?0" },
		{ ITEM, "a;b=?1", "a;b" },
		{ ITEM, "a;  b=2", "a;b=2" },
		{ ITEM, "a;b=1;c=2;b=3", "a;b=3;c=2" },
	};

	(void)state;
	check_rows(rows, N_ELEMENTS(rows));
}

static void
what_is_not_an_item_is_refused(void **state)
{
	static const struct row rows[] = {
		{ ITEM, "", NULL },
		{ ITEM, "-", NULL },
		{ ITEM, "--1", NULL },
		{ ITEM, "1000000000000000", NULL },
		{ ITEM, "1.", NULL },
		{ ITEM, ".5", NULL },
		{ ITEM, "1.2345", NULL },
		{ ITEM, "1234567890.12345678901234567890", NULL },
		{ ITEM, "12345678901234567890123", NULL },
		{ ITEM, "1234567890123.1", NULL },
		{ ITEM, "1 2", NULL },
		{ ITEM, "1,", NULL },
		{ ITEM, "\"open", NULL },
		{ ITEM, "\"bad\\escape\"", NULL },
		{ ITEM, "\"end\\", NULL },
		{ ITEM, "\"caf\303\251\"", NULL },
		{ ITEM, "\"tab\there\"", NULL },
		{ ITEM, "\"del\177\"", NULL },
		{ ITEM, ":cHJldGVuZA=:", NULL },
		{ ITEM, ":cHJldGVuZA", NULL },
		{ ITEM, ":cHJl dGVuZA==:", NULL },
		{ ITEM, ":_-8=:", NULL },
		{ ITEM, "?2", NULL },
		{ ITEM, "?", NULL },
		{ ITEM, "a;", NULL },
		{ ITEM, "a;B=1", NULL },
		{ ITEM, "a;b=", NULL },
		{ ITEM, "(a b)", NULL },
		{ ITEM, "\tx", NULL },
		{ ITEM, "{}", NULL },
	};

	(void)state;
	check_rows(rows, N_ELEMENTS(rows));
}

static void
lists_round_trip_and_refuse(void **state)
{
	static const struct row rows[] = {
		{ LIST, "", "" },
		{ LIST, "a,b ,\tc", "a, b, c" },
		{ LIST, "(a  b);x, ( )", "(a b);x, ()" },
		{ LIST, "(\"a\";p=1 2);q", "(\"a\";p=1 2);q" },
		{ LIST, "1, 1", "1, 1" },
		{ LIST, "a,", NULL },
		{ LIST, ",a", NULL },
		{ LIST, "a,,b", NULL },
		{ LIST, "a b", NULL },
		{ LIST, "(a", NULL },
		{ LIST, "(a,b)", NULL },
		{ LIST, "(a\tb)", NULL },
		{ LIST, "((a))", NULL },
		{ LIST, "(\"a\"\"b\")", NULL },
		{ LIST, "(a))", NULL },
	};

	(void)state;
	check_rows(rows, N_ELEMENTS(rows));
}

static void
dictionaries_round_trip_and_refuse(void **state)
{
	static const struct row rows[] = {
		{ DICTIONARY, "", "" },
		{ DICTIONARY, "a=1,b;x=2 , c=(d e);f",
		    "a=1, b;x=2, c=(d e);f" },
		{ DICTIONARY, "a=?1;b, *c=?0", "a;b, *c=?0" },
		{ DICTIONARY, "a=1, b=2, a=3", "a=3, b=2" },
		{ DICTIONARY, "a=(1 2);p, a=4", "a=4" },
		{ DICTIONARY,
		    "sig1=(\"@method\" \"@target-uri\");created=1618884475;"
		    "keyid=\"https://a.example/k#main-key\"",
		    "sig1=(\"@method\" \"@target-uri\");created=1618884475;"
		    "keyid=\"https://a.example/k#main-key\"" },
		{ DICTIONARY, "a=1,", NULL },
		{ DICTIONARY, "A=1", NULL },
		{ DICTIONARY, "1=a", NULL },
		{ DICTIONARY, "a=", NULL },
		{ DICTIONARY, "a =1", NULL },
		{ DICTIONARY, "a= 1", NULL },
		{ DICTIONARY, "a=1 b=2", NULL },
		{ DICTIONARY, "a=1;", NULL },
		{ DICTIONARY, "=1", NULL },
	};

	(void)state;
	check_rows(rows, N_ELEMENTS(rows));
}

static void
values_and_parameters_are_found(void **state)
{
	static const char text[] = "x=1.25;y=\"a\\\"b\";z=:AAEC:, w;z=-3";
	struct arena *arena = arena_new();
	const struct sfv_member *member;
	const struct sfv_value *value;
	struct sfv_member *members;

	(void)state;
	assert_int_equal(
	    sfv_dictionary_parse(arena, text, strlen(text), &members), 0);
	member = sfv_member_find(members, "x");
	assert_non_null(member);
	assert_int_equal(member->value.type, SFV_DECIMAL);
	assert_int_equal(member->value.number, 1250);
	value = sfv_param_find(member->params, "y");
	assert_non_null(value);
	assert_int_equal(value->type, SFV_STRING);
	assert_string_equal(value->text, "a\"b");
	assert_int_equal(value->len, 3);
	value = sfv_param_find(member->params, "z");
	assert_non_null(value);
	assert_int_equal(value->len, 3);
	assert_memory_equal(value->bytes, "\0\1\2", 3);
	value = sfv_param_find(sfv_member_find(members, "w")->params, "z");
	assert_int_equal(value->number, -3);
	assert_null(sfv_member_find(members, "y"));
	assert_null(sfv_param_find(member->params, "w"));
	arena_free(&arena);
}

static void
a_nul_in_the_text_is_refused(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_null(round_trip(arena, ITEM, "a\0b", 3));
	assert_null(round_trip(arena, ITEM, "\"a\0b\"", 5));
	assert_null(round_trip(arena, DICTIONARY, "a\0=1", 4));
	assert_null(round_trip(arena, LIST, "\0", 1));
	arena_free(&arena);
}

/* n numbers with text before and behind each, in a list or inner list. */
static int
parse_repeated(struct arena *arena, const char *before, const char *behind,
    int n, bool inner)
{
	struct sfv_member *members;
	struct buf buf;
	int r;

	buf_init(&buf, 1 << 20);
	buf_puts(&buf, inner ? "(" : "a");
	for (int i = 0; i < n; i++)
		buf_printf(&buf, "%s%d%s", before, i, behind);
	buf_puts(&buf, inner ? ")" : "");
	r = sfv_list_parse(arena, buf_str(&buf), buf.len, &members);
	buf_done(&buf);
	return r;
}

static void
sizes_are_bounded(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_int_equal(
	    parse_repeated(arena, ";p", "", SFV_MAX_PARAMS, false), 0);
	assert_int_equal(
	    parse_repeated(arena, ";p", "", SFV_MAX_PARAMS + 1, false), -E2BIG);
	assert_int_equal(
	    parse_repeated(arena, "", " ", SFV_MAX_ITEMS, true), 0);
	assert_int_equal(
	    parse_repeated(arena, "", " ", SFV_MAX_ITEMS + 1, true), -E2BIG);
	assert_int_equal(
	    parse_repeated(arena, ",", "", SFV_MAX_MEMBERS - 1, false), 0);
	assert_int_equal(
	    parse_repeated(arena, ",", "", SFV_MAX_MEMBERS, false), -E2BIG);
	/* a token of that many bytes */
	assert_int_equal(
	    parse_repeated(arena, "b", "", SFV_MAX_BYTES / 6, false), 0);
	assert_int_equal(
	    parse_repeated(arena, "bbbbb", "", SFV_MAX_BYTES / 6, false),
	    -E2BIG);
	arena_free(&arena);
}

static void
strings_are_escaped_or_refused(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 1024);
	assert_true(sfv_string_format(&buf, "a\"\\b"));
	assert_string_equal(buf_str(&buf), "\"a\\\"\\\\b\"");
	assert_false(sfv_string_format(&buf, "caf\303\251"));
	assert_false(sfv_string_format(&buf, "a\nb"));
	assert_string_equal(buf_str(&buf), "\"a\\\"\\\\b\"");
	buf_done(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_of_every_type_round_trip),
		cmocka_unit_test(what_is_not_an_item_is_refused),
		cmocka_unit_test(lists_round_trip_and_refuse),
		cmocka_unit_test(dictionaries_round_trip_and_refuse),
		cmocka_unit_test(values_and_parameters_are_found),
		cmocka_unit_test(a_nul_in_the_text_is_refused),
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(strings_are_escaped_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
