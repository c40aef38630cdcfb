/* SPDX-License-Identifier: ISC */
/*
 * The address of a search: what comes of it is within bounds or has a reason
 * in two languages, and the address that is written again says the same.
 */
#include <math.h>
#include <string.h>

#include "daemon/search_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
check(const struct search_form *form)
{
	const struct search_query *query = &form->query;

	ASSERT((form->error == NULL) == (form->fault == NULL));
	ASSERT(!query->located ||
	       (fabs(query->latitude) <= 90 && fabs(query->longitude) <= 180));
	ASSERT(query->within_km >= 0 && query->within_km <= 2000);
	ASSERT(form->namesake_count <= SEARCH_FORM_NAMESAKES);
	ASSERT(query->located || query->sort != SEARCH_NEAREST);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	const char *text = arena_printf(arena, "/search?%s",
	    size > 0 ? arena_strndup(arena, (const char *)data, size) : "");
	struct search_form form, again;
	struct target target, written;
	const char *link;

	if (target_parse(arena, text, &target) != 0) {
		arena_free(&arena);
		return 0;
	}
	search_form_parse(arena, &target, &form);
	check(&form);
	link = search_form_link(arena, &target, "after", NULL);
	ASSERT(target_parse(arena, link, &written) == 0);
	search_form_parse(arena, &written, &again);
	check(&again);
	ASSERT(again.query.after == NULL);
	/* One that would be too long leads to the empty form. */
	if (strcmp(link, "/search") != 0) {
		ASSERT(same(form.q, again.q));
		ASSERT(same(form.near, again.near));
		ASSERT(same(form.kind, again.kind));
		ASSERT(same(form.query.theme, again.query.theme));
		ASSERT(same(form.query.territory, again.query.territory));
		ASSERT(same(form.error, again.error));
	}
	arena_free(&arena);
	return 0;
}
