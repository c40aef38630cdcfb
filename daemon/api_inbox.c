/* SPDX-License-Identifier: ISC */
/*
 * POST to an inbox: the request is parked until the activity was judged and,
 * when it changed something, until that is on disk.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "daemon/web.h"
#include "federation/url.h"

struct delivery_in {
	struct worker *worker;
	struct ratelimit *senders;
	uint64_t id; /* of the parked request */
	char client[RATELIMIT_KEY_SIZE];
};

static void
on_judged(void *arg, enum verdict verdict, const char *reason)
{
	struct delivery_in *in = arg;
	struct http_request *request = http_resume(in->worker, in->id);
	int status = verdict_status(verdict);

	/* Who was not who it said pays with its own address. */
	if (status == 400 || status == 401)
		(void)ratelimit_take(
		    in->senders, in->client, clock_monotonic_ms());
	free(in);
	if (request == NULL)
		return;
	if (status == 202)
		http_answer(request, 202, NULL, NULL, 0);
	else if (status == 503)
		http_answer_later(request, 503, 30, reason);
	else
		http_answer_error(request, status, reason);
}

/*
 * Senders are counted by the host that they say they sign for, together with
 * their address: whoever lies about the host must not use up what it may
 * send.  What turns out to be a lie is counted by the address alone, and an
 * address that told too many is not heard.
 */
static const char *
sender_of(struct http_request *request,
    const struct httpsig_request *signed_request, const char *client)
{
	struct arena *arena = http_arena(request);
	struct httpsig *sig;
	struct url url;

	if (httpsig_parse(arena, signed_request, &sig) == HTTPSIG_OK &&
	    url_parse(arena, sig->key_id, &url) == 0)
		return arena_printf(arena, "%s %s", url.authority, client);
	return arena_printf(arena, "- %s", client);
}

static bool
admit(struct http_request *request,
    const struct httpsig_request *signed_request, const char *client)
{
	struct ratelimit *senders = web_of(request)->shared->senders;
	int64_t now = clock_monotonic_ms();
	int64_t wait = ratelimit_look(senders, client, now);

	if (wait == 0)
		wait = ratelimit_take(
		    senders, sender_of(request, signed_request, client), now);
	if (wait == 0)
		return true;
	http_answer_later(request, 429, wait,
	    "too many activities from this host, try again later");
	return false;
}

static void
receive(struct http_request *request)
{
	struct httpsig_request signed_request = web_signed_request(request);
	struct delivery_in *in = xcalloc(1, sizeof(*in));

	ratelimit_key(http_client(request), in->client);
	if (!admit(request, &signed_request, in->client)) {
		free(in);
		return;
	}
	in->senders = web_of(request)->shared->senders;
	in->worker = http_worker(request);
	in->id = http_park(request);
	inbox_receive(web_of(request)->inbox, &signed_request, on_judged, in);
}

void
api_shared_inbox(struct http_request *request)
{
	receive(request);
}

/* POST /o/:id/inbox, /actor/inbox and /relay/inbox */
void
api_inbox(struct http_request *request)
{
	struct web *web = web_of(request);
	struct arena *arena = http_arena(request);
	const char *path = http_path(request);
	int owner_len = (int)(strlen(path) - strlen("/inbox"));
	struct actor actor;
	int r;

	r = actor_by_uri(web->db, arena,
	    arena_printf(arena, "%s%.*s", web->node->base, owner_len, path),
	    &actor);
	if (r == 0 && actor.kind == ACTOR_REMOTE)
		r = -ENOENT;
	if (r < 0)
		web_answer_store_error(request, r);
	else if (actor.deleted_at != 0)
		web_answer_gone(request, NEGOTIATE_ACTIVITY, actor.uri,
		    actor.type, actor.deleted_at);
	else
		receive(request);
}
