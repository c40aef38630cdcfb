/* SPDX-License-Identifier: ISC */
/*
 * bench.h: parts of the benchmark: a node of its own in a fresh folder, a
 * load of requests over TLS, a sink that takes deliveries, and the machine's
 * own limits to hold the figures against.
 *
 * All traffic stays on the loopback interface, and every run is bounded by a
 * number of requests.  Thread: main, but for the sink's own.
 */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <sys/types.h>

#include "config/base/arena.h"
#include "config/base/crypto.h"

/* --- machine.c: limits of one core, measured now --- */

struct bench_machine {
	double rsa_sign_us, rsa_verify_us, ed25519_sign_us, ed25519_verify_us,
	    fsync_us, sha256_2k_us;
};
void bench_machine(const char *folder, struct bench_machine *ret);

/* --- handshake.c: the client's side of one, verified, not resumed --- */

double bench_handshake_us(
    const char *ca, const char *certificate, const char *key);

/* --- node.c: parvisd under test --- */

struct bench_node {
	const char *folder, *binary, *ctl; /* programs to run */
	const char *conf;
	const char *base; /* "https://bench.localhost:PORT" */
	uint16_t port;
	pid_t pid;
	const char *sender_uri; /* a remote actor that the node knows */
	struct key *sender_key;
	const char *project; /* path of one of ours with followers */
};

enum { BENCH_HOSTS = 1254 };

/* Makes certificates, database, actors, followers on BENCH_HOSTS hosts. */
void bench_node_make(struct bench_node *node, const char *programs,
    uint16_t port, uint16_t sink_port);
void bench_node_start(struct bench_node *node);
void bench_node_stop(struct bench_node *node);
/* User and system time of the process so far, seconds. */
double bench_node_cpu(const struct bench_node *node);
/* Resident memory, MiB. */
double bench_node_memory(const struct bench_node *node);
/* Runs parvisctl with arguments (NULL at the end); aborts when it fails. */
void bench_node_ctl(const struct bench_node *node, ...);

/* --- load.c: requests over kept-alive TLS connections --- */

struct bench_load {
	uint16_t port;
	size_t connections;
	/* Requests as bytes; each is sent once, in turn. */
	char *const *requests;
	size_t count;
	int expected_status;
};

/* Seconds that it took; aborts when an answer has another status. */
double bench_load_run(const struct bench_load *load);

/* --- sink.c: a server that answers 202 to whatever comes --- */

struct bench_sink;
struct bench_sink *bench_sink_start(
    uint16_t port, const char *certificate, const char *key);
uint64_t bench_sink_count(const struct bench_sink *sink);
void bench_sink_stop(struct bench_sink *sink);

double bench_seconds(void); /* monotonic */
void bench_die(const char *fmt, ...) PRINTF_LIKE(1, 2) NORETURN;

#endif
