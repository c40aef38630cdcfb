/* SPDX-License-Identifier: ISC */
#include "federation/catalogue.h"

#include <errno.h>
#include <string.h>

#include "config/base/log.h"
#include "config/base/text.h"
#include "federation/catalogue_index.h"
#include "federation/catalogue_object.h"
#include "federation/catalogue_read.h"
#include "federation/instance_key.h"
#include "federation/jcs.h"
#include "federation/lthash.h"
#include "federation/proof.h"
#include "store/search.h"

/* The log while a job works on it. */
struct log {
	struct publish *publish;
	const char *actor_uri, *key_uri;
	struct key *key;
	struct catalogue_origin origin;
	struct lthash digest;
	bool moved;
};

static const char *const types[] = {
	[CATALOGUE_UPDATE] = "Update",
	[CATALOGUE_REMOVE] = "Remove",
	[CATALOGUE_DELETE] = "Delete",
};

/* -EAGAIN: nobody can sign yet. */
static int
open_any_log(struct publish *publish, struct log *log)
{
	struct instance_key instance = { 0 };
	int r;

	*log = (struct log){ .publish = publish };
	lthash_init(&log->digest);
	r = instance_key_load(publish->db, publish->arena, &instance);
	if (r < 0)
		return r;
	log->actor_uri = instance.actor_uri;
	log->key_uri = instance.key_uri;
	log->key = instance.key;
	r = catalogue_origin_get(
	    publish->db, publish->arena, CATALOGUE_OWN, &log->origin);
	if (r == -ENOENT) {
		log->origin = (struct catalogue_origin){
			.id = CATALOGUE_OWN,
			.domain = publish->node->domain,
			.epoch = publish->now,
		};
		return 0;
	}
	if (r == 0)
		lthash_decode(&log->digest, log->origin.state);
	return r;
}

/* -EAGAIN also while nothing may be said. */
static int
open_log(struct publish *publish, struct log *log)
{
	*log = (struct log){ .publish = publish };
	return node_catalogue_held(publish->node) ? -EAGAIN
						  : open_any_log(publish, log);
}

static void
release_log(struct log *log)
{
	key_free(&log->key);
}

/* What entries and heads have in common. */
static json_t *
begin(const struct log *log, const char *type, const char *kind)
{
	json_t *document = json_pack("{s:[s, {s:s}], s:s, s:s, s:s, s:s, s:I}",
	    "@context", DOCUMENT_AS2, "parvis", DOCUMENT_PARVIS, "type", type,
	    "actor", log->actor_uri, "parvis:kind", kind, "parvis:origin",
	    log->origin.domain, "parvis:epoch", (json_int_t)log->origin.epoch);

	document_set_time(document, "published", log->publish->now);
	return document;
}

/* Signs; the canonical text with the proof, in the arena. */
static int
seal(const struct log *log, json_t *document, const char **ret)
{
	struct buf buf;
	int r = proof_make(document, log->key_uri, log->key, log->publish->now);

	if (r < 0)
		return r;
	buf_init(&buf, CATALOGUE_ENTRY_BYTES + 1);
	r = jcs_format(&buf, document);
	if (r == 0 && buf.len > CATALOGUE_ENTRY_BYTES)
		r = -EMSGSIZE;
	if (r == 0)
		*ret =
		    arena_strndup(log->publish->arena, buf_str(&buf), buf.len);
	buf_done(&buf);
	return r;
}

static int
sign_head(struct log *log)
{
	CLEANUP(json_release)
	json_t *head = begin(log, "parvis:Head", "catalogue-head");
	const char *base = log->publish->node->base;
	uint8_t digest[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];

	lthash_digest(&log->digest, digest);
	text_hex(digest, sizeof(digest), hex);
	document_set_text(head, "id",
	    arena_printf(log->publish->arena, "%s/catalogue#head", base));
	(void)json_object_set_new(
	    head, "parvis:seq", json_integer((json_int_t)log->origin.seq));
	(void)json_object_set_new(
	    head, "parvis:count", json_integer((json_int_t)log->origin.count));
	document_set_text(head, "parvis:digest", hex);
	log->origin.head_at = log->publish->now;
	return seal(log, head, &log->origin.head);
}

/* Writes down where the log stands, when it moved or its head is old. */
static int
close_log(struct log *log)
{
	int64_t age = log->publish->now - log->origin.head_at;
	uint8_t state[LTHASH_BYTES];
	int r;

	if (!log->moved && log->origin.head != NULL && age >= 0 &&
	    age < CATALOGUE_HEAD_SECONDS)
		return 0;
	r = sign_head(log);
	if (r < 0)
		return r;
	lthash_encode(&log->digest, state);
	log->origin.state = state;
	r = catalogue_origin_set(log->publish->db, &log->origin);
	log->origin.state = NULL;
	return r;
}

/* Takes the object's reference. */
static int
append(struct log *log, const struct actor *actor, enum catalogue_kind kind,
    json_t *object)
{
	struct publish *publish = log->publish;
	const char *base = publish->node->base;
	CLEANUP(json_release)
	json_t *document = begin(log, types[kind], "catalogue");
	struct catalogue_entry old, entry = {
		.origin_id = CATALOGUE_OWN,
		.seq = log->origin.seq + 1,
		.object_uri = actor->uri,
		.kind = kind,
		.at = publish->now,
	};
	int r;

	(void)json_object_set_new(document, "object", object);
	(void)json_object_set_new(
	    document, "parvis:seq", json_integer((json_int_t)entry.seq));
	document_set_text(document, "id",
	    arena_printf(publish->arena, "%s/catalogue/%lld/%lld", base,
		(long long)log->origin.epoch, (long long)entry.seq));
	if (kind == CATALOGUE_REMOVE)
		document_set_text(document, "target",
		    arena_printf(publish->arena, "%s/catalogue", base));
	r = seal(log, document, &entry.document);
	if (r < 0)
		return r;
	crypto_sha256(entry.document, strlen(entry.document), entry.hash);
	r = catalogue_put(publish->db, publish->arena, &entry, &old);
	if (r == 0)
		r = catalogue_index_replace(
		    publish->db, publish->arena, &old, &entry, object);
	if (r < 0)
		return r;
	log->origin.seq = entry.seq;
	log->moved = true;
	if (old.id != 0 && old.kind == CATALOGUE_UPDATE) {
		lthash_remove(&log->digest, actor->uri, old.seq, old.hash);
		log->origin.count--;
	}
	if (kind == CATALOGUE_UPDATE) {
		lthash_add(&log->digest, actor->uri, entry.seq, entry.hash);
		log->origin.count++;
	}
	return 0;
}

/* Whether an entry says of its object what is to be said now. */
static bool
says(const struct catalogue_entry *entry, const json_t *object)
{
	CLEANUP(json_release)
	json_t *document = json_loads(entry->document, 0, NULL);
	uint8_t then[SHA256_SIZE], now[SHA256_SIZE];

	if (catalogue_object_hash(json_object_get(document, "object"), then) !=
		0 ||
	    catalogue_object_hash(object, now) != 0)
		return false;
	return memcmp(then, now, sizeof(now)) == 0;
}

/* -ENOENT: it is not for the catalogue. */
static int
object_of(struct publish *publish, const struct actor *actor, json_t **ret)
{
	struct actor_key *keys;
	size_t count;
	int r;

	if (!actor->discoverable || actor->deleted_at != 0)
		return -ENOENT;
	r = actor_keys(publish->db, publish->arena, actor->id, &keys, &count);
	if (r == 0 && count == 0)
		return -ENOENT;
	if (r == 0)
		r = catalogue_object_make(
		    publish->db, publish->arena, actor, ret);
	if (r == -EMSGSIZE) {
		log_warning("catalogue actor=%s is too large", actor->uri);
		return -ENOENT;
	}
	return r;
}

static int
withdraw(struct log *log, const struct actor *actor,
    const struct catalogue_entry *entry)
{
	if (actor->deleted_at != 0)
		return entry->kind == CATALOGUE_DELETE
			   ? 0
			   : append(log, actor, CATALOGUE_DELETE,
				 document_tombstone(
				     actor->uri, NULL, actor->deleted_at));
	if (entry->kind != CATALOGUE_UPDATE)
		return 0;
	return append(log, actor, CATALOGUE_REMOVE, json_string(actor->uri));
}

static int
note(struct log *log, const struct actor *actor)
{
	struct publish *publish = log->publish;
	CLEANUP(json_release) json_t *object = NULL;
	struct catalogue_entry entry = { 0 };
	int found = catalogue_by_object(
	    publish->db, publish->arena, CATALOGUE_OWN, actor->uri, &entry);
	int r;

	if (found < 0 && found != -ENOENT)
		return found;
	r = object_of(publish, actor, &object);
	if (r == -ENOENT)
		return found == 0 ? withdraw(log, actor, &entry) : 0;
	if (r < 0)
		return r;
	if (found == 0 && entry.kind == CATALOGUE_UPDATE &&
	    says(&entry, object))
		return 0;
	return append(log, actor, CATALOGUE_UPDATE, json_incref(object));
}

int
catalogue_note_actor(struct publish *publish, const struct actor *actor)
{
	CLEANUP(release_log) struct log log = { 0 };
	int r;

	if (actor->kind != ACTOR_PROFILE && actor->kind != ACTOR_PROJECT)
		return 0;
	r = open_log(publish, &log);
	if (r == 0)
		r = note(&log, actor);
	if (r == 0)
		r = close_log(&log);
	return r == -EAGAIN ? 0 : r;
}

int
catalogue_note_latest(struct publish *publish, const struct actor *actor)
{
	struct catalogue_entry entry;
	int64_t age;
	int r = catalogue_by_object(
	    publish->db, publish->arena, CATALOGUE_OWN, actor->uri, &entry);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	age = publish->now - entry.at;
	return age >= 0 && age < CATALOGUE_LATEST_SECONDS
		   ? 0
		   : catalogue_note_actor(publish, actor);
}

int
catalogue_renew_head(struct publish *publish)
{
	CLEANUP(release_log) struct log log = { 0 };
	int r = open_log(publish, &log);

	if (r == 0)
		r = close_log(&log);
	return r == -EAGAIN ? 0 : r;
}

/* Notes a batch of one kind. */
static int
walk_step(struct log *log, enum actor_kind kind, struct catalogue_walk *walk,
    size_t *ret_count)
{
	struct publish *publish = log->publish;
	int64_t ids[CATALOGUE_STEP];
	struct actor actor;
	size_t count = 0;
	int r = catalogue_subjects(
	    publish->db, kind, walk->after, CATALOGUE_STEP, ids, &count);

	for (size_t i = 0; r == 0 && i < count; i++) {
		r = actor_get(publish->db, publish->arena, ids[i], &actor);
		if (r == 0)
			r = note(log, &actor);
		walk->after = ids[i];
	}
	if (r == 0)
		*ret_count = count;
	return r;
}

int
catalogue_catch_up(
    struct publish *publish, struct catalogue_walk *walk, bool *ret_more)
{
	CLEANUP(release_log) struct log log = { 0 };
	struct catalogue_walk next = *walk;
	size_t count = 0;
	int r = open_log(publish, &log);

	if (r == -EAGAIN) {
		*ret_more = false;
		return 0;
	}
	if (r == 0)
		r = walk_step(&log,
		    next.projects ? ACTOR_PROJECT : ACTOR_PROFILE, &next,
		    &count);
	if (r == 0)
		r = close_log(&log);
	if (r < 0)
		return r;
	*ret_more = count == CATALOGUE_STEP || !next.projects;
	if (count < CATALOGUE_STEP)
		next = (struct catalogue_walk){ .projects = !next.projects };
	*walk = next;
	return 0;
}

/* Whether a head that we signed says more than our database knows. */
static bool
is_behind(const struct log *log, const struct catalogue_read_head *seen)
{
	uint8_t digest[SHA256_SIZE];

	if (seen->epoch != log->origin.epoch)
		return seen->epoch > log->origin.epoch;
	if (seen->seq != log->origin.seq)
		return seen->seq > log->origin.seq;
	lthash_digest(&log->digest, digest);
	return seen->count != log->origin.count ||
	       memcmp(digest, seen->digest, sizeof(digest)) != 0;
}

static int
forget_log(struct publish *publish)
{
	size_t count;
	int r;

	do
		r = search_remove_origin(publish->db, publish->arena,
		    CATALOGUE_OWN, CATALOGUE_STEP, &count);
	while (r == 0 && count == CATALOGUE_STEP);
	return r == 0 ? catalogue_forget_entries(publish->db, CATALOGUE_OWN)
		      : r;
}

/* All that is to be found, under an epoch above another. */
static int
write_anew(struct log *log, int64_t above)
{
	struct publish *publish = log->publish;
	struct catalogue_walk walk = { 0 };
	size_t count = 0;
	int r = forget_log(publish);

	log->origin.epoch =
	    MAX(publish->now, MAX(above, log->origin.epoch) + 1);
	log->origin.seq = 0;
	log->origin.count = 0;
	lthash_init(&log->digest);
	log->moved = true;
	while (r == 0) {
		r = walk_step(log,
		    walk.projects ? ACTOR_PROJECT : ACTOR_PROFILE, &walk,
		    &count);
		if (r < 0 || (count < CATALOGUE_STEP && walk.projects))
			break;
		if (count < CATALOGUE_STEP)
			walk = (struct catalogue_walk){ .projects = true };
	}
	return r < 0 ? r : close_log(log);
}

int
catalogue_rebuild(struct publish *publish,
    const struct catalogue_read_head *seen, bool *ret_done)
{
	CLEANUP(release_log) struct log log = { 0 };
	int r = open_any_log(publish, &log);

	*ret_done = false;
	if (r == -EAGAIN || (r == 0 && !is_behind(&log, seen)))
		return 0;
	if (r == 0)
		r = write_anew(&log, seen->epoch);
	*ret_done = r == 0;
	return r;
}

int
catalogue_begin_anew(struct publish *publish)
{
	CLEANUP(release_log) struct log log = { 0 };
	int r = open_any_log(publish, &log);

	return r < 0 ? r : write_anew(&log, 0);
}
