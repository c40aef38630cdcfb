/* SPDX-License-Identifier: ISC */
/*
 * Addresses to connect to, and addresses of the web before DNS.  The bytes
 * are taken as an IPv4 or IPv6 address with a port, and as text.  A policy
 * that allows nothing beyond the rule never lets a special range pass (told
 * here in other words), nor http, another port, a literal or a bare name; one
 * that allows loopback for tests opens nothing else.
 */
#include <netinet/in.h>
#include <string.h>

#include "config/base/text.h"
#include "federation/address.h"

enum { PORT = 443, INPUT_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct address_policy *
policy_new(bool loopback)
{
	static const char *networks[] = { "127.0.0.0/8" };
	struct settings settings = { 0 };

	if (loopback)
		settings.outbound_allow_networks =
		    (struct settings_list){ networks, 1 };
	return address_policy_new(&settings);
}

/* Whether an IPv4 address is for everybody, by its number. */
static bool
is_global_ipv4(uint32_t a)
{
	uint32_t high8 = a >> 24, high16 = a >> 16, high24 = a >> 8;

	if (high8 == 0 || high8 == 10 || high8 == 127 || high8 >= 224)
		return false;
	if (high16 == 0xa9fe || high16 == 0xc0a8)
		return false;
	if ((a >= 0x64400000 && a <= 0x647fffff) || /* 100.64/10 */
	    (a >= 0xac100000 && a <= 0xac1fffff) || /* 172.16/12 */
	    (a >= 0xc6120000 && a <= 0xc613ffff))   /* 198.18/15 */
		return false;
	return high24 != 0xc00000 && high24 != 0xc00002 && high24 != 0xc01fc4 &&
	       high24 != 0xc034c1 && high24 != 0xc05863 && high24 != 0xc0af30 &&
	       high24 != 0xc63364 && high24 != 0xcb0071;
}

static void
check_ipv4(const struct address_policy *plain,
    const struct address_policy *loopback, const uint8_t *data)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	const struct sockaddr *address = (const struct sockaddr *)&in;
	uint16_t port = (uint16_t)(data[0] << 8 | data[1]);
	uint32_t number;
	bool global;

	memcpy(&in.sin_addr, data + 2, 4);
	number = ntohl(in.sin_addr.s_addr);
	global = is_global_ipv4(number);
	in.sin_port = htons(PORT);
	ASSERT(address_allowed(plain, address, sizeof(in)) == global);
	ASSERT(address_allowed(loopback, address, sizeof(in)) ==
	       (global || number >> 24 == 127));
	ASSERT(!address_allowed(plain, address, sizeof(in) - 1));
	in.sin_port = htons(port);
	ASSERT(port == PORT || !address_allowed(plain, address, sizeof(in)));
}

static void
check_ipv6(const struct address_policy *plain,
    const struct address_policy *loopback, const uint8_t *data)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(PORT) };
	const struct sockaddr *address = (const struct sockaddr *)&in6;
	const uint8_t *b = data;
	bool allowed;

	memcpy(&in6.sin6_addr, b, 16);
	allowed = address_allowed(plain, address, sizeof(in6));
	ASSERT(address_allowed(loopback, address, sizeof(in6)) == allowed);
	ASSERT(!address_allowed(plain, address, sizeof(in6) - 1));
	if (!allowed)
		return;
	ASSERT(b[0] >> 5 == 1);                           /* 2000::/3 */
	ASSERT(b[0] != 0x20 || b[1] != 0x02);             /* 6to4 */
	ASSERT(b[0] != 0x20 || b[1] != 0x01 || b[2] > 1); /* Teredo... */
	ASSERT(b[0] != 0x20 || b[1] != 0x01 || b[2] != 0x0d || b[3] != 0xb8);
	ASSERT(b[0] != 0x3f || b[1] != 0xff || b[2] >= 0x10);
}

static void
check_text(const struct address_policy *plain,
    const struct address_policy *loopback, const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct url url;
	const char *refusal;

	if (url_parse(arena, arena_strndup(arena, (const char *)data, size),
		&url) < 0)
		return;
	refusal = address_refusal(loopback, &url);
	if (refusal == NULL && url.literal)
		ASSERT(text_starts_with(url.host, "127."));
	refusal = address_refusal(plain, &url);
	if (refusal != NULL) {
		ASSERT(refusal[0] != '\0');
		return;
	}
	ASSERT(url.https && url.port == PORT && !url.literal);
	ASSERT(strchr(url.host, '.') != NULL && url.host[0] != '[');
	ASSERT(strspn(url.host, "0123456789.") < strlen(url.host));
	ASSERT(!text_ends_with(url.host, "localhost") ||
	       url.host[strlen(url.host) - strlen("localhost") - 1] != '.');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct address_policy *plain, *loopback;

	if (plain == NULL) {
		plain = policy_new(false);
		loopback = policy_new(true);
	}
	if (size >= 6)
		check_ipv4(plain, loopback, data);
	if (size >= 16)
		check_ipv6(plain, loopback, data);
	if (size <= INPUT_MAX)
		check_text(plain, loopback, data, size);
	return 0;
}
