/* SPDX-License-Identifier: ISC */
/*
 * The document of an actor of ours: every field that some server asks for.
 * FEDERATION.md names who needs what.
 */
#include <errno.h>
#include <string.h>

#include "config/base/spki.h"
#include "config/base/text.h"
#include "federation/document.h"

/* Shown by Mastodon as the table under a profile. */
static void
add_field(json_t *fields, const char *name, const char *html)
{
	(void)json_array_append_new(
	    fields, json_pack("{s:s, s:s, s:s}", "type", "PropertyValue",
			"name", name, "value", html));
}

static const char *
joined(struct arena *arena, const char *const *words, size_t count)
{
	const char *text = "";

	for (size_t i = 0; i < count; i++)
		text = arena_printf(arena, "%s%s%s", text, i == 0 ? "" : ", ",
		    text_html_escape(arena, words[i]));
	return text;
}

static void
set_words(
    json_t *document, const char *key, const char *const *words, size_t count)
{
	json_t *list;

	if (count == 0)
		return;
	list = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(list, json_string(words[i]));
	(void)json_object_set_new(document, key, list);
}

static json_t *
member_of(const struct project_member *member)
{
	json_t *data = json_pack("{s:s}", "name", member->name);

	document_set_text(data, "id", member->uri);
	document_set_text(data, "parvis:role", member->role);
	return data;
}

static void
set_members(json_t *document, const struct actor_lists *lists)
{
	json_t *team = json_array(), *supporters = json_array();

	for (size_t i = 0; i < lists->member_count; i++)
		(void)json_array_append_new(
		    lists->members[i].supporter ? supporters : team,
		    member_of(&lists->members[i]));
	if (json_array_size(team) > 0)
		(void)json_object_set(document, "team", team);
	if (json_array_size(supporters) > 0)
		(void)json_object_set(document, "supporters", supporters);
	json_decref(team);
	json_decref(supporters);
}

static void
add_links(struct arena *arena, json_t *fields, const struct actor_lists *lists)
{
	for (size_t i = 0; i < lists->link_count; i++) {
		const char *href =
		    text_html_escape(arena, lists->links[i].href);

		add_field(fields, lists->links[i].label,
		    arena_printf(arena,
			"<a href=\"%s\" rel=\"me nofollow noopener\" "
			"target=\"_blank\">%s</a>",
			href, href));
	}
}

static int
set_lists(struct db *db, struct arena *arena, const struct actor *actor,
    json_t *document)
{
	struct actor_lists lists;
	json_t *fields;
	int r = actor_lists(db, arena, actor->id, &lists);

	if (r < 0)
		return r;
	set_words(document, "skills", lists.skills, lists.skill_count);
	set_words(document, "themes", lists.themes, lists.theme_count);
	set_words(document, "languages", lists.languages, lists.language_count);
	set_members(document, &lists);
	fields = json_array();
	if (lists.skill_count > 0)
		add_field(fields, "Savoir-faire",
		    joined(arena, lists.skills, lists.skill_count));
	if (lists.theme_count > 0)
		add_field(fields, "Thèmes",
		    joined(arena, lists.themes, lists.theme_count));
	if (actor->place.name != NULL)
		add_field(
		    fields, "Lieu", text_html_escape(arena, actor->place.name));
	add_links(arena, fields, &lists);
	if (json_array_size(fields) > 0)
		(void)json_object_set(document, "attachment", fields);
	json_decref(fields);
	return 0;
}

static void
set_place(json_t *document, const struct place *place)
{
	json_t *location, *address;

	if (place->name == NULL && !place->located)
		return;
	location = json_pack("{s:s}", "type", "Place");
	document_set_text(location, "name", place->name);
	if (place->located) {
		/* json_real() keeps the decimal point that Mobilizon wants. */
		(void)json_object_set_new(
		    location, "latitude", json_real(place->latitude));
		(void)json_object_set_new(
		    location, "longitude", json_real(place->longitude));
	}
	if (place->name != NULL) {
		address = json_pack("{s:s, s:s, s:s}", "type", "PostalAddress",
		    "addressLocality", place->name, "addressCountry", "France");
		document_set_text(address, "postalCode", place->postcode);
		(void)json_object_set_new(location, "address", address);
	}
	document_set_text(location, "parvis:insee", place->insee);
	(void)json_object_set_new(document, "location", location);
}

static void
set_rsa(struct arena *arena, const struct actor *actor,
    const struct actor_key *row, json_t *document)
{
	(void)json_object_set_new(document, "publicKey",
	    json_pack("{s:s, s:s, s:s}", "id", row->uri, "owner", actor->uri,
		"publicKeyPem", spki_pem(arena, row->spki, row->spki_len)));
}

static int
set_ed25519(struct arena *arena, const struct actor *actor,
    const struct actor_key *row, json_t *document)
{
	char *multibase;

	if (spki_multibase(arena, row->spki, row->spki_len, &multibase) < 0)
		return -EIO;
	(void)json_object_set_new(document, "assertionMethod",
	    json_pack("[{s:s, s:s, s:s, s:s}]", "id", row->uri, "type",
		"Multikey", "controller", actor->uri, "publicKeyMultibase",
		multibase));
	return 0;
}

static int
set_keys(struct db *db, struct arena *arena, const struct actor *actor,
    json_t *document)
{
	struct actor_key *rows;
	size_t count;
	int r = actor_keys(db, arena, actor->id, &rows, &count);

	if (r == 0 && count == 0)
		return -EAGAIN;
	for (size_t i = 0; r == 0 && i < count; i++) {
		if (rows[i].kind == KEY_RSA)
			set_rsa(arena, actor, &rows[i], document);
		else
			r = set_ed25519(arena, actor, &rows[i], document);
	}
	return r;
}

/* PeerTube wants to know whose a Group is. */
static int
set_owner(struct db *db, struct arena *arena, const struct actor *actor,
    json_t *document)
{
	struct actor owner;
	int r;

	if (actor->owner_id == 0)
		return 0;
	r = actor_get(db, arena, actor->owner_id, &owner);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	(void)json_object_set_new(document, "attributedTo",
	    json_pack("[{s:s, s:s}]", "type", owner.type, "id", owner.uri));
	return 0;
}

static void
set_generator(struct arena *arena, const char *base, json_t *document)
{
	(void)json_object_set_new(document, "generator",
	    json_pack("{s:s, s:s, s:s, s:[{s:s, s:s}]}", "type", "Application",
		"id", arena_printf(arena, "%s/actor", base), "name", "Parvis",
		"implements", "href",
		"https://datatracker.ietf.org/doc/html/rfc9421", "name",
		"RFC-9421: HTTP Message Signatures"));
}

static json_t *
basics(struct arena *arena, const char *base, const struct actor *actor)
{
	json_t *document = json_pack("{s:o, s:s, s:s, s:s}", "@context",
	    document_context(), "id", actor->uri, "type", actor->type,
	    "preferredUsername", actor->username);

	document_set_text(document, "name", actor->name);
	document_set_text(document, "summary", actor->summary);
	document_set_text(document, "url", actor->url);
	document_set_text(document, "inbox", actor->inbox);
	document_set_text(document, "outbox", actor->outbox);
	document_set_text(document, "followers", actor->followers);
	document_set_text(document, "following",
	    arena_printf(arena, "%s/following", actor->uri));
	(void)json_object_set_new(document, "endpoints",
	    json_pack(
		"{s:s}", "sharedInbox", arena_printf(arena, "%s/inbox", base)));
	document_set_text(document, "webfinger",
	    arena_printf(
		arena, "%s@%s", actor->username, base + strlen("https://")));
	document_set_time(document, "published", actor->created_at);
	document_set_time(document, "updated", actor->updated_at);
	(void)json_object_set_new(document, "manuallyApprovesFollowers",
	    json_boolean(actor->manually_approves));
	(void)json_object_set_new(
	    document, "discoverable", json_boolean(actor->discoverable));
	(void)json_object_set_new(
	    document, "indexable", json_boolean(actor->indexable));
	document_set_text(document, "stage", actor->stage);
	document_set_text(document, "status", actor->status);
	document_set_text(document, "parvis:contact", actor->contact);
	document_set_text(document, "parvis:profileKind", actor->profile_kind);
	if (actor->icon_url != NULL)
		(void)json_object_set_new(document, "icon",
		    json_pack(
			"{s:s, s:s}", "type", "Image", "url", actor->icon_url));
	return document;
}

int
document_actor(struct db *db, struct arena *arena, const char *base,
    const struct actor *actor, json_t **ret)
{
	CLEANUP(json_release) json_t *document = basics(arena, base, actor);
	int r = set_keys(db, arena, actor, document);

	if (r == 0)
		r = set_owner(db, arena, actor, document);
	if (r == 0)
		r = set_lists(db, arena, actor, document);
	if (r < 0)
		return r;
	set_place(document, &actor->place);
	set_generator(arena, base, document);
	*ret = json_incref(document);
	return 0;
}

int
document_actor_stub(struct db *db, struct arena *arena, const char *base,
    const struct actor *actor, json_t **ret)
{
	CLEANUP(json_release)
	json_t *document = json_pack("{s:o, s:s, s:s, s:s, s:s}", "@context",
	    document_context(), "id", actor->uri, "type", actor->type,
	    "preferredUsername", actor->username, "inbox", actor->inbox);
	int r = set_keys(db, arena, actor, document);

	(void)base;
	if (r == 0)
		*ret = json_incref(document);
	return r;
}
