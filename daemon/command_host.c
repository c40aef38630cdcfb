/* SPDX-License-Identifier: ISC */
/*
 * host list, show.
 */
#include <errno.h>

#include "config/base/clock.h"
#include "daemon/command.h"
#include "federation/url.h"
#include "store/host.h"
#include "store/queue.h"

static const char *const signatures[] = {
	[HOST_SIGNATURE_UNKNOWN] = "unknown",
	[HOST_SIGNATURE_CAVAGE] = "cavage",
	[HOST_SIGNATURE_RFC9421] = "rfc9421",
};

static const char *
state_of(const struct host *host, int64_t now)
{
	if (host->down_since != 0)
		return "down";
	if (host->next_at > now)
		return "paused";
	return host->last_ok_at != 0 ? "up" : "new";
}

static json_t *
host_view(const struct host *host)
{
	json_t *view = json_object();

	command_set_text(view, "host", host->name);
	command_set_text(view, "state", state_of(host, clock_now()));
	command_set_text(view, "signature", signatures[host->signature]);
	command_set_text(view, "software", host->software);
	json_object_set_new(view, "waiting", json_integer(host->waiting_items));
	json_object_set_new(
	    view, "waiting_bytes", json_integer(host->waiting_bytes));
	json_object_set_new(view, "failures", json_integer(host->failures));
	command_set_text(view, "last_error", host->last_error);
	command_set_time(view, "down_since", host->down_since);
	command_set_time(view, "next_try", host->next_at);
	command_set_time(view, "last_ok", host->last_ok_at);
	command_set_time(view, "last_failure", host->last_failure_at);
	json_object_set_new(view, "dropped", json_integer(host->dropped_items));
	command_set_time(view, "last_dropped", host->dropped_at);
	return view;
}

void
command_host_list(struct command_request *request)
{
	const char *after = command_text(request, "after");
	size_t limit = command_limit(request), count;
	struct host *hosts;
	json_t *items;
	int r;

	r = host_list(request->db, request->arena, after != NULL ? after : "",
	    limit, &hosts, &count);
	if (r < 0) {
		command_refuse_errno(request, r, NULL);
		return;
	}
	items = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(items, host_view(&hosts[i]));
	command_answer(request,
	    command_items(items,
		count == limit ? json_string(hosts[count - 1].name) : NULL));
}

void
command_host_show(struct command_request *request)
{
	const char *name = request->arguments[0];
	struct host host;
	int r;

	if (url_normalize_host(request->arena, name, &name) < 0)
		name = request->arguments[0]; /* with a port, it is no host */
	r = host_by_name(request->db, request->arena, name, &host);
	if (r == -ENOENT)
		command_refuse(request, CODE_NOT_FOUND,
		    "the node never had to do with a server named %s", name);
	else if (r < 0)
		command_refuse_errno(request, r, NULL);
	else
		command_answer(request, host_view(&host));
}
