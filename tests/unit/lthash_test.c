/* SPDX-License-Identifier: ISC */
/*
 * The digest of a set; and why it is not an XOR or a sum of hashes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/base/text.h"
#include "federation/lthash.h"

/* An entry as somebody who writes entries can choose it. */
struct element {
	char id[48];
	int64_t seq;
	uint8_t hash[SHA256_SIZE];
};

static struct element
element(unsigned n)
{
	struct element ret = { .seq = 1 + (int64_t)n };

	(void)snprintf(ret.id, sizeof(ret.id), "https://node.example/o/%u", n);
	crypto_sha256(ret.id, strlen(ret.id), ret.hash);
	return ret;
}

static void
add(struct lthash *hash, const struct element *e)
{
	lthash_add(hash, e->id, e->seq, e->hash);
}

static void
assert_digest(const struct lthash *hash, const char *expected)
{
	uint8_t digest[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];

	lthash_digest(hash, digest);
	text_hex(digest, sizeof(digest), hex);
	assert_string_equal(hex, expected);
}

/*
 * Computed with the SHAKE256 and SHA-256 of Node.js 20: elements of the hashes
 * of "entry one" and "entry two".
 */
static void
digest_is_that_of_another_implementation(void **state)
{
	struct lthash hash;
	uint8_t one[SHA256_SIZE], two[SHA256_SIZE], bytes[LTHASH_BYTES];
	char hex[33];

	(void)state;
	crypto_sha256("entry one", 9, one);
	crypto_sha256("entry two", 9, two);
	lthash_init(&hash);
	assert_digest(&hash, "e5a00aa9991ac8a5ee3109844d84a555"
			     "83bd20572ad3ffcd42792f3c36b183ad");
	lthash_add(&hash, "https://node.example/o/jardin", 1, one);
	lthash_encode(&hash, bytes);
	text_hex(bytes, 16, hex);
	assert_string_equal(hex, "e836f7c89735473e39696df216387be6");
	assert_digest(&hash, "0c38517e51ce0d2bf39b335f1f9edf75"
			     "3bb4495ae79ced85fb371280ac92c3c9");
	lthash_add(&hash, "https://node.example/o/Écocentre", 4294967298, two);
	lthash_encode(&hash, bytes);
	text_hex(bytes, 16, hex);
	assert_string_equal(hex, "f7042b6b79aa561878ac30b69944c9b5");
	assert_digest(&hash, "41ef3bf75d7335361403d35248c74211"
			     "68236c4621e6cd78fd6158579941abda");
}

static void
order_does_not_matter(void **state)
{
	struct lthash up, down;

	(void)state;
	lthash_init(&up);
	lthash_init(&down);
	for (unsigned i = 0; i < 100; i++) {
		struct element first = element(i), last = element(99 - i);

		add(&up, &first);
		add(&down, &last);
	}
	assert_memory_equal(&up, &down, sizeof(up));
}

static void
what_is_removed_leaves_nothing(void **state)
{
	struct lthash hash, before, empty;
	struct element a = element(1), b = element(2);

	(void)state;
	lthash_init(&empty);
	hash = empty;
	add(&hash, &a);
	before = hash;
	add(&hash, &b);
	assert_memory_not_equal(&hash, &before, sizeof(hash));
	lthash_remove(&hash, b.id, b.seq, b.hash);
	assert_memory_equal(&hash, &before, sizeof(hash));
	lthash_remove(&hash, a.id, a.seq, a.hash);
	assert_memory_equal(&hash, &empty, sizeof(hash));
}

static void
each_part_of_an_element_counts(void **state)
{
	struct lthash hash, other;
	struct element e = element(1);

	(void)state;
	lthash_init(&hash);
	add(&hash, &e);
	lthash_init(&other);
	lthash_add(&other, e.id, e.seq + 1, e.hash);
	assert_memory_not_equal(&hash, &other, sizeof(hash));
	lthash_init(&other);
	lthash_add(&other, "https://node.example/o/2", e.seq, e.hash);
	assert_memory_not_equal(&hash, &other, sizeof(hash));
	lthash_init(&other);
	e.hash[31] ^= 1;
	add(&other, &e);
	assert_memory_not_equal(&hash, &other, sizeof(hash));
}

static void
bytes_bring_the_state_back(void **state)
{
	struct lthash hash, again;
	struct element e = element(7);
	uint8_t bytes[LTHASH_BYTES];

	(void)state;
	lthash_init(&hash);
	add(&hash, &e);
	lthash_encode(&hash, bytes);
	lthash_decode(&again, bytes);
	assert_memory_equal(&hash, &again, sizeof(hash));
}

/* --- What would not do --- */

enum { BITS = 256, CHOICES = 300, TARGET = 5000 };

/* A vector over GF(2), and of which choices it is the sum. */
struct row {
	uint8_t value[SHA256_SIZE];
	bool of[CHOICES];
};

static bool
bit(const struct row *row, size_t i)
{
	return (row->value[i / 8] >> (i % 8) & 1) != 0;
}

static void
row_add(struct row *row, const struct row *other)
{
	for (size_t i = 0; i < SHA256_SIZE; i++)
		row->value[i] ^= other->value[i];
	for (size_t i = 0; i < CHOICES; i++)
		row->of[i] ^= other->of[i];
}

/*
 * Which of the chosen elements have, by XOR, a given value: Gaussian
 * elimination, as anybody can do it at home.
 */
static void
forge_xor(const uint8_t target[SHA256_SIZE], struct row *ret)
{
	static struct row rows[CHOICES], pivots[BITS];
	static bool has[BITS];
	struct row wanted = { 0 };

	for (unsigned i = 0; i < CHOICES; i++) {
		size_t column = 0;

		memset(&rows[i], 0, sizeof(rows[i]));
		memcpy(rows[i].value, element(i).hash, SHA256_SIZE);
		rows[i].of[i] = true;
		for (; column < BITS; column++) {
			if (!bit(&rows[i], column))
				continue;
			if (!has[column])
				break;
			row_add(&rows[i], &pivots[column]);
		}
		if (column == BITS)
			continue;
		has[column] = true;
		pivots[column] = rows[i];
	}
	memcpy(wanted.value, target, SHA256_SIZE);
	for (size_t column = 0; column < BITS; column++) {
		if (!bit(&wanted, column))
			continue;
		assert_true(has[column]);
		row_add(&wanted, &pivots[column]);
	}
	*ret = wanted;
}

/*
 * Were the digest an XOR of hashes, a log whose entries its author chooses
 * could be swapped for another that its head fits as well.
 */
static void
xor_of_hashes_can_be_steered_and_this_cannot(void **state)
{
	struct element honest = element(TARGET);
	struct lthash real, forged;
	uint8_t parity[SHA256_SIZE] = { 0 };
	struct row subset;
	size_t used = 0;

	(void)state;
	forge_xor(honest.hash, &subset);
	lthash_init(&real);
	lthash_init(&forged);
	add(&real, &honest);
	for (unsigned i = 0; i < CHOICES; i++) {
		struct element e = element(i);

		if (!subset.of[i])
			continue;
		for (size_t k = 0; k < SHA256_SIZE; k++)
			parity[k] ^= e.hash[k];
		add(&forged, &e);
		used++;
	}
	assert_true(used > 1);
	/* Other entries, the same XOR... */
	assert_memory_equal(parity, honest.hash, SHA256_SIZE);
	/* ...and another sum of lanes. */
	assert_memory_not_equal(&real, &forged, sizeof(real));
}

/*
 * A plain sum of short hashes: of a few hundred elements, two pairs have the
 * same sum of 16 bits.  It takes more elements, not another idea, for more
 * bits (Wagner's generalised birthday); 1,024 lanes must all agree at once.
 */
static void
plain_sum_collides_and_this_does_not(void **state)
{
	static uint16_t of[65536]; /* 1 + first * 256 + second */
	struct lthash one, two;

	(void)state;
	memset(of, 0, sizeof(of));
	for (unsigned i = 0; i < 250; i++) {
		for (unsigned k = i + 1; k < 250; k++) {
			struct element a = element(i), b = element(k), c, d;
			uint16_t sum = (uint16_t)((a.hash[0] << 8) + a.hash[1] +
						  (b.hash[0] << 8) + b.hash[1]);

			if (of[sum] == 0) {
				of[sum] = (uint16_t)(1 + i * 256 + k);
				continue;
			}
			c = element((unsigned)(of[sum] - 1) / 256);
			d = element((unsigned)(of[sum] - 1) % 256);
			lthash_init(&one);
			add(&one, &a);
			add(&one, &b);
			lthash_init(&two);
			add(&two, &c);
			add(&two, &d);
			assert_memory_not_equal(&one, &two, sizeof(one));
			return;
		}
	}
	fail_msg("no two pairs have the same sum");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digest_is_that_of_another_implementation),
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(what_is_removed_leaves_nothing),
		cmocka_unit_test(each_part_of_an_element_counts),
		cmocka_unit_test(bytes_bring_the_state_back),
		cmocka_unit_test(xor_of_hashes_can_be_steered_and_this_cannot),
		cmocka_unit_test(plain_sum_collides_and_this_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
