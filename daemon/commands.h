/* SPDX-License-Identifier: ISC */
/*
 * commands.h: the table of parvisctl's commands, as both sides see it: the
 * daemon to check what it is asked, parvisctl to parse, explain and complete.
 * Pure functions over daemon/tbl/commands.h.  Thread: any.
 */
#ifndef DAEMON_COMMANDS_H
#define DAEMON_COMMANDS_H

#include <stdio.h>

#include "federation/json.h"

enum command_id {
#define COMMAND(name, ...)       COMMAND_ID_##name,
#define LOCAL_COMMAND(name, ...) COMMAND_ID_##name,
#define OPTION(...)
#include "daemon/tbl/commands.h"
#undef COMMAND
#undef LOCAL_COMMAND
#undef OPTION
	COMMAND_ID_COUNT
};

enum command_flag {
	COMMAND_LOCAL = 1,  /* without the daemon */
	COMMAND_INPUT = 2,  /* the first argument names a file to send */
	COMMAND_HIDDEN = 4, /* not in help */
};

enum command_output {
	OUTPUT_MESSAGE,  /* result.message, one or more lines */
	OUTPUT_FIELDS,   /* every key of the result, aligned */
	OUTPUT_STATUS,   /* how the node is, for one look */
	OUTPUT_TABLE,    /* result.items in columns */
	OUTPUT_NETWORK,  /* the same, under a map of them */
	OUTPUT_POSTS,    /* result.items, a block each */
	OUTPUT_REPORT,   /* result.message, then notices and errors */
	OUTPUT_DOCUMENT, /* result.document as it is */
};

enum option_type {
	OPTION_FLAG,
	OPTION_TEXT,
	OPTION_FILE,
	OPTION_LIST,
	OPTION_CHOICE,
	OPTION_INTEGER,
	OPTION_NUMBER,
};

struct command {
	enum command_id id;
	const char *words;     /* "profile create" */
	const char *arguments; /* "PROFILE TARGET", "[ID]" */
	unsigned options;      /* sets */
	unsigned flags;        /* enum command_flag */
	enum command_output output;
	/*
	 * Of a table: "key=heading,place.name,..." or NULL.  Before a key, ~
	 * says that its text may be cut to make the table fit, @ that it is a
	 * moment, shown as how far it is from now.
	 */
	const char *columns;
	const char *text;
};

struct command_option {
	unsigned sets;
	const char *name;
	enum option_type type;
	const char *argument; /* NULL for a flag */
	const char *text;
};

enum {
	COMMAND_WORDS_MAX = 2,
	COMMAND_ARGUMENTS_MAX = 8,
	COMMAND_ERROR_SIZE = 512,
	COMMAND_REQUEST_BYTES = 512 * 1024, /* the line of a request */
	COMMAND_INPUT_BYTES = 64 * 1024 * 1024,
	COMMAND_LIST_ITEMS = 256, /* values of a repeated option */
	COMMAND_LIMIT_DEFAULT = 100,
	COMMAND_LIMIT_MAX = 10000,
};

/* Why a request was refused; each has a word and parvisctl's exit code. */
enum command_code {
	CODE_EXISTS,
	CODE_NOT_FOUND,
	CODE_INVALID,
	CODE_DENIED,
	CODE_BUSY,
	CODE_FAILED,
	CODE_COUNT
};
const char *commands_code_word(enum command_code code);
/* 1 for an unknown word. */
int commands_code_exit(const char *word);

const struct command *commands_get(enum command_id id);
/*
 * The longest command that the words begin with; *ret_used is its number of
 * words.  "peer" stands for "host".  NULL when there is none.
 */
const struct command *commands_find(
    const char *const *words, size_t count, size_t *ret_used);
/* The command that was most likely meant, NULL when none is near. */
const struct command *commands_nearest(const char *const *words, size_t count);

/* The i-th option that a command takes, NULL after the last. */
const struct command_option *commands_option(
    const struct command *command, size_t i);
const struct command_option *commands_option_find(
    const struct command *command, const char *name);
/* The option most likely meant, NULL when none is near. */
const struct command_option *commands_option_nearest(
    const struct command *command, const char *name);
/* How many arguments a command takes; max SIZE_MAX: any number. */
void commands_arguments(
    const struct command *command, size_t *ret_min, size_t *ret_max);
/* True when a CHOICE's argument lists the value. */
bool commands_choice_has(
    const struct command_option *option, const char *value);

/*
 * Arguments and options as they came over the socket against the table.
 * -EINVAL with a sentence.
 */
int commands_check(const struct command *command, size_t argument_count,
    const json_t *given, char error[COMMAND_ERROR_SIZE]) MUST_CHECK;

/* One line each, for `parvisctl help`. */
void commands_write_list(FILE *out);
/* Usage, text and options of one command. */
void commands_write_help(FILE *out, const struct command *command);
/* The list of commands in mdoc(7), a part of parvisctl(8). */
void commands_write_manual(FILE *out);

#endif
