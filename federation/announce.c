/* SPDX-License-Identifier: ISC */
#include "federation/announce.h"

#include <errno.h>

#include "federation/dispatch.h"
#include "federation/relay.h"
#include "store/outbox.h"

/* 0: there is none. */
static int
territory_id(struct publish *publish, int64_t *ret)
{
	struct actor territory;
	int r = actor_of_kind(
	    publish->db, publish->arena, ACTOR_TERRITORY, &territory);

	*ret = r == 0 ? territory.id : 0;
	return r == -ENOENT ? 0 : r;
}

int
announce_by(struct publish *publish, const struct actor *author,
    const struct object *note, int64_t *ret_territory_id)
{
	*ret_territory_id = 0;
	if (note->visibility != VISIBILITY_PUBLIC ||
	    note->in_reply_to != NULL || !author->discoverable ||
	    author->kind == ACTOR_TERRITORY)
		return 0;
	return territory_id(publish, ret_territory_id);
}

int
announce_told(struct publish *publish, const struct object *note,
    int64_t *ret_territory_id)
{
	int64_t id;
	bool told = false;
	int r = territory_id(publish, &id);

	if (r == 0 && id != 0)
		r = outbox_announced(publish->db, id, note->uri, &told);
	*ret_territory_id = r == 0 && told ? id : 0;
	return r;
}

int
announce_told_of(struct publish *publish, const struct actor *author,
    int64_t *ret_territory_id)
{
	int64_t id;
	bool told = false;
	int r = territory_id(publish, &id);

	if (r == 0 && id != 0)
		r = outbox_announced_by(publish->db, id, author->id, &told);
	*ret_territory_id = r == 0 && told ? id : 0;
	return r;
}

static struct dispatch
announce_dispatch(const struct actor *territory, const char *uri,
    const char *const *author, json_t *object)
{
	return (struct dispatch){
		.actor = territory,
		.type = "Announce",
		.object = object,
		.object_uri = uri,
		.audience = { VISIBILITY_PUBLIC, territory->followers, author,
		    1 },
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
    const char *uri, const char *const *author, const char *activity_uri)
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
	dispatch = announce_dispatch(territory, uri, author, activity);
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
	dispatch = announce_dispatch(
	    &territory, note->uri, &note->actor_uri, json_string(note->uri));
	dispatch.listed = true;
	r = dispatch_send(publish, &dispatch, NULL);
	if (r < 0)
		return r;
	r = announce_activity(
	    publish, &territory, note->uri, &note->actor_uri, activity_uri);
	return r < 0 ? r : relay_announce(publish, note);
}

int
announce_change(struct publish *publish, int64_t territory_id, const char *uri,
    const char *author_uri, const char *activity_uri)
{
	struct actor territory;
	int r =
	    actor_get(publish->db, publish->arena, territory_id, &territory);

	if (r < 0)
		return r;
	return announce_activity(
	    publish, &territory, uri, &author_uri, activity_uri);
}
