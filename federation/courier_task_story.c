/* SPDX-License-Identifier: ISC */
/*
 * TASK_STORY: what an actor elsewhere published is read because somebody here
 * follows it: when the follow was accepted, and when its catalogue entry tells
 * of a post that did not arrive.
 */
#include <errno.h>
#include <string.h>

#include "config/base/clock.h"
#include "federation/courier_task.h"
#include "federation/story_fetch.h"
#include "store/object.h"

static void
on_story(void *arg, enum verdict verdict, const char *reason)
{
	courier_task_end(arg, verdict, reason);
}

void
courier_task_story(struct courier_task *task)
{
	story_fetch(task->core, task->task.uri, NULL, on_story, task);
}
