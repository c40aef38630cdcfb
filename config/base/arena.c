/* SPDX-License-Identifier: ISC */
/*
 * A list of chunks, the newest first, and one bump pointer in it.  Each new
 * chunk doubles the last one up to CHUNK_MAX, so that a small request costs
 * one malloc() and a large one a few.  What does not fit a chunk well has a
 * chunk of its own, put behind the newest so that the newest's rest is used.
 */
#include "config/base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ALIGNMENT = alignof(max_align_t),
	CHUNK_FIRST = 4096,
	CHUNK_MAX = 256 * 1024,
};

struct arena_chunk {
	struct arena_chunk *next;
	size_t size, used;
	alignas(max_align_t) char data[];
};

struct arena_cleanup {
	struct arena_cleanup *next;
	void (*fn)(void *);
	void *arg;
};

struct arena {
	struct arena_chunk *chunks; /* never NULL, the oldest stays */
	struct arena_cleanup *cleanups;
	size_t used;
};

static struct arena_chunk *
arena_chunk_new(size_t size)
{
	struct arena_chunk *chunk = xmalloc(sizeof(*chunk) + size);

	chunk->next = NULL;
	chunk->size = size;
	chunk->used = 0;
	return chunk;
}

struct arena *
arena_new(void)
{
	struct arena *arena = xcalloc(1, sizeof(*arena));

	arena->chunks = arena_chunk_new(CHUNK_FIRST);
	return arena;
}

void
arena_reset(struct arena *arena)
{
	struct arena_cleanup *cleanup;
	struct arena_chunk *chunk;

	/* Taken off one by one: a cleanup may itself allocate or register. */
	while ((cleanup = arena->cleanups) != NULL) {
		arena->cleanups = cleanup->next;
		cleanup->fn(cleanup->arg);
	}
	while ((chunk = arena->chunks)->next != NULL) {
		arena->chunks = chunk->next;
		free(chunk);
	}
	chunk->used = 0;
	arena->used = 0;
}

void
arena_free(struct arena **arena)
{
	if (*arena == NULL)
		return;
	arena_reset(*arena);
	free((*arena)->chunks);
	free(*arena);
	*arena = NULL;
}

static void *
arena_own_chunk(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk = arena_chunk_new(size);

	chunk->used = size;
	chunk->next = arena->chunks->next;
	arena->chunks->next = chunk;
	return chunk->data;
}

static void *
arena_take(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk = arena->chunks;
	void *p;

	if (size > chunk->size - chunk->used) {
		size_t larger = MIN(chunk->size * 2, (size_t)CHUNK_MAX);

		if (size > larger / 2)
			return arena_own_chunk(arena, size);
		chunk = arena_chunk_new(larger);
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	p = chunk->data + chunk->used;
	chunk->used += size;
	return p;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	size_t rounded;

	ASSERT(size <= SIZE_MAX / 2);
	rounded =
	    (MAX(size, (size_t)1) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	arena->used += rounded;
	return memset(arena_take(arena, rounded), 0, rounded);
}

char *
arena_strdup(struct arena *arena, const char *s)
{
	return s == NULL ? NULL : arena_strndup(arena, s, strlen(s));
}

char *
arena_strndup(struct arena *arena, const char *s, size_t n)
{
	size_t len;
	char *p;

	if (s == NULL)
		return NULL;
	len = strnlen(s, n);
	p = arena_alloc(arena, len + 1);
	memcpy(p, s, len);
	return p;
}

void *
arena_memdup(struct arena *arena, const void *p, size_t n)
{
	void *q;

	if (p == NULL)
		return NULL;
	q = arena_alloc(arena, n);
	memcpy(q, p, n);
	return q;
}

char *
arena_vprintf(struct arena *arena, const char *fmt, va_list ap)
{
	va_list again;
	char *s;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	ASSERT(n >= 0);
	s = arena_alloc(arena, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	return s;
}

char *
arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = arena_vprintf(arena, fmt, ap);
	va_end(ap);
	return s;
}

void
arena_on_free(struct arena *arena, void (*fn)(void *), void *arg)
{
	struct arena_cleanup *cleanup = arena_alloc(arena, sizeof(*cleanup));

	cleanup->fn = fn;
	cleanup->arg = arg;
	cleanup->next = arena->cleanups;
	arena->cleanups = cleanup;
}

size_t
arena_used(const struct arena *arena)
{
	return arena->used;
}
