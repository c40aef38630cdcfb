/* SPDX-License-Identifier: ISC */
/*
 * hasher.h: passwords, by yescrypt (crypt(5)), on a thread of their own: a
 * hash takes some hundredths of a second on purpose, which no request may cost
 * another.
 *
 * What waits is bounded: beyond it hasher_submit() refuses, and whoever asks
 * answers 503.
 */
#ifndef DAEMON_HASHER_H
#define DAEMON_HASHER_H

#include "config/base/mailbox.h"

enum {
	HASHER_PASSWORD_MIN = 10,  /* code points */
	HASHER_PASSWORD_MAX = 200, /* bytes */
	HASHER_HASH_SIZE = 384,
	HASHER_WAITING = 32,
};

struct hasher;

struct hasher_job {
	struct message message; /* the hasher's */
	struct hasher *hasher;
	struct mailbox *reply;
	char password[HASHER_PASSWORD_MAX + 1]; /* wiped before done() */
	/* "" asks for a hash; else it is compared with. */
	char hash[HASHER_HASH_SIZE];
	bool matches;
	int result;                           /* 0 or -EIO */
	void (*done)(struct hasher_job *job); /* on the thread of reply */
};

struct hasher *hasher_start(void);
/* After all who might submit; what waits is done first.  Leaves NULL. */
void hasher_stop(struct hasher **hasher);
/* Any thread.  -EBUSY: too much waits; done() is not called then. */
int hasher_submit(struct hasher *hasher, struct hasher_job *job) MUST_CHECK;

/* A hash that no password has, which takes as long to compare with: so that
 * an unknown name is not told by the time that it takes. */
const char *hasher_nobody(const struct hasher *hasher);

#endif
