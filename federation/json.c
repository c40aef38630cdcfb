/* SPDX-License-Identifier: ISC */
#include "federation/json.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"

/*
 * Depth and number of values, before memory is spent on them.  Whether the
 * brackets match is the parser's affair.
 */
static const char *
check_bounds(const char *text, size_t len)
{
	size_t depth = 0, values = 1;
	bool in_string = false;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			values++;
			if (++depth > JSON_DEPTH_MAX)
				return "the document is nested too deep";
		} else if (c == '}' || c == ']') {
			depth -= depth > 0;
		} else if (c == ',') {
			values++;
		}
	}
	return values > JSON_NODES_MAX ? "the document has too many values"
				       : NULL;
}

static bool
is_alias_of_type_or_id(const char *term, const char *keyword)
{
	return keyword[0] == '@' && strcmp(term, keyword + 1) == 0 &&
	       (strcmp(keyword, "@id") == 0 || strcmp(keyword, "@type") == 0);
}

static bool has_alias(json_t *context);

/* A term of a context that makes another word of a JSON-LD keyword. */
static bool
is_alias(const char *term, const json_t *definition)
{
	const char *meaning = json_string_value(definition);

	if (term[0] == '@')
		return false;
	if (json_is_object(definition)) {
		if (json_object_get(definition, "@reverse") != NULL ||
		    has_alias(json_object_get(definition, "@context")))
			return true;
		meaning = json_string_value(json_object_get(definition, "@id"));
	}
	return meaning != NULL && meaning[0] == '@' &&
	       !is_alias_of_type_or_id(term, meaning);
}

/* The depth of the document bounds the recursion. */
static bool
has_alias(json_t *context)
{
	const char *term;
	json_t *value;
	size_t i;

	json_array_foreach(context, i, value)
	{
		if (has_alias(value))
			return true;
	}
	if (!json_is_object(context))
		return false;
	json_object_foreach(context, term, value)
	{
		if (is_alias(term, value))
			return true;
	}
	return false;
}

/* What plain JSON would read otherwise than JSON-LD does. */
static const char *
check_keywords(const json_t *document)
{
	if (json_object_get(document, "@graph") != NULL)
		return "documents with @graph are not read";
	if (json_object_get(document, "@included") != NULL)
		return "documents with @included are not read";
	if (json_object_get(document, "@reverse") != NULL)
		return "documents with @reverse are not read";
	if (has_alias(json_object_get(document, "@context")))
		return "the @context renames keywords of JSON-LD";
	return NULL;
}

static int
refuse(char error[JSON_ERROR_SIZE], const char *reason)
{
	(void)snprintf(error, JSON_ERROR_SIZE, "%s", reason);
	return -EINVAL;
}

/* The parser's words quote the document: whole characters, no controls. */
static int
refuse_syntax(char error[JSON_ERROR_SIZE], const json_error_t *at)
{
	size_t len;

	(void)snprintf(error, JSON_ERROR_SIZE, "not JSON: line %d: %.130s",
	    at->line, at->text);
	len = strlen(error);
	while (len > 0 && !text_utf8_valid(error, len))
		error[--len] = '\0';
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)error[i] < ' ' || error[i] == 0x7f)
			error[i] = ' ';
	}
	return -EINVAL;
}

int
json_read(
    const char *text, size_t len, json_t **ret, char error[JSON_ERROR_SIZE])
{
	json_error_t at;
	const char *reason;
	json_t *json;

	if (text == NULL || len == 0)
		return refuse(error, "the document is empty");
	if (!text_utf8_valid(text, len))
		return refuse(error, "the document is not UTF-8 text");
	reason = check_bounds(text, len);
	if (reason != NULL)
		return refuse(error, reason);
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &at);
	if (json == NULL)
		return refuse_syntax(error, &at);
	reason = json_is_object(json) ? check_keywords(json)
				      : "the document is not an object";
	if (reason != NULL) {
		json_decref(json);
		return refuse(error, reason);
	}
	*ret = json;
	return 0;
}

void
json_release(json_t **json)
{
	json_decref(*json);
	*json = NULL;
}

const char *
json_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

const char *
json_first_text(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key), *item;
	size_t i;

	json_array_foreach(value, i, item)
	{
		if (json_is_string(item))
			return json_string_value(item);
	}
	return json_string_value(value);
}

static const char *
id_of(const json_t *value)
{
	const char *id;

	if (!json_is_object(value))
		return json_string_value(value);
	id = json_text(value, "id");
	return id != NULL ? id : json_text(value, "href");
}

const char *
json_id(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return id_of(json_is_array(value) ? json_array_get(value, 0) : value);
}

json_t *
json_embedded(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (json_is_array(value))
		value = json_array_get(value, 0);
	return json_is_object(value) ? value : NULL;
}

bool
json_flag(const json_t *object, const char *key, bool otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

size_t
json_ids(const json_t *object, const char *key, const char **ret, size_t max)
{
	json_t *value = json_object_get(object, key), *item;
	size_t i, count = 0;
	const char *id;

	if (!json_is_array(value)) {
		id = id_of(value);
		if (id != NULL && max > 0)
			ret[count++] = id;
		return count;
	}
	json_array_foreach(value, i, item)
	{
		id = id_of(item);
		if (id != NULL && count < max)
			ret[count++] = id;
	}
	return count;
}

bool
json_is_type(const json_t *object, const char *type)
{
	json_t *value = json_object_get(object, "type"), *item;
	size_t i;

	if (json_is_string(value))
		return strcmp(json_string_value(value), type) == 0;
	json_array_foreach(value, i, item)
	{
		if (json_is_string(item) &&
		    strcmp(json_string_value(item), type) == 0)
			return true;
	}
	return false;
}

int64_t
json_time(const json_t *object, const char *key)
{
	const char *text = json_text(object, key);
	int64_t t;

	if (text == NULL || clock_rfc3339_parse(text, &t) < 0)
		return 0;
	return t;
}

/*
 * Whether fifteen digits are enough for every number: then 48.53201 is
 * written so, and not as 48.532009999999999.
 */
static bool
is_short(json_t *json)
{
	char digits[40];
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_real(json)) {
		(void)snprintf(
		    digits, sizeof(digits), "%.15g", json_real_value(json));
		return strtod(digits, NULL) == json_real_value(json);
	}
	json_array_foreach(json, i, value)
	{
		if (!is_short(value))
			return false;
	}
	if (!json_is_object(json))
		return true;
	json_object_foreach(json, key, value)
	{
		if (!is_short(value))
			return false;
	}
	return true;
}

const char *
json_write(struct arena *arena, const json_t *json)
{
	/* Jansson's iterators take no const, but change nothing. */
	size_t digits = is_short((json_t *)(uintptr_t)json) ? 15 : 17;
	CLEANUP(free_ptr)
	char *text = json_dumps(
	    json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(digits));

	/* Only a cycle or a value that is not UTF-8 could fail: our own bug. */
	ASSERT(text != NULL);
	return arena_strdup(arena, text);
}
