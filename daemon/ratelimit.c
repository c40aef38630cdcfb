/* SPDX-License-Identifier: ISC */
/*
 * The table is cut in groups of WAYS buckets; a key's hash chooses its group,
 * and a full 64-bit hash stands for the key.  A question reads one group, so
 * that time is bounded too.
 *
 * A bucket is kept as the time at which it is full again (a leaky bucket as a
 * meter): one number, no refill pass, and "fullest" is "full soonest".
 */
#include "daemon/ratelimit.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/crypto.h"

enum {
	WAYS = 8,
	MINUTE_US = 60 * 1000 * 1000,
};

struct bucket {
	uint64_t hash;   /* 0: unused */
	int64_t full_us; /* when all tokens are back */
};

struct ratelimit {
	pthread_mutex_t lock;
	struct bucket *buckets; /* groups * WAYS */
	size_t groups;          /* power of two */
	uint64_t secret[2];
	int64_t token_us; /* time in which one token comes back */
};

static int64_t
token_time(int64_t per_minute)
{
	return MAX(MINUTE_US / MAX(per_minute, 1), 1);
}

struct ratelimit *
ratelimit_new(size_t slots, int64_t per_minute)
{
	struct ratelimit *limit = xcalloc(1, sizeof(*limit));

	pthread_mutex_init(&limit->lock, NULL);
	limit->groups = 1;
	while (limit->groups * WAYS < slots)
		limit->groups *= 2;
	limit->buckets = xcalloc(limit->groups * WAYS, sizeof(*limit->buckets));
	limit->token_us = token_time(per_minute);
	crypto_random(limit->secret, sizeof(limit->secret));
	return limit;
}

void
ratelimit_free(struct ratelimit **limit)
{
	if (*limit == NULL)
		return;
	pthread_mutex_destroy(&(*limit)->lock);
	free((*limit)->buckets);
	free(*limit);
	*limit = NULL;
}

void
ratelimit_set(struct ratelimit *limit, int64_t per_minute)
{
	pthread_mutex_lock(&limit->lock);
	limit->token_us = token_time(per_minute);
	pthread_mutex_unlock(&limit->lock);
}

static uint64_t
rotate(uint64_t x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

static void
sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

/* SipHash-2-4 (Aumasson and Bernstein, 2012): keyed, and fast on short keys. */
static uint64_t
hash_key(const uint64_t secret[2], const char *key)
{
	size_t len = strlen(key), i = 0;
	uint64_t v[4] = {
		secret[0] ^ UINT64_C(0x736f6d6570736575),
		secret[1] ^ UINT64_C(0x646f72616e646f6d),
		secret[0] ^ UINT64_C(0x6c7967656e657261),
		secret[1] ^ UINT64_C(0x7465646279746573),
	};
	uint64_t word;

	for (bool last = false; !last; i += 8) {
		size_t n = MIN(len - i, 8);

		last = n < 8;
		word = last ? (uint64_t)len << 56 : 0;
		for (size_t k = 0; k < n; k++)
			word |= (uint64_t)(uint8_t)key[i + k] << (8 * k);
		v[3] ^= word;
		sip_round(v);
		sip_round(v);
		v[0] ^= word;
	}
	v[2] ^= 0xff;
	for (int k = 0; k < 4; k++)
		sip_round(v);
	word = v[0] ^ v[1] ^ v[2] ^ v[3];
	return word != 0 ? word : 1;
}

/* The key's bucket; a new one, full, in the place that matters least. */
static struct bucket *
bucket_of(struct ratelimit *limit, uint64_t hash, int64_t now_us)
{
	struct bucket *group =
	    &limit->buckets[(hash & (limit->groups - 1)) * WAYS];
	struct bucket *victim = &group[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (group[i].hash == hash)
			return &group[i];
		if (group[i].hash == 0 ||
		    (victim->hash != 0 && group[i].full_us < victim->full_us))
			victim = &group[i];
	}
	*victim = (struct bucket){ hash, now_us };
	return victim;
}

static int64_t
ask(struct ratelimit *limit, const char *key, int64_t now_ms, bool take)
{
	int64_t now_us = now_ms * 1000, wait_us;
	struct bucket *bucket;

	pthread_mutex_lock(&limit->lock);
	bucket = bucket_of(limit, hash_key(limit->secret, key), now_us);
	bucket->full_us = MAX(bucket->full_us, now_us);
	wait_us = bucket->full_us + limit->token_us - now_us - MINUTE_US;
	if (wait_us <= 0 && take)
		bucket->full_us += limit->token_us;
	pthread_mutex_unlock(&limit->lock);
	if (wait_us <= 0)
		return 0;
	return MIN((wait_us + 999999) / 1000000, 60);
}

int64_t
ratelimit_take(struct ratelimit *limit, const char *key, int64_t now_ms)
{
	return ask(limit, key, now_ms, true);
}

int64_t
ratelimit_look(struct ratelimit *limit, const char *key, int64_t now_ms)
{
	return ask(limit, key, now_ms, false);
}

void
ratelimit_key(const char *address, char ret[RATELIMIT_KEY_SIZE])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct in6_addr six;

	if (inet_pton(AF_INET6, address, &six) != 1) {
		snprintf(ret, RATELIMIT_KEY_SIZE, "%s", address);
		return;
	}
	if (memcmp(six.s6_addr, mapped, sizeof(mapped)) == 0) {
		inet_ntop(AF_INET, six.s6_addr + 12, ret, RATELIMIT_KEY_SIZE);
		return;
	}
	memset(six.s6_addr + 8, 0, 8);
	inet_ntop(AF_INET6, &six, ret, RATELIMIT_KEY_SIZE);
}
