/* SPDX-License-Identifier: ISC */
/*
 * GET /remote?id=: somebody or something elsewhere, as held here.  The page is
 * made from the copy at once; whether it is read again meanwhile is for the
 * courier to say.  Nothing on it is loaded from elsewhere.
 */
#include <errno.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "daemon/page.h"
#include "daemon/page_lookup.h"
#include "daemon/page_text.h"
#include "federation/sanitize.h"
#include "store/story.h"

enum { PAGE_NOTES = 20, PAGE_REPLIES = 20, PAGE_DESCRIPTION_MAX = 160 };

/* The first character of the name stands where others have a picture. */
static const char *
initial(struct arena *arena, const char *name)
{
	return arena_strndup(arena, name, text_utf8_prefix(name, 1));
}

static void
set_holder(
    struct http_request *request, json_t *data, const struct portrait *portrait)
{
	struct web *web = web_of(request);
	struct arena *arena = http_arena(request);
	struct portrait holder;

	if (portrait->holder == NULL ||
	    portrait_find(web->db, arena, web->node->base, portrait->holder,
		&holder) != 0 ||
	    holder.deleted)
		return;
	page_set_line(arena, data, "holder", holder.name);
	page_set(data, "holder_url", page_remote_address(arena, holder.uri));
}

/* Answers from anywhere, by whomever may be shown; each leads to where it is.
 */
static void
set_replies(struct http_request *request, json_t *data, const char *uri)
{
	struct web *web = web_of(request);
	struct arena *arena = http_arena(request);
	json_t *list = json_array();
	struct object *replies;
	size_t count = 0;

	if (story_replies(
		web->db, arena, uri, PAGE_REPLIES, &replies, &count) != 0)
		count = 0;
	for (size_t i = 0; i < count; i++) {
		struct actor author;
		json_t *reply;

		if (actor_get(web->db, arena, replies[i].actor_id, &author) !=
			0 ||
		    (author.host != NULL &&
			portrait_refused(web->db, arena, author.host)))
			continue;
		reply = page_note(request, &replies[i]);
		page_set_line(arena, reply, "author",
		    author.name != NULL ? author.name : author.username);
		page_set(reply, "content",
		    page_text_html(arena, replies[i].content, 5));
		(void)json_array_append_new(list, reply);
	}
	page_set_list(data, "replies", list);
}

static int
set_notes(
    struct http_request *request, json_t *data, const struct portrait *portrait)
{
	struct arena *arena = http_arena(request);
	const char *asked = http_query(request, "before");
	const char *self = page_remote_address(arena, portrait->uri);
	json_t *list = json_array();
	struct object *notes = NULL;
	int64_t before = 0;
	size_t count = 0;
	int r = 0;

	if (asked != NULL && text_int64(asked, 1, INT64_MAX, &before) < 0)
		before = 0;
	if (portrait->actor_id != 0)
		r = object_list(web_of(request)->db, arena, portrait->actor_id,
		    before, PAGE_NOTES + 1, &notes, &count);
	for (size_t i = 0; r == 0 && i < MIN(count, (size_t)PAGE_NOTES); i++) {
		json_t *note = page_note(request, &notes[i]);

		page_set(note, "content",
		    page_text_html(arena, notes[i].content, 4));
		set_replies(request, note, notes[i].uri);
		(void)json_array_append_new(list, note);
	}
	page_set_list(data, "notes", list);
	if (before > 0)
		page_set(data, "newest", self);
	if (r == 0 && count > PAGE_NOTES)
		page_set(data, "older",
		    arena_printf(arena, "%s&before=%lld", self,
			(long long)notes[PAGE_NOTES - 1].id));
	return r;
}

/*
 * Has the courier read it again, when the copy is old.  The page does not
 * wait; and somebody who opens page after page has no more asked of others
 * than a reader would.
 */
static void
reread(struct http_request *request, const struct portrait *portrait)
{
	struct web *web = web_of(request);
	const struct node_snapshot *snapshot = node_snapshot(web->node);
	int64_t before =
	    clock_now() - snapshot->settings->federation_reread_seconds;
	char key[RATELIMIT_KEY_SIZE];

	node_release(&snapshot);
	if (portrait->fetched_at >= before && portrait->story_at >= before)
		return;
	ratelimit_key(http_client(request), key);
	if (ratelimit_take(web->shared->visits, key, clock_monotonic_ms()) == 0)
		courier_visited(web->node->courier, portrait->uri);
}

static json_t *
describe(struct http_request *request, const struct portrait *portrait)
{
	struct arena *arena = http_arena(request);
	const char *original =
	    portrait->url != NULL ? portrait->url : portrait->uri;
	json_t *data = page_data(request,
	    arena_printf(arena, "%s, sur %s", portrait->name, portrait->domain),
	    sanitize_plain(arena, portrait->summary, PAGE_DESCRIPTION_MAX));

	(void)json_object_set_new(data, "noindex", json_true());
	page_set(data, "canonical", original);
	page_set(data, "original", original);
	page_set(data, "domain", portrait->domain);
	page_set(data, "kind", page_portrait_kind(portrait));
	page_set_line(arena, data, "name", portrait->name);
	page_set(data, "initial", initial(arena, portrait->name));
	page_set_line(arena, data, "place", portrait->place);
	page_set_line(arena, data, "status", portrait->status);
	page_set(data, "summary", page_text_html(arena, portrait->summary, 3));
	page_set_stage(data, portrait->stage);
	page_set_list(data, "themes",
	    page_words(portrait->themes, portrait->theme_count));
	page_set_list(data, "skills",
	    page_words(portrait->skills, portrait->skill_count));
	if (portrait->fetched_at != 0)
		page_set(data, "read", page_date(arena, portrait->fetched_at));
	return data;
}

static void
show(struct http_request *request, const struct portrait *portrait)
{
	json_t *data = describe(request, portrait);
	int r = 0;

	set_holder(request, data, portrait);
	if (portrait->username != NULL) {
		page_set_follow_from(request, data, portrait->uri,
		    portrait->username, portrait->domain);
		page_set(data, "story",
		    portrait->kind == PORTRAIT_PROJECT && portrait->listed
			? "L’histoire du projet"
			: "Nouvelles");
		r = set_notes(request, data, portrait);
		reread(request, portrait);
	}
	if (r == 0) {
		page_answer(request, "remote.html", &data);
		return;
	}
	json_release(&data);
	web_answer_store_error(request, r);
}

/* Whoever was looked up and does not wish to be found is not offered again. */
static void
not_shown(struct http_request *request, const char *id)
{
	struct actor actor;

	if (portrait_known(
		web_of(request)->db, http_arena(request), id, &actor) == 0)
		page_lookup_offer(request, id, PAGE_LOOKUP_NONE,
		    "Ce compte ne souhaite pas être présenté ailleurs que chez "
		    "lui.");
	else
		page_lookup_offer(request, id, PAGE_LOOKUP_SHOW, NULL);
}

/* GET /remote?id= */
void
page_remote(struct http_request *request)
{
	struct web *web = web_of(request);
	const char *id = http_query(request, "id");
	struct portrait portrait;
	int r;

	if (text_empty(id)) {
		http_answer_error(
		    request, 400, "id: the address of what to show");
		return;
	}
	r = portrait_find(
	    web->db, http_arena(request), web->node->base, id, &portrait);
	if (r == -EXDEV)
		http_answer_redirect(request, 303, id);
	else if (r == -ENOENT || r == -EINVAL)
		not_shown(request, id);
	else if (r < 0)
		web_answer_store_error(request, r);
	else if (portrait.deleted)
		http_answer_error(request, 410, "it was deleted");
	else
		show(request, &portrait);
}
