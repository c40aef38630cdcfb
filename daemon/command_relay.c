/* SPDX-License-Identifier: ISC */
/*
 * relay list, accept, reject, forget: the servers that subscribe to the
 * relay, each known by its domain.
 */
#include <errno.h>
#include <string.h>

#include "daemon/command.h"
#include "daemon/command_follow.h"
#include "federation/url.h"
#include "store/host.h"
#include "store/relay.h"

static const char *const rules[] = {
	[RELAY_RULE_NONE] = NULL,
	[RELAY_RULE_ACCEPT] = "accept",
	[RELAY_RULE_REJECT] = "reject",
};

/* What a decision does to the Follows of a server. */
struct decision {
	const char *domain;
	enum relay_rule rule;
};

/* --- Deciding --- */

/* Those of one server, all but those that are so already; *ret: how many. */
static int
decide_follows(
    struct command_job *job, const struct decision *decision, size_t *ret)
{
	struct publish *publish = &job->publish;
	enum follow_state state = decision->rule == RELAY_RULE_ACCEPT
				      ? FOLLOW_ACCEPTED
				      : FOLLOW_REJECTED;
	struct follow *follows = NULL;
	struct actor relay;
	struct host host;
	size_t count = 0;
	int r;

	*ret = 0;
	r = actor_of_kind(publish->db, job->arena, ACTOR_RELAY, &relay);
	if (r == 0)
		r = host_by_name(
		    publish->db, job->arena, decision->domain, &host);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = follow_from_host(
	    publish->db, job->arena, relay.id, host.id, &follows, &count);
	for (size_t i = 0; r == 0 && i < count; i++) {
		if (follows[i].state == state)
			continue;
		r = publish_follow_decide(publish, &follows[i], state);
		(*ret)++;
	}
	return r;
}

static int
decide_work(struct command_job *job)
{
	const struct decision *decision = job->arg;
	bool accept = decision->rule == RELAY_RULE_ACCEPT;
	size_t count = 0;
	int r = relay_rule_set(job->publish.db, decision->domain,
	    decision->rule, job->publish.now);

	if (r == 0)
		r = decide_follows(job, decision, &count);
	if (r == 0)
		job->answer = json_pack("{s:s, s:s, s:s, s:I}", "message",
		    arena_printf(job->arena, "%s %s", decision->domain,
			!accept     ? "may not subscribe to the relay"
			: count > 0 ? "is subscribed to the relay"
				    : "may subscribe to the relay"),
		    "domain", decision->domain, "rule", rules[decision->rule],
		    "follows", (json_int_t)count);
	return r;
}

static int
forget_work(struct command_job *job)
{
	const struct decision *decision = job->arg;
	int r = relay_rule_set(job->publish.db, decision->domain,
	    RELAY_RULE_NONE, job->publish.now);

	if (r == -ENOENT)
		return command_job_refuse(job, r,
		    "nothing was decided on a server named %s",
		    decision->domain);
	if (r == 0)
		job->answer = json_pack("{s:s, s:s}", "message",
		    arena_printf(job->arena,
			"what was decided on %s is forgotten",
			decision->domain),
		    "domain", decision->domain);
	return r;
}

static void
decide(struct command_request *request, enum relay_rule rule)
{
	const char *name = request->arguments[0];
	struct decision *decision =
	    arena_alloc(request->arena, sizeof(*decision));

	*decision = (struct decision){ .rule = rule };
	if (url_normalize_host(request->arena, name, &decision->domain) < 0)
		command_refuse(
		    request, CODE_INVALID, "%s is no domain of a server", name);
	else
		command_write(request,
		    rule == RELAY_RULE_NONE ? forget_work : decide_work, NULL,
		    decision);
}

void
command_relay_accept(struct command_request *request)
{
	decide(request, RELAY_RULE_ACCEPT);
}

void
command_relay_reject(struct command_request *request)
{
	decide(request, RELAY_RULE_REJECT);
}

void
command_relay_forget(struct command_request *request)
{
	decide(request, RELAY_RULE_NONE);
}

/* --- Showing --- */

/* Whether it is followed back, as a word; NULL: it is not to be. */
static const char *
followed_back(struct command_request *request, const struct follow *follow)
{
	struct follow back;

	if (follow->of_public ||
	    follow_get(request->db, request->arena, follow->followee_id,
		follow->follower_id, &back) != 0)
		return NULL;
	return command_follow_state(back.state);
}

static int
add_follow(
    struct command_request *request, json_t *items, const struct follow *follow)
{
	enum relay_rule rule = RELAY_RULE_NONE;
	struct actor actor;
	json_t *view;
	int r =
	    actor_get(request->db, request->arena, follow->follower_id, &actor);

	if (r == 0 && actor.host != NULL)
		r = relay_rule_get(request->db, actor.host, &rule);
	if (r < 0)
		return r;
	view = json_object();
	command_set_text(view, "domain", actor.host);
	command_set_text(view, "state", command_follow_state(follow->state));
	command_set_text(
	    view, "manner", follow->of_public ? "mastodon" : "litepub");
	command_set_text(view, "followed_back", followed_back(request, follow));
	command_set_text(view, "rule", rules[rule]);
	command_set_text(view, "actor", actor.uri);
	command_set_time(view, "since", follow->created_at);
	json_array_append_new(items, view);
	return 0;
}

static int
add_follows(struct command_request *request, json_t *items,
    const struct actor *relay, enum follow_state state, int64_t before,
    int64_t *ret_next)
{
	size_t limit = command_limit(request), count = 0;
	struct follow *follows;
	int r = follow_followers(request->db, request->arena, relay->id, state,
	    before, limit, &follows, &count);

	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_follow(request, items, &follows[i]);
	*ret_next = r == 0 && count == limit ? follows[count - 1].id : 0;
	return r;
}

/* Servers that something was decided on and that do not subscribe. */
static int
add_rules(
    struct command_request *request, json_t *items, const struct actor *relay)
{
	struct relay_ruling *rulings;
	size_t count;
	int r = relay_rule_list(request->db, request->arena, "",
	    command_limit(request), &rulings, &count);

	for (size_t i = 0; r == 0 && i < count; i++) {
		struct follow *follows;
		struct host host;
		size_t subscribed = 0;
		json_t *view;

		r = host_by_name(
		    request->db, request->arena, rulings[i].domain, &host);
		if (r == 0)
			r = follow_from_host(request->db, request->arena,
			    relay->id, host.id, &follows, &subscribed);
		if (r == -ENOENT)
			r = 0;
		if (r < 0 || subscribed > 0)
			continue;
		view = json_object();
		command_set_text(view, "domain", rulings[i].domain);
		command_set_text(view, "state", NULL);
		command_set_text(view, "rule", rules[rulings[i].rule]);
		command_set_time(view, "since", rulings[i].at);
		json_array_append_new(items, view);
	}
	return r;
}

void
command_relay_list(struct command_request *request)
{
	int64_t before = command_integer(request, "after", 0), next = 0, none;
	json_t *items = json_array();
	struct actor relay;
	int r = actor_of_kind(request->db, request->arena, ACTOR_RELAY, &relay);

	/* Those that wait and the rules are few: on the first page. */
	if (r == 0 && before == 0)
		r = add_follows(
		    request, items, &relay, FOLLOW_PENDING, 0, &none);
	if (r == 0)
		r = add_follows(
		    request, items, &relay, FOLLOW_ACCEPTED, before, &next);
	if (r == 0 && before == 0)
		r = add_rules(request, items, &relay);
	if (r < 0) {
		json_decref(items);
		command_refuse_errno(request, r, NULL);
		return;
	}
	command_answer(request,
	    command_items(items, next != 0 ? json_integer(next) : NULL));
}
