/* SPDX-License-Identifier: ISC */
/*
 * One thread, one event loop.  It wakes for sockets and timers of the client,
 * for its mailbox (wants, pokes, jobs that the writer returns), and for its
 * own timer when something becomes due; then sender and tasks have a look.
 *
 * Stop: nothing new is begun; what is under way may end within STOP_SECONDS,
 * the rest is cancelled; the loop ends when the writer has returned all jobs,
 * so that nothing points to what is freed.
 */
#include <errno.h>
#include <event2/event.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "config/base/thread.h"
#include "federation/courier.h"
#include "federation/courier_replica.h"
#include "federation/courier_task.h"
#include "federation/fetch.h"
#include "federation/replica_note.h"
#include "federation/replica_pull.h"
#include "federation/replica_progress.h"
#include "federation/resolve.h"
#include "federation/sender.h"
#include "federation/visit.h"
#include "store/store.h"

enum {
	STOP_SECONDS = 3,
	LONGEST_SLEEP_SECONDS = 60, /* so that a set clock is noticed */
	CHANGE_SETTINGS = 1 << 30,  /* beside those of writer_change */
};

struct courier {
	struct courier_core core;
	pthread_t thread;
	struct event_base *base;
	struct event *mail, *timer, *stopper;
	atomic_uint changes;
	atomic_bool poked; /* the poke is in the mailbox */
	struct message poke, stop;
	atomic_uint_fast64_t delivered, failed, fetched, in_flight;
	atomic_uint_fast64_t requests, connections, request_bytes, answer_bytes;
};

/* --- Jobs --- */

void
courier_core_submit(struct courier_core *core, struct writer_job *job)
{
	job->reply = core->mailbox;
	core->jobs++;
	writer_submit(core->node->writer, job);
}

void
courier_core_returned(struct courier_core *core)
{
	ASSERT(core->jobs > 0);
	core->jobs--;
}

/* --- The loop --- */

static void
wake(struct courier_core *core)
{
	struct courier *courier = CONTAINER_OF(core, struct courier, core);

	event_active(courier->timer, EV_TIMEOUT, 0);
}

static void
publish_figures(struct courier *courier)
{
	const struct courier_core *core = &courier->core;
	struct http_client_figures figures;

	http_client_figures(core->client, &figures);
	atomic_store(&courier->requests, figures.requests);
	atomic_store(&courier->connections, figures.connections);
	atomic_store(&courier->request_bytes, figures.request_bytes);
	atomic_store(&courier->answer_bytes, figures.answer_bytes);
	atomic_store(&courier->delivered, core->delivered);
	atomic_store(&courier->failed, core->failed);
	atomic_store(&courier->fetched, core->fetched);
	atomic_store(&courier->in_flight, http_client_active(core->client));
}

static bool
idle(const struct courier *courier)
{
	const struct courier_core *core = &courier->core;

	return http_client_active(core->client) == 0 && core->jobs == 0 &&
	       resolve_open(core->resolve) == 0 &&
	       courier_task_active(core->tasks) == 0 &&
	       courier_replica_active(core->replica) == 0 &&
	       visits_active(core->visits) == 0;
}

static void
take_settings(struct courier_core *core)
{
	node_release(&core->snapshot);
	core->snapshot = node_snapshot(core->node);
	http_client_refresh(core->client);
}

static void
sleep_until(struct courier *courier, int64_t next)
{
	int64_t wait_ms = (next - clock_now()) * 1000;
	struct timeval wait;

	wait_ms = MAX(0, MIN(wait_ms, LONGEST_SLEEP_SECONDS * 1000));
	wait.tv_sec = wait_ms / 1000;
	wait.tv_usec = 0;
	event_add(courier->timer, &wait);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct courier *courier = arg;
	struct courier_core *core = &courier->core;
	unsigned changes = atomic_exchange(&courier->changes, 0);
	int64_t next, next_task;

	(void)fd;
	(void)what;
	if (core->stopping) {
		publish_figures(courier);
		if (idle(courier))
			event_base_loopbreak(courier->base);
		return;
	}
	if (changes & CHANGE_SETTINGS)
		take_settings(core);
	if (changes & CHANGE_ACTOR)
		signer_changed(core->signer);
	next = sender_run(core->sender, changes);
	next_task = courier_task_run(core->tasks, changes);
	next = MIN(next, courier_replica_run(core->replica, changes));
	publish_figures(courier);
	sleep_until(courier, MIN(next, next_task));
}

static void
on_mail(evutil_socket_t fd, short what, void *arg)
{
	struct courier *courier = arg;

	(void)fd;
	(void)what;
	mailbox_drain(courier->core.mailbox);
	if (courier->core.stopping)
		wake(&courier->core);
}

static void
on_stop_late(evutil_socket_t fd, short what, void *arg)
{
	struct courier *courier = arg;

	(void)fd;
	(void)what;
	http_client_cancel(courier->core.client);
	wake(&courier->core);
}

static void
run_stop(struct message *message)
{
	struct courier *courier = CONTAINER_OF(message, struct courier, stop);
	struct timeval late = { .tv_sec = STOP_SECONDS };

	courier->core.stopping = true;
	fetch_stop(courier->core.fetch);
	event_add(courier->stopper, &late);
	wake(&courier->core);
}

static void
run_poke(struct message *message)
{
	struct courier *courier = CONTAINER_OF(message, struct courier, poke);

	atomic_store(&courier->poked, false);
	wake(&courier->core);
}

/* --- Start and stop --- */

static void
release(struct courier *courier)
{
	struct courier_core *core = &courier->core;

	http_client_free(&core->client);
	courier_replica_free(&core->replica);
	replica_progress_free(&core->progress);
	visits_free(&core->visits);
	courier_task_list_free(&core->tasks);
	sender_free(&core->sender);
	resolve_free(&core->resolve);
	fetch_free(&core->fetch);
	signer_free(&core->signer);
	store_close(&core->db);
	node_release(&core->snapshot);
	mailbox_free(&core->mailbox);
	if (courier->base != NULL) {
		event_free(courier->mail);
		event_free(courier->timer);
		event_free(courier->stopper);
		event_base_free(courier->base);
	}
	free(courier);
}

static void *
run(void *arg)
{
	struct courier *courier = arg;

	event_active(courier->timer, EV_TIMEOUT, 0);
	event_base_loop(courier->base, EVLOOP_NO_EXIT_ON_EMPTY);
	return NULL;
}

static void
make_events(struct courier *courier)
{
	courier->base = event_base_new();
	ASSERT(courier->base != NULL);
	courier->mail =
	    event_new(courier->base, mailbox_fd(courier->core.mailbox),
		EV_READ | EV_PERSIST, on_mail, courier);
	courier->timer = event_new(courier->base, -1, 0, on_timer, courier);
	courier->stopper =
	    event_new(courier->base, -1, 0, on_stop_late, courier);
	ASSERT(courier->mail != NULL && courier->timer != NULL &&
	       courier->stopper != NULL);
	event_add(courier->mail, NULL);
}

static void
make_parts(struct courier_core *core)
{
	core->signer = signer_new(core->db);
	core->fetch = fetch_new(core);
	core->resolve = resolve_new(core);
	core->sender = sender_new(core);
	core->tasks = courier_task_list_new(core);
	core->progress = replica_progress_new();
	core->replica = courier_replica_new(core);
	core->visits = visits_new(core);
}

int
courier_start(struct node *node, struct courier **ret)
{
	struct courier *courier = xcalloc(1, sizeof(*courier));
	struct courier_core *core = &courier->core;
	int r;

	core->node = node;
	core->snapshot = node_snapshot(node);
	core->mailbox = mailbox_new();
	core->wake = wake;
	courier->poke.run = run_poke;
	courier->stop.run = run_stop;
	r = store_open_reader(node->data, &core->db);
	if (r != 0) {
		release(courier);
		return r;
	}
	make_events(courier);
	make_parts(core);
	r = http_client_new(courier->base, node, &core->client);
	if (r != 0) {
		release(courier);
		return r;
	}
	courier->thread = thread_start("courier", run, courier);
	*ret = courier;
	return 0;
}

void
courier_stop(struct courier **courier)
{
	if (*courier == NULL)
		return;
	mailbox_post((*courier)->core.mailbox, &(*courier)->stop);
	thread_join((*courier)->thread);
	release(*courier);
	*courier = NULL;
}

/* --- Other threads --- */

void
courier_poke(struct courier *courier, unsigned changes)
{
	atomic_fetch_or(&courier->changes, changes | CHANGE_SETTINGS);
	/* One message stands for all until it is taken. */
	if (!atomic_exchange(&courier->poked, true))
		mailbox_post(courier->core.mailbox, &courier->poke);
}

static void
run_want(struct message *message)
{
	struct courier_want *want =
	    CONTAINER_OF(message, struct courier_want, message);
	struct courier *courier = want->courier;

	if (want->kind == WANT_SHOW)
		resolve_show(courier->core.fetch, want);
	else if (want->kind == WANT_SUBSCRIBE)
		resolve_subscribe(&courier->core, want);
	else
		resolve_want(courier->core.resolve, want);
}

void
courier_want(struct courier *courier, struct courier_want *want)
{
	want->courier = courier;
	want->message.run = run_want;
	mailbox_post(courier->core.mailbox, &want->message);
}

struct heard {
	struct message message;
	struct courier *courier;
	char *domain, *source, *evidence;
};

static void
run_heard(struct message *message)
{
	struct heard *heard = CONTAINER_OF(message, struct heard, message);
	struct courier_core *core = &heard->courier->core;

	if (!core->stopping && heard->evidence != NULL)
		replica_note_fork(core, heard->domain, heard->evidence);
	else if (!core->stopping)
		courier_replica_heard(
		    core->replica, heard->domain, heard->source);
	free(heard->domain);
	free(heard->source);
	free(heard->evidence);
	free(heard);
}

void
courier_heard(struct courier *courier, const char *domain, const char *source,
    const char *evidence)
{
	struct heard *heard = xcalloc(1, sizeof(*heard));

	heard->courier = courier;
	heard->domain = xstrdup(domain);
	heard->source = source != NULL ? xstrdup(source) : NULL;
	heard->evidence = evidence != NULL ? xstrdup(evidence) : NULL;
	heard->message.run = run_heard;
	mailbox_post(courier->core.mailbox, &heard->message);
}

struct visited {
	struct message message;
	struct courier *courier;
	char *uri;
};

static void
run_visited(struct message *message)
{
	struct visited *visited =
	    CONTAINER_OF(message, struct visited, message);

	visits_open(visited->courier->core.visits, visited->uri);
	free(visited->uri);
	free(visited);
}

void
courier_visited(struct courier *courier, const char *uri)
{
	struct visited *visited = xcalloc(1, sizeof(*visited));

	visited->courier = courier;
	visited->uri = xstrdup(uri);
	visited->message.run = run_visited;
	mailbox_post(courier->core.mailbox, &visited->message);
}

void
courier_figures(struct courier *courier, struct courier_figures *ret)
{
	ret->delivered = atomic_load(&courier->delivered);
	ret->failed = atomic_load(&courier->failed);
	ret->fetched = atomic_load(&courier->fetched);
	ret->in_flight = atomic_load(&courier->in_flight);
	ret->requests.requests = atomic_load(&courier->requests);
	ret->requests.connections = atomic_load(&courier->connections);
	ret->requests.request_bytes = atomic_load(&courier->request_bytes);
	ret->requests.answer_bytes = atomic_load(&courier->answer_bytes);
}

bool
courier_reading(struct courier *courier, const char *domain, int64_t *ret_read,
    int64_t *ret_count)
{
	return replica_progress_get(
	    courier->core.progress, domain, ret_read, ret_count);
}
