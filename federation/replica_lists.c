/* SPDX-License-Identifier: ISC */
#include "federation/replica_lists.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "federation/admission_settle.h"
#include "federation/fetch.h"
#include "federation/peers_list.h"
#include "federation/replica_get.h"
#include "federation/replica_pull.h"
#include "federation/rotation.h"

enum {
	LOOK_SECONDS = 60,
	CHAINS_MAX = 64, /* keys that are followed from one list */
};

struct replica_lists {
	struct courier_core *core;
	bool active;
	int64_t at; /* not before */
	/* Of the one that is being read: */
	struct arena *arena;
	struct peer peer;
	struct key *key;
	const struct node_snapshot *snapshot;
	struct peers_list list;
	struct rotation_chain *chains[CHAINS_MAX];
	size_t chain_count;
	bool read;
	struct writer_job job;
};

struct replica_lists *
replica_lists_new(struct courier_core *core)
{
	struct replica_lists *lists = xcalloc(1, sizeof(*lists));

	lists->core = core;
	return lists;
}

void
replica_lists_free(struct replica_lists **lists)
{
	if (*lists == NULL)
		return;
	ASSERT(!(*lists)->active);
	free(*lists);
	*lists = NULL;
}

size_t
replica_lists_active(const struct replica_lists *lists)
{
	return lists->active ? 1 : 0;
}

/* --- Storing --- */

/* Nodes that it lists become known here, while there is room. */
static int
add_rows(struct replica_lists *lists, struct db *db, int64_t now)
{
	const char *own = lists->core->node->domain;
	int64_t id;
	int r = 0;

	for (size_t i = 0; r == 0 && i < lists->list.count; i++) {
		if (strcmp(lists->list.vouches[i].domain, own) != 0)
			r = peer_need(
			    db, lists->list.vouches[i].domain, now, &id);
	}
	return r == -ENOSPC ? 0 : r;
}

static int
follow_keys(struct replica_lists *lists, struct db *db)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < lists->chain_count; i++) {
		r = rotation_apply(db, lists->arena,
		    lists->chains[i]->steps[0].domain, lists->chains[i]);
		if (r == -ESTALE)
			r = 0;
	}
	return r;
}

static int
work(struct writer_job *job, struct db *db)
{
	struct replica_lists *lists =
	    CONTAINER_OF(job, struct replica_lists, job);
	int64_t now = clock_now();
	int r;

	if (!lists->read || lists->list.seq < lists->peer.list_seq)
		return vouch_asked(db, lists->peer.id, now);
	r = follow_keys(lists, db);
	if (r == 0)
		r = vouch_replace(db, lists->peer.id, lists->list.seq, now,
		    lists->list.vouches, lists->list.count);
	if (r == 0)
		r = add_rows(lists, db, now);
	if (r == 0)
		r = admission_settle(db, lists->snapshot->settings);
	return r == -ENOENT ? 0 : r; /* the peer was forgotten meanwhile */
}

static void
on_written(struct writer_job *job)
{
	struct replica_lists *lists =
	    CONTAINER_OF(job, struct replica_lists, job);
	struct courier_core *core = lists->core;

	courier_core_returned(core);
	if (job->result != 0)
		lists->at = clock_now() + LOOK_SECONDS;
	node_release(&lists->snapshot);
	key_free(&lists->key);
	arena_free(&lists->arena);
	lists->active = false;
	core->wake(core);
}

static void
end(struct replica_lists *lists, const char *error)
{
	if (error != NULL)
		log_info("peers peer=%s %s", lists->peer.domain, error);
	lists->job = (struct writer_job){ .work = work, .done = on_written };
	courier_core_submit(lists->core, &lists->job);
}

/* --- Reading --- */

/* The statements of a node whose key we have pinned, and that it does not
 * sign with any more. */
static void
read_rotations(
    struct replica_lists *lists, const char *domain, const json_t *statements)
{
	CLEANUP(json_release) json_t *document = NULL;
	CLEANUP(key_free) struct key *key = NULL;
	struct rotation_chain *chain;
	struct peer peer;

	if (!json_is_array(statements) || lists->chain_count == CHAINS_MAX ||
	    peer_by_domain(lists->core->db, lists->arena, domain, &peer) != 0 ||
	    replica_pull_key(&peer, &key) != 0)
		return;
	document = json_pack("{s:O}", "orderedItems", statements);
	chain = arena_alloc(lists->arena, sizeof(*chain));
	if (rotation_read(
		lists->arena, document, peer.domain, key, clock_now(), chain))
		lists->chains[lists->chain_count++] = chain;
}

static void
judge(struct replica_lists *lists, const json_t *document)
{
	struct catalogue_read_origin origin;
	char error[CATALOGUE_READ_ERROR_SIZE];

	catalogue_read_origin(
	    lists->arena, lists->peer.domain, lists->key, clock_now(), &origin);
	lists->read = peers_list_read(lists->arena, document, &origin,
			  &lists->list, error) == CATALOGUE_READ_NONE;
	lists->chain_count = 0;
	for (size_t i = 0; lists->read && i < lists->list.count; i++) {
		if (lists->list.rotations[i] != NULL)
			read_rotations(lists, lists->list.vouches[i].domain,
			    lists->list.rotations[i]);
	}
	end(lists, lists->read ? NULL : error);
}

static void
on_answer(void *arg, const struct http_client_answer *answer)
{
	struct replica_lists *lists = arg;
	CLEANUP(json_release) json_t *document = NULL;
	char why[JSON_ERROR_SIZE];

	if (answer->error != 0)
		end(lists, answer->reason);
	else if (answer->status != 200 ||
		 !fetch_type_fits(FETCH_COLLECTION, answer->content_type) ||
		 json_read(answer->body, answer->body_len, &document, why) != 0)
		end(lists, "gave no list of peers");
	else
		judge(lists, document);
}

static void
start(struct replica_lists *lists)
{
	struct courier_core *core = lists->core;

	lists->active = true;
	lists->read = false;
	lists->snapshot = node_snapshot(core->node);
	if (replica_pull_key(&lists->peer, &lists->key) != 0)
		end(lists, "has no key");
	else
		replica_get(core,
		    arena_printf(
			lists->arena, "https://%s/peers", lists->peer.domain),
		    on_answer, lists);
}

int64_t
replica_lists_run(struct replica_lists *lists, unsigned changes)
{
	const struct settings *settings = lists->core->snapshot->settings;
	int64_t now = clock_now();
	int r;

	if (lists->active)
		return INT64_MAX;
	if ((changes & CHANGE_PEER) != 0)
		lists->at = now;
	if (now < lists->at)
		return lists->at;
	lists->arena = arena_new();
	r = peer_list_due(lists->core->db, lists->arena, now,
	    now - settings->replication_peers_seconds + 1, &lists->peer);
	if (r == 0) {
		start(lists);
		return INT64_MAX;
	}
	arena_free(&lists->arena);
	lists->at =
	    now + MIN(LOOK_SECONDS, settings->replication_peers_seconds);
	return lists->at;
}
