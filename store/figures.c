/* SPDX-License-Identifier: ISC */
#include "store/actor.h"
#include "store/db.h"

/* Each counts along an index that holds just what is counted. */
int
store_figures(struct db *db, struct store_figures *ret)
{
	static const char actors[] =
	    "SELECT count(*) FROM actor WHERE kind = ?1"
	    " AND kind <> 0 AND deleted_at IS NULL";
	static const char remote_actors[] =
	    "SELECT count(*) FROM actor"
	    " WHERE host_id IS NOT NULL AND deleted_at IS NULL";
	static const char local_objects[] =
	    "SELECT count(*) FROM object"
	    " WHERE local = 1 AND deleted_at IS NULL";
	static const char remote_objects[] =
	    "SELECT (SELECT count(*) FROM object) - (SELECT count(*)"
	    " FROM object WHERE deleted_at IS NOT NULL) - ?1";
	static const char followers[] =
	    "SELECT count(*) FROM follow WHERE state = 1 AND followee_id IN"
	    " (SELECT id FROM actor WHERE kind <> 0)";
	static const char following[] =
	    "SELECT count(*) FROM follow WHERE state = 1 AND follower_id IN"
	    " (SELECT id FROM actor WHERE kind <> 0)";
	static const char deliveries[] =
	    "SELECT coalesce(sum(waiting_items), 0) FROM host";
	static const char tasks[] = "SELECT count(*) FROM task";
	static const char bytes[] = "SELECT page_count * page_size"
				    " FROM pragma_page_count, pragma_page_size";
	struct store_figures f = { 0 };
	int r =
	    db_number(db, actors, VALUES(db_int(ACTOR_PROFILE)), &f.profiles);

	if (r == 0)
		r = db_number(
		    db, actors, VALUES(db_int(ACTOR_PROJECT)), &f.projects);
	if (r == 0)
		r = db_number(db, remote_actors, NO_VALUES, &f.remote_actors);
	if (r == 0)
		r = db_number(db, local_objects, NO_VALUES, &f.local_objects);
	if (r == 0)
		r = db_number(db, remote_objects,
		    VALUES(db_int(f.local_objects)), &f.remote_objects);
	if (r == 0)
		r = db_number(db, followers, NO_VALUES, &f.followers);
	if (r == 0)
		r = db_number(db, following, NO_VALUES, &f.following);
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
