/* SPDX-License-Identifier: ISC */
/*
 * The standard's own examples.  Most of them cover less than the policy of
 * httpsig.c demands, and the key of draft-cavage is shorter than the 2048 bits
 * that crypto.c accepts: so the forms are tested here, below the policy, and
 * that one key with the library itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "config/base/text.h"
#include "federation/httpsig_forms.h"
#include "tests/unit/vector.h"

static const char cavage_file[] = "http-signatures-cavage-12.json";
static const char rfc9421_file[] = "http-message-signatures-rfc9421.json";

enum { HEADERS_MAX = 16 };

struct message {
	struct httpsig_request request;
	struct httpsig_header headers[HEADERS_MAX];
};

static void
message_add(struct message *message, const char *name, const char *value)
{
	size_t n = message->request.n_headers++;

	assert_true(n < HEADERS_MAX);
	message->headers[n] = (struct httpsig_header){ name, value };
}

static struct message *
message_read(struct arena *arena, const json_t *from)
{
	struct message *message = arena_alloc(arena, sizeof(*message));
	struct httpsig_request *request = &message->request;
	const char *line = vector_text(from, "start_line");
	const char *target = strchr(line, ' ') + 1;
	json_t *header;
	size_t i;

	request->method =
	    arena_strndup(arena, line, (size_t)(target - 1 - line));
	request->scheme = "https";
	request->target = arena_strndup(arena, target, strcspn(target, " "));
	request->headers = message->headers;
	request->body = vector_text(from, "body");
	request->body_len = strlen(request->body);
	request->authority = "";
	json_array_foreach(json_object_get(from, "headers"), i, header)
	{
		const char *name = json_string_value(json_array_get(header, 0));
		const char *value =
		    json_string_value(json_array_get(header, 1));

		message_add(message, name, value);
		if (strcmp(name, "Host") == 0)
			request->authority = value;
	}
	return message;
}

static EVP_PKEY *
pem_read(const char *pem, bool secret)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *pkey = secret ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL)
				: PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);

	assert_non_null(pkey);
	BIO_free(bio);
	return pkey;
}

static struct key *
pair_read(const char *pem)
{
	EVP_PKEY *pkey = pem_read(pem, true);
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
	unsigned char *der = NULL;
	int len = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	struct key *key;

	assert_true(len > 0);
	assert_int_equal(key_from_secret(der, (size_t)len, &key), 0);
	OPENSSL_free(der);
	PKCS8_PRIV_KEY_INFO_free(info);
	EVP_PKEY_free(pkey);
	return key;
}

/* RSASSA-PKCS1-v1_5 with SHA-256, of keys of any size. */
static bool
short_key_verifies(EVP_PKEY *pkey, const struct httpsig *sig, const char *base)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	int r;

	assert_int_equal(
	    EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, pkey), 1);
	r = EVP_DigestVerify(context, sig->signature, sig->signature_len,
	    (const unsigned char *)base, strlen(base));
	EVP_MD_CTX_free(context);
	return r == 1;
}

static void
check_cavage(struct arena *arena, const json_t *entry, const json_t *request,
    EVP_PKEY *pkey)
{
	struct message *message = message_read(arena, request);
	struct httpsig *sig;
	char *base;

	message_add(
	    message, "Signature", vector_text(entry, "signature_header"));
	assert_int_equal(
	    httpsig_cavage_parse(arena, &message->request, &sig), HTTPSIG_OK);
	assert_int_equal(
	    httpsig_cavage_base(arena, sig, &message->request, true, &base),
	    HTTPSIG_OK);
	assert_string_equal(base, vector_text(entry, "signing_string"));
	assert_true(short_key_verifies(pkey, sig, base));
	base[0] ^= 1;
	assert_false(short_key_verifies(pkey, sig, base));
	if (json_object_get(entry, "created") != NULL)
		assert_int_equal(sig->created,
		    json_integer_value(json_object_get(entry, "created")));
}

static void
cavage_examples_verify(void **state)
{
	json_t *root = vector_load(cavage_file), *entry;
	EVP_PKEY *pkey = pem_read(
	    vector_text(json_object_get(root, "key"), "public_pem"), false);
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(root, "cases"), i, entry)
	    check_cavage(arena, entry, json_object_get(root, "request"), pkey);
	assert_int_equal(i, 4);
	json_array_foreach(
	    json_object_get(root, "cases_with_own_request"), i, entry)
	    check_cavage(arena, entry, json_object_get(entry, "request"), pkey);
	assert_int_equal(i, 2);
	EVP_PKEY_free(pkey);
	arena_free(&arena);
	json_decref(root);
}

static void
cavage_examples_that_must_not_verify_do_not(void **state)
{
	json_t *root = vector_load(cavage_file), *entry;
	EVP_PKEY *pkey = pem_read(
	    vector_text(json_object_get(root, "key"), "public_pem"), false);
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(root, "must_not_verify"), i, entry)
	{
		struct message *message =
		    message_read(arena, json_object_get(root, "request"));
		enum httpsig_verdict verdict;
		struct httpsig *sig;
		char *base;

		message_add(message, "Signature",
		    vector_text(entry, "signature_header"));
		verdict = httpsig_cavage_parse(arena, &message->request, &sig);
		if (verdict != HTTPSIG_OK)
			continue;
		for (int query = 0; query < 2; query++) {
			assert_int_equal(
			    httpsig_cavage_base(arena, sig, &message->request,
				query != 0, &base),
			    HTTPSIG_OK);
			assert_false(short_key_verifies(pkey, sig, base));
		}
	}
	assert_int_equal(i, 1);
	EVP_PKEY_free(pkey);
	arena_free(&arena);
	json_decref(root);
}

/* All but the key: what a server that knows no key says of X.2 and X.3. */
static void
cavage_examples_of_the_network_pass_the_policy(void **state)
{
	static const struct httpsig_policy policy = { 1618884475 + 30, 60 };
	json_t *root = vector_load(cavage_file), *entry;
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	json_array_foreach(
	    json_object_get(root, "cases_with_own_request"), i, entry)
	{
		struct message *message =
		    message_read(arena, json_object_get(entry, "request"));
		struct httpsig *sig;

		message_add(message, "Signature",
		    vector_text(entry, "signature_header"));
		assert_int_equal(
		    httpsig_parse(arena, &message->request, &sig), HTTPSIG_OK);
		assert_string_equal(sig->key_id, vector_text(entry, "key_id"));
		assert_int_equal(
		    httpsig_screen(arena, sig, &message->request, &policy),
		    HTTPSIG_OK);
	}
	arena_free(&arena);
	json_decref(root);
}

static enum httpsig_algorithm
algorithm_named(const char *name)
{
	if (strcmp(name, "rsa-pss-sha512") == 0)
		return HTTPSIG_RSA_PSS_SHA512;
	if (strcmp(name, "rsa-v1_5-sha256") == 0)
		return HTTPSIG_RSA_SHA256;
	assert_string_equal(name, "ed25519");
	return HTTPSIG_ED25519;
}

/* Whether the key of a case is of a kind that actors may have. */
static bool
is_usable(const json_t *entry)
{
	const char *algorithm = vector_text(entry, "algorithm");

	if (strcmp(algorithm, "ecdsa-p256-sha256") != 0 &&
	    strcmp(algorithm, "hmac-sha256") != 0)
		return true;
	print_message("%s: signature not checked, %s is not supported\n",
	    vector_text(entry, "id"), algorithm);
	return false;
}

/* A deterministic signature made again is the same. */
static void
check_made_again(struct arena *arena, const json_t *entry, const json_t *key,
    const char *base)
{
	struct key *pair = pair_read(vector_text(key, "private_pem"));
	char *signature;

	assert_int_equal(httpsig_make(arena, pair, base, &signature), 0);
	assert_string_equal(signature, vector_text(entry, "signature_base64"));
	key_free(&pair);
}

static void
check_rfc9421(struct arena *arena, const json_t *root, const json_t *entry,
    const struct httpsig_request *request)
{
	const json_t *keys = json_object_get(root, "keys");
	const json_t *vector = json_object_get(keys, vector_text(entry, "key"));
	struct httpsig *sig;
	struct key *key;
	char *base;

	assert_int_equal(
	    httpsig_rfc9421_parse(arena, request, &sig), HTTPSIG_OK);
	assert_int_equal(
	    httpsig_rfc9421_base(arena, sig, request, &base), HTTPSIG_OK);
	assert_string_equal(base, vector_text(entry, "signature_base"));
	if (!is_usable(entry))
		return;
	/* The examples leave the algorithm to what is known of the key. */
	sig->algorithm = algorithm_named(vector_text(entry, "algorithm"));
	assert_int_equal(
	    key_from_pem(vector_text(vector, "public_pem"), &key), 0);
	assert_int_equal(httpsig_verify(sig, base, key), HTTPSIG_OK);
	if (json_is_true(json_object_get(entry, "deterministic")))
		check_made_again(arena, entry, vector, base);
	base[0] ^= 1;
	assert_int_equal(httpsig_verify(sig, base, key), HTTPSIG_MISMATCH);
	key_free(&key);
}

/* The message of a case: its own, or one of the appendix with two headers. */
static struct message *
message_of(struct arena *arena, const json_t *root, const json_t *entry)
{
	const json_t *messages = json_object_get(root, "messages");
	const json_t *own = json_object_get(entry, "request");
	struct message *message;

	if (own != NULL)
		return message_read(arena, own);
	message = message_read(
	    arena, json_object_get(messages, vector_text(entry, "message")));
	message_add(message, "Signature-Input",
	    vector_text(entry, "signature_input_header"));
	message_add(
	    message, "Signature", vector_text(entry, "signature_header"));
	return message;
}

static void
rfc9421_examples_verify(void **state)
{
	json_t *root = vector_load(rfc9421_file), *entry;
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(root, "cases"), i, entry)
	{
		if (strcmp(vector_text(entry, "message"), "test-request") !=
		    0) {
			print_message("%s: skipped, it signs a response\n",
			    vector_text(entry, "id"));
			continue;
		}
		check_rfc9421(arena, root, entry,
		    &message_of(arena, root, entry)->request);
	}
	assert_int_equal(i, 6);
	json_array_foreach(json_object_get(root, "derived_cases"), i, entry)
	    check_rfc9421(
		arena, root, entry, &message_of(arena, root, entry)->request);
	assert_int_equal(i, 3);
	entry = json_object_get(root, "tls_terminating_proxy");
	check_rfc9421(arena, root, entry,
	    &message_read(arena, json_object_get(entry, "message"))->request);
	arena_free(&arena);
	json_decref(root);
}

static void
rfc9421_transformations_are_told_from_changes(void **state)
{
	json_t *root = vector_load(rfc9421_file), *variant;
	const json_t *b4 = json_object_get(root, "transformations");
	const json_t *key_vector = json_object_get(
	    json_object_get(root, "keys"), vector_text(b4, "key"));
	struct arena *arena = arena_new();
	struct key *key;
	size_t i;

	(void)state;
	assert_int_equal(
	    key_from_pem(vector_text(key_vector, "public_pem"), &key), 0);
	json_array_foreach(json_object_get(b4, "variants"), i, variant)
	{
		struct message *message =
		    message_read(arena, json_object_get(variant, "message"));
		bool valid = json_is_true(
		    json_object_get(variant, "signature_still_valid"));
		struct httpsig *sig;
		char *base;

		assert_int_equal(
		    httpsig_rfc9421_parse(arena, &message->request, &sig),
		    HTTPSIG_OK);
		assert_int_equal(
		    httpsig_rfc9421_base(arena, sig, &message->request, &base),
		    HTTPSIG_OK);
		assert_int_equal(httpsig_verify(sig, base, key),
		    valid ? HTTPSIG_OK : HTTPSIG_MISMATCH);
	}
	assert_int_equal(i, 6);
	key_free(&key);
	arena_free(&arena);
	json_decref(root);
}

/* X.2 and X.3 from end to end, as an inbox would. */
static void
rfc9421_examples_of_the_network_pass_the_policy(void **state)
{
	static const struct httpsig_policy policy = { 1618884475 + 30, 60 };
	json_t *root = vector_load(rfc9421_file), *entry;
	struct arena *arena = arena_new();
	size_t i, n = 0;

	(void)state;
	json_array_foreach(json_object_get(root, "derived_cases"), i, entry)
	{
		const json_t *vector = json_object_get(
		    json_object_get(root, "keys"), vector_text(entry, "key"));
		struct message *message;
		struct httpsig *sig;
		struct key *key;

		if (json_object_get(entry, "request") == NULL)
			continue;
		message = message_of(arena, root, entry);
		assert_int_equal(
		    key_from_pem(vector_text(vector, "public_pem"), &key), 0);
		assert_int_equal(
		    httpsig_parse(arena, &message->request, &sig), HTTPSIG_OK);
		assert_int_equal(
		    httpsig_check(arena, sig, &message->request, &policy, key),
		    HTTPSIG_OK);
		message->request.scheme = "http";
		assert_int_equal(
		    httpsig_check(arena, sig, &message->request, &policy, key),
		    HTTPSIG_MISMATCH);
		key_free(&key);
		n++;
	}
	assert_int_equal(n, 2);
	arena_free(&arena);
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cavage_examples_verify),
		cmocka_unit_test(cavage_examples_that_must_not_verify_do_not),
		cmocka_unit_test(
		    cavage_examples_of_the_network_pass_the_policy),
		cmocka_unit_test(rfc9421_examples_verify),
		cmocka_unit_test(rfc9421_transformations_are_told_from_changes),
		cmocka_unit_test(
		    rfc9421_examples_of_the_network_pass_the_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
