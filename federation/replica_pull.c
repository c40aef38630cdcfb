/* SPDX-License-Identifier: ISC */
/*
 * One pull goes from source to source; of one source it reads page after
 * page.  What came whole is applied by a writer job, whose answer decides:
 *
 *	source -> page -> page -> apply -> done
 *	   ^        |fault   |mismatch, stale: all of it anew, once
 *	   +--------+--------+ next source
 *
 * Requests are not signed: a catalogue is for everyone, and what comes back
 * is believed for its own signatures alone.
 */
#include "federation/replica_pull.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "federation/catalogue_copy.h"
#include "federation/fetch.h"
#include "federation/replica_get.h"
#include "federation/replica_note.h"
#include "federation/replica_progress.h"
#include "federation/replica_rotation.h"
#include "federation/url.h"
#include "store/catalogue_withheld.h"
#include "store/peer.h"

enum {
	SOURCES_MAX = 5,
	PAGES_MAX = 1000,
	/* For all that are read at a time: two of the largest. */
	READING_BYTES_MAX = 2 * CATALOGUE_COPY_BYTES_MAX,
	WELL_SECONDS = 60,    /* that it answers well is noted so often */
	SOURCE_SECONDS = 900, /* for all pages of one source */
};

struct source {
	int64_t peer_id, failures, ok_at; /* 0: no peer of ours */
	const char *domain;
};

struct replica_pull {
	struct courier_core *core;
	struct arena *arena;
	const char *domain;
	struct source sources[SOURCES_MAX];
	size_t source_count, at;
	struct key *key;
	struct catalogue_read_origin origin;
	struct replica_held held;
	struct catalogue_copy *copy;
	size_t counted;      /* of core->reading */
	bool whole;          /* from 0, whatever is held */
	int64_t until;       /* this source has to be done */
	bool again;          /* the second try with this source */
	bool stubbed;        /* a source has all, but withholds some */
	bool take_stubs;     /* since nobody gives it whole */
	bool asked_rotation; /* of this source, why the key is another */
	const char *problem; /* to freeze with */
	const char *fault;   /* of the page */
	replica_pull_done_fn *done;
	void *arg;
	struct writer_job job;
};

static void ask(struct replica_pull *pull);
static void too_large(struct replica_pull *pull);

int
replica_pull_key(const struct peer *peer, struct key **ret)
{
	if (peer->key == NULL)
		return -ENOENT;
	return key_from_spki(peer->key, peer->key_len, ret) == 0 ? 0 : -ENOENT;
}

#define TOO_LARGE_SENTENCE \
	"too large: its catalogue has more entries than " \
	"network.origin_entries allows, or more text than " \
	"network.origin_bytes"

/* --- The end --- */

/* What is in memory for it, among all that is. */
static void
count_bytes(struct replica_pull *pull)
{
	size_t bytes = pull->copy != NULL ? pull->copy->bytes : 0;

	pull->core->reading += bytes - pull->counted;
	pull->counted = bytes;
}

static void
drop_copy(struct replica_pull *pull)
{
	catalogue_copy_free(&pull->copy);
	count_bytes(pull);
}

static void
end(struct replica_pull *pull, enum replica_pull_end how)
{
	drop_copy(pull);
	replica_progress_end(pull->core->progress, pull->domain);
	pull->done(pull->arg, pull->domain, how);
	key_free(&pull->key);
	arena_free(&pull->arena);
	free(pull);
}

static bool
is_origin(const struct replica_pull *pull)
{
	return strcmp(pull->sources[pull->at].domain, pull->domain) == 0;
}

static void
next_source(struct replica_pull *pull)
{
	pull->at++;
	pull->again = false;
	pull->asked_rotation = false;
	if (pull->at == pull->source_count && pull->stubbed &&
	    !pull->take_stubs) {
		pull->at = 0;
		pull->take_stubs = true;
	}
	if (pull->at < pull->source_count && !pull->core->stopping)
		ask(pull);
	else
		end(pull, REPLICA_PULL_FAILED);
}

/* The source did not give what its origin signed, or nothing. */
static void
blame(struct replica_pull *pull, const char *error, bool liar)
{
	const struct source *source = &pull->sources[pull->at];

	log_info("catalogue origin=%s source=%s refused: %s", pull->domain,
	    source->domain, error);
	replica_note_peer(
	    pull->core, source->peer_id, source->failures, error, liar);
	next_source(pull);
}

/* --- Freezing --- */

static int
work_freeze(struct writer_job *job, struct db *db)
{
	struct replica_pull *pull = CONTAINER_OF(job, struct replica_pull, job);
	int r = catalogue_copy_freeze(db, pull->arena, pull->domain,
	    pull->problem, pull->copy->head_text);

	return r == -ENOENT ? 0 : r;
}

static void
on_frozen(struct writer_job *job)
{
	struct replica_pull *pull = CONTAINER_OF(job, struct replica_pull, job);

	courier_core_returned(pull->core);
	end(pull, REPLICA_PULL_VAIN);
}

static void
freeze(struct replica_pull *pull, const char *problem)
{
	log_warning("catalogue origin=%s frozen: %s", pull->domain, problem);
	pull->problem = problem;
	pull->job =
	    (struct writer_job){ .work = work_freeze, .done = on_frozen };
	courier_core_submit(pull->core, &pull->job);
}

/* --- Applying --- */

static int
work_apply(struct writer_job *job, struct db *db)
{
	struct replica_pull *pull = CONTAINER_OF(job, struct replica_pull, job);

	return catalogue_copy_apply(
	    db, pull->copy, pull->sources[pull->at].domain, clock_now());
}

/* All of it anew from the same source, once. */
static bool
read_whole(struct replica_pull *pull)
{
	if (pull->again || pull->core->stopping)
		return false;
	pull->again = true;
	pull->whole = true;
	ask(pull);
	return true;
}

static void
on_applied(struct writer_job *job)
{
	struct replica_pull *pull = CONTAINER_OF(job, struct replica_pull, job);
	const struct source *source = &pull->sources[pull->at];

	courier_core_returned(pull->core);
	if (job->result == 0) {
		log_debug("catalogue origin=%s source=%s entries=%zu seq=%lld",
		    pull->domain, source->domain, pull->copy->count,
		    (long long)pull->copy->head.seq);
		if (source->failures > 0 ||
		    source->ok_at < clock_now() - WELL_SECONDS)
			replica_note_peer(
			    pull->core, source->peer_id, 0, NULL, false);
		end(pull, REPLICA_PULL_DONE);
	} else if (job->result == -EPERM)
		end(pull, REPLICA_PULL_VAIN);
	else if (job->result == -EDQUOT)
		too_large(pull);
	else if (job->result == -EBADMSG && pull->copy->from == 0)
		blame(pull, "count or digest are not what the head says", true);
	else if ((job->result != -EBADMSG && job->result != -ESTALE) ||
		 !read_whole(pull))
		end(pull, REPLICA_PULL_FAILED);
}

static void
apply(struct replica_pull *pull)
{
	pull->job =
	    (struct writer_job){ .work = work_apply, .done = on_applied };
	courier_core_submit(pull->core, &pull->job);
}

static int
work_renew(struct writer_job *job, struct db *db)
{
	struct replica_pull *pull = CONTAINER_OF(job, struct replica_pull, job);
	int r = catalogue_copy_renew(db, pull->arena, pull->domain,
	    &pull->copy->head, pull->copy->head_text, clock_now());

	return r == -ESTALE ? 0 : r;
}

static void
on_renewed(struct writer_job *job)
{
	struct replica_pull *pull = CONTAINER_OF(job, struct replica_pull, job);

	courier_core_returned(pull->core);
	end(pull, job->result == 0 ? REPLICA_PULL_DONE : REPLICA_PULL_FAILED);
}

/* The log was read to its end. */
static void
judge(struct replica_pull *pull)
{
	enum replica_news news = replica_judge(&pull->held, &pull->copy->head);

	if (pull->copy->stubs > 0 && !pull->take_stubs) {
		/* Another may hand over what this one withholds. */
		pull->stubbed = true;
		next_source(pull);
		return;
	}
	log_debug("catalogue origin=%s source=%s news=%s", pull->domain,
	    pull->sources[pull->at].domain, replica_word(news));
	switch (news) {
	case REPLICA_SAME:
	case REPLICA_OLD:
		if (is_origin(pull))
			end(pull, REPLICA_PULL_DONE);
		else
			next_source(pull);
		return;
	case REPLICA_FROZEN:
		end(pull, REPLICA_PULL_VAIN);
		return;
	case REPLICA_RENEWED:
		pull->job = (struct writer_job){ .work = work_renew,
			.done = on_renewed };
		courier_core_submit(pull->core, &pull->job);
		return;
	case REPLICA_FORKED:
		freeze(pull, REPLICA_NOTE_FORKED);
		return;
	case REPLICA_REBUILT:
		if (pull->copy->from != 0) {
			if (!read_whole(pull))
				next_source(pull);
			return;
		}
		break;
	case REPLICA_NEWER:
		break;
	}
	apply(pull);
}

/* --- Reading --- */

static void on_page(void *arg, const struct http_client_answer *answer);

/* The next page is where the page says, on the same source. */
static void
go_on(struct replica_pull *pull, const char *next)
{
	const char *base = arena_printf(
	    pull->arena, "https://%s", pull->sources[pull->at].domain);

	if (!url_same_origin(next, base))
		blame(pull, "the next page is on another host", true);
	else if (pull->copy->pages >= PAGES_MAX)
		blame(pull, "there are more pages than are read", true);
	else if (pull->core->reading > READING_BYTES_MAX)
		end(pull, REPLICA_PULL_FAILED); /* later, one after the other */
	else if (clock_now() > pull->until)
		blame(pull, "it takes too long", false);
	else
		replica_get(
		    pull->core, arena_strdup(pull->arena, next), on_page, pull);
}

static void
on_rotation(void *arg, bool changed)
{
	struct replica_pull *pull = arg;
	struct peer peer;

	if (changed && peer_by_domain(pull->core->db, pull->arena, pull->domain,
			   &peer) == 0) {
		key_free(&pull->key);
		if (peer.state == PEER_ADMITTED &&
		    replica_pull_key(&peer, &pull->key) == 0) {
			catalogue_read_origin(pull->arena, pull->domain,
			    pull->key, clock_now(), &pull->origin);
			pull->whole = true;
			ask(pull);
			return;
		}
		end(pull, REPLICA_PULL_VAIN);
		return;
	}
	/* The origin itself does not sign as it did. */
	if (is_origin(pull) && pull->held.any)
		freeze(pull,
		    "re-keyed: it signs with another key than the one that was "
		    "admitted");
	else
		blame(pull, pull->fault, true);
}

/* Its old key may have said that there is another one. */
static void
other_key(struct replica_pull *pull, const char *sentence)
{
	pull->fault = sentence;
	if (pull->asked_rotation) {
		on_rotation(pull, false);
		return;
	}
	pull->asked_rotation = true;
	replica_rotation_ask(pull->core, pull->domain,
	    pull->sources[pull->at].domain, pull->key, on_rotation, pull);
}

static void
fault(struct replica_pull *pull, enum catalogue_read_fault fault,
    const char *error)
{
	const char *sentence = arena_printf(
	    pull->arena, "%s: %s", catalogue_read_word(fault), error);

	if (fault == CATALOGUE_READ_MOVED && read_whole(pull))
		return;
	if (fault == CATALOGUE_READ_WRONG_KEY ||
	    fault == CATALOGUE_READ_ALTERED)
		other_key(pull, sentence);
	else
		blame(pull, sentence, fault != CATALOGUE_READ_MOVED);
}

/* What is held stays as it is; its origin is the one to be told of, whoever
 * handed the page on. */
static void
too_large(struct replica_pull *pull)
{
	if (pull->held.any)
		freeze(pull, TOO_LARGE_SENTENCE);
	else if (is_origin(pull))
		blame(pull, TOO_LARGE_SENTENCE, false);
	else
		next_source(pull);
}

static void
on_page(void *arg, const struct http_client_answer *answer)
{
	struct replica_pull *pull = arg;
	CLEANUP(json_release) json_t *page = NULL;
	char error[CATALOGUE_READ_ERROR_SIZE], why[JSON_ERROR_SIZE];
	enum catalogue_read_fault found;
	const char *next = NULL;

	/* That it has no such log says nothing against it. */
	if (answer->error == 0 && answer->status == 404) {
		next_source(pull);
		return;
	}
	if (answer->error != 0 || answer->status != 200) {
		blame(pull,
		    answer->error != 0 ? answer->reason
				       : arena_printf(pull->arena,
					     "it answered %d", answer->status),
		    false);
		return;
	}
	if (!fetch_type_fits(FETCH_COLLECTION, answer->content_type) ||
	    json_read(answer->body, answer->body_len, &page, why) != 0) {
		blame(pull, "the answer is no catalogue page", false);
		return;
	}
	pull->origin.now = clock_now();
	found =
	    catalogue_copy_page(pull->copy, page, &pull->origin, &next, error);
	count_bytes(pull);
	replica_progress_set(pull->core->progress, pull->domain,
	    (int64_t)pull->copy->count, pull->copy->head.count);
	if (found != CATALOGUE_READ_NONE)
		fault(pull, found, error);
	else if (replica_too_large(&pull->copy->head, pull->copy->live_max))
		too_large(pull);
	else if (next != NULL)
		go_on(pull, next);
	else
		judge(pull);
}

/* What nobody handed over the last time is asked for again. */
static bool
lacks_text(struct replica_pull *pull)
{
	struct catalogue_origin origin;
	bool ret = false;

	return catalogue_origin_by_domain(
		   pull->core->db, pull->arena, pull->domain, &origin) == 0 &&
	       catalogue_has_stubs(pull->core->db, origin.id, &ret) == 0 && ret;
}

static void
ask(struct replica_pull *pull)
{
	const struct settings *settings = pull->core->snapshot->settings;
	const char *source = pull->sources[pull->at].domain;
	const char *address;
	int64_t from;

	drop_copy(pull);
	if (catalogue_copy_look(
		pull->core->db, pull->arena, pull->domain, &pull->held) != 0) {
		end(pull, REPLICA_PULL_FAILED);
		return;
	}
	if (pull->held.frozen ||
	    replica_next_change(&pull->held, settings->network_origin_changes,
		clock_now()) > clock_now()) {
		end(pull, REPLICA_PULL_VAIN);
		return;
	}
	from = pull->held.any && !pull->whole ? pull->held.seq : 0;
	pull->until = clock_now() + SOURCE_SECONDS;
	pull->copy =
	    catalogue_copy_new(pull->domain, lacks_text(pull) ? 0 : from);
	pull->copy->live_max = settings->network_origin_entries;
	pull->copy->bytes_max = settings->network_origin_bytes;
	address = arena_printf(pull->arena, "https://%s/catalogue?after=%lld",
	    source, (long long)pull->copy->from);
	if (!is_origin(pull))
		address = arena_printf(
		    pull->arena, "%s&origin=%s", address, pull->domain);
	replica_get(pull->core, address, on_page, pull);
}

/* --- The beginning --- */

static void
add_source(struct replica_pull *pull, const char *domain)
{
	struct peer peer = { 0 };

	if (pull->source_count == SOURCES_MAX ||
	    strcmp(domain, pull->core->node->domain) == 0)
		return;
	for (size_t i = 0; i < pull->source_count; i++) {
		if (strcmp(pull->sources[i].domain, domain) == 0)
			return;
	}
	if (peer_by_domain(pull->core->db, pull->arena, domain, &peer) != 0 ||
	    peer.wait_until > clock_now() || peer.state != PEER_ADMITTED)
		return;
	pull->sources[pull->source_count++] = (struct source){
		.peer_id = peer.id,
		.failures = peer.failures,
		.ok_at = peer.ok_at,
		.domain = peer.domain,
	};
}

/* Its origin first, who told of it next, then any. */
static void
add_sources(struct replica_pull *pull, const char *told)
{
	struct peer *others;
	size_t count;

	add_source(pull, pull->domain);
	if (told != NULL)
		add_source(pull, told);
	if (peer_pick(pull->core->db, pull->arena, clock_now(), false,
		SOURCES_MAX, &others, &count) != 0)
		return;
	for (size_t i = 0; i < count; i++)
		add_source(pull, others[i].domain);
}

void
replica_pull_start(struct courier_core *core, const char *domain,
    const char *source, replica_pull_done_fn *done, void *arg)
{
	struct replica_pull *pull = xcalloc(1, sizeof(*pull));
	struct peer peer;

	pull->core = core;
	pull->arena = arena_new();
	pull->domain = arena_strdup(pull->arena, domain);
	pull->done = done;
	pull->arg = arg;
	if (peer_by_domain(core->db, pull->arena, domain, &peer) != 0 ||
	    peer.state != PEER_ADMITTED ||
	    replica_pull_key(&peer, &pull->key) != 0) {
		end(pull, REPLICA_PULL_VAIN);
		return;
	}
	catalogue_read_origin(
	    pull->arena, pull->domain, pull->key, clock_now(), &pull->origin);
	add_sources(pull, source);
	if (pull->source_count == 0)
		end(pull, REPLICA_PULL_FAILED);
	else
		ask(pull);
}
