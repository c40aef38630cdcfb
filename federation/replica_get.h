/* SPDX-License-Identifier: ISC */
/*
 * replica_get.h: one unsigned request of the exchange.  Private to it.
 *
 * Thread: the courier's.
 */
#ifndef FEDERATION_REPLICA_GET_H
#define FEDERATION_REPLICA_GET_H

#include "federation/courier_core.h"

/* done() is called once; before this returns when nothing can be sent. */
void replica_get(struct courier_core *core, const char *url,
    http_client_done_fn *done, void *arg);

#endif
