/* SPDX-License-Identifier: ISC */
/*
 * follow list, followers, requests list, timeline.
 */
#include <errno.h>

#include "config/base/text.h"
#include "daemon/command_follow.h"
#include "daemon/command_note.h"

static int
add_follow(struct command_request *request, json_t *items,
    const struct follow *follow, int64_t other_id)
{
	struct actor other;
	json_t *view;
	int r = actor_get(request->db, request->arena, other_id, &other);

	if (r < 0)
		return r;
	view = json_object();
	command_set_text(view, "actor", other.uri);
	command_set_text(view, "address",
	    command_address(request->arena, request->node, &other));
	command_set_text(view, "name", other.name);
	command_set_text(view, "url", other.url);
	command_set_text(view, "state", command_follow_state(follow->state));
	command_set_time(view, "since",
	    follow->decided_at != 0 ? follow->decided_at : follow->created_at);
	json_array_append_new(items, view);
	return 0;
}

/* The named actor of ours, or false when it was refused. */
static bool
find(struct command_request *request, const char *what, struct actor *ret)
{
	int r = command_find_local(request->db, request->arena, request->node,
	    request->arguments[0], ret);

	if (r == 0)
		return true;
	command_refuse_actor(request, r, what, request->arguments[0]);
	return false;
}

static void
answer_items(
    struct command_request *request, int error, json_t *items, int64_t next)
{
	if (error == 0) {
		command_answer(
		    request, command_items(
				 items, next != 0 ? json_integer(next) : NULL));
		return;
	}
	json_decref(items);
	command_refuse_errno(request, error, NULL);
}

void
command_follow_list(struct command_request *request)
{
	static const enum follow_state order[] = { FOLLOW_PENDING,
		FOLLOW_ACCEPTED };
	size_t limit = command_limit(request);
	int64_t before = command_integer(request, "after", 0), next = 0;
	json_t *items = json_array();
	struct actor actor;
	int r = 0;

	if (!find(request, "profile", &actor)) {
		json_decref(items);
		return;
	}
	for (size_t s = 0; s < N_ELEMENTS(order) && r == 0; s++) {
		struct follow *follows;
		size_t count = 0;

		/* Those that wait are few: they stand on the first page. */
		if (order[s] == FOLLOW_PENDING && before != 0)
			continue;
		r = follow_following(request->db, request->arena, actor.id,
		    order[s], order[s] == FOLLOW_PENDING ? 0 : before, limit,
		    &follows, &count);
		for (size_t i = 0; r == 0 && i < count; i++)
			r = add_follow(request, items, &follows[i],
			    follows[i].followee_id);
		if (r == 0 && order[s] == FOLLOW_ACCEPTED && count == limit)
			next = follows[count - 1].id;
	}
	answer_items(request, r, items, next);
}

void
command_follow_followers(struct command_request *request)
{
	size_t limit = command_limit(request), count;
	struct follow *follows;
	struct actor actor;
	json_t *items;
	int r;

	if (!find(request, "profile or project", &actor))
		return;
	r = follow_followers(request->db, request->arena, actor.id,
	    FOLLOW_ACCEPTED, command_integer(request, "after", 0), limit,
	    &follows, &count);
	items = json_array();
	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_follow(
		    request, items, &follows[i], follows[i].follower_id);
	answer_items(request, r, items,
	    r == 0 && count == limit ? follows[count - 1].id : 0);
}

/* Those who wait for one actor, at most limit. */
static int
add_requests(struct command_request *request, json_t *items,
    const struct actor *actor, size_t limit)
{
	struct follow *follows;
	size_t count;
	int r;

	r = follow_followers(request->db, request->arena, actor->id,
	    FOLLOW_PENDING, 0, limit, &follows, &count);
	for (size_t i = 0; r == 0 && i < count; i++) {
		size_t at = json_array_size(items);

		r = add_follow(
		    request, items, &follows[i], follows[i].follower_id);
		if (r == 0)
			command_set_text(json_array_get(items, at), "followed",
			    actor->username);
	}
	return r;
}

static int
add_requests_of_kind(struct command_request *request, json_t *items,
    enum actor_kind kind, size_t limit)
{
	struct actor *actors;
	size_t count;
	int64_t after = 0;
	int r;

	do {
		r = actor_list(request->db, request->arena, kind, after, limit,
		    &actors, &count);
		for (size_t i = 0; r == 0 && i < count; i++) {
			after = actors[i].id;
			if (actors[i].manually_approves)
				r = add_requests(
				    request, items, &actors[i], limit);
		}
	} while (r == 0 && count == limit && json_array_size(items) < limit);
	return r;
}

void
command_follow_requests(struct command_request *request)
{
	size_t limit = command_limit(request);
	json_t *items = json_array();
	struct actor actor;
	int r;

	if (request->argument_count == 0) {
		r = add_requests_of_kind(request, items, ACTOR_PROFILE, limit);
		if (r == 0)
			r = add_requests_of_kind(
			    request, items, ACTOR_PROJECT, limit);
	} else if (find(request, "profile or project", &actor))
		r = add_requests(request, items, &actor, limit);
	else {
		json_decref(items);
		return;
	}
	answer_items(request, r, items, 0);
}

static json_t *
entry_view(struct command_request *request, const struct timeline_entry *entry)
{
	json_t *view = command_note_view(request, &entry->object);

	command_set_time(view, "at", entry->at);
	command_set_text(view, "announced_by", entry->via_uri);
	return view;
}

void
command_follow_timeline(struct command_request *request)
{
	size_t limit = command_limit(request), count;
	struct timeline_entry *entries;
	struct actor actor;
	json_t *items;
	int r;

	if (!find(request, "profile", &actor))
		return;
	r = timeline_list(request->db, request->arena, actor.id,
	    command_integer(request, "after", 0), limit, &entries, &count);
	if (r < 0) {
		command_refuse_errno(request, r, NULL);
		return;
	}
	items = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(items, entry_view(request, &entries[i]));
	answer_items(
	    request, 0, items, count == limit ? entries[count - 1].id : 0);
}
