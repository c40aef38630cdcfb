/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "config/base/buf.h"
#include "federation/json.h"

#define AS2                "https://www.w3.org/ns/activitystreams"
#define WITH_CONTEXT(text) "{\"@context\":" text "}"

static json_t *
read_text(const char *text)
{
	char error[JSON_ERROR_SIZE] = "";
	json_t *json = NULL;
	int r = json_read(text, strlen(text), &json, error);

	if (r != 0)
		print_error("%s: %s\n", text, error);
	assert_int_equal(r, 0);
	return json;
}

static void
check_refused(const char *text, size_t len, const char *reason)
{
	char error[JSON_ERROR_SIZE] = "";
	json_t *json = NULL;
	int r = json_read(text, len, &json, error);

	if (r == 0 || strstr(error, reason) == NULL)
		print_error("%.100s: \"%s\"\n", text, error);
	assert_int_not_equal(r, 0);
	assert_null(json);
	assert_non_null(strstr(error, reason));
}

static void
refuses_what_is_not_one_object(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{ "", "empty" },
		{ "[]", "not an object" },
		{ "\"x\"", "not JSON" },
		{ "{", "not JSON" },
		{ "{} {}", "not JSON" },
		{ "{\"a\":1,\"a\":2}", "duplicate" },
		{ "{\"a\":\"\\u0000\"}", "not JSON" },
		{ "{\"a\":\"\\ud800\"}", "not JSON" },
		{ "{\"a\":\"\xff\"}", "UTF-8" },
		{ "{\"a\":99999999999999999999}", "not JSON" },
		{ "{\"a\":1e999}", "not JSON" },
		{ "{\"a\":NaN}", "not JSON" },
		{ "{'a':1}", "not JSON" },
		{ "{\"a\":1,}", "not JSON" },
		{ "{\"@graph\":[]}", "@graph" },
		{ "{\"@included\":{}}", "@included" },
		{ "{\"@reverse\":{}}", "@reverse" },
		{ "{\"@context\":{\"typ\":\"@type\"}}", "keywords" },
		{ "{\"@context\":[\"" AS2 "\",{\"i\":{\"@id\":\"@id\"}}]}",
		    "keywords" },
		{ "{\"@context\":{\"x\":{\"@reverse\":\"as:actor\"}}}",
		    "keywords" },
		{ "{\"@context\":{\"g\":\"@graph\"}}", "keywords" },
		{ "{\"@context\":{\"Note\":{\"@id\":\"as:Note\","
		  "\"@context\":[{\"typ\":\"@type\"}]}}}",
		    "keywords" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_refused(
		    rows[i].text, strlen(rows[i].text), rows[i].reason);
	check_refused("{}\0{}", 5, "UTF-8");
}

static void
takes_the_contexts_that_servers_send(void **state)
{
	static const char *const texts[] = {
		"{\"@context\":\"" AS2 "\"}",
		WITH_CONTEXT("[\"" AS2 "\",{\"f\":{\"@id\":\"toot:f\"}}]"),
		WITH_CONTEXT("{\"f\":{\"@id\":\"f\",\"@type\":\"@id\"}}"),
		WITH_CONTEXT("{\"@language\":\"fr\",\"@vocab\":\"x#\"}"),
		WITH_CONTEXT("{\"id\":\"@id\",\"type\":\"@type\"}"),
		WITH_CONTEXT("{\"l\":{\"@container\":\"@list\"}}"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *json = read_text(texts[i]);

		json_release(&json);
		assert_null(json);
	}
}

static void
fill(struct buf *buf, const char *piece, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_puts(buf, piece);
}

static void
bounds_depth_and_number_of_values(void **state)
{
	char error[JSON_ERROR_SIZE];
	struct buf buf;
	json_t *json;

	(void)state;
	buf_init(&buf, 4 * 1024 * 1024);
	buf_puts(&buf, "{\"a\":");
	fill(&buf, "[", JSON_DEPTH_MAX - 1);
	fill(&buf, "]", JSON_DEPTH_MAX - 1);
	buf_puts(&buf, "}");
	assert_int_equal(json_read(buf.data, buf.len, &json, error), 0);
	json_release(&json);
	buf_clear(&buf);
	buf_puts(&buf, "{\"a\":");
	fill(&buf, "[", JSON_DEPTH_MAX);
	fill(&buf, "]", JSON_DEPTH_MAX);
	buf_puts(&buf, "}");
	check_refused(buf.data, buf.len, "too deep");
	buf_clear(&buf);
	fill(&buf, "[", 1000000);
	check_refused(buf.data, buf.len, "too deep");
	buf_clear(&buf);
	buf_puts(&buf, "{\"a\":[1");
	fill(&buf, ",1", JSON_NODES_MAX);
	buf_puts(&buf, "]}");
	check_refused(buf.data, buf.len, "too many");
	buf_clear(&buf);
	/* Brackets and commas in strings are no structure. */
	buf_puts(&buf, "{\"a\":\"\\\"");
	fill(&buf, "[{,", JSON_NODES_MAX);
	buf_puts(&buf, "\"}");
	assert_int_equal(json_read(buf.data, buf.len, &json, error), 0);
	json_release(&json);
	buf_done(&buf);
}

static void
takes_one_value_in_its_three_spellings(void **state)
{
	json_t *json = read_text("{\"s\":\"u1\",\"o\":{\"id\":\"u2\"},"
				 "\"a\":[{\"id\":\"u3\"},\"u4\"],"
				 "\"l\":{\"type\":\"Link\",\"href\":\"u5\"},"
				 "\"n\":null,\"i\":3,\"e\":[],\"m\":[3,\"x\"],"
				 "\"type\":[\"Note\",\"x:Update\"]}");
	const char *ids[2];

	(void)state;
	assert_string_equal(json_id(json, "s"), "u1");
	assert_string_equal(json_id(json, "o"), "u2");
	assert_string_equal(json_id(json, "a"), "u3");
	assert_string_equal(json_id(json, "l"), "u5");
	assert_null(json_id(json, "n"));
	assert_null(json_id(json, "i"));
	assert_null(json_id(json, "e"));
	assert_null(json_id(json, "absent"));
	assert_int_equal(json_ids(json, "s", ids, 2), 1);
	assert_int_equal(json_ids(json, "a", ids, 2), 2);
	assert_string_equal(ids[1], "u4");
	assert_int_equal(json_ids(json, "a", ids, 1), 1);
	assert_int_equal(json_ids(json, "e", ids, 2), 0);
	assert_int_equal(json_ids(json, "o", ids, 0), 0);
	assert_non_null(json_embedded(json, "o"));
	assert_non_null(json_embedded(json, "a"));
	assert_null(json_embedded(json, "s"));
	assert_null(json_embedded(json, "e"));
	assert_string_equal(json_first_text(json, "type"), "Note");
	assert_string_equal(json_first_text(json, "m"), "x");
	assert_null(json_first_text(json, "o"));
	assert_true(json_is_type(json, "x:Update"));
	assert_false(json_is_type(json, "Update"));
	assert_null(json_text(json, "i"));
	json_release(&json);
}

static void
reads_flags_and_times(void **state)
{
	json_t *json = read_text("{\"t\":true,\"f\":false,\"s\":\"true\","
				 "\"at\":\"2026-06-01T21:00:00.5+02:00\","
				 "\"bad\":\"tomorrow\",\"number\":12}");

	(void)state;
	assert_true(json_flag(json, "t", false));
	assert_false(json_flag(json, "f", true));
	assert_true(json_flag(json, "s", true));
	assert_false(json_flag(json, "absent", false));
	assert_int_equal(json_time(json, "at"), 1780340400);
	assert_int_equal(json_time(json, "bad"), 0);
	assert_int_equal(json_time(json, "number"), 0);
	assert_int_equal(json_time(json, "absent"), 0);
	json_release(&json);
}

static void
writes_numbers_so_that_they_are_read_the_same(void **state)
{
	struct arena *arena = arena_new();
	json_t *json = json_pack("[f, f, f, i]", 48.53201, 48.0, -1.5, 48);
	json_t *again;

	(void)state;
	assert_string_equal(json_write(arena, json), "[48.53201,48.0,-1.5,48]");
	json_release(&json);
	/* A number that needs all its digits keeps them. */
	json = json_pack("{s:f, s:f}", "a", 0.1 + 0.2, "b", 1.0 / 3.0);
	again = read_text(json_write(arena, json));
	assert_true(json_equal(json, again));
	json_release(&json);
	json_release(&again);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_is_not_one_object),
		cmocka_unit_test(takes_the_contexts_that_servers_send),
		cmocka_unit_test(bounds_depth_and_number_of_values),
		cmocka_unit_test(takes_one_value_in_its_three_spellings),
		cmocka_unit_test(reads_flags_and_times),
		cmocka_unit_test(writes_numbers_so_that_they_are_read_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
