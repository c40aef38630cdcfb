/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/base/crypto.h"
#include "config/base/spki.h"

static int
make_arena(void **state)
{
	*state = arena_new();
	return 0;
}

static int
free_arena(void **state)
{
	struct arena *arena = *state;

	arena_free(&arena);
	return 0;
}

static const uint8_t *
make_spki(struct arena *arena, enum key_kind kind, struct key **ret_key,
    size_t *ret_len)
{
	uint8_t *spki;

	assert_int_equal(key_generate(kind, ret_key), 0);
	assert_int_equal(key_spki(*ret_key, arena, &spki, ret_len), 0);
	return spki;
}

static void
pem_is_what_the_key_itself_would_write(void **state)
{
	for (int i = 0; i < 2; i++) {
		enum key_kind kind = i == 0 ? KEY_RSA : KEY_ED25519;
		struct key *key;
		size_t len;
		const uint8_t *spki = make_spki(*state, kind, &key, &len);
		char *pem;

		assert_int_equal(key_pem(key, *state, &pem), 0);
		assert_string_equal(spki_pem(*state, spki, len), pem);
		key_free(&key);
	}
}

/* A line of 64 characters holds 48 bytes: before, at and after its end. */
static void
pem_has_lines_of_64_characters(void **state)
{
	static const uint8_t bytes[97];
	static const size_t lens[] = { 0, 1, 47, 48, 49, 96, 97 };
	static const size_t lines[] = { 2, 3, 3, 3, 4, 4, 5 };

	for (size_t i = 0; i < N_ELEMENTS(lens); i++) {
		const char *pem = spki_pem(*state, bytes, lens[i]), *end;
		size_t count = 0;

		for (; *pem != '\0'; pem = end + 1, count++) {
			end = strchr(pem, '\n');
			assert_non_null(end);
			assert_in_range(end - pem, 1, 64);
		}
		assert_int_equal(count, lines[i]);
	}
}

static void
multibase_is_what_the_key_itself_would_write(void **state)
{
	struct key *key;
	size_t len;
	const uint8_t *spki = make_spki(*state, KEY_ED25519, &key, &len);
	char *theirs, *ours;

	assert_int_equal(key_multibase(key, *state, &theirs), 0);
	assert_int_equal(spki_multibase(*state, spki, len, &ours), 0);
	assert_string_equal(ours, theirs);
	key_free(&key);
}

static void
what_is_no_ed25519_key_has_no_multibase(void **state)
{
	struct key *ed25519, *rsa;
	size_t len, rsa_len;
	const uint8_t *good = make_spki(*state, KEY_ED25519, &ed25519, &len);
	const uint8_t *other = make_spki(*state, KEY_RSA, &rsa, &rsa_len);
	uint8_t *bent = arena_memdup(*state, good, len);
	char *text = NULL;

	bent[8] ^= 1; /* 1.3.101.113: Ed448 */
	assert_int_equal(spki_multibase(*state, bent, len, &text), -EINVAL);
	assert_int_equal(spki_multibase(*state, good, len - 1, &text), -EINVAL);
	assert_int_equal(spki_multibase(*state, good, 0, &text), -EINVAL);
	assert_int_equal(
	    spki_multibase(*state, other, rsa_len, &text), -EINVAL);
	assert_null(text);
	key_free(&ed25519);
	key_free(&rsa);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pem_is_what_the_key_itself_would_write),
		cmocka_unit_test(pem_has_lines_of_64_characters),
		cmocka_unit_test(multibase_is_what_the_key_itself_would_write),
		cmocka_unit_test(what_is_no_ed25519_key_has_no_multibase),
	};

	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
