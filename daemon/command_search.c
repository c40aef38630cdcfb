/* SPDX-License-Identifier: ISC */
/*
 * search: what the catalogues hold.
 */
#include <errno.h>
#include <string.h>

#include "config/base/text.h"
#include "daemon/command.h"
#include "daemon/place_form.h"
#include "store/search.h"

enum { SEARCH_DEFAULT = 20 };

/* --- What is asked --- */

/* A postal code is that of its largest commune. */
static int
find_commune(struct command_request *request, const char *text,
    struct search_query *query)
{
	const struct gazetteer *gazetteer = gazetteer_builtin();
	struct gazetteer_place commune;
	struct place place = { .name = text };
	const char *error = NULL;

	if (gazetteer_by_insee(gazetteer, text, &commune) == 0 ||
	    gazetteer_by_postcode(gazetteer, text, 1, &commune) == 1) {
		query->latitude = commune.latitude;
		query->longitude = commune.longitude;
		return 0;
	}
	if (place_form_complete(
		request->arena, gazetteer, "--near", &place, &error) < 0) {
		command_refuse(request, CODE_INVALID, "%s", error);
		return -EINVAL;
	}
	if (!place.located) {
		command_refuse(request, CODE_INVALID,
		    "--near: there is no commune named %s; parvisctl place "
		    "find looks for names",
		    text);
		return -EINVAL;
	}
	query->latitude = place.latitude;
	query->longitude = place.longitude;
	return 0;
}

static int
read_position(struct command_request *request, struct search_query *query)
{
	const char *near = command_text(request, "near");
	bool lat = command_given(request, "lat"),
	     lon = command_given(request, "lon");

	query->located = near != NULL || lat;
	if (lat != lon || (near != NULL && lat)) {
		command_refuse(request, CODE_INVALID,
		    "give either --near, or --lat and --lon");
		return -EINVAL;
	}
	if (near != NULL)
		return find_commune(request, near, query);
	query->latitude =
	    json_number_value(json_object_get(request->options, "lat"));
	query->longitude =
	    json_number_value(json_object_get(request->options, "lon"));
	if (query->latitude < -90 || query->latitude > 90 ||
	    query->longitude < -180 || query->longitude > 180) {
		command_refuse(request, CODE_INVALID,
		    "latitude is from -90 to 90, longitude from -180 to 180");
		return -EINVAL;
	}
	return 0;
}

static int
read_kinds(struct command_request *request, struct search_query *query)
{
	const json_t *list = command_list(request, "kind");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *word = json_string_value(json_array_get(list, i));
		enum search_kind kind;

		if (search_kind_parse(word, &kind) < 0) {
			command_refuse(request, CODE_INVALID,
			    "--kind is project, profile, need or offer, not %s",
			    word);
			return -EINVAL;
		}
		query->kinds |= 1u << kind;
	}
	return 0;
}

static int
read_order(struct command_request *request, struct search_query *query)
{
	const char *sort = command_text(request, "sort");
	const json_t *within = json_object_get(request->options, "within");

	if (sort != NULL && strcmp(sort, "nearest") == 0)
		query->sort = SEARCH_NEAREST;
	if (sort != NULL && strcmp(sort, "newest") == 0)
		query->sort = SEARCH_NEWEST;
	query->within_km = json_number_value(within);
	if (within != NULL && !(query->within_km > 0)) {
		command_refuse(request, CODE_INVALID,
		    "--within is a distance in kilometres, above 0");
		return -EINVAL;
	}
	if (!query->located &&
	    (within != NULL || query->sort == SEARCH_NEAREST)) {
		command_refuse(request, CODE_INVALID,
		    "%s needs a position: give --near, or --lat and --lon",
		    within != NULL ? "--within" : "--sort nearest");
		return -EINVAL;
	}
	return 0;
}

static int
read_query(struct command_request *request, struct search_query *query)
{
	int64_t limit = command_integer(request, "limit", SEARCH_DEFAULT);
	int r;

	*query = (struct search_query){
		.text =
		    request->argument_count > 0 ? request->arguments[0] : NULL,
		.theme = command_text(request, "theme"),
		.stage = command_text(request, "stage"),
		.need = command_text(request, "need"),
		.territory = command_text(request, "territory"),
		.departement = command_text(request, "departement"),
		.after = command_text(request, "after"),
		.limit = (size_t)MIN(MAX(limit, 1), SEARCH_LIMIT_MAX),
	};
	r = read_position(request, query);
	if (r == 0)
		r = read_kinds(request, query);
	return r == 0 ? read_order(request, query) : r;
}

/* --- What is found --- */

static json_t *
rounded(double value, double scale)
{
	return json_real(
	    (double)(int64_t)(value * scale + (value < 0 ? -.5 : .5)) / scale);
}

static json_t *
hit_view(const struct search_hit *hit)
{
	json_t *view = json_object();

	command_set_text(view, "kind", search_kind_word(hit->kind));
	command_set_text(view, "id", hit->object_uri);
	command_set_text(view, "name", hit->name);
	command_set_text(view, "excerpt", hit->excerpt);
	command_set_text(view, "place", hit->place);
	command_set_text(view, "stage", hit->stage);
	command_set_text(view, "domain", hit->domain);
	command_set_text(
	    view, "url", hit->url == NULL ? hit->object_uri : hit->url);
	command_set_time(view, "updated", hit->updated);
	json_object_set_new(view, "partial", json_boolean(hit->partial));
	if (hit->located) {
		json_object_set_new(
		    view, "latitude", rounded(hit->latitude, 1e5));
		json_object_set_new(
		    view, "longitude", rounded(hit->longitude, 1e5));
	}
	if (hit->distance_km >= 0)
		json_object_set_new(
		    view, "distance", rounded(hit->distance_km, 10));
	return view;
}

static json_t *
counts_view(const struct search_counts *counts)
{
	json_t *view = json_object(), *kinds = json_object(),
	       *territories = json_array();

	for (int i = 0; i < SEARCH_KIND_COUNT; i++)
		json_object_set_new(kinds,
		    search_kind_word((enum search_kind)i),
		    json_integer((json_int_t)counts->kinds[i]));
	for (size_t i = 0; i < counts->territory_count; i++)
		json_array_append_new(
		    territories, json_pack("{s:s, s:I}", "domain",
				     counts->territories[i].domain, "count",
				     (json_int_t)counts->territories[i].count));
	json_object_set_new(
	    view, "total", json_integer((json_int_t)counts->total));
	json_object_set_new(view, "more", json_boolean(counts->more));
	json_object_set_new(view, "kinds", kinds);
	json_object_set_new(view, "territories", territories);
	return view;
}

void
command_search(struct command_request *request)
{
	struct search_query query;
	struct search_page page;
	struct search_counts counts;
	json_t *items, *result;
	int r;

	if (read_query(request, &query) < 0)
		return;
	r = search_run(request->db, request->arena, &query, &page);
	if (r == 0 && command_flag(request, "counts"))
		r = search_counts(request->db, request->arena, &query, &counts);
	if (r < 0) {
		command_refuse_errno(request, r,
		    r == -EINVAL ? "--after is none of this search" : NULL);
		return;
	}
	items = json_array();
	for (size_t i = 0; i < page.count; i++)
		json_array_append_new(items, hit_view(&page.hits[i]));
	result = command_items(
	    items, page.next == NULL ? json_null() : json_string(page.next));
	if (command_flag(request, "counts"))
		json_object_set_new(result, "counts", counts_view(&counts));
	command_answer(request, result);
}
