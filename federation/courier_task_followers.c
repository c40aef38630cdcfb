/* SPDX-License-Identifier: ISC */
/*
 * TASK_FOLLOWERS (FEP-8fcf): the list that a remote actor's server keeps of
 * our profiles that follow it, against ours.  argument: its address.
 *
 * Ours that it does not list do not follow any more.  One that it lists and
 * that waits here for an answer was accepted: the answer was lost.  One that
 * it lists and that is no follower here is undone there: by a new Follow that
 * is taken back at once, since the id of theirs was lost.
 *
 * Nothing is done unless the list was read to its end.
 */
#include <errno.h>
#include <string.h>

#include "federation/courier_task.h"
#include "federation/fetch.h"
#include "store/follow.h"

enum {
	PAGES_MAX = 20,
	LISTED_MAX = 20000,
	TAKEN_BACK_MAX = 16, /* at once: two activities each */
};

static bool
is_listed(const struct courier_task *task, const char *uri)
{
	for (size_t i = 0; i < task->listed_count; i++) {
		if (strcmp(task->listed[i], uri) == 0)
			return true;
	}
	return false;
}

static int
remove_unlisted(struct courier_task *task, struct publish *publish,
    const struct follow *follows, size_t count)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		if (!is_listed(task, follows[i].follower_uri))
			r = follow_remove(publish->db, follows[i].follower_id,
			    follows[i].followee_id);
	}
	return r;
}

static int
take_back(struct courier_task *task, struct publish *publish, int64_t id)
{
	enum follow_state state;
	int r;

	/* The rest with the next difference: a list costs its writer less. */
	if (task->taken_back++ >= TAKEN_BACK_MAX)
		return 0;
	r = publish_follow(publish, id, task->task.actor_id, &state);
	if (r == 0)
		r = publish_unfollow(publish, id, task->task.actor_id);
	return r;
}

/* They count one of ours as a follower: is it so? */
static int
check_listed(
    struct courier_task *task, struct publish *publish, const char *uri)
{
	struct follow follow;
	struct actor actor;
	int r = actor_by_uri(publish->db, publish->arena, uri, &actor);

	if (r == -ENOENT || (r == 0 && actor.deleted_at != 0))
		return 0; /* nobody here could sign an Undo */
	if (r != 0)
		return r;
	r = follow_get(publish->db, publish->arena, actor.id,
	    task->task.actor_id, &follow);
	if (r == 0 && follow.state == FOLLOW_PENDING)
		return follow_decide(
		    publish->db, follow.id, FOLLOW_ACCEPTED, publish->now);
	if (r == -ENOENT)
		r = take_back(task, publish, actor.id);
	return r == -EINVAL ? 0 : r;
}

static int
apply_followers(struct courier_task *task, struct publish *publish)
{
	struct follow *follows;
	size_t count;
	int r = follow_local_of(
	    publish->db, publish->arena, task->task.actor_id, &follows, &count);

	if (r == 0)
		r = remove_unlisted(task, publish, follows, count);
	for (size_t i = 0; r == 0 && i < task->listed_count; i++)
		r = check_listed(task, publish, task->listed[i]);
	return r;
}

static void
add_listed(struct courier_task *task, const json_t *items)
{
	struct arena *arena = task->arena;

	for (size_t i = 0;
	     i < json_array_size(items) && task->listed_count < LISTED_MAX;
	     i++) {
		const char *uri = json_string_value(json_array_get(items, i));

		if (uri != NULL && url_same_origin(uri, task->base))
			task->listed[task->listed_count++] =
			    arena_strdup(arena, uri);
	}
}

static void on_page(void *arg, const struct fetch_result *result);

static void
fetch_page(struct courier_task *task, const char *url)
{
	if (!url_same_origin(url, task->task.argument) ||
	    task->pages++ >= PAGES_MAX || task->listed_count >= LISTED_MAX) {
		courier_task_end(task, VERDICT_WRONG_ORIGIN,
		    "the list of followers goes on elsewhere or too long");
		return;
	}
	fetch_start(task->core->fetch,
	    &(struct fetch_request){
		.url = url, .format = FETCH_COLLECTION, .insist = true },
	    on_page, task);
}

/* The items of a collection or page; where it goes on, or NULL. */
static const char *
take_items(struct courier_task *task, const json_t *page)
{
	const json_t *items = json_object_get(page, "orderedItems");
	json_t *first;

	if (items == NULL)
		items = json_object_get(page, "items");
	add_listed(task, items);
	first = json_embedded(page, "first");
	if (first != NULL)
		return take_items(task, first);
	if (json_object_get(page, "first") != NULL && items == NULL)
		return json_id(page, "first");
	return json_id(page, "next");
}

static bool
is_collection(const json_t *document)
{
	return json_is_type(document, "Collection") ||
	       json_is_type(document, "OrderedCollection") ||
	       json_is_type(document, "CollectionPage") ||
	       json_is_type(document, "OrderedCollectionPage");
}

static void
on_page(void *arg, const struct fetch_result *result)
{
	struct courier_task *task = arg;
	const char *next;

	if (result->verdict != VERDICT_ACCEPTED) {
		courier_task_end(task, result->verdict, result->reason);
		return;
	}
	if (!url_same_origin(result->url, task->task.argument) ||
	    !is_collection(result->document)) {
		courier_task_end(task, VERDICT_WRONG_ORIGIN,
		    "that is no collection of that host");
		return;
	}
	next = take_items(task, result->document);
	if (next == NULL)
		courier_task_end(task, VERDICT_ACCEPTED, "");
	else
		fetch_page(task, next);
}

void
courier_task_followers(struct courier_task *task)
{
	struct actor actor;

	if (actor_get(task->core->db, task->arena, task->task.actor_id,
		&actor) != 0 ||
	    actor.kind != ACTOR_REMOTE || actor.deleted_at != 0 ||
	    !url_same_origin(actor.uri, task->task.argument)) {
		courier_task_end(task, VERDICT_WRONG_ORIGIN,
		    "the list is not of the actor's origin");
		return;
	}
	task->listed =
	    arena_alloc(task->arena, LISTED_MAX * sizeof(*task->listed));
	task->apply = apply_followers;
	fetch_page(task, task->task.argument);
}
