/* SPDX-License-Identifier: ISC */
/*
 * The collections of an actor: outbox, followers, following, and the part of
 * the followers that one server has (FEP-8fcf).  Heads say how many; pages
 * hold COLLECTION_PAGE items and point to the next by ?before=ID.
 */
#include <errno.h>
#include <string.h>

#include "config/base/text.h"
#include "daemon/web.h"
#include "store/host.h"
#include "store/outbox.h"

enum { COLLECTION_PAGE = 40 };

struct collection {
	const char *name; /* "outbox" */
	struct actor actor;
	const char *uri;
	int64_t before; /* -1: the head */
	int (*count)(struct db *db, int64_t actor_id, int64_t *ret);
	/* One page; *ret_next is the id to go on below, 0 at the end. */
	int (*page)(struct web *web, struct arena *arena,
	    const struct collection *self, json_t **ret, int64_t *ret_next);
};

/* Fills actor and page number; false after answering an error. */
static bool
open_collection(struct http_request *request, struct collection *collection)
{
	struct web *web = web_of(request);
	struct arena *arena = http_arena(request);
	const char *before = http_query(request, "before");
	const char *page = http_query(request, "page");
	const char *path = http_path(request);
	char *owner = arena_strndup(
	    arena, path, strlen(path) - strlen(collection->name) - 1);
	int r;

	collection->uri = arena_printf(arena, "%s%s", web->node->base, path);
	collection->before = page == NULL && before == NULL ? -1 : 0;
	if (before != NULL &&
	    text_int64(before, 1, INT64_MAX, &collection->before) < 0) {
		http_answer_error(
		    request, 400, "before: a positive number is needed");
		return false;
	}
	r = actor_by_uri(web->db, arena,
	    arena_printf(arena, "%s%s", web->node->base, owner),
	    &collection->actor);
	if (r == 0 && collection->actor.kind == ACTOR_REMOTE)
		r = -ENOENT;
	if (r < 0) {
		web_answer_store_error(request, r);
		return false;
	}
	if (collection->actor.deleted_at != 0) {
		web_answer_gone(request, NEGOTIATE_ACTIVITY, collection->uri,
		    "OrderedCollection", collection->actor.deleted_at);
		return false;
	}
	return true;
}

static void
answer_head(struct http_request *request, const struct collection *self)
{
	const char *first =
	    arena_printf(http_arena(request), "%s?page=1", self->uri);
	json_t *document;
	int64_t total;
	int r = self->count(web_of(request)->db, self->actor.id, &total);

	if (r < 0) {
		web_answer_store_error(request, r);
		return;
	}
	document = document_collection(self->uri, total, true, first);
	web_answer_json(request, NEGOTIATE_ACTIVITY, &document);
}

static void
answer_page(struct http_request *request, const struct collection *self)
{
	struct arena *arena = http_arena(request);
	const char *id, *next = NULL;
	json_t *items = NULL, *document;
	int64_t next_id = 0;
	int r = self->page(web_of(request), arena, self, &items, &next_id);

	if (r < 0) {
		web_answer_store_error(request, r);
		return;
	}
	id = self->before > 0 ? arena_printf(arena, "%s?before=%lld", self->uri,
				    (long long)self->before)
			      : arena_printf(arena, "%s?page=1", self->uri);
	if (next_id != 0)
		next = arena_printf(
		    arena, "%s?before=%lld", self->uri, (long long)next_id);
	document = document_collection_page(id, self->uri, next, items);
	web_answer_json(request, NEGOTIATE_ACTIVITY, &document);
}

static void
give_collection(struct http_request *request, int64_t signer_id)
{
	const struct collection *self = http_user(request);

	(void)signer_id;
	if (self->before < 0)
		answer_head(request, self);
	else
		answer_page(request, self);
}

static void
answer_collection(struct http_request *request, const struct collection *kind)
{
	struct collection *self =
	    arena_memdup(http_arena(request), kind, sizeof(*kind));

	if (!open_collection(request, self))
		return;
	http_set_user(request, self);
	web_with_signer(request, false, give_collection);
}

static int
outbox_page(struct web *web, struct arena *arena, const struct collection *self,
    json_t **ret, int64_t *ret_next)
{
	struct activity_row *rows;
	size_t count;
	json_t *items;
	int r = outbox_list(web->db, arena, self->actor.id, self->before,
	    COLLECTION_PAGE, &rows, &count);

	if (r < 0)
		return r;
	items = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *activity = web_activity(web, arena, &rows[i]);

		if (activity == NULL)
			continue;
		(void)json_object_del(activity, "@context");
		(void)json_array_append_new(items, activity);
	}
	*ret = items;
	*ret_next = count == COLLECTION_PAGE ? rows[count - 1].id : 0;
	return 0;
}

void
api_outbox(struct http_request *request)
{
	static const struct collection kind = {
		.name = "outbox", .count = outbox_count, .page = outbox_page
	};

	answer_collection(request, &kind);
}

static json_t *
uris_of(const struct follow *follows, size_t count, bool followers)
{
	json_t *items = json_array();

	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(
		    items, json_string(followers ? follows[i].follower_uri
						 : follows[i].followee_uri));
	return items;
}

static int
followers_page(struct web *web, struct arena *arena,
    const struct collection *self, json_t **ret, int64_t *ret_next)
{
	struct follow *follows;
	size_t count;
	int r = follow_followers(web->db, arena, self->actor.id,
	    FOLLOW_ACCEPTED, self->before, COLLECTION_PAGE, &follows, &count);

	if (r < 0)
		return r;
	*ret = uris_of(follows, count, true);
	*ret_next = count == COLLECTION_PAGE ? follows[count - 1].id : 0;
	return 0;
}

void
api_followers(struct http_request *request)
{
	static const struct collection kind = { .name = "followers",
		.count = follow_count_followers,
		.page = followers_page };

	answer_collection(request, &kind);
}

static int
following_page(struct web *web, struct arena *arena,
    const struct collection *self, json_t **ret, int64_t *ret_next)
{
	struct follow *follows;
	size_t count;
	int r = follow_following(web->db, arena, self->actor.id,
	    FOLLOW_ACCEPTED, self->before, COLLECTION_PAGE, &follows, &count);

	if (r < 0)
		return r;
	*ret = uris_of(follows, count, false);
	*ret_next = count == COLLECTION_PAGE ? follows[count - 1].id : 0;
	return 0;
}

void
api_following(struct http_request *request)
{
	static const struct collection kind = { .name = "following",
		.count = follow_count_following,
		.page = following_page };

	answer_collection(request, &kind);
}

/* Only the followers on the server that asks. */
static void
give_followers_of_host(struct http_request *request, int64_t signer_id)
{
	struct web *web = web_of(request);
	struct arena *arena = http_arena(request);
	const struct collection *self = http_user(request);
	struct actor signer;
	const char **uris;
	size_t count;
	json_t *document, *items;
	int r = actor_get(web->db, arena, signer_id, &signer);

	if (r == 0)
		r = follow_on_host(web->db, arena, self->actor.id,
		    signer.host_id, &uris, &count);
	if (r < 0) {
		web_answer_store_error(request, r);
		return;
	}
	items = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(items, json_string(uris[i]));
	document = document_collection(self->uri, (int64_t)count, true, NULL);
	(void)json_object_set_new(document, "orderedItems", items);
	web_answer_json(request, NEGOTIATE_ACTIVITY, &document);
}

/* GET /o/:id/followers_synchronization, signed */
void
api_followers_sync(struct http_request *request)
{
	struct collection *self =
	    arena_alloc(http_arena(request), sizeof(*self));

	self->name = "followers_synchronization";
	if (!open_collection(request, self))
		return;
	http_set_user(request, self);
	web_with_signer(request, true, give_followers_of_host);
}
