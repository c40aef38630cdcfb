/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "config/base/clock.h"
#include "federation/jcs.h"
#include "federation/proof.h"
#include "tests/unit/vector.h"

static const char vectors[] = "data-integrity-eddsa-jcs-2022.json";
static const char alice[] = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
static const char alice_key[] = "https://server.example/users/alice"
				"#ed25519-key";

enum { NOW = 1780000000 }; /* 2026-05-28 */

static struct key *
public_key(const char *multibase)
{
	struct key *key;

	assert_int_equal(key_from_multibase(multibase, &key), 0);
	return key;
}

/* The pair of a seed: its PKCS#8 form is a fixed head and the seed. */
static struct key *
pair_of_seed(const char *hex)
{
	static const unsigned char head[] = { 0x30, 0x2e, 2, 1, 0, 0x30, 5, 6,
		3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20 };
	unsigned char der[sizeof(head) + 32];
	struct key *key;

	memcpy(der, head, sizeof(head));
	assert_int_equal(vector_hex(hex, der + sizeof(head), 32), 32);
	assert_int_equal(key_from_secret(der, sizeof(der), &key), 0);
	return key;
}

static struct key *
pair_of_case(const json_t *root, const json_t *entry)
{
	const char *wanted = vector_text(entry, "public_key_multibase");
	json_t *key;
	size_t i;

	json_array_foreach(json_object_get(root, "keys"), i,
	    key) if (strcmp(vector_text(key, "public_key_multibase"), wanted) ==
		     0) return pair_of_seed(vector_text(key,
	    "private_key_seed_hex"));
	fail_msg("no key of %s", vector_text(entry, "id"));
	return NULL;
}

static void
the_proofs_of_the_vectors_verify(void **state)
{
	json_t *root = vector_load(vectors), *entry;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(root, "cases"), i, entry)
	{
		json_t *document = json_object_get(entry, "signed_document");
		struct key *key =
		    public_key(vector_text(entry, "public_key_multibase"));
		const char *method;

		assert_true(proof_present(document));
		assert_int_equal(proof_method(document, &method), PROOF_OK);
		assert_string_equal(
		    method, vector_text(json_object_get(entry, "proof_config"),
				"verificationMethod"));
		assert_int_equal(proof_check(document, key, NOW), PROOF_OK);
		key_free(&key);
	}
	assert_int_equal(i, 4);
	json_decref(root);
}

static void
check_canonical(const json_t *value, const char *expected)
{
	struct buf buf;

	buf_init(&buf, PROOF_MAX_BYTES);
	assert_int_equal(jcs_format(&buf, value), 0);
	assert_string_equal(buf_str(&buf), expected);
	buf_done(&buf);
}

static void
canonical_forms_of_the_vectors_match(void **state)
{
	json_t *root = vector_load(vectors), *entry;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(root, "cases"), i, entry)
	{
		check_canonical(json_object_get(entry, "unsigned_document"),
		    vector_text(entry, "canonical_document"));
		check_canonical(json_object_get(entry, "proof_config"),
		    vector_text(entry, "canonical_proof_config"));
	}
	json_decref(root);
}

/* Ed25519 has no chance in it: what we make must be the vector itself. */
static void
proofs_made_again_are_those_of_the_vectors(void **state)
{
	json_t *root = vector_load(vectors), *entry;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(root, "cases"), i, entry)
	{
		const json_t *config = json_object_get(entry, "proof_config");
		json_t *made =
		    json_deep_copy(json_object_get(entry, "unsigned_document"));
		struct key *key = pair_of_case(root, entry);
		int64_t created;

		assert_int_equal(clock_rfc3339_parse(
				     vector_text(config, "created"), &created),
		    0);
		assert_int_equal(
		    proof_make(made, vector_text(config, "verificationMethod"),
			key, created),
		    0);
		if (!json_equal(
			made, json_object_get(entry, "signed_document")))
			fail_msg("%s: %s", vector_text(entry, "id"),
			    vector_text(
				json_object_get(made, "proof"), "proofValue"));
		key_free(&key);
		json_decref(made);
	}
	json_decref(root);
}

static void
altered_documents_do_not_verify(void **state)
{
	json_t *root = vector_load(vectors), *entry;
	struct key *key = public_key(alice);
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(root, "must_not_verify"), i, entry)
	{
		json_t *document = json_object_get(entry, "signed_document");
		enum proof_verdict verdict = proof_check(document, key, NOW);

		if (verdict == PROOF_OK)
			fail_msg("%s", vector_text(entry, "id"));
		print_message("%s: %s\n", vector_text(entry, "id"),
		    proof_verdict_sentence(verdict));
	}
	assert_int_equal(i, 11);
	key_free(&key);
	json_decref(root);
}

static json_t *
note_new(void)
{
	return json_pack("{s:[s], s:s, s:s, s:f, s:{s:s}}", "@context",
	    "https://www.w3.org/ns/activitystreams", "id",
	    "https://server.example/o/1", "type", "Note", "latitude", 48.53201,
	    "object", "signature", "inside");
}

static json_t *
signed_note(struct key **ret_key)
{
	json_t *note = note_new();

	assert_int_equal(key_generate(KEY_ED25519, ret_key), 0);
	assert_int_equal(proof_make(note, alice_key, *ret_key, NOW), 0);
	assert_int_equal(proof_check(note, *ret_key, NOW), PROOF_OK);
	return note;
}

static void
a_proof_is_made_and_replaced(void **state)
{
	struct key *key, *other;
	json_t *note = signed_note(&key);
	json_t *first = json_deep_copy(json_object_get(note, "proof"));

	(void)state;
	assert_true(json_equal(json_object_get(first, "@context"),
	    json_object_get(note, "@context")));
	assert_int_equal(proof_make(note, alice_key, key, NOW + 1), 0);
	assert_false(json_equal(first, json_object_get(note, "proof")));
	assert_int_equal(proof_check(note, key, NOW), PROOF_OK);
	assert_int_equal(key_generate(KEY_ED25519, &other), 0);
	assert_int_equal(proof_check(note, other, NOW), PROOF_MISMATCH);
	key_free(&other);
	key_free(&key);
	json_decref(first);
	json_decref(note);
}

/* Mastodon's obsolete signature stands beside a proof; both are apart. */
static void
the_member_signature_is_not_covered(void **state)
{
	struct key *key;
	json_t *note = signed_note(&key);

	(void)state;
	json_object_set_new(note, "signature", json_pack("{s:s}", "x", "y"));
	assert_int_equal(proof_check(note, key, NOW), PROOF_OK);
	json_object_set_new(json_object_get(note, "object"), "signature",
	    json_string("changed"));
	assert_int_equal(proof_check(note, key, NOW), PROOF_MISMATCH);
	key_free(&key);
	json_decref(note);
}

static void
an_array_of_proofs_must_hold_as_a_whole(void **state)
{
	struct key *key;
	json_t *note = signed_note(&key), *again, *proofs = json_array();

	(void)state;
	json_array_append(proofs, json_object_get(note, "proof"));
	assert_int_equal(proof_make(note, alice_key, key, NOW + 5), 0);
	json_array_append(proofs, json_object_get(note, "proof"));
	json_object_set(note, "proof", proofs);
	assert_int_equal(proof_check(note, key, NOW), PROOF_OK);
	again = json_array_get(proofs, 1);
	json_object_set_new(again, "verificationMethod", json_string("other"));
	assert_int_equal(proof_check(note, key, NOW), PROOF_UNSUPPORTED);
	json_array_append(proofs, json_array_get(proofs, 0));
	json_array_append(proofs, json_array_get(proofs, 0));
	json_array_remove(proofs, 1);
	json_array_append(proofs, json_array_get(proofs, 0));
	assert_int_equal(json_array_size(proofs), PROOF_MAX_PROOFS);
	assert_int_equal(proof_check(note, key, NOW), PROOF_OK);
	json_array_append(proofs, json_array_get(proofs, 0));
	assert_int_equal(proof_check(note, key, NOW), PROOF_MALFORMED);
	json_array_clear(proofs);
	assert_int_equal(proof_check(note, key, NOW), PROOF_MALFORMED);
	key_free(&key);
	json_decref(proofs);
	json_decref(note);
}

struct row {
	const char *member;
	const char *json; /* NULL: without the member */
	enum proof_verdict verdict;
};

static void
forms_of_proof_are_judged(void **state)
{
	static const struct row rows[] = {
		{ "type", "\"Ed25519Signature2020\"", PROOF_UNSUPPORTED },
		{ "type", NULL, PROOF_UNSUPPORTED },
		{ "cryptosuite", "7", PROOF_UNSUPPORTED },
		{ "proofPurpose", "\"authentication\"", PROOF_UNSUPPORTED },
		{ "previousProof", "\"urn:x\"", PROOF_UNSUPPORTED },
		{ "verificationMethod", NULL, PROOF_MALFORMED },
		{ "verificationMethod", "\"\"", PROOF_MALFORMED },
		{ "verificationMethod", "{}", PROOF_MALFORMED },
		{ "created", "\"yesterday\"", PROOF_MALFORMED },
		{ "created", "1", PROOF_MALFORMED },
		{ "created", NULL, PROOF_MISMATCH },
		{ "expires", "\"2026-01-01T00:00:00Z\"", PROOF_EXPIRED },
		{ "expires", "\"2030-01-01T00:00:00Z\"", PROOF_MISMATCH },
		{ "expires", "\"never\"", PROOF_MALFORMED },
		{ "proofValue", NULL, PROOF_MALFORMED },
		{ "proofValue", "\"\"", PROOF_MALFORMED },
		{ "proofValue", "\"z\"", PROOF_MALFORMED },
		{ "proofValue", "\"mAAAA\"", PROOF_MALFORMED },
		{ "@context", "[]", PROOF_CONTEXT },
		{ "@context", NULL, PROOF_MISMATCH },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct key *key;
		json_t *note = signed_note(&key);
		json_t *proof = json_object_get(note, "proof");
		enum proof_verdict verdict;

		if (rows[i].json == NULL)
			json_object_del(proof, rows[i].member);
		else
			json_object_set_new(proof, rows[i].member,
			    json_loads(rows[i].json, JSON_DECODE_ANY, NULL));
		verdict = proof_check(note, key, NOW);
		if (verdict != rows[i].verdict)
			fail_msg("%s %s: %s", rows[i].member,
			    rows[i].json ? rows[i].json : "absent",
			    proof_verdict_name(verdict));
		key_free(&key);
		json_decref(note);
	}
}

static void
what_is_no_proof_is_refused(void **state)
{
	json_t *note = note_new();
	struct key *key = public_key(alice);
	const char *method;

	(void)state;
	assert_false(proof_present(note));
	assert_int_equal(proof_method(note, &method), PROOF_MISSING);
	assert_int_equal(proof_check(note, key, NOW), PROOF_MISSING);
	json_object_set_new(note, "proof", json_string("x"));
	assert_int_equal(proof_check(note, key, NOW), PROOF_MALFORMED);
	json_object_set_new(note, "proof", json_pack("[s]", "x"));
	assert_int_equal(proof_check(note, key, NOW), PROOF_MALFORMED);
	json_object_set_new(note, "proof", json_null());
	assert_int_equal(proof_check(note, key, NOW), PROOF_MALFORMED);
	assert_string_equal(proof_verdict_name(PROOF_MALFORMED), "malformed");
	key_free(&key);
	json_decref(note);
}

static void
only_ed25519_pairs_sign_objects(void **state)
{
	json_t *note = note_new(), *array = json_array();
	struct key *rsa, *key;

	(void)state;
	assert_int_equal(key_generate(KEY_RSA, &rsa), 0);
	assert_int_equal(proof_make(note, alice_key, rsa, NOW), -ENOTSUP);
	assert_false(proof_present(note));
	assert_int_equal(key_generate(KEY_ED25519, &key), 0);
	assert_int_equal(proof_make(array, alice_key, key, NOW), -EINVAL);
	assert_int_equal(proof_make(note, alice_key, key, NOW), 0);
	assert_int_equal(proof_check(note, rsa, NOW), PROOF_KEY);
	key_free(&rsa);
	key_free(&key);
	json_decref(array);
	json_decref(note);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_proofs_of_the_vectors_verify),
		cmocka_unit_test(canonical_forms_of_the_vectors_match),
		cmocka_unit_test(proofs_made_again_are_those_of_the_vectors),
		cmocka_unit_test(altered_documents_do_not_verify),
		cmocka_unit_test(a_proof_is_made_and_replaced),
		cmocka_unit_test(the_member_signature_is_not_covered),
		cmocka_unit_test(an_array_of_proofs_must_hold_as_a_whole),
		cmocka_unit_test(forms_of_proof_are_judged),
		cmocka_unit_test(what_is_no_proof_is_refused),
		cmocka_unit_test(only_ed25519_pairs_sign_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
