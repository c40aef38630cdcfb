/* SPDX-License-Identifier: ISC */
/*
 * publish.h: what our actors do: each function changes the store and queues,
 * in the same transaction, the deliveries that the change gives rise to.
 *
 * Thread: the writer, inside a job; an error has the whole job undone.
 * Memory: results live in the arena.
 * Errors: those of the store; -EINVAL with a sentence in publish->error.
 */
#ifndef FEDERATION_PUBLISH_H
#define FEDERATION_PUBLISH_H

#include "federation/node.h"
#include "store/actor.h"
#include "store/follow.h"
#include "store/object.h"

enum { PUBLISH_ERROR_SIZE = 256 };

/* One piece of work. */
struct publish {
	const struct node *node;
	const struct settings *settings;
	struct db *db;
	struct arena *arena;
	int64_t now;
	char error[PUBLISH_ERROR_SIZE]; /* why -EINVAL, for people */
};

/* The node's own three actors; at `parvisctl init`, once. */
int publish_node_actors(struct publish *publish, const char *name,
    const struct place *place) MUST_CHECK;
/* The third, the relay, unless there is one.  -EEXIST: an actor that somebody
 * made has its name. */
int publish_relay_actor(struct publish *publish) MUST_CHECK;

/*
 * A new profile or project of ours from what its owner wrote: username, name,
 * source (Markdown), kind ACTOR_PROFILE with profile_kind, or ACTOR_PROJECT
 * with owner_id and stage, place, choices; the rest is derived.  Text is
 * checked (lengths, known words, web addresses) and rendered here.
 * -EEXIST: the username is or was in use.
 */
int publish_actor_create(struct publish *publish, const struct actor *actor,
    const struct actor_lists *lists, struct actor *ret) MUST_CHECK;
/*
 * The same for one that was ours before under an id (uri) and that this
 * database does not know; its summary is taken as it is.  It gets new keys,
 * of which its holder's followers hear.
 */
int publish_actor_restore(struct publish *publish, const struct actor *actor,
    const struct actor_lists *lists, struct actor *ret) MUST_CHECK;
/* What an owner changed of one that exists (id); lists NULL leaves them. */
int publish_actor_update(struct publish *publish, const struct actor *actor,
    const struct actor_lists *lists) MUST_CHECK;
/* Delete to all who may have it, then a Tombstone. A profile's projects must
 * be deleted or handed over first: -EBUSY. */
int publish_actor_delete(struct publish *publish, int64_t id) MUST_CHECK;
/* A key pair that the keymaker made; ends a wait for it. */
int publish_actor_keys(struct publish *publish, int64_t id,
    const struct key *rsa, const struct key *ed25519) MUST_CHECK;

struct note_form {
	const char *title; /* or NULL */
	const char *text;  /* Markdown */
	const char *in_reply_to, *language;
	enum visibility visibility; /* PUBLIC, UNLISTED or FOLLOWERS */
	int64_t published;          /* 0: now; an import may give the past */
};

int publish_note_create(struct publish *publish, int64_t actor_id,
    const struct note_form *form, struct object *ret) MUST_CHECK;
int publish_note_update(struct publish *publish, int64_t object_id,
    const struct note_form *form) MUST_CHECK;
int publish_note_delete(struct publish *publish, int64_t object_id) MUST_CHECK;

/* A profile of ours follows an actor that the store knows, ours or not. */
int publish_follow(struct publish *publish, int64_t follower_id,
    int64_t followee_id, enum follow_state *ret) MUST_CHECK;
/* The node asks another, by its instance actor, to be admitted there. */
int publish_join(struct publish *publish, const struct actor *instance)
    MUST_CHECK;
int publish_unfollow(struct publish *publish, int64_t follower_id,
    int64_t followee_id) MUST_CHECK;
/* One of ours answers a Follow: ACCEPTED or REJECTED. */
int publish_follow_decide(struct publish *publish, const struct follow *follow,
    enum follow_state state) MUST_CHECK;

#endif
