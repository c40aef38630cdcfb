/* SPDX-License-Identifier: ISC */
/*
 * The status as a page that is understood at one look: what needs attention
 * first, then a line for each question that one has.
 */
#include "daemon/ctl_status.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "config/base/clock.h"
#include "daemon/ctl_output.h"

static int64_t
number(const json_t *status, const char *key)
{
	return json_integer_value(json_object_get(status, key));
}

static void line(FILE *out, const char *heading, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

static void
line(FILE *out, const char *heading, const char *fmt, ...)
{
	va_list ap;

	(void)fprintf(out, "%-12s  ", heading);
	va_start(ap, fmt);
	(void)vfprintf(out, fmt, ap);
	va_end(ap);
	(void)fputc('\n', out);
}

/* "3 updates", "1 update", with the plural in full. */
static const char *
count(struct arena *arena, const json_t *status, const char *key,
    const char *one, const char *many)
{
	int64_t n = number(status, key);

	return arena_printf(arena, "%" PRId64 " %s", n, n == 1 ? one : many);
}

/* "467 kB": to three figures. */
static const char *
size(struct arena *arena, int64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 1000 && unit + 1 < N_ELEMENTS(units)) {
		value /= 1000;
		unit++;
	}
	return arena_printf(arena, "%.*f %s", unit > 0 && value < 10 ? 1 : 0,
	    value, units[unit]);
}

/* "2026-06-01 19:00 UTC" of the RFC 3339 text at a key. */
static const char *
moment(struct arena *arena, const json_t *status, const char *key)
{
	const char *text = json_string_value(json_object_get(status, key));

	if (text == NULL || strlen(text) < 16)
		return "?";
	return arena_printf(arena, "%.10s %.5s UTC", text, text + 11);
}

static const char *
clean(struct arena *arena, const json_t *status, const char *key)
{
	const char *text = json_string_value(json_object_get(status, key));

	return text != NULL ? ctl_output_clean(arena, text) : "?";
}

static void
write_attention(FILE *out, struct arena *arena, const json_t *status)
{
	const json_t *list = json_object_get(status, "attention");

	(void)fprintf(out, "%s   %s\n", clean(arena, status, "territory"),
	    clean(arena, status, "address"));
	if (json_array_size(list) == 0)
		(void)fputs("All is well.\n", out);
	for (size_t i = 0; i < json_array_size(list); i++)
		(void)fprintf(out, "ATTENTION: %s\n",
		    ctl_output_clean(
			arena, json_string_value(json_array_get(list, i))));
	(void)fputc('\n', out);
}

static void
write_waiting(FILE *out, struct arena *arena, const json_t *status)
{
	static const struct {
		const char *key, *one, *many;
		int64_t most; /* that are counted */
	} rows[] = {
		{ "waiting_deliveries", "delivery (parvisctl queue list)",
		    "deliveries (parvisctl queue list)", INT64_MAX },
		{ "waiting_tasks", "thing to read elsewhere",
		    "things to read elsewhere", INT64_MAX },
		{ "waiting_keys", "actor without keys yet",
		    "actors without keys yet", COMMAND_LIMIT_DEFAULT },
	};
	const char *text = "";

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		if (number(status, rows[i].key) > 0)
			text = arena_printf(arena, "%s%s%s%s", text,
			    text[0] != '\0' ? ", " : "",
			    number(status, rows[i].key) >= rows[i].most
				? "at least "
				: "",
			    count(arena, status, rows[i].key, rows[i].one,
				rows[i].many));
	}
	line(out, "waiting", "%s", text[0] != '\0' ? text : "nothing");
}

static void
write_down(FILE *out, struct arena *arena, const json_t *status)
{
	const json_t *list = json_object_get(status, "down");
	int64_t all = number(status, "hosts_down");

	if (all == 0) {
		line(out, "down", "no server of %" PRId64,
		    number(status, "hosts"));
		return;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *host = json_array_get(list, i);

		line(out, i == 0 ? "down" : "",
		    "%s since %s, %" PRId64 " waiting",
		    clean(arena, host, "host"),
		    moment(arena, host, "down_since"), number(host, "waiting"));
	}
	if ((size_t)all > json_array_size(list))
		line(out, "", "and %zu more: parvisctl host list",
		    (size_t)all - json_array_size(list));
}

static void
write_certificate(FILE *out, const json_t *status)
{
	const char *end =
	    json_string_value(json_object_get(status, "certificate_ends"));
	int64_t days = number(status, "certificate_days");

	if (end == NULL)
		line(out, "certificate", "none: HTTPS is a reverse proxy's");
	else if (days < 0)
		line(out, "certificate", "ENDED on %.10s", end);
	else
		line(out, "certificate", "ends on %.10s, in %" PRId64 " %s",
		    end, days, days == 1 ? "day" : "days");
}

static void
write_since_start(FILE *out, struct arena *arena, const json_t *status)
{
	char uptime[CLOCK_DURATION_SIZE];

	clock_duration(number(status, "uptime_seconds"), uptime);
	line(out, "running", "for %s, since %s; version %s, pid %" PRId64,
	    uptime, moment(arena, status, "started"),
	    clean(arena, status, "version"), number(status, "pid"));
	line(out, "since then",
	    "%" PRId64 " delivered, %" PRId64 " tries failed, %s read",
	    number(status, "delivered"), number(status, "failed"),
	    count(arena, status, "fetched", "document", "documents"));
}

static void
write_content(FILE *out, struct arena *arena, const json_t *status)
{
	line(out, "here", "%s, %s, %s",
	    count(arena, status, "profiles", "profile", "profiles"),
	    count(arena, status, "projects", "project", "projects"),
	    count(arena, status, "local_objects", "update", "updates"));
	line(out, "follows", "%s, %" PRId64 " followed by profiles here",
	    count(arena, status, "followers", "follower", "followers"),
	    number(status, "following"));
	line(out, "elsewhere", "%s, %s, %s",
	    count(arena, status, "hosts", "server", "servers"),
	    count(arena, status, "remote_actors", "actor", "actors"),
	    count(arena, status, "remote_objects", "post", "posts"));
}

static void
write_catalogue(FILE *out, struct arena *arena, const json_t *status)
{
	if (!json_is_integer(json_object_get(status, "catalogue_epoch"))) {
		line(out, "catalogue", "waits for the node's keys");
		return;
	}
	line(out, "catalogue", "%s, epoch %" PRId64 ", seq %" PRId64,
	    count(arena, status, "catalogue_entries", "entry", "entries"),
	    number(status, "catalogue_epoch"), number(status, "catalogue_seq"));
}

static void
write_peers(FILE *out, struct arena *arena, const json_t *status)
{
	line(out, "other nodes",
	    "%s admitted, %" PRId64 " silent, %" PRId64
	    " waiting for a word (parvisctl peer list)",
	    count(arena, status, "peers_admitted", "node", "nodes"),
	    number(status, "peers_silent"), number(status, "peers_waiting"));
	line(out, "", "%s held of %" PRId64 " of those admitted",
	    count(arena, status, "entries_held", "entry", "entries"),
	    number(status, "peers_read"));
}

static void
write_store(FILE *out, struct arena *arena, const json_t *status)
{
	const char *left =
	    json_is_integer(json_object_get(status, "disk_free_bytes"))
		? size(arena, number(status, "disk_free_bytes"))
		: "?";

	line(out, "database", "%s in %s, %s free on that disk",
	    size(arena, number(status, "database_bytes")),
	    clean(arena, status, "data"), left);
	if (json_is_string(json_object_get(status, "last_error")))
		line(out, "last error", "%s: %s",
		    moment(arena, status, "last_error_at"),
		    clean(arena, status, "last_error"));
	else
		line(out, "last error", "none since the start, %s",
		    count(arena, status, "warnings", "warning", "warnings"));
	line(out, "settings", "%s", clean(arena, status, "configuration"));
}

void
ctl_status_write(FILE *out, const json_t *status)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();

	write_attention(out, arena, status);
	write_since_start(out, arena, status);
	write_content(out, arena, status);
	write_catalogue(out, arena, status);
	write_peers(out, arena, status);
	write_waiting(out, arena, status);
	write_down(out, arena, status);
	if (number(status, "dropped") == 0)
		line(out, "dropped", "nothing");
	else
		line(out, "dropped", "%s, the last %s",
		    count(arena, status, "dropped", "delivery", "deliveries"),
		    moment(arena, status, "last_dropped"));
	write_certificate(out, status);
	write_store(out, arena, status);
}
