/* SPDX-License-Identifier: ISC */
#include "federation/catalogue_page.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "config/base/text.h"
#include "federation/catalogue.h"
#include "federation/document.h"
#include "store/catalogue_withheld.h"
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

/* Of our own log nothing is withheld. */
static int
is_withheld(struct db *db, const struct catalogue_entry *entry, bool *ret)
{
	*ret = entry->document[0] == '\0';
	if (*ret || entry->origin_id == CATALOGUE_OWN ||
	    entry->kind != CATALOGUE_UPDATE)
		return 0;
	return catalogue_is_withheld(db, entry->object_uri, ret);
}

static void
put_withheld(struct buf *buf, const struct catalogue_entry *entry)
{
	char hex[2 * SHA256_SIZE + 1];
	CLEANUP(json_release) json_t *item = NULL;
	CLEANUP(free_ptr) char *text = NULL;

	text_hex(entry->hash, sizeof(entry->hash), hex);
	item = json_pack("{s:s, s:I, s:s}", "id", entry->object_uri,
	    "parvis:seq", (json_int_t)entry->seq, "parvis:hash", hex);
	text = json_dumps(item, JSON_COMPACT);
	if (text != NULL)
		buf_puts(buf, text);
}

/* Those that are given, or those that are withheld; how many there were. */
static int
put_entries(struct buf *buf, struct db *db, const struct catalogue_page *page,
    bool withheld, size_t *ret_count)
{
	size_t count = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < page->count; i++) {
		bool is = false;

		r = is_withheld(db, &page->entries[i], &is);
		if (r < 0 || is != withheld)
			continue;
		if (count++ > 0)
			buf_putc(buf, ',');
		if (withheld)
			put_withheld(buf, &page->entries[i]);
		else
			buf_puts(buf, page->entries[i].document);
	}
	*ret_count = count;
	return r;
}

static int
put_items(struct buf *buf, struct db *db, const struct catalogue_origin *origin,
    const struct catalogue_page *page)
{
	size_t given = 0, withheld = 0;
	int r;

	buf_puts(buf, "\"orderedItems\":[");
	r = put_entries(buf, db, page, false, &given);
	buf_puts(buf, "],");
	if (r == 0 && given < page->count) {
		buf_puts(buf, "\"parvis:withheld\":[");
		r = put_entries(buf, db, page, true, &withheld);
		buf_puts(buf, "],");
	}
	buf_puts(buf, "\"parvis:head\":");
	buf_puts(buf, origin->head);
	buf_putc(buf, '}');
	return r;
}

/* Where it goes on, and what it holds. */
static int
put_rest(struct buf *buf, struct db *db, const char *base,
    const struct catalogue_origin *origin, const struct catalogue_page *page)
{
	int r;

	if (page->more) {
		buf_puts(buf, "\"next\":");
		put_address(
		    buf, base, origin, page->entries[page->count - 1].seq);
		buf_putc(buf, ',');
	}
	r = put_items(buf, db, origin, page);
	return r == 0 && buf_failed(buf) ? -EIO : r;
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
	return put_rest(buf, db, base, origin, &page);
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
	return put_rest(buf, db, base, origin, &page);
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
