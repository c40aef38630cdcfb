/* SPDX-License-Identifier: ISC */
/*
 * What one node costs, in CPU time per operation of the whole process, next
 * to what the machine can do at all.  Release build, TLS, everything durable.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "federation/httpsig.h"
#include "tests/bench/bench.h"

enum {
	BENCH_PORT = 18441,
	BENCH_SINK_PORT = 18442,
	BENCH_CREATES = 20000,
	BENCH_GETS = 20000,
	BENCH_UPDATES = 8, /* each goes to BENCH_HOSTS hosts */
	BENCH_CONNECTIONS = 32,
	BENCH_SECONDS_MAX = 120,
};

static char *
signed_create(const struct bench_node *node, struct arena *arena, int i)
{
	const char *note = arena_printf(
	    arena, "https://sender.localhost/n/%d-%d", (int)getpid(), i);
	char at[CLOCK_RFC3339_SIZE];
	char *body, *text;
	struct httpsig_request request = {
		.method = "POST", .scheme = "https", .target = "/inbox"
	};
	struct httpsig_signer signer = { .form = HTTPSIG_CAVAGE,
		.key = node->sender_key };
	struct httpsig_headers headers;

	clock_rfc3339(clock_now(), at);
	body = arena_printf(arena,
	    "{\"@context\":\"https://www.w3.org/ns/activitystreams\","
	    "\"id\":\"%s/activity\",\"type\":\"Create\",\"actor\":\"%s\","
	    "\"published\":\"%s\",\"to\":[\"https://www.w3.org/ns/"
	    "activitystreams#Public\"],\"cc\":[\"%s/followers\"],\"object\":{"
	    "\"id\":\"%s\",\"type\":\"Note\",\"attributedTo\":\"%s\","
	    "\"published\":\"%s\",\"to\":[\"https://www.w3.org/ns/"
	    "activitystreams#Public\"],\"cc\":[\"%s/"
	    "followers\"],\"url\":\"%s\","
	    "\"content\":\"<p>Le jardin partagé ouvre ses portes samedi : "
	    "venez avec vos graines, vos questions et vos idées. Nous "
	    "préparons aussi un atelier de greffe avec <a href=\\\"https://"
	    "example.org/\\\">les voisins</a>.</p><p>%d</p>\"}}",
	    note, node->sender_uri, at, node->sender_uri, note,
	    node->sender_uri, at, node->sender_uri, note, i);
	request.authority = node->base + strlen("https://");
	request.body = body;
	request.body_len = strlen(body);
	signer.key_id = arena_printf(arena, "%s#main-key", node->sender_uri);
	signer.now = clock_now();
	if (httpsig_sign(arena, &signer, &request, &headers) < 0)
		bench_die("cannot sign");
	text = arena_printf(arena,
	    "POST /inbox HTTP/1.1\r\nHost: %s\r\n"
	    "Content-Type: application/activity+json\r\n"
	    "Content-Length: %zu\r\n",
	    request.authority, request.body_len);
	for (size_t h = 0; h < headers.n; h++)
		text = arena_printf(arena, "%s%s: %s\r\n", text,
		    headers.items[h].name, headers.items[h].value);
	return xasprintf("%s\r\n%s", text, body);
}

static void
print_row(const char *what, double count, double seconds, double cpu)
{
	(void)printf("%-34s %8.0f/s  %8.1f us CPU  %8.0f per CPU-second\n",
	    what, count / seconds, cpu / count * 1e6, count / cpu);
	(void)fflush(stdout);
}

static void
run_load(const struct bench_node *node, const char *what, char **requests,
    size_t count, int status)
{
	const struct bench_load load = { .port = node->port,
		.connections = BENCH_CONNECTIONS,
		.requests = requests,
		.count = count,
		.expected_status = status };
	double cpu = bench_node_cpu(node);
	double seconds = bench_load_run(&load);

	cpu = bench_node_cpu(node) - cpu;
	print_row(what, (double)count, seconds, cpu);
}

static void
bench_inbox(const struct bench_node *node)
{
	char **requests = xcalloc(BENCH_CREATES, sizeof(*requests));
	struct arena *arena = arena_new();

	for (int i = 0; i < BENCH_CREATES; i++) {
		requests[i] = signed_create(node, arena, i);
		arena_reset(arena);
	}
	run_load(node, "inbox: signed Create accepted", requests, BENCH_CREATES,
	    202);
	for (int i = 0; i < BENCH_CREATES; i++)
		free(requests[i]);
	free(requests);
	arena_free(&arena);
}

static void
bench_get(const struct bench_node *node, const char *what, const char *path,
    const char *accept)
{
	char **requests = xcalloc(BENCH_GETS, sizeof(*requests));
	char *request = xasprintf("GET %s HTTP/1.1\r\nHost: %s\r\n"
				  "Accept: %s\r\n\r\n",
	    path, node->base + strlen("https://"), accept);

	for (int i = 0; i < BENCH_GETS; i++)
		requests[i] = request;
	run_load(node, what, requests, BENCH_GETS, 200);
	free(request);
	free(requests);
}

static void
publish_and_wait(const struct bench_node *node, const struct bench_sink *sink,
    const char *what, int updates)
{
	const uint64_t count = (uint64_t)updates * BENCH_HOSTS;
	const uint64_t until = bench_sink_count(sink) + count;
	double cpu = bench_node_cpu(node), began = bench_seconds();

	for (int i = 0; i < updates; i++)
		bench_node_ctl(node, "update", "publish", "project", "--text",
		    "Une nouvelle pour tous ceux qui suivent le projet.", NULL);
	while (bench_sink_count(sink) < until) {
		if (bench_seconds() - began > BENCH_SECONDS_MAX)
			bench_die("%llu deliveries are missing",
			    (unsigned long long)(until -
						 bench_sink_count(sink)));
		(void)usleep(5000);
	}
	began = bench_seconds() - began;
	cpu = bench_node_cpu(node) - cpu;
	print_row(what, (double)count, began, cpu);
}

static void
bench_delivery(const struct bench_node *node)
{
	char *certificate = xasprintf("%s/hosts.localhost.pem", node->folder);
	char *key = xasprintf("%s/hosts.localhost.key", node->folder);
	struct bench_sink *sink =
	    bench_sink_start(BENCH_SINK_PORT, certificate, key);

	publish_and_wait(node, sink, "delivery to 1254 hosts, fresh", 1);
	publish_and_wait(
	    node, sink, "delivery to 1254 hosts, kept alive", BENCH_UPDATES);
	bench_sink_stop(sink);
	free(certificate);
	free(key);
}

static void
bench_pages(const struct bench_node *node)
{
	bench_get(
	    node, "actor as JSON", node->project, "application/activity+json");
	bench_get(node, "project page as HTML", node->project, "text/html");
	bench_get(node, "front page as HTML", "/", "text/html");
}

static const struct part {
	const char *name;
	void (*run)(const struct bench_node *node);
} parts[] = {
	{ "pages", bench_pages },
	{ "inbox", bench_inbox },
	{ "delivery", bench_delivery },
};

static void
print_limits(const struct bench_node *node)
{
	struct bench_machine machine;
	struct arena *arena = arena_new();
	double handshake_us =
	    bench_handshake_us(arena_printf(arena, "%s/ca.pem", node->folder),
		arena_printf(arena, "%s/hosts.localhost.pem", node->folder),
		arena_printf(arena, "%s/hosts.localhost.key", node->folder));

	arena_free(&arena);
	bench_machine(node->folder, &machine);
	(void)printf("the machine's own limits, one core:\n"
		     "  RSA-2048 sign %.0f us, verify %.1f us; Ed25519 sign "
		     "%.1f us, verify %.1f us\n"
		     "  SHA-256 of 2 KiB %.2f us; 4 KiB write and fdatasync "
		     "%.0f us\n"
		     "  TLS 1.3 handshake, client, verified %.0f us\n",
	    machine.rsa_sign_us, machine.rsa_verify_us, machine.ed25519_sign_us,
	    machine.ed25519_verify_us, machine.sha256_2k_us, machine.fsync_us,
	    handshake_us);
}

int
main(int argc, char **argv)
{
	struct bench_node node = { 0 };
	const char *only = argc == 3 ? argv[2] : NULL;

	if (argc != 2 && argc != 3)
		bench_die("usage: parvis_bench FOLDER-OF-PROGRAMS "
			  "[pages|inbox|delivery]");
	bench_node_make(&node, argv[1], BENCH_PORT, BENCH_SINK_PORT);
	print_limits(&node);
	bench_node_start(&node);
	(void)printf("one node, over TLS:\n%-34s %8.1f MiB\n",
	    "memory at start", bench_node_memory(&node));
	for (size_t i = 0; i < N_ELEMENTS(parts); i++) {
		if (only == NULL || strcmp(only, parts[i].name) == 0)
			parts[i].run(&node);
	}
	(void)printf(
	    "%-34s %8.1f MiB\n", "memory at the end", bench_node_memory(&node));
	bench_node_stop(&node);
	(void)printf("data left in %s\n", node.folder);
	return 0;
}
