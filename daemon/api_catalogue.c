/* SPDX-License-Identifier: ISC */
/*
 * The catalogue log of this node (parvis-catalogue(7)): the collection with
 * its head, pages of entries by ?after=NUMBER, and single entries.  All of an
 * answer comes from one view of the database.
 *
 * Entries and heads are given as they were signed, byte by byte.  They are
 * what their owners wish to be found: nobody has to sign to read them.
 */
#include <errno.h>
#include <string.h>

#include "config/base/buf.h"
#include "config/base/text.h"
#include "daemon/web.h"
#include "federation/catalogue.h"

enum {
	FRAME_BYTES = 8 * 1024, /* of a page around entries and head */
	NUMBER_MAX_TEXT = 20,
};

#define CONTEXT \
	"\"@context\":[\"" DOCUMENT_AS2 "\",{\"parvis\":\"" DOCUMENT_PARVIS \
	"\"}]"

struct query {
	int64_t after; /* -1: the collection itself */
};

/* False after answering an error. */
static bool
read_query(struct http_request *request, struct query *ret)
{
	const char *after = http_query(request, "after");
	const char *origin = http_query(request, "origin");

	ret->after = -1;
	if (after != NULL && text_int64(after, 0, INT64_MAX, &ret->after) < 0) {
		http_answer_error(
		    request, 400, "after: a number from 0 is needed");
		return false;
	}
	if (origin != NULL &&
	    !text_equal_nocase(origin, web_of(request)->node->domain)) {
		http_answer_error(request, 404,
		    "origin: this node has no catalogue of that domain");
		return false;
	}
	return true;
}

static void
write_collection(
    struct buf *body, const char *base, const struct catalogue_origin *origin)
{
	buf_printf(body,
	    "{" CONTEXT ",\"id\":\"%s/catalogue\","
	    "\"type\":\"OrderedCollection\",\"totalItems\":%lld,"
	    "\"first\":\"%s/catalogue?after=0\",\"parvis:head\":",
	    base, (long long)origin->count, base);
	buf_puts(body, origin->head);
	buf_putc(body, '}');
}

static void
write_page(struct buf *body, const char *base, int64_t after,
    const struct catalogue_origin *origin, const struct catalogue_page *page)
{
	buf_printf(body,
	    "{" CONTEXT ",\"id\":\"%s/catalogue?after=%lld\","
	    "\"type\":\"OrderedCollectionPage\","
	    "\"partOf\":\"%s/catalogue\",",
	    base, (long long)after, base);
	if (page->more)
		buf_printf(body, "\"next\":\"%s/catalogue?after=%lld\",", base,
		    (long long)page->entries[page->count - 1].seq);
	buf_puts(body, "\"orderedItems\":[");
	for (size_t i = 0; i < page->count; i++) {
		if (i > 0)
			buf_putc(body, ',');
		buf_puts(body, page->entries[i].document);
	}
	buf_puts(body, "],\"parvis:head\":");
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

static int
write_answer(
    struct http_request *request, const struct query *query, struct buf *body)
{
	static const struct catalogue_limits limits = {
		CATALOGUE_PAGE_ENTRIES,
		CATALOGUE_PAGE_BYTES - CATALOGUE_ENTRY_BYTES - FRAME_BYTES,
	};
	struct web *web = web_of(request);
	struct catalogue_origin origin;
	struct catalogue_page page;
	int r = read_origin(request, &origin);

	if (r == 0 && query->after >= 0)
		r = catalogue_page(web->db, http_arena(request), &origin,
		    query->after, &limits, &page);
	if (r < 0)
		return r;
	if (query->after < 0)
		write_collection(body, web->node->base, &origin);
	else
		write_page(body, web->node->base, query->after, &origin, &page);
	return buf_failed(body) ? -EIO : 0;
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
	if (r < 0)
		web_answer_store_error(request, r);
	else
		http_answer(request, 200, negotiate_type(NEGOTIATE_ACTIVITY),
		    buf_str(&body), body.len);
	buf_done(&body);
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
