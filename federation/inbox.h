/* SPDX-License-Identifier: ISC */
/*
 * inbox.h: the way of an activity from a POST to the store.
 *
 * The order is the rule (security): size, media type and time were checked by
 * the server; then the form of the signature, its date and the body's digest,
 * the document, its authority, the key, the signature, the key's owner against
 * the actor, then the writer: known id, effect.  Nothing is acted on before it
 * is verified, and ACCEPTED is said after the commit.
 * The key may have to be fetched in between: the thread is not blocked, and
 * all who wait for one key wait for one fetch (courier.h).
 *
 * Thread: one struct inbox per thread, used by it alone.
 */
#ifndef FEDERATION_INBOX_H
#define FEDERATION_INBOX_H

#include "federation/httpsig.h"
#include "federation/node.h"
#include "federation/verdict.h"
#include "store/store.h"

struct inbox;

/* db: the thread's reader; reply: its mailbox.  All outlive the inbox. */
struct inbox *inbox_new(
    const struct node *node, struct db *db, struct mailbox *reply);
/* Activities on their way; only an inbox without any may be freed. */
size_t inbox_pending(const struct inbox *inbox);
void inbox_free(struct inbox **inbox); /* NULL is fine */

/*
 * Called once, on the inbox's thread, perhaps before inbox_receive() returns.
 * reason is a sentence for the sender, valid during the call.
 */
typedef void inbox_done_fn(void *arg, enum verdict verdict, const char *reason);

/* request is copied. */
void inbox_receive(struct inbox *inbox, const struct httpsig_request *request,
    inbox_done_fn *done, void *arg);

/*
 * Who signed a GET (authorised fetch): ACCEPTED and the actor's row, or why
 * not.  The same way as above up to the signature.
 */
typedef void inbox_signer_fn(
    void *arg, enum verdict verdict, int64_t actor_id, const char *reason);
void inbox_signer(struct inbox *inbox, const struct httpsig_request *request,
    inbox_signer_fn *done, void *arg);

#endif
