/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <string.h>

#include "federation/sender_record.h"
#include "store/actor.h"
#include "store/follow.h"

/* Dropped by hand in the meantime: all the better. */
static int
fine_if_absent(int r)
{
	return r == -ENOENT ? 0 : r;
}

/* Whose own inbox it is does not follow the sender any more. */
static int
forget_follower(struct db *db, const struct delivery *delivery)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	const char **uris;
	size_t count;
	int r = follow_on_host(
	    db, arena, delivery->actor_id, delivery->host_id, &uris, &count);

	for (size_t i = 0; r == 0 && i < count; i++) {
		struct actor actor;

		r = actor_by_uri(db, arena, uris[i], &actor);
		if (r != 0)
			break;
		if (actor.inbox == NULL ||
		    strcmp(actor.inbox, delivery->inbox) != 0)
			continue;
		r = fine_if_absent(
		    follow_remove(db, actor.id, delivery->actor_id));
	}
	return fine_if_absent(r);
}

static int
forget_inbox(struct db *db, const struct sender_record *record)
{
	size_t count;
	int r = forget_follower(db, record->delivery);

	if (r != 0)
		return r;
	if (record->status == 410)
		return fine_if_absent(
		    queue_remove_inbox(db, record->delivery->inbox, &count));
	return fine_if_absent(queue_remove(db, record->delivery->id));
}

static int
note_host(struct db *db, const struct sender_record *record)
{
	int64_t host_id = record->delivery->host_id;
	int r = 0;

	if (record->learned)
		r = host_set_signature(db, host_id, record->signature);
	if (r == 0 && record->host_answered)
		r = host_answered(db, host_id, record->now);
	if (r == 0 && record->host_failed)
		r = host_failed(db, host_id, record->now, record->host_next_at,
		    record->outcome == DELIVERY_HOST_DOWN, record->error);
	return r;
}

static int
note_delivery(struct db *db, const struct sender_record *record)
{
	switch (record->outcome) {
	case DELIVERY_DELIVERED:
	case DELIVERY_DROP:
		return fine_if_absent(queue_remove(db, record->delivery->id));
	case DELIVERY_GONE:
		return forget_inbox(db, record);
	case DELIVERY_RETRY:
	case DELIVERY_PAUSE:
	case DELIVERY_HOST_DOWN:
		return fine_if_absent(queue_retry(db, record->delivery->id,
		    record->next_at, record->status, record->error));
	case DELIVERY_OTHER_FORM:
		break; /* never an end */
	}
	return -EINVAL;
}

int
sender_record_apply(struct db *db, const struct sender_record *record)
{
	bool there = false;
	int r = queue_has(db, record->delivery, &there);

	if (r == 0 && there)
		r = note_delivery(db, record);
	return r != 0 ? r : note_host(db, record);
}
