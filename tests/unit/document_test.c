/* SPDX-License-Identifier: ISC */
/*
 * What we write for others, field by field; and that our own reader takes it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "federation/activity.h"
#include "federation/document.h"
#include "tests/unit/store_fixture.h"

#define BASE    "https://node.example"
#define HOLDER  BASE "/o/holder"
#define PROJECT BASE "/o/project"

/* The document at a path such as "endpoints.sharedInbox" or "tags.0.name". */
static json_t *
at(json_t *document, const char *path)
{
	char step[64];

	while (document != NULL && *path != '\0') {
		size_t len = strcspn(path, ".");

		assert_true(len < sizeof(step));
		memcpy(step, path, len);
		step[len] = '\0';
		document = json_is_array(document)
			       ? json_array_get(
				     document, (size_t)strtoul(step, NULL, 10))
			       : json_object_get(document, step);
		path += len + (path[len] == '.');
	}
	return document;
}

static void
check_text(json_t *document, const char *path, const char *expected)
{
	const char *text = json_string_value(at(document, path));

	if (text == NULL)
		fail_msg("%s: there is no text", path);
	assert_string_equal(text, expected);
}

/* One pair for all: making RSA keys takes long. */
static struct key *keys[2];

static int
make_keys(void **state)
{
	(void)state;
	return key_generate(KEY_RSA, &keys[0]) == 0 &&
		       key_generate(KEY_ED25519, &keys[1]) == 0
		   ? 0
		   : -1;
}

static int
free_keys(void **state)
{
	(void)state;
	key_free(&keys[0]);
	key_free(&keys[1]);
	return 0;
}

static void
set_keys(struct fixture *f, int64_t actor_id, const char *uri)
{
	struct actor_key rows[2] = { { 0 } };

	rows[0].uri = arena_printf(f->arena, "%s#main-key", uri);
	rows[1].uri = arena_printf(f->arena, "%s#ed25519-key", uri);
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		uint8_t *spki, *secret;

		rows[i].kind = key_kind(keys[i]);
		assert_int_equal(
		    key_spki(keys[i], f->arena, &spki, &rows[i].spki_len), 0);
		assert_int_equal(
		    key_secret(keys[i], f->arena, &secret, &rows[i].secret_len),
		    0);
		rows[i].spki = spki;
		rows[i].secret = secret;
	}
	assert_int_equal(actor_set_keys(f->db, actor_id, rows, 2), 0);
}

static struct actor
create(struct fixture *f, struct actor actor)
{
	actor.inbox = arena_printf(f->arena, "%s/inbox", actor.uri);
	actor.outbox = arena_printf(f->arena, "%s/outbox", actor.uri);
	actor.followers = arena_printf(f->arena, "%s/followers", actor.uri);
	actor.shared_inbox = BASE "/inbox";
	actor.url = document_page_url(f->arena, BASE, actor.username);
	actor.created_at = 1767323045;
	actor.updated_at = 1767398400;
	assert_int_equal(actor_create(f->db, &actor, &actor.id), 0);
	set_keys(f, actor.id, actor.uri);
	return actor;
}

static struct actor
create_project(struct fixture *f)
{
	static const char *skills[] = { "menuiserie", "R&D" },
			  *themes[] = { "habitat" }, *languages[] = { "fr" };
	static const struct actor_link links[] = { { "Site",
	    "https://eco.example/?a=1&b=2" } };
	static const struct project_member members[] = {
		{ false, "https://park.example/u/m", "Marie", "trésorière" },
		{ true, NULL, "Mairie de Dourdan", NULL },
	};
	const struct actor_lists lists = { skills, themes, languages, 2, 1, 1,
		links, 1, members, 2 };
	struct actor holder = create(f, (struct actor){ .kind = ACTOR_PROFILE,
					    .uri = HOLDER,
					    .type = "Organization",
					    .username = "asso",
					    .name = "Une asso" });
	struct actor project =
	    create(f, (struct actor){ .kind = ACTOR_PROJECT,
			  .uri = PROJECT,
			  .type = "Group",
			  .username = "ecolieu",
			  .name = "Écolieu",
			  .summary = "<p>Un lieu</p>",
			  .stage = "looking",
			  .status = "On cherche un local",
			  .contact = "01 23 45 67 89",
			  .owner_id = holder.id,
			  .manually_approves = true,
			  .discoverable = true,
			  .place = { "91200", "Dourdan", "91410", true, 48.0,
			      1.99236 } });

	assert_int_equal(actor_set_lists(f->db, project.id, &lists), 0);
	assert_int_equal(actor_get(f->db, f->arena, project.id, &project), 0);
	return project;
}

static void
actor_has_every_field_that_some_server_needs(void **state)
{
	static const struct {
		const char *path, *text;
	} rows[] = {
		{ "id", PROJECT },
		{ "type", "Group" },
		{ "preferredUsername", "ecolieu" },
		{ "name", "Écolieu" },
		{ "summary", "<p>Un lieu</p>" },
		{ "url", BASE "/@ecolieu" },
		{ "inbox", PROJECT "/inbox" },
		{ "outbox", PROJECT "/outbox" },
		{ "followers", PROJECT "/followers" },
		{ "following", PROJECT "/following" },
		{ "endpoints.sharedInbox", BASE "/inbox" },
		{ "attributedTo.0.type", "Organization" },
		{ "attributedTo.0.id", HOLDER },
		{ "published", "2026-01-02T03:04:05Z" },
		{ "updated", "2026-01-03T00:00:00Z" },
		{ "webfinger", "ecolieu@node.example" },
		{ "publicKey.id", PROJECT "#main-key" },
		{ "publicKey.owner", PROJECT },
		{ "assertionMethod.0.id", PROJECT "#ed25519-key" },
		{ "assertionMethod.0.type", "Multikey" },
		{ "assertionMethod.0.controller", PROJECT },
		{ "location.type", "Place" },
		{ "location.name", "Dourdan" },
		{ "location.parvis:insee", "91200" },
		{ "location.address.type", "PostalAddress" },
		{ "location.address.postalCode", "91410" },
		{ "location.address.addressLocality", "Dourdan" },
		{ "location.address.addressCountry", "France" },
		{ "stage", "looking" },
		{ "status", "On cherche un local" },
		{ "parvis:contact", "01 23 45 67 89" },
		{ "skills.1", "R&D" },
		{ "themes.0", "habitat" },
		{ "languages.0", "fr" },
		{ "team.0.name", "Marie" },
		{ "team.0.id", "https://park.example/u/m" },
		{ "team.0.parvis:role", "trésorière" },
		{ "supporters.0.name", "Mairie de Dourdan" },
		{ "attachment.0.type", "PropertyValue" },
		{ "attachment.0.name", "Savoir-faire" },
		{ "attachment.0.value", "menuiserie, R&amp;D" },
		{ "attachment.3.name", "Site" },
		{ "attachment.3.value",
		    "<a href=\"https://eco.example/?a=1&amp;b=2\" "
		    "rel=\"me nofollow noopener\" target=\"_blank\">"
		    "https://eco.example/?a=1&amp;b=2</a>" },
		{ "generator.type", "Application" },
		{ "generator.id", BASE "/actor" },
		{ "generator.implements.0.href",
		    "https://datatracker.ietf.org/doc/html/rfc9421" },
	};
	struct fixture *f = *state;
	struct actor project = create_project(f);
	json_t *document;

	assert_int_equal(
	    document_actor(f->db, f->arena, BASE, &project, &document), 0);
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		check_text(document, rows[i].path, rows[i].text);
	assert_true(json_is_true(at(document, "manuallyApprovesFollowers")));
	assert_true(json_is_true(at(document, "discoverable")));
	assert_true(json_is_false(at(document, "indexable")));
	/* PeerTube reads SPKI only. */
	assert_ptr_equal(
	    strstr(json_text(at(document, "publicKey"), "publicKeyPem"),
		"-----BEGIN PUBLIC KEY-----"),
	    json_text(at(document, "publicKey"), "publicKeyPem"));
	json_decref(document);
}

/* Mobilizon drops a latitude of 48, and keeps 48.0. */
static void
coordinates_keep_their_decimal_point(void **state)
{
	struct fixture *f = *state;
	struct actor project = create_project(f);
	json_t *document;
	const char *text;

	assert_int_equal(
	    document_actor(f->db, f->arena, BASE, &project, &document), 0);
	text = json_write(f->arena, document);
	assert_non_null(strstr(text, "\"latitude\":48.0,"));
	assert_non_null(strstr(text, "\"longitude\":1.99236,"));
	json_decref(document);
}

/* PeerTube refuses a Group that is attributed to nobody. */
static void
territory_is_attributed_to_the_instance(void **state)
{
	struct fixture *f = *state;
	struct actor instance =
	    create(f, (struct actor){ .kind = ACTOR_INSTANCE,
			  .uri = BASE "/actor",
			  .type = "Application",
			  .username = "node.example" });
	struct actor territory =
	    create(f, (struct actor){ .kind = ACTOR_TERRITORY,
			  .uri = BASE "/o/territory",
			  .type = "Group",
			  .username = "territory",
			  .owner_id = instance.id });
	json_t *document;

	assert_int_equal(
	    document_actor(f->db, f->arena, BASE, &territory, &document), 0);
	check_text(document, "attributedTo.0.type", "Application");
	check_text(document, "attributedTo.0.id", BASE "/actor");
	json_decref(document);
}

static void
actor_without_keys_is_not_told_of(void **state)
{
	struct fixture *f = *state;
	struct actor actor;
	json_t *document = NULL;
	int64_t id = fixture_local(f, ACTOR_PROFILE, "marie");

	assert_int_equal(actor_get(f->db, f->arena, id, &actor), 0);
	assert_int_equal(
	    document_actor(f->db, f->arena, BASE, &actor, &document), -EAGAIN);
	assert_int_equal(
	    document_actor_stub(f->db, f->arena, BASE, &actor, &document),
	    -EAGAIN);
	assert_null(document);
}

static void
stub_tells_a_key_and_little_else(void **state)
{
	struct fixture *f = *state;
	struct actor project = create_project(f);
	json_t *document;

	assert_int_equal(
	    document_actor_stub(f->db, f->arena, BASE, &project, &document), 0);
	check_text(document, "id", PROJECT);
	check_text(document, "type", "Group");
	check_text(document, "inbox", PROJECT "/inbox");
	check_text(document, "publicKey.owner", PROJECT);
	assert_null(at(document, "summary"));
	assert_null(at(document, "location"));
	json_decref(document);
}

static void
our_reader_takes_our_actor(void **state)
{
	struct fixture *f = *state;
	struct actor project = create_project(f);
	struct received_actor r;
	char error[JSON_ERROR_SIZE];
	json_t *document, *again;
	const char *text;

	assert_int_equal(
	    document_actor(f->db, f->arena, BASE, &project, &document), 0);
	text = json_write(f->arena, document);
	assert_int_equal(json_read(text, strlen(text), &again, error), 0);
	assert_int_equal(activity_read_actor(f->arena, again, &r, error), 0);
	assert_string_equal(r.actor.uri, project.uri);
	assert_string_equal(r.actor.url, project.url);
	assert_string_equal(r.actor.name, project.name);
	assert_string_equal(r.actor.stage, project.stage);
	assert_string_equal(r.actor.place.insee, "91200");
	assert_true(r.actor.place.latitude == 48.0);
	assert_int_equal(r.key_count, 2);
	json_decref(document);
	json_decref(again);
}

static bool
is_declared(json_t *context, const char *term)
{
	return json_object_get(json_array_get(context, 2), term) != NULL;
}

/* Every prefix that is used stands in the context, and so does each term. */
static void
context_declares_what_is_used(void **state)
{
	static const char *const terms[] = { "parvis", "stage", "status",
		"themes", "skills", "languages", "team", "supporters",
		"indexable", "discoverable", "manuallyApprovesFollowers",
		"assertionMethod", "Multikey", "controller",
		"publicKeyMultibase", "webfinger", "implements", "address",
		"PostalAddress", "addressLocality", "PropertyValue", "value" };
	json_t *context = document_context(), *value;
	const char *term;

	(void)state;
	check_text(context, "0", DOCUMENT_AS2);
	check_text(context, "1", "https://w3id.org/security/v1");
	check_text(context, "2.parvis", "urn:parvis:");
	for (size_t i = 0; i < N_ELEMENTS(terms); i++) {
		if (!is_declared(context, terms[i]))
			fail_msg("%s is not declared", terms[i]);
	}
	json_object_foreach(json_array_get(context, 2), term, value)
	{
		const char *iri = json_is_string(value)
				      ? json_string_value(value)
				      : json_text(value, "@id");
		char prefix[16] = "";

		assert_non_null(iri);
		assert_int_equal(sscanf(iri, "%15[a-z]:", prefix), 1);
		assert_true(
		    strcmp(prefix, "https") == 0 ||
		    strcmp(prefix, "http") == 0 || strcmp(prefix, "urn") == 0 ||
		    strcmp(prefix, "as") == 0 || is_declared(context, prefix));
	}
	json_decref(context);
}

/* --- Notes --- */

static const struct actor author = {
	.uri = HOLDER,
	.followers = HOLDER "/followers",
};

static struct object
note_of(enum visibility visibility)
{
	return (struct object){
		.local = true,
		.uri = BASE "/o/n",
		.url = BASE "/o/n",
		.type = "Note",
		.actor_uri = HOLDER,
		.visibility = visibility,
		.name = "Un & deux",
		.content = "<p>Texte</p>",
		.language = "fr",
		.in_reply_to = "https://park.example/n/1",
		.published = 1767323045,
		.updated = 1767398400,
	};
}

static void
note_has_every_field(void **state)
{
	static const char content[] =
	    "<p><strong>Un &amp; deux</strong></p><p>Texte</p>";
	struct fixture *f = *state;
	struct object note = note_of(VISIBILITY_PUBLIC), again;
	json_t *document = document_note(f->arena, BASE, &note, &author);
	char error[JSON_ERROR_SIZE];

	check_text(document, "id", BASE "/o/n");
	check_text(document, "type", "Note");
	check_text(document, "url", BASE "/o/n");
	check_text(document, "attributedTo", HOLDER);
	check_text(document, "inReplyTo", "https://park.example/n/1");
	check_text(document, "parvis:title", "Un & deux");
	check_text(document, "content", content);
	check_text(document, "contentMap.fr", content);
	check_text(document, "published", "2026-01-02T03:04:05Z");
	check_text(document, "updated", "2026-01-03T00:00:00Z");
	check_text(document, "to.0", DOCUMENT_PUBLIC);
	check_text(document, "cc.0", HOLDER "/followers");
	assert_null(at(document, "@context"));

	assert_int_equal(
	    activity_read_object(f->arena, document, &again, error), 0);
	assert_string_equal(again.name, note.name);
	assert_string_equal(again.content, note.content);
	assert_string_equal(again.language, "fr");
	assert_int_equal(again.visibility, VISIBILITY_PUBLIC);
	assert_int_equal(again.updated, note.updated);
	json_decref(document);
}

static void
note_that_was_not_changed_has_no_update(void **state)
{
	struct fixture *f = *state;
	struct object note = note_of(VISIBILITY_PUBLIC);
	json_t *document;

	note.updated = note.published;
	note.name = NULL;
	note.language = NULL;
	document = document_note(f->arena, BASE, &note, &author);
	assert_null(at(document, "updated"));
	assert_null(at(document, "parvis:title"));
	assert_null(at(document, "contentMap"));
	check_text(document, "content", "<p>Texte</p>");
	json_decref(document);
}

static void
audience_follows_visibility(void **state)
{
	static const char *const named[] = { "https://park.example/u/m" };
	static const struct {
		enum visibility visibility;
		const char *to, *cc;
	} rows[] = {
		{ VISIBILITY_PUBLIC,
		    "[\"" DOCUMENT_PUBLIC "\",\"https://park.example/u/m\"]",
		    "[\"" HOLDER "/followers\"]" },
		{ VISIBILITY_UNLISTED,
		    "[\"" HOLDER "/followers\",\"https://park.example/u/m\"]",
		    "[\"" DOCUMENT_PUBLIC "\"]" },
		{ VISIBILITY_FOLLOWERS,
		    "[\"" HOLDER "/followers\",\"https://park.example/u/m\"]",
		    "" },
		{ VISIBILITY_DIRECT, "[\"https://park.example/u/m\"]", "" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct audience audience = { rows[i].visibility,
			HOLDER "/followers", named, 1 };
		json_t *document = json_object(), *cc;

		document_set_audience(document, &audience);
		cc = json_object_get(document, "cc");
		assert_string_equal(
		    json_write(f->arena, json_object_get(document, "to")),
		    rows[i].to);
		assert_string_equal(
		    cc == NULL ? "" : json_write(f->arena, cc), rows[i].cc);
		json_decref(document);
	}
}

/* --- activities, tombstones, collections --- */

static void
activity_carries_the_context_once(void **state)
{
	json_t *note = json_pack(
	    "{s:s, s:s}", "@context", DOCUMENT_AS2, "id", BASE "/o/n");
	json_t *document =
	    document_activity("Create", BASE "/a/1", HOLDER, note, 1767323045);

	(void)state;
	check_text(document, "@context.0", DOCUMENT_AS2);
	check_text(document, "id", BASE "/a/1");
	check_text(document, "type", "Create");
	check_text(document, "actor", HOLDER);
	check_text(document, "object.id", BASE "/o/n");
	check_text(document, "published", "2026-01-02T03:04:05Z");
	assert_null(at(document, "object.@context"));
	json_decref(document);

	document = document_activity(
	    "Delete", BASE "/a/2", HOLDER, json_string(HOLDER), 1767323045);
	check_text(document, "object", HOLDER);
	json_decref(document);
}

static void
tombstone_tells_nothing_of_what_it_was(void **state)
{
	struct fixture *f = *state;
	json_t *document = document_tombstone(BASE "/o/n", "Note", 1767323045);

	assert_string_equal(json_write(f->arena, document),
	    "{\"id\":\"" BASE "/o/n\",\"type\":\"Tombstone\","
	    "\"formerType\":\"Note\",\"deleted\":\"2026-01-02T03:04:05Z\"}");
	json_decref(document);
}

static void
collections_count_and_turn_pages(void **state)
{
	json_t *document = document_collection(
	    HOLDER "/followers", 3, false, HOLDER "/followers?page=1");

	(void)state;
	check_text(document, "type", "Collection");
	check_text(document, "id", HOLDER "/followers");
	check_text(document, "first", HOLDER "/followers?page=1");
	assert_int_equal(json_integer_value(at(document, "totalItems")), 3);
	json_decref(document);

	document = document_collection(HOLDER "/outbox", 0, true, NULL);
	check_text(document, "type", "OrderedCollection");
	assert_null(at(document, "first"));
	json_decref(document);

	document =
	    document_collection_page(HOLDER "/outbox?page=2", HOLDER "/outbox",
		HOLDER "/outbox?page=3", json_pack("[s]", BASE "/a/1"));
	check_text(document, "type", "OrderedCollectionPage");
	check_text(document, "partOf", HOLDER "/outbox");
	check_text(document, "next", HOLDER "/outbox?page=3");
	check_text(document, "orderedItems.0", BASE "/a/1");
	json_decref(document);
}

/* --- well-known --- */

static void
webfinger_leads_to_the_actor(void **state)
{
	struct fixture *f = *state;
	const struct actor actor = {
		.uri = HOLDER,
		.username = "asso",
		.url = BASE "/@asso",
	};
	json_t *document = document_webfinger(
	    f->arena, "node.example", "https://node.example", &actor);

	check_text(document, "subject", "acct:asso@node.example");
	check_text(document, "aliases.0", HOLDER);
	check_text(document, "links.0.rel", "self");
	check_text(document, "links.0.type", "application/activity+json");
	check_text(document, "links.0.href", HOLDER);
	check_text(document, "links.1.href", BASE "/@asso");
	/* A project follows nobody. */
	assert_int_equal(
	    2, json_array_size(json_object_get(document, "links")));
	json_decref(document);

	document = document_webfinger_host(f->arena, BASE, BASE "/");
	check_text(document, "subject", BASE "/");
	check_text(document, "links.0.rel", DOCUMENT_AS2 "#Service");
	check_text(document, "links.0.href", BASE "/actor");
	json_decref(document);
}

static void
webfinger_says_where_a_profile_follows_from(void **state)
{
	struct fixture *f = *state;
	const struct actor actor = {
		.kind = ACTOR_PROFILE,
		.uri = HOLDER,
		.username = "asso",
		.url = BASE "/@asso",
	};
	json_t *document =
	    document_webfinger(f->arena, "node.example", BASE, &actor);

	check_text(
	    document, "links.2.rel", "http://ostatus.org/schema/1.0/subscribe");
	check_text(document, "links.2.template",
	    BASE "/authorize_interaction?uri={uri}");
	check_text(document, "links.3.rel", "https://w3id.org/fep/3b86/Follow");
	check_text(document, "links.3.template",
	    BASE "/authorize_interaction?uri={object}");
	json_decref(document);
}

static void
nodeinfo_says_what_runs_here(void **state)
{
	struct fixture *f = *state;
	json_t *document = document_nodeinfo_links(f->arena, BASE);

	check_text(document, "links.0.href", BASE "/nodeinfo/2.1");
	check_text(document, "links.1.rel", DOCUMENT_AS2 "#Application");
	check_text(document, "links.1.href", BASE "/actor");
	json_decref(document);

	(void)fixture_local(f, ACTOR_PROFILE, "marie");
	document = document_nodeinfo(f->db, "1.2.3", "2.1");
	check_text(document, "version", "2.1");
	check_text(document, "software.name", "parvis");
	check_text(document, "software.version", "1.2.3");
	check_text(document, "protocols.0", "activitypub");
	assert_true(json_is_array(at(document, "services.inbound")));
	assert_true(json_is_array(at(document, "services.outbound")));
	assert_true(json_is_false(at(document, "openRegistrations")));
	assert_int_equal(
	    json_integer_value(at(document, "usage.users.total")), 1);
	assert_true(json_is_object(at(document, "metadata")));
	json_decref(document);
}

#define WITH_STORE(test) \
	cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORE(actor_has_every_field_that_some_server_needs),
		WITH_STORE(coordinates_keep_their_decimal_point),
		WITH_STORE(territory_is_attributed_to_the_instance),
		WITH_STORE(actor_without_keys_is_not_told_of),
		WITH_STORE(stub_tells_a_key_and_little_else),
		WITH_STORE(our_reader_takes_our_actor),
		cmocka_unit_test(context_declares_what_is_used),
		WITH_STORE(note_has_every_field),
		WITH_STORE(note_that_was_not_changed_has_no_update),
		WITH_STORE(audience_follows_visibility),
		cmocka_unit_test(activity_carries_the_context_once),
		WITH_STORE(tombstone_tells_nothing_of_what_it_was),
		cmocka_unit_test(collections_count_and_turn_pages),
		WITH_STORE(webfinger_leads_to_the_actor),
		WITH_STORE(webfinger_says_where_a_profile_follows_from),
		WITH_STORE(nodeinfo_says_what_runs_here),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
