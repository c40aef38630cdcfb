/* SPDX-License-Identifier: ISC */
#include "config/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUF_FIRST = 256 };

void
buf_init(struct buf *buf, size_t ceiling)
{
	ASSERT(ceiling < SIZE_MAX / 2);
	*buf = (struct buf){ .ceiling = ceiling };
}

void
buf_done(struct buf *buf)
{
	free(buf->data);
	buf_init(buf, buf->ceiling);
}

/* Keeps the memory: for a buffer that is used again at once. */
void
buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
	if (buf->data != NULL)
		buf->data[0] = '\0';
}

static void
buf_fail(struct buf *buf)
{
	buf_done(buf);
	buf->failed = true;
}

/* Makes room for len more bytes and the NUL; false when the buffer failed. */
static bool
buf_reserve(struct buf *buf, size_t len)
{
	size_t size;

	if (buf->failed)
		return false;
	if (len > buf->ceiling - buf->len) {
		buf_fail(buf);
		return false;
	}
	if (buf->len + len < buf->size)
		return true;
	size = MAX(buf->len + len + 1, MAX(buf->size * 2, (size_t)BUF_FIRST));
	size = MIN(size, buf->ceiling + 1);
	buf->data = xrealloc(buf->data, size);
	buf->size = size;
	return true;
}

void
buf_add(struct buf *buf, const void *data, size_t len)
{
	if (!buf_reserve(buf, len))
		return;
	if (len > 0)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void
buf_puts(struct buf *buf, const char *s)
{
	buf_add(buf, s, strlen(s));
}

void
buf_putc(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

static void buf_vprintf(struct buf *buf, const char *fmt, va_list ap)
    PRINTF_LIKE(2, 0);

static void
buf_vprintf(struct buf *buf, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	ASSERT(n >= 0);
	if (!buf_reserve(buf, (size_t)n))
		return;
	vsnprintf(buf->data + buf->len, (size_t)n + 1, fmt, ap);
	buf->len += (size_t)n;
}

void
buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(buf, fmt, ap);
	va_end(ap);
}

void
buf_put_html(struct buf *buf, const char *s)
{
	for (;;) {
		size_t plain = strcspn(s, "&<>\"'");

		buf_add(buf, s, plain);
		s += plain;
		switch (*s++) {
		case '\0':
			return;
		case '&':
			buf_puts(buf, "&amp;");
			break;
		case '<':
			buf_puts(buf, "&lt;");
			break;
		case '>':
			buf_puts(buf, "&gt;");
			break;
		case '"':
			buf_puts(buf, "&quot;");
			break;
		default:
			buf_puts(buf, "&#39;");
			break;
		}
	}
}

bool
buf_failed(const struct buf *buf)
{
	return buf->failed;
}

const char *
buf_str(const struct buf *buf)
{
	return buf->data == NULL ? "" : buf->data;
}

char *
buf_take(struct buf *buf)
{
	char *data = buf->data;

	if (buf->failed)
		return NULL;
	if (data == NULL)
		data = xstrdup("");
	buf_init(buf, buf->ceiling);
	return data;
}
