/* SPDX-License-Identifier: ISC */
/*
 * The node under test, and what its database holds before it starts: actors
 * elsewhere, a profile of ours that follows one of them, and a project of
 * ours with a follower on each of many hosts.
 */
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

static pid_t
spawn(char *const *arguments)
{
	pid_t pid;

	if (posix_spawnp(&pid, arguments[0], NULL, NULL, arguments, environ) !=
	    0)
		bench_die("cannot run %s", arguments[0]);
	return pid;
}

static void
run_program(char *const *arguments)
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
	run_program((char *const *)(uintptr_t)arguments);
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
	const char *uri = arena_printf(seed->arena, "https://x.localhost/f/%lld",
	    (long long)follower);

	if (follow_put(db, uri, follower, followee, clock_now()) < 0 ||
	    follow_get(db, seed->arena, follower, followee, &follow) < 0 ||
	    follow_decide(db, follow.id, FOLLOW_ACCEPTED, clock_now()) < 0)
		bench_die("cannot store a follow");
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
	    actor_by_username(db, seed->arena, "project", &project) < 0)
		return -1;
	node->project_uri = xstrdup(project.uri);
	put_follow(seed, db, reader.id, sender);
	for (int i = 0; i < BENCH_HOSTS; i++) {
		const char *name = arena_printf(seed->arena,
		    "h%d.hosts.localhost:%u", i, seed->sink_port);
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
	bench_node_ctl(node, "profile", "create", "--username", "reader",
	    "--name", "Lectrice", "--kind", "person", NULL);
	bench_node_ctl(node, "project", "create", "--username", "project",
	    "--name", "Projet", "--holder", "reader", "--stage", "running",
	    NULL);
	bench_node_ctl(node, "update", "publish", "project", "--text",
	    "Première nouvelle", NULL);
	bench_node_stop(node);
}

void
bench_node_make(struct bench_node *node, const char *programs, uint16_t port,
    uint16_t sink_port)
{
	struct arena *arena = arena_new();
	char *folder = xstrdup("/tmp/parvis-bench-XXXXXX");
	const char *f;

	if (mkdtemp(folder) == NULL)
		bench_die("cannot make a folder");
	f = folder;
	node->folder = f;
	node->port = port;
	node->binary = xasprintf("%s/parvisd", programs);
	node->ctl = xasprintf("%s/parvisctl", programs);
	node->conf = xasprintf("%s/parvis.conf", f);
	node->base = xasprintf("https://bench.localhost:%u", port);
	node->sender_uri = xstrdup("https://sender.localhost/u/1");
	node->project = xasprintf("/@project");
	if (key_generate(KEY_RSA, &node->sender_key) < 0)
		bench_die("cannot make a key");
	run_program((char *[]) { BENCH_LOCAL_CA, folder, "bench.localhost",
	    "hosts.localhost", NULL });
	run_program((char *[]) { xasprintf("%s", node->ctl), "init", "--config",
	    xasprintf("%s", node->conf), "--data", folder, "--domain",
	    xasprintf("bench.localhost:%u", port), "--name", "Banc",
	    "--commune", "Dourdan", "--admin", "admin", "--https",
	    xasprintf("127.0.0.1:%u", port), "--certificate",
	    xasprintf("%s/bench.localhost.pem", f), "--key",
	    xasprintf("%s/bench.localhost.key", f), "--ca-file",
	    xasprintf("%s/ca.pem", f), "--control",
	    xasprintf("%s/control", f), "--allow-network", "127.0.0.0/8",
	    "--allow-port", "any", "--yes", NULL });
	{
		FILE *conf = fopen(node->conf, "a");

		if (conf == NULL)
			bench_die("cannot write %s", node->conf);
		(void)fprintf(conf,
		    "\n[listen]\nrequests_per_minute = 1000000\n"
		    "inbox_per_minute = 10000000\n"
		    "[node]\nlog_level = warning\n");
		(void)fclose(conf);
	}
	make_actors(node);
	seed(node, sink_port);
	arena_free(&arena);
}

static bool
answers(const struct bench_node *node)
{
	char *arguments[] = { xasprintf("%s", node->ctl), "-c",
		xasprintf("%s", node->conf), "status", "--json", NULL };
	posix_spawn_file_actions_t quiet;
	pid_t pid;
	int status = -1;

	(void)posix_spawn_file_actions_init(&quiet);
	(void)posix_spawn_file_actions_addopen(
	    &quiet, 1, "/dev/null", 1 /* O_WRONLY */, 0);
	(void)posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", 1, 0);
	if (posix_spawnp(&pid, arguments[0], &quiet, NULL, arguments,
		environ) == 0)
		(void)waitpid(pid, &status, 0);
	(void)posix_spawn_file_actions_destroy(&quiet);
	free(arguments[0]);
	free(arguments[2]);
	return status == 0;
}

void
bench_node_start(struct bench_node *node)
{
	double until = bench_seconds() + 20;

	node->pid = spawn((char *[]) { xasprintf("%s", node->binary), "-c",
	    xasprintf("%s", node->conf), NULL });
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
	    sscanf(at,
		") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
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
