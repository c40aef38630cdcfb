/* SPDX-License-Identifier: ISC */
/*
 * The digest and the header of FEP-8fcf, with its own example.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "federation/followers_sync.h"
#include "tests/unit/vector.h"

enum { URIS_MAX = 16 };

static const char followers[] = "https://example.org/users/1/followers";

static size_t
uris_of(const json_t *array, const char *ret[URIS_MAX])
{
	size_t count = json_array_size(array);

	assert_true(count <= URIS_MAX);
	for (size_t i = 0; i < count; i++)
		ret[i] = json_string_value(json_array_get(array, i));
	return count;
}

static void
check_digest(const json_t *test)
{
	const char *uris[URIS_MAX];
	char digest[FOLLOWERS_SYNC_DIGEST_SIZE];
	size_t count =
	    uris_of(json_object_get(test, "partial_followers"), uris);

	followers_sync_digest(uris, count, digest);
	assert_string_equal(
	    digest, vector_text(test, "partial_collection_digest_hex"));
}

static void
check_partial(const json_t *test)
{
	struct arena *arena = arena_new();
	const char *uris[URIS_MAX], *expected[URIS_MAX], **kept;
	const json_t *all = json_object_get(test, "followers");
	size_t kept_count,
	    expected_count =
		uris_of(json_object_get(test, "partial_followers"), expected);

	if (all != NULL) {
		followers_sync_partial(arena, uris, uris_of(all, uris),
		    vector_text(test, "receiving_authority"), &kept,
		    &kept_count);
		assert_int_equal(kept_count, expected_count);
		for (size_t i = 0; i < kept_count; i++)
			assert_string_equal(kept[i], expected[i]);
	}
	arena_free(&arena);
}

static void
digests_and_partial_lists_are_those_of_the_vectors(void **state)
{
	json_t *root = vector_load("followers-synchronization-fep8fcf.json");
	const json_t *cases = json_object_get(root, "cases");

	(void)state;
	assert_true(json_array_size(cases) >= 5);
	for (size_t i = 0; i < json_array_size(cases); i++) {
		check_digest(json_array_get(cases, i));
		check_partial(json_array_get(cases, i));
	}
	json_decref(root);
}

static void
the_header_is_that_of_the_vectors_and_reads_back(void **state)
{
	json_t *root = vector_load("followers-synchronization-fep8fcf.json");
	const json_t *test = json_array_get(json_object_get(root, "cases"), 0);
	const char *digest = vector_text(test, "partial_collection_digest_hex");
	struct arena *arena = arena_new();
	struct followers_sync read;
	char *header = followers_sync_header(
	    arena, vector_text(test, "actor"), followers, digest);

	(void)state;
	assert_string_equal(header, vector_text(test, "header"));
	assert_int_equal(
	    followers_sync_parse(arena, header, followers, &read), 0);
	assert_string_equal(read.digest, digest);
	assert_string_equal(
	    read.url, "https://example.org/users/1/followers_synchronization");
	arena_free(&arena);
	json_decref(root);
}

static void
headers_of_others_and_broken_ones_are_ignored(void **state)
{
	static const char *const broken[] = { "", "collectionId", ",,,",
		"collectionId=\"",
		"url=\"https://example.org/x\" digest=\"a\"" };
	json_t *root = vector_load("followers-synchronization-fep8fcf.json");
	const json_t *headers = json_object_get(root, "headers_to_ignore");
	struct arena *arena = arena_new();
	struct followers_sync read;

	(void)state;
	assert_true(json_array_size(headers) >= 4);
	for (size_t i = 0; i < json_array_size(headers); i++)
		assert_int_not_equal(
		    followers_sync_parse(arena,
			vector_text(json_array_get(headers, i), "header"),
			followers, &read),
		    0);
	for (size_t i = 0; i < N_ELEMENTS(broken); i++)
		assert_int_not_equal(
		    followers_sync_parse(arena, broken[i], followers, &read),
		    0);
	arena_free(&arena);
	json_decref(root);
}

static void
an_upper_case_digest_is_read_as_lower_case(void **state)
{
	struct arena *arena = arena_new();
	struct followers_sync read;
	char digest[FOLLOWERS_SYNC_DIGEST_SIZE];
	char *header;

	(void)state;
	followers_sync_digest(
	    (const char *const[]){ "https://a.example/1" }, 1, digest);
	header = arena_printf(arena,
	    "digest=\"%064d\", collectionId=\"%s\", "
	    "url=\"https://example.org/f\"",
	    0, followers);
	header[8] = 'A';
	assert_int_equal(
	    followers_sync_parse(arena, header, followers, &read), 0);
	assert_int_equal(read.digest[0], 'a');
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    digests_and_partial_lists_are_those_of_the_vectors),
		cmocka_unit_test(
		    the_header_is_that_of_the_vectors_and_reads_back),
		cmocka_unit_test(headers_of_others_and_broken_ones_are_ignored),
		cmocka_unit_test(an_upper_case_digest_is_read_as_lower_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
