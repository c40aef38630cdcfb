/* SPDX-License-Identifier: ISC */
/*
 * catalogue_copy.h: the copy that this node keeps of another's catalogue log.
 *
 * Pages are gathered, each verified by the origin's key as it comes; then all
 * of them are applied in one transaction, which stands only if count and
 * digest come out as the head of the last page says.  So a copy is always a
 * state that its origin signed, and whoever left out, replayed or reordered
 * entries on the way is found out before anything is shown.
 *
 * Who hands a log over may withhold single entries; then their ids, numbers
 * and hashes stand in, which the digest proves, and which are neither found nor
 * more than handed on as such (catalogue_stub.h).
 *
 * A copy goes on from the number held, or (from 0) takes the place of what is
 * held.
 */
#ifndef FEDERATION_CATALOGUE_COPY_H
#define FEDERATION_CATALOGUE_COPY_H

#include "federation/catalogue_read.h"
#include "federation/replica.h"
#include "store/catalogue.h"

enum {
	CATALOGUE_COPY_ENTRIES_MAX = 50000,
	CATALOGUE_COPY_BYTES_MAX = 64 << 20,
};

struct catalogue_copy {
	struct arena *arena;
	const char *domain;              /* the arena's */
	int64_t from;                    /* 0: the entries are all there are */
	struct catalogue_read_head head; /* of the last page */
	const char *head_text;           /* canonical */
	struct catalogue_entry *entries; /* origin_id not set */
	size_t count, size, bytes;
	int64_t pages, last_seq;
	size_t stubs;      /* of the entries: withheld by who hands it over */
	int64_t live_max;  /* live entries that the log may have */
	int64_t bytes_max; /* of all its documents */
};

/* Any thread; one at a time.  live_max is CATALOGUE_COPY_ENTRIES_MAX and
 * bytes_max CATALOGUE_COPY_BYTES_MAX; the caller may set others. */
struct catalogue_copy *catalogue_copy_new(const char *domain, int64_t from);
void catalogue_copy_free(struct catalogue_copy **copy); /* NULL is fine */
/*
 * The next page, verified.  *ret_next: where the page says that the log goes
 * on, borrowed from it; NULL on the last.
 */
enum catalogue_read_fault catalogue_copy_page(struct catalogue_copy *copy,
    const json_t *page, const struct catalogue_read_origin *origin,
    const char **ret_next, char error[CATALOGUE_READ_ERROR_SIZE]) MUST_CHECK;

/* What is held of a log, for replica_judge(). */
void catalogue_copy_held(
    const struct catalogue_origin *origin, struct replica_held *ret);
/* The same, looked up; ret->any is false when nothing is held. */
int catalogue_copy_look(struct db *db, struct arena *arena, const char *domain,
    struct replica_held *ret) MUST_CHECK;

/*
 * Writer job.  -ESTALE: what is held is not what the copy goes on from, or is
 * newer, or what is read is older than what was held before it was erased;
 * -EPERM: the log is frozen; -EDQUOT: the log has more entries or bytes than it
 * may: the job must be undone; -EBADMSG: count or digest are not the
 * head's: the job must be undone.
 */
int catalogue_copy_apply(struct db *db, const struct catalogue_copy *copy,
    const char *source, int64_t now) MUST_CHECK;
/* Writer job: all that is held of a log goes, findable or not.  0 also when
 * nothing was held. */
int catalogue_copy_erase(struct db *db, struct arena *arena, const char *domain)
    MUST_CHECK;
/* Writer job: the same content under a head that was signed later. */
int catalogue_copy_renew(struct db *db, struct arena *arena, const char *domain,
    const struct catalogue_read_head *head, const char *head_text, int64_t now)
    MUST_CHECK;
/*
 * Writer job, now and then: a log that signed nothing for three months is
 * found no more, until it does again; after six months it goes.
 */
int catalogue_copy_age(struct db *db, int64_t now) MUST_CHECK;
/* Writer job: the log is frozen where it is, for a reason (a sentence), with
 * the text that speaks against it or NULL; NULL, NULL: it is so no more. */
int catalogue_copy_freeze(struct db *db, struct arena *arena,
    const char *domain, const char *problem, const char *evidence) MUST_CHECK;

#endif
