/* SPDX-License-Identifier: ISC */
/*
 * The HTTP core over TLS.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/base/clock.h"
#include "tests/unit/http_node.h"
#include "tests/unit/raw_client.h"

/* --- TLS --- */

static void
tls_speaks_modern_versions_only(void **state)
{
	static const int versions[] = { TLS_1_2, TLS_1_3 };
	static const char *const names[] = { "TLSv1.2", "TLSv1.3" };
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;
	uint16_t port;

	(void)state;
	http_node_start_tls(&node);
	port = worker_pool_port(node.pool, 0);
	for (size_t i = 0; i < N_ELEMENTS(versions); i++) {
		client =
		    raw_connect_tls(port, versions[i], "\x02h2\x08http/1.1");
		assert_non_null(client);
		assert_string_equal(raw_version(client), names[i]);
		assert_string_equal(raw_protocol(client), "http/1.1");
		raw_ask(client, GET("/where/1"), &answer);
		assert_non_null(
		    strstr(answer.body, "GET https://localhost/where/1"));
		raw_ask(client, GET("/hello"), &answer);
		assert_int_equal(answer.status, 200);
		raw_close(&client);
	}
	client = raw_connect_tls(port, TLS_1_3, NULL);
	raw_ask(client, GET("/hello"), &answer);
	assert_int_equal(answer.status, 200);
	raw_close(&client);
	assert_null(raw_connect_tls(port, TLS_1_1, NULL));
	assert_null(raw_connect_tls(port, TLS_1_3, "\x02h2"));
	RAW_WAIT_FOR(worker_pool_connections(node.pool) == 0);
	http_node_stop(&node);
}

static void
tls_answers_without_delay(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;
	int64_t start, least = INT64_MAX;

	(void)state;
	http_node_start_tls(&node);
	client = raw_connect_tls(worker_pool_port(node.pool, 0), TLS_1_3, NULL);
	raw_ask(client, GET("/big"), &answer);
	for (int i = 0; i < 50; i++) {
		start = raw_now_ms();
		raw_ask(client, GET("/big"), &answer);
		least = MIN(least, raw_now_ms() - start);
	}
	/*
	 * Nagle against delayed acknowledgements would take 40 ms each time; a
	 * machine with other things to do takes long now and then.
	 */
	assert_in_range(least, 0, 35);
	raw_close(&client);
	http_node_stop(&node);
}

static void
tls_clients_may_leave_or_stall(void **state)
{
	struct raw_client *client;
	struct http_node node;
	uint64_t id;

	(void)state;
	http_node_start_tls(&node);
	for (int i = 0; i < 20; i++) {
		client = raw_connect_tls(
		    worker_pool_port(node.pool, 0), TLS_1_3, NULL);
		raw_send(client, GET("/park") "GET /");
		id = http_node_parked();
		raw_send(client, "more ahead");
		if (i % 2 == 0) {
			raw_abort(&client);
			(void)http_node_resume(id, true);
		} else {
			raw_close(&client);
			RAW_WAIT_FOR(!http_node_resume(id, false));
		}
	}
	/* a handshake that never comes, and one that is none */
	client = raw_connect(worker_pool_port(node.pool, 0));
	raw_send(client, GET("/hello"));
	raw_wait_closed(client);
	raw_close(&client);
	client = raw_connect(worker_pool_port(node.pool, 0));
	worker_pool_stop(node.pool);
	raw_wait_closed(client);
	raw_close(&client);
	http_node_stop(&node);
}

static void
tls_bodies_beyond_the_limit_are_cut_with_413(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;
	char *body = xcalloc(1, 300000);

	(void)state;
	http_node_start_tls(&node);
	client = raw_connect_tls(worker_pool_port(node.pool, 0), TLS_1_3, NULL);
	raw_send(client, "POST /echo-big HTTP/1.1\r\n" HOST
			 "Content-Length: 300000\r\n\r\n");
	raw_send_bytes(client, body, 300000);
	raw_receive(client, false, &answer);
	assert_int_equal(answer.status, 413);
	raw_close(&client);
	free(body);
	http_node_stop(&node);
}

static void
tls_reload_serves_the_new_certificate(void **state)
{
	struct raw_client *client, *old;
	char error[TLS_ERROR_SIZE];
	struct tls_certificate look;
	struct raw_answer answer;
	struct http_node node;
	uint16_t port;

	(void)state;
	http_node_start_tls(&node);
	port = worker_pool_port(node.pool, 0);
	old = raw_connect_tls(port, TLS_1_3, NULL);
	assert_int_equal(raw_serial(old), 1);
	assert_true(tls_reload(node.tls, node.certificate, node.certificate,
			error) < 0);
	assert_non_null(strstr(error, node.certificate));
	assert_true(
	    tls_reload(node.tls, "/nonexistent/crt", node.key, error) < 0);
	assert_non_null(strstr(error, "/nonexistent/crt"));
	raw_write_certificate(node.certificate, node.key, 2);
	assert_int_equal(
	    tls_reload(node.tls, node.certificate, node.key, error), 0);
	assert_int_equal(tls_look(node.tls, "localhost:8443", &look), 0);
	assert_in_range(
	    look.ends_at, clock_now() + 60, clock_now() + 366 * 86400);
	assert_int_equal(tls_look(node.tls, "other.example", &look), 0);
	assert_false(look.names_domain);
	client = raw_connect_tls(port, TLS_1_3, NULL);
	assert_int_equal(raw_serial(client), 2);
	raw_ask(old, GET("/hello"), &answer);
	assert_int_equal(answer.status, 200);
	raw_close(&client);
	raw_close(&old);
	http_node_stop(&node);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tls_speaks_modern_versions_only),
		cmocka_unit_test(tls_answers_without_delay),
		cmocka_unit_test(tls_clients_may_leave_or_stall),
		cmocka_unit_test(tls_bodies_beyond_the_limit_are_cut_with_413),
		cmocka_unit_test(tls_reload_serves_the_new_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
