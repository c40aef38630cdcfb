/* SPDX-License-Identifier: ISC */
/*
 * Addresses: the text of a parsed one parses to itself, its parts make the
 * text, and what a reference resolves to is as well formed.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "federation/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
check(struct arena *arena, const struct url *url)
{
	struct url again;

	must(strlen(url->text) <= URL_MAX);
	must(url_parse(arena, url->text, &again) == 0);
	must(strcmp(again.text, url->text) == 0);
	must(strcmp(again.origin, url->origin) == 0);
	must(again.literal == url->literal && again.port == url->port);
	must(url->path[0] == '/' && strchr(url->host, '@') == NULL);
	must(strncmp(url->text, url->origin, strlen(url->origin)) == 0);
	must(url_same_origin(url->text, url->origin));
	for (const char *p = url->text; *p != '\0'; p++)
		must(*p > ' ' && *p < 0x7f && strchr("\"<>\\", *p) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	const char *text = arena_strndup(arena, (const char *)data, size);
	const char *name, *host, *again;
	struct url url, base;

	if (url_parse(arena, text, &url) == 0)
		check(arena, &url);
	must(url_parse(arena, "https://a.example/b/c?d", &base) == 0);
	if (url_resolve(arena, &base, text, &url) == 0)
		check(arena, &url);
	if (url_normalize_host(arena, text, &host) == 0) {
		must(url_normalize_host(arena, host, &again) == 0);
		must(strcmp(host, again) == 0);
	}
	if (url_parse_acct(arena, text, &name, &host) == 0)
		must(strpbrk(name, "@/ ") == NULL);
	arena_free(&arena);
	return 0;
}
