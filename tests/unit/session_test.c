/* SPDX-License-Identifier: ISC */
/*
 * Secrets of cookies and links, where one goes on to, and passwords.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/hasher.h"
#include "daemon/session.h"

static void
secret_has_the_hash_of_its_own_text(void **state)
{
	char token[SESSION_TOKEN_SIZE], other[SESSION_TOKEN_SIZE];
	uint8_t hash[SHA256_SIZE], again[SHA256_SIZE];

	(void)state;
	session_secret(token, hash);
	session_secret(other, again);
	assert_string_not_equal(token, other);
	assert_true(session_hash(token, again));
	assert_memory_equal(hash, again, sizeof(hash));
}

static void
what_has_not_the_form_of_a_secret_is_none(void **state)
{
	static const char *const bad[] = { "", "00", "xyz",
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCD"
		"EF",
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd"
		"e",
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd"
		"ef0" };
	uint8_t hash[SHA256_SIZE];

	(void)state;
	assert_false(session_hash(NULL, hash));
	for (size_t i = 0; i < N_ELEMENTS(bad); i++)
		assert_false(session_hash(bad[i], hash));
}

static void
one_goes_on_to_a_path_of_this_node_alone(void **state)
{
	static const char *const bad[] = { "", "home", "https://a.example/",
		"//a.example/", "/\\a.example/", "/a\r\nSet-Cookie: x=1",
		"/a b", "/é" };

	(void)state;
	assert_string_equal(session_next(NULL), "/home");
	assert_string_equal(session_next("/search?q=a%20b"), "/search?q=a%20b");
	for (size_t i = 0; i < N_ELEMENTS(bad); i++)
		assert_string_equal(session_next(bad[i]), "/home");
}

/* --- Passwords --- */

static void
on_done(struct hasher_job *job)
{
	job->done = NULL;
}

static void
set_hash(struct hasher_job *job, const char *hash)
{
	(void)snprintf(job->hash, sizeof(job->hash), "%s", hash);
}

static void
submit(struct hasher *hasher, struct hasher_job *job, const char *password)
{
	(void)snprintf(job->password, sizeof(job->password), "%s", password);
	job->done = on_done;
	assert_int_equal(hasher_submit(hasher, job), 0);
	while (job->done != NULL) {
		mailbox_wait(job->reply, -1);
		(void)mailbox_drain(job->reply);
	}
	/* It does not stay in memory. */
	for (size_t i = 0; i < sizeof(job->password); i++)
		assert_int_equal(job->password[i], 0);
}

static void
password_matches_its_hash_and_no_other_does(void **state)
{
	struct hasher *hasher = hasher_start();
	struct mailbox *mailbox = mailbox_new();
	struct hasher_job job = { .reply = mailbox }, other = job;

	(void)state;
	submit(hasher, &job, "une phrase à moi");
	assert_int_equal(job.result, 0);
	assert_int_equal(strncmp(job.hash, "$y$", 3), 0);
	submit(hasher, &other, "une phrase à moi");
	assert_string_not_equal(job.hash, other.hash); /* each has its salt */
	submit(hasher, &job, "une phrase à moi");
	assert_true(job.matches);
	submit(hasher, &job, "une phrase à toi");
	assert_false(job.matches);
	submit(hasher, &job, "");
	assert_false(job.matches);
	hasher_stop(&hasher);
	mailbox_free(&mailbox);
}

static void
nobody_has_a_hash_of_the_same_cost_and_no_password(void **state)
{
	struct hasher *hasher = hasher_start();
	struct mailbox *mailbox = mailbox_new();
	struct hasher_job job = { .reply = mailbox };

	(void)state;
	assert_int_equal(strncmp(hasher_nobody(hasher), "$y$", 3), 0);
	set_hash(&job, hasher_nobody(hasher));
	submit(hasher, &job, "");
	assert_false(job.matches);
	set_hash(&job, "*");
	submit(hasher, &job, "quoi que ce soit");
	assert_false(job.matches);
	hasher_stop(&hasher);
	mailbox_free(&mailbox);
}

static void
what_waits_is_bounded(void **state)
{
	struct hasher *hasher = hasher_start();
	struct mailbox *mailbox = mailbox_new();
	struct hasher_job *jobs = xcalloc(HASHER_WAITING + 8, sizeof(*jobs));
	size_t taken = 0, refused = 0;

	(void)state;
	for (size_t i = 0; i < HASHER_WAITING + 8; i++) {
		jobs[i].reply = mailbox;
		jobs[i].done = on_done;
		set_hash(&jobs[i], hasher_nobody(hasher));
		if (hasher_submit(hasher, &jobs[i]) == 0)
			taken++;
		else
			refused++;
	}
	assert_true(taken >= HASHER_WAITING);
	assert_true(refused > 0);
	hasher_stop(&hasher); /* what waits is done first */
	assert_int_equal(mailbox_drain(mailbox), taken);
	mailbox_free(&mailbox);
	free(jobs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secret_has_the_hash_of_its_own_text),
		cmocka_unit_test(what_has_not_the_form_of_a_secret_is_none),
		cmocka_unit_test(one_goes_on_to_a_path_of_this_node_alone),
		cmocka_unit_test(password_matches_its_hash_and_no_other_does),
		cmocka_unit_test(
		    nobody_has_a_hash_of_the_same_cost_and_no_password),
		cmocka_unit_test(what_waits_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
