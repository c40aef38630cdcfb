/* SPDX-License-Identifier: ISC */
/*
 * replica_note.h: what the exchange writes down about other nodes, each in a
 * job of its own.  Private to the exchange.
 *
 * Thread: the courier's.
 */
#ifndef FEDERATION_REPLICA_NOTE_H
#define FEDERATION_REPLICA_NOTE_H

#include "federation/courier_core.h"

#define REPLICA_NOTE_FORKED \
	"forked: its node signed two heads of one number that contradict " \
	"each other"

/*
 * Freezes the copy of an origin that signed a head (verified, canonical or
 * not) that contradicts the one held.  In a job of its own, which looks again.
 */
void replica_note_fork(
    struct courier_core *core, const char *domain, const char *evidence);

/* Notes how a peer answered, in a job of its own: error NULL when well. */
void replica_note_peer(struct courier_core *core, int64_t peer_id,
    int64_t failures, const char *error, bool liar);

#endif
