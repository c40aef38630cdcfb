/* SPDX-License-Identifier: ISC */
/*
 * httpsig.c: the policy, which is the same for both forms.
 *
 * The forms say which parts of the request a signature covers; here it is
 * decided whether that is enough, before the key is known.  A signature that
 * covers little is a valid signature, but of something else: whoever holds it
 * could put another body, target or date beside it.
 */
#include "federation/httpsig.h"

#include <errno.h>
#include <string.h>

#include "config/base/buf.h"
#include "config/base/clock.h"
#include "config/base/text.h"
#include "federation/digest.h"
#include "federation/httpsig_forms.h"

static const struct {
	const char *name;
	int status;
	const char *sentence;
} verdicts[] = {
#define V(name, text, status, sentence) { text, status, sentence },
	HTTPSIG_VERDICTS(V)
#undef V
};

const char *
httpsig_verdict_name(enum httpsig_verdict verdict)
{
	return verdicts[verdict].name;
}

int
httpsig_verdict_status(enum httpsig_verdict verdict)
{
	return verdicts[verdict].status;
}

const char *
httpsig_verdict_sentence(enum httpsig_verdict verdict)
{
	return verdicts[verdict].sentence;
}

const char *
httpsig_form_name(enum httpsig_form form)
{
	return form == HTTPSIG_CAVAGE ? "draft-cavage" : "rfc9421";
}

const char *
httpsig_header_value(struct arena *arena, const struct httpsig_request *request,
    const char *name)
{
	const char *value = NULL;
	struct buf joined;
	bool found = false;

	buf_init(&joined, HTTPSIG_MAX_BASE);
	for (size_t i = 0; i < request->n_headers; i++) {
		if (!text_equal_nocase(request->headers[i].name, name))
			continue;
		if (found)
			buf_puts(&joined, ", ");
		buf_puts(&joined, text_trim(arena, request->headers[i].value));
		found = true;
	}
	if (found)
		value = arena_strdup(arena, buf_str(&joined));
	buf_done(&joined);
	return value;
}

bool
httpsig_base_line(struct buf *buf, const char *value)
{
	/* A value with a line break could pass for two lines. */
	if (strpbrk(value, "\r\n") != NULL)
		return false;
	buf_puts(buf, ": ");
	buf_puts(buf, value);
	return true;
}

static bool
has_body_digest(const struct httpsig_request *request)
{
	return !text_equal_nocase(request->method, "GET") &&
	       !text_equal_nocase(request->method, "HEAD");
}

/*
 * An absolute http(s) URL of printable ASCII with a host and without
 * user-info, which some readers would take for the host.
 */
static bool
is_key_id(const char *key_id)
{
	const char *host;
	size_t len;

	if (strlen(key_id) > HTTPSIG_MAX_KEY_ID)
		return false;
	for (const char *s = key_id; *s != '\0'; s++)
		if (*s <= 0x20 || *s > 0x7e || strchr("\"\\<>^`{|}", *s))
			return false;
	if (text_starts_with(key_id, "https://"))
		host = key_id + strlen("https://");
	else if (text_starts_with(key_id, "http://"))
		host = key_id + strlen("http://");
	else
		return false;
	len = strcspn(host, "/?#");
	return len > 0 && memchr(host, '@', len) == NULL && host[0] != ':' &&
	       strchr(host + len, '#') == strrchr(host + len, '#');
}

static enum httpsig_verdict
judge_digest_cover(
    struct arena *arena, unsigned covers, const struct httpsig_request *request)
{
	if (covers & (HTTPSIG_COVERS_DIGEST | HTTPSIG_COVERS_CONTENT_DIGEST))
		return HTTPSIG_OK;
	if (httpsig_header_value(arena, request, "digest") == NULL &&
	    httpsig_header_value(arena, request, "content-digest") == NULL)
		return HTTPSIG_DIGEST_MISSING;
	return HTTPSIG_COMPONENT_MISSING;
}

/* Whether a signature binds what must be bound. */
static enum httpsig_verdict
judge_cover(struct arena *arena, const struct httpsig *sig,
    const struct httpsig_request *request)
{
	unsigned needs = HTTPSIG_COVERS_METHOD | HTTPSIG_COVERS_PATH;

	if (!is_key_id(sig->key_id))
		return HTTPSIG_KEY_ID;
	if (!(sig->covers & (HTTPSIG_COVERS_DATE | HTTPSIG_COVERS_CREATED)))
		return HTTPSIG_COMPONENT_MISSING;
	if (strchr(request->target, '?') != NULL)
		needs |= HTTPSIG_COVERS_QUERY;
	/* Mastodon asks draft-cavage for the host on GET only. */
	if (sig->form == HTTPSIG_RFC9421 || !has_body_digest(request))
		needs |= HTTPSIG_COVERS_HOST;
	if ((sig->covers & needs) != needs)
		return HTTPSIG_COMPONENT_MISSING;
	return has_body_digest(request)
		   ? judge_digest_cover(arena, sig->covers, request)
		   : HTTPSIG_OK;
}

/* Keeps the acceptable ones; the verdict on the first if there is none. */
static enum httpsig_verdict
keep_acceptable(struct arena *arena, struct httpsig *list,
    const struct httpsig_request *request, struct httpsig **ret)
{
	enum httpsig_verdict first = HTTPSIG_OK, verdict;
	struct httpsig *kept = NULL, **tail = &kept;

	for (; list != NULL; list = list->next) {
		verdict = judge_cover(arena, list, request);
		if (verdict == HTTPSIG_OK) {
			*tail = list;
			tail = &list->next;
		} else if (first == HTTPSIG_OK) {
			first = verdict;
		}
	}
	if (kept == NULL)
		return first;
	*tail = NULL;
	*ret = kept;
	return HTTPSIG_OK;
}

enum httpsig_verdict
httpsig_parse(struct arena *arena, const struct httpsig_request *request,
    struct httpsig **ret)
{
	struct httpsig *list = NULL;
	enum httpsig_verdict verdict;

	if (httpsig_header_value(arena, request, "signature-input") != NULL)
		verdict = httpsig_rfc9421_parse(arena, request, &list);
	else
		verdict = httpsig_cavage_parse(arena, request, &list);
	if (verdict != HTTPSIG_OK)
		return verdict;
	return keep_acceptable(arena, list, request, ret);
}

static bool
within(const struct httpsig_policy *policy, int64_t time)
{
	return time >= policy->now - policy->window_seconds &&
	       time <= policy->now + policy->window_seconds;
}

static enum httpsig_verdict
screen_time(struct arena *arena, const struct httpsig *sig,
    const struct httpsig_request *request, const struct httpsig_policy *policy)
{
	if (sig->covers & HTTPSIG_COVERS_DATE) {
		const char *date = httpsig_header_value(arena, request, "date");
		int64_t time;

		if (date == NULL)
			return HTTPSIG_COMPONENT_ABSENT;
		if (clock_http_parse(date, &time) != 0)
			return HTTPSIG_MALFORMED;
		if (!within(policy, time))
			return HTTPSIG_STALE;
	}
	if ((sig->covers & HTTPSIG_COVERS_CREATED) &&
	    !within(policy, sig->created))
		return HTTPSIG_STALE;
	/* Also when it is not covered: a sender may limit itself. */
	if (sig->expires >= 0 && sig->expires < policy->now)
		return HTTPSIG_EXPIRED;
	return HTTPSIG_OK;
}

typedef enum digest_verdict digest_check_f(
    struct arena *, const char *, const void *, size_t);

/* One digest header, if it is covered; those that are not prove nothing. */
static enum digest_verdict
screen_one_digest(struct arena *arena, const struct httpsig_request *request,
    const char *name, digest_check_f *check)
{
	const char *value = httpsig_header_value(arena, request, name);

	if (value == NULL)
		return DIGEST_NONE;
	return check(arena, value, request->body, request->body_len);
}

static enum httpsig_verdict
screen_digest(struct arena *arena, const struct httpsig *sig,
    const struct httpsig_request *request)
{
	enum digest_verdict old = DIGEST_NONE, new = DIGEST_NONE;

	if (sig->covers & HTTPSIG_COVERS_DIGEST)
		old = screen_one_digest(arena, request, "digest", digest_check);
	if (sig->covers & HTTPSIG_COVERS_CONTENT_DIGEST)
		new = screen_one_digest(
		    arena, request, "content-digest", digest_check_content);
	if (old == DIGEST_MALFORMED || new == DIGEST_MALFORMED)
		return HTTPSIG_DIGEST_MALFORMED;
	if (old == DIGEST_DIFFERS || new == DIGEST_DIFFERS)
		return HTTPSIG_DIGEST_MISMATCH;
	if (has_body_digest(request) && old == DIGEST_NONE &&
	    new == DIGEST_NONE)
		return HTTPSIG_DIGEST_MISSING;
	return HTTPSIG_OK;
}

enum httpsig_verdict
httpsig_screen(struct arena *arena, const struct httpsig *sig,
    const struct httpsig_request *request, const struct httpsig_policy *policy)
{
	enum httpsig_verdict verdict = screen_time(arena, sig, request, policy);

	if (verdict != HTTPSIG_OK)
		return verdict;
	return screen_digest(arena, sig, request);
}

static bool
scheme_for(
    enum httpsig_algorithm algorithm, enum key_kind kind, enum key_scheme *ret)
{
	*ret = SCHEME_DEFAULT;
	switch (algorithm) {
	case HTTPSIG_BY_KEY:
		return true;
	case HTTPSIG_ED25519:
		return kind == KEY_ED25519;
	case HTTPSIG_RSA_SHA256:
		break;
	case HTTPSIG_RSA_SHA512:
		*ret = SCHEME_RSA_SHA512;
		break;
	case HTTPSIG_RSA_PSS_SHA512:
		*ret = SCHEME_RSA_PSS_SHA512;
		break;
	}
	return kind == KEY_RSA;
}

enum httpsig_verdict
httpsig_verify(
    const struct httpsig *sig, const char *base, const struct key *key)
{
	enum key_scheme scheme;

	if (!scheme_for(sig->algorithm, key_kind(key), &scheme))
		return HTTPSIG_ALGORITHM;
	if (key_verify_scheme(key, scheme, base, strlen(base), sig->signature,
		sig->signature_len) != 0)
		return HTTPSIG_MISMATCH;
	return HTTPSIG_OK;
}

static enum httpsig_verdict
check_cavage(struct arena *arena, const struct httpsig *sig,
    const struct httpsig_request *request, bool with_query,
    const struct key *key)
{
	enum httpsig_verdict verdict;
	char *base;

	verdict = httpsig_cavage_base(arena, sig, request, with_query, &base);
	return verdict != HTTPSIG_OK ? verdict : httpsig_verify(sig, base, key);
}

static enum httpsig_verdict
check_rfc9421(struct arena *arena, const struct httpsig *sig,
    const struct httpsig_request *request, const struct key *key)
{
	enum httpsig_verdict verdict;
	char *base;

	verdict = httpsig_rfc9421_base(arena, sig, request, &base);
	return verdict != HTTPSIG_OK ? verdict : httpsig_verify(sig, base, key);
}

enum httpsig_verdict
httpsig_check(struct arena *arena, const struct httpsig *sig,
    const struct httpsig_request *request, const struct httpsig_policy *policy,
    const struct key *key)
{
	enum httpsig_verdict verdict =
	    httpsig_screen(arena, sig, request, policy);

	if (verdict != HTTPSIG_OK)
		return verdict;
	if (sig->form == HTTPSIG_RFC9421)
		return check_rfc9421(arena, sig, request, key);
	verdict = check_cavage(arena, sig, request, true, key);
	/* Several servers sign the path alone. */
	if (verdict == HTTPSIG_MISMATCH && strchr(request->target, '?') != NULL)
		verdict = check_cavage(arena, sig, request, false, key);
	return verdict;
}

int
httpsig_make(
    struct arena *arena, const struct key *key, const char *base, char **ret)
{
	uint8_t *signature;
	size_t len;

	if (!key_has_secret(key))
		return -EINVAL;
	if (key_sign(key, base, strlen(base), arena, &signature, &len) != 0)
		return -EIO;
	*ret = text_base64(arena, signature, len);
	return 0;
}

static void
add_header(struct httpsig_headers *headers, const char *name, const char *value)
{
	ASSERT(headers->n < HTTPSIG_MAX_HEADERS);
	headers->items[headers->n++] = (struct httpsig_header){ name, value };
}

int
httpsig_sign(struct arena *arena, const struct httpsig_signer *signer,
    const struct httpsig_request *request, struct httpsig_headers *ret)
{
	bool cavage = signer->form == HTTPSIG_CAVAGE;
	struct httpsig_headers headers = { .n = 0 };
	char *date = arena_alloc(arena, CLOCK_HTTP_SIZE);
	int r;

	if (!is_key_id(signer->key_id))
		return -EINVAL;
	clock_http(signer->now, date);
	add_header(&headers, "Date", date);
	if (has_body_digest(request) && cavage)
		add_header(&headers, "Digest",
		    digest_make(arena, request->body, request->body_len));
	else if (has_body_digest(request))
		add_header(&headers, "Content-Digest",
		    digest_make_content(
			arena, request->body, request->body_len));
	r = cavage ? httpsig_cavage_sign(arena, signer, request, &headers)
		   : httpsig_rfc9421_sign(arena, signer, request, &headers);
	if (r == 0)
		*ret = headers;
	return r;
}
