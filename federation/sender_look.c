/* SPDX-License-Identifier: ISC */
#include "config/base/clock.h"
#include "federation/sender_inner.h"

enum {
	FIRST_PAGE = 2 * SENDER_WINDOW, /* rows read at once */
	PAGE = 256,     /* the same, when those were not enough */
	PAGES_MAX = 80, /* of one host, in one look */
};

struct look {
	struct lane *lane;
	struct delivery_choice *choice;
	bool probing, any;
};

/* Rows are read into an arena of their own: only what is taken is kept. */
static void
window_add(struct lane *lane, const struct delivery *row, size_t at)
{
	struct delivery *kept = &lane->window[at];

	*kept = *row;
	kept->host = NULL; /* lane->host.name */
	kept->inbox = arena_strdup(lane->arena, row->inbox);
	kept->activity_uri = arena_strdup(lane->arena, row->activity_uri);
	kept->activity_type = arena_strdup(lane->arena, row->activity_type);
	kept->last_error = NULL;
	if (at == lane->count)
		lane->count++;
}

static void
look_at(struct look *look, const struct delivery *row)
{
	struct lane *lane = look->lane;
	bool ready = signer_ready(lane->sender->core->signer, row->actor_id);

	look->any = true;
	if (!look->probing) {
		if (delivery_choice_offer(look->choice, row, ready))
			window_add(lane, row, lane->count);
		return;
	}
	if (!delivery_choice_probe(look->choice, row, ready))
		return;
	if (lane->count == 0 || delivery_probe_before(row, &lane->window[0]))
		window_add(lane, row, 0);
}

/* False when there are no more rows. */
static bool
look_at_page(struct look *look, size_t size, int64_t *after)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct delivery *rows;
	size_t count;

	if (queue_of_host(look->lane->sender->core->db, arena,
		look->lane->host_id, *after, size, &rows, &count) != 0)
		return false;
	for (size_t i = 0; i < count && look->lane->count < SENDER_WINDOW;
	     i++) {
		*after = rows[i].id;
		look_at(look, &rows[i]);
	}
	return count == size;
}

bool
sender_look(struct lane *lane)
{
	CLEANUP(delivery_choice_free)
	struct delivery_choice *choice = delivery_choice_new(clock_now());
	struct look look = { .lane = lane, .choice = choice };
	struct sender *sender = lane->sender;
	int64_t after = 0;

	arena_reset(lane->arena);
	lane->count = lane->next = 0;
	lane->synchronized_id = 0;
	lane->down = false;
	lane->looked = sender->generation;
	lane->wake_at = INT64_MAX;
	if (host_get(
		sender->core->db, lane->arena, lane->host_id, &lane->host) != 0)
		return false;
	if (lane->host.next_at > clock_now()) {
		lane->wake_at = lane->host.next_at;
		return true;
	}
	look.probing = lane->host.down_since != 0;
	for (size_t i = 0; i < PAGES_MAX && lane->count < SENDER_WINDOW; i++) {
		if (!look_at_page(&look, i == 0 ? FIRST_PAGE : PAGE, &after))
			break;
	}
	if (lane->count == 0)
		lane->wake_at = delivery_choice_wake(choice);
	return look.any;
}
