/* SPDX-License-Identifier: ISC */
/*
 * parvisd: the threads, in the order in which they start; they stop in the
 * reverse order, each after whoever might still ask it for something.
 *
 *	store-writer   the only one that changes the database
 *	courier        speaks to other servers
 *	keymaker       makes key pairs
 *	hasher         hashes passwords
 *	web 0..N       answer requests
 *	main           signals, control socket, housekeeping (this one)
 */
#include <errno.h>
#include <event2/event.h>
#include <event2/thread.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "daemon/check.h"
#include "daemon/control.h"
#include "daemon/gazetteer_layer.h"
#include "daemon/hasher.h"
#include "daemon/housekeeping.h"
#include "daemon/keymaker.h"
#include "daemon/template.h"
#include "daemon/tls.h"
#include "daemon/web.h"
#include "federation/courier.h"
#include "federation/relay.h"

enum { SENDER_SLOTS = 65536 };

struct service {
	const char *file; /* parvis.conf */
	struct node node;
	struct event_base *base;
	struct event *signals[4];
	size_t signal_count;
	struct mailbox *mailbox;
	struct event *mail;
	struct db *reader;
	/* For watch(), under the lock: NULL before the start and once they
	 * stop. */
	pthread_mutex_t lock;
	struct courier *courier;
	struct keymaker *keymaker;
	struct tls *tls;
	struct web_shared web;
	struct worker_pool *pool;
	struct control *control;
	struct housekeeping *housekeeping;
	bool stopping;
};

/* Writer thread: tells the others what a commit brought them. */
static void
watch(void *arg, unsigned changes)
{
	struct service *service = arg;

	ASSERT(pthread_mutex_lock(&service->lock) == 0);
	if (service->courier != NULL &&
	    (changes & (CHANGE_DELIVERY | CHANGE_TASK | CHANGE_ACTOR |
			   CHANGE_CATALOGUE | CHANGE_PEER)) != 0)
		courier_poke(service->courier, changes);
	if (service->keymaker != NULL && (changes & CHANGE_KEY_WANTED) != 0)
		keymaker_poke(service->keymaker);
	if (service->pool != NULL && (changes & CHANGE_ACTOR) != 0)
		web_actors_changed(&service->web, service->pool);
	ASSERT(pthread_mutex_unlock(&service->lock) == 0);
}

static void
watch_for(
    struct service *service, struct courier *courier, struct keymaker *keymaker)
{
	ASSERT(pthread_mutex_lock(&service->lock) == 0);
	service->courier = courier;
	service->keymaker = keymaker;
	ASSERT(pthread_mutex_unlock(&service->lock) == 0);
}

static void
watch_with(struct service *service, struct worker_pool *pool)
{
	ASSERT(pthread_mutex_lock(&service->lock) == 0);
	service->pool = pool;
	ASSERT(pthread_mutex_unlock(&service->lock) == 0);
}

/* --- reload --- */

static void
report_change(void *arg, const struct settings_change *change)
{
	struct buf *report = arg;

	if (change->reloadable)
		buf_printf(report, "%s.%s: %s instead of %s, applied\n",
		    change->section, change->name, change->loaded,
		    change->running);
	else
		buf_printf(report,
		    "%s.%s: needs a restart; the file says %s, the node runs "
		    "with %s\n",
		    change->section, change->name, change->loaded,
		    change->running);
}

/* control_hooks.certificate */
static bool
look_at_certificate(void *arg, struct tls_certificate *ret)
{
	struct service *service = arg;

	return service->tls != NULL &&
	       tls_look(service->tls, service->node.domain, ret) == 0;
}

static void
warn_of_certificate(struct service *service)
{
	struct tls_certificate certificate;
	char end[CLOCK_RFC3339_SIZE];

	if (!look_at_certificate(service, &certificate))
		return;
	clock_rfc3339(certificate.ends_at, end);
	if (certificate.ends_at < clock_now() + TLS_WARN_SECONDS)
		log_warning("the certificate ends at %s", end);
	if (!certificate.names_domain)
		log_warning(
		    "the certificate is not for %s", service->node.domain);
}

static int
reload_tls(struct service *service, const struct settings *settings,
    struct buf *report)
{
	char error[TLS_ERROR_SIZE];
	int r;

	if (service->tls == NULL)
		return 0;
	if (settings->listen_https.count == 0) {
		buf_puts(report, "certificate: kept until the restart\n");
		return 0;
	}
	r = tls_reload(service->tls, settings->listen_certificate,
	    settings->listen_key, error);
	buf_printf(report, "%s\n", r < 0 ? error : "certificate: read again");
	return r;
}

static int
apply_settings(struct service *service, const struct settings *settings,
    struct buf *report)
{
	enum log_level level;
	char error[WORKER_ERROR_SIZE];

	if (worker_pool_reload(service->pool, settings, error) < 0) {
		buf_printf(report, "%s\n", error);
		return -EINVAL;
	}
	if (log_level_parse(settings->node_log_level, &level) == 0)
		log_set_level(level);
	ratelimit_set(service->web.senders, settings->listen_inbox_per_minute);
	ratelimit_set(
	    service->web.lookups, settings->listen_lookups_per_minute);
	return 0;
}

static int
reload_file(struct service *service, struct buf *report)
{
	const struct node_snapshot *running;
	struct settings *loaded;
	char error[SETTINGS_ERROR_SIZE];

	if (settings_load(service->file, &loaded, error) < 0) {
		buf_printf(report, "%s\nnothing was applied\n", error);
		return -EINVAL;
	}
	if (reload_tls(service, loaded, report) < 0 ||
	    apply_settings(service, loaded, report) < 0) {
		buf_puts(report, "the settings stay as they were\n");
		settings_free(&loaded);
		return -EINVAL;
	}
	running = node_snapshot(&service->node);
	if (!settings_compare(running->settings, loaded, report_change, report))
		buf_puts(report,
		    "restart the node to apply what needs it: systemctl "
		    "restart parvisd, or parvisctl stop and start it again\n");
	/* What runs on as it did is told again at the next reload. */
	settings_keep_running(loaded, running->settings);
	node_release(&running);
	node_replace_settings(&service->node, loaded);
	courier_poke(service->node.courier, 0);
	return 0;
}

static void
log_report(const char *report, bool failed)
{
	/* The first line says what was wrong: status shows that one. */
	for (bool first = true; *report != '\0'; first = false) {
		size_t len = strcspn(report, "\n");

		if (failed && first)
			log_error("reload: %.*s", (int)len, report);
		else
			log_info("reload: %.*s", (int)len, report);
		report += len + (report[len] == '\n');
	}
}

/* control_hooks.reload */
static int
reload(void *arg, struct buf *report)
{
	struct service *service = arg;
	int r = reload_file(service, report);

	if (r == 0 && report->len == 0)
		buf_puts(report, "nothing has changed\n");
	log_report(buf_str(report), r < 0);
	if (r == 0)
		warn_of_certificate(service);
	return r;
}

static void
on_hangup(evutil_socket_t fd, short what, void *arg)
{
	struct buf report;

	(void)fd;
	(void)what;
	buf_init(&report, 65536);
	(void)reload(arg, &report);
	buf_done(&report);
}

/* --- stop --- */

static void
begin_stop(void *arg)
{
	struct service *service = arg;

	/* A terminal and a script may both ask: once is enough. */
	if (service->stopping)
		return;
	service->stopping = true;
	log_info("stopping");
	(void)event_base_loopbreak(service->base);
}

static void
on_stop_signal(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	begin_stop(arg);
}

static void
on_mail(evutil_socket_t fd, short what, void *arg)
{
	struct service *service = arg;

	(void)fd;
	(void)what;
	(void)mailbox_drain(service->mailbox);
}

/* --- start --- */

static int
prepare_store(const struct settings *settings)
{
	char error[STORE_ERROR_SIZE];

	if (!store_exists(settings->node_data)) {
		log_error("there is no database in %s: make one with "
			  "parvisctl init",
		    settings->node_data);
		return EX_CONFIG;
	}
	if (store_prepare(settings->node_data, error) < 0) {
		log_error("%s", error);
		return EX_DATAERR;
	}
	return 0;
}

/* Addresses are for ever: a database belongs to one domain. */
static int
check_domain(struct service *service)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	const char *base = service->node.base;
	struct actor instance;

	if (actor_of_kind(service->reader, arena, ACTOR_INSTANCE, &instance) <
	    0) {
		log_error("the database in %s is of no node: make one with "
			  "parvisctl init",
		    service->node.data);
		return EX_DATAERR;
	}
	if (strncmp(instance.uri, base, strlen(base)) == 0 &&
	    instance.uri[strlen(base)] == '/')
		return 0;
	log_error("node.domain is %s, but the database in %s is that of %s",
	    service->node.domain, service->node.data, instance.username);
	return EX_CONFIG;
}

static void
listen_to_signals(struct service *service)
{
	static const struct {
		int number;
		event_callback_fn run;
	} signals[] = {
		{ SIGINT, on_stop_signal },
		{ SIGTERM, on_stop_signal },
		{ SIGHUP, on_hangup },
	};

	for (size_t i = 0; i < N_ELEMENTS(signals); i++) {
		struct event *event = evsignal_new(
		    service->base, signals[i].number, signals[i].run, service);

		ASSERT(event != NULL && event_add(event, NULL) == 0);
		service->signals[service->signal_count++] = event;
	}
}

static int
start_loop(struct service *service)
{
	service->base = event_base_new();
	service->mailbox = mailbox_new();
	if (service->base == NULL)
		return EX_OSERR;
	service->mail = event_new(service->base, mailbox_fd(service->mailbox),
	    EV_READ | EV_PERSIST, on_mail, service);
	ASSERT(service->mail != NULL && event_add(service->mail, NULL) == 0);
	listen_to_signals(service);
	return 0;
}

static int
start_threads(struct service *service)
{
	struct node *node = &service->node;
	struct keymaker *keymaker;
	int r;

	if (writer_start(node->data, watch, service, &node->writer) < 0 ||
	    store_open_reader(node->data, &service->reader) < 0) {
		log_error("cannot open the database in %s", node->data);
		return EX_NOINPUT;
	}
	r = check_domain(service);
	if (r != 0)
		return r;
	if (gazetteer_layer_load(service->reader) < 0) {
		log_error("the places of communes cannot be read");
		return EX_IOERR;
	}
	if (relay_prepare(node) < 0) {
		log_error("the relay's actor could not be made");
		return EX_IOERR;
	}
	if (courier_start(node, &node->courier) < 0) {
		log_error("cannot start the courier");
		return EX_OSERR;
	}
	watch_for(service, node->courier, NULL);
	if (keymaker_start(node, &keymaker) < 0) {
		log_error("cannot start the keymaker");
		return EX_OSERR;
	}
	watch_for(service, node->courier, keymaker);
	return 0;
}

static int
start_tls(struct service *service, const struct settings *settings)
{
	char error[TLS_ERROR_SIZE];

	if (settings->listen_https.count == 0)
		return 0;
	if (tls_new(settings->listen_certificate, settings->listen_key,
		&service->tls, error) == 0)
		return 0;
	log_error("%s", error);
	return EX_CONFIG;
}

static int
start_web(struct service *service, const struct settings *settings)
{
	char error[WORKER_ERROR_SIZE];
	struct worker_options options = {
		.settings = settings,
		.routes = web_routes,
		.route_count = web_route_count,
		.open = web_open,
		.close = web_close,
		.arg = &service->web,
	};
	struct worker_pool *pool;
	int r = start_tls(service, settings);

	if (r != 0)
		return r;
	options.tls = service->tls;
	service->web.node = &service->node;
	service->web.senders =
	    ratelimit_new(SENDER_SLOTS, settings->listen_inbox_per_minute);
	service->web.visits =
	    ratelimit_new(SENDER_SLOTS, WEB_VISITS_PER_MINUTE);
	service->web.lookups =
	    ratelimit_new(SENDER_SLOTS, settings->listen_lookups_per_minute);
	service->web.signins =
	    ratelimit_new(SENDER_SLOTS, WEB_SIGNINS_PER_MINUTE);
	service->web.hasher = hasher_start();
	if (worker_pool_start(&options, &pool, error) < 0) {
		log_error("%s", error);
		return EX_UNAVAILABLE;
	}
	watch_with(service, pool);
	return 0;
}

static int
start_control(struct service *service)
{
	const struct control_setup setup = {
		.base = service->base,
		.node = &service->node,
		.reader = service->reader,
		.hooks = { service, reload, begin_stop, look_at_certificate },
	};

	return control_start(&setup, &service->control) < 0 ? EX_UNAVAILABLE
							    : 0;
}

static int
start(struct service *service)
{
	const struct node_snapshot *snapshot = node_snapshot(&service->node);
	int r = start_loop(service);

	if (r == 0)
		r = start_threads(service);
	if (r == 0)
		r = start_web(service, snapshot->settings);
	if (r == 0)
		r = start_control(service);
	node_release(&snapshot);
	if (r == 0)
		housekeeping_start(service->base, &service->node,
		    service->mailbox, &service->housekeeping);
	return r;
}

static void
stop(struct service *service)
{
	struct keymaker *keymaker = service->keymaker;

	housekeeping_stop(&service->housekeeping);
	if (service->control != NULL)
		control_close(service->control);
	if (service->pool != NULL) {
		worker_pool_stop(service->pool);
		worker_pool_join(service->pool);
	}
	hasher_stop(&service->web.hasher);
	watch_for(service, NULL, NULL);
	if (keymaker != NULL)
		keymaker_stop(&keymaker);
	if (service->node.courier != NULL)
		courier_stop(&service->node.courier);
	if (service->control != NULL)
		control_stop(&service->control);
	store_close(&service->reader);
	if (service->node.writer != NULL)
		writer_stop(&service->node.writer);
	worker_pool_free(&service->pool);
	ratelimit_free(&service->web.senders);
	ratelimit_free(&service->web.lookups);
	ratelimit_free(&service->web.visits);
	ratelimit_free(&service->web.signins);
	tls_free(&service->tls);
	template_unload();
	for (size_t i = 0; i < service->signal_count; i++)
		event_free(service->signals[i]);
	if (service->mail != NULL)
		event_free(service->mail);
	mailbox_free(&service->mailbox);
	if (service->base != NULL)
		event_base_free(service->base);
	node_done(&service->node);
}

static int
run(const char *file, struct settings *settings)
{
	struct service service = {
		.file = file,
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
	enum log_level level;
	int r;

	if (log_level_parse(settings->node_log_level, &level) == 0)
		log_set_level(level);
	r = prepare_store(settings);
	if (r != 0) {
		settings_free(&settings);
		return r;
	}
	if (evthread_use_pthreads() != 0)
		return EX_OSERR;
	(void)signal(SIGPIPE, SIG_IGN);
	template_load();
	node_init(&service.node, settings);
	r = start(&service);
	if (r == 0) {
		log_info("ready domain=%s threads=%zu", service.node.domain,
		    worker_pool_count(service.pool));
		warn_of_certificate(&service);
		(void)event_base_dispatch(service.base);
	}
	stop(&service);
	if (r == 0)
		log_info("stopped");
	return r;
}

static int
usage(FILE *out)
{
	(void)fprintf(out,
	    "usage: parvisd [-nV] [-c file]\n"
	    "  -c file  configuration (default /etc/parvis/parvis.conf)\n"
	    "  -n       check it, print what it says, and exit\n"
	    "  -V       print the version and exit\n");
	return out == stdout ? EX_OK : EX_USAGE;
}

int
main(int argc, char **argv)
{
	const char *file = "/etc/parvis/parvis.conf";
	struct settings *settings;
	char error[SETTINGS_ERROR_SIZE];
	bool only_check = false;
	int option, code;

	while ((option = getopt(argc, argv, "c:hnV")) != -1) {
		switch (option) {
		case 'c':
			file = optarg;
			break;
		case 'n':
			only_check = true;
			break;
		case 'V':
			(void)printf("parvisd %s\n", PARVIS_VERSION);
			return EX_OK;
		case 'h':
			return usage(stdout);
		default:
			return usage(stderr);
		}
	}
	if (optind != argc)
		return usage(stderr);
	if (settings_load(file, &settings, error) < 0) {
		(void)fprintf(stderr, "parvisd: %s\n", error);
		return EX_CONFIG;
	}
	if (!only_check)
		return run(file, settings);
	code = check_start(stdout, settings);
	settings_free(&settings);
	return code;
}
