/* SPDX-License-Identifier: ISC */
/*
 * profile and project show, list.
 */
#include <errno.h>
#include <string.h>

#include "config/base/text.h"
#include "daemon/command.h"

static enum actor_kind
kind_of(const struct command *command)
{
	return text_starts_with(command->words, "project") ? ACTOR_PROJECT
							   : ACTOR_PROFILE;
}

static json_t *
place_view(const struct place *place)
{
	json_t *view = json_object();

	command_set_text(view, "name", place->name);
	command_set_text(view, "insee", place->insee);
	command_set_text(view, "postcode", place->postcode);
	json_object_set_new(view, "latitude",
	    place->located ? json_real(place->latitude) : json_null());
	json_object_set_new(view, "longitude",
	    place->located ? json_real(place->longitude) : json_null());
	return view;
}

/* What both kinds have, and a list shows. */
static json_t *
actor_view(const struct actor *actor)
{
	json_t *view = json_object();

	command_set_text(view, "username", actor->username);
	command_set_text(view, "name", actor->name);
	command_set_text(view, "id", actor->uri);
	command_set_text(view, "url", actor->url);
	if (actor->kind == ACTOR_PROJECT) {
		command_set_text(view, "stage", actor->stage);
		command_set_text(view, "status", actor->status);
	} else
		command_set_text(view, "profile_kind", actor->profile_kind);
	json_object_set_new(view, "place", place_view(&actor->place));
	json_object_set_new(
	    view, "discoverable", json_boolean(actor->discoverable));
	json_object_set_new(view, "indexable", json_boolean(actor->indexable));
	json_object_set_new(
	    view, "manually_approves", json_boolean(actor->manually_approves));
	command_set_time(view, "created", actor->created_at);
	command_set_time(view, "updated", actor->updated_at);
	return view;
}

static json_t *
terms_view(const char **terms, size_t count)
{
	json_t *view = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(view, json_string(terms[i]));
	return view;
}

static json_t *
links_view(const struct actor_lists *lists)
{
	json_t *view = json_array();

	for (size_t i = 0; i < lists->link_count; i++)
		json_array_append_new(view,
		    json_pack("{s:s, s:s}", "label", lists->links[i].label,
			"href", lists->links[i].href));
	return view;
}

static json_t *
members_view(const struct actor_lists *lists, bool supporters)
{
	json_t *view = json_array();

	for (size_t i = 0; i < lists->member_count; i++) {
		const struct project_member *member = &lists->members[i];

		if (member->supporter != supporters)
			continue;
		json_array_append_new(
		    view, json_pack("{s:s, s:s?, s:s?}", "name", member->name,
			      "role", member->role, "actor", member->uri));
	}
	return view;
}

static void
add_lists(
    json_t *view, const struct actor *actor, const struct actor_lists *lists)
{
	json_object_set_new(view, "links", links_view(lists));
	if (actor->kind == ACTOR_PROJECT) {
		json_object_set_new(view, "themes",
		    terms_view(lists->themes, lists->theme_count));
		json_object_set_new(view, "team", members_view(lists, false));
		json_object_set_new(
		    view, "supporters", members_view(lists, true));
		return;
	}
	json_object_set_new(
	    view, "skills", terms_view(lists->skills, lists->skill_count));
	json_object_set_new(view, "languages",
	    terms_view(lists->languages, lists->language_count));
}

static int
add_counts(
    struct command_request *request, json_t *view, const struct actor *actor)
{
	struct actor_key *keys;
	size_t key_count;
	int64_t followers, following, updates;
	int r;

	r = follow_count_followers(request->db, actor->id, &followers);
	if (r == 0)
		r = follow_count_following(request->db, actor->id, &following);
	if (r == 0)
		r = object_count(request->db, actor->id, &updates);
	if (r == 0)
		r = actor_keys(
		    request->db, request->arena, actor->id, &keys, &key_count);
	if (r < 0)
		return r;
	json_object_set_new(view, "followers", json_integer(followers));
	json_object_set_new(view, "following", json_integer(following));
	json_object_set_new(view, "updates", json_integer(updates));
	json_object_set_new(view, "keys", json_integer((json_int_t)key_count));
	return 0;
}

/* The holder of a project; the projects of a profile. */
static int
add_relations(
    struct command_request *request, json_t *view, const struct actor *actor)
{
	struct actor holder, *owned;
	size_t count;
	json_t *names;
	int r;

	if (actor->kind == ACTOR_PROJECT) {
		if (actor->owner_id == 0)
			return 0;
		r = actor_get(
		    request->db, request->arena, actor->owner_id, &holder);
		if (r == 0)
			command_set_text(view, "holder", holder.username);
		return r;
	}
	r = actor_list_owned(
	    request->db, request->arena, actor->id, &owned, &count);
	if (r < 0)
		return r;
	names = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(names, json_string(owned[i].username));
	json_object_set_new(view, "projects", names);
	return 0;
}

void
command_actor_show(struct command_request *request)
{
	bool project = kind_of(request->command) == ACTOR_PROJECT;
	struct actor actor;
	struct actor_lists lists = { 0 };
	json_t *view;
	int r;

	r = command_find_local(request->db, request->arena, request->node,
	    request->arguments[0], &actor);
	if (r == 0 && actor.kind != kind_of(request->command)) {
		command_refuse(request, CODE_NOT_FOUND,
		    "%s is no %s; see parvisctl %s show", request->arguments[0],
		    project ? "project" : "profile",
		    project ? "profile" : "project");
		return;
	}
	if (r < 0) {
		command_refuse_actor(request, r,
		    project ? "project" : "profile", request->arguments[0]);
		return;
	}
	view = actor_view(&actor);
	command_set_text(view, "summary", actor.source);
	command_set_text(view, "contact", actor.contact);
	r = actor_lists(request->db, request->arena, actor.id, &lists);
	if (r == 0) {
		add_lists(view, &actor, &lists);
		r = add_relations(request, view, &actor);
	}
	if (r == 0)
		r = add_counts(request, view, &actor);
	if (r == 0) {
		command_answer(request, view);
		return;
	}
	json_decref(view);
	command_refuse_errno(request, r, NULL);
}

static void
answer_list(struct command_request *request, const struct actor *actors,
    size_t count, bool more)
{
	json_t *items = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(items, actor_view(&actors[i]));
	command_answer(
	    request, command_items(items,
			 more ? json_integer(actors[count - 1].id) : NULL));
}

/* The projects of one profile are few: no pages. */
static void
list_owned(struct command_request *request, const char *name)
{
	struct actor holder, *actors;
	size_t count;
	int r;

	r = command_find_local(
	    request->db, request->arena, request->node, name, &holder);
	if (r < 0) {
		command_refuse_actor(request, r, "profile", name);
		return;
	}
	r = actor_list_owned(
	    request->db, request->arena, holder.id, &actors, &count);
	if (r < 0)
		command_refuse_errno(request, r, NULL);
	else
		answer_list(request, actors, count, false);
}

void
command_actor_list(struct command_request *request)
{
	size_t limit = command_limit(request), count;
	struct actor *actors;
	int r;

	if (command_text(request, "holder") != NULL) {
		list_owned(request, command_text(request, "holder"));
		return;
	}
	r = actor_list(request->db, request->arena, kind_of(request->command),
	    command_integer(request, "after", 0), limit, &actors, &count);
	if (r < 0)
		command_refuse_errno(request, r, NULL);
	else
		answer_list(request, actors, count, count == limit);
}
