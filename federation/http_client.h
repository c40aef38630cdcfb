/* SPDX-License-Identifier: ISC */
/*
 * http_client.h: requests to other servers, asynchronous, on one event loop.
 * The only user of libcurl.
 *
 * Every connection is made to an address that the node's policy allows, asked
 * after DNS (address.h); certificates are verified against
 * outbound.ca_file.  HTTP/2 where TLS offers it, with several requests on one
 * connection, else HTTP/1.1; connections are kept and reused, at most
 * outbound.connections of them idle and outbound.host_connections to one
 * host.  How many requests are under way is up to those who make them.  No
 * redirects, proxies, cookies or passwords.  After a reload new requests use
 * new connections.
 *
 * Thread: the event loop's.
 * Memory: a request is copied; an answer is borrowed during done().
 */
#ifndef FEDERATION_HTTP_CLIENT_H
#define FEDERATION_HTTP_CLIENT_H

#include "federation/httpsig.h"
#include "federation/node.h"

struct event_base;
struct http_client;

struct http_client_request {
	const char *method; /* "GET" or "POST" */
	const char *url;    /* normalised, ASCII */
	const struct httpsig_header *headers;
	size_t header_count;
	const void *body;
	size_t body_len;
	size_t answer_max; /* bytes of the answer's body, decompressed */
	int64_t seconds;   /* for all of it; 0: outbound.request_seconds */
};

struct http_client_answer {
	/*
	 * 0: answered whole.  -EACCES: no address of it may be contacted;
	 * -EMSGSIZE: more than answer_max (status and headers stand);
	 * -ETIMEDOUT; -EHOSTUNREACH: name, connection; -EPROTO: TLS, HTTP;
	 * -ECANCELED: the client ends.
	 */
	int error;
	const char *reason; /* a sentence when error, else "" */
	int status;         /* 0 when there was no answer */
	/* NULL when absent. */
	const char *content_type, *location, *retry_after;
	bool accept_signature; /* asks for signatures of RFC 9421 */
	const char *body;      /* "" when empty; NUL behind it */
	size_t body_len;
};

/* Never called before http_client_send() has returned. */
typedef void http_client_done_fn(
    void *arg, const struct http_client_answer *answer);

/* -EIO */
int http_client_new(struct event_base *base, const struct node *node,
    struct http_client **ret) MUST_CHECK;
/* Ends what is under way with -ECANCELED; no request may follow. */
void http_client_cancel(struct http_client *client);
void http_client_free(struct http_client **client); /* NULL is fine */
/* Takes what a reload changed; cheap when nothing did. */
void http_client_refresh(struct http_client *client);

/* -ECANCELED: the client ends; -EIO; done() is not called then. */
int http_client_send(struct http_client *client,
    const struct http_client_request *request, http_client_done_fn *done,
    void *arg) MUST_CHECK;
/* Requests under way. */
size_t http_client_active(const struct http_client *client);

/* Since the start, heads and bodies as they travelled, without what TLS adds
 * to them; connections: that were made, which is a handshake each. */
struct http_client_figures {
	uint64_t requests, connections, request_bytes, answer_bytes;
};
void http_client_figures(
    const struct http_client *client, struct http_client_figures *ret);

#endif
