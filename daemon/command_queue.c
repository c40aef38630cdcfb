/* SPDX-License-Identifier: ISC */
/*
 * queue list, retry, drop.
 */
#include <errno.h>
#include <inttypes.h>

#include "config/base/text.h"
#include "daemon/command.h"
#include "store/queue.h"

static json_t *
delivery_view(const struct delivery *delivery)
{
	json_t *view = json_object();

	json_object_set_new(view, "id", json_integer(delivery->id));
	command_set_text(view, "host", delivery->host);
	command_set_text(view, "type", delivery->activity_type);
	json_object_set_new(view, "attempts", json_integer(delivery->attempts));
	command_set_time(view, "next_try", delivery->next_at);
	json_object_set_new(view, "status",
	    delivery->last_status != 0 ? json_integer(delivery->last_status)
				       : json_null());
	command_set_text(view, "error", delivery->last_error);
	command_set_text(view, "inbox", delivery->inbox);
	command_set_text(view, "activity", delivery->activity_uri);
	json_object_set_new(view, "bytes", json_integer(delivery->bytes));
	command_set_time(view, "created", delivery->created_at);
	return view;
}

void
command_queue_list(struct command_request *request)
{
	size_t limit = command_limit(request), count;
	struct delivery *deliveries;
	json_t *items;
	int r;

	r = queue_list(request->db, request->arena,
	    command_text(request, "host"), command_integer(request, "after", 0),
	    limit, &deliveries, &count);
	if (r < 0) {
		command_refuse_errno(request, r, NULL);
		return;
	}
	items = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(items, delivery_view(&deliveries[i]));
	command_answer(request,
	    command_items(items, count == limit
				     ? json_integer(deliveries[count - 1].id)
				     : NULL));
}

static json_t *
count_answer(struct command_job *job, const char *what, int64_t count)
{
	return json_pack("{s:s, s:I}", "message",
	    arena_printf(job->arena, "%" PRId64 " %s %s", count,
		count == 1 ? "delivery was" : "deliveries were", what),
	    "count", (json_int_t)count);
}

static int
retry_work(struct command_job *job)
{
	const char *host = command_text(job->request, "host");
	int64_t count = 0;
	int r =
	    queue_retry_host(job->publish.db, host, job->publish.now, &count);

	if (r == -ENOENT && host != NULL)
		return command_job_refuse(
		    job, r, "nothing waits for a server named %s", host);
	if (r < 0 && r != -ENOENT)
		return r;
	job->answer = count_answer(job, "made due now", count);
	return 0;
}

void
command_queue_retry(struct command_request *request)
{
	command_write(request, retry_work, NULL, NULL);
}

static int
drop_work(struct command_job *job)
{
	const struct command_request *request = job->request;
	const char *host = command_text(request, "host");
	int64_t id = 0, count = 0;
	int r;

	if (request->argument_count == 1 &&
	    text_int64(request->arguments[0], 1, INT64_MAX, &id) < 0)
		return command_job_refuse(job, -EINVAL,
		    "%s is no number of a delivery; parvisctl queue list "
		    "shows them",
		    request->arguments[0]);
	r = queue_drop(job->publish.db, id, host, &count);
	if (r == -ENOENT)
		return command_job_refuse(job, r, "nothing waits %s%s",
		    host != NULL ? "for a server named " : "under number ",
		    host != NULL ? host : request->arguments[0]);
	if (r < 0)
		return r;
	job->answer = count_answer(job, "given up", count);
	return 0;
}

void
command_queue_drop(struct command_request *request)
{
	bool by_host = command_given(request, "host");

	if (by_host == (request->argument_count == 1))
		command_refuse(request, CODE_INVALID,
		    "give either the number of a delivery or --host");
	else
		command_write(request, drop_work, NULL, NULL);
}
