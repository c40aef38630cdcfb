/* SPDX-License-Identifier: ISC */
/*
 * follow.h: who follows whom, here and elsewhere, and who blocks whom.
 * Memory, errors, threads: see store.h.
 */
#ifndef STORE_FOLLOW_H
#define STORE_FOLLOW_H

#include "config/base/crypto.h"
#include "store/store.h"

enum follow_state {
	FOLLOW_PENDING = 0,
	FOLLOW_ACCEPTED = 1,
	FOLLOW_REJECTED = 2,
};

struct follow {
	int64_t id;
	const char *uri; /* of the Follow activity */
	int64_t follower_id, followee_id;
	const char *follower_uri, *followee_uri; /* filled by reads */
	bool of_public; /* it named everybody, as one subscribes to a relay */
	enum follow_state state;
	int64_t created_at, decided_at;
};

int follow_get(struct db *db, struct arena *arena, int64_t follower_id,
    int64_t followee_id, struct follow *ret) MUST_CHECK;
int follow_by_uri(struct db *db, struct arena *arena, const char *uri,
    struct follow *ret) MUST_CHECK;
/*
 * Asks anew or again: one row per pair; a new uri replaces the old.  An
 * accepted follow stays accepted.
 */
int follow_put(struct db *db, const char *uri, int64_t follower_id,
    int64_t followee_id, int64_t now) MUST_CHECK;
/* Whether the Follow named everybody (as:Public) instead of the followee. */
int follow_set_public(struct db *db, int64_t follower_id, int64_t followee_id,
    bool of_public) MUST_CHECK;
int follow_decide(
    struct db *db, int64_t id, enum follow_state state, int64_t now) MUST_CHECK;
int follow_remove(struct db *db, int64_t follower_id, int64_t followee_id)
    MUST_CHECK;

/* By follow id below `before` (0: from the newest), newest first. */
int follow_followers(struct db *db, struct arena *arena, int64_t followee_id,
    enum follow_state state, int64_t before, size_t limit, struct follow **ret,
    size_t *ret_count) MUST_CHECK;
int follow_following(struct db *db, struct arena *arena, int64_t follower_id,
    enum follow_state state, int64_t before, size_t limit, struct follow **ret,
    size_t *ret_count) MUST_CHECK;
int follow_count_followers(struct db *db, int64_t followee_id, int64_t *ret)
    MUST_CHECK;
int follow_count_following(struct db *db, int64_t follower_id, int64_t *ret)
    MUST_CHECK;

/* Those of one host, by state and id. */
int follow_from_host(struct db *db, struct arena *arena, int64_t followee_id,
    int64_t host_id, struct follow **ret, size_t *ret_count) MUST_CHECK;

/* Where the accepted remote followers of an actor read: each shared inbox
 * once, or the actor's own inbox when it has none. */
struct follow_inbox {
	const char *inbox;
	int64_t host_id;
	bool shared;
};
int follow_inboxes(struct db *db, struct arena *arena, int64_t followee_id,
    struct follow_inbox **ret, size_t *ret_count) MUST_CHECK;

/* Ids of accepted followers of ours on one host (FEP-8fcf). */
int follow_on_host(struct db *db, struct arena *arena, int64_t followee_id,
    int64_t host_id, const char ***ret_uris, size_t *ret_count) MUST_CHECK;
/* Ours that follow a remote actor, as uris (FEP-8fcf). */
int follow_local_of(struct db *db, struct arena *arena, int64_t followee_id,
    struct follow **ret, size_t *ret_count) MUST_CHECK;

/* A block ends the follows of both directions. */
int block_add(struct db *db, int64_t actor_id, int64_t target_id,
    const char *uri, int64_t now) MUST_CHECK;
int block_remove(struct db *db, int64_t actor_id, int64_t target_id) MUST_CHECK;
bool block_stands(struct db *db, int64_t actor_id, int64_t target_id);

#endif
