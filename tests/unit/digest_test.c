/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "federation/digest.h"
#include "federation/sfv.h"
#include "tests/unit/vector.h"

#define HELLO        "{\"hello\": \"world\"}"
#define HELLO_SHA256 "X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="
#define HELLO_SHA512 \
	"WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrI" \
	"iYllu7BNNyealdVLvRwEmTHWXvJwew=="

static size_t
case_body(const json_t *entry, unsigned char *ret, size_t size)
{
	const json_t *content = json_object_get(entry, "content");
	size_t len = json_string_length(content);

	if (content == NULL)
		return vector_hex(vector_text(entry, "content_hex"), ret, size);
	assert_true(len <= size);
	memcpy(ret, json_string_value(content), len);
	return len;
}

static void
the_examples_of_rfc9530_match(void **state)
{
	json_t *root = vector_load("digest-fields-rfc9530.json"), *entry;
	struct arena *arena = arena_new();
	size_t i, known = 0;

	(void)state;
	json_array_foreach(json_object_get(root, "cases"), i, entry)
	{
		const char *value =
		    vector_text(entry, "expected_dictionary_value");
		const char *algorithm = vector_text(entry, "algorithm");
		unsigned char body[512];
		size_t len = case_body(entry, body, sizeof(body));
		bool used = strncmp(algorithm, "sha-", 4) == 0;

		assert_int_equal(len, json_integer_value(json_object_get(
					  entry, "content_length")));
		assert_int_equal(digest_check_content(arena, value, body, len),
		    used ? DIGEST_OK : DIGEST_NONE);
		assert_int_equal(digest_check_content(arena, value, "other", 5),
		    used ? DIGEST_DIFFERS : DIGEST_NONE);
		if (strcmp(algorithm, "sha-256") == 0)
			assert_string_equal(
			    digest_make_content(arena, body, len), value);
		known += used;
	}
	assert_int_equal(known, 12);
	arena_free(&arena);
	json_decref(root);
}

static void
field_values_of_the_vectors_parse_or_are_refused(void **state)
{
	json_t *root = vector_load("digest-fields-rfc9530.json"), *entry;
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(root, "field_values"), i, entry)
	{
		const char *value = vector_text(entry, "value");
		bool valid = json_is_true(json_object_get(entry, "valid"));
		enum digest_verdict verdict =
		    json_object_get(entry, "field")
			? digest_check(arena, value, HELLO, strlen(HELLO))
			: digest_check_content(
			      arena, value, HELLO, strlen(HELLO));

		if (valid == (verdict == DIGEST_MALFORMED))
			fail_msg(
			    "%s: %d", vector_text(entry, "what"), (int)verdict);
	}
	arena_free(&arena);
	json_decref(root);
}

struct row {
	const char *value;
	enum digest_verdict verdict;
};

static void
digest_checks_every_known_value(void **state)
{
	static const struct row rows[] = {
		{ "SHA-256=" HELLO_SHA256, DIGEST_OK },
		{ "sha-256=" HELLO_SHA256, DIGEST_OK },
		{ "Sha-256=" HELLO_SHA256, DIGEST_OK },
		{ " SHA-256=" HELLO_SHA256 " ", DIGEST_OK },
		{ "SHA-512=" HELLO_SHA512, DIGEST_OK },
		{ "md5=xyz,SHA-256=" HELLO_SHA256, DIGEST_OK },
		{ "SHA-256=" HELLO_SHA256 ", SHA-512=" HELLO_SHA512,
		    DIGEST_OK },
		{ "SHA-256=" HELLO_SHA256 ", unixsum=30637", DIGEST_OK },
		{ "unixsum=30637", DIGEST_NONE },
		{ "md5=Sd/dVLAcvNLSq16eXua5uQ==", DIGEST_NONE },
		{ "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
		    DIGEST_DIFFERS },
		/* one right value does not excuse a wrong one */
		{ "SHA-256=" HELLO_SHA256
		  ",SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
		    DIGEST_DIFFERS },
		{ "SHA-512=" HELLO_SHA256, DIGEST_DIFFERS }, /* its length */
		{ "SHA-256=", DIGEST_DIFFERS },
		/* the right 32 bytes and one more */
		{ "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPEA",
		    DIGEST_DIFFERS },
		{ "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE",
		    DIGEST_MALFORMED },
		{ "SHA-256=:" HELLO_SHA256 ":", DIGEST_MALFORMED },
		{ "SHA-256", DIGEST_MALFORMED },
		{ "=" HELLO_SHA256, DIGEST_MALFORMED },
		{ "", DIGEST_MALFORMED },
		{ "SHA-256=" HELLO_SHA256 ",", DIGEST_MALFORMED },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (digest_check(arena, rows[i].value, HELLO, strlen(HELLO)) !=
		    rows[i].verdict)
			fail_msg("%s", rows[i].value);
	arena_free(&arena);
}

static void
content_digest_checks_every_known_value(void **state)
{
	static const struct row rows[] = {
		{ "sha-256=:" HELLO_SHA256 ":", DIGEST_OK },
		{ "sha-512=:" HELLO_SHA512 ":, sha-256=:" HELLO_SHA256 ":",
		    DIGEST_OK },
		{ "sha=:AAAA:, sha-256=:" HELLO_SHA256 ":", DIGEST_OK },
		{ "", DIGEST_NONE },
		{ "sha=:AAAA:", DIGEST_NONE },
		{ "sha-256=:AAAA:", DIGEST_DIFFERS },
		{ "sha-512=:" HELLO_SHA512
		  ":, sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
		    DIGEST_DIFFERS },
		{ "SHA-256=:" HELLO_SHA256 ":", DIGEST_MALFORMED },
		{ "sha-256=\"x\"", DIGEST_MALFORMED },
		{ "sha-256", DIGEST_MALFORMED },
		{ "sha-256=(:" HELLO_SHA256 ":)", DIGEST_MALFORMED },
		{ "sha-256=:" HELLO_SHA256 ":,", DIGEST_MALFORMED },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (digest_check_content(arena, rows[i].value, HELLO,
			strlen(HELLO)) != rows[i].verdict)
			fail_msg("%s", rows[i].value);
	arena_free(&arena);
}

static void
what_is_made_is_accepted(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(
	    digest_make(arena, HELLO, strlen(HELLO)), "SHA-256=" HELLO_SHA256);
	assert_string_equal(digest_make(arena, "", 0),
	    "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
	assert_int_equal(
	    digest_check(arena, digest_make(arena, "x", 1), "x", 1), DIGEST_OK);
	assert_int_equal(digest_check_content(
			     arena, digest_make_content(arena, "x", 1), "x", 1),
	    DIGEST_OK);
	arena_free(&arena);
}

static void
a_very_long_value_is_refused(void **state)
{
	struct arena *arena = arena_new();
	char *text = arena_alloc(arena, DIGEST_MAX_BYTES + 2);

	(void)state;
	memset(text, 'a', DIGEST_MAX_BYTES + 1);
	memcpy(text, "md5=", 4);
	assert_int_equal(digest_check(arena, text, "", 0), DIGEST_MALFORMED);
	text[DIGEST_MAX_BYTES] = '\0';
	assert_int_equal(digest_check(arena, text, "", 0), DIGEST_NONE);
	text[DIGEST_MAX_BYTES] = 'a';
	assert_int_equal(
	    digest_check_content(arena, text, "", 0), DIGEST_MALFORMED);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_rfc9530_match),
		cmocka_unit_test(
		    field_values_of_the_vectors_parse_or_are_refused),
		cmocka_unit_test(digest_checks_every_known_value),
		cmocka_unit_test(content_digest_checks_every_known_value),
		cmocka_unit_test(what_is_made_is_accepted),
		cmocka_unit_test(a_very_long_value_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
