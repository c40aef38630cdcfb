/* SPDX-License-Identifier: ISC */
/*
 * A question is a kind and an address.  Each kind may lead to a question of a
 * later kind only, so that no two wait for each other whatever servers say:
 *
 *	key -> actor		a key's own document names its owner
 *	object -> actor		its author, when unknown here
 *	account -> actor	WebFinger
 *
 * What is told is always read from the store, after the commit.
 */
#include <sys/queue.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "federation/keep.h"
#include "federation/memo.h"
#include "federation/resolve.h"
#include "federation/webfinger.h"

enum {
	BUCKETS = 1024,
	OPEN_MAX_QUESTIONS = 4096,
	WAITERS_MAX = 20000,       /* over all questions */
	REFRESHED = 1024,          /* remembered refreshes */
	DOCUMENT_KEPT_MAX = 65536, /* bytes of what is kept as received */
};

enum question_kind { ASK_KEY, ASK_OBJECT, ASK_ACCOUNT, ASK_ACTOR };

struct waiter {
	STAILQ_ENTRY(waiter) link;
	char *uri; /* normalised, with its fragment */
	resolve_done_fn *done;
	void *arg;
};

struct question {
	LIST_ENTRY(question) link;
	struct resolve *resolve;
	enum question_kind kind;
	char *address; /* without fragment, or "acct:..." */
	struct arena *arena;
	STAILQ_HEAD(, waiter) waiters;
	struct received_actor actor;
	struct object object;
};

struct resolve {
	struct courier_core *core;
	LIST_HEAD(, question) buckets[BUCKETS];
	size_t questions, waiters;
	struct memo *refreshed;
};

struct resolve *
resolve_new(struct courier_core *core)
{
	struct resolve *resolve = xcalloc(1, sizeof(*resolve));

	resolve->core = core;
	for (size_t i = 0; i < BUCKETS; i++)
		LIST_INIT(&resolve->buckets[i]);
	resolve->refreshed = memo_new(REFRESHED);
	return resolve;
}

void
resolve_free(struct resolve **resolve)
{
	if (*resolve == NULL)
		return;
	ASSERT((*resolve)->questions == 0);
	memo_free(&(*resolve)->refreshed);
	free(*resolve);
	*resolve = NULL;
}

size_t
resolve_open(const struct resolve *resolve)
{
	return resolve->questions;
}

/* --- Ending --- */

/* One who asked for a key is told of the key, not of its document. */
static void
tell(struct question *question, const struct waiter *waiter,
    enum verdict verdict, const char *reason, const char *found)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct actor_key key;
	struct actor actor;
	struct db *db = question->resolve->core->db;

	if (question->kind != ASK_KEY || verdict != VERDICT_ACCEPTED) {
		waiter->done(waiter->arg, verdict, reason, found);
		return;
	}
	if (actor_key_by_uri(db, arena, waiter->uri, &key) != 0 ||
	    actor_get(db, arena, key.actor_id, &actor) != 0)
		waiter->done(waiter->arg, VERDICT_NO_KEY,
		    "the actor does not list this key", NULL);
	else
		waiter->done(waiter->arg, VERDICT_ACCEPTED, "", actor.uri);
}

/* The last thing done with a question. */
static void
finish(struct question *question, enum verdict verdict, const char *reason,
    const char *found)
{
	struct resolve *resolve = question->resolve;
	struct waiter *waiter;

	LIST_REMOVE(question, link); /* who asks from now on asks anew */
	resolve->questions--;
	while ((waiter = STAILQ_FIRST(&question->waiters)) != NULL) {
		STAILQ_REMOVE_HEAD(&question->waiters, link);
		resolve->waiters--;
		tell(question, waiter, verdict, reason, found);
		free(waiter->uri);
		free(waiter);
	}
	arena_free(&question->arena);
	free(question->address);
	free(question);
}

/* The words for a verdict of the store. */
static void
finish_kept(struct question *question, enum verdict verdict, const char *found)
{
	finish(question, verdict,
	    verdict == VERDICT_ACCEPTED ? "" : verdict_sentence(verdict),
	    found);
}

/* --- What was read --- */

static void
on_actor_kept(void *arg, enum verdict verdict)
{
	struct question *question = arg;

	finish_kept(question, verdict, question->actor.actor.uri);
}

/*
 * The document as received, to be stored beside what was read from it: not a
 * place for strangers to keep a megabyte each.
 */
static const char *
kept_text(struct question *question, const struct fetch_result *result)
{
	return result->len > DOCUMENT_KEPT_MAX
		   ? NULL
		   : arena_strndup(question->arena, result->text, result->len);
}

static void
take_actor(struct question *question, const struct fetch_result *result)
{
	struct received_actor *received = &question->actor;
	char error[JSON_ERROR_SIZE];

	if (activity_read_actor(
		question->arena, result->document, received, error) != 0) {
		finish(question, VERDICT_BAD_ANSWER, error, NULL);
		return;
	}
	if (strcmp(received->actor.uri, result->id) != 0) {
		finish(question, VERDICT_WRONG_ORIGIN,
		    "the actor has another id", NULL);
		return;
	}
	keep_actor(question->resolve->core, received, on_actor_kept, question);
}

static bool
is_actor(const struct fetch_result *result)
{
	return activity_actor_type(result->document) != NULL;
}

/* An answer about another question that this one waited for. */
static void
on_owner(void *arg, enum verdict verdict, const char *reason, const char *found)
{
	finish(arg, verdict, reason, found);
}

/* A key that has a document of its own: its owner must list it. */
static void
take_key(struct question *question, const struct fetch_result *result)
{
	const char *owner = json_id(result->document, "owner");

	if (owner == NULL)
		owner = json_id(result->document, "controller");
	if (owner == NULL || !url_same_origin(owner, result->id)) {
		finish(question, VERDICT_NO_KEY,
		    "the document is no key of an actor there", NULL);
		return;
	}
	resolve_start(
	    question->resolve, WANT_ACTOR, owner, true, on_owner, question);
}

static void
on_object_kept(void *arg, enum verdict verdict)
{
	struct question *question = arg;

	finish_kept(question, verdict, question->object.uri);
}

static void
on_author(
    void *arg, enum verdict verdict, const char *reason, const char *found)
{
	struct question *question = arg;

	if (verdict != VERDICT_ACCEPTED) {
		finish(question, verdict, reason, NULL);
		return;
	}
	if (strcmp(found, question->object.actor_uri) != 0) {
		finish(question, VERDICT_WRONG_ORIGIN,
		    "the author has another id", NULL);
		return;
	}
	keep_object(question->resolve->core, &question->object, on_object_kept,
	    question);
}

static void
take_object(struct question *question, const struct fetch_result *result)
{
	struct object *object = &question->object;
	char error[JSON_ERROR_SIZE];

	if (activity_read_object(
		question->arena, result->document, object, error) != 0) {
		finish(question, VERDICT_BAD_ANSWER, error, NULL);
		return;
	}
	if (strcmp(object->uri, result->id) != 0) {
		finish(question, VERDICT_WRONG_ORIGIN,
		    "the object has another id", NULL);
		return;
	}
	/* Borrowed from the answer until now. */
	object->document = kept_text(question, result);
	resolve_start(question->resolve, WANT_ACTOR, object->actor_uri, false,
	    on_author, question);
}

static void
release_document(void *document)
{
	json_decref(document);
}

/*
 * The reader may borrow from the document: it lives as long as the question.
 */
static void
hold_document(struct question *question, json_t *document)
{
	arena_on_free(question->arena, release_document, json_incref(document));
}

static void
on_fetched(void *arg, const struct fetch_result *result)
{
	struct question *question = arg;

	if (result->verdict != VERDICT_ACCEPTED) {
		finish(question, result->verdict, result->reason, NULL);
		return;
	}
	hold_document(question, result->document);
	if (question->kind == ASK_OBJECT && !is_actor(result))
		take_object(question, result);
	else if (question->kind == ASK_OBJECT)
		finish(question, VERDICT_BAD_ANSWER,
		    "that is an actor, not an object", NULL);
	else if (is_actor(result))
		take_actor(question, result);
	else if (question->kind == ASK_KEY)
		take_key(question, result);
	else
		finish(
		    question, VERDICT_BAD_ANSWER, "that is not an actor", NULL);
}

static void
on_account(void *arg, enum verdict verdict, const char *reason, const char *uri)
{
	struct question *question = arg;

	if (verdict != VERDICT_ACCEPTED)
		finish(question, verdict, reason, NULL);
	else
		resolve_start(question->resolve, WANT_ACTOR, uri, true,
		    on_owner, question);
}

/* --- Asking --- */

static uint64_t
bucket_of(const char *address)
{
	return (uint64_t)crypto_hash64(address) % BUCKETS;
}

static struct question *
question_find(
    struct resolve *resolve, enum question_kind kind, const char *address)
{
	struct question *question;

	LIST_FOREACH(question, &resolve->buckets[bucket_of(address)], link) {
		if (question->kind == kind &&
		    strcmp(question->address, address) == 0)
			return question;
	}
	return NULL;
}

static struct question *
question_new(
    struct resolve *resolve, enum question_kind kind, const char *address)
{
	struct question *question = xcalloc(1, sizeof(*question));

	question->resolve = resolve;
	question->kind = kind;
	question->address = xstrdup(address);
	question->arena = arena_new();
	STAILQ_INIT(&question->waiters);
	LIST_INSERT_HEAD(&resolve->buckets[bucket_of(address)], question, link);
	resolve->questions++;
	return question;
}

static void
question_ask(struct question *question)
{
	const char *name, *host;

	if (question->kind != ASK_ACCOUNT) {
		fetch_start(question->resolve->core->fetch,
		    &(struct fetch_request){
			.url = question->address, .format = FETCH_OBJECT },
		    on_fetched, question);
		return;
	}
	if (url_parse_acct(question->arena, question->address, &name, &host) !=
	    0)
		finish(question, VERDICT_MALFORMED,
		    "that is no address of an account", NULL);
	else
		webfinger_find(question->resolve->core->fetch, name, host,
		    false, on_account, question);
}

struct inquiry {
	enum question_kind kind;
	const char *address; /* of the document */
	const char *uri;     /* of what is wanted */
	resolve_done_fn *done;
	void *arg;
};

static void
inquire(struct resolve *resolve, const struct inquiry *inquiry)
{
	struct question *question =
	    question_find(resolve, inquiry->kind, inquiry->address);
	bool first = question == NULL;
	struct waiter *waiter;

	if (resolve->core->stopping || resolve->waiters >= WAITERS_MAX ||
	    (first && resolve->questions >= OPEN_MAX_QUESTIONS)) {
		inquiry->done(inquiry->arg, VERDICT_BUSY,
		    verdict_sentence(VERDICT_BUSY), NULL);
		return;
	}
	if (first)
		question =
		    question_new(resolve, inquiry->kind, inquiry->address);
	waiter = xcalloc(1, sizeof(*waiter));
	waiter->uri = xstrdup(inquiry->uri);
	waiter->done = inquiry->done;
	waiter->arg = inquiry->arg;
	STAILQ_INSERT_TAIL(&question->waiters, waiter, link);
	resolve->waiters++;
	if (first)
		question_ask(question);
}

/* --- What the store knows --- */

enum known { KNOWN_NOT, KNOWN_STALE, KNOWN_GONE, KNOWN_FRESH };

static bool
is_fresh(struct resolve *resolve, const struct actor *actor)
{
	int64_t hours =
	    resolve->core->snapshot->settings->federation_actor_refresh_hours;

	return actor->kind != ACTOR_REMOTE ||
	       actor->fetched_at + hours * 3600 > clock_now();
}

static enum known
look_up(struct resolve *resolve, struct arena *arena, enum want_kind kind,
    const char *uri, const char **ret_found)
{
	struct db *db = resolve->core->db;
	struct object object;
	struct actor_key key;
	struct actor actor;

	if (kind == WANT_OBJECT) {
		if (object_by_uri(db, arena, uri, &object) != 0)
			return KNOWN_NOT;
		*ret_found = object.uri;
		return object.deleted_at != 0 ? KNOWN_GONE : KNOWN_FRESH;
	}
	if (kind == WANT_KEY) {
		if (actor_key_by_uri(db, arena, uri, &key) != 0 ||
		    actor_get(db, arena, key.actor_id, &actor) != 0)
			return KNOWN_NOT;
	} else if (actor_by_uri(db, arena, uri, &actor) != 0)
		return KNOWN_NOT;
	*ret_found = actor.uri;
	if (actor.deleted_at != 0)
		return KNOWN_GONE;
	return is_fresh(resolve, &actor) ? KNOWN_FRESH : KNOWN_STALE;
}

/*
 * Whether to ask although it is known: once in a while, or who signs with
 * wrong keys would have us ask the same server again and again.
 */
static bool
may_refresh(struct resolve *resolve, const char *uri)
{
	int64_t now = clock_now(), pause = resolve->core->snapshot->settings
					       ->federation_ask_again_seconds;
	const char *text;
	int value;

	if (memo_get(resolve->refreshed, uri, now, &value, &text))
		return false;
	memo_put(resolve->refreshed, uri, now + pause, 0, NULL);
	return true;
}

static void
start_account(struct resolve *resolve, struct arena *arena, const char *account,
    resolve_done_fn *done, void *arg)
{
	const char *name, *host;
	char *address;

	if (url_parse_acct(arena, account, &name, &host) != 0) {
		done(arg, VERDICT_MALFORMED,
		    "that is neither a web address nor name@host", NULL);
		return;
	}
	address = arena_printf(arena, "acct:%s@%s", name, host);
	text_lower(address);
	inquire(resolve,
	    &(struct inquiry){ ASK_ACCOUNT, address, address, done, arg });
}

static enum question_kind
kind_of(enum want_kind kind)
{
	if (kind == WANT_KEY)
		return ASK_KEY;
	return kind == WANT_OBJECT ? ASK_OBJECT : ASK_ACTOR;
}

void
resolve_start(struct resolve *resolve, enum want_kind kind, const char *uri,
    bool refresh, resolve_done_fn *done, void *arg)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	const char *found = NULL;
	enum known known;
	struct url url;

	if (url_parse(arena, uri, &url) != 0) {
		if (kind == WANT_ACTOR)
			start_account(resolve, arena, uri, done, arg);
		else
			done(arg, VERDICT_MALFORMED, "that is no web address",
			    NULL);
		return;
	}
	known = look_up(resolve, arena, kind, url.text, &found);
	if (known == KNOWN_GONE) {
		done(arg, VERDICT_GONE, verdict_sentence(VERDICT_GONE), found);
		return;
	}
	/* Of ours the store knows all there is. */
	if (strcmp(url.origin, resolve->core->node->base) == 0) {
		enum verdict verdict =
		    known == KNOWN_NOT ? VERDICT_UNKNOWN : VERDICT_ACCEPTED;

		done(arg, verdict, verdict_sentence(verdict), found);
		return;
	}
	if ((known == KNOWN_FRESH && !refresh) ||
	    (known != KNOWN_NOT && refresh &&
		!may_refresh(resolve, url.text))) {
		done(arg, VERDICT_ACCEPTED, "", found);
		return;
	}
	inquire(resolve,
	    &(struct inquiry){ kind_of(kind),
		url_without_fragment(arena, url.text), url.text, done, arg });
}
