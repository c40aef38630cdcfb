/* SPDX-License-Identifier: ISC */
/*
 * One activity (or one signed GET) is one struct parcel, which goes through
 * the steps below.  A step returns NEXT, or DONE with the verdict set, or
 * PARKED after it asked for something; the answer runs the parcel on.
 *
 *	open -> screen -> read -> find_key -> verify -> store
 *	                            ^   |        |
 *	                            |   +-- key unknown: ask, PARKED
 *	                            +------ mismatch: ask once more, PARKED
 */
#include "federation/inbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "federation/apply.h"
#include "federation/authority.h"
#include "federation/courier.h"
#include "federation/keycache.h"
#include "federation/relay.h"
#include "federation/url.h"
#include "store/host.h"
#include "store/queue.h"

enum { INBOX_PENDING_MAX = 2000 };

struct inbox {
	const struct node *node;
	struct db *db;
	struct mailbox *reply;
	struct keycache *keys;
	size_t pending;
};

enum progress { NEXT, PARKED, DONE };

struct parcel {
	struct inbox *inbox;
	struct arena *arena;
	const struct node_snapshot *snapshot;
	struct httpsig_request request;
	struct httpsig *sig;
	inbox_done_fn *done;
	inbox_signer_fn *signer_done;
	void *arg;
	size_t step;

	/* The document and what was read from it; NULL for a GET. */
	json_t *document;
	struct activity activity;
	struct object *object;
	struct received_actor *actor;

	int64_t sender_id;
	bool key_asked, key_refreshed, verified;
	struct courier_want want;
	struct writer_job job;

	enum verdict verdict;
	char reason[WANT_ERROR_SIZE];
};

struct inbox *
inbox_new(const struct node *node, struct db *db, struct mailbox *reply)
{
	struct inbox *inbox = xcalloc(1, sizeof(*inbox));

	inbox->node = node;
	inbox->db = db;
	inbox->reply = reply;
	inbox->keys = keycache_new();
	return inbox;
}

size_t
inbox_pending(const struct inbox *inbox)
{
	return inbox->pending;
}

void
inbox_free(struct inbox **inbox)
{
	if (*inbox == NULL)
		return;
	ASSERT((*inbox)->pending == 0);
	keycache_free(&(*inbox)->keys);
	free(*inbox);
	*inbox = NULL;
}

static enum progress
finish(struct parcel *parcel, enum verdict verdict, const char *reason)
{
	parcel->verdict = verdict;
	(void)snprintf(parcel->reason, sizeof(parcel->reason), "%s",
	    reason != NULL && reason[0] != '\0' ? reason
						: verdict_sentence(verdict));
	return DONE;
}

static enum progress
finish_signature(struct parcel *parcel, enum httpsig_verdict verdict)
{
	enum verdict mine = VERDICT_BAD_SIGNATURE;

	if (verdict == HTTPSIG_MISSING)
		mine = VERDICT_UNSIGNED;
	else if (verdict == HTTPSIG_STALE || verdict == HTTPSIG_EXPIRED)
		mine = VERDICT_STALE;
	else if (verdict == HTTPSIG_MISMATCH)
		mine = VERDICT_FORGED;
	else if (httpsig_verdict_status(verdict) == 400)
		mine = VERDICT_MALFORMED;
	return finish(parcel, mine, httpsig_verdict_sentence(verdict));
}

static struct httpsig_policy
policy_of(const struct parcel *parcel)
{
	return (struct httpsig_policy){
		.now = clock_now(),
		.window_seconds = parcel->snapshot->settings
				      ->federation_signature_window_seconds,
	};
}

/* --- steps --- */

static enum progress
step_open(struct parcel *parcel)
{
	enum httpsig_verdict verdict =
	    httpsig_parse(parcel->arena, &parcel->request, &parcel->sig);

	return verdict == HTTPSIG_OK ? NEXT : finish_signature(parcel, verdict);
}

static enum progress
step_screen(struct parcel *parcel)
{
	const struct httpsig_policy policy = policy_of(parcel);
	enum httpsig_verdict verdict = httpsig_screen(
	    parcel->arena, parcel->sig, &parcel->request, &policy);

	return verdict == HTTPSIG_OK ? NEXT : finish_signature(parcel, verdict);
}

/* An embedded object is read here, not in the writer, whose time is dear. */
static void
read_object(struct parcel *parcel)
{
	const struct activity *activity = &parcel->activity;
	char error[JSON_ERROR_SIZE];

	if (activity->object == NULL || (activity->type != ACTIVITY_CREATE &&
					    activity->type != ACTIVITY_UPDATE))
		return;
	if (activity_actor_type(activity->object) != NULL) {
		parcel->actor =
		    arena_alloc(parcel->arena, sizeof(*parcel->actor));
		if (activity_read_actor(parcel->arena, activity->object,
			parcel->actor, error) < 0 ||
		    strcmp(parcel->actor->actor.uri, activity->object_id) != 0)
			parcel->actor = NULL;
		return;
	}
	parcel->object = arena_alloc(parcel->arena, sizeof(*parcel->object));
	if (activity_read_object(
		parcel->arena, activity->object, parcel->object, error) < 0 ||
	    strcmp(parcel->object->uri, activity->object_id) != 0)
		parcel->object = NULL;
}

static bool
is_farewell(const struct parcel *parcel)
{
	const struct activity *activity = &parcel->activity;

	return parcel->done != NULL && activity->type == ACTIVITY_DELETE &&
	       activity->object_id != NULL &&
	       strcmp(activity->object_id, activity->actor) == 0;
}

/*
 * Servers tell the world when an account goes.  Of those never heard of, or
 * deleted here before, there is nothing to delete, and no key to be had any
 * more.
 */
static bool
is_idle_farewell(struct parcel *parcel)
{
	struct actor actor;
	int r;

	if (!is_farewell(parcel))
		return false;
	r = actor_by_uri(
	    parcel->inbox->db, parcel->arena, parcel->activity.actor, &actor);
	if (r == 0)
		parcel->sender_id = actor.id;
	return r == -ENOENT || (r == 0 && actor.deleted_at != 0);
}

/* Of several signatures (RFC 9421), the first that may be the actor's. */
static bool
choose_signature(struct parcel *parcel)
{
	struct httpsig *sig = parcel->sig;

	while (sig != NULL &&
	       !url_same_origin(sig->key_id, parcel->activity.actor))
		sig = sig->next;
	if (sig != NULL)
		parcel->sig = sig;
	return sig != NULL;
}

static enum progress
step_read(struct parcel *parcel)
{
	char error[JSON_ERROR_SIZE];
	const char *reason;
	enum verdict verdict;

	if (parcel->done == NULL)
		return NEXT; /* a GET has no document */
	if (json_read(parcel->request.body, parcel->request.body_len,
		&parcel->document, error) < 0 ||
	    activity_read(
		parcel->arena, parcel->document, &parcel->activity, error) < 0)
		return finish(parcel, VERDICT_MALFORMED, error);
	verdict = authority_check(
	    &parcel->activity, parcel->inbox->node->base, &reason);
	if (verdict != VERDICT_ACCEPTED)
		return finish(parcel, verdict, reason);
	if (!choose_signature(parcel))
		return finish(parcel, VERDICT_NOT_ACTOR,
		    "the key is not on the actor's origin");
	if (is_idle_farewell(parcel))
		return finish(parcel, VERDICT_IGNORED, NULL);
	read_object(parcel);
	return NEXT;
}

static void run(struct parcel *parcel);

static void
on_gone(struct courier_want *want)
{
	struct parcel *parcel = CONTAINER_OF(want, struct parcel, want);

	free(want->found);
	want->found = NULL;
	if (want->verdict == VERDICT_GONE || want->verdict == VERDICT_UNKNOWN)
		parcel->step++; /* past verify */
	else
		(void)finish(parcel, VERDICT_NO_KEY, NULL);
	run(parcel);
}

/*
 * The key is gone and the message says that its owner is.  When the actor's
 * own address says so too, that can be believed without a signature.  The
 * key's address alone proves nothing: whoever sent this chose it.
 */
static void
ask_whether_gone(struct parcel *parcel)
{
	parcel->want = (struct courier_want){
		.kind = WANT_ACTOR,
		.uri = parcel->activity.actor,
		.refresh = true,
		.reply = parcel->inbox->reply,
		.done = on_gone,
	};
	courier_want(parcel->inbox->node->courier, &parcel->want);
}

static void
on_want(struct courier_want *want)
{
	struct parcel *parcel = CONTAINER_OF(want, struct parcel, want);

	free(want->found);
	want->found = NULL;
	keycache_drop(parcel->inbox->keys, parcel->sig->key_id);
	if (want->verdict == VERDICT_ACCEPTED) {
		run(parcel);
		return;
	}
	if ((want->verdict == VERDICT_GONE ||
		want->verdict == VERDICT_UNKNOWN) &&
	    is_farewell(parcel)) {
		ask_whether_gone(parcel);
		return;
	}
	(void)finish(parcel,
	    want->verdict == VERDICT_BUSY ? VERDICT_BUSY : VERDICT_NO_KEY,
	    want->error);
	run(parcel);
}

static enum progress
ask_for_key(struct parcel *parcel, bool refresh)
{
	if (parcel->inbox->pending > INBOX_PENDING_MAX)
		return finish(parcel, VERDICT_BUSY, NULL);
	parcel->want = (struct courier_want){
		.kind = WANT_KEY,
		.uri = parcel->sig->key_id,
		.refresh = refresh,
		.reply = parcel->inbox->reply,
		.done = on_want,
	};
	courier_want(parcel->inbox->node->courier, &parcel->want);
	return PARKED;
}

/* The key, checked against the signature and the actor. */
static enum progress
step_verify(struct parcel *parcel)
{
	const struct httpsig_policy policy = policy_of(parcel);
	struct keycache_entry entry;
	enum httpsig_verdict verdict;
	int r = keycache_find(parcel->inbox->keys, parcel->inbox->db,
	    parcel->sig->key_id, policy.now, &entry);

	if (r == -ESTALE)
		return finish(
		    parcel, VERDICT_FORBIDDEN, "the actor was deleted");
	if (r < 0 && r != -ENOENT && r != -EINVAL)
		return finish(parcel, VERDICT_FAILED, NULL);
	if (r < 0) {
		if (parcel->key_asked)
			return finish(parcel, VERDICT_NO_KEY, NULL);
		parcel->key_asked = true;
		return ask_for_key(parcel, false);
	}
	parcel->sender_id = entry.actor_id;
	if (entry.local)
		return finish(parcel, VERDICT_FORBIDDEN,
		    "keys of this node do not sign from elsewhere");
	if (parcel->done != NULL &&
	    strcmp(entry.actor_uri, parcel->activity.actor) != 0)
		return finish(parcel, VERDICT_NOT_ACTOR,
		    "the key belongs to another actor");
	verdict = httpsig_check(
	    parcel->arena, parcel->sig, &parcel->request, &policy, entry.key);
	if (verdict == HTTPSIG_OK) {
		parcel->verified = true;
		return NEXT;
	}
	/* It may have been changed at its owner's: asked once. */
	if ((verdict == HTTPSIG_MISMATCH || verdict == HTTPSIG_ALGORITHM) &&
	    !parcel->key_refreshed && !parcel->key_asked) {
		parcel->key_refreshed = true;
		parcel->key_asked = true;
		return ask_for_key(parcel, true);
	}
	return finish_signature(parcel, verdict);
}

/* A sender that was last read long ago is read again, keys and all. */
static int
refresh_sender(struct publish *publish, const struct actor *sender)
{
	int64_t hours = publish->settings->federation_actor_refresh_hours;
	const struct task task = {
		.kind = TASK_ACTOR,
		.uri = sender->uri,
		.actor_id = sender->id,
		.next_at = publish->now,
		.created_at = publish->now,
	};

	if (sender->fetched_at + hours * 3600 > publish->now)
		return 0;
	return task_add(publish->db, &task);
}

/* The host is up, whatever it said, and speaks one form of signature. */
static int
look_at_host(
    struct parcel *parcel, struct publish *publish, const struct actor *sender)
{
	int r;

	if (!parcel->verified || sender->host_id == 0)
		return 0;
	r = host_heard(publish->db, sender->host_id, publish->now,
	    publish->now - publish->settings->federation_ask_again_seconds);
	if (r == 0 && parcel->sig->form == HTTPSIG_RFC9421)
		r = host_signs(
		    publish->db, sender->host_id, HOST_SIGNATURE_RFC9421);
	return r;
}

/* What else a delivery brings, when what it told was taken. */
static int
look_at_sender(
    struct parcel *parcel, struct publish *publish, const struct actor *sender)
{
	int r = 0;

	if (verdict_status(parcel->verdict) != 202 || sender->deleted_at != 0 ||
	    is_farewell(parcel))
		return 0;
	if (parcel->verdict == VERDICT_ACCEPTED)
		r = refresh_sender(publish, sender);
	return r < 0 ? r
		     : apply_followers_sync(publish, sender, &parcel->request);
}

/* Writer thread. */
static int
work(struct writer_job *job, struct db *db)
{
	struct parcel *parcel = CONTAINER_OF(job, struct parcel, job);
	struct publish publish = {
		.node = parcel->inbox->node,
		.settings = parcel->snapshot->settings,
		.db = db,
		.arena = parcel->arena,
		.now = clock_now(),
	};
	struct actor sender;
	struct apply apply = {
		.publish = &publish,
		.activity = &parcel->activity,
		.sender = &sender,
		.object = parcel->object,
		.actor = parcel->actor,
		.to_relay = relay_is_inbox(parcel->request.target),
	};
	int r = actor_get(db, parcel->arena, parcel->sender_id, &sender);

	/* Forgotten since its key was cached: read again at the next try. */
	if (r == 0 && strcmp(sender.uri, parcel->activity.actor) != 0)
		r = -ENOENT;
	if (r == 0)
		r = apply_activity(&apply, &parcel->verdict);
	if (r == 0)
		r = look_at_sender(parcel, &publish, &sender);
	if (r == 0)
		r = look_at_host(parcel, &publish, &sender);
	if (r == 0)
		(void)finish(parcel, parcel->verdict, apply.reason);
	return r;
}

static void
on_written(struct writer_job *job)
{
	struct parcel *parcel = CONTAINER_OF(job, struct parcel, job);

	if (job->result == -ENOENT)
		keycache_drop(parcel->inbox->keys, parcel->sig->key_id);
	if (job->result < 0)
		(void)finish(parcel,
		    job->result == -ENOSPC || job->result == -ENOENT
			? VERDICT_BUSY
			: VERDICT_FAILED,
		    NULL);
	else if (parcel->verdict == VERDICT_ACCEPTED &&
		 (parcel->activity.type == ACTIVITY_DELETE ||
		     parcel->activity.type == ACTIVITY_UPDATE))
		keycache_drop(parcel->inbox->keys, parcel->sig->key_id);
	parcel->step++;
	run(parcel);
}

static enum progress
step_store(struct parcel *parcel)
{
	if (parcel->done == NULL)
		return finish(parcel, VERDICT_ACCEPTED, NULL);
	parcel->job = (struct writer_job){
		.work = work,
		.done = on_written,
		.reply = parcel->inbox->reply,
	};
	writer_submit(parcel->inbox->node->writer, &parcel->job);
	return PARKED;
}

static enum progress
step_told(struct parcel *parcel)
{
	(void)parcel; /* the verdict was set with the commit */
	return DONE;
}

static enum progress (*const steps[])(struct parcel *) = {
	step_open,
	step_screen,
	step_read,
	step_verify,
	step_store,
	step_told,
};

/* --- the life of a parcel --- */

static void
tell(struct parcel *parcel)
{
	log_debug("inbox actor=%s type=%s id=%s verdict=%s reason=\"%s\"",
	    parcel->document != NULL && parcel->activity.actor != NULL
		? parcel->activity.actor
		: "-",
	    parcel->activity.type_name != NULL ? parcel->activity.type_name
					       : "-",
	    parcel->activity.id != NULL ? parcel->activity.id : "-",
	    verdict_word(parcel->verdict), parcel->reason);
	if (parcel->done != NULL)
		parcel->done(parcel->arg, parcel->verdict, parcel->reason);
	else
		parcel->signer_done(parcel->arg, parcel->verdict,
		    parcel->sender_id, parcel->reason);
}

static void
run(struct parcel *parcel)
{
	/* A verdict that an answer brought ends the way at once. */
	enum progress progress = parcel->reason[0] != '\0' ? DONE : NEXT;

	while (progress == NEXT) {
		progress = steps[parcel->step](parcel);
		if (progress == NEXT)
			parcel->step++;
	}
	if (progress == PARKED)
		return;
	tell(parcel);
	parcel->inbox->pending--;
	json_decref(parcel->document);
	node_release(&parcel->snapshot);
	arena_free(&parcel->arena);
	free(parcel);
}

static void
copy_request(struct parcel *parcel, const struct httpsig_request *from)
{
	struct arena *arena = parcel->arena;
	struct httpsig_header *headers =
	    arena_alloc(arena, (from->n_headers + 1) * sizeof(*headers));

	for (size_t i = 0; i < from->n_headers; i++) {
		headers[i].name = arena_strdup(arena, from->headers[i].name);
		headers[i].value = arena_strdup(arena, from->headers[i].value);
	}
	parcel->request = (struct httpsig_request){
		.method = arena_strdup(arena, from->method),
		.scheme = arena_strdup(arena, from->scheme),
		.authority = arena_strdup(arena, from->authority),
		.target = arena_strdup(arena, from->target),
		.headers = headers,
		.n_headers = from->n_headers,
		.body = from->body_len == 0
			    ? NULL
			    : arena_memdup(arena, from->body, from->body_len),
		.body_len = from->body_len,
	};
}

static struct parcel *
parcel_new(struct inbox *inbox, const struct httpsig_request *request)
{
	struct parcel *parcel = xcalloc(1, sizeof(*parcel));

	parcel->inbox = inbox;
	parcel->arena = arena_new();
	parcel->snapshot = node_snapshot(inbox->node);
	copy_request(parcel, request);
	inbox->pending++;
	return parcel;
}

void
inbox_receive(struct inbox *inbox, const struct httpsig_request *request,
    inbox_done_fn *done, void *arg)
{
	struct parcel *parcel = parcel_new(inbox, request);

	parcel->done = done;
	parcel->arg = arg;
	run(parcel);
}

void
inbox_signer(struct inbox *inbox, const struct httpsig_request *request,
    inbox_signer_fn *done, void *arg)
{
	struct parcel *parcel = parcel_new(inbox, request);

	parcel->signer_done = done;
	parcel->arg = arg;
	run(parcel);
}
