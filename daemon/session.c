/* SPDX-License-Identifier: ISC */
#include "daemon/session.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"

#define NAME "__Host-parvis"

enum { TOKEN_BYTES = (SESSION_TOKEN_SIZE - 1) / 2 };

void
session_secret(char token[SESSION_TOKEN_SIZE], uint8_t hash[SHA256_SIZE])
{
	uint8_t bytes[TOKEN_BYTES];

	crypto_random(bytes, sizeof(bytes));
	text_hex(bytes, sizeof(bytes), token);
	crypto_sha256(token, SESSION_TOKEN_SIZE - 1, hash);
	explicit_bzero(bytes, sizeof(bytes));
}

bool
session_hash(const char *token, uint8_t hash[SHA256_SIZE])
{
	if (token == NULL || strlen(token) != SESSION_TOKEN_SIZE - 1 ||
	    strspn(token, "0123456789abcdef") != SESSION_TOKEN_SIZE - 1)
		return false;
	crypto_sha256(token, SESSION_TOKEN_SIZE - 1, hash);
	return true;
}

bool
session_cookie(struct http_request *request, uint8_t hash[SHA256_SIZE])
{
	const char *cookies = http_header(request, "Cookie");
	const size_t name_len = strlen(NAME "=");
	char token[SESSION_TOKEN_SIZE];

	while (cookies != NULL && cookies[0] != '\0') {
		size_t len = strcspn(cookies, ";,");

		if (strncmp(cookies, NAME "=", name_len) == 0 &&
		    len == name_len + SESSION_TOKEN_SIZE - 1) {
			memcpy(
			    token, cookies + name_len, SESSION_TOKEN_SIZE - 1);
			token[SESSION_TOKEN_SIZE - 1] = '\0';
			return session_hash(token, hash);
		}
		cookies += len;
		cookies += strspn(cookies, ";, ");
	}
	return false;
}

/* --- That it was used --- */

struct touch {
	struct writer_job job;
	struct web *web;
	uint8_t hash[SHA256_SIZE];
	int64_t now;
};

static int
work(struct writer_job *job, struct db *db)
{
	struct touch *touch = CONTAINER_OF(job, struct touch, job);

	return session_used(db, touch->hash, touch->now);
}

static void
on_done(struct writer_job *job)
{
	struct touch *touch = CONTAINER_OF(job, struct touch, job);

	touch->web->jobs--;
	free(touch);
}

static void
note_use(
    struct http_request *request, const uint8_t hash[SHA256_SIZE], int64_t now)
{
	struct touch *touch = xcalloc(1, sizeof(*touch));

	touch->web = web_of(request);
	memcpy(touch->hash, hash, sizeof(touch->hash));
	touch->now = now;
	touch->job = (struct writer_job){
		.work = work,
		.done = on_done,
		.reply = worker_mailbox(http_worker(request)),
	};
	touch->web->jobs++;
	writer_submit(touch->web->node->writer, &touch->job);
}

bool
session_of(struct http_request *request, struct account *ret)
{
	struct web *web = web_of(request);
	uint8_t hash[SHA256_SIZE];
	int64_t now = clock_now(), used_at;

	if (!session_cookie(request, hash))
		return false;
	http_mark_private(request);
	if (session_find(
		web->db, http_arena(request), hash, now, ret, &used_at) != 0)
		return false;
	if (now - used_at >= SESSION_STEP_SECONDS)
		note_use(request, hash, now);
	return true;
}

bool
session_need(struct http_request *request, struct account *ret)
{
	struct arena *arena = http_arena(request);

	if (session_of(request, ret))
		return true;
	http_mark_private(request);
	http_answer_redirect(request, 303,
	    http_method(request) == HTTP_POST
		? "/signin"
		: arena_printf(arena, "/signin?next=%s",
		      text_percent_encode(arena, http_target(request))));
	return false;
}

void
session_set_cookie(struct http_request *request, const char *token)
{
	http_mark_private(request);
	http_add_header(request, "Set-Cookie",
	    arena_printf(http_arena(request),
		NAME "=%s; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=%d",
		token != NULL ? token : "",
		token != NULL ? SESSION_IDLE_SECONDS : 0));
}

const char *
session_next(const char *next)
{
	/* "//host" and "/\\host" lead elsewhere. */
	if (next == NULL || next[0] != '/' || next[1] == '/' || next[1] == '\\')
		return "/home";
	for (const char *c = next; *c != '\0'; c++) {
		if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f)
			return "/home";
	}
	return next;
}
