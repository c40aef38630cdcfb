/* SPDX-License-Identifier: ISC */
/*
 * country.h: a country's worth of invented entries: French names and texts,
 * at communes of the gazetteer as often as people live there, some years
 * old.  The same seed and number make the same entry, in any order.
 *
 * Words are as frequent as words are: a few in half of the texts, many in a
 * handful, and made-up names of their own.
 *
 * Memory: the arena.  Thread: any; a country is only read.
 */
#ifndef TESTS_BENCH_COUNTRY_H
#define TESTS_BENCH_COUNTRY_H

#include "config/gazetteer.h"
#include "store/search.h"

enum { COUNTRY_TERRITORIES = 1254 };

struct country;
struct country *country_new(uint64_t seed);
void country_free(struct country **country);

/* The i-th entry; entry_id and origin_id are i + 1 and that of a territory,
 * 1 to COUNTRY_TERRITORIES.  All else as it is indexed. */
void country_entry(const struct country *country, struct arena *arena,
    uint64_t i, struct search_document *ret);
/* A commune, as often as people live there. */
void country_commune(
    const struct country *country, uint64_t i, struct gazetteer_place *ret);

#endif
