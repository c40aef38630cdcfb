/* SPDX-License-Identifier: ISC */
/*
 * keymaker.h: the thread that makes the key pairs of our actors, because an
 * RSA pair takes up to hundreds of milliseconds: no request and no
 * transaction waits for one.  It looks for actors without keys when it
 * starts, when it is poked, and now and then.
 */
#ifndef DAEMON_KEYMAKER_H
#define DAEMON_KEYMAKER_H

#include "federation/node.h"

struct keymaker;

/* Opens a connection of its own to the database; -EIO. */
int keymaker_start(const struct node *node, struct keymaker **ret) MUST_CHECK;
/* Any thread, also inside writer_start()'s watch(). */
void keymaker_poke(struct keymaker *keymaker);
/* Before the writer stops; the pair that is being made is lost.  Leaves NULL.
 */
void keymaker_stop(struct keymaker **keymaker);

/*
 * Makes all that are missing, on the calling thread; for tools.  stop may be
 * NULL, or is asked before each pair.  0 or -Exxx.
 */
int keymaker_make(const struct node *node, struct db *reader,
    bool (*stop)(void *arg), void *arg) MUST_CHECK;

#endif
