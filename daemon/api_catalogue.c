/* SPDX-License-Identifier: ISC */
/*
 * Catalogue logs (parvis-catalogue(7)): the collection with its head, pages
 * of entries by ?after=NUMBER, of this node's own log or, with
 * origin=DOMAIN, of the copy held of an admitted peer's; single entries of
 * ours; and the heads of all of them that changed after a cursor.  All of an
 * answer comes from one view of the database.
 *
 * Entries and heads are given as they were signed, byte by byte.  They are
 * what their owners wish to be found: nobody has to sign to read them.
 */
#include <errno.h>
#include <string.h>

#include "config/base/buf.h"
#include "config/base/clock.h"
#include "config/base/text.h"
#include "daemon/web.h"
#include "federation/catalogue.h"
#include "federation/catalogue_page.h"
#include "federation/peers_list.h"
#include "federation/rotation.h"
#include "federation/url.h"
#include "store/peer.h"

enum { NUMBER_MAX_TEXT = 20 };

#define CONTEXT \
	"\"@context\":[\"" DOCUMENT_AS2 "\",{\"parvis\":\"" DOCUMENT_PARVIS \
	"\"}]"

struct query {
	int64_t after;      /* -1: the collection itself */
	const char *domain; /* NULL: our own */
};

/* False after answering an error. */
static bool
read_query(struct http_request *request, struct query *ret)
{
	const char *after = http_query(request, "after");
	const char *origin = http_query(request, "origin");

	*ret = (struct query){ .after = -1 };
	if (after != NULL && text_int64(after, 0, INT64_MAX, &ret->after) < 0) {
		http_answer_error(
		    request, 400, "after: a number from 0 is needed");
		return false;
	}
	if (origin == NULL ||
	    text_equal_nocase(origin, web_of(request)->node->domain))
		return true;
	if (url_normalize_host(http_arena(request), origin, &ret->domain) < 0) {
		http_answer_error(request, 400, "origin: that is no domain");
		return false;
	}
	return true;
}

static void
write_collection(
    struct buf *body, const char *base, const struct catalogue_origin *origin)
{
	const char *other = origin->id == CATALOGUE_OWN ? "" : "&origin=";
	const char *domain = origin->id == CATALOGUE_OWN ? "" : origin->domain;

	buf_printf(body,
	    "{" CONTEXT ",\"id\":\"%s/catalogue%s%s\","
	    "\"type\":\"OrderedCollection\",\"totalItems\":%lld,"
	    "\"first\":\"%s/catalogue?after=0%s%s\",\"parvis:head\":",
	    base, other[0] == '\0' ? "" : "?origin=", domain,
	    (long long)origin->count, base, other, domain);
	buf_puts(body, origin->head);
	buf_putc(body, '}');
}

/* -EAGAIN: the log begins with the keys of the instance. */
static int
read_origin(struct http_request *request, struct catalogue_origin *ret)
{
	int r = catalogue_origin_get(
	    web_of(request)->db, http_arena(request), CATALOGUE_OWN, ret);

	return r == -ENOENT ? -EAGAIN : r;
}

/* Only what is admitted is handed on. */
static int
read_copy(struct http_request *request, const char *domain,
    struct catalogue_origin *ret)
{
	struct db *db = web_of(request)->db;
	int r;

	if (!peer_is_admitted(db, domain))
		return -ENOENT;
	r = catalogue_origin_by_domain(db, http_arena(request), domain, ret);
	return r == 0 && ret->head == NULL ? -ENOENT : r;
}

static int
write_answer(
    struct http_request *request, const struct query *query, struct buf *body)
{
	struct web *web = web_of(request);
	struct catalogue_origin origin;
	int r = query->domain == NULL
		    ? read_origin(request, &origin)
		    : read_copy(request, query->domain, &origin);

	if (r < 0)
		return r;
	if (query->after < 0) {
		write_collection(body, web->node->base, &origin);
		return buf_failed(body) ? -EIO : 0;
	}
	return catalogue_page_write(body, web->db, http_arena(request),
	    web->node->base, &origin, query->after);
}

static void
answer(struct http_request *request, int r, const struct buf *body)
{
	if (r == -ENOENT)
		http_answer_error(request, 404,
		    "origin: this node has no catalogue of that domain");
	else if (r < 0)
		web_answer_store_error(request, r);
	else
		http_answer(request, 200, negotiate_type(NEGOTIATE_ACTIVITY),
		    buf_str(body), body->len);
}

/* GET /catalogue, /catalogue?after=NUMBER, both with origin=DOMAIN */
void
api_catalogue(struct http_request *request)
{
	struct web *web = web_of(request);
	struct query query;
	struct buf body;
	int r;

	if (!read_query(request, &query))
		return;
	buf_init(&body, CATALOGUE_PAGE_BYTES);
	r = store_begin_read(web->db);
	if (r == 0) {
		r = write_answer(request, &query, &body);
		store_end_read(web->db);
	}
	answer(request, r, &body);
	buf_done(&body);
}

/* GET /catalogue/frontier?after=CURSOR&boot=BOOT */
void
api_catalogue_frontier(struct http_request *request)
{
	struct web *web = web_of(request);
	const char *after = http_query(request, "after");
	const char *boot = http_query(request, "boot");
	int64_t cursor = 0;
	struct buf body;
	int r;

	if (after != NULL && text_int64(after, 0, INT64_MAX, &cursor) < 0) {
		http_answer_error(
		    request, 400, "after: a number from 0 is needed");
		return;
	}
	/* A cursor of another start says nothing. */
	if (boot == NULL || strcmp(boot, catalogue_page_boot()) != 0)
		cursor = 0;
	buf_init(&body, CATALOGUE_PAGE_BYTES);
	r = store_begin_read(web->db);
	if (r == 0) {
		r = catalogue_page_write_frontier(&body, web->db,
		    http_arena(request), web->node->base, catalogue_page_boot(),
		    cursor);
		store_end_read(web->db);
	}
	answer(request, r, &body);
	buf_done(&body);
}

/* GET /catalogue/rotation?origin=DOMAIN */
void
api_catalogue_rotation(struct http_request *request)
{
	struct web *web = web_of(request);
	const char *domain;
	json_t *list = NULL;
	struct query query;
	int r;

	if (!read_query(request, &query))
		return;
	domain = query.domain != NULL ? query.domain : web->node->domain;
	r = store_begin_read(web->db);
	if (r == 0) {
		r = query.domain != NULL && !peer_is_admitted(web->db, domain)
			? -ENOENT
			: rotation_write(web->db, http_arena(request),
			      web->node->base, domain, &list);
		store_end_read(web->db);
	}
	if (r == -ENOENT)
		http_answer_error(request, 404,
		    "this node knows of no key of that domain that gave way "
		    "to another");
	else if (r < 0)
		web_answer_store_error(request, r);
	else
		web_answer_json_as(
		    request, negotiate_type(NEGOTIATE_ACTIVITY), &list);
}

/* GET /peers */
void
api_peers(struct http_request *request)
{
	struct web *web = web_of(request);
	json_t *list = NULL;
	int r = store_begin_read(web->db);

	if (r == 0) {
		r = peers_list_make(web->db, http_arena(request),
		    web->node->base, web->node->domain, clock_now(), &list);
		store_end_read(web->db);
	}
	if (r < 0)
		web_answer_store_error(request, r);
	else
		web_answer_json_as(
		    request, negotiate_type(NEGOTIATE_ACTIVITY), &list);
}

/* A part of an entry's address, as we write it: no sign, no leading zero. */
static bool
read_number(const struct http_request *request, const char *name, int64_t *ret)
{
	const char *text = http_param(request, name);

	return text[0] >= '1' && text[0] <= '9' &&
	       strlen(text) <= NUMBER_MAX_TEXT &&
	       text_int64(text, 1, INT64_MAX, ret) == 0;
}

/* -ENOENT: never was; -ESTALE: a newer one stands in its place, or none. */
static int
find_entry(struct http_request *request, int64_t epoch, int64_t seq,
    struct catalogue_entry *ret)
{
	struct web *web = web_of(request);
	struct catalogue_origin origin;
	int r = read_origin(request, &origin);

	if (r < 0)
		return r;
	if (epoch > origin.epoch || (epoch == origin.epoch && seq > origin.seq))
		return -ENOENT;
	if (epoch < origin.epoch)
		return -ESTALE;
	r = catalogue_by_seq(
	    web->db, http_arena(request), CATALOGUE_OWN, seq, ret);
	return r == -ENOENT ? -ESTALE : r;
}

/* GET /catalogue/:epoch/:seq */
void
api_catalogue_entry(struct http_request *request)
{
	struct web *web = web_of(request);
	struct catalogue_entry entry;
	int64_t epoch, seq;
	int r;

	if (!read_number(request, "epoch", &epoch) ||
	    !read_number(request, "seq", &seq)) {
		http_answer_error(request, 400,
		    "an entry's address ends in two numbers, epoch and seq");
		return;
	}
	r = store_begin_read(web->db);
	if (r == 0) {
		r = find_entry(request, epoch, seq, &entry);
		store_end_read(web->db);
	}
	if (r == -ESTALE)
		http_answer_error(request, 410,
		    "a newer entry stands in its place, or it was forgotten");
	else if (r < 0)
		web_answer_store_error(request, r);
	else
		http_answer(request, 200, negotiate_type(NEGOTIATE_ACTIVITY),
		    entry.document, strlen(entry.document));
}
