/* SPDX-License-Identifier: ISC */
/*
 * ratelimit.h: how much each of many parties may ask, by token buckets.
 *
 * A bucket holds at most a minute's worth of tokens and fills steadily.  The
 * table is bounded: when all places that a key could take are used, the
 * fullest bucket among them (the one that matters least) is forgotten.
 *
 * Keys are hashed with a secret of the table: nobody can choose keys that
 * push a given other one out.
 * Thread: any; a table locks itself.
 */
#ifndef DAEMON_RATELIMIT_H
#define DAEMON_RATELIMIT_H

#include "config/base/base.h"

struct ratelimit;

/* slots: buckets kept at most; rounded up to a power of two. */
struct ratelimit *ratelimit_new(size_t slots, int64_t per_minute);
void ratelimit_free(struct ratelimit **limit); /* NULL is fine */
/* Takes effect with the next question. */
void ratelimit_set(struct ratelimit *limit, int64_t per_minute);

/*
 * Takes one token of the key's bucket at the time now_ms (monotonic).
 * 0 when there was one, else the seconds (1 to 60) until there will be.
 */
int64_t ratelimit_take(
    struct ratelimit *limit, const char *key, int64_t now_ms);
/* The same answer, and no token is taken. */
int64_t ratelimit_look(
    struct ratelimit *limit, const char *key, int64_t now_ms);

/*
 * The key of a client's address: IPv4 as it is, IPv6 cut to its /64 (one
 * household or server has that many addresses), IPv4-mapped as IPv4; anything
 * else as it is.
 */
enum { RATELIMIT_KEY_SIZE = 64 };
void ratelimit_key(const char *address, char ret[RATELIMIT_KEY_SIZE]);

#endif
