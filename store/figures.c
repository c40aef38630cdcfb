/* SPDX-License-Identifier: ISC */
#include "store/actor.h"
#include "store/db.h"

static int
figures_counted(struct db *db, struct store_figures *ret)
{
	static const char sql[] =
	    "SELECT profiles, projects, remote_actors, local_objects,"
	    " remote_objects, followers, following FROM figure WHERE id = 1";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, NO_VALUES, &row);

	if (r < 0)
		return r;
	ret->profiles = db_take_int(row);
	ret->projects = db_take_int(row);
	ret->remote_actors = db_take_int(row);
	ret->local_objects = db_take_int(row);
	ret->remote_objects = db_take_int(row);
	ret->followers = db_take_int(row);
	ret->following = db_take_int(row);
	return 0;
}

/* Anyone may ask for them, at any time: what can be many is counted as it
 * comes and goes, by the triggers of the schema. */
int
store_figures(struct db *db, struct store_figures *ret)
{
	static const char deliveries[] =
	    "SELECT coalesce(sum(waiting_items), 0) FROM host"
	    " INDEXED BY host_waiting WHERE due_at IS NOT NULL";
	static const char tasks[] = "SELECT count(*) FROM task";
	static const char bytes[] = "SELECT page_count * page_size"
				    " FROM pragma_page_count, pragma_page_size";
	struct store_figures f = { 0 };
	int r = figures_counted(db, &f);

	if (r == 0)
		r = db_number(db, deliveries, NO_VALUES, &f.waiting_deliveries);
	if (r == 0)
		r = db_number(db, tasks, NO_VALUES, &f.waiting_tasks);
	if (r == 0)
		r = db_number(db, bytes, NO_VALUES, &f.database_bytes);
	if (r == 0)
		*ret = f;
	return r;
}
