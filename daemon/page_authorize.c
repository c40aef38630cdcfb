/* SPDX-License-Identifier: ISC */
/*
 * GET /authorize_interaction?uri=: where other servers send those who follow
 * from here: our WebFinger answers say so.
 */
#include <errno.h>
#include <string.h>

#include "config/base/text.h"
#include "daemon/page_lookup.h"
#include "daemon/page_subject.h"

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
