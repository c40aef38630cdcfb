/* SPDX-License-Identifier: ISC */
#include "federation/latest.h"

#include <errno.h>

#include "config/base/crypto.h"
#include "federation/document.h"
#include "federation/url.h"
#include "store/catalogue.h"
#include "store/queue.h"
#include "store/story.h"

enum {
	/* What is older than that is not on its way any more. */
	ON_ITS_WAY_SECONDS = 600,
	PATIENCE_SECONDS = 60,
	/* Those who wait for the same do not all ask at once. */
	SPREAD_SECONDS = 10,
};

int
latest_set(struct db *db, struct arena *arena, const struct actor *actor,
    json_t *object)
{
	struct object *notes;
	size_t count = 0;
	json_t *latest;
	int r = object_list(db, arena, actor->id, 0, 1, &notes, &count);

	if (r < 0 || count == 0)
		return r;
	latest = json_pack("{s:s}", "id", notes[0].uri);
	document_set_time(latest, "published", notes[0].published);
	(void)json_object_set_new(object, "parvis:latest", latest);
	return 0;
}

int
latest_read(struct arena *arena, const json_t *object, struct latest *ret)
{
	const json_t *latest = json_object_get(object, "parvis:latest");
	const char *owner = json_text(object, "id");
	int64_t published = json_time(latest, "published");
	struct url url;

	if (owner == NULL || published <= 0 ||
	    url_parse(arena, json_text(latest, "id"), &url) != 0 ||
	    url.fragment != NULL || !url_same_origin(url.text, owner))
		return -ENOENT;
	*ret = (struct latest){ url.text, published };
	return 0;
}

int
latest_of(struct db *db, struct arena *arena, const char *actor_uri,
    struct latest *ret)
{
	CLEANUP(json_release) json_t *document = NULL;
	struct catalogue_shown shown;
	int r = catalogue_shown(db, arena, actor_uri, &shown);

	if (r < 0)
		return r;
	document = json_loads(shown.document, 0, NULL);
	return latest_read(arena, json_object_get(document, "object"), ret);
}

int
latest_expect(
    struct db *db, struct arena *arena, const json_t *object, int64_t now)
{
	struct task task = { .kind = TASK_STORY,
		.uri = json_text(object, "id"),
		.argument = "latest",
		.created_at = now };
	struct latest latest;
	int r = latest_read(arena, object, &latest);

	if (r == 0)
		r = story_lags(db, task.uri, latest.id, &task.actor_id);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	task.next_at = now + (int64_t)crypto_random_below(SPREAD_SECONDS);
	if (latest.published > now - ON_ITS_WAY_SECONDS)
		task.next_at += PATIENCE_SECONDS;
	return task_add(db, &task);
}
