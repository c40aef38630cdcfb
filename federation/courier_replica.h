/* SPDX-License-Identifier: ISC */
/*
 * courier_replica.h: the exchange of catalogues with other nodes.
 *
 * Three ways in which news travel, each enough by itself:
 * - a push: what moved here goes at once to some neighbours, each of which
 *   hands on what was new to it;
 * - the frontier: every replication.exchange_seconds the heads that changed
 *   at an admitted peer, chosen at random, are compared with ours;
 * - a pull: what is missing of a log is read, from its origin or from
 *   whoever has it, verified, and applied as a whole or not at all
 *   (catalogue_copy.h).
 *
 * A peer that does not answer is asked again after a growing while; one that
 * hands over what its origin did not sign is not asked for an hour, and the
 * rest is got elsewhere.
 * Thread: the courier's.
 */
#ifndef FEDERATION_COURIER_REPLICA_H
#define FEDERATION_COURIER_REPLICA_H

#include "federation/courier_core.h"
#include "federation/json.h"

struct courier_replica;

struct courier_replica *courier_replica_new(struct courier_core *core);
void courier_replica_free(struct courier_replica **replica);
/* As sender_run(). */
int64_t courier_replica_run(struct courier_replica *replica, unsigned changes);
/* Reads under way. */
size_t courier_replica_active(const struct courier_replica *replica);
/* There is news of a log, perhaps at `source` (a domain, or NULL). */
void courier_replica_heard(
    struct courier_replica *replica, const char *domain, const char *source);
/*
 * The same, although what was shown does not verify: heeded now and then for
 * each log, so that a peer that lies has us read little.
 */
void courier_replica_hint(
    struct courier_replica *replica, const char *domain, const char *source);
/* A peer (source) shows a head that names our own domain. */
void courier_replica_own_seen(
    struct courier_replica *replica, const json_t *head, const char *source);

#endif
