/* SPDX-License-Identifier: ISC */
/*
 * worker.h: one web thread: its event loop, its listeners, its connections.
 *
 * Every worker listens on the same addresses (SO_REUSEPORT; Unix sockets are
 * opened once and shared), so that the kernel spreads the connections.
 *
 * Thread: worker_pool_*() the main thread; the accessors any; what is
 *         marked (own) only the worker's thread, that is, handlers and run()
 *         of messages posted to worker_mailbox().
 * Memory: what the options point to must outlive the pool.
 */
#ifndef DAEMON_WORKER_H
#define DAEMON_WORKER_H

#include "config/base/mailbox.h"
#include "config/settings.h"
#include "daemon/router.h"

struct db;
struct tls;
struct worker;
struct worker_pool;

struct worker_options {
	const struct settings *settings; /* only until the call returns */
	struct tls *tls; /* NULL when nothing listens on https */
	const struct route *routes;
	size_t route_count;
	/*
	 * Called once on each worker's thread before it serves, and after its
	 * last request: what it makes is worker_user().  Each may be NULL.
	 */
	void *(*open)(struct worker *worker, void *arg);
	void (*close)(struct worker *worker, void *user, void *arg);
	void *arg;
	/* How long a request may be parked; 0: HTTP_PARK_SECONDS. */
	int64_t park_ms;
};

enum { WORKER_ERROR_SIZE = 512 };

/*
 * Binds all listeners, then starts settings->listen_threads workers.
 * -EADDRINUSE, -EACCES, ...: error says which address and why.
 */
int worker_pool_start(const struct worker_options *options,
    struct worker_pool **ret, char error[WORKER_ERROR_SIZE]) MUST_CHECK;
/*
 * Applies what a reload may change; the settings may go afterwards.  -EINVAL:
 * nothing changed, error says which setting is wrong.
 */
int worker_pool_reload(struct worker_pool *pool,
    const struct settings *settings, char error[WORKER_ERROR_SIZE]) MUST_CHECK;
/*
 * Orderly stop: no new connection is taken, idle ones are closed, requests
 * under way (parked ones too) have stop_seconds to finish.  Messages are run
 * until the last one did.
 */
void worker_pool_stop(struct worker_pool *pool);
/* Waits for the end of all workers; their mailboxes still take messages. */
void worker_pool_join(struct worker_pool *pool);
/*
 * After worker_pool_join(), when no thread posts to a worker any more: runs
 * what is left in the mailboxes (http_resume() gives NULL, worker_user() is
 * NULL), then frees all.  NULL is fine.
 */
void worker_pool_free(struct worker_pool **pool);

size_t worker_pool_count(const struct worker_pool *pool);
struct worker *worker_pool_get(const struct worker_pool *pool, size_t index);
/* Open connections, all workers together. */
int64_t worker_pool_connections(const struct worker_pool *pool);
/* The port that the index-th TCP listener got (for port 0), 0 if none. */
uint16_t worker_pool_port(const struct worker_pool *pool, size_t index);

unsigned worker_index(const struct worker *worker);
struct mailbox *worker_mailbox(struct worker *worker);
/* What options->open() made for this thread (own). */
void *worker_user(const struct worker *worker);

#endif
