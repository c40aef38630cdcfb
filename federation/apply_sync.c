/* SPDX-License-Identifier: ISC */
/*
 * What a delivery says about its sender's followers here (FEP-8fcf): when the
 * digest is not ours, both sides' lists are compared later, by a task.
 */
#include <string.h>

#include "config/base/text.h"
#include "federation/apply.h"
#include "federation/followers_sync.h"
#include "store/queue.h"

static const char *
header_of(const struct httpsig_request *request)
{
	for (size_t i = 0; i < request->n_headers; i++) {
		if (text_equal_nocase(
			request->headers[i].name, "collection-synchronization"))
			return request->headers[i].value;
	}
	return NULL;
}

static int
our_digest(struct publish *publish, const struct actor *sender,
    char ret[FOLLOWERS_SYNC_DIGEST_SIZE])
{
	struct follow *follows;
	const char **uris;
	size_t count;
	int r = follow_local_of(
	    publish->db, publish->arena, sender->id, &follows, &count);

	if (r < 0)
		return r;
	uris = arena_alloc(publish->arena, (count + 1) * sizeof(*uris));
	for (size_t i = 0; i < count; i++)
		uris[i] = follows[i].follower_uri;
	followers_sync_digest(uris, count, ret);
	return 0;
}

int
apply_followers_sync(struct publish *publish, const struct actor *sender,
    const struct httpsig_request *request)
{
	const char *header = header_of(request);
	struct followers_sync theirs;
	char ours[FOLLOWERS_SYNC_DIGEST_SIZE];
	struct task task;
	int r;

	if (header == NULL || sender->followers == NULL ||
	    followers_sync_parse(
		publish->arena, header, sender->followers, &theirs) < 0)
		return 0;
	r = our_digest(publish, sender, ours);
	if (r < 0 || strcmp(ours, theirs.digest) == 0)
		return r;
	task = (struct task){
		.kind = TASK_FOLLOWERS,
		.uri = sender->followers, /* one at a time, whatever the url */
		.actor_id = sender->id,
		.argument = theirs.url,
		.next_at = publish->now,
		.created_at = publish->now,
	};
	return task_add(publish->db, &task);
}
