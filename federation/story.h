/* SPDX-License-Identifier: ISC */
/*
 * story.h: pages of an outbox and of a thread (FEP-f228), read.
 *
 * Of an outbox counts what its actor published for all to see: Creates that
 * may have their effect here by the one table of authority.h, and objects that
 * stand there by themselves; in both cases of the actor's origin, by the actor,
 * to the public.  Announces and the like are no part of a story.
 *
 * Memory: the arena, or borrowed from the document.  Pure; thread: any.
 */
#ifndef FEDERATION_STORY_H
#define FEDERATION_STORY_H

#include "federation/activity.h"

enum {
	STORY_NOTES_MAX = 50,   /* read of one actor at most */
	STORY_ITEMS_MAX = 100,  /* looked at on one page */
	STORY_REPLIES_MAX = 20, /* taken of one thread */
};

struct story_item {
	const char *id;            /* of the object, normalised */
	const struct object *note; /* NULL: it is to be read where it lives */
};

struct story_page {
	struct story_item items[STORY_ITEMS_MAX];
	size_t count;
	const char *next; /* where it goes on, as written; NULL: nowhere */
};

/* A collection, ordered or not, or a page of one. */
bool story_is_collection(const json_t *document);
/*
 * A page of an outbox, or its head with or without its first page.  base: of
 * this node.
 */
void story_read_outbox(struct arena *arena, json_t *document,
    const struct actor *author, const char *base, struct story_page *ret);
/*
 * A page of a thread: ids of what stands there, but of what is ours, at most
 * STORY_REPLIES_MAX.  Nothing embedded is believed: it is by anyone.
 */
void story_read_thread(struct arena *arena, const json_t *document,
    const char *base, struct story_page *ret);

#endif
