/* SPDX-License-Identifier: ISC */
/*
 * WebFinger (RFC 7033) and NodeInfo 2.1.
 */
#include <string.h>

#include "federation/document.h"
#include "federation/subscribe.h"

#define ACTIVITY_TYPE "application/activity+json"

static json_t *
template_link(const char *rel, const char *template)
{
	return json_pack("{s:s, s:s}", "rel", rel, "template", template);
}

json_t *
document_webfinger(struct arena *arena, const char *domain, const char *base,
    const struct actor *actor)
{
	json_t *document = json_pack(
	    "{s:s, s:[s, s], s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}]}", "subject",
	    arena_printf(arena, "acct:%s@%s", actor->username, domain),
	    "aliases", actor->uri, actor->url, "links", "rel", "self", "type",
	    ACTIVITY_TYPE, "href", actor->uri, "rel",
	    "http://webfinger.net/rel/profile-page", "type", "text/html",
	    "href", actor->url);
	json_t *links = json_object_get(document, "links");
	const char *page =
	    arena_printf(arena, "%s/authorize_interaction?uri=", base);

	if (actor->kind != ACTOR_PROFILE)
		return document; /* only profiles follow */
	(void)json_array_append_new(links,
	    template_link(SUBSCRIBE_REL, arena_printf(arena, "%s{uri}", page)));
	(void)json_array_append_new(
	    links, template_link(SUBSCRIBE_INTENT_REL,
		       arena_printf(arena, "%s{object}", page)));
	return document;
}

json_t *
document_webfinger_host(
    struct arena *arena, const char *base, const char *resource)
{
	const char *actor = arena_printf(arena, "%s/actor", base);

	return json_pack("{s:s, s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}]}",
	    "subject", resource, "links", "rel", DOCUMENT_AS2 "#Service",
	    "type", ACTIVITY_TYPE, "href", actor, "rel", "self", "type",
	    ACTIVITY_TYPE, "href", actor);
}

json_t *
document_nodeinfo_links(struct arena *arena, const char *base)
{
	return json_pack("{s:[{s:s, s:s}, {s:s, s:s}]}", "links", "rel",
	    "http://nodeinfo.diaspora.software/ns/schema/2.1", "href",
	    arena_printf(arena, "%s/nodeinfo/2.1", base), "rel",
	    DOCUMENT_AS2 "#Application", "href",
	    arena_printf(arena, "%s/actor", base));
}

json_t *
document_nodeinfo(struct db *db, const char *version, const char *schema)
{
	struct store_figures figures = { 0 };

	if (store_figures(db, &figures) < 0)
		memset(&figures, 0, sizeof(figures));
	return json_pack("{s:s, s:{s:s, s:s}, s:[s], s:{s:[], s:[]}, s:b, "
			 "s:{s:{s:I}, s:I}, s:{}}",
	    "version", schema, "software", "name", "parvis", "version", version,
	    "protocols", "activitypub", "services", "inbound", "outbound",
	    "openRegistrations", 0, "usage", "users", "total",
	    (json_int_t)figures.profiles, "localPosts",
	    (json_int_t)figures.local_objects, "metadata");
}
