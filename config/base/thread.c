/* SPDX-License-Identifier: ISC */
#include "config/base/thread.h"

#include <signal.h>
#include <string.h>

pthread_t
thread_start(const char *name, void *(*fn)(void *), void *arg)
{
	sigset_t all, before;
	pthread_t thread;

	ASSERT(strlen(name) <= 15);
	/* A thread inherits the mask, so that no signal can slip in. */
	ASSERT(sigfillset(&all) == 0);
	ASSERT(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
	ASSERT(pthread_create(&thread, NULL, fn, arg) == 0);
	ASSERT(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
	/* The name is a comfort; a thread that has ended already has none. */
	(void)pthread_setname_np(thread, name);
	return thread;
}

void
thread_join(pthread_t thread)
{
	ASSERT(pthread_join(thread, NULL) == 0);
}
