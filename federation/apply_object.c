/* SPDX-License-Identifier: ISC */
/*
 * Create, Update, Delete, Announce, Like: objects of others, and what others
 * think of ours.
 *
 * A node keeps what concerns its people, not what the world sends: an object
 * is stored when its author is followed from here, when it answers something
 * kept here, or when it names one of ours.
 */
#include <errno.h>
#include <string.h>

#include "federation/apply.h"
#include "federation/authority.h"
#include "store/outbox.h"
#include "store/queue.h"

static int
later(struct apply *apply, enum task_kind kind, const char *uri,
    const char *argument)
{
	const struct task task = {
		.kind = kind,
		.uri = uri,
		.actor_id = apply->sender->id,
		.argument = argument,
		.next_at = apply->publish->now,
		.created_at = apply->publish->now,
	};

	return task_add(apply->publish->db, &task);
}

/* Runs fn for each living actor of ours among the recipients. */
static int
each_named(struct apply *apply, const char *const *uris, size_t count,
    int (*fn)(struct apply *, const struct actor *, void *), void *arg)
{
	for (size_t i = 0; i < count; i++) {
		struct actor actor;
		int r;

		if (!authority_is_ours(uris[i], apply->publish->node->base))
			continue;
		r = actor_by_uri(
		    apply->publish->db, apply->publish->arena, uris[i], &actor);
		if (r == -ENOENT || (r == 0 && actor.deleted_at != 0))
			continue;
		if (r == 0)
			r = fn(apply, &actor, arg);
		if (r < 0)
			return r;
	}
	return 0;
}

static int
note_named(struct apply *apply, const struct actor *actor, void *arg)
{
	bool *named = arg;

	(void)apply;
	(void)actor;
	*named = true;
	return 0;
}

static int
show_to(struct apply *apply, const struct actor *actor, void *arg)
{
	const struct object *object = arg;

	if (actor->kind != ACTOR_PROFILE && actor->kind != ACTOR_PROJECT)
		return 0;
	if (block_stands(apply->publish->db, actor->id, apply->sender->id))
		return 0;
	return timeline_add(
	    apply->publish->db, actor->id, object->id, object->published);
}

static int
each_recipient(struct apply *apply,
    int (*fn)(struct apply *, const struct actor *, void *), void *arg)
{
	const struct activity *a = apply->activity;
	int r = each_named(apply, a->to, a->to_count, fn, arg);

	return r < 0 ? r : each_named(apply, a->cc, a->cc_count, fn, arg);
}

/* Whether a new object of the sender is any of our business. */
static int
concerns_us(struct apply *apply, bool *ret)
{
	struct object parent;
	int r = apply_is_followed(apply, apply->sender->id, ret);

	if (r < 0 || *ret)
		return r;
	if (apply->object->in_reply_to != NULL) {
		r = object_by_uri(apply->publish->db, apply->publish->arena,
		    apply->object->in_reply_to, &parent);
		if (r == 0 && parent.deleted_at == 0) {
			*ret = true;
			return 0;
		}
		if (r < 0 && r != -ENOENT)
			return r;
	}
	return each_recipient(apply, note_named, ret);
}

/* The object as it is stored: its author is who signed for it. */
static struct object
object_of(struct apply *apply)
{
	struct object object = *apply->object;

	object.local = false;
	object.actor_id = apply->sender->id;
	object.received_at = apply->publish->now;
	/* A date to come would stay on top of every list. */
	object.published = MIN(object.published, apply->publish->now);
	return object;
}

/* When the embedded object was changed; one that does not say: now. */
static int64_t
update_time(const struct apply *apply)
{
	int64_t updated = json_time(apply->activity->object, "updated");

	return updated > 0 ? MIN(updated, apply->publish->now)
			   : apply->publish->now;
}

static int
store_object(struct apply *apply, enum verdict *ret)
{
	struct object object = object_of(apply);
	struct db *db = apply->publish->db;
	bool followed;
	int r;

	r = object_create(db, &object, &object.id);
	if (r == -EEXIST || r == -ESTALE) {
		/* Known, or deleted before it came. */
		*ret = VERDICT_DUPLICATE;
		return 0;
	}
	if (r < 0)
		return r;
	*ret = VERDICT_ACCEPTED;
	r = apply_is_followed(apply, apply->sender->id, &followed);
	if (r == 0 && followed && object.visibility != VISIBILITY_DIRECT)
		r = timeline_fan_out(
		    db, apply->sender->id, object.id, object.published, false);
	if (r == 0)
		r = each_recipient(apply, show_to, &object);
	return r;
}

/* To be read where it lives, when we follow who tells of it. */
static int
read_later(struct apply *apply, enum verdict *ret)
{
	bool followed;
	int r = apply_is_followed(apply, apply->sender->id, &followed);

	if (r < 0)
		return r;
	*ret = followed ? VERDICT_ACCEPTED : VERDICT_IGNORED;
	return followed ? later(apply,
			      apply->actor != NULL ? TASK_ACTOR : TASK_OBJECT,
			      apply->activity->object_id, NULL)
			: 0;
}

int
apply_create(struct apply *apply, enum verdict *ret)
{
	bool wanted = false;
	int r;

	if (apply->actor != NULL || apply->object == NULL)
		return read_later(apply, ret); /* a new project, an id alone */
	r = concerns_us(apply, &wanted);
	if (r < 0)
		return r;
	if (!wanted) {
		*ret = VERDICT_IGNORED;
		return 0;
	}
	return store_object(apply, ret);
}

/*
 * The profile of the sender, unless what is known is newer; keys change only
 * by reading the document.
 */
static int
update_sender(struct apply *apply, enum verdict *ret)
{
	struct actor actor = apply->actor->actor;
	int64_t id;

	actor.updated_at = update_time(apply);
	if (actor.updated_at < apply->sender->updated_at) {
		*ret = VERDICT_DUPLICATE; /* old news */
		return 0;
	}
	*ret = VERDICT_ACCEPTED;
	return actor_put_remote(apply->publish->db, &actor, &id);
}

/*
 * Another actor (a project by its holder), or the sender by its id alone or
 * in a form that could not be read: read again where it lives.
 */
static int
update_actor(struct apply *apply, enum verdict *ret)
{
	const char *id = apply->activity->object_id;
	struct actor known;
	int r =
	    actor_by_uri(apply->publish->db, apply->publish->arena, id, &known);

	if (r == -ENOENT)
		return read_later(apply, ret);
	if (r < 0)
		return r;
	*ret = VERDICT_ACCEPTED;
	return later(apply, TASK_ACTOR, id, NULL);
}

static int
update_known(struct apply *apply, const struct object *known, enum verdict *ret)
{
	struct object object;

	if (!authority_owns(apply->sender, known))
		return apply_refuse(apply, VERDICT_FORBIDDEN,
		    "the object belongs to another actor", ret);
	*ret = VERDICT_DUPLICATE; /* old news */
	if (known->deleted_at != 0)
		return 0;
	if (apply->object == NULL) {
		*ret = VERDICT_ACCEPTED; /* an id alone */
		return later(apply, TASK_OBJECT, known->uri, NULL);
	}
	object = object_of(apply);
	if (json_time(apply->activity->object, "updated") <= 0)
		object.updated = apply->publish->now;
	if (object.updated < known->updated)
		return 0;
	*ret = VERDICT_ACCEPTED;
	object.id = known->id;
	return object_update(apply->publish->db, &object);
}

int
apply_update(struct apply *apply, enum verdict *ret)
{
	struct publish *publish = apply->publish;
	const char *id = apply->activity->object_id;
	struct object known;
	int r;

	if (apply->actor != NULL && strcmp(id, apply->activity->actor) == 0)
		return update_sender(apply, ret);
	if (apply->actor != NULL || strcmp(id, apply->activity->actor) == 0)
		return update_actor(apply, ret);
	r = object_by_uri(publish->db, publish->arena, id, &known);
	if (r == 0)
		return update_known(apply, &known, ret);
	/* An Update that overtook its Create. */
	return r == -ENOENT ? apply_create(apply, ret) : r;
}

/* Of what the store does not have as an object. */
static int
delete_unknown(struct apply *apply, const char *id, enum verdict *ret)
{
	struct publish *publish = apply->publish;
	struct actor other;
	int r = actor_by_uri(publish->db, publish->arena, id, &other);

	if (r == 0)
		return apply_refuse(apply, VERDICT_FORBIDDEN,
		    "an actor is deleted by itself", ret);
	/* It may still be on its way: it must not come afterwards. */
	return r == -ENOENT ? object_bury(publish->db, id, apply->sender->id,
				  publish->now)
			    : r;
}

int
apply_delete(struct apply *apply, enum verdict *ret)
{
	struct publish *publish = apply->publish;
	const char *id = apply->activity->object_id;
	struct object known;
	int r;

	*ret = VERDICT_ACCEPTED;
	if (strcmp(id, apply->activity->actor) == 0)
		return actor_delete(
		    publish->db, apply->sender->id, publish->now);
	r = object_by_uri(publish->db, publish->arena, id, &known);
	if (r == -ENOENT)
		return delete_unknown(apply, id, ret);
	if (r < 0)
		return r;
	if (known.deleted_at != 0) {
		*ret = VERDICT_DUPLICATE;
		return 0;
	}
	if (!authority_owns(apply->sender, &known))
		return apply_refuse(apply, VERDICT_FORBIDDEN,
		    "the object belongs to another actor", ret);
	return object_delete(publish->db, known.id, publish->now);
}

static int
react(struct apply *apply, enum reaction_kind kind, const struct object *object,
    enum verdict *ret)
{
	const char *id = apply->activity->id;
	int r = reaction_add(apply->publish->db, kind, id != NULL ? id : "",
	    object->id, apply->sender->id, apply->publish->now);

	*ret = r == -EEXIST ? VERDICT_DUPLICATE : VERDICT_ACCEPTED;
	return r == -EEXIST ? 0 : r;
}

/*
 * What is announced: an object, or (FEP-1b12) the Create of a member, whose
 * object then is read where it lives; the embedded copy proves nothing.  What
 * else a group passes on (Likes, Undos, Deletes) is nothing to show: NULL.
 */
static const char *
announced_id(struct apply *apply)
{
	struct activity inner;

	if (activity_read_inner(
		apply->publish->arena, apply->activity, &inner) < 0 ||
	    inner.type == ACTIVITY_OTHER)
		return apply->activity->object_id;
	return inner.type == ACTIVITY_CREATE ? inner.object_id : NULL;
}

static int
announce_known(
    struct apply *apply, const struct object *object, enum verdict *ret)
{
	int64_t at = apply->activity->published;
	bool followed;
	int r;

	if (object->deleted_at != 0 ||
	    object->visibility > VISIBILITY_UNLISTED) {
		*ret = VERDICT_IGNORED;
		return 0;
	}
	r = apply_is_followed(apply, apply->sender->id, &followed);
	if (r < 0)
		return r;
	if (!object->local && !followed) {
		*ret = VERDICT_IGNORED;
		return 0;
	}
	r = react(apply, REACTION_ANNOUNCE, object, ret);
	if (r < 0 || *ret != VERDICT_ACCEPTED || !followed)
		return r;
	if (at <= 0 || at > apply->publish->now)
		at = apply->publish->now;
	return timeline_fan_out(
	    apply->publish->db, apply->sender->id, object->id, at, true);
}

int
apply_announce(struct apply *apply, enum verdict *ret)
{
	const char *id = announced_id(apply);
	struct object object;
	bool followed;
	int r;

	/* Without an id it could not be taken back. */
	if (id == NULL || apply->activity->id == NULL) {
		*ret = VERDICT_IGNORED;
		return 0;
	}
	r = object_by_uri(
	    apply->publish->db, apply->publish->arena, id, &object);
	if (r == 0)
		return announce_known(apply, &object, ret);
	if (r != -ENOENT)
		return r;
	r = apply_is_followed(apply, apply->sender->id, &followed);
	if (r < 0)
		return r;
	if (!followed || authority_is_ours(id, apply->publish->node->base)) {
		*ret = VERDICT_IGNORED;
		return 0;
	}
	*ret = VERDICT_ACCEPTED;
	return later(apply, TASK_OBJECT, id, apply->activity->id);
}

int
apply_like(struct apply *apply, enum verdict *ret)
{
	struct object object;
	int r = object_by_uri(apply->publish->db, apply->publish->arena,
	    apply->activity->object_id, &object);

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == -ENOENT || !object.local || object.deleted_at != 0) {
		*ret = VERDICT_IGNORED;
		return 0;
	}
	return react(apply, REACTION_LIKE, &object, ret);
}
