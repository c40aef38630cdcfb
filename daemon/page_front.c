/* SPDX-License-Identifier: ISC */
/*
 * The front page of the territory, and the files that pages load.
 */
#include <errno.h>
#include <string.h>

#include "config/base/text.h"
#include "daemon/page.h"
#include "daemon/page_text.h"
#include "daemon/template.h"
#include "federation/sanitize.h"

enum {
	FRONT_PROJECTS = 30,
	FRONT_PEOPLE = 40,
	FRONT_NOTES = 10,
	FRONT_EXCERPT_MAX = 280 /* code points */
};

static int
add_projects(struct http_request *request, json_t *data)
{
	struct actor *projects;
	size_t count;
	json_t *cards;
	int r = actor_list(web_of(request)->db, http_arena(request),
	    ACTOR_PROJECT, 0, FRONT_PROJECTS, &projects, &count);

	if (r < 0)
		return r;
	cards = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(
		    cards, page_card(request, &projects[i]));
	page_set_list(data, "projects", cards);
	return 0;
}

static json_t *
person(struct http_request *request, const struct actor *profile)
{
	json_t *data = json_object();

	page_set_line(http_arena(request), data, "name", profile->name);
	page_set(data, "url", profile->url);
	page_set(data, "role", page_kind(profile));
	page_set(
	    data, "place", page_place(http_arena(request), &profile->place));
	return data;
}

/* Only those who chose to be found. */
static int
add_people(struct http_request *request, json_t *data)
{
	struct actor *profiles;
	size_t count;
	json_t *people;
	int r = actor_list(web_of(request)->db, http_arena(request),
	    ACTOR_PROFILE, 0, FRONT_PEOPLE, &profiles, &count);

	if (r < 0)
		return r;
	people = json_array();
	for (size_t i = 0; i < count; i++) {
		if (profiles[i].discoverable)
			(void)json_array_append_new(
			    people, person(request, &profiles[i]));
	}
	page_set_list(data, "profiles", people);
	return 0;
}

/* One of the last updates: how its text begins; the rest on its page. */
static json_t *
news(struct http_request *request, const struct object *note,
    const struct actor *author)
{
	struct arena *arena = http_arena(request);
	json_t *data = page_note(request, note);

	page_set_author(request, data, author);
	page_set(data, "excerpt",
	    page_text_excerpt(arena,
		sanitize_plain(arena, note->content, FRONT_EXCERPT_MAX + 1),
		FRONT_EXCERPT_MAX));
	return data;
}

static int
add_notes(struct http_request *request, json_t *data)
{
	struct web *web = web_of(request);
	struct arena *arena = http_arena(request);
	struct object *notes;
	size_t count;
	json_t *list;
	int r = object_recent(web->db, arena, FRONT_NOTES, &notes, &count);

	if (r < 0)
		return r;
	list = json_array();
	for (size_t i = 0; i < count; i++) {
		struct actor author;

		if (actor_get(web->db, arena, notes[i].actor_id, &author) == 0)
			(void)json_array_append_new(
			    list, news(request, &notes[i], &author));
	}
	page_set_list(data, "notes", list);
	return 0;
}

void
page_front(struct http_request *request)
{
	struct web *web = web_of(request);
	struct actor territory;
	int64_t followers;
	json_t *data;
	int r = actor_of_kind(
	    web->db, http_arena(request), ACTOR_TERRITORY, &territory);

	if (r == 0)
		r = follow_count_followers(web->db, territory.id, &followers);
	if (r < 0) {
		web_answer_store_error(request, r);
		return;
	}
	data = page_data(request, NULL,
	    "Les projets du territoire, où ils en sont et qui les porte.");
	page_set(
	    data, "place", page_place(http_arena(request), &territory.place));
	page_set(data, "canonical",
	    arena_printf(http_arena(request), "%s/", web->node->base));
	page_set(data, "alternate", territory.uri);
	page_set_follow(request, data, &territory, followers);
	r = add_projects(request, data);
	if (r == 0)
		r = add_people(request, data);
	if (r == 0)
		r = add_notes(request, data);
	if (r == 0) {
		page_answer(request, "front.html", &data);
		return;
	}
	json_release(&data);
	web_answer_store_error(request, r);
}

static const char *
type_of(const char *name)
{
	static const struct {
		const char *ending, *type;
	} types[] = {
		{ ".css", "text/css; charset=utf-8" },
		{ ".svg", "image/svg+xml" },
		{ ".js", "text/javascript; charset=utf-8" },
	};

	for (size_t i = 0; i < N_ELEMENTS(types); i++) {
		if (text_ends_with(name, types[i].ending))
			return types[i].type;
	}
	return NULL; /* templates are not given out */
}

void
page_static(struct http_request *request)
{
	const char *name = http_param(request, "path");
	const struct asset *asset = asset_find(name);
	const char *type = type_of(name);

	if (asset == NULL || type == NULL) {
		web_answer_store_error(request, -ENOENT);
		return;
	}
	http_add_header(request, "Cache-Control", "public, max-age=3600");
	http_answer(request, 200, type, asset->data, asset->len);
}
