/* SPDX-License-Identifier: ISC */
#include "daemon/ctl_client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_BYTES = 512 * 1024 * 1024 };

static int refuse(char *error, const char *fmt, ...) PRINTF_LIKE(2, 3);

static int
refuse(char *error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(error, CTL_CLIENT_ERROR_SIZE, fmt, ap);
	va_end(ap);
	return -ECONNREFUSED;
}

static int
refuse_connect(char *error, const char *path, int reason)
{
	char text[128];

	if (reason == ENOENT || reason == ECONNREFUSED)
		return refuse(error,
		    "no node answers on %s; is parvisd running, and is this "
		    "its control socket (node.control)?",
		    path);
	if (reason == EACCES)
		return refuse(error,
		    "the control socket %s may not be used by this user", path);
	return refuse(
	    error, "%s: %s", path, strerror_r(reason, text, sizeof(text)));
}

static int
connect_to(const char *path, char *error, int *ret)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return refuse(error, "%s: the path is too long", path);
	(void)memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return refuse_connect(error, path, errno);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) <
	    0) {
		int reason = errno;

		(void)close(fd);
		return refuse_connect(error, path, reason);
	}
	*ret = fd;
	return 0;
}

/*
 * False when the node would not read on: it may have answered already, so
 * that is no error yet.
 */
static bool
send_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

static json_t *
words_of(const char *text)
{
	json_t *words = json_array();

	while (*text != '\0') {
		size_t len = strcspn(text, " ");

		json_array_append_new(words, json_stringn(text, len));
		text += len + strspn(text + len, " ");
	}
	return words;
}

/* One line, with its end; NULL when an argument is no UTF-8. */
static char *
request_line(const struct ctl_line *line, bool has_input, size_t input_len)
{
	json_t *request = json_object(), *arguments = json_array();
	char *text, *whole = NULL;
	bool right = true;

	for (size_t i = 0; i < line->argument_count; i++)
		right = json_array_append_new(
			    arguments, json_string(line->arguments[i])) == 0 &&
			right;
	json_object_set_new(request, "command", words_of(line->command->words));
	json_object_set_new(request, "arguments", arguments);
	json_object_set(request, "options", line->options);
	if (has_input)
		json_object_set_new(request, "input_bytes",
		    json_integer((json_int_t)input_len));
	text = json_dumps(request, JSON_COMPACT);
	if (text != NULL && right)
		whole = xasprintf("%s\n", text);
	free_ptr(&text);
	json_decref(request);
	return whole;
}

/* The last line of the answer. */
static int
read_answer(FILE *in, void (*progress)(const char *), json_t **ret, char *error)
{
	CLEANUP(free_ptr) char *line = NULL;
	size_t size = 0;
	ssize_t len;

	while ((len = getline(&line, &size, in)) > 0) {
		json_error_t wrong;
		json_t *json = len <= ANSWER_BYTES
				   ? json_loadb(line, (size_t)len, 0, &wrong)
				   : NULL;
		const char *sentence =
		    json_string_value(json_object_get(json, "progress"));

		if (json_object_get(json, "ok") != NULL) {
			*ret = json;
			return 0;
		}
		if (sentence != NULL)
			progress(sentence);
		json_decref(json);
	}
	return refuse(error,
	    "the node ended the connection without an answer; its log may say "
	    "why");
}

int
ctl_client_ask(const char *socket_path, const struct ctl_line *line,
    const char *input, size_t input_len, void (*progress)(const char *),
    json_t **ret, char error[CTL_CLIENT_ERROR_SIZE])
{
	CLEANUP(free_ptr)
	char *request = request_line(line, input != NULL, input_len);
	FILE *in;
	int fd = -1, r;

	if (request == NULL)
		return refuse(error, "an argument is no UTF-8 text");
	r = connect_to(socket_path, error, &fd);
	if (r < 0)
		return r;
	if (send_all(fd, request, strlen(request)) && input != NULL)
		(void)send_all(fd, input, input_len);
	in = fdopen(fd, "r");
	ASSERT(in != NULL);
	r = read_answer(in, progress, ret, error);
	(void)fclose(in);
	return r;
}
