/* SPDX-License-Identifier: ISC */
#include "daemon/housekeeping.h"

#include <event2/event.h>
#include <stdlib.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "store/object.h"
#include "store/outbox.h"

enum {
	STEP_ROWS = 500,     /* forgotten in one transaction at most */
	STEP_SECONDS = 2,    /* between two steps while there is more */
	ROUND_SECONDS = 600, /* between two rounds */
	DAY = 86400,
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
	size_t forgotten;
	bool busy;
};

static void
again_in(struct housekeeping *self, time_t seconds)
{
	const struct timeval delay = { .tv_sec = seconds };

	if (self->timer != NULL)
		(void)event_add(self->timer, &delay);
}

/* Writer thread. */
static int
work(struct writer_job *job, struct db *db)
{
	struct housekeeping *self = CONTAINER_OF(job, struct housekeeping, job);
	size_t seen = 0, buried = 0;
	int r = seen_forget(db, self->before, STEP_ROWS, &seen);

	if (r == 0)
		r = object_forget_buried(db, self->before, STEP_ROWS, &buried);
	self->forgotten = seen + buried;
	return r;
}

static void
on_done(struct writer_job *job)
{
	struct housekeeping *self = CONTAINER_OF(job, struct housekeeping, job);

	self->busy = false;
	if (job->result < 0)
		log_warning("housekeeping error=%d", job->result);
	again_in(self, job->result == 0 && self->forgotten >= STEP_ROWS
			   ? STEP_SECONDS
			   : ROUND_SECONDS);
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
	node_release(&snapshot);
	self->job = (struct writer_job){
		.work = work,
		.done = on_done,
		.reply = self->reply,
	};
	self->busy = true;
	writer_submit(self->node->writer, &self->job);
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
	again_in(self, ROUND_SECONDS);
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
