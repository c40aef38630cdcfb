/* SPDX-License-Identifier: ISC */
#include "federation/visit.h"

#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "federation/memo.h"
#include "federation/resolve.h"
#include "federation/story_fetch.h"
#include "federation/url.h"
#include "store/actor.h"
#include "store/story.h"

enum {
	ACTIVE_MAX = 16,
	OF_HOST_MAX = 4,   /* of those: who is slow holds back its own */
	REMEMBERED = 4096, /* that were opened a moment ago */
};

struct visit {
	TAILQ_ENTRY(visit) link;
	struct visits *visits;
	struct arena *arena;
	const char *uri, *host;
};

struct visits {
	struct courier_core *core;
	struct memo *recent;
	TAILQ_HEAD(, visit) active;
	size_t count;
};

struct visits *
visits_new(struct courier_core *core)
{
	struct visits *visits = xcalloc(1, sizeof(*visits));

	visits->core = core;
	visits->recent = memo_new(REMEMBERED);
	TAILQ_INIT(&visits->active);
	return visits;
}

void
visits_free(struct visits **visits)
{
	if (*visits == NULL)
		return;
	ASSERT((*visits)->count == 0);
	memo_free(&(*visits)->recent);
	free(*visits);
	*visits = NULL;
}

size_t
visits_active(const struct visits *visits)
{
	return visits->count;
}

static void
end(struct visit *visit, enum verdict verdict, const char *reason)
{
	struct visits *visits = visit->visits;

	if (verdict != VERDICT_ACCEPTED)
		log_debug("visit=%s result=%s %s", visit->uri,
		    verdict_word(verdict), reason);
	TAILQ_REMOVE(&visits->active, visit, link);
	visits->count--;
	arena_free(&visit->arena);
	free(visit);
	if (visits->core->stopping)
		visits->core->wake(visits->core);
}

static void
on_story(void *arg, enum verdict verdict, const char *reason)
{
	end(arg, verdict, reason);
}

static void
on_actor(void *arg, enum verdict verdict, const char *reason, const char *found)
{
	struct visit *visit = arg;

	if (verdict != VERDICT_ACCEPTED || visit->visits->core->stopping)
		end(visit, verdict, reason);
	else
		story_fetch(visit->visits->core, found, NULL, on_story, visit);
}

static size_t
of_host(const struct visits *visits, const char *host)
{
	const struct visit *visit;
	size_t count = 0;

	TAILQ_FOREACH(visit, &visits->active, link)
		count += strcmp(visit->host, host) == 0;
	return count;
}

/* Whether the store's copy is old enough to be read again. */
static bool
is_old(const struct visits *visits, struct arena *arena, const char *uri,
    int64_t before)
{
	struct db *db = visits->core->db;
	struct actor actor;
	int64_t story_at = 0;

	if (actor_by_uri(db, arena, uri, &actor) != 0)
		return true;
	if (actor.kind != ACTOR_REMOTE || actor.deleted_at != 0)
		return false;
	return actor.fetched_at < before ||
	       (story_read_at(db, actor.id, &story_at) == 0 &&
		   story_at < before);
}

void
visits_open(struct visits *visits, const char *uri)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct courier_core *core = visits->core;
	int64_t now = clock_now(),
		period = core->snapshot->settings->federation_reread_seconds;
	struct visit *visit;
	struct url url;
	const char *text;
	int value;

	if (core->stopping || url_parse(arena, uri, &url) != 0 ||
	    memo_get(visits->recent, url.text, now, &value, &text) ||
	    visits->count >= ACTIVE_MAX ||
	    of_host(visits, url.authority) >= OF_HOST_MAX ||
	    !is_old(visits, arena, url.text, now - period))
		return;
	memo_put(visits->recent, url.text, now + period, 0, NULL);
	visit = xcalloc(1, sizeof(*visit));
	visit->visits = visits;
	visit->arena = arena_new();
	visit->uri = arena_strdup(visit->arena, url.text);
	visit->host = arena_strdup(visit->arena, url.authority);
	TAILQ_INSERT_TAIL(&visits->active, visit, link);
	visits->count++;
	resolve_start(
	    core->resolve, WANT_ACTOR, visit->uri, true, on_actor, visit);
}
