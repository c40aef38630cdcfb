/* SPDX-License-Identifier: ISC */
/*
 * listener.h: the sockets that the settings ask for, bound and listening.
 *
 * Thread: main, before the workers start; the descriptors are then theirs.
 */
#ifndef DAEMON_LISTENER_H
#define DAEMON_LISTENER_H

#include "config/settings.h"

struct listener {
	char *name;      /* as in the settings */
	bool tls, local; /* local: a Unix socket */
	uint16_t port;
	char *path;   /* of a Unix socket once it is there: to be removed */
	int *sockets; /* one for each worker; -1 once handed over */
	size_t count;
};

enum { LISTENER_ERROR_SIZE = 512 };

/*
 * One listener for each listen.https and listen.http, with a socket for each
 * of so many workers.  -EINVAL: an address is malformed, or plain HTTP would
 * leave the machine.  -EADDRINUSE, -EACCES, ...: as bind(2) and socket(2).
 */
int listener_open(const struct settings *settings, size_t workers,
    struct listener **ret, size_t *ret_count, char error[LISTENER_ERROR_SIZE])
    MUST_CHECK;
/* Closes what was not handed over, removes the Unix sockets' files. */
void listener_close(struct listener **listeners, size_t count);

#endif
