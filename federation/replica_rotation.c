/* SPDX-License-Identifier: ISC */
#include "federation/replica_rotation.h"

#include <errno.h>
#include <stdlib.h>

#include "config/base/clock.h"
#include "federation/fetch.h"
#include "federation/replica_get.h"
#include "federation/rotation.h"

struct ask {
	struct courier_core *core;
	struct arena *arena;
	const char *domain;
	struct key *key;
	struct rotation_chain chain;
	replica_rotation_done_fn *done;
	void *arg;
	struct writer_job job;
};

static void
end(struct ask *ask, bool changed)
{
	replica_rotation_done_fn *done = ask->done;
	void *arg = ask->arg;

	key_free(&ask->key);
	arena_free(&ask->arena);
	free(ask);
	done(arg, changed);
}

static int
work(struct writer_job *job, struct db *db)
{
	struct ask *ask = CONTAINER_OF(job, struct ask, job);

	return rotation_apply(db, ask->arena, ask->domain, &ask->chain);
}

static void
on_written(struct writer_job *job)
{
	struct ask *ask = CONTAINER_OF(job, struct ask, job);

	courier_core_returned(ask->core);
	/* Stale: another read was quicker; its key is pinned. */
	end(ask, job->result == 0 || job->result == -ESTALE);
}

static void
on_answer(void *arg, const struct http_client_answer *answer)
{
	struct ask *ask = arg;
	CLEANUP(json_release) json_t *document = NULL;
	char why[JSON_ERROR_SIZE];

	if (answer->error != 0 || answer->status != 200 ||
	    !fetch_type_fits(FETCH_COLLECTION, answer->content_type) ||
	    json_read(answer->body, answer->body_len, &document, why) != 0 ||
	    !rotation_read(ask->arena, document, ask->domain, ask->key,
		clock_now(), &ask->chain)) {
		end(ask, false);
		return;
	}
	ask->job = (struct writer_job){ .work = work, .done = on_written };
	courier_core_submit(ask->core, &ask->job);
}

void
replica_rotation_ask(struct courier_core *core, const char *domain,
    const char *source, struct key *key, replica_rotation_done_fn *done,
    void *arg)
{
	struct ask *ask = xcalloc(1, sizeof(*ask));

	ask->core = core;
	ask->arena = arena_new();
	ask->domain = arena_strdup(ask->arena, domain);
	ask->key = key_ref(key);
	ask->done = done;
	ask->arg = arg;
	replica_get(core,
	    arena_printf(ask->arena, "https://%s/catalogue/rotation?origin=%s",
		source, domain),
	    on_answer, ask);
}
