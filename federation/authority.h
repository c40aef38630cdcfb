/* SPDX-License-Identifier: ISC */
/*
 * authority.h: may this activity do that?  The one place where it is written
 * down, after the origin model of FEP-fe34: whoever signed is the actor; an
 * actor disposes of what has its own origin and names it as its author, and
 * of nothing else.
 *
 * What needs no look at the store is a table of demands by type; what does
 * (authority_owns()) is asked by the effects, in the writer's transaction.
 * Pure functions; thread: any.
 */
#ifndef FEDERATION_AUTHORITY_H
#define FEDERATION_AUTHORITY_H

#include "federation/activity.h"
#include "federation/verdict.h"

/*
 * ACCEPTED when the activity may go on, MALFORMED when a part that the type
 * needs is missing, else FORBIDDEN or WRONG_ORIGIN.  base: "https://domain"
 * of this node.  *ret_reason gets a sentence.
 */
enum verdict authority_check(
    const struct activity *activity, const char *base, const char **ret_reason);

/* Whether the sender disposes of an object that the store has. */
bool authority_owns(const struct actor *sender, const struct object *object);

/* Whether an id is one of this node's. */
bool authority_is_ours(const char *id, const char *base);

#endif
