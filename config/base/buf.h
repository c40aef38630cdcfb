/* SPDX-License-Identifier: ISC */
/*
 * buf.h: a growable byte buffer that cannot be made without its ceiling.
 *
 * Going past the ceiling puts the buffer in a failed state: what it held is
 * dropped, further appends do nothing, buf_failed() says so.  A writer may
 * therefore append without checks and ask once at the end.
 * The bytes are always followed by a NUL that does not count.
 * Thread: one at a time.
 */
#ifndef CONFIG_BASE_BUF_H
#define CONFIG_BASE_BUF_H

#include "config/base/base.h"

struct buf {
	char *data; /* NULL while empty; owned */
	size_t len, size, ceiling;
	bool failed;
};

void buf_init(struct buf *buf, size_t ceiling);
void buf_done(struct buf *buf);
void buf_clear(struct buf *buf);

void buf_add(struct buf *buf, const void *data, size_t len);
void buf_puts(struct buf *buf, const char *s);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Text for an HTML element or a quoted attribute: & < > " ' escaped. */
void buf_put_html(struct buf *buf, const char *s);

bool buf_failed(const struct buf *buf);
/* The bytes as a string, "" when empty or failed; valid until the next call. */
const char *buf_str(const struct buf *buf);
/* Hands over the bytes (caller frees), NULL when failed; empties the buffer. */
char *buf_take(struct buf *buf);

#endif
