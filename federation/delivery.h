/* SPDX-License-Identifier: ISC */
/*
 * delivery.h: the decisions of delivery, apart from all action: what an answer
 * means, when to try again, which of what waits may go now.
 *
 * Pure functions.  Times are seconds since 1970.
 */
#ifndef FEDERATION_DELIVERY_H
#define FEDERATION_DELIVERY_H

#include "store/queue.h"

enum delivery_outcome {
	DELIVERY_DELIVERED,  /* 2xx */
	DELIVERY_RETRY,      /* this one later; the host is well otherwise */
	DELIVERY_PAUSE,      /* the host asks for time: all of its later */
	DELIVERY_OTHER_FORM, /* at once, signed in the other form */
	DELIVERY_GONE,       /* the inbox is no more */
	DELIVERY_DROP,       /* refused for good */
	DELIVERY_HOST_DOWN,  /* out of reach: only a probe now and then */
};

enum {
	/* Different deliveries in a row that failed with 5xx. */
	DELIVERY_FAILURES_DOWN = 3,
	/* 401 in both forms may be a passing fault of the other side. */
	DELIVERY_UNAUTHORIZED_MAX = 12,
	/* Then an inbox that fails holds back only what goes to itself. */
	DELIVERY_HOLD_ATTEMPTS = 3,
};

/* What became of one try. */
struct delivery_answer {
	int error;               /* of http_client_answer */
	int status;              /* 0: no answer */
	const char *retry_after; /* as received, or NULL */
	bool other_form;         /* both forms of signature were tried */
	int64_t attempts;        /* before this one */
	int64_t host_failures;   /* other deliveries just before, with 5xx */
};

enum delivery_outcome delivery_judge(const struct delivery_answer *answer);
const char *delivery_outcome_word(enum delivery_outcome outcome);

/*
 * Seconds to wait after the attempts-th failure (from 1): first, doubled each
 * time up to longest, and a tenth more or less by noise so that what failed
 * together does not come back together.
 */
int64_t delivery_backoff(
    int64_t first, int64_t longest, int64_t attempts, uint32_t noise);
/* Retry-After: seconds or a date (RFC 9110 10.2.3); `otherwise` if neither;
 * within [1, longest]. */
int64_t delivery_retry_after(
    const char *value, int64_t now, int64_t otherwise, int64_t longest);

/*
 * Chooses among the deliveries of one host, shown in order of id.  A delivery
 * waits for an earlier one of its key, unless both carry the same activity
 * (to several inboxes), or the earlier one goes to another inbox and has
 * failed more than DELIVERY_HOLD_ATTEMPTS times.
 */
struct delivery_choice;

struct delivery_choice *delivery_choice_new(int64_t now);
void delivery_choice_free(struct delivery_choice **choice);
/* ready: it can be signed.  True: it may be sent now. */
bool delivery_choice_offer(struct delivery_choice *choice,
    const struct delivery *delivery, bool ready);
/* The same for a host that is down: whatever its next_at, it may be a probe. */
bool delivery_choice_probe(struct delivery_choice *choice,
    const struct delivery *delivery, bool ready);
/* When the next of those that only wait for their time is due; INT64_MAX. */
int64_t delivery_choice_wake(const struct delivery_choice *choice);

/* Which of two possible probes of a host goes first: the less tried. */
bool delivery_probe_before(const struct delivery *a, const struct delivery *b);

#endif
