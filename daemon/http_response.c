/* SPDX-License-Identifier: ISC */
/*
 * The answering half of http.h.  The body is chosen in this order: ETag of
 * what the handler gave, 304 if the client has it, compression if it pays,
 * nothing for HEAD; the headers are those of a GET in each case.
 *
 * Compression makes the length tell what the body repeats (BREACH): answers
 * marked private are never compressed.
 */
#include "daemon/http.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <event2/buffer.h>
#include <event2/http.h>

#include "config/base/buf.h"
#include "config/base/clock.h"
#include "config/base/log.h"
#include "config/base/text.h"
#include "daemon/etag.h"
#include "daemon/gzip.h"
#include "daemon/negotiate.h"
#include "daemon/worker_internal.h"

enum { ERROR_BODY_MAX = 16 * 1024 };

/* RFC 9110 15 and its kin; French for the small pages of errors. */
static const struct {
	int status;
	const char *phrase, *french;
} statuses[] = {
	{ 200, "OK", NULL },
	{ 201, "Created", NULL },
	{ 202, "Accepted", NULL },
	{ 204, "No Content", NULL },
	{ 301, "Moved Permanently", NULL },
	{ 302, "Found", NULL },
	{ 303, "See Other", NULL },
	{ 304, "Not Modified", NULL },
	{ 307, "Temporary Redirect", NULL },
	{ 308, "Permanent Redirect", NULL },
	{ 400, "Bad Request", "Demande mal formée" },
	{ 401, "Unauthorized", "Identification nécessaire" },
	{ 403, "Forbidden", "Accès refusé" },
	{ 404, "Not Found", "Page introuvable" },
	{ 405, "Method Not Allowed", "Méthode non admise" },
	{ 406, "Not Acceptable", "Format non disponible" },
	{ 408, "Request Timeout", "Demande trop lente" },
	{ 409, "Conflict", "Conflit" },
	{ 410, "Gone", "Page supprimée" },
	{ 411, "Length Required", "Longueur nécessaire" },
	{ 412, "Precondition Failed", "Condition non remplie" },
	{ 413, "Content Too Large", "Contenu trop volumineux" },
	{ 415, "Unsupported Media Type", "Type de contenu non admis" },
	{ 417, "Expectation Failed", "Attente non remplie" },
	{ 422, "Unprocessable Content", "Contenu non recevable" },
	{ 429, "Too Many Requests", "Trop de demandes" },
	{ 431, "Request Header Fields Too Large", "En-têtes trop longs" },
	{ 500, "Internal Server Error", "Erreur interne" },
	{ 501, "Not Implemented", "Méthode inconnue" },
	{ 502, "Bad Gateway", "Réponse invalide d’un autre serveur" },
	{ 503, "Service Unavailable", "Service momentanément indisponible" },
	{ 504, "Gateway Timeout", "Un autre serveur n’a pas répondu" },
};

static const char *
phrase_of(int status)
{
	for (size_t i = 0; i < N_ELEMENTS(statuses); i++) {
		if (statuses[i].status == status)
			return statuses[i].phrase;
	}
	return status < 400 ? "OK" : "Error";
}

static const char *
french_of(int status)
{
	for (size_t i = 0; i < N_ELEMENTS(statuses); i++) {
		if (statuses[i].status == status && statuses[i].french != NULL)
			return statuses[i].french;
	}
	return "Erreur";
}

#define PAGE_POLICY(forms) \
	"default-src 'none'; script-src 'self'; " \
	"style-src 'self'; img-src 'self' https: data:; " \
	"font-src 'self'; connect-src 'self'; " \
	"manifest-src 'self'; form-action " forms "; " \
	"base-uri 'none'; frame-ancestors 'none'"

static const char *
policy_text(enum http_policy policy)
{
	switch (policy) {
	case HTTP_POLICY_PAGE:
		return PAGE_POLICY("'self'");
	case HTTP_POLICY_LEADS_AWAY:
		return PAGE_POLICY("'self' https:");
	case HTTP_POLICY_UPLOAD:
		return "default-src 'none'; frame-ancestors 'none'; sandbox";
	case HTTP_POLICY_DEFAULT:
	case HTTP_POLICY_DOCUMENT:
		break;
	}
	return "default-src 'none'; frame-ancestors 'none'";
}

/* --- What a handler says beforehand --- */

static const char *
find_line(const struct http_request *request, const char *name)
{
	for (const struct http_header_line *line = request->headers;
	     line != NULL; line = line->next) {
		if (text_equal_nocase(line->name, name))
			return line->value;
	}
	return NULL;
}

void
http_add_header(
    struct http_request *request, const char *name, const char *value)
{
	struct http_header_line *line, **end = &request->headers;

	ASSERT(strpbrk(name, "\r\n: ") == NULL);
	ASSERT(strpbrk(value, "\r\n") == NULL);
	line = arena_alloc(request->arena, sizeof(*line));
	line->name = arena_strdup(request->arena, name);
	line->value = arena_strdup(request->arena, value);
	while (*end != NULL)
		end = &(*end)->next;
	*end = line;
}

/* Whether a name stands in the list already: several layers may say it. */
static bool
varies(const struct http_request *request, const char *name)
{
	const char *at = request->vary;
	size_t len = strlen(name);

	for (; at != NULL; at = strchr(at, ' ')) {
		at += *at == ' ' ? 1 : 0;
		if (strncmp(at, name, len) == 0 &&
		    (at[len] == ',' || at[len] == '\0'))
			return true;
	}
	return false;
}

void
http_vary(struct http_request *request, const char *name)
{
	if (varies(request, name))
		return;
	request->vary =
	    request->vary == NULL
		? arena_strdup(request->arena, name)
		: arena_printf(request->arena, "%s, %s", request->vary, name);
}

void
http_mark_private(struct http_request *request)
{
	request->private_answer = true;
}

void
http_set_policy(struct http_request *request, enum http_policy policy)
{
	request->policy = policy;
}

/* --- Sending --- */

/* "close" may stand among others in Connection; evhttp sees it alone only. */
static bool
client_closes(struct http_request *request)
{
	const char *s = http_header(request, "Connection");

	while (s != NULL && *s != '\0') {
		size_t len;

		s += strspn(s, " \t,");
		len = strcspn(s, " \t,");
		if (len == 5 && strncasecmp(s, "close", 5) == 0)
			return true;
		s += len;
	}
	return false;
}

static void
put_headers(struct http_request *request, struct evkeyvalq *out, bool html)
{
	enum http_policy policy = request->policy;

	if (policy == HTTP_POLICY_DEFAULT)
		policy = html ? HTTP_POLICY_PAGE : HTTP_POLICY_DOCUMENT;
	for (const struct http_header_line *line = request->headers;
	     line != NULL; line = line->next)
		evhttp_add_header(out, line->name, line->value);
	evhttp_add_header(out, "X-Content-Type-Options", "nosniff");
	evhttp_add_header(out, "Referrer-Policy", "same-origin");
	evhttp_add_header(out, "Content-Security-Policy", policy_text(policy));
	if (request->private_answer)
		evhttp_add_header(out, "Cache-Control", "no-store");
	if (request->vary != NULL)
		evhttp_add_header(out, "Vary", request->vary);
	if (request->close || request->worker->connections.stopping ||
	    client_closes(request))
		evhttp_add_header(out, "Connection", "close");
}

/* Hands the answer to evhttp; request and arena are gone afterwards. */
static void
send_answer(
    struct http_request *request, int status, const void *body, size_t len)
{
	struct evhttp_request *evreq = request->evreq;
	struct evbuffer *out = evbuffer_new();
	bool bodiless =
	    request->method == HTTP_HEAD || status == 204 || status == 304;

	ASSERT(out != NULL);
	if (!bodiless)
		evbuffer_add(out, body, len);
	log_debug("request=%s client=%s method=%s target=%s status=%d "
		  "bytes=%zu ms=%" PRId64,
	    request->id, request->client, http_method_name(request),
	    request->raw_target, status, len,
	    clock_monotonic_ms() - request->began_ms);
	connection_answer(request->connection, evreq, bodiless ? 0 : len);
	http_request_done(request);
	/* With TLS this may meet an error and close the connection at once. */
	evhttp_send_reply(evreq, status, phrase_of(status), out);
	evbuffer_free(out);
}

struct answer {
	const char *type;
	const void *body;
	size_t len;
	char etag[ETAG_SIZE];
	bool compressed, unchanged;
};

/* Compressed if the client takes it and it pays. */
static void
compress(struct http_request *request, struct answer *answer)
{
	struct worker *worker = request->worker;
	void *packed;
	size_t packed_len;

	if (request->private_answer ||
	    !gzip_worthwhile(answer->type, answer->len))
		return;
	http_vary(request, "Accept-Encoding");
	if (!negotiate_encoding(
		http_header(request, "Accept-Encoding"), "gzip"))
		return;
	if (worker->gzip == NULL)
		worker->gzip = gzip_new();
	if (gzip_compress(worker->gzip, request->arena, answer->body,
		answer->len, &packed, &packed_len) != 0)
		return;
	answer->body = packed;
	answer->len = packed_len;
	answer->compressed = true;
}

/* The tag of both forms is known from the body as given: no work for a 304. */
static void
validate(struct http_request *request, struct answer *answer)
{
	const char *has = http_header(request, "If-None-Match");
	char plain[ETAG_SIZE], packed[ETAG_SIZE];

	etag_of(answer->body, answer->len, plain);
	etag_compressed(plain, packed);
	if (has != NULL && etag_listed(has, packed) &&
	    negotiate_encoding(
		http_header(request, "Accept-Encoding"), "gzip")) {
		memcpy(answer->etag, packed, ETAG_SIZE);
		answer->unchanged = true;
	} else if (has != NULL && etag_listed(has, plain)) {
		memcpy(answer->etag, plain, ETAG_SIZE);
		answer->unchanged = true;
	}
	if (answer->unchanged) {
		if (gzip_worthwhile(answer->type, answer->len))
			http_vary(request, "Accept-Encoding");
		return;
	}
	compress(request, answer);
	memcpy(answer->etag, answer->compressed ? packed : plain, ETAG_SIZE);
}

static void
prepare(struct http_request *request, int status, struct answer *answer)
{
	bool cacheable = status == 200 && !request->private_answer &&
			 (request->method & (HTTP_GET | HTTP_HEAD)) != 0;

	if (!cacheable) {
		compress(request, answer);
		return;
	}
	validate(request, answer);
	http_add_header(request, "ETag", answer->etag);
	if (find_line(request, "Cache-Control") == NULL)
		http_add_header(request, "Cache-Control", "no-cache");
}

void
http_answer(struct http_request *request, int status, const char *content_type,
    const void *body, size_t len)
{
	struct evkeyvalq *out =
	    evhttp_request_get_output_headers(request->evreq);
	struct answer answer = { .type = content_type, .body = body };
	char length[24];

	if (content_type != NULL) {
		answer.len = len;
		prepare(request, status, &answer);
	}
	if (answer.unchanged)
		status = 304;
	put_headers(request, out, negotiate_type_is(content_type, "text/html"));
	if (content_type != NULL && !answer.unchanged) {
		evhttp_add_header(out, "Content-Type", content_type);
		if (answer.compressed)
			evhttp_add_header(out, "Content-Encoding", "gzip");
	}
	if (status != 204 && status != 304) {
		snprintf(length, sizeof(length), "%zu", answer.len);
		evhttp_add_header(out, "Content-Length", length);
	}
	send_answer(request, status, answer.body, answer.len);
}

/* --- Errors and redirects --- */

/* RFC 8259 7; what is no UTF-8 becomes '?'. */
static void
put_json(struct buf *buf, const char *s)
{
	bool valid = text_utf8_valid(s, strlen(s));

	buf_putc(buf, '"');
	for (; *s != '\0'; s++) {
		uint8_t c = (uint8_t)*s;

		if (c == '"' || c == '\\')
			buf_printf(buf, "\\%c", c);
		else if (c < 0x20)
			buf_printf(buf, "\\u%04x", c);
		else
			buf_putc(buf, c >= 0x80 && !valid ? '?' : *s);
	}
	buf_putc(buf, '"');
}

static void
put_problem(struct buf *buf, int status, const char *sentence)
{
	buf_puts(buf, "{\"type\":\"about:blank\",\"title\":");
	put_json(buf, phrase_of(status));
	buf_printf(buf, ",\"status\":%d,\"detail\":", status);
	put_json(buf, sentence);
	buf_puts(buf, "}\n");
}

/* What a person can make of it; else the sentence stands for itself. */
static const char *
advice_of(int status)
{
	switch (status) {
	case 404:
		return "Il n’y a rien à cette adresse. Elle est peut-être "
		       "incomplète, ou la page a changé de place.";
	case 410:
		return "Ce qui était ici a été supprimé et ne reviendra pas.";
	case 429:
		return "Beaucoup de demandes sont venues de chez vous en peu "
		       "de temps. Réessayez dans un moment.";
	case 500:
		return "Quelque chose ne marche pas de notre côté. Réessayez "
		       "dans un moment.";
	case 503:
		return "Réessayez dans un moment.";
	default:
		return NULL;
	}
}

static void
put_error_page(struct buf *buf, int status, const char *sentence)
{
	const char *advice = advice_of(status);

	buf_puts(buf,
	    "<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">\n<title>");
	buf_put_html(buf, french_of(status));
	buf_puts(buf, "</title>\n"
		      "<link rel=\"icon\" href=\"/static/parvis.svg\" "
		      "type=\"image/svg+xml\">\n"
		      "<link rel=\"stylesheet\" "
		      "href=\"/static/parvis.css\">\n</head>\n<body>\n"
		      "<main class=\"error\">\n<div class=\"wide\">\n"
		      "<img src=\"/static/parvis.svg\" alt=\"\" "
		      "width=\"48\" height=\"48\">\n");
	buf_printf(buf, "<p class=\"kind\">Erreur %d</p>\n<h1>", status);
	buf_put_html(buf, french_of(status));
	buf_puts(buf, advice != NULL ? "</h1>\n<p class=\"lead\">"
				     : "</h1>\n<p lang=\"en\">");
	buf_put_html(buf, advice != NULL ? advice : sentence);
	buf_puts(buf, "</p>\n"
		      "<p><a class=\"button\" href=\"/\">"
		      "Retour à l’accueil</a></p>\n"
		      "</div>\n</main>\n</body>\n</html>\n");
}

void
http_answer_error(
    struct http_request *request, int status, const char *sentence)
{
	const char *accept = http_header(request, "Accept");
	bool html = negotiate_accept(accept, NEGOTIATE_JSON | NEGOTIATE_HTML) ==
		    NEGOTIATE_HTML;
	CLEANUP(buf_done) struct buf buf;
	const char *body;

	buf_init(&buf, ERROR_BODY_MAX);
	if (html)
		put_error_page(&buf, status, sentence);
	else
		put_problem(&buf, status, sentence);
	body = buf_str(&buf);
	if (find_line(request, "Cache-Control") == NULL &&
	    !request->private_answer)
		http_add_header(request, "Cache-Control", "no-store");
	http_vary(request, "Accept");
	http_answer(request, status,
	    html ? "text/html; charset=utf-8" : "application/problem+json",
	    body, strlen(body));
}

void
http_answer_later(struct http_request *request, int status,
    int64_t retry_seconds, const char *sentence)
{
	char seconds[24];

	snprintf(seconds, sizeof(seconds), "%" PRId64, retry_seconds);
	http_add_header(request, "Retry-After", seconds);
	http_answer_error(request, status, sentence);
}

void
http_answer_redirect(
    struct http_request *request, int status, const char *location)
{
	http_add_header(request, "Location", location);
	http_answer(request, status, NULL, NULL, 0);
}
