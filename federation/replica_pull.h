/* SPDX-License-Identifier: ISC */
/*
 * replica_pull.h: reading one log from whoever has it: its origin, the peer
 * that told of it, or other admitted peers, one after the other, until one of
 * them gives what the origin signed.  Private to the exchange.
 *
 * Thread: the courier's.
 */
#ifndef FEDERATION_REPLICA_PULL_H
#define FEDERATION_REPLICA_PULL_H

#include "federation/courier_core.h"

struct replica_pull;

enum replica_pull_end {
	REPLICA_PULL_DONE,   /* it is held now, or was already */
	REPLICA_PULL_FAILED, /* nobody had it; to be tried again */
	REPLICA_PULL_VAIN,   /* not admitted, frozen: not to be tried again */
};

typedef void replica_pull_done_fn(
    void *arg, const char *domain, enum replica_pull_end end);

/* done() is called once, perhaps before this returns.  source may be NULL. */
void replica_pull_start(struct courier_core *core, const char *domain,
    const char *source, replica_pull_done_fn *done, void *arg);

/* The instance's key of a peer, as pinned; -ENOENT: none. */
struct peer;
int replica_pull_key(const struct peer *peer, struct key **ret) MUST_CHECK;

#endif
