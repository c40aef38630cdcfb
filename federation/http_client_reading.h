/* SPDX-License-Identifier: ISC */
/*
 * http_client_reading.h: an answer as it comes in from libcurl: its body up to
 * a limit, and the few header fields that anybody asks for.
 */
#ifndef FEDERATION_HTTP_CLIENT_READING_H
#define FEDERATION_HTTP_CLIENT_READING_H

#include "config/base/buf.h"

struct http_client_reading {
	void *easy; /* libcurl's handle, borrowed */
	size_t answer_max, head_bytes;
	struct buf body; /* decompressed */
	/* NULL when absent, too long or with control characters. */
	char *content_type, *location, *retry_after;
	bool accept_signature, too_large;
};

/* Has libcurl hand over what it receives for easy. */
void http_client_reading_start(
    struct http_client_reading *reading, void *easy, size_t answer_max);
void http_client_reading_done(struct http_client_reading *reading);

#endif
