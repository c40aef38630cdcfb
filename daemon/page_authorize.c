/* SPDX-License-Identifier: ISC */
/*
 * GET /authorize_interaction?uri=: where other servers send those who follow
 * from here (our WebFinger answers say so), and POST /lookup: what is not
 * known here is asked for.  Looking up is a form of its own, because anyone
 * may link to this page, and a link must not have the node ask others.
 */
#include <errno.h>
#include <string.h>

#include "config/base/text.h"
#include "daemon/form.h"
#include "daemon/page_lookup.h"
#include "daemon/page_subject.h"
#include "federation/url.h"

/* GET /authorize_interaction?uri= */
void
page_authorize(struct http_request *request)
{
	struct arena *arena = http_arena(request);
	const char *uri = http_query(request, "uri");
	struct subject subject;
	json_t *data;
	int r;

	if (text_empty(uri)) {
		http_answer_error(
		    request, 400, "uri: the address of whom to follow");
		return;
	}
	r = page_subject(request, uri, true, &subject);
	if (r == -ENOENT || r == -EINVAL) {
		page_lookup_offer(request, uri, PAGE_LOOKUP_FOLLOW, NULL);
		return;
	}
	if (r < 0) {
		web_answer_store_error(request, r);
		return;
	}
	data = page_data(
	    request, arena_printf(arena, "Suivre %s", subject.name), NULL);
	(void)json_object_set_new(data, "noindex", json_true());
	page_set_subject(request, data, &subject);
	page_answer(request, "authorize.html", &data);
}

/* --- POST /lookup --- */

struct looking {
	const char *uri;
	enum page_lookup_next next;
};

static const struct {
	enum verdict verdict;
	const char *text;
} told[] = {
	{ VERDICT_MALFORMED, "Ce n’est ni une adresse web ni @nom@serveur." },
	{ VERDICT_UNKNOWN, "Le serveur n’a rien à cette adresse." },
	{ VERDICT_GONE, "Ce qui était à cette adresse a été supprimé." },
	{ VERDICT_REFUSED, "Ce nœud ne peut pas s’adresser à ce serveur." },
	{ VERDICT_BAD_ANSWER,
	    "Il n’y a personne que l’on puisse suivre à cette adresse." },
	{ VERDICT_WRONG_ORIGIN,
	    "Il n’y a personne que l’on puisse suivre à cette adresse." },
	{ VERDICT_BUSY,
	    "Trop de demandes attendent. Réessayez dans un moment." },
	/* The last one stands for all others. */
	{ VERDICT_UNREACHABLE,
	    "Ce serveur ne répond pas. Réessayez dans un moment." },
};

static const char *
sentence(enum verdict verdict)
{
	size_t i = 0;

	while (i + 1 < N_ELEMENTS(told) && told[i].verdict != verdict)
		i++;
	return told[i].text;
}

static void
on_found(struct http_request *request, const struct courier_want *want)
{
	const struct looking *looking = http_user(request);
	struct arena *arena = http_arena(request);

	if (want->verdict != VERDICT_ACCEPTED || want->found == NULL)
		page_lookup_offer(request, looking->uri, looking->next,
		    sentence(want->verdict));
	else if (looking->next == PAGE_LOOKUP_FOLLOW)
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
		page_set(data, "error", sentence(VERDICT_MALFORMED));
	if (next != PAGE_LOOKUP_NONE && host != NULL &&
	    strcmp(host, web_of(request)->node->domain) != 0)
		(void)json_object_set_new(data, "offer",
		    json_pack("{s:s, s:s, s:s}", "asked", uri, "server", host,
			"next",
			next == PAGE_LOOKUP_FOLLOW ? "follow" : "show"));
	page_answer_status(request, 404, "lookup.html", &data);
}
