/* SPDX-License-Identifier: ISC */
#include "federation/rotation.h"

#include <errno.h>
#include <string.h>

#include "config/base/log.h"
#include "federation/catalogue.h"
#include "federation/document.h"
#include "federation/instance_key.h"
#include "federation/jcs.h"
#include "federation/proof.h"

enum { STATEMENT_BYTES = 4096 };

/* --- Making --- */

static int
spki_of(const struct key *key, struct arena *arena, const uint8_t **ret,
    size_t *ret_len)
{
	uint8_t *spki;
	int r = key_spki(key, arena, &spki, ret_len);

	if (r == 0)
		*ret = spki;
	return r < 0 ? -EIO : 0;
}

static const char *
canonical(struct arena *arena, const json_t *json)
{
	const char *ret = NULL;
	struct buf buf;

	buf_init(&buf, STATEMENT_BYTES);
	if (jcs_format(&buf, json) == 0)
		ret = arena_strndup(arena, buf_str(&buf), buf.len);
	buf_done(&buf);
	return ret;
}

static int
make_statement(struct publish *publish, const struct instance_key *old,
    const struct key *new, struct rotation *ret)
{
	CLEANUP(json_release) json_t *statement = NULL;
	char *old_text, *new_text;

	if (key_multibase(old->key, publish->arena, &old_text) < 0 ||
	    key_multibase(new, publish->arena, &new_text) < 0)
		return -EIO;
	statement = json_pack("{s:[s, {s:s}], s:s, s:s, s:s, s:s, s:s, s:s, "
			      "s:s}",
	    "@context", DOCUMENT_AS2, "parvis", DOCUMENT_PARVIS, "type",
	    "parvis:Rotation", "id",
	    arena_printf(publish->arena, "%s/catalogue/rotation#%s",
		publish->node->base, old_text),
	    "actor", old->actor_uri, "parvis:kind", "rotation", "parvis:origin",
	    publish->node->domain, "parvis:oldKey", old_text, "parvis:newKey",
	    new_text);
	document_set_time(statement, "published", publish->now);
	if (proof_make(statement, old->key_uri, old->key, publish->now) < 0)
		return -EIO;
	ret->domain = publish->node->domain;
	ret->document = canonical(publish->arena, statement);
	ret->at = publish->now;
	return ret->document == NULL ? -EIO : 0;
}

/* All keys of the instance, with another Ed25519 pair. */
static int
replace_key(struct publish *publish, const struct key *new)
{
	struct actor instance;
	struct actor_key *keys;
	uint8_t *spki, *secret;
	size_t count;
	int r = actor_of_kind(
	    publish->db, publish->arena, ACTOR_INSTANCE, &instance);

	if (r == 0)
		r = actor_keys(
		    publish->db, publish->arena, instance.id, &keys, &count);
	for (size_t i = 0; r == 0 && i < count; i++) {
		if (keys[i].kind != KEY_ED25519)
			continue;
		if (key_spki(new, publish->arena, &spki, &keys[i].spki_len) <
			0 ||
		    key_secret(
			new, publish->arena, &secret, &keys[i].secret_len) < 0)
			return -EIO;
		keys[i].spki = spki;
		keys[i].secret = secret;
		keys[i].created_at = publish->now;
	}
	return r < 0 ? r
		     : actor_set_keys(publish->db, instance.id, keys, count);
}

static void
release(struct instance_key *key)
{
	key_free(&key->key);
}

int
rotation_rotate(struct publish *publish)
{
	CLEANUP(release) struct instance_key old = { 0 };
	CLEANUP(key_free) struct key *new = NULL;
	struct rotation rotation = { 0 };
	int r = instance_key_load(publish->db, publish->arena, &old);

	if (r < 0)
		return r;
	if (key_generate(KEY_ED25519, &new) < 0)
		return -EIO;
	r = make_statement(publish, &old, new, &rotation);
	if (r == 0)
		r = spki_of(old.key, publish->arena, &rotation.old_key,
		    &rotation.old_len);
	if (r == 0)
		r = spki_of(
		    new, publish->arena, &rotation.new_key, &rotation.new_len);
	if (r == 0)
		r = rotation_add(publish->db, &rotation);
	if (r == 0)
		r = replace_key(publish, new);
	return r < 0 ? r : catalogue_begin_anew(publish);
}

/* --- Showing --- */

int
rotation_write(struct db *db, struct arena *arena, const char *base,
    const char *domain, json_t **ret)
{
	struct rotation *rotations;
	json_t *items;
	size_t count;
	int r = rotation_list(db, arena, domain, &rotations, &count);

	if (r < 0 || count == 0)
		return r < 0 ? r : -ENOENT;
	items = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(
		    items, json_loads(rotations[i].document, 0, NULL));
	*ret = json_pack("{s:[s, {s:s}], s:s, s:s, s:s, s:o}", "@context",
	    DOCUMENT_AS2, "parvis", DOCUMENT_PARVIS, "type",
	    "OrderedCollection", "id",
	    arena_printf(
		arena, "%s/catalogue/rotation?origin=%s", base, domain),
	    "parvis:origin", domain, "orderedItems", items);
	return 0;
}

/* --- Reading --- */

static bool
is_text(const json_t *object, const char *key, const char *expected)
{
	const char *text = json_text(object, key);

	return text != NULL && strcmp(text, expected) == 0;
}

/* Whether a statement by the origin's key is genuine; *ret_new is a
 * reference. */
static bool
read_step(struct arena *arena, const json_t *statement,
    const struct catalogue_read_origin *origin, struct rotation *ret,
    struct key **ret_new)
{
	char error[CATALOGUE_READ_ERROR_SIZE];
	const char *new_text = json_text(statement, "parvis:newKey");

	*ret = (struct rotation){
		.domain = origin->domain,
		.at = json_time(statement, "published"),
	};
	if (!is_text(statement, "parvis:kind", "rotation") ||
	    !is_text(statement, "type", "parvis:Rotation") ||
	    !is_text(statement, "parvis:origin", origin->domain) ||
	    !is_text(statement, "actor", origin->actor) || ret->at <= 0 ||
	    ret->at > origin->now + CATALOGUE_READ_AHEAD_SECONDS ||
	    catalogue_read_proof(statement, origin, error) !=
		CATALOGUE_READ_NONE ||
	    new_text == NULL || key_from_multibase(new_text, ret_new) < 0)
		return false;
	ret->document = canonical(arena, statement);
	return ret->document != NULL && key_kind(*ret_new) == KEY_ED25519 &&
	       spki_of(origin->key, arena, &ret->old_key, &ret->old_len) == 0 &&
	       spki_of(*ret_new, arena, &ret->new_key, &ret->new_len) == 0;
}

/* The statement that leads on from the origin's key; false: there is none. */
static bool
find_step(struct arena *arena, const json_t *items,
    const struct catalogue_read_origin *origin, struct rotation *ret,
    struct key **ret_new)
{
	size_t count = MIN(json_array_size(items), (size_t)ROTATIONS_MAX);
	char *old_text;

	if (key_multibase(origin->key, arena, &old_text) < 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		const json_t *statement = json_array_get(items, i);

		if (is_text(statement, "parvis:oldKey", old_text) &&
		    read_step(arena, statement, origin, ret, ret_new))
			return true;
		key_free(ret_new);
	}
	return false;
}

bool
rotation_read(struct arena *arena, const json_t *document, const char *domain,
    const struct key *from, int64_t now, struct rotation_chain *ret)
{
	const json_t *items = json_object_get(document, "orderedItems");
	CLEANUP(key_free) struct key *at = NULL;
	struct catalogue_read_origin origin;
	struct key *new = NULL;

	ret->count = 0;
	catalogue_read_origin(arena, domain, from, now, &origin);
	while (
	    ret->count < ROTATIONS_MAX &&
	    find_step(arena, items, &origin, &ret->steps[ret->count], &new)) {
		ret->count++;
		key_free(&at);
		at = new;
		new = NULL;
		origin.key = at;
	}
	key_free(&new);
	return ret->count > 0;
}

bool
rotation_signed_before(const struct rotation *rotations, size_t count,
    const struct catalogue_read_origin *origin, const json_t *head)
{
	for (size_t i = 0; i < count; i++) {
		struct catalogue_read_origin then = *origin;
		CLEANUP(key_free) struct key *key = NULL;
		char error[CATALOGUE_READ_ERROR_SIZE];
		struct catalogue_read_head read;

		if (key_from_spki(
			rotations[i].old_key, rotations[i].old_len, &key) < 0)
			continue;
		then.key = key;
		if (catalogue_read_head(head, &then, &read, error) ==
		    CATALOGUE_READ_NONE)
			return true;
	}
	return false;
}

int
rotation_apply(struct db *db, struct arena *arena, const char *domain,
    const struct rotation_chain *chain)
{
	const struct rotation *first = &chain->steps[0];
	const struct rotation *last = &chain->steps[chain->count - 1];
	struct peer peer;
	int r = peer_by_domain(db, arena, domain, &peer);

	if (r < 0)
		return r == -ENOENT ? -ESTALE : r;
	if (peer.key == NULL || peer.key_len != first->old_len ||
	    memcmp(peer.key, first->old_key, first->old_len) != 0)
		return -ESTALE;
	for (size_t i = 0; r == 0 && i < chain->count; i++)
		r = rotation_add(db, &chain->steps[i]);
	if (r < 0)
		return r;
	peer.key = last->new_key;
	peer.key_len = last->new_len;
	log_info("peer=%s has another key, as its old one says", domain);
	return peer_save(db, &peer);
}
