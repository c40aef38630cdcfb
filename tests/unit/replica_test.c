/* SPDX-License-Identifier: ISC */
/*
 * The copy of a catalogue: whatever arrives, in any order, twice or not at
 * all, a reader only ever holds states that the author signed, and in the end
 * the author's.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/base/text.h"
#include "federation/admission.h"
#include "federation/catalogue.h"
#include "federation/catalogue_copy.h"
#include "federation/catalogue_page.h"
#include "federation/peers_list.h"
#include "store/catalogue_withheld.h"
#include "store/db.h"
#include "store/search.h"
#include "tests/unit/federation_fixture.h"

#define BASE   "https://node.example"
#define DOMAIN "node.example"

enum {
	NOW = 1780000000,
	PROJECTS = 6,
	STEPS = 60,
	KEPT = 40, /* pages that a relay may show again */
};

/* --- Judging heads --- */

static struct catalogue_read_head
head(int64_t epoch, int64_t seq, int64_t published, uint8_t digest)
{
	struct catalogue_read_head ret = {
		.epoch = epoch, .seq = seq, .count = 3, .published = published
	};

	memset(ret.digest, digest, sizeof(ret.digest));
	return ret;
}

static void
heads_are_judged_by_epoch_number_content_and_time(void **state)
{
	struct replica_held held = {
		.any = true, .epoch = 10, .seq = 5, .count = 3, .published = 100
	};
	static const struct {
		int64_t epoch, seq, published;
		uint8_t digest;
		enum replica_news news;
	} rows[] = {
		{ 10, 5, 100, 7, REPLICA_SAME },
		{ 10, 5, 99, 7, REPLICA_SAME },
		{ 10, 5, 101, 7, REPLICA_RENEWED },
		{ 10, 5, 101, 8, REPLICA_FORKED },
		{ 10, 5, 50, 8, REPLICA_FORKED },
		{ 10, 6, 50, 8, REPLICA_NEWER },
		/* A later time makes old news no newer. */
		{ 10, 4, 999, 7, REPLICA_OLD },
		{ 9, 99, 999, 7, REPLICA_OLD },
		{ 11, 1, 50, 7, REPLICA_REBUILT },
	};

	(void)state;
	memset(held.digest, 7, sizeof(held.digest));
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct catalogue_read_head shown = head(rows[i].epoch,
		    rows[i].seq, rows[i].published, rows[i].digest);

		assert_string_equal(replica_word(replica_judge(&held, &shown)),
		    replica_word(rows[i].news));
	}
	held.frozen = true;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct catalogue_read_head shown = head(rows[i].epoch,
		    rows[i].seq, rows[i].published, rows[i].digest);

		assert_int_equal(replica_judge(&held, &shown), REPLICA_FROZEN);
	}
	held = (struct replica_held){ 0 };
	assert_int_equal(
	    replica_judge(&held, &(struct catalogue_read_head){ .epoch = 1 }),
	    REPLICA_REBUILT);
}

static void
another_count_under_one_number_is_a_fork(void **state)
{
	struct replica_held held = {
		.any = true, .epoch = 10, .seq = 5, .count = 4
	};
	struct catalogue_read_head shown = head(10, 5, 0, 0);

	(void)state;
	assert_int_equal(replica_judge(&held, &shown), REPLICA_FORKED);
}

static void
waits_grow_up_to_an_hour(void **state)
{
	(void)state;
	for (int64_t failures = 1; failures < 100; failures++) {
		int64_t least = replica_backoff(failures, 0);
		int64_t most = replica_backoff(failures, UINT32_MAX);

		assert_in_range(least, 15, 1800);
		assert_in_range(most, least, 3600);
		assert_true(replica_backoff(failures + 1, 0) >= least);
	}
}

static void
a_log_without_a_head_for_long_ages_in_steps(void **state)
{
	(void)state;
	assert_int_equal(replica_age(NOW, NOW), REPLICA_FRESH);
	assert_int_equal(replica_age(NOW - 30 * 86400, NOW), REPLICA_FRESH);
	assert_int_equal(replica_age(NOW - 32 * 86400, NOW), REPLICA_STALE);
	assert_int_equal(replica_age(NOW - 93 * 86400, NOW), REPLICA_HIDDEN);
	assert_int_equal(replica_age(NOW - 184 * 86400, NOW), REPLICA_DEAD);
}

/* --- Admission --- */

static void
admission_follows_the_administrator_first(void **state)
{
	static const struct {
		enum admission_mode mode;
		enum peer_rule rule;
		bool has_key;
		int64_t vouches;
		bool introduced;
		enum peer_state state;
	} rows[] = {
		{ ADMISSION_VOUCHED, PEER_RULE_NONE, true, 0, false,
		    PEER_WAITING },
		{ ADMISSION_VOUCHED, PEER_RULE_NONE, true, 1, false,
		    PEER_WAITING },
		{ ADMISSION_VOUCHED, PEER_RULE_NONE, true, 2, false,
		    PEER_ADMITTED },
		{ ADMISSION_VOUCHED, PEER_RULE_NONE, true, 0, true,
		    PEER_ADMITTED },
		{ ADMISSION_VOUCHED, PEER_RULE_NONE, false, 9, true,
		    PEER_WAITING },
		{ ADMISSION_CLOSED, PEER_RULE_NONE, true, 9, true,
		    PEER_WAITING },
		{ ADMISSION_OPEN, PEER_RULE_NONE, true, 0, false,
		    PEER_ADMITTED },
		{ ADMISSION_OPEN, PEER_RULE_NONE, false, 0, false,
		    PEER_WAITING },
		{ ADMISSION_CLOSED, PEER_RULE_ADMIT, true, 0, false,
		    PEER_ADMITTED },
		{ ADMISSION_CLOSED, PEER_RULE_ADMIT, false, 0, false,
		    PEER_WAITING },
		{ ADMISSION_OPEN, PEER_RULE_REFUSE, true, 9, true,
		    PEER_REFUSED },
		{ ADMISSION_OPEN, PEER_RULE_PAUSE, true, 9, true, PEER_PAUSED },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct admission_facts facts = {
			.mode = rows[i].mode,
			.rule = rows[i].rule,
			.has_key = rows[i].has_key,
			.vouches = rows[i].vouches,
			.threshold = 2,
			.introduced = rows[i].introduced,
		};
		const char *why = NULL;

		assert_int_equal(admission_judge(&facts, &why), rows[i].state);
		assert_true(why != NULL && why[0] != '\0');
	}
}

/* Calls `try` with every combination of what is asked about. */
static void
each_admission(void (*try)(const struct admission_facts *facts))
{
	enum { MODES = 3, RULES = 4, VOUCHES = 5, THRESHOLDS = 4, BOTH = 2 };

	for (int i = 0; i < MODES * RULES * VOUCHES * THRESHOLDS * BOTH * BOTH;
	     i++) {
		int rest = i;
		struct admission_facts facts = { 0 };

		facts.mode = (enum admission_mode)(rest % MODES);
		rest /= MODES;
		facts.rule = (enum peer_rule)(rest % RULES);
		rest /= RULES;
		facts.vouches = rest % VOUCHES;
		rest /= VOUCHES;
		facts.threshold = 1 + rest % THRESHOLDS;
		rest /= THRESHOLDS;
		facts.has_key = rest % BOTH != 0;
		facts.introduced = rest / BOTH != 0;
		try(&facts);
	}
}

static enum peer_state
state_of(const struct admission_facts *facts)
{
	const char *why;

	return admission_judge(facts, &why);
}

static void
try_word(const struct admission_facts *facts)
{
	enum peer_state state = state_of(facts);

	if (facts->rule == PEER_RULE_REFUSE || facts->rule == PEER_RULE_PAUSE)
		assert_int_equal(state, facts->rule == PEER_RULE_REFUSE
					    ? PEER_REFUSED
					    : PEER_PAUSED);
	else if (!facts->has_key)
		assert_int_equal(state, PEER_WAITING);
	else if (facts->rule == PEER_RULE_ADMIT)
		assert_int_equal(state, PEER_ADMITTED);
}

static void
a_refusal_wins_over_whatever_others_say(void **state)
{
	(void)state;
	each_admission(try_word);
}

/* One who speaks for it more never makes it less than it was. */
static void
try_more(const struct admission_facts *facts)
{
	struct admission_facts more = *facts;

	if (state_of(facts) != PEER_ADMITTED)
		return;
	more.vouches++;
	assert_int_equal(state_of(&more), PEER_ADMITTED);
	more.introduced = true;
	assert_int_equal(state_of(&more), PEER_ADMITTED);
	more.threshold = 1;
	assert_int_equal(state_of(&more), PEER_ADMITTED);
}

static void
who_is_admitted_stays_so_when_more_speak_for_it(void **state)
{
	(void)state;
	each_admission(try_more);
}

/* --- Copies --- */

struct network {
	struct node_fixture *author;
	struct fixture *reader;
	struct catalogue_read_origin origin;
	struct actor projects[PROJECTS];
	json_t *kept[KEPT]; /* pages of all times, with what they go on from */
	int64_t kept_after[KEPT];
	size_t kept_count;
	int64_t live_max; /* 0: as many as ever are kept */
	int64_t bytes_max;
	uint32_t random;
};

/* The same steps each time. */
static uint32_t
below(struct network *net, uint32_t n)
{
	net->random = net->random * 1664525u + 1013904223u;
	return (net->random >> 8) % n;
}

static void
say(struct node_fixture *f, int r)
{
	if (r != 0)
		fail_msg("%d: %s", r, f->publish.error);
}

static int
setup(void **state)
{
	struct network *net = xcalloc(1, sizeof(*net));
	const struct place place = { .name = "Dourdan" };
	struct actor instance;
	struct publish *publish;
	int r = node_fixture_setup(state);

	net->author = *state;
	if (r == 0)
		r = fixture_setup(state);
	net->reader = *state;
	*state = net;
	publish = &net->author->publish;
	publish->now = NOW;
	say(net->author, publish_node_actors(publish, "Le pays", &place));
	say(net->author, actor_of_kind(publish->db, publish->arena,
			     ACTOR_INSTANCE, &instance));
	say(net->author, publish_actor_keys(publish, instance.id,
			     net->author->rsa, net->author->ed25519));
	catalogue_read_origin(
	    publish->arena, DOMAIN, net->author->ed25519, NOW, &net->origin);
	return r;
}

static int
teardown(void **state)
{
	struct network *net = *state;
	void *author = net->author, *reader = net->reader;
	int r;

	for (size_t i = 0; i < net->kept_count; i++)
		json_release(&net->kept[i]);
	r = node_fixture_teardown(&author);
	if (r == 0)
		r = fixture_teardown(&reader);
	free(net);
	return r;
}

/* What the author answers to ?after=N now. */
static json_t *
page(struct network *net, int64_t after)
{
	struct publish *publish = &net->author->publish;
	char error[JSON_ERROR_SIZE];
	struct catalogue_origin own;
	json_t *ret;
	struct buf buf;

	buf_init(&buf, CATALOGUE_PAGE_BYTES);
	assert_int_equal(catalogue_origin_get(
			     publish->db, publish->arena, CATALOGUE_OWN, &own),
	    0);
	assert_int_equal(catalogue_page_write(&buf, publish->db, publish->arena,
			     BASE, &own, after),
	    0);
	assert_int_equal(json_read(buf_str(&buf), buf.len, &ret, error), 0);
	buf_done(&buf);
	return ret;
}

static int64_t
held_seq(struct network *net)
{
	struct replica_held held;

	assert_int_equal(catalogue_copy_look(net->reader->db,
			     net->reader->arena, DOMAIN, &held),
	    0);
	return held.seq;
}

/* The live entries that the author's log has. */
static int64_t
live_count(struct network *net)
{
	struct publish *publish = &net->author->publish;
	struct catalogue_origin own;

	assert_int_equal(catalogue_origin_get(
			     publish->db, publish->arena, CATALOGUE_OWN, &own),
	    0);
	return own.count;
}

/* One page that goes on from a number; as a writer job, undone on an error. */
static int
receive(struct network *net, const json_t *json, int64_t after)
{
	CLEANUP(catalogue_copy_free)
	struct catalogue_copy *copy = catalogue_copy_new(DOMAIN, after);
	char error[CATALOGUE_READ_ERROR_SIZE];
	const char *next = NULL;
	int r;

	if (catalogue_copy_page(copy, json, &net->origin, &next, error) !=
	    CATALOGUE_READ_NONE)
		return -EPROTO;
	assert_null(next);
	if (net->live_max != 0)
		copy->live_max = net->live_max;
	if (net->bytes_max != 0)
		copy->bytes_max = net->bytes_max;
	assert_int_equal(db_savepoint(net->reader->db), 0);
	r = catalogue_copy_apply(
	    net->reader->db, copy, "relay.example", net->author->publish.now);
	assert_int_equal(
	    r == 0 ? db_release(net->reader->db) : db_undo(net->reader->db), 0);
	return r;
}

/* The entries of a log as one text. */
static char *
text_of(struct db *db, struct arena *arena, int64_t id)
{
	static const struct catalogue_limits limits = { 1000, 1 << 24 };
	const struct catalogue_origin origin = { .id = id };
	struct catalogue_page all;
	struct buf buf;

	assert_int_equal(
	    catalogue_page(db, arena, &origin, 0, &limits, &all), 0);
	buf_init(&buf, 1 << 24);
	for (size_t i = 0; i < all.count; i++)
		buf_printf(&buf, "%lld %s\n", (long long)all.entries[i].seq,
		    all.entries[i].document);
	return buf_take(&buf);
}

static void
assert_level(struct network *net)
{
	struct catalogue_origin copy;
	CLEANUP(free_ptr)
	char *ours = text_of(
	    net->author->publish.db, net->author->publish.arena, CATALOGUE_OWN);
	char *theirs;

	assert_int_equal(catalogue_origin_by_domain(net->reader->db,
			     net->reader->arena, DOMAIN, &copy),
	    0);
	theirs = text_of(net->reader->db, net->reader->arena, copy.id);
	assert_string_equal(ours, theirs);
	free(theirs);
}

static void
change(struct network *net)
{
	struct node_fixture *f = net->author;
	size_t i = below(net, PROJECTS);
	struct actor *actor = &net->projects[i];
	char name[32];

	f->publish.now++;
	if (actor->id == 0) {
		(void)snprintf(name, sizeof(name), "projet-%zu-%u", i,
		    below(net, 1u << 24));
		*actor = node_fixture_project(f, name);
		actor->discoverable = true;
		say(f, publish_actor_update(&f->publish, actor, NULL));
	} else if (below(net, 4) == 0) {
		say(f, publish_actor_delete(&f->publish, actor->id));
		*actor = (struct actor){ 0 };
	} else {
		actor->discoverable = below(net, 4) != 0;
		actor->status = arena_printf(
		    f->publish.arena, "point %u", below(net, 1000));
		say(f, publish_actor_update(&f->publish, actor, NULL));
	}
}

/* A relay keeps what the author answered once. */
static void
keep_page(struct network *net, json_t *json, int64_t after)
{
	size_t at =
	    net->kept_count < KEPT ? net->kept_count++ : below(net, KEPT);

	json_release(&net->kept[at]);
	net->kept[at] = json;
	net->kept_after[at] = after;
}

static void
any_order_of_losses_and_repetitions_ends_level(void **state)
{
	struct network *net = *state;
	int applied = 0, refused = 0;

	net->random = 20261127;
	for (int step = 0; step < STEPS; step++) {
		int64_t before = held_seq(net);

		change(net);
		switch (below(net, 4)) {
		case 0: /* lost */
			keep_page(net, page(net, before), before);
			break;
		case 1: /* something old comes again */
			if (net->kept_count > 0) {
				size_t at =
				    below(net, (uint32_t)net->kept_count);

				refused += receive(net, net->kept[at],
					       net->kept_after[at]) != 0;
			}
			break;
		default: {
			json_t *json = page(net, before);

			assert_int_equal(receive(net, json, before), 0);
			keep_page(net, json, before);
			applied++;
			assert_level(net);
		}
		}
		/* Nothing takes a reader back. */
		assert_true(held_seq(net) >= before);
	}
	assert_true(applied > 10 && refused > 3);
	for (size_t i = 0; i < net->kept_count; i++)
		(void)receive(net, net->kept[i], net->kept_after[i]);
	{
		int64_t after = held_seq(net);
		json_t *json = page(net, after);
		int r = receive(net, json, after);

		json_release(&json);
		assert_int_equal(r, 0);
	}
	assert_level(net);
}

static void
a_relay_that_leaves_out_an_entry_is_found_out(void **state)
{
	struct network *net = *state;
	json_t *json;
	size_t count;

	for (int i = 0; i < 4; i++) {
		net->projects[i] = node_fixture_project(net->author,
		    (const char *[]){ "un", "deux", "trois", "quatre" }[i]);
		net->projects[i].discoverable = true;
		say(net->author, publish_actor_update(&net->author->publish,
				     &net->projects[i], NULL));
	}
	json = page(net, 0);
	count = json_array_size(json_object_get(json, "orderedItems"));
	for (size_t i = 0; i < count; i++) {
		json_t *lie = json_deep_copy(json);

		json_array_remove(json_object_get(lie, "orderedItems"), i);
		assert_int_equal(receive(net, lie, 0), -EBADMSG);
		json_release(&lie);
		assert_int_equal(held_seq(net), 0); /* nothing stayed */
	}
	assert_int_equal(receive(net, json, 0), 0);
	json_release(&json);
	assert_level(net);
}

static void
what_is_kept_of_one_origin_has_a_limit(void **state)
{
	const struct catalogue_read_head head = { .count = 100 };

	(void)state;
	assert_true(replica_too_large(&head, 99));
	assert_false(replica_too_large(&head, 100));
	assert_false(replica_too_large(&head, 101));
}

static void
a_log_that_grows_past_its_limit_stays_as_it_was(void **state)
{
	struct network *net = *state;
	json_t *json;

	for (int i = 0; i < 3; i++) {
		int64_t before = held_seq(net);

		net->projects[i] = node_fixture_project(
		    net->author, (const char *[]){ "un", "deux", "trois" }[i]);
		net->projects[i].discoverable = true;
		say(net->author, publish_actor_update(&net->author->publish,
				     &net->projects[i], NULL));
		json = page(net, before);
		net->live_max =
		    live_count(net) - (i == 2); /* the last is one too many */
		assert_int_equal(
		    receive(net, json, before), i < 2 ? 0 : -EDQUOT);
		json_release(&json);
		assert_true(
		    i < 2 ? held_seq(net) > before : held_seq(net) == before);
	}
	/* Room for it again. */
	net->live_max = live_count(net);
	json = page(net, held_seq(net));
	assert_int_equal(receive(net, json, held_seq(net)), 0);
	json_release(&json);
	assert_level(net);
}

static void
add_project(struct network *net, size_t i, const char *name)
{
	net->projects[i] = node_fixture_project(net->author, name);
	net->projects[i].discoverable = true;
	say(net->author, publish_actor_update(
			     &net->author->publish, &net->projects[i], NULL));
}

static void
a_log_with_too_much_text_stays_as_it_was(void **state)
{
	struct network *net = *state;
	struct catalogue_origin origin;
	json_t *json;
	int64_t before;

	add_project(net, 0, "un");
	json = page(net, 0);
	assert_int_equal(receive(net, json, 0), 0);
	json_release(&json);
	assert_int_equal(catalogue_origin_by_domain(net->reader->db,
			     net->reader->arena, DOMAIN, &origin),
	    0);
	assert_true(origin.bytes > 500);

	/* One more does not fit; in place of the first, it does. */
	before = held_seq(net);
	add_project(net, 1, "deux");
	net->bytes_max = origin.bytes + 100;
	json = page(net, before);
	assert_int_equal(receive(net, json, before), -EDQUOT);
	json_release(&json);
	assert_int_equal(held_seq(net), before);
	say(net->author,
	    publish_actor_delete(&net->author->publish, net->projects[0].id));
	net->bytes_max = 2 * origin.bytes;
	json = page(net, before);
	assert_int_equal(receive(net, json, before), 0);
	json_release(&json);
	assert_level(net);
}

static void
a_day_has_so_many_changes_and_the_next_begins_anew(void **state)
{
	struct replica_held held = {
		.any = true,
		.window_at = NOW,
		.window_count = 100,
	};

	(void)state;
	assert_int_equal(replica_next_change(&held, 101, NOW + 5), NOW + 5);
	assert_int_equal(replica_next_change(&held, 100, NOW + 5),
	    NOW + REPLICA_WINDOW_SECONDS);
	/* A clock that was set back does not shut it out for long. */
	assert_int_equal(replica_next_change(&held, 100, NOW - 5), NOW - 5);
	held.any = false;
	assert_int_equal(replica_next_change(&held, 0, NOW), NOW);
}

static void
changes_are_counted_but_for_the_first_reading(void **state)
{
	struct network *net = *state;
	struct replica_held held;
	json_t *json;
	int64_t before;

	add_project(net, 0, "un");
	json = page(net, 0);
	assert_int_equal(receive(net, json, 0), 0);
	json_release(&json);
	assert_int_equal(catalogue_copy_look(net->reader->db,
			     net->reader->arena, DOMAIN, &held),
	    0);
	assert_int_equal(held.window_count, 0);
	before = held_seq(net);
	add_project(net, 1, "deux");
	json = page(net, before);
	assert_int_equal(receive(net, json, before), 0);
	json_release(&json);
	assert_int_equal(catalogue_copy_look(net->reader->db,
			     net->reader->arena, DOMAIN, &held),
	    0);
	assert_int_equal(held.window_count, 1);
}

static void
what_was_erased_does_not_come_back_older(void **state)
{
	struct network *net = *state;
	struct fixture *reader = net->reader;
	json_t *old, *new;
	uint8_t *spki;
	struct peer peer;
	int64_t id;

	assert_int_equal(peer_need(reader->db, DOMAIN, NOW, &id), 0);
	assert_int_equal(
	    peer_by_domain(reader->db, reader->arena, DOMAIN, &peer), 0);
	assert_int_equal(
	    key_spki(net->author->ed25519, reader->arena, &spki, &peer.key_len),
	    0);
	peer.key = spki;
	assert_int_equal(peer_save(reader->db, &peer), 0);

	add_project(net, 0, "un");
	old = page(net, 0);
	say(net->author,
	    publish_actor_delete(&net->author->publish, net->projects[0].id));
	new = page(net, 0);
	assert_int_equal(receive(net, new, 0), 0);
	assert_int_equal(
	    catalogue_copy_erase(reader->db, reader->arena, DOMAIN), 0);
	assert_int_equal(receive(net, old, 0), -ESTALE);
	assert_int_equal(receive(net, new, 0), 0);
	json_release(&old);
	json_release(&new);
	assert_level(net);
}

/* A page of the reader's copy, as it would be handed on. */
static json_t *
handed_on(struct network *net)
{
	struct fixture *reader = net->reader;
	struct catalogue_origin origin;
	char error[JSON_ERROR_SIZE];
	json_t *ret = NULL;
	struct buf buf;

	buf_init(&buf, 1 << 20);
	assert_int_equal(catalogue_origin_by_domain(
			     reader->db, reader->arena, DOMAIN, &origin),
	    0);
	assert_int_equal(catalogue_page_write(&buf, reader->db, reader->arena,
			     "https://reader.example", &origin, 0),
	    0);
	assert_int_equal(json_read(buf_str(&buf), buf.len, &ret, error), 0);
	buf_done(&buf);
	return ret;
}

static size_t
found(struct network *net)
{
	const struct search_query query = { .limit = 10 };
	struct search_page page;

	assert_int_equal(
	    search_run(net->reader->db, net->reader->arena, &query, &page), 0);
	return page.count;
}

static void
what_is_withheld_is_neither_found_nor_handed_on(void **state)
{
	struct network *net = *state;
	struct db *db = net->reader->db;
	json_t *json, *page_on;
	const json_t *stub;

	add_project(net, 0, "un");
	add_project(net, 1, "deux");
	json = page(net, 0);
	assert_int_equal(receive(net, json, 0), 0);
	assert_int_equal(found(net), 2);
	assert_int_equal(catalogue_withhold(db, net->projects[0].uri, NOW), 0);
	/* Whatever comes of it: here all of it anew. */
	assert_int_equal(
	    catalogue_copy_erase(db, net->reader->arena, DOMAIN), 0);
	assert_int_equal(receive(net, json, 0), 0);
	json_release(&json);
	assert_int_equal(found(net), 1);

	page_on = handed_on(net);
	assert_int_equal(
	    json_array_size(json_object_get(page_on, "orderedItems")), 1);
	stub = json_array_get(json_object_get(page_on, "parvis:withheld"), 0);
	assert_string_equal(json_text(stub, "id"), net->projects[0].uri);

	/* Who reads it there can prove that nothing else is missing, and finds
	 * the other alone. */
	assert_int_equal(catalogue_restore(db, net->projects[0].uri), 0);
	assert_int_equal(
	    catalogue_copy_erase(db, net->reader->arena, DOMAIN), 0);
	assert_int_equal(receive(net, page_on, 0), 0);
	assert_int_equal(found(net), 1);
	json_release(&page_on);
	page_on = handed_on(net);
	stub = json_array_get(json_object_get(page_on, "parvis:withheld"), 0);
	assert_string_equal(json_text(stub, "id"), net->projects[0].uri);

	/* A hash that is made up does not pass. */
	assert_int_equal(
	    catalogue_copy_erase(db, net->reader->arena, DOMAIN), 0);
	(void)json_object_set_new((json_t *)(uintptr_t)stub, "parvis:hash",
	    json_string("00112233445566778899aabbccddeeff"
			"00112233445566778899aabbccddeeff"));
	assert_int_equal(receive(net, page_on, 0), -EBADMSG);
	json_release(&page_on);
}

static void
a_frozen_log_moves_no_more_until_it_is_thawed(void **state)
{
	struct network *net = *state;
	struct fixture *reader = net->reader;
	struct catalogue_origin origin;
	json_t *json = page(net, 0);

	assert_int_equal(receive(net, json, 0), 0);
	json_release(&json);
	assert_int_equal(catalogue_copy_freeze(
			     reader->db, reader->arena, DOMAIN, "forked", "{}"),
	    0);
	change(net);
	json = page(net, 0);
	assert_int_equal(receive(net, json, 0), -EPERM);
	/* Another reason does not take the place of the first. */
	assert_int_equal(catalogue_copy_freeze(reader->db, reader->arena,
			     DOMAIN, "re-keyed", NULL),
	    0);
	assert_int_equal(catalogue_origin_by_domain(
			     reader->db, reader->arena, DOMAIN, &origin),
	    0);
	assert_string_equal(origin.problem, "forked");
	assert_int_equal(catalogue_copy_freeze(
			     reader->db, reader->arena, DOMAIN, NULL, NULL),
	    0);
	assert_int_equal(receive(net, json, 0), 0);
	json_release(&json);
	assert_level(net);
}

static void
a_log_that_signs_nothing_for_long_is_hidden_then_erased(void **state)
{
	struct network *net = *state;
	struct fixture *reader = net->reader;
	struct replica_held held;
	json_t *json;

	net->projects[0] = node_fixture_project(net->author, "verger");
	net->projects[0].discoverable = true;
	say(net->author, publish_actor_update(
			     &net->author->publish, &net->projects[0], NULL));
	json = page(net, 0);
	assert_int_equal(receive(net, json, 0), 0);
	json_release(&json);
	assert_int_equal(found(net), 1);

	assert_int_equal(
	    catalogue_copy_age(reader->db, NOW + REPLICA_STALE_SECONDS + 9), 0);
	assert_int_equal(found(net), 1);
	assert_int_equal(
	    catalogue_copy_age(reader->db, NOW + REPLICA_HIDDEN_SECONDS + 9),
	    0);
	assert_int_equal(found(net), 0);
	assert_level(net); /* it is still held */

	/* It signs again: what did not change is found again too. */
	net->author->publish.now = NOW + REPLICA_HIDDEN_SECONDS + 50;
	net->origin.now = net->author->publish.now;
	net->projects[1] = node_fixture_project(net->author, "fournil");
	net->projects[1].discoverable = true;
	say(net->author, publish_actor_update(
			     &net->author->publish, &net->projects[1], NULL));
	json = page(net, held_seq(net));
	assert_int_equal(receive(net, json, held_seq(net)), 0);
	json_release(&json);
	assert_int_equal(found(net), 2);

	assert_int_equal(
	    catalogue_copy_age(reader->db,
		NOW + REPLICA_HIDDEN_SECONDS + REPLICA_DEAD_SECONDS + 99),
	    0);
	assert_int_equal(
	    catalogue_copy_look(reader->db, reader->arena, DOMAIN, &held), 0);
	assert_false(held.any);
	assert_int_equal(found(net), 0);
}

/* --- Lists of peers --- */

static json_t *
list_of(struct network *net)
{
	struct publish *publish = &net->author->publish;
	json_t *ret = NULL;

	assert_int_equal(peers_list_make(publish->db, publish->arena, BASE,
			     DOMAIN, NOW, &ret),
	    0);
	return ret;
}

/* Another node, admitted by the author's administrator, or known to wait. */
static void
know(struct network *net, const char *domain, enum peer_state state)
{
	struct publish *publish = &net->author->publish;
	struct peer peer;
	uint8_t *spki;
	int64_t id;

	assert_int_equal(peer_need(publish->db, domain, NOW, &id), 0);
	assert_int_equal(
	    peer_by_domain(publish->db, publish->arena, domain, &peer), 0);
	assert_int_equal(key_spki(net->author->ed25519, publish->arena, &spki,
			     &peer.key_len),
	    0);
	peer.key = spki;
	peer.state = state;
	peer.rule = state == PEER_ADMITTED ? PEER_RULE_ADMIT : PEER_RULE_NONE;
	assert_int_equal(peer_save(publish->db, &peer), 0);
}

static enum catalogue_read_fault
read_list(struct network *net, const json_t *json, struct peers_list *ret)
{
	char error[CATALOGUE_READ_ERROR_SIZE] = "";

	return peers_list_read(
	    net->reader->arena, json, &net->origin, ret, error);
}

static void
a_list_names_those_that_are_admitted(void **state)
{
	struct network *net = *state;
	struct peers_list list;
	json_t *json;

	know(net, "nantes.example", PEER_ADMITTED);
	know(net, "inconnu.example", PEER_WAITING);
	json = list_of(net);
	assert_int_equal(read_list(net, json, &list), CATALOGUE_READ_NONE);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.vouches[0].domain, "nantes.example");
	assert_true(list.vouches[0].direct);
	assert_int_equal(list.seq, NOW);
	json_release(&json);
}

static void
a_list_that_is_not_as_it_was_signed_is_refused(void **state)
{
	struct network *net = *state;
	struct peers_list list;
	json_t *json, *item;

	know(net, "nantes.example", PEER_ADMITTED);
	json = list_of(net);
	item = json_array_get(json_object_get(json, "orderedItems"), 0);
	json_object_set_new(
	    item, "parvis:origin", json_string("mallory.example"));
	assert_int_equal(read_list(net, json, &list), CATALOGUE_READ_ALTERED);
	json_release(&json);

	json = list_of(net);
	json_object_del(json, "proof");
	assert_int_equal(read_list(net, json, &list), CATALOGUE_READ_UNPROVED);
	json_release(&json);

	json = list_of(net);
	net->origin.now = NOW + PEERS_LIST_SECONDS + 1;
	assert_int_equal(read_list(net, json, &list), CATALOGUE_READ_REPLAYED);
	net->origin.now = NOW - 3600;
	assert_int_equal(read_list(net, json, &list), CATALOGUE_READ_AHEAD);
	net->origin.now = NOW;
	json_object_set_new(json, "parvis:origin", json_string("lyon.example"));
	assert_int_equal(
	    read_list(net, json, &list), CATALOGUE_READ_OTHER_ORIGIN);
	json_release(&json);
}

/* Signed well, and wrong all the same. */
static void
a_list_with_an_item_that_is_no_node_is_refused(void **state)
{
	static const char *const items[] = {
		"{}",
		"{\"parvis:origin\": \"Nantes.example\", \"parvis:key\": "
		"\"z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd\", "
		"\"parvis:admission\": \"rule\"}",
		"{\"parvis:origin\": \"nantes.example\", \"parvis:key\": "
		"\"z6Mk\", \"parvis:admission\": \"rule\"}",
		"{\"parvis:origin\": \"127.0.0.1/x\", \"parvis:key\": "
		"\"z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd\", "
		"\"parvis:admission\": \"rule\"}",
		"7",
	};
	struct network *net = *state;

	for (size_t i = 0; i < N_ELEMENTS(items); i++) {
		json_t *json = list_of(net);
		json_t *item = json_loads(items[i], JSON_DECODE_ANY, NULL);
		struct peers_list list;

		assert_non_null(item);
		json_object_set_new(
		    json, "orderedItems", json_pack("[o]", item));
		assert_int_equal(proof_make(json, net->origin.method,
				     net->author->ed25519, NOW),
		    0);
		assert_int_equal(
		    read_list(net, json, &list), CATALOGUE_READ_MALFORMED);
		json_release(&json);
	}
}

#define COPY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    heads_are_judged_by_epoch_number_content_and_time),
		cmocka_unit_test(another_count_under_one_number_is_a_fork),
		cmocka_unit_test(waits_grow_up_to_an_hour),
		cmocka_unit_test(a_log_without_a_head_for_long_ages_in_steps),
		cmocka_unit_test(admission_follows_the_administrator_first),
		cmocka_unit_test(a_refusal_wins_over_whatever_others_say),
		cmocka_unit_test(
		    who_is_admitted_stays_so_when_more_speak_for_it),
		COPY(any_order_of_losses_and_repetitions_ends_level),
		COPY(a_relay_that_leaves_out_an_entry_is_found_out),
		cmocka_unit_test(what_is_kept_of_one_origin_has_a_limit),
		COPY(a_log_that_grows_past_its_limit_stays_as_it_was),
		COPY(a_log_with_too_much_text_stays_as_it_was),
		cmocka_unit_test(
		    a_day_has_so_many_changes_and_the_next_begins_anew),
		COPY(changes_are_counted_but_for_the_first_reading),
		COPY(what_was_erased_does_not_come_back_older),
		COPY(what_is_withheld_is_neither_found_nor_handed_on),
		COPY(a_frozen_log_moves_no_more_until_it_is_thawed),
		COPY(a_log_that_signs_nothing_for_long_is_hidden_then_erased),
		COPY(a_list_names_those_that_are_admitted),
		COPY(a_list_that_is_not_as_it_was_signed_is_refused),
		COPY(a_list_with_an_item_that_is_no_node_is_refused),
	};

	return cmocka_run_group_tests(
	    tests, node_fixture_group_setup, node_fixture_group_teardown);
}
