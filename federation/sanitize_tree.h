/* SPDX-License-Identifier: ISC */
/*
 * sanitize_tree.h: HTML to a tree, within bounds; for sanitize.c only.
 *
 * A few kilobytes of tags can make gigabytes of nodes (formatting elements
 * are opened again in every paragraph), and a deep tree is freed by recursion:
 * so the number of tags and the memory of the tree are bounded, and the tree
 * lives in an arena that goes as a whole.
 * Thread: any.
 */
#ifndef FEDERATION_SANITIZE_TREE_H
#define FEDERATION_SANITIZE_TREE_H

#include <gumbo.h>

#include "config/base/arena.h"

enum {
	SANITIZE_TAGS_MAX = 4096,
	SANITIZE_TREE_MAX = 16 * 1024 * 1024, /* bytes */
};

/* The root, in the arena; html must outlive it.  NULL: beyond the bounds. */
const GumboNode *sanitize_tree_parse(
    struct arena *arena, const char *html, size_t len);

#endif
