/* SPDX-License-Identifier: ISC */
/*
 * place_form.h: a place as somebody gave it, completed from the gazetteer.
 *
 * A commune given by its code, by its name, or by its name and a postal code
 * gets its code of today, its official name, its postal code where it has but
 * one, and its point, unless another point was given.  A name that stands with
 * a point, and a postal code alone, are left as they are where the gazetteer
 * cannot tell better: not everything is in France.
 *
 * Memory: in the arena, or the gazetteer's own.  Thread: any.
 */
#ifndef DAEMON_PLACE_FORM_H
#define DAEMON_PLACE_FORM_H

#include "config/gazetteer.h"
#include "store/actor.h"

/*
 * -EINVAL leaves the place as it was, with a sentence that names what was
 * wrong and what would do.  code_word is what the sentence calls the code,
 * "--insee" or "insee".
 */
int place_form_complete(struct arena *arena, const struct gazetteer *gazetteer,
    const char *code_word, struct place *place, const char **ret_error)
    MUST_CHECK;

#endif
