/* SPDX-License-Identifier: ISC */
/*
 * Updates ("where it stands"): Notes by a project or a profile of ours.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "federation/announce.h"
#include "federation/catalogue.h"
#include "federation/dispatch.h"
#include "federation/relay.h"
#include "federation/sanitize.h"
#include "federation/url.h"
#include "store/outbox.h"

enum {
	NOTE_TITLE_MAX = 200, /* code points */
	NOTE_TEXT_MAX = 40000,
	NOTE_LANGUAGE_MAX = 35, /* bytes */
};

static int
refuse(struct publish *publish, const char *sentence)
{
	(void)snprintf(publish->error, sizeof(publish->error), "%s", sentence);
	return -EINVAL;
}

static bool
is_text(const char *s)
{
	return s == NULL || text_utf8_valid(s, strlen(s));
}

/* BCP 47, roughly. */
static bool
is_language(const char *s)
{
	size_t len = strlen(s);

	if (len < 2 || len > NOTE_LANGUAGE_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(i > 0 && ((c >= '0' && c <= '9') || c == '-'))))
			return false;
	}
	return true;
}

static int
check_form(struct publish *publish, const struct note_form *form)
{
	if (text_empty(form->text))
		return refuse(publish, "an update needs a text");
	if (!is_text(form->text) || !is_text(form->title))
		return refuse(publish, "the text is not UTF-8");
	if (text_utf8_length(form->text) > NOTE_TEXT_MAX)
		return refuse(
		    publish, "the text is longer than 40000 characters");
	if (form->title != NULL &&
	    text_utf8_length(form->title) > NOTE_TITLE_MAX)
		return refuse(
		    publish, "the title is longer than 200 characters");
	if (form->visibility == VISIBILITY_DIRECT)
		return refuse(publish, "an update cannot be a direct message");
	if (form->published > publish->now + 600)
		return refuse(publish, "the date is in the future");
	if (form->published < 0)
		return refuse(publish, "the date is before 1970");
	if (form->language != NULL && !is_language(form->language))
		return refuse(
		    publish, "language: a code such as fr or br is needed");
	return 0;
}

/* Title and text of the form, as they are stored. */
static int
fill(struct publish *publish, const struct note_form *form, struct object *note)
{
	note->name = sanitize_line(publish->arena, form->title, NOTE_TITLE_MAX);
	if (text_empty(note->name))
		note->name = NULL;
	note->source = form->text;
	note->content = sanitize_markdown(publish->arena, form->text);
	if (form->language != NULL)
		note->language = form->language;
	return text_empty(note->content)
		   ? refuse(publish, "an update needs a text")
		   : 0;
}

/* The id of what is answered, or NULL. */
static int
read_reply(
    struct publish *publish, const struct note_form *form, const char **ret)
{
	struct url url;

	if (form->in_reply_to == NULL)
		return 0;
	if (url_parse(publish->arena, form->in_reply_to, &url) < 0)
		return refuse(
		    publish, "what is answered is named by its web address");
	*ret = url.text;
	return 0;
}

/* The author, alive and ours. */
static int
author_of(struct publish *publish, int64_t actor_id, struct actor *ret)
{
	int r = actor_get(publish->db, publish->arena, actor_id, ret);

	if (r < 0)
		return r;
	if (ret->deleted_at != 0)
		return -ENOENT;
	if (ret->kind == ACTOR_REMOTE)
		return refuse(publish, "the author is not an actor of ours");
	return 0;
}

static struct dispatch
note_dispatch(const char *type, const struct actor *author,
    const struct object *note, json_t *object)
{
	return (struct dispatch){
		.actor = author,
		.type = type,
		.object = object,
		.object_uri = note->uri,
		.audience = { note->visibility, author->followers, NULL, 0 },
		.to_followers = true,
		/* The outbox is read by everyone. */
		.listed = note->visibility <= VISIBILITY_UNLISTED,
	};
}

/* To the author's followers, and by the territory to its own. */
static int
tell_create(struct publish *publish, const struct actor *author,
    const struct object *note)
{
	struct dispatch dispatch = note_dispatch("Create", author, note,
	    document_note(publish->arena, publish->node->base, note, author));
	const char *uri;
	int64_t territory;
	int r = dispatch_send(publish, &dispatch, &uri);

	if (r == 0)
		r = announce_by(publish, author, note, &territory);
	if (r < 0 || territory == 0)
		return r;
	return announce_create(publish, territory, note, uri);
}

/* The same for what happens to it later; the object (taken) says what. */
static int
tell_change(struct publish *publish, const char *type,
    const struct actor *author, const struct object *note, json_t *object)
{
	struct dispatch dispatch = note_dispatch(type, author, note, object);
	const char *uri;
	int64_t territory;
	int r = announce_told(publish, note, &territory);

	if (r == 0 && territory != 0)
		r = relay_id(publish, &dispatch.also_followers_of[1]);
	if (r < 0) {
		json_decref(object);
		return r;
	}
	dispatch.listed = false;
	dispatch.also_followers_of[0] = territory;
	r = dispatch_send(publish, &dispatch, &uri);
	if (r < 0 || territory == 0)
		return r;
	return announce_change(
	    publish, territory, note->uri, note->actor_uri, uri);
}

/* Those whom a delivery does not reach learn from it that there is one. */
static int
tell_catalogue(struct publish *publish, const struct actor *author,
    const struct object *note)
{
	return note->visibility == VISIBILITY_PUBLIC
		   ? catalogue_note_latest(publish, author)
		   : 0;
}

int
publish_note_create(struct publish *publish, int64_t actor_id,
    const struct note_form *form, struct object *ret)
{
	struct actor author;
	struct object note = {
		.local = true,
		.type = "Note",
		.language = "fr",
	};
	char opaque[CRYPTO_OPAQUE_SIZE];
	int r;

	r = check_form(publish, form);
	if (r == 0)
		r = fill(publish, form, &note);
	if (r == 0)
		r = read_reply(publish, form, &note.in_reply_to);
	if (r == 0)
		r = author_of(publish, actor_id, &author);
	if (r < 0)
		return r;
	crypto_opaque(opaque);
	note.uri =
	    document_actor_uri(publish->arena, publish->node->base, opaque);
	note.url = note.uri;
	note.actor_id = actor_id;
	note.actor_uri = author.uri;
	note.visibility = form->visibility;
	note.published = form->published != 0 ? form->published : publish->now;
	note.updated = note.published;
	note.received_at = publish->now;
	r = object_create(publish->db, &note, &note.id);
	if (r == 0)
		r = timeline_fan_out(
		    publish->db, actor_id, note.id, note.published, false);
	if (r < 0)
		return r;
	r = tell_create(publish, &author, &note);
	if (r == 0)
		r = tell_catalogue(publish, &author, &note);
	if (r == 0)
		*ret = note;
	return r;
}

/* One of our own living Notes and its author. */
static int
own_note(struct publish *publish, int64_t object_id, struct object *ret_note,
    struct actor *ret_author)
{
	int r = object_get(publish->db, publish->arena, object_id, ret_note);

	if (r < 0)
		return r;
	if (ret_note->deleted_at != 0)
		return -ENOENT;
	if (!ret_note->local)
		return refuse(publish, "this update is not one of ours");
	return author_of(publish, ret_note->actor_id, ret_author);
}

int
publish_note_update(
    struct publish *publish, int64_t object_id, const struct note_form *form)
{
	struct actor author;
	struct object note;
	int r;

	r = check_form(publish, form);
	if (r == 0)
		r = own_note(publish, object_id, &note, &author);
	if (r == 0)
		r = fill(publish, form, &note);
	if (r < 0)
		return r;
	/* Others keep the newest by `updated`: two in a second must differ. */
	note.updated = MAX(publish->now, note.updated + 1);
	r = object_update(publish->db, &note);
	if (r < 0)
		return r;
	return tell_change(publish, "Update", &author, &note,
	    document_note(publish->arena, publish->node->base, &note, &author));
}

int
publish_note_delete(struct publish *publish, int64_t object_id)
{
	struct actor author;
	struct object note;
	int r;

	r = own_note(publish, object_id, &note, &author);
	if (r == 0)
		r = object_delete(publish->db, object_id, publish->now);
	if (r == 0)
		r = outbox_retract_object(publish->db, note.uri);
	if (r < 0)
		return r;
	r = tell_change(publish, "Delete", &author, &note,
	    document_tombstone(note.uri, note.type, publish->now));
	return r < 0 ? r : tell_catalogue(publish, &author, &note);
}
