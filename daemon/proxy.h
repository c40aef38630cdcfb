/* SPDX-License-Identifier: ISC */
/*
 * proxy.h: which reverse proxies are believed, and who a client is then.
 *
 * Thread: any; a list never changes once parsed.
 */
#ifndef DAEMON_PROXY_H
#define DAEMON_PROXY_H

#include "config/base/arena.h"
#include "config/settings.h"

struct proxy_list; /* reference counted */

/* How the address of a client on a Unix socket is written. */
#define PROXY_UNIX "unix"

enum { PROXY_ERROR_SIZE = 256 };

/*
 * Addresses, networks ("10.0.0.0/8", "fd00::/8") and "unix".  -EINVAL: error
 * names the entry that is none of these.
 */
int proxy_parse(const struct settings_list *settings, struct proxy_list **ret,
    char error[PROXY_ERROR_SIZE]) MUST_CHECK;
struct proxy_list *proxy_ref(struct proxy_list *list);
void proxy_free(struct proxy_list **list); /* drops one; NULL is fine */

/* address: numeric, without port and brackets, or PROXY_UNIX. */
bool proxy_trusted(const struct proxy_list *list, const char *address);
/*
 * Who asks: the peer itself unless it is trusted; else the last address in
 * X-Forwarded-For (NULL: there is none) that is not trusted.  An entry that
 * is no address ends the search: what stands before it may be forged.
 */
const char *proxy_client(const struct proxy_list *list, const char *peer,
    const char *forwarded_for, struct arena *arena);

#endif
