/* SPDX-License-Identifier: ISC */
#include "federation/catalogue_page.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "config/base/text.h"
#include "federation/catalogue.h"
#include "federation/document.h"
#include "store/peer.h"

enum { FRAME_BYTES = 8 * 1024 }; /* of a page around entries and head */

#define CONTEXT \
	"\"@context\":[\"" DOCUMENT_AS2 "\",{\"parvis\":\"" DOCUMENT_PARVIS \
	"\"}]"

static pthread_once_t boot_once = PTHREAD_ONCE_INIT;
static char boot_text[CATALOGUE_BOOT_SIZE];

static void
make_boot(void)
{
	uint8_t bytes[(CATALOGUE_BOOT_SIZE - 1) / 2];

	crypto_random(bytes, sizeof(bytes));
	text_hex(bytes, sizeof(bytes), boot_text);
}

const char *
catalogue_page_boot(void)
{
	(void)pthread_once(&boot_once, make_boot);
	return boot_text;
}

static int
look(struct db *db, struct arena *arena, const struct catalogue_origin *origin,
    int64_t after, struct catalogue_page *ret)
{
	static const struct catalogue_limits limits = {
		CATALOGUE_PAGE_ENTRIES,
		CATALOGUE_PAGE_BYTES - CATALOGUE_ENTRY_BYTES - FRAME_BYTES,
	};

	return catalogue_page(db, arena, origin, after, &limits, ret);
}

/* "&origin=DOMAIN" behind after=N; nothing for our own. */
static void
put_address(struct buf *buf, const char *base,
    const struct catalogue_origin *origin, int64_t after)
{
	buf_printf(buf, "\"%s/catalogue?after=%lld", base, (long long)after);
	if (origin->id != CATALOGUE_OWN)
		buf_printf(buf, "&origin=%s", origin->domain);
	buf_putc(buf, '"');
}

static void
put_items(struct buf *buf, const struct catalogue_origin *origin,
    const struct catalogue_page *page)
{
	buf_puts(buf, "\"orderedItems\":[");
	for (size_t i = 0; i < page->count; i++) {
		if (i > 0)
			buf_putc(buf, ',');
		buf_puts(buf, page->entries[i].document);
	}
	buf_puts(buf, "],\"parvis:head\":");
	buf_puts(buf, origin->head);
	buf_putc(buf, '}');
}

/* Where it goes on, and what it holds. */
static int
put_rest(struct buf *buf, const char *base,
    const struct catalogue_origin *origin, const struct catalogue_page *page)
{
	if (page->more) {
		buf_puts(buf, "\"next\":");
		put_address(
		    buf, base, origin, page->entries[page->count - 1].seq);
		buf_putc(buf, ',');
	}
	put_items(buf, origin, page);
	return buf_failed(buf) ? -EIO : 0;
}

int
catalogue_page_write(struct buf *buf, struct db *db, struct arena *arena,
    const char *base, const struct catalogue_origin *origin, int64_t after)
{
	struct catalogue_page page;
	int r = look(db, arena, origin, after, &page);

	if (r < 0)
		return r;
	buf_puts(buf, "{" CONTEXT ",\"id\":");
	put_address(buf, base, origin, after);
	buf_printf(buf,
	    ",\"type\":\"OrderedCollectionPage\","
	    "\"partOf\":\"%s/catalogue\",",
	    base);
	return put_rest(buf, base, origin, &page);
}

int
catalogue_page_write_push(struct buf *buf, struct db *db, struct arena *arena,
    const char *base, const struct catalogue_origin *origin, int64_t after)
{
	struct catalogue_page page;
	int r = look(db, arena, origin, after, &page);

	if (r < 0)
		return r;
	buf_printf(buf,
	    "{" CONTEXT ",\"type\":\"OrderedCollectionPage\","
	    "\"parvis:sender\":\"%s\",\"parvis:after\":%lld,",
	    base + strlen("https://"), (long long)after);
	return put_rest(buf, base, origin, &page);
}

/* Whether others are shown this log by us. */
static bool
is_shown(struct db *db, const struct catalogue_origin *origin)
{
	if (origin->head == NULL)
		return false;
	return origin->id == CATALOGUE_OWN ||
	       peer_is_admitted(db, origin->domain);
}

int
catalogue_page_write_frontier(struct buf *buf, struct db *db,
    struct arena *arena, const char *base, const char *boot, int64_t after)
{
	struct catalogue_origin *origins;
	size_t count, written = 0;
	int64_t cursor = after;
	int r = catalogue_origin_list(
	    db, arena, after, CATALOGUE_FRONTIER_HEADS, &origins, &count);

	if (r < 0)
		return r;
	buf_printf(buf,
	    "{" CONTEXT ",\"id\":\"%s/catalogue/frontier\","
	    "\"type\":\"parvis:Frontier\",\"parvis:boot\":\"%s\","
	    "\"orderedItems\":[",
	    base, boot);
	for (size_t i = 0; i < count; i++) {
		cursor = origins[i].changed;
		if (!is_shown(db, &origins[i]))
			continue;
		if (written++ > 0)
			buf_putc(buf, ',');
		buf_puts(buf, origins[i].head);
	}
	buf_printf(buf, "],\"parvis:cursor\":%lld,\"parvis:more\":%s}",
	    (long long)cursor,
	    count == CATALOGUE_FRONTIER_HEADS ? "true" : "false");
	return buf_failed(buf) ? -EIO : 0;
}
