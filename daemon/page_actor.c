/* SPDX-License-Identifier: ISC */
/*
 * The page of a profile, a project, the territory or the instance, and of one
 * update.
 */
#include <errno.h>
#include <string.h>

#include "config/base/text.h"
#include "daemon/page.h"
#include "daemon/page_text.h"
#include "federation/sanitize.h"

enum { PAGE_NOTES = 20, PAGE_DESCRIPTION_MAX = 160 };

/* The node's own, which nobody wrote a page for and nobody follows from one. */
static bool
is_of_node(const struct actor *actor)
{
	return actor->kind == ACTOR_INSTANCE || actor->kind == ACTOR_RELAY;
}

/* Words and headings that depend on what kind of actor it is. */
static const char *
about_of(const struct actor *actor)
{
	switch (actor->kind) {
	case ACTOR_INSTANCE:
		return "Ce serveur";
	case ACTOR_RELAY:
		return "Ce relais";
	case ACTOR_TERRITORY:
		return "Le territoire";
	case ACTOR_PROJECT:
		return "Le projet";
	case ACTOR_PROFILE:
	case ACTOR_REMOTE:
		break;
	}
	return "Présentation";
}

static const char *
summary_of(struct arena *arena, const struct actor *actor)
{
	if (actor->kind == ACTOR_INSTANCE && text_empty(actor->summary))
		return "<p>Ce compte est celui du serveur\u00a0: il signe les "
		       "échanges avec les autres territoires et ne publie "
		       "rien.</p>";
	if (actor->kind == ACTOR_RELAY)
		return arena_printf(arena,
		    "<p>Ce relais s’adresse aux serveurs\u00a0: celui qui s’y "
		    "abonne apprend les nouvelles publiques de tout le "
		    "territoire. L’adresse à donner dans l’administration de "
		    "Mastodon est <code>%s</code>, dans celle de Pleroma ou "
		    "d’Akkoma <code>%s</code>. Pour suivre le territoire avec "
		    "un compte, suivez plutôt le territoire lui-même.</p>",
		    text_html_escape(arena, actor->inbox),
		    text_html_escape(arena, actor->uri));
	return page_text_html(arena, actor->summary, 3);
}

/* A member who is known gets a link to the page, others to what they gave. */
static json_t *
member_of(struct http_request *request, const struct project_member *member)
{
	struct arena *arena = http_arena(request);
	json_t *data = json_object();
	struct actor actor;
	const char *url = member->uri;

	page_set_line(arena, data, "name", member->name);
	page_set_line(arena, data, "role", member->role);
	if (member->uri != NULL &&
	    actor_by_uri(web_of(request)->db, arena, member->uri, &actor) == 0)
		url = actor.deleted_at != 0 ? NULL
		      : actor.url != NULL   ? actor.url
					    : actor.uri;
	if (page_is_web(url))
		page_set(data, "url", url);
	return data;
}

static void
add_members(
    struct http_request *request, json_t *data, const struct actor_lists *lists)
{
	json_t *team = json_array(), *supporters = json_array();

	for (size_t i = 0; i < lists->member_count; i++) {
		const struct project_member *member = &lists->members[i];

		(void)json_array_append_new(
		    member->supporter ? supporters : team,
		    member_of(request, member));
	}
	page_set_list(data, "team", team);
	page_set_list(data, "supporters", supporters);
}

static int
add_lists(struct http_request *request, json_t *data, const struct actor *actor)
{
	struct actor_lists lists;
	json_t *links = json_array();
	int r = actor_lists(
	    web_of(request)->db, http_arena(request), actor->id, &lists);

	if (r < 0) {
		json_decref(links);
		return r;
	}
	page_set_list(
	    data, "skills", page_words(lists.skills, lists.skill_count));
	page_set_list(
	    data, "themes", page_words(lists.themes, lists.theme_count));
	for (size_t i = 0; i < lists.link_count; i++) {
		if (page_is_web(lists.links[i].href))
			(void)json_array_append_new(links,
			    json_pack("{s:s, s:s}", "href", lists.links[i].href,
				"label", lists.links[i].label));
	}
	page_set_list(data, "links", links);
	add_members(request, data, &lists);
	return 0;
}

static int
add_holder(
    struct http_request *request, json_t *data, const struct actor *actor)
{
	struct actor holder;
	int r;

	if (actor->kind != ACTOR_PROJECT || actor->owner_id == 0)
		return 0;
	r = actor_get(
	    web_of(request)->db, http_arena(request), actor->owner_id, &holder);
	if (r < 0)
		return r;
	if (holder.deleted_at != 0)
		return 0;
	page_set_line(http_arena(request), data, "holder", holder.name);
	page_set(data, "holder_url", holder.url);
	return 0;
}

static int
add_projects(
    struct http_request *request, json_t *data, const struct actor *actor)
{
	struct actor *projects;
	size_t count;
	json_t *cards;
	int r;

	if (actor->kind != ACTOR_PROFILE)
		return 0;
	r = actor_list_owned(web_of(request)->db, http_arena(request),
	    actor->id, &projects, &count);
	if (r < 0)
		return r;
	cards = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(
		    cards, page_card(request, &projects[i]));
	page_set_list(data, "projects", cards);
	return 0;
}

static void
add_story(struct http_request *request, json_t *data,
    const struct object *notes, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *note = page_note(request, &notes[i]);

		page_set(note, "content",
		    page_text_html(http_arena(request), notes[i].content, 4));
		(void)json_array_append_new(list, note);
	}
	page_set_list(data, "notes", list);
}

/* The dated story, newest first; ?before= goes further back. */
static int
add_notes(struct http_request *request, json_t *data, const struct actor *actor)
{
	struct arena *arena = http_arena(request);
	struct object *notes;
	int64_t before = 0;
	const char *asked = http_query(request, "before");
	size_t count;
	int r;

	if (is_of_node(actor))
		return 0;
	if (asked != NULL && text_int64(asked, 1, INT64_MAX, &before) < 0)
		before = 0;
	r = object_list(web_of(request)->db, arena, actor->id, before,
	    PAGE_NOTES + 1, &notes, &count);
	if (r < 0)
		return r;
	add_story(request, data, notes, MIN(count, (size_t)PAGE_NOTES));
	page_set(data, "story",
	    actor->kind == ACTOR_PROJECT ? "L’histoire du projet"
					 : "Nouvelles");
	if (before > 0)
		page_set(data, "newest", actor->url);
	if (count > PAGE_NOTES)
		page_set(data, "older",
		    arena_printf(arena, "%s?before=%lld", actor->url,
			(long long)notes[PAGE_NOTES - 1].id));
	return 0;
}

/* Who it is: the head of the page. */
static void
add_head(struct http_request *request, json_t *data, const struct actor *actor)
{
	struct arena *arena = http_arena(request);

	page_set(data, "kind", page_kind(actor));
	page_set_line(arena, data, "name", actor->name);
	page_set(data, "place", page_place(arena, &actor->place));
	page_set(data, "canonical", actor->url);
	page_set(data, "alternate", actor->uri);
	if (!actor->indexable)
		page_set(data, "noindex", "noindex");
	if (actor->kind == ACTOR_TERRITORY || is_of_node(actor))
		page_set(data, "front", "Voir les projets du territoire");
	page_set_stage(data, actor->stage);
}

static int
add_facts(struct http_request *request, json_t *data, const struct actor *actor)
{
	struct arena *arena = http_arena(request);
	int64_t followers;
	int r =
	    follow_count_followers(web_of(request)->db, actor->id, &followers);

	if (r < 0)
		return r;
	if (!is_of_node(actor))
		page_set_follow(request, data, actor, followers);
	page_set(data, "about", about_of(actor));
	page_set(data, "summary", summary_of(arena, actor));
	page_set_line(arena, data, "status", actor->status);
	page_set_line(arena, data, "contact", actor->contact);
	return 0;
}

void
page_actor(struct http_request *request, const struct actor *actor)
{
	json_t *data = page_data(request,
	    actor->kind == ACTOR_INSTANCE ? page_kind(actor) : actor->name,
	    sanitize_plain(
		http_arena(request), actor->summary, PAGE_DESCRIPTION_MAX));
	int r;

	add_head(request, data, actor);
	r = add_facts(request, data, actor);
	if (r == 0)
		r = add_lists(request, data, actor);
	if (r == 0)
		r = add_holder(request, data, actor);
	if (r == 0)
		r = add_projects(request, data, actor);
	if (r == 0)
		r = add_notes(request, data, actor);
	if (r == 0) {
		page_answer(request, "actor.html", &data);
		return;
	}
	json_release(&data);
	web_answer_store_error(request, r);
}

void
page_object(struct http_request *request, const struct object *object,
    const struct actor *author)
{
	struct arena *arena = http_arena(request);
	const char *heading = object->name != NULL
				  ? object->name
				  : arena_printf(arena, "Nouvelle du %s",
					page_date(arena, object->published));
	json_t *data = page_data(request, heading,
	    sanitize_plain(arena, object->content, PAGE_DESCRIPTION_MAX));
	json_t *note = page_note(request, object);

	/* The page's own title stands before the note's. */
	(void)json_object_update_missing(data, note);
	json_decref(note);
	page_set_author(request, data, author);
	page_set(data, "content", page_text_html(arena, object->content, 2));
	page_set_line(arena, data, "heading", heading);
	page_set(data, "titled", object->name);
	page_set(data, "canonical", object->url);
	page_set(data, "alternate", object->uri);
	if (!author->indexable)
		page_set(data, "noindex", "noindex");
	page_answer(request, "object.html", &data);
}
