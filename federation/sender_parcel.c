/* SPDX-License-Identifier: ISC */
/*
 * One delivery: signed at each try, sent, judged (delivery.h), and in the end
 * what the store is to be told of it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "federation/followers_sync.h"
#include "federation/sender_inner.h"
#include "store/actor.h"
#include "store/follow.h"
#include "store/outbox.h"

enum {
	OK_SECONDS = 60, /* a host that answers is noted as often */
	ANSWER_MAX = 64 * 1024,
	EXCERPT_MAX = 120, /* bytes of an error's text that are kept */
};

void
sender_parcel_free(struct parcel *parcel)
{
	arena_free(&parcel->arena);
	free(parcel);
}

/* --- The end of one try --- */

static uint32_t
noise(void)
{
	return crypto_random_below(1u << 30);
}

static int64_t
wait_of(const struct parcel *parcel, int64_t attempts)
{
	const struct settings *settings =
	    parcel->lane->sender->core->snapshot->settings;

	return delivery_backoff(settings->delivery_first_retry_seconds,
	    settings->delivery_longest_retry_seconds, attempts, noise());
}

/* 5xx of one delivery over and over says nothing about the others. */
static void
count_failure(struct parcel *parcel)
{
	struct lane *lane = parcel->lane;

	if (parcel->record.status < 500)
		return;
	if (lane->last_failed != parcel->delivery->id)
		lane->failures++;
	lane->last_failed = parcel->delivery->id;
}

static void
record_host_down(struct parcel *parcel)
{
	struct lane *lane = parcel->lane;
	struct sender_record *record = &parcel->record;

	record->host_next_at =
	    record->now + wait_of(parcel, lane->host.failures + 1);
	/* Due with the host: the probe is chosen among all. */
	record->next_at = record->host_next_at;
	/* Of several that fail at once, one counts. */
	record->host_failed = !lane->down;
	lane->down = true;
	lane->count = lane->next; /* the rest waits for the probe */
	if (lane->host.down_since == 0 && record->host_failed)
		log_info("host=%s down next_s=%lld %s", lane->host.name,
		    (long long)(record->host_next_at - record->now),
		    record->error);
}

static void
record_times(struct parcel *parcel, const char *retry_after)
{
	const struct settings *settings =
	    parcel->lane->sender->core->snapshot->settings;
	struct sender_record *record = &parcel->record;
	int64_t wait = wait_of(parcel, parcel->delivery->attempts + 1);

	record->next_at = record->now + wait;
	if (record->outcome == DELIVERY_HOST_DOWN)
		record_host_down(parcel);
	if (record->outcome != DELIVERY_PAUSE)
		return;
	record->next_at =
	    record->now + delivery_retry_after(retry_after, record->now, wait,
			      settings->delivery_longest_retry_seconds);
	record->host_next_at = record->next_at;
	record->host_failed = true;
	parcel->lane->count = parcel->lane->next;
}

static void
note_success(struct parcel *parcel)
{
	struct lane *lane = parcel->lane;
	enum host_signature taken = parcel->form == HTTPSIG_RFC9421
					? HOST_SIGNATURE_RFC9421
					: HOST_SIGNATURE_CAVAGE;

	/* It took the old form and asks for the new (RFC 9421 5.1). */
	if (parcel->accept_signature &&
	    lane->host.signature == HOST_SIGNATURE_UNKNOWN)
		taken = HOST_SIGNATURE_RFC9421;
	lane->failures = 0;
	lane->last_failed = 0;
	if (lane->host.down_since != 0)
		log_info("host=%s up", lane->host.name);
	parcel->record.host_answered =
	    lane->host.failures > 0 || lane->host.down_since != 0 ||
	    lane->host.last_ok_at + OK_SECONDS < parcel->record.now;
	if (parcel->record.host_answered) {
		lane->host.failures = 0;
		lane->host.down_since = 0;
		lane->host.last_ok_at = parcel->record.now;
	}
	parcel->record.learned = lane->host.signature != taken;
	parcel->record.signature = taken;
	lane->host.signature = taken;
	lane->sender->core->delivered++;
}

static void
log_end(const struct parcel *parcel)
{
	const struct sender_record *record = &parcel->record;
	const struct delivery *delivery = parcel->delivery;
	const char *word = delivery_outcome_word(record->outcome);

	if (record->outcome == DELIVERY_DELIVERED ||
	    record->outcome == DELIVERY_HOST_DOWN)
		log_debug("delivery=%lld host=%s attempt=%lld status=%d "
			  "result=%s",
		    (long long)delivery->id, parcel->lane->host.name,
		    (long long)delivery->attempts + 1, record->status, word);
	else
		log_info("delivery=%lld host=%s attempt=%lld status=%d "
			 "result=%s %s",
		    (long long)delivery->id, parcel->lane->host.name,
		    (long long)delivery->attempts + 1, record->status, word,
		    record->error);
}

/* Off the wire, with an outcome; its record will be written. */
static void
end(struct parcel *parcel, enum delivery_outcome outcome,
    const char *retry_after)
{
	struct lane *lane = parcel->lane;
	struct sender *sender = lane->sender;

	parcel->record.outcome = outcome;
	parcel->record.now = clock_now();
	if (outcome == DELIVERY_DELIVERED)
		note_success(parcel);
	else {
		sender->core->failed++;
		record_times(parcel, retry_after);
	}
	log_end(parcel);
	sender_record_later(parcel);
}

static int send_parcel(struct parcel *parcel);

/* What the other server said, one line of it, for the administrator. */
static const char *
excerpt(struct arena *arena, const struct http_client_answer *answer)
{
	char *text;

	if (answer->error != 0)
		return arena_strdup(arena, answer->reason);
	text = arena_printf(arena, "answered %d%s%.*s", answer->status,
	    answer->body_len > 0 ? ": " : "",
	    (int)MIN(answer->body_len, (size_t)EXCERPT_MAX), answer->body);
	for (char *s = text; *s != '\0'; s++) {
		if (*s < ' ' || *s > '~')
			*s = ' ';
	}
	return text;
}

static void
on_answer(void *arg, const struct http_client_answer *answer)
{
	struct parcel *parcel = arg;
	struct lane *lane = parcel->lane;
	struct sender *sender = lane->sender;
	struct delivery_answer judged = {
		.error = answer->error,
		.status = answer->status,
		.retry_after = answer->retry_after,
		.other_form = parcel->other_form,
		.attempts = parcel->delivery->attempts,
	};
	enum delivery_outcome outcome;

	if (answer->error == -ECANCELED) {
		/* Still in the queue: sent again after the next start. */
		lane->active--;
		sender->active--;
		lane->count = lane->next;
		sender_parcel_free(parcel);
		sender_settle(lane);
		return;
	}
	parcel->record.status = answer->status;
	parcel->record.error = excerpt(parcel->arena, answer);
	parcel->accept_signature = answer->accept_signature;
	count_failure(parcel);
	judged.host_failures = MAX(0, lane->failures - 1);
	outcome = delivery_judge(&judged);
	if (outcome == DELIVERY_OTHER_FORM) {
		parcel->other_form = true;
		parcel->form = parcel->form == HTTPSIG_CAVAGE ? HTTPSIG_RFC9421
							      : HTTPSIG_CAVAGE;
		if (send_parcel(parcel) == 0)
			return;
		outcome = DELIVERY_RETRY;
	}
	lane->active--;
	sender->active--;
	end(parcel, outcome, answer->retry_after);
	sender_queue(lane);
	sender->core->wake(sender->core);
}

/* --- Sending --- */

static enum httpsig_form
form_of(const struct lane *lane)
{
	bool rfc = lane->sender->core->snapshot->settings
		       ->federation_sign_rfc9421_first;

	if (lane->host.signature == HOST_SIGNATURE_UNKNOWN)
		return rfc ? HTTPSIG_RFC9421 : HTTPSIG_CAVAGE;
	return lane->host.signature == HOST_SIGNATURE_RFC9421 ? HTTPSIG_RFC9421
							      : HTTPSIG_CAVAGE;
}

/* The header of FEP-8fcf; NULL when it cannot be said. */
static const char *
make_synchronization(const struct parcel *parcel)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct lane *lane = parcel->lane;
	struct db *db = lane->sender->core->db;
	char digest[FOLLOWERS_SYNC_DIGEST_SIZE];
	struct actor actor;
	const char **uris;
	size_t count;

	if (actor_get(db, arena, parcel->delivery->actor_id, &actor) != 0 ||
	    actor.followers == NULL ||
	    follow_on_host(db, arena, actor.id, lane->host_id, &uris, &count) !=
		0)
		return NULL;
	/* Only those whose ids are of the receiver's own origin count. */
	followers_sync_partial(
	    arena, uris, count, parcel->url.origin, &uris, &count);
	followers_sync_digest(uris, count, digest);
	return followers_sync_header(
	    lane->arena, actor.uri, actor.followers, digest);
}

/*
 * The same for all of an actor's in a window.  A follow that changes meanwhile
 * costs the other side a look at our list, which is always of now.
 */
static const char *
synchronization(const struct parcel *parcel)
{
	struct lane *lane = parcel->lane;

	if (lane->synchronized_id != parcel->delivery->actor_id) {
		lane->synchronization = make_synchronization(parcel);
		lane->synchronized_id = parcel->delivery->actor_id;
	}
	return lane->synchronization;
}

static int
send_parcel(struct parcel *parcel)
{
	struct courier_core *core = parcel->lane->sender->core;
	struct activity_row activity;
	struct httpsig_header headers[2] = {
		{ "Content-Type", "application/activity+json" },
	};
	struct signer_order order = {
		.actor_id = parcel->delivery->actor_id,
		.form = parcel->form,
		.method = "POST",
		.url = &parcel->url,
		.headers = headers,
		.header_count = 1,
	};
	struct http_client_request request;
	int r = outbox_get(
	    core->db, parcel->arena, parcel->delivery->activity_id, &activity);

	if (r != 0)
		return r;
	order.body = activity.document;
	order.body_len = strlen(activity.document);
	if (parcel->delivery->synchronize) {
		headers[1].name = "Collection-Synchronization";
		headers[1].value = synchronization(parcel);
		order.header_count = headers[1].value != NULL ? 2 : 1;
	}
	r = signer_sign(core->signer, parcel->arena, &order, &request);
	if (r != 0) /* its key is not there now: no fault of the activity */
		return r == -ENOENT ? -EAGAIN : r;
	request.answer_max = ANSWER_MAX;
	return http_client_send(core->client, &request, on_answer, parcel);
}

/* Why it cannot be sent at all, or NULL. */
static const char *
refusal_of(struct parcel *parcel)
{
	const struct node_snapshot *snapshot =
	    parcel->lane->sender->core->snapshot;

	if (url_parse(parcel->arena, parcel->delivery->inbox, &parcel->url) !=
	    0)
		return "the inbox is no web address";
	return address_refusal(snapshot->addresses, &parcel->url);
}

void
sender_parcel_start(struct lane *lane)
{
	struct sender *sender = lane->sender;
	struct parcel *parcel = xcalloc(1, sizeof(*parcel));
	const char *refusal;
	int r;

	parcel->lane = lane;
	parcel->arena = arena_new();
	parcel->delivery = &lane->window[lane->next++];
	parcel->record.delivery = parcel->delivery;
	parcel->record.error = "";
	parcel->form = form_of(lane);
	refusal = refusal_of(parcel);
	if (refusal != NULL) {
		parcel->record.error = refusal;
		end(parcel, DELIVERY_DROP, NULL);
		return;
	}
	r = send_parcel(parcel);
	if (r == 0) {
		lane->active++;
		sender->active++;
		return;
	}
	parcel->record.error = r == -ENOENT ? "the activity is no more"
					    : "the request could not be made";
	end(parcel, r == -ENOENT ? DELIVERY_DROP : DELIVERY_RETRY, NULL);
}
