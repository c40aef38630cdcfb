/* SPDX-License-Identifier: ISC */
/*
 * dispatch.h: one activity of ours, on its way: written to the outbox and
 * queued for every inbox it goes to, in the transaction of the change that it
 * tells of.  One delivery per shared inbox.
 *
 * Thread: the writer, inside a job.  Errors: see store.h.
 */
#ifndef FEDERATION_DISPATCH_H
#define FEDERATION_DISPATCH_H

#include "federation/document.h"
#include "federation/publish.h"

enum { DISPATCH_OTHERS = 3 };

struct dispatch {
	const struct actor *actor; /* who does it, and signs */
	const char *type;
	json_t *object;         /* taken; a string is an id */
	const char *object_uri; /* what it is about, for order and retraction */
	struct audience audience;
	bool to_followers; /* delivered to the actor's followers elsewhere */
	/* and to those of these actors; 0: none */
	int64_t also_followers_of[DISPATCH_OTHERS];
	/* and to these actors, when they are elsewhere; borrowed */
	const int64_t *recipients;
	size_t recipient_count;
	bool listed; /* stands in the outbox collection */
};

/* ret may be NULL. */
int dispatch_send(struct publish *publish, struct dispatch *dispatch,
    const char **ret_uri) MUST_CHECK;
/* An id for a new activity of ours. */
const char *dispatch_new_uri(struct publish *publish);
/* The same with the activity's id chosen by the caller. */
int dispatch_send_as(struct publish *publish, struct dispatch *dispatch,
    const char *uri) MUST_CHECK;

#endif
