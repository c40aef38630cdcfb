/* SPDX-License-Identifier: ISC */
/*
 * ctl_output.h: results as text, by the shape that the table gives them.
 * What others wrote cannot move the cursor or colour the terminal: control
 * characters are left out.  Thread: any.
 */
#ifndef DAEMON_CTL_OUTPUT_H
#define DAEMON_CTL_OUTPUT_H

#include "daemon/commands.h"

void ctl_output_result(
    FILE *out, const struct command *command, const json_t *result);
void ctl_output_json(FILE *out, const json_t *result);
/* The list of {"where", "error"} of a refusal or a report. */
void ctl_output_details(FILE *out, const char *prefix, const json_t *details);

#endif
