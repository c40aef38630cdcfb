/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "store/db.h"
#include "store/follow.h"
#include "store/host.h"
#include "store/outbox.h"
#include "tests/unit/store_fixture.h"

static const uint8_t spki[] = { 0x30, 0x00, 0xff };
static const uint8_t secret[] = { 0x01, 0x00, 0x02, 0x03 };

static struct actor
whole_actor(int64_t owner)
{
	return (struct actor){
		.kind = ACTOR_PROJECT,
		.uri = "https://node.example/o/jardin",
		.type = "Group",
		.username = "jardin",
		.name = "Jardin partagé",
		.summary = "<p>Des légumes</p>",
		.source = "Des légumes",
		.url = "https://node.example/@jardin",
		.icon_url = "https://node.example/icon.png",
		.inbox = "https://node.example/o/jardin/inbox",
		.shared_inbox = "https://node.example/inbox",
		.outbox = "https://node.example/o/jardin/outbox",
		.followers = "https://node.example/o/jardin/followers",
		.owner_id = owner,
		.manually_approves = true,
		.discoverable = true,
		.indexable = true,
		.profile_kind = "association",
		.stage = "starting",
		.status = "on cherche un terrain",
		.contact = "le samedi",
		.place = { "91200", "Dourdan", "91410", true, 48.53, 2.01 },
		.created_at = 11,
		.updated_at = 12,
	};
}

/* Every column comes back as it was written. */
static void
created_actor_is_read_back_whole(void **state)
{
	struct fixture *f = *state;
	int64_t owner = fixture_local(f, ACTOR_PROFILE, "lise");
	struct actor in = whole_actor(owner);
	struct actor out;
	int64_t id = 0;

	assert_int_equal(actor_create(f->db, &in, &id), 0);
	assert_int_equal(actor_get(f->db, f->arena, id, &out), 0);
	assert_int_equal(out.id, id);
	assert_int_equal(out.kind, ACTOR_PROJECT);
	assert_string_equal(out.uri, in.uri);
	assert_string_equal(out.type, in.type);
	assert_string_equal(out.username, in.username);
	assert_null(out.host);
	assert_int_equal(out.host_id, 0);
	assert_string_equal(out.name, in.name);
	assert_string_equal(out.summary, in.summary);
	assert_string_equal(out.source, in.source);
	assert_string_equal(out.url, in.url);
	assert_string_equal(out.icon_url, in.icon_url);
	assert_string_equal(out.inbox, in.inbox);
	assert_string_equal(out.shared_inbox, in.shared_inbox);
	assert_string_equal(out.outbox, in.outbox);
	assert_string_equal(out.followers, in.followers);
	assert_null(out.document);
	assert_int_equal(out.owner_id, owner);
	assert_true(out.manually_approves && out.discoverable && out.indexable);
	assert_string_equal(out.profile_kind, in.profile_kind);
	assert_string_equal(out.stage, in.stage);
	assert_string_equal(out.status, in.status);
	assert_string_equal(out.contact, in.contact);
	assert_string_equal(out.place.insee, "91200");
	assert_string_equal(out.place.name, "Dourdan");
	assert_string_equal(out.place.postcode, "91410");
	assert_true(out.place.located);
	assert_true(out.place.latitude > 48.529 && out.place.latitude < 48.531);
	assert_true(out.place.longitude > 2.009 && out.place.longitude < 2.011);
	assert_int_equal(out.created_at, 11);
	assert_int_equal(out.updated_at, 12);
	assert_int_equal(out.fetched_at, 0);
	assert_int_equal(out.deleted_at, 0);
}

static void
update_keeps_uri_kind_username_and_birth(void **state)
{
	struct fixture *f = *state;
	int64_t id = fixture_local(f, ACTOR_PROFILE, "lise");
	struct actor change = { .id = id,
		.kind = ACTOR_PROFILE,
		.uri = "https://elsewhere.example/",
		.username = "other",
		.type = "Organization",
		.name = "Lise A.",
		.created_at = 1,
		.updated_at = 200 };
	struct actor out;

	assert_int_equal(actor_update(f->db, &change), 0);
	assert_int_equal(actor_get(f->db, f->arena, id, &out), 0);
	assert_string_equal(out.uri, "https://node.example/o/lise");
	assert_string_equal(out.username, "lise");
	assert_string_equal(out.type, "Organization");
	assert_string_equal(out.name, "Lise A.");
	assert_false(out.place.located);
	assert_int_equal(out.created_at, 100);
	assert_int_equal(out.updated_at, 200);
	change.id = id + 1;
	assert_int_equal(actor_update(f->db, &change), -ENOENT);
}

static void
update_cannot_reach_an_actor_of_another_server(void **state)
{
	struct fixture *f = *state;
	int64_t id = fixture_remote(f, "a.example", "bob", NULL);
	struct actor change = { .id = id,
		.kind = ACTOR_PROFILE,
		.type = "Person",
		.username = "bob",
		.updated_at = 5 };

	assert_int_equal(actor_update(f->db, &change), -ENOENT);
}

static void
usernames_are_found_in_any_case_and_never_reused(void **state)
{
	struct fixture *f = *state;
	int64_t id = fixture_local(f, ACTOR_PROFILE, "lise");
	struct actor again = { .kind = ACTOR_PROJECT,
		.uri = "https://node.example/o/2",
		.type = "Group",
		.username = "LISE" };
	struct actor out;
	int64_t new_id;

	(void)fixture_remote(f, "a.example", "lise", NULL);
	assert_int_equal(actor_by_username(f->db, f->arena, "LiSe", &out), 0);
	assert_int_equal(out.id, id);
	assert_int_equal(
	    actor_by_username(f->db, f->arena, "lis", &out), -ENOENT);
	assert_int_equal(actor_create(f->db, &again, &new_id), -EEXIST);
	assert_int_equal(actor_delete(f->db, id, 500), 0);
	assert_int_equal(actor_create(f->db, &again, &new_id), -EEXIST);
	again.username = "other";
	again.uri = "https://node.example/o/lise";
	assert_int_equal(actor_create(f->db, &again, &new_id), -EEXIST);
}

static void
lists_go_by_kind_owner_and_id(void **state)
{
	struct fixture *f = *state;
	int64_t first = fixture_local(f, ACTOR_PROFILE, "a");
	int64_t second = fixture_local(f, ACTOR_PROFILE, "b");
	int64_t third = fixture_local(f, ACTOR_PROFILE, "c");
	struct actor project = { .kind = ACTOR_PROJECT,
		.uri = "https://n/p",
		.type = "Group",
		.username = "p",
		.owner_id = second };
	struct actor *rows = NULL, one;
	size_t count = 0;
	int64_t id;

	assert_int_equal(actor_create(f->db, &project, &id), 0);
	assert_int_equal(
	    actor_list(f->db, f->arena, ACTOR_PROFILE, 0, 2, &rows, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].id, first);
	assert_int_equal(rows[1].id, second);
	assert_int_equal(actor_list(f->db, f->arena, ACTOR_PROFILE, second, 2,
			     &rows, &count),
	    0);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].id, third);
	assert_int_equal(
	    actor_list_owned(f->db, f->arena, second, &rows, &count), 0);
	assert_int_equal(count, 1);
	assert_string_equal(rows[0].username, "p");
	assert_int_equal(
	    actor_of_kind(f->db, f->arena, ACTOR_PROJECT, &one), 0);
	assert_int_equal(one.id, id);
	assert_int_equal(
	    actor_of_kind(f->db, f->arena, ACTOR_TERRITORY, &one), -ENOENT);
	assert_int_equal(actor_delete(f->db, id, 300), 0);
	assert_int_equal(
	    actor_list_owned(f->db, f->arena, second, &rows, &count), 0);
	assert_int_equal(count, 0);
}

static void
remote_actor_is_refreshed_under_one_row(void **state)
{
	struct fixture *f = *state;
	int64_t id = fixture_remote(f, "a.example", "bob", NULL), again = 0;
	struct actor fresh = { .uri = "https://a.example/bob",
		.type = "Service",
		.username = "bobby",
		.host = "a.example",
		.document = "{}",
		.updated_at = 300,
		.fetched_at = 301,
		.created_at = 7 };
	struct actor out;
	struct host host;

	assert_int_equal(actor_put_remote(f->db, &fresh, &again), 0);
	assert_int_equal(again, id);
	assert_int_equal(actor_by_uri(f->db, f->arena, fresh.uri, &out), 0);
	assert_string_equal(out.username, "bobby");
	assert_string_equal(out.type, "Service");
	assert_string_equal(out.document, "{}");
	assert_string_equal(out.host, "a.example");
	assert_int_equal(out.created_at, 100);
	assert_int_equal(out.fetched_at, 301);
	assert_null(out.inbox);
	assert_int_equal(host_by_name(f->db, f->arena, "a.example", &host), 0);
	assert_int_equal(host.id, out.host_id);
}

static void
remote_document_cannot_take_one_of_ours(void **state)
{
	struct fixture *f = *state;
	struct actor claim = { .uri = "https://node.example/o/lise",
		.type = "Person",
		.username = "x",
		.host = "a.example" };
	int64_t id;

	(void)fixture_local(f, ACTOR_PROFILE, "lise");
	assert_int_equal(actor_put_remote(f->db, &claim, &id), -EEXIST);
}

static void
deleted_remote_actor_stays_deleted(void **state)
{
	struct fixture *f = *state;
	int64_t id = fixture_remote(f, "a.example", "bob", NULL);
	struct actor fresh = { .uri = "https://a.example/bob",
		.type = "Person",
		.username = "bob",
		.host = "a.example" };

	assert_int_equal(actor_delete(f->db, id, 400), 0);
	assert_int_equal(actor_put_remote(f->db, &fresh, &id), -ESTALE);
}

static void
set_lists_replaces_all_lists(void **state)
{
	struct fixture *f = *state;
	int64_t id = fixture_local(f, ACTOR_PROJECT, "jardin");
	const char *skills[] = { "maraîchage", "soudure" };
	const char *themes[] = { "alimentation" };
	const struct actor_link links[] = { { "Site", "https://j.example/" } };
	const struct project_member members[] = {
		{ false, "https://a.example/bob", NULL, "jardinier" },
		{ true, NULL, "La mairie", NULL },
	};
	struct actor_lists lists = { .skills = skills,
		.skill_count = 2,
		.themes = themes,
		.theme_count = 1,
		.links = links,
		.link_count = 1,
		.members = members,
		.member_count = 2 };
	struct actor_lists out;

	assert_int_equal(actor_set_lists(f->db, id, &lists), 0);
	assert_int_equal(actor_lists(f->db, f->arena, id, &out), 0);
	assert_int_equal(out.skill_count, 2);
	assert_string_equal(out.skills[0], "maraîchage");
	assert_string_equal(out.skills[1], "soudure");
	assert_int_equal(out.theme_count, 1);
	assert_int_equal(out.language_count, 0);
	assert_string_equal(out.links[0].href, "https://j.example/");
	assert_int_equal(out.member_count, 2);
	assert_null(out.members[0].name);
	assert_string_equal(out.members[0].role, "jardinier");
	assert_true(out.members[1].supporter);
	assert_null(out.members[1].uri);
	lists =
	    (struct actor_lists){ .languages = themes, .language_count = 1 };
	assert_int_equal(actor_set_lists(f->db, id, &lists), 0);
	assert_int_equal(actor_lists(f->db, f->arena, id, &out), 0);
	assert_int_equal(out.skill_count + out.theme_count + out.link_count +
			     out.member_count,
	    0);
	assert_string_equal(out.languages[0], "alimentation");
}

static void
set_two_keys(struct fixture *f, int64_t id, const char *name)
{
	const struct actor_key keys[] = {
		{ .uri = arena_printf(f->arena, "%s#main-key", name),
		    .kind = KEY_RSA,
		    .spki = spki,
		    .spki_len = sizeof(spki),
		    .secret = secret,
		    .secret_len = sizeof(secret),
		    .created_at = 9 },
		{ .uri = arena_printf(f->arena, "%s#ed25519-key", name),
		    .kind = KEY_ED25519,
		    .spki = spki,
		    .spki_len = sizeof(spki) },
	};

	assert_int_equal(actor_set_keys(f->db, id, keys, 2), 0);
}

static void
keys_are_found_by_id_and_replaced_as_a_whole(void **state)
{
	struct fixture *f = *state;
	int64_t id = fixture_local(f, ACTOR_PROFILE, "lise");
	struct actor_key *keys = NULL, key;
	size_t count = 0;

	set_two_keys(f, id, "lise");
	set_two_keys(f, id, "lise");
	assert_int_equal(actor_keys(f->db, f->arena, id, &keys, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(
	    actor_key_by_uri(f->db, f->arena, "lise#main-key", &key), 0);
	assert_int_equal(key.actor_id, id);
	assert_int_equal(key.kind, KEY_RSA);
	assert_int_equal(key.spki_len, sizeof(spki));
	assert_memory_equal(key.spki, spki, sizeof(spki));
	assert_memory_equal(key.secret, secret, sizeof(secret));
	assert_int_equal(key.created_at, 9);
	assert_null(keys[1].secret);
	assert_int_equal(actor_set_keys(f->db, id, NULL, 0), 0);
	assert_int_equal(
	    actor_key_by_uri(f->db, f->arena, "lise#main-key", &key), -ENOENT);
}

static void
key_id_of_another_actor_is_refused(void **state)
{
	struct fixture *f = *state;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t bob = fixture_remote(f, "a.example", "bob", NULL);
	const struct actor_key stolen = { .uri = "lise#main-key",
		.kind = KEY_RSA,
		.spki = spki,
		.spki_len = sizeof(spki) };

	set_two_keys(f, lise, "lise");
	assert_int_equal(actor_set_keys(f->db, bob, &stolen, 1), -EEXIST);
}

static void
living_actors_of_ours_without_keys_are_listed(void **state)
{
	struct fixture *f = *state;
	int64_t first = fixture_local(f, ACTOR_PROFILE, "a");
	int64_t second = fixture_local(f, ACTOR_PROFILE, "b");
	int64_t third = fixture_local(f, ACTOR_PROFILE, "c");
	int64_t ids[4] = { 0 };
	size_t count = 0;

	(void)fixture_remote(f, "a.example", "bob", NULL);
	set_two_keys(f, second, "b");
	assert_int_equal(actor_without_keys(f->db, ids, 1, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(ids[0], first);
	assert_int_equal(actor_delete(f->db, first, 200), 0);
	assert_int_equal(actor_without_keys(f->db, ids, 4, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(ids[0], third);
}

static void
deleted_actor_leaves_name_and_dates_only(void **state)
{
	struct fixture *f = *state;
	int64_t id = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t bob = fixture_remote(f, "a.example", "bob", NULL);
	int64_t note = fixture_note(f, id, "https://node.example/o/n", 150);
	int64_t other = fixture_note(f, bob, "https://a.example/n", 150);
	struct actor out;
	struct object object;
	struct actor_key *keys;
	struct timeline_entry *entries;
	size_t count = 9;
	int64_t n = 9;

	set_two_keys(f, id, "lise");
	assert_int_equal(follow_put(f->db, "f1", bob, id, 100), 0);
	assert_int_equal(follow_put(f->db, "f2", id, bob, 100), 0);
	assert_int_equal(
	    reaction_add(f->db, REACTION_LIKE, "l1", note, bob, 1), 0);
	assert_int_equal(
	    reaction_add(f->db, REACTION_LIKE, "l2", other, id, 1), 0);
	assert_int_equal(timeline_add(f->db, id, other, 1), 0);
	assert_int_equal(actor_delete(f->db, id, 700), 0);

	assert_int_equal(actor_get(f->db, f->arena, id, &out), 0);
	assert_string_equal(out.uri, "https://node.example/o/lise");
	assert_string_equal(out.username, "lise");
	assert_int_equal(out.created_at, 100);
	assert_int_equal(out.deleted_at, 700);
	assert_null(out.name);
	assert_int_equal(actor_keys(f->db, f->arena, id, &keys, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(object_get(f->db, f->arena, note, &object), 0);
	assert_int_equal(object.deleted_at, 700);
	assert_null(object.content);
	assert_int_equal(follow_count_followers(f->db, id, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(
	    db_number(f->db, "SELECT count(*) FROM follow", NO_VALUES, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(reaction_count(f->db, other, REACTION_LIKE, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(
	    timeline_list(f->db, f->arena, id, 0, 9, &entries, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(actor_delete(f->db, id, 800), 0);
	assert_int_equal(actor_get(f->db, f->arena, id, &out), 0);
	assert_int_equal(out.deleted_at, 700);
	assert_int_equal(actor_delete(f->db, 4711, 800), -ENOENT);
}

/* The Delete itself must still be signed and sent. */
static void
keys_of_a_deleted_actor_stay_until_all_is_sent(void **state)
{
	struct fixture *f = *state;
	const struct queue_limits limits = { 10, 1000000 };
	int64_t id = fixture_local(f, ACTOR_PROFILE, "lise");
	int64_t host = fixture_host(f, "a.example");
	struct delivery delivery = { .host_id = host,
		.activity_id = fixture_activity(f, id, "https://n/a/1", "o"),
		.actor_id = id,
		.inbox = "https://a.example/inbox",
		.bytes = 10,
		.created_at = 100 };
	struct activity_row activity;
	struct actor_key *keys;
	struct delivery *rows;
	size_t count = 0;

	set_two_keys(f, id, "lise");
	assert_int_equal(queue_add(f->db, &delivery, &limits), 0);
	assert_int_equal(queue_add(f->db, &delivery, &limits), 0);
	assert_int_equal(actor_delete(f->db, id, 700), 0);
	assert_int_equal(
	    queue_list(f->db, f->arena, NULL, 0, 9, &rows, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(queue_remove(f->db, rows[0].id), 0);
	assert_int_equal(actor_keys(f->db, f->arena, id, &keys, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(
	    outbox_get(f->db, f->arena, delivery.activity_id, &activity), 0);
	assert_true(strlen(activity.document) > 0);
	assert_int_equal(queue_remove(f->db, rows[1].id), 0);
	assert_int_equal(actor_keys(f->db, f->arena, id, &keys, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(
	    outbox_get(f->db, f->arena, delivery.activity_id, &activity), 0);
	assert_string_equal(activity.document, "");
}

static void
hosts_keep_their_health(void **state)
{
	struct fixture *f = *state;
	int64_t id = fixture_host(f, "b.example:8443");
	struct host host, *hosts;
	size_t count;

	assert_int_equal(fixture_host(f, "b.example:8443"), id);
	(void)fixture_host(f, "a.example");
	assert_int_equal(
	    host_failed(f->db, id, 200, 260, false, "timed out"), 0);
	assert_int_equal(host_get(f->db, f->arena, id, &host), 0);
	assert_int_equal(host.failures, 1);
	assert_int_equal(host.down_since, 0);
	assert_int_equal(host.next_at, 260);
	assert_int_equal(host_failed(f->db, id, 300, 400, true, "refused"), 0);
	assert_int_equal(host_failed(f->db, id, 400, 600, true, "refused"), 0);
	assert_int_equal(host_get(f->db, f->arena, id, &host), 0);
	assert_int_equal(host.failures, 3);
	assert_int_equal(host.down_since, 300);
	assert_int_equal(host.last_failure_at, 400);
	assert_string_equal(host.last_error, "refused");
	assert_int_equal(
	    host_set_signature(f->db, id, HOST_SIGNATURE_RFC9421), 0);
	assert_int_equal(host_set_software(f->db, id, "mastodon 4.5"), 0);
	assert_int_equal(host_answered(f->db, id, 700), 0);
	assert_int_equal(host_get(f->db, f->arena, id, &host), 0);
	assert_int_equal(host.failures, 0);
	assert_int_equal(host.down_since, 0);
	assert_int_equal(host.next_at, 0);
	assert_int_equal(host.last_ok_at, 700);
	assert_int_equal(host.signature, HOST_SIGNATURE_RFC9421);
	assert_string_equal(host.software, "mastodon 4.5");
	assert_int_equal(host_list(f->db, f->arena, "", 9, &hosts, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(hosts[0].name, "a.example");
	assert_int_equal(
	    host_list(f->db, f->arena, "a.example", 9, &hosts, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(host_answered(f->db, 4711, 1), -ENOENT);
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(created_actor_is_read_back_whole),
		TEST(update_keeps_uri_kind_username_and_birth),
		TEST(update_cannot_reach_an_actor_of_another_server),
		TEST(usernames_are_found_in_any_case_and_never_reused),
		TEST(lists_go_by_kind_owner_and_id),
		TEST(remote_actor_is_refreshed_under_one_row),
		TEST(remote_document_cannot_take_one_of_ours),
		TEST(deleted_remote_actor_stays_deleted),
		TEST(set_lists_replaces_all_lists),
		TEST(keys_are_found_by_id_and_replaced_as_a_whole),
		TEST(key_id_of_another_actor_is_refused),
		TEST(living_actors_of_ours_without_keys_are_listed),
		TEST(deleted_actor_leaves_name_and_dates_only),
		TEST(keys_of_a_deleted_actor_stay_until_all_is_sent),
		TEST(hosts_keep_their_health),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
