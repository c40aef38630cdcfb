/* SPDX-License-Identifier: ISC */
/*
 * The things that have an address here: actors, objects, activities.  The id
 * answers JSON to those who ask for it and a page to people; a deleted thing
 * answers 410 with its Tombstone.
 */
#include <errno.h>
#include <string.h>

#include "daemon/web.h"
#include "store/outbox.h"

/* What stays between the steps of one request. */
struct thing {
	enum negotiate_form form;
	struct actor actor;   /* the actor asked for, or the author */
	struct object object; /* the object asked for, if any */
};

static void give_actor_again(struct http_request *request);

static void
give_actor(struct http_request *request, int64_t signer_id)
{
	struct web *web = web_of(request);
	struct thing *thing = http_user(request);
	json_t *document;
	int r;

	(void)signer_id;
	r = document_actor(web->db, http_arena(request), web->node->base,
	    &thing->actor, &document);
	if (r == -EAGAIN)
		web_wait_for_actors(request, give_actor_again);
	else if (r < 0)
		web_answer_store_error(request, r);
	else
		web_answer_json(request, thing->form, &document);
}

static void
give_actor_again(struct http_request *request)
{
	give_actor(request, 0);
}

static void
answer_actor(struct http_request *request, struct thing *thing)
{
	const struct actor *actor = &thing->actor;

	if (actor->deleted_at != 0) {
		web_answer_gone(request, thing->form, actor->uri, actor->type,
		    actor->deleted_at);
		return;
	}
	http_set_user(request, thing);
	if (thing->form == NEGOTIATE_HTML)
		page_actor(request, actor);
	else if (actor->kind == ACTOR_INSTANCE || actor->kind == ACTOR_RELAY)
		give_actor(request, 0); /* always readable: it breaks loops */
	else
		web_with_signer(request, false, give_actor);
}

/*
 * Servers fetch with an actor of their own: it reads for those of its users
 * who follow the author, to whom the object was delivered anyway.
 */
static bool
server_has_followers(struct web *web, struct arena *arena,
    const struct actor *author, int64_t signer_id)
{
	struct actor signer;
	const char **uris;
	size_t count;

	return actor_get(web->db, arena, signer_id, &signer) == 0 &&
	       strcmp(signer.type, "Application") == 0 && signer.host_id != 0 &&
	       follow_on_host(web->db, arena, author->id, signer.host_id, &uris,
		   &count) == 0 &&
	       count > 0;
}

/* Who may read an object that is not public: those who follow its author. */
static bool
may_read(struct web *web, struct http_request *request,
    const struct thing *thing, int64_t signer_id)
{
	struct arena *arena = http_arena(request);
	struct follow follow;

	if (thing->object.visibility <= VISIBILITY_UNLISTED)
		return true;
	if (thing->object.visibility != VISIBILITY_FOLLOWERS || signer_id == 0)
		return false;
	if (follow_get(web->db, arena, signer_id, thing->actor.id, &follow) ==
		0 &&
	    follow.state == FOLLOW_ACCEPTED)
		return true;
	return server_has_followers(web, arena, &thing->actor, signer_id);
}

static void
give_object(struct http_request *request, int64_t signer_id)
{
	struct web *web = web_of(request);
	struct thing *thing = http_user(request);
	json_t *document;

	if (!may_read(web, request, thing, signer_id)) {
		web_answer_store_error(request, -ENOENT);
		return;
	}
	document = document_note(http_arena(request), web->node->base,
	    &thing->object, &thing->actor);
	(void)json_object_set_new(document, "@context", document_context());
	web_answer_json(request, thing->form, &document);
}

static void
answer_object(struct http_request *request, struct thing *thing)
{
	const struct object *object = &thing->object;
	bool is_private = object->visibility > VISIBILITY_UNLISTED;

	if (object->deleted_at != 0) {
		web_answer_gone(request, thing->form, object->uri, object->type,
		    object->deleted_at);
		return;
	}
	http_set_user(request, thing);
	if (thing->form != NEGOTIATE_HTML)
		web_with_signer(request, is_private, give_object);
	else if (is_private)
		web_answer_store_error(request, -ENOENT);
	else
		page_object(request, object, &thing->actor);
}

/* NULL after answering 406; negotiate finds the form that was asked for. */
static struct thing *
thing_new(struct http_request *request,
    enum negotiate_form (*negotiate)(const char *accept))
{
	struct thing *thing = arena_alloc(http_arena(request), sizeof(*thing));

	http_vary(request, "Accept");
	thing->form = negotiate(http_header(request, "Accept"));
	if (thing->form != NEGOTIATE_NONE)
		return thing;
	http_answer_error(request, 406,
	    "it is given as application/activity+json, as application/ld+json "
	    "with the ActivityStreams profile, and as text/html");
	return NULL;
}

static const char *
asked_uri(struct http_request *request)
{
	return arena_printf(http_arena(request), "%s%s",
	    web_of(request)->node->base, http_path(request));
}

static void
answer_of_kind(struct http_request *request, enum actor_kind kind)
{
	struct thing *thing;
	int r;

	if ((thing = thing_new(request, negotiate_document)) == NULL)
		return;
	r = actor_of_kind(
	    web_of(request)->db, http_arena(request), kind, &thing->actor);
	if (r < 0)
		web_answer_store_error(request, r);
	else
		answer_actor(request, thing);
}

/* GET /actor */
void
api_instance(struct http_request *request)
{
	answer_of_kind(request, ACTOR_INSTANCE);
}

/* GET /relay */
void
api_relay(struct http_request *request)
{
	answer_of_kind(request, ACTOR_RELAY);
}

/* GET /o/:id */
void
api_thing(struct http_request *request)
{
	struct web *web = web_of(request);
	struct arena *arena = http_arena(request);
	const char *uri = asked_uri(request);
	struct thing *thing;
	int r;

	if ((thing = thing_new(request, negotiate_document)) == NULL)
		return;
	r = actor_by_uri(web->db, arena, uri, &thing->actor);
	if (r == 0 && thing->actor.kind != ACTOR_REMOTE) {
		if (thing->form == NEGOTIATE_HTML &&
		    thing->actor.deleted_at == 0)
			http_answer_redirect(request, 303, thing->actor.url);
		else
			answer_actor(request, thing);
		return;
	}
	r = object_by_uri(web->db, arena, uri, &thing->object);
	if (r == 0 && !thing->object.local)
		r = -ENOENT;
	if (r == 0)
		r = actor_get(
		    web->db, arena, thing->object.actor_id, &thing->actor);
	if (r < 0)
		web_answer_store_error(request, r);
	else
		answer_object(request, thing);
}

/* GET /@:username, whatever the case; the page has one address. */
void
api_by_name(struct http_request *request)
{
	const char *name = http_param(request, "username");
	struct thing *thing;
	int r;

	if ((thing = thing_new(request, negotiate_page)) == NULL)
		return;
	r = actor_by_username(
	    web_of(request)->db, http_arena(request), name, &thing->actor);
	if (r < 0)
		web_answer_store_error(request, r);
	else if (thing->form == NEGOTIATE_HTML &&
		 thing->actor.deleted_at == 0 &&
		 strcmp(thing->actor.username, name) != 0)
		http_answer_redirect(request, 301, thing->actor.url);
	else
		answer_actor(request, thing);
}

/* A Note or an actor of ours as it is now, NULL when it is no more. */
static json_t *
current_object(struct web *web, struct arena *arena, const char *uri)
{
	struct object note;
	struct actor actor;
	json_t *document = NULL;

	if (object_by_uri(web->db, arena, uri, &note) == 0)
		return note.local && note.deleted_at == 0 &&
			       actor_get(
				   web->db, arena, note.actor_id, &actor) == 0
			   ? document_note(
				 arena, web->node->base, &note, &actor)
			   : NULL;
	if (actor_by_uri(web->db, arena, uri, &actor) < 0 ||
	    actor.kind == ACTOR_REMOTE || actor.deleted_at != 0 ||
	    document_actor(web->db, arena, web->node->base, &actor, &document) <
		0)
		return NULL;
	(void)json_object_del(document, "@context");
	return document;
}

json_t *
web_activity(
    struct web *web, struct arena *arena, const struct activity_row *row)
{
	json_t *activity, *object;

	if (row->visibility > VISIBILITY_UNLISTED || !row->listed ||
	    row->document[0] == '\0')
		return NULL;
	activity = json_loads(row->document, 0, NULL);
	if (activity == NULL || row->object_uri == NULL ||
	    strcmp(row->type, "Create") != 0)
		return activity;
	/* What was corrected since must not be read here. */
	object = current_object(web, arena, row->object_uri);
	if (object != NULL)
		(void)json_object_set_new(activity, "object", object);
	else
		json_release(&activity);
	return activity;
}

static void
give_activity(struct http_request *request, int64_t signer_id)
{
	const struct activity_row *row = http_user(request);
	json_t *document =
	    web_activity(web_of(request), http_arena(request), row);

	(void)signer_id;
	if (document == NULL) /* private, or told of something deleted */
		web_answer_store_error(request, -ENOENT);
	else
		web_answer_json(request, NEGOTIATE_ACTIVITY, &document);
}

/* GET /a/:id: the activities that stand in an outbox. */
void
api_activity(struct http_request *request)
{
	struct activity_row *row;
	int r;

	row = arena_alloc(http_arena(request), sizeof(*row));
	r = outbox_by_uri(
	    web_of(request)->db, http_arena(request), asked_uri(request), row);
	if (r < 0) {
		web_answer_store_error(request, r);
		return;
	}
	http_set_user(request, row);
	web_with_signer(request, false, give_activity);
}
