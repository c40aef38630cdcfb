/* SPDX-License-Identifier: ISC */
/*
 * profile and project create, edit, delete.  All is done in the writer's job,
 * so that what is changed is what stands there at that moment.
 */
#include <errno.h>
#include <string.h>

#include "config/base/text.h"
#include "daemon/actor_form.h"
#include "daemon/command.h"
#include "daemon/place_form.h"

static enum actor_kind
kind_of(const struct command *command)
{
	return text_starts_with(command->words, "project") ? ACTOR_PROJECT
							   : ACTOR_PROFILE;
}

static const char *
word_of(const struct command *command)
{
	return kind_of(command) == ACTOR_PROJECT ? "project" : "profile";
}

/* A text option over what stands there; an empty one clears. */
static void
apply_text(
    const struct command_request *request, const char *name, const char **ret)
{
	const char *value = command_text(request, name);

	if (value != NULL)
		*ret = value[0] != '\0' ? value : NULL;
}

static void
apply_flag(const struct command_request *request, const char *name, bool *ret)
{
	if (command_given(request, name))
		*ret = command_flag(request, name);
}

/* What is known of the commune, when it is another one. */
static int
complete_place(struct command_job *job, struct place *place)
{
	const char *error = NULL;

	if (!command_given(job->request, "commune") &&
	    !command_given(job->request, "insee") &&
	    !command_given(job->request, "postcode"))
		return 0;
	if (place_form_complete(
		job->arena, gazetteer_builtin(), "--insee", place, &error) == 0)
		return 0;
	return command_job_refuse(job, -EINVAL, "%s", error);
}

/* Another commune has another point and other codes. */
static int
apply_place(struct command_job *job, struct place *place)
{
	const struct command_request *request = job->request;
	const json_t *lat = json_object_get(request->options, "lat");
	const json_t *lon = json_object_get(request->options, "lon");

	if (command_given(request, "commune") ||
	    command_given(request, "insee"))
		*place = (struct place){ 0 };
	apply_text(request, "commune", &place->name);
	apply_text(request, "insee", &place->insee);
	apply_text(request, "postcode", &place->postcode);
	if ((lat == NULL) != (lon == NULL))
		return command_job_refuse(
		    job, -EINVAL, "--lat and --lon go together");
	if (lat != NULL) {
		place->located = true;
		place->latitude = json_number_value(lat);
		place->longitude = json_number_value(lon);
	}
	return complete_place(job, place);
}

/* The values of a repeated option without the empty ones. */
static void
apply_terms(struct command_job *job, const char *name, const char ***ret,
    size_t *ret_count)
{
	const json_t *list = command_list(job->request, name);
	const char **terms;
	size_t count = 0;

	if (list == NULL)
		return;
	terms = arena_alloc(
	    job->arena, (json_array_size(list) + 1) * sizeof(*terms));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *term = text_trim(
		    job->arena, json_string_value(json_array_get(list, i)));

		if (term[0] != '\0')
			terms[count++] = term;
	}
	*ret = terms;
	*ret_count = count;
}

static void
apply_links(struct command_job *job, struct actor_lists *lists)
{
	const char **texts = NULL;
	struct actor_link *links;
	size_t count = 0;

	if (!command_given(job->request, "link"))
		return;
	apply_terms(job, "link", &texts, &count);
	links = arena_alloc(job->arena, (count + 1) * sizeof(*links));
	for (size_t i = 0; i < count; i++)
		actor_form_link(job->arena, texts[i], &links[i]);
	lists->links = links;
	lists->link_count = count;
}

/* Adds those of one option to members, or those that stand there. */
static int
add_members(struct command_job *job, const struct actor_lists *lists,
    bool supporters, struct project_member *members, size_t *count)
{
	const char *option = supporters ? "supporter" : "team";
	const char **texts = NULL, *role, *who;
	size_t n = 0;
	int r;

	if (!command_given(job->request, option)) {
		for (size_t i = 0; i < lists->member_count; i++) {
			if (lists->members[i].supporter == supporters)
				members[(*count)++] = lists->members[i];
		}
		return 0;
	}
	apply_terms(job, option, &texts, &n);
	for (size_t i = 0; i < n; i++) {
		actor_form_split_member(job->arena, texts[i], &role, &who);
		r = actor_form_member(job->publish.db, job->arena,
		    job->publish.node, who, role, &members[*count]);
		if (r == -ENOENT)
			return command_job_refuse(job, r,
			    "--%s: there is no profile or project named %s",
			    option, who);
		if (r < 0)
			return r;
		members[(*count)++].supporter = supporters;
	}
	return 0;
}

static int
apply_members(struct command_job *job, struct actor_lists *lists)
{
	struct project_member *members = arena_alloc(job->arena,
	    (lists->member_count + 2 * COMMAND_LIST_ITEMS) * sizeof(*members));
	size_t count = 0;
	int r;

	r = add_members(job, lists, false, members, &count);
	if (r == 0)
		r = add_members(job, lists, true, members, &count);
	if (r < 0)
		return r;
	lists->members = members;
	lists->member_count = count;
	return 0;
}

static int
apply_holder(struct command_job *job, struct actor *actor)
{
	const char *name = command_text(job->request, "holder");
	struct actor holder;
	int r;

	if (name == NULL)
		return 0;
	r = command_find_local(
	    job->publish.db, job->arena, job->publish.node, name, &holder);
	if (r == 0 && holder.kind != ACTOR_PROFILE)
		r = -ENOENT;
	if (r == -ENOENT)
		return command_job_refuse(
		    job, r, "--holder: there is no profile named %s", name);
	if (r == 0)
		actor->owner_id = holder.id;
	return r;
}

static int
apply_options(
    struct command_job *job, struct actor *actor, struct actor_lists *lists)
{
	const struct command_request *request = job->request;
	int r;

	apply_text(request, "name", &actor->name);
	apply_text(request, "summary", &actor->source);
	apply_text(request, "kind", &actor->profile_kind);
	apply_text(request, "stage", &actor->stage);
	apply_text(request, "status", &actor->status);
	apply_text(request, "contact", &actor->contact);
	apply_flag(request, "discoverable", &actor->discoverable);
	apply_flag(request, "indexable", &actor->indexable);
	apply_flag(request, "manually-approves", &actor->manually_approves);
	apply_terms(job, "skill", &lists->skills, &lists->skill_count);
	apply_terms(job, "theme", &lists->themes, &lists->theme_count);
	apply_terms(job, "language", &lists->languages, &lists->language_count);
	apply_links(job, lists);
	r = apply_place(job, &actor->place);
	if (r == 0)
		r = apply_holder(job, actor);
	return r == 0 ? apply_members(job, lists) : r;
}

static json_t *
actor_answer(const struct command_request *request, const struct actor *actor,
    const char *what)
{
	const char *message = arena_printf(request->arena, "%s %s was %s: %s",
	    word_of(request->command), actor->username, what,
	    actor->url != NULL ? actor->url : actor->uri);

	return json_pack("{s:s, s:s, s:s, s:s?}", "message", message,
	    "username", actor->username, "id", actor->uri, "url", actor->url);
}

static int
create_work(struct command_job *job)
{
	const struct command_request *request = job->request;
	bool project = kind_of(request->command) == ACTOR_PROJECT;
	const char *username = request->arguments[0];
	struct actor actor = {
		.kind = kind_of(request->command),
		.username = username + (username[0] == '@' ? 1 : 0),
		.discoverable = project,
		.indexable = project,
		.profile_kind = project ? NULL : "person",
	};
	struct actor_lists lists = { 0 };
	struct actor created;
	int r;

	r = apply_options(job, &actor, &lists);
	if (r == 0 && text_empty(actor.name))
		return command_job_refuse(job, -EINVAL,
		    "a %s needs a --name, which people see",
		    word_of(request->command));
	if (r == 0 && project && actor.owner_id == 0)
		return command_job_refuse(job, -EINVAL,
		    "a project needs a --holder, the profile that holds it");
	if (r == 0)
		r = publish_actor_create(
		    &job->publish, &actor, &lists, &created);
	if (r == -EEXIST)
		return command_job_refuse(job, r,
		    "the name %s is taken, or was once: names are never "
		    "given again",
		    actor.username);
	if (r == 0)
		job->answer = actor_answer(request, &created, "created");
	return r;
}

/* The named one of the command's kind. */
static int
find_own(struct command_job *job, struct actor *ret)
{
	const struct command_request *request = job->request;
	int r = command_find_local(job->publish.db, job->arena,
	    job->publish.node, request->arguments[0], ret);

	if (r == 0 && ret->kind != kind_of(request->command))
		return command_job_refuse(job, -ENOENT, "%s is no %s",
		    request->arguments[0], word_of(request->command));
	if (r == -ENOENT)
		return command_job_refuse(job, r, "there is no %s named %s",
		    word_of(request->command), request->arguments[0]);
	return r;
}

static int
edit_work(struct command_job *job)
{
	struct actor actor;
	struct actor_lists lists = { 0 };
	int r;

	r = find_own(job, &actor);
	if (r == 0)
		r = actor_lists(job->publish.db, job->arena, actor.id, &lists);
	if (r == 0)
		r = apply_options(job, &actor, &lists);
	if (r == 0)
		r = publish_actor_update(&job->publish, &actor, &lists);
	if (r == 0)
		job->answer = actor_answer(job->request, &actor, "changed");
	return r;
}

static int
delete_work(struct command_job *job)
{
	struct actor actor;
	int r;

	r = find_own(job, &actor);
	if (r == 0)
		r = publish_actor_delete(&job->publish, actor.id);
	if (r == -EBUSY && job->publish.error[0] == '\0')
		return command_job_refuse(job, r,
		    "%s holds projects: delete them, or give them to another "
		    "with project edit --holder",
		    actor.username);
	if (r == 0)
		job->answer = json_pack("{s:s, s:s, s:s}", "message",
		    arena_printf(job->arena, "%s %s was deleted",
			word_of(job->request->command), actor.username),
		    "username", actor.username, "id", actor.uri);
	return r;
}

void
command_actor_create(struct command_request *request)
{
	command_write(request, create_work, NULL, NULL);
}

void
command_actor_edit(struct command_request *request)
{
	if (json_object_size(request->options) == 0) {
		command_refuse(request, CODE_INVALID,
		    "nothing to change was given; see parvisctl help %s",
		    request->command->words);
		return;
	}
	command_write(request, edit_work, NULL, NULL);
}

void
command_actor_delete(struct command_request *request)
{
	command_write(request, delete_work, NULL, NULL);
}
