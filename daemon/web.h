/* SPDX-License-Identifier: ISC */
/*
 * web.h: what the handlers of one web thread share, and the few questions
 * that every handler asks first.
 *
 * Thread: each struct web belongs to one worker.  Memory: as in http.h.
 */
#ifndef DAEMON_WEB_H
#define DAEMON_WEB_H

#include <stdatomic.h>

#include "daemon/http.h"
#include "daemon/negotiate.h"
#include "daemon/ratelimit.h"
#include "daemon/worker.h"
#include "federation/courier.h"
#include "federation/document.h"
#include "federation/inbox.h"
#include "federation/publish.h"

/* Shared by all workers; main owns it. */
struct web_shared {
	const struct node *node;
	struct ratelimit *senders; /* activities, by host of the signer */
	struct ratelimit *lookups; /* forms (form.h), by client */
	struct ratelimit *visits;  /* pages that have others asked, by client */
	struct ratelimit *signins; /* passwords tried, by account */
	struct hasher *hasher;
	atomic_uint waiting; /* requests in web_wait_for_actors() */
};

enum { WEB_VISITS_PER_MINUTE = 30, WEB_SIGNINS_PER_MINUTE = 6 };
enum { WEB_WAITING_MAX = 256 }; /* of one thread */

struct web {
	struct web_shared *shared;
	const struct node *node;
	struct db *db;       /* this thread's reader */
	struct inbox *inbox; /* this thread's */
	/* Parked until an actor changes: see web_wait_for_actors(). */
	struct web_waiting {
		uint64_t id;
		void (*again)(struct http_request *request);
	} waiting[WEB_WAITING_MAX];
	size_t waiting_count;
	bool retrying; /* they are being tried again */
	size_t jobs;   /* that the writer has of this thread's handlers */
};

/* For worker_options.open and close; arg is the struct web_shared. */
void *web_open(struct worker *worker, void *arg);
void web_close(struct worker *worker, void *user, void *arg);

struct web *web_of(const struct http_request *request);

/*
 * A new actor has no keys for a moment: parks the request and calls again()
 * when actors changed.  With too many waiting it answers 503.
 */
void web_wait_for_actors(
    struct http_request *request, void (*again)(struct http_request *request));
/* Any thread: actors changed; who waits is tried again. */
void web_actors_changed(struct web_shared *shared, struct worker_pool *pool);

/* Answers with a document in the form that was negotiated; releases it. */
void web_answer_json(
    struct http_request *request, enum negotiate_form form, json_t **document);
/* The same with a media type of its own (jrd+json...). */
void web_answer_json_as(
    struct http_request *request, const char *type, json_t **document);
/* 404, 410 with the Tombstone, 500 by an error of the store. */
void web_answer_store_error(struct http_request *request, int error);
void web_answer_gone(struct http_request *request, enum negotiate_form form,
    const char *uri, const char *former_type, int64_t deleted);

/*
 * An activity of ours for anyone to read: what it created stands in it as it
 * is now.  NULL for what is not public or was taken back.
 */
json_t *web_activity(
    struct web *web, struct arena *arena, const struct activity_row *row);

/* The request as httpsig wants it, with our own scheme; in its arena. */
struct httpsig_request web_signed_request(struct http_request *request);

/*
 * Goes on with `then`, now or later, telling who signed the GET: the actor's
 * row, or 0 when the document may be given to anyone.  Needed when `demand`
 * (what is not public) or when the settings want every fetch signed; then an
 * unsigned request is answered 401 and `then` not called.
 */
typedef void web_then_fn(struct http_request *request, int64_t signer_id);
void web_with_signer(
    struct http_request *request, bool demand, web_then_fn *then);

/*
 * Parks the request until the courier has answered, then calls then() with
 * it: on this thread, unless the client left.  The want is borrowed.
 */
typedef void web_wanted_fn(
    struct http_request *request, const struct courier_want *want);
void web_want(struct http_request *request, enum want_kind kind,
    const char *uri, web_wanted_fn *then);

/*
 * Something to be written for a request that waits, parked: as in publish.h.
 * web_job_new() gives one with an arena of its own, in which what work() needs
 * is put; web_job_submit() hands it over.  then() is called on this thread,
 * unless the client left, and must answer; the job goes afterwards.
 */
struct web_job {
	struct writer_job job;
	struct arena *arena;
	struct publish publish; /* ready in work() */
	int (*work)(struct web_job *job);
	void (*then)(struct http_request *request, struct web_job *job);
	void *arg;
	/* Of web_job.c: */
	struct web *web;
	struct worker *worker;
	const struct node_snapshot *snapshot;
	uint64_t id;
};
struct web_job *web_job_new(struct http_request *request);
void web_job_submit(struct http_request *request, struct web_job *job);

/* Every route of the node, for worker_options. */
extern const struct route web_routes[];
extern const size_t web_route_count;

/* Handlers; what each answers is said in its file. */
void api_webfinger(struct http_request *request);
void api_host_meta(struct http_request *request);
void api_nodeinfo_links(struct http_request *request);
void api_nodeinfo(struct http_request *request);
void api_instance(struct http_request *request);
void api_relay(struct http_request *request);
void api_thing(struct http_request *request);
void api_by_name(struct http_request *request);
void api_activity(struct http_request *request);
void api_outbox(struct http_request *request);
void api_followers(struct http_request *request);
void api_following(struct http_request *request);
void api_followers_sync(struct http_request *request);
void api_catalogue(struct http_request *request);
void api_catalogue_entry(struct http_request *request);
void api_catalogue_frontier(struct http_request *request);
void api_catalogue_rotation(struct http_request *request);
void api_peers(struct http_request *request);
void api_catalogue_push(struct http_request *request);
void api_search(struct http_request *request);
void api_search_complete(struct http_request *request);
void api_place_complete(struct http_request *request);
void api_shared_inbox(struct http_request *request);
void api_inbox(struct http_request *request);
void page_map_country(struct http_request *request);
void page_network(struct http_request *request);
void page_front(struct http_request *request);
void page_static(struct http_request *request);
void page_remote(struct http_request *request);
void page_follow(struct http_request *request);
void page_follow_sent(struct http_request *request);
void page_authorize(struct http_request *request);
void page_lookup_sent(struct http_request *request);
void page_signin(struct http_request *request);
void page_signin_sent(struct http_request *request);
void page_signout_sent(struct http_request *request);
void page_welcome(struct http_request *request);
void page_welcome_sent(struct http_request *request);
void page_home(struct http_request *request);
void page_home_follow_sent(struct http_request *request);
void page_home_unfollow_sent(struct http_request *request);

/* HTML of one actor and one object; called by the handlers above. */
void page_actor(struct http_request *request, const struct actor *actor);
void page_object(struct http_request *request, const struct object *object,
    const struct actor *author);

#endif
