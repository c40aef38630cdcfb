/* SPDX-License-Identifier: ISC */
/*
 * raw_client.h: an HTTP client for tests that sends exactly the bytes it is
 * told to, over TCP, a Unix socket or TLS.  Whatever takes longer than
 * RAW_DEADLINE_MS fails the test.
 */
#ifndef TESTS_UNIT_RAW_CLIENT_H
#define TESTS_UNIT_RAW_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RAW_DEADLINE_MS = 60000, RAW_BYTES_MAX = 4 * 1024 * 1024 };

struct raw_client;

struct raw_answer {
	int status;
	char head[8192];  /* status line and header lines, "\n" between them */
	const char *body; /* valid until the next answer of this client */
	size_t len;
};

struct raw_client *raw_connect(uint16_t port);
struct raw_client *raw_connect_local(const char *path);
/*
 * With a TLS handshake; max_version and protocol ("\x08http/1.1", NULL: no
 * ALPN) as OpenSSL has them.  NULL when the handshake failed.
 */
struct raw_client *raw_connect_tls(
    uint16_t port, int max_version, const char *protocol);
void raw_close(struct raw_client **client);
/* With a reset in place of a good end. */
void raw_abort(struct raw_client **client);

void raw_send(struct raw_client *client, const char *text);
/* False when the other side has closed. */
bool raw_try_send(struct raw_client *client, const char *text);
void raw_send_bytes(struct raw_client *client, const void *data, size_t len);
/* One answer; head_only: to HEAD. */
void raw_receive(
    struct raw_client *client, bool head_only, struct raw_answer *ret);
/* raw_send() and raw_receive(). */
void raw_ask(
    struct raw_client *client, const char *text, struct raw_answer *ret);
/* Reads until the other side closes; the milliseconds that it took. */
int64_t raw_wait_closed(struct raw_client *client);
/* Whether the other side closed within so many milliseconds. */
bool raw_closed_within(struct raw_client *client, int ms);

/* Value of a header of an answer, NULL if absent; valid until the next. */
const char *raw_header(const struct raw_answer *answer, const char *name);
/* Serial number of the server's certificate (TLS). */
long raw_serial(struct raw_client *client);
/* The chosen protocol of ALPN, "" if none. */
const char *raw_protocol(struct raw_client *client);
/* "TLSv1.3" */
const char *raw_version(struct raw_client *client);

/* Writes a self-made certificate (P-256, localhost) and its key as PEM. */
void raw_write_certificate(
    const char *certificate, const char *key, long serial);

int64_t raw_now_ms(void);
/* Waits for a condition by short naps; fails the test at the deadline. */
#define RAW_WAIT_FOR(condition) \
	do { \
		int64_t raw_end = raw_now_ms() + RAW_DEADLINE_MS; \
		while (!(condition)) { \
			if (raw_now_ms() > raw_end) \
				fail_msg("never came: %s", #condition); \
			raw_nap(); \
		} \
	} while (0)
void raw_nap(void);

#endif
