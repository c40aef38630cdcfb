/* SPDX-License-Identifier: ISC */
/*
 * libcurl's multi interface tells which sockets it wants watched and when it
 * wants to be called; libevent does both.  All connections made under one
 * snapshot of the settings form a pool with a multi handle of its own: a
 * reload starts a new pool, and the old one goes when its last request ends,
 * so that no connection outlives the policy that it was made under by more
 * than one request.
 *
 * libcurl's cache of the parsed CA bundle needs CAPATH unset: with Debian's
 * default each connection would parse all certificates anew (20 ms).
 */
#include <sys/queue.h>

#include <curl/curl.h>
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/log.h"
#include "config/base/text.h"
#include "federation/http_client.h"
#include "federation/http_client_limit.h"
#include "federation/http_client_reading.h"

struct pool;

struct exchange {
	LIST_ENTRY(exchange) link;
	struct pool *pool;
	CURL *easy;
	struct curl_slist *headers, *resolve;
	struct http_client_reading reading;
	char error[CURL_ERROR_SIZE];
	bool refused, connecting;
	http_client_done_fn *done;
	void *arg;
};

LIST_HEAD(exchange_list, exchange);

struct pool {
	LIST_ENTRY(pool) link;
	struct http_client *client;
	const struct node_snapshot *snapshot;
	CURLM *multi;
	struct event *timer;
	struct exchange_list exchanges;
	size_t active;
};

LIST_HEAD(pool_list, pool);

struct http_client {
	struct event_base *base;
	const struct node *node;
	char *agent;
	struct pool_list pools;
	struct pool *current;
	bool closing;
	struct http_client_figures figures;
};

/* --- One request --- */

static void
exchange_free(struct exchange *exchange)
{
	LIST_REMOVE(exchange, link);
	exchange->pool->active--;
	curl_easy_cleanup(exchange->easy);
	curl_slist_free_all(exchange->headers);
	curl_slist_free_all(exchange->resolve);
	http_client_reading_done(&exchange->reading);
	free(exchange);
}

/* The gate: called with each address that a connection would be made to. */
static curl_socket_t
on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct exchange *exchange = arg;
	const struct node_snapshot *snapshot = exchange->pool->snapshot;

	(void)purpose;
	if (!address_allowed(snapshot->addresses, &address->addr,
		(socklen_t)address->addrlen)) {
		exchange->refused = true;
		return CURL_SOCKET_BAD;
	}
	exchange->connecting = true;
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

static int
error_of(const struct exchange *exchange, CURLcode code)
{
	if (exchange->reading.too_large)
		return -EMSGSIZE;
	if (exchange->refused && !exchange->connecting)
		return -EACCES;
	switch ((int)code) {
	case CURLE_OK:
		return 0;
	case CURLE_ABORTED_BY_CALLBACK:
		return -ECANCELED;
	case CURLE_OPERATION_TIMEDOUT:
		return -ETIMEDOUT;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
		return -EHOSTUNREACH;
	default:
		return -EPROTO;
	}
}

static const char *
reason_of(const struct exchange *exchange, CURLcode code, int error)
{
	if (error == 0)
		return "";
	if (error == -EMSGSIZE)
		return "the answer is too large";
	if (error == -EACCES)
		return "its address may not be contacted";
	if (error == -ECANCELED)
		return "the node is stopping";
	return exchange->error[0] != '\0' ? exchange->error
					  : curl_easy_strerror(code);
}

static void
count_request(struct exchange *exchange)
{
	struct http_client_figures *figures = &exchange->pool->client->figures;
	long connections = 0, head_out = 0, head_in = 0;
	curl_off_t body_out = 0, body_in = 0;

	curl_easy_getinfo(exchange->easy, CURLINFO_NUM_CONNECTS, &connections);
	curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &head_out);
	curl_easy_getinfo(exchange->easy, CURLINFO_HEADER_SIZE, &head_in);
	curl_easy_getinfo(exchange->easy, CURLINFO_SIZE_UPLOAD_T, &body_out);
	curl_easy_getinfo(exchange->easy, CURLINFO_SIZE_DOWNLOAD_T, &body_in);
	figures->requests++;
	figures->connections += (uint64_t)connections;
	figures->request_bytes += (uint64_t)(head_out + body_out);
	figures->answer_bytes += (uint64_t)(head_in + body_in);
}

/* The request ended: it leaves libcurl, its owner is told, it is gone. */
static void
finish(struct exchange *exchange, CURLcode code)
{
	int error = error_of(exchange, code);
	struct http_client_answer answer = {
		.error = error,
		.reason = reason_of(exchange, code, error),
		.content_type = exchange->reading.content_type,
		.location = exchange->reading.location,
		.retry_after = exchange->reading.retry_after,
		.accept_signature = exchange->reading.accept_signature,
		.body = buf_str(&exchange->reading.body),
		.body_len = exchange->reading.body.len,
	};
	long status = 0;

	curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
	answer.status = (int)status;
	count_request(exchange);
	curl_multi_remove_handle(exchange->pool->multi, exchange->easy);
	exchange->done(exchange->arg, &answer);
	exchange_free(exchange);
}

/* --- libcurl on libevent --- */

static void
pool_free(struct pool *pool)
{
	LIST_REMOVE(pool, link);
	curl_multi_cleanup(pool->multi);
	event_free(pool->timer);
	node_release(&pool->snapshot);
	free(pool);
}

/* Old pools without requests go; never from within libcurl. */
static void
settle(struct http_client *client)
{
	struct pool *pool = LIST_FIRST(&client->pools), *next;

	for (; pool != NULL; pool = next) {
		next = LIST_NEXT(pool, link);
		if (pool != client->current && pool->active == 0)
			pool_free(pool);
	}
}

static void
collect(struct pool *pool)
{
	struct http_client *client = pool->client;
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(pool->multi, &left)) != NULL) {
		CURLcode code = message->data.result;
		struct exchange *exchange = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(
		    message->easy_handle, CURLINFO_PRIVATE, &exchange);
		finish(exchange, code);
	}
	settle(client);
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct pool *pool = arg;
	int running, mask = 0;

	if (what & EV_READ)
		mask |= CURL_CSELECT_IN;
	if (what & EV_WRITE)
		mask |= CURL_CSELECT_OUT;
	curl_multi_socket_action(pool->multi, fd, mask, &running);
	collect(pool);
}

static void
on_timeout(evutil_socket_t fd, short what, void *arg)
{
	struct pool *pool = arg;
	int running;

	(void)fd;
	(void)what;
	curl_multi_socket_action(pool->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(pool);
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *watch)
{
	struct pool *pool = arg;
	struct event *event = watch;
	short wanted = EV_PERSIST;

	(void)easy;
	if (event != NULL)
		event_free(event);
	if (what == CURL_POLL_REMOVE) {
		curl_multi_assign(pool->multi, fd, NULL);
		return 0;
	}
	if (what & CURL_POLL_IN)
		wanted |= EV_READ;
	if (what & CURL_POLL_OUT)
		wanted |= EV_WRITE;
	event = event_new(pool->client->base, fd, wanted, on_ready, pool);
	ASSERT(event != NULL && event_add(event, NULL) == 0);
	curl_multi_assign(pool->multi, fd, event);
	return 0;
}

static int
on_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct pool *pool = arg;
	struct timeval wait = { .tv_sec = timeout_ms / 1000,
		.tv_usec = (timeout_ms % 1000) * 1000 };

	(void)multi;
	if (timeout_ms < 0)
		event_del(pool->timer);
	else
		event_add(pool->timer, &wait);
	return 0;
}

static struct pool *
pool_new(struct http_client *client, const struct node_snapshot *snapshot)
{
	struct pool *pool = xcalloc(1, sizeof(*pool));
	const struct settings *settings = snapshot->settings;

	pool->client = client;
	pool->snapshot = snapshot;
	LIST_INIT(&pool->exchanges);
	pool->timer = event_new(client->base, -1, 0, on_timeout, pool);
	pool->multi = curl_multi_init();
	ASSERT(pool->timer != NULL && pool->multi != NULL);
	curl_multi_setopt(pool->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(pool->multi, CURLMOPT_SOCKETDATA, pool);
	curl_multi_setopt(pool->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(pool->multi, CURLMOPT_TIMERDATA, pool);
	/*
	 * Requests under way are bounded by those who make them, and idle
	 * connections by MAXCONNECTS: together they never pass the total, so
	 * that nothing ever waits for it.  Were both to share one bound, a
	 * request to a new host would wait about a second for a place although
	 * there is one: libcurl looks again only by its timer.
	 */
	curl_multi_setopt(pool->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
	    2 * (long)settings->outbound_connections);
	curl_multi_setopt(pool->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
	    (long)settings->outbound_host_connections);
	curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS,
	    (long)settings->outbound_connections);
	LIST_INSERT_HEAD(&client->pools, pool, link);
	return pool;
}

int
http_client_new(
    struct event_base *base, const struct node *node, struct http_client **ret)
{
	struct http_client *client;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return -EIO;
	client = xcalloc(1, sizeof(*client));
	client->base = base;
	client->node = node;
	client->agent = xasprintf("Parvis/0.1.0 (+%s/)", node->base);
	LIST_INIT(&client->pools);
	client->current = pool_new(client, node_snapshot(node));
	*ret = client;
	return 0;
}

void
http_client_cancel(struct http_client *client)
{
	struct exchange *exchange;
	struct pool *pool;

	client->closing = true;
	LIST_FOREACH(pool, &client->pools, link) {
		while ((exchange = LIST_FIRST(&pool->exchanges)) != NULL)
			finish(exchange, CURLE_ABORTED_BY_CALLBACK);
	}
}

void
http_client_free(struct http_client **client)
{
	struct pool *pool;

	if (*client == NULL)
		return;
	http_client_cancel(*client);
	while ((pool = LIST_FIRST(&(*client)->pools)) != NULL)
		pool_free(pool);
	free((*client)->agent);
	free(*client);
	*client = NULL;
	curl_global_cleanup();
}

void
http_client_refresh(struct http_client *client)
{
	const struct node_snapshot *snapshot = node_snapshot(client->node);

	if (snapshot == client->current->snapshot) {
		node_release(&snapshot);
		return;
	}
	client->current = pool_new(client, snapshot);
	settle(client);
}

size_t
http_client_active(const struct http_client *client)
{
	const struct pool *pool;
	size_t active = 0;

	LIST_FOREACH(pool, &client->pools, link)
		active += pool->active;
	return active;
}

void
http_client_figures(
    const struct http_client *client, struct http_client_figures *ret)
{
	*ret = client->figures;
}

/* --- Making a request --- */

static struct curl_slist *
append(struct curl_slist *list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(list, line);

	ASSERT(longer != NULL);
	return longer;
}

static void
set_headers(
    struct exchange *exchange, const struct http_client_request *request)
{
	/* No "100 Continue" dance: bodies are small. */
	exchange->headers = append(NULL, "Expect:");
	for (size_t i = 0; i < request->header_count; i++) {
		char *line = xasprintf("%s: %s", request->headers[i].name,
		    request->headers[i].value);

		exchange->headers = append(exchange->headers, line);
		free(line);
	}
	curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, exchange->headers);
}

/*
 * outbound.hosts: the line of this host, if any, with the port at hand: the
 * resolver's table goes by both.
 */
static void
set_fixed_host(struct exchange *exchange, const struct url *url)
{
	const struct node_snapshot *snapshot = exchange->pool->snapshot;
	const char *const *line = address_fixed_hosts(snapshot->addresses);
	size_t len = strlen(url->host);

	for (; line != NULL && *line != NULL; line++) {
		const char *port = *line + len, *address;
		char *entry;

		if (strncmp(*line, url->host, len) != 0 || *port != ':')
			continue;
		address = strchr(port + 1, ':');
		if (address == NULL)
			continue;
		entry =
		    xasprintf("%s:%u:%s", url->host, url->port, address + 1);
		exchange->resolve = append(NULL, entry);
		free(entry);
		curl_easy_setopt(
		    exchange->easy, CURLOPT_RESOLVE, exchange->resolve);
		return;
	}
}

static void
set_callbacks(struct exchange *exchange)
{
	CURL *easy = exchange->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->error);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange);
}

static void
set_body(CURL *easy, const struct http_client_request *request)
{
	if (strcmp(request->method, "POST") != 0) {
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
		return;
	}
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(
	    easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
	curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS,
	    request->body_len > 0 ? request->body : "");
}

static struct exchange *
exchange_new(struct pool *pool, const struct http_client_request *request)
{
	struct exchange *exchange = xcalloc(1, sizeof(*exchange));

	exchange->pool = pool;
	exchange->easy = curl_easy_init();
	ASSERT(exchange->easy != NULL);
	http_client_reading_start(
	    &exchange->reading, exchange->easy, request->answer_max);
	curl_easy_setopt(exchange->easy, CURLOPT_URL, request->url);
	curl_easy_setopt(
	    exchange->easy, CURLOPT_USERAGENT, pool->client->agent);
	set_callbacks(exchange);
	http_client_limit(exchange->easy, pool->snapshot->settings);
	if (request->seconds > 0)
		curl_easy_setopt(
		    exchange->easy, CURLOPT_TIMEOUT, (long)request->seconds);
	set_headers(exchange, request);
	set_body(exchange->easy, request);
	LIST_INSERT_HEAD(&pool->exchanges, exchange, link);
	pool->active++;
	return exchange;
}

int
http_client_send(struct http_client *client,
    const struct http_client_request *request, http_client_done_fn *done,
    void *arg)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct exchange *exchange;
	struct url url;

	if (client->closing)
		return -ECANCELED;
	if (url_parse(arena, request->url, &url) != 0)
		return -EIO;
	exchange = exchange_new(client->current, request);
	exchange->done = done;
	exchange->arg = arg;
	set_fixed_host(exchange, &url);
	/*
	 * Rather one connection for all, if it turns out to be HTTP/2: which
	 * plain http would say only with its first answer.
	 */
	curl_easy_setopt(exchange->easy, CURLOPT_PIPEWAIT, (long)url.https);
	if (curl_multi_add_handle(client->current->multi, exchange->easy) !=
	    CURLM_OK) {
		exchange_free(exchange);
		return -EIO;
	}
	return 0;
}
