/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <event2/thread.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include "config/base/text.h"
#include "tests/unit/courier_peer.h"

enum { ROUTES_MAX = 32, REQUESTS_MAX = 256, WAIT_SECONDS = 60 };

struct route {
	char *path;
	struct peer_answer answer;
	char *type, *location, *body;
	unsigned hits;
};

struct peer {
	struct event_base *base;
	struct evhttp *http;
	uint16_t port;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t asked;
	struct route routes[ROUTES_MAX];
	size_t route_count;
	struct peer_request requests[REQUESTS_MAX];
	size_t request_count;
};

static struct route *
find_route(struct peer *peer, const char *path)
{
	for (size_t i = 0; i < peer->route_count; i++) {
		if (strcmp(peer->routes[i].path, path) == 0)
			return &peer->routes[i];
	}
	return NULL;
}

static const char *
method_name(struct evhttp_request *request)
{
	return evhttp_request_get_command(request) == EVHTTP_REQ_POST ? "POST"
								      : "GET";
}

static struct peer_request *
remember(struct peer *peer, struct evhttp_request *request)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(request);
	struct peer_request *kept;
	struct evkeyval *header;

	ASSERT(peer->request_count < REQUESTS_MAX);
	kept = &peer->requests[peer->request_count++];
	kept->method = xstrdup(method_name(request));
	kept->target = xstrdup(evhttp_request_get_uri(request));
	kept->body_len = evbuffer_get_length(body);
	kept->body = xcalloc(1, kept->body_len + 1);
	evbuffer_copyout(body, kept->body, kept->body_len);
	TAILQ_FOREACH(header, evhttp_request_get_input_headers(request), next) {
		if (kept->header_count == PEER_HEADERS_MAX)
			break;
		kept->headers[kept->header_count].name = xstrdup(header->key);
		kept->headers[kept->header_count++].value =
		    xstrdup(header->value);
	}
	return kept;
}

static int
status_of(struct route *route, const struct peer_request *request)
{
	if (route == NULL)
		return 404;
	if (route->hits++ < route->answer.before)
		return route->answer.before_status;
	if (route->answer.rfc9421_only &&
	    peer_header(request, "Signature-Input") == NULL)
		return 401;
	return route->answer.status;
}

static void
reply(struct evhttp_request *request, const struct route *route, int status)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
	struct evbuffer *body = evbuffer_new();

	if (route != NULL && status == route->answer.status) {
		if (route->type != NULL)
			evhttp_add_header(headers, "Content-Type", route->type);
		if (route->location != NULL)
			evhttp_add_header(headers, "Location", route->location);
		if (route->answer.gzip)
			evhttp_add_header(headers, "Content-Encoding", "gzip");
		evbuffer_add(body, route->body, route->answer.len);
	}
	evhttp_send_reply(request, status, "", body);
	evbuffer_free(body);
}

/* An answer that comes later. */
struct later {
	struct peer *peer;
	struct evhttp_request *request;
	const char *path;
	int status;
};

static void
on_later(evutil_socket_t fd, short what, void *arg)
{
	struct later *later = arg;
	struct peer *peer = later->peer;

	(void)fd;
	(void)what;
	ASSERT(pthread_mutex_lock(&peer->lock) == 0);
	reply(later->request, find_route(peer, later->path), later->status);
	ASSERT(pthread_mutex_unlock(&peer->lock) == 0);
	free(later);
}

static void
reply_later(struct peer *peer, struct evhttp_request *request,
    const struct peer_request *kept, unsigned delay_ms)
{
	const struct timeval delay = { .tv_sec = delay_ms / 1000,
		.tv_usec = delay_ms % 1000 * 1000 };
	struct later *later = xcalloc(1, sizeof(*later));

	*later = (struct later){ peer, request, kept->target, kept->status };
	ASSERT(event_base_once(
		   peer->base, -1, EV_TIMEOUT, on_later, later, &delay) == 0);
}

static void
on_request(struct evhttp_request *request, void *arg)
{
	struct peer *peer = arg;
	struct peer_request *kept;
	struct route *route;
	int status;

	ASSERT(pthread_mutex_lock(&peer->lock) == 0);
	kept = remember(peer, request);
	route = find_route(peer, kept->target);
	status = status_of(route, kept);
	kept->status = status;
	if (route != NULL && route->answer.delay_ms > 0)
		reply_later(peer, request, kept, route->answer.delay_ms);
	else if (route == NULL || !route->answer.hang)
		reply(request, route, status);
	ASSERT(pthread_cond_broadcast(&peer->asked) == 0);
	ASSERT(pthread_mutex_unlock(&peer->lock) == 0);
}

static void *
run(void *arg)
{
	struct peer *peer = arg;

	event_base_dispatch(peer->base);
	return NULL;
}

static uint16_t
port_of(struct evhttp_bound_socket *bound)
{
	struct sockaddr_in address;
	socklen_t len = sizeof(address);

	ASSERT(getsockname(evhttp_bound_socket_get_fd(bound),
		   (struct sockaddr *)(void *)&address, &len) == 0);
	return ntohs(address.sin_port);
}

struct peer *
peer_new(uint16_t port)
{
	struct peer *peer = xcalloc(1, sizeof(*peer));
	struct evhttp_bound_socket *bound;

	ASSERT(evthread_use_pthreads() == 0);
	ASSERT(pthread_mutex_init(&peer->lock, NULL) == 0);
	ASSERT(pthread_cond_init(&peer->asked, NULL) == 0);
	peer->base = event_base_new();
	peer->http = evhttp_new(peer->base);
	evhttp_set_gencb(peer->http, on_request, peer);
	bound = evhttp_bind_socket_with_handle(peer->http, "127.0.0.1", port);
	ASSERT(bound != NULL);
	peer->port = port_of(bound);
	ASSERT(pthread_create(&peer->thread, NULL, run, peer) == 0);
	return peer;
}

static void
request_done(struct peer_request *request)
{
	free(request->method);
	free(request->target);
	free(request->body);
	for (size_t i = 0; i < request->header_count; i++) {
		free(request->headers[i].name);
		free(request->headers[i].value);
	}
}

static void
route_done(struct route *route)
{
	free(route->path);
	free(route->type);
	free(route->location);
	free(route->body);
}

void
peer_free(struct peer **peer)
{
	if (*peer == NULL)
		return;
	event_base_loopbreak((*peer)->base);
	ASSERT(pthread_join((*peer)->thread, NULL) == 0);
	evhttp_free((*peer)->http);
	event_base_free((*peer)->base);
	for (size_t i = 0; i < (*peer)->request_count; i++)
		request_done(&(*peer)->requests[i]);
	for (size_t i = 0; i < (*peer)->route_count; i++)
		route_done(&(*peer)->routes[i]);
	ASSERT(pthread_mutex_destroy(&(*peer)->lock) == 0);
	ASSERT(pthread_cond_destroy(&(*peer)->asked) == 0);
	free(*peer);
	*peer = NULL;
}

uint16_t
peer_port(const struct peer *peer)
{
	return peer->port;
}

static char *
copy(const char *s)
{
	return s != NULL ? xstrdup(s) : NULL;
}

void
peer_set(struct peer *peer, const char *path, const struct peer_answer *answer)
{
	const char *body = answer->body != NULL ? answer->body : "";
	size_t len = answer->len > 0 ? answer->len : strlen(body);
	struct route *route;

	ASSERT(pthread_mutex_lock(&peer->lock) == 0);
	route = find_route(peer, path);
	if (route == NULL) {
		ASSERT(peer->route_count < ROUTES_MAX);
		route = &peer->routes[peer->route_count++];
	} else
		route_done(route);
	*route = (struct route){ .path = xstrdup(path),
		.answer = *answer,
		.type = copy(answer->type),
		.location = copy(answer->location),
		.body = xmalloc(len + 1) };
	memcpy(route->body, body, len);
	route->body[len] = '\0';
	route->answer.len = len;
	ASSERT(pthread_mutex_unlock(&peer->lock) == 0);
}

static size_t
hits(const struct peer *peer, const char *path)
{
	size_t count = 0;

	for (size_t i = 0; i < peer->request_count; i++) {
		if (strcmp(peer->requests[i].target, path) == 0)
			count++;
	}
	return count;
}

size_t
peer_total(struct peer *peer)
{
	size_t count;

	ASSERT(pthread_mutex_lock(&peer->lock) == 0);
	count = peer->request_count;
	ASSERT(pthread_mutex_unlock(&peer->lock) == 0);
	return count;
}

size_t
peer_hits(struct peer *peer, const char *path)
{
	size_t count;

	ASSERT(pthread_mutex_lock(&peer->lock) == 0);
	count = hits(peer, path);
	ASSERT(pthread_mutex_unlock(&peer->lock) == 0);
	return count;
}

bool
peer_wait(struct peer *peer, const char *path, size_t wanted)
{
	struct timespec until;
	bool there;

	ASSERT(clock_gettime(CLOCK_REALTIME, &until) == 0);
	until.tv_sec += WAIT_SECONDS;
	ASSERT(pthread_mutex_lock(&peer->lock) == 0);
	while (hits(peer, path) < wanted) {
		if (pthread_cond_timedwait(&peer->asked, &peer->lock, &until) !=
		    0)
			break;
	}
	there = hits(peer, path) >= wanted;
	ASSERT(pthread_mutex_unlock(&peer->lock) == 0);
	return there;
}

const struct peer_request *
peer_request(struct peer *peer, const char *path, size_t n)
{
	const struct peer_request *found = NULL;

	ASSERT(pthread_mutex_lock(&peer->lock) == 0);
	for (size_t i = 0; i < peer->request_count && found == NULL; i++) {
		if (strcmp(peer->requests[i].target, path) == 0 && n-- == 0)
			found = &peer->requests[i];
	}
	ASSERT(pthread_mutex_unlock(&peer->lock) == 0);
	return found;
}

const char *
peer_header(const struct peer_request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++) {
		if (text_equal_nocase(request->headers[i].name, name))
			return request->headers[i].value;
	}
	return NULL;
}
