/* SPDX-License-Identifier: ISC */
#include "federation/instance_key.h"

#include <errno.h>

int
instance_key_load(struct db *db, struct arena *arena, struct instance_key *ret)
{
	struct actor instance;
	struct actor_key *keys;
	size_t count;
	int r = actor_of_kind(db, arena, ACTOR_INSTANCE, &instance);

	if (r == 0)
		r = actor_keys(db, arena, instance.id, &keys, &count);
	if (r < 0)
		return r == -ENOENT ? -EAGAIN : r;
	ret->actor_uri = instance.uri;
	for (size_t i = 0; i < count; i++) {
		if (keys[i].kind != KEY_ED25519 || keys[i].secret == NULL)
			continue;
		ret->key_uri = keys[i].uri;
		r = key_from_secret(
		    keys[i].secret, keys[i].secret_len, &ret->key);
		return r < 0 ? -EIO : 0;
	}
	return -EAGAIN;
}
