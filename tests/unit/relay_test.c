/* SPDX-License-Identifier: ISC */
/*
 * The relay: who may subscribe, what is answered, what is sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "federation/relay.h"
#include "store/host.h"
#include "store/peer.h"
#include "store/relay.h"
#include "tests/unit/federation_fixture.h"

#define RELAY  "https://node.example/relay"
#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"

struct scene {
	struct node_fixture *f;
	struct settings settings; /* a copy whose relay members may change */
	struct actor relay, project, server;
};

static struct scene scene;

/* A territory with a project, and a server elsewhere. */
static int
setup(void **state)
{
	struct place place = { 0 };
	struct node_fixture *f;
	int64_t id;

	assert_int_equal(node_fixture_setup(state), 0);
	f = *state;
	scene = (struct scene){ .f = f, .settings = *f->publish.settings };
	f->publish.settings = &scene.settings;
	assert_int_equal(publish_node_actors(&f->publish, "Pays", &place), 0);
	assert_int_equal(actor_of_kind(f->publish.db, f->publish.arena,
			     ACTOR_RELAY, &scene.relay),
	    0);
	scene.project = node_fixture_project(f, "jardin");
	scene.project.discoverable = true;
	assert_int_equal(
	    publish_actor_update(&f->publish, &scene.project, NULL), 0);
	scene.server = node_fixture_remote(f, "s.example", "relay");
	scene.server.type = "Application";
	assert_int_equal(
	    actor_put_remote(f->publish.db, &scene.server, &id), 0);
	return 0;
}

static enum verdict
ask_as(const struct actor *who, const char *object, bool to_relay)
{
	static int number;

	number++;
	scene.f->to_relay = to_relay;
	return node_fixture_receive(scene.f, who,
	    arena_printf(scene.f->publish.arena,
		"{\"type\":\"Follow\",\"id\":\"https://%s/f/%d\","
		"\"actor\":\"%s\",\"object\":\"%s\"}",
		who->host, number, who->uri, object));
}

/* What was answered last: "Accept" or "Reject"; NULL when nothing was. */
static const char *
answered(void)
{
	const struct actor *server = &scene.server;

	if (node_fixture_waiting(scene.f, "Accept", server->inbox) > 0)
		return "Accept";
	return node_fixture_waiting(scene.f, "Reject", server->inbox) > 0
		   ? "Reject"
		   : NULL;
}

static bool
follows(const struct actor *who, const struct actor *whom)
{
	struct follow follow;

	return follow_get(scene.f->publish.db, scene.f->publish.arena, who->id,
		   whom->id, &follow) == 0;
}

static struct object
publish(void)
{
	const struct note_form form = { .text = "Nous ouvrons samedi." };
	struct object note;

	assert_int_equal(publish_note_create(
			     &scene.f->publish, scene.project.id, &form, &note),
	    0);
	return note;
}

static void
follow_of_everybody_at_the_relays_inbox_is_accepted_as_it_came(void **state)
{
	json_t *accept, *follow;

	(void)state;
	assert_int_equal(ask_as(&scene.server, PUBLIC, true), VERDICT_ACCEPTED);
	assert_string_equal(answered(), "Accept");
	accept = node_fixture_sent(scene.f, "Accept");
	assert_string_equal(
	    json_string_value(json_object_get(accept, "actor")), RELAY);
	follow = json_object_get(accept, "object");
	assert_string_equal(
	    json_string_value(json_object_get(follow, "object")), PUBLIC);
	assert_string_equal(json_string_value(json_object_get(follow, "actor")),
	    scene.server.uri);
	json_decref(accept);
	/* Mastodon's way: nothing to follow back. */
	assert_false(follows(&scene.relay, &scene.server));
}

static void
follow_of_everybody_elsewhere_is_refused(void **state)
{
	(void)state;
	assert_int_equal(
	    ask_as(&scene.server, PUBLIC, false), VERDICT_ACCEPTED);
	assert_string_equal(answered(), "Reject");
	assert_false(follows(&scene.server, &scene.relay));
}

static void
follow_of_the_relay_is_accepted_and_followed_back_once(void **state)
{
	(void)state;
	assert_int_equal(ask_as(&scene.server, RELAY, false), VERDICT_ACCEPTED);
	assert_string_equal(answered(), "Accept");
	assert_true(follows(&scene.relay, &scene.server));
	assert_int_equal(
	    node_fixture_waiting(scene.f, "Follow", scene.server.inbox), 1);
	/* Whoever follows back in turn does not make it go on for ever. */
	assert_int_equal(ask_as(&scene.server, RELAY, false), VERDICT_ACCEPTED);
	assert_int_equal(
	    node_fixture_waiting(scene.f, "Follow", scene.server.inbox), 1);
}

static void
undo_ends_both_directions(void **state)
{
	(void)state;
	assert_int_equal(ask_as(&scene.server, RELAY, false), VERDICT_ACCEPTED);
	assert_int_equal(
	    node_fixture_receive(scene.f, &scene.server,
		arena_printf(scene.f->publish.arena,
		    "{\"type\":\"Undo\",\"id\":\"https://s.example/u\","
		    "\"actor\":\"%s\",\"object\":{\"type\":\"Follow\","
		    "\"id\":\"https://s.example/of-old\",\"actor\":\"%s\","
		    "\"object\":\"" RELAY "\"}}",
		    scene.server.uri, scene.server.uri)),
	    VERDICT_ACCEPTED);
	assert_false(follows(&scene.server, &scene.relay));
	assert_false(follows(&scene.relay, &scene.server));
	assert_int_equal(
	    node_fixture_waiting(scene.f, "Undo", scene.server.inbox), 1);
}

static void
undo_of_everybody_by_another_id_ends_it(void **state)
{
	(void)state;
	assert_int_equal(ask_as(&scene.server, PUBLIC, true), VERDICT_ACCEPTED);
	assert_int_equal(
	    node_fixture_receive(scene.f, &scene.server,
		arena_printf(scene.f->publish.arena,
		    "{\"type\":\"Undo\",\"id\":\"https://s.example/u\","
		    "\"actor\":\"%s\",\"object\":{\"type\":\"Follow\","
		    "\"id\":\"https://s.example/of-old\",\"actor\":\"%s\","
		    "\"object\":\"as:Public\"}}",
		    scene.server.uri, scene.server.uri)),
	    VERDICT_ACCEPTED);
	assert_false(follows(&scene.server, &scene.relay));
}

static void
people_are_sent_to_the_territory(void **state)
{
	struct actor tina = node_fixture_remote(*state, "s.example", "tina");

	assert_int_equal(ask_as(&tina, RELAY, false), VERDICT_ACCEPTED);
	assert_int_equal(
	    node_fixture_waiting(scene.f, "Reject", tina.inbox), 1);
	assert_false(follows(&tina, &scene.relay));
}

static void
relay_out_of_use_takes_nobody_and_tells_nothing(void **state)
{
	(void)state;
	assert_int_equal(ask_as(&scene.server, RELAY, false), VERDICT_ACCEPTED);
	scene.settings.relay_enabled = false;
	(void)publish();
	assert_int_equal(node_fixture_waiting(scene.f, "Announce", NULL), 0);
	assert_int_equal(ask_as(&scene.server, PUBLIC, true), VERDICT_ACCEPTED);
	assert_int_equal(
	    node_fixture_waiting(scene.f, "Reject", scene.server.inbox), 1);
}

static void
relay_that_is_not_open_lets_wait_who_was_not_named(void **state)
{
	(void)state;
	scene.settings.relay_open = false;
	assert_int_equal(ask_as(&scene.server, PUBLIC, true), VERDICT_ACCEPTED);
	assert_null(answered());
	assert_int_equal(relay_rule_set(scene.f->publish.db, "s.example",
			     RELAY_RULE_ACCEPT, 1),
	    0);
	assert_int_equal(ask_as(&scene.server, PUBLIC, true), VERDICT_ACCEPTED);
	assert_string_equal(answered(), "Accept");
}

static void
server_that_was_refused_gets_no_accept(void **state)
{
	(void)state;
	assert_int_equal(relay_rule_set(scene.f->publish.db, "s.example",
			     RELAY_RULE_REJECT, 1),
	    0);
	assert_int_equal(ask_as(&scene.server, RELAY, false), VERDICT_ACCEPTED);
	assert_string_equal(answered(), "Reject");
	assert_false(follows(&scene.server, &scene.relay));
	assert_false(follows(&scene.relay, &scene.server));
}

static void
node_that_was_refused_gets_no_accept(void **state)
{
	struct peer peer = { 0 };
	int64_t id;

	(void)state;
	assert_int_equal(
	    peer_need(scene.f->publish.db, "s.example", 1, &id), 0);
	assert_int_equal(peer_by_domain(scene.f->publish.db,
			     scene.f->publish.arena, "s.example", &peer),
	    0);
	peer.rule = PEER_RULE_REFUSE;
	assert_int_equal(peer_save(scene.f->publish.db, &peer), 0);
	assert_int_equal(ask_as(&scene.server, RELAY, false), VERDICT_ACCEPTED);
	assert_string_equal(answered(), "Reject");
}

static void
subscriber_hears_of_an_update_by_its_id(void **state)
{
	struct object note;
	json_t *announce;

	(void)state;
	assert_int_equal(ask_as(&scene.server, PUBLIC, true), VERDICT_ACCEPTED);
	note = publish();
	assert_int_equal(node_fixture_waiting(
			     scene.f, "Announce", scene.server.shared_inbox),
	    1);
	announce = node_fixture_sent(scene.f, "Announce");
	assert_string_equal(
	    json_string_value(json_object_get(announce, "actor")), RELAY);
	assert_string_equal(
	    json_string_value(json_object_get(announce, "object")), note.uri);
	assert_string_equal(json_string_value(json_array_get(
				json_object_get(announce, "to"), 0)),
	    PUBLIC);
	json_decref(announce);
}

static void
subscriber_hears_of_the_end_from_the_author(void **state)
{
	struct object note;
	json_t *gone;

	(void)state;
	assert_int_equal(ask_as(&scene.server, PUBLIC, true), VERDICT_ACCEPTED);
	note = publish();
	assert_int_equal(publish_note_delete(&scene.f->publish, note.id), 0);
	assert_int_equal(
	    node_fixture_waiting(scene.f, "Delete", scene.server.shared_inbox),
	    1);
	gone = node_fixture_sent(scene.f, "Delete");
	assert_string_equal(json_string_value(json_object_get(gone, "actor")),
	    scene.project.uri);
	json_decref(gone);
}

static void
what_a_server_announces_to_the_relay_is_not_read(void **state)
{
	struct task *tasks;
	struct follow back;
	size_t count;

	(void)state;
	assert_int_equal(ask_as(&scene.server, RELAY, false), VERDICT_ACCEPTED);
	assert_int_equal(follow_get(scene.f->publish.db, scene.f->publish.arena,
			     scene.relay.id, scene.server.id, &back),
	    0);
	assert_int_equal(follow_decide(scene.f->publish.db, back.id,
			     FOLLOW_ACCEPTED, scene.f->publish.now),
	    0);
	assert_int_equal(
	    node_fixture_receive(scene.f, &scene.server,
		arena_printf(scene.f->publish.arena,
		    "{\"type\":\"Announce\",\"id\":\"https://s.example/a\","
		    "\"actor\":\"%s\",\"object\":\"https://z.example/n\"}",
		    scene.server.uri)),
	    VERDICT_IGNORED);
	assert_int_equal(task_due(scene.f->publish.db, scene.f->publish.arena,
			     INT64_MAX, 9, &tasks, &count),
	    0);
	assert_int_equal(count, 0);
}

static void
database_of_before_gets_its_relay_once(void **state)
{
	struct actor relay;

	(void)state;
	assert_int_equal(publish_relay_actor(&scene.f->publish), 0);
	assert_int_equal(actor_by_username(scene.f->publish.db,
			     scene.f->publish.arena, "relay", &relay),
	    0);
	assert_int_equal(relay.id, scene.relay.id);
	assert_string_equal(relay.uri, RELAY);
	assert_string_equal(relay.inbox, RELAY "/inbox");
	assert_true(relay_is_inbox("/relay/inbox"));
	assert_false(relay_is_inbox("/inbox"));
}

static void
rules_are_kept_changed_and_forgotten(void **state)
{
	struct db *db = scene.f->publish.db;
	struct relay_ruling *rulings;
	enum relay_rule rule;
	size_t count;

	(void)state;
	assert_int_equal(relay_rule_get(db, "a.example", &rule), 0);
	assert_int_equal(rule, RELAY_RULE_NONE);
	assert_int_equal(
	    relay_rule_set(db, "b.example", RELAY_RULE_ACCEPT, 1), 0);
	assert_int_equal(
	    relay_rule_set(db, "a.example", RELAY_RULE_ACCEPT, 1), 0);
	assert_int_equal(
	    relay_rule_set(db, "a.example", RELAY_RULE_REJECT, 2), 0);
	assert_int_equal(relay_rule_list(db, scene.f->publish.arena, "", 9,
			     &rulings, &count),
	    0);
	assert_int_equal(count, 2);
	assert_string_equal(rulings[0].domain, "a.example");
	assert_int_equal(rulings[0].rule, RELAY_RULE_REJECT);
	assert_int_equal(rulings[0].at, 2);
	assert_int_equal(
	    relay_rule_set(db, "a.example", RELAY_RULE_NONE, 3), 0);
	assert_int_equal(
	    relay_rule_set(db, "a.example", RELAY_RULE_NONE, 3), -ENOENT);
	assert_int_equal(relay_rule_list(db, scene.f->publish.arena,
			     "a.example", 9, &rulings, &count),
	    0);
	assert_int_equal(count, 1);
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, setup, node_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(
		    follow_of_everybody_at_the_relays_inbox_is_accepted_as_it_came),
		TEST(follow_of_everybody_elsewhere_is_refused),
		TEST(follow_of_the_relay_is_accepted_and_followed_back_once),
		TEST(undo_ends_both_directions),
		TEST(undo_of_everybody_by_another_id_ends_it),
		TEST(people_are_sent_to_the_territory),
		TEST(relay_out_of_use_takes_nobody_and_tells_nothing),
		TEST(relay_that_is_not_open_lets_wait_who_was_not_named),
		TEST(server_that_was_refused_gets_no_accept),
		TEST(node_that_was_refused_gets_no_accept),
		TEST(subscriber_hears_of_an_update_by_its_id),
		TEST(subscriber_hears_of_the_end_from_the_author),
		TEST(what_a_server_announces_to_the_relay_is_not_read),
		TEST(database_of_before_gets_its_relay_once),
		TEST(rules_are_kept_changed_and_forgotten),
	};

	return cmocka_run_group_tests(
	    tests, node_fixture_group_setup, node_fixture_group_teardown);
}
