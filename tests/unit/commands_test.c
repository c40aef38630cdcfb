/* SPDX-License-Identifier: ISC */
/* The table of parvisctl's commands, and the command line read against it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/base/buf.h"
#include "daemon/ctl_parse.h"

enum { ARGS_MAX = 24 };

static void
every_command_is_found_by_its_words(void **state)
{
	(void)state;
	for (int i = 0; i < COMMAND_ID_COUNT; i++) {
		const struct command *command =
		    commands_get((enum command_id)i);
		char words[64], *second;
		const char *list[3];
		size_t used = 0;

		(void)snprintf(words, sizeof(words), "%s", command->words);
		second = strchr(words, ' ');
		if (second != NULL)
			*second++ = '\0';
		list[0] = words;
		list[1] = second != NULL ? second : "x";
		list[2] = "x";
		assert_ptr_equal(commands_find(list, 3, &used), command);
		assert_int_equal(used, second != NULL ? 2 : 1);
		if (command->output == OUTPUT_TABLE)
			assert_non_null(command->columns);
	}
}

static void
a_peer_is_not_a_host(void **state)
{
	const char *words[] = { "peer", "list" };
	size_t used = 0;

	(void)state;
	assert_ptr_equal(
	    commands_find(words, 2, &used), commands_get(COMMAND_ID_peer_list));
}

static void
options_of_a_command_have_different_names(void **state)
{
	(void)state;
	for (int i = 0; i < COMMAND_ID_COUNT; i++) {
		const struct command *command =
		    commands_get((enum command_id)i);
		const struct command_option *option;

		for (size_t j = 0;
		     (option = commands_option(command, j)) != NULL; j++) {
			assert_ptr_equal(
			    commands_option_find(command, option->name),
			    option);
			assert_true((option->type == OPTION_FLAG) ==
				    (option->argument == NULL));
		}
	}
}

/* Parses words separated by single spaces. */
static int
parse(struct arena *arena, const char *text, struct ctl_line *line,
    char error[COMMAND_ERROR_SIZE])
{
	char *copy = arena_strdup(arena, text), *save = NULL, *word;
	char **argv = arena_alloc(arena, ARGS_MAX * sizeof(*argv));
	char *name = arena_strdup(arena, "parvisctl");
	int argc = 0;

	argv[argc++] = name;
	for (word = strtok_r(copy, " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save)) {
		assert_true(argc < ARGS_MAX);
		argv[argc++] = word;
	}
	error[0] = '\0';
	return ctl_parse(arena, argc, argv, line, error);
}

static void
options_stand_anywhere(void **state)
{
	static const char *const lines[] = {
		"-c f.conf --json profile create marie --name Marie "
		"--skill a --skill=b --lat -4.5 --discoverable yes",
		"profile create --skill a marie --skill b --name=Marie "
		"--lat=-4.5 --discoverable=yes --json -cf.conf",
		"profile --json create --name Marie --skill a --skill b "
		"--lat -4.5 --discoverable yes -c f.conf -- marie",
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(lines); i++) {
		CLEANUP(arena_free) struct arena *arena = arena_new();
		struct ctl_line line;
		char error[COMMAND_ERROR_SIZE];
		CLEANUP(free_ptr) char *options = NULL;

		assert_int_equal(parse(arena, lines[i], &line, error), 0);
		assert_int_equal(line.command->id, COMMAND_ID_profile_create);
		assert_true(line.json);
		assert_string_equal(line.config, "f.conf");
		assert_int_equal(line.argument_count, 1);
		assert_string_equal(line.arguments[0], "marie");
		options =
		    json_dumps(line.options, JSON_COMPACT | JSON_SORT_KEYS);
		assert_string_equal(options,
		    "{\"discoverable\":true,\"lat\":-4.5,\"name\":\"Marie\","
		    "\"skill\":[\"a\",\"b\"]}");
		assert_int_equal(
		    commands_check(line.command, 1, line.options, error), 0);
		json_release(&line.options);
	}
}

static void
a_wrong_line_is_told_what_was_meant(void **state)
{
	static const struct {
		const char *line, *said;
	} rows[] = {
		{ "", "a command is wanted" },
		{ "profil create marie", "did you mean profile create?" },
		{ "profile craete marie", "did you mean profile create?" },
		{ "statsu", "did you mean status?" },
		{ "timelin marie", "did you mean timeline?" },
		{ "xyzzy", "there is no command xyzzy" },
		{ "profile", "there are profile create and others" },
		{ "profile create", "takes USERNAME" },
		{ "status now", "takes no argument" },
		{ "profile create a --nmae A", "did you mean --name?" },
		{ "profile create a --stage idea", "takes no option --stage" },
		{ "profile create a --name", "--name takes a value: NAME" },
		{ "profile create a --lat north", "north is no number" },
		{ "profile create a --discoverable perhaps",
		    "is one of yes|no" },
		{ "follow a b --later=yes", "--later takes no value" },
		{ "queue list --limit -3", "-3 is no whole number" },
		{ "-x status", "there is no option -x" },
		{ "--name A", "--name stands before any command" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		CLEANUP(arena_free) struct arena *arena = arena_new();
		struct ctl_line line;
		char error[COMMAND_ERROR_SIZE];

		assert_int_equal(
		    parse(arena, rows[i].line, &line, error), -EINVAL);
		if (strstr(error, rows[i].said) == NULL)
			fail_msg("\"%s\" said \"%s\", not \"%s\"", rows[i].line,
			    error, rows[i].said);
	}
}

static void
arguments_that_may_be_left_out_are_counted(void **state)
{
	static const struct {
		enum command_id id;
		size_t min, max;
	} rows[] = {
		{ COMMAND_ID_status, 0, 0 },
		{ COMMAND_ID_follow, 2, 2 },
		{ COMMAND_ID_update_publish, 1, 2 },
		{ COMMAND_ID_update_list, 0, 1 },
		{ COMMAND_ID_help, 0, SIZE_MAX },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		size_t min, max;

		commands_arguments(commands_get(rows[i].id), &min, &max);
		assert_int_equal(min, rows[i].min);
		assert_int_equal(max, rows[i].max);
	}
}

static void
the_daemon_checks_what_it_is_sent(void **state)
{
	static const struct {
		const char *options;
		size_t arguments;
		int expected;
	} rows[] = {
		{ "{}", 1, 0 },
		{ "{\"name\":\"A\",\"skill\":[\"x\"]}", 1, 0 },
		{ "{}", 0, -EINVAL },
		{ "{}", 2, -EINVAL },
		{ "{\"holder\":\"x\"}", 1, -EINVAL },
		{ "{\"name\":1}", 1, -EINVAL },
		{ "{\"skill\":\"x\"}", 1, -EINVAL },
		{ "{\"skill\":[1]}", 1, -EINVAL },
		{ "{\"discoverable\":\"yes\"}", 1, -EINVAL },
		{ "{\"summary-file\":\"x\"}", 1, -EINVAL },
		{ "{\"lat\":\"4\"}", 1, -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		json_error_t wrong;
		json_t *options = json_loads(rows[i].options, 0, &wrong);
		char error[COMMAND_ERROR_SIZE];

		assert_non_null(options);
		assert_int_equal(
		    commands_check(commands_get(COMMAND_ID_profile_create),
			rows[i].arguments, options, error),
		    rows[i].expected);
		json_decref(options);
	}
}

static void
codes_give_exit_codes(void **state)
{
	(void)state;
	assert_int_equal(commands_code_exit("not-found"), 4);
	assert_int_equal(commands_code_exit("invalid"), 1);
	assert_int_equal(commands_code_exit("never heard"), 1);
	assert_int_equal(commands_code_exit(NULL), 1);
	assert_string_equal(commands_code_word(CODE_BUSY), "busy");
}

static void
completion_offers_what_may_follow(void **state)
{
	static const struct {
		const char *words[4];
		size_t count;
		const char *expected;
	} rows[] = {
		{ { "pro" }, 1, "profile\nproject\n" },
		{ { "queue", "" }, 2, "list\nretry\ndrop\n" },
		{ { "queue", "r" }, 2, "retry\n" },
		{ { "queue", "drop", "--h" }, 3, "--host\n--help\n" },
		{ { "project", "edit", "--discoverable", "y" }, 4, "yes\n" },
		{ { "project", "edit", "--name", "y" }, 4, "" },
		{ { "help", "que" }, 2, "queue\n" },
		{ { "completion", "" }, 2, "bash\nzsh\nfish\n" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char *text = NULL;
		size_t len;
		FILE *out = open_memstream(&text, &len);

		ctl_complete(out, rows[i].words, rows[i].count);
		assert_int_equal(fclose(out), 0);
		assert_string_equal(text, rows[i].expected);
		free(text);
	}
}

/* The manual holds the list of commands as it is printed today. */
static void
the_manual_is_up_to_date(void **state)
{
	char *list = NULL, *page = NULL;
	size_t len, page_len;
	FILE *out = open_memstream(&list, &len);

	(void)state;
	commands_write_manual(out);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(
	    ctl_parse_file(TEST_SOURCE_DIR "/../daemon/parvisctl.8", 1 << 20,
		&page, &page_len),
	    0);
	if (strstr(page, list) == NULL)
		fail_msg("daemon/parvisctl.8 differs from what \"parvisctl "
			 "manual\" prints: put that between its two comments");
	free(list);
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_is_found_by_its_words),
		cmocka_unit_test(a_peer_is_not_a_host),
		cmocka_unit_test(options_of_a_command_have_different_names),
		cmocka_unit_test(options_stand_anywhere),
		cmocka_unit_test(a_wrong_line_is_told_what_was_meant),
		cmocka_unit_test(arguments_that_may_be_left_out_are_counted),
		cmocka_unit_test(the_daemon_checks_what_it_is_sent),
		cmocka_unit_test(codes_give_exit_codes),
		cmocka_unit_test(completion_offers_what_may_follow),
		cmocka_unit_test(the_manual_is_up_to_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
