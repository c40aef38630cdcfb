/* SPDX-License-Identifier: ISC */
#include "federation/replica.h"

#include <string.h>

enum {
	BACKOFF_FIRST = 30,
	BACKOFF_LONGEST = 3600,
};

enum replica_news
replica_judge(
    const struct replica_held *held, const struct catalogue_read_head *head)
{
	if (held->frozen)
		return REPLICA_FROZEN;
	if (!held->any || head->epoch > held->epoch)
		return REPLICA_REBUILT;
	if (head->epoch < held->epoch || head->seq < held->seq)
		return REPLICA_OLD;
	if (head->seq > held->seq)
		return REPLICA_NEWER;
	if (head->count != held->count ||
	    memcmp(head->digest, held->digest, SHA256_SIZE) != 0)
		return REPLICA_FORKED;
	return head->published > held->published ? REPLICA_RENEWED
						 : REPLICA_SAME;
}

const char *
replica_word(enum replica_news news)
{
	static const char *const words[] = {
#define N(name, word) [REPLICA_##name] = (word),
		REPLICA_NEWS(N)
#undef N
	};

	return words[news];
}

bool
replica_too_large(const struct catalogue_read_head *head, int64_t live_max)
{
	return head->count > live_max;
}

int64_t
replica_next_change(
    const struct replica_held *held, int64_t changes_max, int64_t now)
{
	if (!held->any || held->window_count < changes_max ||
	    now < held->window_at)
		return now;
	return held->window_at + REPLICA_WINDOW_SECONDS;
}

int64_t
replica_backoff(int64_t failures, uint32_t random)
{
	int64_t wait = BACKOFF_FIRST;

	for (int64_t i = 1; i < failures && wait < BACKOFF_LONGEST; i++)
		wait *= 2;
	wait = MIN(wait, BACKOFF_LONGEST);
	return wait / 2 + random % (wait / 2 + 1);
}

enum replica_age
replica_age(int64_t head_at, int64_t now)
{
	int64_t age = now - head_at;

	if (age > REPLICA_DEAD_SECONDS)
		return REPLICA_DEAD;
	if (age > REPLICA_HIDDEN_SECONDS)
		return REPLICA_HIDDEN;
	return age > REPLICA_STALE_SECONDS ? REPLICA_STALE : REPLICA_FRESH;
}

const char *
replica_age_word(enum replica_age age)
{
	static const char *const words[] = {
		[REPLICA_FRESH] = "fresh",
		[REPLICA_STALE] = "stale",
		[REPLICA_HIDDEN] = "hidden",
		[REPLICA_DEAD] = "dead",
	};

	return words[age];
}
