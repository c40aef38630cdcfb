/* SPDX-License-Identifier: ISC */
#include "federation/peers_list.h"

#include <errno.h>
#include <string.h>

#include "federation/document.h"
#include "federation/instance_key.h"
#include "federation/proof.h"
#include "federation/rotation.h"
#include "federation/url.h"

enum { STEP = 200 };

/* --- Writing --- */

/*
 * How its key came to be another lately: whoever still has the old one follows,
 * and does not miss the voices of those who did.
 */
static int
add_rotations(
    struct db *db, struct arena *arena, const char *domain, json_t *item)
{
	struct rotation *rotations;
	size_t count;
	json_t *list;
	int r = rotation_list(db, arena, domain, &rotations, &count);

	if (r < 0 || count == 0)
		return r;
	list = json_array();
	for (size_t i = count - MIN(count, (size_t)PEERS_LIST_ROTATIONS);
	     i < count; i++)
		(void)json_array_append_new(
		    list, json_loads(rotations[i].document, 0, NULL));
	(void)json_object_set_new(item, "parvis:rotations", list);
	return 0;
}

static int
add_peer(
    struct db *db, struct arena *arena, const struct peer *peer, json_t *items)
{
	CLEANUP(key_free) struct key *key = NULL;
	char *multibase;
	json_t *item;

	if (peer->state != PEER_ADMITTED || peer->key == NULL ||
	    key_from_spki(peer->key, peer->key_len, &key) != 0)
		return 0;
	if (key_multibase(key, arena, &multibase) != 0)
		return -EIO;
	item = json_pack("{s:s, s:s, s:s}", "parvis:origin", peer->domain,
	    "parvis:key", multibase, "parvis:admission",
	    peer->rule == PEER_RULE_ADMIT ? "administrator" : "rule");
	(void)json_array_append_new(items, item);
	return add_rotations(db, arena, peer->domain, item);
}

static int
add_peers(struct db *db, struct arena *arena, json_t *items)
{
	const char *after = "";
	struct peer *peers;
	size_t count;
	int r;

	do {
		r = peer_list(db, arena, after, STEP, &peers, &count);
		for (size_t i = 0; r == 0 && i < count &&
				   json_array_size(items) < PEERS_LIST_MAX;
		     i++) {
			r = add_peer(db, arena, &peers[i], items);
			after = peers[i].domain;
		}
	} while (
	    r == 0 && count == STEP && json_array_size(items) < PEERS_LIST_MAX);
	return r;
}

static json_t *
begin(struct arena *arena, const char *base, const char *domain,
    const struct instance_key *key, int64_t at)
{
	json_t *list = json_pack("{s:[s, {s:s}], s:s, s:s, s:s, s:s, s:s, s:I}",
	    "@context", DOCUMENT_AS2, "parvis", DOCUMENT_PARVIS, "type",
	    "parvis:Peers", "id", arena_printf(arena, "%s/peers", base),
	    "actor", key->actor_uri, "parvis:kind", "peers", "parvis:origin",
	    domain, "parvis:seq", (json_int_t)at);

	document_set_time(list, "published", at);
	document_set_time(list, "parvis:expires", at + PEERS_LIST_SECONDS);
	return list;
}

static void
release_key(struct instance_key *key)
{
	key_free(&key->key);
}

int
peers_list_make(struct db *db, struct arena *arena, const char *base,
    const char *domain, int64_t now, json_t **ret)
{
	CLEANUP(release_key) struct instance_key key = { 0 };
	json_t *list, *items = json_array();
	int r = instance_key_load(db, arena, &key);

	if (r == 0)
		r = add_peers(db, arena, items);
	if (r < 0) {
		json_decref(items);
		return r;
	}
	list = begin(arena, base, domain, &key, now);
	(void)json_object_set_new(list, "orderedItems", items);
	r = proof_make(list, key.key_uri, key.key, now);
	if (r < 0) {
		json_decref(list);
		return -EIO;
	}
	*ret = list;
	return 0;
}

/* --- Reading --- */

static bool
is_text(const json_t *object, const char *key, const char *expected)
{
	const char *text = json_text(object, key);

	return text != NULL && strcmp(text, expected) == 0;
}

static enum catalogue_read_fault
check_form(const json_t *document, const struct catalogue_read_origin *origin,
    char error[CATALOGUE_READ_ERROR_SIZE])
{
	int64_t published = json_time(document, "published");
	int64_t expires = json_time(document, "parvis:expires");

	if (!is_text(document, "parvis:kind", "peers") ||
	    !is_text(document, "type", "parvis:Peers") ||
	    !json_is_integer(json_object_get(document, "parvis:seq")) ||
	    json_object_get(document, "signature") != NULL)
		return catalogue_read_refuse(
		    error, CATALOGUE_READ_MALFORMED, "not a list of peers");
	if (!is_text(document, "parvis:origin", origin->domain) ||
	    !is_text(document, "actor", origin->actor))
		return catalogue_read_refuse(error, CATALOGUE_READ_OTHER_ORIGIN,
		    "parvis:origin or actor is another's");
	if (published > origin->now + CATALOGUE_READ_AHEAD_SECONDS)
		return catalogue_read_refuse(error, CATALOGUE_READ_AHEAD,
		    "published is more than ten minutes ahead");
	if (published == 0 || expires < origin->now)
		return catalogue_read_refuse(
		    error, CATALOGUE_READ_REPLAYED, "the list has expired");
	return CATALOGUE_READ_NONE;
}

static bool
read_item(struct arena *arena, const json_t *item, struct vouch *ret,
    const json_t **ret_rotations)
{
	CLEANUP(key_free) struct key *key = NULL;
	const char *domain = json_text(item, "parvis:origin");
	const char *multibase = json_text(item, "parvis:key");
	const char *admission = json_text(item, "parvis:admission");
	const char *normal;
	uint8_t *spki;

	if (domain == NULL || multibase == NULL || admission == NULL ||
	    url_normalize_host(arena, domain, &normal) < 0 ||
	    strcmp(domain, normal) != 0 ||
	    key_from_multibase(multibase, &key) != 0 ||
	    key_kind(key) != KEY_ED25519 ||
	    key_spki(key, arena, &spki, &ret->key_len) != 0)
		return false;
	ret->domain = normal;
	ret->key = spki;
	ret->direct = strcmp(admission, "administrator") == 0;
	*ret_rotations = json_object_get(item, "parvis:rotations");
	return true;
}

enum catalogue_read_fault
peers_list_read(struct arena *arena, const json_t *document,
    const struct catalogue_read_origin *origin, struct peers_list *ret,
    char error[CATALOGUE_READ_ERROR_SIZE])
{
	const json_t *items = json_object_get(document, "orderedItems");
	enum catalogue_read_fault fault = check_form(document, origin, error);

	if (fault == CATALOGUE_READ_NONE)
		fault = catalogue_read_proof(document, origin, error);
	if (fault != CATALOGUE_READ_NONE)
		return fault;
	ret->count = json_array_size(items);
	if (!json_is_array(items) || ret->count > PEERS_LIST_MAX)
		return catalogue_read_refuse(error, CATALOGUE_READ_TOO_LARGE,
		    "orderedItems has more than 2,000 nodes, or is no list");
	ret->seq = json_integer_value(json_object_get(document, "parvis:seq"));
	ret->vouches =
	    arena_alloc(arena, (ret->count + 1) * sizeof(*ret->vouches));
	ret->rotations =
	    arena_alloc(arena, (ret->count + 1) * sizeof(*ret->rotations));
	for (size_t i = 0; i < ret->count; i++) {
		if (!read_item(arena, json_array_get(items, i),
			&ret->vouches[i], &ret->rotations[i]))
			return catalogue_read_refuse(error,
			    CATALOGUE_READ_MALFORMED,
			    arena_printf(arena,
				"item %zu is no domain with an Ed25519 key",
				i + 1));
	}
	return CATALOGUE_READ_NONE;
}
