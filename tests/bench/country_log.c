/* SPDX-License-Identifier: ISC */
/*
 * parvis_country_log FOLDER ORIGINS ENTRIES: gives a node that does not run
 * the catalogues of so many others, with so many entries in all: real logs,
 * each signed by a key of its own, of the invented country of country.h.  The
 * others do not exist; the node has admitted them, vouches for them and hands
 * on what they signed, as any neighbour of theirs would.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "federation/catalogue_copy.h"
#include "federation/jcs.h"
#include "federation/lthash.h"
#include "store/peer.h"
#include "store/writer.h"
#include "tests/bench/bench.h"
#include "tests/bench/country.h"

enum { SEED = 20261, ENTRY_MAX = 16 * 1024 };

struct origin {
	struct writer_job job;
	const struct country *country;
	struct arena *arena;
	struct key *key;
	const char *domain, *base, *method;
	uint64_t first; /* of its entries in the country */
	int64_t now;
	struct lthash digest;
	struct catalogue_copy *copy;
};

static void
must(int r, const char *what)
{
	if (r < 0)
		bench_die("%s: error %d", what, r);
}

static void
set(json_t *object, const char *name, json_t *value)
{
	must(json_object_set_new(object, name, value), name);
}

static void
set_text(json_t *object, const char *name, const char *text)
{
	if (text != NULL)
		set(object, name, json_string(text));
}

static void
set_time(struct origin *origin, json_t *object, const char *name, int64_t at)
{
	char text[CLOCK_RFC3339_SIZE];

	clock_rfc3339(at, text);
	set_text(object, name, arena_strdup(origin->arena, text));
}

/* --- Documents, as parvis-catalogue(7) has them --- */

static json_t *
begin(struct origin *origin, const char *type, const char *kind, int64_t seq)
{
	json_t *document =
	    json_pack("{s:[s, {s:s}], s:s, s:s, s:s, s:s, s:I, s:I}",
		"@context", "https://www.w3.org/ns/activitystreams", "parvis",
		"urn:parvis:", "type", type, "actor",
		arena_printf(origin->arena, "%s/actor", origin->base),
		"parvis:kind", kind, "parvis:origin", origin->domain,
		"parvis:epoch", (json_int_t)origin->now, "parvis:seq",
		(json_int_t)seq);

	set_time(origin, document, "published", origin->now);
	return document;
}

static const char *
seal(struct origin *origin, json_t *document)
{
	struct buf buf;
	const char *ret;

	must(proof_make(document, origin->method, origin->key, origin->now),
	    "a proof");
	buf_init(&buf, ENTRY_MAX);
	must(jcs_format(&buf, document), "a canonical form");
	ret = arena_strdup(origin->arena, buf_str(&buf));
	buf_done(&buf);
	return ret;
}

static json_t *
words(const char *const *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		must(json_array_append_new(array, json_string(list[i])),
		    "a word");
	return array;
}

static json_t *
place_of(struct origin *origin, uint64_t i)
{
	struct gazetteer_place place;

	country_commune(origin->country, i, &place);
	return json_pack("{s:s, s:s, s:s, s:f, s:f}", "type", "Place", "name",
	    arena_strdup(origin->arena, place.name), "parvis:insee",
	    arena_strdup(origin->arena, place.insee), "latitude",
	    place.latitude, "longitude", place.longitude);
}

/* Half are projects; needs and offers stand in for profiles. */
static json_t *
object_of(struct origin *origin, uint64_t i, const char **ret_id)
{
	bool project;
	struct search_document entry;
	json_t *object = json_object();

	country_entry(origin->country, origin->arena, i, &entry);
	project = entry.kind == SEARCH_PROJECT;
	*ret_id = arena_printf(
	    origin->arena, "%s/o/%016llx", origin->base, (unsigned long long)i);
	set_text(object, "id", *ret_id);
	set(object, "type",
	    project ? json_pack("[s, s]", "Group", "parvis:Project")
		    : json_string("Person"));
	set_text(object, "preferredUsername",
	    arena_printf(origin->arena, "p%llu", (unsigned long long)i));
	set_text(object, "name", entry.name);
	set_text(object, "summary",
	    arena_printf(origin->arena, "<p>%s</p>", entry.text));
	set_text(object, "url",
	    arena_printf(origin->arena, "%s/@p%llu", origin->base,
		(unsigned long long)i));
	set_text(
	    object, "inbox", arena_printf(origin->arena, "%s/inbox", *ret_id));
	set(object, "location", place_of(origin, i));
	set(object, "parvis:themes", words(entry.themes, entry.theme_count));
	if (project)
		set_text(object, "parvis:stage", entry.stage);
	else
		set(object, "parvis:skills",
		    words(entry.skills, entry.skill_count));
	set_time(origin, object, "published", entry.updated);
	set_time(origin, object, "updated", entry.updated);
	return object;
}

static void
add_entry(struct origin *origin, struct catalogue_entry *ret, int64_t seq)
{
	json_t *document = begin(origin, "Update", "catalogue", seq);
	const char *id;

	set(document, "object",
	    object_of(origin, origin->first + (uint64_t)seq, &id));
	set_text(document, "id",
	    arena_printf(origin->arena, "%s/catalogue/%lld/%lld", origin->base,
		(long long)origin->now, (long long)seq));
	*ret = (struct catalogue_entry){
		.seq = seq,
		.object_uri = id,
		.kind = CATALOGUE_UPDATE,
		.document = seal(origin, document),
		.at = origin->now,
	};
	crypto_sha256(ret->document, strlen(ret->document), ret->hash);
	lthash_add(&origin->digest, id, seq, ret->hash);
	json_decref(document);
}

static void
add_head(struct origin *origin)
{
	struct catalogue_copy *copy = origin->copy;
	json_t *head = begin(
	    origin, "parvis:Head", "catalogue-head", (int64_t)copy->count);
	char hex[2 * SHA256_SIZE + 1];

	copy->head = (struct catalogue_read_head){ .epoch = origin->now,
		.seq = (int64_t)copy->count,
		.count = (int64_t)copy->count,
		.published = origin->now };
	lthash_digest(&origin->digest, copy->head.digest);
	text_hex(copy->head.digest, SHA256_SIZE, hex);
	set_text(head, "id",
	    arena_printf(origin->arena, "%s/catalogue#head", origin->base));
	set(head, "parvis:count", json_integer((json_int_t)copy->count));
	set_text(head, "parvis:digest", hex);
	copy->head_text = seal(origin, head);
	json_decref(head);
}

/* --- Into the database --- */

static int
admit(struct origin *origin, struct db *db)
{
	struct peer peer = { 0 };
	uint8_t *spki;
	int64_t id;
	int r = peer_need(db, origin->domain, origin->now, &id);

	if (r == 0)
		r = peer_by_domain(db, origin->arena, origin->domain, &peer);
	if (r == 0)
		r = key_spki(origin->key, origin->arena, &spki, &peer.key_len);
	if (r < 0)
		return r;
	peer.key = spki;
	peer.rule = PEER_RULE_ADMIT;
	peer.state = PEER_ADMITTED;
	peer.why = "the administrator admitted it";
	return peer_save(db, &peer);
}

static int
work(struct writer_job *job, struct db *db)
{
	struct origin *origin = CONTAINER_OF(job, struct origin, job);
	int r = admit(origin, db);

	return r == 0 ? catalogue_copy_apply(
			    db, origin->copy, origin->domain, origin->now)
		      : r;
}

static void
add_origin(const struct country *country, struct writer *writer, size_t number,
    uint64_t first, size_t count)
{
	struct origin origin = { .country = country, .first = first };

	origin.job.work = work;
	origin.arena = arena_new();
	origin.now = clock_now();
	/* Nobody listens on that port. */
	origin.domain =
	    arena_printf(origin.arena, "c%zu.pays.localhost:9", number);
	origin.base = arena_printf(origin.arena, "https://%s", origin.domain);
	origin.method =
	    arena_printf(origin.arena, "%s/actor#ed25519-key", origin.base);
	must(key_generate(KEY_ED25519, &origin.key), "a key");
	lthash_init(&origin.digest);
	origin.copy = catalogue_copy_new(origin.domain, 0);
	origin.copy->entries =
	    xcalloc(count + 1, sizeof(*origin.copy->entries));
	for (size_t i = 0; i < count; i++)
		add_entry(&origin, &origin.copy->entries[i], (int64_t)i + 1);
	origin.copy->count = count;
	add_head(&origin);
	must(writer_run(writer, &origin.job), "writing a catalogue");
	catalogue_copy_free(&origin.copy);
	key_free(&origin.key);
	arena_free(&origin.arena);
}

static void
watch(void *arg, unsigned changes)
{
	(void)arg;
	(void)changes;
}

int
main(int argc, char **argv)
{
	int64_t origins, entries;
	struct country *country;
	struct writer *writer;

	if (argc != 4 ||
	    text_int64(argv[2], 1, COUNTRY_TERRITORIES, &origins) < 0 ||
	    text_int64(argv[3], origins, 10000000, &entries) < 0)
		bench_die("parvis_country_log FOLDER ORIGINS ENTRIES");
	country = country_new(SEED);
	must(writer_start(argv[1], watch, NULL, &writer), argv[1]);
	for (int64_t i = 0; i < origins; i++) {
		uint64_t first = (uint64_t)(entries * i / origins);

		add_origin(country, writer, (size_t)i, first,
		    (size_t)(entries * (i + 1) / origins) - (size_t)first);
	}
	writer_stop(&writer);
	country_free(&country);
	return EXIT_SUCCESS;
}
