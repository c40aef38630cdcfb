/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "federation/catalogue_check.h"
#include "federation/jcs.h"
#include "federation/lthash.h"
#include "tests/unit/vector.h"

enum { ENTRIES_MAX = 128 };

static struct fixture {
	struct arena *arena;
	json_t *example;
	struct key *key;
	struct catalogue_read_origin origin;
	char error[CATALOGUE_READ_ERROR_SIZE];
} fx;

/* The pair of a seed: its PKCS#8 form is a fixed head and the seed. */
static struct key *
pair_of_seed(const char *hex)
{
	static const unsigned char head[] = { 0x30, 0x2e, 2, 1, 0, 0x30, 5, 6,
		3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20 };
	unsigned char der[sizeof(head) + 32];
	struct key *key;

	memcpy(der, head, sizeof(head));
	assert_int_equal(vector_hex(hex, der + sizeof(head), 32), 32);
	assert_int_equal(key_from_secret(der, sizeof(der), &key), 0);
	return key;
}

static int
set_up(void **state)
{
	(void)state;
	fx.arena = arena_new();
	fx.example = vector_load("catalogue-example.json");
	fx.key = pair_of_seed(vector_text(fx.example, "secret_key_seed_hex"));
	catalogue_read_origin(fx.arena, vector_text(fx.example, "domain"),
	    fx.key, json_integer_value(json_object_get(fx.example, "now")),
	    &fx.origin);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	key_free(&fx.key);
	json_decref(fx.example);
	arena_free(&fx.arena);
	return 0;
}

static json_t *
example_page(void)
{
	return json_object_get(fx.example, "page");
}

static json_t *
example_entry(size_t i)
{
	return json_array_get(
	    json_object_get(example_page(), "orderedItems"), i);
}

static void
sign(json_t *object)
{
	assert_int_equal(
	    proof_make(object, fx.origin.method, fx.key, fx.origin.now), 0);
}

static const char *
hex(const uint8_t digest[SHA256_SIZE])
{
	static char text[2 * SHA256_SIZE + 1];

	text_hex(digest, SHA256_SIZE, text);
	return text;
}

/* --- The worked example --- */

static void
the_example_is_complete_and_genuine(void **state)
{
	struct catalogue_check *check = catalogue_check_new();
	struct catalogue_check_figures figures;
	struct catalogue_read_page page;

	(void)state;
	assert_int_equal(
	    catalogue_read_page(example_page(), &fx.origin, &page, fx.error),
	    CATALOGUE_READ_NONE);
	assert_int_equal(page.count, 3);
	assert_null(page.next);
	assert_int_equal(page.entries[0].kind, CATALOGUE_READ_DELETE);
	assert_int_equal(page.entries[1].kind, CATALOGUE_READ_UPDATE);
	assert_int_equal(page.entries[2].kind, CATALOGUE_READ_REMOVE);
	assert_int_equal(
	    catalogue_check_page(check, &page, fx.error), CATALOGUE_READ_NONE);
	assert_int_equal(
	    catalogue_check_end(check, fx.error), CATALOGUE_READ_NONE);
	catalogue_check_figures(check, &figures);
	assert_int_equal(figures.live, 1);
	assert_int_equal(figures.deleted, 2);
	assert_int_equal(figures.last_seq, 6);
	assert_string_equal(
	    hex(figures.head.digest), vector_text(fx.example, "digest"));
	catalogue_check_free(&check);
	assert_null(check);
}

static void
the_entry_of_the_example_has_its_bytes(void **state)
{
	const json_t *expected = json_object_get(fx.example, "entry");
	struct catalogue_read_entry entry;
	struct buf buf;

	(void)state;
	buf_init(&buf, CATALOGUE_READ_ENTRY_BYTES);
	assert_int_equal(jcs_format(&buf, example_entry(1)), 0);
	assert_string_equal(buf_str(&buf), vector_text(expected, "canonical"));
	buf_done(&buf);
	assert_int_equal(catalogue_read_entry(
			     example_entry(1), &fx.origin, &entry, fx.error),
	    CATALOGUE_READ_NONE);
	assert_int_equal(entry.len,
	    json_integer_value(json_object_get(expected, "canonical_bytes")));
	assert_string_equal(hex(entry.hash), vector_text(expected, "sha256"));
}

static void
the_digest_of_the_example_is_made_of_its_element(void **state)
{
	const json_t *expected = json_object_get(fx.example, "entry");
	const json_t *lanes = json_object_get(expected, "element_first_lanes");
	struct catalogue_read_entry entry;
	uint8_t digest[SHA256_SIZE];
	struct lthash hash;
	json_t *lane;
	size_t i;

	(void)state;
	lthash_init(&hash);
	lthash_digest(&hash, digest);
	assert_string_equal(
	    hex(digest), vector_text(fx.example, "empty_digest"));
	assert_int_equal(catalogue_read_entry(
			     example_entry(1), &fx.origin, &entry, fx.error),
	    CATALOGUE_READ_NONE);
	lthash_add(&hash, entry.object_id, entry.seq, entry.hash);
	json_array_foreach(lanes, i, lane)
	{
		assert_int_equal(hash.lanes[i], json_integer_value(lane));
	}
	assert_int_equal(i, 8);
	lthash_digest(&hash, digest);
	assert_string_equal(hex(digest), vector_text(fx.example, "digest"));
}

static void
what_is_signed_again_is_the_example_itself(void **state)
{
	json_t *head = json_object_get(example_page(), "parvis:head");
	json_t *again = json_deep_copy(head);
	int64_t at = json_time(json_object_get(head, "proof"), "created");

	(void)state;
	assert_int_equal(json_object_del(again, "proof"), 0);
	assert_int_equal(proof_make(again, fx.origin.method, fx.key, at), 0);
	assert_true(json_equal(again, head));
	json_decref(again);
}

/* --- One thing wrong at a time --- */

/* A change of entry 1 of the page, signed again or not. */
struct bend {
	const char *name;  /* path of one or two members, "object/id" */
	const char *value; /* JSON; NULL takes the member away */
	bool signed_again;
	enum catalogue_read_fault fault;
};

static void
set_member(json_t *object, const char *path, const char *value)
{
	const char *slash = strchr(path, '/');
	json_t *json;

	if (slash != NULL) {
		char *first =
		    arena_strndup(fx.arena, path, (size_t)(slash - path));

		object = json_object_get(object, first);
		path = slash + 1;
	}
	if (value == NULL) {
		assert_int_equal(json_object_del(object, path), 0);
		return;
	}
	json = json_loads(value, JSON_DECODE_ANY, NULL);
	assert_non_null(json);
	assert_int_equal(json_object_set_new(object, path, json), 0);
}

static void
check_bends(
    const json_t *good, const struct bend *bends, size_t count, bool is_head)
{
	for (size_t i = 0; i < count; i++) {
		json_t *bent = json_deep_copy(good);
		struct catalogue_read_entry entry;
		struct catalogue_read_head head;
		enum catalogue_read_fault fault;

		set_member(bent, bends[i].name, bends[i].value);
		if (bends[i].signed_again)
			sign(bent);
		fault = is_head ? catalogue_read_head(
				      bent, &fx.origin, &head, fx.error)
				: catalogue_read_entry(
				      bent, &fx.origin, &entry, fx.error);
		if (fault != bends[i].fault)
			fail_msg("%s = %s: %s (%s), expected %s", bends[i].name,
			    bends[i].value, catalogue_read_word(fault),
			    fx.error, catalogue_read_word(bends[i].fault));
		json_decref(bent);
	}
}

#define OTHER CATALOGUE_READ_OTHER_ORIGIN
#define BAD   CATALOGUE_READ_MALFORMED

static void
an_entry_with_one_thing_wrong_is_refused(void **state)
{
	static const struct bend bends[] = {
		{ "published", "\"2026-05-28T20:31:00Z\"", true,
		    CATALOGUE_READ_NONE },
		{ "object/name", "\"Autre\"", false, CATALOGUE_READ_ALTERED },
		{ "proof/created", "\"2026-05-28T20:31:01Z\"", false,
		    CATALOGUE_READ_ALTERED },
		{ "proof", NULL, false, CATALOGUE_READ_UNPROVED },
		{ "proof", "[]", false, BAD },
		{ "proof/verificationMethod",
		    "\"https://parvis.example/actor#main-key\"", false,
		    CATALOGUE_READ_WRONG_KEY },
		{ "signature", "{}", false, BAD },
		{ "@context", "\"https://www.w3.org/ns/activitystreams\"", true,
		    BAD },
		{ "@context",
		    "[\"https://www.w3.org/ns/activitystreams\", "
		    "{\"parvis\": \"urn:other:\"}]",
		    true, BAD },
		{ "parvis:kind", "\"catalogue-head\"", true, BAD },
		{ "parvis:origin", "\"other.example\"", true, OTHER },
		{ "actor", "\"https://other.example/actor\"", true, OTHER },
		{ "actor", "\"https://parvis.example/o/1\"", true, OTHER },
		{ "parvis:seq", "5", true, BAD }, /* the id says 4 */
		{ "parvis:seq", "\"4\"", true, BAD },
		{ "parvis:seq", "-4", true, BAD },
		{ "parvis:seq", "4.0", true, BAD },
		{ "parvis:seq", "9007199254740992", true, BAD },
		{ "parvis:epoch", "1780000001", true, BAD }, /* nor this */
		{ "parvis:epoch", "1780001401", true, CATALOGUE_READ_AHEAD },
		{ "published", "\"2026-05-28T20:50:01Z\"", true,
		    CATALOGUE_READ_AHEAD },
		{ "published", "\"2026-05-28T20:50:00Z\"", true,
		    CATALOGUE_READ_NONE },
		{ "published", "\"yesterday\"", true, BAD },
		{ "id", "\"https://parvis.example/catalogue/1780000000/04\"",
		    true, BAD },
		{ "type", "\"Create\"", true, BAD },
		{ "object", "\"https://parvis.example/o/1\"", true, BAD },
		{ "object/id", "\"https://other.example/o/1\"", true, OTHER },
		{ "object/id", "\"https://parvis.example:8443/o/1\"", true,
		    OTHER },
		{ "object/id", NULL, true, BAD },
		{ "object/attributedTo", "\"https://other.example/o/1\"", true,
		    OTHER },
		{ "object/attributedTo",
		    "[\"https://parvis.example/o/1\", "
		    "\"https://other.example/o/1\"]",
		    true, OTHER },
		{ "object/attributedTo",
		    "{\"id\": \"https://other.example/o/1\"}", true, OTHER },
		{ "object/attributedTo", "17", true, OTHER },
		{ "object/actor", "\"https://other.example/o/1\"", true,
		    OTHER },
	};

	(void)state;
	check_bends(example_entry(1), bends, N_ELEMENTS(bends), false);
}

static void
a_tombstone_keeps_an_id_and_a_date_and_nothing_else(void **state)
{
	static const struct bend bends[] = {
		{ "object/name", "\"Jardin\"", true, BAD },
		{ "object/type", "\"Note\"", true, BAD },
		{ "object/deleted", NULL, true, BAD },
		{ "object/id", "\"https://other.example/o/1\"", true, OTHER },
	};

	(void)state;
	check_bends(example_entry(0), bends, N_ELEMENTS(bends), false);
}

static void
a_removal_names_its_object_and_the_catalogue(void **state)
{
	static const struct bend bends[] = {
		{ "target", "\"https://parvis.example/other\"", true, BAD },
		{ "target", NULL, true, BAD },
		{ "object", "{\"id\": \"https://parvis.example/o/1\"}", true,
		    BAD },
		{ "object", "\"https://other.example/o/1\"", true, OTHER },
	};

	(void)state;
	check_bends(example_entry(2), bends, N_ELEMENTS(bends), false);
}

static void
a_head_with_one_thing_wrong_is_refused(void **state)
{
	static const struct bend bends[] = {
		{ "parvis:count", "2", false, CATALOGUE_READ_ALTERED },
		{ "parvis:count", "2", true, CATALOGUE_READ_NONE },
		{ "parvis:count", "-1", true, BAD },
		{ "parvis:digest", "\"00\"", true, BAD },
		{ "parvis:digest",
		    "\"BD8891BAD6B0707855085FB84FE99C1571899AF713B2C7B48B71550A"
		    "D0226F37\"",
		    true, BAD },
		{ "type", "\"Head\"", true, BAD },
		{ "id", "\"https://parvis.example/catalogue\"", true, BAD },
		{ "parvis:kind", "\"catalogue\"", true, BAD },
		{ "parvis:origin", "\"parvis.example:8443\"", true, OTHER },
		{ "parvis:epoch", "1780001401", true, CATALOGUE_READ_AHEAD },
		{ "published", "\"2026-05-28T20:50:01Z\"", true,
		    CATALOGUE_READ_AHEAD },
		{ "proof", NULL, false, CATALOGUE_READ_UNPROVED },
	};

	(void)state;
	check_bends(json_object_get(example_page(), "parvis:head"), bends,
	    N_ELEMENTS(bends), true);
}

static void
another_key_is_found_out(void **state)
{
	struct catalogue_read_origin origin = fx.origin;
	struct catalogue_read_entry entry;
	struct key *other;

	(void)state;
	assert_int_equal(key_generate(KEY_ED25519, &other), 0);
	origin.key = other;
	assert_int_equal(
	    catalogue_read_entry(example_entry(1), &origin, &entry, fx.error),
	    CATALOGUE_READ_ALTERED);
	key_free(&other);
}

static void
an_entry_has_at_most_16_kib(void **state)
{
	json_t *entry = json_deep_copy(example_entry(1));
	json_t *object = json_object_get(entry, "object");
	struct catalogue_read_entry read;
	char text[CATALOGUE_READ_ENTRY_BYTES + 1];
	size_t rest;

	(void)state;
	json_object_set_new(object, "summary", json_string(""));
	sign(entry);
	assert_int_equal(
	    catalogue_read_entry(entry, &fx.origin, &read, fx.error),
	    CATALOGUE_READ_NONE);
	/* Proofs are of 86 to 88 letters: leave room for the shortest. */
	rest = CATALOGUE_READ_ENTRY_BYTES - read.len - 4;
	memset(text, 'x', sizeof(text));
	text[rest] = '\0';
	json_object_set_new(object, "summary", json_string(text));
	sign(entry);
	assert_int_equal(
	    catalogue_read_entry(entry, &fx.origin, &read, fx.error),
	    CATALOGUE_READ_NONE);
	text[rest] = 'x';
	text[rest + 8] = '\0';
	json_object_set_new(object, "summary", json_string(text));
	sign(entry);
	assert_int_equal(
	    catalogue_read_entry(entry, &fx.origin, &read, fx.error),
	    CATALOGUE_READ_TOO_LARGE);
	json_decref(entry);
}

/* --- Whole logs --- */

/* A log as a test has its author write it. */
static struct log {
	json_t *entries[ENTRIES_MAX];
	size_t count;
	int64_t live;
	struct lthash state;
} log_;

static void
log_begin(void)
{
	memset(&log_, 0, sizeof(log_));
	lthash_init(&log_.state);
}

static void
log_end(void)
{
	for (size_t i = 0; i < log_.count; i++)
		json_decref(log_.entries[i]);
}

static json_t *
stamped(const char *type, const char *kind, int64_t seq)
{
	char at[CLOCK_RFC3339_SIZE];

	clock_rfc3339(fx.origin.now, at);
	return json_pack("{s:[s,{s:s}], s:s, s:s, s:s, s:s, s:s, s:I, s:I}",
	    "@context", "https://www.w3.org/ns/activitystreams", "parvis",
	    "urn:parvis:", "type", type, "actor", fx.origin.actor, "published",
	    at, "parvis:kind", kind, "parvis:origin", fx.origin.domain,
	    "parvis:epoch", (json_int_t)1780000000, "parvis:seq",
	    (json_int_t)seq);
}

static const char *
object_id(int number)
{
	return arena_printf(fx.arena, "https://parvis.example/o/%d", number);
}

/* The next entry; its number is its place, from 1. */
static void
log_write(const char *type, int number)
{
	int64_t seq = (int64_t)log_.count + 1;
	json_t *entry = stamped(type, "catalogue", seq);

	json_object_set_new(entry, "id",
	    json_sprintf(
		"https://parvis.example/catalogue/1780000000/%d", (int)seq));
	if (strcmp(type, "Remove") == 0) {
		json_object_set_new(
		    entry, "object", json_string(object_id(number)));
		json_object_set_new(entry, "target",
		    json_string("https://parvis.example/catalogue"));
	} else
		json_object_set_new(entry, "object",
		    json_pack("{s:s, s:s, s:s}", "id", object_id(number),
			"type", "Group", "name", "Jardin"));
	sign(entry);
	log_.entries[log_.count++] = entry;
}

/* What the author's state becomes by an entry that is live, or no longer. */
static void
log_count(size_t i, bool live)
{
	struct catalogue_read_entry entry;

	assert_int_equal(
	    catalogue_read_entry(log_.entries[i], &fx.origin, &entry, fx.error),
	    CATALOGUE_READ_NONE);
	(live ? lthash_add : lthash_remove)(
	    &log_.state, entry.object_id, entry.seq, entry.hash);
	log_.live += live ? 1 : -1;
}

static json_t *
log_head(int64_t seq)
{
	json_t *head = stamped("parvis:Head", "catalogue-head", seq);
	uint8_t digest[SHA256_SIZE];

	lthash_digest(&log_.state, digest);
	json_object_set_new(
	    head, "id", json_string("https://parvis.example/catalogue#head"));
	json_object_set_new(head, "parvis:count", json_integer(log_.live));
	json_object_set_new(head, "parvis:digest", json_string(hex(digest)));
	sign(head);
	return head;
}

/* A page of the entries at these places; head and next are taken. */
static json_t *
log_page(const size_t *places, size_t count, json_t *head, bool last)
{
	json_t *items = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append(items, log_.entries[places[i]]);
	return json_pack("{s:s, s:o, s:o, s:s*}", "type",
	    "OrderedCollectionPage", "orderedItems", items, "parvis:head", head,
	    "next", last ? NULL : "https://parvis.example/catalogue?after=1");
}

/* The page read and folded; what is wrong first.  The page is taken. */
static enum catalogue_read_fault
feed(struct catalogue_check *check, json_t *page)
{
	struct catalogue_read_page read;
	enum catalogue_read_fault fault;

	fault = catalogue_read_page(page, &fx.origin, &read, fx.error);
	if (fault == CATALOGUE_READ_NONE)
		fault = catalogue_check_page(check, &read, fx.error);
	json_decref(page);
	return fault;
}

/* One page of these places against a head; the verdict on it. */
static enum catalogue_read_fault
judge(const size_t *places, size_t count, json_t *head)
{
	struct catalogue_check *check = catalogue_check_new();
	enum catalogue_read_fault fault =
	    feed(check, log_page(places, count, head, true));

	if (fault == CATALOGUE_READ_NONE)
		fault = catalogue_check_end(check, fx.error);
	catalogue_check_free(&check);
	return fault;
}

/*
 * Entries: 1 object 1, 2 object 2, 3 object 1 again, 4 object 3, 5 object 3
 * removed.  Live are 2 and 3.
 */
static void
log_of_five(void)
{
	log_begin();
	log_write("Update", 1);
	log_write("Update", 2);
	log_write("Update", 1);
	log_write("Update", 3);
	log_write("Remove", 3);
	log_count(1, true);
	log_count(2, true);
}

#define JUDGE(...) \
	judge((const size_t[]){ __VA_ARGS__ }, \
	    N_ELEMENTS(((const size_t[]){ __VA_ARGS__ })), log_head(5))

static void
what_a_relay_does_to_a_log_is_found_out(void **state)
{
	(void)state;
	log_of_five();
	assert_int_equal(JUDGE(1, 2, 4), CATALOGUE_READ_NONE);
	/* Read while it moved: old states too, then the new ones. */
	assert_int_equal(JUDGE(0, 1, 2, 3, 4), CATALOGUE_READ_NONE);
	assert_int_equal(JUDGE(1, 2), CATALOGUE_READ_NONE);
	assert_int_equal(JUDGE(1, 4), CATALOGUE_READ_LEFT_OUT);
	assert_int_equal(JUDGE(0, 1, 4), CATALOGUE_READ_REPLAYED);
	assert_int_equal(JUDGE(1, 2, 3), CATALOGUE_READ_REPLAYED);
	assert_int_equal(JUDGE(2, 1, 4), CATALOGUE_READ_REORDERED);
	assert_int_equal(JUDGE(1, 1, 2), CATALOGUE_READ_REPLAYED);
	assert_int_equal(judge((const size_t[]){ 1, 2, 4 }, 3, log_head(4)),
	    CATALOGUE_READ_REPLAYED);
	log_end();
}

static void
an_empty_log_is_complete(void **state)
{
	(void)state;
	log_begin();
	assert_int_equal(judge(NULL, 0, log_head(0)), CATALOGUE_READ_NONE);
}

static void
pages_go_on_where_the_last_ended(void **state)
{
	struct catalogue_check *check = catalogue_check_new();
	const size_t first[] = { 1 }, second[] = { 2, 4 };

	(void)state;
	log_of_five();
	assert_int_equal(feed(check, log_page(first, 1, log_head(5), false)),
	    CATALOGUE_READ_NONE);
	assert_int_equal(
	    catalogue_check_end(check, fx.error), CATALOGUE_READ_LEFT_OUT);
	assert_int_equal(feed(check, log_page(first, 1, log_head(5), false)),
	    CATALOGUE_READ_REPLAYED);
	assert_int_equal(feed(check, log_page(NULL, 0, log_head(5), false)),
	    CATALOGUE_READ_MALFORMED);
	assert_int_equal(feed(check, log_page(second, 2, log_head(5), true)),
	    CATALOGUE_READ_NONE);
	assert_int_equal(
	    catalogue_check_end(check, fx.error), CATALOGUE_READ_NONE);
	catalogue_check_free(&check);
	log_end();
}

static void
heads_go_forward_and_agree(void **state)
{
	struct catalogue_check *check = catalogue_check_new();
	json_t *later;

	(void)state;
	log_of_five();
	assert_int_equal(
	    feed(check, log_page((const size_t[]){ 1 }, 1, log_head(5), false)),
	    CATALOGUE_READ_NONE);
	assert_int_equal(
	    feed(check, log_page((const size_t[]){ 2 }, 1, log_head(4), true)),
	    CATALOGUE_READ_REPLAYED);
	log_count(3, true); /* an author that says two things */
	assert_int_equal(
	    feed(check, log_page((const size_t[]){ 2 }, 1, log_head(5), true)),
	    CATALOGUE_READ_FORKED);
	later = log_head(5);
	json_object_set_new(later, "parvis:epoch", json_integer(1780000001));
	sign(later);
	assert_int_equal(
	    feed(check, log_page(NULL, 0, later, true)), CATALOGUE_READ_MOVED);
	catalogue_check_free(&check);
	log_end();
}

static void
an_entry_of_another_epoch_than_the_head_is_refused(void **state)
{
	json_t *head;

	(void)state;
	log_of_five();
	head = log_head(5);
	json_object_set_new(head, "parvis:epoch", json_integer(1780000001));
	sign(head);
	assert_int_equal(judge((const size_t[]){ 1, 2 }, 2, head),
	    CATALOGUE_READ_OTHER_EPOCH);
	log_end();
}

static void
a_page_has_at_most_a_hundred_entries(void **state)
{
	size_t places[CATALOGUE_READ_PAGE_ENTRIES + 1] = { 0 };

	(void)state;
	log_begin();
	for (size_t i = 0; i < N_ELEMENTS(places); i++) {
		log_write("Update", (int)i);
		log_count(i, true);
		places[i] = i;
	}
	assert_int_equal(judge(places, N_ELEMENTS(places), log_head(101)),
	    CATALOGUE_READ_TOO_LARGE);
	log_count(100, false);
	assert_int_equal(
	    judge(places, 100, log_head(101)), CATALOGUE_READ_NONE);
	log_end();
}

static void
what_is_no_page_is_refused(void **state)
{
	static const char *const texts[] = { "{}",
		"{\"type\": \"OrderedCollection\"}",
		"{\"type\": \"OrderedCollectionPage\"}",
		"{\"type\": \"OrderedCollectionPage\", \"orderedItems\": {}}",
		"{\"type\": \"OrderedCollectionPage\", \"next\": 1}",
		"{\"type\": \"OrderedCollectionPage\", \"parvis:head\": []}" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
		json_t *json = json_loads(texts[i], 0, NULL);
		struct catalogue_read_page page;

		assert_int_equal(
		    catalogue_read_page(json, &fx.origin, &page, fx.error),
		    CATALOGUE_READ_MALFORMED);
		assert_true(strlen(fx.error) > 0);
		json_decref(json);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_is_complete_and_genuine),
		cmocka_unit_test(the_entry_of_the_example_has_its_bytes),
		cmocka_unit_test(
		    the_digest_of_the_example_is_made_of_its_element),
		cmocka_unit_test(what_is_signed_again_is_the_example_itself),
		cmocka_unit_test(an_entry_with_one_thing_wrong_is_refused),
		cmocka_unit_test(
		    a_tombstone_keeps_an_id_and_a_date_and_nothing_else),
		cmocka_unit_test(a_removal_names_its_object_and_the_catalogue),
		cmocka_unit_test(a_head_with_one_thing_wrong_is_refused),
		cmocka_unit_test(another_key_is_found_out),
		cmocka_unit_test(an_entry_has_at_most_16_kib),
		cmocka_unit_test(what_a_relay_does_to_a_log_is_found_out),
		cmocka_unit_test(an_empty_log_is_complete),
		cmocka_unit_test(pages_go_on_where_the_last_ended),
		cmocka_unit_test(heads_go_forward_and_agree),
		cmocka_unit_test(
		    an_entry_of_another_epoch_than_the_head_is_refused),
		cmocka_unit_test(a_page_has_at_most_a_hundred_entries),
		cmocka_unit_test(what_is_no_page_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
