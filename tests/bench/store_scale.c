/* SPDX-License-Identifier: ISC */
/*
 * parvis_store_scale [ROWS [FOLDER]]: what the store's functions cost in a
 * small database and in a large one, beside each other: what grows with the
 * tables shows at once.  ROWS (1,000,000) objects and follows, a fifth as many
 * actors, half as many deliveries, in a folder under FOLDER (/tmp) that goes
 * again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/crypto.h"
#include "store/actor.h"
#include "store/db.h"
#include "store/follow.h"
#include "store/host.h"
#include "store/object.h"
#include "store/outbox.h"
#include "store/queue.h"
#include "tests/bench/bench.h"

enum {
	SMALL = 1000,
	BATCH = 50000, /* rows filled in one transaction */
	TURN = 50,     /* calls in one transaction when writing */
	PAGE = 20,
	BASE_TIME = 1700000000,
	DOCUMENT = 1500, /* bytes of a document as it was received */
	MEASURES = 64,
};

struct scale {
	struct db *db;
	struct arena *arena;
	int64_t objects, actors, hosts, deliveries;
	int64_t star;     /* one of ours whom a twentieth of all follow */
	int64_t elder;    /* one of ours who wrote a twentieth of all */
	int64_t activity; /* the first of theirs */
	int64_t first_delivery;
	uint64_t random;
	int64_t serial;
	char document[DOCUMENT + 1];
	char folder[256];
};

struct measure {
	const char *name;
	int (*call)(struct scale *s, int64_t i);
	int64_t calls;
	bool writes;
};

static double figures[2][MEASURES];

static void
must(int r, const char *what)
{
	if (r < 0)
		bench_die("%s: error %d", what, r);
}

/* The same sequence in every run (xorshift). */
static int64_t
pick(struct scale *s, int64_t count)
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

static int64_t
pick_ours(struct scale *s)
{
	return 1 + pick(s, s->actors / 2) * 2;
}

static const char *
actor_uri(struct scale *s, int64_t i)
{
	if (is_ours(i))
		return arena_printf(
		    s->arena, "https://node.example/o/a%lld", (long long)i);
	return arena_printf(s->arena, "https://h%lld.example/users/a%lld",
	    (long long)(i / 2 % s->hosts), (long long)i);
}

static const char *
object_uri(struct scale *s, int64_t i)
{
	return arena_printf(s->arena, "https://%s/o/n%lld",
	    i % 2 == 0 ? "node.example" : "other.example", (long long)i);
}

static int
add_actor(struct scale *s, int64_t i)
{
	const char *uri = actor_uri(s, i);
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

static int
add_object(struct scale *s, int64_t i)
{
	bool ours = i % 2 == 0;
	struct object object = {
		.local = ours,
		.uri = object_uri(s, i),
		.type = "Note",
		.actor_id = ours ? pick_ours(s) : pick_ours(s) + 1,
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
	int64_t follower = 1 + pick(s, s->actors), followee = pick_ours(s);
	struct follow follow;
	int r;

	if (i % 20 == 0) {
		follower = 1 + i / 4 % s->actors;
		followee = s->star;
	} else if (follower % 2 == 1) {
		followee = 1 + pick(s, s->actors);
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
	int r = seen_add(
	    s->db, object_uri(s, i), "https://x.example/a", BASE_TIME + i);

	if (r == 0)
		r = timeline_add(s->db, pick_ours(s), 1 + pick(s, s->objects),
		    BASE_TIME + i);
	return r == -EEXIST ? 0 : r;
}

static int
add_activity(struct scale *s, int64_t i)
{
	struct activity_row row = {
		.uri = arena_printf(
		    s->arena, "https://node.example/a/c%lld", (long long)i),
		.type = "Create",
		.object_uri = object_uri(s, 2 * i),
		.document = s->document,
		.actor_id = i % 10 == 0 ? s->elder : pick_ours(s),
		.listed = true,
		.published = BASE_TIME + i,
	};

	return outbox_add(s->db, &row, &s->activity);
}

static int
add_delivery(struct scale *s, int64_t i)
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
				must(db_commit(s->db), "commit");
			arena_reset(s->arena);
			must(db_begin(s->db), "begin");
		}
		must(add(s, i), what);
	}
	must(db_commit(s->db), "commit");
	at = bench_seconds() - at;
	if (count > SMALL)
		(void)printf("  %-12s %8lld in %5.1f s, %5.1f us each\n", what,
		    (long long)count, at, at / (double)count * 1e6);
}

static void
make(struct scale *s, int64_t rows, const char *parent)
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
	must(store_open_writer(s->folder, &s->db), "open");
	fill(s, "actors", s->actors, add_actor);
	fill(s, "objects", s->objects, add_object);
	fill(s, "follows", s->objects, add_follow);
	fill(s, "heard", s->objects, add_heard);
	fill(s, "activities", s->objects / 10, add_activity);
	fill(s, "deliveries", s->deliveries, add_delivery);
}

static void
unmake(struct scale *s)
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

/* What an inbox activity asks and writes */

static int
call_seen_has(struct scale *s, int64_t i)
{
	(void)i;
	(void)seen_has(
	    s->db, object_uri(s, pick(s, s->objects)), "https://x.example/a");
	return 0;
}

static int
call_seen_add(struct scale *s, int64_t i)
{
	return seen_add(s->db,
	    arena_printf(s->arena, "https://x.example/new%lld", (long long)i),
	    "https://x.example/a", BASE_TIME * 2LL);
}

static int
call_actor_by_uri(struct scale *s, int64_t i)
{
	struct actor actor;

	(void)i;
	return actor_by_uri(
	    s->db, s->arena, actor_uri(s, pick(s, s->actors)), &actor);
}

static int
call_follow_get(struct scale *s, int64_t i)
{
	struct follow follow;
	int r = follow_get(
	    s->db, s->arena, 1 + i * 10 % s->actors, s->star, &follow);

	return r == -ENOENT ? 0 : r;
}

static int
call_follow_put(struct scale *s, int64_t i)
{
	return follow_put(s->db,
	    arena_printf(s->arena, "https://x.example/g%lld", (long long)i),
	    1 + pick(s, s->actors), 1 + pick(s, s->actors), BASE_TIME);
}

static int
call_object_create(struct scale *s, int64_t i)
{
	(void)i;
	return add_object(s, 2 * (s->objects + ++s->serial) + 1);
}

static int
call_object_by_uri(struct scale *s, int64_t i)
{
	struct object object;

	(void)i;
	return object_by_uri(
	    s->db, s->arena, object_uri(s, pick(s, s->objects)), &object);
}

static int
call_reaction_add(struct scale *s, int64_t i)
{
	int r = reaction_add(s->db, REACTION_LIKE,
	    arena_printf(s->arena, "https://x.example/l%lld", (long long)i),
	    1 + pick(s, s->objects), 1 + pick(s, s->actors), BASE_TIME);

	return r == -EEXIST ? 0 : r;
}

static int
call_fan_out(struct scale *s, int64_t i)
{
	(void)i;
	return timeline_fan_out(s->db, pick_ours(s) + 2 * (s->actors > 400),
	    1 + pick(s, s->objects), BASE_TIME, false);
}

/* What deliveries ask and write */

static int
call_hosts_due(struct scale *s, int64_t i)
{
	int64_t *ids;
	size_t count;

	(void)i;
	return queue_hosts_due(s->db, s->arena, BASE_TIME * 2LL,
	    pick(s, s->hosts), PAGE, &ids, &count);
}

static int
call_of_host(struct scale *s, int64_t i)
{
	struct delivery *rows;
	size_t count;

	(void)i;
	return queue_of_host(
	    s->db, s->arena, 1 + pick(s, s->hosts), 0, PAGE, &rows, &count);
}

static int
call_next_at(struct scale *s, int64_t i)
{
	int64_t at;

	(void)i;
	return queue_next_at(s->db, &at);
}

static int
call_queue_add(struct scale *s, int64_t i)
{
	return add_delivery(s, i);
}

static int
call_queue_retry(struct scale *s, int64_t i)
{
	int r = queue_retry(s->db, 1 + pick(s, s->deliveries), BASE_TIME + i,
	    503, "Service Unavailable");

	return r == -ENOENT ? 0 : r;
}

static int
call_queue_remove(struct scale *s, int64_t i)
{
	(void)i;
	return queue_remove(s->db, ++s->first_delivery);
}

static int
call_on_host(struct scale *s, int64_t i)
{
	const char **uris;
	size_t count;

	return follow_on_host(
	    s->db, s->arena, s->star, 1 + i % s->hosts, &uris, &count);
}

static int
call_inboxes(struct scale *s, int64_t i)
{
	struct follow_inbox *inboxes;
	size_t count;

	(void)i;
	return follow_inboxes(s->db, s->arena, pick_ours(s), &inboxes, &count);
}

static int
call_inboxes_star(struct scale *s, int64_t i)
{
	struct follow_inbox *inboxes;
	size_t count;

	(void)i;
	return follow_inboxes(s->db, s->arena, s->star, &inboxes, &count);
}

/* What pages ask */

static int
call_object_list(struct scale *s, int64_t i)
{
	struct object *rows;
	size_t count;

	(void)i;
	return object_list(s->db, s->arena, s->elder, 0, PAGE, &rows, &count);
}

static int
call_object_list_next(struct scale *s, int64_t i)
{
	struct object *rows;
	size_t count;

	(void)i;
	return object_list(s->db, s->arena, s->elder,
	    1 + pick(s, s->objects / 20) * 20, PAGE, &rows, &count);
}

static int
call_object_recent(struct scale *s, int64_t i)
{
	struct object *rows;
	size_t count;

	(void)i;
	return object_recent(s->db, s->arena, PAGE, &rows, &count);
}

static int
call_object_count(struct scale *s, int64_t i)
{
	int64_t count;

	(void)i;
	return object_count(s->db, s->elder, &count);
}

static int
call_actor_list(struct scale *s, int64_t i)
{
	struct actor *rows;
	size_t count;

	(void)i;
	return actor_list(s->db, s->arena, ACTOR_PROJECT, pick(s, s->actors),
	    PAGE, &rows, &count);
}

static int
call_timeline_list(struct scale *s, int64_t i)
{
	struct timeline_entry *rows;
	size_t count;

	(void)i;
	return timeline_list(
	    s->db, s->arena, pick_ours(s), 0, PAGE, &rows, &count);
}

static int
call_followers(struct scale *s, int64_t i)
{
	struct follow *rows;
	size_t count;

	(void)i;
	return follow_followers(s->db, s->arena, s->star, FOLLOW_ACCEPTED,
	    1 + pick(s, s->objects), PAGE, &rows, &count);
}

static int
call_count_followers(struct scale *s, int64_t i)
{
	int64_t count;

	(void)i;
	return follow_count_followers(s->db, s->star, &count);
}

static int
call_outbox_list(struct scale *s, int64_t i)
{
	struct activity_row *rows;
	size_t count;

	(void)i;
	return outbox_list(s->db, s->arena, s->elder, 0, PAGE, &rows, &count);
}

static int
call_figures(struct scale *s, int64_t i)
{
	struct store_figures all;

	(void)i;
	return store_figures(s->db, &all);
}

/* What is rare and large */

static int
call_fan_out_star(struct scale *s, int64_t i)
{
	return timeline_fan_out(s->db, s->star, 1 + i, BASE_TIME, false);
}

static int
call_undo(struct scale *s, int64_t i)
{
	int r = reaction_undo(s->db, "https://x.example/none", 1 + i);

	return r == -ENOENT ? 0 : r;
}

static int
call_retry_all(struct scale *s, int64_t i)
{
	int64_t count;

	return queue_retry_host(s->db, NULL, BASE_TIME + i, &count);
}

static int
call_expire(struct scale *s, int64_t i)
{
	size_t count;

	(void)i;
	return queue_expire(s->db, BASE_TIME * 2LL, 500, &count);
}

static int
call_seen_forget(struct scale *s, int64_t i)
{
	size_t count;

	(void)i;
	return seen_forget(s->db, BASE_TIME * 2LL, 500, &count);
}

static int
call_forget_buried(struct scale *s, int64_t i)
{
	size_t count;

	(void)i;
	return object_forget_buried(s->db, BASE_TIME * 2LL, 500, &count);
}

static int
call_delete_star(struct scale *s, int64_t i)
{
	(void)i;
	return actor_delete(s->db, s->star, BASE_TIME);
}

static int
call_delete_elder(struct scale *s, int64_t i)
{
	(void)i;
	return actor_delete(s->db, s->elder, BASE_TIME);
}

static const struct measure measures[] = {
	{ "seen_has", call_seen_has, 2000, false },
	{ "actor_by_uri", call_actor_by_uri, 2000, false },
	{ "follow_get", call_follow_get, 2000, false },
	{ "object_by_uri", call_object_by_uri, 2000, false },
	{ "seen_add", call_seen_add, 2000, true },
	{ "object_create", call_object_create, 2000, true },
	{ "reaction_add", call_reaction_add, 2000, true },
	{ "follow_put", call_follow_put, 2000, true },
	{ "timeline_fan_out, usual", call_fan_out, 500, true },
	{ "queue_hosts_due, 20", call_hosts_due, 2000, false },
	{ "queue_of_host, 20", call_of_host, 2000, false },
	{ "queue_next_at", call_next_at, 2000, false },
	{ "queue_add", call_queue_add, 400, true },
	{ "queue_retry", call_queue_retry, 400, true },
	{ "queue_remove", call_queue_remove, 400, true },
	{ "follow_on_host, star", call_on_host, 10, false },
	{ "follow_inboxes, usual", call_inboxes, 200, false },
	{ "follow_inboxes, star", call_inboxes_star, 3, false },
	{ "object_list", call_object_list, 500, false },
	{ "object_list, a later page", call_object_list_next, 500, false },
	{ "object_recent", call_object_recent, 500, false },
	{ "object_count, 1/20 of all", call_object_count, 20, false },
	{ "actor_list", call_actor_list, 500, false },
	{ "timeline_list", call_timeline_list, 500, false },
	{ "follow_followers, star", call_followers, 500, false },
	{ "follow_count_followers, star", call_count_followers, 20, false },
	{ "outbox_list", call_outbox_list, 500, false },
	{ "store_figures", call_figures, 3, false },
	{ "reaction_undo", call_undo, 100, true },
	{ "timeline_fan_out, star", call_fan_out_star, 2, true },
	{ "queue_retry_host, all", call_retry_all, 1, true },
	{ "queue_expire, 500", call_expire, 1, true },
	{ "seen_forget, 500", call_seen_forget, 1, true },
	{ "object_forget_buried, 500", call_forget_buried, 1, true },
	{ "actor_delete, star", call_delete_star, 1, true },
	{ "actor_delete, elder", call_delete_elder, 1, true },
};

/* Seconds a call, with its share of the commit. */
static double
time_measure(struct scale *s, const struct measure *measure)
{
	double at;

	arena_reset(s->arena);
	at = bench_seconds();
	for (int64_t i = 0; i < measure->calls; i++) {
		if (measure->writes && i % TURN == 0)
			must(db_begin(s->db), "begin");
		must(measure->call(s, i), measure->name);
		if (measure->writes &&
		    (i % TURN == TURN - 1 || i == measure->calls - 1))
			must(db_commit(s->db), "commit");
	}
	return (bench_seconds() - at) / (double)measure->calls;
}

static void
time_all(int64_t rows, const char *parent, double *ret)
{
	struct scale s = { 0 };

	make(&s, rows, parent);
	for (size_t i = 0; i < N_ELEMENTS(measures); i++)
		ret[i] = time_measure(&s, &measures[i]);
	unmake(&s);
}

int
main(int argc, char **argv)
{
	int64_t rows = argc > 1 ? strtoll(argv[1], NULL, 10) : 1000000;
	const char *parent = argc > 2 ? argv[2] : "/tmp";

	if (rows < SMALL)
		bench_die("usage: parvis_store_scale [ROWS [FOLDER]], ROWS "
			  "from %d",
		    SMALL);
	time_all(SMALL, parent, figures[0]);
	time_all(rows, parent, figures[1]);
	(void)printf(
	    "\n%-32s %12d %12lld rows (us)\n", "", SMALL, (long long)rows);
	for (size_t i = 0; i < N_ELEMENTS(measures); i++)
		(void)printf("%-32s %12.1f %12.1f\n", measures[i].name,
		    figures[0][i] * 1e6, figures[1][i] * 1e6);
	return 0;
}
