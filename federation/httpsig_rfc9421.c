/* SPDX-License-Identifier: ISC */
/*
 * httpsig_rfc9421.c: HTTP Message Signatures (RFC 9421), for requests.
 *
 *	Signature-Input: sig1=("@method" "@target-uri" "content-digest")
 *	    ;created=1618884475;keyid="..."
 *	Signature: sig1=:base64:
 *
 * Of the component parameters (section 2.1) only name is read, for
 * @query-param.  sf, key, bs, tr and req are refused: nobody uses them in this
 * network, and what is not understood must not pass for covered.
 */
#include "federation/httpsig_forms.h"

#include <errno.h>
#include <string.h>

#include "config/base/buf.h"
#include "config/base/text.h"
#include "federation/sfv.h"

#define SIGNATURE_LABEL "sig1"

static const struct {
	const char *name;
	unsigned covers;
} known[] = {
	{ "@method", HTTPSIG_COVERS_METHOD },
	{ "@target-uri",
	    HTTPSIG_COVERS_PATH | HTTPSIG_COVERS_QUERY | HTTPSIG_COVERS_HOST },
	{ "@authority", HTTPSIG_COVERS_HOST },
	{ "@scheme", 0 },
	{ "@request-target", HTTPSIG_COVERS_PATH | HTTPSIG_COVERS_QUERY },
	{ "@path", HTTPSIG_COVERS_PATH },
	{ "@query", HTTPSIG_COVERS_QUERY },
	{ "@query-param", 0 },
	{ "host", HTTPSIG_COVERS_HOST },
	{ "date", HTTPSIG_COVERS_DATE },
	{ "digest", HTTPSIG_COVERS_DIGEST },
	{ "content-digest", HTTPSIG_COVERS_CONTENT_DIGEST },
};

/* A header's name must be a token in lower case (section 2.1). */
static bool
is_header_name(const char *name)
{
	if (*name == '\0')
		return false;
	for (; *name != '\0'; name++)
		if (!(*name >= 'a' && *name <= 'z') &&
		    !(*name >= '0' && *name <= '9') &&
		    strchr("!#$%&'*+-.^_`|~", *name) == NULL)
			return false;
	return true;
}

/* Adds what one component covers. */
static enum httpsig_verdict
judge_component(const struct sfv_item *item, unsigned *covers)
{
	const char *name = item->value.text;
	bool parameter = item->params != NULL, query_param;

	if (item->value.type != SFV_STRING)
		return HTTPSIG_MALFORMED;
	query_param = strcmp(name, "@query-param") == 0;
	if (query_param ? !parameter || item->params->next != NULL ||
			      strcmp(item->params->key, "name") != 0 ||
			      item->params->value.type != SFV_STRING
			: parameter)
		return HTTPSIG_COMPONENT_UNSUPPORTED;
	for (size_t i = 0; i < N_ELEMENTS(known); i++)
		if (strcmp(known[i].name, name) == 0) {
			*covers |= known[i].covers;
			return HTTPSIG_OK;
		}
	if (name[0] == '@')
		return HTTPSIG_COMPONENT_UNSUPPORTED;
	return is_header_name(name) ? HTTPSIG_OK : HTTPSIG_MALFORMED;
}

/* Section 2: each component identifier must occur only once. */
static bool
is_repeated(const struct sfv_item *first, const struct sfv_item *item)
{
	for (; first != item; first = first->next) {
		if (strcmp(first->value.text, item->value.text) != 0)
			continue;
		if (item->params == NULL || strcmp(first->params->value.text,
						item->params->value.text) == 0)
			return true;
	}
	return false;
}

static enum httpsig_verdict
judge_components(const struct sfv_member *params, struct httpsig *sig)
{
	enum httpsig_verdict verdict;
	size_t n = 0;

	for (const struct sfv_item *item = params->items; item != NULL;
	     item = item->next) {
		if (n++ == HTTPSIG_MAX_COMPONENTS)
			return HTTPSIG_MALFORMED;
		verdict = judge_component(item, &sig->covers);
		if (verdict != HTTPSIG_OK)
			return verdict;
		if (is_repeated(params->items, item))
			return HTTPSIG_MALFORMED;
	}
	return HTTPSIG_OK;
}

/* Absent leaves -1. */
static bool
parse_time(const struct sfv_member *params, const char *name, int64_t *ret)
{
	const struct sfv_value *value = sfv_param_find(params->params, name);

	*ret = -1;
	if (value == NULL)
		return true;
	if (value->type != SFV_INTEGER || value->number < 0)
		return false;
	*ret = value->number;
	return true;
}

/* Absent leaves NULL. */
static bool
parse_text(const struct sfv_member *params, const char *name, const char **ret)
{
	const struct sfv_value *value = sfv_param_find(params->params, name);

	*ret = NULL;
	if (value == NULL)
		return true;
	if (value->type != SFV_STRING)
		return false;
	*ret = value->text;
	return true;
}

static bool
parse_algorithm(const char *name, enum httpsig_algorithm *ret)
{
	static const struct {
		const char *name;
		enum httpsig_algorithm algorithm;
	} table[] = {
		{ "rsa-v1_5-sha256", HTTPSIG_RSA_SHA256 },
		{ "ed25519", HTTPSIG_ED25519 },
		{ "rsa-v1_5-sha512", HTTPSIG_RSA_SHA512 },
		{ "rsa-pss-sha512", HTTPSIG_RSA_PSS_SHA512 },
	};

	*ret = HTTPSIG_BY_KEY;
	if (name == NULL)
		return true;
	for (size_t i = 0; i < N_ELEMENTS(table); i++)
		if (strcmp(table[i].name, name) == 0)
			*ret = table[i].algorithm;
	return *ret != HTTPSIG_BY_KEY;
}

static enum httpsig_verdict
fill(const struct sfv_member *params, const struct sfv_member *signature,
    struct httpsig *sig)
{
	const char *algorithm;

	sig->form = HTTPSIG_RFC9421;
	sig->params = params;
	if (!params->inner || signature == NULL || signature->inner ||
	    signature->value.type != SFV_BYTES || signature->value.len == 0 ||
	    signature->value.len > HTTPSIG_MAX_SIGNATURE ||
	    !parse_time(params, "created", &sig->created) ||
	    !parse_time(params, "expires", &sig->expires) ||
	    !parse_text(params, "keyid", &sig->key_id) ||
	    !parse_text(params, "alg", &algorithm))
		return HTTPSIG_MALFORMED;
	sig->signature = signature->value.bytes;
	sig->signature_len = signature->value.len;
	/* Parameters are always covered (section 2.3). */
	if (sig->created >= 0)
		sig->covers |= HTTPSIG_COVERS_CREATED;
	if (sig->key_id == NULL || strlen(sig->key_id) > HTTPSIG_MAX_KEY_ID)
		return HTTPSIG_KEY_ID;
	if (!parse_algorithm(algorithm, &sig->algorithm))
		return HTTPSIG_ALGORITHM;
	return judge_components(params, sig);
}

/* A header as a dictionary of at most HTTPSIG_MAX_SIGNATURES members. */
static bool
parse_header(struct arena *arena, const struct httpsig_request *request,
    const char *name, struct sfv_member **ret)
{
	const char *text = httpsig_header_value(arena, request, name);
	struct sfv_member *members;
	size_t n = 0;

	if (text == NULL || strlen(text) > HTTPSIG_MAX_FIELD ||
	    sfv_dictionary_parse(arena, text, strlen(text), &members) != 0)
		return false;
	for (const struct sfv_member *m = members; m != NULL; m = m->next)
		n++;
	*ret = members;
	return n > 0 && n <= HTTPSIG_MAX_SIGNATURES;
}

enum httpsig_verdict
httpsig_rfc9421_parse(struct arena *arena,
    const struct httpsig_request *request, struct httpsig **ret)
{
	struct sfv_member *inputs, *signatures;
	struct httpsig *list = NULL, **tail = &list;
	enum httpsig_verdict first = HTTPSIG_OK, verdict;

	if (!parse_header(arena, request, "signature-input", &inputs) ||
	    !parse_header(arena, request, "signature", &signatures))
		return HTTPSIG_MALFORMED;
	for (; inputs != NULL; inputs = inputs->next) {
		struct httpsig *sig = arena_alloc(arena, sizeof(*sig));

		verdict =
		    fill(inputs, sfv_member_find(signatures, inputs->key), sig);
		if (verdict == HTTPSIG_OK) {
			*tail = sig;
			tail = &sig->next;
		} else if (first == HTTPSIG_OK) {
			first = verdict;
		}
	}
	if (list == NULL)
		return first;
	*ret = list;
	return HTTPSIG_OK;
}

/* Section 2.2.3: lower case, without the scheme's own port. */
static const char *
authority(struct arena *arena, const struct httpsig_request *request)
{
	char *text = arena_strdup(arena, request->authority);
	const char *port =
	    strcmp(request->scheme, "https") == 0 ? ":443" : ":80";

	text_lower(text);
	if (text_ends_with(text, port))
		text[strlen(text) - strlen(port)] = '\0';
	return text;
}

static const char *
query(const struct httpsig_request *request)
{
	const char *mark = strchr(request->target, '?');

	return mark == NULL ? "?" : mark;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * Decodes application/x-www-form-urlencoded and encodes again, so that one
 * value has one text (section 2.2.8).  A space becomes %20.
 */
static const char *
form_recode(struct arena *arena, const char *text, size_t len)
{
	char *out = arena_alloc(arena, 3 * len + 1), *at = out;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%' && i + 2 < len &&
			   hex_digit(text[i + 1]) >= 0 &&
			   hex_digit(text[i + 2]) >= 0) {
			c = (unsigned char)(hex_digit(text[i + 1]) * 16 +
					    hex_digit(text[i + 2]));
			i += 2;
		}
		if ((c >= '0' && c <= '9') ||
		    ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
		    (c != '\0' && strchr("*-._", c) != NULL)) {
			*at++ = (char)c;
			continue;
		}
		*at++ = '%';
		*at++ = "0123456789ABCDEF"[c >> 4];
		*at++ = "0123456789ABCDEF"[c & 15];
	}
	return out;
}

/* NULL when absent, and when it stands twice (section 2.2.8). */
static const char *
query_param(struct arena *arena, const struct httpsig_request *request,
    const char *name)
{
	const char *at = query(request) + 1, *found = NULL;
	const char *wanted = form_recode(arena, name, strlen(name));

	for (;;) {
		size_t len = strcspn(at, "&"), key = 0;

		while (key < len && at[key] != '=')
			key++;
		if (strcmp(form_recode(arena, at, key), wanted) == 0) {
			if (found != NULL)
				return NULL;
			found = key == len ? ""
					   : form_recode(arena, at + key + 1,
						 len - key - 1);
		}
		if (at[len] == '\0')
			return found;
		at += len + 1;
	}
}

/* What one component stands for, NULL when the request lacks it. */
static const char *
component_value(struct arena *arena, const struct httpsig_request *request,
    const struct sfv_item *item)
{
	const char *name = item->value.text, *target = request->target, *value;

	if (strcmp(name, "@method") == 0)
		return request->method;
	if (strcmp(name, "@target-uri") == 0)
		return arena_printf(arena, "%s://%s%s", request->scheme,
		    authority(arena, request), target);
	if (strcmp(name, "@authority") == 0)
		return authority(arena, request);
	if (strcmp(name, "@scheme") == 0)
		return request->scheme;
	if (strcmp(name, "@request-target") == 0)
		return target;
	if (strcmp(name, "@path") == 0)
		return arena_strndup(arena, target, strcspn(target, "?"));
	if (strcmp(name, "@query") == 0)
		return query(request);
	if (strcmp(name, "@query-param") == 0)
		return query_param(arena, request, item->params->value.text);
	value = httpsig_header_value(arena, request, name);
	if (value == NULL && strcmp(name, "host") == 0)
		return request->authority; /* HTTP/2 has no Host */
	return value;
}

static enum httpsig_verdict
add_components(struct arena *arena, const struct httpsig *sig,
    const struct httpsig_request *request, struct buf *buf)
{
	for (const struct sfv_item *item = sig->params->items; item != NULL;
	     item = item->next) {
		const char *value = component_value(arena, request, item);

		if (value == NULL)
			return HTTPSIG_COMPONENT_ABSENT;
		sfv_item_format(buf, item);
		if (!httpsig_base_line(buf, value))
			return HTTPSIG_MALFORMED;
		buf_putc(buf, '\n');
	}
	buf_puts(buf, "\"@signature-params\": ");
	sfv_member_format(buf, sig->params);
	return buf_failed(buf) ? HTTPSIG_MALFORMED : HTTPSIG_OK;
}

enum httpsig_verdict
httpsig_rfc9421_base(struct arena *arena, const struct httpsig *sig,
    const struct httpsig_request *request, char **ret)
{
	enum httpsig_verdict verdict;
	struct buf buf;

	buf_init(&buf, HTTPSIG_MAX_BASE);
	verdict = add_components(arena, sig, request, &buf);
	if (verdict == HTTPSIG_OK)
		*ret = arena_strdup(arena, buf_str(&buf));
	buf_done(&buf);
	return verdict;
}

static struct sfv_value
text_value(const char *text)
{
	return (struct sfv_value){
		.type = SFV_STRING, .text = text, .len = strlen(text)
	};
}

/* ("@method" "@target-uri" "content-digest");created=...;keyid=...;alg=... */
static const struct sfv_member *
params_new(
    struct arena *arena, const struct httpsig_signer *signer, bool digest)
{
	struct sfv_member *member = arena_alloc(arena, sizeof(*member));
	struct sfv_item *items = arena_alloc(arena, 3 * sizeof(*items));
	struct sfv_param *params = arena_alloc(arena, 3 * sizeof(*params));
	bool rsa = key_kind(signer->key) == KEY_RSA;

	items[0].value = text_value("@method");
	items[0].next = &items[1];
	items[1].value = text_value("@target-uri");
	items[1].next = digest ? &items[2] : NULL;
	items[2].value = text_value("content-digest");
	params[0].key = "created";
	params[0].value =
	    (struct sfv_value){ .type = SFV_INTEGER, .number = signer->now };
	params[0].next = &params[1];
	params[1].key = "keyid";
	params[1].value = text_value(signer->key_id);
	params[1].next = &params[2];
	params[2].key = "alg";
	params[2].value = text_value(rsa ? "rsa-v1_5-sha256" : "ed25519");
	member->inner = true;
	member->items = items;
	member->params = params;
	return member;
}

static const char *
params_text(struct arena *arena, const struct sfv_member *params)
{
	const char *text;
	struct buf buf;

	buf_init(&buf, HTTPSIG_MAX_FIELD);
	sfv_member_format(&buf, params);
	text = arena_printf(arena, SIGNATURE_LABEL "=%s", buf_str(&buf));
	buf_done(&buf);
	return text;
}

int
httpsig_rfc9421_sign(struct arena *arena, const struct httpsig_signer *signer,
    const struct httpsig_request *request, struct httpsig_headers *ret)
{
	bool digest = ret->n > 1; /* beside Date */
	struct httpsig sig = { .params = params_new(arena, signer, digest) };
	struct httpsig_request sent = *request;
	char *base, *signature;
	int r;

	sent.headers = ret->items;
	sent.n_headers = ret->n;
	if (httpsig_rfc9421_base(arena, &sig, &sent, &base) != HTTPSIG_OK)
		return -EINVAL;
	if ((r = httpsig_make(arena, signer->key, base, &signature)) != 0)
		return r;
	ret->items[ret->n++] = (struct httpsig_header){ "Signature-Input",
		params_text(arena, sig.params) };
	ret->items[ret->n++] = (struct httpsig_header){ "Signature",
		arena_printf(arena, SIGNATURE_LABEL "=:%s:", signature) };
	return 0;
}
