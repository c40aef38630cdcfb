/* SPDX-License-Identifier: ISC */
/*
 * courier_core.h: what the parts of the courier share.  All of it belongs to
 * the courier's thread.
 */
#ifndef FEDERATION_COURIER_CORE_H
#define FEDERATION_COURIER_CORE_H

#include "config/base/mailbox.h"
#include "federation/http_client.h"
#include "federation/node.h"
#include "federation/signer.h"

struct fetch;
struct resolve;
struct sender;
struct courier_task_list;
struct courier_replica;
struct replica_progress;
struct visits;

struct courier_core {
	const struct node *node;
	/* Of this moment; those that are under way keep theirs. */
	const struct node_snapshot *snapshot;
	struct db *db; /* read-only */
	struct mailbox *mailbox;
	struct http_client *client;
	struct signer *signer;
	struct fetch *fetch;
	struct resolve *resolve;
	struct sender *sender;
	struct courier_task_list *tasks;
	struct courier_replica *replica;
	struct replica_progress *progress;
	struct visits *visits;
	bool stopping;
	size_t reading; /* bytes of catalogues read and not yet applied */
	size_t jobs;    /* that the writer has of us */
	uint64_t delivered, failed, fetched;
	/* Has sender and tasks looked after soon, from the event loop. */
	void (*wake)(struct courier_core *core);
};

/* Submits a job whose done() runs on the courier's thread; see below. */
void courier_core_submit(struct courier_core *core, struct writer_job *job);
/* To be called first in every such done(). */
void courier_core_returned(struct courier_core *core);

#endif
