/* SPDX-License-Identifier: ISC */
/*
 * peer look: the list of nodes that another node admits, read and verified by
 * the key of its instance; nothing is kept.
 */
#include <errno.h>
#include <string.h>

#include "config/base/clock.h"
#include "daemon/command.h"
#include "federation/peers_list.h"
#include "federation/url.h"

enum { NODES_SHOWN = 100 };

struct look {
	const char *domain;
	struct catalogue_read_origin origin;
	struct key *key;
};

static void
look_done(struct look *look)
{
	key_free(&look->key);
}

static void
give_up(struct command_request *request, const struct courier_want *want)
{
	command_refuse(request, CODE_FAILED, "%s cannot be read: %s%s%s",
	    want->uri, verdict_sentence(want->verdict),
	    want->error[0] != '\0' ? ": " : "", want->error);
}

static json_t *
list_view(
    const struct look *look, struct arena *arena, const struct peers_list *list)
{
	json_t *view = json_object(), *nodes = json_array();
	char *multibase = NULL;

	command_set_text(view, "domain", look->domain);
	if (key_multibase(look->key, arena, &multibase) == 0)
		command_set_text(view, "key", multibase);
	json_object_set_new(
	    view, "admits", json_integer((json_int_t)list->count));
	for (size_t i = 0; i < MIN(list->count, (size_t)NODES_SHOWN); i++)
		json_array_append_new(
		    nodes, json_string(list->vouches[i].domain));
	json_object_set_new(view, "nodes", nodes);
	return view;
}

static void
on_list(struct command_wanted *wanted)
{
	const struct courier_want *want = &wanted->want;
	struct command_request *request = wanted->request;
	struct look *look = wanted->arg;
	CLEANUP(json_release) json_t *document = NULL;
	char error[CATALOGUE_READ_ERROR_SIZE], why[JSON_ERROR_SIZE];
	struct peers_list list;

	/* It is no actor and no object: what came counts. */
	look->origin.now = clock_now();
	if (want->document == NULL)
		give_up(request, want);
	else if (json_read(want->document, strlen(want->document), &document,
		     why) != 0)
		command_refuse(request, CODE_FAILED, "%s: %s", want->uri, why);
	else if (peers_list_read(request->arena, document, &look->origin, &list,
		     error) != CATALOGUE_READ_NONE)
		command_refuse(
		    request, CODE_FAILED, "%s: %s", want->uri, error);
	else
		command_answer(request, list_view(look, request->arena, &list));
	look_done(look);
}

static void
on_actor(struct command_wanted *wanted)
{
	struct command_request *request = wanted->request;
	struct look *look = wanted->arg;
	struct actor_key key;

	if (wanted->want.verdict != VERDICT_ACCEPTED) {
		give_up(request, &wanted->want);
		return;
	}
	if (actor_key_by_uri(
		request->db, request->arena, look->origin.method, &key) != 0 ||
	    key.kind != KEY_ED25519 ||
	    key_from_spki(key.spki, key.spki_len, &look->key) != 0) {
		command_refuse(request, CODE_FAILED,
		    "%s names no Ed25519 key %s: that is no node with a "
		    "catalogue",
		    look->origin.actor, look->origin.method);
		return;
	}
	look->origin.key = look->key;
	command_want(request, WANT_SHOW,
	    arena_printf(request->arena, "https://%s/peers", look->domain),
	    on_list, look);
}

void
command_peer_look(struct command_request *request)
{
	const char *domain;
	struct look *look;

	if (url_normalize_host(request->arena, request->arguments[0], &domain) <
	    0) {
		command_refuse(request, CODE_INVALID,
		    "%s is no domain of a node", request->arguments[0]);
		return;
	}
	look = arena_alloc(request->arena, sizeof(*look));
	*look = (struct look){ .domain = domain };
	catalogue_read_origin(
	    request->arena, domain, NULL, clock_now(), &look->origin);
	command_want_anew(
	    request, WANT_ACTOR, look->origin.actor, on_actor, look);
}
