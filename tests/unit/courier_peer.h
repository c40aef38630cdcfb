/* SPDX-License-Identifier: ISC */
/*
 * courier_peer.h: another server, on 127.0.0.1 and a thread of its own: it
 * answers as it was told and remembers what it was asked.
 */
#ifndef TESTS_COURIER_PEER_H
#define TESTS_COURIER_PEER_H

#include "config/base/arena.h"

struct peer;

/* port 0: any. */
struct peer *peer_new(uint16_t port);
void peer_free(struct peer **peer); /* NULL is fine */
uint16_t peer_port(const struct peer *peer);

struct peer_answer {
	int status;
	const char *type;     /* Content-Type, or NULL */
	const char *location; /* or NULL */
	const char *body;
	size_t len;        /* 0: body is text */
	bool gzip;         /* body is compressed */
	int before_status; /* what the first `before` requests get */
	unsigned before;
	bool hang;         /* takes the request and never answers */
	unsigned delay_ms; /* before it answers */
	bool rfc9421_only; /* 401 without Signature-Input */
};

/* What a path answers from now on; all else is 404. */
void peer_set(
    struct peer *peer, const char *path, const struct peer_answer *answer);

enum { PEER_HEADERS_MAX = 24 };

struct peer_request {
	char *method, *target;
	struct {
		char *name, *value;
	} headers[PEER_HEADERS_MAX];
	size_t header_count;
	char *body;
	size_t body_len;
	int status; /* that it got */
};

/* Requests so far, in all and for a path. */
size_t peer_total(struct peer *peer);
size_t peer_hits(struct peer *peer, const char *path);
/* Waits until there are so many, 10 s at most; false if not. */
bool peer_wait(struct peer *peer, const char *path, size_t hits);
/* The n-th request for a path, from 0; NULL if none; until peer_free(). */
const struct peer_request *peer_request(
    struct peer *peer, const char *path, size_t n);
/* NULL if absent. */
const char *peer_header(const struct peer_request *request, const char *name);

#endif
