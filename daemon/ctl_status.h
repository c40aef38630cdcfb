/* SPDX-License-Identifier: ISC */
/*
 * ctl_status.h: parvisctl status for people.  Thread: any.
 */
#ifndef DAEMON_CTL_STATUS_H
#define DAEMON_CTL_STATUS_H

#include <stdio.h>

#include "federation/json.h"

/* The result of status; keys that are missing are shown as 0 or "?". */
void ctl_status_write(FILE *out, const json_t *status);

#endif
