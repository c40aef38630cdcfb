/* SPDX-License-Identifier: ISC */
/*
 * courier.h: the thread that speaks to other servers: it sends what the queue
 * holds and reads what is wanted.  The only owner of libcurl.
 *
 * What was read is checked (address, type, size, time, id against where it
 * came from) and stored by a writer job; then the asker is told.  The same
 * thing wanted by many at once is asked for once; what failed is not asked
 * again for a while.
 */
#ifndef FEDERATION_COURIER_H
#define FEDERATION_COURIER_H

#include "config/base/mailbox.h"
#include "federation/http_client.h"
#include "federation/node.h"
#include "federation/verdict.h"

struct courier;

int courier_start(struct node *node, struct courier **ret) MUST_CHECK;
/* Lets requests under way finish for a short while, then ends; leaves NULL. */
void courier_stop(struct courier **courier);
/* Any thread: the queue or the settings changed (bits of writer_change). */
void courier_poke(struct courier *courier, unsigned changes);

enum want_kind {
	WANT_KEY,    /* uri is a key id: the actor and its keys are stored */
	WANT_ACTOR,  /* uri is an actor's id, its page, or acct:name@host */
	WANT_OBJECT, /* uri is an object's id: it and its author are stored */
	WANT_SHOW,   /* reads and judges a document, stores nothing */
	/* uri is an account (subscribe.h); found is the template. */
	WANT_SUBSCRIBE,
};

enum { WANT_ERROR_SIZE = 256 };

struct courier_want {
	struct message message; /* the courier's while it works */
	enum want_kind kind;
	const char *uri; /* the asker's, until done() */
	bool refresh;    /* ask although it is known (a key did not match) */
	struct mailbox *reply;
	struct courier *courier; /* set by courier_want() */
	/* Runs on the thread that owns reply; the want is the asker's again. */
	void (*done)(struct courier_want *want);
	/* Filled before done(): */
	enum verdict verdict; /* ACCEPTED, or why not */
	char *found;          /* final id, or NULL; the asker frees it */
	char *document;       /* WANT_SHOW: as received; the asker frees it */
	char error[WANT_ERROR_SIZE];
};

/* Any thread. */
void courier_want(struct courier *courier, struct courier_want *want);

/*
 * Any thread: there is news of a catalogue log, perhaps at a source (a domain,
 * or NULL); or (evidence) its node signed this head, which contradicts the one
 * held.  All are copied.
 */
void courier_heard(struct courier *courier, const char *domain,
    const char *source, const char *evidence);

/* Any thread: the page of an actor elsewhere was opened (visit.h); copied. */
void courier_visited(struct courier *courier, const char *uri);

/* Of the courier's life, for parvisctl status. */
struct courier_figures {
	uint64_t delivered, failed, fetched, in_flight;
	struct http_client_figures requests;
};
void courier_figures(struct courier *courier, struct courier_figures *ret);
/*
 * Any thread: how many entries of a node's catalogue were read just now, of
 * how many.  False when it is not being read.
 */
bool courier_reading(struct courier *courier, const char *domain,
    int64_t *ret_read, int64_t *ret_count);

#endif
