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
#include "store/follow.h"
#include "store/host.h"
#include "store/object.h"
#include "store/outbox.h"
#include "store/queue.h"
#include "tests/bench/bench.h"
#include "tests/bench/store_scale.h"

enum {
	TURN = 50, /* calls in one transaction when writing */
	PAGE = 20,
	MEASURES = 64,
};

struct measure {
	const char *name;
	int (*call)(struct scale *s, int64_t i);
	int64_t calls;
	bool writes;
};

static double figures[2][MEASURES];

/* What an inbox activity asks and writes */

static int
call_seen_has(struct scale *s, int64_t i)
{
	(void)i;
	(void)seen_has(s->db, scale_object_uri(s, scale_pick(s, s->objects)),
	    "https://x.example/a");
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
	return actor_by_uri(s->db, s->arena,
	    scale_actor_uri(s, scale_pick(s, s->actors)), &actor);
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
	    1 + scale_pick(s, s->actors), 1 + scale_pick(s, s->actors),
	    BASE_TIME);
}

static int
call_object_create(struct scale *s, int64_t i)
{
	(void)i;
	return scale_add_object(s, 2 * (s->objects + ++s->serial) + 1);
}

static int
call_object_by_uri(struct scale *s, int64_t i)
{
	struct object object;

	(void)i;
	return object_by_uri(s->db, s->arena,
	    scale_object_uri(s, scale_pick(s, s->objects)), &object);
}

static int
call_reaction_add(struct scale *s, int64_t i)
{
	int r = reaction_add(s->db, REACTION_LIKE,
	    arena_printf(s->arena, "https://x.example/l%lld", (long long)i),
	    1 + scale_pick(s, s->objects), 1 + scale_pick(s, s->actors),
	    BASE_TIME);

	return r == -EEXIST ? 0 : r;
}

static int
call_fan_out(struct scale *s, int64_t i)
{
	(void)i;
	return timeline_fan_out(s->db,
	    scale_pick_ours(s) + 2 * (s->actors > 400),
	    1 + scale_pick(s, s->objects), BASE_TIME, false);
}

/* What deliveries ask and write */

static int
call_hosts_due(struct scale *s, int64_t i)
{
	int64_t *ids;
	size_t count;

	(void)i;
	return queue_hosts_due(s->db, s->arena, BASE_TIME * 2LL,
	    scale_pick(s, s->hosts), PAGE, &ids, &count);
}

static int
call_of_host(struct scale *s, int64_t i)
{
	struct delivery *rows;
	size_t count;

	(void)i;
	return queue_of_host(s->db, s->arena, 1 + scale_pick(s, s->hosts), 0,
	    PAGE, &rows, &count);
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
	return scale_add_delivery(s, i);
}

static int
call_queue_retry(struct scale *s, int64_t i)
{
	int r = queue_retry(s->db, 1 + scale_pick(s, s->deliveries),
	    BASE_TIME + i, 503, "Service Unavailable");

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
	return follow_inboxes(
	    s->db, s->arena, scale_pick_ours(s), &inboxes, &count);
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
	    1 + scale_pick(s, s->objects / 20) * 20, PAGE, &rows, &count);
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
	return actor_list(s->db, s->arena, ACTOR_PROJECT,
	    scale_pick(s, s->actors), PAGE, &rows, &count);
}

static int
call_timeline_list(struct scale *s, int64_t i)
{
	struct timeline_entry *rows;
	size_t count;

	(void)i;
	return timeline_list(
	    s->db, s->arena, scale_pick_ours(s), 0, PAGE, &rows, &count);
}

static int
call_followers(struct scale *s, int64_t i)
{
	struct follow *rows;
	size_t count;

	(void)i;
	return follow_followers(s->db, s->arena, s->star, FOLLOW_ACCEPTED,
	    1 + scale_pick(s, s->objects), PAGE, &rows, &count);
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
call_forget_old(struct scale *s, int64_t i)
{
	size_t count;

	(void)i;
	return object_forget_old(s->db, BASE_TIME * 2LL, BASE_TIME, 50, &count);
}

/* Where each call began the walk anew, it would look at the same rows. */
static int
call_strangers(struct scale *s, int64_t i)
{
	int64_t after = i * 500 % s->actors;
	size_t count;

	return actor_forget_strangers(
	    s->db, BASE_TIME * 2LL, 500, &after, &count);
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
	{ "object_forget_old, 50", call_forget_old, 5, true },
	{ "actor_forget_strangers, 500", call_strangers, 10, true },
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
			scale_must(db_begin(s->db), "begin");
		scale_must(measure->call(s, i), measure->name);
		if (measure->writes &&
		    (i % TURN == TURN - 1 || i == measure->calls - 1))
			scale_must(db_commit(s->db), "commit");
	}
	return (bench_seconds() - at) / (double)measure->calls;
}

static void
time_all(int64_t rows, const char *parent, double *ret)
{
	struct scale s = { 0 };

	scale_make(&s, rows, parent);
	for (size_t i = 0; i < N_ELEMENTS(measures); i++)
		ret[i] = time_measure(&s, &measures[i]);
	scale_unmake(&s);
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
