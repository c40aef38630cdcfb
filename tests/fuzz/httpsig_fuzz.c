/* SPDX-License-Identifier: ISC */
/*
 * Signature headers of both forms.  The input is a request: "METHOD target",
 * lines "name: value", an empty line, the body.  Whatever it says, the text to
 * be signed has one line for each component, and nothing verifies.
 */
#include <string.h>

#include "federation/httpsig_forms.h"
#include "federation/sfv.h"

enum { HEADERS_MAX = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next line as a string, NULL at the end. */
static char *
take_line(struct arena *arena, const char **at, const char *end)
{
	const char *start = *at, *stop;

	if (start >= end)
		return NULL;
	stop = memchr(start, '\n', (size_t)(end - start));
	if (stop == NULL)
		stop = end;
	*at = stop < end ? stop + 1 : end;
	return arena_strndup(arena, start, (size_t)(stop - start));
}

static size_t
read_headers(struct arena *arena, const char **at, const char *end,
    struct httpsig_header headers[HEADERS_MAX])
{
	size_t n = 0;
	char *line, *colon;

	while (n < HEADERS_MAX && (line = take_line(arena, at, end)) != NULL &&
	       *line != '\0') {
		if ((colon = strchr(line, ':')) == NULL)
			continue;
		*colon = '\0';
		headers[n++] = (struct httpsig_header){ line, colon + 1 };
	}
	return n;
}

static void
check_base(struct arena *arena, const struct httpsig *sig,
    const struct httpsig_request *request)
{
	enum httpsig_verdict verdict;
	size_t expected = 0, lines = 1;
	char *base;

	if (sig->form == HTTPSIG_CAVAGE) {
		verdict = httpsig_cavage_base(arena, sig, request, true, &base);
		while (sig->components[expected] != NULL)
			expected++;
	} else {
		verdict = httpsig_rfc9421_base(arena, sig, request, &base);
		expected = 1;
		for (const struct sfv_item *item = sig->params->items;
		     item != NULL; item = item->next)
			expected++;
	}
	if (verdict != HTTPSIG_OK)
		return;
	for (; *base != '\0'; base++)
		lines += *base == '\n';
	ASSERT(lines == expected);
}

static void
check_request(struct arena *arena, const struct httpsig_request *request)
{
	static const struct httpsig_policy policy = { 1780000000, 1 << 30 };
	static struct key *key;
	struct httpsig *sig;

	if (key == NULL)
		ASSERT(key_from_multibase(
			   "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
			   &key) == 0);
	if (httpsig_parse(arena, request, &sig) != HTTPSIG_OK)
		return;
	for (; sig != NULL; sig = sig->next) {
		check_base(arena, sig, request);
		ASSERT(httpsig_check(arena, sig, request, &policy, key) !=
		       HTTPSIG_OK);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	struct httpsig_header headers[HEADERS_MAX];
	struct arena *arena = arena_new();
	struct httpsig_request request = { .scheme = "https",
		.authority = "chevreuse.example",
		.headers = headers };
	char *line = take_line(arena, &at, end);
	char *space = line == NULL ? NULL : strchr(line, ' ');

	if (space != NULL && space[1] == '/') {
		*space = '\0';
		request.method = line;
		request.target = space + 1;
		request.n_headers = read_headers(arena, &at, end, headers);
		request.body = at;
		request.body_len = (size_t)(end - at);
		check_request(arena, &request);
	}
	arena_free(&arena);
	return 0;
}
