/* SPDX-License-Identifier: ISC */
/*
 * POST /lookup: what is not known here is asked of its own server.  It is a
 * form of its own, because anyone may link to the pages that offer it, and a
 * link must not have the node ask others.
 */
#include "daemon/page_lookup.h"

#include <string.h>

#include "config/base/text.h"
#include "daemon/form.h"
#include "daemon/page.h"
#include "federation/url.h"

struct looking {
	const char *uri;
	enum page_lookup_next next;
};

static const struct told {
	enum verdict verdict;
	const char *french, *english;
} told[] = {
	{ VERDICT_MALFORMED, "Ce n’est ni une adresse web ni @nom@serveur.",
	    "uri: it is neither a web address nor @name@host" },
	{ VERDICT_UNKNOWN, "Le serveur n’a rien à cette adresse.",
	    "its server has nothing at this address" },
	{ VERDICT_GONE, "Ce qui était à cette adresse a été supprimé.",
	    "what was at this address was deleted" },
	{ VERDICT_REFUSED, "Ce nœud ne peut pas s’adresser à ce serveur.",
	    "this node may not contact that server" },
	{ VERDICT_BAD_ANSWER,
	    "Il n’y a personne que l’on puisse suivre à cette adresse.",
	    "there is nobody to be followed at this address" },
	{ VERDICT_WRONG_ORIGIN,
	    "Il n’y a personne que l’on puisse suivre à cette adresse.",
	    "there is nobody to be followed at this address" },
	{ VERDICT_BUSY, "Trop de demandes attendent. Réessayez dans un moment.",
	    "too much is waiting, try again later" },
	/* The last one stands for all others. */
	{ VERDICT_UNREACHABLE,
	    "Ce serveur ne répond pas. Réessayez dans un moment.",
	    "that server does not answer, try again later" },
};

static const struct told *
words_for(enum verdict verdict)
{
	size_t i = 0;

	while (i + 1 < N_ELEMENTS(told) && told[i].verdict != verdict)
		i++;
	return &told[i];
}

static void
on_found(struct http_request *request, const struct courier_want *want)
{
	const struct looking *looking = http_user(request);
	struct arena *arena = http_arena(request);

	if (want->verdict != VERDICT_ACCEPTED || want->found == NULL) {
		const struct told *words = words_for(want->verdict);

		if (form_wants_page(request))
			page_lookup_offer(request, looking->uri, looking->next,
			    words->french);
		else
			http_answer_error(request, 404, words->english);
	} else if (looking->next == PAGE_LOOKUP_FOLLOW)
		http_answer_redirect(request, 303,
		    arena_printf(arena, "/authorize_interaction?uri=%s",
			text_percent_encode(arena, want->found)));
	else
		http_answer_redirect(
		    request, 303, page_remote_address(arena, want->found));
}

/* POST /lookup: uri, next */
void
page_lookup_sent(struct http_request *request)
{
	struct looking *looking;
	struct target form;
	const char *next;

	if (!form_take(request, &form))
		return;
	looking = arena_alloc(http_arena(request), sizeof(*looking));
	looking->uri = form_field(request, &form, "uri");
	next = form_field(request, &form, "next");
	looking->next = next != NULL && strcmp(next, "follow") == 0
			    ? PAGE_LOOKUP_FOLLOW
			    : PAGE_LOOKUP_SHOW;
	if (looking->uri == NULL) {
		http_answer_error(request, 400, "uri: what to look for");
		return;
	}
	http_set_user(request, looking);
	web_want(request, WANT_ACTOR, looking->uri, on_found);
}

void
page_lookup_offer(struct http_request *request, const char *uri,
    enum page_lookup_next next, const char *error)
{
	struct arena *arena = http_arena(request);
	json_t *data = page_data(request, "Adresse inconnue ici", NULL);
	const char *name, *host = NULL;
	struct url url;

	(void)json_object_set_new(data, "noindex", json_true());
	page_set(data, "heading", "Adresse inconnue ici");
	page_set_line(arena, data, "asked", uri);
	page_set(data, "error", error);
	if (url_parse_acct(arena, uri, &name, &host) != 0 &&
	    url_parse(arena, uri, &url) == 0 && url.https)
		host = url.authority;
	if (host == NULL && error == NULL)
		page_set(data, "error", words_for(VERDICT_MALFORMED)->french);
	if (next != PAGE_LOOKUP_NONE && host != NULL &&
	    strcmp(host, web_of(request)->node->domain) != 0)
		(void)json_object_set_new(data, "offer",
		    json_pack("{s:s, s:s, s:s}", "asked", uri, "server", host,
			"next",
			next == PAGE_LOOKUP_FOLLOW ? "follow" : "show"));
	page_answer_status(request, 404, "lookup.html", &data);
}
