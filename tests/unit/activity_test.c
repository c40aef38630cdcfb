/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/base/clock.h"
#include "federation/activity.h"
#include "tests/unit/vector.h"

#define AS_PUBLIC "https://www.w3.org/ns/activitystreams#Public"
#define MARIE     "https://park.example/users/marie"
#define NOTE      "https://park.example/notes/1"

struct fixture {
	struct arena *arena;
	json_t *documents[16];
	size_t count;
	char error[JSON_ERROR_SIZE];
};

static int
setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->arena = arena_new();
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < f->count; i++)
		json_decref(f->documents[i]);
	arena_free(&f->arena);
	free(f);
	return 0;
}

/* Text in single quotes for double ones; lives as long as the fixture. */
static json_t *
parse(struct fixture *f, const char *text)
{
	char *copy = arena_strdup(f->arena, text);
	json_t *document = NULL;

	for (char *p = copy; *p != '\0'; p++) {
		if (*p == '\'')
			*p = '"';
	}
	if (json_read(copy, strlen(copy), &document, f->error) < 0)
		fail_msg("%s: %s", f->error, copy);
	assert_true(f->count < N_ELEMENTS(f->documents));
	f->documents[f->count++] = document;
	return document;
}

static struct activity
read_activity(struct fixture *f, const char *text)
{
	struct activity activity = { 0 };

	if (activity_read(f->arena, parse(f, text), &activity, f->error) < 0)
		fail_msg("%s: %s", f->error, text);
	return activity;
}

static void
refuse_activity(struct fixture *f, const char *text, const char *sentence)
{
	struct activity activity;

	assert_int_equal(
	    activity_read(f->arena, parse(f, text), &activity, f->error),
	    -EINVAL);
	assert_string_equal(f->error, sentence);
}

/* --- activities --- */

static void
activity_of_each_type_is_known(void **state)
{
	static const struct {
		const char *name;
		enum activity_type type;
	} rows[] = {
		{ "Accept", ACTIVITY_ACCEPT },
		{ "Add", ACTIVITY_ADD },
		{ "Announce", ACTIVITY_ANNOUNCE },
		{ "Block", ACTIVITY_BLOCK },
		{ "Create", ACTIVITY_CREATE },
		{ "Delete", ACTIVITY_DELETE },
		{ "Flag", ACTIVITY_FLAG },
		{ "Follow", ACTIVITY_FOLLOW },
		{ "Like", ACTIVITY_LIKE },
		{ "Move", ACTIVITY_MOVE },
		{ "Reject", ACTIVITY_REJECT },
		{ "Remove", ACTIVITY_REMOVE },
		{ "Undo", ACTIVITY_UNDO },
		{ "Update", ACTIVITY_UPDATE },
		{ "Join", ACTIVITY_JOIN },
		{ "follow", ACTIVITY_OTHER },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		json_t *document = json_pack(
		    "{s:s, s:s}", "type", rows[i].name, "actor", MARIE);
		struct activity activity;

		assert_int_equal(
		    activity_read(f->arena, document, &activity, f->error), 0);
		assert_int_equal(activity.type, rows[i].type);
		assert_string_equal(activity.type_name, rows[i].name);
		json_decref(document);
	}
}

static void
activity_ids_come_back_normalised(void **state)
{
	struct activity a = read_activity(*state,
	    "{'type':['Follow','x:Follow'],'id':'HTTPS://Park.Example.:443/a/"
	    "1',"
	    "'actor':{'type':'Person','id':'https://PARK.example/users/marie'},"
	    "'object':['https://node.example/o/x'],"
	    "'target':'https://node.example:443/o/t',"
	    "'published':'2026-01-02T03:04:05Z',"
	    "'to':'as:Public','cc':['https://A.example/b', 7, 'urn:x']}");

	assert_int_equal(a.type, ACTIVITY_FOLLOW);
	assert_string_equal(a.id, "https://park.example/a/1");
	assert_string_equal(a.actor, MARIE);
	assert_string_equal(a.object_id, "https://node.example/o/x");
	assert_string_equal(a.target, "https://node.example/o/t");
	assert_null(a.object);
	assert_int_equal(a.published, 1767323045);
	assert_int_equal(a.to_count, 1);
	assert_true(activity_is_public(a.to[0]));
	assert_int_equal(a.cc_count, 1);
	assert_string_equal(a.cc[0], "https://a.example/b");
}

static void
activity_id_of_another_scheme_counts_as_none(void **state)
{
	struct activity a =
	    read_activity(*state, "{'type':'Like','id':'urn:uuid:6ba7b810-9dad-"
				  "11d1-80b4-00c04fd430c8'"
				  ",'actor':'" MARIE "','object':'" NOTE "'}");

	assert_null(a.id);
	a = read_activity(
	    *state, "{'type':'Like','actor':'" MARIE "','id':{'x':1}}");
	assert_null(a.id);
	assert_null(a.object_id);
	refuse_activity(*state,
	    "{'type':'Like','id':'https://u@park.example/1','actor':'" MARIE
	    "'}",
	    "id: the address is malformed");
}

static void
activity_without_type_or_actor_is_refused(void **state)
{
	refuse_activity(*state, "{'actor':'" MARIE "'}", "type: it is missing");
	refuse_activity(
	    *state, "{'type':7,'actor':'" MARIE "'}", "type: it is missing");
	refuse_activity(*state, "{'type':'Like'}",
	    "actor: it is missing or no http or https address");
	refuse_activity(*state, "{'type':'Like','actor':'acct:a@b.example'}",
	    "actor: it is missing or no http or https address");
	refuse_activity(*state,
	    "{'type':'Like','actor':'https://u:p@b.example/'}",
	    "actor: it is missing or no http or https address");
	refuse_activity(*state,
	    "{'actor':'" MARIE "','type':'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "'}",
	    "type: the name is too long");
}

static void
recipients_are_bounded(void **state)
{
	struct fixture *f = *state;
	json_t *to = json_array();
	json_t *document = json_pack(
	    "{s:s, s:s, s:o}", "type", "Create", "actor", MARIE, "to", to);
	struct activity activity;

	for (int i = 0; i < 5000; i++)
		(void)json_array_append_new(to, json_string(MARIE));
	assert_int_equal(
	    activity_read(f->arena, document, &activity, f->error), 0);
	assert_int_equal(activity.to_count, ACTIVITY_RECIPIENTS_MAX);
	json_decref(document);
}

static void
what_is_deleted_is_an_id_or_a_tombstone(void **state)
{
	struct activity a = read_activity(*state,
	    "{'type':'Delete','actor':'" MARIE "','object':'" NOTE "'}");

	assert_string_equal(a.object_id, NOTE);
	a = read_activity(*state,
	    "{'type':'Delete','actor':'" MARIE
	    "','object':{'type':'Tombstone','id':'" NOTE "'}}");
	assert_string_equal(a.object_id, NOTE);
	assert_string_equal(a.object_type, "Tombstone");
	a = read_activity(*state, "{'type':'Delete','actor':'" MARIE
				  "','object':{'type':'Tombstone'}}");
	assert_null(a.object_id);
}

static void
inner_activity_is_read_when_embedded(void **state)
{
	struct fixture *f = *state;
	struct activity inner,
	    a = read_activity(f,
		"{'type':'Undo','actor':'" MARIE "','object':{'type':'Follow',"
		"'id':'https://park.example/f/1','actor':'" MARIE
		"','object':'https://node.example/o/x'}}");

	assert_int_equal(activity_read_inner(f->arena, &a, &inner), 0);
	assert_int_equal(inner.type, ACTIVITY_FOLLOW);
	assert_string_equal(inner.object_id, "https://node.example/o/x");
	assert_string_equal(a.object_id, "https://park.example/f/1");

	a = read_activity(f,
	    "{'type':'Announce','actor':'https://lemmy.example/c/x','object':"
	    "{'type':'Create','actor':'" MARIE "','id':'https://p.example/1',"
	    "'object':{'type':'Page','id':'https://p.example/2'}}}");
	assert_int_equal(activity_read_inner(f->arena, &a, &inner), 0);
	assert_int_equal(inner.type, ACTIVITY_CREATE);
	assert_string_equal(inner.object_id, "https://p.example/2");

	a = read_activity(f, "{'type':'Undo','actor':'" MARIE
			     "','object':'https://p.example/f'}");
	assert_int_equal(activity_read_inner(f->arena, &a, &inner), -EINVAL);
}

/* --- visibility --- */

static void
visibility_follows_to_and_cc(void **state)
{
	static const struct {
		const char *author, *to, *cc;
		enum visibility expected;
	} rows[] = {
		{ MARIE, AS_PUBLIC, MARIE "/followers", VISIBILITY_PUBLIC },
		{ MARIE, "as:Public", NULL, VISIBILITY_PUBLIC },
		{ MARIE, "Public", NULL, VISIBILITY_PUBLIC },
		{ MARIE, MARIE "/followers", AS_PUBLIC, VISIBILITY_UNLISTED },
		{ MARIE, MARIE "/followers", NULL, VISIBILITY_FOLLOWERS },
		{ MARIE, NULL, MARIE "/followers?page=1",
		    VISIBILITY_FOLLOWERS },
		/* Friendica and Hubzilla, Ghost, WordPress */
		{ "https://f.example/profile/marie",
		    "https://f.example/followers/marie", NULL,
		    VISIBILITY_FOLLOWERS },
		{ "https://g.example/.ghost/activitypub/users/index",
		    "https://g.example/.ghost/activitypub/followers/index",
		    NULL, VISIBILITY_FOLLOWERS },
		{ "https://w.example/?author=1",
		    "https://w.example/wp-json/activitypub/1.0/actors/1/"
		    "followers",
		    NULL, VISIBILITY_FOLLOWERS },
		{ "https://one.example/", "https://one.example/followers", NULL,
		    VISIBILITY_FOLLOWERS },
		/* Mail is not to be shown to followers. */
		{ MARIE, "https://node.example/o/x", NULL, VISIBILITY_DIRECT },
		{ MARIE, NULL, NULL, VISIBILITY_DIRECT },
		{ MARIE, "https://park.example/users/followers", NULL,
		    VISIBILITY_DIRECT },
		{ MARIE, "https://evil.example/users/x/followers", NULL,
		    VISIBILITY_DIRECT },
		{ MARIE, "https://park.example/users/x/followersclub", NULL,
		    VISIBILITY_DIRECT },
		{ MARIE, AS_PUBLIC "x", NULL, VISIBILITY_DIRECT },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		enum visibility v =
		    activity_visibility(rows[i].author, &rows[i].to,
			rows[i].to != NULL, &rows[i].cc, rows[i].cc != NULL);

		if (v != rows[i].expected)
			print_error("row %zu\n", i);
		assert_int_equal(v, rows[i].expected);
	}
}

/* --- actors --- */

/* An actor with the given members over good ones; member=NULL takes away. */
static json_t *
actor_document(struct fixture *f, const char *changes)
{
	json_t *actor = parse(f,
	    "{'@context':'https://www.w3.org/ns/activitystreams',"
	    "'type':'Person','id':'" MARIE "','preferredUsername':'marie',"
	    "'inbox':'" MARIE "/inbox','outbox':'" MARIE "/outbox'}");
	json_t *multikeys = vector_load("multikey-fep521a.json");
	const char *pem = vector_text(
	    json_array_get(json_object_get(multikeys, "multikeys"), 1),
	    "public_key_pem");

	(void)json_object_set_new(actor, "publicKey",
	    json_pack("{s:s, s:s, s:s}", "id", MARIE "#main-key", "owner",
		MARIE, "publicKeyPem", pem));
	json_decref(multikeys);
	assert_int_equal(json_object_update(actor, parse(f, changes)), 0);
	return actor;
}

static struct received_actor
read_actor(struct fixture *f, const char *changes)
{
	struct received_actor actor = { 0 };

	if (activity_read_actor(
		f->arena, actor_document(f, changes), &actor, f->error) < 0)
		fail_msg("%s: %s", f->error, changes);
	return actor;
}

static void
refuse_actor(struct fixture *f, const char *changes, const char *sentence)
{
	struct received_actor actor;

	assert_int_equal(activity_read_actor(f->arena,
			     actor_document(f, changes), &actor, f->error),
	    -EINVAL);
	assert_string_equal(f->error, sentence);
}

static void
actor_is_read_whole(void **state)
{
	struct received_actor r = read_actor(*state,
	    "{'name':' Marie <b>Dupont</b> ',"
	    "'summary':'<p onclick=\\'x\\'>Bonjour<script>x</script></p>',"
	    "'url':'https://park.example/@marie',"
	    "'icon':{'type':'Image','url':'https://cdn.example/m.png'},"
	    "'endpoints':{'sharedInbox':'https://park.example/inbox'},"
	    "'followers':'https://park.example/users/marie/followers',"
	    "'manuallyApprovesFollowers':true,'discoverable':true,"
	    "'published':'2020-01-01T00:00:00Z',"
	    "'movedTo':'https://New.example/marie',"
	    "'stage':'looking','status':'On cherche <i>un local</i>',"
	    "'location':{'type':'Place','name':'Dourdan','latitude':48.5,"
	    "'longitude':2,'parvis:insee':'91200','address':"
	    "{'addressLocality':'Dourdan','postalCode':'91410'}}}");

	assert_int_equal(r.actor.kind, ACTOR_REMOTE);
	assert_string_equal(r.actor.uri, MARIE);
	assert_string_equal(r.actor.type, "Person");
	assert_string_equal(r.actor.username, "marie");
	assert_string_equal(r.actor.host, "park.example");
	assert_string_equal(r.actor.name, "Marie Dupont");
	assert_string_equal(r.actor.summary, "<p>Bonjour</p>");
	assert_string_equal(r.actor.url, "https://park.example/@marie");
	assert_string_equal(r.actor.icon_url, "https://cdn.example/m.png");
	assert_string_equal(r.actor.shared_inbox, "https://park.example/inbox");
	assert_string_equal(r.actor.followers, MARIE "/followers");
	assert_true(r.actor.manually_approves);
	assert_true(r.actor.discoverable);
	assert_false(r.actor.indexable);
	assert_int_equal(r.actor.created_at, 1577836800);
	assert_string_equal(r.moved_to, "https://new.example/marie");
	assert_string_equal(r.actor.stage, "looking");
	assert_string_equal(r.actor.status, "On cherche un local");
	assert_string_equal(r.actor.place.name, "Dourdan");
	assert_string_equal(r.actor.place.postcode, "91410");
	assert_string_equal(r.actor.place.insee, "91200");
	assert_true(r.actor.place.located);
	assert_int_equal(r.key_count, 1);
	assert_int_equal(r.keys[0].kind, KEY_RSA);
	assert_string_equal(r.keys[0].uri, MARIE "#main-key");
}

static void
actor_on_two_origins_is_refused(void **state)
{
	refuse_actor(*state, "{'inbox':'https://evil.example/inbox'}",
	    "inbox: it is missing or not on the actor's origin");
	refuse_actor(*state, "{'inbox':'http://park.example/inbox'}",
	    "inbox: it is missing or not on the actor's origin");
	refuse_actor(*state, "{'inbox':'https://park.example:8443/inbox'}",
	    "inbox: it is missing or not on the actor's origin");
	refuse_actor(*state, "{'inbox':null}",
	    "inbox: it is missing or not on the actor's origin");
	refuse_actor(*state,
	    "{'publicKey':{'id':'https://evil.example/k','owner':"
	    "'https://evil.example/u','publicKeyPem':'x'}}",
	    "publicKey: its owner is another actor");
}

static void
actor_on_another_page_loses_the_page(void **state)
{
	struct received_actor r =
	    read_actor(*state, "{'url':'https://www.park.example/marie'}");

	assert_string_equal(r.actor.url, MARIE);
	r = read_actor(*state,
	    "{'url':[{'type':'Link','href':'https://park.example/m'}],"
	    "'endpoints':{'sharedInbox':'https://evil.example/inbox'},"
	    "'followers':'https://evil.example/f','outbox':'ftp://x'}");
	assert_string_equal(r.actor.url, "https://park.example/m");
	assert_null(r.actor.shared_inbox);
	assert_null(r.actor.followers);
	assert_null(r.actor.outbox);
}

static void
actor_of_no_known_kind_is_refused(void **state)
{
	struct received_actor r;

	refuse_actor(*state, "{'type':'Note'}",
	    "type: it is none of the kinds of actor");
	refuse_actor(
	    *state, "{'type':[]}", "type: it is none of the kinds of actor");
	refuse_actor(*state, "{'id':'did:key:z6Mk'}",
	    "id: it is no http or https address");
	refuse_actor(*state, "{'id':'" MARIE "#me'}",
	    "id: an actor's may have no fragment");
	r = read_actor(*state, "{'type':['foaf:Person','Person']}");
	assert_string_equal(r.actor.type, "Person");
}

static void
actor_name_comes_from_username_or_webfinger(void **state)
{
	struct received_actor r =
	    read_actor(*state, "{'preferredUsername':null,"
			       "'webfinger':'acct:m.d@park.example'}");

	assert_string_equal(r.actor.username, "m.d");
	r = read_actor(*state, "{'preferredUsername':null}");
	assert_string_equal(r.actor.username, "park.example");
	refuse_actor(*state, "{'preferredUsername':'<script>'}",
	    "preferredUsername: it is missing or has characters other than "
	    "letters, digits, '-', '_', '.', ':'");
	refuse_actor(*state, "{'preferredUsername':''}",
	    "preferredUsername: it is missing or has characters other than "
	    "letters, digits, '-', '_', '.', ':'");
}

static void
actor_owner_may_be_spelled_otherwise(void **state)
{
	struct fixture *f = *state;
	json_t *document = actor_document(f, "{}");
	struct received_actor r;

	(void)json_object_set_new(json_object_get(document, "publicKey"),
	    "owner", json_string("HTTPS://PARK.example:443/users/marie"));
	assert_int_equal(
	    activity_read_actor(f->arena, document, &r, f->error), 0);
	assert_int_equal(r.key_count, 1);
}

/* GoToSocial's key ids have no '#'. */
static void
actor_key_id_needs_no_fragment(void **state)
{
	struct fixture *f = *state;
	json_t *document = actor_document(f, "{}");
	json_t *key = json_object_get(document, "publicKey");
	struct received_actor r;

	(void)json_object_set_new(key, "id", json_string(MARIE "/main-key"));
	assert_int_equal(
	    activity_read_actor(f->arena, document, &r, f->error), 0);
	assert_string_equal(r.keys[0].uri, MARIE "/main-key");
	(void)json_object_set_new(
	    key, "id", json_string("https://evil.example/key"));
	assert_int_equal(
	    activity_read_actor(f->arena, document, &r, f->error), -EINVAL);
	assert_non_null(strstr(f->error, "publicKey: "));
}

static void
actor_may_have_several_keys(void **state)
{
	struct fixture *f = *state;
	json_t *document = actor_document(f, "{}"), *list = json_array();
	struct received_actor r;

	for (int i = 0; i < 100; i++) {
		json_t *key =
		    json_deep_copy(json_object_get(document, "publicKey"));

		(void)json_object_set_new(key, "id",
		    json_string(arena_printf(f->arena, MARIE "#key-%d", i)));
		(void)json_array_append_new(list, key);
	}
	(void)json_object_set_new(document, "publicKey", list);
	assert_int_equal(
	    activity_read_actor(f->arena, document, &r, f->error), 0);
	assert_int_equal(r.key_count, ACTIVITY_KEYS_MAX);
	assert_string_equal(r.keys[7].uri, MARIE "#key-7");
}

static void
actor_multikeys_are_read_when_the_actor_controls_them(void **state)
{
	struct fixture *f = *state;
	json_t *document = actor_document(f, "{}");
	struct received_actor r;

	(void)json_object_set(document, "assertionMethod",
	    parse(f, "{'list':[{'id':'" MARIE "#ed25519-key','type':'Multikey',"
		     "'controller':'" MARIE "','publicKeyMultibase':"
		     "'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'},"
		     "{'id':'" MARIE "#other','type':'Multikey','controller':"
		     "'https://evil.example/u','publicKeyMultibase':"
		     "'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'},"
		     "'" MARIE "#by-id']}"));
	(void)json_object_set(document, "assertionMethod",
	    json_object_get(
		json_object_get(document, "assertionMethod"), "list"));
	assert_int_equal(
	    activity_read_actor(f->arena, document, &r, f->error), 0);
	assert_int_equal(r.key_count, 2);
	assert_int_equal(r.keys[1].kind, KEY_ED25519);
	assert_string_equal(r.keys[1].uri, MARIE "#ed25519-key");
}

static void
actor_without_key_can_be_read(void **state)
{
	struct received_actor r = read_actor(*state, "{'publicKey':null}");

	assert_int_equal(r.key_count, 0);
}

static void
place_outside_the_world_is_not_located(void **state)
{
	struct received_actor r = read_actor(*state,
	    "{'location':{'type':'Place','name':'x','latitude':91,"
	    "'longitude':0,'parvis:insee':'<b>12'}}");

	assert_false(r.actor.place.located);
	assert_null(r.actor.place.insee);
	r = read_actor(*state,
	    "{'location':{'name':'Ajaccio','latitude':'48','longitude':2,"
	    "'parvis:insee':'2A004'}}");
	assert_false(r.actor.place.located);
	assert_string_equal(r.actor.place.insee, "2A004");
}

/* --- objects --- */

static struct object
read_object(struct fixture *f, const char *changes)
{
	json_t *document = parse(f,
	    "{'type':'Note','id':'" NOTE "','attributedTo':'" MARIE "',"
	    "'content':'<p>Bonjour</p>','to':'as:Public',"
	    "'published':'2026-01-02T03:04:05Z'}");
	struct object object = { 0 };

	assert_int_equal(json_object_update(document, parse(f, changes)), 0);
	if (activity_read_object(f->arena, document, &object, f->error) < 0)
		fail_msg("%s: %s", f->error, changes);
	return object;
}

static void
refuse_object(struct fixture *f, const char *text, const char *sentence)
{
	struct object object;

	assert_int_equal(
	    activity_read_object(f->arena, parse(f, text), &object, f->error),
	    -EINVAL);
	assert_string_equal(f->error, sentence);
}

static void
note_is_read_whole(void **state)
{
	struct object o = read_object(*state,
	    "{'summary':'Attention <b>loup</b>','sensitive':true,"
	    "'contentMap':{'fr':'<p>Bonjour</p>'},"
	    "'inReplyTo':'https://Node.example/o/1',"
	    "'context':'https://park.example/c/1',"
	    "'updated':'2026-01-03T00:00:00Z',"
	    "'url':'https://park.example/@marie/1'}");

	assert_string_equal(o.uri, NOTE);
	assert_string_equal(o.type, "Note");
	assert_string_equal(o.actor_uri, MARIE);
	assert_string_equal(o.content, "<p>Bonjour</p>");
	assert_string_equal(o.summary, "Attention loup");
	assert_string_equal(o.language, "fr");
	assert_string_equal(o.in_reply_to, "https://node.example/o/1");
	assert_string_equal(o.context, "https://park.example/c/1");
	assert_string_equal(o.url, "https://park.example/@marie/1");
	assert_int_equal(o.visibility, VISIBILITY_PUBLIC);
	assert_int_equal(o.published, 1767323045);
	assert_int_equal(o.updated, 1767398400);
	assert_false(o.local);
}

static void
object_by_another_origin_is_refused(void **state)
{
	refuse_object(*state,
	    "{'type':'Note','id':'" NOTE "','content':'x',"
	    "'attributedTo':'https://evil.example/u'}",
	    "attributedTo: it is missing or on another origin");
	refuse_object(*state, "{'type':'Note','id':'" NOTE "','content':'x'}",
	    "attributedTo: it is missing or on another origin");
	refuse_object(*state, "{'type':'Place','id':'" NOTE "'}",
	    "type: it is none that is shown here");
	refuse_object(*state, "{'type':'Note','content':'x'}",
	    "id: it is no http or https address");
}

static void
author_may_stand_in_a_list(void **state)
{
	struct object o = read_object(*state,
	    "{'attributedTo':['https://other.example/u',"
	    "{'type':'Person','id':'" MARIE "'},"
	    "{'type':'Group','id':'https://park.example/c/x'}]}");

	assert_string_equal(o.actor_uri, MARIE);
	o = read_object(*state, "{'attributedTo':null,'actor':'" MARIE "'}");
	assert_string_equal(o.actor_uri, MARIE);
}

static void
object_says_something(void **state)
{
	struct object o;

	refuse_object(*state,
	    "{'type':'Note','id':'" NOTE "','attributedTo':'" MARIE
	    "','content':'<script>x</script>','attachment':[]}",
	    "it has neither a text nor a name nor an attachment");
	o = read_object(*state, "{'content':null,'attachment':[{'type':'Image',"
				"'url':'https://park.example/1.png'}]}");
	assert_string_equal(o.uri, NOTE);
	o = read_object(
	    *state, "{'content':null,'name':'Vélos','type':'Page'}");
	assert_string_equal(o.name, "Vélos");
	o = read_object(*state,
	    "{'type':'Question','content':'<p>Quand ?</p>','oneOf':["
	    "{'type':'Note','name':'lundi'}]}");
	assert_string_equal(o.content, "<p>Quand ?</p>");
	o = read_object(
	    *state, "{'content':null,'contentMap':{'de':'<p>Tag</p>'}}");
	assert_string_equal(o.content, "<p>Tag</p>");
	assert_string_equal(o.language, "de");
}

static void
content_of_other_media_types_becomes_html(void **state)
{
	struct object o = read_object(
	    *state, "{'mediaType':'text/plain','content':'a < b <i>'}");

	assert_string_equal(o.content, "a &lt; b &lt;i&gt;");
	o = read_object(*state,
	    "{'type':'Video','mediaType':'text/markdown','content':"
	    "'Un **film** <script>','language':{'identifier':'fr'}}");
	assert_string_equal(
	    o.content, "<p>Un <strong>film</strong> &lt;script&gt;</p>");
	assert_string_equal(o.language, "fr");
}

static void
title_is_not_repeated_in_the_text(void **state)
{
	struct object o = read_object(*state,
	    "{'parvis:title':'Un & deux','content':"
	    "'<p><strong>Un &amp; deux</strong></p><p>Texte</p>'}");

	assert_string_equal(o.name, "Un & deux");
	assert_string_equal(o.content, "<p>Texte</p>");
	o = read_object(*state,
	    "{'name':'Un','content':'<p><strong>Un</strong></p><p>T</p>'}");
	assert_string_equal(o.content, "<p><strong>Un</strong></p><p>T</p>");
}

static void
object_page_on_another_host_is_dropped(void **state)
{
	struct object o =
	    read_object(*state, "{'url':'https://www.park.example/1'}");

	assert_string_equal(o.url, NOTE);
	o = read_object(*state,
	    "{'url':[{'type':'Link','href':'https://park.example/w/1'}]}");
	assert_string_equal(o.url, "https://park.example/w/1");
}

static void
dates_to_come_are_not_believed(void **state)
{
	int64_t now = clock_now();
	struct object o =
	    read_object(*state, "{'published':'2999-01-01T00:00:00Z',"
				"'updated':'2999-01-02T00:00:00Z'}");

	assert_in_range(o.published, now, now + 60);
	assert_int_equal(o.updated, o.published);
	o = read_object(*state, "{'published':'yesterday'}");
	assert_in_range(o.published, now, now + 60);
	o = read_object(*state, "{'updated':'2020-01-01T00:00:00Z'}");
	assert_int_equal(o.updated, o.published);
}

#define WITH_FIXTURE(test) \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(activity_of_each_type_is_known),
		WITH_FIXTURE(activity_ids_come_back_normalised),
		WITH_FIXTURE(activity_id_of_another_scheme_counts_as_none),
		WITH_FIXTURE(activity_without_type_or_actor_is_refused),
		WITH_FIXTURE(recipients_are_bounded),
		WITH_FIXTURE(what_is_deleted_is_an_id_or_a_tombstone),
		WITH_FIXTURE(inner_activity_is_read_when_embedded),
		cmocka_unit_test(visibility_follows_to_and_cc),
		WITH_FIXTURE(actor_is_read_whole),
		WITH_FIXTURE(actor_on_two_origins_is_refused),
		WITH_FIXTURE(actor_on_another_page_loses_the_page),
		WITH_FIXTURE(actor_of_no_known_kind_is_refused),
		WITH_FIXTURE(actor_name_comes_from_username_or_webfinger),
		WITH_FIXTURE(actor_owner_may_be_spelled_otherwise),
		WITH_FIXTURE(actor_key_id_needs_no_fragment),
		WITH_FIXTURE(actor_may_have_several_keys),
		WITH_FIXTURE(
		    actor_multikeys_are_read_when_the_actor_controls_them),
		WITH_FIXTURE(actor_without_key_can_be_read),
		WITH_FIXTURE(place_outside_the_world_is_not_located),
		WITH_FIXTURE(note_is_read_whole),
		WITH_FIXTURE(object_by_another_origin_is_refused),
		WITH_FIXTURE(author_may_stand_in_a_list),
		WITH_FIXTURE(object_says_something),
		WITH_FIXTURE(content_of_other_media_types_becomes_html),
		WITH_FIXTURE(title_is_not_repeated_in_the_text),
		WITH_FIXTURE(object_page_on_another_host_is_dropped),
		WITH_FIXTURE(dates_to_come_are_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
