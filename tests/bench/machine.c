/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench.h"

double
bench_seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void
bench_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	exit(1);
}

static double
cpu_seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
time_key(enum key_kind kind, int rounds, double *ret_sign, double *ret_verify)
{
	struct arena *arena = arena_new();
	char message[256];
	struct key *key;
	uint8_t *sig;
	size_t len;
	double at;

	memset(message, 'x', sizeof(message));
	if (key_generate(kind, &key) < 0)
		bench_die("cannot make a key");
	at = cpu_seconds();
	for (int i = 0; i < rounds; i++) {
		arena_reset(arena);
		if (key_sign(key, message, sizeof(message), arena, &sig, &len) <
		    0)
			bench_die("cannot sign");
	}
	*ret_sign = (cpu_seconds() - at) / rounds * 1e6;
	at = cpu_seconds();
	for (int i = 0; i < rounds; i++) {
		if (key_verify(key, message, sizeof(message), sig, len) != 0)
			bench_die("cannot verify");
	}
	*ret_verify = (cpu_seconds() - at) / rounds * 1e6;
	key_free(&key);
	arena_free(&arena);
}

static double
time_sha256(void)
{
	enum { ROUNDS = 50000 };
	char data[2048] = { 1 };
	uint8_t hash[SHA256_SIZE];
	double at = cpu_seconds();

	for (int i = 0; i < ROUNDS; i++)
		crypto_sha256(data, sizeof(data), hash);
	return (cpu_seconds() - at) / ROUNDS * 1e6;
}

/* One append of 4 KiB made durable, as a commit does. */
static double
time_fsync(const char *folder)
{
	enum { ROUNDS = 300 };
	char path[4096], data[4096] = { 0 };
	double at;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/fsync", folder);
	fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		bench_die("cannot write %s", path);
	at = bench_seconds();
	for (int i = 0; i < ROUNDS; i++) {
		if (write(fd, data, sizeof(data)) != sizeof(data) ||
		    fdatasync(fd) < 0)
			bench_die("cannot write %s", path);
	}
	at = (bench_seconds() - at) / ROUNDS * 1e6;
	(void)close(fd);
	(void)unlink(path);
	return at;
}

void
bench_machine(const char *folder, struct bench_machine *ret)
{
	time_key(KEY_RSA, 1000, &ret->rsa_sign_us, &ret->rsa_verify_us);
	time_key(
	    KEY_ED25519, 4000, &ret->ed25519_sign_us, &ret->ed25519_verify_us);
	ret->sha256_2k_us = time_sha256();
	ret->fsync_us = time_fsync(folder);
}
