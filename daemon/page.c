/* SPDX-License-Identifier: ISC */
#include "daemon/page.h"

#include <string.h>
#include <time.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "daemon/page_text.h"
#include "daemon/session.h"
#include "daemon/template.h"
#include "federation/sanitize.h"

enum {
	PAGE_BYTES_MAX = 4 * 1024 * 1024,
	PAGE_EXCERPT_MAX = 220, /* code points */
};

static const struct word {
	const char *code, *french;
} stages[] = {
	{ "idea", "Idée" },
	{ "starting", "Se lance" },
	{ "running", "En route" },
	{ "looking", "Cherche des appuis" },
	{ "done", "Abouti" },
	{ "paused", "En pause" },
}, kinds[] = {
	{ "person", "Personne" },
	{ "organisation", "Organisation" },
	{ "public_body", "Collectivité ou service public" },
	{ "support_organisation", "Structure d’accompagnement" },
};

static const char *
word_of(const struct word *words, size_t count, const char *code)
{
	for (size_t i = 0; code != NULL && i < count; i++) {
		if (strcmp(words[i].code, code) == 0)
			return words[i].french;
	}
	return NULL;
}

const char *
page_stage(const char *stage)
{
	return word_of(stages, N_ELEMENTS(stages), stage);
}

const char *
page_kind(const struct actor *actor)
{
	switch (actor->kind) {
	case ACTOR_INSTANCE:
		return "Serveur";
	case ACTOR_RELAY:
		return "Relais";
	case ACTOR_TERRITORY:
		return "Territoire";
	case ACTOR_PROJECT:
		return "Projet";
	case ACTOR_PROFILE:
	case ACTOR_REMOTE:
		break;
	}
	return word_of(kinds, N_ELEMENTS(kinds), actor->profile_kind);
}

const char *
page_date(struct arena *arena, int64_t t)
{
	static const char *const months[] = { "janvier", "février", "mars",
		"avril", "mai", "juin", "juillet", "août", "septembre",
		"octobre", "novembre", "décembre" };
	time_t seconds = (time_t)t;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL)
		return "";
	return arena_printf(arena, "%d%s %s %d", tm.tm_mday,
	    tm.tm_mday == 1 ? "er" : "", months[tm.tm_mon], tm.tm_year + 1900);
}

static const char *
number_text(struct arena *arena, int64_t n)
{
	if (n < 1000)
		return arena_printf(arena, "%lld", (long long)n);
	return arena_printf(arena, "%s\u202f%03lld",
	    number_text(arena, n / 1000), (long long)(n % 1000));
}

const char *
page_count(struct arena *arena, int64_t n, const char *one, const char *many)
{
	return arena_printf(
	    arena, "%s\u00a0%s", number_text(arena, n), n < 2 ? one : many);
}

void
page_set(json_t *data, const char *key, const char *value)
{
	if (!text_empty(value))
		(void)json_object_set_new(data, key, json_string(value));
}

void
page_set_line(
    struct arena *arena, json_t *data, const char *key, const char *value)
{
	page_set(data, key, page_text_line(arena, value));
}

void
page_set_list(json_t *data, const char *key, json_t *items)
{
	if (json_array_size(items) == 0)
		json_decref(items);
	else
		(void)json_object_set_new(
		    data, key, json_pack("{s:o}", "list", items));
}

json_t *
page_data(
    struct http_request *request, const char *title, const char *description)
{
	struct web *web = web_of(request);
	struct arena *arena = http_arena(request);
	json_t *data = json_object();
	struct account account;
	struct actor territory;
	const char *name = web->node->domain;

	if (actor_of_kind(web->db, arena, ACTOR_TERRITORY, &territory) == 0)
		name = territory.name;
	page_set_line(arena, data, "territory", name);
	page_set_line(arena, data, "title",
	    title == NULL || strcmp(title, name) == 0
		? name
		: arena_printf(arena, "%s · %s", title, name));
	page_set_line(arena, data, "description", description);
	if (session_of(request, &account))
		page_set_line(arena, data, "visitor", account.username);
	return data;
}

const char *
page_place(struct arena *arena, const struct place *place)
{
	if (place->name == NULL)
		return NULL;
	return place->postcode == NULL ? place->name
				       : arena_printf(arena, "%s (%s)",
					     place->name, place->postcode);
}

bool
page_is_web(const char *address)
{
	return address != NULL && (text_starts_with(address, "https://") ||
				      text_starts_with(address, "http://"));
}

const char *
page_remote_address(struct arena *arena, const char *uri)
{
	return arena_printf(
	    arena, "/remote?id=%s", text_percent_encode(arena, uri));
}

const char *
page_portrait_kind(const struct portrait *portrait)
{
	const char *word;

	switch (portrait->kind) {
	case PORTRAIT_PROJECT:
		/* Elsewhere in the fediverse a Group is one of people. */
		return portrait->listed || portrait->stage != NULL ? "Projet"
								   : "Groupe";
	case PORTRAIT_NEED:
		return "Besoin";
	case PORTRAIT_OFFER:
		return "Offre";
	case PORTRAIT_PROFILE:
		break;
	}
	word = word_of(kinds, N_ELEMENTS(kinds), portrait->profile_kind);
	return word != NULL ? word : "Profil";
}

void
page_set_follow_from(struct http_request *request, json_t *data,
    const char *uri, const char *username, const char *domain)
{
	struct arena *arena = http_arena(request);
	json_t *follow = json_object();
	struct account account;

	if (username != NULL) {
		page_set(follow, "user", arena_printf(arena, "@%s", username));
		page_set(follow, "host", arena_printf(arena, "@%s", domain));
	}
	page_set(follow, "uri", uri);
	if (session_of(request, &account))
		page_set(follow, "visitor", account.username);
	(void)json_object_set_new(data, "follow", follow);
	http_set_policy(request, HTTP_POLICY_LEADS_AWAY);
}

void
page_set_follow(struct http_request *request, json_t *data,
    const struct actor *actor, int64_t followers)
{
	page_set_follow_from(request, data, actor->uri, actor->username,
	    web_of(request)->node->domain);
	if (followers > 0)
		page_set(json_object_get(data, "follow"), "followers",
		    page_count(
			http_arena(request), followers, "abonné", "abonnés"));
}

static const char *
excerpt_of(struct arena *arena, const struct actor *project)
{
	/* One more than is shown, to know whether something was cut. */
	const char *text =
	    project->status != NULL
		? sanitize_line(arena, project->status, PAGE_EXCERPT_MAX + 1)
		: sanitize_plain(arena, project->summary, PAGE_EXCERPT_MAX + 1);

	return page_text_excerpt(arena, text, PAGE_EXCERPT_MAX);
}

json_t *
page_card(struct http_request *request, const struct actor *project)
{
	struct arena *arena = http_arena(request);
	json_t *card = json_object();

	page_set(card, "url", project->url);
	page_set_line(arena, card, "name", project->name);
	page_set(card, "stage", page_stage(project->stage));
	page_set(card, "stage_key", project->stage);
	page_set(card, "place", page_place(arena, &project->place));
	page_set(card, "excerpt", excerpt_of(arena, project));
	return card;
}

void
page_set_author(
    struct http_request *request, json_t *note, const struct actor *author)
{
	page_set_line(http_arena(request), note, "author", author->name);
	page_set(note, "author_url", author->url);
}

/* Text in another language than the page's says so (RGAA 8.7). */
static void
set_language(json_t *data, const char *language)
{
	if (language != NULL && strcmp(language, "fr") != 0 &&
	    !text_starts_with(language, "fr-"))
		page_set(data, "lang", language);
}

json_t *
page_note(struct http_request *request, const struct object *note)
{
	struct arena *arena = http_arena(request);
	json_t *data = json_object();
	char datetime[CLOCK_RFC3339_SIZE];
	int64_t thanks = 0;

	clock_rfc3339(note->published, datetime);
	page_set(data, "url", note->url);
	page_set_line(arena, data, "title", note->name);
	page_set(data, "date", page_date(arena, note->published));
	page_set(data, "datetime", datetime);
	if (note->updated > note->published)
		page_set(data, "edited", page_date(arena, note->updated));
	set_language(data, note->language);
	if (reaction_count(
		web_of(request)->db, note->id, REACTION_LIKE, &thanks) == 0 &&
	    thanks > 0)
		page_set(data, "thanks",
		    page_count(arena, thanks, "merci", "mercis"));
	return data;
}

/* Paused is not a step of the way: it is shown where it stands, apart. */
static json_t *
path_of(const char *stage)
{
	static const char *const way[] = { "idea", "starting", "running",
		"looking", "done" };
	json_t *steps = json_array();
	bool passed = true;

	for (size_t i = 0; i < N_ELEMENTS(way); i++) {
		bool here = strcmp(stage, way[i]) == 0;
		json_t *step = json_pack("{s:s}", "label", page_stage(way[i]));

		page_set(step, "state",
		    here     ? "now"
		    : passed ? "past"
			     : "to-come");
		if (here) {
			passed = false;
			page_set(step, "current", "step");
		}
		(void)json_array_append_new(steps, step);
	}
	return json_pack("{s:o}", "steps", steps);
}

void
page_set_stage(json_t *data, const char *stage)
{
	if (page_stage(stage) == NULL)
		return;
	if (strcmp(stage, "paused") == 0)
		page_set(data, "paused", page_stage(stage));
	else
		(void)json_object_set_new(data, "path", path_of(stage));
}

json_t *
page_words(const char *const *values, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(list, json_string(values[i]));
	return list;
}

void
page_answer_status(struct http_request *request, int status,
    const char *template, json_t **data)
{
	struct buf out;

	buf_init(&out, PAGE_BYTES_MAX);
	template_render(template, *data, &out);
	json_release(data);
	http_vary(request, "Accept");
	if (buf_failed(&out))
		http_answer_error(request, 500, "the page is too large");
	else
		http_answer(request, status, "text/html; charset=utf-8",
		    buf_str(&out), out.len);
	buf_done(&out);
}

void
page_answer(struct http_request *request, const char *template, json_t **data)
{
	page_answer_status(request, 200, template, data);
}
