/* SPDX-License-Identifier: ISC */
/*
 * command.h: what the handlers of the control socket's commands are given.
 *
 * A handler runs on the main thread, reads with request->db, and answers once
 * with command_answer() or command_refuse(), now or later.  It never waits:
 * what changes something is a job for the writer (command_write()), and what
 * comes from elsewhere is wanted from the courier (command_want()).
 *
 * Memory: request->arena lives until the request was answered and its jobs
 *         and wants are done; a job's arena until the job is done.
 */
#ifndef DAEMON_COMMAND_H
#define DAEMON_COMMAND_H

#include "daemon/commands.h"
#include "daemon/control.h"
#include "federation/courier.h"
#include "federation/publish.h"

struct command_request {
	struct arena *arena;
	const struct command *command;
	const char *arguments[COMMAND_ARGUMENTS_MAX];
	size_t argument_count;
	json_t *options;   /* an object, checked against the table */
	const char *input; /* a NUL follows; NULL when none was sent */
	size_t input_len;

	const struct node *node;
	const struct settings *settings;
	struct db *db;
	const struct control_hooks *hooks;
	int64_t started_at; /* of the node */
	bool stopping;      /* the node is: nothing more is begun */

	/* Of control.c: */
	struct mailbox *reply;
	struct control *control;
	void *connection; /* NULL once the peer hung up */
	json_t *document;
	const struct node_snapshot *snapshot;
	size_t pending; /* jobs and wants under way */
	bool answered, stop_after;
	TAILQ_ENTRY(command_request) link;
};

/* The result (taken) with which it ends. */
void command_answer(struct command_request *request, json_t *result);
/* The same, {"message": a sentence}. */
void command_say(struct command_request *request, const char *fmt, ...)
    PRINTF_LIKE(2, 3);
void command_refuse(struct command_request *request, enum command_code code,
    const char *fmt, ...) PRINTF_LIKE(3, 4);
/* With a list (taken) of {"where", "error"}. */
void command_refuse_details(struct command_request *request,
    enum command_code code, const char *sentence, json_t *details);
/* For -Exxx of the store; sentence may be empty. */
void command_refuse_errno(
    struct command_request *request, int error, const char *sentence);
void command_progress(struct command_request *request, const char *fmt, ...)
    PRINTF_LIKE(2, 3);

/* Options: NULL or false when not given. */
const char *command_text(
    const struct command_request *request, const char *name);
bool command_flag(const struct command_request *request, const char *name);
bool command_given(const struct command_request *request, const char *name);
const json_t *command_list(
    const struct command_request *request, const char *name);
int64_t command_integer(
    const struct command_request *request, const char *name, int64_t otherwise);
/* --limit within its bounds. */
size_t command_limit(const struct command_request *request);

/* A piece of work for the writer. */
struct command_job {
	struct writer_job job;
	struct command_request *request;
	struct publish publish; /* ready in work(), with an arena of its own */
	struct arena *arena;
	const struct node_snapshot *snapshot;
	/* Writer thread; a sentence for -Exxx goes to publish.error, and the
	 * answer to answer. */
	int (*work)(struct command_job *job);
	/* Main thread, NULL: answers with what work() left. */
	void (*done)(struct command_job *job);
	void *arg;
	json_t *answer;
};
void command_write(struct command_request *request,
    int (*work)(struct command_job *job), void (*done)(struct command_job *job),
    void *arg);
/* In work(): an error with its sentence; returns it. */
int command_job_refuse(struct command_job *job, int error, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* Something from elsewhere. */
struct command_wanted {
	struct courier_want want; /* uri lives in the request's arena */
	struct command_request *request;
	void (*done)(struct command_wanted *wanted);
	void *arg;
};
void command_want(struct command_request *request, enum want_kind kind,
    const char *uri, void (*done)(struct command_wanted *wanted), void *arg);
/* The same, asked although it is known. */
void command_want_anew(struct command_request *request, enum want_kind kind,
    const char *uri, void (*done)(struct command_wanted *wanted), void *arg);

/*
 * One of ours by username (with or without @) or id; the living ones only.
 * -ENOENT.
 */
int command_find_local(struct db *db, struct arena *arena,
    const struct node *node, const char *name, struct actor *ret) MUST_CHECK;
/* Refuses with "there is no ... named" for -ENOENT, or as the store failed. */
void command_refuse_actor(struct command_request *request, int error,
    const char *what, const char *name);

/* "@name@host" of any actor. */
const char *command_address(
    struct arena *arena, const struct node *node, const struct actor *actor);
/* Sets a key to a text or a time, to null for NULL or 0. */
void command_set_text(json_t *object, const char *key, const char *value);
void command_set_time(json_t *object, const char *key, int64_t at);
/* {"items": items (taken), "next": cursor or null}. */
json_t *command_items(json_t *items, json_t *next);

/* The handlers of daemon/tbl/commands.h. */
#define COMMAND(name, handler, ...) \
	void handler(struct command_request *request);
#define LOCAL_COMMAND(...)
#define OPTION(...)
#include "daemon/tbl/commands.h"
#undef COMMAND
#undef LOCAL_COMMAND
#undef OPTION

/* Of control.c, for command.c: one line to the peer; last ends the request. */
void control_send(
    struct command_request *request, const json_t *line, bool last);
/* Frees the request when it was answered and nothing is under way. */
void control_settle(struct command_request *request);

#endif
