/* SPDX-License-Identifier: ISC */
/*
 * ctl_output.h: results as text, by the shape that the table gives them.
 * What others wrote cannot move the cursor or colour the terminal: control
 * characters are left out.  Thread: any.
 */
#ifndef DAEMON_CTL_OUTPUT_H
#define DAEMON_CTL_OUTPUT_H

#include "config/base/buf.h"
#include "daemon/commands.h"

void ctl_output_result(
    FILE *out, const struct command *command, const json_t *result);
void ctl_output_json(FILE *out, const json_t *result);
/* The list of {"where", "error"} of a refusal or a report. */
void ctl_output_details(FILE *out, const char *prefix, const json_t *details);

/* For ctl_table.c and ctl_status.c. */
/* One value on one line. */
void ctl_output_put(struct buf *buf, const json_t *value);
/* "last_error" as "last error". */
void ctl_output_heading(struct buf *buf, const char *key);
/* How to go on, when the list does. */
void ctl_output_next(FILE *out, const json_t *result);
/* A text on one line, without control characters, in the arena. */
const char *ctl_output_clean(struct arena *arena, const char *text);

#endif
