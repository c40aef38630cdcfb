/* SPDX-License-Identifier: ISC */
#include "federation/relay.h"

#include <errno.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "federation/dispatch.h"

struct preparing {
	struct writer_job job;
	const struct node *node;
};

static int
prepare_work(struct writer_job *job, struct db *db)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct preparing *self = CONTAINER_OF(job, struct preparing, job);
	CLEANUP(node_release)
	const struct node_snapshot *snapshot = node_snapshot(self->node);
	struct publish publish = {
		.node = self->node,
		.settings = snapshot->settings,
		.db = db,
		.arena = arena,
		.now = clock_now(),
	};

	return publish_relay_actor(&publish);
}

int
relay_prepare(const struct node *node)
{
	struct preparing self = { .node = node };
	int r;

	self.job.work = prepare_work;
	r = writer_run(node->writer, &self.job);
	if (r != -EEXIST)
		return r;
	log_warning("there is no relay: an actor of this node is named so");
	return 0;
}

bool
relay_is_inbox(const char *target)
{
	return strcmp(target, "/relay/inbox") == 0;
}

static int
find(struct publish *publish, struct actor *ret)
{
	return actor_of_kind(publish->db, publish->arena, ACTOR_RELAY, ret);
}

int
relay_id(struct publish *publish, int64_t *ret)
{
	struct actor relay;
	int r = find(publish, &relay);

	*ret = r == 0 ? relay.id : 0;
	return r == -ENOENT ? 0 : r;
}

int
relay_announce(struct publish *publish, const struct object *note)
{
	struct follow_inbox *inboxes;
	struct dispatch dispatch;
	struct actor relay;
	size_t count;
	int r;

	if (!publish->settings->relay_enabled)
		return 0;
	r = find(publish, &relay);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = follow_inboxes(
	    publish->db, publish->arena, relay.id, &inboxes, &count);
	if (r < 0 || count == 0)
		return r;
	dispatch = (struct dispatch){
		.actor = &relay,
		.type = "Announce",
		.object = json_string(note->uri),
		.object_uri = note->uri,
		.audience = { VISIBILITY_PUBLIC, relay.followers, NULL, 0 },
		.to_followers = true,
		.listed = true,
	};
	return dispatch_send(publish, &dispatch, NULL);
}

/* Two relays that follow each other back would never end: once is enough. */
static int
follow_back(struct publish *publish, const struct actor *relay,
    const struct follow *follow)
{
	enum follow_state state;
	struct follow back;
	int r = follow_get(
	    publish->db, publish->arena, relay->id, follow->follower_id, &back);

	if (r != -ENOENT)
		return r;
	return publish_follow(publish, relay->id, follow->follower_id, &state);
}

int
relay_decided(struct publish *publish, const struct actor *relay,
    const struct follow *follow, enum follow_state state)
{
	if (state != FOLLOW_ACCEPTED)
		return relay_unfollow(publish, relay->id, follow->follower_id);
	return follow->of_public ? 0 : follow_back(publish, relay, follow);
}

int
relay_unfollow(struct publish *publish, int64_t followee_id, int64_t other_id)
{
	int64_t id;
	int r = relay_id(publish, &id);

	if (r < 0 || id == 0 || id != followee_id)
		return r;
	r = publish_unfollow(publish, id, other_id);
	return r == -ENOENT ? 0 : r;
}
