/* SPDX-License-Identifier: ISC */
/*
 * GET /search (FEDERATION.md): an OrderedCollection of Links to what was
 * found, or GeoJSON (RFC 7946) with ?format=geojson; a page to browsers.  And
 * what completes a text or a commune that is being typed.
 */
#include "daemon/api_search.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "daemon/page.h"

enum { COMPLETIONS = 8 };

#define GEOJSON_TYPE "application/geo+json"

int
api_search_find(struct db *db, struct arena *arena,
    const struct search_form *form, struct search_page *ret,
    struct search_counts *ret_counts)
{
	int r = store_begin_read(db);

	if (r < 0)
		return r;
	r = search_run(db, arena, &form->query, ret);
	if (r == 0)
		r = search_counts(db, arena, &form->query, ret_counts);
	store_end_read(db);
	return r;
}

static double
rounded(double value, double scale)
{
	return round(value * scale) / scale;
}

/* --- ActivityStreams --- */

static json_t *
place(const struct search_hit *hit)
{
	json_t *ret = json_pack("{s:s}", "type", "Place");

	page_set(ret, "name", hit->place);
	if (hit->located) {
		(void)json_object_set_new(
		    ret, "latitude", json_real(rounded(hit->latitude, 1e5)));
		(void)json_object_set_new(
		    ret, "longitude", json_real(rounded(hit->longitude, 1e5)));
	}
	return ret;
}

static json_t *
item(const struct search_hit *hit)
{
	json_t *ret = json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", "Link",
	    "href", hit->object_uri, "mediaType", "application/activity+json",
	    "parvis:result", search_kind_word(hit->kind), "parvis:origin",
	    hit->domain);

	page_set(ret, "name", hit->name);
	page_set(ret, "summary", hit->excerpt);
	page_set(ret, "url", page_is_web(hit->url) ? hit->url : NULL);
	page_set(ret, "parvis:stage", hit->stage);
	if (hit->place != NULL || hit->located)
		(void)json_object_set_new(ret, "location", place(hit));
	if (hit->distance_km >= 0)
		(void)json_object_set_new(ret, "parvis:kilometres",
		    json_real(rounded(hit->distance_km, 10)));
	if (hit->updated > 0)
		document_set_time(ret, "updated", hit->updated);
	return ret;
}

static const char *
absolute(struct http_request *request, const char *address)
{
	return arena_printf(
	    http_arena(request), "%s%s", web_of(request)->node->base, address);
}

static json_t *
items_page(struct http_request *request, const struct search_form *form,
    const struct search_page *page)
{
	json_t *items = json_array(), *ret;

	for (size_t i = 0; i < page->count; i++)
		(void)json_array_append_new(items, item(&page->hits[i]));
	ret = document_collection_page(
	    absolute(request,
		search_form_address(request, "after", form->query.after)),
	    absolute(request, search_form_address(request, "after", NULL)),
	    page->next != NULL ? absolute(request, search_form_address(request,
						       "after", page->next))
			       : NULL,
	    items);
	return ret;
}

static void
answer_collection(struct http_request *request, const struct search_form *form,
    const struct search_page *page, const struct search_counts *counts)
{
	json_t *first = items_page(request, form, page), *collection;

	if (form->query.after == NULL) {
		(void)json_object_del(first, "@context");
		collection = json_pack("{s:s, s:s, s:I, s:o}", "type",
		    "OrderedCollection", "id",
		    absolute(
			request, search_form_address(request, "after", NULL)),
		    "totalItems", (json_int_t)counts->total, "first", first);
	} else
		collection = first;
	(void)json_object_set_new(collection, "@context",
	    json_pack("[s, {s:s}]", DOCUMENT_AS2, "parvis", DOCUMENT_PARVIS));
	web_answer_json(request, NEGOTIATE_ACTIVITY, &collection);
}

/* --- GeoJSON --- */

static json_t *
feature(const struct search_hit *hit)
{
	char updated[CLOCK_RFC3339_SIZE];
	json_t *properties = json_object();

	page_set(properties, "name", hit->name);
	page_set(properties, "kind", search_kind_word(hit->kind));
	page_set(properties, "summary", hit->excerpt);
	page_set(properties, "place", hit->place);
	page_set(properties, "stage", hit->stage);
	page_set(properties, "territory", hit->domain);
	page_set(properties, "url", page_is_web(hit->url) ? hit->url : NULL);
	if (hit->updated > 0) {
		clock_rfc3339(hit->updated, updated);
		page_set(properties, "updated", updated);
	}
	return json_pack("{s:s, s:s, s:{s:s, s:[f, f]}, s:o}", "type",
	    "Feature", "id", hit->object_uri, "geometry", "type", "Point",
	    "coordinates", rounded(hit->longitude, 1e5),
	    rounded(hit->latitude, 1e5), "properties", properties);
}

static void
answer_geojson(struct http_request *request, const struct search_page *page)
{
	json_t *features = json_array(), *document;

	for (size_t i = 0; i < page->count; i++) {
		if (page->hits[i].located)
			(void)json_array_append_new(
			    features, feature(&page->hits[i]));
	}
	document = json_pack(
	    "{s:s, s:o}", "type", "FeatureCollection", "features", features);
	if (page->next != NULL)
		page_set(document, "next",
		    arena_printf(http_arena(request), "%s&format=geojson",
			absolute(request, search_form_address(
					      request, "after", page->next))));
	web_answer_json_as(request, GEOJSON_TYPE, &document);
}

/* --- Answering --- */

static bool
wants_geojson(struct http_request *request)
{
	const char *format = http_query(request, "format");
	const char *accept = http_header(request, "accept");

	if (format != NULL)
		return strcmp(format, "geojson") == 0;
	return accept != NULL && text_starts_with(accept, GEOJSON_TYPE);
}

/* GET /search */
void
api_search(struct http_request *request)
{
	struct web *web = web_of(request);
	struct arena *arena = http_arena(request);
	enum negotiate_form form =
	    negotiate_page(http_header(request, "accept"));
	bool geojson = wants_geojson(request);
	struct search_counts counts;
	struct search_form search;
	struct search_page page;
	int r;

	search_form_read(request, &search);
	if (!geojson && form == NEGOTIATE_HTML) {
		page_search(request, &search);
		return;
	}
	http_vary(request, "Accept");
	if (search.fault != NULL) {
		http_answer_error(request, 400, search.fault);
		return;
	}
	if (geojson)
		search.query.limit = SEARCH_LIMIT_MAX;
	r = api_search_find(web->db, arena, &search, &page, &counts);
	if (r == -EINVAL)
		http_answer_error(
		    request, 400, "after: that is no cursor of this search");
	else if (r < 0)
		web_answer_store_error(request, r);
	else if (geojson)
		answer_geojson(request, &page);
	else if (form == NEGOTIATE_NONE)
		http_answer_error(request, 406,
		    "a search is text/html, application/activity+json or "
		    "application/geo+json");
	else
		answer_collection(request, &search, &page, &counts);
}

/* --- While typing --- */

/* GET /search/complete?q=TEXT */
void
api_search_complete(struct http_request *request)
{
	const char *text = http_query(request, "q");
	struct search_completion *found = NULL;
	json_t *items = json_array(), *document;
	size_t count = 0;
	int r = 0;

	if (text != NULL)
		r = search_complete(web_of(request)->db, http_arena(request),
		    text, COMPLETIONS, &found, &count);
	if (r < 0) {
		json_decref(items);
		web_answer_store_error(request, r);
		return;
	}
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(
		    items, json_pack("{s:s}", "value", found[i].text));
	document = json_pack("{s:o}", "items", items);
	web_answer_json_as(request, "application/json", &document);
}

/* GET /place/complete?q=TEXT */
void
api_place_complete(struct http_request *request)
{
	struct arena *arena = http_arena(request);
	const char *text = http_query(request, "q");
	struct gazetteer_place found[COMPLETIONS];
	json_t *items = json_array(), *document;
	size_t count = 0;

	if (text != NULL && text_utf8_length(text) >= 2)
		count = gazetteer_complete(
		    gazetteer_builtin(), text, N_ELEMENTS(found), found);
	for (size_t i = 0; i < count; i++) {
		size_t len = strcspn(found[i].postcodes, " ");

		(void)json_array_append_new(items,
		    json_pack("{s:s, s:s}", "value", found[i].insee, "label",
			arena_printf(arena, "%s (%.*s)", found[i].name,
			    (int)len, found[i].postcodes)));
	}
	document = json_pack("{s:o}", "items", items);
	web_answer_json_as(request, "application/json", &document);
}
