/* SPDX-License-Identifier: ISC */
/*
 * The table as text: for parvisctl help, and for the manual.
 */
#include <string.h>

#include "daemon/commands.h"

enum { HELP_WIDTH = 78 };

/* Words of a text from a column on, folded at the width. */
static void
write_folded(FILE *out, const char *text, size_t indent)
{
	size_t column = indent;
	bool first = true;

	while (*text != '\0') {
		size_t len = strcspn(text, " ");

		if (!first && column + 1 + len > HELP_WIDTH) {
			(void)fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
			first = true;
		}
		(void)fprintf(out, "%s%.*s", first ? "" : " ", (int)len, text);
		column += len + (first ? 0 : 1);
		first = false;
		text += len;
		text += strspn(text, " ");
	}
	(void)fputc('\n', out);
}

void
commands_write_list(FILE *out)
{
	(void)fputs("usage: parvisctl [-c FILE] [--socket PATH] [--json] "
		    "COMMAND [ARGUMENT...]\n\n",
	    out);
	for (int i = 0; i < COMMAND_ID_COUNT; i++) {
		const struct command *command =
		    commands_get((enum command_id)i);

		if ((command->flags & COMMAND_HIDDEN) != 0)
			continue;
		(void)fprintf(
		    out, "  %s %s\n", command->words, command->arguments);
		(void)fputs("        ", out);
		write_folded(out, command->text, 8);
	}
	(void)fputs("\nOptions of every command:\n"
		    "  -c FILE          configuration that names the control "
		    "socket\n"
		    "                   (/etc/parvis/parvis.conf)\n"
		    "  --socket PATH    the control socket itself\n"
		    "  --json           print the result as JSON\n"
		    "  --help           show the command's options\n"
		    "  --version        show the version\n\n"
		    "parvisctl help COMMAND shows one command.\n",
	    out);
}

void
commands_write_help(FILE *out, const struct command *command)
{
	const struct command_option *option;

	(void)fprintf(out, "usage: parvisctl %s%s%s%s\n\n", command->words,
	    command->options != 0 ? " [OPTION...]" : "",
	    command->arguments[0] != '\0' ? " " : "", command->arguments);
	write_folded(out, command->text, 0);
	for (size_t i = 0; (option = commands_option(command, i)) != NULL;
	     i++) {
		int n = fprintf(out, "%s  --%s%s%s", i == 0 ? "\n" : "",
		    option->name, option->argument != NULL ? " " : "",
		    option->argument != NULL ? option->argument : "");

		/* The line break before the first is no column. */
		n -= i == 0 ? 1 : 0;
		if (n > 26) {
			(void)fputc('\n', out);
			n = 0;
		}
		(void)fprintf(out, "%*s", 28 - n, "");
		write_folded(out, option->text, 28);
	}
}

/* One word, with what mdoc would take for its own kept from it. */
static size_t
write_mdoc_word(FILE *out, const char *word, size_t len)
{
	size_t column = len;

	for (size_t i = 0; i < len; i++) {
		bool option =
		    word[i] == '-' && len > 1 && (word[0] == '-' || i == 0);

		if (word[i] == '\\')
			(void)fputs("\\e", out);
		else if (option)
			(void)fputs("\\-", out);
		else if (i == 0 && (word[i] == '.' || word[i] == '\''))
			(void)fprintf(out, "\\&%c", word[i]);
		else
			(void)fputc(word[i], out);
		column += option ? 1 : 0;
	}
	return column;
}

/* Folded, and a sentence begins a line, as mdoc wants it. */
static void
write_mdoc_text(FILE *out, const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, " ");
		bool sentence_ends = text[len - 1] == '.' && text[len] == ' ' &&
				     text[len + 1] == ' ';

		if (column > 0 && column + 1 + len > HELP_WIDTH - 4) {
			(void)fputc('\n', out);
			column = 0;
		}
		if (column > 0)
			(void)fputc(' ', out);
		column += 1 + write_mdoc_word(out, text, len);
		if (sentence_ends) {
			(void)fputc('\n', out);
			column = 0;
		}
		text += len;
		text += strspn(text, " ");
	}
	(void)fputc('\n', out);
}

static void
write_mdoc_arguments(FILE *out, const char *arguments)
{
	const char *p = arguments;

	while (*p != '\0') {
		size_t len = strcspn(p, " ");
		bool optional = *p == '[';
		bool many = len > 4 && memcmp(p + len - 4, "...]", 4) == 0;
		size_t end = many ? 4 : (optional ? 1 : 0);
		size_t begin = optional ? 1 : 0;

		(void)fprintf(out, " %sAr %.*s%s", optional ? "Op " : "",
		    (int)(len - begin - end), p + begin, many ? " ..." : "");
		/* Op holds the rest of the line: what follows needs Oc. */
		p += len;
		p += strspn(p, " ");
	}
}

static void
write_mdoc_options(FILE *out, const struct command *command)
{
	const struct command_option *option;

	if (command->options == 0)
		return;
	(void)fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; (option = commands_option(command, i)) != NULL;
	     i++) {
		(void)fprintf(out, ".It Fl \\-%s", option->name);
		if (option->argument != NULL)
			(void)fprintf(out, " Ar %s", option->argument);
		(void)fputc('\n', out);
		write_mdoc_text(out, option->text);
	}
	(void)fputs(".El\n", out);
}

void
commands_write_manual(FILE *out)
{
	(void)fputs(".Bl -tag -width Ds\n", out);
	for (int i = 0; i < COMMAND_ID_COUNT; i++) {
		const struct command *command =
		    commands_get((enum command_id)i);

		if ((command->flags & COMMAND_HIDDEN) != 0)
			continue;
		(void)fprintf(out, ".It Cm %s", command->words);
		write_mdoc_arguments(out, command->arguments);
		(void)fputc('\n', out);
		write_mdoc_text(out, command->text);
		write_mdoc_options(out, command);
	}
	(void)fputs(".El\n", out);
}
