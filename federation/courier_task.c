/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "federation/courier_task.h"
#include "federation/delivery.h"

enum {
	ACTIVE_MAX = 16,
	OF_ACTOR_MAX = 4, /* of those: who is slow holds back its own */
	LOOK_ROWS = 4 * TASKS_OF_ACTOR_MAX,
	LOOK_SECONDS = 60,
	ATTEMPTS_REFUSED = 3, /* of what answers, but not as it should */
};

struct courier_task_list {
	struct courier_core *core;
	TAILQ_HEAD(, courier_task) active;
	size_t count;
	int64_t looked_at, due_at;
};

struct courier_task_list *
courier_task_list_new(struct courier_core *core)
{
	struct courier_task_list *list = xcalloc(1, sizeof(*list));

	list->core = core;
	TAILQ_INIT(&list->active);
	return list;
}

void
courier_task_list_free(struct courier_task_list **list)
{
	if (*list == NULL)
		return;
	ASSERT((*list)->count == 0);
	free(*list);
	*list = NULL;
}

size_t
courier_task_active(const struct courier_task_list *list)
{
	return list->count;
}

/* --- The end --- */

/* Whether another try may end otherwise. */
static bool
may_pass(const struct courier_task *task)
{
	const struct settings *settings = task->snapshot->settings;
	int64_t age = clock_now() - task->task.created_at;

	if (age > settings->delivery_keep_days * 86400)
		return false;
	/* Nothing was acknowledged for it: it is asked again in a week. */
	if (task->task.kind == TASK_NODEINFO &&
	    (task->verdict == VERDICT_UNKNOWN ||
		task->task.attempts + 1 >= ATTEMPTS_REFUSED))
		return false;
	switch (task->verdict) {
	case VERDICT_UNREACHABLE:
	case VERDICT_BUSY:
	case VERDICT_FAILED:
		return true;
	case VERDICT_BAD_ANSWER:
	case VERDICT_UNKNOWN:
		return task->task.attempts + 1 < ATTEMPTS_REFUSED;
	case VERDICT_ACCEPTED:
	case VERDICT_DUPLICATE:
	case VERDICT_IGNORED:
	case VERDICT_MALFORMED:
	case VERDICT_UNSIGNED:
	case VERDICT_BAD_SIGNATURE:
	case VERDICT_STALE:
	case VERDICT_FORGED:
	case VERDICT_NO_KEY:
	case VERDICT_NOT_ACTOR:
	case VERDICT_FORBIDDEN:
	case VERDICT_BLOCKED:
	case VERDICT_GONE:
	case VERDICT_REFUSED:
	case VERDICT_WRONG_ORIGIN:
		break;
	}
	return false;
}

static int
retry(const struct courier_task *task, struct db *db)
{
	const struct settings *settings = task->snapshot->settings;
	int64_t wait = delivery_backoff(settings->delivery_first_retry_seconds,
	    settings->delivery_longest_retry_seconds, task->task.attempts + 1,
	    crypto_random_below(1u << 30));
	int r = task_retry(db, &task->task, clock_now() + wait, task->reason);

	return r == -ENOENT ? 0 : r; /* taken back meanwhile */
}

static int
work(struct writer_job *job, struct db *db)
{
	struct courier_task *task = CONTAINER_OF(job, struct courier_task, job);
	struct publish publish = {
		.node = task->core->node,
		.settings = task->snapshot->settings,
		.db = db,
		.arena = task->arena,
		.now = clock_now(),
	};
	int r = 0;

	if (task->verdict != VERDICT_ACCEPTED && may_pass(task))
		return retry(task, db);
	/* Taken back while it was read (an Undo): nothing is done. */
	r = task_remove(db, &task->task);
	if (r != 0)
		return r == -ENOENT ? 0 : r;
	if (task->verdict == VERDICT_ACCEPTED && task->apply != NULL)
		r = task->apply(task, &publish);
	if (r == -EINVAL) { /* for good: nothing was changed by it */
		task->verdict = VERDICT_FORBIDDEN;
		task->reason = arena_strdup(task->arena, publish.error);
		r = 0;
	}
	return r == -ENOENT ? 0 : r; /* what it was about is no more */
}

static void
on_written(struct writer_job *job)
{
	struct courier_task *task = CONTAINER_OF(job, struct courier_task, job);
	struct courier_task_list *list = task->list;
	struct courier_core *core = task->core;

	courier_core_returned(core);
	if (task->verdict != VERDICT_ACCEPTED)
		log_info("task=%lld kind=%d attempt=%lld result=%s %s",
		    (long long)task->task.id, (int)task->task.kind,
		    (long long)task->task.attempts + 1,
		    verdict_word(task->verdict), task->reason);
	if (job->result != 0) /* the store failed: not at once again */
		list->due_at = clock_now() + LOOK_SECONDS;
	else
		list->due_at = 0;
	TAILQ_REMOVE(&list->active, task, link);
	list->count--;
	node_release(&task->snapshot);
	arena_free(&task->arena);
	free(task);
	core->wake(core);
}

void
courier_task_end(
    struct courier_task *task, enum verdict verdict, const char *reason)
{
	task->verdict = verdict;
	task->reason = arena_strdup(task->arena, reason);
	task->job.work = work;
	task->job.done = on_written;
	courier_core_submit(task->core, &task->job);
}

/* --- The beginning --- */

/* Not under way, nor too many of the same actor. */
static bool
may_start(const struct courier_task_list *list, const struct task *row)
{
	const struct courier_task *task;
	size_t of_actor = 0;

	TAILQ_FOREACH(task, &list->active, link) {
		if (task->task.id == row->id)
			return false;
		of_actor += task->task.actor_id == row->actor_id;
	}
	return of_actor < OF_ACTOR_MAX;
}

static void
read_task(struct courier_task *task)
{
	switch (task->task.kind) {
	case TASK_OBJECT:
		courier_task_object(task);
		return;
	case TASK_ACTOR:
		courier_task_actor(task);
		return;
	case TASK_FOLLOWERS:
		courier_task_followers(task);
		return;
	case TASK_FOLLOW:
		courier_task_follow(task);
		return;
	case TASK_NODEINFO:
		courier_task_nodeinfo(task);
		return;
	case TASK_STORY:
		courier_task_story(task);
		return;
	}
	courier_task_end(task, VERDICT_MALFORMED, "a task of no known kind");
}

static void
start(struct courier_task_list *list, const struct task *row)
{
	struct courier_task *task = xcalloc(1, sizeof(*task));

	task->list = list;
	task->core = list->core;
	task->arena = arena_new();
	task->task = *row;
	task->task.uri = arena_strdup(task->arena, row->uri);
	task->task.argument = arena_strdup(task->arena, row->argument);
	task->base = list->core->node->base;
	task->snapshot = node_snapshot(list->core->node);
	TAILQ_INSERT_TAIL(&list->active, task, link);
	list->count++;
	read_task(task);
}

static void
look(struct courier_task_list *list)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct task *rows;
	size_t count;
	int64_t due;

	list->looked_at = clock_now();
	list->due_at = INT64_MAX;
	/* Those under way are due too: they must not hide the others. */
	if (task_due(list->core->db, arena, clock_now(), LOOK_ROWS, &rows,
		&count) != 0)
		return;
	for (size_t i = 0; i < count && list->count < ACTIVE_MAX; i++) {
		if (may_start(list, &rows[i]))
			start(list, &rows[i]);
	}
	if (list->count < ACTIVE_MAX &&
	    task_next_at(list->core->db, &due) == 0 && due > clock_now())
		list->due_at = MIN(list->due_at, due);
}

int64_t
courier_task_run(struct courier_task_list *list, unsigned changes)
{
	int64_t now = clock_now();

	if (list->core->stopping)
		return INT64_MAX;
	if ((changes & CHANGE_TASK) != 0 || now >= list->due_at ||
	    now >= list->looked_at + LOOK_SECONDS)
		look(list);
	return MIN(list->due_at, list->looked_at + LOOK_SECONDS);
}
