/* SPDX-License-Identifier: ISC */
/*
 * resolve.h: what is wanted, found: from the store when it is fresh, else
 * from its own server, then stored by a writer job, and only then told.  One
 * question is asked once however many want the answer.
 *
 * Thread: the courier's.
 */
#ifndef FEDERATION_RESOLVE_H
#define FEDERATION_RESOLVE_H

#include "federation/courier.h"
#include "federation/courier_core.h"

struct resolve;

struct resolve *resolve_new(struct courier_core *core);
void resolve_free(struct resolve **resolve); /* NULL is fine */
/* Questions that have no answer yet. */
size_t resolve_open(const struct resolve *resolve);

/* found is the final id or NULL; all borrowed during the call. */
typedef void resolve_done_fn(
    void *arg, enum verdict verdict, const char *reason, const char *found);

/*
 * WANT_KEY, WANT_ACTOR or WANT_OBJECT for the courier's own work.  done() is
 * called once, perhaps before this returns.
 */
void resolve_start(struct resolve *resolve, enum want_kind kind,
    const char *uri, bool refresh, resolve_done_fn *done, void *arg);
/* The wants of other threads, answered in their mailboxes. */
void resolve_want(struct resolve *resolve, struct courier_want *want);
/* WANT_SHOW: read and judged as if it were to be stored, and never stored. */
void resolve_show(struct fetch *fetch, struct courier_want *want);
/* WANT_SUBSCRIBE: stores nothing either. */
void resolve_subscribe(struct courier_core *core, struct courier_want *want);

#endif
