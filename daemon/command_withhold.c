/* SPDX-License-Identifier: ISC */
/*
 * catalogue withhold, restore, withheld: single things of others' catalogues
 * that are not to be seen here.
 */
#include <errno.h>

#include "daemon/command.h"
#include "federation/authority.h"
#include "federation/catalogue_index.h"
#include "store/catalogue_withheld.h"

static int
withhold_work(struct command_job *job)
{
	const char *uri = job->request->arguments[0];
	struct db *db = job->publish.db;
	struct catalogue_entry entry;
	int r;

	if (authority_is_ours(uri, job->publish.node->base))
		return command_job_refuse(
		    job, -EINVAL, "%s is of this node: edit or delete it", uri);
	r = catalogue_find(db, job->arena, uri, &entry);
	if (r == -ENOENT)
		return command_job_refuse(
		    job, r, "no catalogue that is held here has %s", uri);
	if (r == 0)
		r = catalogue_withhold(db, uri, job->publish.now);
	if (r == 0)
		r = catalogue_index_remove(db, entry.id);
	if (r == 0)
		job->answer = json_pack("{s:s}", "message",
		    arena_printf(job->arena, "%s is withheld", uri));
	return r;
}

void
command_catalogue_withhold(struct command_request *request)
{
	command_write(request, withhold_work, NULL, NULL);
}

/* Found again, when it is still there. */
static int
show_again(struct command_job *job, const char *uri)
{
	struct db *db = job->publish.db;
	struct catalogue_entry entry;
	json_t *document;
	int r = catalogue_find(db, job->arena, uri, &entry);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	document = json_loads(entry.document, 0, NULL);
	if (entry.kind == CATALOGUE_UPDATE && document != NULL)
		r = catalogue_index_put(db, job->arena, &entry,
		    json_object_get(document, "object"));
	json_decref(document);
	return r;
}

static int
restore_work(struct command_job *job)
{
	const char *uri = job->request->arguments[0];
	int r = catalogue_restore(job->publish.db, uri);

	if (r == -ENOENT)
		return command_job_refuse(job, r, "%s is not withheld", uri);
	if (r == 0)
		r = show_again(job, uri);
	if (r == 0)
		job->answer = json_pack("{s:s}", "message",
		    arena_printf(job->arena, "%s is shown again", uri));
	return r;
}

void
command_catalogue_restore(struct command_request *request)
{
	command_write(request, restore_work, NULL, NULL);
}

void
command_catalogue_withheld(struct command_request *request)
{
	const char *after = command_text(request, "after");
	size_t limit = command_limit(request), count;
	struct catalogue_withheld *withheld;
	json_t *items, *item;
	int r = catalogue_withheld_list(request->db, request->arena,
	    after != NULL ? after : "", limit, &withheld, &count);

	if (r < 0) {
		command_refuse_errno(request, r, NULL);
		return;
	}
	items = json_array();
	for (size_t i = 0; i < count; i++) {
		item = json_object();
		command_set_text(item, "id", withheld[i].object_uri);
		command_set_time(item, "since", withheld[i].at);
		json_array_append_new(items, item);
	}
	command_answer(request,
	    command_items(items,
		count == limit ? json_string(withheld[count - 1].object_uri)
			       : NULL));
}
