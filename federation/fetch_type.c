/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "federation/fetch.h"

static const char *
skip_space(const char *s)
{
	return s + strspn(s, " \t");
}

/* Whether the blank-separated words of a profile parameter name AS2. */
static bool
profile_is_as2(const char *profile, size_t len)
{
	static const char as2[] = "https://www.w3.org/ns/activitystreams";

	while (len > 0) {
		size_t word = 0;

		while (word < len && profile[word] != ' ')
			word++;
		if (word == sizeof(as2) - 1 && memcmp(profile, as2, word) == 0)
			return true;
		profile += MIN(word + 1, len);
		len -= MIN(word + 1, len);
	}
	return false;
}

static bool
has_as2_profile(const char *parameters)
{
	const char *s = parameters;

	while ((s = strchr(s, ';')) != NULL) {
		const char *value;

		s = skip_space(s + 1);
		if (strncasecmp(s, "profile=", 8) != 0)
			continue;
		value = s + 8;
		if (*value == '"') {
			value++;
			return profile_is_as2(value, strcspn(value, "\""));
		}
		return profile_is_as2(value, strcspn(value, "; \t"));
	}
	return false;
}

bool
fetch_type_fits(enum fetch_format format, const char *content_type)
{
	const char *s;
	size_t len;

	if (content_type == NULL)
		return false;
	s = skip_space(content_type);
	len = strcspn(s, "; \t");
#define IS(type) (len == sizeof(type) - 1 && strncasecmp(s, type, len) == 0)
	switch (format) {
	case FETCH_OBJECT:
	case FETCH_COLLECTION:
		return IS("application/activity+json") ||
		       (IS("application/ld+json") && has_as2_profile(s + len));
	case FETCH_JRD:
		return IS("application/jrd+json") || IS("application/json");
	case FETCH_JSON:
		return IS("application/json");
	}
#undef IS
	return false;
}
