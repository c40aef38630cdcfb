/* SPDX-License-Identifier: ISC */
/*
 * fetch_form.h: which form of signature a host takes on requests to read, as
 * learnt from its answers: kept in memory for a day, and in the store.
 *
 * Thread: the courier's.
 */
#ifndef FEDERATION_FETCH_FORM_H
#define FEDERATION_FETCH_FORM_H

#include "federation/courier_core.h"

struct fetch_forms;

struct fetch_forms *fetch_forms_new(struct courier_core *core);
void fetch_forms_free(struct fetch_forms **forms); /* NULL is fine */
/* The one to begin with: of memory, the store, or the settings. */
enum httpsig_form fetch_forms_of(
    const struct fetch_forms *forms, const char *authority);
/* This host refused the other form and took this one. */
void fetch_forms_learn(
    struct fetch_forms *forms, const char *authority, enum httpsig_form form);

#endif
