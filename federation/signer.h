/* SPDX-License-Identifier: ISC */
/*
 * signer.h: requests made ready to be sent, signed by one of our actors; keys
 * are read from the store and kept, the least used goes first.
 *
 * Thread: the owner's.  Memory: a request lives in the arena.
 */
#ifndef FEDERATION_SIGNER_H
#define FEDERATION_SIGNER_H

#include "federation/http_client.h"
#include "store/store.h"

struct signer;

struct signer *signer_new(struct db *db);
void signer_free(struct signer **signer); /* NULL is fine */
/* Actors changed: kept keys are compared with the store before their use. */
void signer_changed(struct signer *signer);
/* Whether an actor of ours has a key to sign with. */
bool signer_ready(struct signer *signer, int64_t actor_id);
/* The actor that signs what no one else does; 0 while there is none. */
int64_t signer_instance(struct signer *signer);

struct signer_order {
	int64_t actor_id;
	enum httpsig_form form;
	const char *method;
	const struct url *url;
	const struct httpsig_header *headers; /* without those of signatures */
	size_t header_count;
	const void *body;
	size_t body_len;
};

/*
 * The request with date, digest and signature of now.
 * -ENOENT: the actor has no key (yet); -EIO, -EINVAL.
 */
int signer_sign(struct signer *signer, struct arena *arena,
    const struct signer_order *order, struct http_client_request *ret)
    MUST_CHECK;
/* The same without a signature. */
void signer_plain(struct arena *arena, const struct signer_order *order,
    struct http_client_request *ret);

#endif
