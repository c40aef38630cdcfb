/* SPDX-License-Identifier: ISC */
/* The policy, with keys of our own; the standards' examples are beside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "config/base/buf.h"
#include "config/base/clock.h"
#include "config/base/text.h"
#include "federation/digest.h"
#include "federation/httpsig_forms.h"

enum { NOW = 1780000000, WINDOW = 3600, HEADERS_MAX = 16 };

#define KEY_ID "https://nantes.example/o/abc#main-key"
#define BODY   "{\"type\":\"Follow\"}"

static const struct httpsig_policy policy = { NOW, WINDOW };
static struct key *rsa, *ed25519, *other_rsa;

struct message {
	struct httpsig_request request;
	struct httpsig_header headers[HEADERS_MAX];
};

static void
message_init(struct message *message, const char *method)
{
	bool post = strcmp(method, "POST") == 0;

	*message = (struct message){ .request = {
					 .method = method,
					 .scheme = "https",
					 .authority = "chevreuse.example:8441",
					 .target = "/inbox",
					 .headers = message->headers,
					 .body = post ? BODY : NULL,
					 .body_len = post ? strlen(BODY) : 0,
				     } };
}

static void
message_add(struct message *message, const char *name, const char *value)
{
	size_t n = message->request.n_headers++;

	assert_true(n < HEADERS_MAX);
	message->headers[n] = (struct httpsig_header){ name, value };
}

static const char *
message_get(const struct message *message, const char *name)
{
	for (size_t i = 0; i < message->request.n_headers; i++)
		if (strcmp(message->headers[i].name, name) == 0)
			return message->headers[i].value;
	return NULL;
}

static void
message_set(struct message *message, const char *name, const char *value)
{
	for (size_t i = 0; i < message->request.n_headers; i++)
		if (strcmp(message->headers[i].name, name) == 0) {
			message->headers[i].value = value;
			return;
		}
	message_add(message, name, value);
}

static void
message_drop(struct message *message, const char *name)
{
	for (size_t i = 0; i < message->request.n_headers; i++)
		if (strcmp(message->headers[i].name, name) == 0)
			message->headers[i].name = "X-Dropped";
}

/* A request signed as we sign, with headers that no signature covers. */
static void
message_sign(struct arena *arena, struct message *message, const char *method,
    enum httpsig_form form, const struct key *key)
{
	struct httpsig_signer signer = { form, KEY_ID, key, NOW };
	struct httpsig_headers added;

	message_init(message, method);
	assert_int_equal(
	    httpsig_sign(arena, &signer, &message->request, &added), 0);
	message_add(message, "Host", message->request.authority);
	message_add(message, "Accept", "*/*");
	for (size_t i = 0; i < added.n; i++)
		message_add(message, added.items[i].name, added.items[i].value);
}

/* parse, then check with the key. */
static enum httpsig_verdict
judge(struct arena *arena, const struct message *message, const struct key *key)
{
	struct httpsig *sig;
	enum httpsig_verdict verdict =
	    httpsig_parse(arena, &message->request, &sig);

	if (verdict != HTTPSIG_OK)
		return verdict;
	return httpsig_check(arena, sig, &message->request, &policy, key);
}

#define ASSERT_VERDICT(actual, expected) \
	assert_string_equal( \
	    httpsig_verdict_name(actual), httpsig_verdict_name(expected))

static void
what_we_sign_verifies(void **state)
{
	static const char *const methods[] = { "GET", "POST" };
	struct arena *arena = arena_new();

	(void)state;
	for (int i = 0; i < 8; i++) {
		enum httpsig_form form =
		    i & 1 ? HTTPSIG_CAVAGE : HTTPSIG_RFC9421;
		struct key *key = i & 2 ? rsa : ed25519;
		struct message message;
		struct httpsig *sig;

		message_sign(arena, &message, methods[i >> 2], form, key);
		ASSERT_VERDICT(
		    httpsig_parse(arena, &message.request, &sig), HTTPSIG_OK);
		assert_int_equal(sig->form, form);
		assert_string_equal(sig->key_id, KEY_ID);
		assert_null(sig->next);
		ASSERT_VERDICT(judge(arena, &message, key), HTTPSIG_OK);
		ASSERT_VERDICT(judge(arena, &message, other_rsa),
		    key == rsa || form == HTTPSIG_CAVAGE ? HTTPSIG_MISMATCH
							 : HTTPSIG_ALGORITHM);
	}
	arena_free(&arena);
}

static void
headers_that_signing_adds_are_as_others_expect(void **state)
{
	struct arena *arena = arena_new();
	struct message message;

	(void)state;
	message_sign(arena, &message, "GET", HTTPSIG_CAVAGE, rsa);
	assert_null(message_get(&message, "Digest"));
	assert_string_equal(
	    message_get(&message, "Date"), "Thu, 28 May 2026 20:26:40 GMT");
	assert_true(text_starts_with(message_get(&message, "Signature"),
	    "keyId=\"" KEY_ID "\",algorithm=\"rsa-sha256\","
	    "headers=\"(request-target) host date\",signature=\""));
	message_sign(arena, &message, "POST", HTTPSIG_CAVAGE, ed25519);
	assert_string_equal(message_get(&message, "Digest"),
	    digest_make(arena, BODY, strlen(BODY)));
	assert_true(text_starts_with(message_get(&message, "Signature"),
	    "keyId=\"" KEY_ID "\",algorithm=\"hs2019\","
	    "headers=\"(request-target) host date digest\",signature=\""));
	message_sign(arena, &message, "POST", HTTPSIG_RFC9421, rsa);
	assert_null(message_get(&message, "Digest"));
	assert_string_equal(message_get(&message, "Content-Digest"),
	    digest_make_content(arena, BODY, strlen(BODY)));
	assert_string_equal(message_get(&message, "Signature-Input"),
	    "sig1=(\"@method\" \"@target-uri\" \"content-digest\");"
	    "created=1780000000;keyid=\"" KEY_ID "\";alg=\"rsa-v1_5-sha256\"");
	message_sign(arena, &message, "GET", HTTPSIG_RFC9421, ed25519);
	assert_string_equal(message_get(&message, "Signature-Input"),
	    "sig1=(\"@method\" \"@target-uri\");"
	    "created=1780000000;keyid=\"" KEY_ID "\";alg=\"ed25519\"");
	arena_free(&arena);
}

static void
a_changed_request_does_not_verify(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (int i = 0; i < 2; i++) {
		enum httpsig_form form =
		    i == 0 ? HTTPSIG_CAVAGE : HTTPSIG_RFC9421;
		struct message message;

		message_sign(arena, &message, "POST", form, ed25519);
		message.request.target = "/other";
		ASSERT_VERDICT(
		    judge(arena, &message, ed25519), HTTPSIG_MISMATCH);
		message_sign(arena, &message, "POST", form, ed25519);
		message.request.method = "PUT";
		ASSERT_VERDICT(
		    judge(arena, &message, ed25519), HTTPSIG_MISMATCH);
		message_sign(arena, &message, "POST", form, ed25519);
		message.request.authority = "lyon.example";
		message_set(&message, "Host", "lyon.example");
		ASSERT_VERDICT(
		    judge(arena, &message, ed25519), HTTPSIG_MISMATCH);
		message_sign(arena, &message, "POST", form, ed25519);
		message.request.body = "{\"type\":\"Delete\"}";
		ASSERT_VERDICT(
		    judge(arena, &message, ed25519), HTTPSIG_DIGEST_MISMATCH);
	}
	arena_free(&arena);
}

/* Body and digest exchanged together are told by the signature. */
static void
an_exchanged_digest_does_not_verify(void **state)
{
	static const char body[] = "{\"type\":\"Delete\"}";
	struct arena *arena = arena_new();
	struct message message;

	(void)state;
	message_sign(arena, &message, "POST", HTTPSIG_CAVAGE, rsa);
	message.request.body = body;
	message.request.body_len = strlen(body);
	message_set(&message, "Digest", digest_make(arena, body, strlen(body)));
	ASSERT_VERDICT(judge(arena, &message, rsa), HTTPSIG_MISMATCH);
	message_sign(arena, &message, "POST", HTTPSIG_RFC9421, rsa);
	message.request.body = body;
	message.request.body_len = strlen(body);
	message_set(&message, "Content-Digest",
	    digest_make_content(arena, body, strlen(body)));
	ASSERT_VERDICT(judge(arena, &message, rsa), HTTPSIG_MISMATCH);
	message_sign(arena, &message, "POST", HTTPSIG_CAVAGE, rsa);
	message_set(&message, "Digest", "SHA-256=!");
	ASSERT_VERDICT(judge(arena, &message, rsa), HTTPSIG_DIGEST_MALFORMED);
	message_set(&message, "Digest", "md5=Sd/dVLAcvNLSq16eXua5uQ==");
	ASSERT_VERDICT(judge(arena, &message, rsa), HTTPSIG_DIGEST_MISSING);
	message_drop(&message, "Digest");
	ASSERT_VERDICT(judge(arena, &message, rsa), HTTPSIG_DIGEST_MISSING);
	arena_free(&arena);
}

static void
the_date_must_lie_within_the_window(void **state)
{
	static const struct {
		int64_t offset;
		enum httpsig_verdict verdict;
	} rows[] = {
		{ 0, HTTPSIG_OK },
		{ WINDOW, HTTPSIG_OK },
		{ -WINDOW, HTTPSIG_OK },
		{ WINDOW + 1, HTTPSIG_STALE },
		{ -WINDOW - 1, HTTPSIG_STALE },
		{ 86400 * 400, HTTPSIG_STALE },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < 2 * N_ELEMENTS(rows); i++) {
		struct httpsig_policy late = { NOW + rows[i / 2].offset,
			WINDOW };
		struct message message;
		struct httpsig *sig;

		message_sign(arena, &message, "POST",
		    i % 2 ? HTTPSIG_CAVAGE : HTTPSIG_RFC9421, ed25519);
		assert_int_equal(
		    httpsig_parse(arena, &message.request, &sig), HTTPSIG_OK);
		ASSERT_VERDICT(
		    httpsig_screen(arena, sig, &message.request, &late),
		    rows[i / 2].verdict);
		ASSERT_VERDICT(
		    httpsig_check(arena, sig, &message.request, &late, ed25519),
		    rows[i / 2].verdict);
	}
	arena_free(&arena);
}

/* Signs what is listed, whatever it is worth. */
static void
sign_cavage(struct arena *arena, struct message *message, const char *list,
    const char *more)
{
	static const char format[] =
	    "keyId=\"" KEY_ID "\",headers=\"%s\"%s,signature=\"%s\"";
	char date[CLOCK_HTTP_SIZE], *base, *signature;
	struct httpsig *sig;

	clock_http(NOW, date);
	message_set(message, "Date", arena_strdup(arena, date));
	message_set(message, "Digest",
	    digest_make(
		arena, message->request.body, message->request.body_len));
	message_set(message, "Signature",
	    arena_printf(arena, format, list, more, "AAAA"));
	assert_int_equal(
	    httpsig_cavage_parse(arena, &message->request, &sig), HTTPSIG_OK);
	assert_int_equal(
	    httpsig_cavage_base(arena, sig, &message->request, true, &base),
	    HTTPSIG_OK);
	assert_int_equal(httpsig_make(arena, ed25519, base, &signature), 0);
	message_set(message, "Signature",
	    arena_printf(arena, format, list, more, signature));
}

struct row {
	const char *method, *list, *more;
	enum httpsig_verdict verdict;
};

static void
cavage_signatures_must_cover_enough(void **state)
{
	static const struct row rows[] = {
		{ "POST", "(request-target) host date digest", "", HTTPSIG_OK },
		{ "POST", "(request-target) date digest", "", HTTPSIG_OK },
		{ "POST", "(request-target) date content-digest", "",
		    HTTPSIG_OK },
		{ "POST", "(Request-Target) Host Date Digest", "", HTTPSIG_OK },
		{ "POST", "(request-target) (created) digest",
		    ",created=1780000000", HTTPSIG_OK },
		{ "POST", "(request-target) host digest", "",
		    HTTPSIG_COMPONENT_MISSING },
		{ "POST", "(request-target) host digest", ",created=1780000000",
		    HTTPSIG_COMPONENT_MISSING },
		{ "POST", "(request-target) host date", "",
		    HTTPSIG_COMPONENT_MISSING },
		{ "POST", "host date digest", "", HTTPSIG_COMPONENT_MISSING },
		{ "POST", "date", "", HTTPSIG_COMPONENT_MISSING },
		{ "PUT", "(request-target) host date", "",
		    HTTPSIG_COMPONENT_MISSING },
		{ "GET", "(request-target) host date", "", HTTPSIG_OK },
		{ "HEAD", "(request-target) host date", "", HTTPSIG_OK },
		{ "GET", "(request-target) date", "",
		    HTTPSIG_COMPONENT_MISSING },
		{ "GET", "host date", "", HTTPSIG_COMPONENT_MISSING },
		{ "POST", "(request-target) (created) digest",
		    ",created=1779990000", HTTPSIG_STALE },
		{ "POST", "(request-target) (created) digest date",
		    ",created=1779990000", HTTPSIG_STALE },
		{ "POST", "(request-target) (created) (expires) digest",
		    ",created=1780000000,expires=1780000001.5", HTTPSIG_OK },
		{ "POST", "(request-target) (created) (expires) digest",
		    ",created=1779999990,expires=1779999999", HTTPSIG_EXPIRED },
		{ "POST", "(request-target) date digest", ",expires=1",
		    HTTPSIG_EXPIRED },
		{ "POST", "(request-target) date digest",
		    ",algorithm=\"hs2019\"", HTTPSIG_OK },
		{ "POST", "(request-target) date digest", ",algorithm=ed25519",
		    HTTPSIG_OK },
		{ "POST", "(request-target) date digest",
		    ",algorithm=\"rsa-sha256\"", HTTPSIG_ALGORITHM },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		enum httpsig_verdict verdict;
		struct message message;

		message_init(&message, rows[i].method);
		message_add(&message, "Host", message.request.authority);
		message_add(&message, "content-digest",
		    digest_make_content(arena, BODY, strlen(BODY)));
		sign_cavage(arena, &message, rows[i].list, rows[i].more);
		verdict = judge(arena, &message, ed25519);
		if (verdict != rows[i].verdict)
			fail_msg("%s %s%s: %s", rows[i].method, rows[i].list,
			    rows[i].more, httpsig_verdict_name(verdict));
	}
	arena_free(&arena);
}

static void
cavage_headers_are_read_strictly(void **state)
{
	static const struct {
		const char *value;
		enum httpsig_verdict verdict;
	} rows[] = {
#define LIST "headers=\"(request-target) host date digest\""
#define GOOD "keyId=\"" KEY_ID "\"," LIST ",signature=\"AAAA\""
		{ GOOD, HTTPSIG_OK },
		{ " keyId = \"" KEY_ID "\" ,\t" LIST " , signature=AAAA ",
		    HTTPSIG_OK },
		{ GOOD ",created=\"1780000000\"", HTTPSIG_OK },
		{ GOOD ",opaque=\"x\"", HTTPSIG_OK },
		{ "", HTTPSIG_MALFORMED },
		{ GOOD ",", HTTPSIG_MALFORMED },
		{ "," GOOD, HTTPSIG_MALFORMED },
		{ GOOD " keyId=\"x\"", HTTPSIG_MALFORMED },
		{ GOOD ",keyId=\"https://evil.example/k\"", HTTPSIG_MALFORMED },
		{ GOOD ",KEYID=\"https://evil.example/k\"", HTTPSIG_MALFORMED },
		{ GOOD ",opaque=1,opaque=2", HTTPSIG_MALFORMED },
		{ GOOD "," LIST, HTTPSIG_MALFORMED },
		{ "keyId=\"" KEY_ID "," LIST ",signature=\"AAAA\"",
		    HTTPSIG_MALFORMED },
		{ "keyId=\"" KEY_ID "\"," LIST, HTTPSIG_MALFORMED },
		{ "keyId=\"" KEY_ID "\"," LIST ",signature=\"\"",
		    HTTPSIG_MALFORMED },
		{ "keyId=\"" KEY_ID "\"," LIST ",signature=\"A\"",
		    HTTPSIG_MALFORMED },
		{ "keyId=\"" KEY_ID "\"," LIST ",signature=\"AA\\\"\"",
		    HTTPSIG_MALFORMED },
		{ "keyId=\"" KEY_ID "\"," LIST ",signature=\"\303\251\"",
		    HTTPSIG_MALFORMED },
		{ GOOD ",created=", HTTPSIG_MALFORMED },
		{ GOOD ",created=12x", HTTPSIG_MALFORMED },
		{ GOOD ",created=-12", HTTPSIG_MALFORMED },
		{ GOOD ",expires=9999999999999999", HTTPSIG_MALFORMED },
		{ GOOD ",expires=12.", HTTPSIG_MALFORMED },
		{ LIST ",signature=\"AAAA\"", HTTPSIG_KEY_ID },
		{ GOOD ",algorithm=\"rsa-sha1\"", HTTPSIG_ALGORITHM },
		{ GOOD ",algorithm=\"hmac-sha256\"", HTTPSIG_ALGORITHM },
#define HEADERS(list) \
	"keyId=\"" KEY_ID "\",headers=\"" list "\",signature=\"AAAA\""
		{ HEADERS(""), HTTPSIG_MALFORMED },
		{ HEADERS("date  host"), HTTPSIG_MALFORMED },
		{ HEADERS("date host "), HTTPSIG_MALFORMED },
		{ HEADERS("date host Date"), HTTPSIG_MALFORMED },
		{ HEADERS("(request-target) date digest (created)"),
		    HTTPSIG_MALFORMED },
		{ HEADERS("(request-target) date digest (expires)"),
		    HTTPSIG_MALFORMED },
		{ HEADERS("(request-target) date (sum)"),
		    HTTPSIG_COMPONENT_UNSUPPORTED },
		/* the old algorithm must not have (created) */
		{ HEADERS("(request-target) (created) digest") ",created="
							       "1780000000,"
							       "algorithm=rsa-"
							       "sha256",
		    HTTPSIG_MALFORMED },
		{ "keyId=\"" KEY_ID "\",signature=\"AAAA\"",
		    HTTPSIG_COMPONENT_MISSING },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		enum httpsig_verdict verdict;
		struct message message;
		struct httpsig *sig;

		message_init(&message, "POST");
		message_add(&message, "Signature", rows[i].value);
		verdict = httpsig_parse(arena, &message.request, &sig);
		if (verdict != rows[i].verdict)
			fail_msg("%s: %s", rows[i].value,
			    httpsig_verdict_name(verdict));
	}
	arena_free(&arena);
}

static void
two_cavage_signatures_are_refused(void **state)
{
	struct arena *arena = arena_new();
	struct message message;

	(void)state;
	message_sign(arena, &message, "POST", HTTPSIG_CAVAGE, ed25519);
	message_add(&message, "signature", message_get(&message, "Signature"));
	ASSERT_VERDICT(judge(arena, &message, ed25519), HTTPSIG_MALFORMED);
	arena_free(&arena);
}

static void
a_query_may_be_left_out_of_a_cavage_signature(void **state)
{
	struct arena *arena = arena_new();
	struct message message;

	(void)state;
	message_sign(arena, &message, "GET", HTTPSIG_CAVAGE, ed25519);
	message.request.target = "/inbox?page=1";
	ASSERT_VERDICT(judge(arena, &message, ed25519), HTTPSIG_OK);
	message.request.target = "/inbo?x";
	ASSERT_VERDICT(judge(arena, &message, ed25519), HTTPSIG_MISMATCH);
	message_sign(arena, &message, "GET", HTTPSIG_RFC9421, ed25519);
	message.request.target = "/inbox?page=1";
	ASSERT_VERDICT(judge(arena, &message, ed25519), HTTPSIG_MISMATCH);
	arena_free(&arena);
}

static void
key_ids_must_be_plain_urls(void **state)
{
	static const struct {
		const char *key_id;
		bool accepted;
	} rows[] = {
		{ KEY_ID, true },
		{ "http://a.example/k", true },
		{ "https://a.example:8441/main-key", true },
		{ "https://a.example", true },
		{ "https://a.example/@name#main-key", true },
		{ "https://a.example?x=@y", true },
		{ "Test", false },
		{ "acct:a@b.example", false },
		{ "did:key:z6Mk", false },
		{ "ftp://a.example/k", false },
		{ "HTTPS://a.example/k", false },
		{ "https://", false },
		{ "https:///k", false },
		{ "https://:443/k", false },
		{ "https://user@a.example/k", false },
		{ "https://a.example:x@evil.example/k", false },
		{ "https://a.example/k#a#b", false },
		{ "https://a.example/a b", false },
		{ "https://a.example\\\\@evil.example/k", false },
		{ "https://a.example/<k>", false },
		{ "", false },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct message message;
		struct httpsig *sig;
		bool accepted;

		message_init(&message, "GET");
		message_add(&message, "Signature-Input",
		    arena_printf(arena,
			"s=(\"@method\" "
			"\"@target-uri\");created=1;keyid=\"%s\"",
			rows[i].key_id));
		message_add(&message, "Signature", "s=:AAAA:");
		accepted =
		    httpsig_parse(arena, &message.request, &sig) == HTTPSIG_OK;
		if (accepted != rows[i].accepted)
			fail_msg("%s", rows[i].key_id);
	}
	arena_free(&arena);
}

/* Another table of the same kind is beside, for the other form. */
static enum httpsig_verdict
judge_input(struct arena *arena, const char *method, const char *target,
    const char *input)
{
	struct message message;
	struct httpsig *sig;

	message_init(&message, method);
	message.request.target = target;
	message_add(&message, "Content-Digest",
	    digest_make_content(arena, BODY, strlen(BODY)));
	message_add(&message, "Signature-Input", input);
	message_add(&message, "Signature", "s=:AAAA:");
	return httpsig_parse(arena, &message.request, &sig);
}

static void
rfc9421_signatures_must_cover_enough(void **state)
{
#define PARAMS ";created=1780000000;keyid=\"" KEY_ID "\""
	static const struct {
		const char *method, *target, *input;
		enum httpsig_verdict verdict;
	} rows[] = {
		{ "GET", "/x", "s=(\"@method\" \"@target-uri\")" PARAMS,
		    HTTPSIG_OK },
		{ "GET", "/x",
		    "s=(\"@method\" \"@path\" \"@authority\")" PARAMS,
		    HTTPSIG_OK },
		{ "GET", "/x?y",
		    "s=(\"@method\" \"@path\" \"@authority\")" PARAMS,
		    HTTPSIG_COMPONENT_MISSING },
		{ "GET", "/x?y",
		    "s=(\"@method\" \"@path\" \"@query\" \"host\")" PARAMS,
		    HTTPSIG_OK },
		{ "GET", "/x?y",
		    "s=(\"@method\" \"@request-target\" \"@authority\")" PARAMS,
		    HTTPSIG_OK },
		{ "GET", "/x", "s=(\"@method\" \"@path\")" PARAMS,
		    HTTPSIG_COMPONENT_MISSING },
		{ "GET", "/x", "s=(\"@target-uri\")" PARAMS,
		    HTTPSIG_COMPONENT_MISSING },
		{ "GET", "/x", "s=()" PARAMS, HTTPSIG_COMPONENT_MISSING },
		{ "GET", "/x",
		    "s=(\"@method\" \"@target-uri\");keyid=\"" KEY_ID "\"",
		    HTTPSIG_COMPONENT_MISSING },
		{ "GET", "/x",
		    "s=(\"@method\" \"@target-uri\" \"date\");keyid=\"" KEY_ID
		    "\"",
		    HTTPSIG_OK },
		{ "POST", "/x", "s=(\"@method\" \"@target-uri\")" PARAMS,
		    HTTPSIG_COMPONENT_MISSING },
		{ "POST", "/x",
		    "s=(\"@method\" \"@target-uri\" \"content-digest\")" PARAMS,
		    HTTPSIG_OK },
		{ "GET", "/x", "s=(\"@method\" \"@status\")" PARAMS,
		    HTTPSIG_COMPONENT_UNSUPPORTED },
		{ "GET", "/x", "s=(\"@method\";req \"@target-uri\")" PARAMS,
		    HTTPSIG_COMPONENT_UNSUPPORTED },
		{ "POST", "/x",
		    "s=(\"@method\" \"@target-uri\" \"content-digest\""
		    ";key=\"md5\")" PARAMS,
		    HTTPSIG_COMPONENT_UNSUPPORTED },
		{ "GET", "/x",
		    "s=(\"@method\" \"@target-uri\" \"@query-param\")" PARAMS,
		    HTTPSIG_COMPONENT_UNSUPPORTED },
		{ "GET", "/x",
		    "s=(\"@method\" \"@target-uri\" \"@method\")" PARAMS,
		    HTTPSIG_MALFORMED },
		{ "GET", "/x",
		    "s=(\"@method\" \"@target-uri\" \"Date\")" PARAMS,
		    HTTPSIG_MALFORMED },
		{ "GET", "/x", "s=(\"@method\" \"@target-uri\" \"\")" PARAMS,
		    HTTPSIG_MALFORMED },
		{ "GET", "/x", "s=(\"@method\" date)" PARAMS,
		    HTTPSIG_MALFORMED },
		{ "GET", "/x", "s=\"@method\"" PARAMS, HTTPSIG_MALFORMED },
		{ "GET", "/x", "t=(\"@method\" \"@target-uri\")" PARAMS,
		    HTTPSIG_MALFORMED },
		{ "GET", "/x", "s=(\"@method\"", HTTPSIG_MALFORMED },
		{ "GET", "/x", "", HTTPSIG_MALFORMED },
		{ "GET", "/x",
		    "s=(\"@method\" \"@target-uri\")" PARAMS ";alg=\"none\"",
		    HTTPSIG_ALGORITHM },
		{ "GET", "/x",
		    "s=(\"@method\" \"@target-uri\")" PARAMS
		    ";alg=\"hmac-sha256\"",
		    HTTPSIG_ALGORITHM },
		{ "GET", "/x",
		    "s=(\"@method\" \"@target-uri\")" PARAMS ";alg=x",
		    HTTPSIG_MALFORMED },
		{ "GET", "/x",
		    "s=(\"@method\" \"@target-uri\")" PARAMS ";created=\"1\"",
		    HTTPSIG_MALFORMED },
		{ "GET", "/x",
		    "s=(\"@method\" \"@target-uri\")" PARAMS ";created=-1",
		    HTTPSIG_MALFORMED },
		{ "GET", "/x", "s=(\"@method\" \"@target-uri\");created=1",
		    HTTPSIG_KEY_ID },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		enum httpsig_verdict verdict = judge_input(
		    arena, rows[i].method, rows[i].target, rows[i].input);

		if (verdict != rows[i].verdict)
			fail_msg("%s: %s", rows[i].input,
			    httpsig_verdict_name(verdict));
	}
	arena_free(&arena);
}

/* Several signatures: those that will do are offered one after another. */
static void
of_several_rfc9421_signatures_the_acceptable_are_offered(void **state)
{
	static const char good[] = "(\"@method\" \"@target-uri\")" PARAMS;
	struct arena *arena = arena_new();
	struct message message;
	struct httpsig *sig;

	(void)state;
	message_init(&message, "GET");
	message_add(&message, "Signature-Input",
	    arena_printf(arena, "a=(\"date\")%s, b=%s, c=%s;alg=\"x\"", PARAMS,
		good, good));
	message_add(&message, "Signature-Input",
	    arena_printf(arena, "d=%s;alg=\"ed25519\"", good));
	message_add(
	    &message, "Signature", "a=:AAAA:, b=:AAAA:, c=:AAAA:, d=:BBBB:");
	ASSERT_VERDICT(
	    httpsig_parse(arena, &message.request, &sig), HTTPSIG_OK);
	assert_int_equal(sig->algorithm, HTTPSIG_BY_KEY);
	assert_non_null(sig->next);
	assert_int_equal(sig->next->algorithm, HTTPSIG_ED25519);
	assert_null(sig->next->next);
	/* one that will do, before one that will not */
	message_set(&message, "Signature-Input",
	    arena_printf(arena, "a=%s, b=(\"date\")%s", good, PARAMS));
	message.request.n_headers = 1;
	message_add(&message, "Signature", "a=:AAAA:, b=:AAAA:");
	ASSERT_VERDICT(
	    httpsig_parse(arena, &message.request, &sig), HTTPSIG_OK);
	assert_null(sig->next);
	message_set(&message, "Signature-Input",
	    arena_printf(
		arena, "a=%s, b=%s, c=%s, d=%s", good, good, good, good));
	ASSERT_VERDICT(
	    httpsig_parse(arena, &message.request, &sig), HTTPSIG_OK);
	message_add(
	    &message, "Signature-Input", arena_printf(arena, "e=%s", good));
	ASSERT_VERDICT(
	    httpsig_parse(arena, &message.request, &sig), HTTPSIG_MALFORMED);
	arena_free(&arena);
}

/* What ("@query-param";name="...") stands for, NULL when it is refused. */
static const char *
query_param(struct arena *arena, const char *target, const char *name)
{
	const char *input = arena_printf(
	    arena, "s=(\"@query-param\";name=\"%s\")" PARAMS, name);
	struct message message;
	struct httpsig *sig;
	char *base, *value;

	message_init(&message, "GET");
	message.request.target = target;
	message_add(&message, "Signature-Input", input);
	message_add(&message, "Signature", "s=:AAAA:");
	ASSERT_VERDICT(
	    httpsig_rfc9421_parse(arena, &message.request, &sig), HTTPSIG_OK);
	if (httpsig_rfc9421_base(arena, sig, &message.request, &base) !=
	    HTTPSIG_OK)
		return NULL;
	value = strstr(base, ": ") + 2;
	return arena_strndup(arena, value, strcspn(value, "\n"));
}

/* The examples of RFC 9421 section 2.2.8, and what it forbids. */
static void
query_parameters_are_decoded_and_encoded_again(void **state)
{
	static const char target[] =
	    "/p?var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus"
	    "+whitespace&fa%C3%A7ade%22%3A%20=something&twice=1&bare&twice=2";
	struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(query_param(arena, target, "var"),
	    "this%20is%20a%20big%0Amultiline%20value");
	assert_string_equal(
	    query_param(arena, target, "bar"), "with%20plus%20whitespace");
	assert_string_equal(
	    query_param(arena, target, "fa%C3%A7ade%22%3A%20"), "something");
	assert_string_equal(query_param(arena, target, "bare"), "");
	assert_string_equal(
	    query_param(arena, "/?a=%zz~%7e", "a"), "%25zz%7E%7E");
	assert_null(query_param(arena, target, "twice"));
	assert_null(query_param(arena, target, "absent"));
	assert_null(query_param(arena, "/p", "absent"));
	arena_free(&arena);
}

static void
signature_input_decides_the_form(void **state)
{
	struct arena *arena = arena_new();
	struct message message;

	(void)state;
	message_sign(arena, &message, "POST", HTTPSIG_CAVAGE, ed25519);
	ASSERT_VERDICT(judge(arena, &message, ed25519), HTTPSIG_OK);
	message_add(&message, "Signature-Input", "sig1=()");
	ASSERT_VERDICT(judge(arena, &message, ed25519), HTTPSIG_MALFORMED);
	message_init(&message, "POST");
	ASSERT_VERDICT(judge(arena, &message, ed25519), HTTPSIG_MISSING);
	message_add(&message, "Signature-Input", "sig1=()");
	ASSERT_VERDICT(judge(arena, &message, ed25519), HTTPSIG_MALFORMED);
	arena_free(&arena);
}

static void
the_default_port_and_case_of_the_host_do_not_count(void **state)
{
	struct arena *arena = arena_new();
	struct message message;
	struct httpsig_signer signer = { HTTPSIG_RFC9421, KEY_ID, ed25519,
		NOW };
	struct httpsig_headers added;

	(void)state;
	message_init(&message, "GET");
	message.request.authority = "lyon.example";
	assert_int_equal(
	    httpsig_sign(arena, &signer, &message.request, &added), 0);
	for (size_t i = 0; i < added.n; i++)
		message_add(
		    &message, added.items[i].name, added.items[i].value);
	message.request.authority = "Lyon.Example:443";
	ASSERT_VERDICT(judge(arena, &message, ed25519), HTTPSIG_OK);
	message.request.authority = "lyon.example:80";
	ASSERT_VERDICT(judge(arena, &message, ed25519), HTTPSIG_MISMATCH);
	arena_free(&arena);
}

static void
line_breaks_and_absent_headers_are_refused(void **state)
{
	struct arena *arena = arena_new();
	struct message message;

	(void)state;
	message_init(&message, "GET");
	message_add(&message, "Host", message.request.authority);
	message_add(&message, "X-Note", "a");
	sign_cavage(arena, &message, "(request-target) host date x-note", "");
	ASSERT_VERDICT(judge(arena, &message, ed25519), HTTPSIG_OK);
	message_add(&message, "x-note", "b");
	ASSERT_VERDICT(judge(arena, &message, ed25519), HTTPSIG_MISMATCH);
	message_set(&message, "X-Note", "a\nhost: evil.example");
	ASSERT_VERDICT(judge(arena, &message, ed25519), HTTPSIG_MALFORMED);
	message_drop(&message, "X-Note");
	message_drop(&message, "x-note");
	ASSERT_VERDICT(
	    judge(arena, &message, ed25519), HTTPSIG_COMPONENT_ABSENT);
	message_set(&message, "Date", "yesterday");
	ASSERT_VERDICT(judge(arena, &message, ed25519), HTTPSIG_MALFORMED);
	arena_free(&arena);
}

static void
fields_are_bounded(void **state)
{
	struct arena *arena = arena_new();
	struct message message;
	struct httpsig *sig;
	struct buf buf;

	(void)state;
	for (int n = HTTPSIG_MAX_COMPONENTS; n < HTTPSIG_MAX_COMPONENTS + 2;
	     n++) {
		buf_init(&buf, 1 << 16);
		for (int i = 4; i < n; i++)
			buf_printf(&buf, " x%d", i);
		message_init(&message, "POST");
		message_add(&message, "Signature",
		    arena_printf(arena,
			"keyId=\"" KEY_ID "\",headers=\"(request-target) host "
			"date digest%s\",signature=\"AAAA\"",
			buf_str(&buf)));
		ASSERT_VERDICT(httpsig_parse(arena, &message.request, &sig),
		    n > HTTPSIG_MAX_COMPONENTS ? HTTPSIG_MALFORMED
					       : HTTPSIG_OK);
		buf_done(&buf);
	}
	message_init(&message, "POST");
	message_add(&message, "Signature",
	    arena_printf(arena, GOOD ",opaque=\"%*s\"", HTTPSIG_MAX_FIELD, ""));
	ASSERT_VERDICT(
	    httpsig_parse(arena, &message.request, &sig), HTTPSIG_MALFORMED);
	message_init(&message, "POST");
	message_add(&message, "Signature",
	    arena_printf(arena,
		"keyId=\"https://a.example/%0*d\"," LIST ",signature=AAAA",
		HTTPSIG_MAX_KEY_ID, 0));
	ASSERT_VERDICT(
	    httpsig_parse(arena, &message.request, &sig), HTTPSIG_KEY_ID);
	arena_free(&arena);
}

static void
signing_refuses_what_it_cannot_do(void **state)
{
	struct httpsig_signer signer = { HTTPSIG_CAVAGE, KEY_ID, NULL, NOW };
	struct httpsig_headers added = { .n = 77 };
	struct arena *arena = arena_new();
	struct message message;
	struct key *public;
	uint8_t *der;
	size_t len;

	(void)state;
	message_init(&message, "POST");
	assert_int_equal(key_spki(ed25519, arena, &der, &len), 0);
	assert_int_equal(key_from_spki(der, len, &public), 0);
	signer.key = public;
	assert_int_equal(
	    httpsig_sign(arena, &signer, &message.request, &added), -EINVAL);
	signer.key = ed25519;
	signer.key_id = "https://a.example/\"k";
	assert_int_equal(
	    httpsig_sign(arena, &signer, &message.request, &added), -EINVAL);
	assert_int_equal(added.n, 77);
	key_free(&public);
	arena_free(&arena);
}

static void
verdicts_have_a_status_and_a_sentence(void **state)
{
	(void)state;
	for (int i = HTTPSIG_OK; i <= HTTPSIG_MISMATCH; i++) {
		int status = httpsig_verdict_status((enum httpsig_verdict)i);

		assert_true(i == HTTPSIG_OK ? status == 200
					    : status == 400 || status == 401);
		assert_true(strlen(httpsig_verdict_sentence(
				(enum httpsig_verdict)i)) > 10);
	}
	assert_string_equal(httpsig_verdict_name(HTTPSIG_STALE), "stale");
	assert_int_equal(httpsig_verdict_status(HTTPSIG_STALE), 401);
	assert_string_equal(httpsig_form_name(HTTPSIG_RFC9421), "rfc9421");
}

static int
make_keys(void **state)
{
	(void)state;
	return key_generate(KEY_RSA, &rsa) | key_generate(KEY_RSA, &other_rsa) |
	       key_generate(KEY_ED25519, &ed25519);
}

static int
free_keys(void **state)
{
	(void)state;
	key_free(&rsa);
	key_free(&other_rsa);
	key_free(&ed25519);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_we_sign_verifies),
		cmocka_unit_test(
		    headers_that_signing_adds_are_as_others_expect),
		cmocka_unit_test(a_changed_request_does_not_verify),
		cmocka_unit_test(an_exchanged_digest_does_not_verify),
		cmocka_unit_test(the_date_must_lie_within_the_window),
		cmocka_unit_test(cavage_signatures_must_cover_enough),
		cmocka_unit_test(cavage_headers_are_read_strictly),
		cmocka_unit_test(two_cavage_signatures_are_refused),
		cmocka_unit_test(a_query_may_be_left_out_of_a_cavage_signature),
		cmocka_unit_test(key_ids_must_be_plain_urls),
		cmocka_unit_test(rfc9421_signatures_must_cover_enough),
		cmocka_unit_test(
		    of_several_rfc9421_signatures_the_acceptable_are_offered),
		cmocka_unit_test(
		    query_parameters_are_decoded_and_encoded_again),
		cmocka_unit_test(signature_input_decides_the_form),
		cmocka_unit_test(
		    the_default_port_and_case_of_the_host_do_not_count),
		cmocka_unit_test(line_breaks_and_absent_headers_are_refused),
		cmocka_unit_test(fields_are_bounded),
		cmocka_unit_test(signing_refuses_what_it_cannot_do),
		cmocka_unit_test(verdicts_have_a_status_and_a_sentence),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
