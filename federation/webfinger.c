/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/text.h"
#include "federation/webfinger.h"

enum { LINKS_MAX = 100 };

struct search {
	struct fetch *fetch;
	struct arena *arena;
	const char *name, *host;
	bool moved, insist;
	webfinger_done_fn *done;
	void *arg;
};

int
webfinger_read(
    const json_t *document, const char **ret_subject, const char **ret_uri)
{
	const char *subject = json_text(document, "subject");
	const json_t *links = json_object_get(document, "links");
	size_t count = MIN(json_array_size(links), LINKS_MAX);

	if (subject == NULL)
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		const json_t *link = json_array_get(links, i);
		const char *rel = json_text(link, "rel");
		const char *href = json_text(link, "href");

		if (rel == NULL || href == NULL || strcmp(rel, "self") != 0 ||
		    !fetch_type_fits(FETCH_OBJECT, json_text(link, "type")))
			continue;
		*ret_subject = subject;
		*ret_uri = href;
		return 0;
	}
	return -EINVAL;
}

static void
end(struct search *search, enum verdict verdict, const char *reason,
    const char *uri)
{
	search->done(search->arg, verdict, reason, uri);
	arena_free(&search->arena);
	free(search);
}

static void ask(struct search *search);

static void
judge(struct search *search, const json_t *document)
{
	const char *subject, *uri, *name, *host;

	if (webfinger_read(document, &subject, &uri) != 0) {
		end(search, VERDICT_BAD_ANSWER,
		    "WebFinger names no actor there", NULL);
		return;
	}
	if (!text_starts_with(subject, "acct:") ||
	    url_parse_acct(search->arena, subject, &name, &host) != 0) {
		end(search, VERDICT_BAD_ANSWER,
		    "WebFinger answers about something else", NULL);
		return;
	}
	if (text_equal_nocase(name, search->name) &&
	    strcmp(host, search->host) == 0) {
		end(search, VERDICT_ACCEPTED, "", uri);
		return;
	}
	if (search->moved) {
		end(search, VERDICT_WRONG_ORIGIN,
		    "WebFinger answers about somebody else", NULL);
		return;
	}
	search->moved = true;
	search->name = name;
	search->host = host;
	ask(search);
}

static void
on_fetched(void *arg, const struct fetch_result *result)
{
	struct search *search = arg;

	if (result->verdict != VERDICT_ACCEPTED)
		end(search, result->verdict, result->reason, NULL);
	else
		judge(search, result->document);
}

static void
ask(struct search *search)
{
	const char *account = arena_printf(
	    search->arena, "acct:%s@%s", search->name, search->host);
	const struct fetch_request request = {
		.url = arena_printf(search->arena,
		    "https://%s/.well-known/webfinger?resource=%s",
		    search->host, text_percent_encode(search->arena, account)),
		.format = FETCH_JRD,
		.insist = search->insist,
	};

	fetch_start(search->fetch, &request, on_fetched, search);
}

void
webfinger_find(struct fetch *fetch, const char *name, const char *host,
    bool insist, webfinger_done_fn *done, void *arg)
{
	struct search *search = xcalloc(1, sizeof(*search));

	search->fetch = fetch;
	search->arena = arena_new();
	search->name = arena_strdup(search->arena, name);
	search->host = arena_strdup(search->arena, host);
	search->insist = insist;
	search->done = done;
	search->arg = arg;
	ask(search);
}
