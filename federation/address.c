/* SPDX-License-Identifier: ISC */
#include "federation/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/log.h"
#include "config/base/text.h"

enum { PORT_HTTP = 80, PORT_HTTPS = 443 };

struct network {
	int family;
	unsigned bits; /* of the prefix */
	uint8_t bytes[16];
};

struct address_policy {
	struct arena *arena;
	struct network *networks;
	size_t network_count;
	uint16_t *ports;
	size_t port_count;
	bool any_port, http;
	const char **fixed_names; /* beside fixed_lines */
	const char **fixed_lines; /* NULL-ended */
};

/* RFC 6890 and the registry it made, RFC 6598, RFC 7534, RFC 7535. */
static const struct network special_ipv4[] = {
	{ AF_INET, 8, { 0 } },             /* this network */
	{ AF_INET, 8, { 10 } },            /* private */
	{ AF_INET, 10, { 100, 64 } },      /* carriers' NAT */
	{ AF_INET, 8, { 127 } },           /* loopback */
	{ AF_INET, 16, { 169, 254 } },     /* link-local */
	{ AF_INET, 12, { 172, 16 } },      /* private */
	{ AF_INET, 24, { 192, 0, 0 } },    /* protocol assignments */
	{ AF_INET, 24, { 192, 0, 2 } },    /* documentation */
	{ AF_INET, 24, { 192, 31, 196 } }, /* AS112 */
	{ AF_INET, 24, { 192, 52, 193 } }, /* AMT */
	{ AF_INET, 24, { 192, 88, 99 } },  /* 6to4 relays, formerly */
	{ AF_INET, 16, { 192, 168 } },     /* private */
	{ AF_INET, 24, { 192, 175, 48 } }, /* AS112 */
	{ AF_INET, 15, { 198, 18 } },      /* benchmarks */
	{ AF_INET, 24, { 198, 51, 100 } }, /* documentation */
	{ AF_INET, 24, { 203, 0, 113 } },  /* documentation */
	{ AF_INET, 4, { 224 } },           /* multicast */
	{ AF_INET, 4, { 240 } },           /* reserved, broadcast */
};

/* Global unicast, and what in it is not: RFC 6890, RFC 9637. */
static const struct network global_ipv6 = { AF_INET6, 3, { 0x20 } };
static const struct network special_ipv6[] = {
	{ AF_INET6, 23, { 0x20, 0x01 } },                /* Teredo, ORCHID... */
	{ AF_INET6, 32, { 0x20, 0x01, 0x0d, 0xb8 } },    /* documentation */
	{ AF_INET6, 16, { 0x20, 0x02 } },                /* 6to4 */
	{ AF_INET6, 48, { 0x26, 0x20, 0, 0x4f, 0x80 } }, /* AS112 */
	{ AF_INET6, 20, { 0x3f, 0xff } },                /* documentation */
};

static bool
network_contains(const struct network *network, const struct network *host)
{
	unsigned whole = network->bits / 8, rest = network->bits % 8;
	unsigned mask = 0xff00U >> rest & 0xff;

	if (network->family != host->family ||
	    memcmp(network->bytes, host->bytes, whole) != 0)
		return false;
	return rest == 0 ||
	       ((network->bytes[whole] ^ host->bytes[whole]) & mask) == 0;
}

static bool
contained(
    const struct network *networks, size_t count, const struct network *host)
{
	for (size_t i = 0; i < count; i++) {
		if (network_contains(&networks[i], host))
			return true;
	}
	return false;
}

/* ISATAP (RFC 5214): an IPv4 address at the end of any prefix. */
static bool
is_isatap(const struct network *host)
{
	return (host->bytes[8] & 0xfd) == 0 && host->bytes[9] == 0 &&
	       host->bytes[10] == 0x5e && host->bytes[11] == 0xfe;
}

static bool
is_public(const struct network *host)
{
	if (host->family == AF_INET)
		return !contained(special_ipv4, N_ELEMENTS(special_ipv4), host);
	return network_contains(&global_ipv6, host) && !is_isatap(host) &&
	       !contained(special_ipv6, N_ELEMENTS(special_ipv6), host);
}

/* "127.0.0.1", "::1" without brackets. */
static bool
parse_host(const char *s, struct network *ret)
{
	struct network host = { .family = AF_INET, .bits = 32 };

	if (inet_pton(AF_INET, s, host.bytes) != 1) {
		host.family = AF_INET6;
		host.bits = 128;
		if (inet_pton(AF_INET6, s, host.bytes) != 1)
			return false;
	}
	*ret = host;
	return true;
}

static bool
parse_network(struct arena *arena, const char *s, struct network *ret)
{
	const char *slash = strchr(s, '/');
	struct network network;
	int64_t bits;

	if (slash == NULL)
		return parse_host(s, ret);
	if (!parse_host(
		arena_strndup(arena, s, (size_t)(slash - s)), &network) ||
	    text_int64(slash + 1, 0, network.bits, &bits) < 0)
		return false;
	network.bits = (unsigned)bits;
	*ret = network;
	return true;
}

/* The configuration checked these; what is not understood allows nothing. */
static void
set_networks(struct address_policy *policy, const struct settings_list *list)
{
	policy->networks =
	    arena_alloc(policy->arena, list->count * sizeof(struct network));
	for (size_t i = 0; i < list->count; i++) {
		if (parse_network(policy->arena, list->items[i],
			&policy->networks[policy->network_count]))
			policy->network_count++;
		else
			log_warning("outbound.allow_networks: no network: %s",
			    list->items[i]);
	}
}

static void
set_ports(struct address_policy *policy, const struct settings_list *list)
{
	int64_t port;

	policy->ports =
	    arena_alloc(policy->arena, list->count * sizeof(*policy->ports));
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i], "any") == 0)
			policy->any_port = true;
		else if (text_int64(list->items[i], 1, UINT16_MAX, &port) == 0)
			policy->ports[policy->port_count++] = (uint16_t)port;
		else
			log_warning("outbound.allow_ports: no port: %s",
			    list->items[i]);
	}
}

/* "name=address" to "name:443:address"; false when it is not that. */
static bool
set_fixed_host(struct address_policy *policy, const char *item, size_t place)
{
	const char *equals = strchr(item, '='), *name;
	struct network address;

	if (equals == NULL || !parse_host(equals + 1, &address) ||
	    url_normalize_host(policy->arena,
		arena_strndup(policy->arena, item, (size_t)(equals - item)),
		&name) < 0)
		return false;
	policy->fixed_names[place] = name;
	policy->fixed_lines[place] = arena_printf(policy->arena,
	    address.family == AF_INET ? "%s:%d:%s" : "%s:%d:[%s]", name,
	    PORT_HTTPS, equals + 1);
	return true;
}

static void
set_fixed_hosts(struct address_policy *policy, const struct settings_list *list)
{
	size_t count = 0, size = (list->count + 1) * sizeof(const char *);

	policy->fixed_names = arena_alloc(policy->arena, size);
	policy->fixed_lines = arena_alloc(policy->arena, size);
	for (size_t i = 0; i < list->count; i++) {
		if (set_fixed_host(policy, list->items[i], count))
			count++;
		else
			log_warning("outbound.hosts: not name=address: %s",
			    list->items[i]);
	}
}

struct address_policy *
address_policy_new(const struct settings *settings)
{
	struct address_policy *policy = xcalloc(1, sizeof(*policy));

	policy->arena = arena_new();
	policy->http = settings->outbound_allow_http;
	set_networks(policy, &settings->outbound_allow_networks);
	set_ports(policy, &settings->outbound_allow_ports);
	set_fixed_hosts(policy, &settings->outbound_hosts);
	return policy;
}

void
address_policy_free(struct address_policy **policy)
{
	if (*policy == NULL)
		return;
	arena_free(&(*policy)->arena);
	free(*policy);
	*policy = NULL;
}

static bool
port_allowed(const struct address_policy *policy, uint16_t port)
{
	if (port == 0)
		return false;
	if (port == PORT_HTTPS || policy->any_port ||
	    (port == PORT_HTTP && policy->http))
		return true;
	for (size_t i = 0; i < policy->port_count; i++) {
		if (policy->ports[i] == port)
			return true;
	}
	return false;
}

/* The structure is copied: the bytes given may lie anywhere. */
static bool
read_socket_address(const struct sockaddr *address, socklen_t len,
    struct network *ret_host, uint16_t *ret_port)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (address == NULL || len < sizeof(sa_family_t))
		return false;
	if (address->sa_family == AF_INET && len >= sizeof(in)) {
		memcpy(&in, address, sizeof(in));
		*ret_host = (struct network){ .family = AF_INET, .bits = 32 };
		memcpy(ret_host->bytes, &in.sin_addr, 4);
		*ret_port = ntohs(in.sin_port);
		return true;
	}
	if (address->sa_family == AF_INET6 && len >= sizeof(in6)) {
		memcpy(&in6, address, sizeof(in6));
		*ret_host = (struct network){ .family = AF_INET6, .bits = 128 };
		memcpy(ret_host->bytes, &in6.sin6_addr, 16);
		*ret_port = ntohs(in6.sin6_port);
		return true;
	}
	return false;
}

bool
address_allowed(const struct address_policy *policy,
    const struct sockaddr *address, socklen_t len)
{
	struct network host;
	uint16_t port;

	if (!read_socket_address(address, len, &host, &port) ||
	    !port_allowed(policy, port))
		return false;
	return contained(policy->networks, policy->network_count, &host) ||
	       is_public(&host);
}

static bool
is_fixed(const struct address_policy *policy, const char *host)
{
	for (const char **name = policy->fixed_names; *name != NULL; name++) {
		if (strcmp(*name, host) == 0)
			return true;
	}
	return false;
}

static bool
literal_allowed(const struct address_policy *policy, const struct url *url)
{
	char text[INET6_ADDRSTRLEN + 2];
	size_t len = strlen(url->host);
	struct network host;

	if (len >= sizeof(text))
		return false;
	memcpy(text, url->host, len + 1);
	if (text[0] == '[')
		text[len - 1] = '\0';
	return parse_host(text[0] == '[' ? text + 1 : text, &host) &&
	       contained(policy->networks, policy->network_count, &host);
}

static bool
localhost_allowed(const struct address_policy *policy)
{
	static const struct network loopback = { AF_INET, 32,
		{ 127, 0, 0, 1 } };

	return contained(policy->networks, policy->network_count, &loopback);
}

const char *
address_refusal(const struct address_policy *policy, const struct url *url)
{
	if (!url->https && !policy->http)
		return "only https addresses may be contacted";
	if (!port_allowed(policy, url->port))
		return "that port may not be contacted";
	if (url->literal)
		return literal_allowed(policy, url)
			   ? NULL
			   : "a host must have a name, not a numeric address";
	if (is_fixed(policy, url->host))
		return NULL;
	if (strcmp(url->host, "localhost") == 0 ||
	    text_ends_with(url->host, ".localhost"))
		return localhost_allowed(policy)
			   ? NULL
			   : "hosts on this machine may not be contacted";
	if (strchr(url->host, '.') == NULL)
		return "a host name without a dot may not be contacted";
	return NULL;
}

const char *const *
address_fixed_hosts(const struct address_policy *policy)
{
	return policy->fixed_lines;
}
