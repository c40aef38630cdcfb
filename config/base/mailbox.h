/* SPDX-License-Identifier: ISC */
/*
 * mailbox.h: how threads talk.  A message is a structure embedded in the
 * sender's own; posting hands it over, and its run() is called once on the
 * thread that owns the mailbox, with no lock held.
 *
 * Thread: mailbox_post() any; all else the owner.
 * Order: messages of one sender run in the order in which they were posted.
 */
#ifndef CONFIG_BASE_MAILBOX_H
#define CONFIG_BASE_MAILBOX_H

#include <sys/queue.h>

#include "config/base/base.h"

struct message {
	STAILQ_ENTRY(message) link;
	void (*run)(struct message *message);
};

struct mailbox;

struct mailbox *mailbox_new(void);
/* The owner frees it when no thread posts any more; leaves NULL. */
void mailbox_free(struct mailbox **mailbox);
/* Readable (EPOLLIN) while messages wait: an eventfd for an event loop. */
int mailbox_fd(const struct mailbox *mailbox);
/* The message is the mailbox's until run() is called with it. */
void mailbox_post(struct mailbox *mailbox, struct message *message);
/* Runs what is there, without waiting; the number of messages run. */
size_t mailbox_drain(struct mailbox *mailbox);
/* Waits until a message is there or timeout_ms passed (-1: for ever). */
void mailbox_wait(struct mailbox *mailbox, int timeout_ms);

#endif
