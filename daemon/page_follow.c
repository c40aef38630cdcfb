/* SPDX-License-Identifier: ISC */
/*
 * GET and POST /follow: people whose account is elsewhere give its address,
 * and are sent to the page of their own server on which they confirm that they
 * follow somebody shown here.  The form stands on the page of each actor.
 */
#include <errno.h>
#include <string.h>

#include "daemon/form.h"
#include "daemon/page_subject.h"
#include "federation/subscribe.h"

/* What stays between the form and the answer of the other server. */
struct following {
	struct subject subject;
	const char *account;
};

/* What is wrong, for people and for programs; all NULL: nothing is. */
struct complaint {
	int status;
	const char *french, *english;
};

static void
answer(struct http_request *request, const struct following *following,
    const struct complaint *complaint)
{
	struct arena *arena = http_arena(request);
	json_t *data;

	if (complaint->status >= 400 && !form_wants_page(request)) {
		http_answer_error(
		    request, complaint->status, complaint->english);
		return;
	}
	data = page_data(request,
	    arena_printf(arena, "Suivre %s", following->subject.name), NULL);
	(void)json_object_set_new(data, "noindex", json_true());
	page_set_subject(request, data, &following->subject);
	page_set(data, "account", following->account);
	page_set(data, "error", complaint->french);
	http_set_policy(request, HTTP_POLICY_LEADS_AWAY);
	page_answer_status(request, complaint->status, "subscribe.html", &data);
}

static bool
find_subject(struct http_request *request, const char *uri, struct subject *ret)
{
	int r = uri == NULL ? -EINVAL : page_subject(request, uri, false, ret);

	if (r == -EINVAL)
		http_answer_error(
		    request, 400, "uri: the address of whom to follow");
	else if (r < 0)
		web_answer_store_error(request, r);
	return r == 0;
}

/* GET /follow?uri= */
void
page_follow(struct http_request *request)
{
	struct following following = { 0 };

	if (find_subject(
		request, http_query(request, "uri"), &following.subject))
		answer(
		    request, &following, &(struct complaint){ .status = 200 });
}

/* What is told of each verdict; %s is the server of the account. */
static const struct {
	enum verdict verdict;
	struct complaint complaint;
} told[] = {
	{ VERDICT_UNKNOWN,
	    { 422, "%s ne connaît pas ce compte. Vérifiez comment il s’écrit.",
		"%s does not know this account" } },
	{ VERDICT_GONE, { 422, "%s dit que ce compte a été supprimé.",
			    "%s says that this account was deleted" } },
	{ VERDICT_REFUSED, { 422, "Ce nœud ne peut pas s’adresser à %s.",
			       "this node may not contact %s" } },
	{ VERDICT_BAD_ANSWER,
	    { 502,
		"%s ne dit pas où suivre depuis ce compte. Cherchez l’adresse "
		"ci-dessous dans votre application.",
		"%s does not say where to follow from this account" } },
	{ VERDICT_BUSY,
	    { 503, "Trop de demandes attendent. Réessayez dans un moment.",
		"too much is waiting, try again later" } },
	/* The last one stands for all others. */
	{ VERDICT_UNREACHABLE,
	    { 502, "%s ne répond pas. Réessayez dans un moment.",
		"%s does not answer, try again later" } },
};

static const char *
with_host(struct arena *arena, const char *text, const char *host)
{
	const char *at = strstr(text, "%s");

	return at == NULL ? text
			  : arena_printf(arena, "%.*s%s%s", (int)(at - text),
				text, host, at + 2);
}

static void
complain(struct http_request *request, const struct following *following,
    enum verdict verdict)
{
	struct arena *arena = http_arena(request);
	struct complaint complaint = { 400,
		"Ce n’est pas l’adresse d’un compte. Elle s’écrit "
		"@nom@serveur, comme @camille@mastodon.example.",
		"account: it is no address of the form @name@host" };
	const char *resource, *host;
	size_t i = 0;

	if (subscribe_account(arena, following->account, &resource, &host) ==
	    0) {
		while (i + 1 < N_ELEMENTS(told) && told[i].verdict != verdict)
			i++;
		complaint = told[i].complaint;
		complaint.french = with_host(arena, complaint.french, host);
		complaint.english = with_host(arena, complaint.english, host);
	}
	answer(request, following, &complaint);
}

static void
on_template(struct http_request *request, const struct courier_want *want)
{
	const struct following *following = http_user(request);
	const char *address;

	if (want->verdict == VERDICT_ACCEPTED &&
	    subscribe_fill(http_arena(request), want->found,
		following->subject.uri, &address) == 0)
		http_answer_redirect(request, 303, address);
	else
		complain(request, following,
		    want->verdict == VERDICT_ACCEPTED ? VERDICT_BAD_ANSWER
						      : want->verdict);
}

/* POST /follow: account, uri */
void
page_follow_sent(struct http_request *request)
{
	struct following *following;
	struct target form;

	if (!form_take(request, &form))
		return;
	following = arena_alloc(http_arena(request), sizeof(*following));
	if (!find_subject(request, form_field(request, &form, "uri"),
		&following->subject))
		return;
	following->account = form_field(request, &form, "account");
	if (following->account == NULL) {
		answer(request, following,
		    &(struct complaint){ 400,
			"Donnez l’adresse de votre compte.",
			"account: it is missing" });
		return;
	}
	http_mark_private(request);
	http_set_user(request, following);
	web_want(request, WANT_SUBSCRIBE, following->account, on_template);
}
