/* SPDX-License-Identifier: ISC */
/*
 * thread.h: named threads with signals blocked (the main thread takes them).
 */
#ifndef CONFIG_BASE_THREAD_H
#define CONFIG_BASE_THREAD_H

#include <pthread.h>

#include "config/base/base.h"

/* name: at most 15 bytes, shown by ps and gdb.  Aborts when it cannot. */
pthread_t thread_start(const char *name, void *(*fn)(void *), void *arg);
void thread_join(pthread_t thread);

#endif
