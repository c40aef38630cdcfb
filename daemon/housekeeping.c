/* SPDX-License-Identifier: ISC */
#include "daemon/housekeeping.h"

#include <event2/event.h>
#include <stdlib.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "federation/admission_settle.h"
#include "federation/catalogue.h"
#include "federation/catalogue_copy.h"
#include "federation/catalogue_index.h"
#include "store/account.h"
#include "store/actor.h"
#include "store/object.h"
#include "store/outbox.h"
#include "store/search.h"
#include "store/story.h"

enum {
	START_SECONDS = 2,   /* before the first round */
	STEP_ROWS = 500,     /* forgotten in one transaction at most */
	STEP_POSTS = 50,     /* the same of posts: much may hang on one */
	STEP_SECONDS = 2,    /* between two steps while there is more */
	ROUND_SECONDS = 600, /* between two rounds */
	DAY = 86400,
	/* Whom nothing here refers to is forgotten when last read so long ago,
	 * in a walk a day. */
	STRANGER_DAYS = 30,
	MERGE_SECONDS = 6 * 3600,
	/* Longer than the longest retry of anyone we know: what comes again
	 * after that long was not sent by a queue. */
	MARGIN_DAYS = 5,
};

struct housekeeping {
	const struct node *node;
	struct mailbox *reply;
	struct event *timer;
	struct writer_job job;
	int64_t before; /* seconds: what is older goes */
	int64_t posts_before;
	int64_t strangers_after, strangers_at; /* the walk: row, next one */
	int64_t stories_after, stories_at;     /* the same of their posts */
	size_t buried;
	bool more; /* to forget */
	struct catalogue_walk walk;
	bool walking;    /* there are more actors to compare */
	int64_t indexed; /* up to this number of the log */
	bool indexing;   /* there are more entries to look at */
	int64_t merged_at;
	bool merging; /* the index is not as quick yet as it could be */
	bool busy;
};

static void
again_in(struct housekeeping *self, time_t seconds)
{
	const struct timeval delay = { .tv_sec = seconds };

	if (self->timer != NULL)
		(void)event_add(self->timer, &delay);
}

/* Writer thread: a step of the walk through those that are not ours. */
static int
forget_strangers(struct housekeeping *self, struct db *db)
{
	int64_t now = clock_now();
	size_t count;
	int r;

	if (now < self->strangers_at)
		return 0;
	r = actor_forget_strangers(db, now - STRANGER_DAYS * DAY, STEP_ROWS,
	    &self->strangers_after, &count);
	if (r == 0 && self->strangers_after == 0)
		self->strangers_at = now + DAY;
	else if (r == 0)
		self->more = true;
	return r;
}

/* Writer thread: a step of the walk through posts that nobody follows. */
static int
forget_stories(struct housekeeping *self, struct db *db)
{
	int64_t now = clock_now();
	size_t count;
	int r;

	if (now < self->stories_at)
		return 0;
	r = story_forget(db, now - STRANGER_DAYS * DAY, STEP_ROWS,
	    &self->stories_after, &count);
	if (r == 0 && self->stories_after == 0)
		self->stories_at = now + DAY;
	else if (r == 0)
		self->more = true;
	return r;
}

/* Writer thread. */
static int
work(struct writer_job *job, struct db *db)
{
	struct housekeeping *self = CONTAINER_OF(job, struct housekeeping, job);
	size_t seen = 0, buried = 0, sent = 0, posts = 0;
	int r = seen_forget(db, self->before, STEP_ROWS, &seen);

	if (r == 0)
		r = object_forget_buried(db, self->before, STEP_ROWS, &buried);
	if (r == 0)
		r = outbox_forget(db, self->before, STEP_ROWS, &sent);
	if (r == 0)
		r = object_forget_old(
		    db, self->posts_before, clock_now(), STEP_POSTS, &posts);
	if (r == 0)
		r = account_forget_orphans(db, clock_now());
	self->more = seen + buried + sent >= STEP_ROWS || posts >= STEP_POSTS;
	if (r == 0)
		r = forget_stories(self, db);
	return r < 0 ? r : forget_strangers(self, db);
}

/* Writer thread: the catalogue log is brought level with our actors. */
static int
work_catalogue(struct writer_job *job, struct db *db)
{
	struct housekeeping *self = CONTAINER_OF(job, struct housekeeping, job);
	CLEANUP(arena_free) struct arena *arena = arena_new();
	CLEANUP(node_release)
	const struct node_snapshot *snapshot = node_snapshot(self->node);
	struct publish publish = {
		.node = self->node,
		.settings = snapshot->settings,
		.db = db,
		.arena = arena,
		.now = clock_now(),
	};
	int r = catalogue_catch_up(&publish, &self->walk, &self->walking);

	if (r == 0)
		r = catalogue_renew_head(&publish);
	if (r == 0)
		r = catalogue_index_catch_up(
		    db, arena, CATALOGUE_OWN, &self->indexed, &self->indexing);
	if (r == 0)
		r = admission_settle(db, snapshot->settings);
	if (r == 0)
		r = catalogue_copy_age(db, publish.now);
	if (r == 0)
		r = catalogue_prune(db, CATALOGUE_OWN,
		    publish.now - CATALOGUE_BURIED_SECONDS, STEP_ROWS,
		    &self->buried);
	return r;
}

/*
 * Writer thread: the index of the search.  What was added is merged as it
 * comes; all of it anew at most every MERGE_SECONDS.
 */
static int
work_index(struct writer_job *job, struct db *db)
{
	struct housekeeping *self = CONTAINER_OF(job, struct housekeeping, job);
	int64_t now = clock_now();
	bool whole =
	    now - self->merged_at >= MERGE_SECONDS || now < self->merged_at;
	int r = search_tidy(db, whole, &self->merging);

	if (r == 0 && whole && !self->merging)
		self->merged_at = now;
	return r;
}

static void
submit(struct housekeeping *self,
    int (*step)(struct writer_job *job, struct db *db),
    void (*done)(struct writer_job *job))
{
	self->job = (struct writer_job){
		.work = step,
		.done = done,
		.reply = self->reply,
	};
	self->busy = true;
	writer_submit(self->node->writer, &self->job);
}

static void
on_index(struct writer_job *job)
{
	struct housekeeping *self = CONTAINER_OF(job, struct housekeeping, job);

	self->busy = false;
	if (job->result < 0) {
		log_warning("housekeeping index error=%d", job->result);
		self->merging = false;
	}
	again_in(
	    self, self->more || self->merging ? STEP_SECONDS : ROUND_SECONDS);
}

static void
on_catalogue(struct writer_job *job)
{
	struct housekeeping *self = CONTAINER_OF(job, struct housekeeping, job);

	self->busy = false;
	if (job->result < 0)
		log_warning("housekeeping catalogue error=%d", job->result);
	else
		self->more |= self->walking || self->indexing ||
			      self->buried >= STEP_ROWS;
	if (self->timer != NULL)
		submit(self, work_index, on_index);
}

/* The catalogue's step has a transaction of its own: neither spoils the
 * other. */
static void
on_forgotten(struct writer_job *job)
{
	struct housekeeping *self = CONTAINER_OF(job, struct housekeeping, job);

	self->busy = false;
	if (job->result < 0) {
		log_warning("housekeeping error=%d", job->result);
		self->more = false;
	}
	if (self->timer != NULL)
		submit(self, work_catalogue, on_catalogue);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct housekeeping *self = arg;
	const struct node_snapshot *snapshot = node_snapshot(self->node);

	(void)fd;
	(void)what;
	self->before =
	    clock_now() -
	    (snapshot->settings->delivery_keep_days + MARGIN_DAYS) * DAY;
	self->posts_before =
	    clock_now() - snapshot->settings->federation_keep_posts_days * DAY;
	node_release(&snapshot);
	submit(self, work, on_forgotten);
}

void
housekeeping_start(struct event_base *base, const struct node *node,
    struct mailbox *reply, struct housekeeping **ret)
{
	struct housekeeping *self = xcalloc(1, sizeof(*self));

	self->node = node;
	self->reply = reply;
	self->timer = event_new(base, -1, 0, on_timer, self);
	ASSERT(self->timer != NULL);
	again_in(self, START_SECONDS);
	*ret = self;
}

void
housekeeping_stop(struct housekeeping **housekeeping)
{
	struct housekeeping *self = *housekeeping;

	if (self == NULL)
		return;
	event_free(self->timer);
	self->timer = NULL;
	while (self->busy) {
		mailbox_wait(self->reply, -1);
		(void)mailbox_drain(self->reply);
	}
	free(self);
	*housekeeping = NULL;
}
