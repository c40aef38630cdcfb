/* SPDX-License-Identifier: ISC */
#include "federation/catalogue_object.h"

#include <errno.h>
#include <string.h>

#include "config/base/text.h"
#include "federation/jcs.h"
#include "federation/latest.h"
#include "federation/sanitize.h"

enum {
	CANONICAL_MAX = 1 << 20, /* of an object before it is cut */
	CUT_TRIES = 8,
	CUT_ROOM = 64, /* for an ellipsis and the tags that a cut leaves open */
};

static void
set_words(
    json_t *object, const char *key, const char *const *words, size_t count)
{
	json_t *list;

	if (count == 0)
		return;
	list = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(list, json_string(words[i]));
	(void)json_object_set_new(object, key, list);
}

static void
set_location(json_t *object, const struct place *place)
{
	json_t *location;

	if (place->name == NULL && !place->located)
		return;
	location = json_pack("{s:s}", "type", "Place");
	document_set_text(location, "name", place->name);
	document_set_text(location, "parvis:insee", place->insee);
	if (place->located) {
		(void)json_object_set_new(
		    location, "latitude", json_real(place->latitude));
		(void)json_object_set_new(
		    location, "longitude", json_real(place->longitude));
	}
	(void)json_object_set_new(object, "location", location);
}

static int
set_holder(struct db *db, struct arena *arena, const struct actor *actor,
    json_t *object)
{
	struct actor holder;
	int r;

	if (actor->owner_id == 0)
		return 0;
	r = actor_get(db, arena, actor->owner_id, &holder);
	if (r == 0)
		document_set_text(object, "attributedTo", holder.uri);
	return r == -ENOENT ? 0 : r;
}

static json_t *
basics(const struct actor *actor)
{
	json_t *object = json_pack("{s:s, s:s, s:s}", "id", actor->uri, "type",
	    actor->type, "preferredUsername", actor->username);

	document_set_text(object, "name", actor->name);
	document_set_text(object, "summary", actor->summary);
	document_set_text(object, "url", actor->url);
	document_set_time(object, "published", actor->created_at);
	document_set_time(object, "updated", actor->updated_at);
	document_set_text(object, "parvis:stage", actor->stage);
	document_set_text(object, "parvis:status", actor->status);
	document_set_text(object, "parvis:profileKind", actor->profile_kind);
	set_location(object, &actor->place);
	return object;
}

static int
canonical_size(const json_t *object, size_t *ret)
{
	struct buf buf;
	int r;

	buf_init(&buf, CANONICAL_MAX);
	r = jcs_format(&buf, object);
	if (r == 0)
		*ret = buf.len;
	buf_done(&buf);
	return r;
}

/* The end of the last whole word within len bytes of HTML, outside a tag. */
static size_t
end_of_word(const char *html, size_t len)
{
	size_t n = len;

	while (n > 0 && html[n - 1] != '<' && html[n - 1] != '>')
		n--;
	if (n > 0 && html[n - 1] == '<')
		return n - 1; /* the cut would be inside this tag */
	for (size_t i = len; i > n; i--) {
		if (html[i] == ' ' || html[i] == '\n' || html[i] == '<')
			return i;
	}
	return n;
}

/* The summary without what is too much; NULL when nothing would be left. */
static const char *
shortened(struct arena *arena, const char *html, size_t excess)
{
	size_t len = strlen(html);

	if (excess + CUT_ROOM >= len)
		return NULL;
	len = end_of_word(html, len - excess - CUT_ROOM);
	if (len == 0)
		return NULL;
	/* Closes what the cut left open. */
	return sanitize_html(arena,
	    arena_printf(arena, "%.*s…", (int)len, html), SANITIZE_HTML_MAX);
}

static int
cut_summary(struct arena *arena, json_t *object, size_t *size)
{
	const char *html;
	int r = 0;

	for (int i = 0; r == 0 && *size > CATALOGUE_OBJECT_MAX; i++) {
		html = json_string_value(json_object_get(object, "summary"));
		if (html == NULL)
			break;
		html = i == CUT_TRIES ? NULL
				      : shortened(arena, html,
					    *size - CATALOGUE_OBJECT_MAX);
		if (html == NULL)
			(void)json_object_del(object, "summary");
		document_set_text(object, "summary", html);
		r = canonical_size(object, size);
	}
	return r;
}

static int
fit(struct arena *arena, json_t *object)
{
	static const char *const rest[] = { "parvis:skills", "parvis:languages",
		"parvis:themes", "parvis:status" };
	size_t size = 0;
	int r = canonical_size(object, &size);

	if (r == 0)
		r = cut_summary(arena, object, &size);
	for (size_t i = 0; r == 0 && i < N_ELEMENTS(rest); i++) {
		if (size <= CATALOGUE_OBJECT_MAX)
			break;
		(void)json_object_del(object, rest[i]);
		r = canonical_size(object, &size);
	}
	if (r == 0 && size > CATALOGUE_OBJECT_MAX)
		r = -EMSGSIZE;
	return r;
}

int
catalogue_object_make(
    struct db *db, struct arena *arena, const struct actor *actor, json_t **ret)
{
	CLEANUP(json_release) json_t *object = basics(actor);
	struct actor_lists lists;
	int r = set_holder(db, arena, actor, object);

	if (r == 0)
		r = actor_lists(db, arena, actor->id, &lists);
	if (r < 0)
		return r;
	r = latest_set(db, arena, actor, object);
	if (r < 0)
		return r;
	set_words(object, "parvis:skills", lists.skills, lists.skill_count);
	set_words(object, "parvis:themes", lists.themes, lists.theme_count);
	set_words(
	    object, "parvis:languages", lists.languages, lists.language_count);
	r = fit(arena, object);
	if (r == 0)
		*ret = json_incref(object);
	return r;
}

int
catalogue_object_hash(const json_t *object, uint8_t ret[SHA256_SIZE])
{
	CLEANUP(json_release)
	json_t *bare = json_copy((json_t *)(uintptr_t)object);
	struct buf buf;
	int r;

	if (!json_is_object(bare))
		return -EINVAL;
	(void)json_object_del(bare, "updated");
	buf_init(&buf, CANONICAL_MAX);
	r = jcs_format(&buf, bare);
	if (r == 0)
		crypto_sha256(buf_str(&buf), buf.len, ret);
	buf_done(&buf);
	return r < 0 ? -EINVAL : 0;
}
