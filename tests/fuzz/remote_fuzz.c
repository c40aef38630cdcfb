/* SPDX-License-Identifier: ISC */
/*
 * What other servers say of somebody, for a page of ours: where to follow from
 * (a JRD) leads to an https address alone; what is shown of an actor has no
 * markup in its lines and links to its own origin alone; what is taken of its
 * outbox is its own and public.
 */
#include <stdlib.h>
#include <string.h>

#include "config/base/text.h"
#include "federation/portrait.h"
#include "federation/story.h"
#include "federation/subscribe.h"
#include "federation/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct address_policy *
policy(void)
{
	static struct address_policy *made;
	static const char *none[] = { NULL };
	struct settings settings = { 0 };

	settings.outbound_allow_networks.items = none;
	settings.outbound_allow_ports.items = none;
	settings.outbound_hosts.items = none;
	if (made == NULL)
		made = address_policy_new(&settings);
	return made;
}

static void
check_template(struct arena *arena, const json_t *document)
{
	const char *template, *one, *other;
	struct url a, b;

	if (subscribe_read(arena, document, policy(), &template) != 0)
		return;
	ASSERT(strlen(template) <= SUBSCRIBE_TEMPLATE_MAX);
	if (subscribe_fill(arena, template, "https://a.example/", &one) != 0 ||
	    subscribe_fill(
		arena, template, "https://@b.example/../x?#", &other) != 0)
		return;
	ASSERT(url_parse(arena, one, &a) == 0 && a.https);
	ASSERT(url_parse(arena, other, &b) == 0);
	/* Whom to follow never changes where the browser goes. */
	ASSERT(strcmp(a.origin, b.origin) == 0);
	ASSERT(address_refusal(policy(), &a) == NULL);
}

static void
check_address(const struct portrait *portrait, const char *address)
{
	ASSERT(address == NULL || (text_starts_with(address, "https://") &&
				      url_same_origin(address, portrait->uri)));
}

static void
check_portrait(struct arena *arena, const json_t *document)
{
	struct portrait portrait;

	if (portrait_read(arena, document, &portrait) != 0)
		return;
	ASSERT(portrait.name != NULL && *portrait.name != '\0');
	ASSERT(portrait.summary == NULL ||
	       strcasestr(portrait.summary, "<script") == NULL);
	ASSERT(portrait.theme_count <= PORTRAIT_WORDS_MAX);
	ASSERT(portrait.skill_count <= PORTRAIT_WORDS_MAX);
	check_address(&portrait, portrait.url);
	check_address(&portrait, portrait.holder);
}

static void
check_story(struct arena *arena, json_t *document)
{
	static const struct actor author = { .kind = ACTOR_REMOTE,
		.uri = "https://a.example/o/1" };
	struct story_page *page = arena_alloc(arena, sizeof(*page));

	story_read_outbox(
	    arena, document, &author, "https://node.example", page);
	ASSERT(page->count <= STORY_ITEMS_MAX);
	for (size_t i = 0; i < page->count; i++) {
		const struct object *note = page->items[i].note;

		ASSERT(url_same_origin(page->items[i].id, author.uri));
		if (note == NULL)
			continue;
		ASSERT(strcmp(note->uri, page->items[i].id) == 0);
		ASSERT(strcmp(note->actor_uri, author.uri) == 0);
		ASSERT(note->visibility <= VISIBILITY_UNLISTED);
	}
	story_read_thread(arena, document, "https://node.example", page);
	ASSERT(page->count <= STORY_REPLIES_MAX);
	for (size_t i = 0; i < page->count; i++)
		ASSERT(text_starts_with(page->items[i].id, "https://"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[JSON_ERROR_SIZE];
	struct arena *arena;
	json_t *document;

	if (json_read((const char *)data, size, &document, error) != 0)
		return 0;
	arena = arena_new();
	check_template(arena, document);
	check_portrait(arena, document);
	check_story(arena, document);
	arena_free(&arena);
	json_decref(document);
	return 0;
}
