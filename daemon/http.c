/* SPDX-License-Identifier: ISC */
/*
 * From evhttp's request to ours: the head is checked for what evhttp lets
 * through, the target is taken apart, the route is found, the handler called.
 *
 * A head that two parsers could cut differently (request smuggling) is
 * answered 400 and its connection closed, since what follows on it cannot be
 * trusted to be a request.
 *
 * A park id is a sequence number (never used again in this process) and the
 * socket's number in its low bits: the socket finds the connection, the whole
 * id must be that of the request that waits there.
 */
#include "daemon/http.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "config/base/text.h"
#include "daemon/proxy.h"
#include "daemon/ratelimit.h"
#include "daemon/worker_internal.h"

enum { PARK_SOCKET_BITS = 24 };

static atomic_uint_fast64_t park_sequence;

static const struct {
	unsigned command;
	enum http_method method;
	const char *name;
} methods[] = {
	{ EVHTTP_REQ_GET, HTTP_GET, "GET" },
	{ EVHTTP_REQ_HEAD, HTTP_HEAD, "HEAD" },
	{ EVHTTP_REQ_POST, HTTP_POST, "POST" },
	{ EVHTTP_REQ_PUT, HTTP_PUT, "PUT" },
	{ EVHTTP_REQ_DELETE, HTTP_DELETE, "DELETE" },
	{ EVHTTP_REQ_OPTIONS, HTTP_OPTIONS, "OPTIONS" },
	{ EVHTTP_REQ_PATCH, HTTP_PATCH, "PATCH" },
	{ EVHTTP_REQ_TRACE, HTTP_TRACE, "TRACE" },
	{ EVHTTP_REQ_CONNECT, HTTP_CONNECT, "CONNECT" },
};

/* --- Checks of the head --- */

static size_t
count_header(const struct evkeyvalq *headers, const char *name)
{
	const struct evkeyval *header;
	size_t count = 0;

	TAILQ_FOREACH(header, headers, next)
		count += text_equal_nocase(header->key, name);
	return count;
}

/* RFC 9110 5.6.2: what a field name may be made of. */
static bool
is_token(const char *s)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		bool letter = (*s >= 'a' && *s <= 'z') ||
			      (*s >= 'A' && *s <= 'Z') ||
			      (*s >= '0' && *s <= '9');

		if (!letter && strchr(others, *s) == NULL)
			return false;
	}
	return true;
}

static bool
names_are_tokens(const struct evkeyvalq *headers)
{
	const struct evkeyval *header;

	TAILQ_FOREACH(header, headers, next) {
		if (!is_token(header->key))
			return false;
	}
	return true;
}

static bool
is_host(const char *s)
{
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyz"
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789.-_:[]")] == '\0';
}

/* What is wrong with how the body is framed; NULL when all is well. */
static const char *
check_framing(const struct evhttp_request *evreq, enum http_method method)
{
	const struct evkeyvalq *headers = evreq->input_headers;
	size_t lengths = count_header(headers, "Content-Length");
	size_t codings = count_header(headers, "Transfer-Encoding");
	const char *length = evhttp_find_header(headers, "Content-Length");
	const char *coding = evhttp_find_header(headers, "Transfer-Encoding");
	bool bodiless =
	    (method & (HTTP_HEAD | HTTP_TRACE | HTTP_CONNECT)) != 0 ||
	    method == 0;

	if (lengths > 1)
		return "More than one Content-Length.";
	if (codings > 0 && lengths > 0)
		return "Both Content-Length and Transfer-Encoding.";
	if (codings > 1 ||
	    (coding != NULL && !text_equal_nocase(coding, "chunked")))
		return "A Transfer-Encoding other than chunked.";
	if (coding != NULL && evreq->minor < 1)
		return "Transfer-Encoding in HTTP/1.0.";
	if (length != NULL &&
	    (*length == '\0' || length[strspn(length, "0123456789")] != '\0'))
		return "Content-Length is not a number.";
	if (bodiless &&
	    (coding != NULL || (length != NULL && strcmp(length, "0") != 0)))
		return "A body where the method has none.";
	return NULL;
}

static const char *
check_head(const struct evhttp_request *evreq, enum http_method method)
{
	const struct evkeyvalq *headers = evreq->input_headers;
	size_t hosts = count_header(headers, "Host");
	const char *host = evhttp_find_header(headers, "Host");

	if (evreq->major != 1 || evreq->minor < 0)
		return "Not HTTP/1.1 or HTTP/1.0.";
	if (!names_are_tokens(headers))
		return "A header field's name is malformed.";
	if (hosts > 1)
		return "More than one Host.";
	if (hosts == 0 && evreq->minor >= 1)
		return "Host is missing.";
	if (host != NULL && !is_host(host))
		return "Host is malformed.";
	return check_framing(evreq, method);
}

/* --- Making a request --- */

static enum http_method
method_of(const struct evhttp_request *evreq)
{
	for (size_t i = 0; i < N_ELEMENTS(methods); i++) {
		if ((unsigned)evreq->type == methods[i].command)
			return methods[i].method;
	}
	return 0;
}

static void
take_body(struct http_request *request)
{
	struct evbuffer *input =
	    evhttp_request_get_input_buffer(request->evreq);
	size_t len = evbuffer_get_length(input);
	char *body = arena_alloc(request->arena, len + 1);

	evbuffer_remove(input, body, len);
	request->body = body;
	request->body_len = len;
}

/* Who asks, and where the client believes to be. */
static void
place_client(struct http_request *request)
{
	const struct proxy_list *proxies = request->worker->proxies;
	const char *peer = connection_peer(request->connection);
	const char *proto = NULL, *host = http_header(request, "Host");

	request->client = peer;
	request->scheme =
	    connection_is_tls(request->connection) ? "https" : "http";
	if (proxy_trusted(proxies, peer)) {
		const char *forwarded =
		    http_header(request, "X-Forwarded-Host");

		request->client = proxy_client(proxies, peer,
		    http_header(request, "X-Forwarded-For"), request->arena);
		proto = http_header(request, "X-Forwarded-Proto");
		if (forwarded != NULL && is_host(forwarded))
			host = forwarded;
	}
	if (proto != NULL && text_equal_nocase(proto, "https"))
		request->scheme = "https";
	else if (proto != NULL && text_equal_nocase(proto, "http"))
		request->scheme = "http";
	request->client = arena_strdup(request->arena, request->client);
	request->authority = host != NULL ? host : "";
}

static struct http_request *
request_new(struct worker *worker, struct connection *connection,
    struct evhttp_request *evreq)
{
	struct http_request *request = xcalloc(1, sizeof(*request));

	request->worker = worker;
	request->connection = connection;
	request->evreq = evreq;
	request->arena =
	    worker->spare_arena != NULL ? worker->spare_arena : arena_new();
	worker->spare_arena = NULL;
	request->began_ms = clock_monotonic_ms();
	request->method = method_of(evreq);
	request->raw_target =
	    arena_strdup(request->arena, evhttp_request_get_uri(evreq));
	snprintf(request->id, sizeof(request->id), "%u-%" PRIx64, worker->index,
	    ++worker->requests);
	take_body(request);
	place_client(request);
	return request;
}

void
http_request_done(struct http_request *request)
{
	struct worker *worker = request->worker;

	if (worker->current == request)
		worker->current = NULL;
	if (worker->spare_arena == NULL) {
		arena_reset(request->arena);
		worker->spare_arena = request->arena;
		request->arena = NULL;
	}
	arena_free(&request->arena);
	free(request);
}

/* --- Dispatch --- */

static bool
refuse(struct http_request *request, int status, const char *sentence)
{
	http_answer_error(request, status, sentence);
	return false;
}

/* False when it was answered. */
static bool
check_request(struct http_request *request)
{
	const char *wrong = check_head(request->evreq, request->method);
	const char *coding;

	/* evhttp answers in the version that it was asked in. */
	if (request->evreq->major != 1 || request->evreq->minor != 0) {
		request->evreq->major = 1;
		request->evreq->minor = 1;
	}
	if (wrong != NULL) {
		request->close = true;
		return refuse(request, 400, wrong);
	}
	if (request->method == 0)
		return refuse(request, 501, "This method is not known here.");
	if (target_parse(
		request->arena, request->raw_target, &request->target) != 0)
		return refuse(request, 400,
		    "The address is malformed: a path with valid escapes and "
		    "without \"..\" is expected.");
	coding = http_header(request, "Content-Encoding");
	if (request->body_len > 0 && coding != NULL &&
	    !text_equal_nocase(coding, "identity"))
		return refuse(request, 415, "Compressed bodies are not taken.");
	return true;
}

/*
 * Only addresses have a bucket: a trusted proxy that forwards none, or a Unix
 * socket, stands for everybody.
 */
static bool
check_rate(struct http_request *request)
{
	struct ratelimit *rate = request->worker->pool->rate;
	const struct route *route = request->match.route;
	char key[RATELIMIT_KEY_SIZE];
	int64_t wait;

	if ((route != NULL && route->own_rate) ||
	    strcmp(request->client, PROXY_UNIX) == 0 ||
	    proxy_trusted(request->worker->proxies, request->client))
		return true;
	ratelimit_key(request->client, key);
	wait = ratelimit_take(rate, key, request->began_ms);
	if (wait == 0)
		return true;
	http_answer_later(
	    request, 429, wait, "Too many requests from this address.");
	return false;
}

static bool
check_route(struct http_request *request, int status)
{
	const struct router_match *match = &request->match;

	if (status == 404)
		return refuse(
		    request, 404, "There is nothing at this address.");
	if (status == 405) {
		http_add_header(request, "Allow", match->allow);
		return refuse(
		    request, 405, "This address does not take this method.");
	}
	if (status == 204) {
		http_add_header(request, "Allow", match->allow);
		http_answer(request, 204, NULL, NULL, 0);
		return false;
	}
	status = router_check_body(match->route,
	    http_header(request, "Content-Type"), request->body_len);
	if (status == 413)
		return refuse(request, 413, "The body is too large.");
	if (status == 415)
		return refuse(
		    request, 415, "The body's type is not taken here.");
	return true;
}

static void
dispatch(struct http_request *request)
{
	const struct worker_options *options = &request->worker->pool->options;
	int status;

	if (!check_request(request))
		return;
	status =
	    router_match(options->routes, options->route_count, request->method,
		request->target.path, request->arena, &request->match);
	if (!check_rate(request) || !check_route(request, status))
		return;
	request->match.route->handler(request);
}

void
http_on_request(struct evhttp_request *evreq, void *arg)
{
	struct worker *worker = arg;
	struct connection *connection =
	    connection_find(&worker->connections, evreq);
	struct http_request *request;

	if (connection == NULL) { /* made while memory was out */
		evhttp_send_error(evreq, 503, NULL);
		return;
	}
	request = request_new(worker, connection, evreq);
	connection_begin(connection, request, evreq);
	request->close |= worker->connections.stopping;
	worker->current = request;
	dispatch(request);
	if (worker->current == NULL)
		return; /* answered, and gone */
	worker->current = NULL;
	if (request->park_id != 0) {
		connection_park(connection);
		return;
	}
	log_error("request=%s target=%s handler neither answered nor parked",
	    request->id, request->raw_target);
	http_answer_error(request, 500, "This request was not answered.");
}

/* --- Parking --- */

uint64_t
http_park(struct http_request *request)
{
	uint64_t sequence = atomic_fetch_add(&park_sequence, 1) + 1;
	uint64_t socket = (uint64_t)connection_socket(request->connection);

	ASSERT(socket < UINT64_C(1) << PARK_SOCKET_BITS);
	request->park_id = sequence << PARK_SOCKET_BITS | socket;
	return request->park_id;
}

struct http_request *
http_resume(struct worker *worker, uint64_t id)
{
	size_t socket = id & ((UINT64_C(1) << PARK_SOCKET_BITS) - 1);
	struct http_request *request =
	    connection_request_on(&worker->connections, socket);

	if (id == 0 || request == NULL || request->park_id != id)
		return NULL;
	return request;
}

void
http_on_left(struct http_request *request)
{
	log_debug("request=%s client left", request->id);
	http_request_done(request);
}

void
http_on_overdue(struct http_request *request)
{
	log_warning("request=%s target=%s no answer in time", request->id,
	    request->raw_target);
	http_answer_later(
	    request, 503, 30, "The node is too busy to answer now.");
}

/* --- What was asked --- */

enum http_method
http_method(const struct http_request *request)
{
	return request->method;
}

const char *
http_method_name(const struct http_request *request)
{
	for (size_t i = 0; i < N_ELEMENTS(methods); i++) {
		if (request->method == methods[i].method)
			return methods[i].name;
	}
	return "?";
}

const char *
http_path(const struct http_request *request)
{
	return request->target.path;
}

const char *
http_target(const struct http_request *request)
{
	return request->raw_target;
}

const char *
http_scheme(const struct http_request *request)
{
	return request->scheme;
}

const char *
http_authority(const struct http_request *request)
{
	return request->authority;
}

const char *
http_param(const struct http_request *request, const char *name)
{
	for (size_t i = 0; i < request->match.param_count; i++) {
		if (strcmp(request->match.params[i].name, name) == 0)
			return request->match.params[i].value;
	}
	return "";
}

const char *
http_query(const struct http_request *request, const char *name)
{
	return target_query(&request->target, name);
}

const struct target *
http_parameters(const struct http_request *request)
{
	return &request->target;
}

const char *
http_header(struct http_request *request, const char *name)
{
	const struct evkeyval *header;
	const char *found = NULL;

	TAILQ_FOREACH(header, request->evreq->input_headers, next) {
		if (!text_equal_nocase(header->key, name))
			continue;
		found = found == NULL
			    ? arena_strdup(request->arena, header->value)
			    : arena_printf(request->arena, "%s, %s", found,
				  header->value);
	}
	return found;
}

const char *
http_body(const struct http_request *request, size_t *ret_len)
{
	*ret_len = request->body_len;
	return request->body;
}

const char *
http_client(const struct http_request *request)
{
	return request->client;
}

const char *
http_id(const struct http_request *request)
{
	return request->id;
}

struct worker *
http_worker(const struct http_request *request)
{
	return request->worker;
}

struct arena *
http_arena(struct http_request *request)
{
	return request->arena;
}

struct arena *
http_take_arena(struct http_request *request)
{
	struct arena *taken = request->arena, *arena = arena_new();
	struct http_header_line *headers = NULL, *line;

	request->arena = arena;
	request->raw_target = arena_strdup(arena, request->raw_target);
	request->authority = arena_strdup(arena, request->authority);
	request->client = arena_strdup(arena, request->client);
	request->target = (struct target){
		.path = arena_strdup(arena, request->target.path),
	};
	request->vary = arena_strdup(arena, request->vary);
	request->match.param_count = 0;
	request->body = "";
	request->body_len = 0;
	line = request->headers;
	request->headers = NULL;
	for (; line != NULL; line = line->next) {
		headers = arena_memdup(arena, line, sizeof(*line));
		headers->name = arena_strdup(arena, line->name);
		headers->value = arena_strdup(arena, line->value);
		headers->next = request->headers;
		request->headers = headers;
	}
	return taken;
}

void
http_set_user(struct http_request *request, void *user)
{
	request->user = user;
}

void *
http_user(const struct http_request *request)
{
	return request->user;
}
