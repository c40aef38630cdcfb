/* SPDX-License-Identifier: ISC */
/*
 * From type to effect, and what all effects share.
 *
 * Checklist for a new effect: a row in `effects`, a rule in authority.c, a
 * line in FEDERATION.md, a test for the activity sent twice.
 */
#include "federation/apply.h"

#include <errno.h>

#include "store/outbox.h"

static const struct effect {
	enum activity_type type;
	int (*run)(struct apply *apply, enum verdict *ret);
} effects[] = {
	{ ACTIVITY_ACCEPT, apply_answer },
	{ ACTIVITY_ANNOUNCE, apply_announce },
	{ ACTIVITY_BLOCK, apply_block },
	{ ACTIVITY_CREATE, apply_create },
	{ ACTIVITY_DELETE, apply_delete },
	{ ACTIVITY_FOLLOW, apply_follow },
	{ ACTIVITY_JOIN, apply_join },
	{ ACTIVITY_LIKE, apply_like },
	{ ACTIVITY_REJECT, apply_answer },
	{ ACTIVITY_UNDO, apply_undo },
	{ ACTIVITY_UPDATE, apply_update },
};

int
apply_refuse(struct apply *apply, enum verdict verdict, const char *reason,
    enum verdict *ret)
{
	apply->reason = reason;
	*ret = verdict;
	return 0;
}

int
apply_is_followed(struct apply *apply, int64_t actor_id, bool *ret)
{
	struct publish *publish = apply->publish;
	struct follow *follows;
	struct actor only;
	size_t count;
	int r;

	/* Followers of a remote actor that we know of are our own profiles, and
	 * the relay, which follows back and reads nothing. */
	r = follow_followers(publish->db, publish->arena, actor_id,
	    FOLLOW_ACCEPTED, 0, 2, &follows, &count);
	if (r < 0)
		return r;
	*ret = count > 0;
	if (count != 1)
		return 0;
	r = actor_get(
	    publish->db, publish->arena, follows[0].follower_id, &only);
	if (r == 0)
		*ret = only.kind != ACTOR_RELAY;
	return r;
}

static int
run_effect(struct apply *apply, enum verdict *ret)
{
	for (size_t i = 0; i < N_ELEMENTS(effects); i++) {
		if (effects[i].type == apply->activity->type)
			return effects[i].run(apply, ret);
	}
	*ret = VERDICT_IGNORED;
	return 0;
}

int
apply_activity(struct apply *apply, enum verdict *ret)
{
	const struct activity *activity = apply->activity;
	struct db *db = apply->publish->db;
	int r;

	if (activity->id != NULL &&
	    seen_has(db, activity->id, activity->actor)) {
		*ret = VERDICT_DUPLICATE;
		return 0;
	}
	/* Not 410: that would say that this inbox is gone. */
	if (apply->sender->deleted_at != 0)
		return apply_refuse(
		    apply, VERDICT_FORBIDDEN, "the actor was deleted", ret);
	r = run_effect(apply, ret);
	if (r < 0 || *ret != VERDICT_ACCEPTED || activity->id == NULL)
		return r;
	return seen_add(db, activity->id, activity->actor, apply->publish->now);
}
