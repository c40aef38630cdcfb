/* SPDX-License-Identifier: ISC */
/*
 * init_ask.h: the questions of parvisctl init.
 * Thread: the only one.
 */
#ifndef DAEMON_INIT_ASK_H
#define DAEMON_INIT_ASK_H

#include "federation/json.h"
#include "store/actor.h"

/*
 * Adds what is missing to the options: asked on a terminal, or taken from
 * what is usual.  -EINVAL when something needed is missing and cannot be
 * asked, having said so.
 */
int init_ask(struct arena *arena, json_t *options) MUST_CHECK;
/* The place as the options have it; its text is theirs. */
struct place init_ask_place(const json_t *options);

#endif
