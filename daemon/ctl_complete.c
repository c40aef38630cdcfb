/* SPDX-License-Identifier: ISC */
/*
 * Completion: one function over the table, which the shells' own scripts
 * (ctl.c prints them) call with the words so far.
 */
#include <string.h>

#include "config/base/text.h"
#include "daemon/ctl_parse.h"

static void
offer(FILE *out, const char *word, size_t len, const char *prefix)
{
	size_t given = strlen(prefix);

	if (len >= given && memcmp(word, prefix, given) == 0)
		(void)fprintf(out, "%.*s\n", (int)len, word);
}

/* First or second words of commands, each once. */
static void
offer_words(FILE *out, const char *first, const char *prefix)
{
	const char *last = "";
	size_t last_len = 0;

	for (int i = 0; i < COMMAND_ID_COUNT; i++) {
		const struct command *command =
		    commands_get((enum command_id)i);
		const char *word = command->words;
		size_t len = strcspn(word, " ");

		if ((command->flags & COMMAND_HIDDEN) != 0)
			continue;
		if (first != NULL) {
			if (word[len] == '\0' || strlen(first) != len ||
			    memcmp(first, word, len) != 0)
				continue;
			word += len + 1;
			len = strlen(word);
		}
		if (len == last_len && memcmp(word, last, len) == 0)
			continue;
		offer(out, word, len, prefix);
		last = word;
		last_len = len;
	}
}

static void
offer_options(FILE *out, const struct command *command, const char *prefix)
{
	const struct command_option *option;
	static const char *const common[] = { "--json", "--help", "--socket" };
	char text[64];

	for (size_t i = 0; (option = commands_option(command, i)) != NULL;
	     i++) {
		(void)snprintf(text, sizeof(text), "--%s", option->name);
		offer(out, text, strlen(text), prefix);
	}
	for (size_t i = 0; i < N_ELEMENTS(common); i++)
		offer(out, common[i], strlen(common[i]), prefix);
}

static void
offer_choices(
    FILE *out, const struct command_option *option, const char *prefix)
{
	const char *p = option->argument;

	while (*p != '\0') {
		size_t len = strcspn(p, "|");

		offer(out, p, len, prefix);
		p += len + (p[len] == '|' ? 1 : 0);
	}
}

void
ctl_complete(FILE *out, const char *const *words, size_t count)
{
	const char *prefix = count > 0 ? words[count - 1] : "";
	const char *before = count > 1 ? words[count - 2] : "";
	const struct command *command;
	const struct command_option *option = NULL;
	size_t used = 0;

	if (count <= 1) {
		offer_words(out, NULL, prefix);
		return;
	}
	/* The word that is being written is no part of the command yet. */
	command = commands_find(words, count - 1, &used);
	if (command != NULL && text_starts_with(before, "--"))
		option = commands_option_find(command, before + 2);
	if (option != NULL && option->type == OPTION_CHOICE)
		offer_choices(out, option, prefix);
	else if (option != NULL && option->type != OPTION_FLAG)
		return;
	else if (command != NULL && prefix[0] == '-')
		offer_options(out, command, prefix);
	else if (command != NULL && command->id == COMMAND_ID_help)
		offer_words(out, count == 3 ? words[1] : NULL, prefix);
	else if (count == 2)
		offer_words(out, words[0], prefix);
	if (command != NULL && command->id == COMMAND_ID_completion) {
		offer(out, "bash", 4, prefix);
		offer(out, "zsh", 3, prefix);
		offer(out, "fish", 4, prefix);
	}
}
