/* SPDX-License-Identifier: ISC */
/*
 * Documents of others, each through all three readers.  Whatever they say:
 * ids come back normalised; an actor's inbox and keys and an object's author
 * are on the origin of the id; dates are not in the future; what our own
 * writer makes of the document reads the same; a refusal has a sentence.
 */
#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "federation/activity.h"
#include "federation/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As url_parse() writes it, or NULL. */
static void
check_id(struct arena *arena, const char *id)
{
	struct url url;

	if (id == NULL)
		return;
	ASSERT(url_parse(arena, id, &url) == 0);
	ASSERT(strcmp(url.text, id) == 0);
}

static void
check_own(struct arena *arena, const char *owner, const char *id)
{
	check_id(arena, id);
	ASSERT(id == NULL || url_same_origin(owner, id));
}

static void
check_text(const char *text, size_t max)
{
	if (text == NULL)
		return;
	ASSERT(text_utf8_valid(text, strlen(text)));
	ASSERT(text_utf8_length(text) <= max);
}

static void
check_refusal(const char *error)
{
	ASSERT(error[0] != '\0');
	ASSERT(strlen(error) < JSON_ERROR_SIZE);
	ASSERT(text_utf8_valid(error, strlen(error)));
}

/* --- activities --- */

static void
check_recipients(struct arena *arena, const char *const *ids, size_t count)
{
	ASSERT(count <= ACTIVITY_RECIPIENTS_MAX);
	for (size_t i = 0; i < count; i++) {
		if (!activity_is_public(ids[i]))
			check_id(arena, ids[i]);
	}
}

static void
check_activity(struct arena *arena, json_t *document, unsigned depth)
{
	char error[JSON_ERROR_SIZE] = "";
	struct activity activity, inner;

	if (activity_read(arena, document, &activity, error) < 0) {
		check_refusal(error);
		return;
	}
	ASSERT(activity.actor != NULL);
	ASSERT(strlen(activity.type_name) <= 100);
	check_id(arena, activity.id);
	check_id(arena, activity.actor);
	check_id(arena, activity.object_id);
	check_id(arena, activity.target);
	check_recipients(arena, activity.to, activity.to_count);
	check_recipients(arena, activity.cc, activity.cc_count);
	ASSERT(activity.object == NULL || json_is_object(activity.object));
	if (depth > 0 && activity_read_inner(arena, &activity, &inner) == 0)
		check_activity(arena, activity.object, depth - 1);
}

/* --- actors --- */

static void
check_actor(struct arena *arena, json_t *document)
{
	char error[JSON_ERROR_SIZE] = "";
	struct received_actor received;
	const struct actor *actor = &received.actor;

	if (activity_read_actor(arena, document, &received, error) < 0) {
		check_refusal(error);
		return;
	}
	ASSERT(activity_type_is_actor(actor->type));
	ASSERT(actor->kind == ACTOR_REMOTE);
	ASSERT(!text_empty(actor->username) && actor->inbox != NULL);
	check_own(arena, actor->uri, actor->uri);
	check_own(arena, actor->uri, actor->inbox);
	check_own(arena, actor->uri, actor->shared_inbox);
	check_own(arena, actor->uri, actor->outbox);
	check_own(arena, actor->uri, actor->followers);
	check_own(arena, actor->uri, actor->url);
	check_id(arena, actor->icon_url);
	check_id(arena, received.moved_to);
	ASSERT(received.key_count <= ACTIVITY_KEYS_MAX);
	for (size_t i = 0; i < received.key_count; i++)
		check_own(arena, actor->uri, received.keys[i].uri);
	check_text(actor->name, 200);
	check_text(actor->stage, 20);
	check_text(actor->status, 2000);
	check_text(actor->place.name, 200);
	ASSERT(!actor->place.located ||
	       (actor->place.latitude >= -90 && actor->place.latitude <= 90 &&
		   actor->place.longitude >= -180 &&
		   actor->place.longitude <= 180));
	ASSERT(actor->created_at <= clock_now());
	ASSERT(actor->updated_at <= clock_now());
}

/* --- objects --- */

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
check_object(struct arena *arena, json_t *document)
{
	CLEANUP(json_release) json_t *written = NULL;
	char error[JSON_ERROR_SIZE] = "";
	struct object object, again;

	if (activity_read_object(arena, document, &object, error) < 0) {
		check_refusal(error);
		return;
	}
	check_own(arena, object.uri, object.uri);
	check_own(arena, object.uri, object.actor_uri);
	check_own(arena, object.uri, object.url);
	check_id(arena, object.in_reply_to);
	check_id(arena, object.context);
	check_text(object.name, 300);
	check_text(object.summary, 500);
	check_text(object.language, 20);
	ASSERT(object.published > 0 && object.published <= clock_now());
	ASSERT(object.updated >= object.published);
	ASSERT(!object.local);

	written = json_loads(object.document, 0, NULL);
	ASSERT(written != NULL);
	ASSERT(activity_read_object(arena, written, &again, error) == 0);
	ASSERT(same(object.uri, again.uri));
	ASSERT(same(object.actor_uri, again.actor_uri));
	ASSERT(same(object.content, again.content));
	ASSERT(object.visibility == again.visibility);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	CLEANUP(json_release) json_t *document = NULL;
	char error[JSON_ERROR_SIZE] = "";

	if (json_read((const char *)data, size, &document, error) < 0) {
		ASSERT(document == NULL);
		check_refusal(error);
		return 0;
	}
	check_activity(arena, document, 3);
	check_actor(arena, document);
	check_object(arena, document);
	return 0;
}
