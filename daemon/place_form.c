/* SPDX-License-Identifier: ISC */
#include "daemon/place_form.h"

#include <errno.h>
#include <string.h>

#include "config/base/buf.h"
#include "config/base/text.h"

enum {
	HOMONYMS_SHOWN = 8,
	SIMILAR_SHOWN = 3,
	SENTENCE_BYTES = 2000,
	NEAR = 30, /* kilometres from a commune's centre that are still in it */
};

struct form {
	struct arena *arena;
	const struct gazetteer *gazetteer;
	const char *code_word;
	const struct place *place;
	/* The communes of that name. */
	struct gazetteer_place found[GAZETTEER_FOUND_MAX];
	size_t count;
	const char *error;
	bool unknown; /* what is wrong may be that it is not in France */
};

/* --- sentences --- */

/* "93066 (93200..., Seine-Saint-Denis)": of many codes the first. */
static void
put_commune(struct buf *buf, const struct gazetteer_place *place)
{
	size_t first = strcspn(place->postcodes, " ");

	buf_printf(buf, "%s (", place->insee);
	if (first > 0)
		buf_printf(buf, "%.*s%s, ", (int)first, place->postcodes,
		    place->postcodes[first] != '\0' ? "..." : "");
	buf_printf(buf, "%s)",
	    place->departement_name != NULL ? place->departement_name
					    : place->name);
}

static int
say(struct form *form, struct buf *buf)
{
	form->error = arena_strdup(form->arena, buf_str(buf));
	buf_done(buf);
	return -EINVAL;
}

static int
say_homonyms(struct form *form)
{
	size_t shown = MIN(form->count, (size_t)HOMONYMS_SHOWN);
	struct buf buf;

	buf_init(&buf, SENTENCE_BYTES);
	buf_printf(&buf, "there are %zu communes named %s: give %s ",
	    form->count,
	    form->found[0].former_name != NULL ? form->found[0].former_name
					       : form->found[0].name,
	    form->code_word);
	for (size_t i = 0; i < shown; i++) {
		if (i > 0)
			buf_puts(&buf, i + 1 == form->count ? " or " : ", ");
		put_commune(&buf, &form->found[i]);
	}
	if (shown < form->count)
		buf_puts(&buf, ", ...");
	return say(form, &buf);
}

static int
say_unknown(struct form *form)
{
	struct gazetteer_place similar[SIMILAR_SHOWN];
	size_t count = gazetteer_similar(
	    form->gazetteer, form->place->name, SIMILAR_SHOWN, similar);
	struct buf buf;

	buf_init(&buf, SENTENCE_BYTES);
	buf_printf(&buf, "there is no commune named %.100s", form->place->name);
	for (size_t i = 0; i < count; i++) {
		buf_printf(&buf, "%s%s ",
		    i == 0 ? "; did you mean "
			   : (i + 1 == count ? " or " : ", "),
		    similar[i].former_name != NULL ? similar[i].former_name
						   : similar[i].name);
		put_commune(&buf, &similar[i]);
	}
	buf_puts(&buf, count > 0 ? "?"
				 : "; elsewhere than in France, give its "
				   "position too");
	return say(form, &buf);
}

static int
say_postcode(struct form *form)
{
	const struct gazetteer_place *commune = &form->found[0];
	struct buf buf;

	buf_init(&buf, SENTENCE_BYTES);
	buf_printf(&buf, "%s has no postal code %.20s; it has %s",
	    commune->name, form->place->postcode,
	    commune->postcodes[0] != '\0' ? commune->postcodes : "none");
	return say(form, &buf);
}

/* --- which commune --- */

/* Post that is kept for large customers has codes of its own, which begin as
 * those of the département do. */
static bool
may_have_postcode(const struct gazetteer_place *commune, const char *postcode)
{
	return gazetteer_has_postcode(commune, postcode) ||
	       strncmp(commune->postcodes, postcode, 2) == 0;
}

/* Leaves those of the communes found that the postal code may belong to. */
static void
narrow(struct form *form,
    bool (*fits)(const struct gazetteer_place *, const char *))
{
	size_t kept = 0;

	for (size_t i = 0; i < form->count; i++) {
		if (fits(&form->found[i], form->place->postcode))
			kept++;
	}
	if (kept == 0)
		return;
	kept = 0;
	for (size_t i = 0; i < form->count; i++) {
		if (fits(&form->found[i], form->place->postcode))
			form->found[kept++] = form->found[i];
	}
	form->count = kept;
}

/* Of homonyms, the one where the given point is. */
static void
take_nearest(struct form *form)
{
	const struct place *place = form->place;
	double least = NEAR;
	size_t nearest = 0;

	for (size_t i = 0; i < form->count; i++) {
		const struct gazetteer_place *commune = &form->found[i];
		double away = gazetteer_distance(place->latitude,
		    place->longitude, commune->latitude, commune->longitude);

		if (away >= least)
			continue;
		least = away;
		nearest = i;
	}
	if (least >= NEAR)
		return;
	form->found[0] = form->found[nearest];
	form->count = 1;
}

static int
find_by_name(struct form *form)
{
	const struct place *place = form->place;

	form->count = gazetteer_by_name(
	    form->gazetteer, place->name, GAZETTEER_FOUND_MAX, form->found);
	if (form->count == 0) {
		form->unknown = true;
		return say_unknown(form);
	}
	if (place->postcode != NULL) {
		narrow(form, may_have_postcode);
		narrow(form, gazetteer_has_postcode);
	}
	if (form->count > 1 && place->located)
		take_nearest(form);
	if (form->count > 1) {
		form->unknown = true;
		return say_homonyms(form);
	}
	if (place->postcode != NULL &&
	    !may_have_postcode(&form->found[0], place->postcode))
		return say_postcode(form);
	return 0;
}

/* Is it called that, now or formerly? */
static bool
has_name(struct form *form, const char *insee)
{
	size_t count = gazetteer_by_name(form->gazetteer, form->place->name,
	    GAZETTEER_FOUND_MAX, form->found);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(form->found[i].insee, insee) == 0)
			return true;
	}
	return false;
}

static int
find_by_code(struct form *form)
{
	const struct place *place = form->place;
	struct gazetteer_place commune;

	if (gazetteer_by_insee(form->gazetteer, place->insee, &commune) < 0) {
		form->unknown = true;
		form->error = arena_printf(form->arena,
		    "there is no commune with the INSEE code %.20s",
		    place->insee);
		return -EINVAL;
	}
	if (place->name != NULL && !has_name(form, commune.insee)) {
		form->error = arena_printf(form->arena,
		    "the INSEE code %s is that of %s, not of %.100s",
		    place->insee, commune.name, place->name);
		return -EINVAL;
	}
	form->found[0] = commune;
	form->count = 1;
	if (place->postcode != NULL &&
	    !may_have_postcode(&commune, place->postcode))
		return say_postcode(form);
	return 0;
}

static int
find(struct form *form)
{
	const struct place *place = form->place;

	if (place->insee != NULL)
		return find_by_code(form);
	if (place->name != NULL)
		return find_by_name(form);
	form->count = gazetteer_by_postcode(
	    form->gazetteer, place->postcode, GAZETTEER_FOUND_MAX, form->found);
	if (form->count != 1)
		form->count = 0;
	return 0;
}

static void
take(struct arena *arena, const struct gazetteer_place *commune,
    struct place *place)
{
	place->insee = arena_strdup(arena, commune->insee);
	place->name = commune->name;
	if (place->postcode == NULL && strlen(commune->postcodes) == 5)
		place->postcode = commune->postcodes;
	if (place->located)
		return;
	place->located = true;
	place->latitude = commune->latitude;
	place->longitude = commune->longitude;
}

/* Spreadsheets drop a zero that a code begins with. */
static const char *
code_of(struct arena *arena, const char *text)
{
	if (text_empty(text))
		return NULL;
	return strlen(text) == 4 && strspn(text, "0123456789") == 4
		   ? arena_printf(arena, "0%s", text)
		   : text;
}

int
place_form_complete(struct arena *arena, const struct gazetteer *gazetteer,
    const char *code_word, struct place *place, const char **ret_error)
{
	struct form *form;
	int r;

	struct place given = *place;

	given.insee = code_of(arena, given.insee);
	given.postcode = code_of(arena, given.postcode);
	given.name = text_empty(given.name) ? NULL : given.name;
	if (given.insee == NULL && given.name == NULL && given.postcode == NULL)
		return 0;
	form = arena_alloc(arena, sizeof(*form));
	form->arena = arena;
	form->gazetteer = gazetteer;
	form->code_word = code_word;
	form->place = &given;
	r = find(form);
	if (r == 0 && form->count == 1) {
		place->postcode = given.postcode;
		take(arena, &form->found[0], place);
	}
	/* It says where it is by itself. */
	if (r < 0 && form->unknown && given.located && given.name != NULL)
		return 0;
	if (r < 0)
		*ret_error = form->error;
	return r;
}
