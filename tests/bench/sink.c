/* SPDX-License-Identifier: ISC */
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/thread.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "config/base/thread.h"
#include "tests/bench/bench.h"

struct bench_sink {
	struct event_base *base;
	struct evhttp *http;
	SSL_CTX *tls;
	pthread_t thread;
	atomic_ullong count;
};

static void
on_request(struct evhttp_request *request, void *arg)
{
	struct bench_sink *sink = arg;

	atomic_fetch_add(&sink->count, 1);
	evhttp_send_reply(request, 202, "Accepted", NULL);
}

static struct bufferevent *
new_connection(struct event_base *base, void *arg)
{
	struct bench_sink *sink = arg;

	return bufferevent_openssl_socket_new(base, -1, SSL_new(sink->tls),
	    BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
}

static void *
sink_main(void *arg)
{
	struct bench_sink *sink = arg;

	(void)event_base_dispatch(sink->base);
	return NULL;
}

struct bench_sink *
bench_sink_start(uint16_t port, const char *certificate, const char *key)
{
	struct bench_sink *sink = xcalloc(1, sizeof(*sink));
	struct evhttp_bound_socket *bound;

	if (evthread_use_pthreads() != 0)
		bench_die("no threads");
	sink->tls = SSL_CTX_new(TLS_server_method());
	if (SSL_CTX_use_certificate_chain_file(sink->tls, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey_file(sink->tls, key, SSL_FILETYPE_PEM) != 1)
		bench_die("cannot read %s", certificate);
	sink->base = event_base_new();
	sink->http = evhttp_new(sink->base);
	evhttp_set_bevcb(sink->http, new_connection, sink);
	evhttp_set_gencb(sink->http, on_request, sink);
	bound = evhttp_bind_socket_with_handle(sink->http, "127.0.0.1", port);
	if (bound == NULL)
		bench_die("cannot listen on port %u", port);
	(void)setsockopt(evhttp_bound_socket_get_fd(bound), IPPROTO_TCP,
	    TCP_NODELAY, &(int){ 1 }, sizeof(int));
	sink->thread = thread_start("sink", sink_main, sink);
	return sink;
}

uint64_t
bench_sink_count(const struct bench_sink *sink)
{
	return atomic_load(&sink->count);
}

void
bench_sink_stop(struct bench_sink *sink)
{
	(void)event_base_loopbreak(sink->base);
	thread_join(sink->thread);
	evhttp_free(sink->http);
	event_base_free(sink->base);
	SSL_CTX_free(sink->tls);
	free(sink);
}
