/* SPDX-License-Identifier: ISC */
/*
 * Follows: ours of others, and our answers to theirs.  Between two actors of
 * this node nothing travels: the row is the follow.
 */
#include <errno.h>
#include <stdio.h>

#include "federation/dispatch.h"
#include "federation/relay.h"

static int
send_follow(struct publish *publish, const struct actor *follower,
    const struct actor *followee, const char *uri)
{
	struct dispatch dispatch = {
		.actor = follower,
		.type = "Follow",
		.object = json_string(followee->uri),
		.object_uri = arena_printf(
		    publish->arena, "%s %s", follower->uri, followee->uri),
		.audience = { VISIBILITY_DIRECT, NULL, &followee->uri, 1 },
		.recipients = &followee->id,
		.recipient_count = 1,
	};

	return dispatch_send_as(publish, &dispatch, uri);
}

int
publish_join(struct publish *publish, const struct actor *instance)
{
	struct actor own;
	struct dispatch dispatch = {
		.actor = &own,
		.type = "Join",
		.object_uri = instance->uri,
		.audience = { VISIBILITY_DIRECT, NULL, &instance->uri, 1 },
		.recipients = &instance->id,
		.recipient_count = 1,
	};
	int r =
	    actor_of_kind(publish->db, publish->arena, ACTOR_INSTANCE, &own);

	if (r < 0)
		return r;
	dispatch.object = json_string(instance->uri);
	return dispatch_send(publish, &dispatch, NULL);
}

static bool
may_be_followed(const struct actor *actor)
{
	return actor->deleted_at == 0 && actor->kind != ACTOR_INSTANCE &&
	       actor->kind != ACTOR_RELAY;
}

int
publish_follow(struct publish *publish, int64_t follower_id,
    int64_t followee_id, enum follow_state *ret)
{
	struct actor follower, followee;
	struct follow follow;
	const char *uri;
	int r;

	r = actor_get(publish->db, publish->arena, follower_id, &follower);
	if (r == 0)
		r = actor_get(
		    publish->db, publish->arena, followee_id, &followee);
	if (r < 0)
		return r;
	if (follower.kind == ACTOR_REMOTE || follower.deleted_at != 0 ||
	    follower_id == followee_id || !may_be_followed(&followee)) {
		(void)snprintf(publish->error, sizeof(publish->error),
		    "%s cannot follow %s", follower.uri, followee.uri);
		return -EINVAL;
	}
	if (block_stands(publish->db, followee_id, follower_id)) {
		(void)snprintf(publish->error, sizeof(publish->error),
		    "%s does not wish to be followed by %s", followee.uri,
		    follower.uri);
		return -EINVAL;
	}
	r = follow_get(
	    publish->db, publish->arena, follower_id, followee_id, &follow);
	if (r == 0 && follow.state == FOLLOW_ACCEPTED) {
		*ret = FOLLOW_ACCEPTED;
		return 0;
	}
	uri = dispatch_new_uri(publish);
	r = follow_put(
	    publish->db, uri, follower_id, followee_id, publish->now);
	if (r == 0)
		r = follow_get(publish->db, publish->arena, follower_id,
		    followee_id, &follow);
	if (r < 0)
		return r;
	*ret = FOLLOW_PENDING;
	if (followee.kind == ACTOR_REMOTE)
		return send_follow(publish, &follower, &followee, uri);
	if (followee.manually_approves)
		return 0;
	*ret = FOLLOW_ACCEPTED;
	return follow_decide(
	    publish->db, follow.id, FOLLOW_ACCEPTED, publish->now);
}

/* {"type":"Follow"...} as it stands inside an Undo, an Accept, a Reject. */
static json_t *
inner_follow(const struct follow *follow)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "type", "Follow", "id",
	    follow->uri, "actor", follow->follower_uri, "object",
	    follow->of_public ? DOCUMENT_AS2 "#Public" : follow->followee_uri);
}

int
publish_unfollow(
    struct publish *publish, int64_t follower_id, int64_t followee_id)
{
	struct actor follower, followee;
	struct follow follow;
	struct dispatch dispatch;
	int r;

	r = follow_get(
	    publish->db, publish->arena, follower_id, followee_id, &follow);
	if (r == 0)
		r = actor_get(
		    publish->db, publish->arena, follower_id, &follower);
	if (r == 0)
		r = actor_get(
		    publish->db, publish->arena, followee_id, &followee);
	if (r == 0)
		r = follow_remove(publish->db, follower_id, followee_id);
	if (r < 0 || followee.kind != ACTOR_REMOTE)
		return r;
	dispatch = (struct dispatch){
		.actor = &follower,
		.type = "Undo",
		.object = inner_follow(&follow),
		.object_uri = arena_printf(
		    publish->arena, "%s %s", follower.uri, followee.uri),
		.audience = { VISIBILITY_DIRECT, NULL, &followee.uri, 1 },
		.recipients = &followee_id,
		.recipient_count = 1,
	};
	return dispatch_send(publish, &dispatch, NULL);
}

int
publish_follow_decide(struct publish *publish, const struct follow *follow,
    enum follow_state state)
{
	struct actor follower, followee;
	struct dispatch dispatch;
	int r;

	r = actor_get(
	    publish->db, publish->arena, follow->follower_id, &follower);
	if (r == 0)
		r = actor_get(publish->db, publish->arena, follow->followee_id,
		    &followee);
	if (r == 0)
		r = state == FOLLOW_REJECTED
			? follow_remove(publish->db, follow->follower_id,
			      follow->followee_id)
			: follow_decide(
			      publish->db, follow->id, state, publish->now);
	if (r < 0 || follower.kind != ACTOR_REMOTE)
		return r;
	dispatch = (struct dispatch){
		.actor = &followee,
		.type = state == FOLLOW_ACCEPTED ? "Accept" : "Reject",
		.object = inner_follow(follow),
		.object_uri = arena_printf(
		    publish->arena, "%s %s", follower.uri, followee.uri),
		.audience = { VISIBILITY_DIRECT, NULL, &follower.uri, 1 },
		.recipients = &follower.id,
		.recipient_count = 1,
	};
	r = dispatch_send(publish, &dispatch, NULL);
	return r < 0 || followee.kind != ACTOR_RELAY
		   ? r
		   : relay_decided(publish, &followee, follow, state);
}
