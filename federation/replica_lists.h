/* SPDX-License-Identifier: ISC */
/*
 * replica_lists.h: reading the lists of nodes of the peers that the
 * administrator admitted, one at a time, each every replication.peers_seconds.
 * Private to the exchange.
 *
 * Thread: the courier's.
 */
#ifndef FEDERATION_REPLICA_LISTS_H
#define FEDERATION_REPLICA_LISTS_H

#include "federation/courier_core.h"

struct replica_lists;

struct replica_lists *replica_lists_new(struct courier_core *core);
void replica_lists_free(struct replica_lists **lists);
/* As sender_run(). */
int64_t replica_lists_run(struct replica_lists *lists, unsigned changes);
size_t replica_lists_active(const struct replica_lists *lists);

#endif
