/* SPDX-License-Identifier: ISC */
/*
 * json.h: reading what others wrote: bounded, and tolerant of AS2's spellings.
 *
 * AS2 in compact form lets one property be a string, an object with an id, or
 * an array of those; these getters take all three and never fail loudly: what
 * is not there, or is of another kind, is NULL or false.
 * Memory: returned strings and values are borrowed from the document.
 * Thread: one at a time per document.
 */
#ifndef FEDERATION_JSON_H
#define FEDERATION_JSON_H

#include <jansson.h>

#include "config/base/arena.h"

enum {
	JSON_DEPTH_MAX = 64,
	JSON_NODES_MAX = 20000, /* values in one document, in all */
	JSON_ERROR_SIZE = 160,
};

/*
 * One object that fills the whole text.  Refused with a sentence: not UTF-8,
 * NUL characters, duplicate keys, deeper or larger than the bounds, anything
 * but an object, and JSON-LD that cannot be read as plain JSON (@graph,
 * @included, @reverse at the top; keywords aliased in @context).
 */
int json_read(const char *text, size_t len, json_t **ret,
    char error[JSON_ERROR_SIZE]) MUST_CHECK;
/* For CLEANUP(). */
void json_release(json_t **json);

const char *json_text(const json_t *object, const char *key);
/* A string, or the first string of an array; "type" is often such. */
const char *json_first_text(const json_t *object, const char *key);
/* The id of a property: a string, or the "id" of an object, or of the first
 * of an array; "href" of a Link. */
const char *json_id(const json_t *object, const char *key);
/* The object itself when embedded (first of an array), else NULL. */
json_t *json_embedded(const json_t *object, const char *key);
bool json_flag(const json_t *object, const char *key, bool otherwise);
/* Ids in a property (string, object, array), at most max. */
size_t json_ids(
    const json_t *object, const char *key, const char **ret, size_t max);
/* True when "type" is, or its array contains, the name. */
bool json_is_type(const json_t *object, const char *type);
/* RFC 3339 time; 0 when absent or malformed. */
int64_t json_time(const json_t *object, const char *key);

/* Compact text of a document, in the arena. */
const char *json_write(struct arena *arena, const json_t *json);

#endif
