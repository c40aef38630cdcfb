/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "config/base/crypto.h"
#include "config/base/text.h"
#include "federation/followers_sync.h"
#include "federation/url.h"

enum { HEADER_MAX = 8192, PARAMETERS_MAX = 16 };

void
followers_sync_digest(
    const char *const *uris, size_t count, char ret[FOLLOWERS_SYNC_DIGEST_SIZE])
{
	uint8_t sum[SHA256_SIZE] = { 0 }, hash[SHA256_SIZE];

	for (size_t i = 0; i < count; i++) {
		crypto_sha256(uris[i], strlen(uris[i]), hash);
		for (size_t k = 0; k < SHA256_SIZE; k++)
			sum[k] ^= hash[k];
	}
	text_hex(sum, sizeof(sum), ret);
}

void
followers_sync_partial(struct arena *arena, const char *const *uris,
    size_t count, const char *origin, const char ***ret, size_t *ret_count)
{
	const char **kept = arena_alloc(arena, (count + 1) * sizeof(*kept));
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (url_same_origin(uris[i], origin))
			kept[n++] = uris[i];
	}
	*ret = kept;
	*ret_count = n;
}

char *
followers_sync_header(struct arena *arena, const char *actor_uri,
    const char *followers, const char *digest)
{
	return arena_printf(arena,
	    "collectionId=\"%s\", url=\"%s/followers_synchronization\", "
	    "digest=\"%s\"",
	    followers, actor_uri, digest);
}

static const char *
skip_space(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

/* name="value" at *s, which moves behind it; values have no escapes. */
static int
take_parameter(struct arena *arena, const char **s, const char **ret_name,
    const char **ret_value)
{
	const char *name = skip_space(*s), *end = name, *value;

	while (isalnum((unsigned char)*end))
		end++;
	if (end == name || end[0] != '=' || end[1] != '"')
		return -EINVAL;
	value = end + 2;
	*s = strchr(value, '"');
	if (*s == NULL)
		return -EINVAL;
	*ret_name = arena_strndup(arena, name, (size_t)(end - name));
	*ret_value = arena_strndup(arena, value, (size_t)(*s - value));
	*s = skip_space(*s + 1);
	return 0;
}

static bool
is_digest(const char *s)
{
	return s != NULL && strlen(s) == 64 &&
	       strspn(s, "0123456789abcdefABCDEF") == 64;
}

static int
take_all(struct arena *arena, const char *s, const char **ret_collection,
    struct followers_sync *ret)
{
	const char *name, *value;

	for (size_t i = 0; i < PARAMETERS_MAX; i++) {
		if (take_parameter(arena, &s, &name, &value) != 0)
			return -EINVAL;
		if (strcmp(name, "collectionId") == 0)
			*ret_collection = value;
		else if (strcmp(name, "url") == 0)
			ret->url = value;
		else if (strcmp(name, "digest") == 0)
			ret->digest = value;
		if (*s == '\0')
			return 0;
		if (*s++ != ',')
			return -EINVAL;
	}
	return -EINVAL;
}

int
followers_sync_parse(struct arena *arena, const char *header,
    const char *followers, struct followers_sync *ret)
{
	struct followers_sync found = { 0 };
	const char *collection = NULL;
	char *digest;

	if (strnlen(header, HEADER_MAX + 1) > HEADER_MAX)
		return -EINVAL;
	if (take_all(arena, header, &collection, &found) != 0)
		return -EINVAL;
	if (collection == NULL || found.url == NULL || !is_digest(found.digest))
		return -EINVAL;
	if (followers == NULL || strcmp(collection, followers) != 0 ||
	    !url_same_origin(found.url, followers))
		return -EINVAL;
	digest = arena_strdup(arena, found.digest);
	text_lower(digest);
	found.digest = digest;
	*ret = found;
	return 0;
}
