/* SPDX-License-Identifier: ISC */
/*
 * url_host.h: the host of an address, for url.c only.
 *
 * Names become lower case ASCII (UTS 46 mapping, IDNA 2008); every notation
 * of an IPv4 address that some resolver takes (0x7f.1, 017700000001,
 * 2130706433) becomes the dotted one and is marked as a literal, so that no
 * number passes for a name.
 * Memory: the arena.  Thread: any.
 */
#ifndef FEDERATION_URL_HOST_H
#define FEDERATION_URL_HOST_H

#include "config/base/arena.h"

/*
 * "host", "host:port", "[v6]:port" in len bytes.  *ret_port is left alone
 * when there is no port.  -EINVAL: also for user information.
 */
int url_host_parse(struct arena *arena, const char *s, size_t len,
    const char **ret_host, bool *ret_literal, uint16_t *ret_port) MUST_CHECK;

#endif
