/* SPDX-License-Identifier: ISC */
/*
 * The node under test, and what its database holds before it starts: actors
 * elsewhere, a profile of ours that follows one of them, and a project of
 * ours with a follower on each of many hosts.
 */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "store/actor.h"
#include "store/follow.h"
#include "store/host.h"
#include "store/writer.h"
#include "tests/bench/bench.h"

extern char **environ;

struct seed {
	struct writer_job job;
	struct bench_node *node;
	struct arena *arena;
	uint16_t sink_port;
};

/* posix_spawn() changes nothing of what it is given.  What programs say on
 * standard output is not part of the figures. */
static pid_t
spawn(const char *const *arguments)
{
	posix_spawn_file_actions_t quiet;
	pid_t pid;
	int r;

	(void)posix_spawn_file_actions_init(&quiet);
	(void)posix_spawn_file_actions_addopen(
	    &quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	r = posix_spawnp(&pid, arguments[0], &quiet, NULL,
	    (char *const *)(uintptr_t)arguments, environ);
	(void)posix_spawn_file_actions_destroy(&quiet);
	if (r != 0)
		bench_die("cannot run %s", arguments[0]);
	return pid;
}

static void
run_program(const char *const *arguments)
{
	pid_t pid = spawn(arguments);
	int status;

	if (waitpid(pid, &status, 0) != pid || status != 0)
		bench_die("%s %s failed", arguments[0],
		    arguments[1] != NULL ? arguments[1] : "");
}

void
bench_node_ctl(const struct bench_node *node, ...)
{
	const char *arguments[32] = { node->ctl, "-c", node->conf };
	size_t count = 3;
	va_list ap;

	va_start(ap, node);
	while (count < N_ELEMENTS(arguments) - 1 &&
	       (arguments[count] = va_arg(ap, const char *)) != NULL)
		count++;
	va_end(ap);
	run_program(arguments);
}

static int64_t
put_remote(struct seed *seed, struct db *db, const char *host, const char *uri)
{
	struct arena *arena = seed->arena;
	struct actor actor = {
		.uri = uri,
		.type = "Person",
		.username = "sender",
		.host = host,
		.name = "Sender",
		.inbox = arena_printf(arena, "%s/inbox", uri),
		.shared_inbox = arena_printf(arena, "https://%s/inbox", host),
		.outbox = arena_printf(arena, "%s/outbox", uri),
		.followers = arena_printf(arena, "%s/followers", uri),
		.created_at = clock_now(),
		.updated_at = clock_now(),
		.fetched_at = clock_now(),
	};
	int64_t id;

	if (actor_put_remote(db, &actor, &id) < 0)
		bench_die("cannot store %s", uri);
	return id;
}

static void
put_follow(struct seed *seed, struct db *db, int64_t follower, int64_t followee)
{
	struct follow follow;
	const char *uri = arena_printf(
	    seed->arena, "https://x.localhost/f/%lld", (long long)follower);

	if (follow_put(db, uri, follower, followee, clock_now()) < 0 ||
	    follow_get(db, seed->arena, follower, followee, &follow) < 0 ||
	    follow_decide(db, follow.id, FOLLOW_ACCEPTED, clock_now()) < 0)
		bench_die("cannot store a follow");
}

/*
 * Keys for those whose turn has not come yet: made by the node itself, they
 * would have it tell the followers of a new project, before anyone listens.
 */
static int
put_keys(struct seed *seed, struct db *db, const struct actor *actor)
{
	static const char *const names[] = { "main-key", "ed25519-key" };
	struct actor_key rows[2], *old;
	size_t count;
	int r = actor_keys(db, seed->arena, actor->id, &old, &count);

	if (r < 0 || count > 0)
		return r;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		enum key_kind kind = i == 0 ? KEY_RSA : KEY_ED25519;
		uint8_t *spki, *secret;
		struct key *key;

		rows[i] = (struct actor_key){ .kind = kind };
		rows[i].uri =
		    arena_printf(seed->arena, "%s#%s", actor->uri, names[i]);
		if (key_generate(kind, &key) < 0 ||
		    key_spki(key, seed->arena, &spki, &rows[i].spki_len) < 0 ||
		    key_secret(key, seed->arena, &secret, &rows[i].secret_len) <
			0)
			bench_die("cannot make keys");
		rows[i].spki = spki;
		rows[i].secret = secret;
		key_free(&key);
	}
	return actor_set_keys(db, actor->id, rows, N_ELEMENTS(rows));
}

static int
seed_work(struct writer_job *job, struct db *db)
{
	struct seed *seed = CONTAINER_OF(job, struct seed, job);
	struct bench_node *node = seed->node;
	struct actor reader, project;
	struct actor_key key = { .kind = KEY_RSA };
	uint8_t *spki;
	const char *host = "sender.localhost";
	int64_t sender = put_remote(seed, db, host, node->sender_uri);

	if (key_spki(node->sender_key, seed->arena, &spki, &key.spki_len) < 0)
		return -1;
	key.spki = spki;
	key.uri = arena_printf(seed->arena, "%s#main-key", node->sender_uri);
	if (actor_set_keys(db, sender, &key, 1) < 0 ||
	    actor_by_username(db, seed->arena, "reader", &reader) < 0 ||
	    actor_by_username(db, seed->arena, "project", &project) < 0 ||
	    put_keys(seed, db, &reader) < 0 || put_keys(seed, db, &project) < 0)
		return -1;
	put_follow(seed, db, reader.id, sender);
	for (int i = 0; i < BENCH_HOSTS; i++) {
		const char *name = arena_printf(
		    seed->arena, "h%d.hosts.localhost:%u", i, seed->sink_port);
		int64_t id = put_remote(seed, db, name,
		    arena_printf(seed->arena, "https://%s/u/1", name));

		put_follow(seed, db, id, project.id);
	}
	return 0;
}

static void
seed(struct bench_node *node, uint16_t sink_port)
{
	struct seed seed = { .node = node, .sink_port = sink_port };
	struct writer *writer;

	seed.arena = arena_new();
	seed.job.work = seed_work;
	if (writer_start(node->folder, NULL, NULL, &writer) < 0 ||
	    writer_run(writer, &seed.job) < 0)
		bench_die("cannot fill the database");
	writer_stop(&writer);
	arena_free(&seed.arena);
}

static void
make_actors(struct bench_node *node)
{
	bench_node_start(node);
	bench_node_ctl(node, "profile", "create", "reader", "--name",
	    "Lectrice", "--kind", "person", NULL);
	bench_node_ctl(node, "project", "create", "project", "--name", "Projet",
	    "--holder", "reader", "--stage", "running", NULL);
	bench_node_ctl(node, "update", "publish", "project", "--text",
	    "Première nouvelle", NULL);
	bench_node_stop(node);
}

/* What a benchmark must not be held up by. */
static void
lift_limits(const struct bench_node *node)
{
	FILE *conf = fopen(node->conf, "a");

	if (conf == NULL)
		bench_die("cannot write %s", node->conf);
	(void)fprintf(conf, "\n[listen]\nrequests_per_minute = 1000000\n"
			    "inbox_per_minute = 10000000\n"
			    "[outbound]\nconnections = 2048\n"
			    "[node]\nlog_level = warning\n");
	(void)fclose(conf);
}

static void
run_init(const struct bench_node *node)
{
	const char *f = node->folder;
	struct arena *arena = arena_new();

	run_program((const char *[]){
	    BENCH_LOCAL_CA, f, "bench.localhost", "hosts.localhost", NULL });
	run_program((const char *[]){ node->ctl, "init", "--yes", "--config",
	    node->conf, "--data", f, "--domain",
	    node->base + strlen("https://"), "--name", "Banc", "--commune",
	    "Dourdan", "--admin", "gerante", "--https",
	    arena_printf(arena, "127.0.0.1:%u", node->port), "--certificate",
	    arena_printf(arena, "%s/bench.localhost.pem", f), "--key",
	    arena_printf(arena, "%s/bench.localhost.key", f), "--ca-file",
	    arena_printf(arena, "%s/ca.pem", f), "--control",
	    arena_printf(arena, "%s/control", f), "--allow-network",
	    "127.0.0.0/8", "--allow-port", "any", NULL });
	arena_free(&arena);
}

void
bench_node_make(struct bench_node *node, const char *programs, uint16_t port,
    uint16_t sink_port)
{
	char *folder = xstrdup("/tmp/parvis-bench-XXXXXX");

	if (mkdtemp(folder) == NULL)
		bench_die("cannot make a folder");
	node->folder = folder;
	node->port = port;
	node->binary = xasprintf("%s/parvisd", programs);
	node->ctl = xasprintf("%s/parvisctl", programs);
	node->conf = xasprintf("%s/parvis.conf", folder);
	node->base = xasprintf("https://bench.localhost:%u", port);
	node->sender_uri = xstrdup("https://sender.localhost/u/1");
	node->project = xstrdup("/@project");
	if (key_generate(KEY_RSA, &node->sender_key) < 0)
		bench_die("cannot make a key");
	run_init(node);
	lift_limits(node);
	make_actors(node);
	seed(node, sink_port);
}

static bool
answers(const struct bench_node *node)
{
	const char *arguments[] = { node->ctl, "-c", node->conf, "status",
		"--json", NULL };
	posix_spawn_file_actions_t quiet;
	pid_t pid;
	int status = -1;

	(void)posix_spawn_file_actions_init(&quiet);
	(void)posix_spawn_file_actions_addopen(
	    &quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	(void)posix_spawn_file_actions_addopen(
	    &quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, arguments[0], &quiet, NULL,
		(char *const *)(uintptr_t)arguments, environ) == 0)
		(void)waitpid(pid, &status, 0);
	(void)posix_spawn_file_actions_destroy(&quiet);
	return status == 0;
}

static pid_t running; /* for kill_running() */

/* A benchmark that fails leaves nothing behind. */
static void
kill_running(void)
{
	if (running > 0)
		(void)kill(running, SIGKILL);
}

void
bench_node_start(struct bench_node *node)
{
	double until = bench_seconds() + 20;

	node->pid =
	    spawn((const char *[]){ node->binary, "-c", node->conf, NULL });
	if (running == 0)
		(void)atexit(kill_running);
	running = node->pid;
	while (!answers(node)) {
		if (bench_seconds() > until)
			bench_die("the node does not start");
		(void)usleep(20000);
	}
}

void
bench_node_stop(struct bench_node *node)
{
	int status;

	(void)kill(node->pid, SIGTERM);
	if (waitpid(node->pid, &status, 0) != node->pid || status != 0)
		bench_die("the node did not stop in order (%d)", status);
	running = -1;
}

double
bench_node_cpu(const struct bench_node *node)
{
	char path[64], text[1024];
	unsigned long user, system;
	const char *at;
	FILE *file;
	size_t len;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", node->pid);
	file = fopen(path, "r");
	if (file == NULL)
		bench_die("the node is gone");
	len = fread(text, 1, sizeof(text) - 1, file);
	(void)fclose(file);
	text[len] = '\0';
	at = strrchr(text, ')');
	if (at == NULL ||
	    sscanf(at, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
		&user, &system) != 2)
		bench_die("cannot read %s", path);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

double
bench_node_memory(const struct bench_node *node)
{
	char path[64];
	unsigned long pages = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/statm", node->pid);
	file = fopen(path, "r");
	if (file == NULL || fscanf(file, "%*u %lu", &pages) != 1)
		bench_die("the node is gone");
	(void)fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576.0;
}
