/* SPDX-License-Identifier: ISC */
#include "daemon/form.h"

#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"

const char *const form_types[] = { "application/x-www-form-urlencoded", NULL };

bool
form_is_own(const char *fetch_site, const char *origin, const char *base)
{
	if (fetch_site != NULL)
		return strcmp(fetch_site, "same-origin") == 0;
	return origin == NULL || strcmp(origin, base) == 0;
}

bool
form_take(struct http_request *request, struct target *ret)
{
	struct web *web = web_of(request);
	char key[RATELIMIT_KEY_SIZE];
	size_t len;
	const char *body = http_body(request, &len);
	int64_t wait;

	if (!form_is_own(http_header(request, "Sec-Fetch-Site"),
		http_header(request, "Origin"), web->node->base)) {
		http_answer_error(
		    request, 403, "this form is sent from pages of this node");
		return false;
	}
	if (strlen(body) != len ||
	    target_parse_form(http_arena(request), body, ret) != 0) {
		http_answer_error(request, 400, "the form cannot be read");
		return false;
	}
	ratelimit_key(http_client(request), key);
	wait = ratelimit_take(web->shared->lookups, key, clock_monotonic_ms());
	if (wait > 0) {
		http_answer_later(request, 429, wait,
		    "too many look-ups from this address, wait a little");
		return false;
	}
	return true;
}

bool
form_wants_page(struct http_request *request)
{
	return negotiate_accept(http_header(request, "Accept"),
		   NEGOTIATE_HTML | NEGOTIATE_JSON) != NEGOTIATE_JSON;
}

const char *
form_field(
    struct http_request *request, const struct target *form, const char *name)
{
	const char *value = target_query(form, name);
	size_t len;

	if (value == NULL)
		return NULL;
	value += strspn(value, " \t\r\n");
	for (len = strlen(value); len > 0; len--) {
		if (strchr(" \t\r\n", value[len - 1]) == NULL)
			break;
	}
	return len == 0 ? NULL : arena_strndup(http_arena(request), value, len);
}
