/* SPDX-License-Identifier: ISC */
/*
 * replica_progress.h: how far each catalogue is that is being read, for
 * whoever asks meanwhile: nothing of it is in the database before it is whole
 * (catalogue_copy.h).  Private to the courier.
 *
 * Thread: any; it locks itself.
 */
#ifndef FEDERATION_REPLICA_PROGRESS_H
#define FEDERATION_REPLICA_PROGRESS_H

#include "config/base/base.h"

struct replica_progress;

struct replica_progress *replica_progress_new(void);
void replica_progress_free(struct replica_progress **progress);
/* So many entries of a log were read, of so many that its head counts. */
void replica_progress_set(struct replica_progress *progress, const char *domain,
    int64_t read, int64_t count);
/* It is read no more; fine when it never was. */
void replica_progress_end(
    struct replica_progress *progress, const char *domain);
/* False when it is not being read. */
bool replica_progress_get(struct replica_progress *progress, const char *domain,
    int64_t *ret_read, int64_t *ret_count);

#endif
