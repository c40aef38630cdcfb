/* SPDX-License-Identifier: ISC */
/*
 * init.h: `parvisctl init`: from nothing to a node that can be started.
 *
 * Runs in parvisctl, without the daemon: it starts a writer of its own.
 * Nothing that exists is overwritten; when a step fails, what was made before
 * it is taken away again.
 * Thread: the only one.
 */
#ifndef DAEMON_INIT_H
#define DAEMON_INIT_H

#include "federation/json.h"

/*
 * options: those of the table; what a terminal is asked for is added to it.
 * Returns parvisctl's exit code, having said what is wrong.
 */
int init_run(struct arena *arena, const char *config, json_t *options);

#endif
