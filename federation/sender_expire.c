/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "federation/sender_inner.h"

enum { EXPIRE_SECONDS = 3600, EXPIRE_ROWS = 1000 };

struct expiry {
	struct writer_job job;
	struct sender *sender;
	int64_t before;
	size_t count;
};

static int
expire_work(struct writer_job *job, struct db *db)
{
	struct expiry *expiry = CONTAINER_OF(job, struct expiry, job);

	return queue_expire(db, expiry->before, EXPIRE_ROWS, &expiry->count);
}

static void
expire_done(struct writer_job *job)
{
	struct expiry *expiry = CONTAINER_OF(job, struct expiry, job);
	struct sender *sender = expiry->sender;

	courier_core_returned(sender->core);
	sender->expiring = false;
	if (job->result == 0 && expiry->count > 0)
		log_warning("queue: %zu deliveries were given up after %lld "
			    "days",
		    expiry->count,
		    (long long)
			sender->core->snapshot->settings->delivery_keep_days);
	if (job->result == 0 && expiry->count == EXPIRE_ROWS)
		sender->expired_at = 0; /* there is more */
	free(expiry);
	sender->core->wake(sender->core);
}

void
sender_expire(struct sender *sender)
{
	int64_t now = clock_now();
	struct expiry *expiry;

	if (sender->expiring || sender->core->stopping ||
	    now < sender->expired_at + EXPIRE_SECONDS)
		return;
	sender->expired_at = now;
	sender->expiring = true;
	expiry = xcalloc(1, sizeof(*expiry));
	expiry->sender = sender;
	expiry->before =
	    now - sender->core->snapshot->settings->delivery_keep_days * 86400;
	expiry->job.work = expire_work;
	expiry->job.done = expire_done;
	courier_core_submit(sender->core, &expiry->job);
}
