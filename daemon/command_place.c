/* SPDX-License-Identifier: ISC */
/*
 * place find, show: the gazetteer.
 */
#include <math.h>
#include <string.h>

#include "config/base/text.h"
#include "config/gazetteer.h"
#include "daemon/command.h"

enum { FIND_DEFAULT = 20 };

/* "91410 91415" as a list. */
static json_t *
postcodes_view(struct arena *arena, const char *text)
{
	json_t *view = json_array();

	while (*text != '\0') {
		size_t len = strcspn(text, " ");

		json_array_append_new(
		    view, json_string(arena_strndup(arena, text, len)));
		text += len;
		text += strspn(text, " ");
	}
	return view;
}

/* To about a hundred metres: no commune is a point. */
static double
rounded(double value, double scale)
{
	return (double)(int64_t)(value * scale + (value < 0 ? -.5 : .5)) /
	       scale;
}

static json_t *
commune_view(struct arena *arena, const struct gazetteer_place *place)
{
	json_t *view = json_object();

	command_set_text(view, "insee", place->insee);
	command_set_text(view, "name", place->name);
	json_object_set_new(
	    view, "postcodes", postcodes_view(arena, place->postcodes));
	command_set_text(view, "departement", place->departement);
	command_set_text(view, "departement_name", place->departement_name);
	command_set_text(view, "region", place->region_name);
	command_set_text(view, "epci", place->epci);
	command_set_text(view, "epci_name", place->epci_name);
	json_object_set_new(
	    view, "population", json_integer((json_int_t)place->population));
	json_object_set_new(
	    view, "latitude", json_real(rounded(place->latitude, 1e4)));
	json_object_set_new(
	    view, "longitude", json_real(rounded(place->longitude, 1e4)));
	json_object_set_new(
	    view, "approximate", json_boolean(place->approximate));
	if (place->former_insee[0] != '\0')
		command_set_text(view, "former_insee", place->former_insee);
	if (place->former_name != NULL)
		command_set_text(view, "former_name", place->former_name);
	return view;
}

static void
answer(struct command_request *request, const struct gazetteer_place *found,
    size_t count, bool near)
{
	json_t *items = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *view = commune_view(request->arena, &found[i]);

		if (near)
			json_object_set_new(view, "kilometres",
			    json_real(rounded(found[i].kilometres, 10)));
		json_array_append_new(items, view);
	}
	command_answer(request, command_items(items, json_null()));
}

void
command_place_find(struct command_request *request)
{
	const json_t *lat = json_object_get(request->options, "lat");
	const json_t *lon = json_object_get(request->options, "lon");
	bool text = request->argument_count > 0;
	int64_t limit = command_integer(request, "limit", FIND_DEFAULT);
	size_t max = (size_t)MIN(MAX(limit, 1), GAZETTEER_FOUND_MAX);
	struct gazetteer_place *found;

	if ((lat == NULL) != (lon == NULL) || text == (lat != NULL)) {
		command_refuse(request, CODE_INVALID,
		    "give either a text, or --lat and --lon");
		return;
	}
	if (!text && (fabs(json_number_value(lat)) > 90 ||
			 fabs(json_number_value(lon)) > 180)) {
		command_refuse(request, CODE_INVALID,
		    "latitude is from -90 to 90, longitude from -180 to 180");
		return;
	}
	found = arena_alloc(request->arena, max * sizeof(*found));
	if (text)
		answer(request, found,
		    gazetteer_complete(
			gazetteer_builtin(), request->arguments[0], max, found),
		    false);
	else
		answer(request, found,
		    gazetteer_nearest(gazetteer_builtin(),
			json_number_value(lat), json_number_value(lon), max,
			found),
		    true);
}

void
command_place_show(struct command_request *request)
{
	const char *insee = request->arguments[0];
	struct gazetteer_place place;

	if (gazetteer_by_insee(gazetteer_builtin(), insee, &place) == 0)
		command_answer(request, commune_view(request->arena, &place));
	else
		command_refuse(request, CODE_NOT_FOUND,
		    "there is no commune with the INSEE code %s; parvisctl "
		    "place find looks for names",
		    insee);
}
