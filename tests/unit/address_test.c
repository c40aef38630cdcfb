/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "federation/address.h"

static const char *no_items[] = { NULL };
static const char *loopback_items[] = { "127.0.0.0/8", "fd00::/8" };
static const char *port_items[] = { "8441", "8442" };
static const char *any_items[] = { "any" };
static const char *host_items[] = { "park.test=127.0.0.2", "relay=127.0.0.3",
	"six.test=::1" };

static struct settings
plain_settings(void)
{
	struct settings settings = { 0 };

	settings.outbound_allow_networks.items = no_items;
	settings.outbound_allow_ports.items = no_items;
	settings.outbound_hosts.items = no_items;
	return settings;
}

static struct settings
test_settings(void)
{
	struct settings settings = plain_settings();

	settings.outbound_allow_networks =
	    (struct settings_list){ loopback_items, 2 };
	settings.outbound_allow_ports = (struct settings_list){ port_items, 2 };
	settings.outbound_hosts = (struct settings_list){ host_items, 3 };
	return settings;
}

static bool
allowed(const struct address_policy *policy, const char *host, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(port) };

	if (inet_pton(AF_INET, host, &in.sin_addr) == 1)
		return address_allowed(
		    policy, (const struct sockaddr *)&in, sizeof(in));
	assert_int_equal(inet_pton(AF_INET6, host, &in6.sin6_addr), 1);
	return address_allowed(
	    policy, (const struct sockaddr *)&in6, sizeof(in6));
}

/* The first and last address of each range, and what stands beside it. */
static const struct {
	const char *host;
	bool allowed;
} addresses[] = {
	{ "0.0.0.0", false },
	{ "0.255.255.255", false },
	{ "1.0.0.0", true },
	{ "9.255.255.255", true },
	{ "10.0.0.0", false },
	{ "10.255.255.255", false },
	{ "11.0.0.0", true },
	{ "100.63.255.255", true },
	{ "100.64.0.0", false },
	{ "100.127.255.255", false },
	{ "100.128.0.0", true },
	{ "126.255.255.255", true },
	{ "127.0.0.1", false },
	{ "127.255.255.255", false },
	{ "128.0.0.0", true },
	{ "169.253.255.255", true },
	{ "169.254.0.0", false },
	{ "169.254.169.254", false },
	{ "169.255.0.0", true },
	{ "172.15.255.255", true },
	{ "172.16.0.0", false },
	{ "172.31.255.255", false },
	{ "172.32.0.0", true },
	{ "191.255.255.255", true },
	{ "192.0.0.0", false },
	{ "192.0.0.171", false },
	{ "192.0.1.0", true },
	{ "192.0.2.1", false },
	{ "192.0.3.0", true },
	{ "192.31.196.1", false },
	{ "192.52.193.1", false },
	{ "192.88.99.1", false },
	{ "192.88.100.1", true },
	{ "192.167.255.255", true },
	{ "192.168.0.0", false },
	{ "192.168.255.255", false },
	{ "192.169.0.0", true },
	{ "192.175.48.1", false },
	{ "198.17.255.255", true },
	{ "198.18.0.0", false },
	{ "198.19.255.255", false },
	{ "198.20.0.0", true },
	{ "198.51.100.7", false },
	{ "203.0.113.7", false },
	{ "223.255.255.255", true },
	{ "224.0.0.1", false },
	{ "239.255.255.255", false },
	{ "240.0.0.1", false },
	{ "255.255.255.255", false },
	{ "8.8.8.8", true },
	{ "::", false },
	{ "::1", false },
	{ "::7f00:1", false },           /* IPv4-compatible */
	{ "::ffff:127.0.0.1", false },   /* IPv4-mapped */
	{ "::ffff:8.8.8.8", false },     /* mapped, though public */
	{ "::ffff:0:127.0.0.1", false }, /* IPv4-translated */
	{ "64:ff9b::7f00:1", false },    /* NAT64 */
	{ "64:ff9b::808:808", false },
	{ "64:ff9b:1::1", false }, /* local NAT64 */
	{ "100::1", false },       /* discard */
	{ "1fff:ffff::1", false },
	{ "2000::1", true },
	{ "2001::1", false },          /* Teredo */
	{ "2001:0:7f00:1::1", false }, /* Teredo */
	{ "2001:2::1", false },        /* benchmarks */
	{ "2001:10::1", false },       /* ORCHID */
	{ "2001:20::1", false },       /* ORCHIDv2 */
	{ "2001:1ff:ffff::1", false },
	{ "2001:200::1", true },
	{ "2001:db7:ffff::1", true },
	{ "2001:db8::1", false }, /* documentation */
	{ "2001:db9::1", true },
	{ "2001:4860:4860::8888", true },
	{ "2002:7f00:1::1", false }, /* 6to4 of 127.0.0.1 */
	{ "2002:808:808::1", false },
	{ "2003::1", true },
	{ "2620:4f:8000::1", false }, /* AS112 */
	{ "2620:4f:8001::1", true },
	{ "2a01:e00::1", true },
	{ "2a01:e00::5efe:7f00:1", false },     /* ISATAP */
	{ "2a01:e00::200:5efe:7f00:1", false }, /* ISATAP */
	{ "3ffe:ffff::1", true },
	{ "3fff::1", false }, /* documentation */
	{ "3fff:fff:ffff::1", false },
	{ "3fff:1000::1", true },
	{ "4000::1", false },
	{ "5f00::1", false },
	{ "fc00::1", false },
	{ "fd12:3456::1", false },
	{ "fe80::1", false },
	{ "fec0::1", false },
	{ "ff02::1", false },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false },
};

static void
allows_global_unicast_only(void **state)
{
	struct settings settings = plain_settings();
	struct address_policy *policy = address_policy_new(&settings);

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(addresses); i++) {
		bool is = allowed(policy, addresses[i].host, 443);

		if (is != addresses[i].allowed)
			print_error("address: %s\n", addresses[i].host);
		assert_int_equal(is, addresses[i].allowed);
	}
	address_policy_free(&policy);
	assert_null(policy);
	address_policy_free(&policy);
}

static void
allows_what_the_configuration_lists(void **state)
{
	struct settings settings = test_settings();
	struct address_policy *policy = address_policy_new(&settings);

	(void)state;
	assert_true(allowed(policy, "127.0.0.1", 443));
	assert_true(allowed(policy, "127.9.8.7", 443));
	assert_true(allowed(policy, "fd00::1", 443));
	assert_true(allowed(policy, "8.8.8.8", 443));
	assert_false(allowed(policy, "126.0.0.1", 80));
	assert_false(allowed(policy, "10.0.0.1", 443));
	assert_false(allowed(policy, "fc00::1", 443));
	/* The same address in another form is not in the network. */
	assert_false(allowed(policy, "::ffff:127.0.0.1", 443));
	assert_false(allowed(policy, "64:ff9b::7f00:1", 443));
	address_policy_free(&policy);
}

static void
checks_ports(void **state)
{
	struct settings settings = test_settings();
	struct address_policy *policy = address_policy_new(&settings);

	(void)state;
	assert_true(allowed(policy, "8.8.8.8", 443));
	assert_true(allowed(policy, "8.8.8.8", 8441));
	assert_false(allowed(policy, "8.8.8.8", 8443));
	assert_false(allowed(policy, "8.8.8.8", 80));
	assert_false(allowed(policy, "8.8.8.8", 0));
	address_policy_free(&policy);
	settings.outbound_allow_http = true;
	policy = address_policy_new(&settings);
	assert_true(allowed(policy, "8.8.8.8", 80));
	address_policy_free(&policy);
	settings.outbound_allow_ports = (struct settings_list){ any_items, 1 };
	policy = address_policy_new(&settings);
	assert_true(allowed(policy, "8.8.8.8", 25));
	assert_false(allowed(policy, "8.8.8.8", 0));
	assert_false(allowed(policy, "10.0.0.1", 25));
	address_policy_free(&policy);
}

static void
refuses_other_sockets_and_short_addresses(void **state)
{
	struct settings settings = test_settings();
	struct address_policy *policy = address_policy_new(&settings);
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/x" };
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(443) };

	(void)state;
	in.sin_addr.s_addr = htonl(0x08080808);
	assert_true(
	    address_allowed(policy, (const struct sockaddr *)&in, sizeof(in)));
	assert_false(address_allowed(
	    policy, (const struct sockaddr *)&in, sizeof(in) - 1));
	assert_false(address_allowed(policy, (const struct sockaddr *)&in, 0));
	assert_false(
	    address_allowed(policy, (const struct sockaddr *)&un, sizeof(un)));
	assert_false(address_allowed(policy, NULL, 0));
	address_policy_free(&policy);
}

struct refusal {
	const char *url, *reason; /* NULL: it may be tried */
};

static void
check_refusals(
    const struct settings *settings, const struct refusal *rows, size_t count)
{
	struct address_policy *policy = address_policy_new(settings);
	struct arena *arena = arena_new();

	for (size_t i = 0; i < count; i++) {
		const char *reason;
		struct url url;

		assert_int_equal(url_parse(arena, rows[i].url, &url), 0);
		reason = address_refusal(policy, &url);
		if ((reason == NULL) != (rows[i].reason == NULL))
			print_error("url: %s\n", rows[i].url);
		if (rows[i].reason == NULL)
			assert_null(reason);
		else
			assert_non_null(strstr(reason, rows[i].reason));
	}
	arena_free(&arena);
	address_policy_free(&policy);
}

static void
refuses_before_dns_on_a_real_node(void **state)
{
	static const struct refusal rows[] = {
		{ "https://park.example/", NULL },
		{ "https://exämple.org/", NULL },
		{ "http://park.example/", "https" },
		{ "https://park.example:8441/", "port" },
		{ "https://8.8.8.8/", "numeric" },
		{ "https://2130706433/", "numeric" },
		{ "https://0x7f.1/", "numeric" },
		{ "https://017700000001/", "numeric" },
		{ "https://[::1]/", "numeric" },
		{ "https://[2001:4860:4860::8888]/", "numeric" },
		{ "https://[::ffff:127.0.0.1]/", "numeric" },
		{ "https://localhost/", "this machine" },
		{ "https://park.localhost/", "this machine" },
		{ "https://LOCALHOST./", "this machine" },
		{ "https://intranet/", "dot" },
	};
	struct settings settings = plain_settings();

	(void)state;
	check_refusals(&settings, rows, N_ELEMENTS(rows));
}

static void
refuses_before_dns_in_a_test_network(void **state)
{
	static const struct refusal rows[] = {
		{ "https://park.localhost:8441/", NULL },
		{ "https://localhost:8442/", NULL },
		{ "https://127.0.0.1:8441/", NULL },
		{ "https://0x7f.1:8441/", NULL },
		{ "https://[fd00::1]:8441/", NULL },
		{ "https://[::ffff:127.0.0.1]:8441/", "numeric" },
		{ "https://10.0.0.1:8441/", "numeric" },
		{ "https://relay/", NULL },
		{ "https://park.test/", NULL },
		{ "https://other/", "dot" },
		{ "http://relay/", "https" },
	};
	struct settings settings = test_settings();

	(void)state;
	check_refusals(&settings, rows, N_ELEMENTS(rows));
}

static void
gives_the_fixed_hosts(void **state)
{
	struct settings settings = test_settings();
	struct address_policy *policy = address_policy_new(&settings);
	const char *const *lines = address_fixed_hosts(policy);

	(void)state;
	assert_string_equal(lines[0], "park.test:443:127.0.0.2");
	assert_string_equal(lines[1], "relay:443:127.0.0.3");
	assert_string_equal(lines[2], "six.test:443:[::1]");
	assert_null(lines[3]);
	address_policy_free(&policy);
	settings = plain_settings();
	policy = address_policy_new(&settings);
	assert_null(address_fixed_hosts(policy)[0]);
	address_policy_free(&policy);
}

static void
allows_nothing_by_what_it_does_not_understand(void **state)
{
	static const char *networks[] = { "127.0.0.0/33", "localhost", "/8",
		"127.0.0.0/", "10.0.0.0/-1" };
	static const char *ports[] = { "", "70000", "any " };
	static const char *hosts[] = { "relay", "relay=", "=127.0.0.1",
		"relay=localhost" };
	struct settings settings = plain_settings();
	struct address_policy *policy;

	(void)state;
	settings.outbound_allow_networks =
	    (struct settings_list){ networks, N_ELEMENTS(networks) };
	settings.outbound_allow_ports =
	    (struct settings_list){ ports, N_ELEMENTS(ports) };
	settings.outbound_hosts =
	    (struct settings_list){ hosts, N_ELEMENTS(hosts) };
	policy = address_policy_new(&settings);
	assert_false(allowed(policy, "127.0.0.1", 443));
	assert_false(allowed(policy, "10.0.0.1", 443));
	assert_false(allowed(policy, "8.8.8.8", 8441));
	assert_null(address_fixed_hosts(policy)[0]);
	address_policy_free(&policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allows_global_unicast_only),
		cmocka_unit_test(allows_what_the_configuration_lists),
		cmocka_unit_test(checks_ports),
		cmocka_unit_test(refuses_other_sockets_and_short_addresses),
		cmocka_unit_test(refuses_before_dns_on_a_real_node),
		cmocka_unit_test(refuses_before_dns_in_a_test_network),
		cmocka_unit_test(gives_the_fixed_hosts),
		cmocka_unit_test(allows_nothing_by_what_it_does_not_understand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
