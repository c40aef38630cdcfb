/* SPDX-License-Identifier: ISC */
/*
 * search_form.h: a search as an address: /search?q=...&near=..., read, and
 * written again with something changed.
 *
 *	q		words
 *	near		a commune: its name, postal code or INSEE code
 *	lat, lon	or a position, WGS 84
 *	within		kilometres
 *	kind		project, profile, need or offer
 *	stage, theme, need, departement
 *	territory	domain of a node
 *	sort		best, nearest or newest
 *	after		a cursor
 *	format		geojson
 *
 * Thread: a web thread.  Memory: the request's arena.
 */
#ifndef DAEMON_SEARCH_FORM_H
#define DAEMON_SEARCH_FORM_H

#include "config/gazetteer.h"
#include "daemon/http.h"
#include "daemon/target.h"
#include "store/search.h"

enum { SEARCH_FORM_PAGE = 20, SEARCH_FORM_NAMESAKES = 5 };

struct search_form {
	struct search_query query;
	/* As they were given, NULL when empty. */
	const char *q, *near, *within, *kind, *sort;
	bool named; /* near was found: */
	struct gazetteer_place commune;
	struct gazetteer_place namesakes[SEARCH_FORM_NAMESAKES];
	size_t namesake_count; /* others of that name */
	const char *error;     /* in French, for people; NULL: all is well */
	const char *fault;     /* the same in English, for programs */
};

void search_form_read(struct http_request *request, struct search_form *ret);
/* The same of an address that was taken apart; pure, any thread. */
void search_form_parse(
    struct arena *arena, const struct target *target, struct search_form *ret);
/* "/search?..." of the same search with one member set to a value (NULL:
 * without it), and without its cursor unless that is the member. */
const char *search_form_address(
    struct http_request *request, const char *member, const char *value);
const char *search_form_link(struct arena *arena, const struct target *target,
    const char *member, const char *value);

#endif
