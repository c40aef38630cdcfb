/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "federation/activity.h"
#include "federation/sanitize.h"
#include "federation/url.h"

enum {
	ACTOR_NAME_MAX = 200, /* code points */
	ACTOR_STAGE_MAX = 20,
	ACTOR_STATUS_MAX = 2000,
	ACTOR_POSTCODE_MAX = 10,
	ACTOR_INSEE_LENGTH = 5, /* bytes */
};

static int
refuse(char error[JSON_ERROR_SIZE], const char *sentence)
{
	(void)snprintf(error, JSON_ERROR_SIZE, "%s", sentence);
	return -EINVAL;
}

/* Whether an owner or controller is the actor, however it is spelled. */
static bool
is_same(struct arena *arena, const char *other, const struct url *id)
{
	struct url url;

	return url_parse(arena, other, &url) == 0 &&
	       strcmp(url.text, id->text) == 0;
}

/* An address on the actor's own origin, normalised; else NULL. */
static const char *
own_address(struct arena *arena, const struct url *id, const char *address)
{
	struct url url;

	if (url_parse(arena, address, &url) < 0 ||
	    strcmp(url.origin, id->origin) != 0)
		return NULL;
	return url.text;
}

static bool
username_is_plain(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > URL_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || strchr("-_.:~", c) != NULL))
			return false;
	}
	return true;
}

/* preferredUsername, or the name in webfinger's acct, or in the host's. */
static const char *
username_of(struct arena *arena, const json_t *document, const struct url *id)
{
	const char *name = json_text(document, "preferredUsername");
	const char *webfinger = json_text(document, "webfinger");
	const char *user, *host;

	if (name != NULL && username_is_plain(name))
		return name;
	if (webfinger != NULL &&
	    url_parse_acct(arena, webfinger, &user, &host) == 0 &&
	    username_is_plain(user))
		return user;
	return name == NULL && username_is_plain(id->authority) ? id->authority
								: NULL;
}

/* --- keys --- */

static void
add_key(struct arena *arena, struct received_actor *ret, const struct url *id,
    const char *key_id, struct key *key)
{
	struct actor_key *row;
	uint8_t *spki;

	if (key == NULL)
		return;
	key_id = own_address(arena, id, key_id);
	if (key_id != NULL && ret->key_count < ACTIVITY_KEYS_MAX) {
		row = &ret->keys[ret->key_count];
		if (key_spki(key, arena, &spki, &row->spki_len) == 0) {
			row->uri = key_id;
			row->kind = key_kind(key);
			row->spki = spki;
			ret->key_count++;
		}
	}
	key_free(&key);
}

/* {"id", "owner", "publicKeyPem"}: SPKI or PKCS#1 */
static void
read_pem(struct arena *arena, struct received_actor *ret, const struct url *id,
    const json_t *entry)
{
	const char *owner = json_id(entry, "owner");
	const char *pem = json_text(entry, "publicKeyPem");
	struct key *key = NULL;

	if (pem == NULL || (owner != NULL && !is_same(arena, owner, id)) ||
	    key_from_pem(pem, &key) < 0)
		return;
	add_key(arena, ret, id, json_text(entry, "id"), key);
}

/* {"id", "type": "Multikey", "controller", "publicKeyMultibase"} */
static void
read_multikey(struct arena *arena, struct received_actor *ret,
    const struct url *id, const json_t *entry)
{
	const char *controller = json_id(entry, "controller");
	const char *text = json_text(entry, "publicKeyMultibase");
	struct key *key = NULL;

	if (text == NULL || !json_is_type(entry, "Multikey") ||
	    controller == NULL || !is_same(arena, controller, id) ||
	    key_from_multibase(text, &key) < 0)
		return;
	add_key(arena, ret, id, json_text(entry, "id"), key);
}

static void
read_keys_of(struct arena *arena, struct received_actor *ret,
    const struct url *id, const json_t *value,
    void (*read)(struct arena *, struct received_actor *, const struct url *,
	const json_t *))
{
	const json_t *entry;
	size_t i;

	if (json_is_object(value))
		read(arena, ret, id, value);
	else
		json_array_foreach(value, i, entry)
		{
			if (i == ACTIVITY_KEYS_MAX)
				break;
			if (json_is_object(entry))
				read(arena, ret, id, entry);
		}
}

static int
check_keys(struct arena *arena, const json_t *document,
    const struct received_actor *ret, const struct url *id,
    char error[JSON_ERROR_SIZE])
{
	const json_t *key = json_embedded(document, "publicKey");
	const char *owner = key == NULL ? NULL : json_id(key, "owner");

	if (owner != NULL && !is_same(arena, owner, id))
		return refuse(error, "publicKey: its owner is another actor");
	if (key != NULL && ret->key_count == 0)
		return refuse(error,
		    "publicKey: it is no RSA key of 2048 to 8192 bits, or "
		    "its id is not on the actor's origin");
	return 0;
}

/* --- the rest --- */

/* Any web address, normalised; else NULL. */
static const char *
address_of(struct arena *arena, const char *address)
{
	struct url url;

	return url_parse(arena, address, &url) == 0 ? url.text : NULL;
}

static const char *
icon_of(struct arena *arena, const json_t *document)
{
	const json_t *icon = json_object_get(document, "icon");
	const char *address;

	if (json_is_array(icon))
		icon = json_array_get(icon, 0);
	address = json_is_string(icon)   ? json_string_value(icon)
		  : json_is_object(icon) ? json_id(icon, "url")
					 : NULL;
	return address_of(arena, address);
}

/* A page on another host is dropped, not refused. */
static const char *
page_of(struct arena *arena, const json_t *document, const struct url *id)
{
	const char *page = own_address(arena, id, json_id(document, "url"));

	return page != NULL ? page : id->text;
}

/* The code of a commune: "91200", "2A004"; else NULL. */
static const char *
insee_of(const char *code)
{
	return code != NULL && strlen(code) == ACTOR_INSEE_LENGTH &&
		       strspn(code, "0123456789AB") == ACTOR_INSEE_LENGTH
		   ? code
		   : NULL;
}

static void
read_place(struct arena *arena, const json_t *document, struct place *ret)
{
	const json_t *place = json_embedded(document, "location");
	const json_t *address, *latitude, *longitude;

	if (place == NULL)
		return;
	address = json_embedded(place, "address");
	ret->name = sanitize_line(arena,
	    address != NULL && json_text(address, "addressLocality") != NULL
		? json_text(address, "addressLocality")
		: json_text(place, "name"),
	    ACTOR_NAME_MAX);
	if (address != NULL)
		ret->postcode = sanitize_line(arena,
		    json_text(address, "postalCode"), ACTOR_POSTCODE_MAX);
	ret->insee = insee_of(json_text(place, "parvis:insee"));
	latitude = json_object_get(place, "latitude");
	longitude = json_object_get(place, "longitude");
	if (!json_is_number(latitude) || !json_is_number(longitude))
		return;
	ret->latitude = json_number_value(latitude);
	ret->longitude = json_number_value(longitude);
	ret->located = ret->latitude >= -90.0 && ret->latitude <= 90.0 &&
		       ret->longitude >= -180.0 && ret->longitude <= 180.0;
}

static void
read_texts(struct arena *arena, const json_t *document, const struct url *id,
    struct actor *actor)
{
	actor->name =
	    sanitize_line(arena, json_text(document, "name"), ACTOR_NAME_MAX);
	actor->summary = sanitize_html(
	    arena, json_text(document, "summary"), SANITIZE_HTML_MAX);
	actor->stage =
	    sanitize_line(arena, json_text(document, "stage"), ACTOR_STAGE_MAX);
	actor->status = sanitize_line(
	    arena, json_text(document, "status"), ACTOR_STATUS_MAX);
	actor->url = page_of(arena, document, id);
	actor->icon_url = icon_of(arena, document);
	actor->outbox = own_address(arena, id, json_id(document, "outbox"));
	actor->followers =
	    own_address(arena, id, json_id(document, "followers"));
	actor->manually_approves =
	    json_flag(document, "manuallyApprovesFollowers", false);
	actor->discoverable = json_flag(document, "discoverable", false);
	actor->indexable = json_flag(document, "indexable", false);
	read_place(arena, document, &actor->place);
}

static void
read_times(const json_t *document, struct actor *actor)
{
	int64_t now = clock_now();

	actor->created_at = json_time(document, "published");
	if (actor->created_at <= 0 || actor->created_at > now)
		actor->created_at = now;
	actor->updated_at = json_time(document, "updated");
	if (actor->updated_at <= 0 || actor->updated_at > now)
		actor->updated_at = actor->created_at;
	actor->fetched_at = now;
}

static const char *
shared_inbox_of(
    struct arena *arena, const json_t *document, const struct url *id)
{
	const json_t *endpoints = json_embedded(document, "endpoints");

	return endpoints == NULL
		   ? NULL
		   : own_address(arena, id, json_id(endpoints, "sharedInbox"));
}

int
activity_read_actor(struct arena *arena, json_t *document,
    struct received_actor *ret, char error[JSON_ERROR_SIZE])
{
	struct received_actor new = { 0 };
	struct url id;

	new.actor.type = activity_actor_type(document);
	if (new.actor.type == NULL)
		return refuse(error, "type: it is none of the kinds of actor");
	if (url_parse(arena, json_text(document, "id"), &id) < 0)
		return refuse(error, "id: it is no http or https address");
	/* Nothing can be fetched from there that has this id. */
	if (id.fragment != NULL)
		return refuse(error, "id: an actor's may have no fragment");
	new.actor.kind = ACTOR_REMOTE;
	new.actor.uri = id.text;
	new.actor.host = id.authority;
	new.actor.username = username_of(arena, document, &id);
	if (new.actor.username == NULL)
		return refuse(error,
		    "preferredUsername: it is missing or has characters "
		    "other than letters, digits, '-', '_', '.', ':'");
	new.actor.inbox = own_address(arena, &id, json_id(document, "inbox"));
	if (new.actor.inbox == NULL)
		return refuse(
		    error, "inbox: it is missing or not on the actor's origin");
	new.actor.shared_inbox = shared_inbox_of(arena, document, &id);
	read_texts(arena, document, &id, &new.actor);
	read_times(document, &new.actor);
	read_keys_of(
	    arena, &new, &id, json_object_get(document, "publicKey"), read_pem);
	read_keys_of(arena, &new, &id,
	    json_object_get(document, "assertionMethod"), read_multikey);
	if (check_keys(arena, document, &new, &id, error) < 0)
		return -EINVAL;
	new.moved_to = address_of(arena, json_id(document, "movedTo"));
	new.actor.document = json_write(arena, document);
	*ret = new;
	return 0;
}
