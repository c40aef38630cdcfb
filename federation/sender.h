/* SPDX-License-Identifier: ISC */
/*
 * sender.h: sends what the queue holds, by the decisions of delivery.h.
 *
 * Each host with something to do has a lane: a window of deliveries that may
 * go now, read from the queue, sent with at most outbound.host_connections at
 * once, recorded in the store, and only then the next window.  What is under
 * way is known here alone; after a crash it is sent again.
 *
 * Thread: the courier's.
 */
#ifndef FEDERATION_SENDER_H
#define FEDERATION_SENDER_H

#include "federation/courier_core.h"

struct sender;

struct sender *sender_new(struct courier_core *core);
void sender_free(struct sender **sender); /* NULL is fine */

/*
 * Looks for work and starts it; changes are bits of writer_change.  Returns
 * when it wants to be called again at the latest, by clock_now().
 */
int64_t sender_run(struct sender *sender, unsigned changes);
/* Requests under way. */
size_t sender_active(const struct sender *sender);

#endif
