/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "config/base/text.h"
#include "federation/story.h"

#define BASE   "https://node.example"
#define AUTHOR "https://a.example/o/1"
#define TO     "\"to\":[\"https://www.w3.org/ns/activitystreams#Public\"]"
#define NOTE(id) \
	"{\"id\":\"https://a.example/n/" id "\",\"type\":\"Note\"," \
	"\"attributedTo\":\"" AUTHOR "\",\"content\":\"x\"," TO "}"
#define CREATE(object) \
	"{\"id\":\"https://a.example/a/1\",\"type\":\"Create\",\"actor\":" \
	"\"" AUTHOR "\",\"object\":" object "}"

static const struct actor author = { .kind = ACTOR_REMOTE, .uri = AUTHOR };

struct fixture {
	struct arena *arena;
	json_t *document;
	struct story_page page;
};

static int
setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->arena = arena_new();
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	json_decref(f->document);
	arena_free(&f->arena);
	free(f);
	return 0;
}

static void
load(struct fixture *f, const char *text)
{
	json_error_t error;

	json_decref(f->document);
	f->document = json_loads(text, 0, &error);
	if (f->document == NULL)
		fail_msg("%s in %s", error.text, text);
}

static void
read_outbox(struct fixture *f, const char *text)
{
	load(f, text);
	story_read_outbox(f->arena, f->document, &author, BASE, &f->page);
}

static void
creates_of_the_actor_are_its_story(void **state)
{
	struct fixture *f = *state;

	read_outbox(f,
	    "{\"type\":\"OrderedCollectionPage\",\"next\":"
	    "\"https://a.example/p/2\",\"orderedItems\":[" CREATE(NOTE("1")) "," CREATE(
		"\"https://a.example/n/2\"") "," NOTE("3") "," CREATE(NOTE("1")) "]}");
	assert_int_equal(3, f->page.count);
	assert_string_equal("https://a.example/n/1", f->page.items[0].id);
	assert_non_null(f->page.items[0].note);
	assert_int_equal(VISIBILITY_PUBLIC, f->page.items[0].note->visibility);
	assert_string_equal("https://a.example/n/2", f->page.items[1].id);
	assert_null(f->page.items[1].note);
	assert_non_null(f->page.items[2].note);
	assert_string_equal("https://a.example/p/2", f->page.next);
}

static void
a_head_leads_to_its_first_page(void **state)
{
	struct fixture *f = *state;

	read_outbox(f, "{\"type\":\"OrderedCollection\",\"first\":"
		       "\"https://a.example/p/1\"}");
	assert_int_equal(0, f->page.count);
	assert_string_equal("https://a.example/p/1", f->page.next);
	read_outbox(
	    f, "{\"type\":\"OrderedCollection\",\"first\":{\"items\":" CREATE(
		   NOTE("1")) ",\"next\":\"https://a.example/p/2\"}}");
	assert_int_equal(1, f->page.count);
	assert_string_equal("https://a.example/p/2", f->page.next);
	read_outbox(f,
	    "{\"first\":{\"first\":{\"first\":{\"items\":[" NOTE("1") "]}}}}");
	assert_int_equal(0, f->page.count);
}

static void
what_is_not_its_own_or_not_public_is_no_part(void **state)
{
	static const char *const items[] = {
		"{\"id\":\"https://a.example/a/1\",\"type\":\"Announce\","
		"\"actor\":\"" AUTHOR "\",\"object\":" NOTE("1") "}",
		"{\"id\":\"https://a.example/a/1\",\"type\":\"Create\","
		"\"actor\":\"https://a.example/o/2\",\"object\":" NOTE("1") "}",
		/* Its author is another, or of another origin. */
		CREATE("{\"id\":\"https://a.example/n/1\",\"type\":\"Note\","
		       "\"attributedTo\":\"https://a.example/o/2\","
		       "\"content\":\"x\"," TO "}"),
		CREATE("{\"id\":\"https://b.example/n/1\",\"type\":\"Note\","
		       "\"attributedTo\":\"" AUTHOR "\",\"content\":\"x\"," TO
		       "}"),
		CREATE("\"https://b.example/n/1\""),
		/* Whom it is for. */
		CREATE("{\"id\":\"https://a.example/n/1\",\"type\":\"Note\","
		       "\"attributedTo\":\"" AUTHOR "\",\"content\":\"x\","
		       "\"to\":\"" AUTHOR "/followers\"}"),
		CREATE("{\"id\":\"https://a.example/n/1\",\"type\":\"Note\","
		       "\"attributedTo\":\"" AUTHOR "\",\"content\":\"x\"}"),
		/* Nothing to show. */
		CREATE("{\"id\":\"https://a.example/n/1\",\"type\":\"Group\","
		       "\"attributedTo\":\"" AUTHOR "\"," TO "}"),
		"\"https://a.example/n/1\"",
		"7",
		"null",
		"[]",
		"{}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < N_ELEMENTS(items); i++) {
		read_outbox(f, arena_printf(f->arena, "{\"orderedItems\":[%s]}",
				   items[i]));
		if (f->page.count != 0)
			fail_msg("taken: %s", items[i]);
	}
}

static void
a_page_is_looked_at_within_bounds(void **state)
{
	struct fixture *f = *state;
	json_t *items = json_array();
	json_t *document = json_pack("{s:o}", "items", items);

	for (int i = 0; i < 3 * STORY_ITEMS_MAX; i++)
		json_array_append_new(items, json_string(arena_printf(f->arena,
						 "https://b.example/n/%d", i)));
	story_read_thread(f->arena, document, BASE, &f->page);
	assert_int_equal(STORY_REPLIES_MAX, f->page.count);
	story_read_outbox(f->arena, document, &author, BASE, &f->page);
	assert_int_equal(0, f->page.count);
	json_decref(document);
}

static void
a_thread_names_what_is_elsewhere(void **state)
{
	struct fixture *f = *state;

	load(f, "{\"type\":\"Collection\",\"items\":[\"https://B.example/n/1\","
		"{\"id\":\"https://c.example/n/1\",\"content\":\"x\"},"
		"\"https://b.example/n/1\",\"" BASE "/o/1\",\"urn:x\","
		"\"http://d.example/1\",7,null,{}]}");
	story_read_thread(f->arena, f->document, BASE, &f->page);
	assert_int_equal(2, f->page.count);
	assert_string_equal("https://b.example/n/1", f->page.items[0].id);
	assert_string_equal("https://c.example/n/1", f->page.items[1].id);
	assert_null(f->page.items[1].note);
	assert_null(f->page.next);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(creates_of_the_actor_are_its_story),
		TEST(a_head_leads_to_its_first_page),
		TEST(what_is_not_its_own_or_not_public_is_no_part),
		TEST(a_page_is_looked_at_within_bounds),
		TEST(a_thread_names_what_is_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
