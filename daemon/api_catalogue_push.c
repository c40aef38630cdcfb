/* SPDX-License-Identifier: ISC */
/*
 * POST /catalogue/push: a peer tells of what moved in a catalogue log, its own
 * or another's (parvis-catalogue(7)).  The request needs no signature: the
 * head and each entry have their origin's, and nothing else is believed.
 *
 * What is old news costs one look at the database; what is not signed by the
 * origin's key, one verification.  Entries that go on from what is held are
 * applied, and answered for after the commit; for all else the courier reads
 * the log.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "daemon/web.h"
#include "federation/catalogue_copy.h"
#include "federation/courier.h"
#include "federation/replica_pull.h"
#include "federation/url.h"
#include "store/peer.h"

struct push_in {
	struct writer_job job;
	struct web *web;
	struct worker *worker;
	uint64_t id; /* of the parked request */
	struct arena *arena;
	const char *domain, *sender; /* sender: NULL unless it is a peer */
	struct catalogue_copy *copy;
};

static void
push_free(struct push_in *push)
{
	catalogue_copy_free(&push->copy);
	arena_free(&push->arena);
	free(push);
}

static int
work(struct writer_job *job, struct db *db)
{
	struct push_in *push = CONTAINER_OF(job, struct push_in, job);

	return catalogue_copy_apply(db, push->copy, push->sender, clock_now());
}

static void
on_written(struct writer_job *job)
{
	struct push_in *push = CONTAINER_OF(job, struct push_in, job);
	struct http_request *request = http_resume(push->worker, push->id);

	push->web->jobs--;
	/* Something else came first, or it does not match, or is too large:
	 * the courier reads it and judges. */
	if (job->result == -ESTALE || job->result == -EBADMSG ||
	    job->result == -EDQUOT)
		courier_heard(
		    push->web->node->courier, push->domain, push->sender, NULL);
	if (request != NULL && job->result < 0 && job->result != -ESTALE &&
	    job->result != -EBADMSG && job->result != -EPERM &&
	    job->result != -EDQUOT)
		web_answer_store_error(request, job->result);
	else if (request != NULL)
		http_answer(request, 202, NULL, NULL, 0);
	push_free(push);
}

/* --- Judging --- */

struct judged {
	json_t *document;
	const char *domain, *sender;
	struct peer origin;
	struct key *key;
	struct catalogue_read_origin read;
	struct catalogue_read_head head;
	struct replica_held held;
};

static void
judged_done(struct judged *judged)
{
	json_release(&judged->document);
	key_free(&judged->key);
}

/* Whose log it is; false after answering. */
static bool
read_origin(struct http_request *request, struct judged *judged)
{
	struct web *web = web_of(request);
	struct arena *arena = http_arena(request);
	const json_t *head = json_object_get(judged->document, "parvis:head");
	const char *domain = json_text(head, "parvis:origin");

	if (domain == NULL ||
	    url_normalize_host(arena, domain, &judged->domain) < 0) {
		http_answer_error(
		    request, 400, "parvis:head names no parvis:origin");
		return false;
	}
	if (peer_by_domain(web->db, arena, judged->domain, &judged->origin) !=
		0 ||
	    judged->origin.state != PEER_ADMITTED ||
	    replica_pull_key(&judged->origin, &judged->key) != 0) {
		http_answer_error(
		    request, 403, "that origin is not admitted here");
		return false;
	}
	catalogue_read_origin(
	    arena, judged->domain, judged->key, clock_now(), &judged->read);
	return true;
}

/* Who hands it over, as far as it is one that may be asked. */
static void
read_sender(struct http_request *request, struct judged *judged)
{
	const char *sender = json_text(judged->document, "parvis:sender");
	const char *domain;

	if (sender != NULL &&
	    url_normalize_host(http_arena(request), sender, &domain) == 0 &&
	    peer_is_admitted(web_of(request)->db, domain))
		judged->sender = domain;
}

/* Whether the entries go on from what is held, to the head. */
static bool
goes_on(const struct judged *judged)
{
	const json_t *after = json_object_get(judged->document, "parvis:after");

	return judged->held.any && json_is_integer(after) &&
	       json_integer_value(after) == judged->held.seq &&
	       judged->head.epoch == judged->held.epoch &&
	       json_object_get(judged->document, "next") == NULL;
}

/* Whether it is no larger than what is kept of one origin, and no more than is
 * taken of it in a day; the courier sees to the rest. */
static bool
fits(const struct node *node, const struct judged *judged)
{
	const struct node_snapshot *snapshot = node_snapshot(node);
	const struct settings *settings = snapshot->settings;
	int64_t now = clock_now();
	bool ret = !replica_too_large(
		       &judged->head, settings->network_origin_entries) &&
		   replica_next_change(&judged->held,
		       settings->network_origin_changes, now) <= now;

	node_release(&snapshot);
	return ret;
}

/* Verifies and applies; false when the log must be read. */
static bool
apply(struct http_request *request, const struct judged *judged)
{
	char error[CATALOGUE_READ_ERROR_SIZE];
	const char *next = NULL;
	struct push_in *push = xcalloc(1, sizeof(*push));
	const struct node_snapshot *snapshot =
	    node_snapshot(web_of(request)->node);

	push->copy = catalogue_copy_new(judged->domain, judged->held.seq);
	push->copy->bytes_max = snapshot->settings->network_origin_bytes;
	node_release(&snapshot);
	if (catalogue_copy_page(push->copy, judged->document, &judged->read,
		&next, error) != CATALOGUE_READ_NONE ||
	    push->copy->stubs > 0) { /* others may have what is withheld */
		push_free(push);
		return false;
	}
	push->arena = arena_new();
	push->domain = arena_strdup(push->arena, judged->domain);
	push->sender = arena_strdup(push->arena, judged->sender);
	push->web = web_of(request);
	push->worker = http_worker(request);
	push->job = (struct writer_job){
		.work = work,
		.done = on_written,
		.reply = worker_mailbox(push->worker),
	};
	push->id = http_park(request);
	push->web->jobs++;
	writer_submit(push->web->node->writer, &push->job);
	return true;
}

static void
judge(struct http_request *request, struct judged *judged)
{
	struct web *web = web_of(request);
	char error[CATALOGUE_READ_ERROR_SIZE];
	enum replica_news news;

	if (!read_origin(request, judged))
		return;
	read_sender(request, judged);
	if (catalogue_read_head(
		json_object_get(judged->document, "parvis:head"), &judged->read,
		&judged->head, error) != CATALOGUE_READ_NONE) {
		http_answer_error(request, 400, error);
		return;
	}
	if (catalogue_copy_look(web->db, http_arena(request), judged->domain,
		&judged->held) != 0) {
		web_answer_store_error(request, -EIO);
		return;
	}
	news = replica_judge(&judged->held, &judged->head);
	if (news == REPLICA_NEWER && goes_on(judged) &&
	    fits(web->node, judged) && apply(request, judged))
		return; /* answered after the commit */
	if (news != REPLICA_SAME && news != REPLICA_OLD &&
	    news != REPLICA_FROZEN)
		courier_heard(web->node->courier, judged->domain,
		    judged->sender,
		    news == REPLICA_FORKED
			? json_write(http_arena(request),
			      json_object_get(judged->document, "parvis:head"))
			: NULL);
	http_answer(request, 202, NULL, NULL, 0);
}

void
api_catalogue_push(struct http_request *request)
{
	char error[JSON_ERROR_SIZE];
	struct judged judged = { 0 };
	size_t len;
	const char *body = http_body(request, &len);

	if (json_read(body, len, &judged.document, error) != 0)
		http_answer_error(request, 400, error);
	else
		judge(request, &judged);
	judged_done(&judged);
}
