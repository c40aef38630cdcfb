/* SPDX-License-Identifier: ISC */
/*
 * http_node.h: worker threads with a few test routes, for the tests of the
 * HTTP core.  One node at a time; its ports are chosen by the kernel.
 *
 *	GET  /hello         "hello\n"
 *	GET  /big           BIG_BYTES of text; ?private: marked private
 *	POST /echo          the body, text/plain up to 1,000 bytes
 *	POST /echo-big      the body, any type
 *	GET  /where/:id     what the handler sees of the request
 *	GET  /park          parks; http_node_parked() gives the id
 *	POST /take          the same, and takes the arena along
 *	GET  /forget        neither answers nor parks
 *	GET  /redirect      303 to /hello
 *	POST /own-rate      "hello\n", not counted by address
 */
#ifndef TESTS_UNIT_HTTP_NODE_H
#define TESTS_UNIT_HTTP_NODE_H

#include "daemon/tls.h"
#include "daemon/worker.h"

struct raw_client;

enum {
	BIG_BYTES = 6000,
	TLS_1_1 = 0x0302,
	TLS_1_2 = 0x0303,
	TLS_1_3 = 0x0304,
};

#define GET(path) "GET " path " HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define HOST      "Host: localhost\r\n"

extern const struct route http_node_routes[];
extern const size_t http_node_route_count;

struct http_node {
	struct settings settings;
	const char *http[2], *https[1], *proxies[1];
	char folder[64], local[96], certificate[96], key[96];
	int64_t park_ms;
	struct tls *tls;
	struct worker_pool *pool;
};

/* The request that was parked last. */
extern struct http_node_last {
	struct worker *worker;
	struct arena *arena; /* taken along by /take; the test frees it */
	const char *body;
} http_node_last;

/* Folder and settings; plain HTTP on loopback and on a Unix socket. */
void http_node_prepare(struct http_node *node);
void http_node_start(struct http_node *node);
void http_node_start_plain(struct http_node *node); /* both */
void http_node_start_tls(struct http_node *node);   /* HTTPS alone */
/* Stops in order; no connection and no file may be left. */
void http_node_stop(struct http_node *node);
struct raw_client *http_node_connect(struct http_node *node);

/* Waits until a request is parked; its id. */
uint64_t http_node_parked(void);

/* What a message finds when it comes to resume a request. */
struct http_node_resume {
	struct message message;
	uint64_t id;
	bool answer; /* else only look */
	bool found, done;
};
void http_node_run_resume(struct message *message);
/* Posts such a message and waits for it: whether it found the request. */
bool http_node_resume(uint64_t id, bool answer);

const char *http_node_big(void);

#endif
