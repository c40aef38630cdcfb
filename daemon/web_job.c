/* SPDX-License-Identifier: ISC */
/* A request that waits, parked, for the writer. */
#include <stdlib.h>

#include "config/base/clock.h"
#include "daemon/web.h"

struct web_job *
web_job_new(struct http_request *request)
{
	struct web_job *job = xcalloc(1, sizeof(*job));

	job->web = web_of(request);
	job->worker = http_worker(request);
	job->arena = arena_new();
	job->snapshot = node_snapshot(job->web->node);
	return job;
}

static int
work(struct writer_job *writer_job, struct db *db)
{
	struct web_job *job = CONTAINER_OF(writer_job, struct web_job, job);

	job->publish = (struct publish){
		.node = job->web->node,
		.settings = job->snapshot->settings,
		.db = db,
		.arena = job->arena,
		.now = clock_now(),
	};
	return job->work(job);
}

static void
on_done(struct writer_job *writer_job)
{
	struct web_job *job = CONTAINER_OF(writer_job, struct web_job, job);
	struct http_request *request = http_resume(job->worker, job->id);

	job->web->jobs--;
	if (request != NULL)
		job->then(request, job);
	node_release(&job->snapshot);
	arena_free(&job->arena);
	free(job);
}

void
web_job_submit(struct http_request *request, struct web_job *job)
{
	job->job = (struct writer_job){
		.work = work,
		.done = on_done,
		.reply = worker_mailbox(job->worker),
	};
	job->id = http_park(request);
	job->web->jobs++;
	writer_submit(job->web->node->writer, &job->job);
}
