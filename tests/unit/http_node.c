/* SPDX-License-Identifier: ISC */
#include "tests/unit/http_node.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/http.h"
#include "tests/unit/raw_client.h"

struct http_node_last http_node_last;

/* The handler tells the test, and the message's run() too. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static uint64_t parked_id;

static char big[BIG_BYTES];

/* --- The routes under test --- */

static void
hello(struct http_request *request)
{
	http_answer(request, 200, "text/plain; charset=utf-8", "hello\n", 6);
}

static void
big_text(struct http_request *request)
{
	if (http_query(request, "private") != NULL)
		http_mark_private(request);
	http_answer(request, 200, "text/plain", big, sizeof(big));
}

static void
echo(struct http_request *request)
{
	size_t len;
	const char *body = http_body(request, &len);

	http_answer(request, 200, "application/octet-stream", body, len);
}

static void
where(struct http_request *request)
{
	const char *two = http_header(request, "X-Two");
	char *text = arena_printf(http_arena(request),
	    "%s %s://%s%s path=%s id=%s q=%s client=%s two=%s",
	    http_method_name(request), http_scheme(request),
	    http_authority(request), http_target(request), http_path(request),
	    http_param(request, "id"),
	    http_query(request, "q") != NULL ? http_query(request, "q") : "-",
	    http_client(request), two != NULL ? two : "-");

	http_answer(request, 200, "text/plain", text, strlen(text));
}

static void
tell_parked(struct http_request *request)
{
	pthread_mutex_lock(&lock);
	parked_id = http_park(request);
	http_node_last.worker = http_worker(request);
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static void
park(struct http_request *request)
{
	tell_parked(request);
}

static void
take(struct http_request *request)
{
	size_t len;

	http_add_header(request, "X-Kept", "yes");
	http_node_last.body = http_body(request, &len);
	http_node_last.arena = http_take_arena(request);
	tell_parked(request);
}

static void
forget(struct http_request *request)
{
	(void)request;
}

static void
redirect(struct http_request *request)
{
	http_answer_redirect(request, 303, "/hello");
}

static const char *const text_only[] = { "text/plain", NULL };

const struct route http_node_routes[] = {
	{ HTTP_GET, "/hello", hello, 0, NULL, false },
	{ HTTP_GET, "/big", big_text, 0, NULL, false },
	{ HTTP_POST, "/echo", echo, 1000, text_only, false },
	{ HTTP_POST, "/echo-big", echo, 1 << 20, NULL, false },
	{ HTTP_GET | HTTP_POST, "/where/:id", where, 0, NULL, false },
	{ HTTP_GET, "/park", park, 0, NULL, false },
	{ HTTP_POST, "/take", take, 1000, NULL, false },
	{ HTTP_GET, "/forget", forget, 0, NULL, false },
	{ HTTP_GET, "/redirect", redirect, 0, NULL, false },
	{ HTTP_POST, "/own-rate", hello, 0, NULL, true },
};

const size_t http_node_route_count = N_ELEMENTS(http_node_routes);

/* --- The node --- */

void
http_node_prepare(struct http_node *node)
{
	*node = (struct http_node){ 0 };
	(void)http_node_big(); /* fills it */
	snprintf(
	    node->folder, sizeof(node->folder), "%s/parvis-XXXXXX", P_tmpdir);
	assert_non_null(mkdtemp(node->folder));
	snprintf(node->local, sizeof(node->local), "unix:%s/web", node->folder);
	snprintf(node->certificate, sizeof(node->certificate), "%s/crt",
	    node->folder);
	snprintf(node->key, sizeof(node->key), "%s/key", node->folder);
	node->http[0] = "127.0.0.1:0";
	node->http[1] = node->local;
	node->https[0] = "127.0.0.1:0";
	node->settings.listen_http =
	    (struct settings_list){ node->http, N_ELEMENTS(node->http) };
	node->settings.listen_threads = 1;
	node->settings.listen_connections = 100;
	node->settings.listen_header_bytes = 4096;
	node->settings.listen_body_bytes = 65536;
	node->settings.listen_request_seconds = 30;
	node->settings.listen_idle_seconds = 30;
	node->settings.listen_stop_seconds = 10;
	node->settings.listen_requests_per_minute = 100000;
}

void
http_node_start(struct http_node *node)
{
	struct worker_options options = {
		.settings = &node->settings,
		.tls = node->tls,
		.park_ms = node->park_ms,
		.routes = http_node_routes,
		.route_count = http_node_route_count,
	};
	char error[WORKER_ERROR_SIZE] = "";

	if (worker_pool_start(&options, &node->pool, error) != 0)
		fail_msg("%s", error);
}

void
http_node_start_plain(struct http_node *node)
{
	http_node_prepare(node);
	http_node_start(node);
}

void
http_node_start_tls(struct http_node *node)
{
	char error[TLS_ERROR_SIZE] = "";

	http_node_prepare(node);
	raw_write_certificate(node->certificate, node->key, 1);
	if (tls_new(node->certificate, node->key, &node->tls, error) != 0)
		fail_msg("%s", error);
	node->settings.listen_https = (struct settings_list){ node->https, 1 };
	node->settings.listen_http.count = 0;
	http_node_start(node);
}

void
http_node_stop(struct http_node *node)
{
	worker_pool_stop(node->pool);
	worker_pool_join(node->pool);
	assert_int_equal(worker_pool_connections(node->pool), 0);
	worker_pool_free(&node->pool);
	assert_null(node->pool);
	tls_free(&node->tls);
	(void)unlink(node->certificate);
	(void)unlink(node->key);
	assert_int_equal(rmdir(node->folder), 0); /* the socket is gone too */
}

struct raw_client *
http_node_connect(struct http_node *node)
{
	return raw_connect(worker_pool_port(node->pool, 0));
}

uint64_t
http_node_parked(void)
{
	uint64_t id;

	pthread_mutex_lock(&lock);
	while (parked_id == 0)
		pthread_cond_wait(&changed, &lock);
	id = parked_id;
	parked_id = 0;
	pthread_mutex_unlock(&lock);
	return id;
}

void
http_node_run_resume(struct message *message)
{
	struct http_node_resume *resume =
	    CONTAINER_OF(message, struct http_node_resume, message);
	struct http_request *request =
	    http_resume(http_node_last.worker, resume->id);

	if (request != NULL && resume->answer)
		http_answer(request, 200, "text/plain", "late", 4);
	pthread_mutex_lock(&lock);
	resume->found = request != NULL;
	resume->done = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

bool
http_node_resume(uint64_t id, bool answer)
{
	struct http_node_resume resume = { .id = id, .answer = answer };

	resume.message.run = http_node_run_resume;
	mailbox_post(worker_mailbox(http_node_last.worker), &resume.message);
	pthread_mutex_lock(&lock);
	while (!resume.done)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	return resume.found;
}

const char *
http_node_big(void)
{
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = "parvis des territoires "[i % 23];
	return big;
}
