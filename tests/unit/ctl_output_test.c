/* SPDX-License-Identifier: ISC */
/* Results as parvisctl shows them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "daemon/ctl_output.h"

static void
results_are_shown_by_their_shape(void **state)
{
	static const struct {
		enum command_id id;
		const char *result, *expected;
	} rows[] = {
		{ COMMAND_ID_stop, "{\"message\":\"one\\ntwo\",\"x\":1}",
		    "one\ntwo\n" },
		{ COMMAND_ID_profile_list,
		    "{\"items\":[{\"username\":\"zoé\",\"name\":\"Zoé Z.\","
		    "\"profile_kind\":null,\"place\":{\"name\":\"Dourdan\"},"
		    "\"url\":\"https://a/@z\"},{\"username\":\"a\"}],"
		    "\"next\":7}",
		    "username  name    kind  place\n"
		    "zoé       Zoé Z.        Dourdan\n"
		    "a\n"
		    "There is more: --after 7\n" },
		{ COMMAND_ID_profile_list, "{\"items\":[],\"next\":null}",
		    "There are none.\n" },
		{ COMMAND_ID_profile_show,
		    "{\"name\":\"A\",\"is_open\":true,\"gone\":null,"
		    "\"none\":[],\"list\":[\"x\",\"y\"],"
		    "\"team\":[{\"name\":\"N\",\"role\":null},{\"name\":"
		    "\"M\"}]}",
		    "name:    A\nis open: yes\nlist:    x, y\n"
		    "team:    N; M\n" },
		{ COMMAND_ID_timeline,
		    "{\"items\":[{\"number\":3,\"published\":\"T\","
		    "\"address\":\"@a@b\",\"title\":\"Oui\","
		    "\"text\":\"un\\ndeux\",\"id\":\"https://b/o/1\"}],"
		    "\"next\":null}",
		    "T  @a@b  [3]\n    Oui\n    un\n    deux\n"
		    "    https://b/o/1\n\n" },
		{ COMMAND_ID_import,
		    "{\"message\":\"done\",\"notices\":[{\"where\":\"needs\","
		    "\"error\":\"kept\"}],\"errors\":[{\"where\":\"line 3\","
		    "\"error\":\"no\"}]}",
		    "done\nnote: needs: kept\nnot imported: line 3: no\n" },
		{ COMMAND_ID_fetch,
		    "{\"address\":\"x\",\"document\":{\"id\":1}}",
		    "{\n  \"id\": 1\n}\n" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		json_error_t wrong;
		json_t *result = json_loads(rows[i].result, 0, &wrong);
		char *text = NULL;
		size_t len;
		FILE *out = open_memstream(&text, &len);

		assert_non_null(result);
		ctl_output_result(out, commands_get(rows[i].id), result);
		assert_int_equal(fclose(out), 0);
		assert_string_equal(text, rows[i].expected);
		free(text);
		json_decref(result);
	}
}

static char *
shown(enum command_id id, json_t *result)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(result);
	ctl_output_result(out, commands_get(id), result);
	assert_int_equal(fclose(out), 0);
	json_decref(result);
	return text;
}

static void
assert_says(const char *text, const char *words)
{
	if (strstr(text, words) == NULL)
		fail_msg("\"%s\" is not in:\n%s", words, text);
}

/* Texts give way, names and numbers do not. */
static void
tables_fit_the_page(void **state)
{
	const char *sentence = "Échec : le serveur est en maintenance jusqu’à "
			       "demain matin et ne répondra pas avant";
	char soon[CLOCK_RFC3339_SIZE], late[CLOCK_RFC3339_SIZE];
	CLEANUP(free_ptr) char *text = NULL;
	const char *line;

	(void)state;
	clock_rfc3339(clock_now() + 7500, soon);
	clock_rfc3339(clock_now() - 7500, late);
	text = shown(COMMAND_ID_queue_list,
	    json_pack("{s:[{s:i, s:s, s:s, s:i, s:s, s:s}, {s:i, s:s, s:n}]}",
		"items", "id", 1234567, "host", "mairie.dourdan.example",
		"type", "Create", "attempts", 12, "next_try", soon, "error",
		sentence, "id", 8, "next_try", late, "error"));
	assert_says(text, "mairie.dourdan.example  Create  12");
	assert_says(text, "in 2 h");
	assert_says(text, "2 h ago\n");
	assert_says(text, "tries  next try  last error\n");
	assert_says(text, "\xe2\x80\xa6\n");
	for (line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
		CLEANUP(free_ptr)
		char *copy = xasprintf("%.*s", (int)strcspn(line, "\n"), line);

		assert_in_range(text_utf8_length(copy), 1, 80);
	}
}

static void
status_is_one_page(void **state)
{
	CLEANUP(free_ptr) char *well = NULL;
	CLEANUP(free_ptr) char *ill = NULL;

	(void)state;
	well = shown(COMMAND_ID_status,
	    json_pack("{s:s, s:s, s:[], s:i, s:s, s:i, s:i}", "territory",
		"Dourdan", "address", "https://a.example", "attention",
		"profiles", 1, "started", "2026-06-01T19:00:00Z",
		"database_bytes", 466944, "uptime_seconds", 7500));
	assert_says(well, "Dourdan   https://a.example\nAll is well.\n");
	assert_says(well, "running       for 2 h, since 2026-06-01 19:00 UTC");
	assert_says(well, "1 profile, 0 projects, 0 updates\n");
	assert_says(well, "waiting       nothing\n");
	assert_says(well, "down          no server of 0\n");
	assert_says(well, "dropped       nothing\n");
	assert_says(well, "certificate   none: HTTPS is a reverse proxy's\n");
	assert_says(well, "database      467 kB in ");
	assert_says(well, "last error    none since the start, 0 warnings\n");
	ill = shown(COMMAND_ID_status,
	    json_pack("{s:[s], s:i, s:i, s:i, s:[{s:s, s:s, s:i}], s:i, s:s,"
		      " s:s, s:i, s:s, s:s}",
		"attention", "look\x1b", "waiting_deliveries", 1,
		"waiting_keys", 2, "hosts_down", 3, "down", "host", "b.example",
		"down_since", "2026-06-01T19:00:00Z", "waiting", 7, "dropped",
		12, "last_dropped", "2026-06-02T19:00:00Z", "certificate_ends",
		"2026-06-03T00:00:00Z", "certificate_days", 1, "last_error",
		"it failed", "last_error_at", "2026-06-01T20:00:00Z"));
	assert_says(ill, "ATTENTION: look\n");
	assert_says(ill, "1 delivery (parvisctl queue list), 2 actors");
	assert_says(ill, "b.example since 2026-06-01 19:00 UTC, 7 waiting\n");
	assert_says(ill, "and 2 more: parvisctl host list\n");
	assert_says(ill, "12 deliveries, the last 2026-06-02 19:00 UTC\n");
	assert_says(ill, "ends on 2026-06-03, in 1 day\n");
	assert_says(ill, "last error    2026-06-01 20:00 UTC: it failed\n");
}

static void
what_others_wrote_cannot_drive_the_terminal(void **state)
{
	json_t *result = json_pack("{s:[{s:s, s:s, s:s}], s:n}", "items",
	    "address", "\x1b[31mred\x07", "title",
	    "\xc2\x9b"
	    "2Jx",
	    "text", "a\rb\x7f\n\x1b]0;t", "next");
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(result);
	ctl_output_result(out, commands_get(COMMAND_ID_timeline), result);
	assert_int_equal(fclose(out), 0);
	for (size_t i = 0; i < len; i++)
		assert_true(text[i] == '\n' || (unsigned char)text[i] >= 0x20);
	assert_null(strstr(text, "\xc2\x9b"));
	assert_null(strchr(text, 0x7f));
	assert_non_null(strstr(text, "[31mred"));
	free(text);
	json_decref(result);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_are_shown_by_their_shape),
		cmocka_unit_test(tables_fit_the_page),
		cmocka_unit_test(status_is_one_page),
		cmocka_unit_test(what_others_wrote_cannot_drive_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
