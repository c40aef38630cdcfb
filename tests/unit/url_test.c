/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "federation/url.h"

static struct arena *arena;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

struct pair {
	const char *in, *out; /* out NULL: refused */
};

static void
check_texts(const struct pair *pairs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct url url;
		int r = url_parse(arena, pairs[i].in, &url);

		if ((r == 0) != (pairs[i].out != NULL))
			print_error("input: %s\n", pairs[i].in);
		assert_int_equal(r == 0, pairs[i].out != NULL);
		if (r == 0)
			assert_string_equal(url.text, pairs[i].out);
		if (r == 0)
			assert_int_equal(url_parse(arena, url.text, &url), 0);
		if (r == 0)
			assert_string_equal(url.text, pairs[i].out);
	}
}

static void
has_one_spelling(void **state)
{
	static const struct pair pairs[] = {
		{ "https://park.example", "https://park.example/" },
		{ "https://park.example/", "https://park.example/" },
		{ "HTTPS://PARK.Example/Path", "https://park.example/Path" },
		{ "https://park.example:443/", "https://park.example/" },
		{ "https://park.example:/", "https://park.example/" },
		{ "https://park.example:8443/", "https://park.example:8443/" },
		{ "http://park.example:80/", "http://park.example/" },
		{ "http://park.example:443/", "http://park.example:443/" },
		{ "https://park.example./x", "https://park.example/x" },
		{ "https://Exämple.ORG.:443/", "https://xn--exmple-cua.org/" },
		{ "https://faß.example/", "https://xn--fa-hia.example/" },
		{ "https://ＰＡＲＫ。example/", "https://park.example/" },
		{ "https://pa\xc2\xadrk.example/", "https://park.example/" },
		{ "https://park.example?q", "https://park.example/?q" },
		{ "https://park.example#f", "https://park.example/#f" },
		{ "https://park.example/a?b#c?d/e",
		    "https://park.example/a?b#c?d/e" },
		{ "https://park.example/#", "https://park.example/" },
		{ "https://park.example/a/../b/./c",
		    "https://park.example/b/c" },
		{ "https://park.example/../../x", "https://park.example/x" },
		{ "https://park.example/a/..", "https://park.example/" },
		{ "https://park.example/a/.", "https://park.example/a/" },
		{ "https://park.example/é", "https://park.example/%C3%A9" },
		{ "https://park.example/%c3%a9",
		    "https://park.example/%c3%a9" },
		{ "https://park.example/\"<>{}",
		    "https://park.example/%22%3C%3E%7B%7D" },
		{ "https://park.example/@marie",
		    "https://park.example/@marie" },
		{ "https://[2001:DB8:0::1]/", "https://[2001:db8::1]/" },
		{ "https://[::1]:8443/", "https://[::1]:8443/" },
	};

	(void)state;
	check_texts(pairs, sizeof(pairs) / sizeof(pairs[0]));
}

static void
refuses_what_is_read_in_two_ways(void **state)
{
	static const struct pair pairs[] = {
		{ NULL, NULL },
		{ "", NULL },
		{ "park.example", NULL },
		{ "//park.example/", NULL },
		{ "https:/park.example/", NULL },
		{ "https:park.example", NULL },
		{ "https://", NULL },
		{ "https:///x", NULL },
		{ "ftp://park.example/", NULL },
		{ "javascript:alert(1)", NULL },
		{ "https://user@park.example/", NULL },
		{ "https://user:pass@park.example/", NULL },
		{ "https://good.example@evil.example/", NULL },
		{ "https://evil.example\\@good.example/", NULL },
		{ "https://park.example/a\\b", NULL },
		{ "https://park.example/a b", NULL },
		{ " https://park.example/", NULL },
		{ "https://park.example/\t", NULL },
		{ "https://park.example\r\nHost: x/", NULL },
		{ "https://park.example/\x7f", NULL },
		{ "https://park.example/\xff", NULL },
		{ "https://park..example/", NULL },
		{ "https://.park.example/", NULL },
		{ "https://park.example../", NULL },
		{ "https://./", NULL },
		{ "https://-park.example/", NULL },
		{ "https://pa_rk.example/", NULL },
		{ "https://pa%72k.example/", NULL },
		{ "https://park.example:0/", NULL },
		{ "https://park.example:65536/", NULL },
		{ "https://park.example:+443/", NULL },
		{ "https://park.example:443x/", NULL },
		{ "https://park.example:443:443/", NULL },
		{ "https://[::1/", NULL },
		{ "https://[::1]x/", NULL },
		{ "https://[fe80::1%25eth0]/", NULL },
		{ "https://[park.example]/", NULL },
		{ "https://::1/", NULL },
		/* Characters that the mapping makes '/' and '?' of. */
		{ "https://park\xe2\x84\x80.example/", NULL },
		{ "https://evil\xef\xbc\x8fpark.example/", NULL },
		{ "https://256.1.1.1/", NULL },
		{ "https://1.2.3.4.5/", NULL },
		{ "https://park.1/", NULL },
		{ "https://09.1.1.1/", NULL },
		{ "https://4294967296/", NULL },
	};
	char label[80] = "https://", *longest = arena_alloc(arena, 4096);

	(void)state;
	check_texts(pairs, sizeof(pairs) / sizeof(pairs[0]));
	memset(label + 8, 'a', 64);
	check_texts(&(struct pair){ label, NULL }, 1);
	label[71] = '\0';
	check_texts(
	    &(struct pair){ label, arena_printf(arena, "%s/", label) }, 1);
	memcpy(longest, "https://a.example/", 18);
	memset(longest + 18, 'x', 3000);
	check_texts(&(struct pair){ longest, NULL }, 1);
	longest[URL_MAX] = '\0';
	check_texts(&(struct pair){ longest, longest }, 1);
	/* Within the bound as written, beyond it as escapes. */
	for (size_t i = 18; i + 1 < URL_MAX; i += 2)
		memcpy(longest + i, "\xc3\xa9", 2);
	check_texts(&(struct pair){ longest, NULL }, 1);
}

static void
knows_addresses_in_every_notation(void **state)
{
	static const struct pair literals[] = {
		{ "https://127.0.0.1/", "127.0.0.1" },
		{ "https://127.1/", "127.0.0.1" },
		{ "https://127.0.1/", "127.0.0.1" },
		{ "https://2130706433/", "127.0.0.1" },
		{ "https://0x7f000001/", "127.0.0.1" },
		{ "https://0X7F.1/", "127.0.0.1" },
		{ "https://0177.0.0.01/", "127.0.0.1" },
		{ "https://017700000001/", "127.0.0.1" },
		{ "https://0/", "0.0.0.0" },
		{ "https://0x/", "0.0.0.0" },
		{ "https://127.0.0.1./", "127.0.0.1" },
		{ "https://１２７.０.０.１/", "127.0.0.1" },
		{ "https://127。0。0。1/", "127.0.0.1" },
		{ "https://[::ffff:7f00:1]/", "[::ffff:127.0.0.1]" },
		{ "https://[0:0:0:0:0:0:0:1]/", "[::1]" },
	};
	static const char *const names[] = { "https://park.example/",
		"https://0x7f.example/", "https://127.0.0.1.example/",
		"https://1e.fr/", "https://123.fr/" };
	struct url url;

	(void)state;
	for (size_t i = 0; i < sizeof(literals) / sizeof(literals[0]); i++) {
		assert_int_equal(url_parse(arena, literals[i].in, &url), 0);
		assert_true(url.literal);
		assert_string_equal(url.host, literals[i].out);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(url_parse(arena, names[i], &url), 0);
		assert_false(url.literal);
	}
}

static void
gives_the_parts(void **state)
{
	struct url url;

	(void)state;
	assert_int_equal(
	    url_parse(
		arena, "https://A.example:8441/o/x?page=1#main-key", &url),
	    0);
	assert_true(url.https);
	assert_string_equal(url.host, "a.example");
	assert_int_equal(url.port, 8441);
	assert_string_equal(url.authority, "a.example:8441");
	assert_string_equal(url.origin, "https://a.example:8441");
	assert_string_equal(url.path, "/o/x");
	assert_string_equal(url.query, "page=1");
	assert_string_equal(url.fragment, "main-key");
	assert_int_equal(url_parse(arena, "http://a.example", &url), 0);
	assert_false(url.https);
	assert_int_equal(url.port, 80);
	assert_string_equal(url.authority, "a.example");
	assert_null(url.query);
	assert_null(url.fragment);
}

/* The examples of RFC 3986 section 5.4, with an https base. */
static void
resolves_references(void **state)
{
	static const struct pair pairs[] = {
		{ "g", "https://a/b/c/g" },
		{ "./g", "https://a/b/c/g" },
		{ "g/", "https://a/b/c/g/" },
		{ "/g", "https://a/g" },
		{ "//g", "https://g/" },
		{ "?y", "https://a/b/c/d;p?y" },
		{ "g?y", "https://a/b/c/g?y" },
		{ "#s", "https://a/b/c/d;p?q#s" },
		{ "g?y#s", "https://a/b/c/g?y#s" },
		{ ";x", "https://a/b/c/;x" },
		{ "", "https://a/b/c/d;p?q" },
		{ ".", "https://a/b/c/" },
		{ "./", "https://a/b/c/" },
		{ "..", "https://a/b/" },
		{ "../g", "https://a/b/g" },
		{ "../..", "https://a/" },
		{ "../../../g", "https://a/g" },
		{ "/./g", "https://a/g" },
		{ "g..", "https://a/b/c/g.." },
		{ "./g/.", "https://a/b/c/g/" },
		{ "g;x=1/../y", "https://a/b/c/y" },
		{ "http://b.example/x", "http://b.example/x" },
		{ "g:h", NULL },
		{ "javascript:x", NULL },
		{ "//u@g/", NULL },
		{ "\\\\evil.example", NULL },
		{ "/a b", NULL },
		{ NULL, NULL },
	};
	struct url base, url;

	(void)state;
	assert_int_equal(url_parse(arena, "https://a/b/c/d;p?q#f", &base), 0);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		int r = url_resolve(arena, &base, pairs[i].in, &url);

		if ((r == 0) != (pairs[i].out != NULL))
			print_error("reference: %s\n", pairs[i].in);
		assert_int_equal(r == 0, pairs[i].out != NULL);
		if (r == 0)
			assert_string_equal(url.text, pairs[i].out);
	}
}

static void
compares_origins(void **state)
{
	(void)state;
	assert_true(url_same_origin(
	    "https://A.example/x", "https://a.example:443/y?z#k"));
	assert_true(url_same_origin(
	    "https://exämple.org/", "https://xn--exmple-cua.org./"));
	assert_false(
	    url_same_origin("https://a.example/", "http://a.example/"));
	assert_false(
	    url_same_origin("https://a.example/", "https://a.example:8443/"));
	assert_false(
	    url_same_origin("https://a.example/", "https://b.a.example/"));
	assert_false(url_same_origin(
	    "https://a.example/", "https://a.example.evil.example/"));
	assert_false(url_same_origin(
	    "https://a.example/", "https://a.example@evil.example/"));
	assert_false(url_same_origin("nonsense", "nonsense"));
	assert_false(url_same_origin(NULL, NULL));
}

static void
takes_fragments_away(void **state)
{
	(void)state;
	assert_string_equal(
	    url_without_fragment(arena, "https://a.example/u#main-key"),
	    "https://a.example/u");
	assert_string_equal(url_without_fragment(arena, "https://a.example/u"),
	    "https://a.example/u");
	assert_null(url_without_fragment(arena, NULL));
}

static void
normalises_hosts(void **state)
{
	static const struct pair pairs[] = {
		{ "Exämple.ORG.:443", "xn--exmple-cua.org" },
		{ "park.localhost:8441", "park.localhost:8441" },
		{ "[::1]:8441", "[::1]:8441" },
		{ "a.example/x", NULL },
		{ "u@a.example", NULL },
		{ "a.example?", NULL },
		{ "", NULL },
		{ NULL, NULL },
	};
	const char *host;

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		int r = url_normalize_host(arena, pairs[i].in, &host);

		assert_int_equal(r == 0, pairs[i].out != NULL);
		if (r == 0)
			assert_string_equal(host, pairs[i].out);
	}
}

static void
reads_accounts(void **state)
{
	static const struct {
		const char *in, *name, *host;
	} rows[] = {
		{ "@marie@park.example", "marie", "park.example" },
		{ "marie@Park.Example", "marie", "park.example" },
		{ "acct:Marie.D_1-2@park.example", "Marie.D_1-2",
		    "park.example" },
		{ "ACCT:a@b.example", "a", "b.example" },
		{ "relay@park.localhost:8441", "relay", "park.localhost:8441" },
		{ "park.example@park.example", "park.example", "park.example" },
	};
	static const char *const bad[] = { "", "marie", "@marie", "marie@",
		"@@park.example", "a@b@park.example", "ma rie@park.example",
		"é@park.example", "a/b@park.example", "marie@park.example/x",
		"https://park.example/@marie", "acct:@park.example",
		"marie@park .example" };
	const char *name, *host;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    url_parse_acct(arena, rows[i].in, &name, &host), 0);
		assert_string_equal(name, rows[i].name);
		assert_string_equal(host, rows[i].host);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(url_parse_acct(arena, bad[i], &name, &host) < 0);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(has_one_spelling),
		TEST(refuses_what_is_read_in_two_ways),
		TEST(knows_addresses_in_every_notation),
		TEST(gives_the_parts),
		TEST(resolves_references),
		TEST(compares_origins),
		TEST(takes_fragments_away),
		TEST(normalises_hosts),
		TEST(reads_accounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
