/* SPDX-License-Identifier: ISC */
/*
 * check.h: parvisd -n, a start that stops short of starting.
 *
 * Thread: main, alone.
 */
#ifndef DAEMON_CHECK_H
#define DAEMON_CHECK_H

#include <stdio.h>

#include "config/settings.h"

/*
 * Writes every setting as it would be used, in the form of parvis.conf, and in
 * comments what a start would do; what would keep it from starting goes to
 * standard error.  The exit code that the start would end with, 0 when nothing
 * is in its way.  Opens no socket and changes nothing.
 */
int check_start(FILE *out, const struct settings *settings) MUST_CHECK;

#endif
