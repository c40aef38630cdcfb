/* SPDX-License-Identifier: ISC */
/*
 * One reading is a chain, each step begun by the end of the one before:
 *
 *	pages of the outbox -> what they only name -> what they lack
 *	-> a writer job -> threads -> what answers in them -> done
 */
#include "federation/story_fetch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "federation/authority.h"
#include "federation/fetch.h"
#include "federation/keep.h"
#include "federation/resolve.h"
#include "federation/story.h"
#include "federation/url.h"
#include "store/story.h"

enum {
	PAGES_MAX = 8,
	BYTES_MAX = 4 << 20,
	NAMED_MAX = 20,   /* read one by one */
	LACKED_MAX = 10,  /* asked for one by one */
	THREADS_MAX = 5,  /* of the latest posts */
	ANSWERS_MAX = 20, /* of all threads */
	STORED_SEEN = 100,
	DOCUMENT_MAX = 65536, /* bytes of what is kept as received */
};

struct names {
	const char *list[STORY_NOTES_MAX];
	size_t count, at;
};

struct reading {
	struct writer_job job;
	struct courier_core *core;
	struct arena *arena;
	struct actor author;
	const char *wanted;
	unsigned pages;
	size_t bytes;
	bool whole; /* there are no older ones than were read */
	const struct object *notes[STORY_NOTES_MAX];
	size_t note_count;
	struct names named, lacked, threads, answers;
	bool gone[LACKED_MAX];
	enum verdict verdict;
	const char *reason;
	story_fetch_done_fn *done;
	void *arg;
};

static void
end(struct reading *reading)
{
	reading->done(reading->arg, reading->verdict, reading->reason);
	arena_free(&reading->arena);
	free(reading);
}

static void
remember(struct names *names, size_t max, const char *name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->list[i], name) == 0)
			return;
	}
	if (names->count < MIN(max, N_ELEMENTS(names->list)))
		names->list[names->count++] = name;
}

static bool
has(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->list[i], name) == 0)
			return true;
	}
	return false;
}

/* --- Threads (FEP-f228) --- */

static void next_thread(struct reading *reading);

static void
on_answer(
    void *arg, enum verdict verdict, const char *reason, const char *found)
{
	struct reading *reading = arg;

	(void)verdict; /* who answers from a server that is down is missed */
	(void)reason;
	(void)found;
	if (reading->answers.at == reading->answers.count) {
		end(reading);
		return;
	}
	resolve_start(reading->core->resolve, WANT_OBJECT,
	    reading->answers.list[reading->answers.at++], false, on_answer,
	    reading);
}

static void
release_document(void *document)
{
	json_decref(document);
}

static void
take_thread(struct reading *reading, const struct fetch_result *result)
{
	struct story_page *page = arena_alloc(reading->arena, sizeof(*page));

	story_read_thread(
	    reading->arena, result->document, reading->core->node->base, page);
	for (size_t i = 0; i < page->count; i++)
		remember(&reading->answers, ANSWERS_MAX, page->items[i].id);
	/* A collection that names its first page: that one, and no more. */
	if (page->count == 0 && page->next != NULL &&
	    url_same_origin(page->next, result->url))
		remember(&reading->threads, 2 * THREADS_MAX,
		    arena_strdup(reading->arena, page->next));
}

static void
on_thread(void *arg, const struct fetch_result *result)
{
	struct reading *reading = arg;

	if (result->verdict == VERDICT_ACCEPTED &&
	    url_same_origin(result->url, reading->author.uri) &&
	    story_is_collection(result->document))
		take_thread(reading, result);
	next_thread(reading);
}

static void
next_thread(struct reading *reading)
{
	struct names *threads = &reading->threads;

	if (reading->core->stopping || threads->at == threads->count) {
		on_answer(reading, VERDICT_ACCEPTED, "", NULL);
		return;
	}
	fetch_start(reading->core->fetch,
	    &(struct fetch_request){ .url = threads->list[threads->at++],
		.format = FETCH_COLLECTION },
	    on_thread, reading);
}

/* --- Into the store --- */

static int
put_note(struct reading *reading, struct db *db, const struct object *note)
{
	struct object object = *note;
	int64_t now = clock_now();
	enum verdict verdict;
	int r;

	object.actor_id = reading->author.id;
	object.received_at = now;
	/* A date to come would stay on top of every list. */
	object.published = MIN(object.published, now);
	/* No place for strangers to keep a megabyte each. */
	if (object.document != NULL && strlen(object.document) > DOCUMENT_MAX)
		object.document = NULL;
	r = keep_put_object(db, reading->arena, &object, &verdict);
	if (r < 0 || verdict != VERDICT_ACCEPTED)
		return r;
	return timeline_fan_out(
	    db, reading->author.id, object.id, object.published, false);
}

/* One that was read by its id is in the store already. */
static int
show_named(struct reading *reading, struct db *db, const char *id)
{
	struct object object;
	int r = object_by_uri(db, reading->arena, id, &object);

	if (r < 0 || object.deleted_at != 0 ||
	    object.actor_id != reading->author.id ||
	    object.visibility > VISIBILITY_UNLISTED)
		return r == -ENOENT ? 0 : r;
	return timeline_fan_out(
	    db, object.actor_id, object.id, object.published, false);
}

static int
drop_lacked(struct reading *reading, struct db *db, const char *id)
{
	struct object object;
	int r = object_by_uri(db, reading->arena, id, &object);

	if (r < 0 || object.deleted_at != 0 || object.local ||
	    object.actor_id != reading->author.id)
		return r == -ENOENT ? 0 : r;
	return object_delete(db, object.id, clock_now());
}

static int
work(struct writer_job *job, struct db *db)
{
	struct reading *reading = CONTAINER_OF(job, struct reading, job);
	int r =
	    actor_get(db, reading->arena, reading->author.id, &reading->author);

	/* It went while its outbox was read. */
	if (r < 0 || reading->author.deleted_at != 0)
		return r == -ENOENT ? 0 : r;
	for (size_t i = reading->note_count; r == 0 && i > 0; i--)
		r = put_note(reading, db, reading->notes[i - 1]);
	for (size_t i = 0; r == 0 && i < reading->named.count; i++)
		r = show_named(reading, db, reading->named.list[i]);
	for (size_t i = 0; r == 0 && i < reading->lacked.count; i++) {
		if (reading->gone[i])
			r = drop_lacked(reading, db, reading->lacked.list[i]);
	}
	if (r == 0 && reading->verdict == VERDICT_ACCEPTED)
		r = story_set_read(db, reading->author.id, clock_now());
	return r;
}

static void
on_written(struct writer_job *job)
{
	struct reading *reading = CONTAINER_OF(job, struct reading, job);

	courier_core_returned(reading->core);
	if (job->result < 0) {
		reading->verdict = VERDICT_FAILED;
		reading->reason = verdict_sentence(VERDICT_FAILED);
		end(reading);
		return;
	}
	for (size_t i = 0; i < reading->note_count; i++) {
		const char *context = reading->notes[i]->context;

		if (context != NULL &&
		    url_same_origin(context, reading->author.uri) &&
		    strcmp(context, reading->notes[i]->uri) != 0)
			remember(&reading->threads, THREADS_MAX, context);
	}
	next_thread(reading);
}

static void
put(struct reading *reading)
{
	reading->job.work = work;
	reading->job.done = on_written;
	courier_core_submit(reading->core, &reading->job);
}

/* --- What the outbox does not list --- */

static void next_lacked(struct reading *reading);

static void
on_lacked(void *arg, const struct fetch_result *result)
{
	struct reading *reading = arg;

	reading->gone[reading->lacked.at - 1] =
	    result->verdict == VERDICT_GONE ||
	    result->verdict == VERDICT_UNKNOWN ||
	    (result->verdict == VERDICT_ACCEPTED &&
		json_is_type(result->document, "Tombstone"));
	next_lacked(reading);
}

static void
next_lacked(struct reading *reading)
{
	struct names *lacked = &reading->lacked;

	if (reading->core->stopping || lacked->at == lacked->count) {
		put(reading);
		return;
	}
	fetch_start(reading->core->fetch,
	    &(struct fetch_request){ .url = lacked->list[lacked->at++],
		.format = FETCH_OBJECT,
		.insist = true },
	    on_lacked, reading);
}

static bool
is_listed(const struct reading *reading, const char *id)
{
	for (size_t i = 0; i < reading->note_count; i++) {
		if (strcmp(reading->notes[i]->uri, id) == 0)
			return true;
	}
	return has(&reading->named, id);
}

/* What is stored, is newer than the oldest that was read, and not listed. */
static void
look_for_lacked(struct reading *reading)
{
	int64_t oldest = INT64_MAX;
	struct object *stored;
	size_t count = 0;

	for (size_t i = 0; i < reading->note_count; i++)
		oldest = MIN(oldest, reading->notes[i]->published);
	if (reading->verdict != VERDICT_ACCEPTED ||
	    object_list(reading->core->db, reading->arena, reading->author.id,
		0, STORED_SEEN, &stored, &count) != 0)
		count = 0;
	for (size_t i = 0; i < count; i++) {
		if ((reading->whole || stored[i].published > oldest) &&
		    !is_listed(reading, stored[i].uri))
			remember(&reading->lacked, LACKED_MAX, stored[i].uri);
	}
	next_lacked(reading);
}

/* --- What the outbox only names --- */

static void
on_named(void *arg, enum verdict verdict, const char *reason, const char *found)
{
	struct reading *reading = arg;
	struct names *named = &reading->named;

	(void)verdict; /* gone, or another time */
	(void)reason;
	(void)found;
	if (reading->core->stopping || named->at == named->count) {
		look_for_lacked(reading);
		return;
	}
	resolve_start(reading->core->resolve, WANT_OBJECT,
	    named->list[named->at++], false, on_named, reading);
}

static void
end_of_pages(struct reading *reading, enum verdict verdict, const char *reason)
{
	reading->verdict = verdict;
	reading->reason = arena_strdup(reading->arena, reason);
	if (reading->wanted != NULL && !is_listed(reading, reading->wanted) &&
	    url_same_origin(reading->wanted, reading->author.uri))
		remember(&reading->named, STORY_NOTES_MAX, reading->wanted);
	on_named(reading, VERDICT_ACCEPTED, "", NULL);
}

/* --- Pages --- */

static void on_page(void *arg, const struct fetch_result *result);

static void
fetch_page(struct reading *reading, const char *url)
{
	if (!url_same_origin(url, reading->author.uri)) {
		end_of_pages(reading, VERDICT_WRONG_ORIGIN,
		    "the outbox goes on elsewhere");
		return;
	}
	reading->pages++;
	fetch_start(reading->core->fetch,
	    &(struct fetch_request){
		.url = url, .format = FETCH_COLLECTION, .insist = true },
	    on_page, reading);
}

static bool
is_enough(const struct reading *reading)
{
	return reading->note_count == STORY_NOTES_MAX ||
	       reading->pages >= PAGES_MAX || reading->bytes >= BYTES_MAX;
}

/* Where it goes on, or NULL. */
static const char *
take_page(struct reading *reading, json_t *document)
{
	struct story_page *page = arena_alloc(reading->arena, sizeof(*page));

	/* What is read may be borrowed from the document. */
	arena_on_free(reading->arena, release_document, json_incref(document));
	story_read_outbox(reading->arena, document, &reading->author,
	    reading->core->node->base, page);
	for (size_t i = 0; i < page->count; i++) {
		const struct story_item *item = &page->items[i];

		if (item->note == NULL)
			remember(&reading->named, NAMED_MAX, item->id);
		else if (reading->note_count < STORY_NOTES_MAX &&
			 !is_listed(reading, item->id))
			reading->notes[reading->note_count++] = item->note;
	}
	return page->next;
}

static void
on_page(void *arg, const struct fetch_result *result)
{
	struct reading *reading = arg;
	const char *next;

	if (result->verdict != VERDICT_ACCEPTED) {
		end_of_pages(reading, result->verdict, result->reason);
		return;
	}
	if (!url_same_origin(result->url, reading->author.uri) ||
	    !story_is_collection(result->document)) {
		end_of_pages(reading, VERDICT_WRONG_ORIGIN,
		    "that is no collection of the actor's origin");
		return;
	}
	reading->bytes += result->len;
	next = take_page(reading, result->document);
	reading->whole = next == NULL;
	if (next == NULL || is_enough(reading))
		end_of_pages(reading, VERDICT_ACCEPTED, "");
	else
		fetch_page(reading, next);
}

void
story_fetch(struct courier_core *core, const char *actor_uri,
    const char *wanted, story_fetch_done_fn *done, void *arg)
{
	struct reading *reading = xcalloc(1, sizeof(*reading));

	reading->core = core;
	reading->arena = arena_new();
	reading->done = done;
	reading->arg = arg;
	reading->wanted = arena_strdup(reading->arena, wanted);
	reading->reason = "";
	if (actor_by_uri(
		core->db, reading->arena, actor_uri, &reading->author) != 0 ||
	    reading->author.kind != ACTOR_REMOTE ||
	    reading->author.deleted_at != 0) {
		reading->verdict = VERDICT_UNKNOWN;
		reading->reason = "there is no such actor here";
		end(reading);
		return;
	}
	if (reading->author.outbox == NULL)
		end_of_pages(reading, VERDICT_ACCEPTED, "");
	else
		fetch_page(reading, reading->author.outbox);
}
