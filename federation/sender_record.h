/* SPDX-License-Identifier: ISC */
/*
 * sender_record.h: what became of deliveries, written to the store.
 *
 * Thread: sender_record_apply() the writer's; pure of network.
 */
#ifndef FEDERATION_SENDER_RECORD_H
#define FEDERATION_SENDER_RECORD_H

#include "federation/delivery.h"
#include "store/host.h"

struct sender_record {
	const struct delivery *delivery;
	enum delivery_outcome outcome;
	int status;
	const char *error; /* "" when none */
	int64_t now;
	int64_t next_at;      /* RETRY, PAUSE, HOST_DOWN: of the delivery */
	int64_t host_next_at; /* PAUSE, HOST_DOWN: of the host */
	bool host_answered;   /* it is worth noting that it did */
	bool host_failed;     /* counts as a failure of the host */
	bool learned;         /* signature is what the host takes */
	enum host_signature signature;
};

/* 0, or an error of the store; a delivery that is no more is no error. */
int sender_record_apply(struct db *db, const struct sender_record *record)
    MUST_CHECK;

#endif
