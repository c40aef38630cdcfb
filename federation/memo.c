/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "config/base/crypto.h"
#include "federation/memo.h"

enum { WAYS = 8 }; /* places that a name may take */

struct entry {
	int64_t hash, until; /* until 0: free */
	int value;
	char text[MEMO_TEXT_SIZE];
};

struct memo {
	struct entry *entries;
	size_t sets;
	uint64_t seed[2]; /* a stranger cannot choose who shares a set */
};

struct memo *
memo_new(size_t entries)
{
	struct memo *memo = xcalloc(1, sizeof(*memo));

	crypto_random(memo->seed, sizeof(memo->seed));
	memo->sets = 1;
	while (memo->sets * WAYS < entries)
		memo->sets *= 2;
	memo->entries = xcalloc(memo->sets * WAYS, sizeof(struct entry));
	return memo;
}

void
memo_free(struct memo **memo)
{
	if (*memo == NULL)
		return;
	free((*memo)->entries);
	free(*memo);
	*memo = NULL;
}

static struct entry *
set_of(const struct memo *memo, int64_t hash)
{
	uint64_t mixed = ((uint64_t)hash ^ memo->seed[0]) * (memo->seed[1] | 1);

	return &memo->entries[(mixed >> 32 & (memo->sets - 1)) * WAYS];
}

void
memo_put(struct memo *memo, const char *name, int64_t until, int value,
    const char *text)
{
	int64_t hash = crypto_hash64(name);
	struct entry *set = set_of(memo, hash), *place = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].until != 0 && set[i].hash == hash) {
			place = &set[i];
			break;
		}
		if (set[i].until < place->until)
			place = &set[i];
	}
	*place = (struct entry){ .hash = hash, .until = until, .value = value };
	if (text != NULL)
		memcpy(place->text, text, strnlen(text, MEMO_TEXT_SIZE - 1));
}

bool
memo_get(const struct memo *memo, const char *name, int64_t now, int *ret_value,
    const char **ret_text)
{
	int64_t hash = crypto_hash64(name);
	const struct entry *set = set_of(memo, hash);

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].hash != hash || set[i].until <= now)
			continue;
		*ret_value = set[i].value;
		*ret_text = set[i].text;
		return true;
	}
	return false;
}
