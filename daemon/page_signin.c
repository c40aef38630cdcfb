/* SPDX-License-Identifier: ISC */
/*
 * GET and POST /signin, POST /signout; GET and POST /welcome, where who was
 * given a link chooses a password.
 *
 * An unknown name, an account without a password and a wrong password take the
 * same time and are told the same.  Passwords are tried so many times a
 * minute, by account whoever tries (WEB_SIGNINS_PER_MINUTE), and by address
 * (form.h).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "config/base/text.h"
#include "daemon/form.h"
#include "daemon/hasher.h"
#include "daemon/page.h"
#include "daemon/session.h"

enum { NAME_MAX_BYTES = 254 };

/* --- A password under way --- */

struct attempt {
	struct hasher_job job;
	struct web *web;
	struct worker *worker;
	uint64_t id;
	int64_t account_id; /* 0: there is none */
	uint8_t link[SHA256_SIZE];
	char *name, *next;
};

static void
attempt_free(struct attempt *attempt)
{
	explicit_bzero(&attempt->job, sizeof(attempt->job));
	free(attempt->name);
	free(attempt->next);
	free(attempt);
}

static struct attempt *
attempt_new(struct http_request *request, const char *password)
{
	struct attempt *attempt = xcalloc(1, sizeof(*attempt));

	attempt->web = web_of(request);
	attempt->worker = http_worker(request);
	attempt->job.reply = worker_mailbox(attempt->worker);
	(void)memccpy(attempt->job.password, password, '\0',
	    sizeof(attempt->job.password) - 1);
	return attempt;
}

static void
attempt_start(struct http_request *request, struct attempt *attempt,
    void (*done)(struct hasher_job *job))
{
	attempt->job.done = done;
	if (hasher_submit(attempt->web->shared->hasher, &attempt->job) < 0) {
		attempt_free(attempt);
		http_answer_later(request, 503, 5,
		    "too many are signing in, try again in a moment");
		return;
	}
	attempt->id = http_park(request);
	attempt->web->jobs++;
}

/* --- The session --- */

struct opening {
	int64_t account_id;
	char token[SESSION_TOKEN_SIZE];
	uint8_t hash[SHA256_SIZE];
	const char *next;
	/* Of /welcome: */
	const char *password; /* its hash; NULL: it stays */
	uint8_t link[SHA256_SIZE];
};

static int
open_work(struct web_job *job)
{
	struct opening *opening = job->arg;
	struct db *db = job->publish.db;
	struct account account;
	int r = 0;

	if (opening->password != NULL) {
		r = account_by_link(
		    db, job->arena, opening->link, job->publish.now, &account);
		if (r == 0)
			r = account_set_password(
			    db, opening->account_id, opening->password);
	}
	return r < 0 ? r
		     : session_add(db, opening->hash, opening->account_id,
			   job->publish.now);
}

static void
on_opened(struct http_request *request, struct web_job *job)
{
	struct opening *opening = job->arg;

	if (job->job.result < 0) {
		web_answer_store_error(request, job->job.result);
		return;
	}
	session_set_cookie(request, opening->token);
	http_answer_redirect(request, 303, opening->next);
}

static void
open_session(struct http_request *request, const struct attempt *attempt,
    bool with_password)
{
	struct web_job *job = web_job_new(request);
	struct opening *opening = arena_alloc(job->arena, sizeof(*opening));

	*opening = (struct opening){
		.account_id = attempt->account_id,
		.next = arena_strdup(job->arena, session_next(attempt->next)),
	};
	session_secret(opening->token, opening->hash);
	if (with_password) {
		opening->password = arena_strdup(job->arena, attempt->job.hash);
		memcpy(opening->link, attempt->link, sizeof(opening->link));
	}
	job->work = open_work;
	job->then = on_opened;
	job->arg = opening;
	web_job_submit(request, job);
}

/* --- Signing in --- */

static void
answer_signin(struct http_request *request, int status, const char *name,
    const char *next, const char *error)
{
	json_t *data = page_data(request, "Se connecter", NULL);

	http_mark_private(request);
	(void)json_object_set_new(data, "noindex", json_true());
	page_set_line(http_arena(request), data, "name", name);
	page_set(data, "next", next);
	page_set(data, "error", error);
	page_answer_status(request, status, "signin.html", &data);
}

/* GET /signin?next=PATH */
void
page_signin(struct http_request *request)
{
	const char *next = session_next(http_query(request, "next"));
	struct account account;

	if (session_of(request, &account))
		http_answer_redirect(request, 303, next);
	else
		answer_signin(request, 200, NULL, next, NULL);
}

static void
on_compared(struct hasher_job *job)
{
	struct attempt *attempt = CONTAINER_OF(job, struct attempt, job);
	struct http_request *request =
	    http_resume(attempt->worker, attempt->id);

	attempt->web->jobs--;
	if (request == NULL)
		;
	else if (attempt->account_id != 0 && job->matches)
		open_session(request, attempt, false);
	else
		answer_signin(request, 422, attempt->name, attempt->next,
		    "Ce nom et ce mot de passe ne vont pas ensemble.");
	attempt_free(attempt);
}

static bool
may_try(struct http_request *request, const char *name)
{
	struct web *web = web_of(request);
	char *key = arena_strdup(http_arena(request), name);
	int64_t wait;

	text_lower(key);
	wait = ratelimit_take(web->shared->signins, key, clock_monotonic_ms());

	if (wait > 0)
		http_answer_later(request, 429, wait,
		    "too many tries for this account, wait a little");
	return wait == 0;
}

/* POST /signin: name, password, next */
void
page_signin_sent(struct http_request *request)
{
	struct web *web = web_of(request);
	const char *name, *password, *next;
	struct account account = { 0 };
	struct attempt *attempt;
	struct target form;

	if (!form_take(request, &form))
		return;
	name = form_field(request, &form, "name");
	password = target_query(&form, "password");
	next = session_next(target_query(&form, "next"));
	if (name != NULL && name[0] == '@')
		name++;
	if (name == NULL || password == NULL || name[0] == '\0' ||
	    password[0] == '\0' || strlen(name) > NAME_MAX_BYTES ||
	    strlen(password) > HASHER_PASSWORD_MAX) {
		answer_signin(request, 422, name, next,
		    "Donnez votre nom et votre mot de passe.");
		return;
	}
	if (!may_try(request, name))
		return;
	if (account_by_name(web->db, http_arena(request), name, &account) !=
		0 ||
	    account.suspended || account.password == NULL)
		account = (struct account){ 0 };
	attempt = attempt_new(request, password);
	attempt->account_id = account.id;
	attempt->name = xstrdup(name);
	attempt->next = xstrdup(next);
	(void)memccpy(attempt->job.hash,
	    account.id != 0 ? account.password
			    : hasher_nobody(web->shared->hasher),
	    '\0', sizeof(attempt->job.hash) - 1);
	attempt_start(request, attempt, on_compared);
}

/* --- Signing out --- */

struct closing {
	uint8_t hash[SHA256_SIZE];
	int64_t account_id; /* 0: this browser alone */
};

static int
close_work(struct web_job *job)
{
	const struct closing *closing = job->arg;

	return closing->account_id != 0
		   ? session_remove_all(job->publish.db, closing->account_id)
		   : session_remove(job->publish.db, closing->hash);
}

static void
on_closed(struct http_request *request, struct web_job *job)
{
	if (job->job.result < 0) {
		web_answer_store_error(request, job->job.result);
		return;
	}
	session_set_cookie(request, NULL);
	http_answer_redirect(request, 303, "/");
}

/* POST /signout: everywhere, when given, ends all sessions */
void
page_signout_sent(struct http_request *request)
{
	struct account account = { 0 };
	struct closing *closing;
	struct web_job *job;
	struct target form;

	if (!form_take(request, &form))
		return;
	job = web_job_new(request);
	closing = arena_alloc(job->arena, sizeof(*closing));
	*closing = (struct closing){ 0 };
	(void)session_cookie(request, closing->hash);
	if (target_query(&form, "everywhere") != NULL &&
	    session_of(request, &account))
		closing->account_id = account.id;
	job->work = close_work;
	job->then = on_closed;
	job->arg = closing;
	web_job_submit(request, job);
}

/* --- Choosing a password --- */

static bool
find_link(struct http_request *request, const char *token,
    uint8_t hash[SHA256_SIZE], struct account *ret)
{
	http_mark_private(request);
	if (session_hash(token, hash) &&
	    account_by_link(web_of(request)->db, http_arena(request), hash,
		clock_now(), ret) == 0)
		return true;
	http_answer_error(
	    request, 404, "this link is over or was used: ask for another");
	return false;
}

static void
answer_welcome(struct http_request *request, int status,
    const struct account *account, const char *token, const char *error)
{
	json_t *data = page_data(request, "Choisir un mot de passe", NULL);

	(void)json_object_set_new(data, "noindex", json_true());
	page_set(data, "username", account->username);
	page_set(data, "token", token);
	page_set(data, "error", error);
	page_answer_status(request, status, "welcome.html", &data);
}

/* GET /welcome?token= */
void
page_welcome(struct http_request *request)
{
	const char *token = http_query(request, "token");
	uint8_t hash[SHA256_SIZE];
	struct account account;

	if (find_link(request, token, hash, &account))
		answer_welcome(request, 200, &account, token, NULL);
}

static void
on_hashed(struct hasher_job *job)
{
	struct attempt *attempt = CONTAINER_OF(job, struct attempt, job);
	struct http_request *request =
	    http_resume(attempt->worker, attempt->id);

	attempt->web->jobs--;
	if (request != NULL && job->result < 0)
		http_answer_error(
		    request, 500, "the password could not be hashed");
	else if (request != NULL)
		open_session(request, attempt, true);
	attempt_free(attempt);
}

/* POST /welcome: token, password */
void
page_welcome_sent(struct http_request *request)
{
	const char *token, *password;
	struct attempt *attempt;
	uint8_t hash[SHA256_SIZE];
	struct account account;
	struct target form;

	if (!form_take(request, &form))
		return;
	token = target_query(&form, "token");
	password = target_query(&form, "password");
	if (!find_link(request, token, hash, &account))
		return;
	if (password == NULL ||
	    text_utf8_length(password) < HASHER_PASSWORD_MIN ||
	    strlen(password) > HASHER_PASSWORD_MAX) {
		answer_welcome(request, 422, &account, token,
		    "Il faut de 10 à 200 caractères : une phrase que vous "
		    "seul connaissez fait l’affaire.");
		return;
	}
	attempt = attempt_new(request, password);
	attempt->account_id = account.id;
	memcpy(attempt->link, hash, sizeof(attempt->link));
	attempt_start(request, attempt, on_hashed);
}
