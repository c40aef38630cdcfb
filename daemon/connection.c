/* SPDX-License-Identifier: ISC */
/*
 * evhttp tells nobody of a connection before its first request, has no cap
 * and only timeouts between two bytes.  But it asks for the bufferevent of
 * each new connection (evhttp_set_bevcb): that is where a record is made.
 * evhttp sets the bufferevent's callbacks only after that, so the record
 * settles in an event that runs before the loop reads again: the callbacks'
 * argument is then evhttp's connection, and its close callback is ours.
 *
 *	NEW -> ARRIVING -> HANDLING -> ANSWERING -> IDLE -> ARRIVING ...
 *	any -> LINGERING (evhttp is done with it) -> freed
 *
 * One timer a connection: each state has a deadline.
 *
 * Invariants:
 * 1. by_socket[fd] is the record whose socket is fd, from settle to close.
 * 2. request is set from connection_begin() until connection_answer() or
 *    left(); evhttp frees its own request then, or leaves it to us when it
 *    took it off the connection first (its end-of-file path).
 * 3. While a request is parked, reading is on (to see the end of file) with
 *    evhttp's read callback taken away: evhttp aborts the process when bytes
 *    come in that state.
 * 4. Reading stops at a high watermark: what a client sends ahead of its turn
 *    stays bounded.
 *
 * Lingering: a socket closed with unread bytes sends a reset, which may take
 * the answer away from the client (a refusal of a body that is still being
 * sent).  When evhttp closes before the request was whole, a duplicate of the
 * descriptor is kept and drained for a short while.
 */
#include "daemon/connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>

#include "daemon/proxy.h"
#include "daemon/tls.h"

enum {
	LINGER_MS = 2000,
	LINGER_BYTES = 4 * 1024 * 1024,
	AHEAD_BYTES = 64 * 1024,     /* read ahead while a request is handled */
	SLOWEST_BYTES_SECOND = 8192, /* at which an answer must be taken */
	CHUNK_SLACK_BYTES = 64 * 1024, /* lines of the chunked coding */
};

enum connection_state {
	CONNECTION_NEW,
	CONNECTION_ARRIVING,
	CONNECTION_HANDLING,
	CONNECTION_ANSWERING,
	CONNECTION_IDLE,
	CONNECTION_LINGERING,
};

struct connection {
	LIST_ENTRY(connection) link;
	struct connection_table *table;
	enum connection_state state;
	struct event *timer;
	struct bufferevent *bev;         /* a reference only while NEW */
	struct evhttp_connection *evcon; /* NULL while NEW and LINGERING */
	struct http_request *request;
	struct evhttp_request *evreq; /* of request */
	struct evbuffer_cb_entry *input_cb;
	struct event *drain; /* while LINGERING; owns its socket */
	size_t drained;
	int socket;
	bool tls, over_cap, parked;
	bool expired; /* we close it: nobody waits for an answer */
	bool touched; /* bytes of a request have come */
	char peer[INET6_ADDRSTRLEN];
};

static void on_timer(evutil_socket_t fd, short what, void *arg);

void
connection_table_init(struct connection_table *table, struct event_base *base)
{
	table->base = base;
	LIST_INIT(&table->all);
}

void
connection_table_done(struct connection_table *table)
{
	ASSERT(LIST_EMPTY(&table->all));
	free(table->by_socket);
	table->by_socket = NULL;
	table->by_socket_size = 0;
}

/* --- Records --- */

static void
record_free(struct connection *connection)
{
	struct connection_table *table = connection->table;

	LIST_REMOVE(connection, link);
	event_free(connection->timer);
	if (connection->drain != NULL) {
		close(event_get_fd(connection->drain));
		event_free(connection->drain);
	}
	free(connection);
	atomic_fetch_sub(&table->cap->open, 1);
	if (table->stopping && LIST_EMPTY(&table->all) && table->empty != NULL)
		table->empty(table->arg);
}

static void
set_deadline(struct connection *connection, int64_t ms)
{
	struct timeval tv = { ms / 1000, (ms % 1000) * 1000 };

	evtimer_add(connection->timer, &tv);
}

static void
enter(struct connection *connection, enum connection_state state, int64_t ms)
{
	connection->state = state;
	set_deadline(connection, ms);
}

static void
remember_socket(struct connection *connection)
{
	struct connection_table *table = connection->table;
	size_t socket = (size_t)connection->socket;
	size_t size = MAX(table->by_socket_size, 64);

	while (size <= socket)
		size *= 2;
	if (size != table->by_socket_size) {
		table->by_socket = xrealloc(
		    table->by_socket, size * sizeof(*table->by_socket));
		memset(table->by_socket + table->by_socket_size, 0,
		    (size - table->by_socket_size) * sizeof(*table->by_socket));
		table->by_socket_size = size;
	}
	table->by_socket[socket] = connection;
}

struct bufferevent *
connection_accept(struct connection_table *table, struct tls *tls)
{
	struct connection_cap *cap = table->cap;
	bool over_cap =
	    atomic_fetch_add(&cap->open, 1) >= atomic_load(&cap->most);
	struct connection *connection;
	struct bufferevent *bev;

	/* What is turned away at once needs no handshake. */
	bev = tls != NULL && !over_cap ? tls_accept(tls, table->base)
				       : bufferevent_socket_new(table->base, -1,
					     BEV_OPT_CLOSE_ON_FREE);
	if (bev == NULL) {
		atomic_fetch_sub(&cap->open, 1);
		return NULL;
	}
	connection = xcalloc(1, sizeof(*connection));
	connection->table = table;
	connection->bev = bev;
	connection->socket = -1;
	connection->tls = tls != NULL;
	connection->over_cap = over_cap;
	connection->timer = evtimer_new(table->base, on_timer, connection);
	ASSERT(connection->timer != NULL);
	LIST_INSERT_HEAD(&table->all, connection, link);
	/* evhttp may yet fail and free the bufferevent before we settle. */
	bufferevent_incref(bev);
	event_active(connection->timer, EV_TIMEOUT, 1);
	return bev;
}

/* --- Lingering --- */

static void
on_drain(evutil_socket_t fd, short what, void *arg)
{
	struct connection *connection = arg;
	char waste[16384];
	ssize_t n = recv(fd, waste, sizeof(waste), MSG_DONTWAIT);

	(void)what;
	if (n > 0) {
		connection->drained += (size_t)n;
		if (connection->drained < LINGER_BYTES)
			return;
	} else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return;
	}
	record_free(connection);
}

/* False when there is nothing to wait for. */
static bool
linger(struct connection *connection)
{
	int fd;

	if (connection->expired || connection->over_cap ||
	    !connection->touched || connection->state == CONNECTION_HANDLING ||
	    connection->state == CONNECTION_IDLE)
		return false;
	fd = dup(connection->socket);
	if (fd < 0)
		return false;
	connection->drain = event_new(connection->table->base, fd,
	    EV_READ | EV_PERSIST, on_drain, connection);
	if (connection->drain == NULL) {
		close(fd);
		return false;
	}
	event_add(connection->drain, NULL);
	enter(connection, CONNECTION_LINGERING, LINGER_MS);
	return true;
}

/* --- The life of a connection --- */

static void
drop_request(struct connection *connection)
{
	struct evhttp_request *evreq = connection->evreq;
	struct http_request *request = connection->request;

	connection->request = NULL;
	connection->evreq = NULL;
	connection->table->left(request);
	/* evhttp took it off the connection for us to free (end of file). */
	if (evhttp_request_get_connection(evreq) == NULL)
		evhttp_request_free(evreq);
}

/* evhttp is about to close the socket, whatever the reason. */
static void
on_close(struct evhttp_connection *evcon, void *arg)
{
	struct connection *connection = arg;

	(void)evcon;
	connection->table->by_socket[connection->socket] = NULL;
	connection->evcon = NULL;
	/* Reading through TLS may still add bytes after this. */
	if (connection->input_cb != NULL)
		evbuffer_remove_cb_entry(bufferevent_get_input(connection->bev),
		    connection->input_cb);
	if (connection->tls && !connection->over_cap)
		tls_say_goodbye(connection->bev);
	connection->bev = NULL;
	if (connection->request != NULL)
		drop_request(connection);
	if (!linger(connection))
		record_free(connection);
}

static void
close_now(struct connection *connection)
{
	static const struct linger reset = { 1, 0 };

	/* A client that takes no bytes would leave them to the kernel. */
	if (connection->state == CONNECTION_ANSWERING)
		(void)setsockopt(connection->socket, SOL_SOCKET, SO_LINGER,
		    &reset, sizeof(reset));
	connection->expired = true;
	evhttp_connection_free(connection->evcon); /* calls on_close() */
}

/* The first bytes of the next request start its clock. */
static void
on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
	struct connection *connection = arg;

	(void)input;
	if (info->n_added == 0)
		return;
	connection->touched = true;
	if (connection->state == CONNECTION_IDLE)
		enter(connection, CONNECTION_ARRIVING,
		    connection->table->limits.request_ms);
}

static void
name_peer(struct connection *connection)
{
	struct sockaddr_storage address = { 0 };
	socklen_t len = sizeof(address);
	const void *bytes = NULL;

	(void)getpeername(
	    connection->socket, (struct sockaddr *)(void *)&address, &len);
	if (address.ss_family == AF_INET)
		bytes = &((struct sockaddr_in *)(void *)&address)->sin_addr;
	else if (address.ss_family == AF_INET6)
		bytes = &((struct sockaddr_in6 *)(void *)&address)->sin6_addr;
	if (bytes == NULL ||
	    inet_ntop(address.ss_family, bytes, connection->peer,
		sizeof(connection->peer)) == NULL)
		snprintf(connection->peer, sizeof(connection->peer), "%s",
		    address.ss_family == AF_UNIX ? PROXY_UNIX : "unknown");
}

static void
allow_reading(struct connection *connection, size_t most)
{
	bufferevent_setwatermark(connection->bev, EV_READ, 0, most);
}

static size_t
request_bytes(const struct connection *connection)
{
	const struct connection_limits *limits = &connection->table->limits;

	return limits->header_bytes + limits->body_bytes + CHUNK_SLACK_BYTES;
}

/* evhttp has made its connection around our bufferevent: find it. */
static void
settle(struct connection *connection)
{
	struct bufferevent *bev = connection->bev;
	bufferevent_data_cb on_read = NULL, on_write = NULL;
	bufferevent_event_cb on_event = NULL;
	void *arg = NULL;

	bufferevent_getcb(bev, &on_read, &on_write, &on_event, &arg);
	connection->socket = bufferevent_getfd(bev);
	if (bufferevent_decref(bev) != 0 || on_event == NULL || arg == NULL ||
	    connection->socket < 0) {
		record_free(connection);
		return;
	}
	connection->evcon = arg;
	remember_socket(connection);
	evhttp_connection_set_closecb(connection->evcon, on_close, connection);
	if (connection->over_cap || connection->table->stopping) {
		close_now(connection);
		return;
	}
	name_peer(connection);
	connection->input_cb =
	    evbuffer_add_cb(bufferevent_get_input(bev), on_input, connection);
	allow_reading(connection, request_bytes(connection));
	enter(connection, CONNECTION_ARRIVING,
	    connection->table->limits.request_ms);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct connection *connection = arg;

	(void)fd;
	(void)what;
	switch (connection->state) {
	case CONNECTION_NEW:
		settle(connection);
		break;
	case CONNECTION_LINGERING:
		record_free(connection);
		break;
	case CONNECTION_HANDLING:
		connection->table->overdue(connection->request);
		break;
	case CONNECTION_ARRIVING:
	case CONNECTION_ANSWERING:
	case CONNECTION_IDLE:
		close_now(connection);
		break;
	}
}

/* --- Requests --- */

struct connection *
connection_find(struct connection_table *table, struct evhttp_request *evreq)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(evreq);
	int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(evcon));

	if (fd < 0 || (size_t)fd >= table->by_socket_size)
		return NULL;
	return table->by_socket[fd];
}

static void
on_answered(struct evhttp_request *evreq, void *arg)
{
	struct connection *connection = arg;
	const struct connection_limits *limits = &connection->table->limits;

	(void)evreq;
	allow_reading(connection, request_bytes(connection));
	connection->touched =
	    evbuffer_get_length(bufferevent_get_input(connection->bev)) > 0;
	if (connection->touched)
		enter(connection, CONNECTION_ARRIVING, limits->request_ms);
	else
		enter(connection, CONNECTION_IDLE, limits->idle_ms);
}

void
connection_begin(struct connection *connection, struct http_request *request,
    struct evhttp_request *evreq)
{
	connection->request = request;
	connection->evreq = evreq;
	connection->parked = false;
	allow_reading(connection, AHEAD_BYTES);
	enter(
	    connection, CONNECTION_HANDLING, connection->table->limits.park_ms);
}

void
connection_park(struct connection *connection)
{
	struct bufferevent *bev = connection->bev;
	bufferevent_data_cb on_read, on_write;
	bufferevent_event_cb on_event;
	void *arg;

	if (connection->parked)
		return;
	connection->parked = true;
	bufferevent_getcb(bev, &on_read, &on_write, &on_event, &arg);
	bufferevent_setcb(bev, NULL, on_write, on_event, arg);
	bufferevent_enable(bev, EV_READ); /* may close it here and now */
}

void
connection_answer(
    struct connection *connection, struct evhttp_request *evreq, size_t len)
{
	connection->request = NULL;
	connection->evreq = NULL;
	evhttp_request_set_on_complete_cb(evreq, on_answered, connection);
	enter(connection, CONNECTION_ANSWERING,
	    connection->table->limits.idle_ms +
		(int64_t)(len / SLOWEST_BYTES_SECOND) * 1000);
}

struct http_request *
connection_request(const struct connection *connection)
{
	return connection->request;
}

int
connection_socket(const struct connection *connection)
{
	return connection->socket;
}

struct http_request *
connection_request_on(const struct connection_table *table, size_t socket)
{
	if (socket >= table->by_socket_size || table->by_socket[socket] == NULL)
		return NULL;
	return table->by_socket[socket]->request;
}

const char *
connection_peer(const struct connection *connection)
{
	return connection->peer;
}

bool
connection_is_tls(const struct connection *connection)
{
	return connection->tls;
}

/* --- The end of a worker --- */

void
connection_table_stop(struct connection_table *table)
{
	struct connection *connection, *next;

	table->stopping = true;
	for (connection = LIST_FIRST(&table->all); connection != NULL;
	     connection = next) {
		next = LIST_NEXT(connection, link);
		if (connection->state == CONNECTION_IDLE ||
		    (connection->state == CONNECTION_ARRIVING &&
			!connection->touched))
			close_now(connection);
	}
}

void
connection_table_abandon(struct connection_table *table)
{
	struct connection *connection, *next;

	for (connection = LIST_FIRST(&table->all); connection != NULL;
	     connection = next) {
		next = LIST_NEXT(connection, link);
		if (connection->state == CONNECTION_NEW)
			bufferevent_decref(connection->bev);
		record_free(connection);
	}
}
