/* SPDX-License-Identifier: ISC */
/*
 * gazetteer update, show, reset; place set, reset: where communes are, as the
 * administrator knows better than the program.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "daemon/command.h"
#include "daemon/gazetteer_layer.h"
#include "daemon/gazetteer_read.h"
#include "store/place.h"

enum { FAR_DEFAULT = 30 };

#define META_FILE "gazetteer.file"
#define META_TIME "gazetteer.time"

/* After the commit: lookups of all threads see it from now on. */
static void
lay_over(struct command_job *job)
{
	struct command_request *request = job->request;
	int r = job->job.result;

	if (r == 0)
		r = gazetteer_layer_load(request->db);
	if (r < 0)
		command_refuse_errno(request, r, job->publish.error);
	else {
		command_answer(request, job->answer);
		job->answer = NULL;
	}
}

/* --- update --- */

static double
rounded(double value, double scale)
{
	return round(value * scale) / scale;
}

static json_t *
odd_view(const struct gazetteer_odd *odd)
{
	return json_pack("{s:s, s:s, s:f, s:f, s:f}", "insee", odd->place.insee,
	    "name", odd->place.name, "latitude", rounded(odd->latitude, 1e5),
	    "longitude", rounded(odd->longitude, 1e5), "kilometres",
	    rounded(odd->kilometres, 10));
}

static json_t *
report(struct command_request *request, const struct gazetteer_reading *reading)
{
	bool dry = command_flag(request, "dry-run");
	size_t missing = gazetteer_count(gazetteer_builtin()) - reading->taken -
			 reading->odd;
	json_t *view = json_object(), *odd = json_array();

	command_set_text(view, "message",
	    arena_printf(request->arena,
		"%zu places %s, %zu of them by more than a kilometre; "
		"%zu rows of no commune of today, %zu unreadable, %zu too far "
		"to be believed; %zu communes not in the file%s%s",
		reading->taken, dry ? "would move" : "moved", reading->moved,
		reading->unknown, reading->unreadable, reading->odd, missing,
		reading->first_unreadable != NULL ? "; first unreadable: " : "",
		reading->first_unreadable != NULL ? reading->first_unreadable
						  : ""));
	json_object_set_new(view, "dry_run", json_boolean(dry));
	json_object_set_new(
	    view, "rows", json_integer((json_int_t)reading->rows));
	json_object_set_new(
	    view, "taken", json_integer((json_int_t)reading->taken));
	json_object_set_new(
	    view, "moved", json_integer((json_int_t)reading->moved));
	json_object_set_new(
	    view, "repeated", json_integer((json_int_t)reading->repeated));
	json_object_set_new(
	    view, "unknown", json_integer((json_int_t)reading->unknown));
	json_object_set_new(
	    view, "unreadable", json_integer((json_int_t)reading->unreadable));
	json_object_set_new(
	    view, "too_far", json_integer((json_int_t)reading->odd));
	json_object_set_new(view, "missing", json_integer((json_int_t)missing));
	for (size_t i = 0; i < reading->farthest_count; i++)
		json_array_append_new(odd, odd_view(&reading->farthest[i]));
	json_object_set_new(view, "farthest", odd);
	return view;
}

static int
update_work(struct command_job *job)
{
	const struct gazetteer_reading *reading = job->arg;
	size_t count = gazetteer_count(gazetteer_builtin());
	const char *file = job->request->arguments[0];
	const char *slash = strrchr(file, '/');
	char now[CLOCK_RFC3339_SIZE];
	int r = place_point_clear(job->publish.db, false);

	clock_rfc3339(job->publish.now, now);
	for (size_t i = 0; r == 0 && i < count; i++) {
		const struct gazetteer_point *point = &reading->points[i];
		const struct place_point row = { point->insee, false,
			point->latitude, point->longitude, job->publish.now };

		if (point->insee != NULL)
			r = place_point_put(job->publish.db, &row);
	}
	if (r == 0)
		r = meta_set(job->publish.db, META_FILE,
		    slash != NULL ? slash + 1 : file);
	if (r == 0)
		r = meta_set(job->publish.db, META_TIME, now);
	if (r == 0)
		job->answer = report(job->request, reading);
	return r;
}

void
command_gazetteer_update(struct command_request *request)
{
	struct gazetteer_reading *reading =
	    arena_alloc(request->arena, sizeof(*reading));
	char error[GAZETTEER_READ_ERROR];

	*reading = (struct gazetteer_reading){
		.arena = request->arena,
		.far = (double)command_integer(request, "far", FAR_DEFAULT),
	};
	if (gazetteer_read(reading, request->input, request->input_len, error) <
	    0)
		command_refuse(request, CODE_INVALID, "%s", error);
	else if (reading->taken == 0)
		command_refuse(request, CODE_INVALID,
		    "no place of the file can be taken: %zu rows are of no "
		    "commune of today, %zu unreadable, %zu too far to be "
		    "believed%s%s",
		    reading->unknown, reading->unreadable, reading->odd,
		    reading->first_unreadable != NULL ? "; first: " : "",
		    reading->first_unreadable != NULL
			? reading->first_unreadable
			: "");
	else if (command_flag(request, "dry-run"))
		command_answer(request, report(request, reading));
	else
		command_write(request, update_work, lay_over, reading);
}

/* --- show, reset --- */

static json_t *
correction_view(const struct place_point *point)
{
	struct gazetteer_place place;
	json_t *view = json_object();
	double latitude, longitude;

	command_set_text(view, "insee", point->insee);
	if (gazetteer_by_insee(gazetteer_builtin(), point->insee, &place) == 0)
		command_set_text(view, "name", place.name);
	json_object_set_new(view, "latitude", json_real(point->latitude));
	json_object_set_new(view, "longitude", json_real(point->longitude));
	if (gazetteer_bare(point->insee, &latitude, &longitude) == 0)
		json_object_set_new(view, "kilometres_from_built_in",
		    json_real(rounded(gazetteer_distance(latitude, longitude,
					  point->latitude, point->longitude),
			10)));
	command_set_time(view, "since", point->at);
	return view;
}

void
command_gazetteer_show(struct command_request *request)
{
	const char *file = NULL, *time = NULL;
	struct place_point *points;
	size_t count, from_file = 0;
	json_t *view, *hand;
	int r = place_point_list(request->db, request->arena, &points, &count);

	if (r == 0)
		r = meta_get(request->db, request->arena, META_FILE, &file);
	if (r == 0)
		r = meta_get(request->db, request->arena, META_TIME, &time);
	if (r < 0) {
		command_refuse_errno(request, r, NULL);
		return;
	}
	hand = json_array();
	for (size_t i = 0; i < count; i++) {
		if (points[i].by_hand)
			json_array_append_new(
			    hand, correction_view(&points[i]));
		else
			from_file++;
	}
	view = json_object();
	json_object_set_new(view, "communes",
	    json_integer((json_int_t)gazetteer_count(gazetteer_builtin())));
	command_set_text(view, "file", from_file > 0 ? file : NULL);
	command_set_text(view, "file_read", from_file > 0 ? time : NULL);
	json_object_set_new(
	    view, "from_file", json_integer((json_int_t)from_file));
	json_object_set_new(view, "corrections", hand);
	command_answer(request, view);
}

static int
clear_work(struct command_job *job)
{
	int r = place_point_clear(
	    job->publish.db, command_flag(job->request, "corrections"));

	if (r == 0)
		job->answer = json_pack("{s:s}", "message",
		    "places are again where the program has them");
	return r;
}

void
command_gazetteer_reset(struct command_request *request)
{
	command_write(request, clear_work, lay_over, NULL);
}

/* --- one place --- */

static int
set_work(struct command_job *job)
{
	struct place_point *point = job->arg;
	struct gazetteer_place place;
	int r;

	point->at = job->publish.now;
	r = place_point_put(job->publish.db, point);
	if (r == 0)
		r = gazetteer_by_insee(
		    gazetteer_builtin(), point->insee, &place);
	if (r == 0)
		job->answer = json_pack("{s:s, s:s, s:f}", "message",
		    arena_printf(job->arena, "%s is %.1f km from where it was",
			place.name,
			gazetteer_distance(place.latitude, place.longitude,
			    point->latitude, point->longitude)),
		    "insee", point->insee, "kilometres",
		    rounded(gazetteer_distance(place.latitude, place.longitude,
				point->latitude, point->longitude),
			10));
	return r;
}

/* The commune of today that a command names; false after refusing. */
static bool
named(struct command_request *request, struct gazetteer_place *ret)
{
	const char *insee = request->arguments[0];

	if (gazetteer_by_insee(gazetteer_builtin(), insee, ret) == 0 &&
	    ret->former_insee[0] == '\0')
		return true;
	command_refuse(request, CODE_NOT_FOUND,
	    "there is no commune of today with the INSEE code %s; parvisctl "
	    "place find looks for names",
	    insee);
	return false;
}

void
command_place_set(struct command_request *request)
{
	struct place_point *point = arena_alloc(request->arena, sizeof(*point));
	struct gazetteer_place place;

	*point = (struct place_point){ .by_hand = true };
	if (!named(request, &place))
		return;
	point->insee = arena_strdup(request->arena, place.insee);
	if (text_double(request->arguments[1], &point->latitude) < 0 ||
	    text_double(request->arguments[2], &point->longitude) < 0 ||
	    fabs(point->latitude) > 90 || fabs(point->longitude) > 180)
		command_refuse(request, CODE_INVALID,
		    "a latitude from -90 to 90 and a longitude from -180 to "
		    "180 are needed, as 48.5276 2.0132");
	else
		command_write(request, set_work, lay_over, point);
}

static int
unset_work(struct command_job *job)
{
	const char *insee = job->arg;
	int r = place_point_remove(job->publish.db, insee);

	if (r == -ENOENT)
		return command_job_refuse(
		    job, r, "%s was not corrected by hand", insee);
	if (r == 0)
		job->answer = json_pack("{s:s, s:s}", "message",
		    "the correction is forgotten", "insee", insee);
	return r;
}

void
command_place_reset(struct command_request *request)
{
	struct gazetteer_place place;

	if (named(request, &place))
		command_write(request, unset_work, lay_over,
		    arena_strdup(request->arena, place.insee));
}
