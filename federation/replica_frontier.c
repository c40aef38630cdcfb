/* SPDX-License-Identifier: ISC */
/*
 * Cursors live in memory: after a start each peer's frontier is read from the
 * beginning once, which costs some 300 bytes a log, compressed, and heals
 * whatever was missed.
 */
#include "federation/replica_frontier.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "config/base/text.h"
#include "federation/catalogue_copy.h"
#include "federation/catalogue_page.h"
#include "federation/fetch.h"
#include "federation/replica_get.h"
#include "federation/replica_note.h"
#include "federation/replica_pull.h"
#include "federation/url.h"
#include "store/peer.h"

enum {
	AT_ONCE = 2, /* peers asked at the same time */
	CHOICES = 8,
	CALL_PAGES = 64,    /* of one frontier, in one exchange */
	CALL_SECONDS = 300, /* for all of them */
};

struct cursor {
	int64_t peer_id, at;
	char boot[CATALOGUE_BOOT_SIZE];
};

struct replica_frontier {
	struct courier_core *core;
	struct courier_replica *replica;
	struct cursor *cursors;
	size_t count, size;
	size_t active;
};

/* One peer asked. */
struct call {
	struct replica_frontier *frontier;
	struct arena *arena;
	struct peer peer;
	int pages;
	int64_t until;
	bool ahead; /* its own head is of a time to come */
};

struct replica_frontier *
replica_frontier_new(struct courier_core *core, struct courier_replica *replica)
{
	struct replica_frontier *frontier = xcalloc(1, sizeof(*frontier));

	frontier->core = core;
	frontier->replica = replica;
	return frontier;
}

void
replica_frontier_free(struct replica_frontier **frontier)
{
	if (*frontier == NULL)
		return;
	ASSERT((*frontier)->active == 0);
	free((*frontier)->cursors);
	free(*frontier);
	*frontier = NULL;
}

size_t
replica_frontier_active(const struct replica_frontier *frontier)
{
	return frontier->active;
}

void
replica_frontier_forget(struct replica_frontier *frontier)
{
	frontier->count = 0;
}

static struct cursor *
find_cursor(struct replica_frontier *frontier, int64_t peer_id)
{
	for (size_t i = 0; i < frontier->count; i++) {
		if (frontier->cursors[i].peer_id == peer_id)
			return &frontier->cursors[i];
	}
	return NULL;
}

static struct cursor *
need_cursor(struct replica_frontier *frontier, int64_t peer_id)
{
	struct cursor *cursor = find_cursor(frontier, peer_id);

	if (cursor != NULL)
		return cursor;
	if (frontier->count == frontier->size) {
		frontier->size = MAX(16, 2 * frontier->size);
		frontier->cursors = xrealloc(frontier->cursors,
		    frontier->size * sizeof(*frontier->cursors));
	}
	cursor = &frontier->cursors[frontier->count++];
	*cursor = (struct cursor){ .peer_id = peer_id };
	return cursor;
}

/* --- Heads --- */

/* Numbers and digest as they stand there: a head like ours needs no look at
 * its proof. */
static bool
is_held(const json_t *head, const struct replica_held *held)
{
	int64_t epoch =
	    json_integer_value(json_object_get(head, "parvis:epoch"));
	int64_t seq = json_integer_value(json_object_get(head, "parvis:seq"));
	const char *digest = json_text(head, "parvis:digest");
	char hex[2 * SHA256_SIZE + 1];

	if (!held->any || epoch > held->epoch)
		return false;
	if (epoch < held->epoch || seq < held->seq)
		return true;
	text_hex(held->digest, sizeof(held->digest), hex);
	return seq == held->seq && digest != NULL && strcmp(digest, hex) == 0 &&
	       json_time(head, "published") <= held->published;
}

/* Whether its key signed it: a relay must not have us read for nothing. */
static enum catalogue_read_fault
check_head(struct call *call, const struct peer *origin, const json_t *head,
    struct catalogue_read_head *ret)
{
	CLEANUP(key_free) struct key *key = NULL;
	struct catalogue_read_origin read;
	char error[CATALOGUE_READ_ERROR_SIZE];

	if (replica_pull_key(origin, &key) != 0)
		return CATALOGUE_READ_UNPROVED;
	catalogue_read_origin(
	    call->arena, origin->domain, key, clock_now(), &read);
	return catalogue_read_head(head, &read, ret, error);
}

static void
consider(struct call *call, const json_t *head)
{
	struct courier_core *core = call->frontier->core;
	const char *domain = json_text(head, "parvis:origin");
	struct catalogue_read_head read;
	struct replica_held held;
	enum catalogue_read_fault fault;
	struct peer origin;

	if (domain != NULL && strcmp(domain, core->node->domain) == 0) {
		courier_replica_own_seen(
		    call->frontier->replica, head, call->peer.domain);
		return;
	}
	if (domain == NULL ||
	    peer_by_domain(core->db, call->arena, domain, &origin) != 0 ||
	    origin.state != PEER_ADMITTED)
		return;
	if (catalogue_copy_look(core->db, call->arena, domain, &held) != 0 ||
	    held.frozen || is_held(head, &held))
		return;
	fault = check_head(call, &origin, head, &read);
	if (fault == CATALOGUE_READ_AHEAD) {
		/* Of its own log it is to blame, of another's the author. */
		call->ahead |= strcmp(domain, call->peer.domain) == 0;
		return;
	}
	if (fault != CATALOGUE_READ_NONE) {
		/* A lie, or its key was rotated: a read tells. */
		courier_replica_hint(
		    call->frontier->replica, domain, call->peer.domain);
		return;
	}
	if (replica_judge(&held, &read) == REPLICA_FORKED)
		replica_note_fork(core, domain, json_write(call->arena, head));
	else
		courier_replica_heard(
		    call->frontier->replica, domain, call->peer.domain);
}

/* --- One peer --- */

static void ask(struct call *call);

static void
end(struct call *call, const char *error, bool liar)
{
	struct replica_frontier *frontier = call->frontier;

	if (error != NULL)
		log_info("frontier peer=%s %s", call->peer.domain, error);
	if (error != NULL || call->peer.failures > 0 || call->peer.ok_at == 0 ||
	    clock_now() - call->peer.ok_at > 3600)
		replica_note_peer(frontier->core, call->peer.id,
		    call->peer.failures, error, liar);
	frontier->active--;
	arena_free(&call->arena);
	free(call);
	frontier->core->wake(frontier->core);
}

bool
replica_frontier_read(const json_t *answer, struct replica_frontier_page *ret)
{
	const json_t *cursor = json_object_get(answer, "parvis:cursor");

	*ret = (struct replica_frontier_page){
		.boot = json_text(answer, "parvis:boot"),
		.cursor = json_integer_value(cursor),
		.heads = json_object_get(answer, "orderedItems"),
		.more = json_flag(answer, "parvis:more", false),
	};
	ret->count = json_array_size(ret->heads);
	/* The boot id goes back into an address. */
	return ret->boot != NULL && strlen(ret->boot) < CATALOGUE_BOOT_SIZE &&
	       ret->boot[strspn(ret->boot, "0123456789abcdef")] == '\0' &&
	       json_is_array(ret->heads) && json_is_integer(cursor) &&
	       ret->cursor >= 0 && ret->count <= CATALOGUE_FRONTIER_HEADS;
}

static void
take(struct call *call, const json_t *answer)
{
	struct replica_frontier_page page;
	struct cursor *mine;

	if (!replica_frontier_read(answer, &page)) {
		end(call, "the answer is no frontier", true);
		return;
	}
	for (size_t i = 0; i < page.count; i++)
		consider(call, json_array_get(page.heads, i));
	mine = need_cursor(call->frontier, call->peer.id);
	mine->at = page.cursor;
	memcpy(mine->boot, page.boot, strlen(page.boot) + 1);
	if (page.more && ++call->pages < CALL_PAGES &&
	    clock_now() < call->until && !call->frontier->core->stopping)
		ask(call);
	else
		end(call,
		    call->ahead ? "ahead: it signs times more than ten minutes "
				  "from now"
				: NULL,
		    false);
}

static void
on_answer(void *arg, const struct http_client_answer *answer)
{
	struct call *call = arg;
	CLEANUP(json_release) json_t *document = NULL;
	char why[JSON_ERROR_SIZE];

	if (answer->error != 0)
		end(call, arena_strdup(call->arena, answer->reason), false);
	else if (answer->status != 200)
		end(call,
		    arena_printf(call->arena, "it answered %d", answer->status),
		    false);
	else if (!fetch_type_fits(FETCH_COLLECTION, answer->content_type) ||
		 json_read(answer->body, answer->body_len, &document, why) != 0)
		end(call, "the answer is no frontier", false);
	else
		take(call, document);
}

static void
ask(struct call *call)
{
	const struct cursor *cursor =
	    find_cursor(call->frontier, call->peer.id);

	replica_get(call->frontier->core,
	    arena_printf(call->arena,
		"https://%s/catalogue/frontier?after=%lld&boot=%s",
		call->peer.domain, cursor ? (long long)cursor->at : 0,
		cursor ? cursor->boot : ""),
	    on_answer, call);
}

static void
start(struct replica_frontier *frontier, const struct peer *peer)
{
	struct call *call = xcalloc(1, sizeof(*call));

	call->frontier = frontier;
	call->arena = arena_new();
	call->peer = *peer;
	call->peer.domain = arena_strdup(call->arena, peer->domain);
	call->until = clock_now() + CALL_SECONDS;
	frontier->active++;
	ask(call);
}

void
replica_frontier_exchange(struct replica_frontier *frontier)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct peer *peers;
	size_t count, chosen = 0;

	if (frontier->active >= AT_ONCE ||
	    peer_pick(frontier->core->db, arena, clock_now(), false, CHOICES,
		&peers, &count) != 0 ||
	    count == 0)
		return;
	for (size_t i = 0; i < count; i++) {
		if (find_cursor(frontier, peers[i].id) == NULL) {
			chosen = i;
			break;
		}
	}
	start(frontier, &peers[chosen]);
}
