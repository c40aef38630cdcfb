/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "federation/activity.h"
#include "federation/sanitize.h"
#include "federation/url.h"

enum { OBJECT_NAME_MAX = 300, OBJECT_LANGUAGE_MAX = 20 };

static int
refuse(char error[JSON_ERROR_SIZE], const char *sentence)
{
	(void)snprintf(error, JSON_ERROR_SIZE, "%s", sentence);
	return -EINVAL;
}

/* What has an author and something to say. */
static bool
is_readable(const char *type)
{
	static const char *const types[] = { "Note", "Article", "Page", "Event",
		"Question", "Video", "Audio", "Image", "Document", "Review",
		"Comment" };

	for (size_t i = 0; type != NULL && i < N_ELEMENTS(types); i++) {
		if (strcmp(type, types[i]) == 0)
			return true;
	}
	return false;
}

/*
 * The author: the first of attributedTo on the object's origin (a list may
 * name a team, and PeerTube's channel), or actor (Mobilizon, old Pleroma).
 */
static const char *
author_of(struct arena *arena, const json_t *document, const struct url *id)
{
	static const char *const keys[] = { "attributedTo", "actor" };

	for (size_t k = 0; k < N_ELEMENTS(keys); k++) {
		const char *ids[8];
		size_t count =
		    json_ids(document, keys[k], ids, N_ELEMENTS(ids));

		for (size_t i = 0; i < count; i++) {
			struct url url;

			if (url_parse(arena, ids[i], &url) == 0 &&
			    strcmp(url.origin, id->origin) == 0)
				return url.text;
		}
	}
	return NULL;
}

/* The language of the text: the only key of contentMap, or the map's key
 * whose text is the content. */
static const char *
language_of(struct arena *arena, const json_t *document, const char *content)
{
	const json_t *map = json_object_get(document, "contentMap"), *value;
	const char *key;

	if (json_is_object(map)) {
		json_object_foreach((json_t *)(uintptr_t)map, key, value)
		{
			if (json_is_string(value) &&
			    (content == NULL ||
				strcmp(json_string_value(value), content) == 0))
				return sanitize_line(
				    arena, key, OBJECT_LANGUAGE_MAX);
		}
	}
	/* Mobilizon; Lemmy and PeerTube */
	key = json_text(document, "inLanguage");
	if (key == NULL)
		key = json_text(
		    json_embedded(document, "language"), "identifier");
	return sanitize_line(arena, key, OBJECT_LANGUAGE_MAX);
}

static const char *
content_of(const json_t *document)
{
	const json_t *map;
	const char *content = json_text(document, "content");
	void *at;

	if (content != NULL)
		return content;
	map = json_object_get(document, "contentMap");
	if (!json_is_object(map))
		return NULL;
	at = json_object_iter((json_t *)(uintptr_t)map);
	return at == NULL ? NULL
			  : json_string_value(json_object_iter_value(at));
}

static const char *
clean_id(struct arena *arena, const char *id)
{
	struct url url;

	if (id == NULL || url_parse(arena, id, &url) < 0)
		return NULL;
	return url.text;
}

static bool
is_media_type(const json_t *document, const char *type)
{
	const char *said = json_text(document, "mediaType");

	return said != NULL && strcmp(said, type) == 0;
}

/* The text as HTML: PeerTube writes Markdown, some write plain text. */
static const char *
html_of(struct arena *arena, const json_t *document, const char *content)
{
	if (content == NULL)
		return NULL;
	if (is_media_type(document, "text/markdown"))
		return sanitize_markdown(arena, content);
	if (is_media_type(document, "text/plain"))
		content = text_html_escape(arena, content);
	return sanitize_html(arena, content, SANITIZE_HTML_MAX);
}

/* Parvis repeats its title in the text, for those who show no titles. */
static const char *
without_title(struct arena *arena, const char *content, const char *title)
{
	const char *heading = arena_printf(arena, "<p><strong>%s</strong></p>",
	    text_html_escape(arena, title));

	return content != NULL && text_starts_with(content, heading)
		   ? content + strlen(heading)
		   : content;
}

static void
read_texts(struct arena *arena, const json_t *document, const struct url *id,
    struct object *object)
{
	const char *content = content_of(document);
	const char *title = json_text(document, "parvis:title");
	const char *page = json_id(document, "url");

	object->name = sanitize_line(arena,
	    title != NULL ? title : json_text(document, "name"),
	    OBJECT_NAME_MAX);
	object->summary = sanitize_line(
	    arena, json_text(document, "summary"), SANITIZE_LINE_MAX);
	object->content = html_of(arena, document, content);
	if (!text_empty(title))
		object->content =
		    without_title(arena, object->content, object->name);
	object->language = language_of(arena, document, content);
	object->url = page != NULL && url_same_origin(page, id->text)
			  ? clean_id(arena, page)
			  : id->text;
}

static void
read_times(const json_t *document, struct object *object)
{
	int64_t now = clock_now();

	object->published = json_time(document, "published");
	if (object->published <= 0 || object->published > now)
		object->published = now;
	object->updated = json_time(document, "updated");
	if (object->updated < object->published || object->updated > now + 600)
		object->updated = object->published;
	object->received_at = now;
}

static enum visibility
visibility_of(const json_t *document, const char *author)
{
	const char *to[ACTIVITY_RECIPIENTS_MAX], *cc[ACTIVITY_RECIPIENTS_MAX];
	size_t to_count = json_ids(document, "to", to, ACTIVITY_RECIPIENTS_MAX);
	size_t cc_count = json_ids(document, "cc", cc, ACTIVITY_RECIPIENTS_MAX);

	return activity_visibility(author, to, to_count, cc, cc_count);
}

static bool
has_some(const json_t *value)
{
	return json_is_object(value) || json_array_size(value) > 0;
}

/* A picture, a film; Lemmy's stands in `image`. */
static bool
has_attachment(const json_t *document)
{
	return has_some(json_object_get(document, "attachment")) ||
	       has_some(json_object_get(document, "image"));
}

int
activity_read_object(struct arena *arena, json_t *document, struct object *ret,
    char error[JSON_ERROR_SIZE])
{
	struct object object = { 0 };
	struct url id;

	object.type = json_first_text(document, "type");
	if (!is_readable(object.type))
		return refuse(error, "type: it is none that is shown here");
	if (url_parse(arena, json_text(document, "id"), &id) < 0)
		return refuse(error, "id: it is no http or https address");
	object.uri = id.text;
	object.actor_uri = author_of(arena, document, &id);
	if (object.actor_uri == NULL)
		return refuse(
		    error, "attributedTo: it is missing or on another origin");
	read_texts(arena, document, &id, &object);
	if (text_empty(object.content) && text_empty(object.name) &&
	    !has_attachment(document))
		return refuse(error,
		    "it has neither a text nor a name nor an attachment");
	object.in_reply_to = clean_id(arena, json_id(document, "inReplyTo"));
	object.context = clean_id(arena, json_id(document, "context"));
	object.visibility = visibility_of(document, object.actor_uri);
	read_times(document, &object);
	object.document = json_write(arena, document);
	*ret = object;
	return 0;
}
