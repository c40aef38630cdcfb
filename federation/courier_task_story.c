/* SPDX-License-Identifier: ISC */
/*
 * TASK_STORY: what an actor elsewhere published is read because somebody here
 * follows it: when the follow was accepted, and when its catalogue entry tells
 * of a post that did not arrive (argument "latest"), which is known in the end
 * even if the outbox does not give it.
 */
#include <errno.h>
#include <string.h>

#include "config/base/clock.h"
#include "federation/courier_task.h"
#include "federation/latest.h"
#include "federation/story_fetch.h"
#include "store/catalogue.h"
#include "store/story.h"

/* The id of the post that does not stand in the store; NULL: all is level. */
static const char *
lacked(const struct courier_task *task, struct db *db)
{
	const struct settings *settings = task->snapshot->settings;
	int64_t kept =
	    clock_now() - settings->federation_keep_posts_days * 86400;
	struct latest latest;
	int64_t actor_id;

	/* What is older than posts are kept was here, perhaps, and went. */
	return latest_of(db, task->arena, task->task.uri, &latest) == 0 &&
		       latest.published > kept &&
		       story_lags(db, task->task.uri, latest.id, &actor_id) == 0
		   ? latest.id
		   : NULL;
}

/*
 * The entry may have been renewed meanwhile, and this task stood in the way of
 * another.  One that could not be had is not asked for again.
 */
static int
apply_story(struct courier_task *task, struct publish *publish)
{
	const char *still = lacked(task, publish->db);
	struct task again = task->task;

	if (still == NULL ||
	    (task->found != NULL && strcmp(still, task->found) == 0))
		return 0;
	again.argument = "latest";
	again.created_at = publish->now;
	again.next_at = publish->now + 1;
	return task_add(publish->db, &again);
}

static void
on_story(void *arg, enum verdict verdict, const char *reason)
{
	courier_task_end(arg, verdict, reason);
}

void
courier_task_story(struct courier_task *task)
{
	task->found = lacked(task, task->core->db);
	task->apply = apply_story;
	if (task->task.argument != NULL && task->found == NULL)
		courier_task_end(task, VERDICT_ACCEPTED, "");
	else
		story_fetch(
		    task->core, task->task.uri, task->found, on_story, task);
}
