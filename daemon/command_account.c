/* SPDX-License-Identifier: ISC */
/*
 * account create, link, list, suspend, remove: who may sign in.
 */
#include <errno.h>
#include <string.h>

#include "config/base/text.h"
#include "daemon/command.h"
#include "daemon/session.h"
#include "store/account.h"

enum { LINK_SECONDS = 7 * 86400, EMAIL_MAX = 254 };

/* A new link; the answer tells it. */
static int
give_link(struct command_job *job, int64_t account_id, const char *username)
{
	char token[SESSION_TOKEN_SIZE];
	uint8_t hash[SHA256_SIZE];
	const char *link;
	int r;

	session_secret(token, hash);
	r = account_link_set(
	    job->publish.db, account_id, hash, job->publish.now + LINK_SECONDS);
	if (r < 0)
		return r;
	link = arena_printf(
	    job->arena, "%s/welcome?token=%s", job->publish.node->base, token);
	job->answer = json_pack("{s:s, s:s}", "message",
	    arena_printf(job->arena,
		"%s chooses a password within a week at\n%s", username, link),
	    "link", link);
	return 0;
}

static int
find_profile(struct command_job *job, struct actor *ret)
{
	const char *name = job->request->arguments[0];
	int r = command_find_local(
	    job->publish.db, job->arena, job->publish.node, name, ret);

	if (r == 0 && ret->kind != ACTOR_PROFILE)
		r = -ENOENT;
	return r == -ENOENT ? command_job_refuse(
				  job, r, "there is no profile named %s", name)
			    : r;
}

static bool
is_email(const char *email)
{
	const char *at = strchr(email, '@');

	return strlen(email) <= EMAIL_MAX && at != NULL && at != email &&
	       strchr(at + 1, '@') == NULL && strchr(at + 1, '.') != NULL &&
	       strpbrk(email, " \t\r\n<>,;:\"") == NULL;
}

static int
create_work(struct command_job *job)
{
	const char *email = command_text(job->request, "email");
	struct actor profile;
	int64_t id;
	int r;

	if (email != NULL && !is_email(email))
		return command_job_refuse(
		    job, -EINVAL, "--email: %s is no e-mail address", email);
	r = find_profile(job, &profile);
	if (r == 0)
		r = account_create(
		    job->publish.db, profile.id, email, job->publish.now, &id);
	if (r == -EEXIST)
		return command_job_refuse(job, r,
		    "%s has an account already, or the e-mail address is "
		    "another's",
		    profile.username);
	return r < 0 ? r : give_link(job, id, profile.username);
}

void
command_account_create(struct command_request *request)
{
	command_write(request, create_work, NULL, NULL);
}

static int
find(struct command_job *job, struct account *ret)
{
	const char *name = job->request->arguments[0];
	int r = account_by_name(job->publish.db, job->arena, name, ret);

	return r == -ENOENT
		   ? command_job_refuse(job, r, "%s has no account", name)
		   : r;
}

static int
link_work(struct command_job *job)
{
	struct account account;
	int r = find(job, &account);

	return r < 0 ? r : give_link(job, account.id, account.username);
}

void
command_account_link(struct command_request *request)
{
	command_write(request, link_work, NULL, NULL);
}

static int
suspend_work(struct command_job *job)
{
	bool suspend = strcmp(job->request->arguments[1], "yes") == 0;
	struct account account;
	int r = find(job, &account);

	if (r == 0)
		r = account_set_suspended(job->publish.db, account.id, suspend);
	if (r == 0)
		job->answer = json_pack("{s:s, s:b}", "message",
		    arena_printf(job->arena, "%s %s sign in", account.username,
			suspend ? "can no longer" : "may"),
		    "suspended", suspend);
	return r;
}

void
command_account_suspend(struct command_request *request)
{
	const char *answer = request->arguments[1];

	if (strcmp(answer, "yes") != 0 && strcmp(answer, "no") != 0)
		command_refuse(
		    request, CODE_INVALID, "%s: yes or no is needed", answer);
	else
		command_write(request, suspend_work, NULL, NULL);
}

static int
remove_work(struct command_job *job)
{
	struct account account;
	int r = find(job, &account);

	if (r == 0)
		r = account_remove(job->publish.db, account.id);
	if (r == 0)
		job->answer = json_pack("{s:s}", "message",
		    arena_printf(job->arena,
			"%s has no account any more; the profile stays",
			account.username));
	return r;
}

void
command_account_remove(struct command_request *request)
{
	command_write(request, remove_work, NULL, NULL);
}

static json_t *
account_view(const struct account *account)
{
	json_t *view = json_object();

	command_set_text(view, "username", account->username);
	command_set_text(view, "email", account->email);
	json_object_set_new(
	    view, "password", json_boolean(account->password != NULL));
	json_object_set_new(
	    view, "suspended", json_boolean(account->suspended));
	command_set_time(view, "created", account->created_at);
	command_set_time(view, "signed_in", account->signed_in_at);
	return view;
}

void
command_account_list(struct command_request *request)
{
	const char *after = command_text(request, "after");
	size_t limit = command_limit(request), count;
	struct account *accounts;
	json_t *items;
	int r = account_list(request->db, request->arena,
	    after != NULL ? after : "", limit, &accounts, &count);

	if (r < 0) {
		command_refuse_errno(request, r, NULL);
		return;
	}
	items = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(items, account_view(&accounts[i]));
	command_answer(request,
	    command_items(items, count == limit
				     ? json_string(accounts[count - 1].username)
				     : NULL));
}
