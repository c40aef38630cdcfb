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
		    "username  name    profile kind  place name  url\n"
		    "zoé       Zoé Z.                Dourdan     "
		    "https://a/@z\n"
		    "a                                           \n"
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
		cmocka_unit_test(what_others_wrote_cannot_drive_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
