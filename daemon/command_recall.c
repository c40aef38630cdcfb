/* SPDX-License-Identifier: ISC */
/*
 * catalogue publish, lost, reclaim, abandon: after a database was restored
 * from an old copy (federation/replica_recall.h); and catalogue rotate, after
 * which it is begun anew as well.
 */
#include <errno.h>
#include <string.h>

#include "daemon/command.h"
#include "federation/catalogue.h"
#include "federation/catalogue_recover.h"
#include "federation/rotation.h"

/* --- The administrator's word --- */

static int
publish_work(struct command_job *job)
{
	struct catalogue_walk walk = { 0 };
	bool more = true;
	int r = 0;

	node_hold_catalogue(job->request->node, false);
	while (r == 0 && more)
		r = catalogue_catch_up(&job->publish, &walk, &more);
	if (r == 0)
		job->answer = json_pack("{s:s}", "message",
		    "the catalogue is published as this node has it");
	return r;
}

void
command_catalogue_publish(struct command_request *request)
{
	if (!node_catalogue_held(request->node))
		command_say(request,
		    "nothing holds the catalogue back: it is published");
	else
		command_write(request, publish_work, NULL, NULL);
}

/* --- Another key --- */

static int
rotate_work(struct command_job *job)
{
	int r = node_catalogue_held(job->request->node)
		    ? command_job_refuse(job, -EBUSY,
			  "the catalogue is held back: see parvisctl status")
		    : rotation_rotate(&job->publish);

	if (r == -EAGAIN)
		return command_job_refuse(
		    job, r, "the node has no keys yet: they are being made");
	if (r == 0)
		job->answer = json_pack("{s:s}", "message",
		    "the node signs with another key from now on; peers "
		    "follow as they read on");
	return r;
}

void
command_catalogue_rotate(struct command_request *request)
{
	command_write(request, rotate_work, NULL, NULL);
}

/* --- What waits --- */

static void
add_words(const char *document, json_t *view)
{
	json_t *entry = json_loads(document, 0, NULL);
	const json_t *object = json_object_get(entry, "object");
	bool profile = json_text(object, "parvis:profileKind") != NULL;

	command_set_text(view, "kind", profile ? "profile" : "project");
	command_set_text(view, "name", json_text(object, "name"));
	command_set_text(
	    view, "username", json_text(object, "preferredUsername"));
	command_set_text(view, "holder", json_id(object, "attributedTo"));
	json_decref(entry);
}

static json_t *
lost_view(const struct catalogue_lost *lost)
{
	json_t *view = json_object();

	command_set_text(view, "id", lost->object_uri);
	add_words(lost->document, view);
	command_set_time(view, "signed", lost->at);
	return view;
}

void
command_catalogue_lost(struct command_request *request)
{
	const char *after = command_text(request, "after");
	size_t limit = command_limit(request), count;
	struct catalogue_lost *lost;
	json_t *items;
	int r = catalogue_lost_list(request->db, request->arena,
	    after != NULL ? after : "", limit, &lost, &count);

	if (r < 0) {
		command_refuse_errno(request, r, NULL);
		return;
	}
	items = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(items, lost_view(&lost[i]));
	command_answer(request,
	    command_items(items, count == limit
				     ? json_string(lost[count - 1].object_uri)
				     : NULL));
}

static int
find(struct command_job *job, struct catalogue_lost *ret)
{
	int r = catalogue_lost_get(
	    job->publish.db, job->arena, job->request->arguments[0], ret);

	return r == -ENOENT ? command_job_refuse(job, r,
				  "nothing waits under %s: parvisctl catalogue "
				  "lost lists what does",
				  job->request->arguments[0])
			    : r;
}

/* 0: the one that the project had. */
static int
find_holder(struct command_job *job, int64_t *ret)
{
	const char *name = command_text(job->request, "holder");
	struct actor holder;
	int r;

	*ret = 0;
	if (name == NULL)
		return 0;
	r = command_find_local(
	    job->publish.db, job->arena, job->publish.node, name, &holder);
	if (r == -ENOENT || (r == 0 && holder.kind != ACTOR_PROFILE))
		return command_job_refuse(job, -ENOENT,
		    "--holder: there is no profile named %s", name);
	if (r == 0)
		*ret = holder.id;
	return r;
}

static int
reclaim_work(struct command_job *job)
{
	struct catalogue_lost lost;
	struct actor actor;
	int64_t holder_id;
	int r = find(job, &lost);

	if (r == 0)
		r = find_holder(job, &holder_id);
	if (r == 0)
		r = catalogue_reclaim(&job->publish, &lost, holder_id, &actor);
	if (r == 0)
		job->answer = json_pack("{s:s, s:s}", "message",
		    arena_printf(job->arena, "%s is back", actor.username),
		    "id", actor.uri);
	return r;
}

void
command_catalogue_reclaim(struct command_request *request)
{
	command_write(request, reclaim_work, NULL, NULL);
}

static int
abandon_work(struct command_job *job)
{
	struct catalogue_lost lost;
	int r = find(job, &lost);

	if (r == 0)
		r = catalogue_lost_remove(job->publish.db, lost.object_uri);
	if (r == 0)
		job->answer = json_pack("{s:s}", "message",
		    arena_printf(job->arena, "%s is let go", lost.object_uri));
	return r;
}

void
command_catalogue_abandon(struct command_request *request)
{
	command_write(request, abandon_work, NULL, NULL);
}
