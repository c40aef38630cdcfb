/* SPDX-License-Identifier: ISC */
/*
 * import: all rows in one job, so that nothing stands when one is wrong; or,
 * with --skip-bad, a job for each row, in their order.  While a job runs, the
 * import belongs to the writer; between jobs, to the main thread.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "config/base/log.h"
#include "config/base/text.h"
#include "daemon/command.h"
#include "daemon/import.h"

enum {
	IMPORT_WINDOW = 64,     /* jobs of single rows under way */
	IMPORT_PROGRESS = 1000, /* rows between two words of progress */
};

struct run {
	struct command_request *request;
	struct import *import;
	bool update, dry_run;
	size_t created[IMPORT_UPDATE + 1], changed[IMPORT_UPDATE + 1];
	size_t already;
	size_t next, under_way, done; /* of single rows */
};

struct step {
	struct run *run;
	struct import_row *row;
	struct import_put put;
};

static void
count_row(
    struct run *run, const struct import_row *row, const struct import_put *put)
{
	if (put->created)
		run->created[row->kind]++;
	else if (put->changed)
		run->changed[row->kind]++;
	else
		run->already++;
}

static const char *
sentence_of(int error, const char *sentence)
{
	if (sentence[0] != '\0')
		return sentence;
	return error == -ENOENT ? "something that it names is not there"
				: "the node could not store it";
}

/* What a row is called, to be found again in the file. */
static const char *
name_of(const struct import_row *row)
{
	const char *name =
	    row->kind == IMPORT_UPDATE ? row->project : row->actor.username;

	return name != NULL ? name : "";
}

/* --- the answer --- */

static json_t *
errors_view(const struct import_error *errors, size_t count)
{
	json_t *view = json_array();

	for (size_t i = 0; i < MIN(count, IMPORT_ERRORS_MAX); i++) {
		json_t *sentence = json_string(errors[i].sentence);

		/* A piece of the file that is no text is not repeated. */
		if (sentence == NULL)
			sentence = json_string("it is not as it should be");
		json_array_append_new(
		    view, json_pack("{s:s, s:o}", "where", errors[i].where,
			      "error", sentence));
	}
	return view;
}

/* ", 3 projects imported" for a count that is not 0. */
static const char *
add_count(struct arena *arena, const char *text, size_t count, const char *what,
    const char *done)
{
	if (count == 0)
		return text;
	return arena_printf(arena, "%s%s%zu %s%s %s", text,
	    text[0] != '\0' ? ", " : "", count, what, count == 1 ? "" : "s",
	    done);
}

static const char *
summary_of(const struct run *run)
{
	struct arena *arena = run->request->arena;
	const size_t *made = run->created, *changed = run->changed;
	const char *imported = run->dry_run ? "to import" : "imported";
	const char *text = "";

	text =
	    add_count(arena, text, made[IMPORT_PROFILE], "profile", imported);
	text =
	    add_count(arena, text, made[IMPORT_PROJECT], "project", imported);
	text = add_count(arena, text, made[IMPORT_UPDATE], "update", imported);
	imported = run->dry_run ? "to change" : "changed";
	text = add_count(
	    arena, text, changed[IMPORT_PROFILE], "profile", imported);
	text = add_count(
	    arena, text, changed[IMPORT_PROJECT], "project", imported);
	text = add_count(arena, text, run->already, "update", "there already");
	text = add_count(arena, text, run->import->error_count, "row", "wrong");
	return arena_printf(arena, "%s: %s",
	    run->dry_run ? "only checked, nothing was changed" : "done",
	    text[0] != '\0' ? text : "there was nothing to do");
}

static void
answer(struct run *run)
{
	const struct import *import = run->import;

	command_answer(run->request,
	    json_pack("{s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}",
		"message", summary_of(run), "dry_run", run->dry_run,
		"profiles_created", (json_int_t)run->created[IMPORT_PROFILE],
		"projects_created", (json_int_t)run->created[IMPORT_PROJECT],
		"updates_published", (json_int_t)run->created[IMPORT_UPDATE],
		"profiles_changed", (json_int_t)run->changed[IMPORT_PROFILE],
		"projects_changed", (json_int_t)run->changed[IMPORT_PROJECT],
		"already_there", (json_int_t)run->already, "notices",
		errors_view(import->notices, import->notice_count), "errors",
		errors_view(import->errors, import->error_count)));
}

static void
refuse(struct run *run)
{
	const struct import *import = run->import;
	size_t count = import->error_count;

	command_refuse_details(run->request, CODE_INVALID,
	    arena_printf(run->request->arena,
		"nothing was imported: %zu %s wrong%s", count,
		count == 1 ? "thing is" : "things are",
		count > IMPORT_ERRORS_MAX ? "; the first hundred follow" : ""),
	    errors_view(import->errors, count));
}

/* --- all or nothing --- */

/* Is this the username of a row that could not be written? */
static bool
is_bad_name(const struct import *import, const char *name)
{
	if (name == NULL)
		return false;
	name += name[0] == '@' ? 1 : 0;
	for (size_t i = 0; i < import->count; i++) {
		const struct import_row *row = &import->rows[i];

		if (row->bad && row->actor.username != NULL &&
		    strcasecmp(row->actor.username, name) == 0)
			return true;
	}
	return false;
}

/* What names a bad row is told of with that row, not once more. */
static bool
is_consequence(const struct import *import, const struct import_row *row)
{
	if (is_bad_name(import, row->holder) ||
	    is_bad_name(import, row->project))
		return true;
	for (size_t i = 0; i < row->member_count; i++) {
		if (!row->members[i].by_name &&
		    is_bad_name(import, row->members[i].who))
			return true;
	}
	return false;
}

/* -EIO, or 0 with the row's own error noted. */
static int
put_row(struct command_job *job, struct run *run, struct import_row *row)
{
	struct import *import = run->import;
	struct import_put put = { .update = run->update };
	int r;

	job->publish.error[0] = '\0';
	r = import_put_row(&job->publish, row, &put);
	if (r == 0)
		count_row(run, row, &put);
	else if (r == -EIO)
		return r;
	else if (import->error_count < IMPORT_ERRORS_MAX &&
		 is_consequence(import, row))
		row->bad = true;
	else
		import_error(import, row, row->where, "%s: %s", name_of(row),
		    sentence_of(r, job->publish.error));
	return 0;
}

static int
whole_work(struct command_job *job)
{
	struct run *run = job->arg;
	struct import *import = run->import;
	CLEANUP(arena_free) struct arena *scratch = arena_new();

	/* What one row needs is not kept for the next. */
	job->publish.arena = scratch;
	for (size_t i = 0; i < import->count; i++) {
		int r;

		if (import->rows[i].bad)
			continue;
		r = put_row(job, run, &import->rows[i]);
		if (r < 0)
			return r;
		arena_reset(scratch);
	}
	job->publish.error[0] = '\0';
	if (import->error_count > 0)
		return -EINVAL;
	return run->dry_run ? -ECANCELED : 0;
}

static void
whole_done(struct command_job *job)
{
	struct run *run = job->arg;
	bool wrong = run->import->error_count > 0;
	bool skip = command_flag(job->request, "skip-bad");

	if (job->job.result == 0 || job->job.result == -ECANCELED ||
	    (run->dry_run && skip && job->job.result == -EINVAL && wrong))
		answer(run);
	else if (job->job.result == -EINVAL && wrong)
		refuse(run);
	else
		command_refuse_errno(
		    job->request, job->job.result, job->publish.error);
}

/* --- row by row --- */

static void submit_rows(struct run *run);

static int
step_work(struct command_job *job)
{
	struct step *step = job->arg;

	step->put.update = step->run->update;
	return import_put_row(&job->publish, step->row, &step->put);
}

static void
step_done(struct command_job *job)
{
	struct step *step = job->arg;
	struct run *run = step->run;

	if (job->job.result == 0)
		count_row(run, step->row, &step->put);
	else
		import_error(run->import, step->row, step->row->where, "%s: %s",
		    name_of(step->row),
		    sentence_of(job->job.result, job->publish.error));
	run->under_way--;
	run->done++;
	if (run->done % IMPORT_PROGRESS == 0)
		command_progress(run->request, "%zu of %zu rows", run->done,
		    run->import->count);
	submit_rows(run);
}

static void
submit_rows(struct run *run)
{
	struct import *import = run->import;

	if (run->request->stopping && run->next < import->count) {
		log_warning("import: %zu of %zu rows, the node stops",
		    run->next, import->count);
		run->next = import->count;
	}
	while (run->next < import->count && run->under_way < IMPORT_WINDOW) {
		struct import_row *row = &import->rows[run->next++];
		struct step *step;

		if (row->bad) {
			run->done++;
			continue;
		}
		step = arena_alloc(run->request->arena, sizeof(*step));
		step->run = run;
		step->row = row;
		run->under_way++;
		command_write(run->request, step_work, step_done, step);
	}
	if (run->under_way == 0 && !run->request->answered)
		answer(run);
}

/* --- the command --- */

static bool
is_csv(const struct command_request *request)
{
	const char *format = command_text(request, "format");
	const char *name = request->arguments[0], *text = request->input;

	if (format != NULL)
		return strcmp(format, "csv") == 0;
	if (text_ends_with(name, ".json") || text_ends_with(name, ".csv"))
		return text_ends_with(name, ".csv");
	text += strspn(text, " \t\r\n");
	return *text != '{';
}

static void
free_import(void *arg)
{
	struct import *import = arg;

	import_free(&import);
}

void
command_import(struct command_request *request)
{
	struct run *run = arena_alloc(request->arena, sizeof(*run));

	run->request = request;
	run->update = command_flag(request, "update");
	run->dry_run = command_flag(request, "dry-run");
	run->import = import_new();
	arena_on_free(request->arena, free_import, run->import);
	if (is_csv(request))
		import_read_csv(
		    run->import, request->input, request->input_len);
	else
		import_read_json(
		    run->import, request->input, request->input_len);
	if (run->import->count == 0)
		refuse(run);
	else if (command_flag(request, "skip-bad") && !run->dry_run)
		submit_rows(run);
	else
		command_write(request, whole_work, whole_done, run);
}
