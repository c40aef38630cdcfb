/* SPDX-License-Identifier: ISC */
/*
 * update publish, edit, delete, list, show; and the view of a post that the
 * timeline shares.
 */
#include "daemon/command_note.h"

#include <errno.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "federation/sanitize.h"

enum { NOTE_PREVIEW_MAX = 2000 }; /* code points of a post in a list */

static const char *const visibilities[] = {
	[VISIBILITY_PUBLIC] = "public",
	[VISIBILITY_UNLISTED] = "unlisted",
	[VISIBILITY_FOLLOWERS] = "followers",
	[VISIBILITY_DIRECT] = "direct",
};

json_t *
command_note_view(struct command_request *request, const struct object *note)
{
	json_t *view = json_object();
	struct actor author;

	json_object_set_new(view, "number", json_integer(note->id));
	command_set_text(view, "author", note->actor_uri);
	if (note->actor_id != 0 && actor_get(request->db, request->arena,
				       note->actor_id, &author) == 0) {
		command_set_text(view, "address",
		    command_address(request->arena, request->node, &author));
		command_set_text(view, "author_name", author.name);
	}
	command_set_time(view, "published", note->published);
	if (note->updated != note->published)
		command_set_time(view, "updated", note->updated);
	command_set_text(view, "title", note->name);
	command_set_text(view, "text",
	    note->source != NULL ? note->source
				 : sanitize_plain(request->arena, note->content,
				       NOTE_PREVIEW_MAX));
	command_set_text(view, "visibility", visibilities[note->visibility]);
	command_set_text(view, "id", note->uri);
	command_set_text(view, "url", note->url);
	return view;
}

/* The text as an argument or as an option, once. */
static const char *
text_of(const struct command_request *request)
{
	if (request->argument_count > 1)
		return request->arguments[1];
	return command_text(request, "text");
}

static enum visibility
visibility_of(const struct command_request *request)
{
	const char *word = command_text(request, "visibility");

	for (size_t i = 0; word != NULL && i < N_ELEMENTS(visibilities); i++) {
		if (strcmp(word, visibilities[i]) == 0)
			return (enum visibility)i;
	}
	return VISIBILITY_PUBLIC;
}

static int
publish_work(struct command_job *job)
{
	const struct command_request *request = job->request;
	const char *published = command_text(request, "published");
	struct note_form form = {
		.title = command_text(request, "title"),
		.text = text_of(request),
		.in_reply_to = command_text(request, "in-reply-to"),
		.language = command_text(request, "language"),
		.visibility = visibility_of(request),
	};
	struct actor author;
	struct object note;
	int r;

	if (published != NULL &&
	    clock_rfc3339_parse(published, &form.published) < 0)
		return command_job_refuse(job, -EINVAL,
		    "--published: a time as 2026-03-14T17:00:00Z is wanted");
	r = command_find_local(job->publish.db, job->arena, job->publish.node,
	    request->arguments[0], &author);
	if (r == -ENOENT)
		return command_job_refuse(job, r,
		    "there is no profile or project named %s",
		    request->arguments[0]);
	if (r == 0)
		r = publish_note_create(&job->publish, author.id, &form, &note);
	if (r == 0)
		job->answer = json_pack("{s:s, s:s, s:I}", "message",
		    arena_printf(
			job->arena, "update was published: %s", note.uri),
		    "id", note.uri, "number", (json_int_t)note.id);
	return r;
}

/* By number or id, living. */
static int
find_note(
    struct db *db, struct arena *arena, const char *name, struct object *ret)
{
	struct object note;
	int64_t number;
	int r;

	if (text_int64(name, 1, INT64_MAX, &number) == 0)
		r = object_get(db, arena, number, &note);
	else
		r = object_by_uri(db, arena, name, &note);
	if (r == 0 && note.deleted_at != 0)
		r = -ENOENT;
	if (r == 0)
		*ret = note;
	return r;
}

static int
find_own(struct command_job *job, struct object *ret)
{
	const char *name = job->request->arguments[0];
	int r = find_note(job->publish.db, job->arena, name, ret);

	if (r == -ENOENT)
		return command_job_refuse(
		    job, r, "there is no update %s", name);
	return r;
}

static json_t *
note_answer(
    const struct command_job *job, const struct object *note, const char *what)
{
	return json_pack("{s:s, s:s, s:I}", "message",
	    arena_printf(job->arena, "update was %s: %s", what, note->uri),
	    "id", note->uri, "number", (json_int_t)note->id);
}

static int
edit_work(struct command_job *job)
{
	const struct command_request *request = job->request;
	struct note_form form = { 0 };
	struct object note = { 0 };
	int r;

	r = find_own(job, &note);
	if (r < 0)
		return r;
	form.title = command_given(request, "title")
			 ? command_text(request, "title")
			 : note.name;
	form.text = text_of(request) != NULL ? text_of(request) : note.source;
	form.language = command_text(request, "language");
	r = publish_note_update(&job->publish, note.id, &form);
	if (r == 0)
		job->answer = note_answer(job, &note, "changed");
	return r;
}

static int
delete_work(struct command_job *job)
{
	struct object note = { 0 };
	int r;

	r = find_own(job, &note);
	if (r == 0)
		r = publish_note_delete(&job->publish, note.id);
	if (r == 0)
		job->answer = note_answer(job, &note, "deleted");
	return r;
}

/* True, and refused, when the text was given in two ways. */
static bool
text_is_given_twice(struct command_request *request)
{
	if (request->argument_count < 2 || !command_given(request, "text"))
		return false;
	command_refuse(request, CODE_INVALID,
	    "the text is given twice: as an argument and as an option");
	return true;
}

void
command_note_publish(struct command_request *request)
{
	if (text_is_given_twice(request))
		return;
	if (text_of(request) == NULL)
		command_refuse(request, CODE_INVALID,
		    "an update needs a text: give it as an argument, with "
		    "--text or with --text-file");
	else
		command_write(request, publish_work, NULL, NULL);
}

void
command_note_edit(struct command_request *request)
{
	if (text_is_given_twice(request))
		return;
	if (text_of(request) == NULL && json_object_size(request->options) == 0)
		command_refuse(
		    request, CODE_INVALID, "nothing to change was given");
	else
		command_write(request, edit_work, NULL, NULL);
}

void
command_note_delete(struct command_request *request)
{
	command_write(request, delete_work, NULL, NULL);
}

void
command_note_list(struct command_request *request)
{
	size_t limit = command_limit(request), count;
	struct object *notes;
	struct actor author;
	bool all = request->argument_count == 0;
	json_t *items;
	int r = 0;

	if (!all)
		r = command_find_local(request->db, request->arena,
		    request->node, request->arguments[0], &author);
	if (r < 0) {
		command_refuse_actor(
		    request, r, "profile or project", request->arguments[0]);
		return;
	}
	r = all ? object_recent(
		      request->db, request->arena, limit, &notes, &count)
		: object_list(request->db, request->arena, author.id,
		      command_integer(request, "after", 0), limit, &notes,
		      &count);
	if (r < 0) {
		command_refuse_errno(request, r, NULL);
		return;
	}
	items = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(
		    items, command_note_view(request, &notes[i]));
	command_answer(request,
	    command_items(items, !all && count == limit
				     ? json_integer(notes[count - 1].id)
				     : NULL));
}

void
command_note_show(struct command_request *request)
{
	const char *name = request->arguments[0];
	struct object note;
	int64_t likes, announces;
	json_t *view;
	int r;

	r = find_note(request->db, request->arena, name, &note);
	if (r == -ENOENT) {
		command_refuse(
		    request, CODE_NOT_FOUND, "there is no update %s", name);
		return;
	}
	if (r == 0)
		r = reaction_count(request->db, note.id, REACTION_LIKE, &likes);
	if (r == 0)
		r = reaction_count(
		    request->db, note.id, REACTION_ANNOUNCE, &announces);
	if (r < 0) {
		command_refuse_errno(request, r, NULL);
		return;
	}
	view = command_note_view(request, &note);
	command_set_text(view, "language", note.language);
	command_set_text(view, "in_reply_to", note.in_reply_to);
	json_object_set_new(view, "likes", json_integer(likes));
	json_object_set_new(view, "announces", json_integer(announces));
	command_answer(request, view);
}
