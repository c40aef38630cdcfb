/* SPDX-License-Identifier: ISC */
#include "federation/catalogue_copy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/log.h"
#include "federation/catalogue_index.h"
#include "federation/catalogue_stub.h"
#include "federation/jcs.h"
#include "federation/latest.h"
#include "federation/lthash.h"
#include "store/peer.h"
#include "store/search.h"

enum { FIRST_ENTRIES = 128, SCRATCH_ENTRIES = 100 };

struct catalogue_copy *
catalogue_copy_new(const char *domain, int64_t from)
{
	struct catalogue_copy *copy = xcalloc(1, sizeof(*copy));

	copy->arena = arena_new();
	copy->domain = arena_strdup(copy->arena, domain);
	copy->from = from;
	copy->last_seq = from;
	copy->live_max = CATALOGUE_COPY_ENTRIES_MAX;
	copy->bytes_max = CATALOGUE_COPY_BYTES_MAX;
	return copy;
}

void
catalogue_copy_free(struct catalogue_copy **copy)
{
	if (*copy == NULL)
		return;
	arena_free(&(*copy)->arena);
	free((*copy)->entries);
	free(*copy);
	*copy = NULL;
}

/* --- Pages --- */

/* What was signed, as it was signed: a relay may have written it otherwise. */
static const char *
canonical(struct catalogue_copy *copy, const json_t *json)
{
	const char *ret = NULL;
	struct buf buf;

	buf_init(&buf, CATALOGUE_READ_ENTRY_BYTES + 1);
	if (jcs_format(&buf, json) == 0)
		ret = arena_strndup(copy->arena, buf_str(&buf), buf.len);
	buf_done(&buf);
	return ret;
}

static enum catalogue_kind
kind_of(enum catalogue_read_kind kind)
{
	switch (kind) {
	case CATALOGUE_READ_UPDATE:
		return CATALOGUE_UPDATE;
	case CATALOGUE_READ_REMOVE:
		return CATALOGUE_REMOVE;
	case CATALOGUE_READ_DELETE:
		break;
	}
	return CATALOGUE_DELETE;
}

/* Room for a page more; false when the copy would be too large. */
static bool
grow(struct catalogue_copy *copy, size_t count)
{
	size_t size = MAX(copy->size, (size_t)FIRST_ENTRIES);

	if (copy->count + count > CATALOGUE_COPY_ENTRIES_MAX)
		return false;
	while (size < copy->count + count)
		size *= 2;
	if (size != copy->size) {
		copy->entries =
		    xrealloc(copy->entries, size * sizeof(*copy->entries));
		copy->size = size;
	}
	return true;
}

static enum catalogue_read_fault
check_page(const struct catalogue_copy *copy,
    const struct catalogue_read_page *page, size_t stubs,
    char error[CATALOGUE_READ_ERROR_SIZE])
{
	const struct catalogue_read_head *old = &copy->head,
					 *head = &page->head;

	if (copy->pages > 0 && head->epoch > old->epoch)
		return catalogue_read_refuse(error, CATALOGUE_READ_MOVED,
		    "the head is of a later epoch than on the page before");
	if (copy->pages > 0 &&
	    (head->epoch < old->epoch || head->seq < old->seq))
		return catalogue_read_refuse(error, CATALOGUE_READ_REPLAYED,
		    "the head is older than on the page before");
	if (page->count > 0 && page->entries[0].seq <= copy->last_seq)
		return catalogue_read_refuse(error, CATALOGUE_READ_REORDERED,
		    "a page begins below the end of the last");
	if (page->count + stubs == 0 && page->next != NULL)
		return catalogue_read_refuse(error, CATALOGUE_READ_MALFORMED,
		    "an empty page says that another follows");
	return CATALOGUE_READ_NONE;
}

static enum catalogue_read_fault
add_entry(struct catalogue_copy *copy, const json_t *json,
    const struct catalogue_read_entry *read,
    char error[CATALOGUE_READ_ERROR_SIZE])
{
	struct catalogue_entry *entry = &copy->entries[copy->count];

	copy->bytes += read->len;
	if (copy->bytes > CATALOGUE_COPY_BYTES_MAX)
		return catalogue_read_refuse(error, CATALOGUE_READ_TOO_LARGE,
		    "the catalogue has more text than is kept");
	*entry = (struct catalogue_entry){
		.seq = read->seq,
		.object_uri = arena_strdup(copy->arena, read->object_id),
		.kind = kind_of(read->kind),
		.document = canonical(copy, json),
		.at = read->published,
	};
	memcpy(entry->hash, read->hash, sizeof(entry->hash));
	copy->count++;
	copy->last_seq = read->seq;
	return CATALOGUE_READ_NONE;
}

static enum catalogue_read_fault
take_page(struct catalogue_copy *copy, const json_t *json,
    const struct catalogue_read_origin *origin,
    const struct catalogue_read_page *page,
    char error[CATALOGUE_READ_ERROR_SIZE])
{
	const json_t *items = json_object_get(json, "orderedItems");
	struct catalogue_entry *stubs = NULL;
	size_t stub_count = 0;
	enum catalogue_read_fault fault = catalogue_stub_read(
	    copy->arena, json, origin, &stubs, &stub_count, error);

	if (fault == CATALOGUE_READ_NONE)
		fault = check_page(copy, page, stub_count, error);
	if (fault != CATALOGUE_READ_NONE)
		return fault;
	if (!grow(copy, page->count + stub_count))
		return catalogue_read_refuse(error, CATALOGUE_READ_TOO_LARGE,
		    "the catalogue has more entries than are kept");
	for (size_t i = 0; fault == CATALOGUE_READ_NONE && i < page->count; i++)
		fault = add_entry(
		    copy, json_array_get(items, i), &page->entries[i], error);
	for (size_t i = 0; i < stub_count; i++) {
		stubs[i].at = page->head.published;
		copy->entries[copy->count++] = stubs[i];
		copy->last_seq = MAX(copy->last_seq, stubs[i].seq);
	}
	copy->stubs += stub_count;
	copy->head = page->head;
	copy->pages++;
	if (page->next == NULL)
		copy->head_text =
		    canonical(copy, json_object_get(json, "parvis:head"));
	return fault;
}

enum catalogue_read_fault
catalogue_copy_page(struct catalogue_copy *copy, const json_t *page,
    const struct catalogue_read_origin *origin, const char **ret_next,
    char error[CATALOGUE_READ_ERROR_SIZE])
{
	struct catalogue_read_page *read = xcalloc(1, sizeof(*read));
	enum catalogue_read_fault fault =
	    catalogue_read_page(page, origin, read, error);

	if (fault == CATALOGUE_READ_NONE)
		fault = take_page(copy, page, origin, read, error);
	if (fault == CATALOGUE_READ_NONE)
		*ret_next = read->next;
	free(read);
	return fault;
}

/* --- What is held --- */

void
catalogue_copy_held(
    const struct catalogue_origin *origin, struct replica_held *ret)
{
	struct lthash state;

	*ret = (struct replica_held){
		.any = true,
		.frozen = origin->problem != NULL,
		.epoch = origin->epoch,
		.seq = origin->seq,
		.count = origin->count,
		.published = origin->head_at,
		.window_at = origin->window_at,
		.window_count = origin->window_count,
	};
	lthash_decode(&state, origin->state);
	lthash_digest(&state, ret->digest);
}

int
catalogue_copy_look(struct db *db, struct arena *arena, const char *domain,
    struct replica_held *ret)
{
	struct catalogue_origin origin;
	int r = catalogue_origin_by_domain(db, arena, domain, &origin);

	*ret = (struct replica_held){ 0 };
	if (r == 0)
		catalogue_copy_held(&origin, ret);
	return r == -ENOENT ? 0 : r;
}

/* --- Applying --- */

static int
forget_found(struct db *db, int64_t origin_id)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	size_t count;
	int r;

	do {
		arena_reset(arena);
		r = search_remove_origin(
		    db, arena, origin_id, SCRATCH_ENTRIES, &count);
	} while (r == 0 && count == SCRATCH_ENTRIES);
	return r;
}

static int
empty_copy(struct db *db, int64_t origin_id)
{
	int r = forget_found(db, origin_id);

	return r == 0 ? catalogue_origin_clear(db, origin_id) : r;
}

/* Nothing older may take its place, should it come back. */
static int
keep_number(
    struct db *db, struct arena *arena, const struct catalogue_origin *origin)
{
	struct peer peer;
	int r = peer_by_domain(db, arena, origin->domain, &peer);
	struct catalogue_kept kept = {
		.epoch = origin->epoch,
		.seq = origin->seq,
	};

	if (r < 0 || peer.key == NULL)
		return r == -ENOENT ? 0 : r;
	kept.key = peer.key;
	kept.key_len = peer.key_len;
	return catalogue_keep(db, origin->domain, &kept);
}

/* Whether a copy goes back behind what was held once, under the same key. */
static int
check_kept(
    struct db *db, struct arena *arena, const struct catalogue_copy *copy)
{
	struct catalogue_kept kept;
	struct peer peer;
	int r = catalogue_kept_get(db, arena, copy->domain, &kept);

	if (r == 0)
		r = peer_by_domain(db, arena, copy->domain, &peer);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (peer.key == NULL || peer.key_len != kept.key_len ||
	    memcmp(peer.key, kept.key, kept.key_len) != 0)
		return 0;
	return copy->head.epoch < kept.epoch ||
		       (copy->head.epoch == kept.epoch &&
			   copy->head.seq < kept.seq)
		   ? -ESTALE
		   : 0;
}

int
catalogue_copy_erase(struct db *db, struct arena *arena, const char *domain)
{
	struct catalogue_origin origin;
	int r = catalogue_origin_by_domain(db, arena, domain, &origin);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = keep_number(db, arena, &origin);
	if (r == 0)
		r = forget_found(db, origin.id);
	return r == 0 ? catalogue_origin_remove(db, origin.id) : r;
}

static void
count_change(struct catalogue_origin *origin, size_t count, int64_t now)
{
	if (now < origin->window_at ||
	    now - origin->window_at >= REPLICA_WINDOW_SECONDS) {
		origin->window_at = now;
		origin->window_count = 0;
	}
	origin->window_count += (int64_t)count;
}

/* The row, made when there is none; emptied when the copy replaces it. */
static int
prepare(struct db *db, struct arena *arena, const struct catalogue_copy *copy,
    int64_t now, struct catalogue_origin *origin, struct lthash *state)
{
	uint8_t empty[LTHASH_BYTES];
	int r = catalogue_origin_by_domain(db, arena, copy->domain, origin);

	lthash_init(state);
	if (r == -ENOENT && copy->from == 0) {
		r = check_kept(db, arena, copy);
		if (r < 0)
			return r;
		lthash_encode(state, empty);
		*origin = (struct catalogue_origin){
			.domain = copy->domain,
			.state = empty,
		};
		r = catalogue_origin_set(db, origin);
		origin->state = NULL;
		return r;
	}
	if (r < 0)
		return r == -ENOENT ? -ESTALE : r;
	if (origin->problem != NULL)
		return -EPERM;
	if (origin->epoch > copy->head.epoch ||
	    (origin->epoch == copy->head.epoch && origin->seq > copy->head.seq))
		return -ESTALE; /* a later state came first */
	/* What is read of it first is no change. */
	count_change(origin, copy->count, now);
	if (copy->from == 0) {
		origin->count = 0;
		origin->bytes = 0;
		return empty_copy(db, origin->id);
	}
	lthash_decode(state, origin->state);
	return origin->epoch == copy->head.epoch && origin->seq == copy->from
		   ? 0
		   : -ESTALE;
}

static int
make_findable(struct db *db, struct arena *scratch,
    const struct catalogue_entry *old, const struct catalogue_entry *entry,
    int64_t now)
{
	CLEANUP(json_release) json_t *document = NULL;
	const json_t *object;
	int r;

	if (entry->kind == CATALOGUE_UPDATE && entry->document[0] != '\0')
		document = json_loads(entry->document, 0, NULL);
	object = json_object_get(document, "object");
	r = catalogue_index_replace(db, scratch, old, entry, object);
	return r < 0 || object == NULL
		   ? r
		   : latest_expect(db, scratch, object, now);
}

static int
put_entry(struct db *db, struct arena *scratch, struct catalogue_origin *origin,
    struct lthash *state, const struct catalogue_entry *from, int64_t now)
{
	struct catalogue_entry entry = *from, old;
	int r;

	entry.origin_id = origin->id;
	r = catalogue_put(db, scratch, &entry, &old);
	if (r == 0)
		r = make_findable(db, scratch, &old, &entry, now);
	if (r < 0)
		return r == -EEXIST ? -EBADMSG : r;
	origin->bytes += (int64_t)strlen(entry.document);
	if (old.id != 0)
		origin->bytes -= (int64_t)strlen(old.document);
	if (old.id != 0 && old.kind == CATALOGUE_UPDATE) {
		lthash_remove(state, entry.object_uri, old.seq, old.hash);
		origin->count--;
	}
	if (entry.kind == CATALOGUE_UPDATE) {
		lthash_add(state, entry.object_uri, entry.seq, entry.hash);
		origin->count++;
	}
	return 0;
}

static int
put_entries(struct db *db, const struct catalogue_copy *copy,
    struct catalogue_origin *origin, struct lthash *state, int64_t now)
{
	CLEANUP(arena_free) struct arena *scratch = arena_new();
	int r = 0;

	for (size_t i = 0; r == 0 && i < copy->count; i++) {
		if (i % SCRATCH_ENTRIES == 0)
			arena_reset(scratch);
		r = put_entry(
		    db, scratch, origin, state, &copy->entries[i], now);
	}
	return r;
}

/* What was hidden for its age is found again. */
static int
show_again(struct db *db, int64_t origin_id, int64_t head_at, int64_t now)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	enum replica_age age = replica_age(head_at, now);
	int64_t after = 0;
	bool more = age == REPLICA_HIDDEN || age == REPLICA_DEAD;
	int r = 0;

	while (r == 0 && more) {
		arena_reset(arena);
		r = catalogue_index_catch_up(
		    db, arena, origin_id, &after, &more);
	}
	return r;
}

int
catalogue_copy_apply(struct db *db, const struct catalogue_copy *copy,
    const char *source, int64_t now)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	uint8_t digest[SHA256_SIZE], bytes[LTHASH_BYTES];
	struct catalogue_origin origin;
	struct lthash state;
	int r = replica_too_large(&copy->head, copy->live_max)
		    ? -EDQUOT
		    : prepare(db, arena, copy, now, &origin, &state);

	if (r == 0)
		r = put_entries(db, copy, &origin, &state, now);
	if (r < 0)
		return r;
	if (origin.bytes > copy->bytes_max)
		return -EDQUOT;
	lthash_digest(&state, digest);
	if (origin.count != copy->head.count ||
	    memcmp(digest, copy->head.digest, sizeof(digest)) != 0)
		return -EBADMSG;
	lthash_encode(&state, bytes);
	origin.state = bytes;
	origin.epoch = copy->head.epoch;
	origin.seq = copy->head.seq;
	if (copy->from != 0)
		r = show_again(db, origin.id, origin.head_at, now);
	if (r < 0)
		return r;
	origin.head = copy->head_text;
	origin.head_at = copy->head.published;
	origin.source = source;
	origin.read_at = now;
	return catalogue_origin_set(db, &origin);
}

int
catalogue_copy_renew(struct db *db, struct arena *arena, const char *domain,
    const struct catalogue_read_head *head, const char *head_text, int64_t now)
{
	struct catalogue_origin origin;
	struct replica_held held;
	int r = catalogue_origin_by_domain(db, arena, domain, &origin);

	if (r < 0)
		return r;
	catalogue_copy_held(&origin, &held);
	if (replica_judge(&held, head) != REPLICA_RENEWED)
		return -ESTALE;
	r = show_again(db, origin.id, origin.head_at, now);
	if (r < 0)
		return r;
	origin.head = head_text;
	origin.head_at = head->published;
	origin.read_at = now;
	return catalogue_origin_set(db, &origin);
}

int
catalogue_copy_freeze(struct db *db, struct arena *arena, const char *domain,
    const char *problem, const char *evidence)
{
	struct catalogue_origin origin;
	int r = catalogue_origin_by_domain(db, arena, domain, &origin);

	/* What is frozen stays so for the first reason. */
	if (r < 0 || (problem != NULL && origin.problem != NULL))
		return r;
	origin.problem = problem;
	origin.evidence = evidence;
	return catalogue_origin_set(db, &origin);
}

static int
age_one(struct db *db, struct arena *arena,
    const struct catalogue_origin *origin, int64_t now)
{
	if (origin->id == CATALOGUE_OWN)
		return 0;
	switch (replica_age(origin->head_at, now)) {
	case REPLICA_FRESH:
	case REPLICA_STALE:
		return 0;
	case REPLICA_HIDDEN:
		return forget_found(db, origin->id);
	case REPLICA_DEAD:
		break;
	}
	log_info("catalogue origin=%s erased: its node signed nothing for "
		 "six months",
	    origin->domain);
	return catalogue_copy_erase(db, arena, origin->domain);
}

int
catalogue_copy_age(struct db *db, int64_t now)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct catalogue_origin *origins;
	int64_t after = -1;
	size_t count;
	int r;

	do {
		arena_reset(arena);
		r = catalogue_origin_list(
		    db, arena, after, SCRATCH_ENTRIES, &origins, &count);
		for (size_t i = 0; r == 0 && i < count; i++) {
			after = origins[i].changed;
			r = age_one(db, arena, &origins[i], now);
		}
	} while (r == 0 && count == SCRATCH_ENTRIES);
	return r;
}
