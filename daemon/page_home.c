/* SPDX-License-Identifier: ISC */
/*
 * GET /home: what those whom one follows say, in order of time; POST
 * /home/follow and /home/unfollow, from one's own account here.
 */
#include <errno.h>
#include <string.h>

#include "config/base/text.h"
#include "daemon/form.h"
#include "daemon/page.h"
#include "daemon/page_subject.h"
#include "daemon/page_text.h"
#include "daemon/session.h"
#include "store/follow.h"

enum { HOME_NOTES = 20, HOME_FOLLOWS = 200, NOTE_HEADING = 4 };

/* Where somebody is shown here. */
static const char *
page_address(struct arena *arena, const struct actor *actor)
{
	return actor->kind == ACTOR_REMOTE
		   ? page_remote_address(arena, actor->uri)
		   : actor->url;
}

static int
add_author(struct http_request *request, json_t *note, int64_t actor_id)
{
	struct arena *arena = http_arena(request);
	struct actor author;
	int r = actor_get(web_of(request)->db, arena, actor_id, &author);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	page_set_line(arena, note, "author",
	    author.name != NULL ? author.name : author.username);
	page_set(note, "author_url", page_address(arena, &author));
	return 0;
}

static int
add_notes(struct http_request *request, json_t *data, int64_t profile_id,
    int64_t before)
{
	struct arena *arena = http_arena(request);
	struct timeline_entry *entries;
	json_t *list = json_array();
	size_t count = 0;
	int r = timeline_list(web_of(request)->db, arena, profile_id, before,
	    HOME_NOTES + 1, &entries, &count);

	for (size_t i = 0; r == 0 && i < MIN(count, (size_t)HOME_NOTES); i++) {
		json_t *note = page_note(request, &entries[i].object);

		page_set(note, "content",
		    page_text_html(
			arena, entries[i].object.content, NOTE_HEADING));
		(void)json_array_append_new(list, note);
		r = add_author(request, note, entries[i].object.actor_id);
	}
	page_set_list(data, "notes", list);
	if (r == 0 && count > HOME_NOTES)
		page_set(data, "older",
		    arena_printf(arena, "/home?before=%lld",
			(long long)entries[HOME_NOTES - 1].id));
	return r;
}

static int
add_follows_in(struct http_request *request, json_t *list, int64_t profile_id,
    enum follow_state state)
{
	struct arena *arena = http_arena(request);
	struct db *db = web_of(request)->db;
	struct follow *follows;
	size_t count = 0;
	int r = follow_following(
	    db, arena, profile_id, state, 0, HOME_FOLLOWS, &follows, &count);

	for (size_t i = 0; r == 0 && i < count; i++) {
		struct actor actor;
		json_t *item;

		r = actor_get(db, arena, follows[i].followee_id, &actor);
		if (r == -ENOENT) {
			r = 0;
			continue;
		}
		item = json_object();
		page_set_line(arena, item, "name",
		    actor.name != NULL ? actor.name : actor.username);
		page_set(item, "url", page_address(arena, &actor));
		page_set(item, "host", actor.host);
		page_set(item, "uri", actor.uri);
		if (state == FOLLOW_PENDING)
			page_set(item, "pending", "en attente de réponse");
		(void)json_array_append_new(list, item);
	}
	return r;
}

/* GET /home?before=ENTRY */
void
page_home(struct http_request *request)
{
	const char *text = http_query(request, "before");
	json_t *data, *follows = json_array();
	struct account account;
	int64_t before = 0;
	int r;

	if (!session_need(request, &account)) {
		json_decref(follows);
		return;
	}
	if (text != NULL && text_int64(text, 1, INT64_MAX, &before) < 0)
		before = 0;
	data = page_data(request, "Accueil", NULL);
	(void)json_object_set_new(data, "noindex", json_true());
	r = add_notes(request, data, account.profile_id, before);
	if (r == 0)
		r = add_follows_in(
		    request, follows, account.profile_id, FOLLOW_PENDING);
	if (r == 0)
		r = add_follows_in(
		    request, follows, account.profile_id, FOLLOW_ACCEPTED);
	page_set_list(data, "follows", follows);
	if (r < 0) {
		json_decref(data);
		web_answer_store_error(request, r);
	} else
		page_answer(request, "home.html", &data);
}

/* --- Following --- */

struct change {
	int64_t profile_id;
	const char *uri;
	bool follow;
};

static int
change_work(struct web_job *job)
{
	const struct change *change = job->arg;
	struct publish *publish = &job->publish;
	enum follow_state state;
	struct actor actor;
	int r = actor_by_uri(publish->db, job->arena, change->uri, &actor);

	if (r < 0)
		return r;
	return change->follow
		   ? publish_follow(
			 publish, change->profile_id, actor.id, &state)
		   : publish_unfollow(publish, change->profile_id, actor.id);
}

static void
on_changed(struct http_request *request, struct web_job *job)
{
	int r = job->job.result;

	if (r == -EINVAL)
		http_answer_error(request, 422, job->publish.error);
	else if (r < 0 && r != -ENOENT)
		web_answer_store_error(request, r);
	else
		http_answer_redirect(request, 303, "/home#suivis");
}

static void
submit_change(struct http_request *request, const char *uri, bool follow)
{
	struct account account;
	struct web_job *job;
	struct change *change;

	if (!session_need(request, &account))
		return;
	job = web_job_new(request);
	change = arena_alloc(job->arena, sizeof(*change));
	*change = (struct change){
		.profile_id = account.profile_id,
		.uri = arena_strdup(job->arena, uri),
		.follow = follow,
	};
	job->work = change_work;
	job->then = on_changed;
	job->arg = change;
	web_job_submit(request, job);
}

/* The address that the form gives; NULL after answering. */
static const char *
take_uri(struct http_request *request)
{
	struct account account;
	struct target form;
	const char *uri;

	if (!form_take(request, &form) || !session_need(request, &account))
		return NULL;
	uri = form_field(request, &form, "uri");
	if (uri == NULL)
		http_answer_error(
		    request, 400, "uri: the address of whom to follow");
	return uri;
}

static void
on_actor(struct http_request *request, const struct courier_want *want)
{
	if (want->verdict == VERDICT_ACCEPTED)
		submit_change(request, want->uri, true);
	else
		http_answer_error(request, 502,
		    arena_printf(http_arena(request), "%s cannot be read: %s",
			want->uri, verdict_sentence(want->verdict)));
}

/* POST /home/follow: uri */
void
page_home_follow_sent(struct http_request *request)
{
	struct web *web = web_of(request);
	const char *uri = take_uri(request);
	struct actor actor;

	if (uri == NULL)
		return;
	if (actor_by_uri(web->db, http_arena(request), uri, &actor) == 0)
		submit_change(request, uri, true);
	else
		web_want(request, WANT_ACTOR, uri, on_actor);
}

/* POST /home/unfollow: uri */
void
page_home_unfollow_sent(struct http_request *request)
{
	const char *uri = take_uri(request);

	if (uri != NULL)
		submit_change(request, uri, false);
}
