/* SPDX-License-Identifier: ISC */
/*
 * subscribe.h: following from elsewhere: the address of somebody's account
 * leads, by WebFinger, to the page of their own server on which they confirm
 * that they follow a given actor.
 *
 * That page is named by a template: rel http://ostatus.org/schema/1.0/subscribe
 * with {uri} (Mastodon and most others), or FEP-3b86's Follow with {object}.
 * A template is believed only when it is https and what it leads to may be
 * contacted from here (address.h): browsers are not sent where the node itself
 * would not go.
 *
 * Memory: the arena.  Thread: subscribe_find() the courier's, else any.
 */
#ifndef FEDERATION_SUBSCRIBE_H
#define FEDERATION_SUBSCRIBE_H

#include "federation/address.h"
#include "federation/fetch.h"

#define SUBSCRIBE_REL        "http://ostatus.org/schema/1.0/subscribe"
#define SUBSCRIBE_INTENT_REL "https://w3id.org/fep/3b86/Follow"

enum { SUBSCRIBE_TEMPLATE_MAX = 1024 };

/*
 * The template in a JRD that may be used, with its place written as {uri}.
 * -ENOENT: it has none; -EINVAL: none that is acceptable.
 */
int subscribe_read(struct arena *arena, const json_t *document,
    const struct address_policy *policy, const char **ret) MUST_CHECK;
/* The address for one actor.  -EINVAL: that gives no https address. */
int subscribe_fill(struct arena *arena, const char *template, const char *uri,
    const char **ret) MUST_CHECK;

/*
 * What WebFinger is asked, and the host that it is asked at, for what people
 * write: @name@host, name@host, acct:name@host, or the https address of their
 * profile.  -EINVAL.
 */
int subscribe_account(struct arena *arena, const char *account,
    const char **ret_resource, const char **ret_host) MUST_CHECK;

/* template: NULL unless ACCEPTED; all borrowed during the call. */
typedef void subscribe_done_fn(
    void *arg, enum verdict verdict, const char *reason, const char *template);
/* done() is called once, perhaps before this returns. */
void subscribe_find(struct courier_core *core, const char *account,
    subscribe_done_fn *done, void *arg);

#endif
