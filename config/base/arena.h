/* SPDX-License-Identifier: ISC */
/*
 * arena.h: memory for one unit of work (a request, a job), freed as a whole.
 *
 * Memory: what an arena gave lives until arena_reset() or arena_free().
 *         Allocation never fails (see base.h).
 * Thread: one at a time; an arena travels with the work it belongs to.
 */
#ifndef CONFIG_BASE_ARENA_H
#define CONFIG_BASE_ARENA_H

#include <stdarg.h>

#include "config/base/base.h"

struct arena;

struct arena *arena_new(void);
/* Frees everything; NULL is fine, leaves NULL. */
void arena_free(struct arena **arena);
/* Forgets all allocations and runs the cleanups, keeps the first chunk. */
void arena_reset(struct arena *arena);

/* Zeroed memory, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);
/* NULL gives NULL. */
char *arena_strdup(struct arena *arena, const char *s);
char *arena_strndup(struct arena *arena, const char *s, size_t n);
void *arena_memdup(struct arena *arena, const void *p, size_t n);
char *arena_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);
char *arena_vprintf(struct arena *arena, const char *fmt, va_list ap)
    PRINTF_LIKE(2, 0);
/* Calls fn(arg) when the arena is reset or freed; last added, first called. */
void arena_on_free(struct arena *arena, void (*fn)(void *), void *arg);
/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *arena);

#endif
