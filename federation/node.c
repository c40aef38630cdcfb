/* SPDX-License-Identifier: ISC */
/*
 * A snapshot is taken under a mutex that is held for one addition, and given
 * back without it: the last one to let go frees it.  The node's own reference
 * is dropped when a reload replaces it.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "federation/node.h"

struct counted {
	struct node_snapshot snapshot; /* first: a snapshot is its address */
	struct settings *settings;
	struct address_policy *addresses;
	atomic_uint references;
};

struct node_state {
	pthread_mutex_t lock;
	struct counted *current;
	char *base, *domain, *data;
	atomic_bool catalogue_held;
};

static struct counted *
counted_new(struct settings *settings)
{
	struct counted *counted = xcalloc(1, sizeof(*counted));

	counted->settings = settings;
	counted->addresses = address_policy_new(settings);
	counted->snapshot.settings = counted->settings;
	counted->snapshot.addresses = counted->addresses;
	atomic_init(&counted->references, 1);
	return counted;
}

static void
counted_release(struct counted *counted)
{
	if (atomic_fetch_sub(&counted->references, 1) != 1)
		return;
	address_policy_free(&counted->addresses);
	settings_free(&counted->settings);
	free(counted);
}

void
node_init(struct node *node, struct settings *settings)
{
	struct node_state *state = xcalloc(1, sizeof(*state));

	memset(node, 0, sizeof(*node));
	ASSERT(pthread_mutex_init(&state->lock, NULL) == 0);
	state->base = xstrdup(settings_base_url(settings));
	state->domain = xstrdup(settings->node_domain);
	state->data = xstrdup(settings->node_data);
	state->current = counted_new(settings);
	atomic_init(&state->catalogue_held, false);
	node->base = state->base;
	node->domain = state->domain;
	node->data = state->data;
	node->state = state;
}

void
node_done(struct node *node)
{
	struct node_state *state = node->state;

	if (state == NULL)
		return;
	counted_release(state->current);
	ASSERT(pthread_mutex_destroy(&state->lock) == 0);
	free(state->base);
	free(state->domain);
	free(state->data);
	free(state);
	memset(node, 0, sizeof(*node));
}

void
node_replace_settings(struct node *node, struct settings *settings)
{
	struct node_state *state = node->state;
	struct counted *fresh = counted_new(settings), *old;

	ASSERT(pthread_mutex_lock(&state->lock) == 0);
	old = state->current;
	state->current = fresh;
	ASSERT(pthread_mutex_unlock(&state->lock) == 0);
	counted_release(old);
}

const struct node_snapshot *
node_snapshot(const struct node *node)
{
	struct node_state *state = node->state;
	struct counted *counted;

	ASSERT(pthread_mutex_lock(&state->lock) == 0);
	counted = state->current;
	atomic_fetch_add(&counted->references, 1);
	ASSERT(pthread_mutex_unlock(&state->lock) == 0);
	return &counted->snapshot;
}

void
node_release(const struct node_snapshot **snapshot)
{
	struct counted *counted;

	if (*snapshot == NULL)
		return;
	/* Const for its readers only: what it belongs to is ours. */
	memcpy(&counted, snapshot, sizeof(counted));
	*snapshot = NULL;
	counted_release(counted);
}

void
node_hold_catalogue(const struct node *node, bool hold)
{
	atomic_store(&node->state->catalogue_held, hold);
}

bool
node_catalogue_held(const struct node *node)
{
	return node->state != NULL && atomic_load(&node->state->catalogue_held);
}
