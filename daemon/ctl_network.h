/* SPDX-License-Identifier: ISC */
/*
 * ctl_network.h: parvisctl network for people: a map of dots in the terminal
 * with the nodes on it, then the table.  Thread: any.
 */
#ifndef DAEMON_CTL_NETWORK_H
#define DAEMON_CTL_NETWORK_H

#include <stdio.h>

#include "federation/json.h"

/* columns as in struct command. */
void ctl_network_write(FILE *out, const char *columns, const json_t *result);

#endif
