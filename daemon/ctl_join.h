/* SPDX-License-Identifier: ISC */
/*
 * ctl_join.h: the question that parvisctl peer join asks on a terminal: whose
 * list it is that one joins by.  Thread: the only one.
 */
#ifndef DAEMON_CTL_JOIN_H
#define DAEMON_CTL_JOIN_H

#include "daemon/ctl_parse.h"

/*
 * Shows the list of the node that is named and adds --introducer to the
 * line's options; does nothing when it is there already, or without a
 * terminal.  -ECANCELED: the list cannot be read, or no answer came; it was
 * said.
 */
int ctl_join_ask(struct arena *arena, const char *socket_path,
    struct ctl_line *line) MUST_CHECK;

#endif
