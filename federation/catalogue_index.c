/* SPDX-License-Identifier: ISC */
#include "federation/catalogue_index.h"

#include <errno.h>
#include <string.h>

#include "config/base/log.h"
#include "config/base/text.h"
#include "config/gazetteer.h"
#include "federation/sanitize.h"
#include "store/catalogue_withheld.h"
#include "store/search.h"

enum {
	NAME_CHARS = 200,
	EXCERPT_CHARS = 240,
	WORD_CHARS = 100, /* of a stage, a theme and the like */
	CATCH_UP_STEP = 100,
};

static bool
has_type(const json_t *object, const char *a, const char *b, const char *c)
{
	return json_is_type(object, a) || json_is_type(object, b) ||
	       json_is_type(object, c);
}

static int
kind_of(const json_t *object, enum search_kind *ret)
{
	const char *purpose = json_text(object, "purpose");

	if (json_is_type(object, "Proposal")) {
		*ret = purpose != NULL && strcmp(purpose, "offer") == 0
			   ? SEARCH_OFFER
			   : SEARCH_NEED;
		return 0;
	}
	if (json_text(object, "parvis:profileKind") != NULL ||
	    has_type(object, "Person", "Organization", "Service"))
		*ret = SEARCH_PROFILE;
	else if (json_is_type(object, "Group"))
		*ret = SEARCH_PROJECT;
	else
		return -ENOENT;
	return 0;
}

static const char *
line(struct arena *arena, const json_t *object, const char *key, size_t max)
{
	const char *text = sanitize_line(arena, json_text(object, key), max);

	return text_empty(text) ? NULL : text;
}

static size_t
words(struct arena *arena, const json_t *object, const char *key,
    const char *const **ret)
{
	const json_t *list = json_object_get(object, key);
	size_t size = MIN(json_array_size(list), SEARCH_KEYWORDS_MAX);
	const char **found = arena_alloc(arena, (size + 1) * sizeof(*found));
	size_t count = 0;

	for (size_t i = 0; i < size; i++) {
		const char *word = json_string_value(json_array_get(list, i));

		word = sanitize_line(arena, word, WORD_CHARS);
		if (!text_empty(word))
			found[count++] = word;
	}
	*ret = found;
	return count;
}

static bool
coordinate(const json_t *place, const char *key, double max, double *ret)
{
	const json_t *value = json_object_get(place, key);

	if (!json_is_number(value))
		return false;
	*ret = json_number_value(value);
	return *ret >= -max && *ret <= max;
}

/* The départements overseas have three digits. */
static const char *
departement_of(struct arena *arena, const char *insee)
{
	size_t len = insee[0] == '9' && insee[1] >= '7' ? 3 : 2;

	return strlen(insee) == 5 ? arena_strndup(arena, insee, len) : NULL;
}

static void
take_place(
    struct arena *arena, const json_t *object, struct search_document *document)
{
	const json_t *place = json_embedded(object, "location");
	const char *insee;
	struct gazetteer_place commune;

	if (place == NULL)
		return;
	insee = line(arena, place, "parvis:insee", WORD_CHARS);
	document->place = line(arena, place, "name", WORD_CHARS);
	document->located =
	    coordinate(place, "latitude", 90, &document->latitude) &&
	    coordinate(place, "longitude", 180, &document->longitude);
	if (insee == NULL)
		return;
	document->departement = departement_of(arena, insee);
	if (gazetteer_by_insee(gazetteer_builtin(), insee, &commune) < 0)
		return;
	document->departement = commune.departement;
	if (document->place == NULL)
		document->place = commune.name;
	if (!document->located) {
		document->located = true;
		document->latitude = commune.latitude;
		document->longitude = commune.longitude;
	}
}

static const char *
page_of(struct arena *arena, const json_t *object)
{
	const char *url = json_first_text(object, "url");

	if (url == NULL || !text_utf8_valid(url, strlen(url)) ||
	    (!text_starts_with(url, "https://") &&
		!text_starts_with(url, "http://")))
		return NULL;
	return arena_strdup(arena, url);
}

/* The beginning of a text, cut at a word. */
static const char *
beginning(struct arena *arena, const char *text)
{
	size_t len = text_utf8_prefix(text, EXCERPT_CHARS);

	if (text[len] == '\0')
		return text;
	while (len > 0 && text[len] != ' ')
		len--;
	if (len == 0)
		len = text_utf8_prefix(text, EXCERPT_CHARS);
	return arena_printf(arena, "%.*s…", (int)len, text);
}

static void
take_text(
    struct arena *arena, const json_t *object, struct search_document *document)
{
	const char *html = json_text(object, "summary");
	const char *status =
	    line(arena, object, "parvis:status", SANITIZE_LINE_MAX);
	const char *text;

	if (html == NULL)
		html = json_text(object, "content");
	document->name = line(arena, object, "name", NAME_CHARS);
	if (document->name == NULL)
		document->name =
		    line(arena, object, "preferredUsername", NAME_CHARS);
	text = sanitize_plain(arena, html, SEARCH_BODY_MAX);
	document->text = status == NULL || text == NULL
			     ? text
			     : arena_printf(arena, "%s %s", status, text);
	if (text != NULL)
		document->excerpt = beginning(arena, text);
}

int
catalogue_index_put(struct db *db, struct arena *arena,
    const struct catalogue_entry *entry, const json_t *object)
{
	struct search_document document = {
		.entry_id = entry->id,
		.origin_id = entry->origin_id,
		.object_uri = entry->object_uri,
	};
	struct catalogue_entry found;
	bool withheld;
	int r;

	if (entry->id == 0) {
		r = catalogue_by_seq(
		    db, arena, entry->origin_id, entry->seq, &found);
		if (r < 0)
			return r;
		document.entry_id = found.id;
	}
	r = catalogue_is_withheld(db, entry->object_uri, &withheld);
	if (r < 0)
		return r;
	if (withheld || kind_of(object, &document.kind) < 0)
		return catalogue_index_remove(db, document.entry_id);
	take_text(arena, object, &document);
	document.theme_count =
	    words(arena, object, "parvis:themes", &document.themes);
	document.skill_count =
	    words(arena, object, "parvis:skills", &document.skills);
	document.stage = line(arena, object, "parvis:stage", WORD_CHARS);
	document.need = line(arena, object, "parvis:needKind", WORD_CHARS);
	take_place(arena, object, &document);
	document.url = page_of(arena, object);
	document.updated = json_time(object, "updated");
	if (document.updated == 0)
		document.updated = json_time(object, "published");
	return search_put(db, &document);
}

int
catalogue_index_remove(struct db *db, int64_t entry_id)
{
	return search_remove(db, entry_id);
}

int
catalogue_index_replace(struct db *db, struct arena *arena,
    const struct catalogue_entry *old, const struct catalogue_entry *entry,
    const json_t *object)
{
	int r = old->id == 0 ? 0 : catalogue_index_remove(db, old->id);

	if (r == 0 && entry->kind == CATALOGUE_UPDATE)
		r = catalogue_index_put(db, arena, entry, object);
	return r;
}

static int
index_stored(struct db *db, struct arena *arena, int64_t origin_id, int64_t seq)
{
	struct catalogue_entry entry;
	json_t *document = NULL;
	int r = catalogue_by_seq(db, arena, origin_id, seq, &entry);

	if (r < 0 || entry.document[0] == '\0')
		return r;
	document = json_loads(entry.document, 0, NULL);
	if (document == NULL) {
		log_warning("catalogue entry=%lld cannot be indexed",
		    (long long)entry.id);
		return 0;
	}
	r = catalogue_index_put(
	    db, arena, &entry, json_object_get(document, "object"));
	json_decref(document);
	return r;
}

int
catalogue_index_catch_up(struct db *db, struct arena *arena, int64_t origin_id,
    int64_t *after, bool *ret_more)
{
	int64_t seqs[CATCH_UP_STEP], reached = 0;
	size_t count = 0;
	int r = search_missing(
	    db, origin_id, *after, CATCH_UP_STEP, seqs, &count, &reached);

	for (size_t i = 0; r == 0 && i < count; i++)
		r = index_stored(db, arena, origin_id, seqs[i]);
	if (r < 0)
		return r;
	*after = reached;
	*ret_more = reached != 0;
	return 0;
}
