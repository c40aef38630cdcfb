/* SPDX-License-Identifier: ISC */
/*
 * control.h: the Unix socket on which parvisctl(8) talks to the node.
 *
 * Anyone may connect; who is answered is decided by the peer's user
 *(SO_PEERCRED): root, the node's own, and those of node.control_users.  Others
 *are told so.
 *
 * One request per connection.  It is a line of JSON,
 *	{"command":["profile","show"],"arguments":["marie"],"options":{},
 *	 "input_bytes":N}
 * of at most COMMAND_REQUEST_BYTES, and after it, for commands that take a
 * file, its N bytes (at most COMMAND_INPUT_BYTES) as they are.  The answer is
 * lines of JSON: any number of {"progress":"a sentence"}, then one of
 *	{"ok":true,"result":{...}}
 *	{"ok":false,"error":"a sentence","code":"not-found","details":[...]}
 * after which the node closes.  commands.h has the codes and the limits.
 *
 * Thread: main, which owns the event base and the reader.
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include "config/base/buf.h"
#include "federation/node.h"

struct control;
struct event_base;
struct tls_certificate;

/* What only the main function can do. */
struct control_hooks {
	void *arg;
	/*
	 * Reads the configuration and the certificates again; report gets a
	 * sentence a line on what was applied, what waits for a restart, and
	 * why nothing was.  0, or -EINVAL when nothing was applied.
	 */
	int (*reload)(void *arg, struct buf *report);
	/* Begins an orderly stop; called once the answer was sent. */
	void (*stop)(void *arg);
	/* The certificate that is served; false when none is.  May be NULL. */
	bool (*certificate)(void *arg, struct tls_certificate *ret);
};

struct control_setup {
	struct event_base *base;
	const struct node *node;
	struct db *reader;
	struct control_hooks hooks;
};

/*
 * Listens on settings->node_control.  A socket left behind is replaced; one on
 * which something answers is -EADDRINUSE.  Errors are logged.
 */
int control_start(const struct control_setup *setup, struct control **ret)
    MUST_CHECK;
/* First step of a stop: no more requests; what runs goes on unheard. */
void control_close(struct control *control);
/*
 * Last step, after the courier and while the writer still runs or after it:
 * takes the answers that are due and frees everything; leaves NULL.
 */
void control_stop(struct control **control);

#endif
