/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/base/arena.h"
#include "daemon/etag.h"
#include "daemon/proxy.h"
#include "daemon/router.h"
#include "daemon/target.h"

static void
handler(struct http_request *request)
{
	(void)request;
}

static const char *const json_types[] = { "application/activity+json",
	"application/ld+json", NULL };

static const struct route routes[] = {
	{ HTTP_GET, "/", handler, 0, NULL, false },
	{ HTTP_GET, "/o/new", handler, 0, NULL, false },
	{ HTTP_GET, "/o/:id", handler, 0, NULL, false },
	{ HTTP_POST, "/o/:id/inbox", handler, 100, json_types, true },
	{ HTTP_GET, "/o/:id/inbox", handler, 0, NULL, false },
	{ HTTP_GET, "/@:name", handler, 0, NULL, false },
	{ HTTP_GET, "/static/+path", handler, 0, NULL, false },
	{ HTTP_POST | HTTP_PUT, "/a/:b/c/:d", handler, 10, NULL, false },
};

static int
match(struct arena *arena, enum http_method method, const char *path,
    struct router_match *ret)
{
	*ret = (struct router_match){ 0 };
	return router_match(
	    routes, N_ELEMENTS(routes), method, path, arena, ret);
}

static void
paths_find_their_route(void **state)
{
	static const struct {
		enum http_method method;
		const char *path;
		int status;
		size_t route;
		const char *params; /* "name=value name=value" */
	} rows[] = {
		{ HTTP_GET, "/", 0, 0, "" },
		{ HTTP_HEAD, "/", 0, 0, "" },
		{ HTTP_GET, "/o/new", 0, 1, "" },
		{ HTTP_GET, "/o/newer", 0, 2, "id=newer" },
		{ HTTP_GET, "/o/", 404, 0, "" },
		{ HTTP_GET, "/o", 404, 0, "" },
		{ HTTP_GET, "//", 404, 0, "" },
		{ HTTP_GET, "/o/x/", 404, 0, "" },
		{ HTTP_GET, "/o/x/y", 404, 0, "" },
		{ HTTP_POST, "/o/x/inbox", 0, 3, "id=x" },
		{ HTTP_GET, "/o/x/inbox", 0, 4, "id=x" },
		{ HTTP_HEAD, "/o/x/inbox", 0, 4, "id=x" },
		{ HTTP_PUT, "/o/x/inbox", 405, 0, "" },
		{ HTTP_GET, "/@écolieu", 0, 5, "name=écolieu" },
		{ HTTP_GET, "/@", 404, 0, "" },
		{ HTTP_GET, "/x", 404, 0, "" },
		{ HTTP_GET, "/static/a/b.css", 0, 6, "path=a/b.css" },
		{ HTTP_GET, "/static/a", 0, 6, "path=a" },
		{ HTTP_GET, "/static/", 404, 0, "" },
		{ HTTP_GET, "/static", 404, 0, "" },
		{ HTTP_PUT, "/a/1/c/2", 0, 7, "b=1 d=2" },
		{ HTTP_GET, "/a/1/c/2", 405, 0, "" },
		{ HTTP_OPTIONS, "/a/1/c/2", 204, 0, "" },
		{ HTTP_OPTIONS, "/nowhere", 404, 0, "" },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct router_match found;
		const char *params = "";
		int status = match(arena, rows[i].method, rows[i].path, &found);

		if (status != rows[i].status)
			fail_msg("%s: expected %d, got %d", rows[i].path,
			    rows[i].status, status);
		if (status != 0)
			continue;
		assert_ptr_equal(found.route, &routes[rows[i].route]);
		for (size_t k = 0; k < found.param_count; k++)
			params = arena_printf(arena, "%s%s%s=%s", params,
			    k > 0 ? " " : "", found.params[k].name,
			    found.params[k].value);
		assert_string_equal(params, rows[i].params);
	}
	arena_free(&arena);
}

static void
allow_lists_the_methods_of_the_path(void **state)
{
	struct arena *arena = arena_new();
	struct router_match found;

	(void)state;
	router_check(routes, N_ELEMENTS(routes));
	assert_int_equal(match(arena, HTTP_DELETE, "/o/x/inbox", &found), 405);
	assert_string_equal(found.allow, "GET, HEAD, POST, OPTIONS");
	assert_int_equal(match(arena, HTTP_GET, "/a/1/c/2", &found), 405);
	assert_string_equal(found.allow, "POST, PUT, OPTIONS");
	arena_free(&arena);
}

static void
bodies_are_limited_in_size_and_type(void **state)
{
	const struct route *inbox = &routes[3], *any = &routes[7];

	(void)state;
	assert_int_equal(router_check_body(inbox, json_types[0], 100), 0);
	assert_int_equal(router_check_body(inbox, json_types[0], 101), 413);
	assert_int_equal(
	    router_check_body(inbox, "application/ld+json; profile=x", 1), 0);
	assert_int_equal(router_check_body(inbox, "application/json", 1), 415);
	assert_int_equal(router_check_body(inbox, NULL, 1), 415);
	assert_int_equal(router_check_body(inbox, NULL, 0), 0);
	assert_int_equal(router_check_body(any, NULL, 10), 0);
	assert_int_equal(router_check_body(&routes[0], NULL, 1), 413);
}

static void
targets_are_decoded_or_refused(void **state)
{
	static const struct {
		const char *target, *path; /* NULL: refused */
	} rows[] = {
		{ "/", "/" },
		{ "/a/b", "/a/b" },
		{ "/a%20b", "/a b" },
		{ "/%C3%A9", "/é" },
		{ "/a+b", "/a+b" },
		{ "/a//b", "/a//b" },
		{ "/a/", "/a/" },
		{ "/...", "/..." },
		{ "/a?b/../c", "/a" },
		{ "", NULL },
		{ "*", NULL },
		{ "a/b", NULL },
		{ "http://example.org/", NULL },
		{ "/a/../b", NULL },
		{ "/..", NULL },
		{ "/.", NULL },
		{ "/%2e%2E/b", NULL },
		{ "/a%2Fb", NULL },
		{ "/a%00b", NULL },
		{ "/a%0Ab", NULL },
		{ "/a%7f", NULL },
		{ "/a%", NULL },
		{ "/a%2", NULL },
		{ "/a%zz", NULL },
		{ "/%ff", NULL },
		{ "/a b", NULL },
		{ "/a#b", NULL },
		{ "/a\tb", NULL },
		{ "/a?b=%00", NULL },
		{ "/a?b=%", NULL },
		{ "/a?%ff=b", NULL },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct target target = { 0 };
		int r = target_parse(arena, rows[i].target, &target);

		if ((r == 0) != (rows[i].path != NULL))
			fail_msg("%s: got %d", rows[i].target, r);
		if (r == 0)
			assert_string_equal(target.path, rows[i].path);
	}
	arena_free(&arena);
}

static void
query_parameters_are_found(void **state)
{
	struct arena *arena = arena_new();
	struct target target;

	(void)state;
	assert_int_equal(target_parse(arena,
			     "/?a=1&b=x+y%26z&a=2&&empty=&flag&=none", &target),
	    0);
	assert_string_equal(target_query(&target, "a"), "1");
	assert_string_equal(target_query(&target, "b"), "x y&z");
	assert_string_equal(target_query(&target, "empty"), "");
	assert_string_equal(target_query(&target, "flag"), "");
	assert_null(target_query(&target, "absent"));
	arena_free(&arena);
}

static void
etags_are_compared_weakly(void **state)
{
	char plain[ETAG_SIZE], packed[ETAG_SIZE];

	(void)state;
	etag_of("abc", 3, plain);
	etag_compressed(plain, packed);
	assert_string_equal(plain, "\"ba7816bf8f01cfea414140de5dae2223\"");
	assert_string_equal(packed, "\"ba7816bf8f01cfea414140de5dae2223-gz\"");
	assert_true(etag_listed("*", plain));
	assert_true(etag_listed(plain, plain));
	assert_true(etag_listed(
	    "\"x\", W/\"ba7816bf8f01cfea414140de5dae2223\"", plain));
	assert_false(etag_listed(packed, plain));
	assert_false(etag_listed("\"ba7816bf8f01cfea414140de5dae2223", plain));
	assert_false(etag_listed("", plain));
	assert_false(etag_listed("ba78", plain));
}

static void
forwarded_addresses_are_believed_from_trusted_proxies(void **state)
{
	static const char *items[] = { "127.0.0.1", "10.0.0.0/9",
		"2001:db8::/33", "unix" };
	static const struct settings_list settings = { items,
		N_ELEMENTS(items) };
	static const struct {
		const char *peer, *forwarded, *client;
	} rows[] = {
		{ "203.0.113.5", NULL, "203.0.113.5" },
		{ "203.0.113.5", "1.2.3.4", "203.0.113.5" },
		{ "127.0.0.1", NULL, "127.0.0.1" },
		{ "127.0.0.1", "1.2.3.4", "1.2.3.4" },
		{ "127.0.0.2", "1.2.3.4", "127.0.0.2" },
		{ "unix", "1.2.3.4", "1.2.3.4" },
		{ "127.0.0.1", "9.9.9.9, 1.2.3.4", "1.2.3.4" },
		{ "127.0.0.1", "9.9.9.9, 1.2.3.4, 10.1.1.1", "1.2.3.4" },
		{ "127.0.0.1", "1.2.3.4, 10.200.1.1", "10.200.1.1" },
		{ "127.0.0.1", "10.1.1.1", "10.1.1.1" },
		{ "127.0.0.1", "1.2.3.4, garbage", "127.0.0.1" },
		{ "127.0.0.1", "", "127.0.0.1" },
		{ "127.0.0.1", "1.2.3.4:4711", "1.2.3.4" },
		{ "127.0.0.1", "[2001:db9::1]:80", "2001:db9::1" },
		{ "2001:db8:7fff::1", "1.2.3.4", "1.2.3.4" },
		{ "2001:db8:8000::1", "1.2.3.4", "2001:db8:8000::1" },
		{ "::ffff:10.0.0.1", "1.2.3.4", "1.2.3.4" },
	};
	static const char *bad[] = { "example.org", "10.0.0.0/33", "::/129",
		"10.0.0.0/", "10.0.0/8", "", "1.2.3.4/-1" };
	struct arena *arena = arena_new();
	struct proxy_list *list = NULL;
	char error[PROXY_ERROR_SIZE];

	(void)state;
	assert_int_equal(proxy_parse(&settings, &list, error), 0);
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		assert_string_equal(
		    proxy_client(list, rows[i].peer, rows[i].forwarded, arena),
		    rows[i].client);
	proxy_free(&list);
	for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
		struct settings_list one = { &bad[i], 1 };

		assert_true(proxy_parse(&one, &list, error) < 0);
		assert_non_null(strstr(error, "trusted_proxies"));
	}
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_find_their_route),
		cmocka_unit_test(allow_lists_the_methods_of_the_path),
		cmocka_unit_test(bodies_are_limited_in_size_and_type),
		cmocka_unit_test(targets_are_decoded_or_refused),
		cmocka_unit_test(query_parameters_are_found),
		cmocka_unit_test(etags_are_compared_weakly),
		cmocka_unit_test(
		    forwarded_addresses_are_believed_from_trusted_proxies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
