/* SPDX-License-Identifier: ISC */
/*
 * ctl_parse.h: the command line of parvisctl(8), against the table of
 * commands.
 * Memory: the arena; options is a new reference.  Thread: the only one.
 */
#ifndef DAEMON_CTL_PARSE_H
#define DAEMON_CTL_PARSE_H

#include "daemon/commands.h"

struct ctl_line {
	const char *config; /* -c, or the default */
	bool config_given;
	const char *socket; /* --socket, or NULL */
	bool json, help, version;
	const struct command *command; /* NULL with help or version alone */
	const char **arguments;
	size_t argument_count;
	json_t *options; /* FILE options are read */
};

/*
 * -EINVAL with a sentence that names what is wrong and what may have been
 * meant.  A FILE that cannot be read is -ENOENT.
 */
int ctl_parse(struct arena *arena, int argc, char **argv, struct ctl_line *ret,
    char error[COMMAND_ERROR_SIZE]) MUST_CHECK;

/*
 * A whole file, "-" for standard input; at most max bytes (-EFBIG), a NUL
 * follows.  The caller frees it.
 */
int ctl_parse_file(const char *path, size_t max, char **ret, size_t *ret_len)
    MUST_CHECK;

/*
 * What may stand in place of the last of the words, one a line; nothing when
 * it is a file or free text.
 */
void ctl_complete(FILE *out, const char *const *words, size_t count);

#endif
