/* SPDX-License-Identifier: ISC */
/*
 * Join: another node asks to be admitted.  It is written down for the
 * administrator and changes nothing by itself.
 */
#include <errno.h>
#include <string.h>

#include "config/base/log.h"
#include "federation/apply.h"
#include "store/peer.h"

/* Whether the sender is a node's instance: https://HOST/actor. */
static bool
is_instance(struct apply *apply)
{
	const struct actor *sender = apply->sender;

	return sender->host != NULL &&
	       strcmp(sender->type, "Application") == 0 &&
	       strcmp(sender->uri, arena_printf(apply->publish->arena,
				       "https://%s/actor", sender->host)) == 0;
}

int
apply_join(struct apply *apply, enum verdict *ret)
{
	struct publish *publish = apply->publish;
	struct actor instance;
	int r = actor_of_kind(
	    publish->db, publish->arena, ACTOR_INSTANCE, &instance);

	if (r < 0)
		return r;
	if (!is_instance(apply))
		return apply_refuse(apply, VERDICT_FORBIDDEN,
		    "only the instance actor of a node asks to join", ret);
	if (apply->activity->object_id == NULL ||
	    strcmp(apply->activity->object_id, instance.uri) != 0)
		return apply_refuse(apply, VERDICT_FORBIDDEN,
		    "a node is joined by its instance actor", ret);
	r = peer_asked(publish->db, apply->sender->host, publish->now);
	if (r == -ENOSPC) {
		*ret = VERDICT_IGNORED;
		return 0;
	}
	if (r == 0)
		log_info("peer=%s asks to be admitted", apply->sender->host);
	*ret = VERDICT_ACCEPTED;
	return r;
}
