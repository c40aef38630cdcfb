/* SPDX-License-Identifier: ISC */
/*
 * catalogue_read.c: form first, then origin and numbers, then the proof: what
 * is cheap to refuse never costs a signature.
 */
#include "federation/catalogue_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/base/buf.h"
#include "federation/jcs.h"
#include "federation/url.h"

/* Numbers that every reader of JSON takes for the same. */
#define NUMBER_MAX ((INT64_C(1) << 53) - 1)

enum { HEAD_BYTES = 16 * 1024, ID_SIZE = 2200 };

static const struct {
	const char *word, *sentence;
} faults[] = {
#define F(name, word, sentence) { word, sentence },
	CATALOGUE_READ_FAULTS(F)
#undef F
};

const char *
catalogue_read_word(enum catalogue_read_fault fault)
{
	return faults[fault].word;
}

const char *
catalogue_read_sentence(enum catalogue_read_fault fault)
{
	return faults[fault].sentence;
}

void
catalogue_read_origin(struct arena *arena, const char *domain,
    const struct key *key, int64_t now, struct catalogue_read_origin *ret)
{
	ret->domain = arena_strdup(arena, domain);
	ret->key = key;
	ret->now = now;
	ret->base = arena_printf(arena, "https://%s", domain);
	ret->actor = arena_printf(arena, "%s/actor", ret->base);
	ret->method = arena_printf(arena, "%s#ed25519-key", ret->actor);
	ret->collection = arena_printf(arena, "%s/catalogue", ret->base);
}

/* --- Small questions --- */

enum catalogue_read_fault
catalogue_read_refuse(char error[CATALOGUE_READ_ERROR_SIZE],
    enum catalogue_read_fault fault, const char *detail)
{
	(void)snprintf(error, CATALOGUE_READ_ERROR_SIZE, "%s", detail);
	return fault;
}

static bool
is_text(const json_t *object, const char *name, const char *expected)
{
	const json_t *member = json_object_get(object, name);

	return json_is_string(member) &&
	       json_string_length(member) == strlen(expected) &&
	       strcmp(json_string_value(member), expected) == 0;
}

static bool
is_number(const json_t *object, const char *name, int64_t *ret)
{
	const json_t *member = json_object_get(object, name);

	if (!json_is_integer(member) || json_integer_value(member) < 0 ||
	    json_integer_value(member) > NUMBER_MAX)
		return false;
	*ret = json_integer_value(member);
	return true;
}

/* The terms mean what we take them for. */
static bool
declares_terms(const json_t *object)
{
	const json_t *context = json_object_get(object, "@context");
	const json_t *first = json_array_get(context, 0), *part;
	size_t i;

	if (!json_is_string(first) ||
	    strcmp(json_string_value(first),
		"https://www.w3.org/ns/activitystreams") != 0)
		return false;
	json_array_foreach(context, i, part)
	{
		if (is_text(part, "parvis", "urn:parvis:"))
			return true;
	}
	return false;
}

/* A string on the origin's host, the id of an object there, or a list. */
static bool
is_of_origin(
    const struct catalogue_read_origin *origin, const json_t *value, int depth)
{
	const json_t *part;
	size_t i;

	if (json_is_string(value))
		return strlen(json_string_value(value)) ==
			   json_string_length(value) &&
		       url_same_origin(json_string_value(value), origin->base);
	if (json_is_object(value))
		return json_is_string(json_object_get(value, "id")) &&
		       is_of_origin(
			   origin, json_object_get(value, "id"), depth);
	if (!json_is_array(value) || depth > 0)
		return false;
	json_array_foreach(value, i, part)
	{
		if (!is_of_origin(origin, part, depth + 1))
			return false;
	}
	return true;
}

/* --- What head and entries have in common --- */

struct stamp {
	int64_t epoch, seq, published;
};

static enum catalogue_read_fault
read_stamp(const json_t *object, const struct catalogue_read_origin *origin,
    const char *kind, struct stamp *ret, char error[CATALOGUE_READ_ERROR_SIZE])
{
	int64_t latest = origin->now + CATALOGUE_READ_AHEAD_SECONDS;

	if (!json_is_object(object) || !declares_terms(object) ||
	    json_object_get(object, "signature") != NULL)
		return catalogue_read_refuse(error, CATALOGUE_READ_MALFORMED,
		    "not an object with our @context and without "
		    "\"signature\"");
	if (!is_text(object, "parvis:kind", kind))
		return catalogue_read_refuse(error, CATALOGUE_READ_MALFORMED,
		    "parvis:kind says that it is something else");
	if (!is_text(object, "parvis:origin", origin->domain) ||
	    !is_text(object, "actor", origin->actor))
		return catalogue_read_refuse(error, CATALOGUE_READ_OTHER_ORIGIN,
		    "parvis:origin or actor is another's");
	ret->published = json_time(object, "published");
	if (!is_number(object, "parvis:epoch", &ret->epoch) ||
	    !is_number(object, "parvis:seq", &ret->seq) || ret->published == 0)
		return catalogue_read_refuse(error, CATALOGUE_READ_MALFORMED,
		    "parvis:epoch, parvis:seq or published cannot be read");
	if (ret->published > latest)
		return catalogue_read_refuse(error, CATALOGUE_READ_AHEAD,
		    "published is more than ten minutes ahead");
	if (ret->epoch > latest)
		return catalogue_read_refuse(error, CATALOGUE_READ_AHEAD,
		    "parvis:epoch is more than ten minutes ahead");
	return CATALOGUE_READ_NONE;
}

static enum catalogue_read_fault
fault_of_proof(enum proof_verdict verdict)
{
	switch (verdict) {
	case PROOF_OK:
		return CATALOGUE_READ_NONE;
	case PROOF_MISSING:
		return CATALOGUE_READ_UNPROVED;
	case PROOF_KEY:
		return CATALOGUE_READ_WRONG_KEY;
	case PROOF_CONTEXT:
	case PROOF_MISMATCH:
		return CATALOGUE_READ_ALTERED;
	case PROOF_MALFORMED:
	case PROOF_UNSUPPORTED:
	case PROOF_EXPIRED:
		break;
	}
	return CATALOGUE_READ_MALFORMED;
}

enum catalogue_read_fault
catalogue_read_proof(const json_t *object,
    const struct catalogue_read_origin *origin,
    char error[CATALOGUE_READ_ERROR_SIZE])
{
	const json_t *proof = json_object_get(object, "proof");
	enum proof_verdict verdict;
	const char *method;

	if (proof != NULL && !json_is_object(proof))
		return catalogue_read_refuse(error, CATALOGUE_READ_MALFORMED,
		    "the proof is not one object");
	verdict = proof_method(object, &method);
	if (verdict == PROOF_OK && strcmp(method, origin->method) != 0)
		return catalogue_read_refuse(error, CATALOGUE_READ_WRONG_KEY,
		    "the proof names another key");
	if (verdict == PROOF_OK)
		verdict = proof_check(object, origin->key, origin->now);
	if (verdict != PROOF_OK)
		return catalogue_read_refuse(error, fault_of_proof(verdict),
		    proof_verdict_sentence(verdict));
	return CATALOGUE_READ_NONE;
}

/* --- Head --- */

static bool
is_digest(const json_t *object, const char *name, uint8_t ret[SHA256_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	const char *text = json_string_value(json_object_get(object, name));

	if (text == NULL || strlen(text) != 2 * SHA256_SIZE ||
	    strspn(text, digits) != 2 * SHA256_SIZE)
		return false;
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		ptrdiff_t high = strchr(digits, text[2 * i]) - digits;
		ptrdiff_t low = strchr(digits, text[2 * i + 1]) - digits;

		ret[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

enum catalogue_read_fault
catalogue_read_head(const json_t *head,
    const struct catalogue_read_origin *origin, struct catalogue_read_head *ret,
    char error[CATALOGUE_READ_ERROR_SIZE])
{
	enum catalogue_read_fault fault;
	struct stamp stamp;
	char id[ID_SIZE];

	fault = read_stamp(head, origin, "catalogue-head", &stamp, error);
	if (fault != CATALOGUE_READ_NONE)
		return fault;
	(void)snprintf(id, sizeof(id), "%s#head", origin->collection);
	if (!is_text(head, "type", "parvis:Head") || !is_text(head, "id", id) ||
	    !is_number(head, "parvis:count", &ret->count) ||
	    !is_digest(head, "parvis:digest", ret->digest))
		return catalogue_read_refuse(error, CATALOGUE_READ_MALFORMED,
		    "type, id, parvis:count or parvis:digest is not a head's");
	ret->epoch = stamp.epoch;
	ret->seq = stamp.seq;
	ret->published = stamp.published;
	return catalogue_read_proof(head, origin, error);
}

/* --- Entry --- */

static bool
read_tombstone(const json_t *object, struct catalogue_read_entry *ret)
{
	ret->kind = CATALOGUE_READ_DELETE;
	ret->object_id = json_text(object, "id");
	/* An id and a date, and nothing else. */
	return is_text(object, "type", "Tombstone") && ret->object_id != NULL &&
	       json_time(object, "deleted") != 0 &&
	       json_object_size(object) == 3;
}

/* What kind of entry, and of what. */
static bool
read_kind(const json_t *entry, const struct catalogue_read_origin *origin,
    struct catalogue_read_entry *ret)
{
	const json_t *object = json_object_get(entry, "object");

	ret->object = object;
	if (is_text(entry, "type", "Delete"))
		return read_tombstone(object, ret);
	if (is_text(entry, "type", "Remove")) {
		ret->kind = CATALOGUE_READ_REMOVE;
		ret->object_id = json_string_value(object);
		return ret->object_id != NULL &&
		       is_text(entry, "target", origin->collection);
	}
	ret->kind = CATALOGUE_READ_UPDATE;
	ret->object_id = json_text(object, "id");
	return is_text(entry, "type", "Update") && json_is_object(object) &&
	       ret->object_id != NULL &&
	       json_first_text(object, "type") != NULL;
}

static enum catalogue_read_fault
check_owner(const struct catalogue_read_entry *entry,
    const struct catalogue_read_origin *origin,
    char error[CATALOGUE_READ_ERROR_SIZE])
{
	static const char *const owners[] = { "actor", "attributedTo" };

	if (!is_of_origin(origin, entry->object, 0))
		return catalogue_read_refuse(error, CATALOGUE_READ_OTHER_ORIGIN,
		    "the object's id is not on the origin's host");
	for (size_t i = 0; i < N_ELEMENTS(owners); i++) {
		const json_t *owner = json_object_get(entry->object, owners[i]);

		if (owner != NULL && !is_of_origin(origin, owner, 0))
			return catalogue_read_refuse(error,
			    CATALOGUE_READ_OTHER_ORIGIN,
			    "the object belongs to someone on another host");
	}
	return CATALOGUE_READ_NONE;
}

static enum catalogue_read_fault
hash_entry(const json_t *entry, struct catalogue_read_entry *ret,
    char error[CATALOGUE_READ_ERROR_SIZE])
{
	struct buf buf;
	int r;

	buf_init(&buf, CATALOGUE_READ_ENTRY_BYTES + 1);
	r = jcs_format(&buf, entry);
	ret->len = buf.len;
	if (r == 0)
		crypto_sha256(buf_str(&buf), buf.len, ret->hash);
	buf_done(&buf);
	if (r == 0 && ret->len <= CATALOGUE_READ_ENTRY_BYTES)
		return CATALOGUE_READ_NONE;
	return catalogue_read_refuse(error, CATALOGUE_READ_TOO_LARGE,
	    "more than 16 KiB of canonical text, or nested too deep");
}

enum catalogue_read_fault
catalogue_read_entry(const json_t *entry,
    const struct catalogue_read_origin *origin,
    struct catalogue_read_entry *ret, char error[CATALOGUE_READ_ERROR_SIZE])
{
	enum catalogue_read_fault fault;
	struct stamp stamp;
	char id[ID_SIZE];

	fault = read_stamp(entry, origin, "catalogue", &stamp, error);
	if (fault != CATALOGUE_READ_NONE)
		return fault;
	(void)snprintf(id, sizeof(id), "%s/%" PRId64 "/%" PRId64,
	    origin->collection, stamp.epoch, stamp.seq);
	if (stamp.seq == 0 || !is_text(entry, "id", id) ||
	    !read_kind(entry, origin, ret))
		return catalogue_read_refuse(error, CATALOGUE_READ_MALFORMED,
		    "its id is not its number's, or it is not an Update, "
		    "Remove or Delete of an object");
	ret->epoch = stamp.epoch;
	ret->seq = stamp.seq;
	ret->published = stamp.published;
	fault = check_owner(ret, origin, error);
	if (fault == CATALOGUE_READ_NONE)
		fault = hash_entry(entry, ret, error);
	if (fault == CATALOGUE_READ_NONE)
		fault = catalogue_read_proof(entry, origin, error);
	return fault;
}

/* --- Page --- */

/* The i-th entry against the one before and the head. */
static enum catalogue_read_fault
check_place(const struct catalogue_read_page *page, size_t i,
    char error[CATALOGUE_READ_ERROR_SIZE])
{
	const struct catalogue_read_entry *entry = &page->entries[i];

	if (entry->epoch != page->head.epoch)
		return catalogue_read_refuse(error, CATALOGUE_READ_OTHER_EPOCH,
		    "its epoch is not the head's");
	if (entry->seq > page->head.seq)
		return catalogue_read_refuse(error, CATALOGUE_READ_REPLAYED,
		    "the head is older than this entry");
	if (i > 0 && entry->seq == entry[-1].seq)
		return catalogue_read_refuse(
		    error, CATALOGUE_READ_REPLAYED, "it is there twice");
	if (i > 0 && entry->seq < entry[-1].seq)
		return catalogue_read_refuse(error, CATALOGUE_READ_REORDERED,
		    "its number is lower than the one before");
	return CATALOGUE_READ_NONE;
}

static enum catalogue_read_fault
read_entries(const json_t *items, const struct catalogue_read_origin *origin,
    struct catalogue_read_page *ret, char error[CATALOGUE_READ_ERROR_SIZE])
{
	size_t bytes = 0;

	for (size_t i = 0; i < ret->count; i++) {
		char detail[CATALOGUE_READ_ERROR_SIZE];
		enum catalogue_read_fault fault;

		fault = catalogue_read_entry(
		    json_array_get(items, i), origin, &ret->entries[i], detail);
		if (fault == CATALOGUE_READ_NONE)
			fault = check_place(ret, i, detail);
		if (fault != CATALOGUE_READ_NONE) {
			(void)snprintf(error, CATALOGUE_READ_ERROR_SIZE,
			    "item %zu of the page: %.280s", i + 1, detail);
			return fault;
		}
		bytes += ret->entries[i].len;
	}
	if (bytes > CATALOGUE_READ_PAGE_BYTES)
		return catalogue_read_refuse(error, CATALOGUE_READ_TOO_LARGE,
		    "the page has more than 1 MiB of entries");
	return CATALOGUE_READ_NONE;
}

enum catalogue_read_fault
catalogue_read_page(const json_t *page,
    const struct catalogue_read_origin *origin, struct catalogue_read_page *ret,
    char error[CATALOGUE_READ_ERROR_SIZE])
{
	const json_t *items = json_object_get(page, "orderedItems");
	const json_t *next = json_object_get(page, "next");
	char detail[CATALOGUE_READ_ERROR_SIZE];
	enum catalogue_read_fault fault;

	if (!is_text(page, "type", "OrderedCollectionPage") ||
	    (items != NULL && !json_is_array(items)) ||
	    (next != NULL && !json_is_string(next)))
		return catalogue_read_refuse(error, CATALOGUE_READ_MALFORMED,
		    "not an OrderedCollectionPage with orderedItems");
	ret->count = json_array_size(items);
	ret->next = json_string_value(next);
	if (ret->count > CATALOGUE_READ_PAGE_ENTRIES)
		return catalogue_read_refuse(error, CATALOGUE_READ_TOO_LARGE,
		    "the page has more than 100 entries");
	fault = catalogue_read_head(
	    json_object_get(page, "parvis:head"), origin, &ret->head, detail);
	if (fault != CATALOGUE_READ_NONE) {
		(void)snprintf(error, CATALOGUE_READ_ERROR_SIZE,
		    "the head: %.280s", detail);
		return fault;
	}
	return read_entries(items, origin, ret, error);
}
