/* SPDX-License-Identifier: ISC */
/*
 * sfv.h: structured field values of HTTP (RFC 8941), as far as signatures
 * (RFC 9421) and digests (RFC 9530) use them.
 *
 * A parser takes the whole text or refuses it; nothing may follow.  Repeated
 * dictionary keys and parameters keep their first place and take the last
 * value (RFC 8941 sections 4.2.2 and 4.2.3.2).  Base64 must be exactly padded.
 * Memory: results live in the arena and do not point into the text.
 * Thread: any; pure functions.
 * Errors: -EINVAL not a structured field, -E2BIG past one of the limits below.
 */
#ifndef FEDERATION_SFV_H
#define FEDERATION_SFV_H

#include "config/base/arena.h"
#include "config/base/buf.h"

enum {
	SFV_MAX_BYTES = 16 * 1024, /* of text; a header line is shorter */
	SFV_MAX_MEMBERS = 64,      /* of a dictionary or list */
	SFV_MAX_ITEMS = 64,        /* of an inner list */
	SFV_MAX_PARAMS = 32,       /* of one item or inner list */
};

enum sfv_type {
	SFV_INTEGER,
	SFV_DECIMAL,
	SFV_STRING,
	SFV_TOKEN,
	SFV_BYTES,
	SFV_BOOLEAN,
};

struct sfv_value {
	enum sfv_type type;
	int64_t number;   /* INTEGER; DECIMAL in thousandths; BOOLEAN 0 or 1 */
	const char *text; /* STRING (without quotes and escapes), TOKEN */
	const uint8_t *bytes; /* BYTES */
	size_t len;           /* of text or bytes */
};

struct sfv_param {
	const char *key;
	struct sfv_value value;
	struct sfv_param *next;
};

struct sfv_item {
	struct sfv_value value;
	struct sfv_param *params;
	struct sfv_item *next;
};

/* One member of a list or dictionary: an item, or an inner list of items. */
struct sfv_member {
	const char *key;        /* NULL in a list */
	bool inner;             /* an inner list: items, else value */
	struct sfv_value value; /* of an item */
	struct sfv_item *items; /* of an inner list, may be NULL */
	struct sfv_param *params;
	struct sfv_member *next;
};

/* An empty dictionary or list is valid and gives NULL. */
int sfv_dictionary_parse(struct arena *arena, const char *text, size_t len,
    struct sfv_member **ret) MUST_CHECK;
int sfv_list_parse(struct arena *arena, const char *text, size_t len,
    struct sfv_member **ret) MUST_CHECK;
int sfv_item_parse(struct arena *arena, const char *text, size_t len,
    struct sfv_item **ret) MUST_CHECK;

/* NULL when there is none. */
const struct sfv_member *sfv_member_find(
    const struct sfv_member *members, const char *key);
const struct sfv_value *sfv_param_find(
    const struct sfv_param *params, const char *key);

/*
 * The canonical text (RFC 8941 section 4.1), appended.  Values that were
 * parsed can always be written; those made by hand must be valid.
 */
void sfv_dictionary_format(struct buf *buf, const struct sfv_member *members);
void sfv_list_format(struct buf *buf, const struct sfv_member *members);
/* Without the key: the inner list or item, with its parameters. */
void sfv_member_format(struct buf *buf, const struct sfv_member *member);
void sfv_item_format(struct buf *buf, const struct sfv_item *item);
/* For a text that goes into a string: printable ASCII only, else false. */
bool sfv_string_format(struct buf *buf, const char *text);

#endif
