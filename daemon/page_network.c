/* SPDX-License-Identifier: ISC */
/*
 * GET /network: the nodes whose catalogues are held here, how far each is read
 * and how it answers, as a table and as a map.  Who waits is only counted, and
 * who was refused is not shown.
 */
#include <errno.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "daemon/map.h"
#include "daemon/page.h"
#include "federation/replica.h"
#include "store/catalogue.h"
#include "store/peer.h"
#include "store/search.h"

enum { NODES_SHOWN = 200, MINUTE = 60, HOUR = 3600, DAY = 86400 };

struct network {
	struct http_request *request;
	int64_t now;
	json_t *rows, *dots;
};

/* "il y a 3 min" */
static const char *
ago(struct arena *arena, int64_t at, int64_t now)
{
	int64_t seconds = now - at;

	if (at == 0)
		return "jamais";
	if (seconds < MINUTE)
		return "à l’instant";
	if (seconds < HOUR)
		return arena_printf(arena, "il y a %lld\u00a0min",
		    (long long)(seconds / MINUTE));
	if (seconds < DAY)
		return arena_printf(
		    arena, "il y a %lld\u00a0h", (long long)(seconds / HOUR));
	return arena_printf(
	    arena, "il y a %lld\u00a0j", (long long)(seconds / DAY));
}

/* log NULL: nothing of it is held. */
static const char *
health(const struct peer *peer, const struct catalogue_origin *log, int64_t now)
{
	if (peer->state == PEER_PAUSED)
		return "en pause";
	if (log == NULL)
		return peer->failures > 0 ? "ne répond pas" : "pas encore lu";
	if (log->problem != NULL)
		return "arrêté au dernier état vérifié";
	if (replica_age(log->head_at, now) != REPLICA_FRESH)
		return "sans nouvelles depuis plus d’un mois";
	return peer->failures > 0 ? "ne répond pas" : "va bien";
}

static void
add_dot(struct network *network, const struct catalogue_origin *log,
    const char *anchor, const char *name)
{
	struct arena *arena = http_arena(network->request);
	struct map_point point;
	double latitude, longitude;
	json_t *dot;

	if (search_origin_place(web_of(network->request)->db, log->id,
		&latitude, &longitude) < 0 ||
	    !map_place(latitude, longitude, &point))
		return;
	dot = json_object();
	page_set(dot, "anchor", anchor);
	page_set_line(arena, dot, "name", name);
	page_set(dot, "x", arena_printf(arena, "%.1f", point.x));
	page_set(dot, "y", arena_printf(arena, "%.1f", point.y));
	(void)json_array_append_new(network->dots, dot);
}

/* peer NULL: this node itself; log NULL: nothing is held. */
static void
add_node(struct network *network, const char *domain, const struct peer *peer,
    const struct catalogue_origin *log)
{
	struct arena *arena = http_arena(network->request);
	json_t *row = json_object();
	const char *anchor =
	    arena_printf(arena, "n%zu", json_array_size(network->rows) + 1);

	page_set(row, "anchor", anchor);
	page_set(row, "domain", domain);
	page_set(row, "health",
	    peer == NULL ? "ce nœud" : health(peer, log, network->now));
	page_set(row, "contact",
	    peer == NULL ? "—" : ago(arena, peer->ok_at, network->now));
	if (log != NULL) {
		page_set(row, "count",
		    arena_printf(arena, "%lld", (long long)log->count));
		page_set(row, "seq",
		    arena_printf(arena, "%lld", (long long)log->seq));
		page_set(row, "head", ago(arena, log->head_at, network->now));
		add_dot(network, log, anchor, domain);
	}
	(void)json_array_append_new(network->rows, row);
}

static int
add_own(struct network *network)
{
	struct web *web = web_of(network->request);
	struct catalogue_origin log;
	int r = catalogue_origin_get(
	    web->db, http_arena(network->request), CATALOGUE_OWN, &log);

	if (r < 0 && r != -ENOENT)
		return r;
	add_node(network, web->node->domain, NULL, r == 0 ? &log : NULL);
	return 0;
}

static int
add_peer(struct network *network, const struct peer *peer)
{
	struct catalogue_origin log;
	int r;

	if (peer->state != PEER_ADMITTED && peer->state != PEER_PAUSED)
		return 0;
	r = catalogue_origin_by_domain(web_of(network->request)->db,
	    http_arena(network->request), peer->domain, &log);
	if (r < 0 && r != -ENOENT)
		return r;
	add_node(network, peer->domain, peer, r == 0 ? &log : NULL);
	return 0;
}

static int
add_peers(struct network *network, const char *after, const char **ret_next)
{
	struct peer *peers;
	size_t count;
	int r = peer_list(web_of(network->request)->db,
	    http_arena(network->request), after, NODES_SHOWN, &peers, &count);

	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_peer(network, &peers[i]);
	if (r == 0 && count == NODES_SHOWN)
		*ret_next = peers[count - 1].domain;
	return r;
}

static void
answer(struct network *network, const struct peer_figures *figures,
    const char *next)
{
	struct http_request *request = network->request;
	struct arena *arena = http_arena(request);
	json_t *data = page_data(request, "Le réseau",
	    "Les territoires dont ce nœud tient le catalogue.");

	page_set(data, "admitted",
	    page_count(arena, figures->admitted, "nœud admis", "nœuds admis"));
	if (figures->silent > 0)
		page_set(data, "silent",
		    page_count(arena, figures->silent, "ne répond pas",
			"ne répondent pas"));
	if (figures->waiting > 0)
		page_set(data, "waiting",
		    page_count(arena, figures->waiting, "attend d’être admis",
			"attendent d’être admis"));
	(void)json_object_set(data, "nodes", network->rows);
	(void)json_object_set_new(
	    data, "map", json_pack("{s:O}", "dots", network->dots));
	if (next != NULL)
		page_set(data, "next",
		    arena_printf(arena, "/network?after=%s", next));
	page_answer(request, "network.html", &data);
}

void
page_network(struct http_request *request)
{
	struct web *web = web_of(request);
	const char *after = http_query(request, "after"), *next = NULL;
	struct network network = {
		.request = request,
		.now = clock_now(),
		.rows = json_array(),
		.dots = json_array(),
	};
	struct peer_figures figures;
	int r = peer_figures(web->db, &figures);

	if (r == 0 && text_empty(after))
		r = add_own(&network);
	if (r == 0)
		r = add_peers(&network, after != NULL ? after : "", &next);
	if (r < 0)
		web_answer_store_error(request, r);
	else
		answer(&network, &figures, next);
	json_decref(network.rows);
	json_decref(network.dots);
}
