/* SPDX-License-Identifier: ISC */
/*
 * A round asks some peers at once how far they have our log; of those that
 * have more of it than we do, the one with the newest is read, then the next.
 *
 *	ask -> read -> recover, begin anew -> done
 *	 |      | nobody gives it whole: another round
 *	 | nobody has more -> note what was left out -> done
 *	 | nobody answers: another round, until it has waited long enough
 */
#include "federation/replica_recall.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "federation/catalogue.h"
#include "federation/catalogue_check.h"
#include "federation/catalogue_recover.h"
#include "federation/fetch.h"
#include "federation/instance_key.h"
#include "federation/replica_get.h"
#include "federation/rotation.h"
#include "federation/url.h"
#include "store/peer.h"

enum {
	ASKED_MAX = 8, /* peers in a round */
	PAGES_MAX = 1000,
	ROUND_SECONDS = 10,  /* between two rounds */
	READ_SECONDS = 900,  /* for all pages of one source */
	REFUSED_SHOWN = 200, /* characters of a reason */
};

enum phase {
	IDLE,    /* settled */
	WAITING, /* for the next round */
	ASKING,
	READING,
	WORKING, /* the writer has our job */
};

/* What a peer has of us. */
struct found {
	const char *domain;
	struct catalogue_read_head head;
};

struct replica_recall {
	struct courier_core *core;
	enum phase phase;
	int64_t at, until; /* next round; settled at the latest */
	/* The newest that anyone showed, while it could not be read. */
	struct catalogue_read_head newest;
	bool behind;
	/* Of a round: */
	struct arena *arena;
	struct replica_held held;
	struct key *key;
	struct catalogue_read_origin own;
	struct rotation *rotations; /* of our own key */
	size_t rotation_count;
	size_t asked, failed, answered;
	struct found found[ASKED_MAX];
	size_t found_count, reading;
	/* Of the one that is read: */
	struct catalogue_copy *copy;
	struct catalogue_check *check;
	int64_t read_until;
	/* Of the job: */
	struct writer_job job;
	const struct node_snapshot *snapshot;
	struct arena *scratch;
	struct catalogue_walk walk;
	bool more, done;
};

static void next_found(struct replica_recall *recall);
static void note_left_out(struct replica_recall *recall);

/* --- A round's memory --- */

static void
close_round(struct replica_recall *recall)
{
	catalogue_copy_free(&recall->copy);
	catalogue_check_free(&recall->check);
	key_free(&recall->key);
	arena_free(&recall->arena);
	recall->found_count = 0;
	recall->reading = 0;
}

/* False when there is no log yet that could be behind. */
static bool
open_round(struct replica_recall *recall)
{
	struct courier_core *core = recall->core;
	struct instance_key key = { 0 };

	recall->arena = arena_new();
	recall->asked = recall->failed = recall->answered = 0;
	if (catalogue_copy_look(core->db, recall->arena, core->node->domain,
		&recall->held) != 0 ||
	    !recall->held.any ||
	    rotation_list(core->db, recall->arena, core->node->domain,
		&recall->rotations, &recall->rotation_count) != 0 ||
	    instance_key_load(core->db, recall->arena, &key) != 0) {
		close_round(recall);
		return false;
	}
	recall->key = key.key;
	catalogue_read_origin(recall->arena, core->node->domain, recall->key,
	    clock_now(), &recall->own);
	return true;
}

static void
settle(struct replica_recall *recall)
{
	close_round(recall);
	recall->phase = IDLE;
	recall->behind = false;
	node_hold_catalogue(recall->core->node, false);
	note_left_out(recall);
}

static void
again_later(struct replica_recall *recall)
{
	close_round(recall);
	recall->phase = WAITING;
	recall->at = clock_now() + ROUND_SECONDS;
	recall->core->wake(recall->core);
}

/* --- The job --- */

static void
submit(struct replica_recall *recall,
    int (*work)(struct writer_job *job, struct db *db),
    void (*done)(struct writer_job *job))
{
	recall->phase = WORKING;
	recall->snapshot = node_snapshot(recall->core->node);
	recall->scratch = arena_new();
	recall->job = (struct writer_job){ .work = work, .done = done };
	courier_core_submit(recall->core, &recall->job);
}

static void
returned(struct replica_recall *recall)
{
	courier_core_returned(recall->core);
	node_release(&recall->snapshot);
	arena_free(&recall->scratch);
	recall->phase = IDLE;
	recall->core->wake(recall->core);
}

static struct publish
publish_of(const struct replica_recall *recall, struct db *db)
{
	return (struct publish){
		.node = recall->core->node,
		.settings = recall->snapshot->settings,
		.db = db,
		.arena = recall->scratch,
		.now = clock_now(),
	};
}

static int
work_recover(struct writer_job *job, struct db *db)
{
	struct replica_recall *recall =
	    CONTAINER_OF(job, struct replica_recall, job);
	struct publish publish = publish_of(recall, db);
	struct catalogue_recovered figures;
	int r = 0;

	if (recall->copy != NULL)
		r = catalogue_recover(&publish, recall->copy, &figures);
	return r < 0 ? r
		     : catalogue_rebuild(
			   &publish, &recall->newest, &recall->done);
}

static void
on_recovered(struct writer_job *job)
{
	struct replica_recall *recall =
	    CONTAINER_OF(job, struct replica_recall, job);

	returned(recall);
	if (job->result < 0) {
		log_error(
		    "catalogue cannot be recovered error=%d", job->result);
		again_later(recall);
		return;
	}
	if (recall->done)
		log_warning("catalogue rolled back: others had epoch=%lld "
			    "seq=%lld of it; %s and begun anew",
		    (long long)recall->newest.epoch,
		    (long long)recall->newest.seq,
		    recall->copy != NULL ? "recovered" : "not recovered");
	settle(recall);
}

/* What changed here while nothing could be said. */
static int
work_note(struct writer_job *job, struct db *db)
{
	struct replica_recall *recall =
	    CONTAINER_OF(job, struct replica_recall, job);
	struct publish publish = publish_of(recall, db);

	return catalogue_catch_up(&publish, &recall->walk, &recall->more);
}

static void
on_noted(struct writer_job *job)
{
	struct replica_recall *recall =
	    CONTAINER_OF(job, struct replica_recall, job);

	returned(recall);
	if (job->result == 0 && recall->more && !recall->core->stopping)
		submit(recall, work_note, on_noted);
}

static void
note_left_out(struct replica_recall *recall)
{
	recall->walk = (struct catalogue_walk){ 0 };
	if (!recall->core->stopping)
		submit(recall, work_note, on_noted);
}

/* --- Reading --- */

static bool
is_newer(
    const struct catalogue_read_head *a, const struct catalogue_read_head *b)
{
	return a->epoch != b->epoch ? a->epoch > b->epoch : a->seq > b->seq;
}

static const char *
address_of(struct replica_recall *recall, const char *domain, int64_t after)
{
	return arena_printf(recall->arena,
	    "https://%s/catalogue?after=%lld&origin=%s", domain,
	    (long long)after, recall->core->node->domain);
}

static void
refuse_source(struct replica_recall *recall, const char *why)
{
	log_warning("catalogue recall source=%s %.*s",
	    recall->found[recall->reading].domain, REFUSED_SHOWN, why);
	recall->reading++;
	next_found(recall);
}

static void on_page(void *arg, const struct http_client_answer *answer);

static void
go_on(struct replica_recall *recall, const char *next)
{
	const struct found *source = &recall->found[recall->reading];

	if (!url_same_origin(next,
		arena_printf(recall->arena, "https://%s", source->domain)))
		refuse_source(recall, "the next page is on another host");
	else if (recall->copy->pages >= PAGES_MAX ||
		 clock_now() > recall->read_until)
		refuse_source(recall, "it takes too long");
	else
		replica_get(recall->core, arena_strdup(recall->arena, next),
		    on_page, recall);
}

static const char *
take_page(struct replica_recall *recall,
    const struct http_client_answer *answer, json_t **ret_page,
    const char **ret_next, char error[CATALOGUE_READ_ERROR_SIZE])
{
	struct catalogue_read_page *read;
	char why[JSON_ERROR_SIZE];
	enum catalogue_read_fault fault;

	if (answer->error != 0)
		return answer->reason;
	if (answer->status != 200 ||
	    !fetch_type_fits(FETCH_COLLECTION, answer->content_type) ||
	    json_read(answer->body, answer->body_len, ret_page, why) != 0)
		return "the answer is no catalogue page";
	recall->own.now = clock_now();
	read = xcalloc(1, sizeof(*read));
	fault = catalogue_read_page(*ret_page, &recall->own, read, error);
	if (fault == CATALOGUE_READ_NONE)
		fault = catalogue_check_page(recall->check, read, error);
	free(read);
	if (fault == CATALOGUE_READ_NONE)
		fault = catalogue_copy_page(
		    recall->copy, *ret_page, &recall->own, ret_next, error);
	if (fault == CATALOGUE_READ_NONE && *ret_next == NULL)
		fault = catalogue_check_end(recall->check, error);
	return fault == CATALOGUE_READ_NONE ? NULL : error;
}

static void
on_page(void *arg, const struct http_client_answer *answer)
{
	struct replica_recall *recall = arg;
	CLEANUP(json_release) json_t *page = NULL;
	char error[CATALOGUE_READ_ERROR_SIZE];
	const char *next = NULL;
	const char *why = take_page(recall, answer, &page, &next, error);

	if (why != NULL)
		refuse_source(recall, why);
	else if (next != NULL)
		go_on(recall, next);
	else {
		if (is_newer(&recall->copy->head, &recall->newest))
			recall->newest = recall->copy->head;
		submit(recall, work_recover, on_recovered);
	}
}

/* The next of those that have more of us; a round later when there is none. */
static void
next_found(struct replica_recall *recall)
{
	const char *domain;

	catalogue_copy_free(&recall->copy);
	catalogue_check_free(&recall->check);
	if (recall->core->stopping || recall->reading == recall->found_count) {
		again_later(recall);
		return;
	}
	recall->phase = READING;
	domain = recall->found[recall->reading].domain;
	recall->copy = catalogue_copy_new(recall->core->node->domain, 0);
	recall->check = catalogue_check_new();
	recall->read_until = clock_now() + READ_SECONDS;
	replica_get(
	    recall->core, address_of(recall, domain, 0), on_page, recall);
}

/* --- Asking --- */

static bool
says_more(
    const struct replica_recall *recall, const struct catalogue_read_head *head)
{
	switch (replica_judge(&recall->held, head)) {
	case REPLICA_SAME:
	case REPLICA_OLD:
	case REPLICA_FROZEN:
	case REPLICA_RENEWED:
		return false;
	case REPLICA_NEWER:
	case REPLICA_REBUILT:
	case REPLICA_FORKED:
		break;
	}
	return true;
}

/* The newest first. */
static void
add_found(struct replica_recall *recall, const char *domain,
    const struct catalogue_read_head *head)
{
	size_t i = recall->found_count++;

	ASSERT(i < ASKED_MAX);
	while (i > 0 && is_newer(head, &recall->found[i - 1].head)) {
		recall->found[i] = recall->found[i - 1];
		i--;
	}
	recall->found[i] = (struct found){ domain, *head };
	if (!recall->behind || is_newer(head, &recall->newest))
		recall->newest = *head;
	recall->behind = true;
}

/* All have answered, or not. */
static void
conclude(struct replica_recall *recall)
{
	if (recall->core->stopping) {
		close_round(recall);
		recall->phase = IDLE;
	} else if (recall->found_count > 0)
		next_found(recall);
	else if (!recall->behind &&
		 (recall->answered > 0 || recall->failed == 0))
		settle(recall);
	else
		again_later(recall);
}

struct question {
	struct replica_recall *recall;
	const char *domain; /* in the round's arena */
};

static void
judge_head(
    struct replica_recall *recall, const char *source, const json_t *head)
{
	char error[CATALOGUE_READ_ERROR_SIZE];
	struct catalogue_read_head read;

	if (catalogue_read_head(head, &recall->own, &read, error) ==
	    CATALOGUE_READ_NONE) {
		recall->answered++;
		if (says_more(recall, &read))
			add_found(recall, source, &read);
	} else if (rotation_signed_before(recall->rotations,
		       recall->rotation_count, &recall->own, head))
		recall->answered++;
	else {
		log_warning("catalogue recall source=%s shows a log of ours "
			    "that our key did not sign: %s",
		    source, error);
		recall->failed++;
	}
}

static void
judge_answer(struct question *question, const struct http_client_answer *answer)
{
	struct replica_recall *recall = question->recall;
	CLEANUP(json_release) json_t *page = NULL;
	char why[JSON_ERROR_SIZE];

	/* It has nothing of us: that is no failure. */
	if (answer->error == 0 && answer->status == 404)
		return;
	if (answer->error != 0 || answer->status != 200 ||
	    json_read(answer->body, answer->body_len, &page, why) != 0)
		recall->failed++;
	else
		judge_head(recall, question->domain,
		    json_object_get(page, "parvis:head"));
}

static void
on_answer(void *arg, const struct http_client_answer *answer)
{
	struct question *question = arg;
	struct replica_recall *recall = question->recall;

	judge_answer(question, answer);
	free(question);
	if (--recall->asked == 0)
		conclude(recall);
}

static void
ask(struct replica_recall *recall)
{
	struct courier_core *core = recall->core;
	struct peer *peers = NULL;
	size_t count = 0;

	/* Those that failed lately too: it is what this waits for. */
	if (!open_round(recall) ||
	    peer_pick(core->db, recall->arena, INT64_MAX, true, ASKED_MAX,
		&peers, &count) != 0 ||
	    count == 0) {
		settle(recall);
		return;
	}
	recall->phase = ASKING;
	recall->asked = count + 1; /* so that it ends once, here or later */
	for (size_t i = 0; i < count; i++) {
		struct question *question = xcalloc(1, sizeof(*question));

		question->recall = recall;
		question->domain = peers[i].domain;
		replica_get(core,
		    address_of(recall, peers[i].domain, recall->held.seq),
		    on_answer, question);
	}
	if (--recall->asked == 0)
		conclude(recall);
}

/* --- From outside --- */

struct replica_recall *
replica_recall_new(struct courier_core *core)
{
	struct replica_recall *recall = xcalloc(1, sizeof(*recall));
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct replica_held held;
	struct peer *peers;
	size_t count = 0;
	int64_t now = clock_now();

	recall->core = core;
	if (catalogue_copy_look(core->db, arena, core->node->domain, &held) !=
		0 ||
	    !held.any ||
	    peer_pick(core->db, arena, INT64_MAX, true, 1, &peers, &count) !=
		0 ||
	    count == 0)
		return recall;
	node_hold_catalogue(core->node, true);
	recall->phase = WAITING;
	recall->at = now;
	recall->until =
	    now + core->snapshot->settings->replication_recall_seconds;
	return recall;
}

void
replica_recall_free(struct replica_recall **recall)
{
	if (*recall == NULL)
		return;
	ASSERT(replica_recall_active(*recall) == 0);
	close_round(*recall);
	free(*recall);
	*recall = NULL;
}

size_t
replica_recall_active(const struct replica_recall *recall)
{
	return recall->phase == IDLE || recall->phase == WAITING ? 0 : 1;
}

int64_t
replica_recall_run(struct replica_recall *recall)
{
	int64_t now = clock_now();

	if (recall->phase != WAITING)
		return INT64_MAX;
	if (!node_catalogue_held(recall->core->node)) {
		log_info("catalogue published on the administrator's word");
		recall->phase = IDLE;
		return INT64_MAX;
	}
	if (now >= recall->until && recall->behind) {
		/* Nobody gives it whole: at least no fork. */
		submit(recall, work_recover, on_recovered);
		return INT64_MAX;
	}
	if (now >= recall->until) {
		log_warning("catalogue published although nobody could say "
			    "whether it is the newest");
		settle(recall);
		return INT64_MAX;
	}
	if (now < recall->at)
		return MIN(recall->at, recall->until);
	ask(recall);
	return INT64_MAX;
}

void
replica_recall_seen(
    struct replica_recall *recall, const json_t *head, const char *source)
{
	char error[CATALOGUE_READ_ERROR_SIZE];
	struct catalogue_read_head seen;

	if (recall->phase != IDLE || recall->core->stopping ||
	    !open_round(recall))
		return;
	if (catalogue_read_head(head, &recall->own, &seen, error) !=
		CATALOGUE_READ_NONE ||
	    !says_more(recall, &seen)) {
		close_round(recall);
		return;
	}
	log_warning("catalogue source=%s has more of ours than we do", source);
	node_hold_catalogue(recall->core->node, true);
	recall->until =
	    clock_now() +
	    recall->core->snapshot->settings->replication_recall_seconds;
	add_found(recall, arena_strdup(recall->arena, source), &seen);
	next_found(recall);
}
