/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "federation/fetch_form.h"
#include "federation/memo.h"
#include "store/host.h"

enum { REMEMBERED = 4096, FORM_SECONDS = 24 * 3600 };

struct fetch_forms {
	struct courier_core *core;
	struct memo *memo;
};

struct lesson {
	struct writer_job job;
	struct courier_core *core;
	char *host;
	enum host_signature signature;
};

struct fetch_forms *
fetch_forms_new(struct courier_core *core)
{
	struct fetch_forms *forms = xcalloc(1, sizeof(*forms));

	forms->core = core;
	forms->memo = memo_new(REMEMBERED);
	return forms;
}

void
fetch_forms_free(struct fetch_forms **forms)
{
	if (*forms == NULL)
		return;
	memo_free(&(*forms)->memo);
	free(*forms);
	*forms = NULL;
}

static int
lesson_work(struct writer_job *job, struct db *db)
{
	struct lesson *lesson = CONTAINER_OF(job, struct lesson, job);
	int64_t id;
	int r = host_need(db, lesson->host, clock_now(), &id);

	if (r != 0)
		return r;
	return host_set_signature(db, id, lesson->signature);
}

static void
lesson_done(struct writer_job *job)
{
	struct lesson *lesson = CONTAINER_OF(job, struct lesson, job);

	courier_core_returned(lesson->core);
	free(lesson->host);
	free(lesson);
}

void
fetch_forms_learn(
    struct fetch_forms *forms, const char *authority, enum httpsig_form form)
{
	struct lesson *lesson = xcalloc(1, sizeof(*lesson));

	memo_put(forms->memo, authority, clock_now() + FORM_SECONDS, (int)form,
	    NULL);
	lesson->core = forms->core;
	lesson->host = xstrdup(authority);
	lesson->signature = form == HTTPSIG_RFC9421 ? HOST_SIGNATURE_RFC9421
						    : HOST_SIGNATURE_CAVAGE;
	lesson->job.work = lesson_work;
	lesson->job.done = lesson_done;
	courier_core_submit(forms->core, &lesson->job);
}

enum httpsig_form
fetch_forms_of(const struct fetch_forms *forms, const char *authority)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	const struct courier_core *core = forms->core;
	const char *text;
	struct host host;
	int form;

	if (memo_get(forms->memo, authority, clock_now(), &form, &text))
		return (enum httpsig_form)form;
	if (host_by_name(core->db, arena, authority, &host) == 0 &&
	    host.signature != HOST_SIGNATURE_UNKNOWN)
		return host.signature == HOST_SIGNATURE_RFC9421
			   ? HTTPSIG_RFC9421
			   : HTTPSIG_CAVAGE;
	return core->snapshot->settings->federation_sign_rfc9421_first
		   ? HTTPSIG_RFC9421
		   : HTTPSIG_CAVAGE;
}
