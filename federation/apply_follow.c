/* SPDX-License-Identifier: ISC */
/*
 * Follow of one of ours; Accept and Reject of a Follow by one of ours; Undo;
 * Block.
 */
#include <errno.h>
#include <string.h>

#include "federation/apply.h"
#include "federation/authority.h"
#include "federation/relay.h"
#include "store/outbox.h"
#include "store/queue.h"

/* The actor of ours that an id names; -ENOENT. */
static int
one_of_ours(struct apply *apply, const char *uri, struct actor *ret)
{
	int r;

	if (uri == NULL || !authority_is_ours(uri, apply->publish->node->base))
		return -ENOENT;
	r = actor_by_uri(apply->publish->db, apply->publish->arena, uri, ret);
	if (r == 0 && (ret->kind == ACTOR_REMOTE || ret->deleted_at != 0))
		r = -ENOENT;
	return r;
}

int
apply_follow(struct apply *apply, enum verdict *ret)
{
	struct publish *publish = apply->publish;
	const struct activity *activity = apply->activity;
	struct actor followee;
	struct follow follow;
	enum follow_state state;
	int r;

	if (activity->id == NULL)
		return apply_refuse(apply, VERDICT_MALFORMED,
		    "a Follow needs an id, for its Accept to name", ret);
	r = activity->object_is_public
		? actor_of_kind(
		      publish->db, publish->arena, ACTOR_RELAY, &followee)
		: one_of_ours(apply, activity->object_id, &followee);
	/* Not 404: that would say that this inbox is not there. */
	if (r == -ENOENT)
		return apply_refuse(apply, VERDICT_FORBIDDEN,
		    "no such actor is here to follow", ret);
	if (r == 0 && followee.kind == ACTOR_RELAY)
		return apply_follow_relay(apply, &followee, ret);
	if (r == 0)
		r = follow_put(publish->db, activity->id, apply->sender->id,
		    followee.id, publish->now);
	if (r == 0)
		r = follow_get(publish->db, publish->arena, apply->sender->id,
		    followee.id, &follow);
	if (r < 0)
		return r;
	*ret = VERDICT_ACCEPTED;
	state = FOLLOW_ACCEPTED;
	if (followee.kind == ACTOR_INSTANCE ||
	    block_stands(publish->db, followee.id, apply->sender->id))
		state = FOLLOW_REJECTED;
	else if (followee.manually_approves && follow.state != FOLLOW_ACCEPTED)
		return 0; /* stays pending until its owner decides */
	return publish_follow_decide(publish, &follow, state);
}

/* By the id of the Follow, the present one or, when asked anew, an older. */
static int
asked_by_id(struct apply *apply, const char *uri, struct follow *ret)
{
	struct publish *publish = apply->publish;
	struct activity_row row;
	int r = follow_by_uri(publish->db, publish->arena, uri, ret);

	if (r != -ENOENT)
		return r;
	r = outbox_by_uri(publish->db, publish->arena, uri, &row);
	if (r == 0 && strcmp(row.type, "Follow") != 0)
		r = -ENOENT;
	return r < 0 ? r
		     : follow_get(publish->db, publish->arena, row.actor_id,
			   apply->sender->id, ret);
}

/* By who follows whom, when the Follow is embedded. */
static int
asked_by_inner(struct apply *apply, struct follow *ret)
{
	struct publish *publish = apply->publish;
	struct activity inner;
	struct actor follower;
	int r;

	if (activity_read_inner(publish->arena, apply->activity, &inner) < 0 ||
	    inner.type != ACTIVITY_FOLLOW)
		return -ENOENT;
	r = one_of_ours(apply, inner.actor, &follower);
	return r < 0 ? r
		     : follow_get(publish->db, publish->arena, follower.id,
			   apply->sender->id, ret);
}

/*
 * The Follow that an Accept or Reject is about.  Only a profile of ours that
 * did ask this sender counts.
 */
static int
asked_follow(struct apply *apply, struct follow *ret)
{
	struct follow follow;
	int r = -ENOENT;

	if (apply->activity->object_id != NULL)
		r = asked_by_id(apply, apply->activity->object_id, &follow);
	if (r == -ENOENT)
		r = asked_by_inner(apply, &follow);
	if (r == 0 && follow.followee_id != apply->sender->id)
		r = -ENOENT;
	if (r == 0)
		*ret = follow;
	return r;
}

/* What it published until now belongs on the home page too. */
static int
read_story(struct apply *apply)
{
	const struct task task = {
		.kind = TASK_STORY,
		.uri = apply->sender->uri,
		.actor_id = apply->sender->id,
		.next_at = apply->publish->now,
		.created_at = apply->publish->now,
	};

	return task_add(apply->publish->db, &task);
}

int
apply_answer(struct apply *apply, enum verdict *ret)
{
	struct publish *publish = apply->publish;
	struct follow follow = { 0 };
	int r = asked_follow(apply, &follow);

	if (r == -ENOENT)
		return apply_refuse(apply, VERDICT_FORBIDDEN,
		    "nobody here asked this actor for that", ret);
	if (r < 0)
		return r;
	*ret = VERDICT_ACCEPTED;
	if (apply->activity->type == ACTIVITY_REJECT)
		return follow_remove(
		    publish->db, follow.follower_id, follow.followee_id);
	if (follow.state == FOLLOW_ACCEPTED)
		return 0;
	r = follow_decide(
	    publish->db, follow.id, FOLLOW_ACCEPTED, publish->now);
	return r < 0 ? r : read_story(apply);
}

/* The sender follows one of ours no more; the relay, which followed back, does
 * not either. */
static int
end_follow(struct apply *apply, int64_t followee_id)
{
	struct publish *publish = apply->publish;
	int r = follow_remove(publish->db, apply->sender->id, followee_id);

	return r < 0 ? r
		     : relay_unfollow(publish, followee_id, apply->sender->id);
}

/* What an Undo takes back, known by the type of what it embeds. */
static int
undo_embedded(struct apply *apply, const struct activity *inner, bool *ret)
{
	struct publish *publish = apply->publish;
	struct actor target;
	int r = inner->object_is_public
		    ? actor_of_kind(
			  publish->db, publish->arena, ACTOR_RELAY, &target)
		    : one_of_ours(apply, inner->object_id, &target);

	*ret = false;
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (inner->type == ACTIVITY_FOLLOW)
		r = end_follow(apply, target.id);
	else if (inner->type == ACTIVITY_BLOCK)
		r = block_remove(publish->db, apply->sender->id, target.id);
	else
		return 0;
	*ret = r == 0;
	return r == -ENOENT ? 0 : r;
}

/* An Announce, Like or Follow of the sender's with that very id. */
static int
undo_by_id(struct apply *apply, const char *uri, bool *ret)
{
	struct publish *publish = apply->publish;
	struct follow follow;
	int r =
	    task_remove_announced(publish->db, apply->sender->id, uri, NULL);

	if (r == 0)
		r = reaction_undo(publish->db, uri, apply->sender->id);
	*ret = r == 0;
	if (r != -ENOENT)
		return r;
	r = follow_by_uri(publish->db, publish->arena, uri, &follow);
	if (r == 0 && follow.follower_id == apply->sender->id) {
		*ret = true;
		return end_follow(apply, follow.followee_id);
	}
	return r == -ENOENT ? 0 : r;
}

/*
 * The announced thing leaves the home pages that it came to by the sender; one
 * that is still to be read is not read for this.
 */
static int
undo_announce(struct apply *apply, const struct activity *inner)
{
	struct object object;
	int r;

	if (inner->object_id == NULL)
		return 0;
	r = task_remove_announced(
	    apply->publish->db, apply->sender->id, inner->id, inner->object_id);
	if (r < 0)
		return r;
	r = object_by_uri(apply->publish->db, apply->publish->arena,
	    inner->object_id, &object);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return timeline_retract(
	    apply->publish->db, object.id, apply->sender->id);
}

int
apply_undo(struct apply *apply, enum verdict *ret)
{
	struct publish *publish = apply->publish;
	const char *undone = apply->activity->object_id;
	struct activity inner = { 0 };
	bool embedded, done = false;
	int r = 0;

	embedded =
	    activity_read_inner(publish->arena, apply->activity, &inner) == 0;
	if (embedded)
		r = undo_embedded(apply, &inner, &done);
	if (r == 0 && !done && undone != NULL)
		r = undo_by_id(apply, undone, &done);
	if (r == 0 && embedded && inner.type == ACTIVITY_ANNOUNCE)
		r = undo_announce(apply, &inner);
	if (r < 0)
		return r;
	*ret = VERDICT_ACCEPTED;
	/* When the Undo came first, what it undoes must not be done later. */
	if (undone == NULL ||
	    seen_has(publish->db, undone, apply->activity->actor))
		return 0;
	return seen_add(
	    publish->db, undone, apply->activity->actor, publish->now);
}

int
apply_block(struct apply *apply, enum verdict *ret)
{
	struct actor target;
	int r = one_of_ours(apply, apply->activity->object_id, &target);

	if (r == -ENOENT) {
		*ret = VERDICT_IGNORED; /* nobody to keep away */
		return 0;
	}
	if (r < 0)
		return r;
	*ret = VERDICT_ACCEPTED;
	return block_add(apply->publish->db, apply->sender->id, target.id,
	    apply->activity->id != NULL ? apply->activity->id : "",
	    apply->publish->now);
}
