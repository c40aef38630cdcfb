/* SPDX-License-Identifier: ISC */
/*
 * replica.h: what to do about a head that somebody shows, given what is held
 * of that log.  Pure, so that every order of events can be tried in a test.
 *
 * Two heads contradict each other only when origin, epoch and number agree
 * and count or digest differ.  A lower epoch or number than the one held is
 * old news, whatever its time says: nothing that was deleted comes back.
 * Thread: any.
 */
#ifndef FEDERATION_REPLICA_H
#define FEDERATION_REPLICA_H

#include "federation/catalogue_read.h"

struct replica_held {
	bool any;    /* something is held; else all below is 0 */
	bool frozen; /* nothing more is taken until it is admitted anew */
	int64_t epoch, seq, count, published;
	uint8_t digest[SHA256_SIZE];
	int64_t window_at, window_count; /* entries taken since a time */
};

/* name, word for logs */
#define REPLICA_NEWS(N) \
	N(SAME, "same") \
	N(OLD, "old") \
	N(FROZEN, "frozen") \
	N(RENEWED, "renewed") /* the same content, signed later */ \
	N(NEWER, "newer")     /* read on from the number held */ \
	N(REBUILT, "rebuilt") /* another epoch, or nothing held: all of it */ \
	N(FORKED, "forked")   /* evidence against the origin */

enum replica_news {
#define N(name, word) REPLICA_##name,
	REPLICA_NEWS(N)
#undef N
};

enum replica_news replica_judge(
    const struct replica_held *held, const struct catalogue_read_head *head);
const char *replica_word(enum replica_news news);

/*
 * Whether the log has more live entries than are kept of one origin.  The
 * count is the origin's own, signed: no relay can make a log look too large.
 */
bool replica_too_large(
    const struct catalogue_read_head *head, int64_t live_max);

/*
 * When more may be taken of a log that has changed so much: now or before
 * when it may be.  changes_max: entries in REPLICA_WINDOW_SECONDS; the change
 * that goes beyond them is taken as a whole, and the next one waits.
 */
enum { REPLICA_WINDOW_SECONDS = 86400 };
int64_t replica_next_change(
    const struct replica_held *held, int64_t changes_max, int64_t now);

/*
 * Seconds before a peer is asked again that failed so many times in a row:
 * doubled each time up to an hour, at random within the upper half.  random:
 * any number.
 */
int64_t replica_backoff(int64_t failures, uint32_t random);

/*
 * How a log looks whose last head is so many seconds old: a node signs one a
 * week at least.
 */
enum replica_age { REPLICA_FRESH, REPLICA_STALE, REPLICA_HIDDEN, REPLICA_DEAD };
enum {
	REPLICA_STALE_SECONDS = 31 * 86400,
	REPLICA_HIDDEN_SECONDS = 92 * 86400,
	REPLICA_DEAD_SECONDS = 183 * 86400,
};
enum replica_age replica_age(int64_t head_at, int64_t now);
/* "fresh", "stale", "hidden", "dead". */
const char *replica_age_word(enum replica_age age);

#endif
