/* SPDX-License-Identifier: ISC */
/*
 * The HTTP core as a client sees it: answers, bodies, who asks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "tests/unit/http_node.h"
#include "tests/unit/raw_client.h"

/* --- Plain requests --- */

static void
answers_on_a_connection_that_stays(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;

	(void)state;
	http_node_start_plain(&node);
	client = http_node_connect(&node);
	for (int i = 0; i < 3; i++) {
		raw_ask(client, GET("/hello"), &answer);
		assert_int_equal(answer.status, 200);
		assert_int_equal(answer.len, 6);
		assert_memory_equal(answer.body, "hello\n", 6);
		assert_string_equal(
		    raw_header(&answer, "X-Content-Type-Options"), "nosniff");
		assert_non_null(raw_header(&answer, "Date"));
		assert_non_null(raw_header(&answer, "Referrer-Policy"));
		assert_string_equal(
		    raw_header(&answer, "Content-Security-Policy"),
		    "default-src 'none'; frame-ancestors 'none'");
		assert_null(raw_header(&answer, "Connection"));
	}
	raw_ask(client,
	    "GET /hello HTTP/1.1\r\n" HOST "Connection: TE, close\r\n\r\n",
	    &answer);
	assert_string_equal(raw_header(&answer, "Connection"), "close");
	raw_wait_closed(client);
	raw_close(&client);
	http_node_stop(&node);
}

static void
http_1_0_closes_after_the_answer(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;

	(void)state;
	http_node_start_plain(&node);
	client = http_node_connect(&node);
	raw_ask(client, "GET /hello HTTP/1.0\r\n\r\n", &answer);
	assert_int_equal(answer.status, 200);
	raw_wait_closed(client);
	raw_close(&client);
	http_node_stop(&node);
}

static void
head_has_the_headers_of_get_and_no_body(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;

	(void)state;
	http_node_start_plain(&node);
	client = http_node_connect(&node);
	raw_send(client, "HEAD /hello HTTP/1.1\r\n" HOST "\r\n" GET("/hello"));
	raw_receive(client, true, &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(raw_header(&answer, "Content-Length"), "6");
	assert_non_null(raw_header(&answer, "ETag"));
	/* what follows is the next answer at once: no byte of body */
	raw_receive(client, false, &answer);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.len, 6);
	raw_close(&client);
	http_node_stop(&node);
}

static void
a_known_etag_gives_304(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;
	char text[512], etag[64];

	(void)state;
	http_node_start_plain(&node);
	client = http_node_connect(&node);
	raw_ask(client, GET("/hello"), &answer);
	assert_string_equal(raw_header(&answer, "Cache-Control"), "no-cache");
	snprintf(etag, sizeof(etag), "%s", raw_header(&answer, "ETag"));
	snprintf(text, sizeof(text),
	    "GET /hello HTTP/1.1\r\n" HOST "If-None-Match: \"x\", W/%s\r\n\r\n",
	    etag);
	raw_ask(client, text, &answer);
	assert_int_equal(answer.status, 304);
	assert_string_equal(raw_header(&answer, "ETag"), etag);
	assert_null(raw_header(&answer, "Content-Type"));
	assert_null(raw_header(&answer, "Content-Length"));
	raw_ask(client,
	    "GET /hello HTTP/1.1\r\n" HOST "If-None-Match: \"x\"\r\n\r\n",
	    &answer);
	assert_int_equal(answer.status, 200);
	raw_close(&client);
	http_node_stop(&node);
}

static void
errors_are_problems_or_pages(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;

	(void)state;
	http_node_start_plain(&node);
	client = http_node_connect(&node);
	raw_ask(client, GET("/nowhere"), &answer);
	assert_int_equal(answer.status, 404);
	assert_string_equal(
	    raw_header(&answer, "Content-Type"), "application/problem+json");
	assert_non_null(strstr(answer.body, "\"status\":404,\"detail\":\""));
	assert_string_equal(raw_header(&answer, "Vary"), "Accept");
	raw_ask(client,
	    "GET /nowhere HTTP/1.1\r\n" HOST
	    "Accept: text/html,*/*;q=0.8\r\n\r\n",
	    &answer);
	assert_int_equal(answer.status, 404);
	assert_non_null(strstr(answer.body, "<h1>Page introuvable</h1>"));
	raw_ask(client, GET("/forget"), &answer);
	assert_int_equal(answer.status, 500);
	raw_ask(client, GET("/redirect"), &answer);
	assert_int_equal(answer.status, 303);
	assert_string_equal(raw_header(&answer, "Location"), "/hello");
	assert_int_equal(answer.len, 0);
	raw_ask(client, GET("/a/%2e%2e/b"), &answer);
	assert_int_equal(answer.status, 400);
	raw_ask(client, GET("/hello"), &answer);
	assert_int_equal(answer.status, 200);
	raw_close(&client);
	http_node_stop(&node);
}

static void
methods_are_judged_by_the_route(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;

	(void)state;
	http_node_start_plain(&node);
	client = http_node_connect(&node);
	raw_ask(client, "DELETE /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 405);
	assert_string_equal(raw_header(&answer, "Allow"), "GET, HEAD, OPTIONS");
	raw_ask(client, "PATCH /echo HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 405);
	raw_ask(client, "TRACE /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 405);
	raw_ask(client, "OPTIONS /echo HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 204);
	assert_string_equal(raw_header(&answer, "Allow"), "POST, OPTIONS");
	raw_ask(client, "BREW /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 501);
	raw_ask(
	    client, "CONNECT localhost:1 HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 501);
	raw_close(&client);
	http_node_stop(&node);
}

/* --- Bodies --- */

static void
bodies_arrive_whole(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;

	(void)state;
	http_node_start_plain(&node);
	client = http_node_connect(&node);
	raw_send(client, "POST /echo HTTP/1.1\r\n" HOST
			 "Content-Type: Text/Plain; charset=utf-8\r\n"
			 "Content-Length: 5\r\n\r\n");
	raw_send_bytes(client, "ab\0cd", 5);
	raw_receive(client, false, &answer);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.len, 5);
	assert_memory_equal(answer.body, "ab\0cd", 5);
	raw_close(&client);
	client = http_node_connect(&node);
	raw_ask(client,
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Type: text/plain\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n"
	    "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n",
	    &answer);
	assert_in_range(answer.status, 400, 499); /* extensions: "2;x=y" */
	raw_close(&client);
	client = http_node_connect(&node);
	raw_ask(client,
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Type: text/plain\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n"
	    "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n",
	    &answer);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.len, 5);
	assert_memory_equal(answer.body, "abcde", 5);
	raw_send(client,
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Type: text/plain\r\n"
	    "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
	raw_receive(client, true, &answer);
	assert_int_equal(answer.status, 100);
	raw_ask(client, "hi", &answer);
	assert_int_equal(answer.status, 200);
	assert_memory_equal(answer.body, "hi", 2);
	raw_close(&client);
	http_node_stop(&node);
}

static void
bodies_too_large_or_of_another_type_are_refused(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;
	char *body = xcalloc(1, 1001);

	(void)state;
	memset(body, 'x', 1001);
	http_node_start_plain(&node);
	client = http_node_connect(&node);
	raw_send(client,
	    "POST /echo HTTP/1.1\r\n" HOST
	    "Content-Type: text/plain\r\nContent-Length: 1001\r\n\r\n");
	raw_send_bytes(client, body, 1001);
	raw_receive(client, false, &answer);
	assert_int_equal(answer.status, 413);
	raw_ask(client,
	    "POST /echo HTTP/1.1\r\n" HOST
	    "Content-Type: text/html\r\nContent-Length: 1\r\n\r\nx",
	    &answer);
	assert_int_equal(answer.status, 415);
	raw_ask(client,
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx",
	    &answer);
	assert_int_equal(answer.status, 415);
	raw_ask(client,
	    "POST /echo HTTP/1.1\r\n" HOST
	    "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n"
	    "Content-Length: 1\r\n\r\nx",
	    &answer);
	assert_int_equal(answer.status, 415);
	raw_ask(client,
	    "GET /hello HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx",
	    &answer);
	assert_int_equal(answer.status, 413);
	raw_close(&client);
	free(body);
	http_node_stop(&node);
}

/* The answer must get through although the client is still sending. */
static void
a_body_beyond_the_servers_limit_is_cut_with_413(void **state)
{
	static const char *const heads[] = {
		"Content-Length: 2000000\r\n\r\n",
		"Transfer-Encoding: chunked\r\n\r\n1e8480\r\n",
		"Expect: 100-continue\r\nContent-Length: 2000000\r\n\r\n",
		"Content-Length: 99999999999999999999999\r\n\r\n",
	};
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;
	char *body = xcalloc(1, 2000000);

	(void)state;
	http_node_start_plain(&node);
	for (size_t i = 0; i < N_ELEMENTS(heads); i++) {
		client = http_node_connect(&node);
		raw_send(client, "POST /echo-big HTTP/1.1\r\n" HOST);
		raw_send(client, heads[i]);
		if (i != 2)
			raw_send_bytes(client, body, 2000000);
		raw_receive(client, false, &answer);
		assert_int_equal(answer.status, 413);
		raw_wait_closed(client);
		raw_close(&client);
	}
	free(body);
	http_node_stop(&node);
}

static void
large_text_is_compressed_for_who_takes_it(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;
	char etag[64], text[256], out[BIG_BYTES + 1];
	z_stream stream = { 0 };

	(void)state;
	http_node_start_plain(&node);
	client = http_node_connect(&node);
	raw_ask(client, GET("/big"), &answer);
	assert_int_equal(answer.len, BIG_BYTES);
	assert_null(raw_header(&answer, "Content-Encoding"));
	assert_string_equal(raw_header(&answer, "Vary"), "Accept-Encoding");
	snprintf(etag, sizeof(etag), "%s", raw_header(&answer, "ETag"));
	raw_ask(client,
	    "GET /big HTTP/1.1\r\n" HOST
	    "Accept-Encoding: br, gzip;q=0.5\r\n\r\n",
	    &answer);
	assert_string_equal(raw_header(&answer, "Content-Encoding"), "gzip");
	assert_string_not_equal(raw_header(&answer, "ETag"), etag);
	assert_true(answer.len < BIG_BYTES / 2);
	stream.next_in = (Bytef *)(uintptr_t)answer.body;
	stream.avail_in = (uInt)answer.len;
	stream.next_out = (Bytef *)out;
	stream.avail_out = sizeof(out);
	assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	assert_int_equal(stream.total_out, BIG_BYTES);
	assert_memory_equal(out, http_node_big(), BIG_BYTES);
	inflateEnd(&stream);
	snprintf(text, sizeof(text),
	    "GET /big HTTP/1.1\r\n" HOST
	    "Accept-Encoding: gzip\r\nIf-None-Match: %s\r\n\r\n",
	    raw_header(&answer, "ETag"));
	raw_ask(client, text, &answer);
	assert_int_equal(answer.status, 304);
	raw_ask(client,
	    "GET /big HTTP/1.1\r\n" HOST "Accept-Encoding: gzip;q=0\r\n\r\n",
	    &answer);
	assert_null(raw_header(&answer, "Content-Encoding"));
	raw_ask(client,
	    "GET /big?private HTTP/1.1\r\n" HOST
	    "Accept-Encoding: gzip\r\n\r\n",
	    &answer);
	assert_null(raw_header(&answer, "Content-Encoding"));
	assert_null(raw_header(&answer, "ETag"));
	assert_string_equal(raw_header(&answer, "Cache-Control"), "no-store");
	raw_close(&client);
	http_node_stop(&node);
}

/* --- What is said about the client --- */

static void
handlers_see_what_was_asked(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;

	(void)state;
	http_node_start_plain(&node);
	client = http_node_connect(&node);
	raw_ask(client,
	    "GET /where/a%20b?q=x+y&q=z HTTP/1.1\r\nHost: Local.Host:8080\r\n"
	    "X-Two: 1\r\nX-Forwarded-For: 9.9.9.9\r\nx-two: 2\r\n"
	    "X-Forwarded-Proto: https\r\n\r\n",
	    &answer);
	assert_int_equal(answer.status, 200);
	assert_non_null(strstr(answer.body,
	    "GET http://Local.Host:8080/where/a%20b?q=x+y&q=z "
	    "path=/where/a b id=a b q=x y client=127.0.0.1 two=1, 2"));
	raw_close(&client);
	http_node_stop(&node);
}

static void
a_trusted_proxy_is_believed_and_only_that(void **state)
{
	static const char ask[] = "GET /where/1 HTTP/1.1\r\nHost: backend\r\n"
				  "X-Forwarded-For: 6.6.6.6, 203.0.113.9\r\n"
				  "X-Forwarded-Proto: https\r\n"
				  "X-Forwarded-Host: node.example\r\n\r\n";
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;

	(void)state;
	http_node_prepare(&node);
	node.proxies[0] = "unix";
	node.settings.listen_trusted_proxies =
	    (struct settings_list){ node.proxies, 1 };
	http_node_start(&node);
	client = raw_connect_local(node.local + strlen("unix:"));
	raw_ask(client, ask, &answer);
	assert_non_null(strstr(answer.body,
	    "GET https://node.example/where/1 path=/where/1 id=1 q=- "
	    "client=203.0.113.9"));
	raw_close(&client);
	client = http_node_connect(&node);
	raw_ask(client, ask, &answer);
	assert_non_null(strstr(answer.body, "GET http://backend/where/1 "));
	assert_non_null(strstr(answer.body, "client=127.0.0.1"));
	raw_close(&client);
	http_node_stop(&node);
}

static void
one_address_is_limited_in_rate(void **state)
{
	struct raw_answer answer;
	struct raw_client *client;
	struct http_node node;

	(void)state;
	http_node_prepare(&node);
	node.settings.listen_requests_per_minute = 10;
	http_node_start(&node);
	client = http_node_connect(&node);
	for (int i = 0; i < 10; i++) {
		raw_ask(client, GET("/hello"), &answer);
		assert_int_equal(answer.status, 200);
	}
	raw_ask(client, GET("/hello"), &answer);
	assert_int_equal(answer.status, 429);
	assert_non_null(raw_header(&answer, "Retry-After"));
	raw_ask(client, "POST /own-rate HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 200);
	raw_close(&client);
	http_node_stop(&node);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_on_a_connection_that_stays),
		cmocka_unit_test(http_1_0_closes_after_the_answer),
		cmocka_unit_test(head_has_the_headers_of_get_and_no_body),
		cmocka_unit_test(a_known_etag_gives_304),
		cmocka_unit_test(errors_are_problems_or_pages),
		cmocka_unit_test(methods_are_judged_by_the_route),
		cmocka_unit_test(bodies_arrive_whole),
		cmocka_unit_test(
		    bodies_too_large_or_of_another_type_are_refused),
		cmocka_unit_test(
		    a_body_beyond_the_servers_limit_is_cut_with_413),
		cmocka_unit_test(large_text_is_compressed_for_who_takes_it),
		cmocka_unit_test(handlers_see_what_was_asked),
		cmocka_unit_test(a_trusted_proxy_is_believed_and_only_that),
		cmocka_unit_test(one_address_is_limited_in_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
