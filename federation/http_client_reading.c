/* SPDX-License-Identifier: ISC */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/text.h"
#include "federation/http_client_reading.h"

enum {
	HEAD_MAX = 64 * 1024, /* bytes of an answer's head */
	FIELD_MAX = 4096,     /* bytes of a header field that we look at */
};

/*
 * What is not wanted is not waited for either: over HTTP/2 the rest would
 * come before the next answer.
 */
static size_t
end_too_large(struct http_client_reading *reading)
{
	reading->too_large = true;
	curl_easy_setopt(reading->easy, CURLOPT_FORBID_REUSE, 1L);
	return 0;
}

static size_t
on_body(char *data, size_t size, size_t count, void *arg)
{
	struct http_client_reading *reading = arg;
	size_t len = size * count;

	/* Counted after decompression: a bomb stops here. */
	if (len > reading->answer_max - reading->body.len)
		return end_too_large(reading);
	buf_add(&reading->body, data, len);
	return len;
}

static void
take_field(char **field, const char *value, size_t len)
{
	if (len > FIELD_MAX || *field != NULL)
		return;
	/* It is told to people: no control characters (RFC 9110 5.5). */
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)value[i] < ' ' || value[i] == 0x7f)
			return;
	}
	*field = xstrndup(value, len);
}

static bool
field_is(const char *line, size_t name_len, const char *name)
{
	return strlen(name) == name_len &&
	       strncasecmp(line, name, name_len) == 0;
}

static void
forget_fields(struct http_client_reading *reading)
{
	free(reading->content_type);
	free(reading->location);
	free(reading->retry_after);
	reading->content_type = NULL;
	reading->location = NULL;
	reading->retry_after = NULL;
	reading->accept_signature = false;
}

static void
read_field(struct http_client_reading *reading, const char *line,
    size_t name_len, const char *value, size_t len)
{
	if (field_is(line, name_len, "content-type"))
		take_field(&reading->content_type, value, len);
	else if (field_is(line, name_len, "location"))
		take_field(&reading->location, value, len);
	else if (field_is(line, name_len, "retry-after"))
		take_field(&reading->retry_after, value, len);
	else if (field_is(line, name_len, "accept-signature"))
		reading->accept_signature = true;
}

static size_t
on_head(char *line, size_t size, size_t count, void *arg)
{
	struct http_client_reading *reading = arg;
	size_t len = size * count, end = len, start;
	const char *colon;

	reading->head_bytes += len;
	if (reading->head_bytes > HEAD_MAX)
		return end_too_large(reading);
	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		forget_fields(reading); /* of an interim answer */
		return len;
	}
	colon = memchr(line, ':', len);
	if (colon == NULL)
		return len;
	start = (size_t)(colon - line) + 1;
	while (start < end && (line[start] == ' ' || line[start] == '\t'))
		start++;
	while (end > start && strchr(" \t\r\n", line[end - 1]) != NULL)
		end--;
	read_field(
	    reading, line, (size_t)(colon - line), line + start, end - start);
	return len;
}

void
http_client_reading_start(
    struct http_client_reading *reading, void *easy, size_t answer_max)
{
	*reading = (struct http_client_reading){ .easy = easy,
		.answer_max = answer_max };
	buf_init(&reading->body, answer_max);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, reading);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, reading);
}

void
http_client_reading_done(struct http_client_reading *reading)
{
	forget_fields(reading);
	buf_done(&reading->body);
}
