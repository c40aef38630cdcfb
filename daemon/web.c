/* SPDX-License-Identifier: ISC */
#include "daemon/web.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/log.h"

void *
web_open(struct worker *worker, void *arg)
{
	struct web_shared *shared = arg;
	struct web *web = xcalloc(1, sizeof(*web));

	web->shared = shared;
	web->node = shared->node;
	if (store_open_reader(web->node->data, &web->db) < 0) {
		log_error("web thread=%u cannot open the database",
		    worker_index(worker));
		abort();
	}
	web->inbox = inbox_new(web->node, web->db, worker_mailbox(worker));
	return web;
}

void
web_close(struct worker *worker, void *user, void *arg)
{
	struct web *web = user;

	(void)arg;
	/* What was asked of other threads is answered first. */
	while (inbox_pending(web->inbox) > 0 || web->jobs > 0) {
		mailbox_wait(worker_mailbox(worker), 1000);
		(void)mailbox_drain(worker_mailbox(worker));
	}
	inbox_free(&web->inbox);
	store_close(&web->db);
	free(web);
}

struct web *
web_of(const struct http_request *request)
{
	return worker_user(http_worker(request));
}

struct changed {
	struct message message;
	struct worker *worker;
};

static void
on_changed(struct message *message)
{
	struct changed *changed =
	    CONTAINER_OF(message, struct changed, message);
	struct worker *worker = changed->worker;
	struct web *web = worker_user(worker);
	struct web_waiting waiting[WEB_WAITING_MAX];
	size_t count;

	free(changed);
	if (web == NULL)
		return; /* the worker has stopped */
	/* Those that must wait on are put back by again(). */
	count = web->waiting_count;
	memcpy(waiting, web->waiting, count * sizeof(*waiting));
	web->waiting_count = 0;
	web->retrying = true;
	for (size_t i = 0; i < count; i++) {
		struct http_request *request =
		    http_resume(worker, waiting[i].id);

		if (request != NULL)
			waiting[i].again(request);
	}
	web->retrying = false;
	/* Counted until now: a change meanwhile must be told of. */
	atomic_fetch_sub(&web->shared->waiting, (unsigned)count);
}

static void
post_changed(struct worker *worker)
{
	struct changed *changed = xcalloc(1, sizeof(*changed));

	changed->message.run = on_changed;
	changed->worker = worker;
	mailbox_post(worker_mailbox(worker), &changed->message);
}

void
web_wait_for_actors(
    struct http_request *request, void (*again)(struct http_request *request))
{
	struct web *web = web_of(request);
	struct worker *worker = http_worker(request);

	if (web->waiting_count == WEB_WAITING_MAX) {
		http_answer_later(request, 503, 1,
		    "its keys are being made, try again in a moment");
		return;
	}
	atomic_fetch_add(&web->shared->waiting, 1);
	web->waiting[web->waiting_count++] =
	    (struct web_waiting){ http_park(request), again };
	/* The change may have come between the look and the count. */
	if (!web->retrying)
		post_changed(worker);
}

void
web_actors_changed(struct web_shared *shared, struct worker_pool *pool)
{
	if (atomic_load(&shared->waiting) == 0)
		return;
	for (size_t i = 0; i < worker_pool_count(pool); i++)
		post_changed(worker_pool_get(pool, i));
}

void
web_answer_json_as(
    struct http_request *request, const char *type, json_t **document)
{
	const char *text = json_write(http_arena(request), *document);

	json_release(document);
	http_answer(request, 200, type, text, strlen(text));
}

void
web_answer_json(
    struct http_request *request, enum negotiate_form form, json_t **document)
{
	http_vary(request, "Accept");
	http_vary(request, "Signature");
	web_answer_json_as(request, negotiate_type(form), document);
}

void
web_answer_store_error(struct http_request *request, int error)
{
	if (error == -ENOENT)
		http_answer_error(request, 404, "there is no such thing here");
	else if (error == -EAGAIN)
		http_answer_later(request, 503, 1,
		    "its keys are being made, try again in a moment");
	else
		http_answer_error(request, 500, "the node cannot read it now");
}

void
web_answer_gone(struct http_request *request, enum negotiate_form form,
    const char *uri, const char *former_type, int64_t deleted)
{
	json_t *tombstone;
	const char *text;

	http_vary(request, "Accept");
	if (form == NEGOTIATE_HTML) {
		http_answer_error(request, 410, "it was deleted");
		return;
	}
	tombstone = document_tombstone(uri, former_type, deleted);
	(void)json_object_set_new(
	    tombstone, "@context", json_string(DOCUMENT_AS2));
	text = json_write(http_arena(request), tombstone);
	json_release(&tombstone);
	http_answer(request, 410, negotiate_type(form), text, strlen(text));
}

/* Those that signatures cover, and the one that FEP-8fcf adds. */
static const char *const signed_headers[] = { "host", "date", "digest",
	"content-digest", "content-type", "content-length", "signature",
	"signature-input", "accept", "user-agent", "authorization",
	"collection-synchronization" };

struct httpsig_request
web_signed_request(struct http_request *request)
{
	struct httpsig_header *headers = arena_alloc(
	    http_arena(request), N_ELEMENTS(signed_headers) * sizeof(*headers));
	struct httpsig_request ret = {
		.method = http_method_name(request),
		.scheme = "https",
		.authority = http_authority(request),
		.target = http_target(request),
		.headers = headers,
	};

	for (size_t i = 0; i < N_ELEMENTS(signed_headers); i++) {
		const char *value = http_header(request, signed_headers[i]);

		if (value != NULL)
			headers[ret.n_headers++] =
			    (struct httpsig_header){ signed_headers[i], value };
	}
	ret.body = http_body(request, &ret.body_len);
	return ret;
}

struct signed_get {
	struct worker *worker;
	uint64_t id; /* of the parked request */
	web_then_fn *then;
};

static void
on_signer(void *arg, enum verdict verdict, int64_t actor_id, const char *reason)
{
	struct signed_get *get = arg;
	struct http_request *request = http_resume(get->worker, get->id);
	web_then_fn *then = get->then;

	free(get);
	if (request == NULL)
		return;
	if (verdict == VERDICT_ACCEPTED)
		then(request, actor_id);
	else
		http_answer_error(request, verdict_status(verdict), reason);
}

static bool
wants_signatures(const struct web *web)
{
	const struct node_snapshot *snapshot = node_snapshot(web->node);
	bool ret = snapshot->settings->federation_authorized_fetch;

	node_release(&snapshot);
	return ret;
}

void
web_with_signer(struct http_request *request, bool demand, web_then_fn *then)
{
	struct web *web = web_of(request);
	struct httpsig_request signed_request;
	struct signed_get *get;

	if (!demand && !wants_signatures(web)) {
		then(request, 0);
		return;
	}
	http_mark_private(request);
	signed_request = web_signed_request(request);
	get = xcalloc(1, sizeof(*get));
	get->worker = http_worker(request);
	get->then = then;
	get->id = http_park(request);
	inbox_signer(web->inbox, &signed_request, on_signer, get);
}
