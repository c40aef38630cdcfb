/* SPDX-License-Identifier: ISC */
/*
 * ctl_table.h: result.items in columns, which fit the terminal, or 80
 * characters, as far as texts that may be cut allow.  Thread: any.
 */
#ifndef DAEMON_CTL_TABLE_H
#define DAEMON_CTL_TABLE_H

#include <stdio.h>

#include "federation/json.h"

/* columns as in struct command. */
void ctl_table_write(FILE *out, const char *columns, const json_t *result);

#endif
