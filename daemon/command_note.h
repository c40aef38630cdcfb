/* SPDX-License-Identifier: ISC */
/*
 * command_note.h: how a post is shown by update list and by timeline.
 * Thread: main.  Memory: a new reference for the caller.
 */
#ifndef DAEMON_COMMAND_NOTE_H
#define DAEMON_COMMAND_NOTE_H

#include "daemon/command.h"

json_t *command_note_view(
    struct command_request *request, const struct object *note);

#endif
