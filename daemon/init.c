/* SPDX-License-Identifier: ISC */
#include "daemon/init.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "config/settings.h"
#include "daemon/init_ask.h"
#include "daemon/keymaker.h"
#include "daemon/place_form.h"
#include "federation/publish.h"
#include "store/store.h"

enum { INIT_VALUES_MAX = 512, INIT_PATH_BYTES = 4200 };

struct init {
	struct arena *arena;
	const char *config;
	json_t *options;
	struct settings_value values[INIT_VALUES_MAX];
	size_t value_count;
	const char *data;   /* folder, and whether it was made here */
	struct place place; /* of the territory's centre */
	bool made_config, made_data, made_store;
	uid_t uid; /* of --user, or (uid_t)-1 */
	gid_t gid;
};

static int fail(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Says what is wrong; always -EINVAL. */
static int
fail(const char *fmt, ...)
{
	va_list ap;

	(void)fputs("parvisctl: ", stderr);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	return -EINVAL;
}

static const char *
error_text(struct init *init, int error)
{
	char *text = arena_alloc(init->arena, 128);

	return strerror_r(error, text, 128);
}

static const char *
option(const struct init *init, const char *name)
{
	return json_string_value(json_object_get(init->options, name));
}

/* --- the configuration --- */

static int
add_value(
    struct init *init, const char *section, const char *name, const char *value)
{
	if (init->value_count == INIT_VALUES_MAX)
		return fail("more than %d settings", INIT_VALUES_MAX);
	init->values[init->value_count++] =
	    (struct settings_value){ section, name, value };
	return 0;
}

/* A path from where the command was given. */
static const char *
absolute(struct init *init, const char *path)
{
	char folder[INIT_PATH_BYTES];

	if (path[0] == '/' || getcwd(folder, sizeof(folder)) == NULL)
		return path;
	return arena_printf(init->arena, "%s/%s", folder, path);
}

/* A repeated option as values of one setting. */
static int
add_list(struct init *init, const char *section, const char *name,
    const char *option_name)
{
	const json_t *list = json_object_get(init->options, option_name);
	int r = 0;

	for (size_t i = 0; r == 0 && i < json_array_size(list); i++)
		r = add_value(init, section, name,
		    json_string_value(json_array_get(list, i)));
	return r;
}

/* "section.name=value" of --set. */
static int
add_set(struct init *init, const char *text)
{
	const char *dot = strchr(text, '.');
	const char *equal = strchr(text, '=');

	if (dot == NULL || equal == NULL || dot > equal)
		return fail("--set %s: SECTION.NAME=VALUE is wanted", text);
	return add_value(init,
	    arena_strndup(init->arena, text, (size_t)(dot - text)),
	    arena_strndup(init->arena, dot + 1, (size_t)(equal - dot - 1)),
	    equal + 1);
}

static int
add_sets(struct init *init)
{
	const json_t *list = json_object_get(init->options, "set");
	int r = 0;

	for (size_t i = 0; r == 0 && i < json_array_size(list); i++)
		r = add_set(init, json_string_value(json_array_get(list, i)));
	return r;
}

static int
add_paths(struct init *init)
{
	static const struct {
		const char *option, *section, *name;
	} rows[] = {
		{ "data", "node", "data" },
		{ "control", "node", "control" },
		{ "certificate", "listen", "certificate" },
		{ "key", "listen", "key" },
		{ "ca-file", "outbound", "ca_file" },
	};
	int r = add_value(init, "node", "domain", option(init, "domain"));

	for (size_t i = 0; r == 0 && i < N_ELEMENTS(rows); i++) {
		const char *path = option(init, rows[i].option);

		if (path != NULL)
			r = add_value(init, rows[i].section, rows[i].name,
			    absolute(init, path));
	}
	return r;
}

/* A machine may have been told to do without IPv6. */
static bool
has_ipv6(void)
{
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

/* HTTPS at every address of the machine. */
static int
add_everywhere(struct init *init)
{
	int r = add_value(init, "listen", "https", "0.0.0.0:443");

	return r == 0 && has_ipv6()
		   ? add_value(init, "listen", "https", "[::]:443")
		   : r;
}

/* Without a word on how it is reached: HTTPS of its own when there is a
 * certificate, else a reverse proxy on the same machine. */
static int
add_listening(struct init *init)
{
	int r;

	if (json_array_size(json_object_get(init->options, "https")) > 0 ||
	    json_array_size(json_object_get(init->options, "http")) > 0) {
		r = add_list(init, "listen", "https", "https");
		return r == 0 ? add_list(init, "listen", "http", "http") : r;
	}
	if (option(init, "certificate") != NULL)
		return add_everywhere(init);
	r = add_value(init, "listen", "http", "127.0.0.1:8080");
	if (r == 0)
		r = add_value(init, "listen", "trusted_proxies", "127.0.0.1");
	return r;
}

static int
collect_values(struct init *init)
{
	const json_t *threads = json_object_get(init->options, "threads");
	int r;

	r = add_paths(init);
	if (r == 0)
		r = add_listening(init);
	if (r == 0)
		r = add_list(
		    init, "outbound", "allow_networks", "allow-network");
	if (r == 0)
		r = add_list(init, "outbound", "allow_ports", "allow-port");
	if (r == 0 && threads != NULL)
		r = add_value(init, "listen", "threads",
		    arena_printf(init->arena, "%" JSON_INTEGER_FORMAT,
			json_integer_value(threads)));
	return r == 0 ? add_sets(init) : r;
}

/* The sample leaves out what is no setting: it must not go unnoticed. */
static int
check_names(struct init *init, const struct settings *settings)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int r = 0;

	ASSERT(out != NULL);
	settings_write_effective(out, settings);
	(void)fclose(out);
	for (size_t i = 0; i < init->value_count; i++) {
		const struct settings_value *value = &init->values[i];
		const char *name = arena_printf(
		    init->arena, "%s.%s", value->section, value->name);

		if (strstr(text, name) == NULL)
			r = fail("--set: there is no setting %s", name);
	}
	free_ptr(&text);
	return r;
}

/* The text of the file, checked as the daemon will check it. */
static int
write_text(
    struct init *init, char **ret_text, size_t *ret_len, struct settings **ret)
{
	char error[SETTINGS_ERROR_SIZE];
	FILE *out = open_memstream(ret_text, ret_len);
	int r;

	ASSERT(out != NULL);
	settings_write_sample(out, init->values, init->value_count);
	(void)fclose(out);
	r = settings_parse(*ret_text, *ret_len, init->config, ret, error);
	if (r < 0)
		return fail("these settings will not do: %s", error);
	r = check_names(init, *ret);
	if (r < 0)
		settings_free(ret);
	return r;
}

/* --- files --- */

static void
give_away(const struct init *init, const char *path)
{
	if (init->uid != (uid_t)-1 && chown(path, init->uid, init->gid) < 0)
		(void)fail("the owner of %s could not be set", path);
}

/* Folders above a path, as far as they are missing. */
static void
make_parents(const char *path)
{
	char folder[INIT_PATH_BYTES];

	for (const char *p = strchr(path + 1, '/'); p != NULL;
	     p = strchr(p + 1, '/')) {
		size_t len = (size_t)(p - path);

		if (len >= sizeof(folder))
			return;
		(void)memcpy(folder, path, len);
		folder[len] = '\0';
		/* What is really missing shows when the file is made. */
		(void)mkdir(folder, 0755);
	}
}

static int
write_config(struct init *init, const char *text, size_t len)
{
	FILE *out;
	int fd;
	bool whole;

	make_parents(init->config);
	fd = open(init->config, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return errno == EEXIST
			   ? fail("%s exists; it is not overwritten",
				 init->config)
			   : fail("%s cannot be written: %s", init->config,
				 error_text(init, errno));
	init->made_config = true;
	out = fdopen(fd, "w");
	ASSERT(out != NULL);
	whole = fwrite(text, 1, len, out) == len && fflush(out) == 0 &&
		fsync(fd) == 0;
	if (fclose(out) != 0 || !whole)
		return fail("%s cannot be written", init->config);
	return 0;
}

static int
make_store(struct init *init)
{
	char error[STORE_ERROR_SIZE];

	if (store_exists(init->data))
		return fail("there is a database in %s already", init->data);
	make_parents(init->data);
	if (mkdir(init->data, 0700) == 0)
		init->made_data = true;
	else if (errno != EEXIST)
		return fail("%s cannot be made: %s", init->data,
		    error_text(init, errno));
	init->made_store = true;
	if (store_prepare(init->data, error) < 0)
		return fail("%s", error);
	return 0;
}

/* Calls for each file that the store may have made. */
static void
each_store_file(struct init *init, void (*call)(struct init *, const char *))
{
	static const char *const names[] = { "parvis.db", "parvis.db-wal",
		"parvis.db-shm" };

	for (size_t i = 0; i < N_ELEMENTS(names); i++) {
		const char *path =
		    arena_printf(init->arena, "%s/%s", init->data, names[i]);

		if (access(path, F_OK) == 0)
			call(init, path);
	}
}

static void
remove_file(struct init *init, const char *path)
{
	(void)init;
	(void)unlink(path);
}

static void
give_file(struct init *init, const char *path)
{
	give_away(init, path);
}

static void
take_back(struct init *init)
{
	if (init->made_store)
		each_store_file(init, remove_file);
	if (init->made_data)
		(void)rmdir(init->data);
	if (init->made_config)
		(void)unlink(init->config);
}

/* --- the actors --- */

struct actors_job {
	struct writer_job job;
	struct init *init;
	const struct node *node;
	char error[PUBLISH_ERROR_SIZE];
};

static int
actors_work(struct writer_job *job, struct db *db)
{
	struct actors_job *self = CONTAINER_OF(job, struct actors_job, job);
	struct init *init = self->init;
	CLEANUP(node_release)
	const struct node_snapshot *snapshot = node_snapshot(self->node);
	struct publish publish = {
		.node = self->node,
		.settings = snapshot->settings,
		.db = db,
		.arena = init->arena,
		.now = clock_now(),
	};
	struct actor admin = {
		.kind = ACTOR_PROFILE,
		.username = option(init, "admin"),
		.name = option(init, "admin"),
		.profile_kind = "person",
	};
	struct actor_lists lists = { 0 };
	int r;

	r = publish_node_actors(&publish, option(init, "name"), &init->place);
	if (r == 0)
		r = publish_actor_create(&publish, &admin, &lists, &admin);
	if (r == 0)
		r = meta_set(db, "administrator", admin.username);
	(void)memcpy(self->error, publish.error, sizeof(self->error));
	return r;
}

static int
make_actors(struct init *init, const struct node *node)
{
	struct actors_job job = { .init = init, .node = node };
	struct db *reader;
	int r;

	job.job.work = actors_work;
	r = writer_run(node->writer, &job.job);
	if (r < 0)
		return fail("the node's actors could not be made: %s",
		    job.error[0] != '\0' ? job.error : error_text(init, -r));
	r = store_open_reader(node->data, &reader);
	if (r == 0) {
		r = keymaker_make(node, reader, NULL, NULL);
		store_close(&reader);
	}
	return r == 0 ? 0 : fail("the keys could not be made");
}

/* The daemon that might care does not run. */
static void
watch(void *arg, unsigned changes)
{
	(void)arg;
	(void)changes;
}

/* Takes the settings over. */
static int
fill_store(struct init *init, struct settings *settings)
{
	struct node node;
	int r;

	node_init(&node, settings);
	r = writer_start(node.data, watch, NULL, &node.writer);
	if (r < 0)
		r = fail("the database in %s cannot be opened", node.data);
	else {
		r = make_actors(init, &node);
		writer_stop(&node.writer);
	}
	if (r == 0)
		(void)printf("Wrote %s and created the database in %s.\n"
			     "The administrator's profile is %s/@%s\n",
		    init->config, init->data, node.base, option(init, "admin"));
	node_done(&node);
	return r;
}

/* --- the whole --- */

static int
check_place(struct init *init)
{
	const char *error = NULL;

	init->place = init_ask_place(init->options);
	if (place_form_complete(init->arena, gazetteer_builtin(), "--insee",
		&init->place, &error) < 0)
		return fail("%s", error);
	return 0;
}

static int
check_options(struct init *init)
{
	const char *user = option(init, "user");
	const struct passwd *row;

	if ((json_object_get(init->options, "lat") == NULL) !=
	    (json_object_get(init->options, "lon") == NULL))
		return fail("--lat and --lon go together");
	if (access(init->config, F_OK) == 0)
		return fail("%s exists; it is not overwritten", init->config);
	if (check_place(init) < 0)
		return -EINVAL;
	init->uid = (uid_t)-1;
	if (user == NULL)
		return 0;
	row = getpwnam(user);
	if (row == NULL)
		return fail("there is no user named %s", user);
	init->uid = row->pw_uid;
	init->gid = row->pw_gid;
	return 0;
}

static void
say_next(const struct init *init)
{
	bool https =
	    json_array_size(json_object_get(init->options, "https")) > 0 ||
	    option(init, "certificate") != NULL;

	(void)printf("\nNext:\n"
		     "  parvisd -n -c %s       check the configuration\n"
		     "  parvisd -c %s          start the node\n"
		     "  parvisctl -c %s status see how it is\n",
	    init->config, init->config, init->config);
	if (!https)
		(void)printf("The node serves plain HTTP; the reverse proxy "
			     "before it serves https://%s\n",
		    option(init, "domain"));
}

static int
run(struct init *init)
{
	char *text = NULL;
	size_t len = 0;
	struct settings *settings = NULL;
	int r;

	r = collect_values(init);
	if (r == 0)
		r = write_text(init, &text, &len, &settings);
	if (r == 0) {
		init->data = arena_strdup(init->arena, settings->node_data);
		r = write_config(init, text, len);
		if (r == 0)
			r = make_store(init);
		if (r == 0)
			r = fill_store(init, settings);
		else
			settings_free(&settings);
	}
	free_ptr(&text);
	return r;
}

int
init_run(struct arena *arena, const char *config, json_t *options)
{
	struct init *init = arena_alloc(arena, sizeof(*init));
	int r;

	init->arena = arena;
	init->options = options;
	init->config =
	    option(init, "config") != NULL ? option(init, "config") : config;
	if (init_ask(arena, options) < 0)
		return 2;
	r = check_options(init);
	if (r == 0) {
		r = run(init);
		if (r < 0)
			take_back(init);
	}
	if (r < 0)
		return 1;
	if (init->made_data)
		give_away(init, init->data);
	each_store_file(init, give_file);
	say_next(init);
	return 0;
}
