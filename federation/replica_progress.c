/* SPDX-License-Identifier: ISC */
#include "federation/replica_progress.h"

#include <sys/queue.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* There are as many as are read at a time: a handful. */
struct reading {
	LIST_ENTRY(reading) link;
	char *domain;
	int64_t read, count;
};

struct replica_progress {
	pthread_mutex_t lock; /* of the list */
	LIST_HEAD(, reading) list;
};

struct replica_progress *
replica_progress_new(void)
{
	struct replica_progress *progress = xcalloc(1, sizeof(*progress));

	(void)pthread_mutex_init(&progress->lock, NULL);
	LIST_INIT(&progress->list);
	return progress;
}

static void
forget(struct reading *reading)
{
	LIST_REMOVE(reading, link);
	free(reading->domain);
	free(reading);
}

void
replica_progress_free(struct replica_progress **progress)
{
	struct reading *reading;

	if (*progress == NULL)
		return;
	while ((reading = LIST_FIRST(&(*progress)->list)) != NULL)
		forget(reading);
	(void)pthread_mutex_destroy(&(*progress)->lock);
	free(*progress);
	*progress = NULL;
}

/* Locked. */
static struct reading *
find(struct replica_progress *progress, const char *domain)
{
	struct reading *reading;

	LIST_FOREACH(reading, &progress->list, link) {
		if (strcmp(reading->domain, domain) == 0)
			return reading;
	}
	return NULL;
}

void
replica_progress_set(struct replica_progress *progress, const char *domain,
    int64_t read, int64_t count)
{
	struct reading *reading;

	(void)pthread_mutex_lock(&progress->lock);
	reading = find(progress, domain);
	if (reading == NULL) {
		reading = xcalloc(1, sizeof(*reading));
		reading->domain = xstrdup(domain);
		LIST_INSERT_HEAD(&progress->list, reading, link);
	}
	reading->read = read;
	reading->count = count;
	(void)pthread_mutex_unlock(&progress->lock);
}

void
replica_progress_end(struct replica_progress *progress, const char *domain)
{
	struct reading *reading;

	(void)pthread_mutex_lock(&progress->lock);
	reading = find(progress, domain);
	if (reading != NULL)
		forget(reading);
	(void)pthread_mutex_unlock(&progress->lock);
}

bool
replica_progress_get(struct replica_progress *progress, const char *domain,
    int64_t *ret_read, int64_t *ret_count)
{
	const struct reading *reading;
	bool found;

	(void)pthread_mutex_lock(&progress->lock);
	reading = find(progress, domain);
	found = reading != NULL;
	if (found) {
		*ret_read = reading->read;
		*ret_count = reading->count;
	}
	(void)pthread_mutex_unlock(&progress->lock);
	return found;
}
