/* SPDX-License-Identifier: ISC */
#include "federation/announce.h"

#include <errno.h>

#include "federation/dispatch.h"
#include "store/outbox.h"

int
announce_by(struct publish *publish, const struct actor *author,
    const struct object *note, int64_t *ret_territory_id)
{
	struct actor territory;
	int r;

	*ret_territory_id = 0;
	if (note->visibility != VISIBILITY_PUBLIC ||
	    note->in_reply_to != NULL || !author->discoverable ||
	    author->kind == ACTOR_TERRITORY)
		return 0;
	r = actor_of_kind(
	    publish->db, publish->arena, ACTOR_TERRITORY, &territory);
	if (r == 0)
		*ret_territory_id = territory.id;
	return r == -ENOENT ? 0 : r;
}

static struct dispatch
announce_dispatch(
    const struct actor *territory, const struct object *note, json_t *object)
{
	return (struct dispatch){
		.actor = territory,
		.type = "Announce",
		.object = object,
		.object_uri = note->uri,
		.audience = { VISIBILITY_PUBLIC, territory->followers,
		    &note->actor_uri, 1 },
		.to_followers = true,
	};
}

static int
has_followers_elsewhere(
    struct publish *publish, int64_t territory_id, bool *ret)
{
	struct follow_inbox *inboxes;
	size_t count;
	int r = follow_inboxes(
	    publish->db, publish->arena, territory_id, &inboxes, &count);

	if (r == 0)
		*ret = count > 0;
	return r;
}

/* The activity as it was sent, inside an Announce by the territory. */
static int
announce_activity(struct publish *publish, const struct actor *territory,
    const struct object *note, const char *activity_uri)
{
	struct activity_row row;
	struct dispatch dispatch;
	bool followed = false;
	json_t *activity;
	int r = has_followers_elsewhere(publish, territory->id, &followed);

	if (r < 0 || !followed)
		return r;
	r = outbox_by_uri(publish->db, publish->arena, activity_uri, &row);
	if (r < 0)
		return r;
	activity = json_loads(row.document, 0, NULL);
	if (activity == NULL)
		return -EIO;
	dispatch = announce_dispatch(territory, note, activity);
	return dispatch_send(publish, &dispatch, NULL);
}

int
announce_create(struct publish *publish, int64_t territory_id,
    const struct object *note, const char *activity_uri)
{
	struct actor territory;
	struct dispatch dispatch;
	int r =
	    actor_get(publish->db, publish->arena, territory_id, &territory);

	if (r == 0)
		r = timeline_fan_out(
		    publish->db, territory_id, note->id, note->published, true);
	if (r < 0)
		return r;
	dispatch = announce_dispatch(&territory, note, json_string(note->uri));
	dispatch.listed = true;
	r = dispatch_send(publish, &dispatch, NULL);
	if (r < 0)
		return r;
	return announce_activity(publish, &territory, note, activity_uri);
}

int
announce_change(struct publish *publish, int64_t territory_id,
    const struct object *note, const char *activity_uri)
{
	struct actor territory;
	int r =
	    actor_get(publish->db, publish->arena, territory_id, &territory);

	if (r < 0)
		return r;
	return announce_activity(publish, &territory, note, activity_uri);
}
