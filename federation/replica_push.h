/* SPDX-License-Identifier: ISC */
/*
 * replica_push.h: telling some neighbours at once what moved: the entries
 * that came since the last time, at most a page of them, with the head, by
 * POST /catalogue/push.  Who has read up to there applies them; who has not
 * reads the rest.  A lost push costs nothing but time: the next exchange of
 * frontiers finds it.  Private to the exchange.
 *
 * Thread: the courier's.
 */
#ifndef FEDERATION_REPLICA_PUSH_H
#define FEDERATION_REPLICA_PUSH_H

#include "federation/courier_core.h"

struct replica_push;

struct replica_push *replica_push_new(struct courier_core *core);
void replica_push_free(struct replica_push **push);
/* As sender_run(). */
int64_t replica_push_run(struct replica_push *push, unsigned changes);
size_t replica_push_active(const struct replica_push *push);

#endif
