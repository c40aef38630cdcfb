/* SPDX-License-Identifier: ISC */
/*
 * POST to an inbox: the request is parked until the activity was judged and,
 * when it changed something, until that is on disk.
 */
#include <errno.h>
#include <stdlib.h>

#include "config/base/clock.h"
#include "daemon/web.h"
#include "federation/url.h"

struct delivery_in {
	struct worker *worker;
	uint64_t id; /* of the parked request */
};

static void
on_judged(void *arg, enum verdict verdict, const char *reason)
{
	struct delivery_in *in = arg;
	struct http_request *request = http_resume(in->worker, in->id);
	int status = verdict_status(verdict);

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
 * Senders are counted by the host that they say they sign for: whoever lies
 * about it is turned away by the signature.  Who does not even say is counted
 * by address.
 */
static const char *
sender_of(
    struct http_request *request, const struct httpsig_request *signed_request)
{
	struct arena *arena = http_arena(request);
	char *key = arena_alloc(arena, RATELIMIT_KEY_SIZE);
	struct httpsig *sig;
	struct url url;

	if (httpsig_parse(arena, signed_request, &sig) == HTTPSIG_OK &&
	    url_parse(arena, sig->key_id, &url) == 0)
		return url.authority;
	ratelimit_key(http_client(request), key);
	return key;
}

static bool
admit(struct http_request *request,
    const struct httpsig_request *signed_request)
{
	int64_t wait = ratelimit_take(web_of(request)->shared->senders,
	    sender_of(request, signed_request), clock_monotonic_ms());

	if (wait == 0)
		return true;
	http_answer_later(request, 429, wait,
	    "too many activities from this host, try again later");
	return false;
}

static void
receive(struct http_request *request, int64_t owner_id)
{
	struct httpsig_request signed_request = web_signed_request(request);
	struct delivery_in *in;

	if (!admit(request, &signed_request))
		return;
	in = xcalloc(1, sizeof(*in));
	in->worker = http_worker(request);
	in->id = http_park(request);
	inbox_receive(web_of(request)->inbox, &signed_request, owner_id,
	    on_judged, in);
}

void
api_shared_inbox(struct http_request *request)
{
	receive(request, 0);
}

/* POST /o/:id/inbox and /actor/inbox */
void
api_inbox(struct http_request *request)
{
	struct web *web = web_of(request);
	struct arena *arena = http_arena(request);
	const char *id = http_param(request, "id");
	struct actor actor;
	int r;

	r = id[0] == '\0'
	    ? actor_of_kind(web->db, arena, ACTOR_INSTANCE, &actor)
	    : actor_by_uri(web->db, arena,
		  document_actor_uri(arena, web->node->base, id), &actor);
	if (r == 0 && actor.kind == ACTOR_REMOTE)
		r = -ENOENT;
	if (r < 0)
		web_answer_store_error(request, r);
	else if (actor.deleted_at != 0)
		web_answer_gone(request, NEGOTIATE_ACTIVITY, actor.uri,
		    actor.type, actor.deleted_at);
	else
		receive(request, actor.id);
}
