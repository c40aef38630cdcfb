/* SPDX-License-Identifier: ISC */
/*
 * replica_own.h: our own log as others show it.  A head under our key that is
 * ahead of our database, or contradicts it, means that the database is older
 * than what was published from it; the log is then begun anew under a higher
 * epoch, so that peers take it for what it is and do not see a fork.
 * Private to the exchange.
 *
 * Thread: the courier's.
 */
#ifndef FEDERATION_REPLICA_OWN_H
#define FEDERATION_REPLICA_OWN_H

#include "federation/courier_core.h"
#include "federation/json.h"

/* Looks at a head that names our domain; cheap when it is ours of now. */
void replica_own_seen(struct courier_core *core, const json_t *head);

#endif
