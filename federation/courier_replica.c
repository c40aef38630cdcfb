/* SPDX-License-Identifier: ISC */
#include "federation/courier_replica.h"

#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "federation/replica_frontier.h"
#include "federation/replica_lists.h"
#include "federation/replica_pull.h"
#include "federation/replica_push.h"
#include "federation/replica_recall.h"
#include "store/peer.h"

enum {
	/* At a time: while one waits for its source or for the disk, others
	 * go on; fewer while what was read fills so much memory. */
	PULLS_ACTIVE = 8,
	PULLS_ACTIVE_LARGE = 2,
	PULLS_BYTES = 16 << 20,
	PULLS_WAITING = 4096,
	PULL_AGAIN_SECONDS = 5, /* the first time; doubled each time */
	PULL_TRIES = 8,
	HINT_EXCHANGES = 2, /* between two that are heeded of a log */
	HINTS = 256,        /* that are heeded in that time, of all logs */
	FIRST_SECONDS = 3,  /* at most, before the first exchange */
};

/* A log of which there is news. */
struct wanted {
	TAILQ_ENTRY(wanted) link;
	char *domain, *source; /* source may be NULL */
	int64_t at;            /* not before */
	int tries;
	bool active, again; /* again: there was more news meanwhile */
};

struct hint {
	int64_t name; /* hash of a domain */
	int64_t at;
};

struct courier_replica {
	struct courier_core *core;
	struct hint hints[HINTS];
	TAILQ_HEAD(, wanted) wanted;
	size_t count, active;
	struct replica_frontier *frontier;
	struct replica_push *push;
	struct replica_lists *lists;
	struct replica_recall *recall;
	int64_t exchange_at;
};

struct courier_replica *
courier_replica_new(struct courier_core *core)
{
	struct courier_replica *replica = xcalloc(1, sizeof(*replica));

	replica->core = core;
	TAILQ_INIT(&replica->wanted);
	replica->frontier = replica_frontier_new(core, replica);
	replica->push = replica_push_new(core);
	replica->lists = replica_lists_new(core);
	replica->recall = replica_recall_new(core);
	replica->exchange_at =
	    clock_now() + crypto_random_below(FIRST_SECONDS + 1);
	return replica;
}

static void
wanted_free(struct courier_replica *replica, struct wanted *wanted)
{
	TAILQ_REMOVE(&replica->wanted, wanted, link);
	replica->count--;
	free(wanted->domain);
	free(wanted->source);
	free(wanted);
}

void
courier_replica_free(struct courier_replica **replica)
{
	struct wanted *wanted;

	if (*replica == NULL)
		return;
	ASSERT((*replica)->active == 0);
	while ((wanted = TAILQ_FIRST(&(*replica)->wanted)) != NULL)
		wanted_free(*replica, wanted);
	replica_frontier_free(&(*replica)->frontier);
	replica_push_free(&(*replica)->push);
	replica_lists_free(&(*replica)->lists);
	replica_recall_free(&(*replica)->recall);
	free(*replica);
	*replica = NULL;
}

size_t
courier_replica_active(const struct courier_replica *replica)
{
	return replica->active + replica_frontier_active(replica->frontier) +
	       replica_push_active(replica->push) +
	       replica_lists_active(replica->lists) +
	       replica_recall_active(replica->recall);
}

/* --- Pulls --- */

static struct wanted *
find(struct courier_replica *replica, const char *domain)
{
	struct wanted *wanted;

	TAILQ_FOREACH(wanted, &replica->wanted, link) {
		if (strcmp(wanted->domain, domain) == 0)
			return wanted;
	}
	return NULL;
}

void
courier_replica_heard(
    struct courier_replica *replica, const char *domain, const char *source)
{
	struct wanted *wanted = find(replica, domain);

	if (wanted != NULL) {
		/* Who tells of it may have what others had not. */
		wanted->again = wanted->active;
		wanted->at = 0;
		if (!wanted->active && source != NULL) {
			free(wanted->source);
			wanted->source = xstrdup(source);
		}
		replica->core->wake(replica->core);
		return;
	}
	/* What does not fit is heard of again at the next exchange. */
	if (replica->count == PULLS_WAITING)
		return;
	wanted = xcalloc(1, sizeof(*wanted));
	wanted->domain = xstrdup(domain);
	wanted->source = source != NULL ? xstrdup(source) : NULL;
	TAILQ_INSERT_TAIL(&replica->wanted, wanted, link);
	replica->count++;
	replica->core->wake(replica->core);
}

/* Of this log, or the oldest. */
static struct hint *
hint_of(struct courier_replica *replica, const char *domain)
{
	int64_t name = crypto_hash64(domain);
	struct hint *hint = NULL;

	for (size_t i = 0; i < HINTS; i++) {
		if (replica->hints[i].name == name)
			return &replica->hints[i];
		if (hint == NULL || replica->hints[i].at < hint->at)
			hint = &replica->hints[i];
	}
	return hint;
}

void
courier_replica_hint(
    struct courier_replica *replica, const char *domain, const char *source)
{
	struct hint *hint = hint_of(replica, domain);
	int64_t now = clock_now();

	if (now - hint->at <
	    HINT_EXCHANGES *
		replica->core->snapshot->settings->replication_exchange_seconds)
		return;
	*hint = (struct hint){ crypto_hash64(domain), now };
	courier_replica_heard(replica, domain, source);
}

void
courier_replica_own_seen(
    struct courier_replica *replica, const json_t *head, const char *source)
{
	replica_recall_seen(replica->recall, head, source);
}

static void
on_pulled(void *arg, const char *domain, enum replica_pull_end how)
{
	struct courier_replica *replica = arg;
	struct wanted *wanted = find(replica, domain);

	ASSERT(wanted != NULL && wanted->active);
	wanted->active = false;
	replica->active--;
	if (how == REPLICA_PULL_FAILED && ++wanted->tries < PULL_TRIES) {
		wanted->at = clock_now() +
			     ((int64_t)PULL_AGAIN_SECONDS << wanted->tries);
	} else if (how == REPLICA_PULL_DONE && wanted->again) {
		wanted->again = false;
		wanted->tries = 0;
	} else {
		/* Who told of it tells it all again. */
		if (how == REPLICA_PULL_FAILED)
			replica_frontier_forget(replica->frontier);
		wanted_free(replica, wanted);
	}
	replica->core->wake(replica->core);
}

static size_t
pulls_allowed(const struct courier_replica *replica)
{
	return replica->core->reading < PULLS_BYTES ? PULLS_ACTIVE
						    : PULLS_ACTIVE_LARGE;
}

/* When the next of those that wait may be read. */
static int64_t
run_pulls(struct courier_replica *replica)
{
	struct wanted *wanted, *next;
	int64_t due = INT64_MAX, now = clock_now();

	for (wanted = TAILQ_FIRST(&replica->wanted);
	     wanted != NULL && replica->active < pulls_allowed(replica);
	     wanted = next) {
		next = TAILQ_NEXT(wanted, link);
		if (wanted->active)
			continue;
		if (wanted->at > now) {
			due = MIN(due, wanted->at);
			continue;
		}
		wanted->active = true;
		replica->active++;
		replica_pull_start(replica->core, wanted->domain,
		    wanted->source, on_pulled, replica);
	}
	return due;
}

/* --- The loop --- */

/*
 * Who was admitted a moment ago is read now, from itself or from whoever has
 * it; and what others told of it before is heard again.
 */
static void
look_at_peers(struct courier_replica *replica)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct peer *peers;
	size_t count;

	replica_frontier_forget(replica->frontier);
	replica->exchange_at = clock_now();
	if (peer_list_unread(
		replica->core->db, arena, PULLS_WAITING, &peers, &count) != 0)
		return;
	for (size_t i = 0; i < count; i++)
		courier_replica_heard(replica, peers[i].domain, NULL);
}

int64_t
courier_replica_run(struct courier_replica *replica, unsigned changes)
{
	const struct settings *settings = replica->core->snapshot->settings;
	int64_t now = clock_now(), next;

	if (replica->core->stopping)
		return INT64_MAX;
	if ((changes & CHANGE_PEER) != 0)
		look_at_peers(replica);
	if (now >= replica->exchange_at) {
		replica->exchange_at =
		    now + settings->replication_exchange_seconds;
		replica_frontier_exchange(replica->frontier);
	}
	next = replica_push_run(replica->push, changes);
	next = MIN(next, replica_lists_run(replica->lists, changes));
	next = MIN(next, replica_recall_run(replica->recall));
	next = MIN(next, run_pulls(replica));
	return MIN(next, replica->exchange_at);
}
