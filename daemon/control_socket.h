/* SPDX-License-Identifier: ISC */
/*
 * control_socket.h: the Unix socket of control.h itself: how it is made, and
 * who may use it.
 * Thread: main.
 */
#ifndef DAEMON_CONTROL_SOCKET_H
#define DAEMON_CONTROL_SOCKET_H

#include "federation/node.h"

/*
 * A listening socket, not blocking.  One left behind is replaced; one on which
 * something answers is -EADDRINUSE, what is no socket -EEXIST.  Logs errors.
 */
int control_socket_listen(const char *path, int *ret) MUST_CHECK;
/* May the user at the other end of a connection give commands? */
bool control_socket_allows(const struct node *node, int fd);

#endif
