/* SPDX-License-Identifier: ISC */
/*
 * What all handlers share: answers, options, jobs, wants, and names.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "daemon/command.h"
#include "federation/url.h"

static void
send_line(struct command_request *request, json_t *line, bool last)
{
	ASSERT(line != NULL);
	if (!request->answered)
		control_send(request, line, last);
	json_decref(line);
}

void
command_answer(struct command_request *request, json_t *result)
{
	if (result == NULL)
		result = json_object();
	send_line(
	    request, json_pack("{s:b, s:o}", "ok", 1, "result", result), true);
}

void
command_say(struct command_request *request, const char *fmt, ...)
{
	va_list ap;
	const char *text;

	va_start(ap, fmt);
	text = arena_vprintf(request->arena, fmt, ap);
	va_end(ap);
	command_answer(request, json_pack("{s:s}", "message", text));
}

void
command_refuse_details(struct command_request *request, enum command_code code,
    const char *sentence, json_t *details)
{
	json_t *line = json_pack("{s:b, s:s, s:s}", "ok", 0, "error", sentence,
	    "code", commands_code_word(code));

	/* Others' text may be in it; the line is sent whatever it was. */
	if (line == NULL)
		line = json_pack("{s:b, s:s, s:s}", "ok", 0, "error",
		    "the request was refused", "code",
		    commands_code_word(code));
	if (details != NULL)
		json_object_set_new(line, "details", details);
	send_line(request, line, true);
}

void
command_refuse(struct command_request *request, enum command_code code,
    const char *fmt, ...)
{
	va_list ap;
	const char *text;

	va_start(ap, fmt);
	text = arena_vprintf(request->arena, fmt, ap);
	va_end(ap);
	command_refuse_details(request, code, text, NULL);
}

void
command_refuse_errno(
    struct command_request *request, int error, const char *sentence)
{
	static const struct {
		int error;
		enum command_code code;
		const char *sentence;
	} rows[] = {
		{ -EEXIST, CODE_EXISTS, "it exists already" },
		{ -ENOENT, CODE_NOT_FOUND, "there is no such thing" },
		{ -EINVAL, CODE_INVALID, "the values are not right" },
		{ -EBUSY, CODE_BUSY, "something still depends on it" },
		{ -ESTALE, CODE_NOT_FOUND, "it was deleted" },
		{ -EAGAIN, CODE_BUSY, "its keys are not made yet; try again" },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		if (rows[i].error != error)
			continue;
		command_refuse_details(request, rows[i].code,
		    text_empty(sentence) ? rows[i].sentence : sentence, NULL);
		return;
	}
	command_refuse_details(request, CODE_FAILED,
	    text_empty(sentence) ? "the node could not do it; its log says why"
				 : sentence,
	    NULL);
}

void
command_progress(struct command_request *request, const char *fmt, ...)
{
	va_list ap;
	const char *text;

	va_start(ap, fmt);
	text = arena_vprintf(request->arena, fmt, ap);
	va_end(ap);
	send_line(request, json_pack("{s:s}", "progress", text), false);
}

const char *
command_text(const struct command_request *request, const char *name)
{
	return json_string_value(json_object_get(request->options, name));
}

bool
command_flag(const struct command_request *request, const char *name)
{
	return json_is_true(json_object_get(request->options, name));
}

bool
command_given(const struct command_request *request, const char *name)
{
	return json_object_get(request->options, name) != NULL;
}

const json_t *
command_list(const struct command_request *request, const char *name)
{
	return json_object_get(request->options, name);
}

int64_t
command_integer(
    const struct command_request *request, const char *name, int64_t otherwise)
{
	const json_t *value = json_object_get(request->options, name);

	return value != NULL ? json_integer_value(value) : otherwise;
}

size_t
command_limit(const struct command_request *request)
{
	int64_t limit =
	    command_integer(request, "limit", COMMAND_LIMIT_DEFAULT);

	limit = MAX(limit, 1);
	return (size_t)MIN(limit, COMMAND_LIMIT_MAX);
}

/* Writer thread. */
static int
job_work(struct writer_job *job, struct db *db)
{
	struct command_job *self = CONTAINER_OF(job, struct command_job, job);

	self->publish.db = db;
	return self->work(self);
}

static void
job_done(struct writer_job *job)
{
	struct command_job *self = CONTAINER_OF(job, struct command_job, job);
	struct command_request *request = self->request;
	json_t *answer = self->answer;

	self->answer = NULL;
	if (self->done != NULL) {
		self->answer = answer;
		self->done(self);
		json_decref(self->answer);
	} else if (job->result == 0)
		command_answer(request, answer);
	else {
		json_decref(answer);
		command_refuse_errno(request, job->result, self->publish.error);
	}
	node_release(&self->snapshot);
	arena_free(&self->arena);
	free_ptr(&self);
	request->pending--;
	control_settle(request);
}

void
command_write(struct command_request *request,
    int (*work)(struct command_job *job), void (*done)(struct command_job *job),
    void *arg)
{
	struct command_job *job = xcalloc(1, sizeof(*job));

	job->request = request;
	job->arena = arena_new();
	job->snapshot = node_snapshot(request->node);
	job->work = work;
	job->done = done;
	job->arg = arg;
	job->publish.node = request->node;
	job->publish.settings = job->snapshot->settings;
	job->publish.arena = job->arena;
	job->publish.now = clock_now();
	job->job.work = job_work;
	job->job.done = job_done;
	job->job.reply = request->reply;
	request->pending++;
	writer_submit(request->node->writer, &job->job);
}

int
command_job_refuse(struct command_job *job, int error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(
	    job->publish.error, sizeof(job->publish.error), fmt, ap);
	va_end(ap);
	return error;
}

static void
wanted_done(struct courier_want *want)
{
	struct command_wanted *wanted =
	    CONTAINER_OF(want, struct command_wanted, want);
	struct command_request *request = wanted->request;

	wanted->done(wanted);
	free_ptr(&want->found);
	free_ptr(&want->document);
	free_ptr(&wanted);
	request->pending--;
	control_settle(request);
}

static struct command_wanted *
wanted_new(struct command_request *request, enum want_kind kind,
    const char *uri, void (*done)(struct command_wanted *wanted), void *arg)
{
	struct command_wanted *wanted = xcalloc(1, sizeof(*wanted));

	wanted->request = request;
	wanted->done = done;
	wanted->arg = arg;
	wanted->want.kind = kind;
	wanted->want.uri = arena_strdup(request->arena, uri);
	wanted->want.reply = request->reply;
	wanted->want.done = wanted_done;
	request->pending++;
	return wanted;
}

void
command_want(struct command_request *request, enum want_kind kind,
    const char *uri, void (*done)(struct command_wanted *wanted), void *arg)
{
	struct command_wanted *wanted =
	    wanted_new(request, kind, uri, done, arg);

	courier_want(request->node->courier, &wanted->want);
}

void
command_want_anew(struct command_request *request, enum want_kind kind,
    const char *uri, void (*done)(struct command_wanted *wanted), void *arg)
{
	struct command_wanted *wanted =
	    wanted_new(request, kind, uri, done, arg);

	wanted->want.refresh = true;
	courier_want(request->node->courier, &wanted->want);
}

/* The username in the address of a page of ours, NULL when it is none. */
static const char *
username_of_page(const struct node *node, const char *uri)
{
	size_t len = strlen(node->base);

	if (strncmp(uri, node->base, len) != 0 ||
	    strncmp(uri + len, "/@", 2) != 0)
		return NULL;
	return uri + len + 2;
}

int
command_find_local(struct db *db, struct arena *arena, const struct node *node,
    const char *name, struct actor *ret)
{
	const char *page = username_of_page(node, name);
	struct actor actor;
	int r;

	if (page == NULL && strstr(name, "://") != NULL)
		r = actor_by_uri(db, arena, name, &actor);
	else if (page != NULL)
		r = actor_by_username(db, arena, page, &actor);
	else
		r = actor_by_username(
		    db, arena, name + (name[0] == '@' ? 1 : 0), &actor);
	if (r < 0)
		return r;
	if (actor.kind == ACTOR_REMOTE || actor.deleted_at != 0)
		return -ENOENT;
	*ret = actor;
	return 0;
}

void
command_refuse_actor(struct command_request *request, int error,
    const char *what, const char *name)
{
	if (error == -ENOENT)
		command_refuse(request, CODE_NOT_FOUND,
		    "there is no %s named %s", what, name);
	else
		command_refuse_errno(request, error, NULL);
}

const char *
command_address(
    struct arena *arena, const struct node *node, const struct actor *actor)
{
	const char *host = actor->host != NULL ? actor->host : node->domain;

	return arena_printf(arena, "@%s@%s", actor->username, host);
}

void
command_set_text(json_t *object, const char *key, const char *value)
{
	json_t *text = value != NULL ? json_string(value) : json_null();

	json_object_set_new(object, key, text != NULL ? text : json_null());
}

void
command_set_time(json_t *object, const char *key, int64_t at)
{
	char text[CLOCK_RFC3339_SIZE];

	if (at != 0)
		clock_rfc3339(at, text);
	command_set_text(object, key, at != 0 ? text : NULL);
}

json_t *
command_items(json_t *items, json_t *next)
{
	return json_pack("{s:o, s:o}", "items", items, "next",
	    next != NULL ? next : json_null());
}
