/* SPDX-License-Identifier: ISC */
#include "daemon/target.h"

#include <errno.h>
#include <string.h>

#include "config/base/text.h"

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((uint8_t)*s < 0x20 || *s == 0x7f)
			return true;
	}
	return false;
}

/* Escapes decoded; UTF-8 without control characters, or -EINVAL. */
static int
decode(struct arena *arena, const char *s, size_t len, char **ret)
{
	char *decoded;
	int r = text_percent_decode(arena, s, len, &decoded);

	if (r != 0)
		return r;
	if (has_control(decoded) || !text_utf8_valid(decoded, strlen(decoded)))
		return -EINVAL;
	*ret = decoded;
	return 0;
}

/* Decoded segment by segment: an encoded '/' would make two of one. */
static int
parse_path(struct arena *arena, const char *s, size_t len, char **ret)
{
	char *path = arena_alloc(arena, len + 1), *end = path;
	char *segment;

	while (len > 0) {
		const char *slash = memchr(s + 1, '/', len - 1);
		size_t n = slash != NULL ? (size_t)(slash - s) : len;

		if (decode(arena, s + 1, n - 1, &segment) != 0 ||
		    strchr(segment, '/') != NULL || strcmp(segment, ".") == 0 ||
		    strcmp(segment, "..") == 0)
			return -EINVAL;
		*end++ = '/';
		memcpy(end, segment, strlen(segment));
		end += strlen(segment);
		s += n;
		len -= n;
	}
	*ret = path;
	return 0;
}

/* One side of a parameter: '+' is a space in a query. */
static int
parse_word(struct arena *arena, const char *s, size_t len, const char **ret)
{
	char *word = arena_strndup(arena, s, len), *decoded;

	for (char *plus = word; (plus = strchr(plus, '+')) != NULL;)
		*plus = ' ';
	/* Free text (a form's text area) may hold line breaks and tabs. */
	if (text_percent_decode(arena, word, len, &decoded) != 0 ||
	    !text_utf8_valid(decoded, strlen(decoded)))
		return -EINVAL;
	*ret = decoded;
	return 0;
}

static int
parse_query(struct arena *arena, const char *s, struct target *target)
{
	while (*s != '\0' && target->query_count < TARGET_QUERY_MAX) {
		struct target_parameter *parameter =
		    &target->query[target->query_count];
		size_t len = strcspn(s, "&");
		const char *equals = memchr(s, '=', len);
		size_t name_len = equals != NULL ? (size_t)(equals - s) : len;
		const char *value = equals != NULL ? equals + 1 : s + len;

		if (parse_word(arena, s, name_len, &parameter->name) != 0 ||
		    parse_word(arena, value, (size_t)(s + len - value),
			&parameter->value) != 0)
			return -EINVAL;
		if (len > 0)
			target->query_count++;
		s += len;
		s += *s == '&';
	}
	return 0;
}

int
target_parse(struct arena *arena, const char *target, struct target *ret)
{
	struct target parsed = { 0 };
	size_t path_len = strcspn(target, "?");
	char *path;

	if (target[0] != '/' || has_control(target) ||
	    strpbrk(target, " #") != NULL)
		return -EINVAL;
	if (parse_path(arena, target, path_len, &path) != 0)
		return -EINVAL;
	parsed.path = path;
	if (target[path_len] == '?' &&
	    parse_query(arena, target + path_len + 1, &parsed) != 0)
		return -EINVAL;
	*ret = parsed;
	return 0;
}

int
target_parse_form(struct arena *arena, const char *body, struct target *ret)
{
	struct target parsed = { 0 };

	if (parse_query(arena, body, &parsed) != 0)
		return -EINVAL;
	*ret = parsed;
	return 0;
}

const char *
target_query(const struct target *target, const char *name)
{
	for (size_t i = 0; i < target->query_count; i++) {
		if (strcmp(target->query[i].name, name) == 0)
			return target->query[i].value;
	}
	return NULL;
}
