/* SPDX-License-Identifier: ISC */
#include "daemon/ctl_join.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/ctl_client.h"
#include "daemon/ctl_output.h"

enum { ANSWER_SIZE = 64 };

static void
no_progress(const char *sentence)
{
	(void)sentence;
}

static int
look(struct arena *arena, const char *socket_path, const struct ctl_line *line,
    json_t **ret)
{
	CLEANUP(json_release) json_t *options = json_object();
	const char *words[] = { "peer", "look" };
	struct ctl_line question = *line;
	char error[CTL_CLIENT_ERROR_SIZE];
	const char *why = error;
	size_t used;

	question.command = commands_find(words, N_ELEMENTS(words), &used);
	question.options = options;
	if (ctl_client_ask(socket_path, &question, NULL, 0, no_progress, ret,
		error) == 0) {
		if (json_is_true(json_object_get(*ret, "ok")))
			return 0;
		why = json_string_value(json_object_get(*ret, "error"));
	}
	(void)fprintf(stderr, "parvisctl: %s\n",
	    ctl_output_clean(arena, why != NULL ? why : "it cannot be read"));
	return -ECANCELED;
}

static void
show(struct arena *arena, const json_t *list)
{
	const json_t *nodes = json_object_get(list, "nodes");
	json_int_t count = json_integer_value(json_object_get(list, "admits"));

	(void)printf("%s admits %lld nodes%s\n",
	    ctl_output_clean(
		arena, json_string_value(json_object_get(list, "domain"))),
	    (long long)count, count > 0 ? ":" : ".");
	for (size_t i = 0; i < json_array_size(nodes); i++)
		(void)printf(
		    "  %s\n", ctl_output_clean(arena,
				  json_string_value(json_array_get(nodes, i))));
	if ((size_t)count > json_array_size(nodes))
		(void)printf(
		    "  and %zu more\n", (size_t)count - json_array_size(nodes));
}

/* 1, 0, or -ECANCELED at the end of the input. */
static int
ask(void)
{
	char answer[ANSWER_SIZE];

	(void)fputs("Take it as introducer: whom it admits is admitted here "
		    "too? [Y/n] ",
	    stdout);
	(void)fflush(stdout);
	if (fgets(answer, sizeof(answer), stdin) == NULL)
		return -ECANCELED;
	return answer[0] != 'n' && answer[0] != 'N' ? 1 : 0;
}

int
ctl_join_ask(
    struct arena *arena, const char *socket_path, struct ctl_line *line)
{
	CLEANUP(json_release) json_t *answer = NULL;
	int r;

	if (line->json || isatty(STDIN_FILENO) != 1 ||
	    isatty(STDOUT_FILENO) != 1 ||
	    json_object_get(line->options, "introducer") != NULL)
		return 0;
	r = look(arena, socket_path, line, &answer);
	if (r < 0)
		return r;
	show(arena, json_object_get(answer, "result"));
	r = ask();
	if (r < 0)
		return r;
	(void)json_object_set_new(
	    line->options, "introducer", json_string(r == 1 ? "yes" : "no"));
	return 0;
}
