/* SPDX-License-Identifier: ISC */
#include "daemon/keymaker.h"

#include <errno.h>
#include <stdatomic.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "config/base/thread.h"
#include "federation/publish.h"

enum {
	KEYMAKER_BATCH = 16,
	/* A job that failed (a full disk) is tried again without a poke. */
	KEYMAKER_ROUND_MS = 60000,
};

struct keymaker {
	const struct node *node;
	struct db *reader;
	struct mailbox *mailbox;
	pthread_t thread;
	struct message poke, stop;
	atomic_bool poked; /* the message is in the mailbox */
	bool stopping;     /* the thread's own */
};

struct key_job {
	struct writer_job job;
	const struct node *node;
	int64_t actor_id;
	struct key *rsa, *ed25519;
};

static int
key_work(struct writer_job *job, struct db *db)
{
	struct key_job *self = CONTAINER_OF(job, struct key_job, job);
	CLEANUP(arena_free) struct arena *arena = arena_new();
	CLEANUP(node_release)
	const struct node_snapshot *snapshot = node_snapshot(self->node);
	struct publish publish = {
		.node = self->node,
		.settings = snapshot->settings,
		.db = db,
		.arena = arena,
		.now = clock_now(),
	};

	return publish_actor_keys(
	    &publish, self->actor_id, self->rsa, self->ed25519);
}

static int
make_for(const struct node *node, int64_t actor_id)
{
	struct key_job job = { .node = node, .actor_id = actor_id };
	int r;

	r = key_generate(KEY_RSA, &job.rsa);
	if (r == 0)
		r = key_generate(KEY_ED25519, &job.ed25519);
	if (r == 0) {
		job.job.work = key_work;
		r = writer_run(node->writer, &job.job);
	}
	key_free(&job.rsa);
	key_free(&job.ed25519);
	if (r < 0)
		log_error("keymaker actor=%lld error=%d keys not made",
		    (long long)actor_id, -r);
	return r;
}

int
keymaker_make(const struct node *node, struct db *reader,
    bool (*stop)(void *arg), void *arg)
{
	int64_t ids[KEYMAKER_BATCH];
	size_t count;
	int r;

	for (;;) {
		r = actor_without_keys(reader, ids, KEYMAKER_BATCH, &count);
		if (r < 0 || count == 0)
			return r;
		for (size_t i = 0; i < count; i++) {
			if (stop != NULL && stop(arg))
				return 0;
			r = make_for(node, ids[i]);
			if (r < 0)
				return r;
		}
	}
}

static void
on_poke(struct message *message)
{
	struct keymaker *keymaker =
	    CONTAINER_OF(message, struct keymaker, poke);

	atomic_store(&keymaker->poked, false);
}

static void
on_stop(struct message *message)
{
	CONTAINER_OF(message, struct keymaker, stop)->stopping = true;
}

static bool
must_stop(void *arg)
{
	struct keymaker *keymaker = arg;

	(void)mailbox_drain(keymaker->mailbox);
	return keymaker->stopping;
}

static void *
keymaker_main(void *arg)
{
	struct keymaker *keymaker = arg;

	while (!must_stop(keymaker)) {
		/* What went wrong was logged; the next round tries again. */
		if (keymaker_make(keymaker->node, keymaker->reader, must_stop,
			keymaker) < 0)
			log_warning("keymaker waits for the next round");
		if (!keymaker->stopping)
			mailbox_wait(keymaker->mailbox, KEYMAKER_ROUND_MS);
	}
	return NULL;
}

int
keymaker_start(const struct node *node, struct keymaker **ret)
{
	struct keymaker *keymaker = xcalloc(1, sizeof(*keymaker));
	int r = store_open_reader(node->data, &keymaker->reader);

	if (r < 0) {
		free_ptr(&keymaker);
		return r;
	}
	keymaker->node = node;
	keymaker->mailbox = mailbox_new();
	keymaker->poke.run = on_poke;
	keymaker->stop.run = on_stop;
	atomic_init(&keymaker->poked, false);
	keymaker->thread = thread_start("keymaker", keymaker_main, keymaker);
	*ret = keymaker;
	return 0;
}

void
keymaker_poke(struct keymaker *keymaker)
{
	if (!atomic_exchange(&keymaker->poked, true))
		mailbox_post(keymaker->mailbox, &keymaker->poke);
}

void
keymaker_stop(struct keymaker **keymaker)
{
	struct keymaker *k = *keymaker;

	if (k == NULL)
		return;
	*keymaker = NULL;
	mailbox_post(k->mailbox, &k->stop);
	thread_join(k->thread);
	(void)mailbox_drain(k->mailbox);
	mailbox_free(&k->mailbox);
	store_close(&k->reader);
	free_ptr(&k);
}
