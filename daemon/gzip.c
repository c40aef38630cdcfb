/* SPDX-License-Identifier: ISC */
#include "daemon/gzip.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "config/base/text.h"
#include "daemon/negotiate.h"

enum {
	GZIP_LEVEL = 5, /* nearly as small as 9, in a third of its time */
	GZIP_WINDOW = 15 + 16, /* 32 KiB, gzip's frame */
	GZIP_MEMORY = 8,
	GZIP_LEAST_BYTES = 1024, /* less fits a packet anyway */
};

struct gzip {
	z_stream stream;
};

struct gzip *
gzip_new(void)
{
	struct gzip *gzip = xcalloc(1, sizeof(*gzip));
	int r = deflateInit2(&gzip->stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW,
	    GZIP_MEMORY, Z_DEFAULT_STRATEGY);

	ASSERT(r == Z_OK);
	return gzip;
}

void
gzip_free(struct gzip **gzip)
{
	if (*gzip == NULL)
		return;
	deflateEnd(&(*gzip)->stream);
	free(*gzip);
	*gzip = NULL;
}

bool
gzip_worthwhile(const char *content_type, size_t len)
{
	size_t end = strcspn(content_type, "; \t");

	if (len <= GZIP_LEAST_BYTES || len > UINT_MAX)
		return false;
	return text_starts_with(content_type, "text/") ||
	       negotiate_type_is(content_type, "application/json") ||
	       negotiate_type_is(content_type, "application/javascript") ||
	       negotiate_type_is(content_type, "image/svg+xml") ||
	       (end > 5 && strncmp(content_type + end - 5, "+json", 5) == 0) ||
	       (end > 4 && strncmp(content_type + end - 4, "+xml", 4) == 0);
}

int
gzip_compress(struct gzip *gzip, struct arena *arena, const void *data,
    size_t len, void **ret, size_t *ret_len)
{
	z_stream *stream = &gzip->stream;
	size_t room = len - len / 10;
	void *out = arena_alloc(arena, room);
	int r;

	if (deflateReset(stream) != Z_OK)
		return -ENOSPC;

	stream->next_in = data;
	stream->avail_in = (uInt)len;
	stream->next_out = out;
	stream->avail_out = (uInt)room;
	r = deflate(stream, Z_FINISH);
	if (r != Z_STREAM_END)
		return -ENOSPC;
	*ret = out;
	*ret_len = room - stream->avail_out;
	return 0;
}
