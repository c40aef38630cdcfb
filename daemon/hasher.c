/* SPDX-License-Identifier: ISC */
#include "daemon/hasher.h"

#include <crypt.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/crypto.h"
#include "config/base/log.h"
#include "config/base/thread.h"

struct hasher {
	struct mailbox *mailbox;
	pthread_t thread;
	struct message stop;
	bool stopping; /* the thread's own */
	atomic_int waiting;
	struct crypt_data crypt; /* the thread's own */
	char nobody[HASHER_HASH_SIZE];
};

/* False when libcrypt refuses: its own failure. */
static bool
hash_with(struct hasher *hasher, const char *password, const char *setting,
    char ret[HASHER_HASH_SIZE])
{
	const char *hash =
	    crypt_rn(password, setting, &hasher->crypt, sizeof(hasher->crypt));
	size_t len = hash == NULL ? 0 : strlen(hash);

	if (len == 0 || hash[0] == '*' || len >= HASHER_HASH_SIZE)
		return false;
	memcpy(ret, hash, len + 1);
	return true;
}

static int
make(struct hasher *hasher, const char *password, char ret[HASHER_HASH_SIZE])
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];

	/* The default cost of yescrypt, and a salt of the kernel's. */
	if (crypt_gensalt_rn("$y$", 0, NULL, 0, setting, sizeof(setting)) ==
		NULL ||
	    !hash_with(hasher, password, setting, ret))
		return -EIO;
	return 0;
}

/* In a time that does not tell where they differ. */
static bool
is_equal(const char *a, const char *b)
{
	size_t len = strlen(a);
	unsigned char differ = 0;

	if (strlen(b) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		differ |= (unsigned char)(a[i] ^ b[i]);
	return differ == 0;
}

static void
answer(struct message *message)
{
	struct hasher_job *job =
	    CONTAINER_OF(message, struct hasher_job, message);

	job->done(job);
}

static void
run(struct message *message)
{
	struct hasher_job *job =
	    CONTAINER_OF(message, struct hasher_job, message);
	struct hasher *hasher = job->hasher;
	char hash[HASHER_HASH_SIZE];

	if (job->hash[0] == '\0')
		job->result = make(hasher, job->password, job->hash);
	else
		job->matches =
		    hash_with(hasher, job->password, job->hash, hash) &&
		    is_equal(hash, job->hash);
	explicit_bzero(job->password, sizeof(job->password));
	explicit_bzero(&hasher->crypt, sizeof(hasher->crypt));
	explicit_bzero(hash, sizeof(hash));
	atomic_fetch_sub(&hasher->waiting, 1);
	job->message.run = answer;
	mailbox_post(job->reply, &job->message);
}

static void
on_stop(struct message *message)
{
	CONTAINER_OF(message, struct hasher, stop)->stopping = true;
}

static void *
hasher_main(void *arg)
{
	struct hasher *hasher = arg;

	while (!hasher->stopping) {
		mailbox_wait(hasher->mailbox, -1);
		(void)mailbox_drain(hasher->mailbox);
	}
	return NULL;
}

struct hasher *
hasher_start(void)
{
	struct hasher *hasher = xcalloc(1, sizeof(*hasher));
	char password[CRYPTO_OPAQUE_SIZE];

	hasher->mailbox = mailbox_new();
	crypto_opaque(password);
	if (make(hasher, password, hasher->nobody) < 0) {
		log_error("libcrypt has no yescrypt: nobody can sign in");
		hasher->nobody[0] = '*';
	}
	hasher->thread = thread_start("hasher", hasher_main, hasher);
	return hasher;
}

void
hasher_stop(struct hasher **hasher)
{
	struct hasher *self = *hasher;

	if (self == NULL)
		return;
	self->stop.run = on_stop;
	mailbox_post(self->mailbox, &self->stop);
	thread_join(self->thread);
	mailbox_free(&self->mailbox);
	free(self);
	*hasher = NULL;
}

int
hasher_submit(struct hasher *hasher, struct hasher_job *job)
{
	if (atomic_fetch_add(&hasher->waiting, 1) >= HASHER_WAITING) {
		atomic_fetch_sub(&hasher->waiting, 1);
		return -EBUSY;
	}
	job->hasher = hasher;
	job->message.run = run;
	mailbox_post(hasher->mailbox, &job->message);
	return 0;
}

const char *
hasher_nobody(const struct hasher *hasher)
{
	return hasher->nobody;
}
