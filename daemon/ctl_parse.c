/* SPDX-License-Identifier: ISC */
#include "daemon/ctl_parse.h"

#include <errno.h>
#include <string.h>

#include "config/base/buf.h"
#include "config/base/text.h"

#define DEFAULT_CONFIG "/etc/parvis/parvis.conf"

enum { FILE_OPTION_BYTES = 256 * 1024 };

struct parser {
	struct arena *arena;
	char **argv;
	size_t argc, at; /* of the next argument */
	struct ctl_line *line;
	const char **words; /* those that are no options */
	size_t word_count;
	bool only_words; /* after -- */
	char *error;
};

static int refuse(struct parser *parser, const char *fmt, ...)
    PRINTF_LIKE(2, 3);

static int
refuse(struct parser *parser, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(parser->error, COMMAND_ERROR_SIZE, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

int
ctl_parse_file(const char *path, size_t max, char **ret, size_t *ret_len)
{
	FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char piece[16384];
	struct buf buf;
	size_t n;
	bool failed;
	char *text;

	int reason;

	if (in == NULL)
		return -errno;
	errno = 0;
	buf_init(&buf, max);
	do {
		n = fread(piece, 1, sizeof(piece), in);
		buf_add(&buf, piece, n);
	} while (n == sizeof(piece) && !buf_failed(&buf));
	failed = ferror(in) != 0;
	reason = errno != 0 ? errno : EIO;
	if (in != stdin)
		(void)fclose(in);
	n = buf.len;
	if (failed || buf_failed(&buf)) {
		buf_done(&buf);
		return failed ? -reason : -EFBIG;
	}
	text = buf_take(&buf);
	*ret = text != NULL ? text : xstrdup("");
	*ret_len = n;
	return 0;
}

/* The options of every command; 1 when it was one. */
static int
take_common(struct parser *parser, const char *name, const char *value,
    bool *ret_value_used)
{
	struct ctl_line *line = parser->line;
	bool *flag = strcmp(name, "json") == 0      ? &line->json
		     : strcmp(name, "help") == 0    ? &line->help
		     : strcmp(name, "version") == 0 ? &line->version
						    : NULL;

	if (flag != NULL) {
		*flag = true;
		return 1;
	}
	if (strcmp(name, "socket") != 0)
		return 0;
	if (value == NULL)
		return refuse(parser, "--socket takes a path");
	line->socket = value;
	*ret_value_used = true;
	return 1;
}

static int
set_file(struct parser *parser, const struct command_option *option,
    const char *path)
{
	size_t len = strlen(option->name) - strlen("-file"), text_len;
	CLEANUP(free_ptr) char *text = NULL;
	const char *name = arena_strndup(parser->arena, option->name, len);
	int r = ctl_parse_file(path, FILE_OPTION_BYTES, &text, &text_len);

	if (r < 0) {
		(void)refuse(parser, "--%s: %s cannot be read%s", option->name,
		    path, r == -EFBIG ? ", it is too large" : "");
		return r == -EFBIG ? -EINVAL : -ENOENT;
	}
	if (!text_utf8_valid(text, text_len))
		return refuse(
		    parser, "--%s: %s is no UTF-8 text", option->name, path);
	json_object_set_new(parser->line->options, name, json_string(text));
	return 0;
}

static json_t *
number_of(const struct command_option *option, const char *value)
{
	int64_t integer;
	double real;

	if (option->type == OPTION_INTEGER)
		return text_int64(value, 0, INT64_MAX, &integer) == 0
			   ? json_integer(integer)
			   : NULL;
	return text_double(value, &real) == 0 ? json_real(real) : NULL;
}

/* A choice's value; yes|no is a boolean. */
static json_t *
choice_of(const struct command_option *option, const char *value)
{
	if (!commands_choice_has(option, value))
		return NULL;
	if (strcmp(option->argument, "yes|no") == 0)
		return json_boolean(strcmp(value, "yes") == 0);
	return json_string(value);
}

static json_t *
value_of(const struct command_option *option, const char *value)
{
	switch (option->type) {
	case OPTION_INTEGER:
	case OPTION_NUMBER:
		return number_of(option, value);
	case OPTION_CHOICE:
		return choice_of(option, value);
	case OPTION_FLAG:
	case OPTION_TEXT:
	case OPTION_FILE:
	case OPTION_LIST:
		break;
	}
	return json_string(value);
}

static int
set_option(struct parser *parser, const struct command_option *option,
    const char *value)
{
	json_t *options = parser->line->options, *list, *json;

	if (option->type == OPTION_FILE)
		return set_file(parser, option, value);
	json = value_of(option, value);
	if (json == NULL && option->type == OPTION_CHOICE)
		return refuse(parser, "--%s is one of %s, not %s", option->name,
		    option->argument, value);
	if (json == NULL)
		return refuse(parser, "--%s: %s is no %s", option->name, value,
		    option->type == OPTION_INTEGER  ? "whole number"
		    : option->type == OPTION_NUMBER ? "number"
						    : "UTF-8 text");
	if (option->type != OPTION_LIST) {
		json_object_set_new(options, option->name, json);
		return 0;
	}
	list = json_object_get(options, option->name);
	if (list == NULL) {
		list = json_array();
		json_object_set_new(options, option->name, list);
	}
	json_array_append_new(list, json);
	return 0;
}

/* What to say of an option that the command does not take. */
static int
refuse_option(struct parser *parser, const char *name)
{
	const struct command *command = parser->line->command;
	const struct command_option *near;

	if (command == NULL)
		return refuse(parser,
		    "--%s stands before any command, or is none of its "
		    "options",
		    name);
	near = commands_option_nearest(command, name);
	return refuse(parser, "%s takes no option --%s%s%s%s", command->words,
	    name, near != NULL ? "; did you mean --" : "",
	    near != NULL ? near->name : "", near != NULL ? "?" : "");
}

/* "--name", "--name=value" or "--name value". */
static int
take_long(struct parser *parser, const char *text)
{
	const struct command *command = parser->line->command;
	const char *equal = strchr(text, '=');
	const char *name = equal == NULL ? text
					 : arena_strndup(parser->arena, text,
					       (size_t)(equal - text));
	const char *value = equal != NULL ? equal + 1
			    : parser->at < parser->argc
				? parser->argv[parser->at]
				: NULL;
	const struct command_option *option;
	bool used = false;
	int r = take_common(parser, name, value, &used);

	if (r != 0) {
		parser->at += used && equal == NULL ? 1 : 0;
		return r < 0 ? r : 0;
	}
	option = command != NULL ? commands_option_find(command, name) : NULL;
	if (option == NULL)
		return refuse_option(parser, name);
	if (option->type == OPTION_FLAG) {
		if (equal != NULL)
			return refuse(parser, "--%s takes no value", name);
		json_object_set_new(parser->line->options, name, json_true());
		return 0;
	}
	if (value == NULL)
		return refuse(
		    parser, "--%s takes a value: %s", name, option->argument);
	parser->at += equal == NULL ? 1 : 0;
	return set_option(parser, option, value);
}

static int
take_short(struct parser *parser, const char *text)
{
	struct ctl_line *line = parser->line;

	if (strcmp(text, "-h") == 0)
		line->help = true;
	else if (strcmp(text, "-V") == 0)
		line->version = true;
	else if (text[1] == 'c') {
		line->config = text[2] != '\0' ? text + 2
			       : parser->at < parser->argc
				   ? parser->argv[parser->at++]
				   : NULL;
		line->config_given = true;
		if (line->config == NULL)
			return refuse(parser, "-c takes a file");
	} else
		return refuse(parser, "there is no option %s", text);
	return 0;
}

/*
 * Options may stand anywhere, so the command is found first: among the words
 * before the first option that is not one of every command.
 */
static void
find_command(struct parser *parser)
{
	const char *words[COMMAND_WORDS_MAX];
	size_t count = 0, used = 0;

	for (size_t i = 1; i < parser->argc && count < N_ELEMENTS(words); i++) {
		const char *text = parser->argv[i];

		if (strcmp(text, "-c") == 0 || strcmp(text, "--socket") == 0)
			i++;
		else if (text[0] != '-')
			words[count++] = text;
		else if (text_starts_with(text, "--") &&
			 strcmp(text, "--json") != 0 &&
			 strcmp(text, "--help") != 0 &&
			 !text_starts_with(text, "--socket="))
			break;
	}
	parser->line->command = commands_find(words, count, &used);
}

/* "-61.5" is a longitude: no option is a digit. */
static bool
is_number(const char *text)
{
	return text[1] >= '0' && text[1] <= '9';
}

static int
take_all(struct parser *parser)
{
	bool verbatim = parser->line->command != NULL &&
			parser->line->command->id == COMMAND_ID_complete;

	while (parser->at < parser->argc) {
		const char *text = parser->argv[parser->at++];
		int r = 0;

		if (strcmp(text, "--") == 0 && !parser->only_words)
			parser->only_words = true;
		else if (parser->only_words || verbatim || text[0] != '-' ||
			 text[1] == '\0' || is_number(text))
			parser->words[parser->word_count++] = text;
		else if (text[1] == '-')
			r = take_long(parser, text + 2);
		else
			r = take_short(parser, text);
		if (r < 0)
			return r;
	}
	return 0;
}

static int
refuse_command(struct parser *parser)
{
	const struct command *near =
	    commands_nearest(parser->words, parser->word_count);
	size_t len = strlen(parser->words[0]);
	const char *next = parser->word_count > 1 ? parser->words[1] : "";

	/* "profile" alone or before a wrong word: say what may follow. */
	for (size_t i = 0; near == NULL && i < COMMAND_ID_COUNT; i++) {
		const struct command *command =
		    commands_get((enum command_id)i);

		if (strncmp(command->words, parser->words[0], len) == 0 &&
		    command->words[len] == ' ')
			return refuse(parser,
			    "%s %s is no command; there are %s and others: "
			    "parvisctl help",
			    parser->words[0], next, command->words);
	}
	return refuse(parser, "there is no command %s%s%s%s%s%s",
	    parser->words[0], next[0] != '\0' ? " " : "", next,
	    near != NULL ? "; did you mean " : "; parvisctl help lists them",
	    near != NULL ? near->words : "", near != NULL ? "?" : "");
}

/* The words that are no options: the command's, then its arguments. */
static int
check_words(struct parser *parser)
{
	struct ctl_line *line = parser->line;
	size_t used = 0, min, max;

	if (parser->word_count == 0)
		return line->help || line->version
			   ? 0
			   : refuse(parser,
				 "a command is wanted; parvisctl help "
				 "lists them");
	line->command = commands_find(parser->words, parser->word_count, &used);
	if (line->command == NULL)
		return refuse_command(parser);
	line->arguments = parser->words + used;
	line->argument_count = parser->word_count - used;
	commands_arguments(line->command, &min, &max);
	if (line->help ||
	    (line->argument_count >= min && line->argument_count <= max))
		return 0;
	return refuse(parser, "%s takes %s; parvisctl help %s says more",
	    line->command->words,
	    max == 0 ? "no argument" : line->command->arguments,
	    line->command->words);
}

int
ctl_parse(struct arena *arena, int argc, char **argv, struct ctl_line *ret,
    char error[COMMAND_ERROR_SIZE])
{
	struct ctl_line line = { .config = DEFAULT_CONFIG };
	struct parser parser = {
		.arena = arena,
		.argv = argv,
		.argc = (size_t)argc,
		.at = 1,
		.line = &line,
		.error = error,
	};
	int r;

	line.options = json_object();
	parser.words =
	    arena_alloc(arena, ((size_t)argc + 1) * sizeof(*parser.words));
	find_command(&parser);
	r = take_all(&parser);
	if (r == 0)
		r = check_words(&parser);
	/* A wrong command is told before the options that it does not take. */
	else if (line.command == NULL && parser.word_count > 0)
		(void)!check_words(&parser);
	if (r < 0)
		json_release(&line.options);
	else
		*ret = line;
	return r;
}
