/* SPDX-License-Identifier: ISC */
/*
 * The outbox pattern: what is sent is what was committed.  The activity's
 * text is stored once; each delivery points to it.
 */
#include "federation/dispatch.h"

#include <errno.h>
#include <string.h>

#include "federation/url.h"
#include "store/host.h"
#include "store/outbox.h"
#include "store/queue.h"

/* Where one activity goes: every inbox once. */
struct destinations {
	struct follow_inbox *items;
	size_t count, size;
};

static bool
destinations_have(const struct destinations *to, const char *inbox)
{
	for (size_t i = 0; i < to->count; i++) {
		if (strcmp(to->items[i].inbox, inbox) == 0)
			return true;
	}
	return false;
}

static void
destinations_add(struct publish *publish, struct destinations *to,
    const struct follow_inbox *inbox)
{
	if (inbox->inbox == NULL)
		return;
	if (to->count == to->size) {
		size_t size = to->size == 0 ? 16 : 2 * to->size;
		struct follow_inbox *items =
		    arena_alloc(publish->arena, size * sizeof(*items));

		if (to->count > 0)
			memcpy(items, to->items, to->count * sizeof(*items));
		to->items = items;
		to->size = size;
	}
	to->items[to->count++] = *inbox;
}

/* follow_inboxes() gives each once; only a second source can repeat one. */
static int
add_followers(
    struct publish *publish, struct destinations *to, int64_t followee_id)
{
	struct follow_inbox *inboxes;
	size_t count, before = to->count;
	int r;

	r = follow_inboxes(
	    publish->db, publish->arena, followee_id, &inboxes, &count);
	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		if (before == 0 || !destinations_have(to, inboxes[i].inbox))
			destinations_add(publish, to, &inboxes[i]);
	}
	return 0;
}

/*
 * Mail for one goes to that one: its inbox, not the shared one, which is for
 * what is public.
 */
static int
add_recipient(struct publish *publish, const struct dispatch *dispatch,
    int64_t id, struct destinations *to)
{
	bool is_public = dispatch->audience.visibility <= VISIBILITY_UNLISTED;
	struct actor actor;
	struct follow_inbox inbox;
	int r;

	r = actor_get(publish->db, publish->arena, id, &actor);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	if (actor.kind != ACTOR_REMOTE || actor.deleted_at != 0)
		return 0;
	inbox = (struct follow_inbox){ actor.inbox, actor.host_id, false };
	if (is_public && actor.shared_inbox != NULL)
		inbox = (struct follow_inbox){ actor.shared_inbox,
			actor.host_id, true };
	if (inbox.inbox != NULL && !destinations_have(to, inbox.inbox))
		destinations_add(publish, to, &inbox);
	return 0;
}

static int
collect(struct publish *publish, const struct dispatch *dispatch,
    struct destinations *to)
{
	int r = 0;

	if (dispatch->to_followers)
		r = add_followers(publish, to, dispatch->actor->id);
	for (size_t i = 0; r == 0 && i < DISPATCH_OTHERS; i++) {
		if (dispatch->also_followers_of[i] != 0)
			r = add_followers(
			    publish, to, dispatch->also_followers_of[i]);
	}
	for (size_t i = 0; r == 0 && i < dispatch->recipient_count; i++)
		r = add_recipient(
		    publish, dispatch, dispatch->recipients[i], to);
	return r;
}

static int
queue(struct publish *publish, const struct dispatch *dispatch,
    const struct destinations *to, int64_t activity_id, size_t bytes)
{
	const struct queue_limits limits = {
		publish->settings->delivery_host_items,
		publish->settings->delivery_host_bytes,
	};
	const char *key = dispatch->object_uri != NULL ? dispatch->object_uri
						       : dispatch->actor->uri;

	for (size_t i = 0; i < to->count; i++) {
		struct delivery delivery = {
			.host_id = to->items[i].host_id,
			.activity_id = activity_id,
			.actor_id = dispatch->actor->id,
			.inbox = to->items[i].inbox,
			.order_key = crypto_hash64(key),
			.synchronize = dispatch->to_followers,
			.bytes = (int64_t)bytes,
			.next_at = publish->now,
			.created_at = publish->now,
		};
		int r = queue_add(publish->db, &delivery, &limits);

		if (r < 0)
			return r;
	}
	return 0;
}

const char *
dispatch_new_uri(struct publish *publish)
{
	char opaque[CRYPTO_OPAQUE_SIZE];

	crypto_opaque(opaque);
	return document_activity_uri(
	    publish->arena, publish->node->base, opaque);
}

int
dispatch_send_as(
    struct publish *publish, struct dispatch *dispatch, const char *uri)
{
	struct destinations to = { 0 };
	struct activity_row row = { 0 };
	int64_t id;
	CLEANUP(json_release)
	json_t *document = document_activity(dispatch->type, uri,
	    dispatch->actor->uri, dispatch->object, publish->now);
	int r;

	dispatch->object = NULL;
	document_set_audience(document, &dispatch->audience);
	r = collect(publish, dispatch, &to);
	if (r < 0)
		return r;
	row.uri = uri;
	row.type = dispatch->type;
	row.object_uri = dispatch->object_uri;
	row.document = json_write(publish->arena, document);
	row.actor_id = dispatch->actor->id;
	row.visibility = dispatch->audience.visibility;
	row.listed = dispatch->listed;
	row.published = publish->now;
	r = outbox_add(publish->db, &row, &id);
	if (r < 0)
		return r;
	return queue(publish, dispatch, &to, id, strlen(row.document));
}

int
dispatch_send(
    struct publish *publish, struct dispatch *dispatch, const char **ret_uri)
{
	const char *uri = dispatch_new_uri(publish);
	int r = dispatch_send_as(publish, dispatch, uri);

	if (r == 0 && ret_uri != NULL)
		*ret_uri = uri;
	return r;
}
