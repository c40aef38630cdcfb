/* SPDX-License-Identifier: ISC */
/*
 * actor_form.h: what people write of profiles and projects, read into the
 * store's rows: the parts that parvisctl's options and import share.
 * Memory: results live in the arena.  Thread: that of the connection.
 */
#ifndef DAEMON_ACTOR_FORM_H
#define DAEMON_ACTOR_FORM_H

#include "federation/node.h"
#include "store/actor.h"

/* "label=url", or just an address, which is then its own label. */
void actor_form_link(
    struct arena *arena, const char *text, struct actor_link *ret);
/* The parts of "role=who" or "who"; *ret_role is NULL when there is none. */
void actor_form_split_member(struct arena *arena, const char *text,
    const char **ret_role, const char **ret_who);
/*
 * A member of a team or a supporter: who is "@username" of ours, the id of an
 * actor that may be known or not, or just a name.  role may be NULL.
 * -ENOENT: there is no such username.
 */
int actor_form_member(struct db *db, struct arena *arena,
    const struct node *node, const char *who, const char *role,
    struct project_member *ret) MUST_CHECK;

#endif
