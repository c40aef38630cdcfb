/* SPDX-License-Identifier: ISC */
/*
 * federation_fixture.h: the store's fixture with a node around it, for tests
 * of what is published and of what is received.  Ours are on node.example.
 */
#ifndef TESTS_FEDERATION_FIXTURE_H
#define TESTS_FEDERATION_FIXTURE_H

#include "federation/apply.h"
#include "tests/unit/store_fixture.h"

struct node_fixture {
	struct fixture *store;
	struct node node;
	const struct node_snapshot *snapshot;
	struct publish publish;
	struct key *rsa, *ed25519; /* one pair for all whom we make */
	const char *reason;        /* of the last activity received */
	bool to_relay;             /* the next come to the relay's inbox */
};

/* For cmocka_unit_test_setup_teardown(): *state is a struct node_fixture. */
int node_fixture_setup(void **state);
int node_fixture_teardown(void **state);
/* Pairs of keys are dear: once for a whole group. */
int node_fixture_group_setup(void **state);
int node_fixture_group_teardown(void **state);

/* Of ours, with keys and all addresses; the holder is made with a project. */
struct actor node_fixture_profile(struct node_fixture *f, const char *name);
struct actor node_fixture_project(struct node_fixture *f, const char *name);
/* https://<host>/users/<name>, with an inbox and the host's shared inbox. */
struct actor node_fixture_remote(
    struct node_fixture *f, const char *host, const char *name);
/* follower follows followee, accepted. */
void node_fixture_follow(struct node_fixture *f, const struct actor *follower,
    const struct actor *followee);

/* What waits for an inbox to be sent; inbox NULL: for any. */
size_t node_fixture_waiting(
    struct node_fixture *f, const char *type, const char *inbox);
/* The newest activity of ours of a type, as it is sent; NULL: none. */
json_t *node_fixture_sent(struct node_fixture *f, const char *type);
/* The number of entries on a home page. */
size_t node_fixture_shown(struct node_fixture *f, const struct actor *owner);

/*
 * An activity comes from a sender, as an inbox hands it on: read, checked by
 * authority, applied.
 */
enum verdict node_fixture_receive(
    struct node_fixture *f, const struct actor *sender, const char *json);

#endif
