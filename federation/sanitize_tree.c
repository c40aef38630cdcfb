/* SPDX-License-Identifier: ISC */
#include "federation/sanitize_tree.h"

#include <setjmp.h>
#include <string.h>

struct parse {
	struct arena *arena;
	const char *html;
	size_t len;
	const GumboNode *root;
	jmp_buf full;
};

/*
 * Gumbo takes no answer but memory, so the way out is a jump; all that it
 * holds is in the arena, and it has no state beside.
 */
static void *
parse_alloc(void *arg, size_t size)
{
	struct parse *parse = arg;

	if (size > SANITIZE_TREE_MAX ||
	    arena_used(parse->arena) + size > SANITIZE_TREE_MAX)
		longjmp(parse->full, 1);
	return arena_alloc(parse->arena, size);
}

static void
parse_free(void *arg, void *p)
{
	(void)arg;
	(void)p;
}

static void
parse_run(struct parse *parse)
{
	GumboOptions options = kGumboDefaultOptions;

	options.allocator = parse_alloc;
	options.deallocator = parse_free;
	options.userdata = parse;
	options.max_errors = 0;
	options.fragment_context = GUMBO_TAG_DIV;
	if (setjmp(parse->full) != 0)
		return;
	parse->root =
	    gumbo_parse_with_options(&options, parse->html, parse->len)->root;
}

static size_t
count_tags(const char *html, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += html[i] == '<';
	return count;
}

const GumboNode *
sanitize_tree_parse(struct arena *arena, const char *html, size_t len)
{
	struct parse parse = { .arena = arena, .html = html, .len = len };

	if (count_tags(html, len) > SANITIZE_TAGS_MAX)
		return NULL;
	parse_run(&parse);
	return parse.root;
}
