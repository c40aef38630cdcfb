/* SPDX-License-Identifier: ISC */
/*
 * Addresses, Notes, activities and collections as we write them.
 */
#include "federation/document.h"

#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"

const char *
document_actor_uri(struct arena *arena, const char *base, const char *opaque)
{
	return arena_printf(arena, "%s/o/%s", base, opaque);
}

const char *
document_activity_uri(struct arena *arena, const char *base, const char *opaque)
{
	return arena_printf(arena, "%s/a/%s", base, opaque);
}

const char *
document_page_url(struct arena *arena, const char *base, const char *username)
{
	return arena_printf(arena, "%s/@%s", base, username);
}

void
document_set_text(json_t *document, const char *key, const char *value)
{
	if (!text_empty(value))
		(void)json_object_set_new(document, key, json_string(value));
}

void
document_set_time(json_t *document, const char *key, int64_t t)
{
	char text[CLOCK_RFC3339_SIZE];

	clock_rfc3339(t, text);
	(void)json_object_set_new(document, key, json_string(text));
}

/*
 * Terms that AS2 does not have.  Spelled out in each document: nobody is made
 * to fetch a context from us, and who expands JSON-LD loses nothing.
 */
static const struct term {
	const char *name, *iri;
} terms[] = {
	/* prefixes */
	{ "toot", "http://joinmastodon.org/ns#" },
	{ "sc", "http://schema.org#" },
	{ "sec", "https://w3id.org/security#" },
	{ "parvis", DOCUMENT_PARVIS },
	/* of others */
	{ "manuallyApprovesFollowers", "as:manuallyApprovesFollowers" },
	{ "discoverable", "toot:discoverable" },
	{ "indexable", "toot:indexable" },
	{ "PropertyValue", "sc:PropertyValue" },
	{ "value", "sc:value" },
	{ "PostalAddress", "sc:PostalAddress" },
	{ "address", "sc:address" },
	{ "addressLocality", "sc:addressLocality" },
	{ "addressCountry", "sc:addressCountry" },
	{ "postalCode", "sc:postalCode" },
	{ "Multikey", "sec:Multikey" },
	{ "publicKeyMultibase", "sec:publicKeyMultibase" },
	{ "webfinger",
	    "https://purl.archive.org/socialweb/webfinger#webfinger" },
	/* our own */
	{ "stage", "parvis:stage" },
	{ "status", "parvis:status" },
	{ "themes", "parvis:themes" },
	{ "skills", "parvis:skills" },
	{ "languages", "parvis:languages" },
	{ "team", "parvis:team" },
	{ "supporters", "parvis:supporters" },
};

/* Those whose values are ids or objects with an id. */
static const struct term id_terms[] = {
	{ "assertionMethod", "sec:assertionMethod" },
	{ "controller", "sec:controller" },
	{ "implements", "https://w3id.org/fep/844e#implements" },
};

json_t *
document_context(void)
{
	json_t *own = json_object();

	for (size_t i = 0; i < N_ELEMENTS(terms); i++)
		(void)json_object_set_new(
		    own, terms[i].name, json_string(terms[i].iri));
	for (size_t i = 0; i < N_ELEMENTS(id_terms); i++)
		(void)json_object_set_new(own, id_terms[i].name,
		    json_pack(
			"{s:s, s:s}", "@id", id_terms[i].iri, "@type", "@id"));
	return json_pack(
	    "[s, s, o]", DOCUMENT_AS2, "https://w3id.org/security/v1", own);
}

static void
set_recipients(json_t *document, const char *key, json_t *list)
{
	if (json_array_size(list) > 0)
		(void)json_object_set_new(document, key, list);
	else
		json_decref(list);
}

void
document_set_audience(json_t *document, const struct audience *audience)
{
	json_t *to = json_array(), *cc = json_array();
	json_t *public_list =
	    audience->visibility == VISIBILITY_PUBLIC ? to : cc;
	json_t *followers_list =
	    audience->visibility == VISIBILITY_PUBLIC ? cc : to;

	if (audience->visibility <= VISIBILITY_UNLISTED)
		(void)json_array_append_new(
		    public_list, json_string(DOCUMENT_PUBLIC));
	if (audience->followers != NULL &&
	    audience->visibility != VISIBILITY_DIRECT)
		(void)json_array_append_new(
		    followers_list, json_string(audience->followers));
	for (size_t i = 0; i < audience->named_count; i++)
		(void)json_array_append_new(
		    to, json_string(audience->named[i]));
	set_recipients(document, "to", to);
	set_recipients(document, "cc", cc);
}

/* Mastodon shows no name of a Note: the title is its first paragraph. */
static const char *
content_of(struct arena *arena, const struct object *note)
{
	const char *content = note->content != NULL ? note->content : "";

	if (text_empty(note->name))
		return content;
	return arena_printf(arena, "<p><strong>%s</strong></p>%s",
	    text_html_escape(arena, note->name), content);
}

json_t *
document_note(struct arena *arena, const char *base, const struct object *note,
    const struct actor *author)
{
	const struct audience audience = { note->visibility, author->followers,
		NULL, 0 };
	json_t *document = json_pack("{s:s, s:s, s:s, s:s}", "id", note->uri,
	    "type", note->type, "attributedTo", author->uri, "content",
	    content_of(arena, note));

	(void)base;
	document_set_text(document, "url", note->url);
	document_set_text(document, "inReplyTo", note->in_reply_to);
	document_set_text(document, "context", note->context);
	document_set_text(document, "parvis:title", note->name);
	if (note->language != NULL)
		(void)json_object_set_new(document, "contentMap",
		    json_pack(
			"{s:s}", note->language, content_of(arena, note)));
	document_set_time(document, "published", note->published);
	if (note->updated != note->published)
		document_set_time(document, "updated", note->updated);
	document_set_audience(document, &audience);
	return document;
}

json_t *
document_tombstone(const char *uri, const char *former_type, int64_t deleted)
{
	json_t *document =
	    json_pack("{s:s, s:s}", "id", uri, "type", "Tombstone");

	document_set_text(document, "formerType", former_type);
	document_set_time(document, "deleted", deleted);
	return document;
}

json_t *
document_activity(const char *type, const char *id, const char *actor_uri,
    json_t *object, int64_t published)
{
	json_t *document;

	/* The context stands once, at the top. */
	if (json_is_object(object))
		(void)json_object_del(object, "@context");
	document = json_pack("{s:o, s:s, s:s, s:s, s:o}", "@context",
	    document_context(), "id", id, "type", type, "actor", actor_uri,
	    "object", object);
	document_set_time(document, "published", published);
	return document;
}

json_t *
document_collection(
    const char *id, int64_t total, bool ordered, const char *first)
{
	json_t *document =
	    json_pack("{s:s, s:s, s:s, s:I}", "@context", DOCUMENT_AS2, "id",
		id, "type", ordered ? "OrderedCollection" : "Collection",
		"totalItems", (json_int_t)total);

	document_set_text(document, "first", first);
	return document;
}

json_t *
document_collection_page(
    const char *id, const char *part_of, const char *next, json_t *items)
{
	json_t *document = json_pack("{s:o, s:s, s:s, s:s, s:o}", "@context",
	    document_context(), "id", id, "type", "OrderedCollectionPage",
	    "partOf", part_of, "orderedItems", items);

	document_set_text(document, "next", next);
	return document;
}
