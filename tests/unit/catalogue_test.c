/* SPDX-License-Identifier: ISC */
/*
 * The node's own catalogue log: what stands in it after what happened, and
 * that its head tells the truth, proved by its own key.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/base/text.h"
#include "federation/catalogue.h"
#include "federation/jcs.h"
#include "federation/lthash.h"
#include "federation/proof.h"
#include "tests/unit/federation_fixture.h"

#define BASE "https://node.example"

enum { NOW = 1780000000 };

static void
say(struct node_fixture *f, int r)
{
	if (r != 0)
		fail_msg("%d: %s", r, f->publish.error);
}

static void
make_instance(struct node_fixture *f)
{
	const struct place place = { .name = "Dourdan" };
	struct actor instance;

	say(f, publish_node_actors(&f->publish, "Le pays", &place));
	say(f, actor_of_kind(
		   f->publish.db, f->publish.arena, ACTOR_INSTANCE, &instance));
	say(f,
	    publish_actor_keys(&f->publish, instance.id, f->rsa, f->ed25519));
}

/* A node whose instance has keys. */
static int
setup(void **state)
{
	struct node_fixture *f;
	int r = node_fixture_setup(state);

	f = *state;
	f->publish.now = NOW;
	make_instance(f);
	return r;
}

static struct catalogue_origin
origin(struct node_fixture *f)
{
	struct catalogue_origin ret;

	assert_int_equal(catalogue_origin_get(f->publish.db, f->publish.arena,
			     CATALOGUE_OWN, &ret),
	    0);
	return ret;
}

static struct catalogue_page
all(struct node_fixture *f)
{
	const struct catalogue_limits limits = { 1000, 1 << 24 };
	struct catalogue_origin own = origin(f);
	struct catalogue_page page;

	assert_int_equal(catalogue_page(f->publish.db, f->publish.arena, &own,
			     0, &limits, &page),
	    0);
	assert_false(page.more);
	return page;
}

/* Signed by the instance, canonical, within 16 KiB. */
static json_t *
proved(struct node_fixture *f, const char *text)
{
	char error[JSON_ERROR_SIZE] = "";
	const char *method = NULL;
	json_t *document;
	struct buf buf;

	assert_true(strlen(text) <= CATALOGUE_ENTRY_BYTES);
	if (json_read(text, strlen(text), &document, error) != 0)
		fail_msg("%s", error);
	assert_int_equal(proof_method(document, &method), PROOF_OK);
	assert_string_equal(method, BASE "/actor#ed25519-key");
	assert_int_equal(
	    proof_check(document, f->ed25519, f->publish.now), PROOF_OK);
	buf_init(&buf, CATALOGUE_ENTRY_BYTES);
	assert_int_equal(jcs_format(&buf, document), 0);
	assert_string_equal(buf_str(&buf), text);
	buf_done(&buf);
	assert_string_equal(json_text(document, "actor"), BASE "/actor");
	assert_string_equal(
	    json_text(document, "parvis:origin"), "node.example");
	return document;
}

/* Count and digest are those of the live entries, worked out anew. */
static void
check_head(struct node_fixture *f)
{
	struct catalogue_origin own = origin(f);
	struct catalogue_page page = all(f);
	CLEANUP(json_release) json_t *head = proved(f, own.head);
	struct lthash sum;
	uint8_t digest[SHA256_SIZE], state[LTHASH_BYTES];
	char hex[2 * SHA256_SIZE + 1];
	int64_t live = 0, last = 0;

	lthash_init(&sum);
	for (size_t i = 0; i < page.count; i++) {
		const struct catalogue_entry *entry = &page.entries[i];
		uint8_t hash[SHA256_SIZE];

		assert_true(entry->seq > last);
		last = entry->seq;
		crypto_sha256(entry->document, strlen(entry->document), hash);
		assert_memory_equal(hash, entry->hash, sizeof(hash));
		if (entry->kind != CATALOGUE_UPDATE)
			continue;
		lthash_add(&sum, entry->object_uri, entry->seq, hash);
		live++;
	}
	lthash_digest(&sum, digest);
	text_hex(digest, sizeof(digest), hex);
	lthash_encode(&sum, state);
	assert_memory_equal(own.state, state, sizeof(state));
	assert_string_equal(json_text(head, "parvis:digest"), hex);
	assert_int_equal(own.count, live);
	assert_true(own.seq >= last);
	assert_string_equal(json_text(head, "type"), "parvis:Head");
	assert_string_equal(json_text(head, "id"), BASE "/catalogue#head");
	assert_string_equal(json_text(head, "parvis:kind"), "catalogue-head");
	assert_int_equal(
	    json_integer_value(json_object_get(head, "parvis:count")), live);
	assert_int_equal(
	    json_integer_value(json_object_get(head, "parvis:seq")), own.seq);
	assert_int_equal(
	    json_integer_value(json_object_get(head, "parvis:epoch")),
	    own.epoch);
}

/* The entry of an object, NULL: none. */
static json_t *
entry_of(struct node_fixture *f, const char *uri)
{
	struct catalogue_entry entry;
	char id[96];
	json_t *document;
	int r = catalogue_by_object(
	    f->publish.db, f->publish.arena, CATALOGUE_OWN, uri, &entry);

	if (r == -ENOENT)
		return NULL;
	assert_int_equal(r, 0);
	document = proved(f, entry.document);
	(void)snprintf(id, sizeof(id), BASE "/catalogue/%lld/%lld",
	    (long long)origin(f).epoch, (long long)entry.seq);
	assert_string_equal(json_text(document, "id"), id);
	assert_int_equal(
	    json_integer_value(json_object_get(document, "parvis:seq")),
	    entry.seq);
	assert_string_equal(json_text(document, "parvis:kind"), "catalogue");
	assert_string_equal(json_id(document, "object"), uri);
	return document;
}

static struct actor
project(struct node_fixture *f, const char *name)
{
	struct actor ret = node_fixture_project(f, name);

	ret.discoverable = true;
	say(f, publish_actor_update(&f->publish, &ret, NULL));
	return ret;
}

static void
log_begins_with_the_instances_keys(void **state)
{
	struct node_fixture *f = *state;
	struct catalogue_origin own = origin(f);

	assert_int_equal(own.epoch, NOW);
	assert_int_equal(own.seq, 0);
	assert_int_equal(own.count, 0);
	assert_string_equal(own.domain, "node.example");
	check_head(f);
}

static void
discoverable_project_is_listed(void **state)
{
	struct node_fixture *f = *state;
	struct actor jardin = project(f, "jardin"), holder;
	CLEANUP(json_release) json_t *entry = entry_of(f, jardin.uri);
	json_t *object;

	assert_non_null(entry);
	say(f, actor_get(
		   f->publish.db, f->publish.arena, jardin.owner_id, &holder));
	assert_null(entry_of(f, holder.uri)); /* did not ask to be found */
	assert_string_equal(json_text(entry, "type"), "Update");
	object = json_embedded(entry, "object");
	assert_string_equal(json_text(object, "preferredUsername"), "jardin");
	assert_string_equal(json_text(object, "type"), "Group");
	assert_string_equal(json_text(object, "attributedTo"), holder.uri);
	assert_null(json_object_get(object, "publicKey"));
	assert_null(json_object_get(object, "assertionMethod"));
	assert_null(json_object_get(object, "@context"));
	assert_int_equal(origin(f).count, 1);
	check_head(f);
}

static void
terms_of_ours_carry_their_prefix(void **state)
{
	struct node_fixture *f = *state;
	struct actor jardin = project(f, "jardin");
	const char *themes[] = { "permaculture", "compost" };
	struct actor_lists lists = { .themes = themes, .theme_count = 2 };
	CLEANUP(json_release) json_t *entry = NULL;
	json_t *object, *place;

	jardin.stage = "running";
	jardin.status = "On cherche des bras";
	jardin.place =
	    (struct place){ "91200", "Dourdan", "91410", true, 48.53, 2.01 };
	say(f, publish_actor_update(&f->publish, &jardin, &lists));
	entry = entry_of(f, jardin.uri);
	object = json_embedded(entry, "object");
	assert_string_equal(json_text(object, "parvis:stage"), "running");
	assert_string_equal(
	    json_text(object, "parvis:status"), "On cherche des bras");
	assert_int_equal(
	    json_array_size(json_object_get(object, "parvis:themes")), 2);
	place = json_object_get(object, "location");
	assert_string_equal(json_text(place, "parvis:insee"), "91200");
	assert_true(json_is_number(json_object_get(place, "latitude")));
	check_head(f);
}

static void
change_replaces_the_entry_and_sameness_does_not(void **state)
{
	struct node_fixture *f = *state;
	struct actor jardin = project(f, "jardin");
	CLEANUP(json_release) json_t *entry = NULL;
	int64_t seq = origin(f).seq;

	f->publish.now += 60;
	say(f, publish_actor_update(&f->publish, &jardin, NULL));
	assert_int_equal(origin(f).seq, seq);
	jardin.name = "Le grand jardin";
	say(f, publish_actor_update(&f->publish, &jardin, NULL));
	assert_int_equal(origin(f).seq, seq + 1);
	assert_int_equal(origin(f).count, 1);
	assert_int_equal(all(f).count, 1);
	entry = entry_of(f, jardin.uri);
	assert_string_equal(json_text(json_embedded(entry, "object"), "name"),
	    "Le grand jardin");
	check_head(f);
}

static void
change_of_mind_is_a_remove_and_back(void **state)
{
	struct node_fixture *f = *state;
	struct actor jardin = project(f, "jardin");
	CLEANUP(json_release) json_t *entry = NULL;

	jardin.discoverable = false;
	for (int i = 0; i < 2; i++)
		say(f, publish_actor_update(&f->publish, &jardin, NULL));
	assert_int_equal(origin(f).seq, 2);
	assert_int_equal(origin(f).count, 0);
	entry = entry_of(f, jardin.uri);
	assert_string_equal(json_text(entry, "type"), "Remove");
	assert_string_equal(json_text(entry, "target"), BASE "/catalogue");
	assert_true(json_is_string(json_object_get(entry, "object")));
	check_head(f);
	jardin.discoverable = true;
	say(f, publish_actor_update(&f->publish, &jardin, NULL));
	assert_int_equal(origin(f).seq, 3);
	assert_int_equal(origin(f).count, 1);
	assert_int_equal(all(f).count, 1);
	check_head(f);
}

static void
deletion_leaves_an_id_and_a_date(void **state)
{
	struct node_fixture *f = *state;
	struct actor jardin = project(f, "jardin");
	struct actor secret = node_fixture_project(f, "secret");
	CLEANUP(json_release) json_t *entry = NULL;
	json_t *object;

	say(f, publish_actor_delete(&f->publish, secret.id));
	assert_null(entry_of(f, secret.uri)); /* never was in it */
	say(f, publish_actor_delete(&f->publish, jardin.id));
	entry = entry_of(f, jardin.uri);
	assert_string_equal(json_text(entry, "type"), "Delete");
	object = json_embedded(entry, "object");
	assert_string_equal(json_text(object, "type"), "Tombstone");
	assert_non_null(json_text(object, "deleted"));
	assert_int_equal(json_object_size(object), 3);
	assert_int_equal(origin(f).count, 0);
	assert_int_equal(origin(f).seq, 2);
	check_head(f);
}

/* Brings the log level, step after step; how many steps it took. */
static int
catch_up(struct node_fixture *f)
{
	struct catalogue_walk walk = { 0 };
	bool more = true;
	int steps = 0;

	while (more) {
		say(f, catalogue_catch_up(&f->publish, &walk, &more));
		assert_true(++steps < 20);
	}
	assert_false(walk.projects);
	assert_int_equal(walk.after, 0);
	return steps;
}

static void
what_was_there_before_is_caught_up_with(void **state)
{
	struct node_fixture *f;
	struct actor one, hidden, gone;
	int64_t seq;

	assert_int_equal(node_fixture_setup(state), 0);
	f = *state;
	f->publish.now = NOW;
	/* Nobody can sign yet. */
	one = project(f, "jardin");
	assert_null(entry_of(f, one.uri));
	assert_int_equal(catch_up(f), 1);
	assert_null(entry_of(f, one.uri));
	make_instance(f);
	assert_int_equal(origin(f).count, 1);
	hidden = project(f, "cache");
	gone = project(f, "parti");
	/* As a crash or another program would leave it. */
	hidden.discoverable = false;
	say(f, actor_update(f->publish.db, &hidden));
	say(f, actor_delete(f->publish.db, gone.id, NOW));
	one.name = "Autre";
	say(f, actor_update(f->publish.db, &one));
	assert_int_equal(origin(f).count, 3);
	seq = origin(f).seq;
	(void)catch_up(f);
	assert_int_equal(origin(f).count, 1);
	assert_int_equal(origin(f).seq, seq + 3);
	check_head(f);
	(void)catch_up(f);
	assert_int_equal(origin(f).seq, seq + 3);
}

static void
many_take_several_steps(void **state)
{
	struct node_fixture *f = *state;
	struct actor actor;
	char name[16];

	for (int i = 0; i < CATALOGUE_STEP + 3; i++) {
		(void)snprintf(name, sizeof(name), "p%d", i);
		actor = node_fixture_profile(f, name);
		actor.discoverable = true;
		say(f, actor_update(f->publish.db, &actor));
	}
	assert_int_equal(origin(f).count, 0);
	assert_int_equal(catch_up(f), 3);
	assert_int_equal(origin(f).count, CATALOGUE_STEP + 3);
	check_head(f);
}

static void
head_is_renewed_within_a_week(void **state)
{
	struct node_fixture *f = *state;
	struct catalogue_origin before, after;

	(void)project(f, "jardin");
	before = origin(f);
	f->publish.now += CATALOGUE_HEAD_SECONDS - 1;
	say(f, catalogue_renew_head(&f->publish));
	assert_string_equal(origin(f).head, before.head);
	f->publish.now += 1;
	say(f, catalogue_renew_head(&f->publish));
	after = origin(f);
	assert_string_not_equal(after.head, before.head);
	assert_int_equal(after.head_at, f->publish.now);
	assert_int_equal(after.seq, before.seq);
	assert_int_equal(after.epoch, before.epoch);
	check_head(f);
}

static char *
long_text(struct node_fixture *f, const char *word, size_t times)
{
	size_t len = strlen(word);
	char *text = arena_alloc(f->publish.arena, len * times + 1);

	for (size_t i = 0; i < times; i++)
		memcpy(text + i * len, word, len);
	text[len * times] = '\0';
	return text;
}

static void
long_summary_is_cut_at_a_word(void **state)
{
	struct node_fixture *f = *state;
	struct actor jardin = project(f, "jardin");
	CLEANUP(json_release) json_t *entry = NULL;
	const char *summary, *end;
	int64_t seq;

	jardin.source = long_text(f, "Un *bel été* « fini » & \"tôt\" ", 1000);
	say(f, publish_actor_update(&f->publish, &jardin, NULL));
	entry = entry_of(f, jardin.uri);
	summary = json_text(json_embedded(entry, "object"), "summary");
	assert_non_null(summary);
	assert_true(strlen(summary) > 8000);
	assert_true(strlen(summary) < CATALOGUE_ENTRY_BYTES);
	assert_true(text_ends_with(summary, "…</p>"));
	end = summary + strlen(summary) - strlen("…</p>");
	assert_true(end[-1] != '<' && end[-1] != '&');
	check_head(f);
	/* The same cut each time. */
	seq = origin(f).seq;
	f->publish.now += 60;
	say(f, publish_actor_update(&f->publish, &jardin, NULL));
	(void)catch_up(f);
	assert_int_equal(origin(f).seq, seq);
}

static void
what_cannot_be_cut_is_dropped(void **state)
{
	struct node_fixture *f = *state;
	struct actor jardin = project(f, "jardin");
	const char *skills[50], *themes[50];
	struct actor_lists lists = { .skills = skills,
		.skill_count = 50,
		.themes = themes,
		.theme_count = 50 };
	CLEANUP(json_release) json_t *entry = NULL;
	json_t *object;

	for (size_t i = 0; i < N_ELEMENTS(skills); i++) {
		skills[i] = long_text(f, "é", 100);
		themes[i] = long_text(f, "è", 100);
	}
	jardin.source = long_text(f, "mot", 10000);
	say(f, publish_actor_update(&f->publish, &jardin, &lists));
	entry = entry_of(f, jardin.uri);
	object = json_embedded(entry, "object");
	assert_null(json_object_get(object, "summary"));
	assert_null(json_object_get(object, "parvis:skills"));
	assert_int_equal(
	    json_array_size(json_object_get(object, "parvis:themes")), 50);
	check_head(f);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, node_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(log_begins_with_the_instances_keys),
		TEST(discoverable_project_is_listed),
		TEST(terms_of_ours_carry_their_prefix),
		TEST(change_replaces_the_entry_and_sameness_does_not),
		TEST(change_of_mind_is_a_remove_and_back),
		TEST(deletion_leaves_an_id_and_a_date),
		cmocka_unit_test_teardown(
		    what_was_there_before_is_caught_up_with,
		    node_fixture_teardown),
		TEST(many_take_several_steps),
		TEST(head_is_renewed_within_a_week),
		TEST(long_summary_is_cut_at_a_word),
		TEST(what_cannot_be_cut_is_dropped),
	};

	return cmocka_run_group_tests(
	    tests, node_fixture_group_setup, node_fixture_group_teardown);
}
