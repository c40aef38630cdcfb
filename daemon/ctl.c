/* SPDX-License-Identifier: ISC */
/*
 * parvisctl: what an administrator tells the node.
 * Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 the node cannot be
 * reached, 4 there is no such thing.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/base/log.h"
#include "config/settings.h"
#include "daemon/ctl_client.h"
#include "daemon/ctl_join.h"
#include "daemon/ctl_output.h"
#include "daemon/init.h"

enum ctl_exit {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_UNREACHABLE = 3,
};

static const char bash_script[] =
    "_parvisctl()\n"
    "{\n"
    "\tmapfile -t COMPREPLY < <(parvisctl complete -- \\\n"
    "\t    \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n"
    "}\n"
    "complete -o default -F _parvisctl parvisctl\n";

static const char zsh_script[] =
    "#compdef parvisctl\n"
    "_parvisctl()\n"
    "{\n"
    "\tlocal -a words_now\n"
    "\twords_now=(${(f)\"$(parvisctl complete -- \\\n"
    "\t    \"${(@)words[2,CURRENT]}\" 2>/dev/null)\"})\n"
    "\tif (( ${#words_now} )); then\n"
    "\t\tcompadd -a words_now\n"
    "\telse\n"
    "\t\t_files\n"
    "\tfi\n"
    "}\n"
    /* Sourced, it takes its place; autoloaded, it is the first call. */
    "if [ \"$funcstack[1]\" = _parvisctl ]; then\n"
    "\t_parvisctl \"$@\"\n"
    "else\n"
    "\tcompdef _parvisctl parvisctl\n"
    "fi\n";

static const char fish_script[] =
    "function __parvisctl_complete\n"
    "\tset -l words (commandline -opc)\n"
    "\tparvisctl complete -- $words[2..-1] (commandline -ct) 2>/dev/null\n"
    "end\n"
    "complete -c parvisctl -a '(__parvisctl_complete)'\n";

static int
say(int exit_code, const char *sentence)
{
	(void)fprintf(stderr, "parvisctl: %s\n", sentence);
	return exit_code;
}

/* --- what needs no daemon --- */

static int
do_help(const struct ctl_line *line)
{
	const struct command *command;
	size_t used = 0;

	if (line->argument_count == 0) {
		commands_write_list(stdout);
		return EXIT_DONE;
	}
	command = commands_find(line->arguments, line->argument_count, &used);
	if (command == NULL) {
		command =
		    commands_nearest(line->arguments, line->argument_count);
		(void)fprintf(stderr,
		    "parvisctl: there is no command %s; %s%s%s\n",
		    line->arguments[0],
		    command != NULL ? "did you mean " : "parvisctl help",
		    command != NULL ? command->words : " lists them",
		    command != NULL ? "?" : "");
		return EXIT_USAGE;
	}
	commands_write_help(stdout, command);
	return EXIT_DONE;
}

static int
do_completion(const struct ctl_line *line)
{
	static const struct {
		const char *shell, *script;
	} rows[] = {
		{ "bash", bash_script },
		{ "zsh", zsh_script },
		{ "fish", fish_script },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		if (strcmp(line->arguments[0], rows[i].shell) == 0) {
			(void)fputs(rows[i].script, stdout);
			return EXIT_DONE;
		}
	}
	return say(EXIT_USAGE, "completion is there for bash, zsh and fish");
}

static int
do_local(struct arena *arena, const struct ctl_line *line)
{
	if (line->command->id == COMMAND_ID_init)
		return init_run(arena, line->config, line->options);
	if (line->command->id == COMMAND_ID_help)
		return do_help(line);
	if (line->command->id == COMMAND_ID_completion)
		return do_completion(line);
	if (line->command->id == COMMAND_ID_complete)
		ctl_complete(stdout, line->arguments, line->argument_count);
	else
		commands_write_manual(stdout);
	return EXIT_DONE;
}

/* --- what the daemon does --- */

/* The control socket, in the arena, or NULL after having said why. */
static const char *
find_socket(struct arena *arena, const struct ctl_line *line)
{
	struct settings *settings;
	char error[SETTINGS_ERROR_SIZE], control[128];
	const char *path;
	int r;

	if (line->socket != NULL)
		return line->socket;
	r = settings_load(line->config, &settings, error);
	if (r == 0) {
		path = arena_strdup(arena, settings->node_control);
		settings_free(&settings);
		return path;
	}
	(void)fprintf(stderr, "parvisctl: %s\n", error);
	/* A node that runs is asked all the same: it may be asked why. */
	if (r == -EINVAL && settings_peek(line->config, "node", "control",
				control, sizeof(control)) == 0)
		return arena_strdup(arena, control);
	(void)fputs("parvisctl: the configuration tells where the node "
		    "listens: give another with -c, or the socket with "
		    "--socket\n",
	    stderr);
	return NULL;
}

static void
show_progress(const char *sentence)
{
	if (isatty(STDERR_FILENO) == 1)
		(void)fprintf(stderr, "%s\n", sentence);
}

static int
show_refusal(const struct ctl_line *line, const json_t *answer)
{
	const char *sentence =
	    json_string_value(json_object_get(answer, "error"));
	const json_t *details = json_object_get(answer, "details");

	if (line->json)
		ctl_output_json(stdout, answer);
	(void)say(0, sentence != NULL ? sentence : "the node refused");
	ctl_output_details(stderr, "  ", details);
	return commands_code_exit(
	    json_string_value(json_object_get(answer, "code")));
}

static int
show_answer(const struct ctl_line *line, const json_t *answer)
{
	const json_t *result = json_object_get(answer, "result");

	if (!json_is_true(json_object_get(answer, "ok")))
		return show_refusal(line, answer);
	if (line->json)
		ctl_output_json(stdout, result);
	else
		ctl_output_result(stdout, line->command, result);
	if (fflush(stdout) != 0)
		return say(EXIT_FAILED, "the result could not be written");
	return EXIT_DONE;
}

static int
read_input(const struct ctl_line *line, char **ret, size_t *ret_len)
{
	const char *path = line->arguments[0];
	int r = ctl_parse_file(path, COMMAND_INPUT_BYTES, ret, ret_len);

	if (r == 0)
		return EXIT_DONE;
	if (r == -EFBIG)
		(void)fprintf(
		    stderr, "parvisctl: %s is larger than 64 MiB\n", path);
	else
		(void)fprintf(stderr, "parvisctl: %s cannot be read: %s\n",
		    path, strerrordesc_np(-r));
	return EXIT_FAILED;
}

static int
do_remote(struct arena *arena, struct ctl_line *line)
{
	CLEANUP(free_ptr) char *input = NULL;
	CLEANUP(json_release) json_t *answer = NULL;
	char error[CTL_CLIENT_ERROR_SIZE];
	const char *path = find_socket(arena, line);
	size_t input_len = 0;

	if (path == NULL)
		return EXIT_UNREACHABLE;
	if (line->command->id == COMMAND_ID_peer_join &&
	    ctl_join_ask(arena, path, line) < 0)
		return EXIT_FAILED;
	if ((line->command->flags & COMMAND_INPUT) != 0 &&
	    read_input(line, &input, &input_len) != EXIT_DONE)
		return EXIT_FAILED;
	if (ctl_client_ask(path, line, input, input_len, show_progress, &answer,
		error) < 0)
		return say(EXIT_UNREACHABLE, error);
	return show_answer(line, answer);
}

static int
run(struct arena *arena, struct ctl_line *line)
{
	if (line->version)
		(void)printf("parvisctl %s\n", PARVIS_VERSION);
	else if (line->help && line->command != NULL)
		commands_write_help(stdout, line->command);
	else if (line->help)
		commands_write_list(stdout);
	else if ((line->command->flags & COMMAND_LOCAL) != 0)
		return do_local(arena, line);
	else
		return do_remote(arena, line);
	return EXIT_DONE;
}

int
main(int argc, char **argv)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct ctl_line line;
	char error[COMMAND_ERROR_SIZE];
	int r = ctl_parse(arena, argc, argv, &line, error);

	log_set_level(LOG_WARNING);
	if (r == -ENOENT)
		return say(EXIT_FAILED, error);
	if (r < 0)
		return say(EXIT_USAGE, error);
	r = run(arena, &line);
	json_release(&line.options);
	return r;
}
