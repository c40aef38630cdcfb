/* SPDX-License-Identifier: ISC */
/*
 * store_scale.h: a database of a chosen size for parvis_store_scale, the same
 * in every run.
 */
#ifndef TESTS_BENCH_STORE_SCALE_H
#define TESTS_BENCH_STORE_SCALE_H

#include "store/db.h"

enum {
	SMALL = 1000,
	BASE_TIME = 1700000000,
	DOCUMENT = 1500, /* bytes of a document as it was received */
};

struct scale {
	struct db *db;
	struct arena *arena;
	int64_t objects, actors, hosts, deliveries;
	int64_t star;     /* one of ours whom a twentieth of all follow */
	int64_t elder;    /* one of ours who wrote a twentieth of all */
	int64_t activity; /* the first of theirs */
	int64_t first_delivery;
	uint64_t random;
	int64_t serial;
	char document[DOCUMENT + 1];
	char folder[256];
};

/* In a folder of its own under parent; aborts when it cannot. */
void scale_make(struct scale *s, int64_t rows, const char *parent);
void scale_unmake(struct scale *s);

/* Aborts on an error of the store. */
void scale_must(int r, const char *what);
/* The same sequence in every run: a number below count; an actor of ours. */
int64_t scale_pick(struct scale *s, int64_t count);
int64_t scale_pick_ours(struct scale *s);
/* In s->arena. */
const char *scale_actor_uri(struct scale *s, int64_t i);
const char *scale_object_uri(struct scale *s, int64_t i);
/* One more row; errors of the store. */
int scale_add_object(struct scale *s, int64_t i);
int scale_add_delivery(struct scale *s, int64_t i);

#endif
