/* SPDX-License-Identifier: ISC */
/*
 * connection.h: what evhttp does not do for its connections: a cap over all
 * threads, a time in which a request must have arrived whole, the idle time,
 * the notice that a client left while its request is parked, and an end that
 * lets the client read the last answer.  Used by worker.c and http.c alone.
 *
 * Thread: the worker that owns the table; the two shared counters any.
 * Memory: a connection lives until its socket is closed; table->left() is the
 *         last moment at which its request may be touched.
 */
#ifndef DAEMON_CONNECTION_H
#define DAEMON_CONNECTION_H

#include <stdatomic.h>
#include <sys/queue.h>

#include "config/base/base.h"

struct bufferevent;
struct connection;
struct event_base;
struct evhttp;
struct evhttp_request;
struct http_request;
struct tls;

struct connection_limits {
	int64_t
	    request_ms;  /* from the first byte (or the accept) to the last */
	int64_t idle_ms; /* between two requests */
	int64_t park_ms; /* from a request to its answer */
	size_t header_bytes, body_bytes;
};

/* Shared by all workers. */
struct connection_cap {
	atomic_llong open, most;
};

LIST_HEAD(connection_list, connection);

struct connection_table {
	struct event_base *base;
	struct connection_cap *cap;
	struct connection_limits limits;
	bool stopping; /* no request after the one under way */
	/* The client left (or time is up); the request must be forgotten. */
	void (*left)(struct http_request *request);
	/* The request was parked for longer than park_ms: answer it. */
	void (*overdue)(struct http_request *request);
	/* While stopping: the last connection was closed. */
	void (*empty)(void *arg);
	void *arg;
	/* Its own. */
	struct connection_list all;
	struct connection **by_socket; /* index: file descriptor */
	size_t by_socket_size;
};

void connection_table_init(
    struct connection_table *table, struct event_base *base);
/* When no connection is left (after evhttp_free() and a turn of the loop). */
void connection_table_done(struct connection_table *table);
/* Closes those that carry no request; the others close after their answer. */
void connection_table_stop(struct connection_table *table);
/* After evhttp_free(): ends those that only linger. */
void connection_table_abandon(struct connection_table *table);

/*
 * For evhttp_set_bevcb(): the bufferevent of a connection that was just
 * accepted; tls NULL for plain HTTP.  Over the cap it is closed at once.
 */
struct bufferevent *connection_accept(
    struct connection_table *table, struct tls *tls);
/* NULL: evhttp accepted it without us (out of memory). */
struct connection *connection_find(
    struct connection_table *table, struct evhttp_request *evreq);

/* A request arrived whole and is handled from now on. */
void connection_begin(struct connection *connection,
    struct http_request *request, struct evhttp_request *evreq);
/* Its handler returned without an answer: notice when the client leaves. */
void connection_park(struct connection *connection);
/* The answer is about to be handed to evhttp: len bytes of body. */
void connection_answer(
    struct connection *connection, struct evhttp_request *evreq, size_t len);

/* The request under way, NULL between requests. */
struct http_request *connection_request(const struct connection *connection);
int connection_socket(const struct connection *connection);
/* The request under way on this socket, NULL if none. */
struct http_request *connection_request_on(
    const struct connection_table *table, size_t socket);
/* Numeric address without port, or PROXY_UNIX. */
const char *connection_peer(const struct connection *connection);
bool connection_is_tls(const struct connection *connection);

#endif
