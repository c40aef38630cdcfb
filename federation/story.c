/* SPDX-License-Identifier: ISC */
#include "federation/story.h"

#include <string.h>

#include "federation/authority.h"
#include "federation/url.h"

enum { NESTED_MAX = 2 }; /* a first page within its collection */

bool
story_is_collection(const json_t *document)
{
	return json_is_type(document, "Collection") ||
	       json_is_type(document, "OrderedCollection") ||
	       json_is_type(document, "CollectionPage") ||
	       json_is_type(document, "OrderedCollectionPage");
}

/* The items of a page, or of the first page within it; where it goes on. */
static const json_t *
items_of(const json_t *document, const char **ret_next)
{
	const json_t *items = NULL;

	for (int i = 0; i < NESTED_MAX; i++) {
		const json_t *first = json_embedded(document, "first");

		items = json_object_get(document, "orderedItems");
		if (items == NULL)
			items = json_object_get(document, "items");
		*ret_next = json_id(document, "next");
		if (items != NULL)
			return items;
		if (first == NULL) {
			if (*ret_next == NULL)
				*ret_next = json_id(document, "first");
			return NULL;
		}
		document = first;
	}
	return items;
}

/* JSON lists of one are written as their item by some. */
static size_t
count_of(const json_t *items)
{
	if (json_is_object(items) || json_is_string(items))
		return 1;
	return MIN(json_array_size(items), (size_t)STORY_ITEMS_MAX);
}

static json_t *
item_at(const json_t *items, size_t i)
{
	return json_is_array(items) ? json_array_get(items, i)
				    : (json_t *)(uintptr_t)items;
}

/* What the actor wrote, for all to see; else NULL. */
static const struct object *
note_of(struct arena *arena, json_t *document, const struct actor *author)
{
	struct object *note = arena_alloc(arena, sizeof(*note));
	char error[JSON_ERROR_SIZE];

	if (activity_read_object(arena, document, note, error) != 0 ||
	    strcmp(note->actor_uri, author->uri) != 0 ||
	    note->visibility > VISIBILITY_UNLISTED)
		return NULL;
	return note;
}

static void
add(struct story_page *page, const char *id, const struct object *note)
{
	for (size_t i = 0; i < page->count; i++) {
		if (strcmp(page->items[i].id, id) == 0)
			return;
	}
	page->items[page->count++] = (struct story_item){ id, note };
}

static void
take_item(struct arena *arena, json_t *item, const struct actor *author,
    const char *base, struct story_page *page)
{
	char error[JSON_ERROR_SIZE];
	struct activity activity;
	const struct object *note;
	const char *reason;

	if (!json_is_object(item))
		return; /* the id of an activity: nobody says of what kind */
	if (activity_read(arena, item, &activity, error) != 0 ||
	    activity.type == ACTIVITY_OTHER) {
		note = note_of(arena, item, author);
		if (note != NULL)
			add(page, note->uri, note);
		return;
	}
	if (activity.type != ACTIVITY_CREATE ||
	    strcmp(activity.actor, author->uri) != 0 ||
	    authority_check(&activity, base, &reason) != VERDICT_ACCEPTED)
		return;
	if (activity.object == NULL) {
		add(page, activity.object_id, NULL);
		return;
	}
	note = note_of(arena, activity.object, author);
	if (note != NULL)
		add(page, note->uri, note);
}

void
story_read_outbox(struct arena *arena, json_t *document,
    const struct actor *author, const char *base, struct story_page *ret)
{
	const json_t *items = items_of(document, &ret->next);
	size_t count = count_of(items);

	ret->count = 0;
	for (size_t i = 0; i < count; i++)
		take_item(arena, item_at(items, i), author, base, ret);
}

void
story_read_thread(struct arena *arena, const json_t *document, const char *base,
    struct story_page *ret)
{
	const json_t *items = items_of(document, &ret->next);
	size_t count = count_of(items);

	ret->count = 0;
	for (size_t i = 0; i < count && ret->count < STORY_REPLIES_MAX; i++) {
		const json_t *item = item_at(items, i);
		const char *id = json_is_string(item) ? json_string_value(item)
						      : json_text(item, "id");
		struct url url;

		if (id != NULL && url_parse(arena, id, &url) == 0 &&
		    url.https && !authority_is_ours(url.text, base))
			add(ret, url.text, NULL);
	}
}
