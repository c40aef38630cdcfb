/* SPDX-License-Identifier: ISC */
#include "federation/lthash.h"

#include <string.h>

#include "config/base/buf.h"

/* With the NUL that ends it. */
static const char domain[] = "parvis-catalogue";

void
lthash_init(struct lthash *hash)
{
	memset(hash, 0, sizeof(*hash));
}

static void
put_number(struct buf *buf, int64_t number)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
	buf_add(buf, bytes, sizeof(bytes));
}

/* One element, expanded. */
static void
expand(const char *object_id, int64_t seq, const uint8_t entry[SHA256_SIZE],
    struct lthash *ret)
{
	uint8_t bytes[LTHASH_BYTES];
	struct buf buf;

	buf_init(
	    &buf, sizeof(domain) + strlen(object_id) + 1 + 8 + SHA256_SIZE);
	buf_add(&buf, domain, sizeof(domain));
	buf_add(&buf, object_id, strlen(object_id) + 1);
	put_number(&buf, seq);
	buf_add(&buf, entry, SHA256_SIZE);
	ASSERT(!buf_failed(&buf));
	crypto_shake256(buf_str(&buf), buf.len, bytes, sizeof(bytes));
	buf_done(&buf);
	lthash_decode(ret, bytes);
}

void
lthash_add(struct lthash *hash, const char *object_id, int64_t seq,
    const uint8_t entry[SHA256_SIZE])
{
	struct lthash element;

	expand(object_id, seq, entry, &element);
	for (size_t i = 0; i < LTHASH_LANES; i++)
		hash->lanes[i] =
		    (uint16_t)((unsigned)hash->lanes[i] + element.lanes[i]);
}

void
lthash_remove(struct lthash *hash, const char *object_id, int64_t seq,
    const uint8_t entry[SHA256_SIZE])
{
	struct lthash element;

	expand(object_id, seq, entry, &element);
	for (size_t i = 0; i < LTHASH_LANES; i++)
		hash->lanes[i] =
		    (uint16_t)((unsigned)hash->lanes[i] - element.lanes[i]);
}

void
lthash_digest(const struct lthash *hash, uint8_t ret[SHA256_SIZE])
{
	uint8_t bytes[LTHASH_BYTES];

	lthash_encode(hash, bytes);
	crypto_sha256(bytes, sizeof(bytes), ret);
}

void
lthash_encode(const struct lthash *hash, uint8_t ret[LTHASH_BYTES])
{
	for (size_t i = 0; i < LTHASH_LANES; i++) {
		ret[2 * i] = (uint8_t)(hash->lanes[i] & 0xff);
		ret[2 * i + 1] = (uint8_t)(hash->lanes[i] >> 8);
	}
}

void
lthash_decode(struct lthash *hash, const uint8_t bytes[LTHASH_BYTES])
{
	for (size_t i = 0; i < LTHASH_LANES; i++)
		hash->lanes[i] =
		    (uint16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8);
}
