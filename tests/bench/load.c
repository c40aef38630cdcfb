/* SPDX-License-Identifier: ISC */
/*
 * Each connection sends a request, reads the answer to its end by
 * Content-Length, and takes the next one.
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/text.h"
#include "tests/bench/bench.h"

struct load_state {
	const struct bench_load *load;
	struct event_base *base;
	size_t next, done;
};

struct link {
	struct load_state *state;
	struct bufferevent *bev;
	size_t body_left; /* of the answer being read; SIZE_MAX: head */
};

static void
send_next(struct link *link)
{
	struct load_state *state = link->state;
	const char *request;

	link->body_left = SIZE_MAX;
	if (state->next == state->load->count)
		return;
	request = state->load->requests[state->next++];
	(void)bufferevent_write(link->bev, request, strlen(request));
}

static size_t
read_head(struct link *link, char *head)
{
	char *length = strcasestr(head, "\r\ncontent-length: ");
	int64_t value = 0;
	int status = 0;

	if (sscanf(head, "HTTP/1.1 %d", &status) != 1 ||
	    status != link->state->load->expected_status)
		bench_die("unexpected answer: %.400s", head);
	if (length != NULL) {
		length += strlen("\r\ncontent-length: ");
		length[strcspn(length, "\r")] = '\0';
		if (text_int64(length, 0, INT32_MAX, &value) < 0)
			bench_die("bad length: %s", length);
	}
	return (size_t)value;
}

static bool
take_head(struct link *link, struct evbuffer *in)
{
	struct evbuffer_ptr end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
	char head[16384];
	size_t len;

	if (end.pos < 0)
		return false;
	len = (size_t)end.pos + 4;
	if (len >= sizeof(head))
		bench_die("head too long");
	(void)evbuffer_remove(in, head, len);
	head[len] = '\0';
	link->body_left = read_head(link, head);
	return true;
}

static void
on_read(struct bufferevent *bev, void *arg)
{
	struct link *link = arg;
	struct evbuffer *in = bufferevent_get_input(bev);

	for (;;) {
		size_t have;

		if (link->body_left == SIZE_MAX && !take_head(link, in))
			return;
		have = evbuffer_get_length(in);
		have = MIN(have, link->body_left);
		(void)evbuffer_drain(in, have);
		link->body_left -= have;
		if (link->body_left > 0)
			return;
		if (++link->state->done == link->state->load->count)
			(void)event_base_loopbreak(link->state->base);
		send_next(link);
	}
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	struct link *link = arg;

	(void)bev;
	if ((what & BEV_EVENT_CONNECTED) != 0)
		send_next(link);
	else if (link->state->done < link->state->load->count)
		bench_die("a connection ended early (%x)", (unsigned)what);
}

static void
open_link(struct load_state *state, struct link *link, SSL_CTX *tls)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	SSL *ssl = SSL_new(tls);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(state->load->port);
	link->state = state;
	link->body_left = SIZE_MAX;
	link->bev = bufferevent_openssl_socket_new(state->base, -1, ssl,
	    BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(link->bev, on_read, NULL, on_event, link);
	(void)bufferevent_enable(link->bev, EV_READ | EV_WRITE);
	if (bufferevent_socket_connect(
		link->bev, (struct sockaddr *)&to, sizeof(to)) < 0)
		bench_die("cannot connect");
	(void)setsockopt(bufferevent_getfd(link->bev), IPPROTO_TCP, TCP_NODELAY,
	    &(int){ 1 }, sizeof(int));
}

double
bench_load_run(const struct bench_load *load)
{
	struct load_state state = { .load = load };
	struct link *links = xcalloc(load->connections, sizeof(*links));
	SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
	double began;

	state.base = event_base_new();
	if (tls == NULL || state.base == NULL)
		bench_die("out of memory");
	began = bench_seconds();
	for (size_t i = 0; i < load->connections; i++)
		open_link(&state, &links[i], tls);
	(void)event_base_dispatch(state.base);
	began = bench_seconds() - began;
	for (size_t i = 0; i < load->connections; i++)
		bufferevent_free(links[i].bev);
	event_base_free(state.base);
	SSL_CTX_free(tls);
	free(links);
	return began;
}
