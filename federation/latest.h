/* SPDX-License-Identifier: ISC */
/*
 * latest.h: parvis:latest of a catalogue entry: id and time of the latest
 * public post of its actor, {"id": ..., "published": ...}.  Whoever follows
 * the actor sees from it that posts did not arrive (their deliveries were
 * given up while a node was off), and reads the outbox.
 *
 * Memory: the arena.  Thread: latest_read() any; the others as said.
 */
#ifndef FEDERATION_LATEST_H
#define FEDERATION_LATEST_H

#include "federation/json.h"
#include "store/actor.h"

struct latest {
	const char *id;
	int64_t published;
};

/* Sets it in the object of an entry of ours; none when nothing was published.
 * Reads the given connection. */
int latest_set(struct db *db, struct arena *arena, const struct actor *actor,
    json_t *object) MUST_CHECK;
/* -ENOENT: there is none that can be used: an id on the object's own origin,
 * and a time. */
int latest_read(struct arena *arena, const json_t *object, struct latest *ret)
    MUST_CHECK;
/* Of an actor elsewhere, by its entry.  -ENOENT. */
int latest_of(struct db *db, struct arena *arena, const char *actor_uri,
    struct latest *ret) MUST_CHECK;

/*
 * Writer job, for each entry that is taken: when somebody here follows the
 * actor and the post is not known, a TASK_STORY is added; what was published a
 * moment ago is given the time to arrive by itself.
 */
int latest_expect(struct db *db, struct arena *arena, const json_t *object,
    int64_t now) MUST_CHECK;

#endif
