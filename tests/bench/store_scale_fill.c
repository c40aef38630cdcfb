/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/crypto.h"
#include "store/actor.h"
#include "store/follow.h"
#include "store/host.h"
#include "store/object.h"
#include "store/outbox.h"
#include "store/queue.h"
#include "tests/bench/bench.h"
#include "tests/bench/store_scale.h"

enum { BATCH = 50000 /* rows filled in one transaction */ };

void
scale_must(int r, const char *what)
{
	if (r < 0)
		bench_die("%s: error %d", what, r);
}

/* The same sequence in every run (xorshift). */
int64_t
scale_pick(struct scale *s, int64_t count)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return (int64_t)(s->random % (uint64_t)count);
}

/* Every second actor is ours. */
static bool
is_ours(int64_t i)
{
	return i % 2 == 0;
}

int64_t
scale_pick_ours(struct scale *s)
{
	return 1 + scale_pick(s, s->actors / 2) * 2;
}

const char *
scale_actor_uri(struct scale *s, int64_t i)
{
	if (is_ours(i))
		return arena_printf(
		    s->arena, "https://node.example/o/a%lld", (long long)i);
	return arena_printf(s->arena, "https://h%lld.example/users/a%lld",
	    (long long)(i / 2 % s->hosts), (long long)i);
}

const char *
scale_object_uri(struct scale *s, int64_t i)
{
	return arena_printf(s->arena, "https://%s/o/n%lld",
	    i % 2 == 0 ? "node.example" : "other.example", (long long)i);
}

static int
add_actor(struct scale *s, int64_t i)
{
	const char *uri = scale_actor_uri(s, i);
	struct actor actor = {
		.kind = i % 4 == 0 ? ACTOR_PROJECT : ACTOR_PROFILE,
		.uri = uri,
		.type = "Person",
		.username = arena_printf(s->arena, "a%lld", (long long)i),
		.name = "Une personne",
		.summary = "<p>Ce qu'elle fait.</p>",
		.inbox = arena_printf(s->arena, "%s/inbox", uri),
		.discoverable = true,
		.created_at = BASE_TIME,
		.updated_at = BASE_TIME,
	};
	int64_t id;

	if (is_ours(i))
		return actor_create(s->db, &actor, &id);
	actor.host = arena_printf(
	    s->arena, "h%lld.example", (long long)(i / 2 % s->hosts));
	actor.shared_inbox =
	    arena_printf(s->arena, "https://%s/inbox", actor.host);
	actor.document = s->document;
	actor.fetched_at = BASE_TIME;
	return actor_put_remote(s->db, &actor, &id);
}

int
scale_add_object(struct scale *s, int64_t i)
{
	bool ours = i % 2 == 0;
	struct object object = {
		.local = ours,
		.uri = scale_object_uri(s, i),
		.type = "Note",
		.actor_id = ours ? scale_pick_ours(s) : scale_pick_ours(s) + 1,
		.visibility = VISIBILITY_PUBLIC,
		.content = "<p>Le four est monté, on allume samedi.</p>",
		.source = "Le four est monté, on allume samedi.",
		.document = ours ? NULL : s->document,
		.published = BASE_TIME + i,
		.updated = BASE_TIME + i,
		.received_at = BASE_TIME + i,
	};
	int64_t id;

	if (i % 20 == 0)
		object.actor_id = s->elder;
	return object_create(s->db, &object, &id);
}

/* A fifth follows the star or, one in fifty, is followed by chance. */
static int
add_follow(struct scale *s, int64_t i)
{
	int64_t follower = 1 + scale_pick(s, s->actors),
		followee = scale_pick_ours(s);
	struct follow follow;
	int r;

	if (i % 20 == 0) {
		follower = 1 + i / 4 % s->actors;
		followee = s->star;
	} else if (follower % 2 == 1) {
		followee = 1 + scale_pick(s, s->actors);
	}
	r = follow_put(s->db,
	    arena_printf(s->arena, "https://x.example/f%lld", (long long)i),
	    follower, followee, BASE_TIME);
	if (r == 0)
		r = follow_get(s->db, s->arena, follower, followee, &follow);
	if (r == 0)
		r = follow_decide(s->db, follow.id, FOLLOW_ACCEPTED, BASE_TIME);
	return r;
}

static int
add_heard(struct scale *s, int64_t i)
{
	int r = seen_add(s->db, scale_object_uri(s, i), "https://x.example/a",
	    BASE_TIME + i);

	if (r == 0)
		r = timeline_add(s->db, scale_pick_ours(s),
		    1 + scale_pick(s, s->objects), BASE_TIME + i);
	return r == -EEXIST ? 0 : r;
}

static int
add_activity(struct scale *s, int64_t i)
{
	struct activity_row row = {
		.uri = arena_printf(
		    s->arena, "https://node.example/a/c%lld", (long long)i),
		.type = "Create",
		.object_uri = scale_object_uri(s, 2 * i),
		.document = s->document,
		.actor_id = i % 10 == 0 ? s->elder : scale_pick_ours(s),
		.listed = true,
		.published = BASE_TIME + i,
	};

	return outbox_add(s->db, &row, &s->activity);
}

int
scale_add_delivery(struct scale *s, int64_t i)
{
	static const struct queue_limits limits = { 1000000, INT64_MAX };
	int64_t host = 1 + i % s->hosts;
	struct delivery delivery = {
		.host_id = host,
		.activity_id = 1 + i / s->hosts,
		.actor_id = s->star,
		.inbox = arena_printf(
		    s->arena, "https://h%lld.example/inbox", (long long)host),
		.order_key = 1 + i / s->hosts / 2,
		.bytes = DOCUMENT,
		.next_at = BASE_TIME,
		.created_at = BASE_TIME + i,
	};
	return queue_add(s->db, &delivery, &limits);
}

static void
fill(struct scale *s, const char *what, int64_t count,
    int (*add)(struct scale *, int64_t))
{
	double at = bench_seconds();

	for (int64_t i = 0; i < count; i++) {
		if (i % BATCH == 0) {
			if (i > 0)
				scale_must(db_commit(s->db), "commit");
			arena_reset(s->arena);
			scale_must(db_begin(s->db), "begin");
		}
		scale_must(add(s, i), what);
	}
	scale_must(db_commit(s->db), "commit");
	at = bench_seconds() - at;
	if (count > SMALL)
		(void)printf("  %-12s %8lld in %5.1f s, %5.1f us each\n", what,
		    (long long)count, at, at / (double)count * 1e6);
}

void
scale_make(struct scale *s, int64_t rows, const char *parent)
{
	char error[STORE_ERROR_SIZE];

	memset(s->document, 'd', DOCUMENT);
	s->random = 88172645463325252u;
	s->arena = arena_new();
	s->objects = rows;
	s->actors = rows / 5;
	s->hosts = rows < 100000 ? 10 : 1250;
	s->deliveries = rows / 2;
	s->star = 1;
	s->elder = 3;
	(void)snprintf(
	    s->folder, sizeof(s->folder), "%s/parvis-scale-XXXXXX", parent);
	if (mkdtemp(s->folder) == NULL)
		bench_die("%s: cannot be made", s->folder);
	if (store_prepare(s->folder, error) < 0)
		bench_die("%s", error);
	scale_must(store_open_writer(s->folder, &s->db), "open");
	fill(s, "actors", s->actors, add_actor);
	fill(s, "objects", s->objects, scale_add_object);
	fill(s, "follows", s->objects, add_follow);
	fill(s, "heard", s->objects, add_heard);
	fill(s, "activities", s->objects / 10, add_activity);
	fill(s, "deliveries", s->deliveries, scale_add_delivery);
}

void
scale_unmake(struct scale *s)
{
	static const char *const names[] = { "parvis.db", "parvis.db-wal",
		"parvis.db-shm" };
	char path[300];

	store_close(&s->db);
	arena_free(&s->arena);
	for (size_t i = 0; i < N_ELEMENTS(names); i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", s->folder, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(s->folder);
}
