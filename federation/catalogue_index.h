/* SPDX-License-Identifier: ISC */
/*
 * catalogue_index.h: what is findable of a catalogue entry (store/search.h).
 *
 * An object is a project (a Group), a profile (a Person, an Organization, or
 * with parvis:profileKind), or a need or an offer (an FEP-0837 Proposal whose
 * purpose is request or offer).  What is malformed in it is as if it were not
 * there: the entry's author signed it, and it was verified before.  Without
 * a position, the commune's is taken from the gazetteer.
 *
 * Thread: a writer job.  Errors: those of the store.
 */
#ifndef FEDERATION_CATALOGUE_INDEX_H
#define FEDERATION_CATALOGUE_INDEX_H

#include "federation/json.h"
#include "store/catalogue.h"

/*
 * Makes a live entry findable as its object says, in place of what was there
 * under the same id; an object of another kind is not findable.  The entry is
 * in the database; id 0 stands for the one of its origin and number.
 * The ids of rows are given again: the old entry of an object is removed
 * before the new one is put.
 */
int catalogue_index_put(struct db *db, struct arena *arena,
    const struct catalogue_entry *entry, const json_t *object) MUST_CHECK;
/* When an entry was replaced, became a Tombstone, was withheld, or its origin
 * is hidden.  0 also when it was not findable. */
int catalogue_index_remove(struct db *db, int64_t entry_id) MUST_CHECK;

/* The two of the above in turn, after catalogue_put() of an entry whose object
 * this is (NULL for a Tombstone); old is what it answered. */
int catalogue_index_replace(struct db *db, struct arena *arena,
    const struct catalogue_entry *old, const struct catalogue_entry *entry,
    const json_t *object) MUST_CHECK;

/*
 * The next live entries of a log that are not findable are made so: what was
 * there before there was an index.  *after begins at 0; *ret_more: call again.
 */
int catalogue_index_catch_up(struct db *db, struct arena *arena,
    int64_t origin_id, int64_t *after, bool *ret_more) MUST_CHECK;

#endif
