/* SPDX-License-Identifier: ISC */
#include "config/settings_check.h"

#include <arpa/inet.h>
#include <string.h>

#include "config/base/log.h"
#include "config/base/text.h"

enum {
	HOST_MAX_BYTES = 253,
	LABEL_MAX_BYTES = 63,
	PORT_MAX = 65535,
	SOCKET_PATH_MAX_BYTES = 100, /* sun_path holds 108 with its NUL */
};

static const char unix_prefix[] = "unix:";

/* An address in binary; bits is 0 when it is none, else 32 or 128. */
struct parsed_address {
	unsigned bits;
	uint8_t bytes[16];
};

static struct parsed_address
parse_address(const char *s)
{
	struct parsed_address address = { 0 };

	if (inet_pton(AF_INET, s, address.bytes) == 1)
		address.bits = 32;
	else if (inet_pton(AF_INET6, s, address.bytes) == 1)
		address.bits = 128;
	return address;
}

static bool
is_loopback(const struct parsed_address *address)
{
	static const uint8_t v6[16] = { [15] = 1 };

	return address->bits == 32
		   ? address->bytes[0] == 127
		   : memcmp(address->bytes, v6, sizeof(v6)) == 0;
}

static bool
is_port(const char *s)
{
	int64_t port;

	return *s != '0' && text_int64(s, 1, PORT_MAX, &port) == 0;
}

/* RFC 1123, section 2.1: letters, digits and inner hyphens. */
static bool
is_label(const char *s, size_t len)
{
	if (len == 0 || len > LABEL_MAX_BYTES || s[0] == '-' ||
	    s[len - 1] == '-')
		return false;
	return strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") >= len;
}

/* Lower case; a last label of digits would be an IPv4 address. */
static bool
is_host(const char *s)
{
	if (strlen(s) > HOST_MAX_BYTES)
		return false;
	for (;;) {
		size_t len = strcspn(s, ".");

		if (!is_label(s, len))
			return false;
		if (s[len] == '\0')
			return strspn(s, "0123456789") != len;
		s += len + 1;
	}
}

static const char *
check_domain(char *value)
{
	static const char must_be[] =
	    "a host name of ASCII letters, digits and "
	    "hyphens (xn--... for accents), without scheme or path, perhaps "
	    "with a :port";
	char *colon = strchr(value, ':');
	bool fine;

	text_lower(value);
	if (colon != NULL) {
		if (!is_port(colon + 1))
			return must_be;
		*colon = '\0';
	}
	fine = is_host(value);
	if (colon != NULL)
		*colon = ':';
	return fine ? NULL : must_be;
}

static const char *
check_log_level(char *value)
{
	enum log_level level;

	return log_level_parse(value, &level) == 0
		   ? NULL
		   : "error, warning, info or debug";
}

static const char *
check_admission(char *value)
{
	return strcmp(value, "open") == 0 || strcmp(value, "vouched") == 0 ||
		       strcmp(value, "closed") == 0
		   ? NULL
		   : "open, vouched or closed";
}

static const char *
check_path(char *value)
{
	return value[0] == '/' ? NULL : "an absolute path";
}

static const char *
check_optional_path(char *value)
{
	return *value == '\0' ? NULL : check_path(value);
}

static const char *
check_user(char *value)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return value[0] != '-' && value[strspn(value, allowed)] == '\0'
		   ? NULL
		   : "a user name";
}

/* "address:port" with IPv6 in brackets; bits is 0 when it is not. */
static struct parsed_address
parse_endpoint(const char *value)
{
	static const struct parsed_address none;
	char host[INET6_ADDRSTRLEN] = "";
	const char *colon = strrchr(value, ':');
	bool brackets = value[0] == '[';
	struct parsed_address address;
	size_t len;

	if (colon == NULL || !is_port(colon + 1))
		return none;
	len = (size_t)(colon - value);
	if (brackets) {
		if (len < 2 || value[len - 1] != ']')
			return none;
		value++;
		len -= 2;
	}
	if (len >= sizeof(host))
		return none;
	memcpy(host, value, len);
	address = parse_address(host);
	return brackets == (address.bits == 128) ? address : none;
}

static const char *
check_https(char *value)
{
	return parse_endpoint(value).bits > 0
		   ? NULL
		   : "an address and a port, as 0.0.0.0:443 or [::]:443";
}

static const char *
check_http(char *value)
{
	struct parsed_address address;

	if (text_starts_with(value, unix_prefix)) {
		const char *path = value + sizeof(unix_prefix) - 1;

		return path[0] == '/' && strlen(path) <= SOCKET_PATH_MAX_BYTES
			   ? NULL
			   : "unix: and an absolute path of at most 100 bytes";
	}
	address = parse_endpoint(value);
	return address.bits > 0 && is_loopback(&address)
		   ? NULL
		   : "a loopback address and a port, as 127.0.0.1:8080 or "
		     "[::1]:8080, "
		     "or unix: and a path";
}

static const char *
check_network(char *value)
{
	static const char must_be[] = "a network, as 127.0.0.0/8 or fd00::/8";
	char *slash = strchr(value, '/');
	struct parsed_address address;
	int64_t bits;

	if (slash == NULL)
		return must_be;
	*slash = '\0';
	address = parse_address(value);
	*slash = '/';
	if (address.bits == 0 ||
	    text_int64(slash + 1, 0, address.bits, &bits) < 0)
		return must_be;
	return NULL;
}

static const char *
check_proxy(char *value)
{
	if (strcmp(value, "unix") == 0 || parse_address(value).bits > 0 ||
	    check_network(value) == NULL)
		return NULL;
	return "an address, a network as 10.0.0.0/8, or unix";
}

static const char *
check_allowed_port(char *value)
{
	return strcmp(value, "any") == 0 || is_port(value)
		   ? NULL
		   : "a port from 1 to 65535, or any";
}

static const char *
check_fixed_host(char *value)
{
	char *equals = strchr(value, '=');
	bool fine;

	text_lower(value);
	if (equals == NULL)
		return "name=address";
	*equals = '\0';
	fine = is_host(value) && parse_address(equals + 1).bits > 0;
	*equals = '=';
	return fine ? NULL : "name=address, as a.example=127.0.0.2";
}

static const struct {
	const char *section, *name;
	const char *(*check)(char *value);
} settings_checks[] = {
	{ "node", "domain", check_domain },
	{ "node", "data", check_path },
	{ "node", "control", check_path },
	{ "node", "control_users", check_user },
	{ "node", "log_level", check_log_level },
	{ "network", "admission", check_admission },
	{ "listen", "https", check_https },
	{ "listen", "http", check_http },
	{ "listen", "certificate", check_optional_path },
	{ "listen", "key", check_optional_path },
	{ "listen", "trusted_proxies", check_proxy },
	{ "outbound", "allow_networks", check_network },
	{ "outbound", "allow_ports", check_allowed_port },
	{ "outbound", "hosts", check_fixed_host },
	{ "outbound", "ca_file", check_path },
};

const char *
settings_check_value(const struct settings_row *row, char *value)
{
	for (size_t i = 0; i < N_ELEMENTS(settings_checks); i++) {
		if (strcmp(row->section, settings_checks[i].section) == 0 &&
		    strcmp(row->name, settings_checks[i].name) == 0)
			return settings_checks[i].check(value);
	}
	return NULL;
}

const char *
settings_check_whole(
    const struct settings *settings, const struct settings_row **ret_row)
{
	if (settings->listen_https.count + settings->listen_http.count == 0) {
		*ret_row = settings_row_find("listen", "https");
		return "nothing to listen on: https or http must be given";
	}
	if (settings->listen_https.count > 0 &&
	    text_empty(settings->listen_certificate)) {
		*ret_row = settings_row_find("listen", "https");
		return "https needs certificate and key: certificate is "
		       "missing";
	}
	if (settings->listen_https.count > 0 &&
	    text_empty(settings->listen_key)) {
		*ret_row = settings_row_find("listen", "https");
		return "https needs certificate and key: key is missing";
	}
	if (settings->delivery_longest_retry_seconds <
	    settings->delivery_first_retry_seconds) {
		*ret_row =
		    settings_row_find("delivery", "longest_retry_seconds");
		return "must not be less than first_retry_seconds";
	}
	return NULL;
}
