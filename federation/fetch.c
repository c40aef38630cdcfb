/* SPDX-License-Identifier: ISC */
/*
 * One fetch is a chain of requests:
 *
 *	wait for a place -> GET -> redirect: GET again, at most N times
 *	                        -> 401, 403: GET again in the other form, once
 *	                        -> a document with another id: GET that id, once
 *	                        -> done
 *
 * Places are bounded per host, per site (the last two labels of the name: who
 * has one name has a million below it) and in all, and each chain has an end in
 * time, so that who is slow holds back itself and not the others.
 */
#include <sys/queue.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "config/base/text.h"
#include "federation/fetch.h"
#include "federation/fetch_form.h"
#include "federation/memo.h"

enum {
	WAITING_MAX = 4096,
	WAITING_SECONDS = 60, /* for a place */
	REMEMBERED = 4096,    /* failures */
	SITE_SHARE = 4,       /* of places and queue: a quarter each */
};

struct retrieval {
	TAILQ_ENTRY(retrieval) link;
	struct fetch *fetch;
	struct arena *arena;
	enum fetch_format format;
	const char *asked;  /* what done() was promised for */
	const char *name;   /* the same to the memory of failures */
	const char *wanted; /* the address that this chain began with */
	struct url url;     /* of the request under way */
	const char *host;   /* whose place it takes */
	const char *site;   /* within it */
	enum httpsig_form form;
	bool other_form, by_id, active;
	int64_t redirects, since;
	int64_t until_ms; /* of clock_monotonic_ms(): the chain's end */
	fetch_done_fn *done;
	void *arg;
};

TAILQ_HEAD(retrieval_list, retrieval);

struct fetch {
	struct courier_core *core;
	struct retrieval_list waiting, active;
	size_t waiting_count, active_count;
	struct memo *failures;
	struct fetch_forms *forms;
	bool pumping;
};

static void pump(struct fetch *fetch);

struct fetch *
fetch_new(struct courier_core *core)
{
	struct fetch *fetch = xcalloc(1, sizeof(*fetch));

	fetch->core = core;
	TAILQ_INIT(&fetch->waiting);
	TAILQ_INIT(&fetch->active);
	fetch->failures = memo_new(REMEMBERED);
	fetch->forms = fetch_forms_new(core);
	return fetch;
}

void
fetch_free(struct fetch **fetch)
{
	if (*fetch == NULL)
		return;
	ASSERT((*fetch)->active_count == 0 && (*fetch)->waiting_count == 0);
	memo_free(&(*fetch)->failures);
	fetch_forms_free(&(*fetch)->forms);
	free(*fetch);
	*fetch = NULL;
}

/* --- Ending --- */

/* Seconds for which a failure is believed. */
static int64_t
believed(const struct fetch *fetch, enum verdict verdict)
{
	const struct settings *settings = fetch->core->snapshot->settings;
	int64_t pause = settings->federation_ask_again_seconds;

	return verdict == VERDICT_UNREACHABLE ? MAX(1, pause / 2) : 2 * pause;
}

static void
retrieval_free(struct retrieval *retrieval)
{
	struct fetch *fetch = retrieval->fetch;

	if (retrieval->active) {
		TAILQ_REMOVE(&fetch->active, retrieval, link);
		fetch->active_count--;
	}
	arena_free(&retrieval->arena);
	free(retrieval);
}

/* The last thing done with a retrieval. */
static void
end(struct retrieval *retrieval, const struct fetch_result *result)
{
	struct fetch *fetch = retrieval->fetch;

	if (result->verdict == VERDICT_ACCEPTED)
		fetch->core->fetched++;
	else if (result->verdict != VERDICT_BUSY)
		memo_put(fetch->failures, retrieval->name,
		    clock_now() + believed(fetch, result->verdict),
		    (int)result->verdict, result->reason);
	if (result->verdict != VERDICT_ACCEPTED)
		log_debug("fetch=%s verdict=%s status=%d %s", retrieval->asked,
		    verdict_word(result->verdict), result->status,
		    result->reason);
	retrieval->done(retrieval->arg, result);
	retrieval_free(retrieval);
	pump(fetch);
	if (fetch->core->stopping)
		fetch->core->wake(fetch->core);
}

static void
fail(struct retrieval *retrieval, enum verdict verdict, int status,
    const char *reason)
{
	end(retrieval, &(struct fetch_result){ .verdict = verdict,
			   .reason = reason,
			   .status = status,
			   .url = retrieval->url.text });
}

/* --- Judging an answer --- */

static void request(struct retrieval *retrieval);

/* The document calls itself otherwise: is it so at that address? */
static void
ask_by_id(struct retrieval *retrieval, const struct url *id)
{
	const struct node_snapshot *snapshot = retrieval->fetch->core->snapshot;

	if (retrieval->by_id) {
		fail(retrieval, VERDICT_WRONG_ORIGIN, 200,
		    arena_printf(retrieval->arena,
			"the document says that it is %s", id->text));
		return;
	}
	if (address_refusal(snapshot->addresses, id) != NULL) {
		fail(retrieval, VERDICT_WRONG_ORIGIN, 200,
		    "the document has an id that may not be contacted");
		return;
	}
	retrieval->by_id = true;
	retrieval->url = *id;
	retrieval->wanted = url_without_fragment(retrieval->arena, id->text);
	request(retrieval);
}

static void
accept_document(struct retrieval *retrieval, json_t *document,
    const struct http_client_answer *answer, const char *id)
{
	end(retrieval, &(struct fetch_result){ .verdict = VERDICT_ACCEPTED,
			   .reason = "",
			   .status = answer->status,
			   .url = retrieval->url.text,
			   .id = id,
			   .document = document,
			   .text = answer->body,
			   .len = answer->body_len });
}

static void
check_id(struct retrieval *retrieval, json_t *document,
    const struct http_client_answer *answer)
{
	const char *text = json_text(document, "id"), *bare;
	struct arena *arena = retrieval->arena;
	struct url id;

	if (text == NULL || url_parse(arena, text, &id) != 0) {
		fail(retrieval, VERDICT_BAD_ANSWER, answer->status,
		    "the document has no id");
		return;
	}
	bare = url_without_fragment(arena, id.text);
	/* Where it came from after redirects, or where it was asked. */
	if (strcmp(id.origin, retrieval->url.origin) == 0 &&
	    (strcmp(bare, url_without_fragment(arena, retrieval->url.text)) ==
		    0 ||
		strcmp(bare, retrieval->wanted) == 0))
		accept_document(retrieval, document, answer, id.text);
	else
		ask_by_id(retrieval, &id);
}

static void
check_document(
    struct retrieval *retrieval, const struct http_client_answer *answer)
{
	CLEANUP(json_release) json_t *document = NULL;
	char error[JSON_ERROR_SIZE];

	if (!fetch_type_fits(retrieval->format, answer->content_type)) {
		fail(retrieval, VERDICT_BAD_ANSWER, answer->status,
		    arena_printf(retrieval->arena,
			"the answer is of the type %.80s",
			answer->content_type != NULL ? answer->content_type
						     : "(none)"));
		return;
	}
	if (json_read(answer->body, answer->body_len, &document, error) != 0) {
		fail(retrieval, VERDICT_BAD_ANSWER, answer->status, error);
		return;
	}
	if (retrieval->format == FETCH_OBJECT)
		check_id(retrieval, document, answer);
	else
		accept_document(retrieval, document, answer, NULL);
}

static void
follow_redirect(
    struct retrieval *retrieval, const struct http_client_answer *answer)
{
	const struct node_snapshot *snapshot = retrieval->fetch->core->snapshot;
	const char *refusal;
	struct url next;

	if (retrieval->redirects++ >= snapshot->settings->outbound_redirects) {
		fail(retrieval, VERDICT_BAD_ANSWER, answer->status,
		    "too many redirects");
		return;
	}
	if (answer->location == NULL ||
	    url_resolve(retrieval->arena, &retrieval->url, answer->location,
		&next) != 0) {
		fail(retrieval, VERDICT_BAD_ANSWER, answer->status,
		    "a redirect to no address");
		return;
	}
	refusal = address_refusal(snapshot->addresses, &next);
	if (refusal == NULL && retrieval->url.https && !next.https)
		refusal = "a redirect from https to http";
	if (refusal != NULL) {
		fail(retrieval, VERDICT_REFUSED, answer->status, refusal);
		return;
	}
	retrieval->url = next;
	retrieval->other_form = false;
	request(retrieval);
}

/* --- One request --- */

static enum verdict
verdict_of_error(int error)
{
	switch (error) {
	case -EACCES:
		return VERDICT_REFUSED;
	case -EMSGSIZE:
		return VERDICT_BAD_ANSWER;
	case -ECANCELED:
		return VERDICT_BUSY;
	default:
		return VERDICT_UNREACHABLE;
	}
}

static void
judge_status(
    struct retrieval *retrieval, const struct http_client_answer *answer)
{
	enum verdict verdict = VERDICT_BAD_ANSWER;

	if (answer->status == 404)
		verdict = VERDICT_UNKNOWN;
	else if (answer->status == 410)
		verdict = VERDICT_GONE;
	else if (answer->status == 429 || answer->status >= 500)
		verdict = VERDICT_UNREACHABLE;
	fail(retrieval, verdict, answer->status,
	    arena_printf(retrieval->arena, "%s answered %d",
		retrieval->url.authority, answer->status));
}

static void
on_answer(void *arg, const struct http_client_answer *answer)
{
	struct retrieval *retrieval = arg;
	int status = answer->status;

	if (answer->error != 0) {
		fail(retrieval, verdict_of_error(answer->error), status,
		    arena_printf(retrieval->arena, "%s: %s",
			retrieval->url.authority, answer->reason));
		return;
	}
	if ((status == 401 || status == 403) && !retrieval->other_form &&
	    signer_instance(retrieval->fetch->core->signer) != 0) {
		retrieval->other_form = true;
		retrieval->form = retrieval->form == HTTPSIG_CAVAGE
				      ? HTTPSIG_RFC9421
				      : HTTPSIG_CAVAGE;
		request(retrieval);
		return;
	}
	if (retrieval->other_form && status >= 200 && status < 300) {
		fetch_forms_learn(retrieval->fetch->forms,
		    retrieval->url.authority, retrieval->form);
		retrieval->other_form = false;
	}
	if (status == 301 || status == 302 || status == 303 || status == 307 ||
	    status == 308)
		follow_redirect(retrieval, answer);
	else if (status == 200)
		check_document(retrieval, answer);
	else
		judge_status(retrieval, answer);
}

static const char *
accept_of(enum fetch_format format)
{
	switch (format) {
	case FETCH_OBJECT:
	case FETCH_COLLECTION:
		return "application/activity+json, application/ld+json; "
		       "profile=\"https://www.w3.org/ns/activitystreams\"";
	case FETCH_JRD:
		return "application/jrd+json, application/json";
	case FETCH_JSON:
		break;
	}
	return "application/json";
}

/* For the next request; 0: the chain has taken too long. */
static int64_t
seconds_left(const struct retrieval *retrieval)
{
	int64_t left_ms = retrieval->until_ms - clock_monotonic_ms();

	return MIN(MAX(0, (left_ms + 999) / 1000),
	    retrieval->fetch->core->snapshot->settings
		->outbound_request_seconds);
}

static int
send_request(struct retrieval *retrieval)
{
	struct courier_core *core = retrieval->fetch->core;
	const struct httpsig_header accept = { "Accept",
		accept_of(retrieval->format) };
	const struct signer_order order = {
		.actor_id = signer_instance(core->signer),
		.form = retrieval->form,
		.method = "GET",
		.url = &retrieval->url,
		.headers = &accept,
		.header_count = 1,
	};
	struct http_client_request made;
	int r = order.actor_id == 0 ? -ENOENT
				    : signer_sign(core->signer,
					  retrieval->arena, &order, &made);

	/* A node that has no keys yet may still read what is public. */
	if (r == -ENOENT)
		signer_plain(retrieval->arena, &order, &made);
	else if (r != 0)
		return r;
	made.answer_max =
	    (size_t)core->snapshot->settings->outbound_response_bytes;
	made.seconds = seconds_left(retrieval);
	return http_client_send(core->client, &made, on_answer, retrieval);
}

/* The last thing done with a retrieval: it may be gone afterwards. */
static void
request(struct retrieval *retrieval)
{
	int r;

	if (seconds_left(retrieval) == 0) {
		fail(retrieval, VERDICT_UNREACHABLE, 0,
		    "it took too long, with all that it led to");
		return;
	}
	if (!retrieval->other_form)
		retrieval->form = fetch_forms_of(
		    retrieval->fetch->forms, retrieval->url.authority);
	r = send_request(retrieval);
	if (r == -ECANCELED)
		fail(retrieval, VERDICT_BUSY, 0, "the node is stopping");
	else if (r != 0)
		fail(retrieval, VERDICT_FAILED, 0,
		    "the request could not be made");
}

/* --- Places --- */

static bool
has_place(const struct fetch *fetch, const struct retrieval *retrieval)
{
	const struct settings *settings = fetch->core->snapshot->settings;
	const struct retrieval *other;
	int64_t of_host = 0, of_site = 0, places;

	/* A quarter of the connections is for reading. */
	places = MAX(1, settings->outbound_connections / 4);
	if ((int64_t)fetch->active_count >= places)
		return false;
	TAILQ_FOREACH(other, &fetch->active, link) {
		if (strcmp(other->host, retrieval->host) == 0)
			of_host++;
		if (strcmp(other->site, retrieval->site) == 0)
			of_site++;
	}
	return of_host < settings->outbound_host_connections &&
	       of_site < MAX(settings->outbound_host_connections,
			     places / SITE_SHARE);
}

/* Whether those who wait for a site fill the queue. */
static bool
site_is_crowded(const struct fetch *fetch, const char *site)
{
	const struct retrieval *other;
	size_t count = 0;

	if (fetch->waiting_count < WAITING_MAX / SITE_SHARE)
		return false;
	TAILQ_FOREACH(other, &fetch->waiting, link)
		count += strcmp(other->site, site) == 0;
	return count >= WAITING_MAX / SITE_SHARE;
}

static int64_t
chain_ms(const struct fetch *fetch)
{
	return 2000 * fetch->core->snapshot->settings->outbound_request_seconds;
}

static struct retrieval *
next_to_start(struct fetch *fetch)
{
	struct retrieval *retrieval;

	TAILQ_FOREACH(retrieval, &fetch->waiting, link) {
		if (fetch->core->stopping || has_place(fetch, retrieval) ||
		    retrieval->since + WAITING_SECONDS < clock_now())
			return retrieval;
	}
	return NULL;
}

/* Not re-entered: what ends at once inside it is seen by its own loop. */
static void
pump(struct fetch *fetch)
{
	struct retrieval *retrieval;

	if (fetch->pumping)
		return;
	fetch->pumping = true;
	while ((retrieval = next_to_start(fetch)) != NULL) {
		TAILQ_REMOVE(&fetch->waiting, retrieval, link);
		fetch->waiting_count--;
		if (fetch->core->stopping || !has_place(fetch, retrieval)) {
			fail(retrieval, VERDICT_BUSY, 0,
			    "too much is waiting to be read");
			continue;
		}
		TAILQ_INSERT_TAIL(&fetch->active, retrieval, link);
		fetch->active_count++;
		retrieval->active = true;
		retrieval->until_ms = clock_monotonic_ms() + chain_ms(fetch);
		request(retrieval);
	}
	fetch->pumping = false;
}

void
fetch_stop(struct fetch *fetch)
{
	pump(fetch);
}

/* The last two labels of a name, all of a literal address. */
static const char *
site_of(const struct url *url)
{
	const char *dot = strrchr(url->host, '.');

	if (url->literal || dot == NULL)
		return url->host;
	while (dot > url->host && dot[-1] != '.')
		dot--;
	return dot;
}

static const char *
memory_name(
    struct arena *arena, enum fetch_format format, const struct url *url)
{
	/* What is no document of one kind may well be one of another. */
	return arena_printf(arena, "%d %s", (int)format,
	    url_without_fragment(arena, url->text));
}

/* Why it is not even tried, or NULL. */
static const char *
refusal_of(struct fetch *fetch, const struct fetch_request *asked,
    const struct url *url, const char *name, enum verdict *ret)
{
	const struct courier_core *core = fetch->core;
	const char *refusal = address_refusal(core->snapshot->addresses, url);
	const char *text;
	int verdict;

	*ret = VERDICT_REFUSED;
	if (refusal != NULL)
		return refusal;
	*ret = VERDICT_BUSY;
	if (core->stopping || fetch->waiting_count >= WAITING_MAX ||
	    site_is_crowded(fetch, site_of(url)))
		return "too much is waiting to be read";
	if (asked->insist ||
	    !memo_get(fetch->failures, name, clock_now(), &verdict, &text))
		return NULL;
	*ret = (enum verdict)verdict;
	return text;
}

static void
enqueue(struct fetch *fetch, struct retrieval *retrieval)
{
	retrieval->fetch = fetch;
	retrieval->host = retrieval->url.authority;
	retrieval->site = site_of(&retrieval->url);
	retrieval->asked =
	    url_without_fragment(retrieval->arena, retrieval->url.text);
	retrieval->wanted = retrieval->asked;
	retrieval->since = clock_now();
	TAILQ_INSERT_TAIL(&fetch->waiting, retrieval, link);
	fetch->waiting_count++;
	pump(fetch);
}

void
fetch_start(struct fetch *fetch, const struct fetch_request *asked,
    fetch_done_fn *done, void *arg)
{
	struct arena *arena = arena_new();
	const char *name = NULL, *refusal = "that is no web address";
	enum verdict verdict = VERDICT_REFUSED;
	struct retrieval *retrieval;
	struct url url;

	if (url_parse(arena, asked->url, &url) == 0) {
		name = memory_name(arena, asked->format, &url);
		refusal = refusal_of(fetch, asked, &url, name, &verdict);
	}
	if (refusal != NULL) {
		done(arg, &(struct fetch_result){
			      .verdict = verdict, .reason = refusal });
		arena_free(&arena);
		return;
	}
	retrieval = xcalloc(1, sizeof(*retrieval));
	retrieval->arena = arena;
	retrieval->format = asked->format;
	retrieval->name = name;
	retrieval->url = url;
	retrieval->done = done;
	retrieval->arg = arg;
	enqueue(fetch, retrieval);
}
