/* SPDX-License-Identifier: ISC */
/*
 * Accounts, their links and their sessions, as the store keeps them.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "store/account.h"
#include "tests/unit/federation_fixture.h"

enum { NOW = 1780000000, DAY = 86400 };

static const uint8_t one[SHA256_SIZE] = { 1 }, two[SHA256_SIZE] = { 2 };

static int64_t
make(struct node_fixture *f, const char *name, const char *email)
{
	int64_t id;

	assert_int_equal(account_create(f->publish.db,
			     node_fixture_profile(f, name).id, email, NOW, &id),
	    0);
	return id;
}

static int
look(struct node_fixture *f, const uint8_t hash[SHA256_SIZE], int64_t now,
    struct account *ret)
{
	int64_t used_at;

	return session_find(
	    f->publish.db, f->publish.arena, hash, now, ret, &used_at);
}

static void
an_account_is_found_by_name_or_email_whatever_the_case(void **state)
{
	struct node_fixture *f = *state;
	struct db *db = f->publish.db;
	struct account account;
	int64_t id = make(f, "camille", "Camille@Example.org"), other;

	assert_int_equal(
	    account_by_name(db, f->publish.arena, "CAMILLE", &account), 0);
	assert_int_equal(account.id, id);
	assert_null(account.password);
	assert_int_equal(account_by_name(db, f->publish.arena,
			     "camille@example.org", &account),
	    0);
	assert_string_equal(account.username, "camille");
	assert_int_equal(
	    account_by_name(db, f->publish.arena, "nobody", &account), -ENOENT);
	/* One for each profile, and for each address. */
	assert_int_equal(
	    account_create(db, account.profile_id, NULL, NOW, &other), -EEXIST);
	assert_int_equal(account_create(db, node_fixture_profile(f, "anne").id,
			     "camille@EXAMPLE.org", NOW, &other),
	    -EEXIST);
}

static void
a_session_ends_when_it_is_not_used(void **state)
{
	struct node_fixture *f = *state;
	struct db *db = f->publish.db;
	struct account account;
	int64_t id = make(f, "camille", NULL);

	assert_int_equal(session_add(db, one, id, NOW), 0);
	assert_int_equal(look(f, one, NOW + 59 * DAY, &account), 0);
	assert_int_equal(account.id, id);
	assert_int_equal(account.signed_in_at, NOW);
	assert_int_equal(look(f, one, NOW + 61 * DAY, &account), -ENOENT);
	assert_int_equal(session_used(db, one, NOW + 59 * DAY), 0);
	assert_int_equal(look(f, one, NOW + 61 * DAY, &account), 0);
	assert_int_equal(account_forget_orphans(db, NOW + 200 * DAY), 0);
	assert_int_equal(look(f, one, NOW + 60 * DAY, &account), -ENOENT);
}

static void
a_password_ends_all_sessions_and_the_link(void **state)
{
	struct node_fixture *f = *state;
	struct db *db = f->publish.db;
	struct account account;
	int64_t id = make(f, "camille", NULL);

	assert_int_equal(session_add(db, one, id, NOW), 0);
	assert_int_equal(account_link_set(db, id, two, NOW + DAY), 0);
	assert_int_equal(
	    account_by_link(db, f->publish.arena, two, NOW + DAY, &account), 0);
	assert_int_equal(
	    account_by_link(db, f->publish.arena, two, NOW + DAY + 1, &account),
	    -ENOENT);
	assert_int_equal(account_set_password(db, id, "$y$..."), 0);
	assert_int_equal(
	    account_by_link(db, f->publish.arena, two, NOW, &account), -ENOENT);
	assert_int_equal(look(f, one, NOW, &account), -ENOENT);
}

static void
who_is_suspended_has_neither_session_nor_link(void **state)
{
	struct node_fixture *f = *state;
	struct db *db = f->publish.db;
	struct account account;
	int64_t id = make(f, "camille", NULL);

	assert_int_equal(session_add(db, one, id, NOW), 0);
	assert_int_equal(account_link_set(db, id, two, NOW + DAY), 0);
	assert_int_equal(account_set_suspended(db, id, true), 0);
	assert_int_equal(look(f, one, NOW, &account), -ENOENT);
	assert_int_equal(
	    account_by_link(db, f->publish.arena, two, NOW, &account), -ENOENT);
	assert_int_equal(account_set_suspended(db, id, false), 0);
	assert_int_equal(look(f, one, NOW, &account), -ENOENT);
	assert_int_equal(
	    account_by_link(db, f->publish.arena, two, NOW, &account), 0);
}

static void
nobody_signs_in_as_a_profile_that_was_deleted(void **state)
{
	struct node_fixture *f = *state;
	struct db *db = f->publish.db;
	struct account account;
	int64_t id = make(f, "camille", "c@example.org");

	assert_int_equal(session_add(db, one, id, NOW), 0);
	assert_int_equal(account_get(db, f->publish.arena, id, &account), 0);
	assert_int_equal(actor_delete(db, account.profile_id, NOW), 0);
	assert_int_equal(look(f, one, NOW, &account), -ENOENT);
	assert_int_equal(
	    account_by_name(db, f->publish.arena, "c@example.org", &account),
	    -ENOENT);
	assert_int_equal(account_forget_orphans(db, NOW), 0);
	/* The address is free again. */
	(void)make(f, "anne", "c@example.org");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown( \
	    name, node_fixture_setup, node_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_account_is_found_by_name_or_email_whatever_the_case),
		TEST(a_session_ends_when_it_is_not_used),
		TEST(a_password_ends_all_sessions_and_the_link),
		TEST(who_is_suspended_has_neither_session_nor_link),
		TEST(nobody_signs_in_as_a_profile_that_was_deleted),
	};

	return cmocka_run_group_tests(
	    tests, node_fixture_group_setup, node_fixture_group_teardown);
}
