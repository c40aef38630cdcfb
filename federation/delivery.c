/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>

#include "config/base/clock.h"
#include "config/base/crypto.h"
#include "config/base/text.h"
#include "federation/delivery.h"

static enum delivery_outcome
judge_refusal(const struct delivery_answer *answer)
{
	switch (answer->status) {
	case 401:
		if (!answer->other_form)
			return DELIVERY_OTHER_FORM;
		return answer->attempts < DELIVERY_UNAUTHORIZED_MAX
			   ? DELIVERY_RETRY
			   : DELIVERY_DROP;
	case 403:
		return answer->other_form ? DELIVERY_DROP : DELIVERY_OTHER_FORM;
	case 404:
	case 410:
		return DELIVERY_GONE;
	case 408:
	case 425:
		return DELIVERY_RETRY;
	case 429:
		return DELIVERY_PAUSE;
	default:
		return DELIVERY_DROP;
	}
}

enum delivery_outcome
delivery_judge(const struct delivery_answer *answer)
{
	int status = answer->status;
	bool answered = answer->error == 0 || answer->error == -EMSGSIZE;

	if (answered && status >= 200 && status < 300)
		return DELIVERY_DELIVERED;
	if (!answered || status == 0)
		return DELIVERY_HOST_DOWN;
	if (status >= 400 && status < 500)
		return judge_refusal(answer);
	if (status == 501)
		return DELIVERY_DROP;
	if (status == 503 && answer->retry_after != NULL)
		return DELIVERY_PAUSE;
	if (status >= 500 &&
	    answer->host_failures + 1 >= DELIVERY_FAILURES_DOWN)
		return DELIVERY_HOST_DOWN;
	return DELIVERY_RETRY;
}

const char *
delivery_outcome_word(enum delivery_outcome outcome)
{
	static const char *const words[] = {
		[DELIVERY_DELIVERED] = "delivered",
		[DELIVERY_RETRY] = "retry",
		[DELIVERY_PAUSE] = "pause",
		[DELIVERY_OTHER_FORM] = "other-form",
		[DELIVERY_GONE] = "gone",
		[DELIVERY_DROP] = "dropped",
		[DELIVERY_HOST_DOWN] = "host-down",
	};

	return words[outcome];
}

int64_t
delivery_backoff(
    int64_t first, int64_t longest, int64_t attempts, uint32_t noise)
{
	int64_t wait = MIN(first, longest);

	for (int64_t i = 1; i < attempts && wait < longest; i++)
		wait = MIN(2 * wait, longest);
	return wait - wait / 10 + (int64_t)noise % (wait / 5 + 1);
}

int64_t
delivery_retry_after(
    const char *value, int64_t now, int64_t otherwise, int64_t longest)
{
	int64_t wait = otherwise, date;

	if (value == NULL)
		wait = otherwise;
	else if (text_int64(value, 0, INT64_MAX / 2, &wait) == 0)
		;
	else if (clock_http_parse(value, &date) == 0)
		wait = date - now;
	return MAX(1, MIN(wait, longest));
}

/* --- Order --- */

/* A key that is held: by one activity, for the host or for one inbox. */
struct hold {
	int64_t key, activity_id;
	int64_t inbox; /* hash; 0: for the whole host */
};

struct delivery_choice {
	int64_t now, wake;
	struct hold *holds; /* open addressing; key and activity 0: free */
	size_t count, size; /* size: a power of two */
};

enum { CHOICE_START = 64 };

struct delivery_choice *
delivery_choice_new(int64_t now)
{
	struct delivery_choice *choice = xcalloc(1, sizeof(*choice));

	choice->now = now;
	choice->wake = INT64_MAX;
	choice->size = CHOICE_START;
	choice->holds = xcalloc(choice->size, sizeof(*choice->holds));
	return choice;
}

void
delivery_choice_free(struct delivery_choice **choice)
{
	if (*choice == NULL)
		return;
	free((*choice)->holds);
	free(*choice);
	*choice = NULL;
}

static bool
hold_free(const struct hold *hold)
{
	return hold->activity_id == 0;
}

/* The hold of a key and inbox, or the place for it. */
static struct hold *
hold_find(const struct delivery_choice *choice, int64_t key, int64_t inbox)
{
	uint64_t at =
	    ((uint64_t)key ^ (uint64_t)inbox) * UINT64_C(0x9e3779b97f4a7c15);
	struct hold *hold;

	for (at >>= 20;; at++) {
		hold = &choice->holds[at & (choice->size - 1)];
		if (hold_free(hold) ||
		    (hold->key == key && hold->inbox == inbox))
			return hold;
	}
}

static void
grow(struct delivery_choice *choice)
{
	struct hold *old = choice->holds;
	size_t size = choice->size;

	if (choice->count * 2 < size)
		return;
	choice->size = size * 2;
	choice->holds = xcalloc(choice->size, sizeof(*old));
	for (size_t i = 0; i < size; i++) {
		if (!hold_free(&old[i]))
			*hold_find(choice, old[i].key, old[i].inbox) = old[i];
	}
	free(old);
}

static bool
held(const struct delivery_choice *choice, const struct delivery *delivery,
    int64_t inbox)
{
	const struct hold *hold = hold_find(choice, delivery->order_key, inbox);

	return !hold_free(hold) && hold->activity_id != delivery->activity_id;
}

static void
hold_back(struct delivery_choice *choice, const struct delivery *delivery,
    int64_t inbox)
{
	struct hold *hold;

	grow(choice);
	hold = hold_find(choice, delivery->order_key, inbox);
	if (!hold_free(hold))
		return; /* the first one holds */
	*hold =
	    (struct hold){ delivery->order_key, delivery->activity_id, inbox };
	choice->count++;
}

static bool
offer(struct delivery_choice *choice, const struct delivery *delivery,
    bool ready, bool probe)
{
	int64_t inbox = crypto_hash64(delivery->inbox) | 1;

	if (held(choice, delivery, 0) || held(choice, delivery, inbox))
		return false; /* what holds it holds those behind it too */
	hold_back(choice, delivery,
	    delivery->attempts > DELIVERY_HOLD_ATTEMPTS ? inbox : 0);
	if (!ready)
		return false;
	if (probe || delivery->next_at <= choice->now)
		return true;
	choice->wake = MIN(choice->wake, delivery->next_at);
	return false;
}

bool
delivery_choice_offer(
    struct delivery_choice *choice, const struct delivery *delivery, bool ready)
{
	return offer(choice, delivery, ready, false);
}

bool
delivery_choice_probe(
    struct delivery_choice *choice, const struct delivery *delivery, bool ready)
{
	return offer(choice, delivery, ready, true);
}

int64_t
delivery_choice_wake(const struct delivery_choice *choice)
{
	return choice->wake;
}

bool
delivery_probe_before(const struct delivery *a, const struct delivery *b)
{
	if (a->attempts != b->attempts)
		return a->attempts < b->attempts;
	return a->id < b->id;
}
