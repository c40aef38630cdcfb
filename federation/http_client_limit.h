/* SPDX-License-Identifier: ISC */
/*
 * http_client_limit.h: what every request may and may not do.
 */
#ifndef FEDERATION_HTTP_CLIENT_LIMIT_H
#define FEDERATION_HTTP_CLIENT_LIMIT_H

#include "config/settings.h"

/* easy: a handle of libcurl; the settings' strings are copied. */
void http_client_limit(void *easy, const struct settings *settings);

#endif
