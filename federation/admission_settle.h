/* SPDX-License-Identifier: ISC */
/*
 * admission_settle.h: the state of every known node brought in line with what
 * is said of it now (admission.h): after a rule or a list changed, and now and
 * then, since settings change too.  What is no longer admitted is erased.
 *
 * Thread: a writer job.  Errors: those of the store.
 */
#ifndef FEDERATION_ADMISSION_SETTLE_H
#define FEDERATION_ADMISSION_SETTLE_H

#include "config/settings.h"
#include "federation/admission.h"

/* One row, not written. */
int admission_settle_peer(struct db *db, struct arena *arena,
    const struct settings *settings, struct peer *peer) MUST_CHECK;
/* All rows; those that change are written. */
int admission_settle(struct db *db, const struct settings *settings) MUST_CHECK;

#endif
