/* SPDX-License-Identifier: ISC */
/*
 * ctl_client.h: parvisctl's side of the control socket (control.h has the
 * protocol).  Waits as long as the node works.  Thread: the only one.
 */
#ifndef DAEMON_CTL_CLIENT_H
#define DAEMON_CTL_CLIENT_H

#include "daemon/ctl_parse.h"

enum { CTL_CLIENT_ERROR_SIZE = 512 };

/*
 * Sends the command and its file (input may be NULL), calls progress() with
 * each sentence, and gives the last line.  -ECONNREFUSED with a sentence when
 * the node cannot be reached or the answer is none.
 */
int ctl_client_ask(const char *socket_path, const struct ctl_line *line,
    const char *input, size_t input_len, void (*progress)(const char *),
    json_t **ret, char error[CTL_CLIENT_ERROR_SIZE]) MUST_CHECK;

#endif
