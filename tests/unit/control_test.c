/* SPDX-License-Identifier: ISC */
/*
 * The control socket and its commands, over a real database and writer, as
 * parvisctl asks them.  The socket's loop runs on a thread of its own; there
 * is no courier, so nothing leaves the node.
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "config/base/thread.h"
#include "daemon/control.h"
#include "daemon/ctl_client.h"
#include "daemon/keymaker.h"
#include "daemon/tls.h"
#include "federation/publish.h"

enum { ARGS_MAX = 24 };

static struct fixture {
	char folder[64], socket[100];
	struct node node;
	struct db *reader;
	struct event_base *base;
	struct control *control;
	pthread_t thread;
	atomic_int reloads, reload_result;
	int64_t certificate_ends;
	bool stopped; /* the loop's thread, read after it was joined */
} fixture;

static void
watch(void *arg, unsigned changes)
{
	(void)arg;
	(void)changes;
}

static int
reload(void *arg, struct buf *report)
{
	struct fixture *self = arg;

	atomic_fetch_add(&self->reloads, 1);
	buf_puts(report, "node.log_level: applied\n");
	return atomic_load(&self->reload_result);
}

static void
stop(void *arg)
{
	struct fixture *self = arg;

	self->stopped = true;
	(void)event_base_loopbreak(self->base);
}

static bool
certificate(void *arg, struct tls_certificate *ret)
{
	struct fixture *self = arg;

	ret->ends_at = self->certificate_ends;
	ret->names_domain = true;
	return true;
}

static void *
loop(void *arg)
{
	struct fixture *self = arg;

	(void)event_base_dispatch(self->base);
	control_close(self->control);
	control_stop(&self->control);
	return NULL;
}

static int
actors_work(struct writer_job *job, struct db *db)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	CLEANUP(node_release)
	const struct node_snapshot *snapshot = node_snapshot(&fixture.node);
	struct publish publish = {
		.node = &fixture.node,
		.settings = snapshot->settings,
		.db = db,
		.arena = arena,
		.now = clock_now(),
	};
	struct place place = { .name = "Dourdan" };

	(void)job;
	return publish_node_actors(&publish, "Up Test", &place);
}

static void
begin_control(void)
{
	const struct control_setup setup = {
		.base = fixture.base,
		.node = &fixture.node,
		.reader = fixture.reader,
		.hooks = { &fixture, reload, stop, certificate },
	};

	assert_int_equal(control_start(&setup, &fixture.control), 0);
	fixture.stopped = false;
	fixture.thread = thread_start("control", loop, &fixture);
}

static int
set_up(void **state)
{
	char text[512], error[SETTINGS_ERROR_SIZE], wrong[STORE_ERROR_SIZE];
	struct settings *settings;
	struct writer_job job = { .work = actors_work };

	(void)state;
	(void)snprintf(fixture.folder, sizeof(fixture.folder),
	    "/tmp/parvis-control-XXXXXX");
	assert_non_null(mkdtemp(fixture.folder));
	(void)snprintf(fixture.socket, sizeof(fixture.socket), "%s/control",
	    fixture.folder);
	(void)snprintf(text, sizeof(text),
	    "[node]\ndomain = a.localhost:8443\ndata = %s\ncontrol = %s\n"
	    "[listen]\nhttp = 127.0.0.1:8080\n",
	    fixture.folder, fixture.socket);
	if (settings_parse(text, strlen(text), "test", &settings, error) < 0)
		fail_msg("%s", error);
	node_init(&fixture.node, settings);
	assert_int_equal(store_prepare(fixture.folder, wrong), 0);
	assert_int_equal(
	    writer_start(fixture.folder, watch, NULL, &fixture.node.writer), 0);
	assert_int_equal(writer_run(fixture.node.writer, &job), 0);
	assert_int_equal(store_open_reader(fixture.folder, &fixture.reader), 0);
	fixture.base = event_base_new();
	fixture.certificate_ends = clock_now() + 9 * 86400 + 3600;
	begin_control();
	return 0;
}

static struct ctl_line
line_of(struct arena *arena, char **argv, int argc)
{
	struct ctl_line line;
	char error[COMMAND_ERROR_SIZE];

	if (ctl_parse(arena, argc, argv, &line, error) < 0)
		fail_msg("%s", error);
	return line;
}

static void
no_progress(const char *sentence)
{
	assert_non_null(sentence);
}

/* The command, then its arguments, each after a '|'; the answer's last line. */
static json_t *
ask_with(const char *words, const char *input)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	char *text = arena_printf(arena, "parvisctl|%s", words), *save, *space;
	char *argv[ARGS_MAX], error[CTL_CLIENT_ERROR_SIZE];
	struct ctl_line line;
	json_t *answer = NULL;
	int argc = 0;

	/* The second word of the command, before the arguments. */
	space = text + strcspn(text, " |") + 1;
	space += strcspn(space, " |");
	if (*space == ' ')
		*space = '|';
	for (char *word = strtok_r(text, "|", &save); word != NULL;
	     word = strtok_r(NULL, "|", &save)) {
		assert_true(argc < ARGS_MAX);
		argv[argc++] = word;
	}
	line = line_of(arena, argv, argc);
	if (ctl_client_ask(fixture.socket, &line, input,
		input != NULL ? strlen(input) : 0, no_progress, &answer,
		error) < 0)
		fail_msg("%s", error);
	json_release(&line.options);
	return answer;
}

/* The result of what must be done. */
static json_t *
done_with(const char *words, const char *input)
{
	json_t *answer = ask_with(words, input), *result;

	if (!json_is_true(json_object_get(answer, "ok"))) {
		char *text = json_dumps(answer, 0);

		print_message("%s: %s\n", words, text);
		free(text);
	}
	assert_true(json_is_true(json_object_get(answer, "ok")));
	result = json_incref(json_object_get(answer, "result"));
	json_decref(answer);
	return result;
}

static json_t *
done(const char *words)
{
	return done_with(words, NULL);
}

static void
do_it(const char *words)
{
	json_decref(done(words));
}

/* What must be refused with a code, and words in the sentence or details. */
static void
refused_with(
    const char *words, const char *input, const char *code, const char *said)
{
	json_t *answer = ask_with(words, input);
	char *text = json_dumps(answer, JSON_COMPACT | JSON_ENCODE_ANY);
	const char *given = json_string_value(json_object_get(answer, "code"));

	if (given == NULL || strcmp(given, code) != 0 ||
	    strstr(text, said) == NULL)
		fail_msg("%s: %s, not %s with \"%s\"", words, text, code, said);
	free(text);
	json_decref(answer);
}

static void
refused(const char *words, const char *code, const char *said)
{
	refused_with(words, NULL, code, said);
}

static void
assert_text(const json_t *object, const char *key, const char *expected)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (text == NULL)
		fail_msg("%s is missing", key);
	else
		assert_string_equal(text, expected);
}

static int64_t
number(const json_t *object, const char *key)
{
	assert_true(json_is_integer(json_object_get(object, key)));
	return json_integer_value(json_object_get(object, key));
}

static size_t
items(const char *words)
{
	json_t *result = done(words);
	size_t count = json_array_size(json_object_get(result, "items"));

	json_decref(result);
	return count;
}

static void
status_shows_the_node(void **state)
{
	json_t *result = done("status");
	char ends[CLOCK_RFC3339_SIZE];

	(void)state;
	clock_rfc3339(fixture.certificate_ends, ends);
	assert_text(result, "territory", "Up Test");
	assert_text(result, "address", "https://a.localhost:8443");
	assert_int_equal(number(result, "waiting_deliveries"), 0);
	assert_int_equal(number(result, "hosts_down"), 0);
	assert_int_equal(number(result, "certificate_days"), 9);
	assert_text(result, "certificate_ends", ends);
	assert_non_null(strstr(json_string_value(json_array_get(
				   json_object_get(result, "attention"), 0)),
	    "ends in 9 days"));
	assert_true(number(result, "disk_free_bytes") > 0);
	json_decref(result);
}

static void
profiles_and_projects_live(void **state)
{
	json_t *result;

	(void)state;
	do_it("profile create|marie|--name|Marie F.|--skill|Soins|--skill|"
	      "Jardin|--commune|Dourdan|--insee|91200|--lat|48.5|--lon|1.9");
	refused("profile create|Marie|--name|M", "invalid", "username");
	refused("profile create|marie|--name|M", "exists", "marie");
	refused(
	    "profile create|paul|--name|P|--kind|robot", "invalid", "robot");
	refused(
	    "profile create|paul|--name|P|--lat|1", "invalid", "go together");
	refused("profile show|nobody", "not-found", "nobody");
	refused("project show|marie", "not-found", "parvisctl profile show");
	refused("profile create|paul", "invalid", "--name");
	refused("project edit|marie|--name|M", "not-found", "is no project");
	result = done("profile show|@marie");
	assert_text(result, "name", "Marie F.");
	assert_text(json_object_get(result, "place"), "insee", "91200");
	assert_true(json_is_false(json_object_get(result, "discoverable")));
	assert_int_equal(json_array_size(json_object_get(result, "skills")), 2);
	json_decref(result);

	refused("project create|eco|--name|Eco", "invalid", "--holder");
	refused("project create|eco|--name|Eco|--holder|nobody", "not-found",
	    "nobody");
	refused("project create|eco|--name|Eco|--holder|marie|--team|x=@nobody",
	    "not-found", "@nobody");
	do_it("project create|eco|--name|Eco|--holder|marie|--stage|starting|"
	      "--team|porteuse=@marie|--team|Jean|--supporter|"
	      "terrain=https://b.example/o/1");
	result = done("project show|eco");
	assert_text(result, "holder", "marie");
	assert_int_equal(json_array_size(json_object_get(result, "team")), 2);
	assert_text(json_array_get(json_object_get(result, "team"), 0), "name",
	    "Marie F.");
	assert_true(json_is_true(json_object_get(result, "discoverable")));
	json_decref(result);
	refused("profile delete|marie", "busy", "eco");
	assert_int_equal(items("project list"), 1);
	assert_int_equal(items("project list|--holder|marie"), 1);
}

static void
edits_keep_what_is_not_given(void **state)
{
	json_t *result;

	(void)state;
	refused("profile edit|marie", "invalid", "nothing to change");
	do_it("profile edit|marie|--contact|a@b.example|--commune|Rambouillet");
	do_it("project edit|eco|--team=|--status|Ouvert");
	result = done("profile show|marie");
	assert_text(result, "contact", "a@b.example");
	assert_text(result, "name", "Marie F.");
	assert_text(json_object_get(result, "place"), "name", "Rambouillet");
	assert_text(json_object_get(result, "place"), "insee", "78517");
	assert_true(json_real_value(json_object_get(
			json_object_get(result, "place"), "latitude")) > 48.6);
	assert_int_equal(json_array_size(json_object_get(result, "skills")), 2);
	json_decref(result);
	result = done("project show|eco");
	assert_int_equal(json_array_size(json_object_get(result, "team")), 0);
	assert_int_equal(
	    json_array_size(json_object_get(result, "supporters")), 1);
	assert_text(result, "status", "Ouvert");
	json_decref(result);
	do_it("profile edit|marie|--contact=");
	result = done("profile show|marie");
	assert_true(json_is_null(json_object_get(result, "contact")));
	json_decref(result);
}

static void
places_are_found(void **state)
{
	json_t *result, *first;

	(void)state;
	result = done("place show|91200");
	assert_text(result, "name", "Dourdan");
	assert_text(result, "departement_name", "Essonne");
	assert_string_equal(json_string_value(json_array_get(
				json_object_get(result, "postcodes"), 0)),
	    "91410");
	json_decref(result);
	result = done("place find|dourd|--limit|1");
	first = json_array_get(json_object_get(result, "items"), 0);
	assert_text(first, "insee", "91200");
	json_decref(result);
	assert_int_equal(items("place find|saint|--limit|7"), 7);
	assert_int_equal(items("place find|saint|--limit|1000"), 100);
	result = done("place find|--lat|48.53|--lon|2.01|--limit|3");
	first = json_array_get(json_object_get(result, "items"), 0);
	assert_text(first, "name", "Dourdan");
	assert_true(
	    json_real_value(json_object_get(first, "kilometres")) < 1.0);
	json_decref(result);
	refused("place show|99999", "not-found", "99999");
	refused("place find", "invalid", "--lat and --lon");
	refused("place find|a|--lat|1|--lon|1", "invalid", "either");
	refused("place find|--lat|91|--lon|1", "invalid", "from -90 to 90");
	refused("profile edit|marie|--commune|Saint-Denis", "invalid",
	    "give --insee 97411");
}

static void
keys_are_made(void **state)
{
	json_t *result;
	struct db *reader;

	(void)state;
	/* The reader of the fixture belongs to the loop's thread. */
	assert_int_equal(store_open_reader(fixture.folder, &reader), 0);
	assert_int_equal(keymaker_make(&fixture.node, reader, NULL, NULL), 0);
	store_close(&reader);
	result = done("profile show|marie");
	assert_int_equal(number(result, "keys"), 2);
	json_decref(result);
	result = done("status");
	assert_int_equal(number(result, "waiting_keys"), 0);
	json_decref(result);
}

static void
updates_reach_followers_here(void **state)
{
	json_t *result;
	char words[64];
	int64_t note;

	(void)state;
	do_it("profile create|camille|--name|Camille");
	refused("follow|eco|camille", "not-found", "profile");
	refused("follow|camille|nobody", "not-found", "nobody");
	result = done("follow|camille|@eco@a.localhost:8443");
	assert_text(result, "state", "accepted");
	json_decref(result);
	assert_int_equal(items("followers|eco"), 1);
	assert_int_equal(items("follow list|camille"), 1);

	refused("update publish|eco", "invalid", "needs a text");
	refused("update publish|eco|a|--text|b", "invalid", "twice");
	result = done("update publish|eco|Le terrain est **là**|--title|Oui|"
		      "--language|oc");
	note = number(result, "number");
	json_decref(result);
	result = done("timeline|camille");
	assert_int_equal(json_array_size(json_object_get(result, "items")), 1);
	assert_text(json_array_get(json_object_get(result, "items"), 0),
	    "address", "@eco@a.localhost:8443");
	json_decref(result);

	(void)snprintf(words, sizeof(words), "update edit|%lld|--text|Neuf",
	    (long long)note);
	do_it(words);
	(void)snprintf(
	    words, sizeof(words), "update show|%lld", (long long)note);
	result = done(words);
	assert_text(result, "text", "Neuf");
	assert_text(result, "title", "Oui");
	assert_text(result, "language", "oc");
	assert_text(result, "address", "@eco@a.localhost:8443");
	json_decref(result);
	(void)snprintf(
	    words, sizeof(words), "update edit|%lld|--title=", (long long)note);
	do_it(words);
	(void)snprintf(
	    words, sizeof(words), "update show|%lld", (long long)note);
	result = done(words);
	assert_text(result, "text", "Neuf");
	assert_true(json_is_null(json_object_get(result, "title")));
	json_decref(result);
	(void)snprintf(
	    words, sizeof(words), "update delete|%lld", (long long)note);
	do_it(words);
	refused(words, "not-found", "no update");
	assert_int_equal(items("timeline|camille"), 0);
	do_it("unfollow|camille|eco");
	refused("unfollow|camille|eco", "not-found", "does not follow");
	assert_int_equal(items("followers|eco"), 0);
}

static void
followers_wait_where_they_are_approved(void **state)
{
	json_t *result;

	(void)state;
	do_it("profile edit|marie|--manually-approves|yes");
	result = done("follow|camille|marie");
	assert_text(result, "state", "pending");
	json_decref(result);
	assert_int_equal(items("requests list"), 1);
	assert_int_equal(items("followers|marie"), 0);
	do_it("requests accept|marie|camille");
	assert_int_equal(items("requests list|marie"), 0);
	assert_int_equal(items("followers|marie"), 1);
	refused("requests accept|marie|camille", "not-found", "camille");
	do_it("requests reject|marie|camille");
	assert_int_equal(items("followers|marie"), 0);
}

static const char good[] =
    "{\"profiles\":[{\"username\":\"ana\",\"name\":\"Ana\"}],"
    "\"projects\":[{\"username\":\"serre\",\"name\":\"Serre\","
    "\"holder\":\"ana\",\"team\":[{\"actor\":\"ana\"}],"
    "\"needs\":[{\"text\":\"bois\"}]}],"
    "\"updates\":[{\"project\":\"serre\",\"text\":\"Debout\","
    "\"published\":\"2026-03-14T17:00:00Z\"}]}";

static void
import_is_all_or_nothing(void **state)
{
	json_t *result;

	(void)state;
	/* Two things are wrong; what follows from them is not told again. */
	refused_with("import|a.json",
	    "{\"profiles\":[{\"username\":\"ana\",\"name\":\"Ana\"},"
	    "{\"username\":\"bob\",\"name\":\"Bob\",\"kind\":\"robot\"}],"
	    "\"projects\":[{\"username\":\"x1\",\"name\":\"X\","
	    "\"holder\":\"bob\"},{\"username\":\"x2\",\"name\":\"X\","
	    "\"holder\":\"nobody\"}]}",
	    "invalid", "2 things are wrong");
	refused("profile show|ana", "not-found", "ana");
	result = done_with("import|a.json|--dry-run", good);
	assert_int_equal(number(result, "profiles_created"), 1);
	json_decref(result);
	refused("profile show|ana", "not-found", "ana");
	result = done_with("import|a.json", good);
	assert_int_equal(number(result, "projects_created"), 1);
	assert_int_equal(number(result, "updates_published"), 1);
	assert_int_equal(
	    json_array_size(json_object_get(result, "notices")), 1);
	json_decref(result);
	result = done("update list|serre");
	assert_text(json_array_get(json_object_get(result, "items"), 0),
	    "published", "2026-03-14T17:00:00Z");
	json_decref(result);
	refused_with("import|a.json", good, "invalid", "exists already");
	result = done_with("import|a.json|--update", good);
	assert_int_equal(number(result, "profiles_created"), 0);
	assert_int_equal(number(result, "profiles_changed"), 1);
	assert_int_equal(number(result, "already_there"), 1);
	json_decref(result);
}

/* What the file does not speak of is not taken away. */
static void
import_changes_what_it_says(void **state)
{
	json_t *result;

	(void)state;
	do_it("profile create|nora|--name|Nora|--summary|S|--skill|Bois|"
	      "--commune|Dourdan|--insee|91200|--lat|48.5|--lon|1.9|"
	      "--contact|06|--link|Site=https://n.example/");
	do_it("project create|four|--name|Four|--holder|nora|--stage|starting|"
	      "--team|r=@nora|--supporter|La mairie|--theme|pain");
	result = done_with("import|a.csv|--update",
	    "\xef\xbb\xbfusername;name;contact\r\nnora;Nora N.;07\r\n");
	assert_int_equal(number(result, "profiles_changed"), 1);
	assert_text(result, "message", "done: 1 profile changed");
	json_decref(result);
	result = done("profile show|nora");
	assert_text(result, "name", "Nora N.");
	assert_text(result, "contact", "07");
	assert_text(result, "summary", "S");
	assert_text(json_object_get(result, "place"), "insee", "91200");
	assert_int_equal(json_array_size(json_object_get(result, "skills")), 1);
	assert_int_equal(json_array_size(json_object_get(result, "links")), 1);
	json_decref(result);
	json_decref(done_with("import|a.json|--update",
	    "{\"profiles\":[{\"username\":\"nora\",\"name\":\"Nora\","
	    "\"summary\":\"\",\"skills\":[],\"place\":{\"name\":"
	    "\"Rambouillet\"}"
	    "}],\"projects\":[{\"username\":\"four\",\"name\":\"Four\","
	    "\"holder\":\"nora\",\"team\":[{\"name\":\"Zoé\"}]}]}"));
	result = done("profile show|nora");
	assert_null(json_string_value(json_object_get(result, "summary")));
	assert_text(result, "contact", "07");
	assert_int_equal(json_array_size(json_object_get(result, "skills")), 0);
	assert_text(json_object_get(result, "place"), "name", "Rambouillet");
	assert_text(json_object_get(result, "place"), "insee", "78517");
	json_decref(result);
	result = done("project show|four");
	assert_text(result, "stage", "starting");
	assert_text(
	    json_array_get(json_object_get(result, "team"), 0), "name", "Zoé");
	assert_text(json_array_get(json_object_get(result, "supporters"), 0),
	    "name", "La mairie");
	assert_int_equal(json_array_size(json_object_get(result, "themes")), 1);
	json_decref(result);
	do_it("project delete|four");
	do_it("profile delete|nora");
}

static void
import_may_skip_what_is_wrong(void **state)
{
	json_t *result =
	    done_with("import|a.csv|--skip-bad", "username,name,kind\n"
						 "luc,Luc,person\n"
						 "Not A Name,Luc,person\n"
						 "lea,Léa,robot\n"
						 "zoe,Zoé,person\n");
	const json_t *errors = json_object_get(result, "errors");

	(void)state;
	assert_int_equal(number(result, "profiles_created"), 2);
	assert_int_equal(json_array_size(errors), 2);
	assert_text(json_array_get(errors, 0), "where", "line 3");
	assert_text(json_array_get(errors, 1), "where", "line 4");
	json_decref(result);
	do_it("profile show|zoe");
	refused("profile show|lea", "not-found", "lea");
}

static void
deleted_names_stay_taken(void **state)
{
	(void)state;
	do_it("project delete|serre");
	refused("project show|serre", "not-found", "serre");
	refused(
	    "project create|serre|--name|S|--holder|ana", "exists", "serre");
	do_it("profile delete|ana");
	refused_with("import|a.json|--update", good, "invalid", "never given");
}

static void
an_empty_queue_says_so(void **state)
{
	(void)state;
	assert_int_equal(items("queue list"), 0);
	assert_int_equal(items("host list"), 0);
	refused("queue drop", "invalid", "either");
	refused("queue drop|12", "not-found", "12");
	refused("queue drop|twelve", "invalid", "twelve");
	refused("host show|b.example", "not-found", "b.example");
	do_it("queue retry");
}

static void
reload_reports(void **state)
{
	json_t *result;

	(void)state;
	atomic_store(&fixture.reload_result, 0);
	result = done("reload");
	assert_text(result, "message", "node.log_level: applied");
	json_decref(result);
	atomic_store(&fixture.reload_result, -EINVAL);
	refused("reload", "invalid", "log_level");
	assert_int_equal(atomic_load(&fixture.reloads), 2);
}

static int
connect_raw(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(
	    address.sun_path, sizeof(address.sun_path), "%s", fixture.socket);
	assert_int_equal(
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* All that comes until the node closes. */
static void
read_all(int fd, char *ret, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (
	    len + 1 < size && (n = recv(fd, ret + len, size - len - 1, 0)) > 0)
		len += (size_t)n;
	ret[len] = '\0';
	(void)close(fd);
}

static void
what_is_no_request_is_refused(void **state)
{
	static const char *const lines[] = {
		"hello\n",
		"[]\n",
		"{}\n",
		"{\"command\":[\"nothing\"]}\n",
		"{\"command\":[\"init\"]}\n",
		"{\"command\":[\"status\",\"x\",\"y\"]}\n",
		"{\"command\":[\"status\"],\"arguments\":[1]}\n",
		"{\"command\":[\"status\"],\"options\":[]}\n",
		"{\"command\":[\"status\"],\"options\":{\"x\":1}}\n",
		"{\"command\":[\"status\"],\"options\":{"
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"\xc3\xa9\":1}}\n",
		"{\"command\":[\"status\"],\"options\":{\"\xc3\":1}}\n",
		"{\"command\":[\"profile\",\"list\"],"
		"\"options\":{\"limit\":1e400}}\n",
		"{\"command\":[\"status\"],\"command\":[\"stop\"]}\n",
		"\xff\xfe{\n",
		"{\"command\":[\"status\"],\"input_bytes\":3}\nabc",
		"{\"command\":[\"import\"],\"arguments\":[\"f\"]}\n",
		"{\"command\":[\"import\"],\"arguments\":[\"f\"],"
		"\"input_bytes\":99999999999}\n",
		"{\"command\":[\"import\"],\"arguments\":[\"f\"],"
		"\"input_bytes\":-1}\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int fd = connect_raw();
		char answer[1024];

		assert_int_equal(
		    send(fd, lines[i], strlen(lines[i]), MSG_NOSIGNAL),
		    strlen(lines[i]));
		read_all(fd, answer, sizeof(answer));
		if (strstr(answer, "\"ok\":false") == NULL)
			fail_msg("%s got %s", lines[i], answer);
	}
}

static void
an_endless_line_is_refused(void **state)
{
	int fd = connect_raw();
	char piece[4096], answer[1024];
	ssize_t n = 0;

	(void)state;
	memset(piece, ' ', sizeof(piece));
	for (int i = 0; i < 1024 && n >= 0; i++)
		n = send(fd, piece, sizeof(piece), MSG_NOSIGNAL);
	read_all(fd, answer, sizeof(answer));
	assert_non_null(strstr(answer, "too long"));
}

static bool
is_there(const char *words)
{
	json_t *answer = ask_with(words, NULL);
	bool there = json_is_true(json_object_get(answer, "ok"));

	json_decref(answer);
	return there;
}

/* More than may be open: the rest is told so, and all goes on after. */
static void
many_connections_are_bounded(void **state)
{
	enum { MANY = 80 };
	int fds[MANY];
	size_t busy = 0;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		fds[i] = connect_raw();
	for (size_t i = 0; i < MANY; i++) {
		char answer[256];

		if (i < 64) {
			(void)send(fds[i], "{", 1, MSG_NOSIGNAL);
			continue;
		}
		read_all(fds[i], answer, sizeof(answer));
		busy += strstr(answer, "busy") != NULL ? 1 : 0;
	}
	assert_int_equal(busy, MANY - 64);
	for (size_t i = 0; i < 64; i++)
		(void)close(fds[i]);
	/* The places of those who left are free again before long. */
	while (!is_there("status"))
		(void)sched_yield();
}

static void
a_peer_that_hangs_up_harms_nobody(void **state)
{
	static const char *const parts[] = {
		"",
		"{\"comm",
		"{\"command\":[\"profile\",\"list\"]}\n",
		"{\"command\":[\"profile\",\"delete\"],"
		"\"arguments\":[\"zoe\"]}\n",
		"{\"command\":[\"import\"],\"arguments\":[\"f\"],"
		"\"input_bytes\":1000}\n{}",
	};

	(void)state;
	for (int round = 0; round < 10; round++) {
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
			int fd = connect_raw();

			(void)send(
			    fd, parts[i], strlen(parts[i]), MSG_NOSIGNAL);
			(void)close(fd);
		}
	}
	/* What was asked is done although nobody hears of it. */
	while (is_there("profile show|zoe"))
		do_it("status");
}

static void
a_live_socket_is_left_alone(void **state)
{
	struct control_setup setup = {
		.base = fixture.base,
		.node = &fixture.node,
		.reader = fixture.reader,
		.hooks = { &fixture, reload, stop, certificate },
	};
	struct control *second = NULL;

	(void)state;
	log_set_level(LOG_ERROR);
	assert_int_equal(control_start(&setup, &second), -EADDRINUSE);
	do_it("status");
}

static void
stop_ends_the_loop_and_a_left_socket_is_replaced(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	(void)state;
	do_it("stop");
	thread_join(fixture.thread);
	assert_true(fixture.stopped);
	assert_null(fixture.control);
	assert_int_equal(access(fixture.socket, F_OK), -1);

	/* As after a kill -9: a socket without anybody behind it. */
	(void)snprintf(
	    address.sun_path, sizeof(address.sun_path), "%s", fixture.socket);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	(void)close(fd);
	begin_control();
	do_it("status");
	do_it("stop");
	thread_join(fixture.thread);
}

static int
tear_down(void **state)
{
	char path[128];

	(void)state;
	event_base_free(fixture.base);
	store_close(&fixture.reader);
	writer_stop(&fixture.node.writer);
	node_done(&fixture.node);
	for (size_t i = 0; i < 3; i++) {
		static const char *const names[] = { "parvis.db",
			"parvis.db-wal", "parvis.db-shm" };

		(void)snprintf(
		    path, sizeof(path), "%s/%s", fixture.folder, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(fixture.folder);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_shows_the_node),
		cmocka_unit_test(profiles_and_projects_live),
		cmocka_unit_test(edits_keep_what_is_not_given),
		cmocka_unit_test(places_are_found),
		cmocka_unit_test(keys_are_made),
		cmocka_unit_test(updates_reach_followers_here),
		cmocka_unit_test(followers_wait_where_they_are_approved),
		cmocka_unit_test(import_is_all_or_nothing),
		cmocka_unit_test(import_changes_what_it_says),
		cmocka_unit_test(import_may_skip_what_is_wrong),
		cmocka_unit_test(deleted_names_stay_taken),
		cmocka_unit_test(an_empty_queue_says_so),
		cmocka_unit_test(reload_reports),
		cmocka_unit_test(what_is_no_request_is_refused),
		cmocka_unit_test(an_endless_line_is_refused),
		cmocka_unit_test(many_connections_are_bounded),
		cmocka_unit_test(a_peer_that_hangs_up_harms_nobody),
		cmocka_unit_test(a_live_socket_is_left_alone),
		cmocka_unit_test(
		    stop_ends_the_loop_and_a_left_socket_is_replaced),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
