/* SPDX-License-Identifier: ISC */
/*
 * sender_inner.h: what the files of the sender share, and nobody else uses.
 */
#ifndef FEDERATION_SENDER_INNER_H
#define FEDERATION_SENDER_INNER_H

#include <sys/queue.h>

#include "federation/sender.h"
#include "federation/sender_record.h"

enum {
	SENDER_BUCKETS = 4096,
	SENDER_WINDOW = 16, /* deliveries of a lane's window */
};

struct lane {
	LIST_ENTRY(lane) link;   /* in its bucket */
	TAILQ_ENTRY(lane) ready; /* in the sender's list */
	struct sender *sender;
	int64_t host_id;
	struct host host; /* as at the last look; strings in arena */
	struct arena *arena;
	struct delivery window[SENDER_WINDOW];
	size_t count, next;            /* of the window: in all, to be sent */
	size_t active;                 /* on the wire */
	size_t unrecorded;             /* ended, not yet in the store */
	bool queued;                   /* whether it is in that list */
	bool down;                     /* found out in this window */
	int64_t wake_at;               /* while parked */
	unsigned looked;               /* sender->generation of the last look */
	int64_t last_failed, failures; /* 5xx: delivery, how many in a row */
	/* The header of FEP-8fcf of an actor, for this window; in arena. */
	int64_t synchronized_id;
	const char *synchronization;
};

/* One delivery under way, then its record. */
struct parcel {
	STAILQ_ENTRY(parcel) link;
	struct lane *lane;
	struct arena *arena;
	const struct delivery *delivery; /* in the lane's window */
	struct url url;
	enum httpsig_form form;
	bool other_form;
	bool accept_signature; /* as the answer said */
	struct sender_record record;
};

STAILQ_HEAD(parcel_list, parcel);

struct sender {
	struct courier_core *core;
	LIST_HEAD(, lane) buckets[SENDER_BUCKETS];
	TAILQ_HEAD(, lane) ready;
	size_t lanes_busy, active;
	unsigned generation;
	int64_t cursor;  /* of the round: host id */
	int64_t wake_at; /* of the parked lanes, the earliest */
	int64_t due_at;  /* of what has no lane, as of the last round */
	int64_t looked_at, expired_at;
	struct parcel_list ended;
	size_t ended_count;
	bool writing, expiring;
	bool in_round, again; /* a round; one more after it */
};

/* sender.c: in turn for a place, if it has something to send and may. */
void sender_queue(struct lane *lane);
/* sender.c: something of the lane ended: perhaps all of it did. */
void sender_settle(struct lane *lane);
/* sender.c: an ended one waits for its record to be written. */
void sender_record_later(struct parcel *parcel);

/*
 * sender_look.c: fills the window of a lane that is not busy; its wake_at when
 * nothing may go now.  False when nothing waits for this host any more.
 */
bool sender_look(struct lane *lane);

/* sender_parcel.c: sends the next of the window. */
void sender_parcel_start(struct lane *lane);
void sender_parcel_free(struct parcel *parcel);

/* sender_expire.c: once an hour, gives up what was kept too long. */
void sender_expire(struct sender *sender);

#endif
