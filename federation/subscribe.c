/* SPDX-License-Identifier: ISC */
#include "federation/subscribe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/text.h"
#include "federation/url.h"

enum { LINKS_MAX = 100 };

#define PLACE "{uri}"

/* --- Templates --- */

static bool
in_authority(const char *template, const char *place)
{
	const char *path = strstr(template, "://");

	path = path == NULL ? NULL : strchr(path + 3, '/');
	return path == NULL || path > place;
}

int
subscribe_fill(struct arena *arena, const char *template, const char *uri,
    const char **ret)
{
	const char *place = strstr(template, PLACE);
	struct url url;

	if (place == NULL || in_authority(template, place) ||
	    strlen(template) > SUBSCRIBE_TEMPLATE_MAX ||
	    url_parse(arena,
		arena_printf(arena, "%.*s%s%s", (int)(place - template),
		    template, text_percent_encode(arena, uri),
		    place + strlen(PLACE)),
		&url) != 0 ||
	    !url.https)
		return -EINVAL;
	*ret = url.text;
	return 0;
}

/* With its place written as {uri}; NULL: it may not be used. */
static const char *
acceptable(struct arena *arena, const char *template, const char *name,
    const struct address_policy *policy)
{
	const char *place, *address;
	struct url url;

	if (template == NULL || strlen(template) > SUBSCRIBE_TEMPLATE_MAX)
		return NULL;
	place = strstr(template, name);
	if (place == NULL)
		return NULL;
	template = arena_printf(arena, "%.*s" PLACE "%s",
	    (int)(place - template), template, place + strlen(name));
	/* As long as an actor's id may be. */
	if (subscribe_fill(
		arena, template, "https://actor.example/", &address) != 0 ||
	    url_parse(arena, address, &url) != 0 ||
	    address_refusal(policy, &url) != NULL)
		return NULL;
	return template;
}

int
subscribe_read(struct arena *arena, const json_t *document,
    const struct address_policy *policy, const char **ret)
{
	static const struct {
		const char *rel, *name;
	} kinds[] = {
		{ SUBSCRIBE_REL, PLACE },
		{ SUBSCRIBE_INTENT_REL, "{object}" },
	};
	const json_t *links = json_object_get(document, "links");
	size_t count = MIN(json_array_size(links), LINKS_MAX);
	bool any = false;

	for (size_t k = 0; k < N_ELEMENTS(kinds); k++) {
		for (size_t i = 0; i < count; i++) {
			const json_t *link = json_array_get(links, i);
			const char *rel = json_text(link, "rel");
			const char *found;

			if (rel == NULL || strcmp(rel, kinds[k].rel) != 0)
				continue;
			any = true;
			found = acceptable(arena, json_text(link, "template"),
			    kinds[k].name, policy);
			if (found == NULL)
				continue;
			*ret = found;
			return 0;
		}
	}
	return any ? -EINVAL : -ENOENT;
}

/* --- Looking --- */

int
subscribe_account(struct arena *arena, const char *account,
    const char **ret_resource, const char **ret_host)
{
	const char *name, *host;
	struct url url;

	if (url_parse(arena, account, &url) == 0) {
		if (!url.https || url.path[0] == '\0' ||
		    strcmp(url.path, "/") == 0)
			return -EINVAL;
		*ret_resource = url_without_fragment(arena, url.text);
		*ret_host = url.authority;
		return 0;
	}
	if (url_parse_acct(arena, account, &name, &host) != 0)
		return -EINVAL;
	*ret_resource = arena_printf(arena, "acct:%s@%s", name, host);
	*ret_host = host;
	return 0;
}

struct look {
	struct courier_core *core;
	struct arena *arena;
	subscribe_done_fn *done;
	void *arg;
};

static void
end(struct look *look, enum verdict verdict, const char *reason,
    const char *template)
{
	look->done(look->arg, verdict, reason, template);
	arena_free(&look->arena);
	free(look);
}

static void
on_fetched(void *arg, const struct fetch_result *result)
{
	struct look *look = arg;
	const char *template = NULL;
	int r;

	if (result->verdict != VERDICT_ACCEPTED) {
		end(look, result->verdict, result->reason, NULL);
		return;
	}
	r = subscribe_read(look->arena, result->document,
	    look->core->snapshot->addresses, &template);
	if (r == 0)
		end(look, VERDICT_ACCEPTED, "", template);
	else
		end(look, VERDICT_BAD_ANSWER,
		    r == -ENOENT ? "WebFinger names no page to follow from"
				 : "the page to follow from may not be used",
		    NULL);
}

void
subscribe_find(struct courier_core *core, const char *account,
    subscribe_done_fn *done, void *arg)
{
	struct look *look = xcalloc(1, sizeof(*look));
	const char *resource, *host;

	look->core = core;
	look->arena = arena_new();
	look->done = done;
	look->arg = arg;
	if (subscribe_account(look->arena, account, &resource, &host) != 0) {
		end(look, VERDICT_MALFORMED, "that is no address of an account",
		    NULL);
		return;
	}
	fetch_start(core->fetch,
	    &(struct fetch_request){
		.url = arena_printf(look->arena,
		    "https://%s/.well-known/webfinger?resource=%s", host,
		    text_percent_encode(look->arena, resource)),
		.format = FETCH_JRD },
	    on_fetched, look);
}
