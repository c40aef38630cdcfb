/* SPDX-License-Identifier: ISC */
/*
 * replica_rotation.h: asking for the statements that lead from the key that
 * is pinned of a node to the one it signs with now (rotation.h), from the
 * node itself or from whoever has its log.  Private to the exchange.
 *
 * Thread: the courier's.
 */
#ifndef FEDERATION_REPLICA_ROTATION_H
#define FEDERATION_REPLICA_ROTATION_H

#include "federation/courier_core.h"

/* changed: another key is pinned now. */
typedef void replica_rotation_done_fn(void *arg, bool changed);

/*
 * domain: whose key; source: who is asked; key: the pinned one, referenced
 * here.  done() is called once, perhaps before this returns.
 */
void replica_rotation_ask(struct courier_core *core, const char *domain,
    const char *source, struct key *key, replica_rotation_done_fn *done,
    void *arg);

#endif
