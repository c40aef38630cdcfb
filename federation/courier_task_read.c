/* SPDX-License-Identifier: ISC */
/*
 * Tasks that read one thing and act on it: announced objects, actors, follows,
 * and the software of a host.
 */
#include <errno.h>
#include <string.h>

#include "config/base/clock.h"
#include "federation/courier_task.h"
#include "federation/fetch.h"
#include "federation/resolve.h"
#include "federation/sanitize.h"
#include "store/follow.h"
#include "store/host.h"

static void
on_resolved(
    void *arg, enum verdict verdict, const char *reason, const char *found)
{
	struct courier_task *task = arg;

	task->found = arena_strdup(task->arena, found);
	courier_task_end(task, verdict, reason);
}

/* --- TASK_OBJECT --- */

static bool
may_be_passed_on(const struct object *object)
{
	return object->visibility == VISIBILITY_PUBLIC ||
	       object->visibility == VISIBILITY_UNLISTED;
}

/* argument: the id of the Announce. */
static int
show_announced(struct courier_task *task, struct publish *publish,
    const struct object *object)
{
	int r;

	if (!may_be_passed_on(object))
		return 0;
	r = reaction_add(publish->db, REACTION_ANNOUNCE, task->task.argument,
	    object->id, task->task.actor_id, publish->now);
	if (r != 0)
		return r == -EEXIST ? 0 : r;
	return timeline_fan_out(publish->db, task->task.actor_id, object->id,
	    task->task.created_at, true);
}

static int
apply_object(struct courier_task *task, struct publish *publish)
{
	struct object object;
	int r =
	    object_by_uri(publish->db, publish->arena, task->found, &object);

	if (r != 0 || object.deleted_at != 0)
		return r == -ENOENT ? 0 : r;
	if (task->task.argument != NULL)
		return show_announced(task, publish, &object);
	/* Created or updated by its author, who sent no more than its id. */
	if (object.actor_id != task->task.actor_id ||
	    object.visibility == VISIBILITY_DIRECT)
		return 0;
	return timeline_fan_out(
	    publish->db, object.actor_id, object.id, object.published, false);
}

void
courier_task_object(struct courier_task *task)
{
	task->apply = apply_object;
	resolve_start(task->core->resolve, WANT_OBJECT, task->task.uri,
	    task->task.argument == NULL, on_resolved, task);
}

/* --- TASK_ACTOR --- */

void
courier_task_actor(struct courier_task *task)
{
	resolve_start(task->core->resolve, WANT_ACTOR, task->task.uri, true,
	    on_resolved, task);
}

/* --- TASK_FOLLOW: argument is who of ours follows --- */

static int
apply_follow(struct courier_task *task, struct publish *publish)
{
	struct actor follower, followee;
	enum follow_state state;
	int r = -ENOENT;

	if (task->task.argument != NULL)
		r = actor_by_uri(publish->db, publish->arena,
		    task->task.argument, &follower);
	if (r == 0)
		r = actor_by_uri(
		    publish->db, publish->arena, task->found, &followee);
	if (r != 0)
		return r == -ENOENT ? 0 : r; /* one is no more */
	return publish_follow(publish, follower.id, followee.id, &state);
}

void
courier_task_follow(struct courier_task *task)
{
	task->apply = apply_follow;
	resolve_start(task->core->resolve, WANT_ACTOR, task->task.uri, false,
	    on_resolved, task);
}

/* --- TASK_NODEINFO: uri is of the host --- */

enum { SOFTWARE_MAX = 100, LINKS_MAX = 20 };

static int
apply_software(struct courier_task *task, struct publish *publish)
{
	int64_t id;
	int r = host_need(publish->db, task->host, publish->now, &id);

	return r != 0 ? r : host_set_software(publish->db, id, task->software);
}

static void
on_nodeinfo(void *arg, const struct fetch_result *result)
{
	struct courier_task *task = arg;
	const json_t *software;
	const char *name, *version;

	if (result->verdict != VERDICT_ACCEPTED) {
		courier_task_end(task, result->verdict, result->reason);
		return;
	}
	software = json_object_get(result->document, "software");
	name = json_text(software, "name");
	version = json_text(software, "version");
	if (name == NULL) {
		courier_task_end(
		    task, VERDICT_BAD_ANSWER, "NodeInfo names no software");
		return;
	}
	task->software = sanitize_line(task->arena,
	    arena_printf(
		task->arena, "%s %s", name, version != NULL ? version : ""),
	    SOFTWARE_MAX);
	courier_task_end(task, VERDICT_ACCEPTED, "");
}

static const char *
nodeinfo_link(const json_t *document)
{
	const json_t *links = json_object_get(document, "links");
	size_t count = MIN(json_array_size(links), LINKS_MAX);
	static const char schema[] =
	    "http://nodeinfo.diaspora.software/ns/schema/2.";

	for (size_t i = 0; i < count; i++) {
		const json_t *link = json_array_get(links, i);
		const char *rel = json_text(link, "rel");

		if (rel != NULL &&
		    strncmp(rel, schema, sizeof(schema) - 1) == 0)
			return json_text(link, "href");
	}
	return NULL;
}

static void
on_nodeinfo_links(void *arg, const struct fetch_result *result)
{
	struct courier_task *task = arg;
	const char *href;

	if (result->verdict != VERDICT_ACCEPTED) {
		courier_task_end(task, result->verdict, result->reason);
		return;
	}
	href = nodeinfo_link(result->document);
	if (href == NULL || !url_same_origin(href, task->task.uri)) {
		courier_task_end(task, VERDICT_BAD_ANSWER,
		    "NodeInfo names no document of that host");
		return;
	}
	fetch_start(task->core->fetch,
	    &(struct fetch_request){ .url = href, .format = FETCH_JSON },
	    on_nodeinfo, task);
}

void
courier_task_nodeinfo(struct courier_task *task)
{
	struct url url;

	if (url_parse(task->arena, task->task.uri, &url) != 0) {
		courier_task_end(
		    task, VERDICT_MALFORMED, "that is no web address");
		return;
	}
	task->apply = apply_software;
	task->host = url.authority;
	fetch_start(task->core->fetch,
	    &(struct fetch_request){ .url = arena_printf(task->arena,
					 "%s/.well-known/nodeinfo", url.origin),
		.format = FETCH_JSON },
	    on_nodeinfo_links, task);
}
