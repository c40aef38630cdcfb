/* SPDX-License-Identifier: ISC */
/*
 * Whatever comes in as HTML, as Markdown or as a line: only tags of the list
 * come out, closed where they were opened, and what came out is not changed
 * when it is sanitised again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/text.h"
#include "federation/sanitize.h"
#include "tests/unit/safe_html.h"

enum { INPUT_MAX = 16384, LINE_MAX_POINTS = 80 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
check_html(struct arena *arena, const char *text)
{
	const char *once = sanitize_html(arena, text, INPUT_MAX);
	size_t len = strlen(once);
	const char *twice = sanitize_html(arena, once, len);

	must(text_utf8_valid(once, len));
	must(safe_html_fault(once) == NULL);
	must(safe_html_fault(twice) == NULL);
	/* Beyond the bounds the second reading may be a plainer one. */
	if (len < 4096)
		must(strcmp(once, twice) == 0);
}

static void
check_line(struct arena *arena, const char *text)
{
	const char *line = sanitize_line(arena, text, LINE_MAX_POINTS);

	must(text_utf8_valid(line, strlen(line)));
	must(text_utf8_length(line) <= LINE_MAX_POINTS);
	for (const char *p = line; *p != '\0'; p++)
		must((unsigned char)*p >= ' ');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	const char *text, *plain;

	if (size > INPUT_MAX)
		size = INPUT_MAX;
	text = arena_strndup(arena, (const char *)data, size);
	check_html(arena, text);
	check_line(arena, text);
	plain = sanitize_plain(arena, text, LINE_MAX_POINTS);
	must(text_utf8_length(plain) <= LINE_MAX_POINTS);
	must(safe_html_fault(sanitize_markdown(arena, text)) == NULL);
	arena_free(&arena);
	return 0;
}
