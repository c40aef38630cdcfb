/* SPDX-License-Identifier: ISC */
#include "federation/authority.h"

#include <string.h>

#include "federation/url.h"

/* What an activity must show before it may have any effect. */
enum demand {
	/* It has an object: an id, or an embedded document with an id. */
	NEEDS_OBJECT = 1 << 0,
	/* It has an object, if only an embedded one that has no id. */
	NEEDS_INNER = 1 << 1,
	/* The object is on the actor's origin. */
	OBJECT_OF_ORIGIN = 1 << 2,
	/* An embedded object names the actor as its author, or is the actor. */
	OBJECT_BY_ACTOR = 1 << 3,
	/* The object is the actor itself. */
	OBJECT_IS_ACTOR = 1 << 4,
	/* The object is one of ours. */
	OBJECT_IS_OURS = 1 << 5,
	/* What is taken back was done by the same actor. */
	INNER_BY_ACTOR = 1 << 6,
	/* The collection is on the actor's origin. */
	TARGET_OF_ORIGIN = 1 << 7,
};

static const struct rule {
	enum activity_type type;
	unsigned demands;
} rules[] = {
	{ ACTIVITY_ACCEPT, NEEDS_INNER },
	{ ACTIVITY_ADD, NEEDS_OBJECT | TARGET_OF_ORIGIN },
	{ ACTIVITY_ANNOUNCE, NEEDS_OBJECT },
	{ ACTIVITY_BLOCK, NEEDS_OBJECT | OBJECT_IS_OURS },
	{ ACTIVITY_CREATE, NEEDS_OBJECT | OBJECT_OF_ORIGIN | OBJECT_BY_ACTOR },
	{ ACTIVITY_DELETE, NEEDS_OBJECT | OBJECT_OF_ORIGIN },
	{ ACTIVITY_FLAG, 0 },
	{ ACTIVITY_FOLLOW, NEEDS_OBJECT | OBJECT_IS_OURS },
	{ ACTIVITY_JOIN, NEEDS_OBJECT | OBJECT_IS_OURS },
	{ ACTIVITY_LIKE, NEEDS_OBJECT },
	{ ACTIVITY_MOVE, NEEDS_OBJECT | OBJECT_IS_ACTOR },
	{ ACTIVITY_OTHER, 0 },
	{ ACTIVITY_REJECT, NEEDS_INNER },
	{ ACTIVITY_REMOVE, NEEDS_OBJECT | TARGET_OF_ORIGIN },
	{ ACTIVITY_UNDO, NEEDS_INNER | OBJECT_OF_ORIGIN | INNER_BY_ACTOR },
	{ ACTIVITY_UPDATE, NEEDS_OBJECT | OBJECT_OF_ORIGIN | OBJECT_BY_ACTOR },
};

static unsigned
demands_of(enum activity_type type)
{
	for (size_t i = 0; i < N_ELEMENTS(rules); i++) {
		if (rules[i].type == type)
			return rules[i].demands;
	}
	return NEEDS_OBJECT;
}

bool
authority_is_ours(const char *id, const char *base)
{
	size_t len = strlen(base);

	return id != NULL && strncmp(id, base, len) == 0 && id[len] == '/';
}

/* id is as received, actor is normalised. */
static bool
names_actor(const char *id, const char *actor)
{
	CLEANUP(arena_free) struct arena *arena = NULL;
	struct url url;

	if (strcmp(id, actor) == 0)
		return true;
	arena = arena_new();
	return url_parse(arena, id, &url) == 0 && strcmp(url.text, actor) == 0;
}

/* attributedTo may be a list (a project and its team): one of them is it. */
static bool
is_author(const struct activity *activity)
{
	const char *authors[8];
	size_t count;

	if (activity->object == NULL || activity->object_id == NULL)
		return true; /* an id alone: the origin vouches, it is read */
	if (strcmp(activity->object_id, activity->actor) == 0)
		return true;
	count = json_ids(
	    activity->object, "attributedTo", authors, N_ELEMENTS(authors));
	if (count == 0)
		count = json_ids(
		    activity->object, "actor", authors, N_ELEMENTS(authors));
	for (size_t i = 0; i < count; i++) {
		if (names_actor(authors[i], activity->actor))
			return true;
	}
	return false;
}

static bool
inner_is_by_actor(const struct activity *activity)
{
	const char *actor;

	if (activity->object == NULL)
		return true;
	actor = json_id(activity->object, "actor");
	return actor == NULL || names_actor(actor, activity->actor);
}

static enum verdict
say(enum verdict verdict, const char *reason, const char **ret_reason)
{
	*ret_reason = reason;
	return verdict;
}

/* What is demanded of an object's id. */
static enum verdict
check_id(const struct activity *activity, unsigned demands, const char *base,
    const char **ret_reason)
{
	const char *object = activity->object_id;

	if ((demands & OBJECT_IS_ACTOR) != 0 &&
	    strcmp(object, activity->actor) != 0)
		return say(VERDICT_FORBIDDEN,
		    "the object must be the actor itself", ret_reason);
	if ((demands & OBJECT_IS_OURS) != 0 && !authority_is_ours(object, base))
		return say(VERDICT_IGNORED, "the object is not of this node",
		    ret_reason);
	if ((demands & OBJECT_OF_ORIGIN) != 0 &&
	    !url_same_origin(object, activity->actor))
		return say(VERDICT_WRONG_ORIGIN,
		    "the object is not on the actor's origin", ret_reason);
	return VERDICT_ACCEPTED;
}

static enum verdict
check_object(const struct activity *activity, unsigned demands,
    const char *base, const char **ret_reason)
{
	bool has_id = activity->object_id != NULL;
	enum verdict verdict;

	/* Of everybody: what relays are asked for. */
	if (activity->type == ACTIVITY_FOLLOW && activity->object_is_public)
		return VERDICT_ACCEPTED;
	if (!has_id && (demands & NEEDS_OBJECT) != 0)
		return say(VERDICT_MALFORMED, "the activity has no object id",
		    ret_reason);
	if (!has_id && activity->object == NULL && (demands & NEEDS_INNER) != 0)
		return say(VERDICT_MALFORMED, "the activity has no object",
		    ret_reason);
	if (has_id) {
		verdict = check_id(activity, demands, base, ret_reason);
		if (verdict != VERDICT_ACCEPTED)
			return verdict;
	}
	if ((demands & OBJECT_BY_ACTOR) != 0 && !is_author(activity))
		return say(VERDICT_FORBIDDEN, "the object names another author",
		    ret_reason);
	if ((demands & INNER_BY_ACTOR) != 0 && !inner_is_by_actor(activity))
		return say(VERDICT_FORBIDDEN,
		    "only who did it can take it back", ret_reason);
	return VERDICT_ACCEPTED;
}

enum verdict
authority_check(
    const struct activity *activity, const char *base, const char **ret_reason)
{
	unsigned demands = demands_of(activity->type);

	*ret_reason = "";
	if (authority_is_ours(activity->actor, base))
		return say(VERDICT_FORBIDDEN,
		    "actors of this node do not come from elsewhere",
		    ret_reason);
	if (activity->id != NULL &&
	    !url_same_origin(activity->id, activity->actor))
		return say(VERDICT_WRONG_ORIGIN,
		    "the activity's id is not on the actor's origin",
		    ret_reason);
	if ((demands & TARGET_OF_ORIGIN) != 0 &&
	    (activity->target == NULL ||
		!url_same_origin(activity->target, activity->actor)))
		return say(VERDICT_WRONG_ORIGIN,
		    "the target is not on the actor's origin", ret_reason);
	return check_object(activity, demands, base, ret_reason);
}

bool
authority_owns(const struct actor *sender, const struct object *object)
{
	return object->actor_id != 0 && object->actor_id == sender->id &&
	       !object->local;
}
