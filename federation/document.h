/* SPDX-License-Identifier: ISC */
/*
 * document.h: what we write for others: actors, Notes, activities,
 * collections, WebFinger, NodeInfo.  Strict: every field that some server
 * needs is there (FEDERATION.md says which needs what).
 *
 * Memory: a new json_t reference for the caller (json_release()).
 * Thread: any; reads the given connection only.
 */
#ifndef FEDERATION_DOCUMENT_H
#define FEDERATION_DOCUMENT_H

#include "federation/json.h"
#include "store/actor.h"
#include "store/follow.h"
#include "store/outbox.h"

#define DOCUMENT_PUBLIC "https://www.w3.org/ns/activitystreams#Public"
#define DOCUMENT_AS2    "https://www.w3.org/ns/activitystreams"
/* What our own terms begin with (FEDERATION.md lists them). */
#define DOCUMENT_PARVIS "urn:parvis:"

/* The @context of every document: AS2, security, and the terms beyond. */
json_t *document_context(void);
/* Sets a text unless it is NULL or empty; a time as RFC 3339. */
void document_set_text(json_t *document, const char *key, const char *value);
void document_set_time(json_t *document, const char *key, int64_t t);

/* Addresses of this node, made from the base ("https://domain"). */
const char *document_actor_uri(struct arena *arena, const char *base,
    const char *opaque); /* base/o/opaque */
const char *document_activity_uri(struct arena *arena, const char *base,
    const char *opaque); /* base/a/opaque */
const char *document_page_url(struct arena *arena, const char *base,
    const char *username); /* base/@username */

/* An actor of ours, with keys, place, lists; -EAGAIN: it has no keys yet. */
int document_actor(struct db *db, struct arena *arena, const char *base,
    const struct actor *actor, json_t **ret) MUST_CHECK;
/* The least that a key's reader needs: id, type, inbox, publicKey. */
int document_actor_stub(struct db *db, struct arena *arena, const char *base,
    const struct actor *actor, json_t **ret) MUST_CHECK;
/* A Note of ours; author is its actor. */
json_t *document_note(struct arena *arena, const char *base,
    const struct object *note, const struct actor *author);
/* {"type":"Tombstone"...}: id, formerType, deleted, and nothing else. */
json_t *document_tombstone(
    const char *uri, const char *former_type, int64_t deleted);

/* To whom: fills to and cc of a document. */
struct audience {
	enum visibility visibility;
	const char *followers;    /* collection of the actor, or NULL */
	const char *const *named; /* further recipients */
	size_t named_count;
};
void document_set_audience(json_t *document, const struct audience *audience);

/*
 * An activity of ours with @context; takes the object's reference.  A string
 * object is an id.
 */
json_t *document_activity(const char *type, const char *id,
    const char *actor_uri, json_t *object, int64_t published);

/* A collection's head: totalItems, and first when items may be seen. */
json_t *document_collection(
    const char *id, int64_t total, bool ordered, const char *first);
/* One of its pages; takes the items' reference; next may be NULL. */
json_t *document_collection_page(
    const char *id, const char *part_of, const char *next, json_t *items);

/*
 * RFC 7033 JRD for an actor of ours, with the page on which its owner follows
 * others (subscribe.h); base: of this node.
 */
json_t *document_webfinger(struct arena *arena, const char *domain,
    const char *base, const struct actor *actor);
/* WebFinger of the host itself (FEP-d556): links to the instance actor. */
json_t *document_webfinger_host(
    struct arena *arena, const char *base, const char *resource);
json_t *document_nodeinfo_links(struct arena *arena, const char *base);
/* version: of Parvis; schema: of NodeInfo, "2.1". */
json_t *document_nodeinfo(
    struct db *db, const char *version, const char *schema);

#endif
