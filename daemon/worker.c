/* SPDX-License-Identifier: ISC */
/*
 * A pool of web threads.  All event bases are made by the thread that starts
 * the pool (libevent's own start-up is not thread safe); afterwards each
 * belongs to its worker, and nothing but mailboxes, the connection counter
 * and the rate limiter is shared.
 *
 * The end of a worker: a stop message closes the listeners and all idle
 * connections; when the last connection is closed, or when stop_seconds are
 * over, the loop ends; what is then left is cut off.
 */
#include "daemon/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "config/base/log.h"
#include "config/base/thread.h"
#include "daemon/gzip.h"
#include "daemon/listener.h"
#include "daemon/proxy.h"
#include "daemon/ratelimit.h"
#include "daemon/worker_internal.h"

enum {
	RATE_SLOTS = 65536,     /* addresses that are remembered, 1 MiB */
	ACCEPT_PAUSE_MS = 100,  /* when descriptors or memory are out */
	SPARE_DESCRIPTORS = 512 /* for the database, files, other servers */
};

/* What a reload changes in one worker; the worker frees it. */
struct reload {
	struct message message;
	struct worker *worker;
	struct connection_limits limits;
	int64_t stop_ms;
	struct proxy_list *proxies;
};

struct stop {
	struct message message;
	struct worker *worker;
};

/* --- Inside a worker --- */

static void
set_timer(struct event *timer, int64_t ms)
{
	struct timeval tv = { ms / 1000, (ms % 1000) * 1000 };

	evtimer_add(timer, &tv);
}

static void
on_mail(evutil_socket_t fd, short what, void *arg)
{
	struct worker *worker = arg;

	(void)fd;
	(void)what;
	mailbox_drain(worker->mailbox);
}

static struct bufferevent *
on_accept_plain(struct event_base *base, void *arg)
{
	struct worker *worker = arg;

	(void)base;
	return connection_accept(&worker->connections, NULL);
}

static struct bufferevent *
on_accept_secure(struct event_base *base, void *arg)
{
	struct worker *worker = arg;

	(void)base;
	return connection_accept(
	    &worker->connections, worker->pool->options.tls);
}

static void
enable_listener(struct evhttp_bound_socket *bound, void *arg)
{
	const bool *enable = arg;
	struct evconnlistener *listener =
	    evhttp_bound_socket_get_listener(bound);

	if (*enable)
		evconnlistener_enable(listener);
	else
		evconnlistener_disable(listener);
}

static void
enable_listeners(struct worker *worker, bool enable)
{
	evhttp_foreach_bound_socket(worker->plain, enable_listener, &enable);
	evhttp_foreach_bound_socket(worker->secure, enable_listener, &enable);
}

/* Without a pause the loop would turn on the same failure for ever. */
static void
on_accept_error(struct evconnlistener *listener, void *arg)
{
	struct worker *worker = arg;
	const char *reason = strerrordesc_np(errno);

	(void)listener;
	log_warning("worker=%u cannot accept a connection: %s", worker->index,
	    reason != NULL ? reason : "unknown error");
	enable_listeners(worker, false);
	set_timer(worker->accept_timer, ACCEPT_PAUSE_MS);
}

static void
on_accept_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	enable_listeners(arg, true);
}

/* --- The end --- */

static void
leave_loop(void *arg)
{
	struct worker *worker = arg;

	event_base_loopbreak(worker->base);
}

static void
on_stop_timer(evutil_socket_t fd, short what, void *arg)
{
	struct worker *worker = arg;

	(void)fd;
	(void)what;
	log_warning("worker=%u requests are cut off: stop_seconds are over",
	    worker->index);
	leave_loop(worker);
}

static void
collect_bound(struct evhttp_bound_socket *bound, void *arg)
{
	struct evhttp_bound_socket **last = arg;

	*last = bound;
}

static void
close_listeners(struct evhttp *http)
{
	for (;;) {
		struct evhttp_bound_socket *bound = NULL;

		evhttp_foreach_bound_socket(http, collect_bound, &bound);
		if (bound == NULL)
			return;
		evhttp_del_accept_socket(http, bound);
	}
}

static void
run_stop(struct message *message)
{
	struct stop *stop = CONTAINER_OF(message, struct stop, message);
	struct worker *worker = stop->worker;

	free(stop);
	if (worker->connections.stopping)
		return;
	evtimer_del(worker->accept_timer);
	close_listeners(worker->plain);
	close_listeners(worker->secure);
	connection_table_stop(&worker->connections);
	if (LIST_EMPTY(&worker->connections.all))
		leave_loop(worker);
	else
		set_timer(worker->stop_timer, worker->stop_ms);
}

/* Cuts what is left and lets libevent run its last callbacks. */
static void
clear_base(struct worker *worker)
{
	worker->connections.stopping = true;
	worker->connections.empty = NULL;
	evhttp_free(worker->plain);
	evhttp_free(worker->secure);
	connection_table_abandon(&worker->connections);
	event_free(worker->mail);
	event_free(worker->stop_timer);
	event_free(worker->accept_timer);
	event_base_loop(worker->base, EVLOOP_NONBLOCK);
	event_base_free(worker->base);
	worker->base = NULL;
}

static void *
worker_main(void *arg)
{
	struct worker *worker = arg;
	const struct worker_options *options = &worker->pool->options;

	if (options->open != NULL)
		worker->user = options->open(worker, options->arg);
	event_base_dispatch(worker->base);
	clear_base(worker);
	if (options->close != NULL)
		options->close(worker, worker->user, options->arg);
	worker->user = NULL;
	return NULL;
}

/* --- Settings --- */

static struct connection_limits
limits_of(const struct settings *settings)
{
	return (struct connection_limits){
		.request_ms = settings->listen_request_seconds * 1000,
		.idle_ms = settings->listen_idle_seconds * 1000,
		.header_bytes = (size_t)settings->listen_header_bytes,
		.body_bytes = (size_t)settings->listen_body_bytes,
	};
}

static void
run_reload(struct message *message)
{
	struct reload *reload = CONTAINER_OF(message, struct reload, message);
	struct worker *worker = reload->worker;
	struct connection_limits *limits = &worker->connections.limits;

	limits->request_ms = reload->limits.request_ms;
	limits->idle_ms = reload->limits.idle_ms;
	worker->stop_ms = reload->stop_ms;
	proxy_free(&worker->proxies);
	worker->proxies = reload->proxies;
	free(reload);
}

int
worker_pool_reload(struct worker_pool *pool, const struct settings *settings,
    char error[WORKER_ERROR_SIZE])
{
	struct proxy_list *proxies;
	int r = proxy_parse(&settings->listen_trusted_proxies, &proxies, error);

	if (r != 0)
		return r;
	atomic_store(&pool->cap.most, settings->listen_connections);
	ratelimit_set(pool->rate, settings->listen_requests_per_minute);
	for (size_t i = 0; i < pool->count; i++) {
		struct reload *reload = xcalloc(1, sizeof(*reload));

		reload->message.run = run_reload;
		reload->worker = &pool->workers[i];
		reload->limits = limits_of(settings);
		reload->stop_ms = settings->listen_stop_seconds * 1000;
		reload->proxies = proxy_ref(proxies);
		mailbox_post(pool->workers[i].mailbox, &reload->message);
	}
	proxy_free(&proxies);
	return 0;
}

/* --- Start --- */

static void
forward_log(int severity, const char *text)
{
	if (severity >= EVENT_LOG_WARN)
		log_warning("libevent: %s", text);
	else
		log_debug("libevent: %s", text);
}

/* Each connection is a descriptor; the soft limit is often 1,024. */
static void
raise_descriptor_limit(int64_t connections)
{
	rlim_t wanted = (rlim_t)connections + SPARE_DESCRIPTORS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = MIN(wanted, limit.rlim_max);
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
		log_warning("listen.connections is %lld, but this process may "
			    "open %llu descriptors only (LimitNOFILE)",
		    (long long)connections, (unsigned long long)limit.rlim_cur);
}

static struct evhttp *
make_http(struct worker *worker,
    struct bufferevent *(*on_accept)(struct event_base *, void *))
{
	const struct connection_limits *limits = &worker->connections.limits;
	struct evhttp *http = evhttp_new(worker->base);

	ASSERT(http != NULL);
	evhttp_set_bevcb(http, on_accept, worker);
	evhttp_set_gencb(http, http_on_request, worker);
	evhttp_set_max_headers_size(http, (ev_ssize_t)limits->header_bytes);
	evhttp_set_max_body_size(http, (ev_ssize_t)limits->body_bytes);
	evhttp_set_default_content_type(http, NULL);
	/*
	 * All, unknown ones too (the last bit), for the router to judge; but
	 * not CONNECT, whose target evhttp takes for an authority: it answers
	 * 501 by itself.
	 */
	evhttp_set_allowed_methods(http, 0xffff & ~EVHTTP_REQ_CONNECT);
	return http;
}

static void
init_worker(struct worker *worker, const struct settings *settings,
    struct proxy_list *proxies)
{
	struct connection_table *table = &worker->connections;

	worker->mailbox = mailbox_new();
	worker->base = event_base_new();
	ASSERT(worker->base != NULL);
	worker->proxies = proxy_ref(proxies);
	worker->stop_ms = settings->listen_stop_seconds * 1000;
	connection_table_init(table, worker->base);
	table->cap = &worker->pool->cap;
	table->limits = limits_of(settings);
	table->limits.park_ms = worker->pool->options.park_ms > 0
				    ? worker->pool->options.park_ms
				    : HTTP_PARK_SECONDS * 1000;
	table->left = http_on_left;
	table->overdue = http_on_overdue;
	table->empty = leave_loop;
	table->arg = worker;
	worker->plain = make_http(worker, on_accept_plain);
	worker->secure = make_http(worker, on_accept_secure);
	worker->mail = event_new(worker->base, mailbox_fd(worker->mailbox),
	    EV_READ | EV_PERSIST, on_mail, worker);
	event_add(worker->mail, NULL);
	worker->stop_timer = evtimer_new(worker->base, on_stop_timer, worker);
	worker->accept_timer =
	    evtimer_new(worker->base, on_accept_timer, worker);
}

/* The worker's socket of each listener goes to its evhttp. */
static void
bind_worker(struct worker *worker)
{
	struct worker_pool *pool = worker->pool;

	for (size_t i = 0; i < pool->listener_count; i++) {
		struct listener *listener = &pool->listeners[i];
		struct evhttp_bound_socket *bound;

		bound = evhttp_accept_socket_with_handle(
		    listener->tls ? worker->secure : worker->plain,
		    listener->sockets[worker->index]);
		ASSERT(bound != NULL);
		evconnlistener_set_error_cb(
		    evhttp_bound_socket_get_listener(bound), on_accept_error);
		listener->sockets[worker->index] = -1;
	}
}

static size_t
count_workers(const struct settings *settings)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (settings->listen_threads > 0)
		return (size_t)settings->listen_threads;
	return processors > 0 ? (size_t)processors : 1;
}

static struct worker_pool *
make_pool(const struct worker_options *options, struct proxy_list *proxies)
{
	const struct settings *settings = options->settings;
	struct worker_pool *pool = xcalloc(1, sizeof(*pool));

	pool->options = *options;
	pool->options.settings = NULL;
	atomic_init(&pool->cap.open, 0);
	atomic_init(&pool->cap.most, settings->listen_connections);
	pool->rate =
	    ratelimit_new(RATE_SLOTS, settings->listen_requests_per_minute);
	pool->count = count_workers(settings);
	pool->workers = xcalloc(pool->count, sizeof(*pool->workers));
	for (size_t i = 0; i < pool->count; i++) {
		pool->workers[i].pool = pool;
		pool->workers[i].index = (unsigned)i;
		init_worker(&pool->workers[i], settings, proxies);
	}
	return pool;
}

static void
start_threads(struct worker_pool *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		bind_worker(&pool->workers[i]);
	for (size_t i = 0; i < pool->count; i++) {
		char name[16];

		snprintf(name, sizeof(name), "web %u", (unsigned)i & 0xff);
		pool->workers[i].thread =
		    thread_start(name, worker_main, &pool->workers[i]);
	}
}

int
worker_pool_start(const struct worker_options *options,
    struct worker_pool **ret, char error[WORKER_ERROR_SIZE])
{
	const struct settings *settings = options->settings;
	struct proxy_list *proxies;
	struct listener *listeners;
	struct worker_pool *pool;
	size_t listener_count;
	int r;

	ASSERT(options->tls != NULL || settings->listen_https.count == 0);
	router_check(options->routes, options->route_count);
	r = proxy_parse(&settings->listen_trusted_proxies, &proxies, error);
	if (r != 0)
		return r;
	r = listener_open(settings, count_workers(settings), &listeners,
	    &listener_count, error);
	if (r != 0) {
		proxy_free(&proxies);
		return r;
	}
	/* A client that is gone shows as EPIPE. */
	signal(SIGPIPE, SIG_IGN);
	event_set_log_callback(forward_log);
	raise_descriptor_limit(settings->listen_connections);
	pool = make_pool(options, proxies);
	pool->listeners = listeners;
	pool->listener_count = listener_count;
	proxy_free(&proxies);
	start_threads(pool);
	*ret = pool;
	return 0;
}

/* --- From the main thread --- */

void
worker_pool_stop(struct worker_pool *pool)
{
	for (size_t i = 0; i < pool->count; i++) {
		struct stop *stop = xcalloc(1, sizeof(*stop));

		stop->message.run = run_stop;
		stop->worker = &pool->workers[i];
		mailbox_post(pool->workers[i].mailbox, &stop->message);
	}
}

void
worker_pool_join(struct worker_pool *pool)
{
	for (size_t i = 0; i < pool->count && !pool->joined; i++)
		thread_join(pool->workers[i].thread);
	pool->joined = true;
}

static void
done_worker(struct worker *worker)
{
	while (mailbox_drain(worker->mailbox) > 0)
		;
	mailbox_free(&worker->mailbox);
	connection_table_done(&worker->connections);
	proxy_free(&worker->proxies);
	gzip_free(&worker->gzip);
	arena_free(&worker->spare_arena);
}

void
worker_pool_free(struct worker_pool **pool)
{
	if (*pool == NULL)
		return;
	ASSERT((*pool)->joined);
	for (size_t i = 0; i < (*pool)->count; i++)
		done_worker(&(*pool)->workers[i]);
	listener_close(&(*pool)->listeners, (*pool)->listener_count);
	ratelimit_free(&(*pool)->rate);
	free((*pool)->workers);
	free(*pool);
	*pool = NULL;
}

size_t
worker_pool_count(const struct worker_pool *pool)
{
	return pool->count;
}

struct worker *
worker_pool_get(const struct worker_pool *pool, size_t index)
{
	ASSERT(index < pool->count);
	return &pool->workers[index];
}

int64_t
worker_pool_connections(const struct worker_pool *pool)
{
	return atomic_load(&pool->cap.open);
}

uint16_t
worker_pool_port(const struct worker_pool *pool, size_t index)
{
	for (size_t i = 0; i < pool->listener_count; i++) {
		if (!pool->listeners[i].local && index-- == 0)
			return pool->listeners[i].port;
	}
	return 0;
}

unsigned
worker_index(const struct worker *worker)
{
	return worker->index;
}

struct mailbox *
worker_mailbox(struct worker *worker)
{
	return worker->mailbox;
}

void *
worker_user(const struct worker *worker)
{
	return worker->user;
}
