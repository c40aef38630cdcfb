/* SPDX-License-Identifier: ISC */
/*
 * A template is parsed into a flat list of nodes; a section knows the index
 * of its end, so that rendering is one loop over the list, called again for
 * what a section holds.
 */
#include "daemon/template.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/text.h"

enum {
	TEMPLATE_DEPTH_MAX = 16, /* sections and partials within each other */
	TEMPLATE_NAME_MAX = 48,
};

enum node_kind {
	NODE_TEXT,
	NODE_ESCAPED,
	NODE_RAW,
	NODE_SECTION,
	NODE_INVERTED,
	NODE_END,
	NODE_PARTIAL,
};

struct node_of_template {
	enum node_kind kind;
	const char *text; /* literal text, in the source */
	size_t len;
	char name[TEMPLATE_NAME_MAX];
	size_t end; /* index of the NODE_END of a section */
};

struct template
{
	const char *name;
	struct node_of_template *nodes;
	size_t count, size;
};

static struct template *loaded;
static size_t loaded_count;

const struct asset *
asset_find(const char *name)
{
	for (size_t i = 0; i < asset_count; i++) {
		if (strcmp(asset_files[i].name, name) == 0)
			return &asset_files[i];
	}
	return NULL;
}

/* --- parsing --- */

static struct node_of_template *
add_node(struct template *t, enum node_kind kind)
{
	if (t->count == t->size) {
		t->size = t->size == 0 ? 32 : 2 * t->size;
		t->nodes = xrealloc(t->nodes, t->size * sizeof(*t->nodes));
	}
	t->nodes[t->count] = (struct node_of_template){ .kind = kind };
	return &t->nodes[t->count++];
}

static enum node_kind
kind_of_mark(char mark)
{
	switch (mark) {
	case '#':
		return NODE_SECTION;
	case '^':
		return NODE_INVERTED;
	case '/':
		return NODE_END;
	case '>':
		return NODE_PARTIAL;
	case '&':
		return NODE_RAW;
	default:
		return NODE_ESCAPED;
	}
}

/* The last section still open gets this end. */
static int
close_section(struct template *t, size_t *open, size_t *depth)
{
	const struct node_of_template *end = &t->nodes[t->count - 1];

	if (*depth == 0 ||
	    strcmp(t->nodes[open[*depth - 1]].name, end->name) != 0)
		return -EINVAL;
	(*depth)--;
	t->nodes[open[*depth]].end = t->count - 1;
	return 0;
}

static int
add_tag(struct template *t, const char *tag, size_t len, size_t *open,
    size_t *depth)
{
	enum node_kind kind;
	struct node_of_template *node;

	if (len > 0 && tag[0] == '!')
		return 0;
	kind = len > 0 ? kind_of_mark(tag[0]) : NODE_ESCAPED;
	if (kind != NODE_ESCAPED) {
		tag++;
		len--;
	}
	if (len == 0 || len >= TEMPLATE_NAME_MAX)
		return -EINVAL;
	node = add_node(t, kind);
	memcpy(node->name, tag, len);
	if (kind == NODE_END)
		return close_section(t, open, depth);
	if (kind == NODE_SECTION || kind == NODE_INVERTED) {
		if (*depth == TEMPLATE_DEPTH_MAX)
			return -EINVAL;
		open[(*depth)++] = t->count - 1;
	}
	return 0;
}

static void
add_text(struct template *t, const char *text, size_t len)
{
	struct node_of_template *node;

	if (len == 0)
		return;
	node = add_node(t, NODE_TEXT);
	node->text = text;
	node->len = len;
}

static int
parse(struct template *t, const char *text)
{
	size_t open[TEMPLATE_DEPTH_MAX], depth = 0;
	const char *from, *to;

	while ((from = strstr(text, "{{")) != NULL) {
		to = strstr(from, "}}");
		if (to == NULL)
			return -EINVAL;
		add_text(t, text, (size_t)(from - text));
		if (add_tag(
			t, from + 2, (size_t)(to - from) - 2, open, &depth) < 0)
			return -EINVAL;
		text = to + 2;
	}
	add_text(t, text, strlen(text));
	return depth == 0 ? 0 : -EINVAL;
}

/* --- rendering --- */

struct render {
	const json_t *stack[TEMPLATE_DEPTH_MAX + 1];
	size_t depth;
	size_t partials;
	struct buf *out;
};

/* In the innermost object, and nowhere else: see template.h. */
static const json_t *
look_up(const struct render *render, const char *name)
{
	size_t i = render->depth;

	if (strcmp(name, ".") == 0)
		return render->stack[i - 1];
	while (i > 1 && !json_is_object(render->stack[i - 1]))
		i--;
	return json_object_get(render->stack[i - 1], name);
}

static bool
is_something(const json_t *value)
{
	if (value == NULL || json_is_null(value) || json_is_false(value))
		return false;
	if (json_is_array(value))
		return json_array_size(value) > 0;
	if (json_is_string(value))
		return json_string_length(value) > 0;
	return true;
}

static void
put_value(struct render *render, const json_t *value, bool raw)
{
	if (json_is_integer(value))
		buf_printf(
		    render->out, "%lld", (long long)json_integer_value(value));
	else if (json_is_string(value) && raw)
		buf_add(render->out, json_string_value(value),
		    json_string_length(value));
	else if (json_is_string(value))
		buf_put_html(render->out, json_string_value(value));
}

static void render_range(
    struct render *render, const struct template *t, size_t from, size_t to);

static void
render_within(struct render *render, const struct template *t, size_t at,
    const json_t *value)
{
	ASSERT(render->depth <= TEMPLATE_DEPTH_MAX);
	render->stack[render->depth++] = value;
	render_range(render, t, at + 1, t->nodes[at].end);
	render->depth--;
}

static void
render_section(struct render *render, const struct template *t, size_t at)
{
	const json_t *value = look_up(render, t->nodes[at].name), *item;
	size_t i;

	if (!is_something(value))
		return;
	if (!json_is_array(value)) {
		render_within(render, t, at, value);
		return;
	}
	json_array_foreach(value, i, item) render_within(render, t, at, item);
}

static const struct template *
find_template(const char *name)
{
	for (size_t i = 0; i < loaded_count; i++) {
		if (strcmp(loaded[i].name, name) == 0)
			return &loaded[i];
	}
	return NULL;
}

static void
render_partial(struct render *render, const char *name)
{
	char file[TEMPLATE_NAME_MAX + 8];
	const struct template *t;

	(void)snprintf(file, sizeof(file), "%s.html", name);
	t = find_template(file);
	ASSERT(t != NULL && render->partials < TEMPLATE_DEPTH_MAX);
	render->partials++;
	render_range(render, t, 0, t->count);
	render->partials--;
}

/* Returns the index to go on at. */
static size_t
render_node(struct render *render, const struct template *t, size_t at)
{
	const struct node_of_template *node = &t->nodes[at];

	switch (node->kind) {
	case NODE_TEXT:
		buf_add(render->out, node->text, node->len);
		return at + 1;
	case NODE_ESCAPED:
	case NODE_RAW:
		put_value(render, look_up(render, node->name),
		    node->kind == NODE_RAW);
		return at + 1;
	case NODE_SECTION:
		render_section(render, t, at);
		return node->end + 1;
	case NODE_INVERTED:
		if (!is_something(look_up(render, node->name)))
			render_range(render, t, at + 1, node->end);
		return node->end + 1;
	case NODE_PARTIAL:
		render_partial(render, node->name);
		return at + 1;
	case NODE_END:
		break;
	}
	return at + 1;
}

static void
render_range(
    struct render *render, const struct template *t, size_t from, size_t to)
{
	while (from < to)
		from = render_node(render, t, from);
}

static void
render_whole(const struct template *t, const json_t *data, struct buf *out)
{
	struct render render = { .stack = { data }, .depth = 1, .out = out };

	render_range(&render, t, 0, t->count);
}

void
template_render(const char *name, const json_t *data, struct buf *out)
{
	const struct template *t = find_template(name);

	ASSERT(t != NULL);
	render_whole(t, data, out);
}

int
template_render_text(const char *text, const json_t *data, struct buf *out)
{
	struct template t = { .name = "" };
	int r = parse(&t, text);

	if (r == 0)
		render_whole(&t, data, out);
	free(t.nodes);
	return r;
}

void
template_load(void)
{
	loaded = xcalloc(asset_count, sizeof(*loaded));
	for (size_t i = 0; i < asset_count; i++) {
		struct template *t = &loaded[loaded_count];

		if (!text_ends_with(asset_files[i].name, ".html"))
			continue;
		t->name = asset_files[i].name;
		/* Embedded files end with a NUL that does not count. */
		ASSERT(parse(t, (const char *)asset_files[i].data) == 0);
		loaded_count++;
	}
}

void
template_unload(void)
{
	for (size_t i = 0; i < loaded_count; i++)
		free(loaded[i].nodes);
	free(loaded);
	loaded = NULL;
	loaded_count = 0;
}
