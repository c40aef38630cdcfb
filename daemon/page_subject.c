/* SPDX-License-Identifier: ISC */
#include "daemon/page_subject.h"

#include <errno.h>
#include <string.h>

#include "config/base/text.h"
#include "daemon/page_text.h"
#include "federation/sanitize.h"
#include "federation/url.h"

enum { EXCERPT_MAX = 400 };

static const char *
excerpt(struct http_request *request, const char *html)
{
	struct arena *arena = http_arena(request);

	return page_text_excerpt(
	    arena, sanitize_plain(arena, html, EXCERPT_MAX + 1), EXCERPT_MAX);
}

static int
of_ours(struct http_request *request, const char *uri, struct subject *ret)
{
	struct web *web = web_of(request);
	struct arena *arena = http_arena(request);
	size_t len = strlen(web->node->base);
	struct actor actor;
	int r;

	if (strncmp(uri + len, "/@", 2) == 0)
		r = actor_by_username(web->db, arena, uri + len + 2, &actor);
	else
		r = actor_by_uri(web->db, arena, uri, &actor);
	if (r == 0 &&
	    (actor.deleted_at != 0 || actor.kind == ACTOR_REMOTE ||
		actor.kind == ACTOR_INSTANCE || actor.kind == ACTOR_RELAY))
		r = -ENOENT;
	if (r < 0)
		return r;
	*ret = (struct subject){
		.uri = actor.uri,
		.name = actor.name,
		.username = actor.username,
		.domain = web->node->domain,
		.kind = page_kind(&actor),
		.excerpt = excerpt(request, actor.summary),
		.page = actor.url,
	};
	return 0;
}

static int
by_handle(struct http_request *request, const char *uri, struct subject *ret)
{
	struct arena *arena = http_arena(request);
	struct actor actor;
	int r = portrait_known(web_of(request)->db, arena, uri, &actor);

	if (r < 0)
		return r;
	*ret = (struct subject){
		.uri = actor.uri,
		.name =
		    arena_printf(arena, "@%s@%s", actor.username, actor.host),
		.username = actor.username,
		.domain = actor.host,
	};
	return 0;
}

int
page_subject(struct http_request *request, const char *uri, bool known,
    struct subject *ret)
{
	struct web *web = web_of(request);
	struct arena *arena = http_arena(request);
	struct portrait portrait;
	const char *name, *host;
	int r;

	if (url_parse_acct(arena, uri, &name, &host) == 0) {
		if (strcmp(host, web->node->domain) != 0)
			return -ENOENT; /* an id is not known by its name */
		uri = arena_printf(arena, "%s/@%s", web->node->base, name);
	}
	r = portrait_find(web->db, arena, web->node->base, uri, &portrait);
	if (r == -EXDEV)
		return of_ours(request, uri, ret);
	if (r == -ENOENT && known)
		return by_handle(request, uri, ret);
	if (r == 0 && portrait.deleted)
		r = -ENOENT;
	if (r < 0)
		return r;
	*ret = (struct subject){
		.uri = portrait.uri,
		.name = portrait.name,
		.username = portrait.username,
		.domain = portrait.domain,
		.kind = page_portrait_kind(&portrait),
		.excerpt = excerpt(request, portrait.summary),
		.page = page_remote_address(arena, portrait.uri),
	};
	return 0;
}

void
page_set_subject(
    struct http_request *request, json_t *data, const struct subject *subject)
{
	struct arena *arena = http_arena(request);

	page_set_line(arena, data, "name", subject->name);
	page_set(data, "kind", subject->kind);
	page_set(data, "domain", subject->domain);
	page_set(data, "uri", subject->uri);
	page_set(data, "page", subject->page);
	page_set_line(arena, data, "excerpt", subject->excerpt);
	if (subject->username == NULL)
		return;
	page_set(data, "user", arena_printf(arena, "@%s", subject->username));
	page_set(data, "host", arena_printf(arena, "@%s", subject->domain));
}
