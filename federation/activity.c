/* SPDX-License-Identifier: ISC */
#include "federation/activity.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/base/text.h"
#include "federation/url.h"

enum { ACTIVITY_TYPE_MAX = 100 }; /* bytes of a name that is logged */

static const struct name_of_type {
	enum activity_type type;
	const char *name;
} types[] = {
	{ ACTIVITY_ACCEPT, "Accept" },
	{ ACTIVITY_ADD, "Add" },
	{ ACTIVITY_ANNOUNCE, "Announce" },
	{ ACTIVITY_BLOCK, "Block" },
	{ ACTIVITY_CREATE, "Create" },
	{ ACTIVITY_DELETE, "Delete" },
	{ ACTIVITY_FLAG, "Flag" },
	{ ACTIVITY_FOLLOW, "Follow" },
	{ ACTIVITY_JOIN, "Join" },
	{ ACTIVITY_LIKE, "Like" },
	{ ACTIVITY_MOVE, "Move" },
	{ ACTIVITY_REJECT, "Reject" },
	{ ACTIVITY_REMOVE, "Remove" },
	{ ACTIVITY_UNDO, "Undo" },
	{ ACTIVITY_UPDATE, "Update" },
};

static enum activity_type
type_of(const char *name)
{
	for (size_t i = 0; i < N_ELEMENTS(types); i++) {
		if (strcmp(types[i].name, name) == 0)
			return types[i].type;
	}
	return ACTIVITY_OTHER;
}

bool
activity_type_is_actor(const char *type)
{
	static const char *const actors[] = { "Application", "Group",
		"Organization", "Person", "Service" };

	for (size_t i = 0; type != NULL && i < N_ELEMENTS(actors); i++) {
		if (strcmp(type, actors[i]) == 0)
			return true;
	}
	return false;
}

const char *
activity_actor_type(const json_t *document)
{
	json_t *value = json_object_get(document, "type"), *item;
	size_t i;

	json_array_foreach(value, i, item)
	{
		if (activity_type_is_actor(json_string_value(item)))
			return json_string_value(item);
	}
	return activity_type_is_actor(json_string_value(value))
		   ? json_string_value(value)
		   : NULL;
}

bool
activity_is_public(const char *id)
{
	return strcmp(id, "https://www.w3.org/ns/activitystreams#Public") ==
		   0 ||
	       strcmp(id, "as:Public") == 0 || strcmp(id, "Public") == 0;
}

static bool
names_public(const char *const *ids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (activity_is_public(ids[i]))
			return true;
	}
	return false;
}

static const char followers_segment[] = "/followers";

/* "/followers" at s, as a whole segment of a path. */
static bool
is_segment(const char *s)
{
	size_t len = sizeof(followers_segment) - 1;

	return strncmp(s, followers_segment, len) == 0 &&
	       (s[len] == '\0' || s[len] == '/' || s[len] == '?');
}

/* "/users/marie/followers", "/followers/marie"; not "/users/followers". */
static bool
is_followers_path(const char *path)
{
	size_t slashes = 0;

	for (; *path != '\0'; path++) {
		if (*path != '/')
			continue;
		if (is_segment(path))
			return slashes >= 2 ||
			       path[sizeof(followers_segment) - 1] == '/';
		slashes++;
	}
	return false;
}

/*
 * A followers collection cannot be told from an actor by its address alone;
 * the servers we know name it so, on the author's origin.  But what is
 * addressed to "/users/followers" may well be mail for somebody of that name:
 * such an address counts only below the author's own.
 */
static bool
is_followers(struct arena *arena, const char *author, const char *id)
{
	size_t len = strlen(author);
	struct url url;

	if (len > 0 && author[len - 1] == '/')
		len--;
	if (strncmp(id, author, len) == 0 && is_segment(id + len))
		return true;
	return url_same_origin(author, id) && url_parse(arena, id, &url) == 0 &&
	       is_followers_path(url.path);
}

static bool
names_followers(const char *author, const char *const *ids, size_t count)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();

	for (size_t i = 0; i < count; i++) {
		if (is_followers(arena, author, ids[i]))
			return true;
	}
	return false;
}

enum visibility
activity_visibility(const char *author, const char *const *to, size_t to_count,
    const char *const *cc, size_t cc_count)
{
	if (names_public(to, to_count))
		return VISIBILITY_PUBLIC;
	if (names_public(cc, cc_count))
		return VISIBILITY_UNLISTED;
	if (names_followers(author, to, to_count) ||
	    names_followers(author, cc, cc_count))
		return VISIBILITY_FOLLOWERS;
	return VISIBILITY_DIRECT;
}

/* An id normalised, or NULL. */
static const char *
clean_id(struct arena *arena, const char *id)
{
	struct url url;

	if (id == NULL || url_parse(arena, id, &url) < 0)
		return NULL;
	return url.text;
}

static size_t
read_recipients(struct arena *arena, const json_t *document, const char *key,
    const char **ret)
{
	const char *raw[ACTIVITY_RECIPIENTS_MAX];
	size_t count = json_ids(document, key, raw, ACTIVITY_RECIPIENTS_MAX);
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		const char *id = activity_is_public(raw[i])
				     ? raw[i]
				     : clean_id(arena, raw[i]);

		if (id != NULL)
			ret[kept++] = id;
	}
	return kept;
}

static int
refuse(char error[JSON_ERROR_SIZE], const char *sentence)
{
	(void)snprintf(error, JSON_ERROR_SIZE, "%s", sentence);
	return -EINVAL;
}

/*
 * An id of another scheme (urn:uuid:...) can be fetched by nobody and belongs
 * to no origin: as good as none.  A crooked web address is refused.
 */
static bool
is_web_address(const char *id)
{
	return text_starts_with(id, "http:") || text_starts_with(id, "https:");
}

/* The parts that are ids: of the activity, the actor, the object. */
static int
read_ids(struct arena *arena, json_t *document, struct activity *ret,
    char error[JSON_ERROR_SIZE])
{
	const char *id = json_text(document, "id");

	ret->id = clean_id(arena, id);
	if (id != NULL && ret->id == NULL && is_web_address(id))
		return refuse(error, "id: the address is malformed");
	ret->actor = clean_id(arena, json_id(document, "actor"));
	if (ret->actor == NULL)
		return refuse(
		    error, "actor: it is missing or no http or https address");
	id = json_id(document, "object");
	ret->object_id = clean_id(arena, id);
	ret->object_is_public = id != NULL && activity_is_public(id);
	ret->object = json_embedded(document, "object");
	if (ret->object != NULL)
		ret->object_type = json_first_text(ret->object, "type");
	ret->target = clean_id(arena, json_id(document, "target"));
	return 0;
}

int
activity_read(struct arena *arena, json_t *document, struct activity *ret,
    char error[JSON_ERROR_SIZE])
{
	struct activity activity = { .document = document };
	int r;

	if (!json_is_object(document))
		return refuse(error, "it is no object");
	activity.type_name = json_first_text(document, "type");
	if (activity.type_name == NULL)
		return refuse(error, "type: it is missing");
	if (strlen(activity.type_name) > ACTIVITY_TYPE_MAX)
		return refuse(error, "type: the name is too long");
	activity.type = type_of(activity.type_name);
	r = read_ids(arena, document, &activity, error);
	if (r < 0)
		return r;
	activity.published = json_time(document, "published");
	activity.to_count = read_recipients(arena, document, "to", activity.to);
	activity.cc_count = read_recipients(arena, document, "cc", activity.cc);
	*ret = activity;
	return 0;
}

int
activity_read_inner(
    struct arena *arena, const struct activity *outer, struct activity *ret)
{
	char error[JSON_ERROR_SIZE];

	if (outer->object == NULL)
		return -EINVAL;
	return activity_read(arena, outer->object, ret, error);
}
