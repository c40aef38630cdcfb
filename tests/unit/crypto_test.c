/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/base/crypto.h"
#include "config/base/text.h"
#include "config/base/thread.h"

/* RFC 9421, appendix B.1: one RSA key as it is there, and as SPKI. */
static const char rsa_pkcs1_pem[] =
    "-----BEGIN RSA PUBLIC KEY-----\n"
    "MIIBCgKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jd"
    "sPBRrw\n"
    "WEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLO"
    "sdJKFq\n"
    "MGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a"
    "75jfZg\n"
    "kne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRc"
    "KIlE0P\n"
    "uKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUc"
    "CZSFlQ\n"
    "PSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIDAQAB\n"
    "-----END RSA PUBLIC KEY-----\n";
static const char rsa_spki_pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAhAKYdtoeoy8zcA"
    "cR874L\n"
    "8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrwWEBnez6d0UDKDwGbc6nxfEXAy5"
    "mbhgaj\n"
    "zrw3MOEt8uA5txSKobBpKDeBLOsdJKFqMGmXCQvEG7YemcxDTRPxAleIAg"
    "YYRjTS\n"
    "d/QBwVW9OwNFhekro3RtlinV0a75jfZgkne/YiktSvLG34lw2zqXBDTC5N"
    "HROUqG\n"
    "TlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0PuKxI4T+HIaFpv8+rdV6eUgOrB2"
    "xeI1dS\n"
    "FFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQPSXSfBDiUGhwOw76WuSSsf1D4b"
    "/vLoJ1\n"
    "0wIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
/* The same modulus with the exponent 2^64 + 1. */
static const char rsa_exponent_pem[] =
    "-----BEGIN RSA PUBLIC KEY-----\n"
    "MIIBEAKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jd"
    "sPBRrw\n"
    "WEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLO"
    "sdJKFq\n"
    "MGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a"
    "75jfZg\n"
    "kne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRc"
    "KIlE0P\n"
    "uKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUc"
    "CZSFlQ\n"
    "PSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIJAQAAAAAAAAAB\n"
    "-----END RSA PUBLIC KEY-----\n";
/* RFC 9421, appendix B.1.2 and B.2.1. */
static const char pss_pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/Pb"
    "qvP1s2\n"
    "+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3R"
    "y53mm+\n"
    "oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7O"
    "yrFAHq\n"
    "gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYd"
    "UAAN5W\n"
    "Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAd"
    "Vw9lq4\n"
    "aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5"
    "oyc6XI\n"
    "2wIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
static const char pss_data[] =
    "\"@signature-params\": ();created=1618884473;keyid=\"test-"
    "key-rsa-pss\";nonce=\"b3k2pp5k7z-50gnwp.yemd\"";
static const char pss_signature[] =
    "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbb"
    "HAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eS"
    "kFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFW"
    "hzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HEL"
    "jVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1"
    "fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==";
/* RFC 9421, appendix B.1.3: a kind of key that is not used. */
static const char p256_pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0"
    "/+D9Lf\n"
    "w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ"
    "==\n"
    "-----END PUBLIC KEY-----\n";
/* RFC 9421, appendix B.1.4 and B.2.6; the multikey is derived. */
static const char ed25519_pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0b"
    "s=\n"
    "-----END PUBLIC KEY-----\n";
static const char ed25519_multikey[] =
    "z6Mkh4LmfP1ev9MNPGr7JbEbtD6BD4fsu1duEj83PMCs3xHG";
static const char ed25519_data[] =
    "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n"
    "\"@method\": POST\n"
    "\"@path\": /foo\n"
    "\"@authority\": example.com\n"
    "\"content-type\": application/json\n"
    "\"content-length\": 18\n"
    "\"@signature-params\": (\"date\" \"@method\" \"@path\" \"@"
    "authority\" \"content-type\" \"content-length\");created=1"
    "618884473;keyid=\"test-key-ed25519\"";
static const char ed25519_signature[] =
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9ED"
    "gwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
/* draft-cavage-http-signatures-12, appendix C: 1024 bits. */
static const char rsa_1024_pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZ"
    "Qhl0C3\n"
    "6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h"
    "1L78+6\n"
    "Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc"
    "+2xjJw\n"
    "oYi+1hqp1fIekaxsyQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
/* FEP-521a: an RSA key as a multikey, the beginning. */
static const char rsa_multikey[] =
    "z4MXj1wBzi9jUstyPMS4jQqB6KdJaiatPkAtVtGc6bQEQEEsKTic4G7Rou"
    "3iBf9vPmT5dbkm9qsZsuVNjq8HCuW1w24nhBFGkRE4cd2Uf2tfrB3N7h4m"
    "nyPp1BF3ZttHTYv3DLUPi1zMdkULiow3M1GfXkoC6DoxDUm1jmN6GBj22S"
    "jVsr6dxezRVQc7aj9TxE7JLbMH1wh5X3kA58H3DFW8rnYMakFGbca5CB2J"
    "f6CnGQZmL7o5uJAdTwXfy2iiiyPxXEGerMhHwhjTA1mKYobyk2CpeEcmvy"
    "nADfNZ5MBvcCS7m3XkFCMNUYBS9NQ3fze6vMSUPsNa6GVYmKx2x6JrdEjC"
    "k3qRMMmyjnjCMfR4pXbRMZa3i";

static int
make_arena(void **state)
{
	*state = arena_new();
	return 0;
}

static int
drop_arena(void **state)
{
	struct arena *arena = *state;

	arena_free(&arena);
	return 0;
}

static struct key *
key_of_pem(const char *pem)
{
	struct key *key = NULL;

	assert_int_equal(key_from_pem(pem, &key), 0);
	return key;
}

static uint8_t *
bytes_of_base64(struct arena *arena, const char *text, size_t *ret_len)
{
	uint8_t *bytes = NULL;

	assert_int_equal(
	    text_base64_decode(arena, text, strlen(text), &bytes, ret_len), 0);
	return bytes;
}

/* FIPS 180-2, appendix B.1 and C.1. */
static void
hashes_are_those_of_the_standard(void **state)
{
	uint8_t hash[SHA512_SIZE];
	char text[2 * SHA512_SIZE + 1];

	(void)state;
	crypto_sha256("abc", 3, hash);
	text_hex(hash, SHA256_SIZE, text);
	assert_string_equal(text,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	crypto_sha256("", 0, hash);
	text_hex(hash, SHA256_SIZE, text);
	assert_string_equal(text,
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	crypto_sha512("abc", 3, hash);
	text_hex(hash, SHA512_SIZE, text);
	assert_string_equal(text,
	    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
	assert_int_equal(crypto_hash64("abc"), (int64_t)0xba7816bf8f01cfea);
}

static void
opaque_names_are_26_characters_and_differ(void **state)
{
	char first[CRYPTO_OPAQUE_SIZE], second[CRYPTO_OPAQUE_SIZE];

	(void)state;
	crypto_opaque(first);
	crypto_opaque(second);
	assert_int_equal(strlen(first), 26);
	assert_int_equal(strspn(first, "abcdefghijklmnopqrstuvwxyz234567"), 26);
	assert_string_not_equal(first, second);
}

static void
random_below_stays_below_and_reaches_all(void **state)
{
	unsigned seen[5] = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		uint32_t value = crypto_random_below(5);

		assert_in_range(value, 0, 4);
		seen[value]++;
	}
	/* Each is missed with a probability of 0.8^1000. */
	for (size_t i = 0; i < N_ELEMENTS(seen); i++)
		assert_true(seen[i] > 0);
	assert_int_equal(crypto_random_below(1), 0);
	(void)crypto_random_below(UINT32_MAX);
}

static void
equal_compares_bytes(void **state)
{
	(void)state;
	assert_true(crypto_equal("abc", "abc", 3));
	assert_false(crypto_equal("abc", "abd", 3));
	assert_true(crypto_equal("abc", "abd", 2));
	assert_true(crypto_equal("", "x", 0));
}

/* RFC 8032, section 7.1, test 2. */
static void
ed25519_signs_as_in_rfc8032(void **state)
{
	static const uint8_t secret[] = { 0x30, 0x2e, 0x02, 0x01, 0x00, 0x30,
		0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
		0x20, /* PKCS#8 (RFC 8410) */
		0x4c, 0xcd, 0x08, 0x9b, 0x28, 0xff, 0x96, 0xda, 0x9d, 0xb6,
		0xc3, 0x46, 0xec, 0x11, 0x4e, 0x0f, 0x5b, 0x8a, 0x31, 0x9f,
		0x35, 0xab, 0xa6, 0x24, 0xda, 0x8c, 0xf6, 0xed, 0x4f, 0xb8,
		0xa6, 0xfb };
	CLEANUP(key_free) struct key *key = NULL;
	char text[2 * 64 + 1];
	uint8_t *bytes;
	size_t len;

	assert_int_equal(key_from_secret(secret, sizeof(secret), &key), 0);
	assert_int_equal(key_kind(key), KEY_ED25519);
	assert_true(key_has_secret(key));
	assert_int_equal(key_sign(key, "\x72", 1, *state, &bytes, &len), 0);
	assert_int_equal(len, 64);
	text_hex(bytes, len, text);
	assert_string_equal(text,
	    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
	assert_int_equal(key_secret(key, *state, &bytes, &len), 0);
	assert_int_equal(len, sizeof(secret));
	assert_memory_equal(bytes, secret, len);
}

static void
ed25519_verifies_the_example_of_rfc9421(void **state)
{
	CLEANUP(key_free) struct key *key = key_of_pem(ed25519_pem);
	size_t len, data_len = strlen(ed25519_data);
	uint8_t *sig = bytes_of_base64(*state, ed25519_signature, &len);

	assert_int_equal(key_kind(key), KEY_ED25519);
	assert_false(key_has_secret(key));
	assert_int_equal(key_verify(key, ed25519_data, data_len, sig, len), 0);
	assert_int_equal(
	    key_verify(key, ed25519_data, data_len - 1, sig, len), -EBADMSG);
	assert_int_equal(
	    key_verify(key, ed25519_data, data_len, sig, len - 1), -EBADMSG);
	assert_int_equal(
	    key_verify(key, ed25519_data, data_len, sig, 0), -EBADMSG);
	sig[10] ^= 1;
	assert_int_equal(
	    key_verify(key, ed25519_data, data_len, sig, len), -EBADMSG);
	assert_int_equal(
	    key_verify_scheme(key, SCHEME_RSA_SHA512, "", 0, sig, len),
	    -EINVAL);
}

static void
rsa_pss_verifies_the_example_of_rfc9421(void **state)
{
	CLEANUP(key_free) struct key *key = key_of_pem(pss_pem);
	size_t len, data_len = strlen(pss_data);
	uint8_t *sig = bytes_of_base64(*state, pss_signature, &len);

	assert_int_equal(key_verify_scheme(key, SCHEME_RSA_PSS_SHA512, pss_data,
			     data_len, sig, len),
	    0);
	assert_int_equal(key_verify_scheme(key, SCHEME_RSA_SHA512, pss_data,
			     data_len, sig, len),
	    -EBADMSG);
	assert_int_equal(
	    key_verify(key, pss_data, data_len, sig, len), -EBADMSG);
	sig[0] ^= 1;
	assert_int_equal(key_verify_scheme(key, SCHEME_RSA_PSS_SHA512, pss_data,
			     data_len, sig, len),
	    -EBADMSG);
}

/* Through every form a key is stored and published in. */
static void
new_keys_sign_and_come_back_from_every_form(void **state)
{
	static const enum key_kind kinds[] = { KEY_RSA, KEY_ED25519 };

	for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
		CLEANUP(key_free) struct key *key = NULL;
		CLEANUP(key_free) struct key *stored = NULL;
		CLEANUP(key_free) struct key *spki = NULL;
		CLEANUP(key_free) struct key *pem = NULL;
		uint8_t *bytes, *sig;
		size_t len, sig_len;
		char *text;

		assert_int_equal(key_generate(kinds[i], &key), 0);
		assert_int_equal(key_kind(key), kinds[i]);
		assert_int_equal(key_secret(key, *state, &bytes, &len), 0);
		assert_int_equal(key_from_secret(bytes, len, &stored), 0);
		assert_int_equal(key_spki(key, *state, &bytes, &len), 0);
		assert_int_equal(key_from_spki(bytes, len, &spki), 0);
		assert_int_equal(key_pem(key, *state, &text), 0);
		assert_true(
		    text_starts_with(text, "-----BEGIN PUBLIC KEY-----\n"));
		assert_int_equal(key_from_pem(text, &pem), 0);
		assert_int_equal(
		    key_sign(stored, "data", 4, *state, &sig, &sig_len), 0);
		assert_int_equal(sig_len, kinds[i] == KEY_RSA ? 256 : 64);
		assert_int_equal(key_verify(key, "data", 4, sig, sig_len), 0);
		assert_int_equal(key_verify(spki, "data", 4, sig, sig_len), 0);
		assert_int_equal(key_verify(pem, "data", 4, sig, sig_len), 0);
		assert_int_equal(
		    key_verify(pem, "date", 4, sig, sig_len), -EBADMSG);
		assert_int_equal(
		    key_secret(pem, *state, &bytes, &len), -EINVAL);
		assert_int_equal(
		    key_sign(pem, "data", 4, *state, &sig, &sig_len), -EINVAL);
	}
}

static void
pkcs1_and_spki_are_the_same_key(void **state)
{
	CLEANUP(key_free) struct key *key = key_of_pem(rsa_pkcs1_pem);
	char *text = NULL;

	assert_int_equal(key_kind(key), KEY_RSA);
	assert_int_equal(key_pem(key, *state, &text), 0);
	assert_string_equal(text, rsa_spki_pem);
}

static void
pem_is_read_as_servers_write_it(void **state)
{
	CLEANUP(key_free) struct key *plain = NULL, *crlf = NULL;
	struct arena *arena = *state;
	char *text = arena_alloc(arena, 2 * sizeof(rsa_spki_pem));
	char *out = text;

	for (const char *p = rsa_spki_pem; *p != '\0'; p++) {
		if (*p == '\n')
			*out++ = '\r';
		*out++ = *p;
	}
	assert_int_equal(key_from_pem(text, &crlf), 0);
	text = arena_strndup(arena, rsa_spki_pem, strlen(rsa_spki_pem) - 1);
	assert_int_equal(key_from_pem(text, &plain), 0);
}

static void
pem_of_other_things_is_refused(void **state)
{
	static const struct {
		const char *name, *pem;
		int error;
	} rows[] = {
		{ "empty", "", -EINVAL },
		{ "text", "not a key", -EINVAL },
		{ "no end",
		    "-----BEGIN PUBLIC KEY-----\n"
		    "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/"
		    "oPPsw3c5D0bs="
		    "\n",
		    -EINVAL },
		{ "one byte more",
		    "-----BEGIN PUBLIC KEY-----\n"
		    "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/"
		    "oPPsw3c5D0bsA"
		    "\n-----END PUBLIC KEY-----\n",
		    -EINVAL },
		{ "one byte less",
		    "-----BEGIN PUBLIC KEY-----\n"
		    "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/"
		    "oPPsw3c5D0Q=="
		    "\n-----END PUBLIC KEY-----\n",
		    -EINVAL },
		{ "another label",
		    "-----BEGIN CERTIFICATE-----\n"
		    "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/"
		    "oPPsw3c5D0bs="
		    "\n-----END CERTIFICATE-----\n",
		    -EINVAL },
		{ "RSA of 1024 bits", rsa_1024_pem, -ENOTSUP },
		{ "RSA with a long exponent", rsa_exponent_pem, -ENOTSUP },
		{ "P-256", p256_pem, -ENOTSUP },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct key *key = NULL;

		if (key_from_pem(rows[i].pem, &key) != rows[i].error)
			fail_msg("%s", rows[i].name);
		assert_null(key);
	}
}

static void
der_of_other_things_is_refused(void **state)
{
	CLEANUP(key_free) struct key *pair = NULL;
	struct key *key = NULL;
	uint8_t *der, *longer;
	size_t len;

	assert_int_equal(key_from_secret("", 0, &key), -EINVAL);
	assert_int_equal(key_from_spki("", 0, &key), -EINVAL);
	assert_int_equal(key_generate(KEY_ED25519, &pair), 0);
	assert_int_equal(key_secret(pair, *state, &der, &len), 0);
	longer = arena_alloc(*state, len + 1);
	memcpy(longer, der, len);
	assert_int_equal(key_from_secret(longer, len + 1, &key), -EINVAL);
	assert_int_equal(key_from_secret(longer, len - 1, &key), -EINVAL);
	assert_int_equal(key_from_spki(longer, len, &key), -EINVAL);
	assert_null(key);
}

static void
multikey_goes_both_ways(void **state)
{
	/* FEP-521a and W3C vc-di-eddsa, by their raw keys. */
	static const struct {
		const char *multikey, *spki_base64;
	} rows[] = {
		{ "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
		    "MCowBQYDK2VwAyEALm/M42cB3HkUiODQsXRcweM6TByfzEHGO9ND274JcO"
		    "Y=" },
		{ "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
		    "MCowBQYDK2VwAyEAsA2Nk45/dz1RVlqtNqYj9TRPf10ZYPnPPo4SYg6igQ"
		    "8=" },
		{ ed25519_multikey,
		    "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0b"
		    "s=" },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		CLEANUP(key_free) struct key *key = NULL;
		uint8_t *der;
		size_t len;
		char *text;

		assert_int_equal(key_from_multibase(rows[i].multikey, &key), 0);
		assert_int_equal(key_spki(key, *state, &der, &len), 0);
		assert_string_equal(
		    text_base64(*state, der, len), rows[i].spki_base64);
		assert_int_equal(key_multibase(key, *state, &text), 0);
		assert_string_equal(text, rows[i].multikey);
	}
}

/* The refused ones of tests/vectors/multikey-fep521a.json. */
static void
multikey_of_other_things_is_refused(void **state)
{
	static const struct {
		const char *text;
		int error;
	} rows[] = {
		{ "", -EINVAL },
		{ "z", -EINVAL },
		{ "z1", -EINVAL },
		{ "6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2", -EINVAL },
		{ "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ0", -EINVAL },
		{ "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQl", -EINVAL },
		{ "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2 ",
		    -EINVAL },
		{ "Z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2", -EINVAL },
		{ "z2DQXex1MkDcBCF99h1CnTDB83tS7FAzWSBxzDJY1hJS4Gx", -EINVAL },
		{ "zQecYcE4B9ZdTBMiojnCZiWPMekrcvggiViu1njmzQ7qy5WbR",
		    -EINVAL },
		{ "z6LSoXQuWdK51urgxF6xrhEr9cQVr8pN7e7CJV79YFZTPcPQ",
		    -ENOTSUP },
		{ "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq",
		    -ENOTSUP },
		{ "mejhYQnJlYWQ", -EINVAL },
		{ rsa_multikey, -ENOTSUP },
	};
	CLEANUP(key_free) struct key *rsa = key_of_pem(rsa_pkcs1_pem);
	char *text = NULL;

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct key *key = NULL;

		if (key_from_multibase(rows[i].text, &key) != rows[i].error)
			fail_msg("\"%s\"", rows[i].text);
		assert_null(key);
	}
	assert_int_equal(key_multibase(rsa, *state, &text), -ENOTSUP);
	assert_null(text);
}

struct verifier {
	struct key *key; /* a reference of its own */
	const uint8_t *sig;
	size_t len;
	int wrong;
};

static void *
verifier_main(void *arg)
{
	struct verifier *verifier = arg;

	for (int i = 0; i < 50; i++) {
		if (key_verify(verifier->key, "data", 4, verifier->sig,
			verifier->len) != 0)
			verifier->wrong++;
		if (key_verify(verifier->key, "date", 4, verifier->sig,
			verifier->len) != -EBADMSG)
			verifier->wrong++;
	}
	key_free(&verifier->key);
	return NULL;
}

static void
one_key_serves_several_threads(void **state)
{
	struct verifier verifiers[4];
	pthread_t threads[4];
	struct key *key = NULL;
	uint8_t *sig;
	size_t len;

	assert_int_equal(key_generate(KEY_RSA, &key), 0);
	assert_int_equal(key_sign(key, "data", 4, *state, &sig, &len), 0);
	for (size_t i = 0; i < N_ELEMENTS(threads); i++) {
		verifiers[i] = (struct verifier){ key_ref(key), sig, len, 0 };
		threads[i] =
		    thread_start("verifier", verifier_main, &verifiers[i]);
	}
	/* The threads' references keep it. */
	key_free(&key);
	assert_null(key);
	for (size_t i = 0; i < N_ELEMENTS(threads); i++) {
		thread_join(threads[i]);
		assert_int_equal(verifiers[i].wrong, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_those_of_the_standard),
		cmocka_unit_test(opaque_names_are_26_characters_and_differ),
		cmocka_unit_test(random_below_stays_below_and_reaches_all),
		cmocka_unit_test(equal_compares_bytes),
		cmocka_unit_test(ed25519_signs_as_in_rfc8032),
		cmocka_unit_test(ed25519_verifies_the_example_of_rfc9421),
		cmocka_unit_test(rsa_pss_verifies_the_example_of_rfc9421),
		cmocka_unit_test(new_keys_sign_and_come_back_from_every_form),
		cmocka_unit_test(pkcs1_and_spki_are_the_same_key),
		cmocka_unit_test(pem_is_read_as_servers_write_it),
		cmocka_unit_test(pem_of_other_things_is_refused),
		cmocka_unit_test(der_of_other_things_is_refused),
		cmocka_unit_test(multikey_goes_both_ways),
		cmocka_unit_test(multikey_of_other_things_is_refused),
		cmocka_unit_test(one_key_serves_several_threads),
	};

	return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
