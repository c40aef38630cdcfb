/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "federation/signer.h"
#include "store/actor.h"

enum { KEPT = 128 }; /* keys */

struct kept {
	int64_t actor_id; /* 0: free */
	int64_t key_id;   /* row */
	char *uri;
	struct key *key;
	uint64_t used;    /* signer->uses then */
	uint64_t checked; /* signer->changes then */
};

struct signer {
	struct db *db;
	struct kept kept[KEPT];
	uint64_t uses, changes;
	int64_t instance_id;
};

struct signer *
signer_new(struct db *db)
{
	struct signer *signer = xcalloc(1, sizeof(*signer));

	signer->db = db;
	return signer;
}

static void
kept_clear(struct kept *kept)
{
	free(kept->uri);
	key_free(&kept->key);
	memset(kept, 0, sizeof(*kept));
}

void
signer_free(struct signer **signer)
{
	if (*signer == NULL)
		return;
	for (size_t i = 0; i < KEPT; i++)
		kept_clear(&(*signer)->kept[i]);
	free(*signer);
	*signer = NULL;
}

void
signer_changed(struct signer *signer)
{
	signer->changes++;
	signer->instance_id = 0;
}

int64_t
signer_instance(struct signer *signer)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	struct actor actor;

	if (signer->instance_id == 0 &&
	    actor_of_kind(signer->db, arena, ACTOR_INSTANCE, &actor) == 0)
		signer->instance_id = actor.id;
	return signer->instance_id;
}

/* RSA: the one kind that every other server verifies. */
static const struct actor_key *
rsa_of(const struct actor_key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (keys[i].kind == KEY_RSA && keys[i].secret != NULL)
			return &keys[i];
	}
	return NULL;
}

static int
kept_load(struct signer *signer, struct kept *kept, int64_t actor_id)
{
	CLEANUP(arena_free) struct arena *arena = arena_new();
	const struct actor_key *row;
	struct actor_key *keys;
	size_t count;
	int r = actor_keys(signer->db, arena, actor_id, &keys, &count);

	if (r != 0)
		return r;
	row = rsa_of(keys, count);
	if (row == NULL) {
		kept_clear(kept);
		return -ENOENT;
	}
	kept->checked = signer->changes;
	if (kept->actor_id == actor_id && kept->key_id == row->id)
		return 0;
	kept_clear(kept);
	r = key_from_secret(row->secret, row->secret_len, &kept->key);
	if (r != 0)
		return r;
	kept->actor_id = actor_id;
	kept->key_id = row->id;
	kept->uri = xstrdup(row->uri);
	kept->checked = signer->changes;
	return 0;
}

/* The actor's place, or the one to give it: free, or longest unused. */
static struct kept *
kept_place(struct signer *signer, int64_t actor_id)
{
	struct kept *place = &signer->kept[0];

	for (size_t i = 0; i < KEPT; i++) {
		if (signer->kept[i].actor_id == actor_id)
			return &signer->kept[i];
		if (signer->kept[i].used < place->used)
			place = &signer->kept[i];
	}
	return place;
}

static int
kept_get(struct signer *signer, int64_t actor_id, struct kept **ret)
{
	struct kept *kept = kept_place(signer, actor_id);
	int r;

	if (kept->actor_id != actor_id || kept->checked != signer->changes) {
		r = kept_load(signer, kept, actor_id);
		if (r != 0)
			return r;
	}
	kept->used = ++signer->uses;
	*ret = kept;
	return 0;
}

bool
signer_ready(struct signer *signer, int64_t actor_id)
{
	struct kept *kept;

	return kept_get(signer, actor_id, &kept) == 0;
}

/* Path and query as they go over the wire: ASCII. */
static const char *
wire_target(struct arena *arena, const struct url *url)
{
	const char *target = url->query == NULL ? url->path
						: arena_printf(arena, "%s?%s",
						      url->path, url->query);
	char *wire = arena_alloc(arena, 3 * strlen(target) + 1), *out = wire;

	for (const char *in = target; *in != '\0'; in++) {
		unsigned char c = (unsigned char)*in;

		if (c > ' ' && c < 0x7f) {
			*out++ = *in;
			continue;
		}
		*out++ = '%';
		*out++ = "0123456789ABCDEF"[c >> 4];
		*out++ = "0123456789ABCDEF"[c & 15];
	}
	return wire;
}

static void
fill_request(struct arena *arena, const struct signer_order *order,
    const char *target, struct http_client_request *ret)
{
	*ret = (struct http_client_request){
		.method = order->method,
		.url = arena_printf(arena, "%s%s", order->url->origin, target),
		.headers = order->headers,
		.header_count = order->header_count,
		.body = order->body,
		.body_len = order->body_len,
	};
}

void
signer_plain(struct arena *arena, const struct signer_order *order,
    struct http_client_request *ret)
{
	fill_request(arena, order, wire_target(arena, order->url), ret);
}

static void
join_headers(struct arena *arena, const struct signer_order *order,
    const struct httpsig_headers *made, struct http_client_request *ret)
{
	size_t count = order->header_count + made->n;
	struct httpsig_header *all =
	    arena_alloc(arena, (count + 1) * sizeof(*all));

	for (size_t i = 0; i < order->header_count; i++)
		all[i] = order->headers[i];
	for (size_t i = 0; i < made->n; i++)
		all[order->header_count + i] = made->items[i];
	ret->headers = all;
	ret->header_count = count;
}

int
signer_sign(struct signer *signer, struct arena *arena,
    const struct signer_order *order, struct http_client_request *ret)
{
	const char *target = wire_target(arena, order->url);
	struct httpsig_request request = {
		.method = order->method,
		.scheme = order->url->https ? "https" : "http",
		.authority = order->url->authority,
		.target = target,
		.headers = order->headers,
		.n_headers = order->header_count,
		.body = order->body,
		.body_len = order->body_len,
	};
	struct httpsig_headers made;
	struct kept *kept;
	int r = kept_get(signer, order->actor_id, &kept);

	if (r != 0)
		return r;
	r = httpsig_sign(arena,
	    &(struct httpsig_signer){ .form = order->form,
		.key_id = kept->uri,
		.key = kept->key,
		.now = clock_now() },
	    &request, &made);
	if (r != 0)
		return r;
	fill_request(arena, order, target, ret);
	join_headers(arena, order, &made, ret);
	return 0;
}
