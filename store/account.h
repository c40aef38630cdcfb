/* SPDX-License-Identifier: ISC */
/*
 * account.h: who may sign in here, and which browsers are signed in.  An
 * account acts as one profile; when that is deleted, nobody signs in as it any
 * more, and account_forget_orphans() takes it away.
 *
 * Secrets are not kept: of a password its yescrypt, of a cookie and of a link
 * the SHA-256 of what they hold (32 random bytes, so that no more is needed).
 * Memory, errors, threads: see store.h.
 */
#ifndef STORE_ACCOUNT_H
#define STORE_ACCOUNT_H

#include "config/base/crypto.h"
#include "store/store.h"

enum {
	/* A browser that was not used for so long is signed out. */
	SESSION_IDLE_SECONDS = 60 * 86400,
	/* used_at moves in steps of this. */
	SESSION_STEP_SECONDS = 86400,
};

struct account {
	int64_t id, profile_id;
	const char *username; /* of the profile */
	const char *email;    /* or NULL */
	const char *password; /* or NULL */
	bool suspended;
	int64_t created_at, signed_in_at; /* 0: never */
};

/* -EEXIST: the profile has an account, or the address is another's. */
int account_create(struct db *db, int64_t profile_id, const char *email,
    int64_t now, int64_t *ret_id) MUST_CHECK;
int account_get(struct db *db, struct arena *arena, int64_t id,
    struct account *ret) MUST_CHECK;
/* By the profile's username or by the e-mail address, whatever the case. */
int account_by_name(struct db *db, struct arena *arena, const char *name,
    struct account *ret) MUST_CHECK;
/* By username, from `after` (exclusive, "" for the first). */
int account_list(struct db *db, struct arena *arena, const char *after,
    size_t limit, struct account **ret, size_t *ret_count) MUST_CHECK;
/* Another password ends all sessions and the link. */
int account_set_password(struct db *db, int64_t id, const char *password)
    MUST_CHECK;
/* A suspended account has no session. */
int account_set_suspended(struct db *db, int64_t id, bool suspended) MUST_CHECK;
/* With its sessions and its link; the profile stays. */
int account_remove(struct db *db, int64_t id) MUST_CHECK;
/* Those whose profile was deleted, and sessions and links that are over. */
int account_forget_orphans(struct db *db, int64_t now) MUST_CHECK;

/* The link takes the place of the one before. */
int account_link_set(struct db *db, int64_t account_id,
    const uint8_t hash[SHA256_SIZE], int64_t expires_at) MUST_CHECK;
/* -ENOENT: there is no such link, or its time is over. */
int account_by_link(struct db *db, struct arena *arena,
    const uint8_t hash[SHA256_SIZE], int64_t now, struct account *ret)
    MUST_CHECK;

int session_add(struct db *db, const uint8_t hash[SHA256_SIZE],
    int64_t account_id, int64_t now) MUST_CHECK;
/* -ENOENT: nobody, or no more.  *ret_used_at: when it was used last. */
int session_find(struct db *db, struct arena *arena,
    const uint8_t hash[SHA256_SIZE], int64_t now, struct account *ret,
    int64_t *ret_used_at) MUST_CHECK;
int session_used(struct db *db, const uint8_t hash[SHA256_SIZE], int64_t now)
    MUST_CHECK;
/* 0 also when there was none. */
int session_remove(struct db *db, const uint8_t hash[SHA256_SIZE]) MUST_CHECK;
int session_remove_all(struct db *db, int64_t account_id) MUST_CHECK;

#endif
