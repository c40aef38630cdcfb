/* SPDX-License-Identifier: ISC */
/*
 * The socket and its connections.  A connection reads one request and then
 * only watches whether the peer is still there; the request outlives it when
 * the peer hangs up, since what it asked for may be with the writer.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "daemon/command.h"
#include "daemon/control_socket.h"

enum {
	CONTROL_CLIENTS = 64,
	CONTROL_SECONDS = 30,    /* between two pieces of a request */
	CONTROL_STOP_MS = 20000, /* for answers that are due at the end */
};

struct client {
	TAILQ_ENTRY(client) link;
	struct control *control;
	struct bufferevent *stream;
	struct command_request *request; /* NULL until its line was read */
	bool closing;                    /* once all is written */
	bool stop_after;
};

struct control {
	struct control_setup setup;
	char *path;
	struct evconnlistener *listener; /* NULL once closed */
	struct mailbox *mailbox;
	struct event *mailbox_event;
	int64_t started_at;
	size_t client_count;
	TAILQ_HEAD(, client) clients;
	TAILQ_HEAD(, command_request) requests;
};

typedef void handler_fn(struct command_request *request);

static handler_fn *const handlers[COMMAND_ID_COUNT] = {
#define COMMAND(name, handler, ...) [COMMAND_ID_##name] = handler,
#define LOCAL_COMMAND(...)
#define OPTION(...)
#include "daemon/tbl/commands.h"
#undef COMMAND
#undef LOCAL_COMMAND
#undef OPTION
};

static void
client_free(struct client *client)
{
	struct control *control = client->control;

	if (client->request != NULL)
		client->request->connection = NULL;
	TAILQ_REMOVE(&control->clients, client, link);
	control->client_count--;
	bufferevent_free(client->stream);
	free_ptr(&client);
}

static void
client_send(struct client *client, const json_t *line, bool last)
{
	struct evbuffer *out = bufferevent_get_output(client->stream);
	char *text = json_dumps(line, JSON_COMPACT);

	ASSERT(text != NULL);
	client->closing = client->closing || last;
	/* The write callback, which may end the connection, runs later. */
	(void)evbuffer_add(out, text, strlen(text));
	(void)evbuffer_add(out, "\n", 1);
	free_ptr(&text);
}

/* For a peer whose request was not taken. */
static void
client_refuse(
    struct client *client, enum command_code code, const char *sentence)
{
	json_t *line = json_pack("{s:b, s:s, s:s}", "ok", 0, "error", sentence,
	    "code", commands_code_word(code));

	/* The peer's own words may be in it, and cut. */
	if (line == NULL)
		line = json_pack("{s:b, s:s, s:s}", "ok", 0, "error",
		    "the request was refused", "code",
		    commands_code_word(code));
	bufferevent_disable(client->stream, EV_READ);
	client_send(client, line, true);
	json_decref(line);
}

void
control_send(struct command_request *request, const json_t *line, bool last)
{
	struct client *client = request->connection;

	request->answered = request->answered || last;
	if (client == NULL) {
		if (last && request->stop_after)
			request->hooks->stop(request->hooks->arg);
		return;
	}
	client->stop_after = request->stop_after;
	client_send(client, line, last);
}

void
control_settle(struct command_request *request)
{
	struct client *client = request->connection;

	if (!request->answered || request->pending > 0)
		return;
	if (client != NULL)
		client->request = NULL;
	TAILQ_REMOVE(&request->control->requests, request, link);
	json_decref(request->document);
	node_release(&request->snapshot);
	arena_free(&request->arena);
	free_ptr(&request);
}

/* The request's line as far as it can be told without its command. */
static int
read_words(struct command_request *request, const char *key, const char **words,
    size_t max, size_t *ret_count)
{
	const json_t *list = json_object_get(request->document, key);
	size_t count = json_array_size(list);

	if (count > max || (list != NULL && !json_is_array(list)))
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		words[i] = json_string_value(json_array_get(list, i));
		if (words[i] == NULL)
			return -EINVAL;
	}
	*ret_count = count;
	return 0;
}

/* NULL, or what is wrong with the request, in the request's arena. */
static const char *
read_command(struct command_request *request)
{
	const char *words[COMMAND_WORDS_MAX];
	size_t count, used = 0;
	char error[COMMAND_ERROR_SIZE];

	if (read_words(request, "command", words, N_ELEMENTS(words), &count) <
		0 ||
	    read_words(request, "arguments", request->arguments,
		COMMAND_ARGUMENTS_MAX, &request->argument_count) < 0)
		return "command and arguments must be short lists of words";
	request->command = commands_find(words, count, &used);
	if (request->command == NULL || used != count ||
	    handlers[request->command->id] == NULL)
		return "there is no such command";
	request->options = json_object_get(request->document, "options");
	if (request->options == NULL) {
		request->options = json_object();
		json_object_set_new(
		    request->document, "options", request->options);
	}
	if (!json_is_object(request->options))
		return "options must be an object";
	if (commands_check(request->command, request->argument_count,
		request->options, error) < 0)
		return arena_strdup(request->arena, error);
	return NULL;
}

static struct command_request *
request_new(struct client *client, json_t *document)
{
	struct control *control = client->control;
	struct command_request *request = xcalloc(1, sizeof(*request));

	request->arena = arena_new();
	request->document = document;
	request->node = control->setup.node;
	request->snapshot = node_snapshot(request->node);
	request->settings = request->snapshot->settings;
	request->db = control->setup.reader;
	request->hooks = &control->setup.hooks;
	request->started_at = control->started_at;
	request->reply = control->mailbox;
	request->control = control;
	request->connection = client;
	client->request = request;
	TAILQ_INSERT_TAIL(&control->requests, request, link);
	return request;
}

static void
request_run(struct command_request *request)
{
	bool reading = store_begin_read(request->db) == 0;

	log_debug("control command=\"%s\"", request->command->words);
	/* Keeps the request until its handler returned. */
	request->pending++;
	handlers[request->command->id](request);
	if (reading)
		store_end_read(request->db);
	request->pending--;
	control_settle(request);
}

/* Takes the file that follows the line, once all of it is there. */
static void
take_input(struct client *client, struct evbuffer *in)
{
	struct command_request *request = client->request;
	char *input;

	if (evbuffer_get_length(in) < request->input_len)
		return;
	input = arena_alloc(request->arena, request->input_len + 1);
	(void)evbuffer_remove(in, input, request->input_len);
	request->input = input;
	bufferevent_set_timeouts(
	    client->stream, NULL, &(struct timeval){ CONTROL_SECONDS, 0 });
	bufferevent_setwatermark(client->stream, EV_READ, 0, 4096);
	request_run(request);
}

static void
refuse_request(struct client *client, const char *sentence)
{
	struct command_request *request = client->request;

	client_refuse(client, CODE_INVALID, sentence);
	if (request == NULL)
		return;
	request->answered = true;
	control_settle(request);
}

/* The line is whole: checks it, and waits for its file if there is one. */
static void
take_line(struct client *client, const char *line, size_t len)
{
	struct evbuffer *in = bufferevent_get_input(client->stream);
	struct command_request *request;
	json_t *document = NULL;
	const json_t *bytes;
	char error[JSON_ERROR_SIZE];
	const char *wrong;

	if (json_read(line, len, &document, error) < 0) {
		refuse_request(client, error);
		return;
	}
	request = request_new(client, document);
	wrong = read_command(request);
	bytes = json_object_get(document, "input_bytes");
	if (wrong == NULL && bytes != NULL &&
	    (!json_is_integer(bytes) || json_integer_value(bytes) < 0 ||
		json_integer_value(bytes) > COMMAND_INPUT_BYTES))
		wrong = "the file is larger than 64 MiB";
	if (wrong == NULL &&
	    (bytes != NULL) != ((request->command->flags & COMMAND_INPUT) != 0))
		wrong = bytes != NULL ? "this command takes no file"
				      : "this command takes a file";
	if (wrong != NULL) {
		refuse_request(client, wrong);
		return;
	}
	if (bytes == NULL) {
		bufferevent_set_timeouts(client->stream, NULL,
		    &(struct timeval){ CONTROL_SECONDS, 0 });
		bufferevent_setwatermark(client->stream, EV_READ, 0, 4096);
		request_run(request);
		return;
	}
	request->input_len = (size_t)json_integer_value(bytes);
	bufferevent_setwatermark(
	    client->stream, EV_READ, request->input_len, 0);
	take_input(client, in);
}

static void
on_read(struct bufferevent *stream, void *arg)
{
	struct client *client = arg;
	struct evbuffer *in = bufferevent_get_input(stream);
	char *line;
	size_t len;

	if (client->request != NULL && client->request->input == NULL &&
	    client->request->input_len > 0) {
		take_input(client, in);
		return;
	}
	if (client->request != NULL || client->closing) {
		(void)evbuffer_drain(in, evbuffer_get_length(in));
		return;
	}
	line = evbuffer_readln(in, &len, EVBUFFER_EOL_LF);
	if (line != NULL)
		take_line(client, line, len);
	else if (evbuffer_get_length(in) > COMMAND_REQUEST_BYTES)
		refuse_request(client, "the request is too long");
	free_ptr(&line);
}

/* All was written. */
static void
on_written(struct bufferevent *stream, void *arg)
{
	struct client *client = arg;
	struct control *control = client->control;
	bool stop = client->stop_after;

	(void)stream;
	if (!client->closing)
		return;
	client_free(client);
	if (stop)
		control->setup.hooks.stop(control->setup.hooks.arg);
}

static void
on_event(struct bufferevent *stream, short what, void *arg)
{
	struct client *client = arg;
	struct control *control = client->control;
	struct command_request *request = client->request;
	bool unread =
	    request != NULL && request->input == NULL && request->input_len > 0;
	bool stop;

	(void)stream;
	if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT)) == 0)
		return;
	stop = client->stop_after;
	client_free(client);
	/* Its file never came whole: nothing was begun. */
	if (unread) {
		request->answered = true;
		control_settle(request);
	}
	if (stop)
		control->setup.hooks.stop(control->setup.hooks.arg);
}

static const char busy[] =
    "{\"ok\":false,\"error\":\"too many commands are under way; try again\","
    "\"code\":\"busy\"}\n";

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *address, int len, void *arg)
{
	struct control *control = arg;
	struct client *client;
	struct timeval patience = { CONTROL_SECONDS, 0 };
	bool allowed = control_socket_allows(control->setup.node, fd);

	(void)listener;
	(void)address;
	(void)len;
	if (control->client_count >= CONTROL_CLIENTS) {
		/* There is room for that in a socket that was just made. */
		(void)send(
		    fd, busy, sizeof(busy) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
		(void)close(fd);
		return;
	}
	client = xcalloc(1, sizeof(*client));
	client->control = control;
	client->stream = bufferevent_socket_new(
	    control->setup.base, fd, BEV_OPT_CLOSE_ON_FREE);
	ASSERT(client->stream != NULL);
	TAILQ_INSERT_TAIL(&control->clients, client, link);
	control->client_count++;
	bufferevent_setcb(
	    client->stream, on_read, on_written, on_event, client);
	bufferevent_set_timeouts(client->stream, &patience, &patience);
	if (!allowed) {
		client_refuse(client, CODE_DENIED,
		    "only root, the node's own user and those of "
		    "node.control_users may use this socket");
		return;
	}
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
}

static void
on_mail(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;

	(void)fd;
	(void)what;
	(void)mailbox_drain(control->mailbox);
}

int
control_start(const struct control_setup *setup, struct control **ret)
{
	const struct node_snapshot *snapshot = node_snapshot(setup->node);
	struct control *control = xcalloc(1, sizeof(*control));
	int fd = -1, r;

	control->setup = *setup;
	control->path = xstrdup(snapshot->settings->node_control);
	node_release(&snapshot);
	r = control_socket_listen(control->path, &fd);
	if (r < 0) {
		free_ptr(&control->path);
		free_ptr(&control);
		return r;
	}
	TAILQ_INIT(&control->clients);
	TAILQ_INIT(&control->requests);
	control->started_at = clock_now();
	control->mailbox = mailbox_new();
	control->mailbox_event =
	    event_new(setup->base, mailbox_fd(control->mailbox),
		EV_READ | EV_PERSIST, on_mail, control);
	control->listener = evconnlistener_new(setup->base, on_accept, control,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	ASSERT(control->mailbox_event != NULL && control->listener != NULL);
	(void)event_add(control->mailbox_event, NULL);
	*ret = control;
	return 0;
}

void
control_close(struct control *control)
{
	struct command_request *request;
	struct client *client;

	if (control->listener == NULL)
		return;
	TAILQ_FOREACH(request, &control->requests, link)
		request->stopping = true;
	evconnlistener_free(control->listener);
	control->listener = NULL;
	(void)unlink(control->path);
	while ((client = TAILQ_FIRST(&control->clients)) != NULL) {
		bool unread;

		request = client->request;
		unread = request != NULL && request->input == NULL &&
			 request->input_len > 0;
		client_free(client);
		if (unread) {
			request->answered = true;
			control_settle(request);
		}
	}
}

void
control_stop(struct control **control)
{
	struct control *c = *control;
	int64_t end = clock_monotonic_ms() + CONTROL_STOP_MS;

	if (c == NULL)
		return;
	*control = NULL;
	control_close(c);
	(void)mailbox_drain(c->mailbox);
	while (!TAILQ_EMPTY(&c->requests) && clock_monotonic_ms() < end) {
		mailbox_wait(c->mailbox, 100);
		(void)mailbox_drain(c->mailbox);
	}
	event_free(c->mailbox_event);
	if (!TAILQ_EMPTY(&c->requests)) {
		/* Someone still has a message of ours: it cannot be freed. */
		log_warning("control: commands under way were abandoned");
		return;
	}
	mailbox_free(&c->mailbox);
	free_ptr(&c->path);
	free_ptr(&c);
}
