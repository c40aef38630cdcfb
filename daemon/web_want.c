/* SPDX-License-Identifier: ISC */
/* A request that waits, parked, for what the courier reads elsewhere. */
#include <stdlib.h>

#include "daemon/web.h"

struct wanted {
	struct courier_want want;
	struct web *web;
	struct worker *worker;
	uint64_t id; /* of the parked request */
	web_wanted_fn *then;
	char *uri;
};

static void
on_done(struct courier_want *want)
{
	struct wanted *wanted = CONTAINER_OF(want, struct wanted, want);
	struct http_request *request = http_resume(wanted->worker, wanted->id);

	wanted->web->jobs--;
	if (request != NULL)
		wanted->then(request, want);
	free(want->found);
	free(want->document);
	free(wanted->uri);
	free(wanted);
}

void
web_want(struct http_request *request, enum want_kind kind, const char *uri,
    web_wanted_fn *then)
{
	struct wanted *wanted = xcalloc(1, sizeof(*wanted));

	wanted->web = web_of(request);
	wanted->worker = http_worker(request);
	wanted->then = then;
	wanted->uri = xstrdup(uri);
	wanted->want.kind = kind;
	wanted->want.uri = wanted->uri;
	wanted->want.reply = worker_mailbox(wanted->worker);
	wanted->want.done = on_done;
	wanted->id = http_park(request);
	wanted->web->jobs++;
	courier_want(wanted->web->node->courier, &wanted->want);
}
