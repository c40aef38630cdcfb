/* SPDX-License-Identifier: ISC */
/*
 * worker_internal.h: what worker.c, http.c and http_response.c share of a
 * worker and of the request that it handles.  Nobody else includes it.
 */
#ifndef DAEMON_WORKER_INTERNAL_H
#define DAEMON_WORKER_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "daemon/connection.h"
#include "daemon/target.h"
#include "daemon/worker.h"

struct event;
struct event_base;
struct evhttp;
struct evhttp_request;
struct gzip;
struct listener;
struct proxy_list;
struct ratelimit;

struct worker {
	/* Read-only once started. */
	struct worker_pool *pool;
	unsigned index;
	pthread_t thread;
	struct mailbox *mailbox; /* locks itself */

	/* The worker's thread alone. */
	struct event_base *base;
	struct evhttp *plain, *secure;
	struct connection_table connections;
	struct event *mail, *stop_timer, *accept_timer;
	struct proxy_list *proxies;
	struct gzip *gzip;
	struct arena *spare_arena;
	struct http_request *current; /* whose handler runs, unanswered */
	uint64_t requests;
	int64_t stop_ms;
	void *user;
};

struct worker_pool {
	struct worker_options options; /* without the settings */
	struct worker *workers;
	size_t count;
	struct listener *listeners;
	size_t listener_count;
	struct connection_cap cap;
	struct ratelimit *rate; /* by address; locks itself */
	bool joined;
};

enum { HTTP_ID_SIZE = 32 };

struct http_header_line {
	struct http_header_line *next;
	const char *name, *value;
};

struct http_request {
	struct worker *worker;
	struct connection *connection;
	struct evhttp_request *evreq;
	struct arena *arena;
	int64_t began_ms;
	enum http_method method;
	const char *raw_target, *scheme, *authority, *client;
	struct target target;
	struct router_match match;
	const char *body;
	size_t body_len;
	void *user;
	uint64_t park_id; /* 0 unless parked */
	char id[HTTP_ID_SIZE];
	/* The answer to be. */
	struct http_header_line *headers;
	const char *vary;
	bool private_answer, close;
	enum http_policy policy;
};

/* evhttp's callback for each request; arg is the worker. */
void http_on_request(struct evhttp_request *evreq, void *arg);
/* For struct connection_table. */
void http_on_left(struct http_request *request);
void http_on_overdue(struct http_request *request);
/* The request is answered or forgotten: frees it, keeps its arena to spare. */
void http_request_done(struct http_request *request);

#endif
