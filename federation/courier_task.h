/* SPDX-License-Identifier: ISC */
/*
 * courier_task.h: what must be read from elsewhere on behalf of something
 * that was acknowledged: the rows of the task table, each tried with backoff
 * until it is done, refused for good, or older than delivery.keep_days.
 *
 * Thread: the courier's.
 */
#ifndef FEDERATION_COURIER_TASK_H
#define FEDERATION_COURIER_TASK_H

#include <sys/queue.h>

#include "federation/courier_core.h"
#include "federation/publish.h"
#include "federation/verdict.h"
#include "store/queue.h"

struct courier_task_list;

struct courier_task_list *courier_task_list_new(struct courier_core *core);
void courier_task_list_free(struct courier_task_list **list);
/* As sender_run(). */
int64_t courier_task_run(struct courier_task_list *list, unsigned changes);
/* Tasks under way. */
size_t courier_task_active(const struct courier_task_list *list);

/* One task under way. */
struct courier_task {
	struct courier_task_list *list;
	struct courier_core *core;
	struct arena *arena; /* of all that the task needs */
	struct task task;
	const char *base; /* of this node */
	/*
	 * What is done with what was found, in the same transaction as the
	 * end of the task; NULL: nothing.  Writer thread.
	 */
	int (*apply)(struct courier_task *task, struct publish *publish);
	const char *found;   /* id of what was read */
	const char **listed; /* TASK_FOLLOWERS: ids of ours that it lists */
	size_t listed_count;
	const char *software; /* TASK_NODEINFO */
	const char *host;
	unsigned pages, taken_back;

	struct writer_job job;
	const struct node_snapshot *snapshot;
	enum verdict verdict;
	const char *reason;
	TAILQ_ENTRY(courier_task) link;
};

/*
 * The end of a task's reading: ACCEPTED has apply() done and the task removed;
 * what may pass is tried again, the rest is given up.
 */
void courier_task_end(
    struct courier_task *task, enum verdict verdict, const char *reason);

/* How each kind is read; they end with courier_task_end(). */
void courier_task_object(struct courier_task *task);
void courier_task_actor(struct courier_task *task);
void courier_task_follow(struct courier_task *task);
void courier_task_followers(struct courier_task *task);
void courier_task_nodeinfo(struct courier_task *task);
void courier_task_story(struct courier_task *task);

#endif
