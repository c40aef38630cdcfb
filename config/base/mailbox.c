/* SPDX-License-Identifier: ISC */
/*
 * A locked list and an eventfd that is written only when the list stops being
 * empty: a burst of messages costs one wake-up.
 *
 * No wake-up is lost: draining clears the eventfd first and takes the list
 * after, so a message that is posted between the two finds the list empty, or
 * is taken along with what was there.  At worst a drain finds nothing.
 *
 * The eventfd is written under the lock: once a message has run, its sender
 * is out of the mailbox as soon as the owner can take the lock, and may be
 * told to end before the mailbox is freed.
 */
#include "config/base/mailbox.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "config/base/clock.h"

STAILQ_HEAD(message_list, message);

struct mailbox {
	pthread_mutex_t lock;
	struct message_list messages; /* under the lock */
	int fd;
};

struct mailbox *
mailbox_new(void)
{
	struct mailbox *mailbox = xcalloc(1, sizeof(*mailbox));

	ASSERT(pthread_mutex_init(&mailbox->lock, NULL) == 0);
	STAILQ_INIT(&mailbox->messages);
	mailbox->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ASSERT(mailbox->fd >= 0);
	return mailbox;
}

/* What still waits is not run: its owner drains before, or releases it. */
void
mailbox_free(struct mailbox **mailbox)
{
	if (*mailbox == NULL)
		return;
	ASSERT(pthread_mutex_lock(&(*mailbox)->lock) == 0);
	ASSERT(pthread_mutex_unlock(&(*mailbox)->lock) == 0);
	ASSERT(pthread_mutex_destroy(&(*mailbox)->lock) == 0);
	close((*mailbox)->fd);
	free(*mailbox);
	*mailbox = NULL;
}

int
mailbox_fd(const struct mailbox *mailbox)
{
	return mailbox->fd;
}

static void
mailbox_wake(const struct mailbox *mailbox)
{
	const uint64_t one = 1;
	ssize_t n;

	do
		n = write(mailbox->fd, &one, sizeof(one));
	while (n < 0 && errno == EINTR);
	/* EAGAIN: the counter is full, hence readable. */
	ASSERT(n == (ssize_t)sizeof(one) || errno == EAGAIN);
}

void
mailbox_post(struct mailbox *mailbox, struct message *message)
{
	bool was_empty;

	ASSERT(message->run != NULL);
	ASSERT(pthread_mutex_lock(&mailbox->lock) == 0);
	was_empty = STAILQ_EMPTY(&mailbox->messages);
	STAILQ_INSERT_TAIL(&mailbox->messages, message, link);
	if (was_empty)
		mailbox_wake(mailbox);
	ASSERT(pthread_mutex_unlock(&mailbox->lock) == 0);
}

static void
mailbox_clear_wake(const struct mailbox *mailbox)
{
	uint64_t count;
	ssize_t n;

	do
		n = read(mailbox->fd, &count, sizeof(count));
	while (n < 0 && errno == EINTR);
	ASSERT(n == (ssize_t)sizeof(count) || errno == EAGAIN);
}

/* Only what was there: a message that posts again cannot keep the owner. */
size_t
mailbox_drain(struct mailbox *mailbox)
{
	struct message_list taken = STAILQ_HEAD_INITIALIZER(taken);
	struct message *message;
	size_t n = 0;

	mailbox_clear_wake(mailbox);
	ASSERT(pthread_mutex_lock(&mailbox->lock) == 0);
	STAILQ_CONCAT(&taken, &mailbox->messages);
	ASSERT(pthread_mutex_unlock(&mailbox->lock) == 0);
	while ((message = STAILQ_FIRST(&taken)) != NULL) {
		/* Off the list before: run() may free it or post it again. */
		STAILQ_REMOVE_HEAD(&taken, link);
		message->run(message);
		n++;
	}
	return n;
}

void
mailbox_wait(struct mailbox *mailbox, int timeout_ms)
{
	struct pollfd fd = { .fd = mailbox->fd, .events = POLLIN };
	int64_t end = clock_monotonic_ms() + timeout_ms;

	while (poll(&fd, 1, timeout_ms) < 0) {
		ASSERT(errno == EINTR);
		if (timeout_ms >= 0)
			timeout_ms =
			    (int)MAX(end - clock_monotonic_ms(), (int64_t)0);
	}
}
