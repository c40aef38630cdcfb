/* SPDX-License-Identifier: ISC */
/*
 * network: the nodes that are admitted, how far each is read and how it
 * answers, with the place of each; the same as the page /network.
 */
#include <errno.h>

#include "config/base/clock.h"
#include "daemon/command.h"
#include "federation/admission.h"
#include "federation/replica.h"
#include "store/catalogue.h"
#include "store/peer.h"
#include "store/search.h"

/* log NULL: nothing of it is held. */
static const char *
health(const struct peer *peer, const struct catalogue_origin *log, int64_t now)
{
	if (peer->state != PEER_ADMITTED)
		return admission_word(peer->state);
	if (log != NULL && log->problem != NULL)
		return "frozen";
	if (log != NULL && replica_age(log->head_at, now) != REPLICA_FRESH)
		return replica_age_word(replica_age(log->head_at, now));
	if (peer->failures > 0)
		return "silent";
	return log != NULL ? "well" : "unread";
}

static void
add_log(struct command_request *request, const struct catalogue_origin *log,
    json_t *view)
{
	double latitude, longitude;

	json_object_set_new(view, "entries", json_integer(log->count));
	json_object_set_new(view, "epoch", json_integer(log->epoch));
	json_object_set_new(view, "seq", json_integer(log->seq));
	command_set_time(view, "signed", log->head_at);
	command_set_time(view, "read", log->read_at);
	command_set_text(view, "source", log->source);
	if (search_origin_place(request->db, log->id, &latitude, &longitude) <
	    0)
		return;
	json_object_set_new(view, "latitude", json_real(latitude));
	json_object_set_new(view, "longitude", json_real(longitude));
}

static int
add_own(struct command_request *request, json_t *items)
{
	struct catalogue_origin log;
	json_t *view = json_object();
	int r = catalogue_origin_get(
	    request->db, request->arena, CATALOGUE_OWN, &log);

	command_set_text(view, "domain", request->node->domain);
	command_set_text(view, "health", "this node");
	if (r == 0)
		add_log(request, &log, view);
	json_array_append_new(items, view);
	return r == -ENOENT ? 0 : r;
}

static int
add_peer(
    struct command_request *request, const struct peer *peer, json_t *items)
{
	struct catalogue_origin log;
	int64_t now = clock_now(), level;
	json_t *view;
	int r;

	if (peer->state == PEER_REFUSED)
		return 0;
	r = catalogue_origin_by_domain(
	    request->db, request->arena, peer->domain, &log);
	if (r < 0 && r != -ENOENT)
		return r;
	view = json_object();
	command_set_text(view, "domain", peer->domain);
	command_set_text(
	    view, "health", health(peer, r == 0 ? &log : NULL, now));
	command_set_time(view, "contact", peer->ok_at);
	if (r == 0) {
		add_log(request, &log, view);
		/* It was level when it was read or answered last. */
		level = MAX(log.read_at, peer->ok_at);
		json_object_set_new(
		    view, "lag_seconds", json_integer(MAX(0, now - level)));
	}
	json_array_append_new(items, view);
	return 0;
}

static void
answer(struct command_request *request, const struct peer_figures *figures,
    json_t *items, const char *next)
{
	json_t *view =
	    command_items(items, next != NULL ? json_string(next) : NULL);

	json_object_set_new(view, "admitted", json_integer(figures->admitted));
	json_object_set_new(view, "silent", json_integer(figures->silent));
	json_object_set_new(view, "waiting", json_integer(figures->waiting));
	command_answer(request, view);
}

void
command_network(struct command_request *request)
{
	const char *after = command_text(request, "after"), *next = NULL;
	size_t limit = command_limit(request), count = 0;
	struct peer_figures figures;
	struct peer *peers = NULL;
	json_t *items = json_array();
	int r = peer_figures(request->db, &figures);

	if (r == 0 && after == NULL)
		r = add_own(request, items);
	if (r == 0)
		r = peer_list(request->db, request->arena,
		    after != NULL ? after : "", limit, &peers, &count);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_peer(request, &peers[i], items);
	if (r < 0) {
		json_decref(items);
		command_refuse_errno(request, r, NULL);
		return;
	}
	if (count > 0 && count == limit)
		next = peers[count - 1].domain;
	answer(request, &figures, items, next);
}
