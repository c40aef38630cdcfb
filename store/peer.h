/* SPDX-License-Identifier: ISC */
/*
 * peer.h: other nodes: which of them are admitted, by what rule, and how they
 * answer.  A peer is a node that keeps a catalogue; a host (host.h) is any
 * server that activities go to.
 *
 * Admission binds a domain and its key: the state is that of both.
 * Memory, errors, threads: see store.h.
 */
#ifndef STORE_PEER_H
#define STORE_PEER_H

#include "store/store.h"

/* What the administrator said. */
enum peer_rule {
	PEER_RULE_NONE = 0,
	PEER_RULE_ADMIT = 1,
	PEER_RULE_REFUSE = 2,
	PEER_RULE_PAUSE = 3, /* what is held stays shown, nothing new is read */
};

/* What follows from rules and settings (federation/admission.h). */
enum peer_state {
	PEER_WAITING = 0,
	PEER_ADMITTED = 1,
	PEER_REFUSED = 2,
	PEER_PAUSED = 3,
};

enum { PEERS_MAX = 10000, PEERS_ASKING = 200, PEER_KEY_SIZE = 64 };

struct peer {
	int64_t id;
	const char *domain; /* normalised, ":port" unless 443 */
	const uint8_t *key; /* SPKI of the instance's Ed25519 key, or NULL */
	size_t key_len;
	enum peer_rule rule;
	enum peer_state state;
	const char *why;           /* a sentence, "" for none */
	bool neighbour;            /* changes go to it at once */
	bool introducer;           /* whom it admits is admitted here */
	int64_t list_seq, list_at; /* of its list: number, when it was read */
	int64_t tried_at, ok_at, failures, wait_until;
	const char *last_error;
	int64_t created_at;
	int64_t asked_at; /* it asked to be admitted; 0: never */
};

int peer_by_domain(struct db *db, struct arena *arena, const char *domain,
    struct peer *ret) MUST_CHECK;
/* By domain, from `after` (exclusive, "" for the first). */
int peer_list(struct db *db, struct arena *arena, const char *after,
    size_t limit, struct peer **ret, size_t *ret_count) MUST_CHECK;
/* The same, those in one state. */
int peer_list_in(struct db *db, struct arena *arena, enum peer_state state,
    const char *after, size_t limit, struct peer **ret, size_t *ret_count)
    MUST_CHECK;
/* Whether what this node signs is read, shown and handed on; false when the
 * database fails. */
bool peer_is_admitted(struct db *db, const char *domain);
/*
 * Some of the admitted that may be asked now, at random; with `neighbours`
 * those that the administrator chose come first.
 */
int peer_pick(struct db *db, struct arena *arena, int64_t now, bool neighbours,
    size_t limit, struct peer **ret, size_t *ret_count) MUST_CHECK;

/* Those admitted of whose catalogue nothing is held. */
int peer_list_unread(struct db *db, struct arena *arena, size_t limit,
    struct peer **ret, size_t *ret_count) MUST_CHECK;

/* The row of a domain, made if needed.  -ENOSPC: there are PEERS_MAX. */
int peer_need(struct db *db, const char *domain, int64_t now, int64_t *ret_id)
    MUST_CHECK;
/*
 * A node asked to be admitted.  -ENOSPC: PEERS_ASKING wait that nobody else
 * speaks for, or there are PEERS_MAX: strangers must not fill the list.
 */
int peer_asked(struct db *db, const char *domain, int64_t now) MUST_CHECK;
/* Writes key, rule, state, why, neighbour and introducer. */
int peer_save(struct db *db, const struct peer *peer) MUST_CHECK;
int peer_remove(struct db *db, int64_t id) MUST_CHECK;
/* It was asked: error NULL when it answered well. */
int peer_tried(struct db *db, int64_t id, int64_t now, int64_t wait_until,
    const char *error) MUST_CHECK;

/* --- Vouches --- */

/* What one peer says of another node. */
struct vouch {
	const char *domain;
	const uint8_t *key; /* SPKI */
	size_t key_len;
	bool direct; /* its administrator admitted it */
};

/* One of those whom the administrator admitted whose list was not read since a
 * time, the longest so first.  -ENOENT: all were. */
int peer_list_due(struct db *db, struct arena *arena, int64_t now,
    int64_t read_before, struct peer *ret) MUST_CHECK;
/* A peer's list takes the place of the one before. */
int vouch_replace(struct db *db, int64_t voucher_id, int64_t seq, int64_t now,
    const struct vouch *vouches, size_t count) MUST_CHECK;
/* Whether a peer's list has a domain, and as what.  -ENOENT: it has not. */
int vouch_by(struct db *db, int64_t voucher_id, const char *domain,
    bool *ret_direct) MUST_CHECK;
/* It was asked for its list in vain, or it had none newer. */
int vouch_asked(struct db *db, int64_t voucher_id, int64_t now) MUST_CHECK;

struct vouch_sum {
	int64_t direct;  /* peers whom our administrator admitted say that
			    theirs admitted it */
	bool introduced; /* one of our introducers admits it */
	bool known;      /* some peer that we admit lists it */
};
/* Who speaks for a domain with that key. */
int vouch_sum(struct db *db, const char *domain, const uint8_t *key,
    size_t key_len, struct vouch_sum *ret) MUST_CHECK;
/* The key that most peers give for a domain.  -ENOENT. */
int vouch_key(struct db *db, struct arena *arena, const char *domain,
    const uint8_t **ret, size_t *ret_len) MUST_CHECK;
/* Domains of those who vouch for one. */
int vouch_list(struct db *db, struct arena *arena, const char *domain,
    size_t limit, const char ***ret, size_t *ret_count) MUST_CHECK;

struct peer_figures {
	int64_t admitted, waiting, silent; /* silent: of the admitted */
	int64_t asking;                    /* of those that wait */
	int64_t ahead; /* that sign times ahead of our clock, as it seems */
	int64_t read, entries; /* those of whose catalogue something is held,
				  and the live entries of all of them */
};
int peer_figures(struct db *db, struct peer_figures *ret) MUST_CHECK;

#endif
