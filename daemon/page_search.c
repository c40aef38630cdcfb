/* SPDX-License-Identifier: ISC */
/*
 * GET /search as a page: the form, the results and their map, side by side
 * where there is room.  The map shows what the list says, so that nobody needs
 * it.  What programs are given is in api_search.c.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "config/base/text.h"
#include "daemon/api_search.h"
#include "daemon/map.h"
#include "daemon/page.h"
#include "daemon/page_text.h"
#include "daemon/search_form.h"

enum { EXCERPT_MAX = 220, TERRITORIES_SHOWN = 8, KILOMETRES = 10 };

static const struct {
	const char *one, *many;
} kinds[SEARCH_KIND_COUNT] = {
	[SEARCH_PROJECT] = { "Projet", "Projets" },
	[SEARCH_PROFILE] = { "Profil", "Profils" },
	[SEARCH_NEED] = { "Besoin", "Besoins" },
	[SEARCH_OFFER] = { "Offre", "Offres" },
};

static const char *const stages[] = { "idea", "starting", "running", "looking",
	"done", "paused" };

/* --- Results --- */

static const char *
distance_text(struct arena *arena, double kilometres)
{
	if (kilometres < 0)
		return NULL;
	if (kilometres < 1)
		return "à moins d’un kilomètre";
	return arena_printf(arena, "à %.0f km", kilometres);
}

static json_t *
result(struct http_request *request, const struct search_hit *hit, size_t i)
{
	struct arena *arena = http_arena(request);
	bool remote = strcmp(hit->domain, web_of(request)->node->domain) != 0;
	const char *original =
	    page_is_web(hit->url) ? hit->url : hit->object_uri;
	json_t *data = json_object();

	page_set(data, "anchor", arena_printf(arena, "r%zu", i + 1));
	page_set_line(arena, data, "name",
	    text_empty(hit->name) ? hit->object_uri : hit->name);
	page_set(data, "url",
	    remote ? page_remote_address(arena, hit->object_uri) : original);
	page_set(data, "kind", kinds[hit->kind].one);
	page_set(data, "stage", page_stage(hit->stage));
	if (page_stage(hit->stage) != NULL)
		page_set(data, "stage_key", hit->stage);
	page_set_line(arena, data, "place", hit->place);
	page_set(data, "distance", distance_text(arena, hit->distance_km));
	if (remote) {
		page_set(data, "territory", hit->domain);
		page_set(data, "original", original);
	}
	page_set(data, "excerpt",
	    page_text_excerpt(
		arena, page_text_line(arena, hit->excerpt), EXCERPT_MAX));
	return data;
}

static json_t *
dot(struct http_request *request, const struct search_hit *hit, size_t i)
{
	struct arena *arena = http_arena(request);
	struct map_point point;
	json_t *data;

	if (!hit->located || !map_place(hit->latitude, hit->longitude, &point))
		return NULL;
	data = json_object();
	page_set(data, "anchor", arena_printf(arena, "r%zu", i + 1));
	page_set_line(arena, data, "name", hit->name);
	page_set(data, "x", arena_printf(arena, "%.1f", point.x));
	page_set(data, "y", arena_printf(arena, "%.1f", point.y));
	return data;
}

static json_t *
frames(struct arena *arena)
{
	json_t *list = json_array();

	for (size_t i = 1; i < map_frame_count; i++) {
		const struct map_frame *frame = &map_frames[i];

		(void)json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "name",
			frame->name, "x", arena_printf(arena, "%.0f", frame->x),
			"y", arena_printf(arena, "%.0f", frame->y), "width",
			arena_printf(arena, "%.0f", frame->width), "height",
			arena_printf(arena, "%.0f", frame->height), "label",
			arena_printf(arena, "%.0f", frame->y - 6)));
	}
	return list;
}

static const char *
geojson_address(struct http_request *request)
{
	const char *address = search_form_address(request, "after", NULL);

	return arena_printf(http_arena(request), "%s%cformat=geojson", address,
	    strchr(address, '?') == NULL ? '?' : '&');
}

static void
add_results(struct http_request *request, json_t *data,
    const struct search_form *form, const struct search_page *page)
{
	struct arena *arena = http_arena(request);
	json_t *list = json_array(), *dots = json_array(), *map = json_object();
	struct map_point here;

	for (size_t i = 0; i < page->count; i++) {
		json_t *place = dot(request, &page->hits[i], i);

		(void)json_array_append_new(
		    list, result(request, &page->hits[i], i));
		if (place != NULL)
			(void)json_array_append_new(dots, place);
	}
	(void)json_object_set_new(map, "frames", frames(arena));
	(void)json_object_set_new(map, "dots", dots);
	if (form->query.located &&
	    map_place(form->query.latitude, form->query.longitude, &here))
		(void)json_object_set_new(map, "here",
		    json_pack("{s:s, s:s}", "x",
			arena_printf(arena, "%.1f", here.x), "y",
			arena_printf(arena, "%.1f", here.y)));
	page_set(map, "geojson", geojson_address(request));
	(void)json_object_set_new(data, "map", map);
	page_set_list(data, "results", list);
	if (page->next != NULL)
		page_set(data, "next",
		    search_form_address(request, "after", page->next));
	if (form->query.after != NULL)
		page_set(
		    data, "first", search_form_address(request, "after", NULL));
}

/* --- What may narrow it --- */

static json_t *
choice(struct arena *arena, const char *label, int64_t count, const char *url,
    bool chosen)
{
	json_t *data = json_object();

	page_set_line(arena, data, "label", label);
	page_set(data, "url", url);
	if (count >= 0)
		page_set(data, "count",
		    arena_printf(arena, "%lld", (long long)count));
	if (chosen)
		(void)json_object_set_new(data, "chosen", json_true());
	return data;
}

static void
add_kinds(struct http_request *request, json_t *data,
    const struct search_form *form, const struct search_counts *counts)
{
	struct arena *arena = http_arena(request);
	json_t *list = json_array();

	for (int i = 0; i < SEARCH_KIND_COUNT; i++) {
		const char *word = search_kind_word((enum search_kind)i);

		if (counts->kinds[i] > 0)
			(void)json_array_append_new(list,
			    choice(arena, kinds[i].many, counts->kinds[i],
				search_form_address(request, "kind", word),
				form->query.kinds == 1u << i));
	}
	page_set_list(data, "kinds", list);
	if (form->kind != NULL && counts->total > 0)
		page_set(data, "every_kind",
		    search_form_address(request, "kind", NULL));
}

static void
add_territories(struct http_request *request, json_t *data,
    const struct search_form *form, const struct search_counts *counts)
{
	struct arena *arena = http_arena(request);
	json_t *list = json_array();

	for (size_t i = 0; i < counts->territory_count && i < TERRITORIES_SHOWN;
	     i++) {
		const struct search_territory_count *territory =
		    &counts->territories[i];

		(void)json_array_append_new(list,
		    choice(arena, territory->domain, territory->count,
			search_form_address(
			    request, "territory", territory->domain),
			form->query.territory != NULL &&
			    strcmp(form->query.territory, territory->domain) ==
				0));
	}
	page_set_list(data, "territories", list);
	if (form->query.territory != NULL && counts->total > 0)
		page_set(data, "every_territory",
		    search_form_address(request, "territory", NULL));
}

/* --- When nothing was found --- */

/* A link that leaves one filter out; value NULL: it is not in use. */
static void
add_relaxation(struct http_request *request, json_t *list, const char *member,
    const char *value, const char *label)
{
	if (value != NULL)
		(void)json_array_append_new(list,
		    choice(http_arena(request), label, -1,
			search_form_address(request, member, NULL), false));
}

/* What was asked for, each to be left out by a link. */
static void
add_relaxations(
    struct http_request *request, json_t *data, const struct search_form *form)
{
	const struct search_query *query = &form->query;
	struct arena *arena = http_arena(request);
	json_t *list = json_array();

	if (query->within_km > 0)
		add_relaxation(request, list, "within", form->within,
		    arena_printf(arena, "à plus de %.0f km", query->within_km));
	if (query->theme != NULL)
		add_relaxation(request, list, "theme", query->theme,
		    arena_printf(arena, "sans le thème « %s »", query->theme));
	add_relaxation(
	    request, list, "kind", form->kind, "dans tous les genres");
	add_relaxation(
	    request, list, "stage", query->stage, "où qu’en soit le projet");
	add_relaxation(
	    request, list, "need", query->need, "quel que soit le besoin");
	if (query->departement != NULL)
		add_relaxation(request, list, "departement", query->departement,
		    arena_printf(arena, "hors du département %s aussi",
			query->departement));
	add_relaxation(request, list, "territory", query->territory,
	    "dans tous les territoires");
	page_set_list(data, "relax", list);
	if (form->q != NULL)
		page_set(data, "words", form->q);
}

/* --- The form --- */

static json_t *
option(const char *value, const char *label, const char *chosen)
{
	return json_pack("{s:s, s:s, s:b}", "value", value, "label", label,
	    "chosen", chosen != NULL && strcmp(value, chosen) == 0);
}

/* "91 Essonne", as they stand in the gazetteer: in the order of codes. */
static json_t *
departements(struct arena *arena, const char *chosen)
{
	const struct gazetteer *gazetteer = gazetteer_builtin();
	const char *last = "";
	json_t *list = json_array();

	for (size_t i = 0; i < gazetteer_count(gazetteer); i++) {
		struct gazetteer_place place;

		gazetteer_get(gazetteer, i, &place);
		if (place.departement == NULL ||
		    strcmp(place.departement, last) == 0)
			continue;
		last = place.departement;
		(void)json_array_append_new(
		    list, option(last,
			      arena_printf(
				  arena, "%s %s", last, place.departement_name),
			      chosen));
	}
	return list;
}

/* The rarer filters: open when one of them is in use. */
static void
add_more_filters(
    struct http_request *request, json_t *data, const struct search_form *form)
{
	const struct search_query *query = &form->query;

	page_set_line(http_arena(request), data, "theme", query->theme);
	page_set_line(
	    http_arena(request), data, "territory_given", query->territory);
	page_set_line(http_arena(request), data, "need", query->need);
	(void)json_object_set_new(data, "departement_options",
	    departements(http_arena(request), query->departement));
	if (query->theme != NULL || query->territory != NULL ||
	    query->departement != NULL)
		(void)json_object_set_new(data, "filtered", json_true());
}

static void
add_form(
    struct http_request *request, json_t *data, const struct search_form *form)
{
	struct arena *arena = http_arena(request);
	json_t *list = json_array(), *steps = json_array();

	page_set(data, "q", form->q);
	page_set(data, "near", form->near);
	page_set(data, "within", form->within);
	add_more_filters(request, data, form);
	for (int i = 0; i < SEARCH_KIND_COUNT; i++)
		(void)json_array_append_new(
		    list, option(search_kind_word((enum search_kind)i),
			      kinds[i].many, form->kind));
	for (size_t i = 0; i < N_ELEMENTS(stages); i++)
		(void)json_array_append_new(
		    steps, option(stages[i], page_stage(stages[i]),
			       form->query.stage));
	(void)json_object_set_new(data, "kind_options", list);
	(void)json_object_set_new(data, "stage_options", steps);
	if (form->named)
		page_set(data, "commune",
		    arena_printf(arena, "%s (%s)", form->commune.name,
			form->commune.departement_name));
	list = json_array();
	for (size_t i = 0; i < form->namesake_count; i++)
		(void)json_array_append_new(list,
		    choice(arena,
			arena_printf(arena, "%s (%s)", form->namesakes[i].name,
			    form->namesakes[i].departement_name),
			-1,
			search_form_address(
			    request, "near", form->namesakes[i].insee),
			false));
	page_set_list(data, "namesakes", list);
	page_set(data, "error", form->error);
}

static const char *
heading(struct arena *arena, const struct search_form *form,
    const struct search_counts *counts)
{
	if (counts->total == 0)
		return "Rien trouvé";
	/* The nearest of all: how many there are in the country is no matter.
	 */
	if (form->q == NULL && form->query.located)
		return form->named ? arena_printf(arena, "Au plus près de %s",
					 form->commune.name)
				   : "Au plus près d’ici";
	return counts->more
		   ? arena_printf(arena, "Plus de %lld résultats",
			 (long long)counts->total)
		   : page_count(arena, counts->total, "résultat", "résultats");
}

static const char *
title_of(struct arena *arena, const struct search_form *form)
{
	return form->q == NULL ? "Chercher"
			       : arena_printf(arena, "%s · Chercher",
				     page_text_line(arena, form->q));
}

void
page_search(struct http_request *request, const struct search_form *form)
{
	struct web *web = web_of(request);
	struct arena *arena = http_arena(request);
	struct search_page page = { 0 };
	struct search_counts counts = { 0 };
	json_t *data;
	int r = 0;

	if (form->error == NULL)
		r = api_search_find(web->db, arena, form, &page, &counts);
	if (r == -EINVAL) {
		http_answer_error(
		    request, 400, "cette suite n’est pas de cette recherche");
		return;
	}
	if (r < 0) {
		web_answer_store_error(request, r);
		return;
	}
	data = page_data(request, title_of(arena, form),
	    "Projets, gens, besoins et offres de tous les territoires.");
	/* What everyone may search is no page of its own. */
	(void)json_object_set_new(data, "noindex", json_true());
	add_form(request, data, form);
	if (form->error == NULL) {
		page_set(data, "heading", heading(arena, form, &counts));
		add_results(request, data, form, &page);
		add_kinds(request, data, form, &counts);
		add_territories(request, data, form, &counts);
		if (page.count == 0)
			add_relaxations(request, data, form);
	}
	page_answer(request, "search.html", &data);
}

/* GET /map/france.svg */
void
page_map_country(struct http_request *request)
{
	const struct buf *country = map_country();

	http_add_header(request, "Cache-Control", "public, max-age=86400");
	http_answer(
	    request, 200, "image/svg+xml", buf_str(country), country->len);
}
