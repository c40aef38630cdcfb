/* SPDX-License-Identifier: ISC */
/*
 * housekeeping.h: what a node forgets in time: ids of activities done long
 * ago, Tombstones of others' objects and of the catalogue, our own answers
 * once they were sent; and its catalogue log, brought level with its actors,
 * its head signed anew in time.  Small steps, each a writer job, so that
 * nothing waits for them.
 *
 * Thread: main.
 */
#ifndef DAEMON_HOUSEKEEPING_H
#define DAEMON_HOUSEKEEPING_H

#include "federation/node.h"

struct event_base;
struct housekeeping;

/* reply: the main thread's mailbox, drained by its loop. */
void housekeeping_start(struct event_base *base, const struct node *node,
    struct mailbox *reply, struct housekeeping **ret);
/* Before the writer stops; the mailbox is drained until the last job came
 * back.  Leaves NULL. */
void housekeeping_stop(struct housekeeping **housekeeping);

#endif
