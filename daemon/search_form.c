/* SPDX-License-Identifier: ISC */
#include "daemon/search_form.h"

#include <math.h>
#include <string.h>

#include "config/base/buf.h"
#include "config/base/text.h"

enum { VALUE_MAX = 200, WITHIN_MAX = 2000, ADDRESS_MAX = 8192 };

static const char *const members[] = { "q", "near", "lat", "lon", "within",
	"kind", "stage", "theme", "need", "departement", "territory", "sort",
	"after" };

/* Where the members stand. */
struct asked {
	struct arena *arena;
	const struct target *target;
};

/* A member's value; what is empty was not given. */
static const char *
given(const struct asked *asked, const char *name)
{
	const char *value = target_query(asked->target, name);

	if (value == NULL)
		return NULL;
	value = text_trim(asked->arena, value);
	return value[0] == '\0' ? NULL : value;
}

static void
complain(struct search_form *form, const char *error, const char *fault)
{
	if (form->error != NULL)
		return;
	form->error = error;
	form->fault = fault;
}

static void
take_commune(struct search_form *form)
{
	const struct gazetteer *gazetteer = gazetteer_builtin();
	struct gazetteer_place found[SEARCH_FORM_NAMESAKES + 1];
	size_t count;

	if (gazetteer_by_insee(gazetteer, form->near, &found[0]) == 0)
		count = 1;
	else
		count = gazetteer_by_name(
		    gazetteer, form->near, N_ELEMENTS(found), found);
	if (count == 0)
		count = gazetteer_complete(gazetteer, form->near, 1, found);
	if (count == 0) {
		complain(form,
		    "Aucune commune de ce nom : vérifiez l’orthographe, ou "
		    "donnez le code postal.",
		    "near: there is no such commune");
		return;
	}
	form->named = true;
	form->commune = found[0];
	form->namesake_count = count - 1;
	memcpy(form->namesakes, found + 1, (count - 1) * sizeof(*found));
	form->query.located = true;
	form->query.latitude = found[0].latitude;
	form->query.longitude = found[0].longitude;
}

static void
take_position(const struct asked *asked, struct search_form *form)
{
	const char *lat = given(asked, "lat"), *lon = given(asked, "lon");
	struct search_query *query = &form->query;

	form->near = given(asked, "near");
	if (form->near != NULL) {
		take_commune(form);
		return;
	}
	if (lat == NULL && lon == NULL)
		return;
	if (lat == NULL || lon == NULL ||
	    text_double(lat, &query->latitude) < 0 ||
	    text_double(lon, &query->longitude) < 0 ||
	    !(fabs(query->latitude) <= 90 && fabs(query->longitude) <= 180))
		complain(form, "Cette position n’existe pas.",
		    "lat, lon: two numbers of degrees are needed");
	else
		query->located = true;
}

static void
take_distance(const struct asked *asked, struct search_form *form)
{
	double km;

	form->within = given(asked, "within");
	if (form->within == NULL)
		return;
	if (text_double(form->within, &km) < 0 || !(km > 0) ||
	    km > WITHIN_MAX) {
		complain(form, "La distance est un nombre de kilomètres.",
		    "within: a number of kilometres is needed");
		return;
	}
	/* Without a place it has no meaning yet: people fill it in first. */
	if (form->query.located)
		form->query.within_km = km;
}

static void
take_kind(const struct asked *asked, struct search_form *form)
{
	enum search_kind kind;

	form->kind = given(asked, "kind");
	if (form->kind == NULL)
		return;
	if (search_kind_parse(form->kind, &kind) < 0)
		complain(form, "Ce genre de résultat n’existe pas.",
		    "kind: project, profile, need or offer");
	else
		form->query.kinds = 1u << kind;
}

static void
take_sort(const struct asked *asked, struct search_form *form)
{
	form->sort = given(asked, "sort");
	if (form->sort == NULL || strcmp(form->sort, "best") == 0)
		return;
	if (strcmp(form->sort, "newest") == 0)
		form->query.sort = SEARCH_NEWEST;
	else if (strcmp(form->sort, "nearest") != 0)
		complain(form, "Cet ordre n’existe pas.",
		    "sort: best, nearest or newest");
	else if (form->query.located)
		form->query.sort = SEARCH_NEAREST;
}

/* A word that is compared as it is; too long a one fits nothing. */
static const char *
filter(const struct asked *asked, const char *name)
{
	const char *value = given(asked, name);

	return value != NULL && strlen(value) <= VALUE_MAX ? value : NULL;
}

void
search_form_parse(
    struct arena *arena, const struct target *target, struct search_form *ret)
{
	const struct asked itself = { arena, target }, *asked = &itself;
	struct search_query *query = &ret->query;

	*ret = (struct search_form){ .query.limit = SEARCH_FORM_PAGE };
	ret->q = given(asked, "q");
	query->text = ret->q;
	query->stage = filter(asked, "stage");
	query->theme = filter(asked, "theme");
	query->need = filter(asked, "need");
	query->departement = filter(asked, "departement");
	query->territory = filter(asked, "territory");
	query->after = filter(asked, "after");
	take_position(asked, ret);
	take_distance(asked, ret);
	take_kind(asked, ret);
	take_sort(asked, ret);
}

void
search_form_read(struct http_request *request, struct search_form *ret)
{
	search_form_parse(http_arena(request), http_parameters(request), ret);
}

static void
put_member(
    struct arena *arena, struct buf *buf, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	buf_putc(buf, strchr(buf_str(buf), '?') == NULL ? '?' : '&');
	buf_printf(buf, "%s=%s", name, text_percent_encode(arena, value));
}

const char *
search_form_address(
    struct http_request *request, const char *member, const char *value)
{
	return search_form_link(
	    http_arena(request), http_parameters(request), member, value);
}

const char *
search_form_link(struct arena *arena, const struct target *target,
    const char *member, const char *value)
{
	const struct asked asked = { arena, target };
	const char *ret;
	struct buf buf;

	buf_init(&buf, ADDRESS_MAX);
	buf_puts(&buf, "/search");
	for (size_t i = 0; i < N_ELEMENTS(members); i++) {
		if (strcmp(members[i], member) == 0)
			put_member(arena, &buf, member, value);
		else if (strcmp(members[i], "after") != 0)
			put_member(
			    arena, &buf, members[i], given(&asked, members[i]));
	}
	ret = buf_failed(&buf) ? "/search"
			       : arena_strndup(arena, buf_str(&buf), buf.len);
	buf_done(&buf);
	return ret;
}
