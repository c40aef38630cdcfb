/* SPDX-License-Identifier: ISC */
/*
 * status, reload, stop.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "daemon/command.h"
#include "daemon/tls.h"
#include "store/catalogue.h"
#include "store/catalogue_lost.h"
#include "store/peer.h"
#include "store/host.h"

enum {
	REPORT_BYTES = 65536,
	DAY = 86400,
	DOWN_SHOWN = 5, /* servers that are named */
	DISK_LOW_BYTES = 512 * 1024 * 1024,
};

/* What the administrator should look at. */
static void attend(struct command_request *request, json_t *attention,
    const char *fmt, ...) PRINTF_LIKE(3, 4);

static void
attend(struct command_request *request, json_t *attention, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	json_array_append_new(
	    attention, json_string(arena_vprintf(request->arena, fmt, ap)));
	va_end(ap);
}

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

/* What is on the disk, and what is left of it. */
static void
add_disk(struct command_request *request, json_t *view, json_t *attention)
{
	struct statvfs disk = { 0 };
	int r = statvfs(request->node->data, &disk);
	json_int_t left = (json_int_t)disk.f_bavail * (json_int_t)disk.f_frsize;

	json_object_set_new(
	    view, "disk_free_bytes", r == 0 ? json_integer(left) : json_null());
	if (r == 0 && left < DISK_LOW_BYTES)
		attend(request, attention, "the disk of %s is nearly full",
		    request->node->data);
}

/* "in 9 days" counts whole days. */
static void
add_certificate(
    struct command_request *request, json_t *view, json_t *attention)
{
	const struct control_hooks *hooks = request->hooks;
	struct tls_certificate certificate;
	int64_t left;

	if (hooks->certificate == NULL ||
	    !hooks->certificate(hooks->arg, &certificate)) {
		json_object_set_new(view, "certificate_ends", json_null());
		return;
	}
	left = certificate.ends_at - clock_now();
	command_set_time(view, "certificate_ends", certificate.ends_at);
	json_object_set_new(view, "certificate_days",
	    json_integer(left > 0 ? left / DAY : -((DAY - 1 - left) / DAY)));
	json_object_set_new(view, "certificate_names_domain",
	    json_boolean(certificate.names_domain));
	if (left <= 0)
		attend(request, attention,
		    "the certificate has ended: renew it, then parvisctl "
		    "reload");
	else if (left < TLS_WARN_SECONDS)
		attend(request, attention,
		    "the certificate ends in %" PRId64
		    " days: renew it, then parvisctl reload",
		    left / DAY);
	if (!certificate.names_domain)
		attend(request, attention,
		    "the certificate is not for %s: other servers refuse it",
		    request->node->domain);
}

static void
add_log(struct command_request *request, json_t *view, json_t *attention)
{
	struct log_tally tally;

	log_tally(&tally);
	json_object_set_new(
	    view, "errors", json_integer((json_int_t)tally.errors));
	json_object_set_new(
	    view, "warnings", json_integer((json_int_t)tally.warnings));
	command_set_text(
	    view, "last_error", tally.last_at != 0 ? tally.last : NULL);
	command_set_time(view, "last_error_at", tally.last_at);
	if (tally.last_at > clock_now() - DAY)
		attend(request, attention,
		    "there was an error in the last 24 hours, see last error "
		    "and the log");
}

/* Servers that do not answer, those longest so first. */
static int
add_down(struct command_request *request, json_t *view)
{
	json_t *list = json_array();
	struct host *hosts;
	size_t count;
	int r = host_list_down(
	    request->db, request->arena, DOWN_SHOWN, &hosts, &count);

	for (size_t i = 0; r == 0 && i < count; i++) {
		json_t *item = json_object();

		command_set_text(item, "host", hosts[i].name);
		command_set_time(item, "down_since", hosts[i].down_since);
		json_object_set_new(
		    item, "waiting", json_integer(hosts[i].waiting_items));
		command_set_text(item, "last_error", hosts[i].last_error);
		json_array_append_new(list, item);
	}
	json_object_set_new(view, "down", list);
	return r;
}

static int
add_hosts(struct command_request *request, json_t *view, json_t *attention)
{
	struct host_figures figures;
	int r = host_figures(request->db, &figures);

	if (r < 0)
		return r;
	json_object_set_new(view, "hosts", json_integer(figures.all));
	json_object_set_new(view, "hosts_down", json_integer(figures.down));
	json_object_set_new(view, "dropped", json_integer(figures.dropped));
	command_set_time(view, "last_dropped", figures.dropped_at);
	if (figures.dropped_at > clock_now() - 7 * DAY)
		attend(request, attention,
		    "deliveries were dropped in the last 7 days: parvisctl "
		    "host list shows for whom");
	return add_down(request, view);
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
	json_object_set_new(view, "requests_made",
	    json_integer((json_int_t)figures.requests.requests));
	json_object_set_new(view, "connections_made",
	    json_integer((json_int_t)figures.requests.connections));
	json_object_set_new(view, "request_bytes",
	    json_integer((json_int_t)figures.requests.request_bytes));
	json_object_set_new(view, "answer_bytes",
	    json_integer((json_int_t)figures.requests.answer_bytes));
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

/* Where the node's own catalogue log stands; nothing before its first head. */
static int
add_catalogue(struct command_request *request, json_t *view, json_t *attention)
{
	struct catalogue_origin origin;
	int64_t lost = catalogue_lost_count(request->db);
	int r = catalogue_origin_get(
	    request->db, request->arena, CATALOGUE_OWN, &origin);

	if (node_catalogue_held(request->node))
		attend(request, attention,
		    "the catalogue is held back until a peer says whether it "
		    "has more of it than this node; parvisctl catalogue "
		    "publish ends that");
	if (lost > 0)
		attend(request, attention,
		    "%" PRId64 " of this node's profiles and projects are "
		    "elsewhere and not here: parvisctl catalogue lost",
		    lost);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	json_object_set_new(
	    view, "catalogue_entries", json_integer(origin.count));
	json_object_set_new(
	    view, "catalogue_epoch", json_integer(origin.epoch));
	json_object_set_new(view, "catalogue_seq", json_integer(origin.seq));
	command_set_time(view, "catalogue_signed", origin.head_at);
	return 0;
}

/* The other nodes: how many are read, wait for a word, or do not answer. */
static int
add_peers(struct command_request *request, json_t *view, json_t *attention)
{
	struct peer_figures figures;
	int r = peer_figures(request->db, &figures);

	if (r < 0)
		return r;
	json_object_set_new(
	    view, "peers_admitted", json_integer(figures.admitted));
	json_object_set_new(
	    view, "peers_waiting", json_integer(figures.waiting));
	json_object_set_new(view, "peers_silent", json_integer(figures.silent));
	if (figures.asking > 0)
		attend(request, attention,
		    "%" PRId64 " other nodes ask to be admitted: parvisctl "
		    "peer list --state waiting",
		    figures.asking);
	if (figures.ahead > 0)
		attend(request, attention,
		    "%" PRId64 " other nodes sign times more than ten minutes "
		    "ahead of this node's clock: is it right?",
		    figures.ahead);
	json_object_set_new(view, "peers_read", json_integer(figures.read));
	json_object_set_new(
	    view, "entries_held", json_integer(figures.entries));
	return 0;
}

/* The node may have been started with a path that only it can follow. */
static void
add_file(json_t *view, const char *file)
{
	char *whole = realpath(file, NULL);

	command_set_text(view, "configuration", whole != NULL ? whole : file);
	free_ptr(&whole);
}

void
command_node_status(struct command_request *request)
{
	struct store_figures figures;
	json_t *view = json_object(), *attention = json_array();
	int r;

	command_set_text(view, "version", PARVIS_VERSION);
	command_set_text(view, "domain", request->node->domain);
	command_set_text(view, "address", request->node->base);
	json_object_set_new(view, "pid", json_integer(getpid()));
	command_set_time(view, "started", request->started_at);
	json_object_set_new(view, "uptime_seconds",
	    json_integer(clock_now() - request->started_at));
	add_file(view, request->settings->file);
	command_set_text(view, "data", request->node->data);
	r = add_node(request, view);
	if (r == 0)
		r = store_figures(request->db, &figures);
	if (r == 0)
		r = add_catalogue(request, view, attention);
	if (r == 0)
		r = add_peers(request, view, attention);
	if (r == 0)
		r = add_hosts(request, view, attention);
	if (r < 0) {
		json_decref(attention);
		json_decref(view);
		command_refuse_errno(request, r, NULL);
		return;
	}
	add_figures(view, &figures);
	add_disk(request, view, attention);
	add_certificate(request, view, attention);
	add_log(request, view, attention);
	json_object_set_new(view, "attention", attention);
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
