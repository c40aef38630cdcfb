/* SPDX-License-Identifier: ISC */
/*
 * node.h: what every part of the protocol needs to know of the node it runs
 * in.  One per process; the pointers stand from start to stop.  What a reload
 * changes is in a snapshot that is taken anew for each piece of work.
 */
#ifndef FEDERATION_NODE_H
#define FEDERATION_NODE_H

#include "config/settings.h"
#include "federation/address.h"
#include "store/writer.h"

struct courier;

/* Immutable; reference counted by node_snapshot() and node_release(). */
struct node_snapshot {
	const struct settings *settings;
	const struct address_policy *addresses;
};

struct node {
	const char *base;   /* "https://domain" */
	const char *domain; /* with a port in test networks */
	const char *data;   /* folder of the database */
	struct writer *writer;
	struct courier *courier;
	struct node_state *state; /* of node.c: the snapshot and its lock */
};

/* Takes the settings over. */
void node_init(struct node *node, struct settings *settings);
void node_done(struct node *node);
/* A reload: what is taken from now on sees the new settings. */
void node_replace_settings(struct node *node, struct settings *settings);
/* Any thread; each snapshot is released once. */
const struct node_snapshot *node_snapshot(const struct node *node);
void node_release(const struct node_snapshot **snapshot);

/*
 * While it is held, nothing is added to the node's own catalogue and no head
 * is signed: it is not known yet whether others have more of it than this
 * database (replica_recall.h).  Any thread.
 */
void node_hold_catalogue(const struct node *node, bool hold);
bool node_catalogue_held(const struct node *node);

#endif
