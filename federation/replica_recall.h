/* SPDX-License-Identifier: ISC */
/*
 * replica_recall.h: whether others have more of our own log than we do.
 *
 * At each start, before a head is signed, a node that has a log and peers asks
 * some of them for it, by GET /catalogue?origin=ITSELF.  Whoever shows a head
 * under our key that is ahead of our database, or contradicts it, knows more
 * of us than we do: this database is an old copy.  Then the log is read from
 * there as a whole, our newer entries and deletions are taken over
 * (catalogue_recover.h), and the log is begun anew under a higher epoch, so
 * that peers take it for what it is and do not see a fork.
 *
 * Until that is settled nothing is published in the catalogue; pages are
 * served.  When nobody answers, it is settled after
 * replication.recall_seconds, or when the administrator says so
 * (node_hold_catalogue()).  A head that is noticed later, in an exchange,
 * leads to the same.
 *
 * Thread: the courier's.
 */
#ifndef FEDERATION_REPLICA_RECALL_H
#define FEDERATION_REPLICA_RECALL_H

#include "federation/courier_core.h"
#include "federation/json.h"

struct replica_recall;

/* Holds the catalogue when there is something to ask. */
struct replica_recall *replica_recall_new(struct courier_core *core);
void replica_recall_free(struct replica_recall **recall); /* NULL is fine */
/* When it is to be called next. */
int64_t replica_recall_run(struct replica_recall *recall);
/* Requests and jobs under way. */
size_t replica_recall_active(const struct replica_recall *recall);
/*
 * A peer shows a head that names our domain: cheap when it is ours of now.
 * source: its domain.
 */
void replica_recall_seen(
    struct replica_recall *recall, const json_t *head, const char *source);

#endif
