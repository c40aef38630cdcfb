/* SPDX-License-Identifier: ISC */
/*
 * replica_frontier.h: comparing the heads that another node shows with what
 * is held here: GET /catalogue/frontier, from the cursor where its last
 * answer ended.  What is newer there is told to courier_replica_heard().
 * Private to the exchange.
 *
 * Thread: the courier's.
 */
#ifndef FEDERATION_REPLICA_FRONTIER_H
#define FEDERATION_REPLICA_FRONTIER_H

#include "federation/courier_replica.h"

struct replica_frontier;

struct replica_frontier *replica_frontier_new(
    struct courier_core *core, struct courier_replica *replica);
void replica_frontier_free(struct replica_frontier **frontier);
/* Asks an admitted peer: one whose frontier was not read yet, or any. */
void replica_frontier_exchange(struct replica_frontier *frontier);
/* Something that was told could not be had: every peer is read anew. */
void replica_frontier_forget(struct replica_frontier *frontier);
/* Requests under way. */
size_t replica_frontier_active(const struct replica_frontier *frontier);

/* What a peer answered, read; borrowed from the document. */
struct replica_frontier_page {
	const char *boot; /* lower case hexadecimal digits */
	int64_t cursor;   /* from 0 */
	const json_t *heads;
	size_t count; /* at most CATALOGUE_FRONTIER_HEADS */
	bool more;
};
/* False: it is no frontier.  Pure. */
bool replica_frontier_read(
    const json_t *answer, struct replica_frontier_page *ret);

#endif
