/* SPDX-License-Identifier: ISC */
/*
 * catalogue_check.c: a table of objects by a salted hash of their id (so that
 * nobody can choose ids that fall together), at most half full.
 */
#include "federation/catalogue_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/buf.h"
#include "federation/lthash.h"

enum { FIRST_SLOTS = 256, SALT_SIZE = 16 };

struct slot {
	uint8_t name[SHA256_SIZE]; /* of the id, with the salt */
	uint8_t hash[SHA256_SIZE];
	int64_t seq; /* 0: a free slot */
	bool live;
};

struct catalogue_check {
	struct lthash state;
	struct slot *slots;
	size_t slot_count, used;
	uint8_t salt[SALT_SIZE];
	struct catalogue_check_figures figures;
};

struct catalogue_check *
catalogue_check_new(void)
{
	struct catalogue_check *check = xcalloc(1, sizeof(*check));

	lthash_init(&check->state);
	check->slot_count = FIRST_SLOTS;
	check->slots = xcalloc(check->slot_count, sizeof(*check->slots));
	crypto_random(check->salt, sizeof(check->salt));
	return check;
}

void
catalogue_check_free(struct catalogue_check **check)
{
	if (*check == NULL)
		return;
	free((*check)->slots);
	free(*check);
	*check = NULL;
}

void
catalogue_check_figures(
    const struct catalogue_check *check, struct catalogue_check_figures *ret)
{
	*ret = check->figures;
}

/* --- The table --- */

static void
name_object(const struct catalogue_check *check, const char *id,
    uint8_t ret[SHA256_SIZE])
{
	struct buf buf;

	buf_init(&buf, SALT_SIZE + CATALOGUE_READ_ENTRY_BYTES);
	buf_add(&buf, check->salt, SALT_SIZE);
	buf_puts(&buf, id);
	crypto_sha256(buf_str(&buf), buf.len, ret);
	buf_done(&buf);
}

/* The object's slot, or the free one where it belongs. */
static struct slot *
slot_of(struct slot *slots, size_t count, const uint8_t name[SHA256_SIZE])
{
	uint64_t at;

	memcpy(&at, name, sizeof(at));
	for (;; at++) {
		struct slot *slot = &slots[at & (count - 1)];

		if (slot->seq == 0 ||
		    memcmp(slot->name, name, SHA256_SIZE) == 0)
			return slot;
	}
}

static void
grow(struct catalogue_check *check)
{
	size_t count = 2 * check->slot_count;
	struct slot *slots = xcalloc(count, sizeof(*slots));

	for (size_t i = 0; i < check->slot_count; i++) {
		if (check->slots[i].seq != 0)
			*slot_of(slots, count, check->slots[i].name) =
			    check->slots[i];
	}
	free(check->slots);
	check->slots = slots;
	check->slot_count = count;
}

/* --- Pages --- */

/* What stood for the object stands no more. */
static void
forget(struct catalogue_check *check, const struct slot *slot,
    const struct catalogue_read_entry *entry)
{
	if (!slot->live) {
		check->figures.deleted--;
		return;
	}
	lthash_remove(&check->state, entry->object_id, slot->seq, slot->hash);
	check->figures.live--;
}

static void
fold(struct catalogue_check *check, const struct catalogue_read_entry *entry)
{
	uint8_t name[SHA256_SIZE];
	struct slot *slot;

	if (2 * (check->used + 1) > check->slot_count)
		grow(check);
	name_object(check, entry->object_id, name);
	slot = slot_of(check->slots, check->slot_count, name);
	if (slot->seq != 0)
		forget(check, slot, entry);
	else
		check->used++;
	memcpy(slot->name, name, SHA256_SIZE);
	memcpy(slot->hash, entry->hash, SHA256_SIZE);
	slot->seq = entry->seq;
	slot->live = entry->kind == CATALOGUE_READ_UPDATE;
	if (slot->live) {
		lthash_add(
		    &check->state, entry->object_id, entry->seq, entry->hash);
		check->figures.live++;
	} else
		check->figures.deleted++;
}

/* A head against the one of the page before. */
static enum catalogue_read_fault
compare_heads(const struct catalogue_read_head *old,
    const struct catalogue_read_head *head,
    char error[CATALOGUE_READ_ERROR_SIZE])
{
	if (head->epoch > old->epoch)
		return catalogue_read_refuse(error, CATALOGUE_READ_MOVED,
		    "the head is of a later epoch than on the page before");
	if (head->epoch < old->epoch || head->seq < old->seq)
		return catalogue_read_refuse(error, CATALOGUE_READ_REPLAYED,
		    "the head is older than on the page before");
	if (head->seq == old->seq &&
	    (head->count != old->count ||
		memcmp(head->digest, old->digest, SHA256_SIZE) != 0))
		return catalogue_read_refuse(error, CATALOGUE_READ_FORKED,
		    "two heads of one number differ in count or digest");
	return CATALOGUE_READ_NONE;
}

enum catalogue_read_fault
catalogue_check_page(struct catalogue_check *check,
    const struct catalogue_read_page *page,
    char error[CATALOGUE_READ_ERROR_SIZE])
{
	struct catalogue_check_figures *figures = &check->figures;
	enum catalogue_read_fault fault = CATALOGUE_READ_NONE;

	if (figures->pages > 0)
		fault = compare_heads(&figures->head, &page->head, error);
	if (fault != CATALOGUE_READ_NONE)
		return fault;
	if (page->count > 0 && page->entries[0].seq <= figures->last_seq)
		return page->entries[0].seq == figures->last_seq
			   ? catalogue_read_refuse(error,
				 CATALOGUE_READ_REPLAYED,
				 "a page begins with the entry before it")
			   : catalogue_read_refuse(error,
				 CATALOGUE_READ_REORDERED,
				 "a page begins below the end of the last");
	if (page->count == 0 && page->next != NULL)
		return catalogue_read_refuse(error, CATALOGUE_READ_MALFORMED,
		    "an empty page says that another follows");
	if (check->used + page->count > CATALOGUE_CHECK_OBJECTS)
		return catalogue_read_refuse(error, CATALOGUE_READ_TOO_LARGE,
		    "the catalogue has more objects than are checked");
	for (size_t i = 0; i < page->count; i++)
		fold(check, &page->entries[i]);
	figures->pages++;
	figures->entries += (int64_t)page->count;
	figures->head = page->head;
	if (page->count > 0)
		figures->last_seq = page->entries[page->count - 1].seq;
	return CATALOGUE_READ_NONE;
}

enum catalogue_read_fault
catalogue_check_end(
    const struct catalogue_check *check, char error[CATALOGUE_READ_ERROR_SIZE])
{
	const struct catalogue_check_figures *figures = &check->figures;
	uint8_t digest[SHA256_SIZE];

	if (figures->pages == 0)
		return catalogue_read_refuse(
		    error, CATALOGUE_READ_MALFORMED, "there is no page");
	if (figures->live != figures->head.count) {
		(void)snprintf(error, CATALOGUE_READ_ERROR_SIZE,
		    "the head counts %" PRId64 " live entries, the pages have "
		    "%" PRId64,
		    figures->head.count, figures->live);
		return figures->live < figures->head.count
			   ? CATALOGUE_READ_LEFT_OUT
			   : CATALOGUE_READ_REPLAYED;
	}
	lthash_digest(&check->state, digest);
	if (memcmp(digest, figures->head.digest, SHA256_SIZE) != 0)
		return catalogue_read_refuse(error, CATALOGUE_READ_REPLAYED,
		    "as many live entries as the head counts, but other ones");
	return CATALOGUE_READ_NONE;
}
