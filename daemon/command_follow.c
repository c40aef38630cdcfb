/* SPDX-License-Identifier: ISC */
/*
 * follow and unfollow; requests accept and reject.
 *
 * Whom to follow may have to be found first: what the store knows is taken as
 * it is, all else is wanted from the courier, and only then written.
 */
#include <errno.h>
#include <string.h>

#include "config/base/text.h"
#include "daemon/command_follow.h"
#include "federation/url.h"
#include "store/queue.h"

enum { FOLLOW_PAGE = 500 };

static const char *const states[] = {
	[FOLLOW_PENDING] = "pending",
	[FOLLOW_ACCEPTED] = "accepted",
	[FOLLOW_REJECTED] = "rejected",
};

const char *
command_follow_state(enum follow_state state)
{
	return states[state];
}

bool
command_follow_is(struct arena *arena, const struct node *node,
    const struct actor *actor, const char *name)
{
	const char *user, *host;

	if (strcmp(actor->uri, name) == 0 ||
	    (actor->url != NULL && strcmp(actor->url, name) == 0))
		return true;
	if (url_parse_acct(arena, name, &user, &host) == 0)
		return text_equal_nocase(actor->username, user) &&
		       strcmp(actor->host != NULL ? actor->host : node->domain,
			   host) == 0;
	return actor->host == NULL && text_equal_nocase(actor->username,
					  name + (name[0] == '@' ? 1 : 0));
}

/* The profile that follows; the sentence for what is none. */
static int
find_follower(struct command_job *job, struct actor *ret)
{
	const char *name = job->request->arguments[0];
	int r = command_find_local(
	    job->publish.db, job->arena, job->publish.node, name, ret);

	if (r == 0 && ret->kind != ACTOR_PROFILE)
		r = -ENOENT;
	if (r == -ENOENT)
		return command_job_refuse(
		    job, r, "there is no profile named %s", name);
	return r;
}

/* arg: the id of the actor to follow, which the store knows. */
static int
follow_work(struct command_job *job)
{
	const char *uri = job->arg;
	struct actor follower, followee;
	enum follow_state state;
	int r;

	r = find_follower(job, &follower);
	if (r == 0)
		r = actor_by_uri(job->publish.db, job->arena, uri, &followee);
	if (r == 0)
		r = publish_follow(
		    &job->publish, follower.id, followee.id, &state);
	if (r < 0)
		return r;
	job->answer = json_pack("{s:s, s:s, s:s, s:s}", "message",
	    arena_printf(job->arena,
		state == FOLLOW_ACCEPTED ? "%s follows %s"
					 : "%s asked to follow %s",
		follower.username,
		command_address(job->arena, job->publish.node, &followee)),
	    "follower", follower.uri, "followee", followee.uri, "state",
	    states[state]);
	return 0;
}

/* arg: the address as it was given. */
static int
later_work(struct command_job *job)
{
	struct actor follower;
	struct task task = { .kind = TASK_FOLLOW, .uri = job->arg };
	int r;

	r = find_follower(job, &follower);
	if (r < 0)
		return r;
	task.actor_id = follower.id;
	task.argument = follower.uri;
	task.created_at = job->publish.now;
	task.next_at = job->publish.now;
	r = task_add(job->publish.db, &task);
	if (r < 0)
		return r;
	job->answer = json_pack("{s:s, s:s, s:s, s:s}", "message",
	    arena_printf(job->arena, "%s will follow %s once it answers",
		follower.username, task.uri),
	    "follower", follower.uri, "followee", task.uri, "state", "later");
	return 0;
}

static void
on_found(struct command_wanted *wanted)
{
	struct command_request *request = wanted->request;
	const struct courier_want *want = &wanted->want;
	bool away = want->verdict == VERDICT_UNREACHABLE ||
		    want->verdict == VERDICT_BUSY;

	if (want->verdict == VERDICT_ACCEPTED && want->found != NULL)
		command_write(request, follow_work, NULL,
		    arena_strdup(request->arena, want->found));
	else if (away && command_flag(request, "later"))
		command_write(request, later_work, NULL,
		    arena_strdup(request->arena, want->uri));
	else
		command_refuse(request, away ? CODE_BUSY : CODE_FAILED,
		    "%s cannot be followed: %s (%s)%s%s%s", want->uri,
		    verdict_sentence(want->verdict),
		    verdict_word(want->verdict),
		    want->error[0] != '\0' ? ": " : "", want->error,
		    away ? "; with --later the node keeps trying" : "");
}

/* One that was deleted, or that nobody knows here, must be asked for. */
static bool
is_known(struct command_request *request, const char *uri)
{
	struct actor actor;

	return actor_by_uri(request->db, request->arena, uri, &actor) == 0 &&
	       actor.deleted_at == 0;
}

/* Whether the name stands for an actor of this node or none. */
static bool
is_ours(const struct node *node, const char *name, const char *host)
{
	if (host != NULL)
		return strcmp(host, node->domain) == 0;
	return strstr(name, "://") == NULL || url_same_origin(name, node->base);
}

/*
 * name@host of what is such an address, else NULL.  A bare @name is a
 * username of this node.
 */
static const char *
acct_of(struct command_request *request, const char *name,
    const char **ret_user, const char **ret_host)
{
	if (strstr(name, "://") != NULL ||
	    url_parse_acct(request->arena, name, ret_user, ret_host) < 0)
		return NULL;
	return arena_printf(request->arena, "acct:%s@%s", *ret_user, *ret_host);
}

void
command_follow_follow(struct command_request *request)
{
	const char *target = request->arguments[1];
	const char *user = NULL, *host = NULL;
	const char *acct = acct_of(request, target, &user, &host);
	struct actor actor;
	int r;

	r = command_find_local(request->db, request->arena, request->node,
	    request->arguments[0], &actor);
	if (r < 0 || actor.kind != ACTOR_PROFILE) {
		command_refuse_actor(request, r < 0 ? r : -ENOENT, "profile",
		    request->arguments[0]);
		return;
	}
	if (is_ours(request->node, target, host)) {
		r = command_find_local(request->db, request->arena,
		    request->node, acct != NULL ? user : target, &actor);
		if (r < 0) {
			command_refuse_actor(
			    request, r, "profile or project", target);
			return;
		}
		command_write(request, follow_work, NULL,
		    arena_strdup(request->arena, actor.uri));
	} else if (acct == NULL && is_known(request, target))
		command_write(request, follow_work, NULL,
		    arena_strdup(request->arena, target));
	else
		command_want(request, WANT_ACTOR, acct != NULL ? acct : target,
		    on_found, NULL);
}

/* A page of follows, newest first; which: FOLLOWERS of or FOLLOWING. */
typedef int page_fn(struct db *db, struct arena *arena, int64_t actor_id,
    enum follow_state state, int64_t before, size_t limit, struct follow **ret,
    size_t *ret_count);

/* The other side of one of an actor's follows, by any of its names. */
static int
find_other(struct command_job *job, const struct actor *self,
    enum follow_state state, const char *name, struct follow *ret)
{
	bool followers = job->request->command->id != COMMAND_ID_unfollow;
	page_fn *page = followers ? follow_followers : follow_following;
	int64_t before = 0;
	struct follow *follows;
	size_t count;

	do {
		int r = page(job->publish.db, job->arena, self->id, state,
		    before, FOLLOW_PAGE, &follows, &count);

		for (size_t i = 0; r == 0 && i < count; i++) {
			struct actor other;

			before = follows[i].id;
			r = actor_get(job->publish.db, job->arena,
			    followers ? follows[i].follower_id
				      : follows[i].followee_id,
			    &other);
			if (r == 0 && command_follow_is(job->arena,
					  job->publish.node, &other, name)) {
				*ret = follows[i];
				return 0;
			}
		}
		if (r < 0)
			return r;
	} while (count == FOLLOW_PAGE);
	return -ENOENT;
}

static int
unfollow_work(struct command_job *job)
{
	const char *name = job->request->arguments[1];
	struct actor follower;
	struct follow follow;
	int r;

	r = find_follower(job, &follower);
	if (r < 0)
		return r;
	r = find_other(job, &follower, FOLLOW_ACCEPTED, name, &follow);
	if (r == -ENOENT)
		r = find_other(job, &follower, FOLLOW_PENDING, name, &follow);
	if (r == -ENOENT)
		return command_job_refuse(
		    job, r, "%s does not follow %s", follower.username, name);
	if (r == 0)
		r = publish_unfollow(
		    &job->publish, follow.follower_id, follow.followee_id);
	if (r == 0)
		job->answer = json_pack("{s:s, s:s, s:s}", "message",
		    arena_printf(job->arena, "%s follows %s no more",
			follower.username, follow.followee_uri),
		    "follower", follower.uri, "followee", follow.followee_uri);
	return r;
}

void
command_follow_unfollow(struct command_request *request)
{
	command_write(request, unfollow_work, NULL, NULL);
}

static int
decide_work(struct command_job *job)
{
	const struct command_request *request = job->request;
	bool accept = request->command->id == COMMAND_ID_requests_accept;
	const char *name = request->arguments[1];
	struct actor actor;
	struct follow follow;
	int r;

	r = command_find_local(job->publish.db, job->arena, job->publish.node,
	    request->arguments[0], &actor);
	if (r == -ENOENT)
		return command_job_refuse(job, r,
		    "there is no profile or project named %s",
		    request->arguments[0]);
	if (r == 0)
		r = find_other(job, &actor, FOLLOW_PENDING, name, &follow);
	if (r == -ENOENT && !accept)
		r = find_other(job, &actor, FOLLOW_ACCEPTED, name, &follow);
	if (r == -ENOENT)
		return command_job_refuse(job, r,
		    "%s does not wait to follow %s", name, actor.username);
	if (r == 0)
		r = publish_follow_decide(&job->publish, &follow,
		    accept ? FOLLOW_ACCEPTED : FOLLOW_REJECTED);
	if (r == 0)
		job->answer = json_pack("{s:s, s:s, s:s}", "message",
		    arena_printf(job->arena, "%s was %s", follow.follower_uri,
			accept ? "accepted" : "rejected"),
		    "follower", follow.follower_uri, "state",
		    accept ? "accepted" : "rejected");
	return r;
}

void
command_follow_decide(struct command_request *request)
{
	command_write(request, decide_work, NULL, NULL);
}
