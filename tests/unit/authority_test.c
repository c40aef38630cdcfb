/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "federation/authority.h"

#define ALICE "\"actor\":\"https://a.example/alice\""
#define BASE  "https://node.example"

struct rule_case {
	const char *name, *json;
	enum verdict verdict;
};

static enum verdict
judge(const char *json, const char **ret_reason)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	CLEANUP(json_release) json_t *document = NULL;
	struct activity activity;
	char error[JSON_ERROR_SIZE] = "";

	if (json_read(json, strlen(json), &document, error) != 0 ||
	    activity_read(arena, document, &activity, error) != 0)
		fail_msg("%s: %s", error, json);
	return authority_check(&activity, BASE, ret_reason);
}

static void
check(const struct rule_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *reason = NULL;
		enum verdict verdict = judge(cases[i].json, &reason);

		if (verdict != cases[i].verdict)
			fail_msg("%s: %s (%s) instead of %s", cases[i].name,
			    verdict_word(verdict), reason,
			    verdict_word(cases[i].verdict));
		assert_non_null(reason);
		if (verdict != VERDICT_ACCEPTED)
			assert_true(reason[0] != '\0');
	}
}

#define CHECK(cases) check(cases, N_ELEMENTS(cases))

static void
activity_is_of_its_actors_origin(void **state)
{
	static const struct rule_case cases[] = {
		{ "own id",
		    "{\"type\":\"Like\"," ALICE ",\"id\":"
		    "\"https://a.example/1\",\"object\":\"https://x.example\"}",
		    VERDICT_ACCEPTED },
		{ "no id",
		    "{\"type\":\"Like\"," ALICE
		    ",\"object\":\"https://x.example\"}",
		    VERDICT_ACCEPTED },
		{ "id elsewhere",
		    "{\"type\":\"Like\"," ALICE ",\"id\":"
		    "\"https://b.example/1\",\"object\":\"https://x.example\"}",
		    VERDICT_WRONG_ORIGIN },
		{ "id of another port",
		    "{\"type\":\"Like\"," ALICE ",\"id\":"
		    "\"https://a.example:8443/1\",\"object\":"
		    "\"https://x.example\"}",
		    VERDICT_WRONG_ORIGIN },
		{ "id by http",
		    "{\"type\":\"Like\"," ALICE ",\"id\":"
		    "\"http://a.example/1\",\"object\":\"https://x.example\"}",
		    VERDICT_WRONG_ORIGIN },
		{ "an actor of ours",
		    "{\"type\":\"Like\",\"actor\":\"" BASE
		    "/o/x\",\"object\":\"https://x.example\"}",
		    VERDICT_FORBIDDEN },
		{ "an actor of ours in another spelling",
		    "{\"type\":\"Like\",\"actor\":\"https://NODE.example:443"
		    "/o/x\",\"object\":\"https://x.example\"}",
		    VERDICT_FORBIDDEN },
		{ "a host that begins like ours",
		    "{\"type\":\"Like\",\"actor\":\"" BASE
		    ".evil.example/x\",\"object\":\"https://x.example\"}",
		    VERDICT_ACCEPTED },
		{ "unknown type, no object", "{\"type\":\"Dance\"," ALICE "}",
		    VERDICT_ACCEPTED },
	};

	(void)state;
	CHECK(cases);
}

static void
author_creates_and_updates_own_objects(void **state)
{
	static const struct rule_case cases[] = {
		{ "own",
		    "{\"type\":\"Create\"," ALICE ",\"object\":{\"id\":"
		    "\"https://a.example/n\",\"type\":\"Note\","
		    "\"attributedTo\":\"https://a.example/alice\"}}",
		    VERDICT_ACCEPTED },
		{ "own, in another spelling",
		    "{\"type\":\"Create\"," ALICE ",\"object\":{\"id\":"
		    "\"https://A.example/n\",\"type\":\"Note\","
		    "\"attributedTo\":\"https://A.EXAMPLE:443/alice\"}}",
		    VERDICT_ACCEPTED },
		{ "one of several",
		    "{\"type\":\"Update\"," ALICE ",\"object\":{\"id\":"
		    "\"https://a.example/n\",\"type\":\"Note\","
		    "\"attributedTo\":[{\"id\":\"https://a.example/team\"},"
		    "\"https://a.example/alice\"]}}",
		    VERDICT_ACCEPTED },
		{ "actor instead of attributedTo",
		    "{\"type\":\"Create\"," ALICE ",\"object\":{\"id\":"
		    "\"https://a.example/n\",\"type\":\"Event\","
		    "\"actor\":\"https://a.example/alice\"}}",
		    VERDICT_ACCEPTED },
		{ "id alone",
		    "{\"type\":\"Create\"," ALICE
		    ",\"object\":\"https://a.example/n\"}",
		    VERDICT_ACCEPTED },
		{ "itself",
		    "{\"type\":\"Update\"," ALICE ",\"object\":{\"id\":"
		    "\"https://a.example/alice\",\"type\":\"Person\"}}",
		    VERDICT_ACCEPTED },
		{ "another's on the same host",
		    "{\"type\":\"Update\"," ALICE ",\"object\":{\"id\":"
		    "\"https://a.example/n\",\"type\":\"Note\","
		    "\"attributedTo\":\"https://a.example/victim\"}}",
		    VERDICT_FORBIDDEN },
		{ "another actor on the same host",
		    "{\"type\":\"Update\"," ALICE ",\"object\":{\"id\":"
		    "\"https://a.example/victim\",\"type\":\"Person\"}}",
		    VERDICT_FORBIDDEN },
		{ "nobody's",
		    "{\"type\":\"Create\"," ALICE ",\"object\":{\"id\":"
		    "\"https://a.example/n\",\"type\":\"Note\"}}",
		    VERDICT_FORBIDDEN },
		{ "of another host, in her name",
		    "{\"type\":\"Create\"," ALICE ",\"object\":{\"id\":"
		    "\"https://b.example/n\",\"type\":\"Note\","
		    "\"attributedTo\":\"https://a.example/alice\"}}",
		    VERDICT_WRONG_ORIGIN },
		{ "id alone of another host",
		    "{\"type\":\"Update\"," ALICE
		    ",\"object\":\"https://b.example/n\"}",
		    VERDICT_WRONG_ORIGIN },
		{ "one of ours",
		    "{\"type\":\"Update\"," ALICE ",\"object\":{\"id\":\"" BASE
		    "/o/n\",\"type\":\"Note\","
		    "\"attributedTo\":\"https://a.example/alice\"}}",
		    VERDICT_WRONG_ORIGIN },
		{ "embedded without an id",
		    "{\"type\":\"Create\"," ALICE ",\"object\":{\"type\":"
		    "\"Note\",\"attributedTo\":\"https://a.example/alice\"}}",
		    VERDICT_MALFORMED },
		{ "nothing", "{\"type\":\"Create\"," ALICE "}",
		    VERDICT_MALFORMED },
	};

	(void)state;
	CHECK(cases);
}

static void
delete_stays_on_its_origin(void **state)
{
	static const struct rule_case cases[] = {
		{ "bare id",
		    "{\"type\":\"Delete\"," ALICE
		    ",\"object\":\"https://a.example/n\"}",
		    VERDICT_ACCEPTED },
		{ "Tombstone",
		    "{\"type\":\"Delete\"," ALICE ",\"object\":{\"id\":"
		    "\"https://a.example/n\",\"type\":\"Tombstone\"}}",
		    VERDICT_ACCEPTED },
		{ "itself",
		    "{\"type\":\"Delete\"," ALICE
		    ",\"object\":\"https://a.example/alice\"}",
		    VERDICT_ACCEPTED },
		{ "of another host",
		    "{\"type\":\"Delete\"," ALICE
		    ",\"object\":\"https://b.example/n\"}",
		    VERDICT_WRONG_ORIGIN },
		{ "one of ours",
		    "{\"type\":\"Delete\"," ALICE ",\"object\":\"" BASE
		    "/o/n\"}",
		    VERDICT_WRONG_ORIGIN },
		{ "Tombstone without an id",
		    "{\"type\":\"Delete\"," ALICE
		    ",\"object\":{\"type\":\"Tombstone\"}}",
		    VERDICT_MALFORMED },
	};

	(void)state;
	CHECK(cases);
}

static void
follow_and_block_are_of_ours(void **state)
{
	static const struct rule_case cases[] = {
		{ "Follow of ours",
		    "{\"type\":\"Follow\"," ALICE ",\"object\":\"" BASE
		    "/o/x\"}",
		    VERDICT_ACCEPTED },
		{ "Follow of another's",
		    "{\"type\":\"Follow\"," ALICE
		    ",\"object\":\"https://b.example/x\"}",
		    VERDICT_IGNORED },
		{ "Follow of a host that begins like ours",
		    "{\"type\":\"Follow\"," ALICE ",\"object\":\"" BASE
		    ".evil.example/x\"}",
		    VERDICT_IGNORED },
		{ "Follow of nothing", "{\"type\":\"Follow\"," ALICE "}",
		    VERDICT_MALFORMED },
		{ "Block of ours",
		    "{\"type\":\"Block\"," ALICE ",\"object\":\"" BASE
		    "/o/x\"}",
		    VERDICT_ACCEPTED },
		{ "Block of another's",
		    "{\"type\":\"Block\"," ALICE
		    ",\"object\":\"https://b.example/x\"}",
		    VERDICT_IGNORED },
	};

	(void)state;
	CHECK(cases);
}

static void
answers_and_undo_may_embed_what_has_no_id(void **state)
{
	static const struct rule_case cases[] = {
		{ "Accept by id",
		    "{\"type\":\"Accept\"," ALICE ",\"object\":\"" BASE
		    "/a/1\"}",
		    VERDICT_ACCEPTED },
		{ "Accept of an embedded Follow without an id",
		    "{\"type\":\"Accept\"," ALICE ",\"object\":{\"type\":"
		    "\"Follow\",\"actor\":\"" BASE
		    "/o/x\",\"object\":\"https://a.example/alice\"}}",
		    VERDICT_ACCEPTED },
		{ "Accept of nothing", "{\"type\":\"Accept\"," ALICE "}",
		    VERDICT_MALFORMED },
		{ "Reject of nothing", "{\"type\":\"Reject\"," ALICE "}",
		    VERDICT_MALFORMED },
		{ "Undo by id",
		    "{\"type\":\"Undo\"," ALICE
		    ",\"object\":\"https://a.example/1\"}",
		    VERDICT_ACCEPTED },
		{ "Undo of an embedded Follow",
		    "{\"type\":\"Undo\"," ALICE ",\"object\":{\"type\":"
		    "\"Follow\"," ALICE ",\"object\":\"" BASE "/o/x\"}}",
		    VERDICT_ACCEPTED },
		{ "Undo of another's",
		    "{\"type\":\"Undo\"," ALICE ",\"object\":{\"type\":"
		    "\"Follow\",\"id\":\"https://a.example/1\",\"actor\":"
		    "\"https://a.example/victim\",\"object\":\"" BASE
		    "/o/x\"}}",
		    VERDICT_FORBIDDEN },
		{ "Undo of another's without an id",
		    "{\"type\":\"Undo\"," ALICE ",\"object\":{\"type\":"
		    "\"Follow\",\"actor\":\"https://b.example/victim\","
		    "\"object\":\"" BASE "/o/x\"}}",
		    VERDICT_FORBIDDEN },
		{ "Undo of another host's",
		    "{\"type\":\"Undo\"," ALICE
		    ",\"object\":\"https://b.example/1\"}",
		    VERDICT_WRONG_ORIGIN },
		{ "Undo of nothing", "{\"type\":\"Undo\"," ALICE "}",
		    VERDICT_MALFORMED },
	};

	(void)state;
	CHECK(cases);
}

static void
others_have_their_rules(void **state)
{
	static const struct rule_case cases[] = {
		{ "Announce of anyone's",
		    "{\"type\":\"Announce\"," ALICE
		    ",\"object\":\"https://b.example/n\"}",
		    VERDICT_ACCEPTED },
		{ "Announce of nothing", "{\"type\":\"Announce\"," ALICE "}",
		    VERDICT_MALFORMED },
		{ "Like of nothing", "{\"type\":\"Like\"," ALICE "}",
		    VERDICT_MALFORMED },
		{ "Add to an own collection",
		    "{\"type\":\"Add\"," ALICE
		    ",\"object\":\"https://b.example/n\",\"target\":"
		    "\"https://a.example/featured\"}",
		    VERDICT_ACCEPTED },
		{ "Add to another's collection",
		    "{\"type\":\"Add\"," ALICE
		    ",\"object\":\"https://a.example/n\",\"target\":"
		    "\"https://b.example/featured\"}",
		    VERDICT_WRONG_ORIGIN },
		{ "Remove from nothing",
		    "{\"type\":\"Remove\"," ALICE
		    ",\"object\":\"https://a.example/n\"}",
		    VERDICT_WRONG_ORIGIN },
		{ "Move of itself",
		    "{\"type\":\"Move\"," ALICE
		    ",\"object\":\"https://a.example/alice\",\"target\":"
		    "\"https://b.example/alice\"}",
		    VERDICT_ACCEPTED },
		{ "Move of another",
		    "{\"type\":\"Move\"," ALICE
		    ",\"object\":\"https://a.example/victim\",\"target\":"
		    "\"https://a.example/alice\"}",
		    VERDICT_FORBIDDEN },
		{ "Flag of ours",
		    "{\"type\":\"Flag\"," ALICE ",\"object\":[\"" BASE
		    "/o/x\"]}",
		    VERDICT_ACCEPTED },
	};

	(void)state;
	CHECK(cases);
}

static void
only_its_author_owns_a_remote_object(void **state)
{
	const struct actor sender = { .id = 7 };
	struct object object = { .actor_id = 7 };

	(void)state;
	assert_true(authority_owns(&sender, &object));
	object.actor_id = 8;
	assert_false(authority_owns(&sender, &object));
	object.actor_id = 0;
	assert_false(authority_owns(&sender, &object));
	object = (struct object){ .actor_id = 7, .local = true };
	assert_false(authority_owns(&sender, &object));
}

static void
ours_is_what_has_our_base(void **state)
{
	(void)state;
	assert_true(authority_is_ours(BASE "/o/x", BASE));
	assert_false(authority_is_ours(BASE, BASE));
	assert_false(authority_is_ours(BASE ".evil.example/o/x", BASE));
	assert_false(authority_is_ours(BASE ":8443/o/x", BASE));
	assert_false(authority_is_ours("http://node.example/o/x", BASE));
	assert_false(authority_is_ours(NULL, BASE));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(activity_is_of_its_actors_origin),
		cmocka_unit_test(author_creates_and_updates_own_objects),
		cmocka_unit_test(delete_stays_on_its_origin),
		cmocka_unit_test(follow_and_block_are_of_ours),
		cmocka_unit_test(answers_and_undo_may_embed_what_has_no_id),
		cmocka_unit_test(others_have_their_rules),
		cmocka_unit_test(only_its_author_owns_a_remote_object),
		cmocka_unit_test(ours_is_what_has_our_base),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
