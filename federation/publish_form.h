/* SPDX-License-Identifier: ISC */
/*
 * publish_form.h: what an owner wrote about a profile or a project, checked
 * and made ready to be stored.  The one place with the words and lengths that
 * a form may have.
 *
 * Errors: -EINVAL with a sentence in publish->error that names the field.
 * Thread: the writer, inside a job (the functions touch no row).
 */
#ifndef FEDERATION_PUBLISH_FORM_H
#define FEDERATION_PUBLISH_FORM_H

#include "federation/publish.h"

/* The words of profile_kind and of stage, NULL at the end. */
extern const char *const publish_form_kinds[];
extern const char *const publish_form_stages[];

/*
 * Lower case letters, digits, '-', '_', '.', from 2 to 60, beginning with a
 * letter or digit, and none of the names that the node needs for itself.
 */
int publish_form_username(struct publish *publish, const char *username)
    MUST_CHECK;
/* Fills type, name, summary (from source) and cleans the rest. */
int publish_form_actor(struct publish *publish, struct actor *actor) MUST_CHECK;
/* Cleaned copies of the lists, in the arena. */
int publish_form_lists(struct publish *publish, const struct actor_lists *lists,
    struct actor_lists *ret) MUST_CHECK;

#endif
