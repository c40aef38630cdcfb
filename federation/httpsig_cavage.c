/* SPDX-License-Identifier: ISC */
/*
 * httpsig_cavage.c: draft-cavage-http-signatures-12, what most servers of the
 * Fediverse speak.
 *
 *	Signature: keyId="...",algorithm="rsa-sha256",
 *	    headers="(request-target) host date digest",signature="..."
 *
 * A parameter that stands twice is refused, whatever its name: two readers
 * might not take the same one.
 */
#include "federation/httpsig_forms.h"

#include <errno.h>
#include <string.h>

#include "config/base/buf.h"
#include "config/base/text.h"

enum {
	PARAMS_MAX = 16,
	TIME_DIGITS_MAX = 15, /* seconds: no overflow, no doubt */
};

struct param {
	const char *name, *value;
};

struct params {
	struct param items[PARAMS_MAX];
	size_t n;
};

static void
skip_white(const char **at)
{
	*at += strspn(*at, " \t");
}

/* Text up to one of stop, or NULL when it is empty. */
static const char *
take_until(struct arena *arena, const char **at, const char *stop)
{
	size_t n = strcspn(*at, stop);
	const char *start = *at;

	*at += n;
	return n == 0 ? NULL : arena_strndup(arena, start, n);
}

/* A quoted string without escapes, or a bare word as in created=1402170695. */
static const char *
take_value(struct arena *arena, const char **at)
{
	const char *start = *at + 1;
	size_t n;

	if (**at != '"')
		return take_until(arena, at, "\", \t=");
	n = strcspn(start, "\"\\");
	if (start[n] != '"')
		return NULL;
	*at = start + n + 1;
	return arena_strndup(arena, start, n);
}

static const char *
params_get(const struct params *params, const char *name)
{
	for (size_t i = 0; i < params->n; i++)
		if (text_equal_nocase(params->items[i].name, name))
			return params->items[i].value;
	return NULL;
}

static bool
take_param(struct arena *arena, const char **at, struct params *params)
{
	const char *name, *value;

	skip_white(at);
	name = take_until(arena, at, "=, \t\"");
	skip_white(at);
	if (name == NULL || **at != '=')
		return false;
	(*at)++;
	skip_white(at);
	value = take_value(arena, at);
	skip_white(at);
	if (value == NULL || params->n == PARAMS_MAX ||
	    params_get(params, name) != NULL)
		return false;
	params->items[params->n++] = (struct param){ name, value };
	return true;
}

static bool
is_printable(const char *text)
{
	for (; *text != '\0'; text++)
		if ((*text < 0x20 && *text != '\t') || *text > 0x7e)
			return false;
	return true;
}

static bool
parse_params(struct arena *arena, const char *text, struct params *ret)
{
	ret->n = 0;
	if (strlen(text) > HTTPSIG_MAX_FIELD || !is_printable(text))
		return false;
	for (;;) {
		if (!take_param(arena, &text, ret))
			return false;
		if (*text == '\0')
			return true;
		if (*text++ != ',')
			return false;
	}
}

/*
 * Seconds, with a fraction or not (the draft allows one in expires).  Absent
 * leaves -1 and NULL.
 */
static bool
parse_time(const char *text, int64_t *ret, const char **ret_text)
{
	size_t n;
	int64_t seconds = 0;

	*ret = -1;
	*ret_text = text;
	if (text == NULL)
		return true;
	n = strspn(text, "0123456789");
	if (n == 0 || n > TIME_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		seconds = seconds * 10 + (text[i] - '0');
	if (text[n] == '.' && strspn(text + n + 1, "0123456789") > 0)
		n += 1 + strspn(text + n + 1, "0123456789");
	*ret = seconds;
	return text[n] == '\0';
}

/*
 * hs2019 hides the algorithm on purpose: the key says it.  In practice it
 * stands for RSA with SHA-256, or for Ed25519.
 */
static bool
parse_algorithm(const char *text, enum httpsig_algorithm *ret)
{
	*ret = HTTPSIG_BY_KEY;
	if (text == NULL || text_equal_nocase(text, "hs2019"))
		return true;
	if (text_equal_nocase(text, "rsa-sha256"))
		*ret = HTTPSIG_RSA_SHA256;
	else if (text_equal_nocase(text, "ed25519"))
		*ret = HTTPSIG_ED25519;
	return *ret != HTTPSIG_BY_KEY;
}

static unsigned
cover_of(const char *component)
{
	static const struct {
		const char *name;
		unsigned covers;
	} table[] = {
		{ "(request-target)", HTTPSIG_COVERS_METHOD |
					  HTTPSIG_COVERS_PATH |
					  HTTPSIG_COVERS_QUERY },
		{ "(created)", HTTPSIG_COVERS_CREATED },
		{ "date", HTTPSIG_COVERS_DATE },
		{ "host", HTTPSIG_COVERS_HOST },
		{ "digest", HTTPSIG_COVERS_DIGEST },
		{ "content-digest", HTTPSIG_COVERS_CONTENT_DIGEST },
	};

	for (size_t i = 0; i < N_ELEMENTS(table); i++)
		if (strcmp(table[i].name, component) == 0)
			return table[i].covers;
	return 0;
}

static bool
is_listed(const char *const *components, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(components[i], name) == 0)
			return true;
	return false;
}

static bool
is_known_kind(const char *component)
{
	return component[0] != '(' ||
	       strcmp(component, "(request-target)") == 0 ||
	       strcmp(component, "(created)") == 0 ||
	       strcmp(component, "(expires)") == 0;
}

/* "(request-target) host date" into a list of lower case names. */
static enum httpsig_verdict
parse_components(struct arena *arena, const char *text, struct httpsig *sig)
{
	const char **list =
	    arena_alloc(arena, (HTTPSIG_MAX_COMPONENTS + 1) * sizeof(*list));
	size_t n = 0;

	for (;;) {
		size_t len = strcspn(text, " ");
		char *name = arena_strndup(arena, text, len);

		if (len == 0 || n == HTTPSIG_MAX_COMPONENTS)
			return HTTPSIG_MALFORMED;
		text_lower(name);
		if (is_listed(list, n, name))
			return HTTPSIG_MALFORMED;
		if (!is_known_kind(name))
			return HTTPSIG_COMPONENT_UNSUPPORTED;
		list[n++] = name;
		sig->covers |= cover_of(name);
		if (text[len] == '\0')
			break;
		text += len + 1;
	}
	sig->components = list;
	return HTTPSIG_OK;
}

/*
 * (created) and (expires) must be given to be covered, and section 2.3 forbids
 * them with the algorithms that are older than they.
 */
static bool
times_allowed(const struct httpsig *sig)
{
	bool created = false, expires = false;

	for (const char *const *name = sig->components; *name != NULL; name++) {
		created = created || strcmp(*name, "(created)") == 0;
		expires = expires || strcmp(*name, "(expires)") == 0;
	}
	if ((created && sig->created < 0) || (expires && sig->expires < 0))
		return false;
	return !(created || expires) || sig->algorithm != HTTPSIG_RSA_SHA256;
}

static enum httpsig_verdict
fill(struct arena *arena, const struct params *params, struct httpsig *sig)
{
	const char *text = params_get(params, "signature");
	const char *headers = params_get(params, "headers");
	enum httpsig_verdict verdict;
	uint8_t *bytes;

	sig->form = HTTPSIG_CAVAGE;
	sig->key_id = params_get(params, "keyId");
	if (text == NULL ||
	    !parse_time(params_get(params, "created"), &sig->created,
		&sig->created_text) ||
	    !parse_time(params_get(params, "expires"), &sig->expires,
		&sig->expires_text) ||
	    text_base64_decode(
		arena, text, strlen(text), &bytes, &sig->signature_len) != 0 ||
	    sig->signature_len == 0 ||
	    sig->signature_len > HTTPSIG_MAX_SIGNATURE)
		return HTTPSIG_MALFORMED;
	sig->signature = bytes;
	if (sig->key_id == NULL || strlen(sig->key_id) > HTTPSIG_MAX_KEY_ID)
		return HTTPSIG_KEY_ID;
	if (!parse_algorithm(params_get(params, "algorithm"), &sig->algorithm))
		return HTTPSIG_ALGORITHM;
	/* Without a list, the Date alone: so the drafts before 12. */
	verdict =
	    parse_components(arena, headers == NULL ? "date" : headers, sig);
	if (verdict != HTTPSIG_OK)
		return verdict;
	return times_allowed(sig) ? HTTPSIG_OK : HTTPSIG_MALFORMED;
}

enum httpsig_verdict
httpsig_cavage_parse(struct arena *arena, const struct httpsig_request *request,
    struct httpsig **ret)
{
	const char *text = httpsig_header_value(arena, request, "signature");
	struct httpsig *sig = arena_alloc(arena, sizeof(*sig));
	enum httpsig_verdict verdict;
	struct params params;

	if (text == NULL)
		return HTTPSIG_MISSING;
	if (!parse_params(arena, text, &params))
		return HTTPSIG_MALFORMED;
	verdict = fill(arena, &params, sig);
	if (verdict == HTTPSIG_OK)
		*ret = sig;
	return verdict;
}

static const char *
request_target(
    struct arena *arena, const struct httpsig_request *request, bool with_query)
{
	size_t len = with_query ? strlen(request->target)
				: strcspn(request->target, "?");
	char *method = arena_strdup(arena, request->method);

	text_lower(method);
	return arena_printf(
	    arena, "%s %.*s", method, (int)len, request->target);
}

/* What one component stands for, NULL when the request lacks it. */
static const char *
component_value(struct arena *arena, const struct httpsig *sig,
    const struct httpsig_request *request, bool with_query, const char *name)
{
	const char *value;

	if (strcmp(name, "(request-target)") == 0)
		return request_target(arena, request, with_query);
	if (strcmp(name, "(created)") == 0)
		return sig->created_text;
	if (strcmp(name, "(expires)") == 0)
		return sig->expires_text;
	value = httpsig_header_value(arena, request, name);
	if (value == NULL && strcmp(name, "host") == 0)
		return request->authority; /* HTTP/2 has no Host */
	return value;
}

static enum httpsig_verdict
add_components(struct arena *arena, const struct httpsig *sig,
    const struct httpsig_request *request, bool with_query, struct buf *buf)
{
	for (const char *const *name = sig->components; *name != NULL; name++) {
		const char *value =
		    component_value(arena, sig, request, with_query, *name);

		if (value == NULL)
			return HTTPSIG_COMPONENT_ABSENT;
		if (name != sig->components)
			buf_putc(buf, '\n');
		buf_puts(buf, *name);
		if (!httpsig_base_line(buf, value))
			return HTTPSIG_MALFORMED;
	}
	return buf_failed(buf) ? HTTPSIG_MALFORMED : HTTPSIG_OK;
}

enum httpsig_verdict
httpsig_cavage_base(struct arena *arena, const struct httpsig *sig,
    const struct httpsig_request *request, bool with_query, char **ret)
{
	enum httpsig_verdict verdict;
	struct buf buf;

	buf_init(&buf, HTTPSIG_MAX_BASE);
	verdict = add_components(arena, sig, request, with_query, &buf);
	if (verdict == HTTPSIG_OK)
		*ret = arena_strdup(arena, buf_str(&buf));
	buf_done(&buf);
	return verdict;
}

/* What we sign, in this order; the last for a request with a body only. */
static const char *const signed_components[] = { "(request-target)", "host",
	"date", "digest" };

static const char *
signature_text(struct arena *arena, const struct httpsig_signer *signer,
    const struct httpsig *sig, const char *signature)
{
	const char *list = sig->components[0];

	for (size_t i = 1; sig->components[i] != NULL; i++)
		list = arena_printf(arena, "%s %s", list, sig->components[i]);
	return arena_printf(arena,
	    "keyId=\"%s\",algorithm=\"%s\",headers=\"%s\",signature=\"%s\"",
	    signer->key_id,
	    key_kind(signer->key) == KEY_RSA ? "rsa-sha256" : "hs2019", list,
	    signature);
}

int
httpsig_cavage_sign(struct arena *arena, const struct httpsig_signer *signer,
    const struct httpsig_request *request, struct httpsig_headers *ret)
{
	const char *components[N_ELEMENTS(signed_components) + 1] = { NULL };
	struct httpsig sig = { .components = components };
	struct httpsig_request sent = *request;
	size_t n = N_ELEMENTS(signed_components);
	char *base, *signature;
	int r;

	if (ret->n == 1) /* Date alone: no digest */
		n--;
	memcpy(components, signed_components, n * sizeof(components[0]));
	sent.headers = ret->items;
	sent.n_headers = ret->n;
	if (httpsig_cavage_base(arena, &sig, &sent, true, &base) != HTTPSIG_OK)
		return -EINVAL;
	if ((r = httpsig_make(arena, signer->key, base, &signature)) != 0)
		return r;
	ret->items[ret->n++] = (struct httpsig_header){ "Signature",
		signature_text(arena, signer, &sig, signature) };
	return 0;
}
