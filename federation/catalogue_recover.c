/* SPDX-License-Identifier: ISC */
#include "federation/catalogue_recover.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/base/log.h"
#include "config/base/text.h"
#include "federation/json.h"
#include "federation/sanitize.h"
#include "store/catalogue.h"

enum {
	LINE_CHARS = 300,
	STATUS_CHARS = 2000,
	TERMS_MAX = 50,
	TERM_CHARS = 100,
	SOURCE_CHARS = 40000,
	LOST_STEP = 100,
	/* Each change of an actor is a second later at least, so that several
	 * within one run ahead of the clock. */
	SLACK_SECONDS = 5,
};

/* --- What an entry says --- */

static const char *
line(struct arena *arena, const json_t *object, const char *key, size_t max)
{
	const char *text = sanitize_line(arena, json_text(object, key), max);

	return text_empty(text) ? NULL : text;
}

static size_t
terms(struct arena *arena, const json_t *object, const char *key,
    const char ***ret)
{
	const json_t *list = json_object_get(object, key);
	size_t size = MIN(json_array_size(list), (size_t)TERMS_MAX);
	const char **found = arena_alloc(arena, (size + 1) * sizeof(*found));
	size_t count = 0;

	for (size_t i = 0; i < size; i++) {
		const char *word = sanitize_line(arena,
		    json_string_value(json_array_get(list, i)), TERM_CHARS);

		if (!text_empty(word))
			found[count++] = word;
	}
	*ret = found;
	return count;
}

static void
take_place(struct arena *arena, const json_t *object, struct place *ret)
{
	const json_t *place = json_embedded(object, "location");
	const json_t *latitude = json_object_get(place, "latitude");
	const json_t *longitude = json_object_get(place, "longitude");
	const char *insee = line(arena, place, "parvis:insee", LINE_CHARS);
	const char *old = ret->insee;

	/* The postal code is not in an entry. */
	if (old == NULL || insee == NULL || strcmp(old, insee) != 0)
		ret->postcode = NULL;
	ret->insee = insee;
	ret->name = line(arena, place, "name", LINE_CHARS);
	ret->located = json_is_number(latitude) && json_is_number(longitude);
	ret->latitude = json_number_value(latitude);
	ret->longitude = json_number_value(longitude);
}

/* What catalogue_object.c wrote, read back. */
static void
take_object(struct arena *arena, const json_t *object, struct actor *actor,
    struct actor_lists *lists)
{
	const char *html = json_text(object, "summary");

	actor->name = line(arena, object, "name", LINE_CHARS);
	actor->stage = line(arena, object, "parvis:stage", TERM_CHARS);
	actor->status = line(arena, object, "parvis:status", STATUS_CHARS);
	actor->profile_kind =
	    line(arena, object, "parvis:profileKind", TERM_CHARS);
	/* Its Markdown was never published: the words come back, and the page
	 * looks as it did until it is edited. */
	actor->source = sanitize_plain(arena, html, SOURCE_CHARS);
	actor->summary = sanitize_html(arena, html, SANITIZE_HTML_MAX);
	actor->discoverable = true;
	take_place(arena, object, &actor->place);
	lists->skill_count =
	    terms(arena, object, "parvis:skills", &lists->skills);
	lists->theme_count =
	    terms(arena, object, "parvis:themes", &lists->themes);
	lists->language_count =
	    terms(arena, object, "parvis:languages", &lists->languages);
}

/* --- Taking back --- */

static int
no_holder(struct publish *publish)
{
	(void)snprintf(publish->error, sizeof(publish->error),
	    "its holder is not here: take the holder back first");
	return -EINVAL;
}

static int
find_holder(struct publish *publish, const json_t *object, int64_t *ret)
{
	const char *uri = json_id(object, "attributedTo");
	struct actor holder;
	int r = uri == NULL
		    ? -ENOENT
		    : actor_by_uri(publish->db, publish->arena, uri, &holder);

	if (r == -ENOENT || (r == 0 && (holder.kind != ACTOR_PROFILE ||
					   holder.deleted_at != 0)))
		return no_holder(publish);
	*ret = r == 0 ? holder.id : 0;
	return r;
}

static int
create(struct publish *publish, const char *uri, const json_t *object,
    int64_t holder_id, struct actor *ret)
{
	struct actor_lists lists = { 0 };
	struct actor actor = {
		.kind = ACTOR_PROFILE,
		.uri = uri,
		.username = line(
		    publish->arena, object, "preferredUsername", LINE_CHARS),
	};
	int r = 0;

	take_object(publish->arena, object, &actor, &lists);
	if (actor.profile_kind == NULL) {
		actor.kind = ACTOR_PROJECT;
		actor.owner_id = holder_id;
		if (holder_id == 0)
			r = find_holder(publish, object, &actor.owner_id);
	}
	return r < 0 ? r : publish_actor_restore(publish, &actor, &lists, ret);
}

static json_t *
parse(const char *document)
{
	return document == NULL ? NULL : json_loads(document, 0, NULL);
}

static int
reclaim_projects(struct publish *publish, const struct actor *holder)
{
	struct catalogue_lost *lost;
	const char *after = "";
	size_t count;
	int r;

	do {
		r = catalogue_lost_list(publish->db, publish->arena, after,
		    LOST_STEP, &lost, &count);
		for (size_t i = 0; r == 0 && i < count; i++) {
			CLEANUP(json_release)
			json_t *entry = parse(lost[i].document);
			const char *of = json_id(
			    json_object_get(entry, "object"), "attributedTo");
			struct actor project;

			after = lost[i].object_uri;
			if (of == NULL || strcmp(of, holder->uri) != 0)
				continue;
			r = catalogue_reclaim(publish, &lost[i], 0, &project);
			if (r == -EINVAL || r == -EEXIST)
				r = 0; /* it goes on waiting */
		}
	} while (r == 0 && count == LOST_STEP);
	return r;
}

int
catalogue_reclaim(struct publish *publish, const struct catalogue_lost *lost,
    int64_t holder_id, struct actor *ret)
{
	CLEANUP(json_release) json_t *entry = parse(lost->document);
	int r = create(publish, lost->object_uri,
	    json_object_get(entry, "object"), holder_id, ret);

	if (r == 0)
		r = catalogue_lost_remove(publish->db, lost->object_uri);
	if (r == 0 && ret->kind == ACTOR_PROFILE)
		r = reclaim_projects(publish, ret);
	return r;
}

/* --- Recovering --- */

static int
change(struct publish *publish, const struct actor *old, const json_t *object,
    int64_t at)
{
	struct actor actor = *old;
	struct actor_lists lists = { 0 };
	int r = actor_lists(publish->db, publish->arena, old->id, &lists);

	if (r < 0)
		return r;
	take_object(publish->arena, object, &actor, &lists);
	actor.updated_at = at;
	if (actor.kind == ACTOR_PROFILE)
		actor.stage = NULL;
	if (actor.profile_kind == NULL)
		actor.profile_kind = old->profile_kind;
	if (actor.name == NULL)
		actor.name = old->name;
	r = actor_update(publish->db, &actor);
	return r < 0 ? r : actor_set_lists(publish->db, actor.id, &lists);
}

static int
withdraw(struct publish *publish, const struct actor *old, int64_t at)
{
	struct actor actor = *old;

	actor.discoverable = false;
	actor.updated_at = at;
	return actor_update(publish->db, &actor);
}

/* Of one that the database knows. */
static int
recover_known(struct publish *publish, const struct actor *actor,
    const struct catalogue_entry *entry, struct catalogue_recovered *figures)
{
	CLEANUP(json_release) json_t *document = parse(entry->document);
	const json_t *object = json_object_get(document, "object");
	int64_t updated = json_time(object, "updated");

	if (actor->deleted_at != 0 ||
	    (actor->kind != ACTOR_PROFILE && actor->kind != ACTOR_PROJECT))
		return 0;
	switch (entry->kind) {
	case CATALOGUE_UPDATE:
		if (actor->updated_at >= updated)
			return 0;
		figures->changed++;
		return change(publish, actor, object, updated);
	case CATALOGUE_REMOVE:
		if (!actor->discoverable ||
		    actor->updated_at > entry->at + SLACK_SECONDS)
			return 0;
		figures->removed++;
		return withdraw(publish, actor, entry->at);
	case CATALOGUE_DELETE:
		if (actor->updated_at > entry->at + SLACK_SECONDS)
			return 0;
		break;
	}
	figures->deleted++;
	return actor_delete(publish->db, actor->id, entry->at);
}

/* It may come back at once, or waits. */
static int
recover_unknown(struct publish *publish, const struct catalogue_entry *entry,
    struct catalogue_recovered *figures)
{
	CLEANUP(json_release) json_t *document = NULL;
	const struct catalogue_lost lost = {
		.object_uri = entry->object_uri,
		.document = entry->document,
		.at = entry->at,
	};
	struct actor actor;
	int r;

	if (entry->kind != CATALOGUE_UPDATE)
		return catalogue_lost_remove(publish->db, entry->object_uri);
	document = parse(entry->document);
	if (json_text(json_object_get(document, "object"),
		"parvis:profileKind") == NULL) {
		r = create(publish, entry->object_uri,
		    json_object_get(document, "object"), 0, &actor);
		if (r == 0)
			figures->created++;
		if (r != -EINVAL && r != -EEXIST)
			return r;
		log_info(
		    "catalogue lost=%s %s", entry->object_uri, publish->error);
	}
	figures->waiting++;
	return catalogue_lost_put(publish->db, &lost);
}

/*
 * Beyond the number where this database ends, an entry is news whatever the
 * clock said; below it (this node went on from the old copy, or began anew
 * before) the time tells.
 */
static int
recover_entry(struct publish *publish, const struct catalogue_entry *entry,
    bool beyond, struct catalogue_recovered *figures)
{
	struct catalogue_entry own;
	struct actor actor;
	int r = catalogue_by_object(publish->db, publish->arena, CATALOGUE_OWN,
	    entry->object_uri, &own);

	if (r == 0 && !beyond && own.at >= entry->at)
		return 0;
	if (r < 0 && r != -ENOENT)
		return r;
	r = actor_by_uri(
	    publish->db, publish->arena, entry->object_uri, &actor);
	if (r == -ENOENT)
		return recover_unknown(publish, entry, figures);
	return r < 0 ? r : recover_known(publish, &actor, entry, figures);
}

int
catalogue_recover(struct publish *publish, const struct catalogue_copy *copy,
    struct catalogue_recovered *ret)
{
	struct catalogue_origin own;
	bool same;
	int r = catalogue_origin_get(
	    publish->db, publish->arena, CATALOGUE_OWN, &own);

	*ret = (struct catalogue_recovered){ 0 };
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	same = own.epoch == copy->head.epoch;
	for (size_t i = 0; r == 0 && i < copy->count; i++)
		r = recover_entry(publish, &copy->entries[i],
		    same && copy->entries[i].seq > own.seq, ret);
	if (r == 0)
		log_warning("catalogue recovered changed=%zu created=%zu "
			    "removed=%zu deleted=%zu waiting=%zu",
		    ret->changed, ret->created, ret->removed, ret->deleted,
		    ret->waiting);
	return r;
}
