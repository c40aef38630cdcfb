/* SPDX-License-Identifier: ISC */
#include "config/base/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Standard error directly: the log may be what failed. */
void
base_assert_failed(const char *cond, const char *file, int line)
{
	fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, cond);
	abort();
}

static NORETURN void
base_out_of_memory(size_t size)
{
	fprintf(stderr, "out of memory: %zu bytes\n", size);
	abort();
}

void *
xmalloc(size_t size)
{
	void *p = malloc(MAX(size, (size_t)1));

	if (p == NULL)
		base_out_of_memory(size);
	return p;
}

void *
xcalloc(size_t n, size_t size)
{
	void *p = calloc(MAX(n, (size_t)1), MAX(size, (size_t)1));

	if (p == NULL)
		base_out_of_memory(size);
	return p;
}

void *
xrealloc(void *p, size_t size)
{
	void *q = realloc(p, MAX(size, (size_t)1));

	if (q == NULL)
		base_out_of_memory(size);
	return q;
}

char *
xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *
xstrndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *p = xmalloc(len + 1);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *
xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		base_out_of_memory(strlen(fmt));
	return s;
}

/* Through memcpy: p is the address of a pointer of any type. */
void
free_ptr(void *p)
{
	void *q;

	memcpy(&q, p, sizeof(q));
	free(q);
}
