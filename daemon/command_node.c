/* SPDX-License-Identifier: ISC */
/*
 * status, reload, stop.
 */
#include <errno.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "daemon/command.h"

enum { REPORT_BYTES = 65536 };

static void
add_figures(json_t *view, const struct store_figures *figures)
{
	const struct {
		const char *key;
		int64_t value;
	} rows[] = {
		{ "profiles", figures->profiles },
		{ "projects", figures->projects },
		{ "local_objects", figures->local_objects },
		{ "remote_actors", figures->remote_actors },
		{ "remote_objects", figures->remote_objects },
		{ "followers", figures->followers },
		{ "following", figures->following },
		{ "waiting_deliveries", figures->waiting_deliveries },
		{ "waiting_tasks", figures->waiting_tasks },
		{ "database_bytes", figures->database_bytes },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		json_object_set_new(
		    view, rows[i].key, json_integer(rows[i].value));
}

static void
add_courier(json_t *view, struct courier *courier)
{
	struct courier_figures figures = { 0 };

	courier_figures(courier, &figures);
	json_object_set_new(
	    view, "delivered", json_integer((json_int_t)figures.delivered));
	json_object_set_new(
	    view, "failed", json_integer((json_int_t)figures.failed));
	json_object_set_new(
	    view, "fetched", json_integer((json_int_t)figures.fetched));
	json_object_set_new(
	    view, "in_flight", json_integer((json_int_t)figures.in_flight));
}

/* Name and address of the territory, and how many actors wait for keys. */
static int
add_node(struct command_request *request, json_t *view)
{
	struct actor territory;
	int64_t without_keys[COMMAND_LIMIT_DEFAULT];
	size_t count;
	int r;

	r = actor_of_kind(
	    request->db, request->arena, ACTOR_TERRITORY, &territory);
	if (r == 0)
		r = actor_without_keys(request->db, without_keys,
		    N_ELEMENTS(without_keys), &count);
	if (r < 0)
		return r;
	command_set_text(view, "territory", territory.name);
	command_set_text(view, "territory_id", territory.uri);
	json_object_set_new(
	    view, "waiting_keys", json_integer((json_int_t)count));
	return 0;
}

void
command_node_status(struct command_request *request)
{
	struct store_figures figures;
	json_t *view = json_object();
	int r;

	command_set_text(view, "version", PARVIS_VERSION);
	command_set_text(view, "domain", request->node->domain);
	command_set_text(view, "address", request->node->base);
	json_object_set_new(view, "pid", json_integer(getpid()));
	command_set_time(view, "started", request->started_at);
	json_object_set_new(view, "uptime_seconds",
	    json_integer(clock_now() - request->started_at));
	command_set_text(view, "configuration", request->settings->file);
	command_set_text(view, "data", request->node->data);
	r = add_node(request, view);
	if (r == 0)
		r = store_figures(request->db, &figures);
	if (r < 0) {
		json_decref(view);
		command_refuse_errno(request, r, NULL);
		return;
	}
	add_figures(view, &figures);
	if (request->node->courier != NULL)
		add_courier(view, request->node->courier);
	command_answer(request, view);
}

/* The report without its last line break. */
static const char *
report_text(struct command_request *request, const struct buf *report)
{
	const char *text = buf_str(report);
	size_t len = report->len;

	while (len > 0 && text[len - 1] == '\n')
		len--;
	return arena_strndup(request->arena, text, len);
}

void
command_node_reload(struct command_request *request)
{
	struct buf report;
	const char *text;
	int r;

	buf_init(&report, REPORT_BYTES);
	r = request->hooks->reload(request->hooks->arg, &report);
	text = report_text(request, &report);
	buf_done(&report);
	if (r < 0)
		command_refuse_details(request, CODE_INVALID,
		    text[0] != '\0' ? text : "nothing was applied", NULL);
	else
		command_say(request, "%s",
		    text[0] != '\0' ? text : "nothing has changed");
}

void
command_node_stop(struct command_request *request)
{
	request->stop_after = true;
	command_say(request, "the node is stopping");
}
