/* SPDX-License-Identifier: ISC */
/*
 * A hash table with chains over a fixed array of slots; the list of use is a
 * clock hand: a slot that was used since the hand passed is spared once.
 */
#include "federation/keycache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/actor.h"

enum { KEYCACHE_BUCKETS = 2 * KEYCACHE_ENTRIES };

struct slot {
	struct slot *next; /* in its bucket */
	uint64_t hash;
	char *key_id; /* NULL: free */
	char *actor_uri;
	struct key *key;
	int64_t actor_id, fetched_at, loaded_at;
	bool local, used;
};

struct keycache {
	struct slot *buckets[KEYCACHE_BUCKETS];
	struct slot slots[KEYCACHE_ENTRIES];
	size_t hand;
	uint64_t seed; /* a peer cannot choose who shares a bucket */
};

struct keycache *
keycache_new(void)
{
	struct keycache *cache = xcalloc(1, sizeof(*cache));

	crypto_random(&cache->seed, sizeof(cache->seed));
	return cache;
}

static void
slot_clear(struct slot *slot)
{
	free(slot->key_id);
	free(slot->actor_uri);
	key_free(&slot->key);
	*slot = (struct slot){ 0 };
}

void
keycache_free(struct keycache **cache)
{
	if (*cache == NULL)
		return;
	for (size_t i = 0; i < KEYCACHE_ENTRIES; i++)
		slot_clear(&(*cache)->slots[i]);
	free(*cache);
	*cache = NULL;
}

/* FNV-1a from a secret start. */
static uint64_t
hash_of(const struct keycache *cache, const char *s)
{
	uint64_t hash = cache->seed ^ 14695981039346656037u;

	for (; *s != '\0'; s++)
		hash = (hash ^ (unsigned char)*s) * 1099511628211u;
	return hash ^ (hash >> 29);
}

static struct slot **
find(struct keycache *cache, const char *key_id, uint64_t hash)
{
	struct slot **at = &cache->buckets[hash % KEYCACHE_BUCKETS];

	while (*at != NULL &&
	       ((*at)->hash != hash || strcmp((*at)->key_id, key_id) != 0))
		at = &(*at)->next;
	return at;
}

static void
unlink_slot(struct keycache *cache, struct slot *slot)
{
	struct slot **at = find(cache, slot->key_id, slot->hash);

	if (*at == slot)
		*at = slot->next;
	slot_clear(slot);
}

/* A slot that is free, or was not used since the hand last passed it. */
static struct slot *
free_slot(struct keycache *cache)
{
	for (;;) {
		struct slot *slot = &cache->slots[cache->hand];

		cache->hand = (cache->hand + 1) % KEYCACHE_ENTRIES;
		if (slot->key_id == NULL)
			return slot;
		if (!slot->used) {
			unlink_slot(cache, slot);
			return slot;
		}
		slot->used = false;
	}
}

static int
load(struct keycache *cache, struct db *db, const char *key_id, int64_t now,
    struct slot **ret)
{
	struct arena *arena = arena_new();
	struct actor_key row;
	struct actor actor;
	struct key *key = NULL;
	struct slot *slot;
	int r = actor_key_by_uri(db, arena, key_id, &row);

	if (r == 0)
		r = actor_get(db, arena, row.actor_id, &actor);
	if (r == 0 && actor.deleted_at != 0)
		r = -ESTALE;
	if (r == 0)
		r = key_from_spki(row.spki, row.spki_len, &key) < 0 ? -EINVAL
								    : 0;
	if (r == 0) {
		slot = free_slot(cache);
		slot->hash = hash_of(cache, key_id);
		slot->key_id = xstrdup(key_id);
		slot->actor_uri = xstrdup(actor.uri);
		slot->key = key;
		slot->actor_id = actor.id;
		slot->fetched_at = actor.fetched_at;
		slot->local = actor.kind != ACTOR_REMOTE;
		slot->loaded_at = now;
		slot->next = cache->buckets[slot->hash % KEYCACHE_BUCKETS];
		cache->buckets[slot->hash % KEYCACHE_BUCKETS] = slot;
		*ret = slot;
	}
	arena_free(&arena);
	return r;
}

int
keycache_find(struct keycache *cache, struct db *db, const char *key_id,
    int64_t now, struct keycache_entry *ret)
{
	struct slot *slot = *find(cache, key_id, hash_of(cache, key_id));

	if (slot != NULL && (now - slot->loaded_at > KEYCACHE_SECONDS ||
				now < slot->loaded_at)) {
		unlink_slot(cache, slot);
		slot = NULL;
	}
	if (slot == NULL) {
		int r = load(cache, db, key_id, now, &slot);

		if (r < 0)
			return r;
	}
	ASSERT(slot != NULL);
	slot->used = true;
	*ret = (struct keycache_entry){ slot->key, slot->actor_id,
		slot->actor_uri, slot->fetched_at, slot->local };
	return 0;
}

void
keycache_drop(struct keycache *cache, const char *key_id)
{
	struct slot *slot = *find(cache, key_id, hash_of(cache, key_id));

	if (slot != NULL)
		unlink_slot(cache, slot);
}
