/* SPDX-License-Identifier: ISC */
/*
 * What hostile, slow and vanishing clients get, parked requests, the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/http_node.h"
#include "tests/unit/raw_client.h"

/* A second's limit on a loaded machine; the other limits are 30 s. */
enum { SLOW_MS = 25000 };

/* --- Malformed heads --- */

static void
ambiguous_heads_are_refused_and_closed(void **state)
{
	static const char *const heads[] = {
		"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n"
		"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1\r\n"
		"Content-Length: 2\r\n\r\nab",
		"POST /echo HTTP/1.1\r\n" HOST
		"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n"
		"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST /echo HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\na",
		"POST /echo HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n",
		"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0x1\r\n\r\na",
		"POST /echo HTTP/1.1\r\n" HOST "Content-Length : 1\r\n\r\na",
		"HEAD /hello HTTP/1.1\r\n" HOST "Content-Length: 30\r\n\r\n",
		"GET /hello HTTP/1.1\r\n" HOST "Host: other\r\n\r\n",
		"GET /hello HTTP/1.1\r\n\r\n",
		"GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n",
		"GET /hello HTTP/2.0\r\n" HOST "\r\n",
		"GET /hello HTTP/0.9\r\n" HOST "\r\n",
		"GET /hello\r\n" HOST "\r\n",
		"GET /hello HTTP/1.1\r\n" HOST "no colon\r\n\r\n",
		"\r\n\r\nGET /hello HTTP/1.1\r\n\r\n",
		"\x16\x03\x01\x02garbage that is no HTTP\r\n\r\n",
	};
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;

	(void)state;
	http_node_start_plain(&node);
	for (size_t i = 0; i < N_ELEMENTS(heads); i++) {
		client = http_node_connect(&node);
		raw_send(client, heads[i]);
		raw_receive(client, strncmp(heads[i], "HEAD", 4) == 0, &answer);
		if (answer.status != 400)
			fail_msg("%s: got %d", heads[i], answer.status);
		assert_string_equal(raw_header(&answer, "Connection"), "close");
		raw_wait_closed(client);
		raw_close(&client);
	}
	http_node_stop(&node);
}

static void
heads_beyond_their_limit_are_refused(void **state)
{
	static const char *const starts[] = { "GET /",
		"GET / HTTP/1.1\r\nX: " };
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;
	char filler[16384];

	(void)state;
	memset(filler, 'a', sizeof(filler));
	http_node_start_plain(&node);
	for (size_t i = 0; i < N_ELEMENTS(starts); i++) {
		client = http_node_connect(&node);
		raw_send(client, starts[i]);
		raw_send_bytes(client, filler, sizeof(filler));
		raw_receive(client, false, &answer);
		assert_int_equal(answer.status, 400);
		raw_wait_closed(client);
		raw_close(&client);
	}
	http_node_stop(&node);
}

/* --- Time and numbers --- */

/*
 * Sends a byte now and then until the other side closes.  Callers take the
 * time from before its clock began: a test may be held up at any point.
 */
static void
drip(struct raw_client *client, const char *byte)
{
	int64_t start = raw_now_ms();

	while (raw_try_send(client, byte) && !raw_closed_within(client, 50)) {
		if (raw_now_ms() - start > RAW_DEADLINE_MS)
			fail_msg("a slow client was not closed");
	}
}

static void
slow_requests_are_closed_in_time(void **state)
{
	static const char *const starts[] = {
		"GET /hello HTTP/1.1\r\nX-Slow: ",
		"POST /echo-big HTTP/1.1\r\n" HOST
		"Content-Length: 60000\r\n\r\n",
		"POST /echo-big HTTP/1.1\r\n" HOST
		"Transfer-Encoding: chunked\r\n\r\nea60\r\n",
		"",
	};
	struct raw_client *client;
	struct http_node node;
	int64_t start;

	(void)state;
	http_node_prepare(&node);
	node.settings.listen_request_seconds = 1;
	http_node_start(&node);
	for (size_t i = 0; i < N_ELEMENTS(starts); i++) {
		start = raw_now_ms();
		client = http_node_connect(&node);
		raw_send(client, starts[i]);
		drip(client, "1");
		assert_in_range(raw_now_ms() - start, 800, SLOW_MS);
		raw_close(&client);
	}
	start = raw_now_ms();
	client = http_node_connect(&node);
	raw_wait_closed(client);
	assert_in_range(raw_now_ms() - start, 800, SLOW_MS);
	raw_close(&client);
	http_node_stop(&node);
}

static void
the_clock_of_a_later_request_starts_with_its_first_byte(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;
	int64_t start;

	(void)state;
	http_node_prepare(&node);
	node.settings.listen_request_seconds = 4;
	http_node_start(&node);
	client = http_node_connect(&node);
	raw_ask(client, GET("/hello"), &answer);
	start = raw_now_ms();
	RAW_WAIT_FOR(raw_now_ms() - start > 4200);
	raw_ask(client, GET("/hello"), &answer);
	assert_int_equal(answer.status, 200);
	start = raw_now_ms();
	raw_send(client, "GET /hello HTTP/1.1\r\n");
	drip(client, "a");
	assert_in_range(raw_now_ms() - start, 3800, SLOW_MS);
	raw_close(&client);
	http_node_stop(&node);
}

static void
idle_connections_are_closed(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;
	int64_t start;

	(void)state;
	http_node_prepare(&node);
	node.settings.listen_idle_seconds = 1;
	http_node_start(&node);
	client = http_node_connect(&node);
	start = raw_now_ms();
	raw_ask(client, GET("/hello"), &answer);
	raw_wait_closed(client);
	assert_in_range(raw_now_ms() - start, 800, SLOW_MS);
	raw_close(&client);
	RAW_WAIT_FOR(worker_pool_connections(node.pool) == 0);
	http_node_stop(&node);
}

static void
connections_beyond_the_cap_are_turned_away(void **state)
{
	struct raw_client *clients[4], *more;
	struct raw_answer answer;
	struct http_node node;

	(void)state;
	http_node_prepare(&node);
	node.settings.listen_threads = 2; /* the cap is over all threads */
	node.settings.listen_connections = N_ELEMENTS(clients);
	http_node_start(&node);
	for (size_t i = 0; i < N_ELEMENTS(clients); i++) {
		clients[i] = http_node_connect(&node);
		raw_ask(clients[i], GET("/hello"), &answer);
	}
	for (int i = 0; i < 20; i++) {
		more = http_node_connect(&node);
		raw_wait_closed(more);
		raw_close(&more);
	}
	RAW_WAIT_FOR(worker_pool_connections(node.pool) == N_ELEMENTS(clients));
	raw_ask(clients[0], GET("/hello"), &answer);
	assert_int_equal(answer.status, 200);
	raw_close(&clients[1]);
	RAW_WAIT_FOR(
	    worker_pool_connections(node.pool) == N_ELEMENTS(clients) - 1);
	clients[1] = http_node_connect(&node);
	raw_ask(clients[1], GET("/hello"), &answer);
	assert_int_equal(answer.status, 200);
	for (size_t i = 0; i < N_ELEMENTS(clients); i++)
		raw_close(&clients[i]);
	http_node_stop(&node);
}

static void
a_reload_changes_the_limits(void **state)
{
	char error[WORKER_ERROR_SIZE];
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;

	(void)state;
	http_node_start_plain(&node);
	client = http_node_connect(&node);
	raw_ask(client, GET("/hello"), &answer);
	node.proxies[0] = "nonsense";
	node.settings.listen_trusted_proxies =
	    (struct settings_list){ node.proxies, 1 };
	assert_true(worker_pool_reload(node.pool, &node.settings, error) < 0);
	assert_non_null(strstr(error, "nonsense"));
	node.proxies[0] = "127.0.0.0/8";
	node.settings.listen_requests_per_minute = 1;
	assert_int_equal(
	    worker_pool_reload(node.pool, &node.settings, error), 0);
	RAW_WAIT_FOR((raw_ask(client,
			  "GET /where/1 HTTP/1.1\r\n" HOST
			  "X-Forwarded-For: 203.0.113.9\r\n\r\n",
			  &answer),
	    answer.status == 429));
	raw_close(&client);
	http_node_stop(&node);
}

/* --- Parking --- */

static void
a_parked_request_is_answered_later(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;
	uint64_t id;

	(void)state;
	http_node_start_plain(&node);
	client = http_node_connect(&node);
	for (int i = 0; i < 3; i++) {
		raw_send(client, GET("/park"));
		id = http_node_parked();
		assert_true(http_node_resume(id, false));
		assert_false(http_node_resume(id + (1 << 24), true));
		assert_true(http_node_resume(id, true));
		assert_false(http_node_resume(id, true));
		raw_receive(client, false, &answer);
		assert_int_equal(answer.status, 200);
		assert_memory_equal(answer.body, "late", 4);
	}
	raw_close(&client);
	http_node_stop(&node);
}

static void
a_client_may_leave_while_its_request_is_parked(void **state)
{
	struct raw_client *client;
	struct http_node node;
	uint64_t id;

	(void)state;
	http_node_start_plain(&node);
	for (int i = 0; i < 4; i++) {
		client = http_node_connect(&node);
		raw_send(client, GET("/park"));
		id = http_node_parked();
		if (i % 2 == 0)
			raw_close(&client);
		else
			raw_abort(&client);
		RAW_WAIT_FOR(!http_node_resume(id, false));
		assert_false(http_node_resume(id, true));
		RAW_WAIT_FOR(worker_pool_connections(node.pool) == 0);
	}
	http_node_stop(&node);
}

static void
a_request_parked_too_long_is_answered_503(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;
	uint64_t id;

	(void)state;
	http_node_prepare(&node);
	node.park_ms = 200;
	http_node_start(&node);
	client = http_node_connect(&node);
	raw_send(client, GET("/park"));
	id = http_node_parked();
	raw_receive(client, false, &answer);
	assert_int_equal(answer.status, 503);
	assert_non_null(raw_header(&answer, "Retry-After"));
	assert_false(http_node_resume(id, true));
	raw_ask(client, GET("/hello"), &answer);
	assert_int_equal(answer.status, 200);
	raw_close(&client);
	http_node_stop(&node);
}

/* Answering races with the client's leaving: neither order may harm. */
static void
answering_a_client_that_just_left_is_safe(void **state)
{
	struct raw_client *client;
	struct http_node node;
	uint64_t id;

	(void)state;
	http_node_start_plain(&node);
	for (int i = 0; i < 50; i++) {
		client = http_node_connect(&node);
		raw_send(client, GET("/park"));
		id = http_node_parked();
		raw_abort(&client);
		(void)http_node_resume(id, true);
	}
	RAW_WAIT_FOR(worker_pool_connections(node.pool) == 0);
	http_node_stop(&node);
}

static void
what_is_sent_ahead_waits_for_the_parked_answer(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;
	uint64_t id;

	(void)state;
	http_node_start_plain(&node);
	client = http_node_connect(&node);
	raw_send(client, GET("/park") GET("/hello"));
	id = http_node_parked();
	raw_send(client, GET("/big"));
	for (int i = 0; i < 10; i++)
		assert_true(http_node_resume(id, false));
	assert_true(http_node_resume(id, true));
	raw_receive(client, false, &answer);
	assert_memory_equal(answer.body, "late", 4);
	raw_receive(client, false, &answer);
	assert_memory_equal(answer.body, "hello\n", 6);
	raw_receive(client, false, &answer);
	assert_int_equal(answer.len, BIG_BYTES);
	raw_close(&client);
	http_node_stop(&node);
}

static void
an_arena_taken_outlives_the_client(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;
	uint64_t id;

	(void)state;
	http_node_start_plain(&node);
	for (int i = 0; i < 2; i++) {
		client = http_node_connect(&node);
		raw_send(client, "POST /take HTTP/1.1\r\n" HOST
				 "Content-Length: 4\r\n\r\nbody");
		id = http_node_parked();
		if (i == 0) {
			assert_true(http_node_resume(id, true));
			raw_receive(client, false, &answer);
			assert_string_equal(
			    raw_header(&answer, "X-Kept"), "yes");
		}
		raw_close(&client);
		RAW_WAIT_FOR(worker_pool_connections(node.pool) == 0);
		assert_string_equal(http_node_last.body, "body");
		arena_free(&http_node_last.arena);
	}
	http_node_stop(&node);
}

/* --- The end --- */

static void
a_stop_finishes_what_is_under_way(void **state)
{
	struct raw_client *busy, *idle, *fresh;
	struct raw_answer answer;
	struct http_node node;
	uint64_t id;

	(void)state;
	http_node_start_plain(&node);
	idle = http_node_connect(&node);
	raw_ask(idle, GET("/hello"), &answer);
	fresh = http_node_connect(&node);
	busy = http_node_connect(&node);
	raw_send(busy, GET("/park"));
	id = http_node_parked();
	worker_pool_stop(node.pool);
	raw_wait_closed(idle);
	raw_wait_closed(fresh);
	assert_true(http_node_resume(id, true));
	raw_receive(busy, false, &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(raw_header(&answer, "Connection"), "close");
	raw_wait_closed(busy);
	raw_close(&idle);
	raw_close(&fresh);
	raw_close(&busy);
	http_node_stop(&node);
}

static void
a_stop_does_not_wait_for_ever(void **state)
{
	struct raw_client *busy;
	struct http_node node;
	int64_t start;
	struct http_node_resume late = { .answer = true };

	(void)state;
	http_node_prepare(&node);
	node.settings.listen_stop_seconds = 1;
	http_node_start(&node);
	busy = http_node_connect(&node);
	raw_send(busy, GET("/park"));
	late.id = http_node_parked();
	start = raw_now_ms();
	worker_pool_stop(node.pool);
	worker_pool_join(node.pool);
	assert_in_range(raw_now_ms() - start, 800, SLOW_MS);
	raw_wait_closed(busy);
	/* an answer that comes after the end finds nobody */
	late.message.run = http_node_run_resume;
	mailbox_post(worker_mailbox(http_node_last.worker), &late.message);
	raw_close(&busy);
	http_node_stop(&node);
	assert_true(late.done);
	assert_false(late.found);
}

static void
wrong_addresses_are_named(void **state)
{
	static const char *const bad[] = { "0.0.0.0:8080", "[::]:80",
		"localhost:80", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536",
		"unix:relative", ":80", "[::1:80" };
	struct worker_options options = { .routes = http_node_routes,
		.route_count = http_node_route_count };
	char error[WORKER_ERROR_SIZE];
	struct worker_pool *pool;
	struct http_node node, other;
	char taken[32];

	(void)state;
	http_node_prepare(&other);
	options.settings = &other.settings;
	other.settings.listen_http.count = 1;
	for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
		other.http[0] = bad[i];
		assert_true(worker_pool_start(&options, &pool, error) < 0);
		assert_non_null(strstr(error, bad[i]));
	}
	http_node_start_plain(&node);
	snprintf(taken, sizeof(taken), "127.0.0.1:%u",
	    worker_pool_port(node.pool, 0));
	other.http[0] = taken;
	assert_true(worker_pool_start(&options, &pool, error) < 0);
	assert_non_null(strstr(error, taken));
	http_node_stop(&node);
	assert_int_equal(rmdir(other.folder), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ambiguous_heads_are_refused_and_closed),
		cmocka_unit_test(heads_beyond_their_limit_are_refused),
		cmocka_unit_test(slow_requests_are_closed_in_time),
		cmocka_unit_test(
		    the_clock_of_a_later_request_starts_with_its_first_byte),
		cmocka_unit_test(idle_connections_are_closed),
		cmocka_unit_test(connections_beyond_the_cap_are_turned_away),
		cmocka_unit_test(a_reload_changes_the_limits),
		cmocka_unit_test(a_parked_request_is_answered_later),
		cmocka_unit_test(
		    a_client_may_leave_while_its_request_is_parked),
		cmocka_unit_test(a_request_parked_too_long_is_answered_503),
		cmocka_unit_test(answering_a_client_that_just_left_is_safe),
		cmocka_unit_test(
		    what_is_sent_ahead_waits_for_the_parked_answer),
		cmocka_unit_test(an_arena_taken_outlives_the_client),
		cmocka_unit_test(a_stop_finishes_what_is_under_way),
		cmocka_unit_test(a_stop_does_not_wait_for_ever),
		cmocka_unit_test(wrong_addresses_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
