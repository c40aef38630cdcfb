/* SPDX-License-Identifier: ISC */
#include "federation/admission_settle.h"

#include <errno.h>
#include <string.h>

#include "config/base/log.h"
#include "federation/catalogue_copy.h"

enum { STEP = 200, ROUNDS_MAX = 4 };

static int
sum_of(struct db *db, const struct peer *peer, struct vouch_sum *ret)
{
	*ret = (struct vouch_sum){ 0 };
	return peer->key == NULL
		   ? 0
		   : vouch_sum(db, peer->domain, peer->key, peer->key_len, ret);
}

/*
 * A key that nobody pinned, or for which nobody speaks any more, gives way to
 * the one that those who may speak for the node give.
 */
static int
add_vouches(struct db *db, struct arena *arena, struct peer *peer,
    struct admission_facts *facts)
{
	struct vouch_sum sum;
	int r = sum_of(db, peer, &sum);

	if (r == 0 && !sum.known) {
		r = vouch_key(
		    db, arena, peer->domain, &peer->key, &peer->key_len);
		if (r == 0)
			r = sum_of(db, peer, &sum);
	}
	if (r < 0 && r != -ENOENT)
		return r;
	facts->has_key = peer->key != NULL;
	facts->vouches = sum.direct;
	facts->introduced = sum.introduced;
	/* Open is open to those whom an admitted peer knows. */
	if (facts->mode == ADMISSION_OPEN && !sum.known)
		facts->mode = ADMISSION_VOUCHED;
	return 0;
}

int
admission_settle_peer(struct db *db, struct arena *arena,
    const struct settings *settings, struct peer *peer)
{
	const uint8_t *key = peer->key;
	struct admission_facts facts = {
		.rule = peer->rule,
		.has_key = peer->key != NULL,
		.threshold = settings->network_threshold,
	};
	int r = 0;

	if (!admission_mode_read(settings->network_admission, &facts.mode))
		facts.mode = ADMISSION_CLOSED;
	if (peer->rule == PEER_RULE_NONE)
		r = add_vouches(db, arena, peer, &facts);
	if (r < 0)
		return r;
	peer->state = admission_judge(&facts, &peer->why);
	if (peer->state != PEER_ADMITTED && key == NULL) {
		peer->key = NULL;
		peer->key_len = 0;
	}
	return 0;
}

/* *ret_changed: it is another than before. */
static int
settle_one(struct db *db, struct arena *arena, const struct settings *settings,
    struct peer *peer, bool *ret_changed)
{
	struct peer before = *peer;
	int r = admission_settle_peer(db, arena, settings, peer);

	if (r < 0 || (peer->state == before.state && peer->key == before.key &&
			 strcmp(peer->why, before.why) == 0))
		return r;
	*ret_changed |= peer->state != before.state;
	if (peer->state != before.state)
		log_info("peer=%s %s: %s", peer->domain,
		    admission_word(peer->state), peer->why);
	if (peer->state == PEER_WAITING || peer->state == PEER_REFUSED ||
	    (before.key != NULL && peer->key != before.key))
		r = catalogue_copy_erase(db, arena, peer->domain);
	return r == 0 ? peer_save(db, peer) : r;
}

static int
settle_round(struct db *db, const struct settings *settings, bool *ret_changed)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	const char *after = "";
	struct peer *peers;
	size_t count;
	int r;

	do {
		r = peer_list(db, arena, after, STEP, &peers, &count);
		for (size_t i = 0; r == 0 && i < count; i++) {
			after = peers[i].domain;
			r = settle_one(
			    db, arena, settings, &peers[i], ret_changed);
		}
	} while (r == 0 && count == STEP);
	return r;
}

/* Only those whom the administrator admitted speak for others, so that one
 * round is enough; more would be our own mistake. */
int
admission_settle(struct db *db, const struct settings *settings)
{
	bool changed = true;
	int r = 0;

	for (int i = 0; r == 0 && changed && i < ROUNDS_MAX; i++) {
		changed = false;
		r = settle_round(db, settings, &changed);
	}
	return r;
}
