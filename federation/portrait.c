/* SPDX-License-Identifier: ISC */
#include "federation/portrait.h"

#include <errno.h>
#include <string.h>

#include "config/base/text.h"
#include "federation/activity.h"
#include "federation/sanitize.h"
#include "federation/url.h"
#include "store/catalogue.h"
#include "store/peer.h"
#include "store/story.h"

enum { NAME_CHARS = 200, WORD_CHARS = 100, STATUS_CHARS = 2000 };

/* --- Reading --- */

static const char *
line(struct arena *arena, const json_t *object, const char *key, size_t max)
{
	const char *text = sanitize_line(arena, json_text(object, key), max);

	return text_empty(text) ? NULL : text;
}

/* Our own terms have a prefix in entries, and none in actors' documents. */
static const json_t *
own_term(const json_t *object, const char *prefixed)
{
	const json_t *value = json_object_get(object, prefixed);

	return value != NULL
		   ? value
		   : json_object_get(object, strchr(prefixed, ':') + 1);
}

static const char *
own_line(
    struct arena *arena, const json_t *object, const char *prefixed, size_t max)
{
	const char *text = sanitize_line(
	    arena, json_string_value(own_term(object, prefixed)), max);

	return text_empty(text) ? NULL : text;
}

static size_t
own_words(struct arena *arena, const json_t *object, const char *prefixed,
    const char *ret[PORTRAIT_WORDS_MAX])
{
	const json_t *list = own_term(object, prefixed);
	size_t size = MIN(json_array_size(list), (size_t)PORTRAIT_WORDS_MAX);
	size_t count = 0;

	for (size_t i = 0; i < size; i++) {
		const char *word = sanitize_line(arena,
		    json_string_value(json_array_get(list, i)), WORD_CHARS);

		if (!text_empty(word))
			ret[count++] = word;
	}
	return count;
}

static int
read_kind(const json_t *object, struct portrait *portrait)
{
	const char *purpose = json_text(object, "purpose");
	const char *type = activity_actor_type(object);

	if (json_is_type(object, "Proposal")) {
		portrait->kind =
		    purpose != NULL && strcmp(purpose, "offer") == 0
			? PORTRAIT_OFFER
			: PORTRAIT_NEED;
		return 0;
	}
	if (type == NULL)
		return -EINVAL;
	portrait->kind =
	    strcmp(type, "Group") == 0 && portrait->profile_kind == NULL
		? PORTRAIT_PROJECT
		: PORTRAIT_PROFILE;
	return 0;
}

/* An address on the portrait's own origin, else NULL. */
static const char *
own_address(
    struct arena *arena, const struct portrait *portrait, const char *address)
{
	struct url url;

	return address != NULL && url_parse(arena, address, &url) == 0 &&
		       url.https && url_same_origin(url.text, portrait->uri)
		   ? url.text
		   : NULL;
}

static const char *
read_place(struct arena *arena, const json_t *object)
{
	const json_t *place = json_embedded(object, "location");
	const json_t *address = json_embedded(place, "address");
	const char *name = line(arena, address, "addressLocality", NAME_CHARS);
	const char *code = line(arena, address, "postalCode", WORD_CHARS);

	if (name == NULL)
		name = line(arena, place, "name", NAME_CHARS);
	return name == NULL || code == NULL
		   ? name
		   : arena_printf(arena, "%s (%s)", name, code);
}

static void
read_texts(struct arena *arena, const json_t *object, struct portrait *portrait)
{
	const char *html = json_text(object, "summary");

	if (html == NULL)
		html = json_text(object, "content");
	portrait->summary = sanitize_html(arena, html, SANITIZE_HTML_MAX);
	portrait->name = line(arena, object, "name", NAME_CHARS);
	portrait->username =
	    line(arena, object, "preferredUsername", NAME_CHARS);
	if (portrait->name == NULL)
		portrait->name = portrait->username != NULL ? portrait->username
							    : portrait->uri;
	portrait->status =
	    own_line(arena, object, "parvis:status", STATUS_CHARS);
	portrait->stage = own_line(arena, object, "parvis:stage", WORD_CHARS);
	portrait->theme_count =
	    own_words(arena, object, "parvis:themes", portrait->themes);
	portrait->skill_count =
	    own_words(arena, object, "parvis:skills", portrait->skills);
	portrait->place = read_place(arena, object);
}

int
portrait_read(struct arena *arena, const json_t *document, struct portrait *ret)
{
	struct portrait portrait = { 0 };
	struct url id;

	if (url_parse(arena, json_text(document, "id"), &id) != 0 ||
	    id.fragment != NULL)
		return -EINVAL;
	portrait.uri = id.text;
	portrait.domain = id.authority;
	portrait.profile_kind =
	    own_line(arena, document, "parvis:profileKind", WORD_CHARS);
	if (read_kind(document, &portrait) != 0)
		return -EINVAL;
	read_texts(arena, document, &portrait);
	portrait.url = own_address(arena, &portrait, json_id(document, "url"));
	portrait.holder =
	    own_address(arena, &portrait, json_id(document, "attributedTo"));
	portrait.updated = json_time(document, "updated");
	if (portrait.updated == 0)
		portrait.updated = json_time(document, "published");
	*ret = portrait;
	return 0;
}

/* --- Finding --- */

bool
portrait_refused(struct db *db, struct arena *arena, const char *domain)
{
	struct peer peer;

	return peer_by_domain(db, arena, domain, &peer) == 0 &&
	       peer.state == PEER_REFUSED;
}

/* 0 and *ret, or -ENOENT; what cannot be read is as if it were not there. */
static int
from_entry(struct db *db, struct arena *arena, const struct url *url,
    struct portrait *ret)
{
	CLEANUP(json_release) json_t *document = NULL;
	struct catalogue_shown shown;
	int r = catalogue_shown(db, arena, url->text, &shown);

	if (r < 0)
		return r;
	document = json_loads(shown.document, 0, NULL);
	if (portrait_read(arena, json_object_get(document, "object"), ret) !=
		0 ||
	    strcmp(ret->uri, url->text) != 0)
		return -ENOENT;
	ret->listed = true;
	return 0;
}

static int
from_actor(struct arena *arena, const struct actor *actor, struct portrait *ret)
{
	CLEANUP(json_release)
	json_t *document = actor->document == NULL
			       ? NULL
			       : json_loads(actor->document, 0, NULL);

	if (portrait_read(arena, document, ret) != 0 ||
	    strcmp(ret->uri, actor->uri) != 0)
		return -ENOENT;
	ret->updated = MAX(ret->updated, actor->updated_at);
	return 0;
}

/* Known by its entry, its actor, or both. */
static int
compose(struct db *db, struct arena *arena, const struct url *url,
    const struct actor *actor, struct portrait *ret)
{
	struct portrait own = { 0 };
	bool told = false;
	int r = from_entry(db, arena, url, ret), found = r;

	if (r < 0 && r != -ENOENT)
		return r;
	if (found == -ENOENT) {
		r = catalogue_speaks_of(db, url->text, &told);
		if (r < 0)
			return r;
		if (told || actor == NULL || !actor->discoverable)
			return -ENOENT;
	}
	if (actor == NULL)
		return 0;
	r = from_actor(arena, actor, &own);
	own.listed = found == 0;
	if (r == 0 && (found != 0 || own.updated > ret->updated))
		*ret = own;
	else if (found != 0)
		return -ENOENT;
	ret->actor_id = actor->id;
	ret->fetched_at = actor->fetched_at;
	return story_read_at(db, actor->id, &ret->story_at);
}

int
portrait_find(struct db *db, struct arena *arena, const char *base,
    const char *uri, struct portrait *ret)
{
	struct actor actor;
	struct url url;
	int r;

	if (url_parse(arena, uri, &url) != 0 || !url.https ||
	    url.fragment != NULL)
		return -EINVAL;
	if (strcmp(url.origin, base) == 0)
		return -EXDEV;
	if (portrait_refused(db, arena, url.authority))
		return -ENOENT;
	r = actor_by_uri(db, arena, url.text, &actor);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && actor.deleted_at != 0) {
		*ret = (struct portrait){ .uri = url.text, .deleted = true };
		return 0;
	}
	return compose(db, arena, &url, r == 0 ? &actor : NULL, ret);
}

int
portrait_known(
    struct db *db, struct arena *arena, const char *uri, struct actor *ret)
{
	struct url url;
	int r;

	if (url_parse(arena, uri, &url) != 0)
		return -EINVAL;
	r = actor_by_uri(db, arena, url.text, ret);
	if (r == 0 && (ret->kind != ACTOR_REMOTE || ret->deleted_at != 0 ||
			  portrait_refused(db, arena, ret->host)))
		r = -ENOENT;
	return r;
}
