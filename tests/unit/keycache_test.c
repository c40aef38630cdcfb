/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "federation/keycache.h"
#include "tests/unit/store_fixture.h"

#define KEY_ID "https://a.example/bob#main-key"

/* Gives an actor a new Ed25519 key of that id; *ret is the pair. */
static void
give_key(struct fixture *f, int64_t actor_id, const char *uri, struct key **ret)
{
	struct actor_key row = { .uri = uri, .kind = KEY_ED25519 };
	uint8_t *spki;

	assert_int_equal(key_generate(KEY_ED25519, ret), 0);
	assert_int_equal(key_spki(*ret, f->arena, &spki, &row.spki_len), 0);
	row.spki = spki;
	row.created_at = 100;
	assert_int_equal(actor_set_keys(f->db, actor_id, &row, 1), 0);
}

/* Whether what the cache gives verifies what the pair signs. */
static bool
is_pair_of(struct fixture *f, const struct keycache_entry *entry,
    const struct key *pair)
{
	uint8_t *sig;
	size_t len;

	assert_int_equal(key_sign(pair, "hello", 5, f->arena, &sig, &len), 0);
	return key_verify(entry->key, "hello", 5, sig, len) == 0;
}

static void
stored_key_is_found_with_its_owner(void **state)
{
	struct fixture *f = *state;
	CLEANUP(keycache_free) struct keycache *cache = keycache_new();
	CLEANUP(key_free) struct key *pair = NULL;
	int64_t bob = fixture_remote(f, "a.example", "bob", NULL);
	struct keycache_entry entry;

	give_key(f, bob, KEY_ID, &pair);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    keycache_find(cache, f->db, KEY_ID, 1000, &entry), 0);
		assert_int_equal(entry.actor_id, bob);
		assert_string_equal(entry.actor_uri, "https://a.example/bob");
		assert_int_equal(entry.fetched_at, 100);
		assert_false(entry.local);
		assert_true(is_pair_of(f, &entry, pair));
	}
}

static void
key_of_ours_is_told_as_such(void **state)
{
	struct fixture *f = *state;
	CLEANUP(keycache_free) struct keycache *cache = keycache_new();
	CLEANUP(key_free) struct key *pair = NULL;
	int64_t lise = fixture_local(f, ACTOR_PROFILE, "lise");
	struct keycache_entry entry;

	give_key(f, lise, "https://node.example/o/lise#main-key", &pair);
	assert_int_equal(
	    keycache_find(cache, f->db, "https://node.example/o/lise#main-key",
		1000, &entry),
	    0);
	assert_true(entry.local);
}

static void
unknown_key_is_not_remembered_as_such(void **state)
{
	struct fixture *f = *state;
	CLEANUP(keycache_free) struct keycache *cache = keycache_new();
	CLEANUP(key_free) struct key *pair = NULL;
	struct keycache_entry entry;

	assert_int_equal(
	    keycache_find(cache, f->db, KEY_ID, 1000, &entry), -ENOENT);
	give_key(f, fixture_remote(f, "a.example", "bob", NULL), KEY_ID, &pair);
	assert_int_equal(keycache_find(cache, f->db, KEY_ID, 1000, &entry), 0);
}

static void
changed_key_is_seen_after_drop(void **state)
{
	struct fixture *f = *state;
	CLEANUP(keycache_free) struct keycache *cache = keycache_new();
	CLEANUP(key_free) struct key *old = NULL, *new = NULL;
	int64_t bob = fixture_remote(f, "a.example", "bob", NULL);
	struct keycache_entry entry;

	give_key(f, bob, KEY_ID, &old);
	assert_int_equal(keycache_find(cache, f->db, KEY_ID, 1000, &entry), 0);
	give_key(f, bob, KEY_ID, &new);
	assert_int_equal(keycache_find(cache, f->db, KEY_ID, 1001, &entry), 0);
	assert_true(is_pair_of(f, &entry, old));
	keycache_drop(cache, KEY_ID);
	keycache_drop(cache, "https://a.example/unknown#main-key");
	assert_int_equal(keycache_find(cache, f->db, KEY_ID, 1002, &entry), 0);
	assert_true(is_pair_of(f, &entry, new));
}

static void
entry_is_believed_for_a_time(void **state)
{
	struct fixture *f = *state;
	CLEANUP(keycache_free) struct keycache *cache = keycache_new();
	CLEANUP(key_free) struct key *old = NULL;
	CLEANUP(key_free) struct key *new = NULL;
	CLEANUP(key_free) struct key *newest = NULL;
	int64_t bob = fixture_remote(f, "a.example", "bob", NULL);
	struct keycache_entry entry;

	give_key(f, bob, KEY_ID, &old);
	assert_int_equal(keycache_find(cache, f->db, KEY_ID, 1000, &entry), 0);
	give_key(f, bob, KEY_ID, &new);
	assert_int_equal(keycache_find(cache, f->db, KEY_ID,
			     1000 + KEYCACHE_SECONDS, &entry),
	    0);
	assert_true(is_pair_of(f, &entry, old));
	assert_int_equal(keycache_find(cache, f->db, KEY_ID,
			     1001 + KEYCACHE_SECONDS, &entry),
	    0);
	assert_true(is_pair_of(f, &entry, new));
	/* A clock that went back believes nothing. */
	give_key(f, bob, KEY_ID, &newest);
	assert_int_equal(keycache_find(cache, f->db, KEY_ID, 10, &entry), 0);
	assert_true(is_pair_of(f, &entry, newest));
}

static void
key_of_a_deleted_actor_is_no_use(void **state)
{
	struct fixture *f = *state;
	CLEANUP(keycache_free) struct keycache *cache = keycache_new();
	CLEANUP(key_free) struct key *pair = NULL;
	int64_t bob = fixture_remote(f, "a.example", "bob", NULL);
	struct keycache_entry entry;
	int r;

	give_key(f, bob, KEY_ID, &pair);
	assert_int_equal(actor_delete(f->db, bob, 500), 0);
	r = keycache_find(cache, f->db, KEY_ID, 1000, &entry);
	assert_true(r == -ESTALE || r == -ENOENT);
}

static void
malformed_key_is_refused(void **state)
{
	struct fixture *f = *state;
	CLEANUP(keycache_free) struct keycache *cache = keycache_new();
	const struct actor_key row = { .uri = KEY_ID,
		.kind = KEY_RSA,
		.spki = (const uint8_t *)"nonsense",
		.spki_len = 8 };
	struct keycache_entry entry;

	assert_int_equal(
	    actor_set_keys(
		f->db, fixture_remote(f, "a.example", "bob", NULL), &row, 1),
	    0);
	assert_int_equal(
	    keycache_find(cache, f->db, KEY_ID, 1000, &entry), -EINVAL);
}

/* More keys than the table has room for: what is asked for is right. */
static void
full_cache_forgets_and_finds_again(void **state)
{
	enum { KEYS = KEYCACHE_ENTRIES + 200 };
	struct fixture *f = *state;
	CLEANUP(keycache_free) struct keycache *cache = keycache_new();
	CLEANUP(key_free) struct key *pair = NULL;
	static int64_t ids[KEYS];
	struct keycache_entry entry;
	struct actor_key row = { .kind = KEY_ED25519 };
	uint8_t *spki;

	assert_int_equal(key_generate(KEY_ED25519, &pair), 0);
	assert_int_equal(key_spki(pair, f->arena, &spki, &row.spki_len), 0);
	row.spki = spki;
	for (int i = 0; i < KEYS; i++) {
		row.uri = arena_printf(f->arena, "https://a.example/k/%d", i);
		ids[i] = fixture_remote(
		    f, "a.example", arena_printf(f->arena, "u%d", i), NULL);
		assert_int_equal(actor_set_keys(f->db, ids[i], &row, 1), 0);
		assert_int_equal(
		    keycache_find(cache, f->db, row.uri, 1000, &entry), 0);
	}
	for (int i = 0; i < KEYS; i++) {
		assert_int_equal(
		    keycache_find(cache, f->db,
			arena_printf(f->arena, "https://a.example/k/%d", i),
			1000, &entry),
		    0);
		assert_int_equal(entry.actor_id, ids[i]);
	}
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(stored_key_is_found_with_its_owner),
		TEST(key_of_ours_is_told_as_such),
		TEST(unknown_key_is_not_remembered_as_such),
		TEST(changed_key_is_seen_after_drop),
		TEST(entry_is_believed_for_a_time),
		TEST(key_of_a_deleted_actor_is_no_use),
		TEST(malformed_key_is_refused),
		TEST(full_cache_forgets_and_finds_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
