/* SPDX-License-Identifier: ISC */
/*
 * page.h: what the pages share: the data of templates made from rows, and the
 * French words for what the store holds in codes.
 *
 * Thread: a web thread.  Memory: json_t references for the caller; strings in
 * the request's arena.
 */
#ifndef DAEMON_PAGE_H
#define DAEMON_PAGE_H

#include "daemon/web.h"
#include "federation/portrait.h"

/* "24 novembre 2026" (UTC). */
const char *page_date(struct arena *arena, int64_t t);
/* "Cherche des appuis"; NULL for an unknown code. */
const char *page_stage(const char *stage);
/* "Projet", "Personne", "Organisation"... */
const char *page_kind(const struct actor *actor);
/* "1 abonné", "3 abonnés": one and many as given, with the number, which no
 * line break parts from them. */
const char *page_count(
    struct arena *arena, int64_t n, const char *one, const char *many);

/* The data of every page: title, territory, description.  No title: the front
 * page. */
json_t *page_data(
    struct http_request *request, const char *title, const char *description);
/* Sets a text unless it is NULL or empty. */
void page_set(json_t *data, const char *key, const char *value);
/* The same for what people wrote: see page_text_line(). */
void page_set_line(
    struct arena *arena, json_t *data, const char *key, const char *value);
/* {"list": items} under key unless the list (taken) is empty. */
void page_set_list(json_t *data, const char *key, json_t *items);
/* "Dourdan (91410)" or NULL. */
const char *page_place(struct arena *arena, const struct place *place);

/* Whether a page may link to it: http or https, whoever gave it. */
bool page_is_web(const char *address);
/* Where an object elsewhere is shown here: /remote?id=... */
const char *page_remote_address(struct arena *arena, const char *uri);
/* "Projet", "Personne"... of what is elsewhere. */
const char *page_portrait_kind(const struct portrait *portrait);

/* Sets what follow.html tells of somebody elsewhere; no handle without a
 * username. */
void page_set_follow_from(struct http_request *request, json_t *data,
    const char *uri, const char *username, const char *domain);
/* Sets what follow.html tells: the address, parted before its host, and how
 * many follow. */
void page_set_follow(struct http_request *request, json_t *data,
    const struct actor *actor, int64_t followers);

json_t *page_card(struct http_request *request, const struct actor *project);
/* An update as in note.html, without its text and its author. */
json_t *page_note(struct http_request *request, const struct object *note);
void page_set_author(
    struct http_request *request, json_t *note, const struct actor *author);

/* Steps of a project's way with a stage as in path.html; "paused" is none. */
void page_set_stage(json_t *data, const char *stage);
/* {"list": [...]} of words. */
json_t *page_words(const char *const *values, size_t count);

/* Renders and answers, with 200 or another status; releases data. */
void page_answer_status(struct http_request *request, int status,
    const char *template, json_t **data);
void page_answer(
    struct http_request *request, const char *template, json_t **data);

#endif
