/* SPDX-License-Identifier: ISC */
/*
 * A form of a visitor: its fields are UTF-8 without NUL, and the address of an
 * account that comes of one is asked for at a host of one spelling.
 */
#include <string.h>

#include "config/base/text.h"
#include "daemon/target.h"
#include "federation/subscribe.h"
#include "federation/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	const char *body = arena_strndup(arena, (const char *)data, size);
	const char *resource, *host, *normal;
	struct target form;

	if (target_parse_form(arena, body, &form) != 0) {
		arena_free(&arena);
		return 0;
	}
	ASSERT(form.query_count <= TARGET_QUERY_MAX);
	for (size_t i = 0; i < form.query_count; i++) {
		const char *value = form.query[i].value;

		ASSERT(text_utf8_valid(value, strlen(value)));
		ASSERT(target_query(&form, form.query[i].name) != NULL);
		if (subscribe_account(arena, value, &resource, &host) != 0)
			continue;
		ASSERT(url_normalize_host(arena, host, &normal) == 0);
		ASSERT(strcmp(host, normal) == 0);
	}
	arena_free(&arena);
	return 0;
}
