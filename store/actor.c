/* SPDX-License-Identifier: ISC */
#include <errno.h>

#include "store/actor.h"
#include "store/host.h"
#include "store/internal.h"
#include "store/writer.h"

#define ACTOR_SELECT \
	"SELECT a.id, a.kind, a.uri, a.type, a.username, h.name, a.host_id," \
	" a.name, a.summary, a.source, a.url, a.icon_url, a.inbox," \
	" a.shared_inbox, a.outbox, a.followers, a.document, a.owner_id," \
	" a.manually_approves, a.discoverable, a.indexable," \
	" a.profile_kind, a.stage, a.status, a.contact, a.place_insee," \
	" a.place_name, a.place_postcode, a.latitude, a.longitude," \
	" a.created_at, a.updated_at, a.fetched_at, a.deleted_at" \
	" FROM actor AS a LEFT JOIN host AS h ON h.id = a.host_id"

static void
actor_read_place(
    struct statement *row, struct arena *arena, struct place *place)
{
	place->insee = db_take_text(row, arena);
	place->name = db_take_text(row, arena);
	place->postcode = db_take_text(row, arena);
	place->located = !db_next_is_null(row);
	place->latitude = db_take_real(row);
	place->longitude = db_take_real(row);
}

static void
actor_read_addresses(
    struct statement *row, struct arena *arena, struct actor *actor)
{
	actor->url = db_take_text(row, arena);
	actor->icon_url = db_take_text(row, arena);
	actor->inbox = db_take_text(row, arena);
	actor->shared_inbox = db_take_text(row, arena);
	actor->outbox = db_take_text(row, arena);
	actor->followers = db_take_text(row, arena);
}

static void
actor_read(struct statement *row, struct arena *arena, void *item)
{
	struct actor *actor = item;

	actor->id = db_take_int(row);
	actor->kind = (enum actor_kind)db_take_int(row);
	actor->uri = db_take_text(row, arena);
	actor->type = db_take_text(row, arena);
	actor->username = db_take_text(row, arena);
	actor->host = db_take_text(row, arena);
	actor->host_id = db_take_int(row);
	actor->name = db_take_text(row, arena);
	actor->summary = db_take_text(row, arena);
	actor->source = db_take_text(row, arena);
	actor_read_addresses(row, arena, actor);
	actor->document = db_take_text(row, arena);
	actor->owner_id = db_take_int(row);
	actor->manually_approves = db_take_bool(row);
	actor->discoverable = db_take_bool(row);
	actor->indexable = db_take_bool(row);
	actor->profile_kind = db_take_text(row, arena);
	actor->stage = db_take_text(row, arena);
	actor->status = db_take_text(row, arena);
	actor->contact = db_take_text(row, arena);
	actor_read_place(row, arena, &actor->place);
	actor->created_at = db_take_int(row);
	actor->updated_at = db_take_int(row);
	actor->fetched_at = db_take_int(row);
	actor->deleted_at = db_take_int(row);
}

static int
actor_first(struct db *db, struct arena *arena, const char *sql,
    const struct value *values, size_t count, struct actor *ret)
{
	CLEANUP(db_done) struct statement *row = NULL;
	struct actor actor = { 0 };
	int r = db_first(db, sql, values, count, &row);

	if (r < 0)
		return r;
	actor_read(row, arena, &actor);
	*ret = actor;
	return 0;
}

int
actor_get(struct db *db, struct arena *arena, int64_t id, struct actor *ret)
{
	static const char sql[] = ACTOR_SELECT " WHERE a.id = ?1";

	return actor_first(db, arena, sql, VALUES(db_int(id)), ret);
}

int
actor_by_uri(
    struct db *db, struct arena *arena, const char *uri, struct actor *ret)
{
	static const char sql[] =
	    ACTOR_SELECT " WHERE a.uri_hash = ?1 AND a.uri = ?2";

	return actor_first(
	    db, arena, sql, VALUES(db_hash(uri), db_text(uri)), ret);
}

int
actor_by_username(
    struct db *db, struct arena *arena, const char *username, struct actor *ret)
{
	static const char sql[] = ACTOR_SELECT
	    " WHERE a.username = ?1 COLLATE NOCASE AND a.kind <> 0";

	return actor_first(db, arena, sql, VALUES(db_text(username)), ret);
}

int
actor_of_kind(
    struct db *db, struct arena *arena, enum actor_kind kind, struct actor *ret)
{
	static const char sql[] = ACTOR_SELECT
	    " WHERE a.kind = ?1 AND a.kind <> 0 AND a.deleted_at IS NULL"
	    " ORDER BY a.id LIMIT 1";

	return actor_first(db, arena, sql, VALUES(db_int(kind)), ret);
}

static int
actor_rows(struct db *db, const char *sql, const struct value *values,
    size_t count, struct db_list *list)
{
	list->item_size = sizeof(struct actor);
	list->read = actor_read;
	return db_list(db, sql, values, count, list);
}

int
actor_list(struct db *db, struct arena *arena, enum actor_kind kind,
    int64_t after, size_t limit, struct actor **ret, size_t *ret_count)
{
	static const char sql[] =
	    ACTOR_SELECT " WHERE a.kind = ?1 AND a.kind <> 0 AND a.id > ?2"
			 " AND a.deleted_at IS NULL ORDER BY a.id LIMIT ?3";
	struct db_list list = { .arena = arena };
	int r = actor_rows(db, sql,
	    VALUES(db_int(kind), db_int(after), db_size(limit)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

int
actor_list_owned(struct db *db, struct arena *arena, int64_t owner_id,
    struct actor **ret, size_t *ret_count)
{
	static const char sql[] = ACTOR_SELECT
	    " WHERE a.owner_id = ?1 AND a.deleted_at IS NULL ORDER BY a.id";
	struct db_list list = { .arena = arena };
	int r = actor_rows(db, sql, VALUES(db_int(owner_id)), &list);

	if (r == 0) {
		*ret = list.items;
		*ret_count = list.count;
	}
	return r;
}

/* ?1 to ?29, the same in the two statements that follow. */
#define ACTOR_SHARED(actor) \
	db_text((actor)->type), db_text((actor)->username), \
	    db_id((actor)->host_id), db_text((actor)->name), \
	    db_text((actor)->summary), db_text((actor)->source), \
	    db_text((actor)->url), db_text((actor)->icon_url), \
	    db_text((actor)->inbox), db_text((actor)->shared_inbox), \
	    db_text((actor)->outbox), db_text((actor)->followers), \
	    db_text((actor)->document), db_id((actor)->owner_id), \
	    db_int((actor)->manually_approves), db_int((actor)->discoverable), \
	    db_int((actor)->indexable), db_text((actor)->profile_kind), \
	    db_text((actor)->stage), db_text((actor)->status), \
	    db_text((actor)->contact), db_text((actor)->place.insee), \
	    db_text((actor)->place.name), db_text((actor)->place.postcode), \
	    actor_degrees(&(actor)->place, (actor)->place.latitude), \
	    actor_degrees(&(actor)->place, (actor)->place.longitude), \
	    db_int((actor)->updated_at), db_id((actor)->fetched_at), \
	    db_int((actor)->kind)

static struct value
actor_degrees(const struct place *place, double degrees)
{
	return place->located ? db_real(degrees) : db_null();
}

static int
actor_insert(struct db *db, const struct actor *actor, int64_t *ret_id)
{
	static const char sql[] =
	    "INSERT INTO actor (type, username, host_id, name, summary, source,"
	    " url, icon_url, inbox, shared_inbox, outbox, followers, document,"
	    " owner_id, manually_approves, discoverable, indexable,"
	    " profile_kind, stage, status, contact, place_insee, place_name,"
	    " place_postcode, latitude, longitude, updated_at, fetched_at,"
	    " kind, uri, uri_hash, created_at)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	    " ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26,"
	    " ?27, ?28, ?29, ?30, ?31, ?32)";
	int r = db_run(db, sql,
	    VALUES(ACTOR_SHARED(actor), db_text(actor->uri),
		db_hash(actor->uri), db_int(actor->created_at)));

	if (r == 0)
		*ret_id = db_last_id(db);
	return r;
}

/* Names of ours are for ever; others may change theirs. */
static int
actor_write(struct db *db, const struct actor *actor, int64_t id)
{
	static const char sql[] =
	    "UPDATE actor SET type = ?1,"
	    " username = CASE kind WHEN 0 THEN ?2 ELSE username END,"
	    " host_id = ?3, name = ?4, summary = ?5, source = ?6, url = ?7,"
	    " icon_url = ?8, inbox = ?9, shared_inbox = ?10, outbox = ?11,"
	    " followers = ?12, document = ?13, owner_id = ?14,"
	    " manually_approves = ?15, discoverable = ?16, indexable = ?17,"
	    " profile_kind = ?18, stage = ?19, status = ?20, contact = ?21,"
	    " place_insee = ?22, place_name = ?23, place_postcode = ?24,"
	    " latitude = ?25, longitude = ?26, updated_at = ?27,"
	    " fetched_at = ?28 WHERE id = ?30 AND (kind = 0) = (?29 = 0)"
	    " AND deleted_at IS NULL";
	int r = db_run_one(db, sql, VALUES(ACTOR_SHARED(actor), db_int(id)));

	if (r == 0)
		writer_changed(db, CHANGE_ACTOR);
	return r;
}

static int
actor_find(struct db *db, const char *uri, int64_t *ret_id, bool *ret_ours,
    bool *ret_deleted)
{
	static const char sql[] = "SELECT id, kind, deleted_at FROM actor"
				  " WHERE uri_hash = ?1 AND uri = ?2";
	CLEANUP(db_done) struct statement *row = NULL;
	int r = db_first(db, sql, VALUES(db_hash(uri), db_text(uri)), &row);

	if (r < 0)
		return r;
	*ret_id = db_take_int(row);
	*ret_ours = db_take_int(row) != ACTOR_REMOTE;
	*ret_deleted = !db_next_is_null(row);
	return 0;
}

int
actor_create(struct db *db, const struct actor *actor, int64_t *ret_id)
{
	struct actor mine = *actor;
	int64_t id = 0;
	bool ours, deleted;
	int r = actor_find(db, actor->uri, &id, &ours, &deleted);

	ASSERT(actor->kind != ACTOR_REMOTE);
	if (r != -ENOENT)
		return r == 0 ? -EEXIST : r;
	mine.host_id = 0;
	r = actor_insert(db, &mine, ret_id);
	if (r == 0)
		writer_changed(db, CHANGE_ACTOR | CHANGE_KEY_WANTED);
	return r;
}

int
actor_update(struct db *db, const struct actor *actor)
{
	struct actor mine = *actor;

	ASSERT(actor->kind != ACTOR_REMOTE);
	mine.host_id = 0;
	return actor_write(db, &mine, actor->id);
}

int
actor_put_remote(struct db *db, const struct actor *actor, int64_t *ret_id)
{
	struct actor theirs = *actor;
	int64_t id = 0;
	bool ours = false, deleted = false;
	int r = actor_find(db, actor->uri, &id, &ours, &deleted), found = r;

	if (r < 0 && r != -ENOENT)
		return r;
	if (found == 0 && ours)
		return -EEXIST;
	if (found == 0 && deleted)
		return -ESTALE;
	ASSERT(actor->host != NULL);
	theirs.kind = ACTOR_REMOTE;
	r = host_need(db, actor->host, actor->updated_at, &theirs.host_id);
	if (r < 0)
		return r;
	if (found == 0)
		r = actor_write(db, &theirs, id);
	else
		r = actor_insert(db, &theirs, &id);
	if (r < 0)
		return r;
	writer_changed(db, CHANGE_ACTOR);
	*ret_id = id;
	return 0;
}

static int
actor_bury(struct db *db, int64_t id, int64_t now)
{
	static const char sql[] =
	    "UPDATE actor SET name = NULL, summary = NULL, source = NULL,"
	    " url = NULL, icon_url = NULL, inbox = NULL, shared_inbox = NULL,"
	    " outbox = NULL, followers = NULL, document = NULL,"
	    " owner_id = NULL, manually_approves = 0, discoverable = 0,"
	    " indexable = 0, profile_kind = NULL, stage = NULL, status = NULL,"
	    " contact = NULL, place_insee = NULL, place_name = NULL,"
	    " place_postcode = NULL, latitude = NULL, longitude = NULL,"
	    " fetched_at = NULL, updated_at = ?2, deleted_at = ?2"
	    " WHERE id = ?1";

	return db_run(db, sql, VALUES(db_int(id), db_int(now)));
}

/* What waits to be sent still needs the key to sign with. */
static int
actor_erase_keys(struct db *db, int64_t id)
{
	bool waits = false;
	int r = queue_signs(db, id, &waits);

	return r < 0 || waits ? r : actor_key_erase(db, id);
}

int
actor_erase(struct db *db, int64_t id, int64_t now, int64_t *left)
{
	static int (*const erase[])(
	    struct db *, int64_t, int64_t *) = { outbox_erase, timeline_erase,
		follow_erase, block_erase, reaction_erase };
	int r = 0;

	for (size_t i = 0; r == 0 && i < N_ELEMENTS(erase); i++)
		r = erase[i](db, id, left);
	return r < 0 ? r : object_erase(db, id, now, left);
}

int
actor_delete(struct db *db, int64_t id, int64_t now)
{
	static const char find[] = "SELECT deleted_at IS NOT NULL FROM actor"
				   " WHERE id = ?1";
	const struct chore rest = {
		.kind = CHORE_ACTOR, .actor_id = id, .at = now
	};
	int64_t deleted = 0, left = CHORE_ROWS;
	int r = db_number(db, find, VALUES(db_int(id)), &deleted);

	if (r < 0 || deleted)
		return r;
	r = actor_bury(db, id, now);
	if (r == 0)
		r = actor_lists_erase(db, id);
	if (r == 0)
		r = actor_erase_keys(db, id);
	if (r == 0)
		r = actor_erase(db, id, now, &left);
	if (r == 0 && left <= 0)
		r = chore_add(db, &rest);
	if (r == 0)
		writer_changed(db, CHANGE_ACTOR);
	return r;
}
