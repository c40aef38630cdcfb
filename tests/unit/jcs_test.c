/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <math.h>

#include "federation/jcs.h"
#include "tests/unit/vector.h"

enum { FLAGS = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY };

static double
double_of(const char *hex)
{
	unsigned long long bits;
	double number;

	assert_int_equal(sscanf(hex, "%llx", &bits), 1);
	memcpy(&number, &bits, sizeof(number));
	return number;
}

static void
the_documents_of_the_vectors_match(void **state)
{
	json_t *root = vector_load("jcs-rfc8785.json"), *entry;
	size_t i, n = 0;

	(void)state;
	json_array_foreach(json_object_get(root, "documents"), i, entry)
	{
		/* Integers as reals: one vector is beyond 64 bits. */
		json_t *value = json_loads(vector_text(entry, "input"),
		    FLAGS | JSON_DECODE_INT_AS_REAL, NULL);
		const char *hex = vector_text(entry, "output_hex");
		unsigned char expected[1024];
		size_t len = vector_hex(hex, expected, sizeof(expected));
		struct buf buf;

		assert_non_null(value);
		assert_int_equal(len * 2, strlen(hex));
		buf_init(&buf, sizeof(expected));
		assert_int_equal(jcs_format(&buf, value), 0);
		if (buf.len != len || memcmp(buf_str(&buf), expected, len) != 0)
			fail_msg(
			    "%s: %s", vector_text(entry, "id"), buf_str(&buf));
		buf_done(&buf);
		json_decref(value);
		n++;
	}
	assert_int_equal(n, 16);
	json_decref(root);
}

static void
the_numbers_of_the_rfc_match(void **state)
{
	json_t *root = vector_load("jcs-rfc8785.json"), *entry;
	char text[JCS_NUMBER_SIZE];
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(root, "numbers"), i, entry)
	{
		double number = double_of(vector_text(entry, "ieee754_hex"));

		assert_int_equal(jcs_number(number, text), 0);
		assert_string_equal(text, vector_text(entry, "expected"));
	}
	assert_int_equal(i, 24);
	json_array_foreach(json_object_get(root, "numbers_refused"), i, entry)
	{
		double number = double_of(vector_text(entry, "ieee754_hex"));

		assert_int_equal(jcs_number(number, text), -EINVAL);
	}
	assert_int_equal(i, 3);
	json_decref(root);
}

/* "hex,expected" lines; the number of lines, or 0 without the file. */
static int
check_number_file(const char *path)
{
	char line[128], text[JCS_NUMBER_SIZE];
	FILE *file = fopen(path, "r");
	int n = 0;

	if (file == NULL)
		return 0;
	while (fgets(line, sizeof(line), file) != NULL) {
		char *expected = strchr(line, ',');

		assert_non_null(expected);
		*expected++ = '\0';
		expected[strcspn(expected, "\n")] = '\0';
		assert_int_equal(jcs_number(double_of(line), text), 0);
		assert_string_equal(text, expected);
		n++;
	}
	fclose(file);
	return n;
}

static void
the_es6_number_sequence_matches(void **state)
{
	const char *shared = getenv("PARVIS_SHARED");
	char path[1024];

	(void)state;
	assert_int_equal(check_number_file(TEST_SOURCE_DIR
			     "/vectors/jcs-es6-numbers-2000.txt"),
	    2000);
	(void)snprintf(path, sizeof(path), "%s/vectors/%s",
	    shared != NULL ? shared : TEST_SOURCE_DIR "/../../shared",
	    "jcs-es6-numbers-10000.txt");
	print_message("%s: %d numbers\n", path, check_number_file(path));
}

/* Where the nearest decimal of a length is not the right one. */
static void
powers_of_two_are_shortest(void **state)
{
	static const struct {
		int exponent;
		const char *expected;
	} rows[] = {
		{ -44, "5.684341886080802e-14" },
		{ -24, "5.960464477539063e-8" },
		{ -1022, "2.2250738585072014e-308" },
		{ 1023, "8.98846567431158e+307" },
		{ 89, "6.189700196426902e+26" },
		{ 176, "9.578097130411805e+52" },
	};
	char text[JCS_NUMBER_SIZE];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		assert_int_equal(
		    jcs_number(ldexp(1, rows[i].exponent), text), 0);
		assert_string_equal(text, rows[i].expected);
	}
	for (int exponent = -1074; exponent <= 1023; exponent++) {
		double number = ldexp(1, exponent);

		assert_int_equal(jcs_number(-number, text), 0);
		assert_true(strtod(text, NULL) == -number);
	}
}

static void
what_must_be_refused_is_refused(void **state)
{
	json_t *root = vector_load("jcs-rfc8785.json"), *entry;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(root, "must_be_refused"), i, entry)
	{
		json_t *value =
		    json_loads(vector_text(entry, "input"), FLAGS, NULL);

		if (value != NULL)
			fail_msg("%s", vector_text(entry, "id"));
	}
	assert_int_equal(i, 9);
	json_decref(root);
}

static int
format_once(const json_t *value, size_t ceiling)
{
	struct buf buf;
	int r;

	buf_init(&buf, ceiling);
	r = jcs_format(&buf, value);
	buf_done(&buf);
	return r;
}

static void
values_without_canonical_form_are_refused(void **state)
{
	json_t *surrogate = json_stringn_nocheck("\355\240\275", 3);
	json_t *object = json_object(), *text = json_string("long enough");

	(void)state;
	assert_int_equal(format_once(surrogate, 100), -EINVAL);
	assert_int_equal(
	    json_object_set_new_nocheck(object, "\377", json_null()), 0);
	assert_int_equal(format_once(object, 100), -EINVAL);
	assert_int_equal(format_once(text, 5), -EMSGSIZE);
	assert_int_equal(format_once(text, 100), 0);
	json_decref(surrogate);
	json_decref(object);
	json_decref(text);
}

static void
depth_is_bounded(void **state)
{
	json_t *value = json_array();

	(void)state;
	for (int i = 0; i < JCS_MAX_DEPTH; i++)
		value = json_pack("[o]", value);
	assert_int_equal(format_once(value, 1000), 0);
	value = json_pack("[o]", value);
	assert_int_equal(format_once(value, 1000), -ELOOP);
	json_decref(value);
}

static void
integers_are_written_as_doubles(void **state)
{
	json_t *value = json_pack(
	    "[I,I,i]", (json_int_t)9007199254740993, (json_int_t)INT64_MIN, 0);
	struct buf buf;

	(void)state;
	buf_init(&buf, 100);
	assert_int_equal(jcs_format(&buf, value), 0);
	assert_string_equal(
	    buf_str(&buf), "[9007199254740992,-9223372036854776000,0]");
	buf_done(&buf);
	json_decref(value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_documents_of_the_vectors_match),
		cmocka_unit_test(the_numbers_of_the_rfc_match),
		cmocka_unit_test(the_es6_number_sequence_matches),
		cmocka_unit_test(powers_of_two_are_shortest),
		cmocka_unit_test(what_must_be_refused_is_refused),
		cmocka_unit_test(values_without_canonical_form_are_refused),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(integers_are_written_as_doubles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
