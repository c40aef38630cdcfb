/* SPDX-License-Identifier: ISC */
/*
 * peer admit, join, refuse, pause, forget, introducer, neighbour, list, show.
 * Admitting reads the node's instance actor and pins its key.
 */
#include <errno.h>
#include <string.h>

#include "config/base/clock.h"
#include "daemon/command.h"
#include "federation/admission_settle.h"
#include "federation/catalogue_copy.h"
#include "federation/catalogue_read.h"
#include "federation/replica_pull.h"
#include "federation/url.h"
#include "store/catalogue.h"
#include "store/peer.h"
#include "store/rotation.h"

enum { VOUCHERS_SHOWN = 20 };

/* The domain that a command names; NULL after refusing. */
static const char *
named(struct command_request *request)
{
	const char *name = request->arguments[0], *domain;

	if (url_normalize_host(request->arena, name, &domain) < 0)
		command_refuse(
		    request, CODE_INVALID, "%s is no domain of a node", name);
	else if (strcmp(domain, request->node->domain) == 0)
		command_refuse(
		    request, CODE_INVALID, "%s is this node itself", domain);
	else
		return domain;
	return NULL;
}

/* --- Changing --- */

struct change {
	const char *domain;
	enum peer_rule rule;
	const uint8_t *key; /* NULL: stays */
	size_t key_len;
	bool make;       /* a row is made when there is none */
	bool introducer; /* and it is one from now on */
	bool ask;        /* and is asked to admit this node */
};

static int
find_row(struct command_job *job, const struct change *change, struct peer *ret)
{
	struct db *db = job->publish.db;
	int64_t id;
	int r = 0;

	if (change->make)
		r = peer_need(db, change->domain, job->publish.now, &id);
	if (r == -ENOSPC)
		return command_job_refuse(
		    job, r, "no more than %d nodes can be known", PEERS_MAX);
	if (r == 0)
		r = peer_by_domain(db, job->arena, change->domain, ret);
	if (r == -ENOENT)
		return command_job_refuse(
		    job, r, "no node named %s is known", change->domain);
	return r;
}

/* Whoever is admitted anew is taken as it is now: a log that was frozen is
 * read again from its beginning. */
static int
thaw(struct command_job *job, const char *domain, bool other_key)
{
	struct catalogue_origin origin;
	int r = catalogue_origin_by_domain(
	    job->publish.db, job->arena, domain, &origin);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (other_key)
		return catalogue_copy_erase(
		    job->publish.db, job->arena, domain);
	return origin.problem == NULL ? 0
				      : catalogue_copy_freeze(job->publish.db,
					    job->arena, domain, NULL, NULL);
}

/* Its instance was read a moment ago. */
static int
ask_it(struct command_job *job, const char *domain)
{
	struct actor instance;
	int r = actor_by_uri(job->publish.db, job->arena,
	    arena_printf(job->arena, "https://%s/actor", domain), &instance);

	return r < 0 ? r : publish_join(&job->publish, &instance);
}

static int
change_work(struct command_job *job)
{
	const struct change *change = job->arg;
	struct peer peer;
	int r = find_row(job, change, &peer);
	bool other_key;

	if (r < 0)
		return r;
	other_key = change->key != NULL && peer.key != NULL &&
		    (peer.key_len != change->key_len ||
			memcmp(peer.key, change->key, change->key_len) != 0);
	if (change->key != NULL) {
		peer.key = change->key;
		peer.key_len = change->key_len;
	}
	peer.rule = change->rule;
	peer.introducer |= change->introducer;
	r = admission_settle_peer(
	    job->publish.db, job->arena, job->publish.settings, &peer);
	if (r < 0)
		return r;
	if (peer.rule == PEER_RULE_ADMIT)
		r = thaw(job, peer.domain, other_key);
	else if (peer.rule == PEER_RULE_REFUSE)
		r = catalogue_copy_erase(
		    job->publish.db, job->arena, peer.domain);
	if (r == 0)
		r = peer_save(job->publish.db, &peer);
	/* Whom it vouches for may be admitted by it, or no more. */
	if (r == 0)
		r = admission_settle(job->publish.db, job->publish.settings);
	if (r == 0 && change->ask)
		r = ask_it(job, peer.domain);
	if (r == 0)
		job->answer = json_pack("{s:s, s:s, s:s}", "message",
		    arena_printf(job->arena, "%s is %s%s%s%s", peer.domain,
			admission_word(peer.state),
			other_key ? ", with another key than before" : "",
			change->introducer ? " and introducer" : "",
			change->ask ? "; its administrator is asked to admit "
				      "this node"
				    : ""),
		    "domain", peer.domain, "state", admission_word(peer.state));
	return r;
}

static void
change_rule(struct command_request *request, enum peer_rule rule, bool make)
{
	const char *domain = named(request);
	struct change *change;

	if (domain == NULL)
		return;
	change = arena_alloc(request->arena, sizeof(*change));
	*change =
	    (struct change){ .domain = domain, .rule = rule, .make = make };
	command_write(request, change_work, NULL, change);
}

void
command_peer_refuse(struct command_request *request)
{
	change_rule(request, PEER_RULE_REFUSE, true);
}

void
command_peer_pause(struct command_request *request)
{
	change_rule(request, PEER_RULE_PAUSE, false);
}

/* --- Admitting --- */

static void
on_actor(struct command_wanted *wanted)
{
	struct command_request *request = wanted->request;
	const struct courier_want *want = &wanted->want;
	struct change *change = wanted->arg;
	struct catalogue_read_origin read;
	struct actor_key key;

	if (want->verdict != VERDICT_ACCEPTED) {
		command_refuse(request, CODE_FAILED,
		    "%s cannot be read: %s%s%s", want->uri,
		    verdict_sentence(want->verdict),
		    want->error[0] != '\0' ? ": " : "", want->error);
		return;
	}
	catalogue_read_origin(
	    request->arena, change->domain, NULL, clock_now(), &read);
	if (actor_key_by_uri(request->db, request->arena, read.method, &key) !=
		0 ||
	    key.kind != KEY_ED25519) {
		command_refuse(request, CODE_FAILED,
		    "%s names no Ed25519 key %s: that is no node with a "
		    "catalogue",
		    read.actor, read.method);
		return;
	}
	change->key = key.spki;
	change->key_len = key.spki_len;
	command_write(request, change_work, NULL, change);
}

static void
admit(struct command_request *request, bool introducer, bool ask)
{
	const char *domain = named(request);
	struct change *change;

	if (domain == NULL)
		return;
	change = arena_alloc(request->arena, sizeof(*change));
	*change = (struct change){
		.domain = domain,
		.rule = PEER_RULE_ADMIT,
		.make = true,
		.introducer = introducer,
		.ask = ask,
	};
	command_want_anew(request, WANT_ACTOR,
	    arena_printf(request->arena, "https://%s/actor", domain), on_actor,
	    change);
}

void
command_peer_admit(struct command_request *request)
{
	admit(request, false, false);
}

void
command_peer_join(struct command_request *request)
{
	const char *answer = command_text(request, "introducer");

	if (answer == NULL || strcmp(answer, "yes") == 0)
		admit(request, true, true);
	else if (strcmp(answer, "no") == 0)
		admit(request, false, true);
	else
		command_refuse(request, CODE_INVALID,
		    "--introducer %s: yes or no is needed", answer);
}

/* --- Forgetting, neighbours --- */

static int
forget_work(struct command_job *job)
{
	const struct change change = { .domain = job->arg };
	struct peer peer;
	int r = find_row(job, &change, &peer);

	if (r == 0)
		r = catalogue_copy_erase(
		    job->publish.db, job->arena, peer.domain);
	if (r == 0)
		r = peer_remove(job->publish.db, peer.id);
	if (r == 0)
		r = admission_settle(job->publish.db, job->publish.settings);
	if (r == 0)
		job->answer = json_pack("{s:s}", "message",
		    arena_printf(job->arena, "%s is forgotten", peer.domain));
	return r;
}

void
command_peer_forget(struct command_request *request)
{
	const char *domain = named(request);

	if (domain != NULL)
		command_write(request, forget_work, NULL,
		    arena_strdup(request->arena, domain));
}

/* yes or no to one of the two things that a peer may be. */
static int
choose_work(struct command_job *job)
{
	const struct change change = { .domain = job->arg };
	bool introducer =
	    strcmp(job->request->command->words, "peer introducer") == 0;
	bool chosen = strcmp(job->request->arguments[1], "yes") == 0;
	struct peer peer;
	int r = find_row(job, &change, &peer);

	if (r < 0)
		return r;
	*(introducer ? &peer.introducer : &peer.neighbour) = chosen;
	r = peer_save(job->publish.db, &peer);
	if (r == 0)
		r = admission_settle(job->publish.db, job->publish.settings);
	if (r == 0)
		job->answer = json_pack("{s:s, s:b}", "message",
		    arena_printf(job->arena, "%s is %s %s", peer.domain,
			chosen ? "now" : "no",
			introducer ? "introducer" : "chosen neighbour"),
		    introducer ? "introducer" : "neighbour", chosen);
	return r;
}

static void
choose(struct command_request *request)
{
	const char *domain = named(request), *answer = request->arguments[1];

	if (domain == NULL)
		return;
	if (strcmp(answer, "yes") != 0 && strcmp(answer, "no") != 0)
		command_refuse(
		    request, CODE_INVALID, "%s: yes or no is needed", answer);
	else
		command_write(request, choose_work, NULL,
		    arena_strdup(request->arena, domain));
}

void
command_peer_neighbour(struct command_request *request)
{
	choose(request);
}

void
command_peer_introducer(struct command_request *request)
{
	choose(request);
}

/* --- Showing --- */

/* What is held of its catalogue. */
static void
add_log(struct command_request *request, const char *domain, json_t *view)
{
	struct catalogue_origin origin;
	struct replica_held held;
	int64_t now = clock_now(), next;

	if (catalogue_origin_by_domain(
		request->db, request->arena, domain, &origin) != 0)
		return;
	json_object_set_new(view, "entries", json_integer(origin.count));
	json_object_set_new(view, "epoch", json_integer(origin.epoch));
	json_object_set_new(view, "seq", json_integer(origin.seq));
	command_set_time(view, "head_at", origin.head_at);
	command_set_text(view, "freshness",
	    replica_age_word(replica_age(origin.head_at, clock_now())));
	command_set_time(view, "read_at", origin.read_at);
	command_set_text(view, "source", origin.source);
	command_set_text(view, "problem", origin.problem);
	json_object_set_new(view, "bytes", json_integer(origin.bytes));
	catalogue_copy_held(&origin, &held);
	next = replica_next_change(
	    &held, request->settings->network_origin_changes, now);
	command_set_time(view, "changes_too_fast_until", next > now ? next : 0);
}

/* How far it is, while it is being read. */
static void
add_reading(struct command_request *request, const char *domain, json_t *view)
{
	int64_t read, count;

	if (request->node->courier == NULL ||
	    !courier_reading(request->node->courier, domain, &read, &count))
		return;
	json_object_set_new(view, "reading", json_integer(read));
	json_object_set_new(view, "reading_of", json_integer(count));
}

static void
add_vouchers(struct command_request *request, const char *domain, json_t *view)
{
	const char **names;
	json_t *list;
	size_t count;

	if (vouch_list(request->db, request->arena, domain, VOUCHERS_SHOWN,
		&names, &count) != 0)
		return;
	list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_string(names[i]));
	json_object_set_new(view, "vouched_by", list);
}

/* When its key last gave way to another. */
static void
add_rotation(struct command_request *request, const char *domain, json_t *view)
{
	struct rotation *rotations = NULL;
	size_t count = 0;

	if (rotation_list(
		request->db, request->arena, domain, &rotations, &count) == 0 &&
	    count > 0)
		command_set_time(view, "rotated", rotations[count - 1].at);
}

/* How this node stands in its list: NULL when that was not read. */
static const char *
admits_us(struct command_request *request, const struct peer *peer)
{
	bool direct;
	int r;

	if (peer->list_seq == 0)
		return NULL;
	r = vouch_by(request->db, peer->id, request->node->domain, &direct);
	if (r == 0)
		return direct ? "its administrator does" : "by others' word";
	return r == -ENOENT ? "not yet" : NULL;
}

static json_t *
peer_view(struct command_request *request, const struct peer *peer)
{
	CLEANUP(key_free) struct key *key = NULL;
	json_t *view = json_object();
	char *multibase = NULL;

	command_set_text(view, "domain", peer->domain);
	command_set_text(view, "state", admission_word(peer->state));
	command_set_text(view, "why", peer->why);
	if (replica_pull_key(peer, &key) == 0 &&
	    key_multibase(key, request->arena, &multibase) == 0)
		command_set_text(view, "key", multibase);
	add_rotation(request, peer->domain, view);
	add_vouchers(request, peer->domain, view);
	json_object_set_new(view, "introducer", json_boolean(peer->introducer));
	json_object_set_new(view, "neighbour", json_boolean(peer->neighbour));
	add_log(request, peer->domain, view);
	add_reading(request, peer->domain, view);
	command_set_time(view, "asked", peer->asked_at);
	command_set_text(view, "admits_us", admits_us(request, peer));
	command_set_time(view, "list_read", peer->list_at);
	command_set_time(view, "last_ok", peer->ok_at);
	command_set_time(view, "last_try", peer->tried_at);
	json_object_set_new(view, "failures", json_integer(peer->failures));
	command_set_text(view, "last_error", peer->last_error);
	command_set_time(view, "next_try", peer->wait_until);
	return view;
}

static int
list_peers(struct command_request *request, const char *after, size_t limit,
    struct peer **ret, size_t *ret_count)
{
	static const enum peer_state states[] = { PEER_WAITING, PEER_ADMITTED,
		PEER_REFUSED, PEER_PAUSED };
	const char *word = command_text(request, "state");

	if (word == NULL)
		return peer_list(
		    request->db, request->arena, after, limit, ret, ret_count);
	for (size_t i = 0; i < N_ELEMENTS(states); i++) {
		if (strcmp(word, admission_word(states[i])) == 0)
			return peer_list_in(request->db, request->arena,
			    states[i], after, limit, ret, ret_count);
	}
	command_refuse(request, CODE_INVALID,
	    "--state %s: waiting, admitted, refused or paused is needed", word);
	return -EINVAL;
}

void
command_peer_list(struct command_request *request)
{
	const char *after = command_text(request, "after");
	size_t limit = command_limit(request), count;
	struct peer *peers;
	json_t *items;
	int r = list_peers(
	    request, after != NULL ? after : "", limit, &peers, &count);

	if (r == -EINVAL)
		return; /* refused */
	if (r < 0) {
		command_refuse_errno(request, r, NULL);
		return;
	}
	items = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(items, peer_view(request, &peers[i]));
	command_answer(request,
	    command_items(items,
		count == limit ? json_string(peers[count - 1].domain) : NULL));
}

void
command_peer_show(struct command_request *request)
{
	const char *domain = named(request);
	struct peer peer;
	int r;

	if (domain == NULL)
		return;
	r = peer_by_domain(request->db, request->arena, domain, &peer);
	if (r == -ENOENT)
		command_refuse(request, CODE_NOT_FOUND,
		    "no node named %s is known", domain);
	else if (r < 0)
		command_refuse_errno(request, r, NULL);
	else
		command_answer(request, peer_view(request, &peer));
}
