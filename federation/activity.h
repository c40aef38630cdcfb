/* SPDX-License-Identifier: ISC */
/*
 * activity.h: documents of other servers, read into checked structures.
 *
 * Reads plain JSON in AS2's compact form, tolerantly; strings are bounded and
 * HTML is sanitised here, so that what comes out may be stored and shown.
 * A property that is absent or of no use is NULL; only what makes the
 * document useless refuses it, with a sentence.
 * Memory: the arena, or borrowed from the JSON document.  Pure; thread: any.
 */
#ifndef FEDERATION_ACTIVITY_H
#define FEDERATION_ACTIVITY_H

#include "federation/json.h"
#include "store/actor.h"
#include "store/object.h"

enum activity_type {
	ACTIVITY_OTHER, /* answered 2xx and ignored */
	ACTIVITY_ACCEPT,
	ACTIVITY_ADD,
	ACTIVITY_ANNOUNCE,
	ACTIVITY_BLOCK,
	ACTIVITY_CREATE,
	ACTIVITY_DELETE,
	ACTIVITY_FLAG,
	ACTIVITY_FOLLOW,
	ACTIVITY_JOIN,
	ACTIVITY_LIKE,
	ACTIVITY_MOVE,
	ACTIVITY_REJECT,
	ACTIVITY_REMOVE,
	ACTIVITY_UNDO,
	ACTIVITY_UPDATE,
};

enum { ACTIVITY_RECIPIENTS_MAX = 200 };

struct activity {
	enum activity_type type;
	const char *type_name; /* short */
	/*
	 * Normalised; NULL when it has none, or one that is no web address:
	 * then a repetition cannot be told, nor can it be taken back by id.
	 */
	const char *id;
	const char *actor;       /* normalised, never NULL */
	const char *object_id;   /* normalised, or NULL */
	json_t *object;          /* embedded, or NULL; borrowed */
	bool object_is_public;   /* it is the id that stands for everybody */
	const char *object_type; /* of the embedded object, or NULL */
	const char *target;      /* of Add, Remove, Move */
	int64_t published;       /* 0: not said */
	const char *to[ACTIVITY_RECIPIENTS_MAX];
	size_t to_count;
	const char *cc[ACTIVITY_RECIPIENTS_MAX];
	size_t cc_count;
	json_t *document; /* borrowed */
};

/* -EINVAL: error says why it is no activity. */
int activity_read(struct arena *arena, json_t *document, struct activity *ret,
    char error[JSON_ERROR_SIZE]) MUST_CHECK;

/* An activity inside another's object (Undo, Accept, Reject, Announce). */
int activity_read_inner(struct arena *arena, const struct activity *outer,
    struct activity *ret) MUST_CHECK;

enum { ACTIVITY_KEYS_MAX = 8 };

struct received_actor {
	struct actor actor; /* kind REMOTE; host set; ids normalised */
	struct actor_key keys[ACTIVITY_KEYS_MAX]; /* uri, kind, spki */
	size_t key_count;
	const char *moved_to; /* normalised */
};

/*
 * An actor document.  Checks what does not need its origin: a type we know,
 * one origin for id, inbox and keys, owner and controller equal to the id,
 * preferredUsername (or the name in webfinger's acct).  url on another
 * host is dropped, not refused; so are single keys that are no use, but not
 * an actor's only one.
 */
int activity_read_actor(struct arena *arena, json_t *document,
    struct received_actor *ret, char error[JSON_ERROR_SIZE]) MUST_CHECK;

/*
 * An object with an author: Note, Article, Page, Event, Question, Video...
 * actor_uri is attributedTo (or actor), and must share the id's origin.
 * summary is the warning or abstract as a line of text; a Parvis title is not
 * repeated in the content; an object without words has an attachment.
 */
int activity_read_object(struct arena *arena, json_t *document,
    struct object *ret, char error[JSON_ERROR_SIZE]) MUST_CHECK;

/* Whether a type is one of the five kinds of actor. */
bool activity_type_is_actor(const char *type);
/* The kind of actor that a document (or its array of types) says; or NULL. */
const char *activity_actor_type(const json_t *document);
/*
 * Public, unlisted, followers or direct, from to and cc as read above.  What
 * looks like a followers collection counts on the author's origin only; an
 * object that says nothing of its audience is direct.
 */
enum visibility activity_visibility(const char *author, const char *const *to,
    size_t to_count, const char *const *cc, size_t cc_count);
/* "https://www.w3.org/ns/activitystreams#Public" in its three spellings. */
bool activity_is_public(const char *id);

#endif
