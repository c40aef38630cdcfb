/* SPDX-License-Identifier: ISC */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "config/base/clock.h"
#include "config/base/mailbox.h"
#include "config/base/thread.h"

enum { SENDERS = 4, MESSAGES = 2000 };

struct numbered {
	struct message message;
	size_t sender, number;
	size_t *next; /* expected number, one per sender */
};

static bool
readable(const struct mailbox *mailbox)
{
	struct pollfd fd = { .fd = mailbox_fd(mailbox), .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

/* Checks the order, then frees the message: it is the receiver's now. */
static void
numbered_run(struct message *message)
{
	struct numbered *n = CONTAINER_OF(message, struct numbered, message);

	assert_int_equal(n->number, n->next[n->sender]);
	n->next[n->sender]++;
	free(n);
}

static void
numbered_post(
    struct mailbox *mailbox, size_t sender, size_t number, size_t *next)
{
	struct numbered *n = xcalloc(1, sizeof(*n));

	n->message.run = numbered_run;
	n->sender = sender;
	n->number = number;
	n->next = next;
	mailbox_post(mailbox, &n->message);
}

static void
fd_is_readable_only_while_messages_wait(void **state)
{
	struct mailbox *mailbox = mailbox_new();
	size_t next[1] = { 0 };

	(void)state;
	assert_false(readable(mailbox));
	assert_int_equal(mailbox_drain(mailbox), 0);
	numbered_post(mailbox, 0, 0, next);
	numbered_post(mailbox, 0, 1, next);
	assert_true(readable(mailbox));
	assert_int_equal(next[0], 0);
	assert_int_equal(mailbox_drain(mailbox), 2);
	assert_int_equal(next[0], 2);
	assert_false(readable(mailbox));
	mailbox_free(&mailbox);
	assert_null(mailbox);
	mailbox_free(&mailbox);
}

struct again {
	struct message message;
	struct mailbox *mailbox;
	unsigned runs;
};

static void
again_run(struct message *message)
{
	struct again *again = CONTAINER_OF(message, struct again, message);

	again->runs++;
	mailbox_post(again->mailbox, message);
}

static void
message_posted_while_draining_waits_for_the_next_drain(void **state)
{
	struct again again = { .message.run = again_run };

	(void)state;
	again.mailbox = mailbox_new();
	mailbox_post(again.mailbox, &again.message);
	for (unsigned i = 1; i <= 3; i++) {
		assert_true(readable(again.mailbox));
		assert_int_equal(mailbox_drain(again.mailbox), 1);
		assert_int_equal(again.runs, i);
	}
	mailbox_free(&again.mailbox);
}

struct sender {
	struct mailbox *mailbox;
	size_t number;
	size_t *next;
};

static void *
sender_main(void *arg)
{
	const struct sender *sender = arg;

	for (size_t i = 0; i < MESSAGES; i++)
		numbered_post(sender->mailbox, sender->number, i, sender->next);
	return NULL;
}

static void
every_message_of_many_threads_runs_once_in_order(void **state)
{
	struct mailbox *mailbox = mailbox_new();
	struct sender senders[SENDERS];
	pthread_t threads[SENDERS];
	size_t next[SENDERS] = { 0 }, n = 0;

	(void)state;
	for (size_t i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender){ mailbox, i, next };
		threads[i] = thread_start("sender", sender_main, &senders[i]);
	}
	while (n < (size_t)SENDERS * MESSAGES) {
		mailbox_wait(mailbox, -1);
		n += mailbox_drain(mailbox);
	}
	for (size_t i = 0; i < SENDERS; i++) {
		thread_join(threads[i]);
		assert_int_equal(next[i], MESSAGES);
	}
	assert_int_equal(mailbox_drain(mailbox), 0);
	mailbox_free(&mailbox);
}

/* Two threads that hand one message to and fro; the last one frees nothing. */
struct ball {
	struct message message;
	struct mailbox *sides[2];
	unsigned bounces;
};

enum { BOUNCES = 2000 };

static void
ball_run(struct message *message)
{
	struct ball *ball = CONTAINER_OF(message, struct ball, message);

	if (ball->bounces++ < BOUNCES)
		mailbox_post(ball->sides[ball->bounces % 2], message);
}

static void *
ball_other_side(void *arg)
{
	struct mailbox *mailbox = arg;

	for (size_t n = 0; n < BOUNCES / 2; n += mailbox_drain(mailbox))
		mailbox_wait(mailbox, -1);
	return NULL;
}

static void
no_wake_up_is_lost_between_two_threads(void **state)
{
	struct ball ball = { .message.run = ball_run };
	pthread_t thread;

	(void)state;
	ball.sides[0] = mailbox_new();
	ball.sides[1] = mailbox_new();
	thread = thread_start("other side", ball_other_side, ball.sides[1]);
	mailbox_post(ball.sides[0], &ball.message);
	for (size_t n = 0; n <= BOUNCES / 2; n += mailbox_drain(ball.sides[0]))
		mailbox_wait(ball.sides[0], -1);
	thread_join(thread);
	assert_int_equal(ball.bounces, BOUNCES + 1);
	mailbox_free(&ball.sides[0]);
	mailbox_free(&ball.sides[1]);
}

static void
wait_ends_when_its_time_is_over(void **state)
{
	struct mailbox *mailbox = mailbox_new();
	size_t next[1] = { 0 };
	int64_t start = clock_monotonic_ms();

	(void)state;
	mailbox_wait(mailbox, 0);
	mailbox_wait(mailbox, 20);
	/* poll() may count in coarser steps than the clock. */
	assert_in_range(clock_monotonic_ms() - start, 19, 10000);
	numbered_post(mailbox, 0, 0, next);
	mailbox_wait(mailbox, -1);
	assert_int_equal(mailbox_drain(mailbox), 1);
	mailbox_free(&mailbox);
}

static void *
thread_sees(void *arg)
{
	sigset_t *mask = arg;

	ASSERT(pthread_sigmask(SIG_SETMASK, NULL, mask) == 0);
	return NULL;
}

static void
threads_block_signals_and_the_starter_does_not(void **state)
{
	sigset_t of_thread, own;

	(void)state;
	sigemptyset(&of_thread);
	thread_join(thread_start("fifteen bytes..", thread_sees, &of_thread));
	assert_int_equal(sigismember(&of_thread, SIGTERM), 1);
	assert_int_equal(sigismember(&of_thread, SIGHUP), 1);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &own), 0);
	assert_int_equal(sigismember(&own, SIGTERM), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fd_is_readable_only_while_messages_wait),
		cmocka_unit_test(
		    message_posted_while_draining_waits_for_the_next_drain),
		cmocka_unit_test(
		    every_message_of_many_threads_runs_once_in_order),
		cmocka_unit_test(no_wake_up_is_lost_between_two_threads),
		cmocka_unit_test(wait_ends_when_its_time_is_over),
		cmocka_unit_test(
		    threads_block_signals_and_the_starter_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
