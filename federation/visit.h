/* SPDX-License-Identifier: ISC */
/*
 * visit.h: when the page of an actor elsewhere is opened here, what is held of
 * it is read again behind the visitor's back, document and story, unless that
 * was done in the last federation.reread_seconds, whoever opened it.
 *
 * Few at once, and no queue: what finds no place is read when the page is
 * opened again.  An actor that answers 404 or 410 keeps its copy until its
 * Delete comes, or its catalogue says so.
 *
 * Thread: the courier's.
 */
#ifndef FEDERATION_VISIT_H
#define FEDERATION_VISIT_H

#include "federation/courier_core.h"

struct visits;

struct visits *visits_new(struct courier_core *core);
void visits_free(struct visits **visits); /* NULL is fine */
/* Readings under way. */
size_t visits_active(const struct visits *visits);
void visits_open(struct visits *visits, const char *uri);

#endif
