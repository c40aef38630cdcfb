/* SPDX-License-Identifier: ISC */
/*
 * Follow of the relay: a server subscribes (FEP-ae0c).
 */
#include <errno.h>
#include <string.h>

#include "config/base/log.h"
#include "federation/apply.h"
#include "store/peer.h"
#include "store/relay.h"

/* People follow the territory, whose announcements are meant for pages. */
static bool
is_server(const struct actor *actor)
{
	return strcmp(actor->type, "Application") == 0 ||
	       strcmp(actor->type, "Service") == 0;
}

/*
 * Mastodon takes what a relay sends when the relay's inbox is the address that
 * it was given, and drops it otherwise: a Follow of everybody that came in
 * elsewhere is refused rather than left without a word.
 */
static const char *
reason_against(struct apply *apply)
{
	if (!apply->publish->settings->relay_enabled)
		return "the relay is not in use (relay.enabled)";
	if (!is_server(apply->sender))
		return "it is no server";
	if (apply->activity->object_is_public && !apply->to_relay)
		return "it was not sent to the relay's inbox";
	return NULL;
}

/* What the administrator said of the sender's server. */
static int
ruled(struct apply *apply, enum relay_rule *ret)
{
	struct publish *publish = apply->publish;
	const char *domain = apply->sender->host;
	struct peer peer;
	int r = relay_rule_get(publish->db, domain, ret);

	if (r < 0 || *ret != RELAY_RULE_NONE)
		return r;
	r = peer_by_domain(publish->db, publish->arena, domain, &peer);
	if (r == 0 && peer.rule == PEER_RULE_REFUSE)
		*ret = RELAY_RULE_REJECT;
	return r == -ENOENT ? 0 : r;
}

static int
judge(struct apply *apply, enum follow_state *ret)
{
	const char *reason = reason_against(apply);
	enum relay_rule rule = RELAY_RULE_NONE;
	int r = ruled(apply, &rule);

	if (r < 0)
		return r;
	if (reason == NULL && rule == RELAY_RULE_REJECT)
		reason = "its server was refused";
	*ret = FOLLOW_PENDING;
	if (reason != NULL) {
		*ret = FOLLOW_REJECTED;
		log_info("relay actor=%s rejected=\"%s\"", apply->sender->uri,
		    reason);
	} else if (rule == RELAY_RULE_ACCEPT ||
		   apply->publish->settings->relay_open)
		*ret = FOLLOW_ACCEPTED;
	return 0;
}

int
apply_follow_relay(
    struct apply *apply, const struct actor *relay, enum verdict *ret)
{
	struct publish *publish = apply->publish;
	int64_t sender_id = apply->sender->id;
	enum follow_state state;
	struct follow follow;
	int r = judge(apply, &state);

	if (r == 0)
		r = follow_put(publish->db, apply->activity->id, sender_id,
		    relay->id, publish->now);
	if (r == 0)
		r = follow_set_public(publish->db, sender_id, relay->id,
		    apply->activity->object_is_public);
	if (r == 0)
		r = follow_get(
		    publish->db, publish->arena, sender_id, relay->id, &follow);
	if (r < 0)
		return r;
	*ret = VERDICT_ACCEPTED;
	/* Who was accepted before is, until the administrator says otherwise.
	 */
	if (state == FOLLOW_PENDING && follow.state == FOLLOW_ACCEPTED)
		state = FOLLOW_ACCEPTED;
	return state == FOLLOW_PENDING
		   ? 0
		   : publish_follow_decide(publish, &follow, state);
}
