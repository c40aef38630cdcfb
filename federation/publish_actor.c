/* SPDX-License-Identifier: ISC */
/*
 * Actors of ours: the node's own two, profiles and projects.
 *
 * A new actor has no keys yet: making an RSA pair takes too long for a
 * transaction.  The keymaker brings them soon after (publish_actor_keys()),
 * and only then is the actor told of elsewhere, in the state it has then.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/base/text.h"
#include "federation/announce.h"
#include "federation/catalogue.h"
#include "federation/dispatch.h"
#include "federation/publish_form.h"
#include "federation/relay.h"
#include "store/outbox.h"

/* Of the follows that one actor may have, to whom a farewell is said. */
enum { FOLLOWED_MAX = 10000 };

static const char *
part(struct publish *publish, const char *uri, const char *name)
{
	return arena_printf(publish->arena, "%s/%s", uri, name);
}

/* What follows from the address of an actor of ours. */
static void
derive(struct publish *publish, const char *uri, struct actor *actor)
{
	actor->uri = uri;
	actor->inbox = part(publish, uri, "inbox");
	actor->outbox = part(publish, uri, "outbox");
	actor->followers = part(publish, uri, "followers");
	actor->shared_inbox = part(publish, publish->node->base, "inbox");
	actor->url = document_page_url(
	    publish->arena, publish->node->base, actor->username);
	actor->created_at = publish->now;
	actor->updated_at = publish->now;
}

static const char *
new_uri(struct publish *publish)
{
	char opaque[CRYPTO_OPAQUE_SIZE];

	crypto_opaque(opaque);
	return document_actor_uri(publish->arena, publish->node->base, opaque);
}

int
publish_node_actors(
    struct publish *publish, const char *name, const struct place *place)
{
	struct actor instance = {
		.kind = ACTOR_INSTANCE,
		.type = "Application",
		.username = publish->node->domain,
		.name = name,
		.manually_approves = true,
	};
	struct actor territory = {
		.kind = ACTOR_TERRITORY,
		.type = "Group",
		.username = "territory",
		.name = name,
		.place = *place,
		.discoverable = true,
		.indexable = true,
	};
	int64_t id;
	int r;

	if (text_empty(name)) {
		(void)snprintf(publish->error, sizeof(publish->error),
		    "the territory needs a name");
		return -EINVAL;
	}
	derive(publish, part(publish, publish->node->base, "actor"), &instance);
	r = actor_create(publish->db, &instance, &id);
	if (r < 0)
		return r;
	territory.owner_id = id;
	derive(publish, new_uri(publish), &territory);
	r = actor_create(publish->db, &territory, &id);
	return r < 0 ? r : publish_relay_actor(publish);
}

int
publish_relay_actor(struct publish *publish)
{
	struct actor relay = {
		.kind = ACTOR_RELAY,
		.type = "Application",
		.username = "relay",
	};
	struct actor old, territory;
	int64_t id;
	int r = actor_of_kind(publish->db, publish->arena, ACTOR_RELAY, &old);

	if (r != -ENOENT)
		return r;
	r = actor_of_kind(
	    publish->db, publish->arena, ACTOR_TERRITORY, &territory);
	if (r < 0)
		return r;
	r = actor_by_username(
	    publish->db, publish->arena, relay.username, &old);
	if (r != -ENOENT)
		return r == 0 ? -EEXIST : r;
	relay.name = arena_printf(publish->arena, "Relais %s", territory.name);
	derive(publish, part(publish, publish->node->base, "relay"), &relay);
	return actor_create(publish->db, &relay, &id);
}

static int
check_owner(struct publish *publish, const struct actor *actor)
{
	struct actor owner;
	int r;

	if (actor->kind != ACTOR_PROJECT)
		return 0;
	r = actor_get(publish->db, publish->arena, actor->owner_id, &owner);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == -ENOENT || owner.kind != ACTOR_PROFILE ||
	    owner.deleted_at != 0) {
		(void)snprintf(publish->error, sizeof(publish->error),
		    "holder: a profile of this node is needed");
		return -EINVAL;
	}
	return 0;
}

static int
create(struct publish *publish, const struct actor *actor,
    const struct actor_lists *lists, struct actor *ret)
{
	struct actor new = *actor;
	struct actor_lists clean = { 0 };
	int r;

	r = publish_form_username(publish, new.username);
	if (r == 0)
		r = publish_form_actor(publish, &new);
	if (r == 0 && lists != NULL)
		r = publish_form_lists(publish, lists, &clean);
	if (r == 0)
		r = check_owner(publish, &new);
	if (r < 0)
		return r;
	if (actor->uri != NULL)
		new.summary = actor->summary;
	derive(
	    publish, actor->uri != NULL ? actor->uri : new_uri(publish), &new);
	r = actor_create(publish->db, &new, &new.id);
	if (r == -EEXIST)
		(void)snprintf(publish->error, sizeof(publish->error),
		    "username: '%s' is or was in use here", new.username);
	if (r == 0)
		r = actor_set_lists(publish->db, new.id, &clean);
	if (r == 0)
		*ret = new;
	return r;
}

int
publish_actor_create(struct publish *publish, const struct actor *actor,
    const struct actor_lists *lists, struct actor *ret)
{
	struct actor new = *actor;

	new.uri = NULL;
	return create(publish, &new, lists, ret);
}

int
publish_actor_restore(struct publish *publish, const struct actor *actor,
    const struct actor_lists *lists, struct actor *ret)
{
	ASSERT(actor->uri != NULL);
	return create(publish, actor, lists, ret);
}

/* To its own followers, and for a project to its holder's. */
static struct dispatch
actor_dispatch(const char *type, const struct actor *signer,
    const struct actor *actor, json_t *object)
{
	return (struct dispatch){
		.actor = signer,
		.type = type,
		.object = object,
		.object_uri = actor->uri,
		.audience = { VISIBILITY_PUBLIC, signer->followers, NULL, 0 },
		.to_followers = true,
		.also_followers_of = { signer->id == actor->id ? actor->owner_id
							       : actor->id },
	};
}

/* What no form changes. */
static void
keep_identity(const struct actor *old, struct actor *new)
{
	new->kind = old->kind;
	new->type = old->type;
	new->uri = old->uri;
	new->username = old->username;
	new->url = old->url;
	new->inbox = old->inbox;
	new->shared_inbox = old->shared_inbox;
	new->outbox = old->outbox;
	new->followers = old->followers;
	new->created_at = old->created_at;
	if (old->kind != ACTOR_PROJECT)
		new->owner_id = old->owner_id;
}

int
publish_actor_update(struct publish *publish, const struct actor *actor,
    const struct actor_lists *lists)
{
	struct actor new = *actor, old;
	struct actor_lists clean;
	struct dispatch dispatch;
	json_t *document;
	int r;

	r = actor_get(publish->db, publish->arena, actor->id, &old);
	if (r < 0)
		return r;
	if (old.deleted_at != 0 || old.kind == ACTOR_REMOTE)
		return -ENOENT;
	keep_identity(&old, &new);
	r = publish_form_actor(publish, &new);
	if (r == 0)
		r = check_owner(publish, &new);
	if (r == 0 && lists != NULL)
		r = publish_form_lists(publish, lists, &clean);
	if (r < 0)
		return r;
	new.updated_at = MAX(publish->now, old.updated_at + 1);
	r = actor_update(publish->db, &new);
	if (r == 0 && lists != NULL)
		r = actor_set_lists(publish->db, new.id, &clean);
	if (r < 0)
		return r;
	r = document_actor(
	    publish->db, publish->arena, publish->node->base, &new, &document);
	if (r == -EAGAIN)
		return 0; /* its Create comes with its keys */
	if (r < 0)
		return r;
	dispatch = actor_dispatch("Update", &new, &new, document);
	r = dispatch_send(publish, &dispatch, NULL);
	return r < 0 ? r : catalogue_note_actor(publish, &new);
}

/* -EBUSY while a profile still holds projects. */
static int
check_holds_nothing(struct publish *publish, const struct actor *actor)
{
	struct actor *owned;
	size_t count;
	int r;

	if (actor->kind != ACTOR_PROFILE)
		return 0;
	r = actor_list_owned(
	    publish->db, publish->arena, actor->id, &owned, &count);
	if (r < 0 || count == 0)
		return r;
	(void)snprintf(publish->error, sizeof(publish->error),
	    "%s still holds '%s': delete it or give it another holder first",
	    actor->username, owned[0].username);
	return -EBUSY;
}

/* Those it follows or asked to follow elsewhere know it too. */
static int
followed_by(struct publish *publish, const struct actor *actor,
    enum follow_state state, struct dispatch *dispatch)
{
	struct follow *follows;
	int64_t *recipients;
	size_t count;
	int r;

	r = follow_following(publish->db, publish->arena, actor->id, state, 0,
	    FOLLOWED_MAX, &follows, &count);
	if (r < 0 || count == 0)
		return r;
	recipients = arena_alloc(publish->arena,
	    (dispatch->recipient_count + count) * sizeof(*recipients));
	if (dispatch->recipient_count > 0)
		memcpy(recipients, dispatch->recipients,
		    dispatch->recipient_count * sizeof(*recipients));
	for (size_t i = 0; i < count; i++)
		recipients[dispatch->recipient_count++] =
		    follows[i].followee_id;
	dispatch->recipients = recipients;
	return 0;
}

/* Delete to all who may know it, signed by its own keys. */
static int
say_farewell(struct publish *publish, const struct actor *actor)
{
	struct dispatch dispatch;
	struct actor_key *keys;
	int64_t territory = 0;
	const char *uri;
	size_t count;
	int r =
	    actor_keys(publish->db, publish->arena, actor->id, &keys, &count);

	if (r < 0 || count == 0)
		return r; /* without keys it was never seen elsewhere */
	r = announce_told_of(publish, actor, &territory);
	if (r < 0)
		return r;
	dispatch =
	    actor_dispatch("Delete", actor, actor, json_string(actor->uri));
	r = followed_by(publish, actor, FOLLOW_ACCEPTED, &dispatch);
	if (r == 0)
		r = followed_by(publish, actor, FOLLOW_PENDING, &dispatch);
	/* And those who have its updates by way of the territory. */
	dispatch.also_followers_of[1] = territory;
	if (r == 0 && territory != 0)
		r = relay_id(publish, &dispatch.also_followers_of[2]);
	if (r < 0) {
		json_decref(dispatch.object);
		return r;
	}
	r = dispatch_send(publish, &dispatch, &uri);
	return r < 0 || territory == 0 ? r
				       : announce_change(publish, territory,
					     actor->uri, actor->uri, uri);
}

int
publish_actor_delete(struct publish *publish, int64_t id)
{
	struct actor actor;
	int r;

	r = actor_get(publish->db, publish->arena, id, &actor);
	if (r < 0)
		return r;
	if (actor.deleted_at != 0)
		return -ENOENT;
	if (actor.kind != ACTOR_PROFILE && actor.kind != ACTOR_PROJECT) {
		(void)snprintf(publish->error, sizeof(publish->error),
		    "only a profile or a project can be deleted");
		return -EINVAL;
	}
	r = check_holds_nothing(publish, &actor);
	if (r == 0)
		r = say_farewell(publish, &actor); /* before the follows go */
	/* Its holder's Create of it has its document. */
	if (r == 0)
		r = outbox_retract_object(publish->db, actor.uri);
	if (r == 0)
		r = actor_delete(publish->db, id, publish->now);
	if (r == 0)
		r = actor_get(publish->db, publish->arena, id, &actor);
	return r < 0 ? r : catalogue_note_actor(publish, &actor);
}

static int
row_of_key(struct publish *publish, const struct actor *actor,
    const struct key *key, const char *fragment, struct actor_key *ret)
{
	uint8_t *spki, *secret;
	int r;

	*ret = (struct actor_key){ .actor_id = actor->id };
	ret->uri = arena_printf(publish->arena, "%s#%s", actor->uri, fragment);
	ret->kind = key_kind(key);
	ret->created_at = publish->now;
	r = key_spki(key, publish->arena, &spki, &ret->spki_len);
	if (r == 0)
		r = key_secret(key, publish->arena, &secret, &ret->secret_len);
	if (r < 0)
		return r;
	ret->spki = spki;
	ret->secret = secret;
	return 0;
}

/* A new project is told of by its holder, whose followers may care. */
static int
announce_new(struct publish *publish, const struct actor *actor)
{
	struct actor owner;
	struct dispatch dispatch;
	json_t *document;
	int r;

	if (actor->kind != ACTOR_PROJECT)
		return 0;
	r = actor_get(publish->db, publish->arena, actor->owner_id, &owner);
	if (r == -ENOENT || (r == 0 && owner.deleted_at != 0))
		return 0;
	if (r == 0)
		r = document_actor(publish->db, publish->arena,
		    publish->node->base, actor, &document);
	if (r < 0)
		return r;
	dispatch = actor_dispatch("Create", &owner, actor, document);
	dispatch.listed = true;
	return dispatch_send(publish, &dispatch, NULL);
}

/*
 * With the instance's keys the catalogue begins: with what is there already,
 * as far as one step goes.
 */
static int
list_new(struct publish *publish, const struct actor *actor)
{
	struct catalogue_walk profiles = { 0 }, projects = { .projects = true };
	bool more;
	int r;

	if (actor->kind != ACTOR_INSTANCE)
		return catalogue_note_actor(publish, actor);
	r = catalogue_catch_up(publish, &profiles, &more);
	return r < 0 ? r : catalogue_catch_up(publish, &projects, &more);
}

int
publish_actor_keys(struct publish *publish, int64_t id, const struct key *rsa,
    const struct key *ed25519)
{
	struct actor actor;
	struct actor_key *old, new[2];
	size_t count;
	int r;

	r = actor_get(publish->db, publish->arena, id, &actor);
	if (r == 0)
		r = actor_keys(publish->db, publish->arena, id, &old, &count);
	if (r < 0)
		return r;
	if (actor.deleted_at != 0 || count > 0)
		return 0; /* gone, or done by another hand */
	r = row_of_key(publish, &actor, rsa, "main-key", &new[0]);
	if (r == 0)
		r = row_of_key(
		    publish, &actor, ed25519, "ed25519-key", &new[1]);
	if (r == 0)
		r = actor_set_keys(publish->db, id, new, 2);
	if (r == 0)
		r = announce_new(publish, &actor);
	return r < 0 ? r : list_new(publish, &actor);
}
