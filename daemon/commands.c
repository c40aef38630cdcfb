/* SPDX-License-Identifier: ISC */
/*
 * The table itself, and the questions asked of it.
 */
#include <errno.h>
#include <string.h>

#include "config/base/text.h"
#include "daemon/commands.h"

enum option_set {
	SET_ACTOR = 1 << 0,
	SET_PROFILE = 1 << 1,
	SET_PROJECT = 1 << 2,
	SET_OF_HOLDER = 1 << 3,
	SET_NOTE = 1 << 4,
	SET_NOTE_NEW = 1 << 5,
	SET_FOLLOW = 1 << 6,
	SET_PAGE = 1 << 7,
	SET_NAMES = 1 << 8,
	SET_HOST = 1 << 9,
	SET_IMPORT = 1 << 10,
	SET_INIT = 1 << 11,
	SET_FIND = 1 << 12,
	SET_GAZETTEER = 1 << 13,
	SET_GAZETTEER_RESET = 1 << 14,
	SET_SEARCH = 1 << 20,
	SET_RECLAIM = 1 << 21,
	SET_JOIN = 1 << 22,
	SET_PEERS = 1 << 23,
	SET_ACCOUNT = 1 << 24,
};

static const struct command commands[] = {
#define COMMAND( \
    name, handler, words, arguments, options, flags, output, columns, text) \
	{ COMMAND_ID_##name, words, arguments, options, flags, \
		OUTPUT_##output, columns, text },
#define LOCAL_COMMAND(name, words, arguments, options, flags, text) \
	{ COMMAND_ID_##name, words, arguments, options, \
		COMMAND_LOCAL | (flags), OUTPUT_MESSAGE, NULL, text },
#define OPTION(...)
#include "daemon/tbl/commands.h"
#undef COMMAND
#undef LOCAL_COMMAND
#undef OPTION
};

static const struct command_option options[] = {
#define COMMAND(...)
#define LOCAL_COMMAND(...)
#define OPTION(sets, name, type, argument, text) \
	{ sets, name, OPTION_##type, argument, text },
#include "daemon/tbl/commands.h"
#undef COMMAND
#undef LOCAL_COMMAND
#undef OPTION
};

static const struct {
	const char *word;
	int exit_code;
} codes[CODE_COUNT] = {
	[CODE_EXISTS] = { "exists", 1 },
	[CODE_NOT_FOUND] = { "not-found", 4 },
	[CODE_INVALID] = { "invalid", 1 },
	[CODE_DENIED] = { "denied", 1 },
	[CODE_BUSY] = { "busy", 1 },
	[CODE_FAILED] = { "failed", 1 },
};

const char *
commands_code_word(enum command_code code)
{
	return codes[code].word;
}

int
commands_code_exit(const char *word)
{
	for (size_t i = 0; word != NULL && i < CODE_COUNT; i++) {
		if (strcmp(codes[i].word, word) == 0)
			return codes[i].exit_code;
	}
	return 1;
}

const struct command *
commands_get(enum command_id id)
{
	ASSERT(id < COMMAND_ID_COUNT);
	return &commands[id];
}

/* Number of words when all of the command's stand first, else 0. */
static size_t
match_words(const char *pattern, const char *const *words, size_t count)
{
	size_t n = 0;

	while (*pattern != '\0') {
		size_t len = strcspn(pattern, " ");
		const char *word;

		if (n == count)
			return 0;
		word = words[n];
		if (strlen(word) != len || memcmp(word, pattern, len) != 0)
			return 0;
		n++;
		pattern += len;
		pattern += strspn(pattern, " ");
	}
	return n;
}

const struct command *
commands_find(const char *const *words, size_t count, size_t *ret_used)
{
	const struct command *best = NULL;
	size_t best_used = 0;

	for (size_t i = 0; i < COMMAND_ID_COUNT; i++) {
		size_t used = match_words(commands[i].words, words, count);

		if (used > best_used) {
			best = &commands[i];
			best_used = used;
		}
	}
	if (best != NULL)
		*ret_used = best_used;
	return best;
}

enum { DISTANCE_BYTES = 48 };

/* Insertions, deletions, changes and swaps of neighbours between two words. */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][DISTANCE_BYTES + 1];
	size_t alen = strlen(a), blen = strlen(b);

	if (alen > DISTANCE_BYTES || blen > DISTANCE_BYTES)
		return DISTANCE_BYTES;
	for (size_t j = 0; j <= blen; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= alen; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i - 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= blen; j++) {
			size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;

			row[j] = MIN(above[j], row[j - 1]) + 1;
			row[j] = MIN(row[j], above[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] =
				    MIN(row[j], rows[(i - 2) % 3][j - 2] + 1);
		}
	}
	return rows[alen % 3][blen];
}

/* The first words with spaces between them, cut to what fits. */
static void
join_words(char *ret, size_t size, const char *const *words, size_t count)
{
	size_t len = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		int n = snprintf(
		    ret + len, size - len, "%s%s", i == 0 ? "" : " ", words[i]);

		if (n < 0 || (size_t)n >= size - len)
			return;
		len += (size_t)n;
	}
}

/* "create" after "porject" and "project" alone are near "project create". */
static size_t
command_distance(
    const struct command *command, const char *const *words, size_t count)
{
	size_t used = strchr(command->words, ' ') == NULL ? 1 : 2;
	char text[DISTANCE_BYTES + 1];

	join_words(text, sizeof(text), words, MIN(used, count));
	return distance(text, command->words);
}

const struct command *
commands_nearest(const char *const *words, size_t count)
{
	const struct command *best = NULL;
	size_t best_distance = 4; /* farther is another word */

	for (size_t i = 0; i < COMMAND_ID_COUNT; i++) {
		size_t d;

		if ((commands[i].flags & COMMAND_HIDDEN) != 0 || count == 0)
			continue;
		d = command_distance(&commands[i], words, count);
		if (d < best_distance && d < strlen(words[0])) {
			best = &commands[i];
			best_distance = d;
		}
	}
	return best;
}

const struct command_option *
commands_option(const struct command *command, size_t i)
{
	for (size_t j = 0; j < N_ELEMENTS(options); j++) {
		if ((options[j].sets & command->options) == 0)
			continue;
		if (i == 0)
			return &options[j];
		i--;
	}
	return NULL;
}

const struct command_option *
commands_option_find(const struct command *command, const char *name)
{
	const struct command_option *option;

	for (size_t i = 0; (option = commands_option(command, i)) != NULL;
	     i++) {
		if (strcmp(option->name, name) == 0)
			return option;
	}
	return NULL;
}

const struct command_option *
commands_option_nearest(const struct command *command, const char *name)
{
	const struct command_option *option, *best = NULL;
	size_t best_distance = 3;

	for (size_t i = 0; (option = commands_option(command, i)) != NULL;
	     i++) {
		size_t d = distance(option->name, name);

		if (d < best_distance && d < strlen(name)) {
			best = option;
			best_distance = d;
		}
	}
	return best;
}

void
commands_arguments(
    const struct command *command, size_t *ret_min, size_t *ret_max)
{
	const char *p = command->arguments;

	*ret_min = 0;
	*ret_max = 0;
	while (*p != '\0') {
		size_t len = strcspn(p, " ");

		if (len > 4 && memcmp(p + len - 4, "...]", 4) == 0) {
			*ret_max = SIZE_MAX;
			return;
		}
		*ret_min += *p == '[' ? 0 : 1;
		*ret_max += 1;
		p += len;
		p += strspn(p, " ");
	}
}

bool
commands_choice_has(const struct command_option *option, const char *value)
{
	const char *p = option->argument;
	size_t len = strlen(value);

	for (;;) {
		size_t n = strcspn(p, "|");

		if (n == len && memcmp(p, value, n) == 0)
			return true;
		if (p[n] == '\0')
			return false;
		p += n + 1;
	}
}

static bool
list_is_right(const json_t *value)
{
	if (!json_is_array(value) ||
	    json_array_size(value) > COMMAND_LIST_ITEMS)
		return false;
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (!json_is_string(json_array_get(value, i)))
			return false;
	}
	return true;
}

static bool
value_is_right(const struct command_option *option, const json_t *value)
{
	switch (option->type) {
	case OPTION_FLAG:
		return json_is_boolean(value);
	case OPTION_TEXT:
		return json_is_string(value);
	case OPTION_FILE: /* is sent under the name of its text */
		return false;
	case OPTION_LIST:
		return list_is_right(value);
	case OPTION_CHOICE:
		if (strcmp(option->argument, "yes|no") == 0)
			return json_is_boolean(value);
		return json_is_string(value) &&
		       commands_choice_has(option, json_string_value(value));
	case OPTION_INTEGER:
		return json_is_integer(value);
	case OPTION_NUMBER:
		return json_is_number(value);
	}
	return false;
}

enum { NAME_SHOWN = 60 }; /* characters of an option that is none */

int
commands_check(const struct command *command, size_t argument_count,
    const json_t *given, char error[COMMAND_ERROR_SIZE])
{
	size_t min, max;
	const char *name;
	json_t *value;

	commands_arguments(command, &min, &max);
	if (argument_count < min || argument_count > max) {
		(void)snprintf(error, COMMAND_ERROR_SIZE, "%s takes %s",
		    command->words,
		    max == 0 ? "no argument" : command->arguments);
		return -EINVAL;
	}
	/* jansson's iterator takes no const; nothing is changed. */
	json_object_foreach((json_t *)(uintptr_t)given, name, value)
	{
		const struct command_option *option =
		    commands_option_find(command, name);

		if (option != NULL && value_is_right(option, value))
			continue;
		(void)snprintf(error, COMMAND_ERROR_SIZE,
		    option == NULL ? "%s takes no option --%.*s"
				   : "%s: the value of --%.*s is not right",
		    command->words, (int)text_utf8_prefix(name, NAME_SHOWN),
		    name);
		return -EINVAL;
	}
	return 0;
}
