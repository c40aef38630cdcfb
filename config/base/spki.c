/* SPDX-License-Identifier: ISC */
#include "config/base/spki.h"

#include <errno.h>
#include <string.h>

#include "config/base/text.h"

enum { LINE = 64, ED25519_BYTES = 32 };

/* SEQUENCE { SEQUENCE { 1.3.101.112 }, BIT STRING of 32 bytes } */
static const uint8_t ed25519_head[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
	0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };
/* ed25519-pub, as a varint */
static const uint8_t multicodec[] = { 0xed, 0x01 };

char *
spki_pem(struct arena *arena, const uint8_t *spki, size_t len)
{
	static const char begin[] = "-----BEGIN PUBLIC KEY-----\n";
	static const char end[] = "-----END PUBLIC KEY-----\n";
	const char *base64 = text_base64(arena, spki, len);
	size_t left = strlen(base64);
	char *pem = arena_alloc(
	    arena, sizeof(begin) + left + left / LINE + 1 + sizeof(end));
	char *at = pem;

	memcpy(at, begin, sizeof(begin) - 1);
	at += sizeof(begin) - 1;
	while (left > 0) {
		size_t line = MIN(left, (size_t)LINE);

		memcpy(at, base64, line);
		at += line;
		*at++ = '\n';
		base64 += line;
		left -= line;
	}
	memcpy(at, end, sizeof(end));
	return pem;
}

int
spki_multibase(struct arena *arena, const uint8_t *spki, size_t len, char **ret)
{
	uint8_t key[sizeof(multicodec) + ED25519_BYTES];

	if (len != sizeof(ed25519_head) + ED25519_BYTES ||
	    memcmp(spki, ed25519_head, sizeof(ed25519_head)) != 0)
		return -EINVAL;
	memcpy(key, multicodec, sizeof(multicodec));
	memcpy(key + sizeof(multicodec), spki + sizeof(ed25519_head),
	    ED25519_BYTES);
	*ret = arena_printf(arena, "z%s", text_base58(arena, key, sizeof(key)));
	return 0;
}
