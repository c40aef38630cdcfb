/* SPDX-License-Identifier: ISC */
#include "daemon/etag.h"

#include <stdio.h>
#include <string.h>

#include "config/base/crypto.h"
#include "config/base/text.h"

enum { ETAG_BYTES = 16 };

void
etag_of(const void *body, size_t len, char ret[ETAG_SIZE])
{
	uint8_t hash[SHA256_SIZE];
	char hex[2 * ETAG_BYTES + 1];

	crypto_sha256(body, len, hash);
	text_hex(hash, ETAG_BYTES, hex);
	snprintf(ret, ETAG_SIZE, "\"%s\"", hex);
}

void
etag_compressed(const char *etag, char ret[ETAG_SIZE])
{
	int without_quote = (int)strlen(etag) - 1;

	snprintf(ret, ETAG_SIZE, "%.*s-gz\"", without_quote, etag);
}

bool
etag_listed(const char *if_none_match, const char *etag)
{
	const char *s = if_none_match, *end;
	size_t len = strlen(etag);

	if (strcmp(s, "*") == 0)
		return true;
	for (;;) {
		s += strspn(s, " \t,");
		if (strncmp(s, "W/", 2) == 0)
			s += 2;
		if (*s != '"' || (end = strchr(s + 1, '"')) == NULL)
			return false;
		end++;
		if ((size_t)(end - s) == len && memcmp(s, etag, len) == 0)
			return true;
		s = end;
	}
}
