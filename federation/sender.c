/* SPDX-License-Identifier: ISC */
/*
 * The life of a lane:
 *
 *	PARKED -> load -> READY (a window) -> its deliveries are sent, each
 *	ends in a record -> the records are written -> load again -> ...
 *	until nothing may go: PARKED until wake_at, or gone when nothing waits.
 *
 * A round looks at the hosts with something due and loads lanes for them; it
 * stops when enough lanes are busy and goes on when they become fewer.  While
 * a host is down its lane's window is one delivery: the probe.
 */
#include <stdlib.h>

#include "config/base/clock.h"
#include "federation/sender_inner.h"

enum {
	HOSTS_PAGE = 128,
	RECORDS_MAX = 256,     /* written by one job */
	LOOK_SECONDS = 60,     /* between rounds, at most */
	MASKED_SECONDS = 5,    /* the same while something due is held back */
	KEPT_AFTER_FAULT = 60, /* seconds: the store could not write */
	IN_LINE = 8,           /* deliveries over one connection */
};

struct batch {
	struct writer_job job;
	struct sender *sender;
	struct parcel_list parcels;
	size_t count;
};

struct sender *
sender_new(struct courier_core *core)
{
	struct sender *sender = xcalloc(1, sizeof(*sender));

	sender->core = core;
	sender->wake_at = sender->due_at = INT64_MAX;
	for (size_t i = 0; i < SENDER_BUCKETS; i++)
		LIST_INIT(&sender->buckets[i]);
	TAILQ_INIT(&sender->ready);
	STAILQ_INIT(&sender->ended);
	return sender;
}

static bool
lane_busy(const struct lane *lane)
{
	return lane->next < lane->count || lane->active > 0 ||
	       lane->unrecorded > 0;
}

static void
lane_free(struct lane *lane)
{
	LIST_REMOVE(lane, link);
	if (lane->queued)
		TAILQ_REMOVE(&lane->sender->ready, lane, ready);
	arena_free(&lane->arena);
	free(lane);
}

void
sender_free(struct sender **sender)
{
	struct lane *lane;

	if (*sender == NULL)
		return;
	ASSERT((*sender)->active == 0 && !(*sender)->writing);
	for (size_t i = 0; i < SENDER_BUCKETS; i++) {
		while ((lane = LIST_FIRST(&(*sender)->buckets[i])) != NULL)
			lane_free(lane);
	}
	free(*sender);
	*sender = NULL;
}

size_t
sender_active(const struct sender *sender)
{
	return sender->active;
}

static struct lane *
lane_get(struct sender *sender, int64_t host_id)
{
	size_t bucket = (size_t)host_id % SENDER_BUCKETS;
	struct lane *lane;

	LIST_FOREACH(lane, &sender->buckets[bucket], link) {
		if (lane->host_id == host_id)
			return lane;
	}
	lane = xcalloc(1, sizeof(*lane));
	lane->sender = sender;
	lane->host_id = host_id;
	lane->arena = arena_new();
	lane->looked = sender->generation - 1;
	LIST_INSERT_HEAD(&sender->buckets[bucket], lane, link);
	return lane;
}

/*
 * How many at once: a handshake costs as much as several deliveries one after
 * the other, so a few go over one connection; when the window is full there is
 * more behind it.
 */
static int64_t
lane_width(const struct lane *lane)
{
	const struct settings *settings =
	    lane->sender->core->snapshot->settings;
	int64_t useful = (int64_t)(lane->count + IN_LINE - 1) / IN_LINE;

	return lane->count == SENDER_WINDOW
		   ? settings->outbound_host_connections
		   : MIN(useful, settings->outbound_host_connections);
}

void
sender_queue(struct lane *lane)
{
	struct sender *sender = lane->sender;

	if (lane->queued || lane->next >= lane->count ||
	    (int64_t)lane->active >= lane_width(lane))
		return;
	TAILQ_INSERT_TAIL(&sender->ready, lane, ready);
	lane->queued = true;
}

/* Not busy before; loads the next window, or parks, or ends. */
static void
lane_load(struct lane *lane)
{
	struct sender *sender = lane->sender;

	if (!sender_look(lane)) {
		lane_free(lane);
		return;
	}
	sender->wake_at = MIN(sender->wake_at, lane->wake_at); /* if parked */
	if (lane->count == 0)
		return;
	sender->lanes_busy++;
	sender_queue(lane);
}

/* --- Records --- */

static void write_records(struct sender *sender);

void
sender_settle(struct lane *lane)
{
	struct sender *sender = lane->sender;

	if (lane_busy(lane)) {
		sender_queue(lane);
		return;
	}
	sender->lanes_busy--;
	if (sender->core->stopping)
		return;
	if (lane->wake_at != INT64_MAX && lane->wake_at > clock_now()) {
		sender->wake_at = MIN(sender->wake_at, lane->wake_at);
		return; /* the store could not write: not at once again */
	}
	lane_load(lane);
	sender->core->wake(sender->core);
}

static int
batch_work(struct writer_job *job, struct db *db)
{
	struct batch *batch = CONTAINER_OF(job, struct batch, job);
	struct parcel *parcel;
	int r = 0;

	STAILQ_FOREACH(parcel, &batch->parcels, link) {
		r = sender_record_apply(db, &parcel->record);
		if (r != 0)
			return r;
	}
	return 0;
}

static void
batch_done(struct writer_job *job)
{
	struct batch *batch = CONTAINER_OF(job, struct batch, job);
	struct sender *sender = batch->sender;
	struct parcel *parcel;

	courier_core_returned(sender->core);
	sender->writing = false;
	while ((parcel = STAILQ_FIRST(&batch->parcels)) != NULL) {
		struct lane *lane = parcel->lane;

		STAILQ_REMOVE_HEAD(&batch->parcels, link);
		sender_parcel_free(parcel);
		lane->unrecorded--;
		lane->wake_at = job->result == 0
				    ? INT64_MAX
				    : clock_now() + KEPT_AFTER_FAULT;
		sender_settle(lane);
	}
	free(batch);
	write_records(sender);
	sender->core->wake(sender->core);
}

/* One job at a time: what ends meanwhile goes together into the next. */
static void
write_records(struct sender *sender)
{
	struct batch *batch;

	if (sender->writing || sender->ended_count == 0)
		return;
	batch = xcalloc(1, sizeof(*batch));
	batch->sender = sender;
	STAILQ_INIT(&batch->parcels);
	while (sender->ended_count > 0 && batch->count < RECORDS_MAX) {
		struct parcel *parcel = STAILQ_FIRST(&sender->ended);

		STAILQ_REMOVE_HEAD(&sender->ended, link);
		STAILQ_INSERT_TAIL(&batch->parcels, parcel, link);
		sender->ended_count--;
		batch->count++;
	}
	batch->job.work = batch_work;
	batch->job.done = batch_done;
	sender->writing = true;
	courier_core_submit(sender->core, &batch->job);
}

void
sender_record_later(struct parcel *parcel)
{
	struct sender *sender = parcel->lane->sender;

	parcel->lane->unrecorded++;
	STAILQ_INSERT_TAIL(&sender->ended, parcel, link);
	sender->ended_count++;
	write_records(sender);
}

/* --- Sending --- */

/* In turns: each lane one, so that no host waits for another's queue. */
static void
pump(struct sender *sender)
{
	const struct settings *settings = sender->core->snapshot->settings;
	int64_t places = MAX(1, settings->outbound_connections -
				    settings->outbound_connections / 4);
	struct lane *lane;

	while ((int64_t)sender->active < places && !sender->core->stopping &&
	       (lane = TAILQ_FIRST(&sender->ready)) != NULL) {
		TAILQ_REMOVE(&sender->ready, lane, ready);
		lane->queued = false;
		if (lane->next < lane->count)
			sender_parcel_start(lane);
		sender_queue(lane);
	}
}

/* --- Rounds --- */

static void
visit(struct sender *sender, int64_t host_id)
{
	struct lane *lane = lane_get(sender, host_id);

	if (lane_busy(lane))
		return; /* looks again by itself */
	if (lane->looked != sender->generation || lane->wake_at <= clock_now())
		lane_load(lane);
}

/*
 * The earliest time of a parked lane.  One whose time had come before the
 * round and that it did not find has nothing waiting any more.
 */
static int64_t
earliest_lane(struct sender *sender)
{
	int64_t earliest = INT64_MAX;
	struct lane *lane, *next;

	for (size_t i = 0; i < SENDER_BUCKETS; i++) {
		for (lane = LIST_FIRST(&sender->buckets[i]); lane != NULL;
		     lane = next) {
			next = LIST_NEXT(lane, link);
			if (lane_busy(lane))
				continue;
			if (lane->wake_at <= sender->looked_at)
				lane_free(lane);
			else
				earliest = MIN(earliest, lane->wake_at);
		}
	}
	return earliest;
}

static void
begin_round(struct sender *sender)
{
	sender->in_round = true;
	sender->again = false;
	sender->cursor = 0;
	sender->looked_at = clock_now();
	sender->wake_at = sender->due_at = INT64_MAX;
}

static void
end_round(struct sender *sender)
{
	int64_t due;

	sender->in_round = false;
	sender->wake_at = earliest_lane(sender);
	if (queue_next_at(sender->core->db, &due) != 0)
		return;
	/* What is due and was not taken hides what comes after it. */
	sender->due_at = MAX(due, clock_now() + MASKED_SECONDS);
	if (due > clock_now())
		sender->due_at = due;
}

/* From the cursor on, as long as there are lanes to give. */
static void
round_on(struct sender *sender)
{
	/* Their connections must outlast a turn of all. */
	size_t lanes_max =
	    (size_t)sender->core->snapshot->settings->outbound_connections;

	while (sender->in_round && sender->lanes_busy < lanes_max) {
		CLEANUP(arena_free) struct arena *arena = arena_new();
		int64_t *ids;
		size_t count;

		if (queue_hosts_due(sender->core->db, arena, clock_now(),
			sender->cursor, HOSTS_PAGE, &ids, &count) != 0)
			count = 0;
		for (size_t i = 0; i < count; i++) {
			sender->cursor = ids[i];
			visit(sender, ids[i]);
			if (sender->lanes_busy >= lanes_max)
				return;
		}
		if (count < HOSTS_PAGE)
			end_round(sender);
	}
}

int64_t
sender_run(struct sender *sender, unsigned changes)
{
	int64_t now = clock_now();
	bool news = (changes & (CHANGE_DELIVERY | CHANGE_ACTOR)) != 0 ||
		    now >= sender->looked_at + LOOK_SECONDS;

	if (sender->core->stopping)
		return INT64_MAX;
	sender_expire(sender);
	if (news) {
		sender->generation++;
		sender->again = true;
	}
	/* A round that goes on is not begun anew: all hosts have their turn. */
	if (!sender->in_round &&
	    (sender->again || now >= MIN(sender->wake_at, sender->due_at)))
		begin_round(sender);
	round_on(sender);
	pump(sender);
	write_records(sender);
	if (!sender->in_round && sender->again)
		return now; /* at once */
	return MIN(MIN(sender->wake_at, sender->due_at),
	    sender->looked_at + LOOK_SECONDS);
}
