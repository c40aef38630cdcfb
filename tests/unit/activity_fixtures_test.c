/* SPDX-License-Identifier: ISC */
/*
 * Documents of real servers.  They are not part of this tree: the folder is
 * PARVIS_SHARED, or "shared" beside the sources, and without it there is
 * nothing to test.  index.tsv there says what each file is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "config/base/text.h"
#include "federation/activity.h"
#include "federation/url.h"
#include "tests/unit/safe_html.h"

enum { KINDS_MAX = 128, FIELDS = 5, FILE_MAX = 1 << 20 };

/* What is refused although its server is real, and why. */
static const struct exception {
	const char *file, *reason;
} exceptions[] = {
	{ "gotosocial-note-extractpolicy-test-2.json",
	    "a piece of a Note: no id, no author" },
	{ "gotosocial-person-extractpubkey-test-1.json",
	    "what GoToSocial gives unsigned: a key, but no inbox" },
	{ "mastodon-create-note-security-1.json",
	    "a sketch in the documentation: the Note has no id" },
	{ "mastodon-person-activitypub-9.json", "a sketch without an inbox" },
	{ "mastodon-person-activitypub-13.json", "a sketch without an inbox" },
	{ "mastodon-person-activitypub-14.json", "a sketch without an inbox" },
	{ "mastodon-person-activitypub-15.json", "a sketch without an inbox" },
	{ "pleroma-create-note-activitypub-client-post-activity.json",
	    "from a client to its own server: no actor yet" },
};

struct tally {
	const char *software, *kind;
	unsigned read, refused;
};

struct bench {
	struct arena *arena; /* for the index */
	struct arena *work;  /* for one document */
	const char *folder;
	struct tally tallies[KINDS_MAX];
	size_t count;
	unsigned failures;
};

struct fixture {
	const char *file, *software, *kind, *type, *object_type;
};

static const char *
fixtures_folder(struct arena *arena)
{
	const char *shared = getenv("PARVIS_SHARED");

	return arena_printf(arena, "%s/fixtures/activities",
	    shared != NULL ? shared : TEST_SOURCE_DIR "/../../shared");
}

static char *
load(const struct bench *bench, struct arena *arena, const char *name,
    size_t *ret_len)
{
	const char *path = arena_printf(arena, "%s/%s", bench->folder, name);
	FILE *file = fopen(path, "rb");
	char *text;

	if (file == NULL)
		fail_msg("%s cannot be read", path);
	text = arena_alloc(arena, FILE_MAX);
	*ret_len = fread(text, 1, FILE_MAX - 1, file);
	assert_int_equal(fclose(file), 0);
	return text;
}

static struct tally *
tally_of(struct bench *bench, const struct fixture *fixture)
{
	struct tally *tally;

	for (size_t i = 0; i < bench->count; i++) {
		tally = &bench->tallies[i];
		if (strcmp(tally->software, fixture->software) == 0 &&
		    strcmp(tally->kind, fixture->kind) == 0)
			return tally;
	}
	assert_true(bench->count < KINDS_MAX);
	tally = &bench->tallies[bench->count++];
	*tally = (struct tally){ fixture->software, fixture->kind, 0, 0 };
	return tally;
}

/* --- what a result must keep to, whoever wrote the document --- */

static bool
object_is_sound(const struct object *object)
{
	return (object->content == NULL ||
		   safe_html_fault(object->content) == NULL) &&
	       object->uri != NULL && object->actor_uri != NULL &&
	       url_same_origin(object->uri, object->actor_uri) &&
	       (object->url == NULL ||
		   url_same_origin(object->uri, object->url)) &&
	       object->published > 0 && object->updated >= object->published;
}

static bool
actor_is_sound(const struct received_actor *received)
{
	const struct actor *actor = &received->actor;

	if (text_empty(actor->username) ||
	    (actor->summary != NULL &&
		safe_html_fault(actor->summary) != NULL) ||
	    !url_same_origin(actor->uri, actor->inbox))
		return false;
	for (size_t i = 0; i < received->key_count; i++) {
		if (!url_same_origin(actor->uri, received->keys[i].uri))
			return false;
	}
	return true;
}

static int
read_activity(struct arena *arena, json_t *document, char *error)
{
	struct activity activity;
	struct received_actor actor;
	struct object object;

	if (activity_read(arena, document, &activity, error) < 0)
		return -1;
	assert_non_null(activity.actor);
	if (activity.object == NULL || (activity.type != ACTIVITY_CREATE &&
					   activity.type != ACTIVITY_UPDATE))
		return 0;
	if (activity_actor_type(activity.object) != NULL)
		return activity_read_actor(
		    arena, activity.object, &actor, error);
	if (activity_read_object(arena, activity.object, &object, error) < 0)
		return -1;
	assert_true(object_is_sound(&object));
	return 0;
}

static int
read_document(struct bench *bench, const struct fixture *fixture,
    json_t *document, char *error)
{
	struct received_actor actor;
	struct object object;

	if (strcmp(fixture->kind, "activity") == 0)
		return read_activity(bench->work, document, error);
	if (strcmp(fixture->kind, "actor") == 0) {
		if (activity_read_actor(bench->work, document, &actor, error) <
		    0)
			return -1;
		assert_true(actor_is_sound(&actor));
		return 0;
	}
	if (activity_read_object(bench->work, document, &object, error) < 0)
		return -1;
	assert_true(object_is_sound(&object));
	return 0;
}

/* --- what must be read --- */

/* Actors and Notes of the servers that most of the fediverse runs on. */
static bool
must_be_read(const struct fixture *fixture)
{
	static const char *const servers[] = { "mastodon", "gotosocial",
		"lemmy", "peertube", "mobilizon", "pleroma", "friendica" };
	bool known = false;

	for (size_t i = 0; i < N_ELEMENTS(servers); i++)
		known = known || strcmp(fixture->software, servers[i]) == 0;
	if (!known)
		return false;
	if (strcmp(fixture->kind, "activity") == 0)
		return strcmp(fixture->type, "Create") == 0 &&
		       strcmp(fixture->object_type, "Note") == 0;
	return strcmp(fixture->kind, "actor") == 0 ||
	       strcmp(fixture->type, "Note") == 0;
}

/* Any document through any reader: none may come to harm. */
static void
read_as_everything(struct bench *bench, json_t *document)
{
	static const char *const kinds[] = { "activity", "actor", "object" };
	char error[JSON_ERROR_SIZE];

	for (size_t i = 0; document != NULL && i < N_ELEMENTS(kinds); i++) {
		const struct fixture as = { .kind = kinds[i] };

		(void)read_document(bench, &as, document, error);
	}
}

static const struct exception *
exception_of(const struct fixture *fixture)
{
	for (size_t i = 0; i < N_ELEMENTS(exceptions); i++) {
		if (strcmp(exceptions[i].file, fixture->file) == 0)
			return &exceptions[i];
	}
	return NULL;
}

static void
look_at(struct bench *bench, const struct fixture *fixture)
{
	const struct exception *exception = exception_of(fixture);
	struct tally *tally = tally_of(bench, fixture);
	char error[JSON_ERROR_SIZE] = "";
	json_t *document = NULL;
	size_t len;
	char *text;
	bool read;

	bench->work = arena_new();
	text = load(bench, bench->work, fixture->file, &len);
	read = json_read(text, len, &document, error) == 0 &&
	       read_document(bench, fixture, document, error) == 0;

	read_as_everything(bench, document);
	json_decref(document);
	arena_free(&bench->work);
	tally->read += read;
	tally->refused += !read;
	/* A refusal says why. */
	assert_true(read || error[0] != '\0');
	if (getenv("PARVIS_FIXTURES_VERBOSE") != NULL && !read)
		print_message("%s: %s\n", fixture->file, error);
	if (must_be_read(fixture) && read == (exception != NULL)) {
		print_error("%s: %s\n", fixture->file,
		    read ? "is read, though listed as an exception" : error);
		bench->failures++;
	}
}

/* The first fields of a line of index.tsv; false for other kinds. */
static bool
take_line(char *line, struct fixture *ret)
{
	const char *fields[FIELDS] = { "", "", "", "", "" };
	char *rest = line;

	for (size_t i = 0; i < FIELDS && rest != NULL; i++)
		fields[i] = strsep(&rest, "\t");
	*ret = (struct fixture){ fields[0], fields[1], fields[2], fields[3],
		fields[4] };
	return strcmp(ret->kind, "activity") == 0 ||
	       strcmp(ret->kind, "actor") == 0 ||
	       strcmp(ret->kind, "object") == 0;
}

static void
documents_of_real_servers_are_read_or_refused_clearly(void **state)
{
	struct bench bench = { .arena = arena_new() };
	struct fixture fixture;
	struct stat info;
	unsigned looked_at = 0;
	char *index, *line;
	size_t len;

	(void)state;
	bench.folder = fixtures_folder(bench.arena);
	if (stat(bench.folder, &info) != 0) {
		print_message("%s is not there: skipped\n", bench.folder);
		arena_free(&bench.arena);
		skip();
		return;
	}
	index = load(&bench, bench.arena, "index.tsv", &len);
	while ((line = strsep(&index, "\n")) != NULL) {
		if (!take_line(line, &fixture))
			continue;
		look_at(&bench, &fixture);
		looked_at++;
	}
	for (size_t i = 0; i < bench.count; i++)
		print_message("%-14s %-10s read %3u, refused %3u\n",
		    bench.tallies[i].software, bench.tallies[i].kind,
		    bench.tallies[i].read, bench.tallies[i].refused);
	assert_true(looked_at > 0);
	arena_free(&bench.arena);
	assert_int_equal(bench.failures, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    documents_of_real_servers_are_read_or_refused_clearly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
