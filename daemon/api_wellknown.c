/* SPDX-License-Identifier: ISC */
/*
 * How others find what is here: WebFinger (RFC 7033), host-meta (RFC 6415),
 * NodeInfo 2.1 with the link to the instance actor (FEP-2677).
 */
#include <errno.h>
#include <string.h>

#include "config/base/text.h"
#include "daemon/web.h"
#include "federation/url.h"

#define NODEINFO_TYPE \
	"application/json; " \
	"profile=\"http://nodeinfo.diaspora.software/ns/schema/2.1#\""

/* Anyone may read these from a script in another site's page. */
static void
allow_scripts(struct http_request *request)
{
	http_add_header(request, "Access-Control-Allow-Origin", "*");
}

/* The names under which other servers look for the instance; relay is an
 * actor of its own. */
static bool
names_instance(const struct web *web, const char *name)
{
	return text_equal_nocase(name, web->node->domain) ||
	       strcmp(name, "instance") == 0;
}

static int
find_by_name(struct http_request *request, const char *name, struct actor *ret)
{
	struct web *web = web_of(request);

	if (names_instance(web, name))
		return actor_of_kind(
		    web->db, http_arena(request), ACTOR_INSTANCE, ret);
	return actor_by_username(web->db, http_arena(request), name, ret);
}

/* An address of ours: an id or a page. */
static int
find_by_url(
    struct http_request *request, const struct url *url, struct actor *ret)
{
	struct web *web = web_of(request);

	if (strcmp(url->authority, web->node->domain) != 0)
		return -ENOENT;
	if (strncmp(url->path, "/@", 2) == 0)
		return find_by_name(request, url->path + 2, ret);
	return actor_by_uri(web->db, http_arena(request),
	    url_without_fragment(http_arena(request), url->text), ret);
}

static bool
is_host_itself(const struct web *web, const struct url *url)
{
	return strcmp(url->authority, web->node->domain) == 0 &&
	       (url->path[0] == '\0' || strcmp(url->path, "/") == 0);
}

void
api_webfinger(struct http_request *request)
{
	struct web *web = web_of(request);
	struct arena *arena = http_arena(request);
	const char *resource = http_query(request, "resource");
	const char *name, *host;
	struct actor actor;
	struct url url;
	json_t *document;
	int r = -ENOENT;

	allow_scripts(request);
	if (text_empty(resource)) {
		http_answer_error(request, 400, "resource: it is missing");
		return;
	}
	if (url_parse(arena, resource, &url) == 0) {
		if (is_host_itself(web, &url)) {
			document = document_webfinger_host(
			    arena, web->node->base, resource);
			web_answer_json_as(
			    request, "application/jrd+json", &document);
			return;
		}
		r = find_by_url(request, &url, &actor);
	} else if (url_parse_acct(arena, resource, &name, &host) == 0) {
		if (strcmp(host, web->node->domain) == 0)
			r = find_by_name(request, name, &actor);
	} else {
		http_answer_error(request, 400,
		    "resource: acct:name@host or an https address is needed");
		return;
	}
	if (r == 0 && actor.kind == ACTOR_REMOTE)
		r = -ENOENT;
	if (r < 0) {
		web_answer_store_error(request, r);
		return;
	}
	if (actor.deleted_at != 0) {
		http_answer_error(request, 410, "it was deleted");
		return;
	}
	document = document_webfinger(
	    arena, web->node->domain, web->node->base, &actor);
	web_answer_json_as(request, "application/jrd+json", &document);
}

void
api_host_meta(struct http_request *request)
{
	const char *base = web_of(request)->node->base;
	const char *text;

	allow_scripts(request);
	text = arena_printf(http_arena(request),
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n"
	    "  <Link rel=\"lrdd\" type=\"application/jrd+json\" "
	    "template=\"%s/.well-known/webfinger?resource={uri}\"/>\n"
	    "</XRD>\n",
	    base);
	http_answer(request, 200, "application/xrd+xml; charset=utf-8", text,
	    strlen(text));
}

void
api_nodeinfo_links(struct http_request *request)
{
	json_t *document;

	allow_scripts(request);
	document = document_nodeinfo_links(
	    http_arena(request), web_of(request)->node->base);
	web_answer_json_as(request, "application/json", &document);
}

void
api_nodeinfo(struct http_request *request)
{
	json_t *document;

	allow_scripts(request);
	document =
	    document_nodeinfo(web_of(request)->db, PARVIS_VERSION, "2.1");
	web_answer_json_as(request, NODEINFO_TYPE, &document);
}
