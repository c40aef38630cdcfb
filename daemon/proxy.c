/* SPDX-License-Identifier: ISC */
#include "daemon/proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/text.h"

/* Addresses as IPv6; IPv4 mapped into ::ffff:0:0/96. */
struct address {
	uint8_t bytes[16];
};

struct network {
	struct address address;
	int bits; /* 0 to 128 */
};

struct proxy_list {
	atomic_int references;
	bool unix_trusted;
	size_t count;
	struct network networks[];
};

static bool
parse_address(const char *s, struct address *ret, bool *ret_four)
{
	struct address address = { { [10] = 0xff, [11] = 0xff } };

	if (inet_pton(AF_INET, s, address.bytes + 12) == 1) {
		*ret = address;
		*ret_four = true;
		return true;
	}
	if (inet_pton(AF_INET6, s, address.bytes) != 1)
		return false;
	*ret = address;
	*ret_four = false;
	return true;
}

static bool
parse_network(const char *s, struct network *ret)
{
	struct network network = { .bits = 128 };
	const char *slash = strchr(s, '/');
	char address[INET6_ADDRSTRLEN];
	size_t len = slash != NULL ? (size_t)(slash - s) : strlen(s);
	int64_t bits;
	bool four;

	if (len >= sizeof(address))
		return false;
	memcpy(address, s, len);
	address[len] = '\0';
	if (!parse_address(address, &network.address, &four))
		return false;
	if (slash != NULL) {
		if (text_int64(slash + 1, 0, four ? 32 : 128, &bits) != 0)
			return false;
		network.bits = (int)bits + (four ? 96 : 0);
	}
	*ret = network;
	return true;
}

int
proxy_parse(const struct settings_list *settings, struct proxy_list **ret,
    char error[PROXY_ERROR_SIZE])
{
	struct proxy_list *list = xcalloc(
	    1, sizeof(*list) + settings->count * sizeof(list->networks[0]));

	atomic_init(&list->references, 1);
	for (size_t i = 0; i < settings->count; i++) {
		const char *item = settings->items[i];

		if (strcmp(item, PROXY_UNIX) == 0) {
			list->unix_trusted = true;
		} else if (parse_network(item, &list->networks[list->count])) {
			list->count++;
		} else {
			snprintf(error, PROXY_ERROR_SIZE,
			    "listen.trusted_proxies: \"%s\" is no address, "
			    "network or \"unix\"",
			    item);
			free(list);
			return -EINVAL;
		}
	}
	*ret = list;
	return 0;
}

struct proxy_list *
proxy_ref(struct proxy_list *list)
{
	atomic_fetch_add(&list->references, 1);
	return list;
}

void
proxy_free(struct proxy_list **list)
{
	if (*list != NULL && atomic_fetch_sub(&(*list)->references, 1) == 1)
		free(*list);
	*list = NULL;
}

static bool
contains(const struct network *network, const struct address *address)
{
	size_t whole = (size_t)network->bits / 8;
	int rest = network->bits % 8;
	int mask = rest == 0 ? 0 : 0xff << (8 - rest) & 0xff;

	return memcmp(network->address.bytes, address->bytes, whole) == 0 &&
	       (rest == 0 ||
		   ((network->address.bytes[whole] ^ address->bytes[whole]) &
		       mask) == 0);
}

bool
proxy_trusted(const struct proxy_list *list, const char *address)
{
	struct address parsed;
	bool four;

	if (strcmp(address, PROXY_UNIX) == 0)
		return list->unix_trusted;
	if (!parse_address(address, &parsed, &four))
		return false;
	for (size_t i = 0; i < list->count; i++) {
		if (contains(&list->networks[i], &parsed))
			return true;
	}
	return false;
}

/*
 * One entry without what some proxies add: "[2001:db8::1]:4711" and
 * "192.0.2.1:4711".  NULL when it is no address.
 */
static const char *
clean_entry(const char *entry, size_t len, struct arena *arena)
{
	char *s = text_trim(arena, arena_strndup(arena, entry, len));
	char *colon = strchr(s, ':');
	char *bracket = strchr(s, ']');
	struct address address;
	bool four;

	if (s[0] == '[' && bracket != NULL) {
		*bracket = '\0';
		s++;
	} else if (colon != NULL && strchr(colon + 1, ':') == NULL) {
		*colon = '\0';
	}
	return parse_address(s, &address, &four) ? s : NULL;
}

const char *
proxy_client(const struct proxy_list *list, const char *peer,
    const char *forwarded_for, struct arena *arena)
{
	const char *client = peer, *end, *start, *entry;

	if (forwarded_for == NULL)
		return peer;
	end = forwarded_for + strlen(forwarded_for);
	while (proxy_trusted(list, client) && end > forwarded_for) {
		start = end;
		while (start > forwarded_for && start[-1] != ',')
			start--;
		entry = clean_entry(start, (size_t)(end - start), arena);
		if (entry == NULL)
			break;
		client = entry;
		end = start > forwarded_for ? start - 1 : start;
	}
	return client;
}
