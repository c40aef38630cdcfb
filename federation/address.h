/* SPDX-License-Identifier: ISC */
/*
 * address.h: may this node contact that address?  The one place that says so,
 * asked with the address that a connection is about to be made to, at every
 * hop, after DNS.
 *
 * Allowed are global unicast addresses: IPv4 without the special ranges of
 * RFC 6890 and its updates, IPv6 only within 2000::/3 without its special
 * parts (Teredo, 6to4, documentation...); mapped, translated and embedded
 * forms are refused.  The configuration may add networks and ports.
 * Immutable once made.  Thread: any.
 */
#ifndef FEDERATION_ADDRESS_H
#define FEDERATION_ADDRESS_H

#include <sys/socket.h>

#include "config/settings.h"
#include "federation/url.h"

struct address_policy;

struct address_policy *address_policy_new(const struct settings *settings);
void address_policy_free(struct address_policy **policy);

/*
 * The address of a socket about to be connected; port is checked too: 443,
 * those of outbound.allow_ports, and 80 with outbound.allow_http.
 */
bool address_allowed(const struct address_policy *policy,
    const struct sockaddr *address, socklen_t len);
/*
 * What can be said before DNS: scheme, port, literal addresses (only those
 * that the configuration lists), names without a dot (unless listed in
 * outbound.hosts), localhost and names under it (unless listed, or with
 * 127.0.0.1 in an allowed network).  NULL when it may be tried, else a
 * sentence that names what is wrong.
 */
const char *address_refusal(
    const struct address_policy *policy, const struct url *url);
/*
 * outbound.hosts: "name:443:address" lines for the resolver, NULL-ended, IPv6
 * in brackets; the address is the same for every port.
 */
const char *const *address_fixed_hosts(const struct address_policy *policy);

#endif
