/* SPDX-License-Identifier: ISC */
/*
 * command_follow.h: words and names of follows, for those who list them.
 * Thread: main, and the writer in its jobs.
 */
#ifndef DAEMON_COMMAND_FOLLOW_H
#define DAEMON_COMMAND_FOLLOW_H

#include "daemon/command.h"

const char *command_follow_state(enum follow_state state);
/* Is the actor meant by an id, a page address, @name@host or a username? */
bool command_follow_is(struct arena *arena, const struct node *node,
    const struct actor *actor, const char *name);

#endif
