/* SPDX-License-Identifier: ISC */
/*
 * Wants of other threads: answered through their mailboxes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "federation/activity.h"
#include "federation/resolve.h"
#include "federation/subscribe.h"
#include "federation/webfinger.h"

static void
run_done(struct message *message)
{
	struct courier_want *want =
	    CONTAINER_OF(message, struct courier_want, message);

	want->done(want);
}

static void
answer(struct courier_want *want, enum verdict verdict, const char *reason,
    const char *found)
{
	want->verdict = verdict;
	(void)snprintf(want->error, sizeof(want->error), "%s",
	    verdict == VERDICT_ACCEPTED ? "" : reason);
	want->found = found != NULL ? xstrdup(found) : NULL;
	want->message.run = run_done;
	mailbox_post(want->reply, &want->message);
}

static void
on_resolved(
    void *arg, enum verdict verdict, const char *reason, const char *found)
{
	answer(arg, verdict, reason, found);
}

/* --- WANT_SHOW: read and judged as if it were to be stored --- */

struct show {
	struct fetch *fetch;
	struct courier_want *want;
};

static enum verdict
judge(const struct fetch_result *result, char error[JSON_ERROR_SIZE])
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct received_actor actor;
	struct activity activity;
	struct object object;
	char other[JSON_ERROR_SIZE];

	if (activity_actor_type(result->document) != NULL)
		return activity_read_actor(
			   arena, result->document, &actor, error) == 0
			   ? VERDICT_ACCEPTED
			   : VERDICT_BAD_ANSWER;
	if (activity_read_object(arena, result->document, &object, error) == 0)
		return VERDICT_ACCEPTED;
	return activity_read(arena, result->document, &activity, other) == 0 &&
		       activity.type != ACTIVITY_OTHER
		   ? VERDICT_ACCEPTED
		   : VERDICT_BAD_ANSWER;
}

static void
on_shown(void *arg, const struct fetch_result *result)
{
	struct show *show = arg;
	char error[JSON_ERROR_SIZE] = "";
	enum verdict verdict = result->verdict;

	show->want->document = NULL;
	if (verdict == VERDICT_ACCEPTED) {
		verdict = judge(result, error);
		show->want->document = xstrndup(result->text, result->len);
		answer(show->want, verdict, error, result->id);
	} else
		answer(show->want, verdict, result->reason, NULL);
	free(show);
}

static void
show_uri(struct show *show, const char *uri)
{
	fetch_start(show->fetch,
	    &(struct fetch_request){
		.url = uri, .format = FETCH_OBJECT, .insist = true },
	    on_shown, show);
}

static void
on_account(void *arg, enum verdict verdict, const char *reason, const char *uri)
{
	struct show *show = arg;

	if (verdict == VERDICT_ACCEPTED) {
		show_uri(show, uri);
		return;
	}
	show->want->document = NULL;
	answer(show->want, verdict, reason, NULL);
	free(show);
}

void
resolve_show(struct fetch *fetch, struct courier_want *want)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct show *show = xcalloc(1, sizeof(*show));
	const char *name, *host;

	show->fetch = fetch;
	show->want = want;
	if (url_parse_acct(arena, want->uri, &name, &host) == 0)
		webfinger_find(fetch, name, host, true, on_account, show);
	else
		show_uri(show, want->uri);
}

void
resolve_subscribe(struct courier_core *core, struct courier_want *want)
{
	want->document = NULL;
	subscribe_find(core, want->uri, on_resolved, want);
}

void
resolve_want(struct resolve *resolve, struct courier_want *want)
{
	want->found = NULL;
	want->document = NULL;
	resolve_start(
	    resolve, want->kind, want->uri, want->refresh, on_resolved, want);
}
