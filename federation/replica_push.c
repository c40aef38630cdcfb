/* SPDX-License-Identifier: ISC */
/*
 * Changes are gathered for replication.push_seconds.  Of each log it is known
 * how far it was told, from the start of the process on: what was there
 * before is old news.  So is a log whose head was signed a while ago: whoever
 * joins the network and reads all of it does not tell it all again.
 */
#include "federation/replica_note.h"
#include "federation/replica_push.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "federation/catalogue.h"
#include "federation/catalogue_page.h"
#include "federation/replica_pull.h"
#include "store/peer.h"

enum {
	ACTIVE_MAX = 64, /* requests; more are left to the exchange */
	LOGS_AT_ONCE = 64,
	NEWS_SECONDS = 900,
	ANSWER_MAX = 4096,
};

struct told {
	int64_t origin_id, epoch, seq;
};

struct replica_push {
	struct courier_core *core;
	struct told *told;
	size_t count, size;
	int64_t changed; /* of the logs: looked at up to here */
	int64_t at;      /* when to look, 0: nothing moved */
	bool begun;
	size_t active;
};

struct replica_push *
replica_push_new(struct courier_core *core)
{
	struct replica_push *push = xcalloc(1, sizeof(*push));

	push->core = core;
	return push;
}

void
replica_push_free(struct replica_push **push)
{
	if (*push == NULL)
		return;
	ASSERT((*push)->active == 0);
	free((*push)->told);
	free(*push);
	*push = NULL;
}

size_t
replica_push_active(const struct replica_push *push)
{
	return push->active;
}

static struct told *
told_of(struct replica_push *push, int64_t origin_id)
{
	struct told *told;

	for (size_t i = 0; i < push->count; i++) {
		if (push->told[i].origin_id == origin_id)
			return &push->told[i];
	}
	if (push->count == push->size) {
		push->size = MAX(16, 2 * push->size);
		push->told =
		    xrealloc(push->told, push->size * sizeof(*push->told));
	}
	told = &push->told[push->count++];
	*told = (struct told){ .origin_id = origin_id };
	return told;
}

/* --- One request --- */

struct parcel {
	struct replica_push *push;
	int64_t peer_id, failures;
	char *domain;
};

static void
on_answer(void *arg, const struct http_client_answer *answer)
{
	struct parcel *parcel = arg;
	struct replica_push *push = parcel->push;

	/* What it answers is its own affair; that it does not is noted. */
	if (answer->error != 0 && answer->error != -ECANCELED)
		replica_note_peer(push->core, parcel->peer_id, parcel->failures,
		    answer->reason, false);
	else if (answer->status == 400)
		/* What we signed is not acceptable: it is ours to be mended,
		 * a clock that is ahead for one. */
		log_warning("push peer=%s refused: %.200s", parcel->domain,
		    answer->body);
	else if (answer->status != 202)
		log_debug(
		    "push peer=%s status=%d", parcel->domain, answer->status);
	push->active--;
	free(parcel->domain);
	free(parcel);
	push->core->wake(push->core);
}

static void
send_parcel(
    struct replica_push *push, const struct peer *peer, const struct buf *body)
{
	static const struct httpsig_header headers[] = {
		{ "content-type", "application/activity+json" },
	};
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct parcel *parcel = xcalloc(1, sizeof(*parcel));
	const struct http_client_request request = {
		.method = "POST",
		.url = arena_printf(
		    arena, "https://%s/catalogue/push", peer->domain),
		.headers = headers,
		.header_count = N_ELEMENTS(headers),
		.body = buf_str(body),
		.body_len = body->len,
		.answer_max = ANSWER_MAX,
	};

	parcel->push = push;
	parcel->peer_id = peer->id;
	parcel->failures = peer->failures;
	parcel->domain = xstrdup(peer->domain);
	if (http_client_send(push->core->client, &request, on_answer, parcel) !=
	    0) {
		free(parcel->domain);
		free(parcel);
		return;
	}
	push->active++;
}

/* --- One log --- */

static void
tell(struct replica_push *push, struct arena *arena,
    const struct catalogue_origin *origin, int64_t after)
{
	struct courier_core *core = push->core;
	struct peer *peers;
	struct buf body;
	size_t count;

	if (peer_pick(core->db, arena, clock_now(), true,
		(size_t)core->snapshot->settings->replication_neighbours,
		&peers, &count) != 0 ||
	    count == 0)
		return;
	buf_init(&body, CATALOGUE_PAGE_BYTES);
	if (catalogue_page_write_push(
		&body, core->db, arena, core->node->base, origin, after) == 0) {
		for (size_t i = 0; i < count && push->active < ACTIVE_MAX;
		     i++) {
			/* Not back to where it came from. */
			if (strcmp(peers[i].domain, origin->domain) != 0 &&
			    (origin->source == NULL ||
				strcmp(peers[i].domain, origin->source) != 0))
				send_parcel(push, &peers[i], &body);
		}
	}
	buf_done(&body);
}

static void
look_at(struct replica_push *push, struct arena *arena,
    const struct catalogue_origin *origin)
{
	struct told *told = told_of(push, origin->id);
	int64_t after = told->epoch == origin->epoch ? told->seq : 0;
	bool moved = told->epoch != origin->epoch || told->seq != origin->seq;

	*told = (struct told){ origin->id, origin->epoch, origin->seq };
	if (!moved || origin->head == NULL || origin->problem != NULL ||
	    origin->head_at < clock_now() - NEWS_SECONDS)
		return;
	if (origin->id != CATALOGUE_OWN &&
	    !peer_is_admitted(push->core->db, origin->domain))
		return;
	tell(push, arena, origin, after);
}

/* True when there may be more. */
static bool
look(struct replica_push *push)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct catalogue_origin *origins;
	size_t count;

	if (catalogue_origin_list(push->core->db, arena, push->changed,
		LOGS_AT_ONCE, &origins, &count) != 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		look_at(push, arena, &origins[i]);
		push->changed = origins[i].changed;
	}
	return count == LOGS_AT_ONCE;
}

/* What is there at the start was told before. */
static void
begin(struct replica_push *push)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct catalogue_origin *origins;
	size_t count;

	push->begun = true;
	do {
		arena_reset(arena);
		if (catalogue_origin_list(push->core->db, arena, push->changed,
			LOGS_AT_ONCE, &origins, &count) != 0)
			return;
		for (size_t i = 0; i < count; i++) {
			*told_of(push, origins[i].id) =
			    (struct told){ origins[i].id, origins[i].epoch,
				    origins[i].seq };
			push->changed = origins[i].changed;
		}
	} while (count == LOGS_AT_ONCE);
}

int64_t
replica_push_run(struct replica_push *push, unsigned changes)
{
	const struct settings *settings = push->core->snapshot->settings;
	int64_t now = clock_now();

	if (!push->begun)
		begin(push);
	if ((changes & CHANGE_CATALOGUE) != 0 && push->at == 0)
		push->at = now + settings->replication_push_seconds;
	if (push->at != 0 && now >= push->at)
		push->at = look(push) ? now : 0;
	return push->at != 0 ? push->at : INT64_MAX;
}
