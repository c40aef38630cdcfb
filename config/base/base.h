/* SPDX-License-Identifier: ISC */
/*
 * base.h: the few macros and allocation functions that every file uses.
 *
 * Memory: the x* allocators never return NULL: when memory is out, the
 * process says so and aborts.  What a peer can size is bounded before it is
 * allocated (limits.h), so an abort means that the machine is out of memory,
 * and a node that stops has lost nothing that it acknowledged.
 * Thread: any.
 */
#ifndef CONFIG_BASE_BASE_H
#define CONFIG_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_CHECK             __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN               __attribute__((noreturn))
/* Runs fn(&variable) when the variable leaves its scope. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

#define N_ELEMENTS(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)     ((a) < (b) ? (a) : (b))
#define MAX(a, b)     ((a) > (b) ? (a) : (b))

/*
 * The structure that holds a member, from the member's address: how a
 * message or a job finds the structure that embeds it.
 */
#define CONTAINER_OF(ptr, type, member) \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* For our own bugs; stays on in release builds.  Never for peers' mistakes. */
#define ASSERT(cond) \
	((cond) ? (void)0 : base_assert_failed(#cond, __FILE__, __LINE__))
void base_assert_failed(const char *cond, const char *file, int line) NORETURN;

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
/* A new string; the caller frees it with free(). */
char *xasprintf(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* For CLEANUP(): frees the heap pointer behind p. */
void free_ptr(void *p);

#endif
